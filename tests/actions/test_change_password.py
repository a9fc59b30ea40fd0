import pytest

from service.actions.change_password import change_password
from service.actions.manage_accounts import set_password
from service.actions.sign_in import SignedIn, sign_in, sign_out, who
from service.domain.errors import SignInNeeded, Throttled, WeakPassword, WrongPassword
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from tests.makers import make_account, make_person, make_unit

OLD, NEW = "mật khẩu cũ", "mật khẩu mới"
HERE = "192.0.2.1"


@pytest.fixture
def signed(runtime: Runtime) -> SignedIn:
    """Alice's session."""
    with runtime.sessions.begin() as session:
        person_id = make_person(session, make_unit(session), code="ALICE")
        make_account(session, person_id, username="alice", password=OLD)
    return sign_in(runtime, "alice", OLD, HERE)


def test_alice_changes_her_password_and_only_this_session_goes_on(runtime: Runtime, signed: SignedIn) -> None:
    elsewhere = sign_in(runtime, "alice", OLD, HERE)
    change_password(runtime, signed.token, OLD, NEW)
    assert who(runtime, signed.token)
    assert who(runtime, elsewhere.token) is None
    with pytest.raises(WrongPassword):
        sign_in(runtime, "alice", OLD, HERE)
    sign_in(runtime, "alice", NEW, HERE)


def test_a_forced_change_is_over_once_it_is_made(runtime: Runtime, signed: SignedIn) -> None:
    set_password(runtime, OPERATOR, "alice", "do quản trị đặt")
    assert who(runtime, signed.token) is None
    forced = sign_in(runtime, "alice", "do quản trị đặt", HERE)
    assert forced.must_change
    change_password(runtime, forced.token, "do quản trị đặt", NEW)
    visitor = who(runtime, forced.token)
    assert visitor is not None
    assert not visitor.must_change


@pytest.mark.parametrize("new", ["ngắn", "alice", OLD])
def test_a_weak_password_or_the_same_again_is_refused(runtime: Runtime, signed: SignedIn, new: str) -> None:
    with pytest.raises(WeakPassword):
        change_password(runtime, signed.token, OLD, new)
    sign_in(runtime, "alice", OLD, HERE)


def test_whoever_finds_an_open_session_cannot_guess_the_password_behind_it(runtime: Runtime, signed: SignedIn) -> None:
    for _ in range(5):
        with pytest.raises(WrongPassword):
            change_password(runtime, signed.token, "guessed", NEW)
    with pytest.raises(Throttled):
        change_password(runtime, signed.token, OLD, NEW)


def test_an_ended_session_changes_nothing(runtime: Runtime, signed: SignedIn) -> None:
    sign_out(runtime, signed.token)
    with pytest.raises(SignInNeeded):
        change_password(runtime, signed.token, OLD, NEW)
