"""The queue of letters. The only module that writes a delivery's status; each move is a compare-and-set.

Leases, due times and lifetimes compare with `clock_timestamp()`, so that no worker's clock can claim too early or too
late. What reports read is the office clock's: `sent_at`, `accepted_at`, `failed_at` and `final_at`.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Integer,
    Interval,
    RowMapping,
    ScalarSelect,
    Text,
    Uuid,
    Values,
    and_,
    case,
    cast,
    column,
    exists,
    func,
    insert,
    literal,
    not_,
    null,
    or_,
    select,
    true,
    union_all,
    update,
    values,
)
from sqlalchemy.orm import Session

from service.domain.deliveries import (
    ABANDONED,
    FAILED,
    FINAL,
    OPEN,
    Accepted,
    Broken,
    Event,
    GivenBack,
    Reply,
    RetryPolicy,
    Status,
    Verdict,
    sources,
)
from service.domain.documents import Urgency
from service.domain.letters import Claimed, Sent
from service.domain.occasions import ABOUT_THE_TEXT, ASKING, ORIGINAL, WITH_LINK, Kind
from service.store.arrays import among
from service.store.documents import FIRST_REVISION
from service.store.tables import accounts, attempts, deliveries, distributions, receipts

# A letter whose worker died this often is claimed alone, so that it cannot take innocent ones with it again.
SUSPECT_AFTER = 2

_NOW = func.clock_timestamp()


@dataclass(frozen=True, slots=True)
class Claim:
    """Letters claimed together, and the token that proves it: rows of `deliveries`, each with its `age` (`History`).

    `outdated` counts those that were met on the way and had nothing true to say any more.
    """

    token: UUID
    rows: tuple[RowMapping, ...]
    outdated: int = 0

    @property
    def found(self) -> int:
        return len(self.rows) + self.outdated


NOTHING = Claim(UUID(int=0), ())


def _due() -> ColumnElement[bool]:
    return and_(deliveries.c.status == literal(Status.WAITING), deliveries.c.next_attempt_at <= _NOW)


def claim(
    session: Session,
    limit: int,
    lease: timedelta,
    moment: datetime,
    *,
    suspects: bool = False,
    out_since: datetime | None = None,
) -> Claim:
    """Take up to `limit` due letters, the most urgent first; nobody else can until the lease ends.

    With `suspects` only letters that outlived several workers, otherwise only the others. `out_since` is when the mail
    server went out, if it is out: from then on no letter ages. A letter about a text that was replaced or recalled
    since it was written ends here, as of the office's `moment`.
    """
    d = deliveries.c
    suspicion = d.crashes >= SUSPECT_AFTER if suspects else d.crashes < SUSPECT_AFTER
    # While the server is out there is one letter to try it with, which must be one that may leave.
    probing = not_(_is_outdated()) if out_since else true()
    due = (
        select(d.id, _is_outdated().label("is_outdated"))
        .where(_due(), suspicion, probing)
        .order_by(d.urgency.desc(), d.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    token = uuid4()
    aged_until = _NOW if out_since is None else literal(out_since)
    taken = (
        update(deliveries)
        .where(d.id == due.c.id, d.status.in_(sources("claimed") & sources("cancelled")))
        .values(
            status=case((due.c.is_outdated, Status.CANCELLED), else_=Status.SENDING),
            lease_until=case((due.c.is_outdated, null()), else_=_NOW + lease),
            lease_token=case((due.c.is_outdated, null()), else_=literal(token)),
            final_at=case((due.c.is_outdated, literal(moment)), else_=null()),
        )
        # GREATEST passes over NULL: a letter whose lifetime has not begun is of age zero.
        .returning(deliveries, func.greatest(aged_until - d.first_attempt_at - d.held_for, timedelta(0)).label("age"))
    )
    # An UPDATE gives its rows in no order.
    rows = sorted(session.execute(taken).mappings(), key=lambda row: (-row["urgency"], row["next_attempt_at"]))
    claimed = tuple(row for row in rows if row["status"] == Status.SENDING)
    return Claim(token, claimed, outdated=len(rows) - len(claimed))


def _is_outdated() -> ColumnElement[bool]:
    """Whether a letter tells of a text that was replaced or recalled since the letter was written."""
    d, of = deliveries.c, distributions.c
    return exists().where(of.id == d.distribution_id, d.id <= of.withdrawn_through, _is_about_the_text())


def _is_about_the_text() -> ColumnElement[bool]:
    return func.split_part(deliveries.c.occasion, ":", 1).in_(ABOUT_THE_TEXT)


def extend_lifetimes(session: Session, out_since: datetime) -> None:
    """Now that the mail server is back, take the time that it was out from the age of what waits.

    What somebody else is changing is passed over, for this transaction holds letters already and must not wait.
    """
    d = deliveries.c
    aged = (
        select(d.id)
        .where(d.status == literal(Status.WAITING), d.first_attempt_at.is_not(None))
        .with_for_update(skip_locked=True)
        .cte("aged")
    )
    session.execute(
        update(deliveries)
        .where(d.id == aged.c.id)
        .values(held_for=d.held_for + (_NOW - func.greatest(d.first_attempt_at, out_since)))
    )


def oldest_due_at(session: Session) -> datetime | None:
    """Since when the letter that has been due longest has been due; a look at each end of the queue's index."""
    d = deliveries.c
    waits = d.status == literal(Status.WAITING)
    firsts = [select(func.min(d.next_attempt_at).label("at")).where(waits, d.urgency == one.value) for one in Urgency]
    first = union_all(*firsts).subquery().c
    oldest: datetime | None = session.execute(select(func.min(first.at)).where(first.at <= _NOW)).scalar_one()
    return oldest


def renew(session: Session, token: UUID, lease: timedelta) -> int:
    """Keep what is still being sent under this token; returns how many letters that is."""
    d = deliveries.c
    mine = and_(d.lease_token == token, d.status == literal(Status.SENDING))
    _lock(session, mine)
    kept = session.execute(update(deliveries).where(mine).values(lease_until=_NOW + lease))
    return int(kept.rowcount)  # type: ignore[attr-defined]  # UPDATE gives a CursorResult


def record(session: Session, judged: Sequence[tuple[Sent, Verdict]], worker: str, moment: datetime) -> None:
    """Write what was tried and what it made of each letter. A late or repeated result finds no row to move."""
    by_event: defaultdict[Event, list[tuple[Sent, Verdict]]] = defaultdict(list)
    for sent, verdict in judged:
        by_event[sent.outcome.name].append((sent, verdict))
    _lock(session, deliveries.c.id.in_([sent.letter.delivery_id for sent, _ in judged]))
    _put_back(session, [sent.letter for sent, _ in by_event.pop(GivenBack.name, [])], moment)
    for event, group in by_event.items():
        _move(session, event, group, moment)
    tried = [_attempt(sent, verdict, worker) for group in by_event.values() for sent, verdict in group]
    if tried:
        session.execute(insert(attempts), tried)


def _put_back(session: Session, letters: Sequence[Claimed], moment: datetime) -> None:
    """As if they had not been claimed: nothing was tried, so they stay due since when they were."""
    if not letters:
        return
    d = deliveries.c
    v = values(column("id", BigInteger), column("token", Uuid), name="v")
    held = v.data([(letter.delivery_id, letter.lease_token) for letter in letters])
    session.execute(
        update(deliveries)
        .where(d.id == held.c.id, d.status.in_(sources(GivenBack.name)), d.lease_token == held.c.token)
        .values(
            status=case((d.withdrawn, Status.CANCELLED), else_=Status.WAITING),
            final_at=case((d.withdrawn, literal(moment)), else_=null()),
            lease_until=null(),
            lease_token=null(),
        )
    )


def _move(session: Session, event: Event, group: Sequence[tuple[Sent, Verdict]], moment: datetime) -> None:
    v, d, office_now = _verdicts(group), deliveries.c, literal(moment)
    is_accepted = event == Accepted.name
    held = true() if is_accepted else d.lease_token == v.c.token
    unwanted = and_(d.withdrawn, v.c.status == literal(Status.WAITING))
    session.execute(
        update(deliveries)
        .where(d.id == v.c.id, d.status.in_(sources(event)), held)
        .values(
            status=case((unwanted, Status.CANCELLED), else_=v.c.status),
            next_attempt_at=_NOW + v.c.wait,
            lease_until=null(),
            lease_token=null(),
            attempts=d.attempts + cast(v.c.counts, Integer),
            crashes=d.crashes + int(event == Broken.name),
            in_doubt=or_(d.in_doubt, v.c.in_doubt),
            last_reply=v.c.reply,
            first_attempt_at=case((v.c.ages, func.coalesce(d.first_attempt_at, _NOW)), else_=d.first_attempt_at),
            sent_at=case((v.c.counts, func.coalesce(d.sent_at, office_now)), else_=d.sent_at),
            accepted_at=office_now if is_accepted else d.accepted_at,
            failed_at=case((v.c.status.in_(FAILED), office_now), else_=d.failed_at),
            final_at=case((or_(v.c.status.in_(FINAL), unwanted), office_now), else_=null()),
        )
    )


def _verdicts(group: Sequence[tuple[Sent, Verdict]]) -> Values:
    return values(
        column("id", BigInteger),
        column("token", Uuid),
        column("status", Text),
        column("wait", Interval),
        column("counts", Boolean),
        column("ages", Boolean),
        column("in_doubt", Boolean),
        column("reply", Text),
        name="v",
    ).data([_judged(sent, verdict) for sent, verdict in group])


def _judged(sent: Sent, verdict: Verdict) -> tuple[object, ...]:
    return (
        sent.letter.delivery_id,
        sent.letter.lease_token,
        verdict.status.value,
        verdict.wait,
        verdict.counts,
        verdict.ages,
        verdict.in_doubt,
        _words(sent),
    )


def _words(sent: Sent) -> str:
    """The mail server's own words where there are any, else ours."""
    reply = _reply(sent)
    return str(reply) if reply else getattr(sent.outcome, "reason", "")


def _reply(sent: Sent) -> Reply | None:
    return getattr(sent.outcome, "reply", None)


def _attempt(sent: Sent, verdict: Verdict, worker: str) -> dict[str, object]:
    reply = _reply(sent)
    return {
        "delivery_id": sent.letter.delivery_id,
        "outcome": sent.outcome.name,
        "phase": reply.phase.value if reply else None,
        "code": reply.code if reply else None,
        "reply": _words(sent),
        "counted": verdict.counts,
        "in_doubt": verdict.in_doubt,
        "worker": worker,
        "started_at": sent.started_at,
        "ended_at": sent.ended_at,
    }


def mend_expired(session: Session, policy: RetryPolicy, worker: str, moment: datetime) -> int:
    """Take back letters whose lease ran out: their worker died or lost the database. Returns how many.

    Whether the envelope had gone out is not known, so the attempt stands in doubt; a rare double beats a loss. A letter
    that outlived too many workers is set aside for people to look at, one that was withdrawn meanwhile is cancelled.
    """
    d = deliveries.c
    expired = (
        select(d.id)
        .where(d.status == literal(Status.SENDING), d.lease_until < _NOW)
        .with_for_update(skip_locked=True)
        .cte("expired")
    )
    worn_out = and_(d.crashes + 1 >= policy.set_aside_after, ~d.withdrawn)
    mended = session.execute(
        update(deliveries)
        .where(d.id == expired.c.id, d.status.in_(sources("lease expired")))
        .values(
            status=case((d.withdrawn, Status.CANCELLED), (worn_out, Status.SET_ASIDE), else_=Status.WAITING),
            failed_at=case((worn_out, literal(moment)), else_=d.failed_at),
            final_at=case((or_(d.withdrawn, worn_out), literal(moment)), else_=null()),
            next_attempt_at=_NOW,
            lease_until=null(),
            lease_token=null(),
            crashes=d.crashes + 1,
            in_doubt=True,
            last_reply="the worker stopped while this letter was on its way",
        )
        .returning(d.id)
    ).scalars()
    ids = list(mended)
    if ids:
        session.execute(insert(attempts), [_abandoned(delivery_id, worker) for delivery_id in ids])
    return len(ids)


def last_letter() -> ScalarSelect[int]:
    """The highest identifier of a letter so far. Letters that are written later have a higher one."""
    return select(func.coalesce(func.max(deliveries.c.id), 0)).scalar_subquery()


def withdraw_outdated(
    session: Session, distribution_id: int, through: int, people: tuple[int, int], moment: datetime
) -> None:
    """Take back the letters about the text, up to an identifier, of the people behind the first up to the second."""
    d, (after, upto) = deliveries.c, people
    within = and_(d.distribution_id == distribution_id, d.person_id > after, d.person_id <= upto)
    withdraw(session, and_(within, d.id <= through, _is_about_the_text()), moment)


def withdraw_asking(session: Session, distribution_id: int, person_id: int, moment: datetime) -> None:
    """Take back the letters that ask a person to confirm who need not any more."""
    d = deliveries.c
    asking = func.split_part(d.occasion, ":", 1).in_(ASKING)
    withdraw(session, and_(d.distribution_id == distribution_id, d.person_id == person_id, asking), moment)


def withdraw(session: Session, unwanted: ColumnElement[bool], moment: datetime) -> None:
    """Take back letters that have nothing true to say any more: see the states page.

    Whether a letter still waits is asked once its row is held, so one that is claimed or comes back at this very
    moment is not missed.
    """
    d = deliveries.c
    is_open = and_(unwanted, d.status.in_(OPEN))
    _lock(session, is_open)
    waits = d.status.in_(sources("cancelled"))
    session.execute(
        update(deliveries)
        .where(is_open)
        .values(
            status=case((waits, Status.CANCELLED), else_=d.status),
            final_at=case((waits, literal(moment)), else_=null()),
            withdrawn=~waits,
        )
    )


def tell_own_deadlines(session: Session, distribution_ids: Collection[int], person_ids: Collection[int]) -> None:
    """Let letters that have not left yet say until when their people have time, as their receipts have it.

    One that is being sent says it if it has to wait again. Every pairing of a distribution with a person is meant.
    """
    d, r = deliveries.c, receipts.c
    mine = and_(among(d.distribution_id, distribution_ids), among(d.person_id, person_ids), d.status.in_(OPEN))
    _lock(session, mine)
    same = and_(r.distribution_id == d.distribution_id, r.person_id == d.person_id)
    session.execute(update(deliveries).where(mine, same).values(own_due_at=r.own_due_at))


def _lock(session: Session, which: ColumnElement[bool]) -> None:
    """Hold these letters until the transaction ends, in one order for all: two that change several never deadlock."""
    d = deliveries.c
    rows = select(d.id).where(which).order_by(d.id).with_for_update().subquery()
    session.execute(select(func.count()).select_from(rows))


def cancel_dead_links(session: Session, moment: datetime) -> int:
    """Take back account letters whose link has been used, replaced or has ended meanwhile; returns how many.

    One that is already on its way ends by its own reply; its link opens nothing.
    """
    d, a = deliveries.c, accounts.c
    kind, version = func.split_part(d.occasion, ":", 1), cast(func.split_part(d.occasion, ":", 2), Integer)
    is_dead = or_(version != a.credential_version, a.link_expires_at <= moment)
    dead = and_(kind.in_(WITH_LINK), is_dead)
    cancelled = session.execute(
        update(deliveries)
        .where(d.account_id == a.id, d.account_id.is_not(None), d.status.in_(sources("cancelled")), dead)
        .values(status=Status.CANCELLED, final_at=moment)
    )
    return int(cancelled.rowcount)  # type: ignore[attr-defined]  # UPDATE gives a CursorResult


def _abandoned(delivery_id: int, worker: str) -> dict[str, object]:
    return {
        "delivery_id": delivery_id,
        "outcome": ABANDONED,
        "reply": "lease expired",
        "counted": False,
        "in_doubt": True,
        "worker": worker,
    }


@dataclass(frozen=True, slots=True)
class Progress:
    """Letters of one distribution by status."""

    by_status: dict[Status, int]

    def of(self, *statuses: Status) -> int:
        return sum(self.by_status.get(status, 0) for status in statuses)

    @property
    def total(self) -> int:
        return sum(self.by_status.values())

    @property
    def open(self) -> int:
        return self.total - self.of(*FINAL)


def progress(session: Session, distribution_id: int) -> Progress:
    d = deliveries.c
    query = select(d.status, func.count()).where(d.distribution_id == distribution_id).group_by(d.status)
    return Progress({Status(status): count for status, count in session.execute(query)})


def brings(revision: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a letter is the one that brought its person a revision of the document."""
    number = cast(revision, Text)
    first = case((revision == FIRST_REVISION, str(ORIGINAL)))
    later = [literal(f"{kind}:") + number for kind in (Kind.REVISION, Kind.ORIGINAL)]
    return and_(deliveries.c.channel == "mail", deliveries.c.occasion.in_([first, *later]))


def letters_of(session: Session, distribution_id: int, person_id: int) -> list[RowMapping]:
    """Every letter about a distribution to this person, oldest first."""
    d = deliveries.c
    query = select(deliveries).where(d.distribution_id == distribution_id, d.person_id == person_id).order_by(d.id)
    return list(session.execute(query).mappings())


def attempts_of(session: Session, delivery_id: int) -> list[RowMapping]:
    query = select(attempts).where(attempts.c.delivery_id == delivery_id).order_by(attempts.c.id)
    return list(session.execute(query).mappings())
