"""Alice gets her link by mail, Bob his slip on paper; Charlie has neither, and tries with what he finds."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from service.actions.activate_account import activate_by_link, activate_by_slip, look_at_link
from service.actions.invite_accounts import Slip, invite_accounts
from service.actions.manage_accounts import deactivate
from service.actions.sign_in import sign_in, who
from service.domain.credentials import sign_link
from service.domain.errors import BadLink, Throttled, WeakPassword, WrongPassword
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.store.tables import accounts
from tests.fakes import FakeClock, FakePasswords
from tests.makers import make_account, make_person, make_unit

PASSWORD = "mật khẩu mới"
HERE = "192.0.2.1"


@pytest.fixture
def link(runtime: Runtime) -> str:
    """The link in Alice's letter."""
    with runtime.sessions.begin() as session:
        unit = make_unit(session)
        for name in ("alice", "bob", "charlie"):
            make_account(session, make_person(session, unit, code=name.upper()), username=name)
    invite_accounts(runtime, OPERATOR, codes=["ALICE"], by="mail")
    return open_link(runtime, "alice")


@pytest.fixture
def slip(runtime: Runtime, link: str) -> Slip:
    """Bob's slip."""
    assert link
    return invite_accounts(runtime, OPERATOR, codes=["BOB"], by="slip")[0]


def open_link(runtime: Runtime, username: str) -> str:
    a = accounts.c
    with runtime.sessions() as session:
        row = session.execute(select(a.id, a.credential_version).where(a.username == username)).one()
    return sign_link(runtime.secret, "activate", row.id, row.credential_version)


def opens(runtime: Runtime, username: str, password: str) -> bool:
    try:
        return who(runtime, sign_in(runtime, username, password, HERE).token) is not None
    except WrongPassword:
        return False


def test_a_link_sets_the_password_once(runtime: Runtime, link: str) -> None:
    assert activate_by_link(runtime, link, PASSWORD) == "alice"
    with pytest.raises(BadLink):
        activate_by_link(runtime, link, "mật khẩu của Charlie")
    assert opens(runtime, "alice", PASSWORD)
    assert not opens(runtime, "alice", "mật khẩu của Charlie")


def test_looking_at_a_link_says_whose_it_is_and_does_not_use_it(runtime: Runtime, link: str, clock: FakeClock) -> None:
    for _ in range(2):
        seen = look_at_link(runtime, link)
    assert (seen.purpose, seen.username, seen.name) == ("activate", "alice", "Nguyễn Văn Mẫu")
    assert seen.expires_at == clock() + runtime.policy.link_lifetime
    activate_by_link(runtime, link, PASSWORD)
    with pytest.raises(BadLink):
        look_at_link(runtime, link)


def test_an_expired_link_sets_nothing(runtime: Runtime, link: str, clock: FakeClock) -> None:
    clock.move(runtime.policy.link_lifetime)
    with pytest.raises(BadLink):
        look_at_link(runtime, link)
    with pytest.raises(BadLink):
        activate_by_link(runtime, link, PASSWORD)
    assert not opens(runtime, "alice", PASSWORD)


def test_an_expired_link_stays_dead_when_a_new_one_is_sent(runtime: Runtime, link: str, clock: FakeClock) -> None:
    clock.move(runtime.policy.link_lifetime)
    invite_accounts(runtime, OPERATOR, by="mail")
    with pytest.raises(BadLink):
        activate_by_link(runtime, link, PASSWORD)
    activate_by_link(runtime, open_link(runtime, "alice"), PASSWORD)


def test_a_forged_link_sets_nothing(runtime: Runtime, link: str) -> None:
    forged = [
        link[:-1] + ("a" if link[-1] != "a" else "b"),
        link.replace("activate", "reset"),
        sign_link(b"a guessed secret", "activate", 1, 1),
        sign_link(runtime.secret, "activate", 9_999, 1),
        "",
    ]
    for token in forged:
        with pytest.raises(BadLink):
            activate_by_link(runtime, token, PASSWORD)


@pytest.mark.usefixtures("link")
def test_who_was_not_invited_has_no_open_link(runtime: Runtime) -> None:
    with pytest.raises(BadLink):
        activate_by_link(runtime, open_link(runtime, "charlie"), PASSWORD)


def test_the_link_of_a_closed_account_sets_nothing(runtime: Runtime, link: str) -> None:
    deactivate(runtime, OPERATOR, "alice")
    with pytest.raises(BadLink):
        activate_by_link(runtime, link, PASSWORD)


def test_a_weak_password_is_refused_and_the_link_stays_good(runtime: Runtime, link: str) -> None:
    for weak in ("ngắn", "alice"):
        with pytest.raises(WeakPassword):
            activate_by_link(runtime, link, weak)
    activate_by_link(runtime, link, PASSWORD)


class SlowTogether(FakePasswords):
    """Holds every hash back until all have come so far."""

    def __init__(self, parties: int) -> None:
        self._barrier = Barrier(parties, timeout=30)

    def hash(self, password: str) -> str:
        self._barrier.wait()
        return super().hash(password)


def test_of_two_who_use_a_link_at_the_same_time_one_wins(runtime: Runtime, link: str) -> None:
    together = replace(runtime, passwords=SlowTogether(2))

    def use(password: str) -> bool:
        try:
            activate_by_link(together, link, password)
        except BadLink:
            return False
        return True

    candidates = ["mật khẩu thứ nhất", "mật khẩu thứ hai"]
    with ThreadPoolExecutor(2) as threads:
        won = list(threads.map(use, candidates))
    assert sorted(won) == [False, True]
    assert [opens(runtime, "alice", password) for password in candidates] == won


def test_bobs_slip_sets_his_password_once_however_he_types_it(runtime: Runtime, slip: Slip) -> None:
    typed = slip.code.replace("-", " ").lower()
    assert activate_by_slip(runtime, " BOB", typed, PASSWORD, HERE) == "bob"
    with pytest.raises(BadLink):
        activate_by_slip(runtime, "bob", slip.code, "mật khẩu của Charlie", HERE)
    assert opens(runtime, "bob", PASSWORD)


def test_bobs_slip_opens_bobs_account_alone(runtime: Runtime, slip: Slip) -> None:
    for name in ("alice", "charlie", "nobody"):
        with pytest.raises(BadLink):
            activate_by_slip(runtime, name, slip.code, PASSWORD, HERE)


def test_an_expired_slip_sets_nothing(runtime: Runtime, slip: Slip, clock: FakeClock) -> None:
    clock.move(slip.expires_at - clock())
    with pytest.raises(BadLink):
        activate_by_slip(runtime, "bob", slip.code, PASSWORD, HERE)


def test_a_weak_password_uses_up_neither_slip_nor_guesses(runtime: Runtime, slip: Slip) -> None:
    for _ in range(6):
        with pytest.raises(WeakPassword):
            activate_by_slip(runtime, "bob", slip.code, "ngắn", HERE)
    activate_by_slip(runtime, "bob", slip.code, PASSWORD, HERE)


def test_guessing_at_slips_is_slowed_and_the_right_slip_passes_later(
    runtime: Runtime, slip: Slip, clock: FakeClock
) -> None:
    for _ in range(5):
        with pytest.raises(BadLink):
            activate_by_slip(runtime, "bob", "0000-0000-0000", PASSWORD, HERE)
    with pytest.raises(Throttled):
        activate_by_slip(runtime, "bob", slip.code, PASSWORD, HERE)
    clock.move(timedelta(seconds=30))
    activate_by_slip(runtime, "bob", slip.code, PASSWORD, HERE)
    assert opens(runtime, "bob", PASSWORD)


def test_a_new_password_by_link_ends_the_sessions_of_the_old_one_and_the_pause_of_wrong_guesses(
    runtime: Runtime, link: str
) -> None:
    activate_by_link(runtime, link, PASSWORD)
    thief = sign_in(runtime, "alice", PASSWORD, HERE)
    for name in ["alice"] * 5 + ["alice@skhcn.example"] * 5:
        with pytest.raises(WrongPassword):
            sign_in(runtime, name, "forgotten", HERE)
    invite_accounts(runtime, OPERATOR, codes=["ALICE"], by="mail")
    activate_by_link(runtime, open_link(runtime, "alice"), "mật khẩu khác hẳn")
    assert who(runtime, thief.token) is None
    assert opens(runtime, "alice", "mật khẩu khác hẳn")
    assert opens(runtime, "alice@skhcn.example", "mật khẩu khác hẳn")
