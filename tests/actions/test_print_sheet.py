from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.actions.acknowledge import acknowledge
from service.actions.correct_document import recall_document, replace_document
from service.actions.list_recipients import list_recipients
from service.actions.post_document import post_document
from service.actions.print_sheet import print_sheet, read_sheet
from service.actions.record_absence import Period, exempt, record_absence
from service.domain.corrections import Replacement
from service.domain.coverage import Term
from service.domain.errors import (
    DocumentRecalled,
    ListBeingDrawn,
    MistypedSheetCode,
    NobodyOnSheet,
    NotFound,
    UnknownUnit,
)
from service.domain.receipts import Route
from service.domain.roles import OPERATOR, Role
from service.domain.sheets import new_code
from service.runtime import Runtime
from service.store.tables import evidence, sheet_lines
from tests.fakes import FakeClock
from tests.makers import make_actor, make_person, make_posting, make_unit


@dataclass(frozen=True)
class Office:
    """Phòng Hai stands before Phòng Một; the manager has Phòng Một with Tổ Một A below it."""

    units: dict[str, int]
    people: dict[str, int]
    distribution: int

    @property
    def own_units(self) -> frozenset[int]:
        return frozenset({self.units["P1"], self.units["P1A"]})


@pytest.fixture
def office(runtime: Runtime) -> Office:
    with runtime.sessions.begin() as session:
        top = make_unit(session, code="SO")
        one = make_unit(session, code="P1", name="Phòng Một", parent=top, position=2)
        below = make_unit(session, code="P1A", name="Tổ Một A", parent=one)
        two = make_unit(session, code="P2", name="Phòng Hai", parent=top, position=1)
        empty = make_unit(session, code="P3", parent=top, position=3)
        people = {
            "an": make_person(session, one, code="AN", family_name="Nguyễn", given_name="An"),
            "anh": make_person(session, one, code="ANH", family_name="Bùi", given_name="Ánh", position="Trưởng phòng"),
            "binh": make_person(session, one, code="BINH", family_name="Âu", given_name="Bình"),
            "cuc": make_person(session, below, code="CUC", family_name="Lê", given_name="Cúc"),
            "dung": make_person(session, two, code="DUNG", family_name="Đặng", given_name="Dũng"),
        }
    posted = post_document(runtime, OPERATOR, make_posting())
    list_recipients(runtime)
    return Office({"SO": top, "P1": one, "P1A": below, "P2": two, "P3": empty}, people, posted.distribution_id)


SECRETARIAT = make_actor(Role.SECRETARIAT)


def names(runtime: Runtime, code: str) -> list[str]:
    return [line.full_name for line in read_sheet(runtime, SECRETARIAT, code).lines]


def test_a_sheet_stands_in_office_order(runtime: Runtime, office: Office) -> None:
    code = print_sheet(runtime, SECRETARIAT, office.distribution)
    assert names(runtime, code) == ["Đặng Dũng", "Bùi Ánh", "Nguyễn An", "Âu Bình", "Lê Cúc"]


def test_a_sheet_of_a_unit_holds_those_below_it(runtime: Runtime, office: Office) -> None:
    code = print_sheet(runtime, SECRETARIAT, office.distribution, "P1")
    assert names(runtime, code) == ["Bùi Ánh", "Nguyễn An", "Âu Bình", "Lê Cúc"]
    assert read_sheet(runtime, SECRETARIAT, code).unit_name == "Phòng Một"


def test_a_sheet_says_who_has_confirmed_and_why_others_do_not_sign(
    runtime: Runtime, office: Office, clock: FakeClock
) -> None:
    today = clock().date()
    acknowledge(runtime, make_actor(person_id=office.people["an"]), office.distribution, 1, Route.INBOX)
    exempt(runtime, OPERATOR, office.distribution, office.people["cuc"], "đi học")
    record_absence(runtime, OPERATOR, office.people["dung"], Period(today, today), "nghỉ phép")
    code = print_sheet(runtime, SECRETARIAT, office.distribution)
    lines = {line.person_code: line for line in read_sheet(runtime, SECRETARIAT, code).lines}
    assert {who: line.term for who, line in lines.items()} == {
        "AN": Term.CONFIRMED,
        "ANH": Term.NOT_YET,
        "BINH": Term.NOT_YET,
        "CUC": Term.EXEMPTED,
        "DUNG": Term.ABSENT,
    }
    assert (lines["AN"].route, lines["AN"].at) == (Route.INBOX, clock())


def test_a_sheet_is_read_again_as_it_was_printed(runtime: Runtime, office: Office, clock: FakeClock) -> None:
    code = print_sheet(runtime, SECRETARIAT, office.distribution)
    printed = read_sheet(runtime, SECRETARIAT, code)
    clock.move(timedelta(days=1))
    acknowledge(runtime, make_actor(person_id=office.people["an"]), office.distribution, 1, Route.INBOX)
    exempt(runtime, OPERATOR, office.distribution, office.people["cuc"], "đi học")
    assert read_sheet(runtime, SECRETARIAT, code.lower()) == printed


def test_a_sheet_of_a_replacement_bears_its_number(runtime: Runtime, office: Office) -> None:
    first = print_sheet(runtime, SECRETARIAT, office.distribution)
    replacement = Replacement(replaces=1, note="Sai ngày.", body="Mới.", number="15/KH-SKHCN")
    replace_document(runtime, OPERATOR, office.distribution, replacement)
    second = print_sheet(runtime, SECRETARIAT, office.distribution)
    sheets = [read_sheet(runtime, SECRETARIAT, code) for code in (first, second)]
    assert [(sheet.revision, sheet.number) for sheet in sheets] == [(1, "12/KH-SKHCN"), (2, "15/KH-SKHCN")]


def test_each_printing_is_a_sheet_of_its_own_and_evidence(runtime: Runtime, office: Office) -> None:
    codes = {print_sheet(runtime, SECRETARIAT, office.distribution) for _ in range(3)}
    assert len(codes) == 3
    with runtime.sessions() as session:
        entries = [text for text in session.execute(select(evidence.c.entry)).scalars() if "sheet printed" in text]
    assert all(any(code in text for text in entries) for code in codes)
    assert len(entries) == 3


def test_a_manager_prints_the_own_units_alone(runtime: Runtime, office: Office) -> None:
    actor = make_actor(Role.MANAGER, unit_ids=office.own_units)
    own = print_sheet(runtime, actor, office.distribution, "P1")
    assert len(read_sheet(runtime, actor, own).lines) == 4
    for unit in (None, "P2", "SO"):
        with pytest.raises(NotFound):
            print_sheet(runtime, actor, office.distribution, unit)
    whole = print_sheet(runtime, SECRETARIAT, office.distribution)
    with pytest.raises(NotFound):
        read_sheet(runtime, actor, whole)


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.LEADERSHIP, Role.AUDITOR, Role.ADMINISTRATOR])
def test_nobody_else_prints_or_reads_a_sheet(runtime: Runtime, office: Office, role: Role) -> None:
    code = print_sheet(runtime, SECRETARIAT, office.distribution)
    with pytest.raises(NotFound):
        print_sheet(runtime, make_actor(role), office.distribution)
    with pytest.raises(NotFound):
        read_sheet(runtime, make_actor(role), code)


def test_what_cannot_be_printed_is_said_and_nothing_is_kept(runtime: Runtime, office: Office) -> None:
    with pytest.raises(NobodyOnSheet):
        print_sheet(runtime, SECRETARIAT, office.distribution, "P3")
    with pytest.raises(UnknownUnit):
        print_sheet(runtime, SECRETARIAT, office.distribution, "NOWHERE")
    with pytest.raises(NotFound):
        print_sheet(runtime, SECRETARIAT, office.distribution + 1)
    unlisted = post_document(runtime, OPERATOR, make_posting(number="13/KH-SKHCN"))
    with pytest.raises(ListBeingDrawn):
        print_sheet(runtime, SECRETARIAT, unlisted.distribution_id)
    recall_document(runtime, OPERATOR, office.distribution, "gửi nhầm")
    with pytest.raises(DocumentRecalled):
        print_sheet(runtime, SECRETARIAT, office.distribution)
    with runtime.sessions() as session:
        assert session.execute(select(sheet_lines)).all() == []


def test_a_code_that_nobody_printed_leads_nowhere(runtime: Runtime, office: Office) -> None:
    with pytest.raises(NotFound):
        read_sheet(runtime, SECRETARIAT, new_code())
    with pytest.raises(MistypedSheetCode):
        read_sheet(runtime, SECRETARIAT, "ABCD-EFGH-2")
