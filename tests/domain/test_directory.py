"""Rows of an import: what is taken, what is refused and why, what is only pointed out."""

from datetime import date

import pytest

from service.domain.audiences import StaffClass
from service.domain.directory import (
    INVALID_ADDRESS,
    NO_ADDRESS,
    Entry,
    Plan,
    Row,
    doubts,
    duplicates,
    plan_units,
    read_person,
    read_units,
)
from service.domain.findings import Finding, Problem
from service.domain.people import PersonRow, UnitRow

GOOD = {
    "code": "NV00001",
    "family_name": "Nguyễn Hữu",
    "given_name": "Núi Biếc",
    "position": "Chuyên viên",
    "staff_class": "cong-chuc",
    "unit_code": "VP",
    "email": "nuibiec.nh@skhcn.example",
    "groups": "",
    "active_from": "",
    "active_to": "",
    "role": "",
}


def read(*, surplus: str = "", **cells: str) -> PersonRow | tuple[Finding, ...]:
    return read_person(Row(7, GOOD | cells, surplus), {"VP"}, is_address=lambda written: "@" in written)


def taken(**cells: str) -> PersonRow:
    person = read(**cells)
    assert isinstance(person, PersonRow), person
    return person


def problems(**cells: str) -> list[tuple[str, Problem]]:
    refused = read(**cells)
    assert isinstance(refused, tuple)
    assert {found.line for found in refused} == {7}
    assert all(found.reason and found.vi for found in refused)
    return [(found.column, found.problem) for found in refused]


def unit_rows(*cells: tuple[str, str, str]) -> list[Row]:
    return [
        Row(line, {"code": code, "name": name, "parent_code": parent})
        for line, (code, name, parent) in enumerate(cells, start=2)
    ]


def test_a_good_row_becomes_a_person() -> None:
    assert taken(active_from="2011-06-01", role="manager") == PersonRow(
        code="NV00001",
        family_name="Nguyễn Hữu",
        given_name="Núi Biếc",
        position="Chuyên viên",
        staff_class=StaffClass.OFFICIAL,
        unit_code="VP",
        email="nuibiec.nh@skhcn.example",
        active_from=date(2011, 6, 1),
        role="manager",
    )


@pytest.mark.parametrize("column", ["code", "given_name", "staff_class", "unit_code"])
def test_a_person_needs_code_given_name_class_and_unit(column: str) -> None:
    assert problems(**{column: " \t "}) == [(column, Problem.MISSING)]


def test_a_person_with_one_name_alone_is_taken() -> None:
    assert taken(family_name="", given_name="Y Moan").family_name == ""


def test_everything_wrong_with_a_row_is_told_at_once() -> None:
    assert problems(code="", staff_class="thực tập", active_to="31/02/2024") == [
        ("active_to", Problem.BAD_DATE),
        ("code", Problem.MISSING),
        ("staff_class", Problem.UNKNOWN_CLASS),
    ]


@pytest.mark.parametrize("written", ["vien-chuc", "Viên chức", "VIÊN CHỨC", "vien chuc", "Vie\u0302n chu\u031b\u0301c"])
def test_staff_classes_are_known_by_code_and_by_word_in_any_form(written: str) -> None:
    assert taken(staff_class=written).staff_class is StaffClass.PUBLIC_EMPLOYEE


@pytest.mark.parametrize("written", ["15/01/2015", "15/1/2015", "2015-01-15"])
def test_dates_are_read_as_offices_and_machines_write_them(written: str) -> None:
    assert taken(active_from=written).active_from == date(2015, 1, 15)


@pytest.mark.parametrize("written", ["01-15-2015", "30/02/2015", "15/01/15", "năm ngoái", "٢٠١٥-٠١-١٥"])
def test_what_is_no_date_is_refused(written: str) -> None:
    assert problems(active_from=written) == [("active_from", Problem.BAD_DATE)]


def test_a_last_day_before_the_first_is_refused_and_the_same_day_is_not() -> None:
    assert problems(active_from="02/01/2020", active_to="01/01/2020") == [("active_to", Problem.DATES_REVERSED)]
    assert taken(active_from="02/01/2020", active_to="2020-01-02").active_to == date(2020, 1, 2)


def test_an_unknown_unit_is_refused_by_name() -> None:
    refused = read(unit_code="vp2")

    assert isinstance(refused, tuple)
    assert refused[0].reason == "there is no unit 'vp2' in the directory or this file"


@pytest.mark.parametrize(
    ("written", "role"),
    [("", ""), ("employee", ""), ("Nhân viên", ""), ("Văn thư", "secretariat"), ("MANAGER", "manager")],
)
def test_roles_are_known_in_both_languages(written: str, role: str) -> None:
    assert taken(role=written).role == role


def test_an_unknown_role_is_refused() -> None:
    assert problems(role="sếp") == [("role", Problem.UNKNOWN_ROLE)]


@pytest.mark.parametrize(
    ("email", "kept", "problem"), [("", None, NO_ADDRESS), ("không có", "không có", INVALID_ADDRESS)]
)
def test_whoever_cannot_be_mailed_is_taken_all_the_same(email: str, kept: str | None, problem: str) -> None:
    person = taken(email=email)

    assert (person.email, person.email_problem) == (kept, problem)


def test_an_invalid_address_is_pointed_out_and_a_missing_one_is_not() -> None:
    assert [(found.line, found.column) for found in doubts(7, taken(email="không có"))] == [(7, "email")]
    assert list(doubts(7, taken(email=""))) == []


def test_letters_of_old_fonts_are_pointed_out() -> None:
    found = list(doubts(7, taken(family_name="NguyÔn V¨n", given_name="HoaØ")))

    assert [(doubt.column, doubt.problem) for doubt in found] == [
        ("family_name", Problem.OLD_FONT),
        ("given_name", Problem.OLD_FONT),
    ]
    every_vietnamese_letter = "ĂÂĐÊÔƠƯÀẢÃÁẠẰẲẴẮẶẦẨẪẤẬÈẺẼÉẸỀỂỄẾỆÌỈĨÍỊÒỎÕÓỌỒỔỖỐỘỜỞỠỚỢÙỦŨÚỤỪỬỮỨỰỲỶỸÝỴ"
    assert list(doubts(7, taken(family_name=every_vietnamese_letter, given_name=every_vietnamese_letter.lower()))) == []


def test_text_is_composed_and_cleaned_and_keeps_its_letters() -> None:
    person = taken(family_name="  NGUYE\u0302\u0303N\u00a0 văn\x00", given_name="mẪU", position="Kỹ sư\n(hạng III)")

    assert (person.family_name, person.given_name) == ("NGUYỄN văn", "mẪU")
    assert person.position == "Kỹ sư (hạng III)"


def test_groups_are_parted_by_semicolon_or_comma_and_their_order_is_no_difference() -> None:
    assert taken(groups="mot-cua; cchc;;cchc").groups == taken(groups="cchc,mot-cua").groups == ("cchc", "mot-cua")


@pytest.mark.parametrize(("column", "written"), [("code", "NV,1"), ("code", "A&B"), ("groups", "kh&cn")])
def test_names_that_an_audience_could_not_name_are_refused(column: str, written: str) -> None:
    assert problems(**{column: written}) == [(column, Problem.JOINT)]


def test_cells_beyond_the_last_column_are_refused() -> None:
    refused = read(surplus="thừa")

    assert isinstance(refused, tuple)
    assert [found.problem for found in refused] == [Problem.SURPLUS]


@pytest.mark.parametrize(("column", "length"), [("code", 65), ("position", 501)])
def test_what_is_far_too_long_is_refused(column: str, length: int) -> None:
    assert problems(**{column: "x" * length}) == [(column, Problem.TOO_LONG)]
    assert getattr(taken(**{column: "x" * (length - 1)}), column)


def test_of_repeated_codes_every_line_is_refused_and_names_the_others() -> None:
    refused = list(duplicates([(2, "NV1"), (3, "NV2"), (4, "nv1"), (9, "NV1")]))

    assert [(found.line, found.reason) for found in refused] == [
        (2, "'NV1' stands on line 4, 9 too"),
        (4, "'nv1' stands on line 2, 9 too"),
        (9, "'NV1' stands on line 2, 4 too"),
    ]


def test_units_may_come_before_their_parents() -> None:
    good, refused = read_units(unit_rows(("VP", "Văn phòng", "SO"), ("SO", "Sở", "")), {})

    assert [unit.code for unit in good.values()] == ["VP", "SO"]
    assert refused == []


def test_a_unit_needs_a_parent_that_exists() -> None:
    current = {"SO": UnitRow("SO", "Sở")}
    good, refused = read_units(unit_rows(("VP", "Văn phòng", "SO"), ("TTRA", "Thanh tra", "ubnd")), current)

    assert [unit.code for unit in good.values()] == ["VP"]
    assert [(found.line, found.column, found.problem) for found in refused] == [
        (3, "parent_code", Problem.UNKNOWN_UNIT)
    ]


def test_units_below_a_refused_one_are_refused_with_it() -> None:
    good, refused = read_units(unit_rows(("A", "", ""), ("B", "Phòng B", "A"), ("C", "Phòng C", "B")), {})

    assert good == {}
    assert {found.line: found.problem for found in refused} == {
        2: Problem.MISSING,
        3: Problem.UNKNOWN_UNIT,
        4: Problem.UNKNOWN_UNIT,
    }


@pytest.mark.parametrize(
    "rows", [[("A", "A", "A")], [("A", "A", "B"), ("B", "B", "A")], [("A", "A", "B"), ("B", "B", "C"), ("C", "C", "A")]]
)
def test_units_that_stand_below_themselves_are_refused(rows: list[tuple[str, str, str]]) -> None:
    good, refused = read_units(unit_rows(*rows, ("D", "D", "")), {})

    assert [unit.code for unit in good.values()] == ["D"]
    assert {found.problem for found in refused} == {Problem.CIRCLE}
    assert refused[0].reason.endswith("→ A")


def test_a_circle_with_the_directory_is_found_when_a_row_is_left_out() -> None:
    """B is to go below A, and A out from below B; with A's row refused, A would still stand below B."""
    current = {"A": UnitRow("A", "A", "B"), "B": UnitRow("B", "B")}
    rows = [
        Row(2, {"code": "A", "name": "A", "parent_code": "", "position": "một"}),
        Row(3, {"code": "B", "name": "B", "parent_code": "A", "position": "1"}),
    ]

    good, refused = read_units(rows, current)

    assert good == {}
    assert [(found.line, found.problem) for found in refused] == [(2, Problem.BAD_NUMBER), (3, Problem.CIRCLE)]


def test_a_units_file_without_positions_keeps_those_of_the_directory() -> None:
    good, _ = read_units(unit_rows(("VP", "Văn phòng Sở", "")), {"VP": UnitRow("VP", "Văn phòng", "", 4)})

    assert good[2].position == 4


def test_units_are_new_changed_moved_or_unchanged() -> None:
    current = {
        "SO": UnitRow("SO", "Sở"),
        "VP": UnitRow("VP", "Văn phòng", "SO", 1),
        "KHTC": UnitRow("KHTC", "Phòng Kế hoạch", "SO", 2),
        "TTRA": UnitRow("TTRA", "Thanh tra", "SO", 3),
    }
    rows = [
        UnitRow("SO", "Sở"),
        UnitRow("VP", "Văn phòng Sở", "SO", 5),
        UnitRow("KHTC", "Phòng Kế hoạch – Tài chính", "VP", 2),
        UnitRow("TT", "Trung tâm", "SO", 4),
    ]

    plan = plan_units(dict(enumerate(rows, start=2)), current)

    assert plan.new == (Entry("TT", "Trung tâm"),)
    assert plan.changed == (Entry("VP", "Văn phòng Sở", "name, position"),)
    assert plan.moved == (Entry("KHTC", "Phòng Kế hoạch – Tài chính", "SO → VP"),)
    assert (plan.unchanged, plan.left) == (1, ())


@pytest.mark.parametrize(
    ("left", "staff", "many"),
    [
        (4, 5, False),
        (5, 5, True),
        (5, 49, True),
        (5, 50, False),
        (8, 80, False),
        (9, 80, True),
        (1_000, 10_000, False),
        (1_001, 10_000, True),
    ],
)
def test_many_leave_when_it_is_more_than_a_tenth_and_at_least_five(left: int, staff: int, many: bool) -> None:
    leaving = tuple(Entry(f"NV{number}", "Nguyễn Văn Mẫu") for number in range(left))
    assert Plan(staff=staff, left=leaving).many_leave is many
