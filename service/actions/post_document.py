"""The secretariat posts a document once: stored, promised to an audience, answered; listing and sending come after."""

from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from service import doorbell
from service.actions.office_calendar import office_calendar
from service.domain.audiences import parse_audience
from service.domain.calendar import Calendar
from service.domain.deadlines import Due, check_due, due_of, work_out
from service.domain.documents import Posting, as_kept, check_posting
from service.domain.errors import KeyReused
from service.domain.evidence import Deed, Entry, digest_of, entry, instant
from service.domain.roles import Act, Actor
from service.domain.texts import IDEMPOTENCY_KEY, check_text
from service.runtime import Runtime
from service.store import evidence
from service.store.audiences import Headcount, check_audience
from service.store.control import add_questions
from service.store.distributions import KeptAnswer, add_distribution, distribution_row, keep_answer, kept_answer
from service.store.documents import FIRST_REVISION, add_document


@dataclass(frozen=True, slots=True)
class Posted:
    """`is_repeat` when this Idempotency-Key was answered before: nothing was posted a second time."""

    document_id: int
    distribution_id: int
    due: Due | None = None
    is_repeat: bool = False


def post_document(runtime: Runtime, actor: Actor, posting: Posting, *, key: str | None = None) -> Posted:
    """Publish `posting` and promise it to its audience.

    The frozen list is drawn by a worker, as of the moment of this call or of `posting.send_at`.

    Raises:
        NotFound: the actor may not post.
        Refused: whatever is wrong with the posting or its audience; nothing is stored then.
        KeyReused: `key` came before with another posting.
    """
    actor.must(Act.POST)
    now = runtime.clock()
    check_text(IDEMPOTENCY_KEY, key or "")
    check_posting(posting, runtime.policy.max_file_bytes)
    audience = parse_audience(posting.audience)
    with runtime.sessions.begin() as session:
        calendar = office_calendar(runtime, session)
        earlier = _answered_before(session, actor, posting, key, calendar)
        if earlier:
            return earlier
        due = _due(posting, calendar, now)
        check_audience(session, audience, posting.audience, now, now.date())
        posted = _store(session, actor, as_kept(posting), due, now)
        if key:
            keep_answer(session, actor.caller, key, KeptAnswer(_digest(posting), posted.distribution_id))
    runtime.doorbell.ring(doorbell.LIST_RECIPIENTS)
    return posted


def preview_audience(runtime: Runtime, actor: Actor, expression: str) -> Headcount:
    """How many people an audience holds now, and how many of them have a working address.

    Raises:
        Refused: as `post_document` would for the same expression.
    """
    actor.must(Act.POST)
    now = runtime.clock()
    with runtime.sessions() as session:
        return check_audience(session, parse_audience(expression), expression, now, now.date())


def preview_deadline(runtime: Runtime, actor: Actor, posting: Posting) -> Due | None:
    """When confirming a posting would end, posted now.

    Raises:
        Refused: as `post_document` would for the same deadline.
    """
    actor.must(Act.POST)
    with runtime.sessions() as session:
        return _due(posting, office_calendar(runtime, session), runtime.clock())


def _due(posting: Posting, calendar: Calendar, now: datetime) -> Due | None:
    if posting.due is None:
        return None
    start = _starts_at(posting, now)
    due = work_out(posting.due, start, calendar)
    check_due(due.at, now, start)
    return due


def _starts_at(posting: Posting, now: datetime) -> datetime:
    return max(posting.send_at or now, now)


def _answered_before(
    session: Session, actor: Actor, posting: Posting, key: str | None, calendar: Calendar
) -> Posted | None:
    answer = kept_answer(session, actor.caller, key) if key else None
    if answer is None:
        return None
    if answer.request_digest != _digest(posting):
        raise KeyReused(key=key)
    head = distribution_row(session, answer.distribution_id)
    if head is None:
        message = f"distribution {answer.distribution_id} is promised by a key and missing"
        raise RuntimeError(message)
    return Posted(head["document_id"], answer.distribution_id, _due_again(head, calendar), is_repeat=True)


def _due_again(head: RowMapping, calendar: Calendar) -> Due | None:
    if head["due_at"] is None:
        return None
    return due_of(head["due_at"], head["due_days"], head["frozen_at"].astimezone(calendar.zone).date(), calendar)


def _store(session: Session, actor: Actor, posting: Posting, due: Due | None, now: datetime) -> Posted:
    document_id = add_document(session, posting, actor.account_id)
    starts_at = _starts_at(posting, now)
    distribution_id = add_distribution(session, document_id, posting, due, starts_at, actor.account_id)
    evidence.append(session, _posted(actor, posting, due, (document_id, distribution_id), now))
    add_questions(session, distribution_id, posting.questions)
    return Posted(document_id, distribution_id, due)


def _posted(actor: Actor, posting: Posting, due: Due | None, made: tuple[int, int], now: datetime) -> Entry:
    document_id, distribution_id = made
    due_at = instant(due.at) if due else None
    bound = {
        "title": posting.title,
        "number": posting.number,
        "mode": posting.mode.value,
        "due_at": due_at,
        "audience": posting.audience,
        "questions": [asdict(question) for question in posting.questions],
    }
    return entry(
        Deed.POSTED,
        actor,
        now,
        distribution=distribution_id,
        document=document_id,
        revision=FIRST_REVISION,
        body=digest_of(posting.body),
        files=" ".join(file.meta.sha256 for file in posting.files),
        due_at=due_at,
        posting_sha256=digest_of(bound),
    )


def _digest(posting: Posting) -> str:
    """Equal exactly for equal postings: files count by their digests."""
    asked = [repr((file.name, file.media_type, file.meta.sha256)) for file in posting.files]
    facts = [repr(getattr(posting, name)) for name in posting.__dataclass_fields__ if name != "files"]
    return sha256("\n".join([*facts, *asked]).encode()).hexdigest()
