"""Reads of the directory on real PostgreSQL."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from service.domain.audiences import StaffClass
from service.domain.errors import BadCursor
from service.domain.people import UnitRow
from service.store.directory import find_people, list_units, person_by_code, unit_rows, unit_subtree
from service.store.tables import memberships
from tests.makers import make_person, make_unit


def found(session: Session, sought: str = "", unit_ids: frozenset[int] | None = None) -> list[str]:
    return [line.code for line in find_people(session, sought, unit_ids, None, 100).lines]


def test_units_are_listed_in_office_order_with_the_people_directly_in_them(session: Session) -> None:
    office = make_unit(session, code="SO", position=1)
    branch = make_unit(session, code="CC", parent=office, position=10)
    bureau = make_unit(session, code="VP", parent=office, position=2)
    make_unit(session, code="CCB", parent=branch, position=1)
    make_unit(session, code="CCA", parent=branch, position=1)
    make_person(session, bureau)
    make_person(session, bureau)
    gone = make_person(session, bureau)
    session.execute(
        update(memberships).where(memberships.c.person_id == gone).values(valid_to=datetime(2018, 3, 1, tzinfo=UTC))
    )

    assert [(unit.code, unit.depth, unit.people) for unit in list_units(session)] == [
        ("SO", 0, 0),
        ("VP", 1, 2),
        ("CC", 1, 0),
        ("CCA", 2, 0),
        ("CCB", 2, 0),
    ]


def test_a_subtree_holds_the_unit_and_all_below_it(session: Session) -> None:
    office = make_unit(session)
    branch = make_unit(session, parent=office)
    leaf = make_unit(session, parent=branch)
    other = make_unit(session, parent=office)

    assert unit_subtree(session, frozenset({branch})) == {branch, leaf}
    assert unit_subtree(session, frozenset({leaf, other})) == {leaf, other}
    assert unit_subtree(session, frozenset()) == frozenset()


def test_units_come_back_in_the_form_of_an_import(session: Session) -> None:
    office = make_unit(session, code="SO", name="Sở", position=1)
    make_unit(session, code="VP", name="Văn phòng", parent=office, position=2)

    assert unit_rows(session) == {
        "SO": UnitRow("SO", "Sở", "", 1),
        "VP": UnitRow("VP", "Văn phòng", "SO", 2),
    }


@pytest.mark.parametrize(
    ("sought", "codes"),
    [
        ("dang thi", ["NV2"]),
        ("ĐẶNG", ["NV2"]),
        ("mau dang", ["NV2"]),
        ("nv1", ["NV1"]),
        ("skhcn.example", ["NV2", "NV1"]),
        ("100%", []),
        ("n_1", []),
        ("  ", ["NV2", "NV1"]),
    ],
)
def test_people_are_found_by_words_of_name_code_and_address_without_accents(
    session: Session, sought: str, codes: list[str]
) -> None:
    unit = make_unit(session)
    make_person(session, unit, code="NV1", family_name="Nguyễn Văn", given_name="Mẫu")
    make_person(session, unit, code="NV2", family_name="Đặng Thị", given_name="Mẫu")

    assert sorted(found(session, sought)) == sorted(codes)


def test_people_stand_in_office_order(session: Session) -> None:
    office = make_unit(session, position=1)
    second = make_unit(session, parent=office, position=2)
    first = make_unit(session, parent=office, position=1)
    make_person(session, second, code="F", given_name="An", position="Trưởng phòng")
    make_person(session, first, code="D", given_name="Ánh")
    make_person(session, first, code="E", given_name="Bình")
    make_person(session, first, code="B", given_name="Yến", position="Phó Trưởng phòng")
    make_person(session, first, code="C", given_name="An")
    make_person(session, first, code="A", given_name="Ý", position="Trưởng phòng")

    assert found(session) == ["A", "B", "C", "D", "E", "F"]


def test_pages_meet_everybody_once_even_among_equal_names(session: Session) -> None:
    office = make_unit(session)
    below = make_unit(session, parent=office)
    for number in range(25):
        make_person(session, below if number % 2 else office, code=f"P{number:02}")
    seen: list[str] = []
    after = None
    while True:
        page = find_people(session, "mau", None, after, 10)
        seen += [line.code for line in page.lines]
        after = page.after
        if after is None:
            break

    assert seen == found(session)
    assert sorted(seen) == [f"P{number:02}" for number in range(25)]


def test_a_full_last_page_has_none_behind_it(session: Session) -> None:
    make_person(session, make_unit(session))

    assert find_people(session, "", None, None, 1).after is None


def test_only_people_of_the_given_units_are_found(session: Session) -> None:
    mine, other = make_unit(session), make_unit(session)
    make_person(session, mine, code="NV1")
    make_person(session, other, code="NV2")

    assert found(session, unit_ids=frozenset({mine})) == ["NV1"]
    assert found(session, unit_ids=frozenset()) == []


@pytest.mark.parametrize(
    "cursor", ["", "x", "bnVsbA==", "W10=", "W1tdLCAxLCAyLCAzLCA0XQ==", "WzEsIDIsICIiLCAzXQ==", "é"]
)
def test_a_made_up_cursor_is_refused(session: Session, cursor: str) -> None:
    with pytest.raises(BadCursor):
        find_people(session, "", None, cursor, 10)


def test_a_person_is_found_by_code_with_the_present_version(session: Session) -> None:
    unit = make_unit(session, code="VP", name="Văn phòng")
    make_person(session, unit, code="NV1", groups=("cchc",))

    person = person_by_code(session, "NV1")

    assert person is not None
    assert (person.full_name, person.unit_code, person.unit_name) == ("Nguyễn Văn Mẫu", "VP", "Văn phòng")
    assert (person.staff_class, person.groups) == (StaffClass.OFFICIAL, ("cchc",))
    assert person_by_code(session, "nv1") is None
