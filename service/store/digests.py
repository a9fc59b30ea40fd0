"""What somebody above is told of people who are late: kept as it was told, one letter each."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import and_, func, insert, literal, select
from sqlalchemy.orm import Session

from service.domain.letters import DigestFacts, DigestLine
from service.domain.occasions import Kind
from service.domain.roles import Role
from service.store.accounts import may_be_used
from service.store.grants import in_force
from service.store.letters import PRESENT, message_id, queue
from service.store.tables import accounts, digests, memberships, role_grants, units

_ONE_PLANNER = "escalation"


def hold_escalation(session: Session) -> bool:
    """Be the only one who escalates until this transaction ends; False while another is at it."""
    lock = func.pg_try_advisory_xact_lock(func.hashtextextended(_ONE_PLANNER, 0))
    held: bool = session.execute(select(lock)).scalar_one()
    return held


@dataclass(frozen=True, slots=True)
class Superior:
    """Somebody who holds a role now and has a working address; `unit_id` for managers alone."""

    account_id: int
    role: Role
    unit_id: int | None
    unit_code: str | None


def superiors(session: Session, roles: Collection[Role], now: datetime) -> list[Superior]:
    g, m, a = role_grants.c, memberships.c, accounts.c
    query = (
        select(a.id, g.role, g.unit_id, units.c.code)
        .select_from(accounts)
        .join(role_grants, and_(g.account_id == a.id, in_force(now)))
        .join(memberships, and_(m.person_id == a.person_id, m.valid_to.is_(None)))
        .outerjoin(units, units.c.id == g.unit_id)
        .where(
            g.role.in_([role.value for role in roles]),
            may_be_used(now.date()),
            PRESENT.has_mailbox,
        )
        .order_by(a.id, g.id)
    )
    return [Superior(account, Role(role), unit, code) for account, role, unit, code in session.execute(query)]


def add_digest(session: Session, account_id: int, facts: DigestFacts, mail_domain: str, urgency: int) -> None:
    """Keep what an account is told, and queue the letter that tells it."""
    told = json.dumps([asdict(line) for line in facts.lines], ensure_ascii=False, default=_written)
    row = {"account_id": account_id, "told": told, "created_at": facts.at}
    digest_id: int = session.execute(insert(digests).values(row).returning(digests.c.id)).scalar_one()
    a, m = accounts.c, memberships.c
    letter = (
        select(
            a.person_id,
            a.id.label("account_id"),
            literal(f"{Kind.DIGEST}:{digest_id}").label("occasion"),
            *PRESENT.columns,
            literal(urgency).label("urgency"),
            message_id(mail_domain, "digest", func.gen_random_uuid()),
        )
        .join(memberships, and_(m.person_id == a.person_id, m.valid_to.is_(None)))
        .join(units, units.c.id == m.unit_id)
        .where(a.id == account_id)
    )
    queue(session, letter)


def digest_facts(session: Session, digest_id: int) -> DigestFacts | None:
    row = session.execute(select(digests.c.told, digests.c.created_at).where(digests.c.id == digest_id)).first()
    if row is None:
        return None
    return DigestFacts(row.created_at, told_lines(row.told))


def told_lines(told: str) -> tuple[DigestLine, ...]:
    """The lines of a digest, as `add_digest` kept them."""
    lines = (line | {"due_at": datetime.fromisoformat(line["due_at"])} for line in json.loads(told))
    return tuple(DigestLine(**line | {"who": tuple(line["who"])}) for line in lines)


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    message = f"{value!r} has no place in a digest"
    raise TypeError(message)
