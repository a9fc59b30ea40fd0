"""The identity holds whatever happened, as of any moment, for the office and for each unit."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from service.actions.acknowledge import acknowledge, open_document
from service.actions.add_recipients import add_recipient
from service.actions.announce_corrections import announce_corrections
from service.actions.correct_document import replace_document
from service.actions.deliver import deliver_due
from service.actions.list_recipients import list_recipients
from service.actions.post_document import post_document
from service.actions.print_sheet import print_sheet
from service.actions.record_absence import Period, exempt, record_absence
from service.actions.report_coverage import open_report, report_coverage
from service.domain.corrections import Replacement
from service.domain.coverage import Identity, Report, Term
from service.domain.deliveries import Deferred, Phase, Refused, Reply, RetryPolicy, Status, Unknown, Verdict
from service.domain.documents import Mode
from service.domain.errors import AbsentAfterService, NotFound
from service.domain.letters import Sent
from service.domain.receipts import Route
from service.domain.roles import OPERATOR, Role
from service.runtime import Policy, Runtime
from service.store.accounts import account_by_id
from service.store.deliveries import record
from service.store.sessions import open_session
from service.store.tables import deliveries, memberships, people, units
from tests.fakes import ACCEPTED, FakeClock, FakeMailer
from tests.makers import make_account, make_actor, make_person, make_posting, make_unit

NO_SUCH_USER = Refused("no such user", Reply(550, "5.1.1 No such user", Phase.RCPT))


@dataclass(frozen=True)
class Office:
    """Two rooms of three; everybody has an account. `audience` names exactly them."""

    audience: str
    first: int
    second: int
    people: tuple[int, ...]
    accounts: dict[int, int]


@pytest.fixture
def office(runtime: Runtime) -> Office:
    return make_office(runtime)


def make_office(runtime: Runtime) -> Office:
    with runtime.sessions.begin() as session:
        first = make_unit(session, name="Phòng Một", position=1)
        second = make_unit(session, name="Phòng Hai", position=2)
        code = uuid4().hex
        rooms = (first, first, first, second, second, second)
        people = tuple(make_person(session, unit, groups=(code,)) for unit in rooms)
        accounts = {person: make_account(session, person) for person in people}
    return Office(f"group:{code}", first, second, people, accounts)


def post(runtime: Runtime, mode: Mode = Mode.ACKNOWLEDGE, audience: str = "all") -> int:
    distribution_id = post_document(runtime, OPERATOR, make_posting(mode=mode, audience=audience)).distribution_id
    list_recipients(runtime)
    return distribution_id


def confirm(runtime: Runtime, office: Office, distribution_id: int, person: int) -> None:
    actor = make_actor(account_id=office.accounts[person], person_id=person)
    acknowledge(runtime, actor, distribution_id, 1, Route.INBOX)


def code_of(runtime: Runtime, person: int) -> str:
    with runtime.sessions() as session:
        code: str = session.execute(select(people.c.code).where(people.c.id == person)).scalar_one()
        return code


def code_of_unit(runtime: Runtime, unit: int) -> str:
    with runtime.sessions() as session:
        code: str = session.execute(select(units.c.code).where(units.c.id == unit)).scalar_one()
        return code


def leave(runtime: Runtime, person: int) -> None:
    with runtime.sessions.begin() as session:
        session.execute(update(memberships).where(memberships.c.person_id == person).values(valid_to=runtime.clock()))


def sign_in(runtime: Runtime, office: Office, person: int) -> None:
    now = runtime.clock()
    with runtime.sessions.begin() as session:
        account = account_by_id(session, office.accounts[person], now.date())
        assert account
        open_session(session, account, f"{person} {now}".encode(), "x", now)


def test_each_person_falls_under_the_first_term_that_fits(
    runtime: Runtime, office: Office, clock: FakeClock, mailer: FakeMailer
) -> None:
    confirmed, absent, exempted, left, unreachable, waiting = office.people
    distribution_id = post(runtime)
    mailer.answer = lambda letter: (
        NO_SUCH_USER if letter.message_id.startswith(f"original.{unreachable}.") else ACCEPTED
    )
    deliver_due(runtime)
    today = clock().date()
    confirm(runtime, office, distribution_id, confirmed)
    record_absence(runtime, OPERATOR, absent, Period(today, today), "nghỉ phép")
    exempt(runtime, OPERATOR, distribution_id, exempted, "người ký văn bản")
    leave(runtime, left)
    report = report_coverage(runtime, OPERATOR, distribution_id)
    assert report.identity == Identity(6, 1, 1, 1, 1, 1, 1)
    assert [(one.person_id, one.term) for one in report.outstanding] == [
        (unreachable, Term.NOT_REACHABLE),
        (waiting, Term.NOT_YET),
    ]
    assert report.outstanding[0].last_reply == "550 5.1.1 No such user"


def test_who_confirmed_stays_confirmed_whatever_comes_after(runtime: Runtime, office: Office, clock: FakeClock) -> None:
    person = office.people[0]
    distribution_id = post(runtime)
    confirm(runtime, office, distribution_id, person)
    record_absence(runtime, OPERATOR, person, Period(clock().date(), clock().date()), "ốm")
    leave(runtime, person)
    assert report_coverage(runtime, OPERATOR, distribution_id).identity.confirmed == 1


def test_who_signed_in_since_is_reachable_without_mail(runtime: Runtime, office: Office, mailer: FakeMailer) -> None:
    distribution_id = post(runtime)
    mailer.answer = lambda _: NO_SUCH_USER
    deliver_due(runtime)
    assert report_coverage(runtime, OPERATOR, distribution_id).identity.not_reachable == 6
    sign_in(runtime, office, office.people[0])
    identity = report_coverage(runtime, OPERATOR, distribution_id).identity
    assert (identity.not_reachable, identity.not_yet) == (5, 1)


def test_a_sign_in_before_a_person_was_added_reaches_nobody(
    runtime: Runtime, office: Office, clock: FakeClock, mailer: FakeMailer
) -> None:
    distribution_id = post(runtime, audience=f"person:{code_of(runtime, office.people[0])}")
    late = office.people[1]
    clock.move(timedelta(days=5))
    sign_in(runtime, office, late)
    clock.move(timedelta(days=15))
    add_recipient(runtime, OPERATOR, distribution_id, code_of(runtime, late), "chuyển đến")
    mailer.answer = lambda _: NO_SUCH_USER
    deliver_due(runtime)
    assert report_coverage(runtime, OPERATOR, distribution_id).identity.not_reachable == 2
    clock.move(timedelta(days=1))
    sign_in(runtime, office, late)
    assert report_coverage(runtime, OPERATOR, distribution_id).identity.not_reachable == 1


def test_whoever_stands_on_a_printed_sheet_is_reachable_from_its_printing_on(
    runtime: Runtime, office: Office, clock: FakeClock, mailer: FakeMailer
) -> None:
    distribution_id, other = post(runtime), post(runtime)
    mailer.answer = lambda _: NO_SUCH_USER
    deliver_due(runtime)
    before = clock()
    clock.move(timedelta(days=1))
    print_sheet(runtime, OPERATOR, distribution_id, code_of_unit(runtime, office.first))
    identity = report_coverage(runtime, OPERATOR, distribution_id).identity
    assert (identity.not_reachable, identity.not_yet) == (3, 3)
    assert report_coverage(runtime, OPERATOR, distribution_id, before).identity.not_reachable == 6
    assert report_coverage(runtime, OPERATOR, other).identity.not_reachable == 6, "paper of another document"


def test_what_reached_people_of_a_replaced_revision_reaches_nobody_of_the_new_one(
    runtime: Runtime, office: Office, clock: FakeClock, mailer: FakeMailer
) -> None:
    distribution_id = post(runtime)
    mailer.answer = lambda _: NO_SUCH_USER
    deliver_due(runtime)
    clock.move(timedelta(days=1))
    print_sheet(runtime, OPERATOR, distribution_id, code_of_unit(runtime, office.first))
    sign_in(runtime, office, office.people[-1])
    reached = report_coverage(runtime, OPERATOR, distribution_id)
    assert reached.identity.not_reachable < 6
    clock.move(timedelta(days=1))
    replace_document(runtime, OPERATOR, distribution_id, Replacement(replaces=1, note="Sai ngày.", body="Mới."))
    announce_corrections(runtime)
    deliver_due(runtime)
    assert report_coverage(runtime, OPERATOR, distribution_id).identity.not_reachable == 6
    assert report_coverage(runtime, OPERATOR, distribution_id, reached.as_of).identity == reached.identity


def test_levels_stand_beside_the_identity_and_are_not_merged(
    runtime: Runtime, office: Office, mailer: FakeMailer
) -> None:
    distribution_id = post(runtime)
    mailer.answer = lambda letter: NO_SUCH_USER if letter is mailer.letters[0] else ACCEPTED
    deliver_due(runtime)
    reader = make_actor(account_id=office.accounts[office.people[1]], person_id=office.people[1])
    open_document(runtime, reader, distribution_id, Route.MAIL_LINK)
    levels = report_coverage(runtime, OPERATOR, distribution_id).levels
    assert (levels.sent, levels.accepted, levels.failed, levels.opened, levels.confirmed) == (6, 5, 1, 1, 0)


def test_for_information_opened_stands_where_confirmed_stands(runtime: Runtime, office: Office) -> None:
    distribution_id = post(runtime, Mode.INFORM)
    reader = make_actor(account_id=office.accounts[office.people[0]], person_id=office.people[0])
    open_document(runtime, reader, distribution_id, Route.INBOX)
    identity = report_coverage(runtime, OPERATOR, distribution_id).identity
    assert (identity.confirmed, identity.not_yet) == (1, 5)


def test_a_report_as_of_the_past_shows_what_was_known_then(runtime: Runtime, office: Office, clock: FakeClock) -> None:
    distribution_id = post(runtime)
    posted_at = clock()
    clock.move(timedelta(days=1))
    confirm(runtime, office, distribution_id, office.people[0])
    leave(runtime, office.people[1])
    then = report_coverage(runtime, OPERATOR, distribution_id, posted_at)
    assert then.identity == Identity(6, 0, 6)
    assert report_coverage(runtime, OPERATOR, distribution_id).identity == Identity(6, 1, 4, 0, 0, 1)


def levels(runtime: Runtime, distribution_id: int, as_of: datetime | None = None) -> tuple[int, int, int]:
    """Letters sent, accepted and failed as of a moment."""
    found = report_coverage(runtime, OPERATOR, distribution_id, as_of).levels
    return found.sent, found.accepted, found.failed


def record_returns(runtime: Runtime) -> None:
    """As the intake of returned mail writes them."""
    returned = {"status": Status.BOUNCED, "final_at": runtime.clock(), "last_reply": "5.1.1 No such user"}
    with runtime.sessions.begin() as session:
        session.execute(update(deliveries).values(returned))


def make_due(runtime: Runtime) -> None:
    with runtime.sessions.begin() as session:
        session.execute(update(deliveries).values(next_attempt_at=func.clock_timestamp()))


def test_a_letter_is_sent_from_its_first_attempt_on_and_accepted_from_its_250_on(
    runtime: Runtime, office: Office, clock: FakeClock, mailer: FakeMailer
) -> None:
    distribution_id = post(runtime)
    before = clock()
    clock.move(timedelta(days=1))
    mailer.answer = lambda _: Deferred("greylisted", Reply(451, "4.7.1 Greylisted", Phase.RCPT))
    deliver_due(runtime)
    tried = clock()
    clock.move(timedelta(days=1))
    mailer.answer = lambda _: ACCEPTED
    make_due(runtime)
    deliver_due(runtime)
    assert levels(runtime, distribution_id, before) == (0, 0, 0)
    assert levels(runtime, distribution_id, tried) == (6, 0, 0)
    assert levels(runtime, distribution_id) == (6, 6, 0)


def test_a_letter_returned_on_the_tenth_day_stays_accepted_in_the_report_of_the_fifth(
    runtime: Runtime, office: Office, clock: FakeClock
) -> None:
    distribution_id = post(runtime)
    deliver_due(runtime)
    clock.move(timedelta(days=5))
    fifth_day = clock()
    clock.move(timedelta(days=5))
    record_returns(runtime)
    then, now = (report_coverage(runtime, OPERATOR, distribution_id, day) for day in (fifth_day, None))
    assert (then.levels.accepted, then.levels.failed) == (6, 0)
    assert (then.identity.not_yet, then.identity.not_reachable) == (6, 0)
    assert {(one.delivery_status, one.last_reply) for one in then.outstanding} == {("accepted", None)}
    assert (now.levels.accepted, now.levels.failed) == (0, 6)
    assert (now.identity.not_yet, now.identity.not_reachable) == (0, 6)
    assert {(one.delivery_status, one.last_reply) for one in now.outstanding} == {("bounced", "5.1.1 No such user")}


def test_a_250_that_comes_after_giving_up_and_a_return_after_that_each_count_from_their_day(
    runtime: Runtime, office: Office, clock: FakeClock, mailer: FakeMailer
) -> None:
    distribution_id = post(runtime)
    hopeless = replace(runtime, policy=Policy(retry=RetryPolicy(lifetime=timedelta(0))))
    mailer.answer = lambda _: Unknown("connection lost after the final dot")
    deliver_due(hopeless)
    given_up = clock()
    clock.move(timedelta(days=1))
    record_late_250s(runtime, mailer)
    taken = clock()
    clock.move(timedelta(days=1))
    record_returns(runtime)
    assert levels(runtime, distribution_id, given_up) == (6, 0, 6)
    assert levels(runtime, distribution_id, taken) == (6, 6, 0)
    assert levels(runtime, distribution_id) == (6, 0, 6)
    then = report_coverage(runtime, OPERATOR, distribution_id, given_up)
    assert {one.delivery_status for one in then.outstanding} == {"gave_up"}


def record_late_250s(runtime: Runtime, mailer: FakeMailer) -> None:
    moment = runtime.clock()
    late = [(Sent(letter, ACCEPTED, moment, moment), Verdict(Status.ACCEPTED)) for letter in mailer.letters]
    with runtime.sessions.begin() as session:
        record(session, late, "late:1", moment)


def test_an_absence_counts_on_its_days_alone(runtime: Runtime, office: Office, clock: FakeClock) -> None:
    distribution_id = post(runtime)
    today = clock().date()
    record_absence(runtime, OPERATOR, office.people[0], Period(today, today + timedelta(days=1)), "công tác")
    assert report_coverage(runtime, OPERATOR, distribution_id).identity.absent == 1
    clock.move(timedelta(days=2))
    assert report_coverage(runtime, OPERATOR, distribution_id).identity.absent == 0


def test_units_come_in_office_order_and_people_by_given_name(runtime: Runtime, office: Office) -> None:
    with runtime.sessions.begin() as session:
        make_person(session, office.second, family_name="Vũ", given_name="An")
        make_person(session, office.first, family_name="An", given_name="Ý")
    report = report_coverage(runtime, OPERATOR, post(runtime))
    assert [unit.unit_name for unit in report.units] == ["Phòng Một", "Phòng Hai"]
    names = [one.full_name for one in report.outstanding]
    assert (names[0], names[-1]) == ("Vũ An", "An Ý")


def test_figures_and_people_of_an_open_report_are_of_one_moment(runtime: Runtime, office: Office) -> None:
    distribution_id = post(runtime)
    with open_report(runtime, OPERATOR, distribution_id) as opened:
        confirm(runtime, office, distribution_id, office.people[0])
        assert opened.report.outstanding == ()
        assert [one.person_id for one in opened.outstanding()] == list(office.people)
        assert opened.report.identity.not_yet == 6
        assert opened.report.unnamed == 6
        confirm(runtime, office, distribution_id, office.people[1])
        assert list(opened.outstanding(Term.NOT_REACHABLE)) == []
        assert len(list(opened.outstanding(Term.NOT_YET))) == 6
    with open_report(runtime, OPERATOR, distribution_id) as opened:
        assert [one.person_id for one in opened.outstanding()] == list(office.people[2:])


def test_a_manager_sees_the_own_unit_and_nothing_else(runtime: Runtime, office: Office) -> None:
    distribution_id = post(runtime)
    bob = make_actor(Role.MANAGER, unit_ids=frozenset({office.first}))
    report = report_coverage(runtime, bob, distribution_id)
    assert [unit.unit_id for unit in report.units] == [office.first]
    assert {one.person_id for one in report.outstanding} == set(office.people[:3])


def test_for_a_manager_of_nobody_listed_there_is_no_report(runtime: Runtime, office: Office) -> None:
    distribution_id = post(runtime)
    nobodys = make_actor(Role.MANAGER, unit_ids=frozenset({0}))
    with pytest.raises(NotFound):
        report_coverage(runtime, nobodys, distribution_id)
    with pytest.raises(NotFound), open_report(runtime, nobodys, distribution_id):
        pass


@pytest.mark.parametrize("roles", [(), (Role.ADMINISTRATOR,)])
def test_for_others_there_is_no_report(runtime: Runtime, office: Office, roles: tuple[Role, ...]) -> None:
    distribution_id = post(runtime)
    with pytest.raises(NotFound):
        report_coverage(runtime, make_actor(*roles), distribution_id)


def test_a_manager_records_absences_of_own_people_only(runtime: Runtime, office: Office, clock: FakeClock) -> None:
    bob = make_actor(Role.MANAGER, unit_ids=frozenset({office.first}))
    period = Period(clock().date(), clock().date())
    record_absence(runtime, bob, office.people[0], period, "ốm")
    with pytest.raises(NotFound):
        record_absence(runtime, bob, office.people[5], period, "ốm")
    with pytest.raises(NotFound):
        record_absence(runtime, make_actor(), office.people[0], period, "ốm")


ACTS = ("confirm", "open", "absent", "exempt", "leave", "fail")


@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 5)), max_size=8))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_sum_explains_itself_after_any_course_of_things_and_as_of_each_moment(
    runtime: Runtime, clock: FakeClock, mailer: FakeMailer, course: list[tuple[str, int]]
) -> None:
    office = make_office(runtime)
    distribution_id = post(runtime, audience=office.audience)
    moments = [clock()]
    for act, index in course:
        clock.move(timedelta(hours=5))
        happen(runtime, office, mailer, distribution_id, act, office.people[index])
        moments.append(clock())
    for moment in moments:
        assert_explains_itself(report_coverage(runtime, OPERATOR, distribution_id, moment))


def happen(runtime: Runtime, office: Office, mailer: FakeMailer, distribution_id: int, act: str, person: int) -> None:
    actor = make_actor(account_id=office.accounts[person], person_id=person)
    today = runtime.clock().date()
    match act:
        case "confirm":
            acknowledge(runtime, actor, distribution_id, 1, Route.INBOX)
        case "open":
            open_document(runtime, actor, distribution_id, Route.INBOX)
        case "absent":
            # Who has left is absent no more.
            with suppress(AbsentAfterService):
                record_absence(runtime, OPERATOR, person, Period(today, today), "ốm")
        case "exempt":
            exempt(runtime, OPERATOR, distribution_id, person, "lý do")
        case "leave":
            leave(runtime, person)
        case "fail":
            mailer.answer = lambda _: NO_SUCH_USER
            deliver_due(runtime)


def assert_explains_itself(report: Report) -> None:
    assert report.identity.holds
    assert all(unit.identity.holds for unit in report.units)
    unexplained = report.identity.not_yet + report.identity.not_reachable
    assert len(report.outstanding) == unexplained


def test_a_moment_of_another_zone_is_shown_in_the_offices(runtime: Runtime, office: Office, clock: FakeClock) -> None:
    distribution_id = post(runtime)
    clock.now = datetime.fromisoformat("2030-01-02T08:00:00+07:00")
    moment = datetime.fromisoformat("2030-01-01T20:00:00+00:00")
    assert str(report_coverage(runtime, OPERATOR, distribution_id, moment).as_of) == "2030-01-02 03:00:00+07:00"


def test_no_report_is_of_the_future_or_of_a_day_before_the_list(
    runtime: Runtime, office: Office, clock: FakeClock
) -> None:
    distribution_id, posted_at = post(runtime), clock()
    clock.move(timedelta(days=2))
    for asked, answered in (
        (clock() + timedelta(days=1), clock()),
        (posted_at - timedelta(days=1), posted_at),
        (posted_at + timedelta(days=1), posted_at + timedelta(days=1)),
    ):
        assert report_coverage(runtime, OPERATOR, distribution_id, asked).as_of == answered
        with open_report(runtime, OPERATOR, distribution_id, asked) as opened:
            assert opened.report.as_of == answered
    scheduled = post_document(runtime, OPERATOR, make_posting(send_at=clock() + timedelta(days=1)))
    assert report_coverage(runtime, OPERATOR, scheduled.distribution_id, posted_at).as_of == clock()
