"""Who has confirmed: named as the report counts them, by every way, as of any moment, and late by one rule."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.actions.acknowledge import acknowledge, open_document
from service.actions.add_recipients import add_recipient
from service.actions.correct_document import replace_document
from service.actions.enter_signatures import Signature, SignedSheet, enter_for, enter_signatures
from service.actions.list_confirmations import ConfirmationList, Filter, list_confirmations
from service.actions.list_recipients import list_recipients
from service.actions.post_document import post_document
from service.actions.print_sheet import print_sheet
from service.actions.record_absence import Period, record_absence, withdraw_absence
from service.actions.report_coverage import open_report, report_coverage
from service.domain.corrections import Replacement
from service.domain.coverage import Confirmation
from service.domain.documents import Mode, NewFile
from service.domain.errors import BadCursor, NotFound, UnknownUnit
from service.domain.receipts import Route
from service.domain.roles import OPERATOR, Actor, Role
from service.runtime import Runtime
from tests.fakes import OFFICE_ZONE, FakeClock
from tests.makers import make_account, make_actor, make_person, make_posting, make_unit

SCAN = NewFile("quet.pdf", "application/pdf", b"%PDF-1.7 quet")
EVERYBODY = Filter()
LATE = Filter(only_late=True)
# More than anybody's list here.
ALL = 1_000


def on(day: int, hour: int = 17) -> datetime:
    """A moment of November 2026, whose 24th is a holiday."""
    return datetime(2026, 11, day, hour, tzinfo=OFFICE_ZONE)


def days(first: int, last: int) -> Period:
    return Period(on(first).date(), on(last).date())


@dataclass(frozen=True)
class Office:
    """Phòng Một has Bình and, in Tổ Một A below it, Cúc; Phòng Hai has An and Dũng; `clerk` is called Vân."""

    units: dict[str, int]
    people: dict[str, int]
    clerk: Actor


@pytest.fixture
def office(runtime: Runtime, clock: FakeClock) -> Office:
    clock.now = on(9, 9)
    return make_office(runtime)


def make_office(runtime: Runtime, mark: str = "") -> Office:
    """`mark` tells several offices in one database apart."""
    with runtime.sessions.begin() as session:
        one = make_unit(session, code=f"P1{mark}", name="Phòng Một", position=1)
        units = {
            "P1": one,
            "P1A": make_unit(session, code=f"P1A{mark}", name="Tổ Một A", parent=one),
            "P2": make_unit(session, code=f"P2{mark}", name="Phòng Hai", position=2),
        }
        places = {"BINH": "P1", "CUC": "P1A", "AN": "P2", "DUNG": "P2"}
        names = {"BINH": "Bình", "CUC": "Cúc", "AN": "An", "DUNG": "Dũng"}
        people = {
            code: make_person(session, units[unit], code=f"{code}{mark}", given_name=names[code], groups=(mark,))
            for code, unit in places.items()
        }
        clerk = make_actor(Role.SECRETARIAT, account_id=make_account(session))
    return Office(units, people, clerk)


def post(runtime: Runtime, **changes: object) -> int:
    """To everybody, to be confirmed by 17:00 on Monday the 16th."""
    posted = post_document(runtime, OPERATOR, make_posting(**({"due": on(16)} | changes)))
    list_recipients(runtime)
    return posted.distribution_id


def confirm(
    runtime: Runtime, office: Office, distribution: int, code: str, route: Route = Route.INBOX, revision: int = 1
) -> None:
    acknowledge(runtime, make_actor(person_id=office.people[code]), distribution, revision, route)


def listed(
    runtime: Runtime,
    distribution: int,
    as_of: datetime | None = None,
    wanted: Filter = EVERYBODY,
    actor: Actor = OPERATOR,
) -> ConfirmationList:
    return list_confirmations(runtime, actor, distribution, as_of, wanted, after=None, limit=ALL)


def codes(people: Sequence[Confirmation]) -> list[str]:
    return [person.code for person in people]


def person(found: ConfirmationList, code: str) -> Confirmation:
    return next(one for one in found.people if one.code == code)


def test_everybody_who_has_confirmed_is_named_in_name_order_with_moment_and_way(
    runtime: Runtime, office: Office, clock: FakeClock
) -> None:
    distribution = post(runtime)
    ways = {"DUNG": Route.KIOSK, "CUC": Route.MAIL_LINK, "AN": Route.INBOX}
    moments = {}
    for code, route in ways.items():
        clock.move(timedelta(hours=1))
        confirm(runtime, office, distribution, code, route)
        moments[code] = clock()
    found = listed(runtime, distribution).people
    assert codes(found) == ["AN", "CUC", "DUNG"]
    assert {one.code: one.route for one in found} == ways
    assert {one.code: one.confirmed_at for one in found} == moments
    assert all(one.recorded_at == one.confirmed_at and one.entered_by == "" for one in found)
    assert (found[1].full_name, found[1].unit_name) == ("Nguyễn Văn Cúc", "Tổ Một A")


def test_what_was_entered_for_somebody_has_both_dates_and_the_name_of_who_entered_it(
    runtime: Runtime, office: Office, clock: FakeClock
) -> None:
    distribution = post(runtime)
    code = print_sheet(runtime, office.clerk, distribution)
    clock.now = on(13, 10)
    signed = SignedSheet(code, (Signature("BINH"),), on(11).date(), (SCAN,))
    enter_signatures(runtime, office.clerk, signed)
    enter_for(runtime, office.clerk, distribution, "CUC", on(12).date(), "gặp trực tiếp")
    confirm(runtime, office, distribution, "DUNG")
    found = listed(runtime, distribution)
    told = {one.code: (one.route, one.entered_by) for one in found.people}
    assert told == {
        "BINH": (Route.PAPER, "Nguyễn Văn Mẫu"),
        "CUC": (Route.ENTERED_FOR, "Nguyễn Văn Mẫu"),
        "DUNG": (Route.INBOX, ""),
    }
    assert (person(found, "BINH").confirmed_at, person(found, "BINH").recorded_at) == (on(11, 0), on(13, 10))


def test_a_past_day_shows_what_was_recorded_by_then(runtime: Runtime, office: Office, clock: FakeClock) -> None:
    distribution = post(runtime)
    code = print_sheet(runtime, office.clerk, distribution)
    clock.now = on(12, 8)
    confirm(runtime, office, distribution, "AN")
    clock.now = on(13, 10)
    enter_signatures(runtime, office.clerk, SignedSheet(code, (Signature("BINH"),), on(10).date(), (SCAN,)))
    assert codes(listed(runtime, distribution, on(11)).people) == []
    assert codes(listed(runtime, distribution, on(12)).people) == ["AN"]
    assert codes(listed(runtime, distribution).people) == ["AN", "BINH"]


def test_who_confirmed_after_the_deadline_was_late_by_so_much(
    runtime: Runtime, office: Office, clock: FakeClock
) -> None:
    distribution = post(runtime)
    for code, at in (("AN", on(16)), ("BINH", on(16) + timedelta(seconds=1)), ("CUC", on(18, 20))):
        clock.now = at
        confirm(runtime, office, distribution, code)
    found = listed(runtime, distribution)
    assert [one.late_by for one in found.people] == [None, timedelta(seconds=1), timedelta(days=2, hours=3)]
    assert codes(listed(runtime, distribution, wanted=LATE).people) == ["BINH", "CUC"]
    report = report_coverage(runtime, OPERATOR, distribution)
    assert (report.late, [unit.late for unit in report.units]) == (2, [1, 1, 0])
    assert report_coverage(runtime, OPERATOR, distribution, on(17)).late == 1


def test_a_signature_counts_by_its_day_and_not_by_the_day_of_its_entry(
    runtime: Runtime, office: Office, clock: FakeClock
) -> None:
    distribution = post(runtime)
    code = print_sheet(runtime, office.clerk, distribution)
    clock.now = on(20, 9)
    signatures = (Signature("AN"), Signature("BINH", on(17).date()))
    enter_signatures(runtime, office.clerk, SignedSheet(code, signatures, on(16).date(), (SCAN,)))
    assert codes(listed(runtime, distribution, wanted=LATE).people) == ["BINH"]


def test_without_a_deadline_nobody_is_late(runtime: Runtime, office: Office, clock: FakeClock) -> None:
    distribution = post(runtime, due=None)
    clock.now = on(30)
    confirm(runtime, office, distribution, "AN")
    assert listed(runtime, distribution).people[0].late_by is None
    assert listed(runtime, distribution, wanted=LATE).people == []
    assert report_coverage(runtime, OPERATOR, distribution).late == 0


def test_who_is_late_is_judged_by_the_own_deadline_as_it_was_known(
    runtime: Runtime, office: Office, clock: FakeClock
) -> None:
    distribution = post(runtime)
    clock.now = on(17, 10)
    confirm(runtime, office, distribution, "BINH")
    confirm(runtime, office, distribution, "AN")
    before = clock()
    clock.move(timedelta(hours=1))
    record_absence(runtime, OPERATOR, office.people["BINH"], days(12, 12))
    excused = clock()
    clock.move(timedelta(hours=1))
    withdraw_absence(runtime, OPERATOR, office.people["BINH"], 1)
    for moment, late in ((before, ["AN", "BINH"]), (excused, ["AN"]), (clock(), ["AN", "BINH"])):
        assert codes(listed(runtime, distribution, moment, LATE).people) == late
        assert report_coverage(runtime, OPERATOR, distribution, moment).late == len(late)
    told = person(listed(runtime, distribution, excused), "BINH")
    assert (told.own_due_at, told.own_due_because, told.late_by) == (on(17), "nghỉ phép 12/11/2026", None)


def test_who_is_late_by_the_own_deadline_too_is_so_by_what_is_left(
    runtime: Runtime, office: Office, clock: FakeClock
) -> None:
    distribution = post(runtime)
    record_absence(runtime, OPERATOR, office.people["BINH"], days(12, 12))
    clock.now = on(18, 18)
    confirm(runtime, office, distribution, "BINH")
    found = listed(runtime, distribution, wanted=LATE).people
    assert [(one.own_due_at, one.late_by) for one in found] == [(on(17), timedelta(days=1, hours=1))]


def test_who_was_added_later_has_the_time_of_everybody_else(runtime: Runtime, office: Office, clock: FakeClock) -> None:
    distribution = post(runtime, audience="person:AN")
    clock.now = on(16, 9)
    add_recipient(runtime, OPERATOR, distribution, "BINH", "chuyển đến")
    clock.now = on(18, 9)
    confirm(runtime, office, distribution, "AN")
    confirm(runtime, office, distribution, "BINH")
    found = listed(runtime, distribution)
    assert person(found, "BINH").own_due_because == "vào danh sách sau"
    assert [(one.code, one.late_by is None) for one in found.people] == [("AN", False), ("BINH", True)]
    assert report_coverage(runtime, OPERATOR, distribution).late == 1


def test_for_information_those_are_named_who_have_read_it(runtime: Runtime, office: Office) -> None:
    distribution = post(runtime, mode=Mode.INFORM, due=None)
    open_document(runtime, make_actor(person_id=office.people["CUC"]), distribution, Route.MAIL_LINK)
    (told,) = listed(runtime, distribution).people
    assert (told.code, told.route, told.late_by) == ("CUC", Route.MAIL_LINK, None)


def test_after_a_replacement_those_are_named_who_confirmed_anew_by_the_new_deadline(
    runtime: Runtime, office: Office, clock: FakeClock
) -> None:
    distribution = post(runtime)
    clock.now = on(17, 9)
    confirm(runtime, office, distribution, "AN")
    confirm(runtime, office, distribution, "BINH")
    replaced = clock()
    clock.move(timedelta(hours=1))
    new = Replacement(replaces=1, note="Sai ngày.", body="Nội dung mới", due=on(20))
    replace_document(runtime, OPERATOR, distribution, new)
    clock.move(timedelta(hours=1))
    confirm(runtime, office, distribution, "BINH", revision=2)
    assert [(one.code, one.late_by) for one in listed(runtime, distribution).people] == [("BINH", None)]
    assert codes(listed(runtime, distribution, replaced, LATE).people) == ["AN", "BINH"]


def test_pages_meet_everybody_once_and_each_goes_on_behind_the_last(runtime: Runtime, office: Office) -> None:
    distribution = post(runtime)
    for code in office.people:
        confirm(runtime, office, distribution, code)
    assert [codes(page) for page in pages(runtime, distribution, 3)] == [["AN", "BINH", "CUC"], ["DUNG"]]
    with pytest.raises(BadCursor):
        list_confirmations(runtime, OPERATOR, distribution, None, EVERYBODY, after=4711, limit=3)


def pages(runtime: Runtime, distribution: int, limit: int) -> Iterator[Sequence[Confirmation]]:
    after = None
    while True:
        people = list_confirmations(runtime, OPERATOR, distribution, None, EVERYBODY, after=after, limit=limit).people
        yield people
        if len(people) < limit:
            return
        after = people[-1].person_id


def test_of_a_unit_those_below_it_are_named_too_and_a_manager_sees_the_own_alone(
    runtime: Runtime, office: Office
) -> None:
    distribution = post(runtime)
    for code in office.people:
        confirm(runtime, office, distribution, code)
    found = listed(runtime, distribution, wanted=Filter("P1"))
    assert codes(found.people) == ["BINH", "CUC"]
    assert sum(unit.confirmed for unit in found.found) == 2
    assert sum(unit.confirmed for unit in found.units) == 4
    bob = make_actor(Role.MANAGER, unit_ids=frozenset({office.units["P1"]}))
    assert codes(listed(runtime, distribution, actor=bob).people) == ["BINH"]
    assert codes(listed(runtime, distribution, wanted=Filter("P1"), actor=bob).people) == ["BINH"]
    for unknown in ("P2", "KHONG-CO"):
        with pytest.raises(UnknownUnit):
            listed(runtime, distribution, wanted=Filter(unknown), actor=bob)


def test_for_whoever_may_not_see_the_report_there_is_no_list(runtime: Runtime, office: Office) -> None:
    distribution = post(runtime)
    for actor in (make_actor(), make_actor(Role.MANAGER, unit_ids=frozenset({0}))):
        with pytest.raises(NotFound):
            listed(runtime, distribution, actor=actor)
    with pytest.raises(NotFound):
        listed(runtime, 4711)


ACTS = ("read", "excuse", "sign", "replace", "wait")


@given(
    st.sampled_from(Mode),
    st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from(["AN", "BINH", "CUC", "DUNG"])), max_size=10),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_list_is_as_long_as_the_report_says_after_any_course_of_things_and_as_of_each_moment(
    runtime: Runtime, clock: FakeClock, mode: Mode, course: list[tuple[str, str]]
) -> None:
    clock.now = max(on(9, 9), clock())
    life = Life(runtime, clock, mode)
    moments = [clock()]
    for act, code in course:
        clock.move(timedelta(hours=9))
        life.happen(act, code)
        moments.append(clock())
    for moment in moments:
        assert_agree(runtime, life.distribution, moment)


class Life:
    """What befalls one document, in an office of its own."""

    def __init__(self, runtime: Runtime, clock: FakeClock, mode: Mode) -> None:
        self.runtime, self.clock, self.mode, self.revision = runtime, clock, mode, 1
        self.mark = f"-{uuid4().hex}"
        self.office = make_office(runtime, self.mark)
        self.distribution = post(runtime, mode=mode, due=self.deadline(), audience=f"group:{self.mark}")
        self.sheet = print_sheet(runtime, self.office.clerk, self.distribution)

    def deadline(self) -> datetime | None:
        return self.clock() + timedelta(hours=20) if self.mode is Mode.ACKNOWLEDGE else None

    def happen(self, act: str, code: str) -> None:
        today, person_id = self.clock().date(), self.office.people[code]
        match act:
            case "read":
                self.read(make_actor(person_id=person_id))
            case "excuse":
                yesterday = today - timedelta(days=1)
                record_absence(self.runtime, OPERATOR, person_id, Period(yesterday, today), "ốm")
            case "sign":
                signed = SignedSheet(self.sheet, (Signature(code + self.mark),), today, (SCAN,))
                enter_signatures(self.runtime, self.office.clerk, signed)
            case "replace":
                self.replace()

    def read(self, reader: Actor) -> None:
        open_document(self.runtime, reader, self.distribution, Route.INBOX)
        if self.mode is Mode.ACKNOWLEDGE:
            acknowledge(self.runtime, reader, self.distribution, self.revision, Route.INBOX)

    def replace(self) -> None:
        body = f"Sau bản {self.revision}"
        new = Replacement(replaces=self.revision, note="Sai ngày.", body=body, due=self.deadline())
        replace_document(self.runtime, OPERATOR, self.distribution, new)
        self.revision += 1


def assert_agree(runtime: Runtime, distribution: int, moment: datetime) -> None:
    """Page, file and figures, whole and unit by unit."""
    report = report_coverage(runtime, OPERATOR, distribution, moment)
    found, late = listed(runtime, distribution, moment), listed(runtime, distribution, moment, LATE)
    assert len(found.people) == report.identity.confirmed
    assert len(late.people) == report.late == sum(one.late_by is not None for one in found.people)
    by_unit = {unit.unit_name: (unit.identity.confirmed, unit.late) for unit in report.units}
    named, named_late = (Counter(one.unit_name for one in some.people) for some in (found, late))
    assert by_unit == {name: (named[name], named_late[name]) for name in by_unit}
    assert {unit.unit_name: (unit.confirmed, unit.late) for unit in found.units} == {
        name: figures for name, figures in by_unit.items() if figures != (0, 0)
    }
    with open_report(runtime, OPERATOR, distribution, moment) as opened:
        assert list(opened.confirmations()) == list(found.people)
