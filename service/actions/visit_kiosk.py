"""A person signs in on a shared PC with name and PIN, for a few minutes: to read and to confirm, and nothing else."""

from dataclasses import dataclass
from functools import lru_cache

from service.domain.credentials import digest, new_token
from service.domain.errors import NotFound, WrongPin
from service.domain.roles import Actor, Role
from service.runtime import PasswordHasher, Runtime
from service.store import guesses, kiosks, sessions
from service.store.accounts import account_by_id
from service.store.kiosks import Kiosk, KioskPerson, KioskUnit


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at a shared PC. Whatever their roles are elsewhere, here they are an employee and see what is theirs."""

    actor: Actor
    form_token: str


def units_at(runtime: Runtime) -> list[KioskUnit]:
    with runtime.sessions() as session:
        return kiosks.kiosk_units(session, runtime.clock())


def people_at(runtime: Runtime, unit_code: str, *, passed: int, limit: int) -> list[KioskPerson]:
    """The people of a unit in office order, behind the first `passed` of them."""
    with runtime.sessions() as session:
        return kiosks.kiosk_people(session, runtime.clock(), unit_code, passed=passed, limit=limit)


def person_at(runtime: Runtime, person_code: str) -> KioskPerson:
    """Raises: NotFound, when nobody of this code has an account that may be used."""
    with runtime.sessions() as session:
        found = kiosks.kiosk_person(session, runtime.clock(), person_code)
    if found is None:
        raise NotFound
    return found


def begin_visit(runtime: Runtime, kiosk: Kiosk, person_code: str, pin: str) -> str:
    """Let a person in; returns the token of the session. No transaction is open while the PIN is checked.

    Raises:
        NotFound: see `person_at`.
        WrongPin: the PIN is another one, or the person has none.
        Throttled: too many guesses at this person went wrong in a row on this PC.
    """
    now = runtime.clock()
    person = person_at(runtime, person_code)
    name, place = pin_source(person), kiosk_place(kiosk)
    with runtime.sessions.begin() as session:
        guesses.admit(session, name, place, now)
        pin_hash = kiosks.pin_hash_of(session, person.account_id)
    is_right = runtime.passwords.verify(pin_hash or _nobodys_hash(runtime.passwords), pin)  # type: ignore[arg-type]  # every object has its identity's hash
    token, form_token = new_token(), new_token()
    with runtime.sessions.begin() as session:
        if pin_hash and is_right:
            tokens = digest(token), form_token
            if kiosks.open_visit(session, kiosk, person, pin_hash, tokens, now):
                guesses.forget(session, [name], place)
                return token
        guesses.count_wrong(session, place, now)
    raise WrongPin


def visit_of(runtime: Runtime, kiosk: Kiosk, token: str) -> Visit | None:
    """Who sits at a shared PC; None when the session has ended, or the account may no longer be used."""
    now = runtime.clock()
    limits = sessions.Limits(runtime.policy.kiosk_idle, runtime.policy.kiosk_absolute)
    with runtime.sessions.begin() as session:
        running = kiosks.running_visit(session, kiosk, digest(token), limits, now)
        account = account_by_id(session, running.account_id, now.date()) if running else None
    if running is None or account is None:
        return None
    actor = Actor(account.id, account.person_id, account.display_name, frozenset({Role.EMPLOYEE}))
    return Visit(actor, running.form_token)


def pin_source(person: KioskPerson) -> str:
    """Under what guesses at a person's PIN or slip are counted, apart from those at their password."""
    return f"pin {person.account_id}"


def kiosk_place(kiosk: Kiosk) -> str:
    """Where guesses on a shared PC come from, whatever address it has today."""
    return f"kiosk {kiosk.id}"


@lru_cache
def _nobodys_hash(passwords: PasswordHasher) -> str:
    """A hash of what nobody knows, so that who has no PIN takes as long to refuse."""
    return passwords.hash(new_token())
