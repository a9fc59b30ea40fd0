"""A person chooses the PIN for shared PCs: on the own account page, or on such a PC with a printed slip."""

from service.actions.visit_kiosk import kiosk_place, pin_source
from service.domain.credentials import digest, same_code, slip_code
from service.domain.errors import BadLink, NotFound, SignInNeeded, WrongPassword
from service.domain.evidence import Deed, Detail, Entry, entry
from service.domain.pins import check_pin
from service.runtime import Runtime
from service.store import evidence, guesses, kiosks, sessions
from service.store.accounts import Account, account_by_id, actor_of
from service.store.kiosks import Kiosk, KioskPerson


def set_pin(runtime: Runtime, token: str, password: str, pin: str) -> None:
    """Set the PIN of the session's owner; `token` is the session's, `password` the present one.

    Raises:
        SignInNeeded: the session has ended.
        NotFound: the account is no person's, so it has nothing to confirm.
        WeakPin: the PIN is none, or one that others would try first.
        WrongPassword: the password is another one, or has just been changed elsewhere.
        Throttled: too many guesses at this account went wrong in a row.
    """
    # Before the guess is counted: choosing a better PIN is no guess.
    check_pin(pin)
    account = _admit_owner(runtime, token)
    if not runtime.passwords.verify(account.password_hash or "", password):
        raise WrongPassword
    pin_hash = runtime.passwords.hash(pin)
    with runtime.sessions.begin() as session:
        if not kiosks.replace_pin(session, account.id, account.credential_version, pin_hash):
            raise WrongPassword
        now = runtime.clock()
        owner = actor_of(session, account, now)
        evidence.append(session, entry(Deed.PIN_SET, owner, now, account=account.id))
        guesses.forget(session, account.names)


def set_pin_by_slip(runtime: Runtime, kiosk: Kiosk, person: KioskPerson, code: str, pin: str) -> None:
    """Set a PIN on a shared PC, by the code of a slip that the secretariat printed; the slip is used up.

    Raises:
        WeakPin: the slip stays good.
        BadLink: the code is used, expired or mistyped.
        Throttled: too many guesses at this person went wrong in a row on this PC.
    """
    check_pin(pin)
    now = runtime.clock()
    with runtime.sessions.begin() as session:
        guesses.admit(session, pin_source(person), kiosk_place(kiosk), now)
        account = account_by_id(session, person.account_id, now.date())
    if account is None or not same_code(code, slip_code(runtime.secret, account.id, account.credential_version)):
        with runtime.sessions.begin() as session:
            guesses.count_wrong(session, kiosk_place(kiosk), now)
        raise BadLink
    pin_hash = runtime.passwords.hash(pin)
    with runtime.sessions.begin() as session:
        if not kiosks.use_slip(session, account.id, account.credential_version, pin_hash, now):
            raise BadLink
        about: dict[str, Detail] = {"account": account.id, "kiosk": kiosk.id}
        evidence.append(session, Entry(Deed.PIN_SET, kiosk.caller, now, now, about))
        guesses.forget(session, [pin_source(person)], kiosk_place(kiosk))


def _admit_owner(runtime: Runtime, token: str) -> Account:
    now = runtime.clock()
    limits = sessions.Limits(runtime.policy.session_idle, runtime.policy.session_absolute)
    with runtime.sessions.begin() as session:
        running = sessions.running_session(session, digest(token), limits, now)
        account = account_by_id(session, running.account_id, now.date()) if running else None
        if account is None:
            raise SignInNeeded
        if account.person_id is None:
            raise NotFound
        guesses.admit_name(session, account.username, now)
    return account
