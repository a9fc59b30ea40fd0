"""Absences and exemptions: recorded, merged, withdrawn, and what they do to deadlines, inbox and report."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from service.actions.acknowledge import acknowledge
from service.actions.change_calendar import announce_day
from service.actions.correct_document import recall_document, replace_document
from service.actions.list_recipients import list_recipients
from service.actions.post_document import post_document
from service.actions.record_absence import Period, exempt, lift_exemption, record_absence, withdraw_absence
from service.actions.report_coverage import report_coverage
from service.domain.absences import Kind
from service.domain.corrections import Replacement
from service.domain.coverage import Outstanding, Report
from service.domain.deadlines import WorkingDays
from service.domain.documents import Mode
from service.domain.errors import (
    AbsentAfterService,
    AbsentBeforeService,
    DocumentRecalled,
    MissingReason,
    NotFound,
    NotShorter,
    OverlappingAbsence,
)
from service.domain.receipts import Route
from service.domain.roles import OPERATOR, Role
from service.runtime import Runtime
from service.store.evidence import seal, sealed_entries
from service.store.excuses import AbsenceLine, absence_lines
from service.store.receipts import inbox_counts, inbox_page
from service.store.tables import deliveries, memberships, receipts
from tests.fakes import OFFICE_ZONE, FakeClock
from tests.makers import make_actor, make_person, make_posting, make_unit


def on(day: int, hour: int = 17) -> datetime:
    """A moment of November 2026, whose 24th is a holiday."""
    return datetime(2026, 11, day, hour, tzinfo=OFFICE_ZONE)


def days(first: int, last: int) -> Period:
    return Period(on(first).date(), on(last).date())


@dataclass(frozen=True)
class Office:
    unit: int
    binh: int
    cuc: int


@pytest.fixture
def office(runtime: Runtime, clock: FakeClock) -> Office:
    clock.now = on(9, 9)
    with runtime.sessions.begin() as session:
        unit = make_unit(session, code="P1")
        return Office(
            unit, make_person(session, unit, code="BINH"), make_person(session, unit, code="CUC", given_name="Cúc")
        )


def post(runtime: Runtime, **changes: object) -> int:
    posted = post_document(runtime, OPERATOR, make_posting(**({"due": WorkingDays(5)} | changes)))
    list_recipients(runtime)
    return posted.distribution_id


def own_due(runtime: Runtime, distribution_id: int, person_id: int) -> datetime | None:
    r = receipts.c
    with runtime.sessions() as session:
        query = select(r.own_due_at).where(r.distribution_id == distribution_id, r.person_id == person_id)
        own: datetime | None = session.execute(query).scalar_one()
        return own


def known(runtime: Runtime, person_id: int) -> list[AbsenceLine]:
    with runtime.sessions() as session:
        return absence_lines(session, person_id, 100)


def standing(runtime: Runtime, person_id: int) -> list[str]:
    return [line.absence.words for line in known(runtime, person_id) if line.withdrawn_at is None]


def deeds(runtime: Runtime) -> list[str]:
    with runtime.sessions.begin() as session:
        seal(session, 1000)
        return [one.entry for one in sealed_entries(session)]


def outstanding(report: Report, person_id: int) -> Outstanding:
    return next(person for person in report.outstanding if person.person_id == person_id)


def test_an_absence_outside_the_time_of_service_is_refused_and_one_that_reaches_beyond_it_stands(
    runtime: Runtime, office: Office
) -> None:
    with runtime.sessions.begin() as session:
        first, last = on(11).date(), on(20).date()
        mai = make_person(session, office.unit, code="MAI", active_from=first, active_to=last)
    with pytest.raises(AbsentBeforeService):
        record_absence(runtime, OPERATOR, mai, days(9, 10))
    with pytest.raises(AbsentAfterService):
        record_absence(runtime, OPERATOR, mai, days(21, 23))
    assert standing(runtime, mai) == []
    record_absence(runtime, OPERATOR, mai, days(10, 12))
    with pytest.raises(AbsentBeforeService):
        withdraw_absence(runtime, OPERATOR, mai, 1, last_day=on(10).date())
    record_absence(runtime, OPERATOR, mai, days(20, 27))
    assert standing(runtime, mai) == ["nghỉ phép 20/11/2026 – 27/11/2026", "nghỉ phép 10/11/2026 – 12/11/2026"]


@pytest.mark.parametrize("contract_ends", [None, date(2026, 12, 31)])
def test_who_left_the_directory_has_no_absence_after_that_day(
    runtime: Runtime, office: Office, contract_ends: date | None
) -> None:
    with runtime.sessions.begin() as session:
        mai = make_person(session, office.unit, code="MAI", active_to=contract_ends)
        m = memberships.c
        session.execute(update(memberships).where(m.person_id == mai).values(valid_to=on(12, 9)))
    with pytest.raises(AbsentAfterService, match="12/11/2026"):
        record_absence(runtime, OPERATOR, mai, days(13, 14))
    record_absence(runtime, OPERATOR, mai, days(12, 14))
    assert standing(runtime, mai) == ["nghỉ phép 12/11/2026 – 14/11/2026"]


def test_an_absence_moves_open_deadlines_of_this_person_alone_and_withdrawing_moves_them_back(
    runtime: Runtime, office: Office
) -> None:
    asked, done = post(runtime), post(runtime, title="Đã xác nhận rồi")
    told = post(runtime, title="Để biết", mode=Mode.INFORM, due=None)
    acknowledge(runtime, make_actor(person_id=office.binh), done, 1, Route.INBOX)

    record_absence(runtime, OPERATOR, office.binh, days(11, 13))
    # Three days missed; counting goes on after Monday the 16th.
    assert own_due(runtime, asked, office.binh) == on(19)
    assert own_due(runtime, asked, office.cuc) is None
    assert own_due(runtime, done, office.binh) is None
    assert own_due(runtime, told, office.binh) is None

    withdraw_absence(runtime, OPERATOR, office.binh, 1, last_day=on(11).date())
    assert own_due(runtime, asked, office.binh) == on(17)
    withdraw_absence(runtime, OPERATOR, office.binh, 2)
    assert own_due(runtime, asked, office.binh) is None


def test_who_is_away_already_is_listed_with_the_own_deadline(runtime: Runtime, office: Office) -> None:
    record_absence(runtime, OPERATOR, office.binh, days(2, 20), kind=Kind.MATERNITY)
    asked = post(runtime)
    # The five days begin with Monday the 23rd, and the 24th is a holiday.
    assert own_due(runtime, asked, office.binh) == on(30)
    assert own_due(runtime, asked, office.cuc) is None


def test_an_absence_that_is_over_moves_nothing(runtime: Runtime, office: Office) -> None:
    record_absence(runtime, OPERATOR, office.binh, days(2, 9))
    assert own_due(runtime, post(runtime), office.binh) is None


def test_the_inbox_sorts_and_counts_by_the_own_deadline(runtime: Runtime, office: Office, clock: FakeClock) -> None:
    early = post(runtime, title="Hạn chung sớm", due=WorkingDays(1))
    later = post(runtime, title="Hạn chung muộn", due=on(12))
    record_absence(runtime, OPERATOR, office.binh, days(10, 10))
    with runtime.sessions() as session:
        rows = inbox_page(session, office.binh, before=None, limit=9)
        assert [(row["distribution_id"], row["due_at"]) for row in rows] == [(early, on(11)), (later, on(13))]
        clock.now = on(10, 18)
        assert inbox_counts(session, office.binh, clock()).overdue == 0
        assert inbox_counts(session, office.cuc, clock()).overdue == 1


def test_the_report_names_the_own_deadline_as_it_was_known_at_its_moment(
    runtime: Runtime, office: Office, clock: FakeClock
) -> None:
    asked = post(runtime)
    before = clock()
    clock.move(timedelta(hours=1))
    record_absence(runtime, OPERATOR, office.binh, days(11, 13), kind=Kind.MISSION)
    between = clock()
    clock.move(timedelta(hours=1))
    withdraw_absence(runtime, OPERATOR, office.binh, 1, last_day=on(11).date())

    told = [
        outstanding(report_coverage(runtime, OPERATOR, asked, moment), office.binh)
        for moment in (before, between, clock())
    ]
    assert [person.own_due_at for person in told] == [None, on(19), on(17)]
    assert told[1].own_due_because == "công tác 11/11/2026 – 13/11/2026"
    assert outstanding(report_coverage(runtime, OPERATOR, asked), office.cuc).own_due_at is None


def test_a_day_announced_later_changes_no_own_deadline_that_was_told(
    runtime: Runtime, office: Office, clock: FakeClock
) -> None:
    asked = post(runtime)
    record_absence(runtime, OPERATOR, office.binh, days(11, 13))
    told = clock()
    clock.move(timedelta(hours=1))
    announce_day(runtime, OPERATOR, date(2026, 11, 18), "Nghỉ bù", is_working=False)
    for moment in (told, clock()):
        report = report_coverage(runtime, OPERATOR, asked, moment)
        assert outstanding(report, office.binh).own_due_at == own_due(runtime, asked, office.binh) == on(19)


def test_a_letter_that_has_not_left_tells_the_deadline_as_it_was_moved(runtime: Runtime, office: Office) -> None:
    asked = post(runtime)
    record_absence(runtime, OPERATOR, office.binh, days(11, 13))
    d = deliveries.c
    with runtime.sessions() as session:
        letters = select(d.person_id, d.own_due_at).where(d.distribution_id == asked)
        assert dict(session.execute(letters).all()) == {office.binh: on(19), office.cuc: None}


def test_a_withdrawn_absence_counts_until_it_was_withdrawn(runtime: Runtime, office: Office, clock: FakeClock) -> None:
    asked = post(runtime)
    record_absence(runtime, OPERATOR, office.binh, days(9, 9))
    recorded = clock()
    clock.move(timedelta(minutes=1))
    withdraw_absence(runtime, OPERATOR, office.binh, 1)
    assert report_coverage(runtime, OPERATOR, asked, recorded).identity.absent == 1
    assert report_coverage(runtime, OPERATOR, asked).identity.absent == 0


def test_days_of_the_same_kind_become_one_absence(runtime: Runtime, office: Office) -> None:
    record_absence(runtime, OPERATOR, office.binh, days(9, 10), "về quê")
    record_absence(runtime, OPERATOR, office.binh, days(10, 12))
    record_absence(runtime, OPERATOR, office.binh, days(11, 11))
    assert standing(runtime, office.binh) == ["nghỉ phép 09/11/2026 – 12/11/2026"]
    assert len(known(runtime, office.binh)) == 2, "the third said nothing new"


def test_days_of_another_kind_are_refused_and_nothing_changes(runtime: Runtime, office: Office) -> None:
    asked = post(runtime)
    record_absence(runtime, OPERATOR, office.binh, days(10, 10), kind=Kind.STUDY)
    with pytest.raises(OverlappingAbsence, match="đi học 10/11/2026"):
        record_absence(runtime, OPERATOR, office.binh, days(9, 12))
    assert standing(runtime, office.binh) == ["đi học 10/11/2026"]
    assert own_due(runtime, asked, office.binh) == on(17)


def test_recorded_at_once_by_many_they_are_one(runtime: Runtime, office: Office) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda day: record_absence(runtime, OPERATOR, office.binh, days(day, day + 1)), range(10, 16)))
    assert standing(runtime, office.binh) == ["nghỉ phép 10/11/2026 – 16/11/2026"]


def test_recorded_while_the_list_is_drawn_the_absence_is_not_missed(runtime: Runtime, office: Office) -> None:
    posted = [post_document(runtime, OPERATOR, make_posting(due=WorkingDays(5))).distribution_id for _ in range(8)]
    with ThreadPoolExecutor(2) as pool:
        drawing = pool.submit(list_recipients, runtime)
        record_absence(runtime, OPERATOR, office.binh, days(10, 10))
        drawing.result()
    assert {own_due(runtime, one, office.binh) for one in posted} == {on(17)}


def test_an_absence_is_cut_short_to_an_earlier_day_only(runtime: Runtime, office: Office) -> None:
    record_absence(runtime, OPERATOR, office.binh, days(10, 12))
    with pytest.raises(NotShorter):
        withdraw_absence(runtime, OPERATOR, office.binh, 1, last_day=date(2026, 11, 12))
    assert standing(runtime, office.binh) == ["nghỉ phép 10/11/2026 – 12/11/2026"]


def test_only_whose_people_they_are_withdraw_and_lift(runtime: Runtime, office: Office) -> None:
    asked = post(runtime)
    stranger = make_actor(Role.MANAGER, unit_ids=frozenset({office.unit + 1}))
    record_absence(runtime, OPERATOR, office.binh, days(10, 12))
    exempt(runtime, OPERATOR, asked, office.binh, "Người ký văn bản")
    for actor in (stranger, make_actor(), make_actor(Role.LEADERSHIP)):
        with pytest.raises(NotFound):
            withdraw_absence(runtime, actor, office.binh, 1)
        with pytest.raises(NotFound):
            lift_exemption(runtime, actor, asked, office.binh)
    with pytest.raises(NotFound):
        withdraw_absence(runtime, OPERATOR, office.cuc, 1)
    assert report_coverage(runtime, OPERATOR, asked).identity.exempted == 1


def test_an_exemption_lifted_and_given_again_counts_each_person_once_as_of_every_moment(
    runtime: Runtime, office: Office, clock: FakeClock
) -> None:
    asked = post(runtime)
    moments = []
    for act in ("exempt", "lift", "exempt", "lift", "exempt"):
        if act == "exempt":
            exempt(runtime, OPERATOR, asked, office.binh, "Người ký văn bản")
        else:
            lift_exemption(runtime, OPERATOR, asked, office.binh)
        moments.append(clock())
        clock.move(timedelta(minutes=1))
    identities = [report_coverage(runtime, OPERATOR, asked, moment).identity for moment in moments]
    assert [identity.exempted for identity in identities] == [1, 0, 1, 0, 1]
    assert all(identity.holds and identity.listed == 2 for identity in identities)


def test_two_clocks_that_disagree_double_nobody(runtime: Runtime, office: Office, clock: FakeClock) -> None:
    asked = post(runtime)
    exempt(runtime, OPERATOR, asked, office.binh, "Người ký văn bản")
    clock.move(timedelta(seconds=2))
    lift_exemption(runtime, OPERATOR, asked, office.binh)
    clock.move(-timedelta(seconds=1))
    exempt(runtime, OPERATOR, asked, office.binh, "Người ký văn bản")
    identity = report_coverage(runtime, OPERATOR, asked).identity
    assert (identity.listed, identity.exempted, identity.holds) == (2, 1, True)


def test_an_exempted_person_is_asked_no_more_and_may_still_confirm(
    runtime: Runtime, office: Office, clock: FakeClock
) -> None:
    asked = post(runtime)
    exempt(runtime, OPERATOR, asked, office.binh, "Người ký văn bản")
    with runtime.sessions() as session:
        assert inbox_counts(session, office.binh, clock()).must_confirm == 0
        assert [row["must_confirm"] for row in inbox_page(session, office.binh, before=None, limit=9)] == [False]
    acknowledge(runtime, make_actor(person_id=office.binh), asked, 1, Route.INBOX)
    assert report_coverage(runtime, OPERATOR, asked).identity.confirmed == 1


def test_exempting_takes_back_the_letters_that_ask_to_confirm(runtime: Runtime, office: Office) -> None:
    asked = post(runtime)
    exempt(runtime, OPERATOR, asked, office.binh, "Người ký văn bản")
    d = deliveries.c
    with runtime.sessions() as session:
        found = session.execute(select(d.person_id, d.status).where(d.distribution_id == asked))
        assert dict(found.all()) == {office.binh: "cancelled", office.cuc: "waiting"}


def test_a_replacement_with_a_new_deadline_moves_the_own_one_too(runtime: Runtime, office: Office) -> None:
    asked = post(runtime)
    acknowledge(runtime, make_actor(person_id=office.binh), asked, 1, Route.INBOX)
    record_absence(runtime, OPERATOR, office.binh, days(11, 13))
    assert own_due(runtime, asked, office.binh) is None, "nothing was owed"
    replace_document(
        runtime, OPERATOR, asked, Replacement(replaces=1, note="Sửa mục 2", body="Nội dung mới.", due=on(18))
    )
    assert own_due(runtime, asked, office.binh) == on(23)


def test_nobody_is_exempted_from_a_document_that_was_recalled(runtime: Runtime, office: Office) -> None:
    asked = post(runtime)
    recall_document(runtime, OPERATOR, asked, "Nhầm.")
    with pytest.raises(DocumentRecalled):
        exempt(runtime, OPERATOR, asked, office.binh, "Người ký văn bản")
    assert report_coverage(runtime, OPERATOR, asked).identity.exempted == 0


def test_the_reason_of_an_absence_on_the_day_of_listing_stands_in_the_report(
    runtime: Runtime, office: Office, clock: FakeClock
) -> None:
    asked = post(runtime, due=on(9, 16))
    record_absence(runtime, OPERATOR, office.binh, days(9, 9))
    clock.now = on(10, 9)
    told = outstanding(report_coverage(runtime, OPERATOR, asked), office.binh)
    assert (told.own_due_at, told.own_due_because) == (on(10, 16), "nghỉ phép 09/11/2026")


def test_an_exemption_needs_a_reason(runtime: Runtime, office: Office) -> None:
    asked = post(runtime)
    with pytest.raises(MissingReason):
        exempt(runtime, OPERATOR, asked, office.binh, " \n")
    assert report_coverage(runtime, OPERATOR, asked).identity.exempted == 0


def test_each_deed_is_in_the_evidence_once_and_says_nothing_of_health(runtime: Runtime, office: Office) -> None:
    asked = post(runtime)
    record_absence(runtime, OPERATOR, office.binh, days(10, 12), "sốt cao", kind=Kind.ILLNESS)
    withdraw_absence(runtime, OPERATOR, office.binh, 1, last_day=on(10).date())
    exempt(runtime, OPERATOR, asked, office.binh, "Người ký văn bản")
    exempt(runtime, OPERATOR, asked, office.binh, "một lần nữa")
    lift_exemption(runtime, OPERATOR, asked, office.binh)
    entries = deeds(runtime)
    told = ("absence recorded", "absence withdrawn", "exempted", "exemption lifted")
    assert [sum(f'"deed":"{deed}"' in entry for entry in entries) for deed in told] == [2, 1, 1, 1]
    assert not any("sốt" in entry or "illness" in entry for entry in entries)
