"""Alice signs in; Bob has not activated his account; whoever guesses is slowed, whatever name they try."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from service.actions.manage_accounts import deactivate
from service.actions.sign_in import SignedIn, Visitor, sign_in, sign_out, who
from service.domain.errors import Throttled, WrongPassword
from service.domain.roles import OPERATOR, Role
from service.passwords import Argon2Passwords
from service.runtime import Runtime
from service.store.tables import memberships, sessions, sign_in_failures
from tests.fakes import FakeClock, FakePasswords
from tests.makers import make_account, make_person, make_unit

PASSWORD = "mật khẩu của Alice"
HERE = "192.0.2.1"


@pytest.fixture
def alice(runtime: Runtime) -> int:
    """The id of her person; her account has a password, Bob's has none."""
    with runtime.sessions.begin() as session:
        unit = make_unit(session)
        person_id = make_person(session, unit, code="ALICE", email="alice@skhcn.example")
        make_account(session, person_id, username="alice", password=PASSWORD)
        make_account(session, make_person(session, unit, code="BOB"), username="bob")
    return person_id


def signed_in(runtime: Runtime) -> SignedIn:
    return sign_in(runtime, "alice", PASSWORD, HERE)


def visitor(runtime: Runtime, signed: SignedIn) -> Visitor | None:
    return who(runtime, signed.token)


@pytest.mark.parametrize("name", ["alice", " ALICE ", "Alice@SKHCN.example"])
def test_alice_signs_in_by_user_name_or_address_and_is_known_by_her_token(
    runtime: Runtime, alice: int, name: str
) -> None:
    signed = sign_in(runtime, name, PASSWORD, HERE)
    found = visitor(runtime, signed)
    assert found is not None
    assert found.actor.person_id == alice
    assert found.actor.roles == {Role.EMPLOYEE}
    assert (found.username, found.form_token, found.must_change) == ("alice", signed.form_token, False)


@pytest.mark.usefixtures("alice")
def test_the_database_holds_no_token_that_opens_a_session(runtime: Runtime) -> None:
    signed = signed_in(runtime)
    with runtime.sessions() as session:
        row = session.execute(select(sessions)).mappings().one()
    assert signed.token not in {row["form_token"], row["token_digest"].decode("latin-1"), row["token_digest"].hex()}
    assert who(runtime, row["token_digest"].hex()) is None


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize(
    ("name", "password"),
    [("alice", "wrong"), ("alice", ""), ("bob", ""), ("nobody", PASSWORD), ("", ""), ("\0\ud800", "\0\ud800")],
)
def test_whatever_is_wrong_gets_the_same_answer(runtime: Runtime, name: str, password: str) -> None:
    with pytest.raises(WrongPassword):
        sign_in(runtime, name, password, HERE)


class CountingPasswords(FakePasswords):
    """Remembers against which hashes a password was held."""

    def __init__(self) -> None:
        self.verified: list[str] = []

    def verify(self, password_hash: str, password: str) -> bool:
        self.verified.append(password_hash)
        return super().verify(password_hash, password)


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize("name", ["alice", "bob", "nobody"])
def test_a_name_that_nobody_has_is_verified_once_like_any_other(runtime: Runtime, name: str) -> None:
    passwords = CountingPasswords()
    with pytest.raises(WrongPassword):
        sign_in(replace(runtime, passwords=passwords), name, "wrong", HERE)
    assert len(passwords.verified) == 1
    assert passwords.verified[0].startswith("hashed:")


@pytest.mark.usefixtures("alice")
def test_no_connection_is_held_while_a_password_is_verified(runtime: Runtime) -> None:
    idle = runtime.sessions.kw["bind"].pool

    class Watching(FakePasswords):
        def verify(self, password_hash: str, password: str) -> bool:
            assert idle.checkedout() == 0
            return super().verify(password_hash, password)

    sign_in(replace(runtime, passwords=Watching()), "alice", PASSWORD, HERE)


@pytest.mark.usefixtures("alice")
def test_five_wrong_guesses_pause_even_the_right_password_until_the_clock_has_moved(
    runtime: Runtime, clock: FakeClock
) -> None:
    for _ in range(5):
        with pytest.raises(WrongPassword):
            sign_in(runtime, "alice", "wrong", HERE)
    with pytest.raises(Throttled, match="30 seconds"):
        signed_in(runtime)
    clock.move(timedelta(seconds=30))
    assert visitor(runtime, signed_in(runtime))
    with runtime.sessions() as session:
        kept = session.execute(select(sign_in_failures.c.source)).scalars().all()
    assert [source.partition(":")[0] for source in kept] == ["address"]


@pytest.mark.usefixtures("alice")
def test_a_name_that_nobody_has_is_paused_like_any_other(runtime: Runtime) -> None:
    for _ in range(5):
        with pytest.raises(WrongPassword):
            sign_in(runtime, "nobody", "wrong", HERE)
    with pytest.raises(Throttled):
        sign_in(runtime, "nobody", "wrong", HERE)


@pytest.mark.usefixtures("alice")
def test_one_address_that_guesses_at_many_names_is_paused_and_the_office_is_not(runtime: Runtime) -> None:
    for number in range(50):
        with pytest.raises(WrongPassword):
            sign_in(runtime, f"name{number}", "wrong", "198.51.100.7")
    with pytest.raises(Throttled):
        sign_in(runtime, "alice", PASSWORD, "198.51.100.7")
    signed_in(runtime)


@pytest.mark.usefixtures("alice")
def test_a_session_ends_when_it_was_idle_for_too_long(runtime: Runtime, clock: FakeClock) -> None:
    signed = signed_in(runtime)
    for _ in range(3):
        clock.move(runtime.policy.session_idle - timedelta(seconds=1))
        assert visitor(runtime, signed)
    clock.move(runtime.policy.session_idle)
    assert visitor(runtime, signed) is None


@pytest.mark.usefixtures("alice")
def test_a_session_ends_after_its_longest_time_however_busy_it_is(runtime: Runtime, clock: FakeClock) -> None:
    signed = signed_in(runtime)
    while clock() + timedelta(hours=7) < signed.expires_at:
        clock.move(timedelta(hours=7))
        assert visitor(runtime, signed)
    clock.move(signed.expires_at - clock())
    assert visitor(runtime, signed) is None


@pytest.mark.usefixtures("alice")
def test_signing_out_ends_this_session_alone(runtime: Runtime) -> None:
    here, at_home = signed_in(runtime), signed_in(runtime)
    for _ in range(2):
        sign_out(runtime, here.token)
    assert visitor(runtime, here) is None
    assert visitor(runtime, at_home)


@pytest.mark.usefixtures("alice")
def test_the_session_of_a_closed_account_dies_and_no_other_begins(runtime: Runtime) -> None:
    signed = signed_in(runtime)
    deactivate(runtime, OPERATOR, "alice")
    assert visitor(runtime, signed) is None
    with pytest.raises(WrongPassword):
        signed_in(runtime)


def test_the_session_of_somebody_who_leaves_dies_with_their_last_day(
    runtime: Runtime, alice: int, clock: FakeClock
) -> None:
    signed = signed_in(runtime)
    with runtime.sessions.begin() as session:
        last_day = update(memberships).where(memberships.c.person_id == alice).values(active_to=clock().date())
        session.execute(last_day)
    assert visitor(runtime, signed)
    with runtime.sessions.begin() as session:
        session.execute(update(memberships).values(active_to=clock().date() - timedelta(days=1)))
    assert visitor(runtime, signed) is None


def test_a_password_is_the_same_however_the_keyboard_composes_it() -> None:
    passwords = Argon2Passwords()
    kept = passwords.hash("mật khẩu dài")
    assert kept.startswith("$argon2id$")
    assert passwords.verify(kept, "mâ\u0323t khâ\u0309u da\u0300i")
    assert not passwords.verify(kept, "mat khau dai")
    assert not passwords.verify(kept, "\ud800")


@pytest.mark.usefixtures("alice")
def test_who_guesses_from_elsewhere_does_not_lock_the_owner_out(runtime: Runtime) -> None:
    for _ in range(5):
        with pytest.raises(WrongPassword):
            sign_in(runtime, "alice", "wrong", "198.51.100.7")
    with pytest.raises(Throttled):
        sign_in(runtime, "alice", "wrong", "198.51.100.7")
    assert visitor(runtime, signed_in(runtime))


@pytest.mark.usefixtures("alice")
def test_signing_in_to_an_own_account_gives_no_new_guesses_at_others(runtime: Runtime) -> None:
    for number in range(50):
        with pytest.raises(WrongPassword):
            sign_in(runtime, f"name{number}", "wrong", HERE)
        if not number % 10:
            sign_in(runtime, "alice", PASSWORD, HERE)
    with pytest.raises(Throttled):
        sign_in(runtime, "another", "wrong", HERE)


@pytest.mark.usefixtures("alice")
def test_mistakes_of_long_ago_are_forgotten(runtime: Runtime, clock: FakeClock) -> None:
    for _ in range(4):
        with pytest.raises(WrongPassword):
            sign_in(runtime, "alice", "wrong", HERE)
    clock.move(timedelta(hours=1))
    for _ in range(4):
        with pytest.raises(WrongPassword):
            sign_in(runtime, "alice", "wrong", HERE)
    assert visitor(runtime, signed_in(runtime))
