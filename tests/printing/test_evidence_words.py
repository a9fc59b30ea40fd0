import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.domain.corrections import Kind as Correction
from service.domain.evidence import Deed, Detail
from service.domain.inquiries import Kind as Inquiry
from service.domain.receipts import Route, State
from service.domain.roles import Role
from service.printing.evidence_words import ABOUT, DEEDS, about_words, by_label, deed_label
from service.printing.words import STATE_WORDS
from tests.fakes import OFFICE_ZONE


def test_every_deed_has_a_name_of_its_own() -> None:
    assert set(DEEDS) == set(Deed)
    assert len(set(DEEDS.values())) == len(Deed)


def test_what_a_newer_version_wrote_stands_as_it_is_written() -> None:
    assert deed_label("moon landed") == "moon landed"
    assert list(about_words({"moon": 1}, "", OFFICE_ZONE)) == [("moon", "1")]


def test_identifiers_become_what_people_know() -> None:
    about: dict[str, Detail] = {
        "distribution": 5,
        "person": 7,
        "route": "mail_link",
        "role": "auditor",
        "granted": False,
        "unit": None,
    }
    assert list(about_words(about, "NV07", OFFICE_ZONE)) == [
        ("đợt gửi", "5"),
        ("được giao", "không"),
        ("người", "NV07"),
        ("vai trò", "Kiểm soát"),
        ("cách", "Theo liên kết trong thư"),
    ]


def test_who_did_it_is_a_user_name_or_the_operator() -> None:
    assert by_label("operator", "") == "Hệ thống, người vận hành"
    assert by_label("account:5", "lan") == "lan"
    assert by_label("account:5", "") == "account:5"


def written_keys() -> Iterator[str]:
    """The keys that actions put into entries: arguments of what makes one, and of the dicts that are handed to it."""
    for file in Path("service/actions").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name("entry" | "_witness" | "_record"), keywords=given):
                    yield from (one.arg for one in given if one.arg)
                case (
                    ast.Assign(targets=[ast.Name("about" | "told" | "facts" | "days")], value=ast.Dict(keys=keys))
                    | ast.AnnAssign(target=ast.Name("told"), value=ast.Dict(keys=keys))
                    | ast.keyword(arg="about", value=ast.Dict(keys=keys))
                    | ast.Call(func=ast.Name("Entry"), args=[*_, ast.Dict(keys=keys)])
                ):
                    yield from (key.value for key in keys if isinstance(key, ast.Constant) and type(key.value) is str)


def test_every_key_that_actions_write_has_words() -> None:
    written = set(written_keys())
    assert {"scan_sha256", "accepted", "delegated_by", "is_working", "manifest", "state", "until"} <= written
    assert written - {"is_current"} - set(ABOUT) == set(), "is_current is no key: it tells who is reminded no more"


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        *(("kind", kind, kind.label) for kind in (*Correction, *Inquiry)),
        *(("state", state, STATE_WORDS[state]) for state in State),
        *(("route", route, route.label) for route in Route),
        *(("role", role, role.label) for role in Role),
        ("accepted", True, "có"),
        ("is_working", False, "không"),
        ("form", "csv", "tệp CSV"),
        ("form", "dossier", "hồ sơ chứng cứ"),
        ("first_day", "2027-06-03", "03/06/2027"),
        ("until", "2027-06-03T10:00:00.000000+00:00", "17:00 thứ Năm, 03/06/2027"),
        ("step", "by hand 2027-06-03T10:00:00+07:00", "Đôn đốc"),
        ("step", "20270609T1000Z +1d", "Quá hạn 1 ngày làm việc"),
        ("step", "own 20270609T1000Z -4h", "Trước hạn 4 giờ (hạn riêng)"),
    ],
)
def test_values_stand_in_words(key: str, value: Detail, words: str) -> None:
    assert list(about_words({key: value}, "", OFFICE_ZONE)) == [(ABOUT[key], words)]


@pytest.mark.parametrize(("key", "value"), [("until", "soon"), ("day", "2027-02-30"), ("step", "later"), ("form", "x")])
def test_a_value_that_this_version_cannot_read_stands_as_it_is_written(key: str, value: str) -> None:
    assert list(about_words({key: value}, "", OFFICE_ZONE)) == [(ABOUT[key], value)]
