"""Reminders go to those alone who are still asked, once a step, whoever plans them and however often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, insert, select, update

from service.actions.acknowledge import acknowledge
from service.actions.correct_document import replace_document
from service.actions.deliver import deliver_due
from service.actions.escalate import escalate
from service.actions.list_recipients import list_recipients
from service.actions.nudge import nudge
from service.actions.post_document import post_document
from service.actions.record_absence import Period, record_absence
from service.actions.remind import remind
from service.domain.corrections import Replacement
from service.domain.deadlines import WorkingDays
from service.domain.documents import Mode, Urgency
from service.domain.errors import NobodyToRemind, NotFound, RemindedLately
from service.domain.letters import DigestFacts, ReminderFacts
from service.domain.receipts import Route
from service.domain.roles import OPERATOR, Role
from service.runtime import Runtime
from service.store import corrections
from service.store.excuses import add_exemption
from service.store.grants import Grant, add_grant
from service.store.tables import absences, deliveries, distributions, receipts, reminder_steps, reminders
from tests.fakes import FakeClock, FakeMailer
from tests.makers import LONG_AGO, make_account, make_actor, make_person, make_posting, make_unit

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
# A Monday; no holiday within the weeks that follow.
MONDAY = datetime(2027, 6, 7, 8, 0, tzinfo=ZONE)
DUE = datetime(2027, 6, 11, 17, 0, tzinfo=ZONE)


class People:
    """Three of Văn phòng, one of Phòng Một without a mailbox; a manager of Phòng Một sits in Văn phòng."""

    def __init__(self, runtime: Runtime) -> None:
        with runtime.sessions.begin() as session:
            self.office = make_unit(session, code="VP", name="Văn phòng")
            self.room = make_unit(session, code="P1", name="Phòng Một")
            self.an = make_person(session, self.office, code="AN", given_name="An")
            self.binh = make_person(session, self.office, code="BINH", given_name="Bình")
            self.cuc = make_person(session, self.room, code="CUC", given_name="Cúc")
            self.dung = make_person(session, self.room, code="DUNG", given_name="Dũng", email=None)


@pytest.fixture
def people(runtime: Runtime, clock: FakeClock) -> People:
    clock.now = MONDAY
    return People(runtime)


def post(runtime: Runtime, *, urgency: Urgency = Urgency.NORMAL, mode: Mode = Mode.ACKNOWLEDGE) -> int:
    due = DUE if mode is Mode.ACKNOWLEDGE else None
    posted = post_document(runtime, OPERATOR, make_posting(urgency=urgency, mode=mode, due=due))
    list_recipients(runtime)
    return posted.distribution_id


def confirm(runtime: Runtime, distribution: int, person: int) -> None:
    acknowledge(runtime, make_actor(person_id=person), distribution, 1, Route.INBOX)


def reminded(runtime: Runtime) -> list[int]:
    with runtime.sessions() as session:
        return list(session.execute(select(reminders.c.person_id).order_by(reminders.c.person_id)).scalars())


def letters(runtime: Runtime, kind: str) -> list[tuple[int, str, str]]:
    with runtime.sessions() as session:
        d = deliveries.c
        query = select(d.person_id, d.occasion, d.status).where(d.occasion.startswith(kind)).order_by(d.id)
        return [(person, occasion, status) for person, occasion, status in session.execute(query)]


def test_before_the_first_step_nobody_is_reminded(runtime: Runtime, clock: FakeClock, people: People) -> None:
    post(runtime)
    assert remind(runtime) == 0
    clock.now = datetime(2027, 6, 9, 6, 59, tzinfo=ZONE)
    assert remind(runtime) == 0


def test_at_a_step_those_are_reminded_who_have_not_confirmed_and_have_no_excuse(
    runtime: Runtime, clock: FakeClock, people: People
) -> None:
    distribution = post(runtime)
    confirm(runtime, distribution, people.an)
    with runtime.sessions.begin() as session:
        add_exemption(session, distribution, people.binh, "được miễn", None, clock.now)
    clock.now = datetime(2027, 6, 9, 7, 0, tzinfo=ZONE)
    assert remind(runtime) == 2
    assert reminded(runtime) == [people.cuc, people.dung]
    # Without a mailbox there is a reminder in the inbox and no letter.
    assert letters(runtime, "reminder") == [(people.cuc, "reminder:1", "waiting")]


def test_who_is_absent_today_is_not_reminded(runtime: Runtime, clock: FakeClock, people: People) -> None:
    post(runtime)
    away = {"person_id": people.cuc, "kind": "leave", "first_day": MONDAY.date(), "last_day": DUE.date()}
    with runtime.sessions.begin() as session:
        session.execute(insert(absences).values(away))
    clock.now = datetime(2027, 6, 9, 7, 0, tzinfo=ZONE)
    remind(runtime)
    assert people.cuc not in reminded(runtime)


def test_a_step_is_taken_once_and_the_next_one_counts_on(runtime: Runtime, clock: FakeClock, people: People) -> None:
    post(runtime)
    for moment in (datetime(2027, 6, 9, 7, 0, tzinfo=ZONE), datetime(2027, 6, 11, 7, 0, tzinfo=ZONE)):
        clock.now = moment
        assert remind(runtime) == 4
        assert remind(runtime) == 0
        clock.move(timedelta(minutes=5))
        assert remind(runtime) == 0
    assert [occasion for person, occasion, _ in letters(runtime, "reminder") if person == people.an] == [
        "reminder:1",
        "reminder:2",
    ]


def test_steps_that_were_missed_are_passed_by_and_the_latest_is_taken(
    runtime: Runtime, clock: FakeClock, people: People
) -> None:
    post(runtime)
    clock.now = datetime(2027, 6, 14, 7, 0, tzinfo=ZONE)
    assert remind(runtime) == 4
    assert remind(runtime) == 0
    with runtime.sessions() as session:
        assert session.execute(select(func.count()).select_from(reminder_steps)).scalar_one() == 3
    assert len(reminded(runtime)) == 4


def test_three_beats_at_once_give_each_reminder_exactly_once(
    runtime: Runtime, clock: FakeClock, people: People
) -> None:
    post(runtime)
    clock.now = datetime(2027, 6, 9, 7, 0, tzinfo=ZONE)
    with ThreadPoolExecutor(3) as beats:
        written = sum(beats.map(lambda _: remind(runtime), range(9)))
    assert written == 4
    assert reminded(runtime) == sorted([people.an, people.binh, people.cuc, people.dung])
    assert len(letters(runtime, "reminder")) == 3


def test_confirming_takes_back_a_reminder_that_still_waits(runtime: Runtime, clock: FakeClock, people: People) -> None:
    distribution = post(runtime)
    clock.now = datetime(2027, 6, 9, 7, 0, tzinfo=ZONE)
    remind(runtime)
    confirm(runtime, distribution, people.cuc)
    assert (people.cuc, "reminder:1", "cancelled") in letters(runtime, "reminder")
    assert (people.an, "reminder:1", "waiting") in letters(runtime, "reminder")


def test_nobody_is_reminded_of_what_is_for_information_or_was_recalled(
    runtime: Runtime, clock: FakeClock, people: People
) -> None:
    post(runtime, mode=Mode.INFORM)
    recalled = post(runtime)
    with runtime.sessions.begin() as session:
        session.execute(update(distributions).where(distributions.c.id == recalled).values(recalled_at=clock.now))
    clock.now = datetime(2027, 6, 9, 7, 0, tzinfo=ZONE)
    assert remind(runtime) == 0


def test_a_person_with_an_own_deadline_has_own_steps(runtime: Runtime, clock: FakeClock, people: People) -> None:
    distribution = post(runtime)
    own_due = datetime(2027, 6, 16, 17, 0, tzinfo=ZONE)
    with runtime.sessions.begin() as session:
        mine = (receipts.c.distribution_id == distribution, receipts.c.person_id == people.cuc)
        session.execute(update(receipts).where(*mine).values(own_due_at=own_due))
    clock.now = datetime(2027, 6, 9, 7, 0, tzinfo=ZONE)
    assert remind(runtime) == 3
    clock.now = datetime(2027, 6, 14, 7, 0, tzinfo=ZONE)
    remind(runtime)
    assert reminded(runtime).count(people.cuc) == 1
    assert remind(runtime) == 0


def test_of_two_people_with_the_same_own_deadline_each_is_reminded_for_themselves(
    runtime: Runtime, clock: FakeClock, people: People
) -> None:
    distribution = post(runtime)
    own_due = datetime(2027, 6, 16, 17, 0, tzinfo=ZONE)

    def give_own_deadline(person: int) -> None:
        mine = (receipts.c.distribution_id == distribution, receipts.c.person_id == person)
        with runtime.sessions.begin() as session:
            session.execute(update(receipts).where(*mine).values(own_due_at=own_due))

    give_own_deadline(people.an)
    clock.now = datetime(2027, 6, 14, 7, 0, tzinfo=ZONE)
    remind(runtime)
    confirm(runtime, distribution, people.an)
    clock.move(timedelta(minutes=5))
    give_own_deadline(people.cuc)
    remind(runtime)
    assert letters(runtime, "reminder").count((people.an, "reminder:1", "cancelled")) == 1
    assert [person for person, _, _ in letters(runtime, "reminder")].count(people.an) == 1
    assert people.cuc in [person for person, _, _ in letters(runtime, "reminder")]
    assert remind(runtime) == 0


def test_a_replacement_brings_no_step_that_lies_before_it(runtime: Runtime, clock: FakeClock, people: People) -> None:
    distribution = post(runtime)
    clock.now = datetime(2027, 6, 10, 10, 0, tzinfo=ZONE)
    remind(runtime)
    before = len(reminded(runtime))
    new = Replacement(replaces=1, note="Sửa nội dung", body="Bản mới.", due=WorkingDays(1))
    replace_document(runtime, OPERATOR, distribution, new)
    clock.move(timedelta(minutes=1))
    assert remind(runtime) == 0
    assert len(reminded(runtime)) == before


def test_who_is_recorded_absent_today_gets_no_reminder_that_still_waits(
    runtime: Runtime, clock: FakeClock, people: People
) -> None:
    post(runtime)
    clock.now = datetime(2027, 6, 9, 7, 0, tzinfo=ZONE)
    remind(runtime)
    today = clock.now.date()
    record_absence(runtime, OPERATOR, people.cuc, Period(today, today), "ốm")
    assert (people.cuc, "reminder:1", "cancelled") in letters(runtime, "reminder")
    assert (people.an, "reminder:1", "waiting") in letters(runtime, "reminder")


def test_a_reader_who_opens_the_document_holds_no_reminder_up(
    runtime: Runtime, clock: FakeClock, people: People
) -> None:
    distribution = post(runtime)
    clock.now = datetime(2027, 6, 9, 7, 0, tzinfo=ZONE)
    with runtime.sessions.begin() as opening:
        corrections.hold_off(opening, distribution)
        assert remind(runtime) == 4


def test_the_letter_says_until_when_and_how_often(
    runtime: Runtime, clock: FakeClock, mailer: FakeMailer, people: People
) -> None:
    post(runtime)
    deliver_due(runtime)
    clock.now = datetime(2027, 6, 14, 7, 0, tzinfo=ZONE)
    with runtime.sessions.begin() as session:
        session.execute(update(deliveries).values(next_attempt_at=LONG_AGO))
    remind(runtime)
    mailer.letters.clear()
    with runtime.sessions.begin() as session:
        session.execute(update(deliveries).values(next_attempt_at=LONG_AGO))
    deliver_due(runtime)
    facts = [letter.edition.facts for letter in mailer.letters if letter.edition.template == "reminder"]
    assert len(facts) == 3
    told = facts[0]
    assert isinstance(told, ReminderFacts)
    assert (told.due_at, told.is_late, told.count, told.by_hand) == (DUE, True, 1, False)


def test_a_manager_reminds_the_people_who_are_in_the_own_units_now(
    runtime: Runtime, clock: FakeClock, people: People
) -> None:
    distribution = post(runtime)
    manager = make_actor(Role.MANAGER, unit_ids=frozenset({people.room}))
    assert nudge(runtime, manager, distribution) == 2
    assert reminded(runtime) == [people.cuc, people.dung]
    assert letters(runtime, "nudge") == [(people.cuc, "nudge:1", "waiting")]
    with pytest.raises(RemindedLately):
        nudge(runtime, manager, distribution)
    clock.move(runtime.policy.nudge_pause + timedelta(seconds=1))
    assert nudge(runtime, manager, distribution) == 2


def test_reminding_by_hand_reaches_those_who_were_not_reminded_lately(
    runtime: Runtime, clock: FakeClock, people: People
) -> None:
    distribution = post(runtime)
    nudge(runtime, make_actor(Role.MANAGER, unit_ids=frozenset({people.room})), distribution)
    clock.move(timedelta(minutes=1))
    assert nudge(runtime, make_actor(Role.SECRETARIAT), distribution) == 2
    assert sorted(reminded(runtime)) == sorted([people.an, people.binh, people.cuc, people.dung])


def test_there_must_be_somebody_to_remind_and_a_right_to(runtime: Runtime, people: People) -> None:
    distribution = post(runtime)
    for person in (people.cuc, people.dung):
        confirm(runtime, distribution, person)
    with pytest.raises(NobodyToRemind):
        nudge(runtime, make_actor(Role.MANAGER, unit_ids=frozenset({people.room})), distribution)
    with pytest.raises(NotFound):
        nudge(runtime, make_actor(Role.LEADERSHIP), distribution)
    with pytest.raises(NotFound):
        nudge(runtime, make_actor(Role.SECRETARIAT), 999)
    with pytest.raises(NotFound):
        nudge(runtime, make_actor(Role.MANAGER, unit_ids=frozenset({999})), distribution)


def test_a_document_without_a_deadline_brings_reminders_by_hand_alone(
    runtime: Runtime, clock: FakeClock, mailer: FakeMailer, people: People
) -> None:
    posted = post_document(runtime, OPERATOR, make_posting())
    list_recipients(runtime)
    clock.move(timedelta(days=30))
    assert remind(runtime) == 0
    assert nudge(runtime, make_actor(Role.SECRETARIAT), posted.distribution_id) == 4


def grant(runtime: Runtime, person: int, role: Role, unit: int | None = None) -> int:
    with runtime.sessions.begin() as session:
        account = make_account(session, person)
        add_grant(session, account, Grant(role, unit, LONG_AGO, None), None)
    return account


def digests_of(runtime: Runtime, mailer: FakeMailer) -> dict[int, list[tuple[int, tuple[str, ...]]]]:
    """What each person was told by the digests that leave now: late people and who, by document."""
    mailer.letters.clear()
    with runtime.sessions.begin() as session:
        session.execute(update(deliveries).values(next_attempt_at=LONG_AGO))
        owners = {row.id: row.person_id for row in session.execute(select(deliveries.c.id, deliveries.c.person_id))}
    deliver_due(runtime)
    told = {}
    for letter in mailer.letters:
        facts = letter.edition.facts
        if isinstance(facts, DigestFacts):
            told[owners[letter.delivery_id]] = [(line.late, line.who) for line in facts.lines]
    return told


def test_each_rung_hears_of_those_who_are_late_in_its_turn(
    runtime: Runtime, clock: FakeClock, mailer: FakeMailer, people: People
) -> None:
    grant(runtime, people.an, Role.MANAGER, people.room)
    grant(runtime, people.binh, Role.LEADERSHIP)
    post(runtime)
    clock.now = datetime(2027, 6, 11, 18, 0, tzinfo=ZONE)
    assert escalate(runtime) == 0
    clock.now = datetime(2027, 6, 14, 7, 0, tzinfo=ZONE)
    assert escalate(runtime) == 1
    assert digests_of(runtime, mailer) == {people.an: [(2, ("Nguyễn Văn Cúc", "Nguyễn Văn Dũng"))]}
    clock.now = datetime(2027, 6, 18, 7, 0, tzinfo=ZONE)
    assert escalate(runtime) == 1
    assert digests_of(runtime, mailer) == {people.binh: [(4, ("Phòng Một: 2", "Văn phòng: 2"))]}


def test_several_documents_make_one_digest(
    runtime: Runtime, clock: FakeClock, mailer: FakeMailer, people: People
) -> None:
    grant(runtime, people.an, Role.MANAGER, people.room)
    post(runtime)
    post(runtime)
    clock.now = datetime(2027, 6, 14, 7, 0, tzinfo=ZONE)
    assert escalate(runtime) == 1
    assert [late for late, _ in digests_of(runtime, mailer)[people.an]] == [2, 2]
    assert escalate(runtime) == 0


def test_a_deadline_that_brings_nothing_new_does_not_stand_in_the_way_of_another(
    runtime: Runtime, clock: FakeClock, people: People
) -> None:
    grant(runtime, people.an, Role.MANAGER, people.room)
    post(runtime)
    clock.now = datetime(2027, 6, 14, 7, 0, tzinfo=ZONE)
    assert escalate(runtime) == 1
    later = make_posting(due=DUE + timedelta(days=7))
    clock.now = datetime(2027, 6, 15, 8, 0, tzinfo=ZONE)
    post_document(runtime, OPERATOR, later)
    list_recipients(runtime)
    clock.now = datetime(2027, 6, 21, 7, 0, tzinfo=ZONE)
    assert escalate(runtime) == 1


def test_those_above_hear_of_who_is_late_by_a_deadline_of_their_own(
    runtime: Runtime, clock: FakeClock, mailer: FakeMailer, people: People
) -> None:
    grant(runtime, people.an, Role.MANAGER, people.room)
    distribution = post(runtime)
    confirm(runtime, distribution, people.dung)
    mine = (receipts.c.distribution_id == distribution, receipts.c.person_id == people.cuc)
    own_due = datetime(2027, 6, 25, 17, 0, tzinfo=ZONE)
    with runtime.sessions.begin() as session:
        session.execute(update(receipts).where(*mine).values(own_due_at=own_due))
    clock.now = datetime(2027, 6, 18, 7, 0, tzinfo=ZONE)
    assert escalate(runtime) == 0
    clock.now = datetime(2027, 6, 28, 7, 0, tzinfo=ZONE)
    assert escalate(runtime) == 1
    assert digests_of(runtime, mailer)[people.an] == [(1, ("Nguyễn Văn Cúc",))]
    assert escalate(runtime) == 0


def test_nobody_above_is_troubled_when_nobody_is_late(runtime: Runtime, clock: FakeClock, people: People) -> None:
    grant(runtime, people.an, Role.MANAGER, people.room)
    distribution = post(runtime)
    for person in (people.cuc, people.dung):
        confirm(runtime, distribution, person)
    clock.now = datetime(2027, 6, 14, 7, 0, tzinfo=ZONE)
    assert escalate(runtime) == 0


def test_the_chief_of_office_is_who_manages_the_unit_that_the_setting_names(
    runtime: Runtime, clock: FakeClock, mailer: FakeMailer, people: People
) -> None:
    grant(runtime, people.an, Role.MANAGER, people.office)
    post(runtime)
    clock.now = datetime(2027, 6, 14, 7, 0, tzinfo=ZONE)
    escalate(runtime)
    assert digests_of(runtime, mailer)[people.an] == [(2, ("Nguyễn Văn An", "Nguyễn Văn Bình"))]
    clock.now = datetime(2027, 6, 16, 7, 0, tzinfo=ZONE)
    assert escalate(runtime) == 1
    assert digests_of(runtime, mailer)[people.an] == [(4, ("Phòng Một: 2", "Văn phòng: 2"))]


def test_urgent_documents_are_told_at_any_hour(
    runtime: Runtime, clock: FakeClock, mailer: FakeMailer, people: People
) -> None:
    grant(runtime, people.an, Role.MANAGER, people.room)
    post(runtime, urgency=Urgency.FLASH)
    clock.now = DUE + timedelta(minutes=1)
    assert escalate(runtime) == 1
    assert remind(runtime) == 4


def test_three_beats_at_once_give_each_digest_exactly_once(runtime: Runtime, clock: FakeClock, people: People) -> None:
    grant(runtime, people.an, Role.MANAGER, people.room)
    post(runtime)
    clock.now = datetime(2027, 6, 14, 7, 0, tzinfo=ZONE)
    with ThreadPoolExecutor(3) as beats:
        assert sum(beats.map(lambda _: escalate(runtime), range(9))) == 1
    assert len(letters(runtime, "digest")) == 1
