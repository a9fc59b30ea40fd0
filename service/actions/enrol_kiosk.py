"""Shared PCs are enrolled one by one: a name here, a one-time code there, and that browser is known from then on."""

from dataclasses import dataclass
from datetime import timedelta

from service.domain.credentials import digest, kiosk_code_digest, new_code, new_token
from service.domain.errors import BadKioskCode, NotFound
from service.domain.evidence import Deed, Detail, Entry, entry
from service.domain.roles import Act, Actor
from service.domain.texts import KIOSK_NAME, needed_line
from service.runtime import Runtime
from service.store import evidence, kiosks
from service.store.kiosks import Kiosk, KioskLine

# Somebody walks over to the PC with it.
CODE_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class NewKiosk:
    """`code` is shown this once, and kept nowhere."""

    name: str
    code: str


def add_kiosk(runtime: Runtime, actor: Actor, name: str) -> NewKiosk:
    """Name a PC, and make the code that enrols the browser in which it is typed.

    Raises:
        NotFound: the actor enrols no shared PCs.
        EmptyText, TooLong: the name is none.
    """
    actor.must(Act.ENROL_KIOSKS)
    known_as, code, now = needed_line(KIOSK_NAME, name), new_code(), runtime.clock()
    with runtime.sessions.begin() as session:
        kiosk_id = kiosks.add_kiosk(session, known_as, kiosk_code_digest(code), actor.account_id, now)
        evidence.append(session, entry(Deed.KIOSK_NAMED, actor, now, kiosk=kiosk_id))
    return NewKiosk(known_as, code)


def enrol(runtime: Runtime, code: str) -> str:
    """Enrol the browser that sends a code; returns the token that it is known by.

    Raises:
        BadKioskCode: the code is used, expired or mistyped.
    """
    token, now = new_token(), runtime.clock()
    with runtime.sessions.begin() as session:
        enrolled = kiosks.enrol(session, kiosk_code_digest(code), digest(token), now - CODE_LIFETIME)
        if enrolled is None:
            raise BadKioskCode
        # Nobody is signed in there: who has the code is let in.
        about: dict[str, Detail] = {"kiosk": enrolled.id}
        evidence.append(session, Entry(Deed.KIOSK_ENROLLED, enrolled.caller, now, now, about))
    return token


def kiosk_of(runtime: Runtime, token: str) -> Kiosk:
    """The shared PC of a browser's token.

    Raises:
        NotFound: there is none, or it was revoked.
    """
    with runtime.sessions() as session:
        found = kiosks.kiosk_of(session, digest(token))
    if found is None:
        raise NotFound
    return found


def revoke_kiosk(runtime: Runtime, actor: Actor, kiosk_id: int) -> None:
    """Raises: NotFound, when the actor enrols no shared PCs, or none such is in force."""
    actor.must(Act.ENROL_KIOSKS)
    now = runtime.clock()
    with runtime.sessions.begin() as session:
        if not kiosks.revoke(session, kiosk_id, now):
            raise NotFound
        evidence.append(session, entry(Deed.KIOSK_REVOKED, actor, now, kiosk=kiosk_id))


def list_kiosks(runtime: Runtime, actor: Actor) -> list[KioskLine]:
    """Raises: NotFound, when the actor enrols no shared PCs."""
    actor.must(Act.ENROL_KIOSKS)
    with runtime.sessions() as session:
        return kiosks.list_kiosks(session)
