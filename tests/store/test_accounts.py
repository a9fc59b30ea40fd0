"""Alice heads the Office and the unit below it; Bob works in the unit; Charlie is a stranger in another one."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from service.domain.credentials import address_source, digest
from service.domain.errors import Throttled
from service.domain.roles import Role
from service.store import guesses
from service.store import sessions as store
from service.store.accounts import (
    NewAccount,
    account_by_id,
    account_by_username,
    account_row,
    actor_for,
    add_account,
    replace_password,
)
from service.store.grants import Grant, add_grant, end_grants
from service.store.tables import accounts, memberships, sign_in_failures
from service.store.tables import sessions as session_table
from tests.fakes import FakeClock
from tests.makers import make_account, make_person, make_unit

LIMITS = store.Limits(idle=timedelta(hours=8), absolute=timedelta(days=7))
TOKEN = digest("a session's token")


@dataclass(frozen=True)
class Office:
    head_office: int
    unit: int
    elsewhere: int
    alice: int
    bob: int
    charlie: int


@pytest.fixture
def office(session: Session) -> Office:
    head_office = make_unit(session, code="VP")
    unit = make_unit(session, code="VP1", parent=head_office)
    elsewhere = make_unit(session, code="TT")
    alice = make_person(session, head_office, code="ALICE", email="Alice@skhcn.example")
    bob = make_person(session, unit, code="BOB", email="shared@skhcn.example")
    charlie = make_person(session, elsewhere, code="CHARLIE", email="shared@skhcn.example")
    return Office(
        head_office,
        unit,
        elsewhere,
        make_account(session, alice, username="alice", password="alice's own"),
        make_account(session, bob, username="bob"),
        make_account(session, charlie, username="charlie"),
    )


def test_an_account_is_found_by_user_name_or_present_address_in_any_case(
    session: Session, office: Office, clock: FakeClock
) -> None:
    today = clock().date()
    by_name = account_by_username(session, "alice", today)
    by_mail = account_by_username(session, "alice@skhcn.example", today)
    assert by_name == by_mail
    assert by_name is not None
    assert by_name.id == office.alice
    assert by_name.names == ("alice", "Alice@skhcn.example")


@pytest.mark.usefixtures("office")
def test_an_address_that_two_people_share_names_neither(session: Session, clock: FakeClock) -> None:
    assert account_by_username(session, "shared@skhcn.example", clock().date()) is None


def test_a_user_name_comes_before_an_address_that_is_written_the_same(
    session: Session, office: Office, clock: FakeClock
) -> None:
    add_account(session, NewAccount("alice@skhcn.example", "Quản trị viên mẫu"), clock())
    found = account_by_username(session, "alice@skhcn.example", clock().date())
    assert found is not None
    assert found.id != office.alice


def test_an_earlier_address_is_no_name(session: Session, office: Office, clock: FakeClock) -> None:
    person_id = session.execute(select(accounts.c.person_id).where(accounts.c.id == office.alice)).scalar_one()
    old = session.execute(select(memberships).where(memberships.c.person_id == person_id)).mappings().one()
    session.execute(update(memberships).where(memberships.c.id == old["id"]).values(valid_to=clock()))
    new = {name: value for name, value in old.items() if name != "id"}
    session.execute(insert(memberships).values(new | {"email": "moved@skhcn.example", "valid_from": clock()}))
    today = clock().date()
    assert account_by_username(session, "alice@skhcn.example", today) is None
    assert account_by_username(session, "moved@skhcn.example", today) is not None


def test_an_employee_without_grants_is_an_employee(session: Session, office: Office, clock: FakeClock) -> None:
    bob = actor_for(session, office.bob, clock())
    assert bob is not None
    assert (bob.roles, bob.unit_ids) == (frozenset({Role.EMPLOYEE}), frozenset())


def test_an_account_without_a_person_is_no_employee(session: Session, clock: FakeClock) -> None:
    account_id = add_account(session, NewAccount("root", "Quản trị viên mẫu"), clock())
    assert account_id is not None
    administrator = actor_for(session, account_id, clock())
    assert administrator is not None
    assert (administrator.person_id, administrator.roles) == (None, frozenset())


def test_a_manager_reaches_the_unit_and_below_and_no_other(session: Session, office: Office, clock: FakeClock) -> None:
    add_grant(session, office.alice, Grant(Role.MANAGER, office.head_office, clock(), None), None)
    add_grant(session, office.alice, Grant(Role.AUDITOR, None, clock(), None), None)
    alice = actor_for(session, office.alice, clock())
    assert alice is not None
    assert alice.unit_ids == {office.head_office, office.unit}
    assert alice.roles == {Role.EMPLOYEE, Role.MANAGER, Role.AUDITOR}


def test_a_deputy_is_one_for_the_period_only(session: Session, office: Office, clock: FakeClock) -> None:
    tomorrow, next_week = clock() + timedelta(days=1), clock() + timedelta(days=7)
    add_grant(session, office.bob, Grant(Role.MANAGER, office.unit, tomorrow, next_week), office.alice)

    def roles(after: timedelta) -> frozenset[Role]:
        bob = actor_for(session, office.bob, clock() + after)
        return bob.roles if bob else frozenset()

    assert Role.MANAGER not in roles(timedelta(0))
    assert Role.MANAGER in roles(timedelta(days=1))
    assert Role.MANAGER not in roles(timedelta(days=7))


def test_the_same_grant_is_written_once_and_ended_once(session: Session, office: Office, clock: FakeClock) -> None:
    for _ in range(2):
        add_grant(session, office.bob, Grant(Role.AUDITOR, None, clock(), None), None)
    assert end_grants(session, office.bob, clock(), Role.AUDITOR) == 1
    assert end_grants(session, office.bob, clock(), Role.AUDITOR) == 0


def test_who_has_left_or_was_closed_may_do_nothing_more(session: Session, office: Office, clock: FakeClock) -> None:
    today = clock().date()
    leaver = make_person(session, office.unit, code="LEAVER", active_to=today)
    leaving = make_account(session, leaver, username="leaver")
    assert actor_for(session, leaving, clock()) is not None
    assert actor_for(session, leaving, clock() + timedelta(days=1)) is None
    session.execute(update(memberships).where(memberships.c.person_id == leaver).values(valid_to=clock()))
    assert actor_for(session, leaving, clock()) is None
    session.execute(update(accounts).where(accounts.c.id == office.bob).values(deactivated_at=clock()))
    assert actor_for(session, office.bob, clock()) is None
    assert account_by_username(session, "bob", today) is None
    row = account_row(session, office.bob)
    assert row is not None
    assert row["username"] == "bob"


def test_a_second_account_of_a_name_or_a_person_is_not_made(session: Session, office: Office, clock: FakeClock) -> None:
    bob = account_by_id(session, office.bob, clock().date())
    assert bob is not None
    assert add_account(session, NewAccount("bob", "Bob khác"), clock()) is None
    assert add_account(session, NewAccount("bob2", "Bob khác", bob.person_id), clock()) is None


def test_a_password_replaces_the_one_that_was_read_and_no_later_one(
    session: Session, office: Office, clock: FakeClock
) -> None:
    alice = account_by_id(session, office.alice, clock().date())
    assert alice is not None
    assert replace_password(session, alice, "hashed:first", clock())
    assert not replace_password(session, alice, "hashed:second", clock())
    kept = account_by_id(session, office.alice, clock().date())
    assert kept is not None
    assert kept.password_hash == "hashed:first"


def test_a_session_is_noted_as_seen_at_most_once_a_minute(session: Session, office: Office, clock: FakeClock) -> None:
    began = clock()
    alice = account_by_id(session, office.alice, began.date())
    assert alice is not None
    assert store.open_session(session, alice, TOKEN, "form token", began)

    def see() -> object:
        running = store.running_session(session, TOKEN, LIMITS, clock())
        assert running is not None
        store.touch(session, TOKEN, running, clock())
        return session.execute(select(session_table.c.seen_at)).scalar_one()

    clock.move(timedelta(seconds=59))
    assert see() == began
    clock.move(timedelta(seconds=1))
    assert see() == clock()


def test_a_session_does_not_open_on_credentials_that_have_changed(
    session: Session, office: Office, clock: FakeClock
) -> None:
    alice = account_by_id(session, office.alice, clock().date())
    assert alice is not None
    session.execute(update(accounts).values(credential_version=accounts.c.credential_version + 1))
    assert not store.open_session(session, alice, TOKEN, "form token", clock())


def test_wrong_guesses_at_a_name_pause_it_longer_each_time_and_no_other(session: Session, clock: FakeClock) -> None:
    for pause in (30, 60, 120):
        while (seconds := seconds_refused(session, "alice", clock)) == 0:
            pass
        assert seconds == pause
        guesses.admit(session, "bob", "192.0.2.1", clock())
        guesses.forget(session, ["bob"])
        clock.move(timedelta(seconds=pause))
    guesses.forget(session, ["alice"])
    assert [seconds_refused(session, "alice", clock) for _ in range(6)] == [0, 0, 0, 0, 0, 30]


def seconds_refused(session: Session, name: str, clock: FakeClock) -> object:
    try:
        guesses.admit(session, name, "192.0.2.1", clock())
    except Throttled as refusal:
        return refusal.facts["seconds"]
    return 0


def test_fifty_wrong_guesses_at_different_names_pause_their_address(session: Session, clock: FakeClock) -> None:
    for number in range(50):
        guesses.admit(session, f"name{number}", "192.0.2.1", clock())
        guesses.count_wrong(session, "192.0.2.1", clock())
    with pytest.raises(Throttled, match="30 seconds"):
        guesses.admit(session, "alice", "192.0.2.1", clock())
    guesses.admit(session, "alice", "192.0.2.2", clock())
    clock.move(timedelta(seconds=30))
    guesses.admit(session, "alice", "192.0.2.1", clock())


def test_a_right_guess_lets_the_name_start_anew_and_not_the_address(session: Session, clock: FakeClock) -> None:
    guesses.admit(session, "alice", "192.0.2.1", clock())
    guesses.count_wrong(session, "192.0.2.1", clock())
    guesses.forget(session, ["alice"], "192.0.2.1")
    assert session.execute(select(sign_in_failures.c.source)).scalars().all() == ["address:192.0.2.1"]


def test_a_name_longer_than_any_is_counted_like_others(session: Session, clock: FakeClock) -> None:
    guesses.admit(session, "ế" * 100_000, "x" * 100_000, clock())
    guesses.count_wrong(session, "x" * 100_000, clock())
    sources = session.execute(select(sign_in_failures.c.source)).scalars().all()
    assert address_source("x" * 100_000) in sources
