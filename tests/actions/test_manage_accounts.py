"""Alice administers the office; Bob works in it; Charlie would like to."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from service.actions.activate_account import activate_by_slip
from service.actions.change_password import change_password
from service.actions.deliver import deliver_due
from service.actions.invite_accounts import invite_accounts
from service.actions.manage_accounts import (
    Term,
    create_account,
    create_administrator,
    deactivate,
    first_administrator,
    grant_role,
    revoke_role,
    set_password,
    setup_code,
)
from service.actions.manage_tokens import create_token
from service.actions.sign_in import actor_of_token, sign_in, who
from service.actions.sweep import sweep
from service.domain.errors import (
    AccountExists,
    BadLink,
    BadPeriod,
    EmptyText,
    NoAccount,
    NotFound,
    UnknownPerson,
    UnknownUnit,
    WeakPassword,
    WrongPassword,
)
from service.domain.letters import PasswordFacts
from service.domain.roles import OPERATOR, Act, Actor, Role
from service.doorbell import DELIVER_DUE
from service.runtime import Runtime
from service.store.accounts import lock_accounts
from tests.fakes import FakeClock, FakeDoorbell, FakeMailer
from tests.makers import make_account, make_actor, make_person, make_unit

PASSWORD = "mật khẩu của Bob"
HERE = "192.0.2.1"
ALICE = make_actor(Role.ADMINISTRATOR)


@pytest.fixture
def bob(runtime: Runtime) -> int:
    """The id of Bob's unit; his account is open, Charlie has none."""
    with runtime.sessions.begin() as session:
        unit = make_unit(session, code="VP")
        make_unit(session, code="VP1", parent=unit)
        make_unit(session, code="TT")
        make_account(session, make_person(session, unit, code="BOB"), username="bob", password=PASSWORD)
        make_person(session, unit, code="CHARLIE", family_name="Trần", given_name="Cúc")
    return unit


def as_seen(runtime: Runtime, username: str = "bob", password: str = PASSWORD) -> Actor:
    visitor = who(runtime, sign_in(runtime, username, password, HERE).token)
    assert visitor is not None
    return visitor.actor


@pytest.mark.usefixtures("bob")
def test_a_person_of_the_directory_gets_an_account_under_their_code_once(runtime: Runtime) -> None:
    assert create_account(runtime, ALICE, "CHARLIE") == "charlie"
    with pytest.raises(AccountExists, match="charlie"):
        create_account(runtime, ALICE, "CHARLIE")
    with pytest.raises(UnknownPerson, match="NOBODY"):
        create_account(runtime, ALICE, "NOBODY")
    slip = invite_accounts(runtime, ALICE, codes=["CHARLIE"], by="slip")[0]
    activate_by_slip(runtime, slip.username, slip.code, "mật khẩu của Cúc", HERE)
    assert as_seen(runtime, "charlie", "mật khẩu của Cúc").name == "Trần Cúc"


@pytest.mark.usefixtures("bob")
def test_an_administrator_without_a_person_administers_and_reads_nothing(runtime: Runtime) -> None:
    assert create_administrator(runtime, ALICE, "Root", "Quản trị viên mẫu", "do Alice đặt") == "root"
    signed = sign_in(runtime, "root", "do Alice đặt", HERE)
    assert signed.must_change
    visitor = who(runtime, signed.token)
    assert visitor is not None
    assert visitor.actor.person_id is None
    assert visitor.actor.roles == {Role.ADMINISTRATOR}
    with pytest.raises(AccountExists):
        create_administrator(runtime, ALICE, "BOB", "Quản trị viên mẫu", "do Alice đặt")
    with pytest.raises(EmptyText):
        create_administrator(runtime, ALICE, " ", "Quản trị viên mẫu", "do Alice đặt")


@pytest.mark.usefixtures("bob")
def test_a_password_that_was_set_must_be_changed_and_ends_sessions_and_slips(runtime: Runtime) -> None:
    session = sign_in(runtime, "bob", PASSWORD, HERE)
    slip = invite_accounts(runtime, ALICE, codes=["BOB"], by="slip")[0]
    set_password(runtime, ALICE, "BOB", "do Alice đặt")
    assert who(runtime, session.token) is None
    assert sign_in(runtime, "bob", "do Alice đặt", HERE).must_change
    with pytest.raises(BadLink):
        activate_by_slip(runtime, "bob", slip.code, "mật khẩu khác", HERE)


@pytest.mark.usefixtures("bob")
def test_the_owner_is_told_of_each_password_that_was_set(
    runtime: Runtime, mailer: FakeMailer, doorbell: FakeDoorbell
) -> None:
    set_password(runtime, ALICE, "bob", "do Alice đặt")
    set_password(runtime, ALICE, "bob", "do Alice đặt lại")
    sign_in(runtime, "bob", "do Alice đặt lại", HERE)
    assert doorbell.rings == [DELIVER_DUE] * 2
    sweep(runtime)
    assert deliver_due(runtime) == 2, "neither letter is taken for one whose link is dead"
    for letter in mailer.letters:
        assert (letter.address, letter.recipient_name) == ("bob@skhcn.example", "Nguyễn Văn Mẫu")
        assert letter.path == "/sign-in", "it leads to nothing that opens by itself"
        facts = letter.edition.facts
        assert isinstance(facts, PasswordFacts)
        assert facts.username == "bob"
        assert abs(runtime.clock() - facts.set_at) < timedelta(minutes=5)


def test_who_has_no_working_address_gets_no_letter_about_the_password(runtime: Runtime, doorbell: FakeDoorbell) -> None:
    with runtime.sessions.begin() as session:
        unit = make_unit(session)
        silent = make_person(session, unit, email=None)
        broken = make_person(session, unit, email="bob@@example", email_problem="invalid")
        for person_id, name in ((silent, "silent"), (broken, "broken"), (None, "root")):
            make_account(session, person_id, username=name, password=PASSWORD)
    for name in ("silent", "broken", "root"):
        set_password(runtime, ALICE, name, "do Alice đặt")
    assert (deliver_due(runtime), doorbell.rings) == (0, [])


@pytest.mark.usefixtures("bob")
def test_an_owner_who_changes_the_own_password_gets_no_letter(runtime: Runtime) -> None:
    change_password(runtime, sign_in(runtime, "bob", PASSWORD, HERE).token, PASSWORD, "mật khẩu khác của Bob")
    assert deliver_due(runtime) == 0


@pytest.mark.usefixtures("bob")
def test_a_set_password_is_held_to_the_same_rule(runtime: Runtime) -> None:
    with pytest.raises(WeakPassword):
        set_password(runtime, ALICE, "bob", "ngắn")
    create_administrator(runtime, ALICE, "quan-tri-vien", "Quản trị viên mẫu", "do Alice đặt")
    with pytest.raises(WeakPassword):
        set_password(runtime, ALICE, "quan-tri-vien", "Quan-Tri-Vien")
    with pytest.raises(NoAccount):
        set_password(runtime, ALICE, "nobody", "do Alice đặt")


@pytest.mark.usefixtures("bob")
def test_closing_an_account_closes_every_way_into_it(runtime: Runtime) -> None:
    session = sign_in(runtime, "bob", PASSWORD, HERE)
    token = create_token(runtime, ALICE, "bob", "chương trình mẫu").token
    slip = invite_accounts(runtime, ALICE, codes=["BOB"], by="slip")[0]
    deactivate(runtime, ALICE, "bob")
    assert who(runtime, session.token) is None
    assert actor_of_token(runtime, token) is None
    with pytest.raises(BadLink):
        activate_by_slip(runtime, "bob", slip.code, "mật khẩu khác", HERE)
    with pytest.raises(WrongPassword):
        sign_in(runtime, "bob", PASSWORD, HERE)
    with pytest.raises(NoAccount):
        deactivate(runtime, ALICE, "bob")


def test_a_manager_is_one_of_the_own_unit_unless_another_is_named(runtime: Runtime, bob: int) -> None:
    grant_role(runtime, ALICE, "bob", Role.MANAGER)
    own = as_seen(runtime).unit_ids
    assert bob in own
    assert len(own) == 2
    grant_role(runtime, ALICE, "bob", Role.MANAGER, unit="TT")
    assert len(as_seen(runtime).unit_ids) == 3
    revoke_role(runtime, ALICE, "bob", Role.MANAGER, unit="TT")
    assert as_seen(runtime).unit_ids == own
    revoke_role(runtime, ALICE, "bob", Role.MANAGER)
    assert as_seen(runtime).roles == {Role.EMPLOYEE}


@pytest.mark.usefixtures("bob")
def test_a_role_is_held_for_its_term(runtime: Runtime, clock: FakeClock) -> None:
    tomorrow = clock() + timedelta(days=1)
    grant_role(runtime, ALICE, "bob", Role.SECRETARIAT, term=Term(tomorrow, tomorrow + timedelta(days=1)))
    assert not as_seen(runtime).may(Act.POST)
    clock.move(timedelta(days=1))
    assert as_seen(runtime).may(Act.POST)
    clock.move(timedelta(days=1))
    assert not as_seen(runtime).may(Act.POST)


@pytest.mark.usefixtures("bob")
def test_a_revoked_role_does_not_come_back_with_its_term(runtime: Runtime, clock: FakeClock) -> None:
    grant_role(runtime, ALICE, "bob", Role.SECRETARIAT, term=Term(clock() + timedelta(days=1)))
    revoke_role(runtime, ALICE, "bob", Role.SECRETARIAT)
    clock.move(timedelta(days=1))
    assert not as_seen(runtime).may(Act.POST)
    with pytest.raises(NotFound):
        revoke_role(runtime, ALICE, "bob", Role.SECRETARIAT)


@pytest.mark.usefixtures("bob")
def test_a_role_needs_an_account_a_unit_and_a_term_that_ends_after_it_begins(
    runtime: Runtime, clock: FakeClock
) -> None:
    with pytest.raises(NoAccount):
        grant_role(runtime, ALICE, "nobody", Role.AUDITOR)
    with pytest.raises(UnknownUnit, match="NOWHERE"):
        grant_role(runtime, ALICE, "bob", Role.MANAGER, unit="NOWHERE")
    with pytest.raises(BadPeriod):
        grant_role(runtime, ALICE, "bob", Role.AUDITOR, term=Term(ends_at=clock()))
    create_administrator(runtime, ALICE, "root", "Quản trị viên mẫu", "do Alice đặt")
    with pytest.raises(UnknownUnit):
        grant_role(runtime, ALICE, "root", Role.MANAGER)


@pytest.mark.usefixtures("bob")
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_for_everybody_but_an_administrator_there_is_nothing_to_manage(runtime: Runtime, role: Role) -> None:
    charlie = make_actor(role)
    with pytest.raises(NotFound):
        create_account(runtime, charlie, "CHARLIE")
    with pytest.raises(NotFound):
        create_administrator(runtime, charlie, "root", "Quản trị viên mẫu", "do Charlie đặt")
    with pytest.raises(NotFound):
        set_password(runtime, charlie, "bob", "do Charlie đặt")
    with pytest.raises(NotFound):
        deactivate(runtime, charlie, "bob")
    with pytest.raises(NotFound):
        grant_role(runtime, charlie, "bob", Role.ADMINISTRATOR)
    with pytest.raises(NotFound):
        revoke_role(runtime, charlie, "bob", Role.EMPLOYEE)
    assert as_seen(runtime).roles == {Role.EMPLOYEE}


def test_the_first_visit_makes_the_first_administrator_and_no_second(runtime: Runtime) -> None:
    code = setup_code(runtime)
    assert code is not None
    assert first_administrator(runtime, code.lower(), "Alice", "mật khẩu của Alice") == "alice"
    signed = sign_in(runtime, "alice", "mật khẩu của Alice", HERE)
    visitor = who(runtime, signed.token)
    assert visitor is not None
    assert visitor.actor.may(Act.MANAGE_ACCOUNTS)
    assert not signed.must_change
    assert setup_code(runtime) is None
    with pytest.raises(NotFound):
        first_administrator(runtime, code, "charlie", "mật khẩu của Charlie")


def test_a_wrong_setup_code_or_a_weak_password_makes_nobody(runtime: Runtime) -> None:
    with pytest.raises(BadLink):
        first_administrator(runtime, "0000-0000-0000", "charlie", "mật khẩu của Charlie")
    with pytest.raises(WeakPassword):
        first_administrator(runtime, setup_code(runtime) or "", "charlie", "ngắn")
    assert setup_code(runtime) is not None


def test_of_two_first_visits_at_the_same_time_one_finds_the_door_shut(runtime: Runtime) -> None:
    code = setup_code(runtime) or ""
    with ThreadPoolExecutor(1) as thread:
        with runtime.sessions.begin() as first:
            lock_accounts(first)
            second = thread.submit(first_administrator, runtime, code, "charlie", "mật khẩu của Charlie")
            wait_until(lambda: second.done() or somebody_waits_for_a_lock(runtime))
            make_account(first, username="alice", password="mật khẩu của Alice")
        with pytest.raises(NotFound):
            second.result(timeout=30)


def somebody_waits_for_a_lock(runtime: Runtime) -> bool:
    waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'accounts'::regclass"
    with runtime.sessions() as session:
        return session.execute(text(waiting)).first() is not None


def wait_until(condition: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < ends_at, "it never came about"
        time.sleep(0.01)


@pytest.mark.usefixtures("bob")
def test_the_door_is_shut_once_anybody_has_a_password(runtime: Runtime) -> None:
    assert setup_code(runtime) is None
    assert create_account(runtime, OPERATOR, "CHARLIE") == "charlie"
