import contextlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain import texts
from service.domain.audiences import MOST_TERMS, Audience, Factor, Kind, parse_audience
from service.domain.errors import MissingAudience, Refused, TooLong, TooManyTerms, UnknownTerm

EVERYBODY = (Factor(Kind.ALL),)
UNIT_A = (Factor(Kind.UNIT, "A"),)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("all", Audience((EVERYBODY,))),
        (" unit:VP , person:NV01 ", Audience(((Factor(Kind.UNIT, "VP"),), (Factor(Kind.PERSON, "NV01"),)))),
        ("unit:X&class:vien-chuc", Audience(((Factor(Kind.UNIT, "X"), Factor(Kind.CLASS, "vien-chuc")),))),
        ("-person:A,-unit:B", Audience((EVERYBODY,), ((Factor(Kind.PERSON, "A"),), (Factor(Kind.UNIT, "B"),)))),
        ("unit:A,-unit:A&all,unit:A,-all&unit:A", Audience((UNIT_A,), ((Factor(Kind.UNIT, "A"), *EVERYBODY),))),
        ("unit:A&unit:A, unit:A", Audience((UNIT_A,))),
        (unicodedata.normalize("NFD", "group:tổ\u202e một cửa"), Audience(((Factor(Kind.GROUP, "tổ một cửa"),),))),
        (
            "ALL, Unit:vp, CLASS:Vien-Chuc",
            Audience((EVERYBODY, (Factor(Kind.UNIT, "vp"),), (Factor(Kind.CLASS, "vien-chuc"),))),
        ),
        ("group:tổ một cửa", Audience(((Factor(Kind.GROUP, "tổ một cửa"),),))),
    ],
)
def test_an_expression_is_read_as_the_contract_says(expression: str, expected: Audience) -> None:
    assert parse_audience(expression) == expected


@pytest.mark.parametrize("term", ["everybody", "unit:", "unit", "role:x", "class:linh", "all:x", "-", "a&b", "unit:A&"])
def test_a_term_that_is_none_is_named(term: str) -> None:
    with pytest.raises(UnknownTerm):
        parse_audience(f"unit:VP,{term}")


@pytest.mark.parametrize("expression", ["", "  ", ",", " , ,"])
def test_asking_for_nobody_is_refused(expression: str) -> None:
    with pytest.raises(MissingAudience):
        parse_audience(expression)


def test_as_many_different_terms_as_the_limit_are_read_and_one_more_is_refused() -> None:
    most = [f"person:{number}" for number in range(MOST_TERMS)]
    assert len(parse_audience(",".join(most * 2)).includes) == MOST_TERMS
    with pytest.raises(TooManyTerms, match=f"has {MOST_TERMS + 1} terms and may have {MOST_TERMS};"):
        parse_audience(",".join([*most, "-unit:VP"]))


def test_an_expression_of_any_length_is_refused_before_it_is_taken_apart() -> None:
    with pytest.raises(TooLong, match=f"audience is longer than {texts.AUDIENCE.longest} characters"):
        parse_audience("all," * texts.AUDIENCE.longest)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Refused):
        assert parse_audience(text).includes
