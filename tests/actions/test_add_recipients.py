"""A frozen list grows by explicit, dated lines alone, and says who of it has moved or left since."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from service.actions.add_recipients import LOOK_EVERY, add_recipient, follow_directory, set_joiners_rule
from service.actions.list_recipients import list_recipients
from service.actions.post_document import post_document
from service.actions.report_coverage import report_coverage
from service.domain.deadlines import WorkingDays
from service.domain.errors import (
    AlreadyListed,
    DocumentRecalled,
    HasLeft,
    ListBeingDrawn,
    MissingReason,
    NotFound,
    UnknownPerson,
)
from service.domain.list_changes import Change, ListChange
from service.domain.roles import OPERATOR, Role
from service.runtime import Runtime
from service.store.distributions import distribution_row
from service.store.list_changes import changes_of, due_to_follow
from service.store.listings import distributions_to_units, lists_anybody
from service.store.reports import Scope
from service.store.tables import deliveries, distributions, evidence, memberships, receipts
from tests.fakes import OFFICE_ZONE, FakeClock, FakeDoorbell
from tests.makers import make_actor, make_person, make_posting, make_unit

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def unit(runtime: Runtime) -> int:
    with runtime.sessions.begin() as session:
        unit = make_unit(session, code="VP", name="Văn phòng")
        make_person(session, unit, code="NV1")
    return unit


def post(runtime: Runtime, *, adds_joiners: bool = False, audience: str = "unit:VP") -> int:
    posting = make_posting(audience=audience, adds_joiners=adds_joiners)
    posted = post_document(runtime, OPERATOR, posting)
    list_recipients(runtime)
    return posted.distribution_id


def join(runtime: Runtime, unit: int, code: str, **given: object) -> int:
    with runtime.sessions.begin() as session:
        return make_person(session, unit, code=code, valid_from=runtime.clock(), **given)  # type: ignore[arg-type]


def close_version(session: Session, person: int, at: datetime) -> None:
    session.execute(
        update(memberships)
        .where(memberships.c.person_id == person, memberships.c.valid_to.is_(None))
        .values(valid_to=at)
    )


def listed(runtime: Runtime, distribution_id: int) -> set[int]:
    with runtime.sessions() as session:
        query = select(receipts.c.person_id).where(receipts.c.distribution_id == distribution_id)
        return set(session.execute(query).scalars())


def letters(runtime: Runtime, distribution_id: int) -> int:
    with runtime.sessions() as session:
        query = select(func.count()).where(deliveries.c.distribution_id == distribution_id)
        return int(session.execute(query).scalar_one())


def changes(runtime: Runtime, distribution_id: int, as_of: datetime | None = None) -> list[ListChange]:
    moment = as_of or runtime.clock()
    with runtime.sessions() as session:
        frozen_at = distribution_row(session, distribution_id)["frozen_at"]  # type: ignore[index]  # it was posted
        return changes_of(session, Scope(distribution_id), frozen_at, moment, moment.date(), 100)


def test_a_joiner_is_listed_with_a_letter_by_a_distribution_that_adds_joiners(
    runtime: Runtime, clock: FakeClock, unit: int
) -> None:
    following, frozen = post(runtime, adds_joiners=True), post(runtime)
    clock.move(LOOK_EVERY * 2)
    newcomer = join(runtime, unit, "NV2")
    clock.move(LOOK_EVERY * 2)
    assert follow_directory(runtime) == 1
    assert newcomer in listed(runtime, following)
    assert newcomer not in listed(runtime, frozen)
    assert letters(runtime, following) == 2
    (line,) = changes(runtime, following)
    assert (line.change, line.code, line.effective_at) == (Change.JOINED, "NV2", clock.now)
    assert report_coverage(runtime, OPERATOR, following).identity.listed == 2


def test_a_joiner_is_added_once_however_often_the_directory_is_followed(
    runtime: Runtime, clock: FakeClock, unit: int
) -> None:
    following = post(runtime, adds_joiners=True)
    clock.move(LOOK_EVERY * 2)
    join(runtime, unit, "NV2")
    for _ in range(3):
        clock.move(LOOK_EVERY * 2)
        follow_directory(runtime)
    assert len(listed(runtime, following)) == letters(runtime, following) == 2


def test_only_those_of_the_audience_join(runtime: Runtime, clock: FakeClock, unit: int) -> None:
    following = post(runtime, adds_joiners=True)
    with runtime.sessions.begin() as session:
        elsewhere = make_unit(session, code="TT")
    clock.move(LOOK_EVERY * 2)
    stranger = join(runtime, elsewhere, "NV3")
    clock.move(LOOK_EVERY * 2)
    assert follow_directory(runtime) == 0
    assert stranger not in listed(runtime, following)


def test_who_begins_on_a_later_day_joins_on_that_day(runtime: Runtime, clock: FakeClock, unit: int) -> None:
    with runtime.sessions.begin() as session:
        person = make_person(session, unit, code="NV4")
        begins = (clock.now + 3 * DAY).date()
        session.execute(update(memberships).where(memberships.c.person_id == person).values(active_from=begins))
    following = post(runtime, adds_joiners=True)
    clock.move(2 * DAY)
    assert follow_directory(runtime) == 0
    clock.move(DAY)
    assert follow_directory(runtime) == 1
    assert person in listed(runtime, following)


def test_the_rule_can_be_switched_and_reaches_back_over_no_time_in_which_it_was_off(
    runtime: Runtime, clock: FakeClock, unit: int
) -> None:
    following = post(runtime)
    clock.move(DAY)
    missed = join(runtime, unit, "NV5")
    clock.move(DAY)
    set_joiners_rule(runtime, OPERATOR, following, adds_joiners=True)
    clock.move(DAY)
    joined = join(runtime, unit, "NV6")
    clock.move(LOOK_EVERY * 2)
    follow_directory(runtime)
    assert joined in listed(runtime, following)
    assert missed not in listed(runtime, following)


def test_who_came_minutes_before_the_rule_was_switched_on_is_not_listed(
    runtime: Runtime, clock: FakeClock, unit: int
) -> None:
    following = post(runtime, adds_joiners=True)
    minute = timedelta(minutes=1)
    clock.move(10 * minute)
    set_joiners_rule(runtime, OPERATOR, following, adds_joiners=False)
    clock.move(10 * minute)
    missed = join(runtime, unit, "NV5")
    clock.move(30 * minute)
    set_joiners_rule(runtime, OPERATOR, following, adds_joiners=True)
    clock.move(2 * minute)
    joined = join(runtime, unit, "NV6")
    clock.move(2 * minute)
    # Given again, it holds since it was first given.
    set_joiners_rule(runtime, OPERATOR, following, adds_joiners=True)
    clock.move(2 * minute)
    assert follow_directory(runtime) == 1
    assert joined in listed(runtime, following)
    assert missed not in listed(runtime, following)


def test_who_becomes_visible_behind_the_last_look_is_listed_at_the_next(
    runtime: Runtime, clock: FakeClock, unit: int
) -> None:
    following = post(runtime, adds_joiners=True)
    clock.move(DAY)
    join(runtime, unit, "NV5")
    import_begins = clock.now
    clock.move(LOOK_EVERY * 20)
    assert follow_directory(runtime) == 1
    with runtime.sessions.begin() as session:
        late = make_person(session, unit, code="NV6", valid_from=import_begins)
    clock.move(LOOK_EVERY * 2)
    assert follow_directory(runtime) == 1
    assert late in listed(runtime, following)


def test_while_nobody_comes_no_list_is_looked_at(runtime: Runtime, clock: FakeClock, unit: int) -> None:
    following = post(runtime, adds_joiners=True)

    def due() -> list[int]:
        with runtime.sessions() as session:
            return due_to_follow(session, clock.now - LOOK_EVERY)

    clock.move(DAY)
    assert due() == []
    join(runtime, unit, "NV5")
    clock.move(LOOK_EVERY * 2)
    assert due() == [following]
    follow_directory(runtime)
    clock.move(2 * HOUR)
    assert due() == [following], "somebody may have become visible behind the first look"
    follow_directory(runtime)
    clock.move(DAY)
    assert due() == []


def test_a_list_that_cannot_be_followed_keeps_no_other_from_growing(
    runtime: Runtime, clock: FakeClock, unit: int, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = post(runtime, adds_joiners=True), post(runtime, adds_joiners=True)
    with runtime.sessions.begin() as session:
        session.execute(update(distributions).where(distributions.c.id == broken).values(audience="nonsense"))
    clock.move(LOOK_EVERY * 2)
    newcomer = join(runtime, unit, "NV2")
    clock.move(LOOK_EVERY * 2)
    assert follow_directory(runtime) == 1
    assert newcomer in listed(runtime, sound)
    assert f"distribution {broken} cannot be followed" in caplog.text


def test_a_person_added_by_hand_stands_on_the_list_with_the_reason(
    runtime: Runtime, clock: FakeClock, doorbell: FakeDoorbell, unit: int
) -> None:
    distribution = post(runtime, audience="person:NV1")
    clock.move(DAY)
    newcomer = join(runtime, unit, "NV7")
    doorbell.rings.clear()
    add_recipient(runtime, OPERATOR, distribution, " NV7 ", " phụ trách thay ")
    (line,) = changes(runtime, distribution)
    assert (line.change, line.person_id, line.reason) == (Change.ADDED, newcomer, "phụ trách thay")
    assert letters(runtime, distribution) == 2
    assert doorbell.rings
    with runtime.sessions() as session:
        entries = session.execute(select(evidence.c.entry)).scalars().all()
    assert any('"person added"' in text and f'"person":{newcomer}' in text for text in entries)


def test_who_is_added_later_has_as_many_working_days_as_everybody_had(
    runtime: Runtime, clock: FakeClock, unit: int
) -> None:
    # A Monday; no holiday within the weeks that follow.
    clock.now = datetime(2027, 6, 7, 8, 0, tzinfo=OFFICE_ZONE)
    distribution = post_document(
        runtime, OPERATOR, make_posting(audience="unit:VP", due=WorkingDays(3), adds_joiners=True)
    ).distribution_id
    list_recipients(runtime)
    clock.now = datetime(2027, 6, 21, 8, 0, tzinfo=OFFICE_ZONE)
    newcomer = join(runtime, unit, "NV2")
    clock.move(LOOK_EVERY * 2)
    follow_directory(runtime)
    r, d = receipts.c, deliveries.c
    with runtime.sessions() as session:
        own = dict(session.execute(select(r.person_id, r.own_due_at)).all())
        told = session.execute(select(d.own_due_at).where(d.person_id == newcomer)).scalar_one()
    until = datetime(2027, 6, 24, 17, 0, tzinfo=OFFICE_ZONE)
    assert own.pop(newcomer) == told == until
    assert set(own.values()) == {None}
    report = report_coverage(runtime, OPERATOR, distribution)
    assert {person.own_due_at for person in report.outstanding} == {None, until}


def test_a_report_of_the_day_before_does_not_know_who_was_added(runtime: Runtime, clock: FakeClock, unit: int) -> None:
    distribution = post(runtime, audience="person:NV1")
    before = clock.now
    clock.move(DAY)
    join(runtime, unit, "NV7")
    add_recipient(runtime, OPERATOR, distribution, "NV7", "bổ sung")
    assert report_coverage(runtime, OPERATOR, distribution, before).identity.listed == 1
    assert report_coverage(runtime, OPERATOR, distribution).identity.listed == 2
    assert changes(runtime, distribution, before) == []


def test_who_moves_or_leaves_stays_on_the_list_and_the_change_is_told(
    runtime: Runtime, clock: FakeClock, unit: int
) -> None:
    with runtime.sessions.begin() as session:
        other = make_unit(session, code="TT", name="Thanh tra")
        leaver = make_person(session, unit, code="NV8")
        mover = make_person(session, unit, code="NV9")
    distribution = post(runtime)
    clock.move(DAY)
    moved_at = clock.now
    with runtime.sessions.begin() as session:
        row = session.execute(select(memberships).where(memberships.c.person_id == mover)).mappings().one()
        close_version(session, mover, moved_at)
        version = {**row, "unit_id": other, "valid_from": moved_at, "valid_to": None}
        version.pop("id")
        session.execute(insert(memberships).values(version))
        close_version(session, leaver, moved_at)
    clock.move(DAY)
    told = {line.person_id: line for line in changes(runtime, distribution)}
    assert told.keys() == {leaver, mover}
    assert (told[mover].change, told[mover].now_in, told[mover].effective_at) == (Change.MOVED, "Thanh tra", moved_at)
    assert (told[leaver].change, told[leaver].effective_at) == (Change.LEFT, moved_at)
    identity = report_coverage(runtime, OPERATOR, distribution).identity
    assert identity.holds
    assert (identity.listed, identity.moved_or_left) == (3, 1)


def test_a_last_day_in_the_directory_is_a_leaving_from_the_next_day_on(
    runtime: Runtime, clock: FakeClock, unit: int
) -> None:
    with runtime.sessions.begin() as session:
        leaver = make_person(session, unit, code="NV8", active_to=(clock.now + DAY).date())
    distribution = post(runtime)
    clock.move(DAY)
    assert changes(runtime, distribution) == []
    clock.move(DAY)
    (line,) = changes(runtime, distribution)
    midnight = clock.now.replace(hour=0, minute=0, second=0, microsecond=0)
    assert (line.person_id, line.change, line.effective_at) == (leaver, Change.LEFT, midnight)


def test_a_list_is_found_by_the_unit_of_whoever_was_added(runtime: Runtime, clock: FakeClock, unit: int) -> None:
    distribution = post(runtime)
    with runtime.sessions.begin() as session:
        other = make_unit(session, code="TT")
        make_person(session, other, code="NV3")

    def lists() -> tuple[bool, int]:
        with runtime.sessions() as session:
            reached = distributions_to_units(session, {other}, None, 10)
            return lists_anybody(session, Scope(distribution, frozenset({other}))), len(reached)

    assert lists() == (False, 0)
    add_recipient(runtime, OPERATOR, distribution, "NV3", "phối hợp")
    assert lists() == (True, 1)


def test_adding_is_refused_in_one_sentence_and_changes_nothing(runtime: Runtime, clock: FakeClock, unit: int) -> None:
    distribution = post(runtime)
    with runtime.sessions.begin() as session:
        make_person(session, unit, code="GONE", active_to=(clock.now - DAY).date())
    with pytest.raises(AlreadyListed):
        add_recipient(runtime, OPERATOR, distribution, "NV1", "bổ sung")
    with pytest.raises(UnknownPerson):
        add_recipient(runtime, OPERATOR, distribution, "NOBODY", "bổ sung")
    with pytest.raises(HasLeft):
        add_recipient(runtime, OPERATOR, distribution, "GONE", "bổ sung")
    with pytest.raises(MissingReason):
        add_recipient(runtime, OPERATOR, distribution, "NV1", " \n")
    with pytest.raises(NotFound):
        add_recipient(runtime, OPERATOR, 999, "NV1", "bổ sung")
    with pytest.raises(NotFound):
        add_recipient(runtime, make_actor(Role.MANAGER), distribution, "NV1", "bổ sung")
    assert len(listed(runtime, distribution)) == 1


def test_nobody_is_added_to_a_list_that_is_still_drawn_or_was_recalled(
    runtime: Runtime, clock: FakeClock, unit: int
) -> None:
    scheduled = post_document(runtime, OPERATOR, make_posting(send_at=clock.now + DAY)).distribution_id
    with pytest.raises(ListBeingDrawn):
        add_recipient(runtime, OPERATOR, scheduled, "NV1", "bổ sung")
    recalled = post(runtime, adds_joiners=True)
    with runtime.sessions.begin() as session:
        session.execute(update(distributions).values(recalled_at=clock.now))
    clock.move(DAY)
    join(runtime, unit, "NV2")
    with pytest.raises(DocumentRecalled):
        add_recipient(runtime, OPERATOR, recalled, "NV2", "bổ sung")
    clock.move(DAY)
    assert follow_directory(runtime) == 0
