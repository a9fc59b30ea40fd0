"""Shared PCs: who may sit down there, for how long, and what a PIN is good for."""

import json
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from service.actions.enrol_kiosk import add_kiosk, enrol, kiosk_of, list_kiosks, revoke_kiosk
from service.actions.invite_accounts import invite_accounts
from service.actions.set_pin import set_pin, set_pin_by_slip
from service.actions.sign_in import sign_in, sign_out, who
from service.actions.visit_kiosk import begin_visit, person_at, visit_of
from service.domain.errors import (
    BadKioskCode,
    BadLink,
    EmptyText,
    NotFound,
    SignInNeeded,
    Throttled,
    WeakPin,
    WrongPassword,
    WrongPin,
)
from service.domain.roles import OPERATOR, Role
from service.runtime import Runtime
from service.store.grants import Grant, add_grant
from service.store.kiosks import Kiosk
from service.store.tables import accounts, evidence, kiosks, sessions, sign_ins
from tests.fakes import FakeClock
from tests.makers import LONG_AGO, make_account, make_actor, make_person, make_unit

PASSWORD = "mot mat khau du dai"
PIN = "294817"
SECRETARIAT = make_actor(Role.SECRETARIAT)


@dataclass(frozen=True)
class Office:
    """An has an account with a password and the role văn thư; Bình has an account that nobody has opened yet."""

    kiosk: Kiosk
    session: str


def enrolled(runtime: Runtime, name: str = "Phòng bảo vệ") -> Kiosk:
    return kiosk_of(runtime, enrol(runtime, add_kiosk(runtime, SECRETARIAT, name).code))


@pytest.fixture
def office(runtime: Runtime) -> Office:
    with runtime.sessions.begin() as session:
        unit = make_unit(session, code="VP")
        an = make_account(session, make_person(session, unit, code="AN"), username="an", password=PASSWORD)
        add_grant(session, an, Grant(Role.SECRETARIAT, None, LONG_AGO, None), None)
        make_account(session, make_person(session, unit, code="BINH", email=None), username="binh")
    return Office(enrolled(runtime), sign_in(runtime, "an", PASSWORD, "192.0.2.1").token)


def with_pin(runtime: Runtime, office: Office) -> str:
    """An sits at the shared PC; the token of that session."""
    set_pin(runtime, office.session, PASSWORD, PIN)
    return begin_visit(runtime, office.kiosk, "AN", PIN)


def test_a_code_enrols_one_browser_once(runtime: Runtime) -> None:
    new = add_kiosk(runtime, SECRETARIAT, " Phòng bảo vệ ")
    token = enrol(runtime, new.code.lower().replace("-", " "))
    assert kiosk_of(runtime, token).name == "Phòng bảo vệ"
    with pytest.raises(BadKioskCode):
        enrol(runtime, new.code)


def test_a_code_is_good_for_an_hour_and_not_after_the_pc_was_revoked(runtime: Runtime, clock: FakeClock) -> None:
    late, revoked = (add_kiosk(runtime, SECRETARIAT, name) for name in ("Một", "Hai"))
    revoke_kiosk(runtime, SECRETARIAT, list_kiosks(runtime, SECRETARIAT)[0].id)
    with pytest.raises(BadKioskCode):
        enrol(runtime, revoked.code)
    clock.move(timedelta(hours=1))
    with pytest.raises(BadKioskCode):
        enrol(runtime, late.code)


def test_a_code_is_no_cookie_and_the_database_holds_neither(runtime: Runtime) -> None:
    new = add_kiosk(runtime, SECRETARIAT, "Một")
    with pytest.raises(NotFound):
        kiosk_of(runtime, new.code)
    token = enrol(runtime, new.code)
    with pytest.raises(BadKioskCode):
        enrol(runtime, token)
    with runtime.sessions() as session:
        kept = session.execute(select(kiosks.c.token_digest)).scalar_one()
    assert token.encode() not in kept
    assert new.code.encode() not in kept


def test_only_secretariat_and_administrators_enrol_shared_pcs(runtime: Runtime) -> None:
    for role in set(Role) - {Role.SECRETARIAT, Role.ADMINISTRATOR}:
        with pytest.raises(NotFound):
            add_kiosk(runtime, make_actor(role), "Máy")
    add_kiosk(runtime, make_actor(Role.ADMINISTRATOR), "Máy")
    with pytest.raises(EmptyText):
        add_kiosk(runtime, SECRETARIAT, "  ")


def test_a_person_at_a_shared_pc_is_an_employee_whatever_their_roles(runtime: Runtime, office: Office) -> None:
    visit = visit_of(runtime, office.kiosk, with_pin(runtime, office))
    assert visit is not None
    assert visit.actor.roles == {Role.EMPLOYEE}
    assert visit.actor.unit_ids == frozenset()


def test_who_signs_in_on_a_shared_pc_was_here(runtime: Runtime, office: Office, clock: FakeClock) -> None:
    set_pin(runtime, office.session, PASSWORD, PIN)
    clock.move(timedelta(days=1))
    begin_visit(runtime, office.kiosk, "AN", PIN)
    with runtime.sessions() as session:
        assert clock() in session.execute(select(sign_ins.c.signed_in_at)).scalars().all()


def test_a_session_of_a_shared_pc_opens_nothing_elsewhere(runtime: Runtime, office: Office) -> None:
    token = with_pin(runtime, office)
    assert who(runtime, token) is None
    with pytest.raises(SignInNeeded):
        set_pin(runtime, token, PASSWORD, "918264")
    other = enrolled(runtime, "Máy khác")
    assert visit_of(runtime, other, token) is None
    assert visit_of(runtime, office.kiosk, office.session) is None


def test_a_session_of_a_shared_pc_ends_when_quiet_and_after_a_quarter_of_an_hour(
    runtime: Runtime, office: Office, clock: FakeClock
) -> None:
    quiet = with_pin(runtime, office)
    clock.move(timedelta(seconds=119))
    assert visit_of(runtime, office.kiosk, quiet) is not None
    clock.move(timedelta(seconds=119))
    assert visit_of(runtime, office.kiosk, quiet) is not None
    clock.move(timedelta(seconds=120))
    assert visit_of(runtime, office.kiosk, quiet) is None
    busy = begin_visit(runtime, office.kiosk, "AN", PIN)
    for _ in range(14):
        clock.move(timedelta(minutes=1))
        assert visit_of(runtime, office.kiosk, busy) is not None
    clock.move(timedelta(minutes=1))
    assert visit_of(runtime, office.kiosk, busy) is None


def test_leaving_revoking_and_closing_end_a_session_of_a_shared_pc(runtime: Runtime, office: Office) -> None:
    left = with_pin(runtime, office)
    sign_out(runtime, left)
    assert visit_of(runtime, office.kiosk, left) is None
    closed = begin_visit(runtime, office.kiosk, "AN", PIN)
    with runtime.sessions.begin() as session:
        session.execute(update(accounts).values(deactivated_at=runtime.clock()))
    assert visit_of(runtime, office.kiosk, closed) is None
    with runtime.sessions.begin() as session:
        session.execute(update(accounts).values(deactivated_at=None))
    revoked = begin_visit(runtime, office.kiosk, "AN", PIN)
    revoke_kiosk(runtime, SECRETARIAT, office.kiosk.id)
    assert visit_of(runtime, office.kiosk, revoked) is None
    with pytest.raises(WrongPin):
        begin_visit(runtime, office.kiosk, "AN", PIN)
    with runtime.sessions() as session:
        open_there = sessions.c.kiosk_id.is_not(None) & sessions.c.ended_at.is_(None)
        assert session.execute(select(sessions.c.account_id).where(open_there)).all() == []


@pytest.mark.parametrize("pin", ["", "294818", "000000"])
def test_a_wrong_pin_and_no_pin_look_alike(runtime: Runtime, office: Office, pin: str) -> None:
    set_pin(runtime, office.session, PASSWORD, PIN)
    for code in ("AN", "BINH"):
        with pytest.raises(WrongPin):
            begin_visit(runtime, office.kiosk, code, pin)
    with pytest.raises(NotFound):
        begin_visit(runtime, office.kiosk, "NOBODY", pin)


def test_guessing_a_pin_is_slowed_for_that_person_on_that_pc(
    runtime: Runtime, office: Office, clock: FakeClock
) -> None:
    set_pin(runtime, office.session, PASSWORD, PIN)
    for _ in range(5):
        with pytest.raises(WrongPin):
            begin_visit(runtime, office.kiosk, "AN", "918264")
    with pytest.raises(Throttled):
        begin_visit(runtime, office.kiosk, "AN", PIN)
    begin_visit(runtime, enrolled(runtime, "Máy khác"), "AN", PIN)
    with pytest.raises(WrongPin):
        begin_visit(runtime, office.kiosk, "BINH", "918264")
    # It is no guess at the password.
    sign_in(runtime, "an", PASSWORD, "192.0.2.1")
    clock.move(timedelta(seconds=31))
    begin_visit(runtime, office.kiosk, "AN", PIN)


def test_a_pin_is_set_with_the_present_password_and_kept_as_a_hash(runtime: Runtime, office: Office) -> None:
    with pytest.raises(WrongPassword):
        set_pin(runtime, office.session, "another password", PIN)
    with pytest.raises(WeakPin):
        set_pin(runtime, office.session, PASSWORD, "123456")
    set_pin(runtime, office.session, PASSWORD, PIN)
    with runtime.sessions() as session:
        kept = session.execute(select(accounts.c.pin_hash).where(accounts.c.username == "an")).scalar_one()
    assert kept == runtime.passwords.hash(PIN)


def test_a_slip_sets_a_pin_on_a_shared_pc_once(runtime: Runtime, office: Office, clock: FakeClock) -> None:
    (slip,) = invite_accounts(runtime, OPERATOR, by="slip", codes=["BINH"])
    person = person_at(runtime, "BINH")
    with pytest.raises(WeakPin):
        set_pin_by_slip(runtime, office.kiosk, person, slip.code, "111111")
    with pytest.raises(BadLink):
        set_pin_by_slip(runtime, office.kiosk, person, "0000-0000-0000", PIN)
    with pytest.raises(BadLink):
        set_pin_by_slip(runtime, office.kiosk, person_at(runtime, "AN"), slip.code, PIN)
    set_pin_by_slip(runtime, office.kiosk, person, slip.code, PIN)
    assert begin_visit(runtime, office.kiosk, "BINH", PIN)
    with pytest.raises(BadLink):
        set_pin_by_slip(runtime, office.kiosk, person, slip.code, "918264")


def test_setting_a_pin_is_evidence_without_the_pin(runtime: Runtime, office: Office) -> None:
    set_pin(runtime, office.session, PASSWORD, PIN)
    (slip,) = invite_accounts(runtime, OPERATOR, by="slip", codes=["BINH"])
    binh = person_at(runtime, "BINH")
    set_pin_by_slip(runtime, office.kiosk, binh, slip.code, PIN)
    with runtime.sessions() as session:
        entries = session.execute(select(evidence.c.entry).order_by(evidence.c.id)).scalars().all()
        assert [json.loads(text)["about"] for text in entries if '"deed":"pin set"' in text] == [
            {"account": person_at(runtime, "AN").account_id},
            {"account": binh.account_id, "kiosk": office.kiosk.id},
        ]
    assert not any(PIN in text or slip.code in text for text in entries)


def test_an_expired_slip_sets_no_pin(runtime: Runtime, office: Office, clock: FakeClock) -> None:
    (slip,) = invite_accounts(runtime, OPERATOR, by="slip", codes=["BINH"])
    clock.move(runtime.policy.link_lifetime)
    with pytest.raises(BadLink):
        set_pin_by_slip(runtime, office.kiosk, person_at(runtime, "BINH"), slip.code, PIN)
