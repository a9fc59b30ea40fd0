"""People who come onto a frozen list later, by the distribution's rule or by hand: each a dated line with a reason."""

import logging
from datetime import timedelta

from sqlalchemy.orm import Session

from service import doorbell
from service.actions.own_deadlines import settle_own_deadlines
from service.domain.audiences import parse_audience
from service.domain.corrections import check_standing
from service.domain.errors import AlreadyListed, HasLeft, ListBeingDrawn, NotFound, UnknownPerson
from service.domain.evidence import Deed, Detail, digest_of, entry
from service.domain.roles import OPERATOR, Act, Actor
from service.domain.texts import given_reason
from service.runtime import Runtime
from service.store import evidence, list_changes
from service.store.accounts import person_to_account
from service.store.distributions import distribution_row
from service.store.excuses import hold_absences
from service.store.list_changes import OpenList
from service.store.own_deadlines import Whose
from service.store.receipts import receipt_row

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(minutes=1)


def add_recipient(runtime: Runtime, actor: Actor, distribution_id: int, person_code: str, reason: str) -> None:
    """Put one person on a frozen list, with the letter that the others got.

    Raises:
        NotFound: the actor may not post, or there is no such distribution.
        MissingReason, TooLong, UnstorableText: the reason is none.
        ListBeingDrawn, DocumentRecalled: it is too early, or too late.
        UnknownPerson: no person has this code.
        HasLeft: the person is no longer in the office.
        AlreadyListed: the person stands on the list.
    """
    actor.must(Act.POST)
    why = given_reason(reason)
    with runtime.sessions.begin() as session:
        target, now = _open_list(session, distribution_id), runtime.clock()
        person_id = _person(session, person_code)
        if receipt_row(session, distribution_id, person_id) is not None:
            raise AlreadyListed(code=person_code)
        if not list_changes.add_person(
            session, target, person_id, now, now.date(), reason=why, added_by=actor.account_id
        ):
            raise HasLeft(code=person_code)
        _announce(runtime, session, actor, target, [person_id], reason_sha256=digest_of(why))
    runtime.doorbell.ring(doorbell.DELIVER_DUE)


def set_joiners_rule(runtime: Runtime, actor: Actor, distribution_id: int, *, adds_joiners: bool) -> None:
    """Say whether people who come to the audience from now on are listed too.

    Raises:
        NotFound: the actor may not post, or there is no such distribution.
        ListBeingDrawn, DocumentRecalled: it is too early, or too late.
    """
    actor.must(Act.POST)
    with runtime.sessions.begin() as session:
        target, now = _open_list(session, distribution_id), runtime.clock()
        list_changes.set_rule(session, target.id, adds_joiners=adds_joiners, since=now)
        changed = entry(Deed.RULE_CHANGED, actor, now, distribution=target.id, adds_joiners=adds_joiners)
        evidence.append(session, changed)


def follow_directory(runtime: Runtime) -> int:
    """List whoever has come to the audience of a distribution that adds joiners; returns how many people.

    A list that cannot be followed is tried again at the next look; the others need not wait for it.
    """
    with runtime.sessions() as session:
        due = list_changes.due_to_follow(session, runtime.clock() - LOOK_EVERY)
    added = 0
    for distribution_id in due:
        try:
            added += _follow(runtime, distribution_id)
        except Exception:  # whatever it is, no other list must pay for it
            log.exception("the list of distribution %d cannot be followed", distribution_id)
    if added:
        runtime.doorbell.ring(doorbell.DELIVER_DUE)
    return added


def _follow(runtime: Runtime, distribution_id: int) -> int:
    now = runtime.clock()
    with runtime.sessions.begin() as session:
        followed = list_changes.hold_to_follow(session, distribution_id, now - LOOK_EVERY)
        if followed is None:
            return 0
        joiners = list_changes.add_joiners(session, followed, parse_audience(followed.audience), now, now.date())
        if joiners:
            _announce(runtime, session, OPERATOR, followed, joiners)
    return len(joiners)


def _announce(
    runtime: Runtime, session: Session, actor: Actor, target: OpenList, added: list[int], **why: Detail
) -> None:
    now = runtime.clock()
    hold_absences(session)
    # Before the letters are written, for they name the deadline.
    settle_own_deadlines(runtime, session, Whose(target.id, added), now)
    list_changes.queue_to_added(session, target, added, runtime.policy.mail_domain)
    deeds = (entry(Deed.PERSON_ADDED, actor, now, distribution=target.id, person=person, **why) for person in added)
    evidence.append(session, *deeds)


def _open_list(session: Session, distribution_id: int) -> OpenList:
    target = list_changes.open_list(session, distribution_id)
    if target is not None:
        return target
    head = distribution_row(session, distribution_id)
    if head is None:
        raise NotFound
    check_standing(head["recalled_at"])
    raise ListBeingDrawn


def _person(session: Session, code: str) -> int:
    found = person_to_account(session, code.strip())
    if found is None:
        raise UnknownPerson(given=code)
    return found[0]
