"""A person opens a document and confirms it: facts that are recorded once and never undone.

Only a POST in the person's own session reaches `acknowledge` (contract, promise I4). The route says how the person came
to the page; it is no credential.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy.orm import Session

from service.domain.control import Answer, judged
from service.domain.corrections import check_standing
from service.domain.documents import Mode
from service.domain.errors import NotFound, NothingToConfirm, OldRevision
from service.domain.evidence import Deed, Detail, Entry, digest_of, entry
from service.domain.receipts import Route, State
from service.domain.roles import Actor
from service.runtime import Runtime
from service.store import evidence
from service.store.control import add_answers, questions_of
from service.store.corrections import hold_off
from service.store.distributions import distribution_row
from service.store.receipts import ReceiptKey, facts_of, receipt_row, record_state
from service.store.reminders import withdraw_reminders

NO_ANSWERS: Mapping[int, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """`at` is the first time, whoever asks again; `is_repeat` says that this was not it."""

    revision: int
    at: datetime
    is_repeat: bool


def open_document(runtime: Runtime, actor: Actor, distribution_id: int, route: Route) -> None:
    """Record that the addressee opened the document page; the first time is kept.

    Raises:
        NotFound: the actor is not on the frozen list.
        DocumentRecalled: the document is not read any more.
    """
    with runtime.sessions.begin() as session:
        key, _ = _own_receipt(session, actor, distribution_id)
        first_at = _record(runtime, session, actor, key, State.OPENED, route)
        if first_at:
            evidence.append(session, _deed(Deed.OPENED, actor, key, route, first_at))


def acknowledge(
    runtime: Runtime,
    actor: Actor,
    distribution_id: int,
    revision: int,
    route: Route,
    answers: Mapping[int, int] = NO_ANSWERS,
) -> Acknowledged:
    """Record the person's confirmation of one revision with the answers to its control questions. Idempotent.

    `answers` are choices by the position of their question, both from 1. A repeat needs none: the first ones stand.

    Raises:
        NotFound: the actor is not on the frozen list.
        DocumentRecalled: the document was taken back; what is to be confirmed now is that.
        NothingToConfirm: the distribution is "để biết".
        OldRevision: another revision is in force; confirming leads to that one.
        UnansweredQuestion: a control question has no answer, or one that is none of its choices.
    """
    with runtime.sessions.begin() as session:
        key, mode = _own_receipt(session, actor, distribution_id)
        if mode is not Mode.ACKNOWLEDGE:
            raise NothingToConfirm
        if revision != key.revision:
            raise OldRevision(given=revision, current=key.revision)
        first_at = _record(runtime, session, actor, key, State.ACKNOWLEDGED, route)
        if first_at:
            withdraw_reminders(session, [distribution_id], [key.person_id], first_at)
            given = judged(questions_of(session, distribution_id), answers)
            add_answers(session, key, given)
            evidence.append(session, _deed(Deed.ACKNOWLEDGED, actor, key, route, first_at, given))
        facts = facts_of(session, distribution_id, key.person_id)
    at = next(f.effective_at for f in facts if f.state is State.ACKNOWLEDGED and f.revision == revision)
    return Acknowledged(revision, at, is_repeat=first_at is None)


def _own_receipt(session: Session, actor: Actor, distribution_id: int) -> tuple[ReceiptKey, Mode]:
    if actor.person_id is None:
        raise NotFound
    hold_off(session, distribution_id)
    receipt = receipt_row(session, distribution_id, actor.person_id)
    head = distribution_row(session, distribution_id)
    if receipt is None or head is None:
        raise NotFound
    check_standing(head["recalled_at"])
    return ReceiptKey(distribution_id, actor.person_id, head["revision"]), Mode(head["mode"])


def _record(
    runtime: Runtime, session: Session, actor: Actor, key: ReceiptKey, state: State, route: Route
) -> datetime | None:
    """The first time is kept and is evidence; of a repeat, which is neither, None."""
    now = runtime.clock()
    is_first = record_state(
        session, key, state, route=route, account_id=actor.account_id, effective_at=now, recorded_at=now
    )
    return now if is_first else None


def _deed(
    deed: Deed, actor: Actor, key: ReceiptKey, route: Route, now: datetime, answers: Sequence[Answer] = ()
) -> Entry:
    about: dict[str, Detail] = {
        "distribution": key.distribution_id,
        "person": key.person_id,
        "revision": key.revision,
        "route": route,
    }
    if answers:
        about["answers_sha256"] = digest_of([[answer.position, answer.choice] for answer in answers])
    return entry(deed, actor, now, **about)
