from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, UndefinedError

from service.rendering import byte_size, make_environment, paragraphs, template_directory


@pytest.fixture(scope="module")
def environment() -> Environment:
    return make_environment(ZoneInfo("Asia/Ho_Chi_Minh"))


def test_templates_are_found_by_their_name_below_the_one_directory(environment: Environment) -> None:
    assert "emails/document/body.html" in environment.list_templates()
    assert (template_directory() / "emails").is_dir()


def test_html_is_escaped_and_text_is_not(environment: Environment) -> None:
    source = "{{ value }}"
    assert environment.from_string(source).render(value="<b>") == "&lt;b&gt;"
    assert callable(environment.autoescape)
    assert environment.autoescape("a.html")
    assert not environment.autoescape("a.txt")


def test_a_name_that_was_not_given_is_an_error_not_a_gap(environment: Environment) -> None:
    with pytest.raises(UndefinedError):
        environment.from_string("{{ nobody }}").render()


def test_moments_are_shown_in_the_offices_time_zone(environment: Environment) -> None:
    template = environment.from_string("{{ at|in_office|moment }}; {{ day|date_short }}; {{ day|date_in_words }}")
    shown = template.render(at=datetime(2018, 3, 11, 17, 30, tzinfo=UTC), day=date(2018, 3, 9))
    assert shown == "00:30 thứ Hai, 12/03/2018; 09/03/2018; ngày 09 tháng 3 năm 2018"
    assert environment.from_string("{{ 1234567|number }}").render() == "1.234.567"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        (" \n\n ", ""),
        ("một", "<p>một</p>"),
        ("một\r\nhai\rba", "<p>một<br>\nhai<br>\nba</p>"),
        ("một\n \t\n\n  hai\n", "<p>một</p>\n<p>hai</p>"),
        ("<b>&\"'", "<p>&lt;b&gt;&amp;&#34;&#39;</p>"),
    ],
)
def test_plain_text_becomes_paragraphs(text: str, html: str) -> None:
    assert paragraphs(text) == html


@given(st.text())
def test_no_text_brings_markup_of_its_own(text: str) -> None:
    bare = paragraphs(text).replace("<p>", "").replace("</p>", "").replace("<br>", "")
    assert "<" not in bare
    assert ">" not in bare


@pytest.mark.parametrize(
    ("size", "shown"),
    [(0, "0 byte"), (1023, "1023 byte"), (1024, "1 KB"), (188_000, "184 KB"), (2_621_440, "2,5 MB")],
)
def test_a_files_size_is_shown_as_people_read_it(size: int, shown: str) -> None:
    assert byte_size(size) == shown
