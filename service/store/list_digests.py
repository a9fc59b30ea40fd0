"""Digests of frozen lists, made in the database in the transaction of each range; see domain/list_digests.py."""

from dataclasses import dataclass

from sqlalchemy import Text, cast, func, insert, literal, select
from sqlalchemy.orm import Session

from service.domain.list_digests import NOTHING_LISTED, ListedPerson
from service.store.distributions import Unlisted
from service.store.tables import list_ranges, receipts


@dataclass(frozen=True, slots=True)
class ListDigest:
    """How many people the list holds, and the digest over all of them."""

    listed: int
    digest: bytes


def digest_range(session: Session, unlisted: Unlisted, upto: int) -> None:
    """Keep the digest of the range that was just listed, chained to the ranges before it."""
    r, kept = receipts.c, list_ranges.c
    line = cast(func.json_build_array(*(r[name] for name in ListedPerson._fields)), Text)
    lines = func.string_agg(line + "\n", literal("")).aggregate_order_by(r.person_id)
    previous = select(kept.digest).where(kept.distribution_id == unlisted.id).order_by(kept.upto.desc()).limit(1)
    chained = func.sha256(
        func.coalesce(previous.scalar_subquery(), NOTHING_LISTED).op("||")(
            func.convert_to(func.coalesce(lines, ""), "UTF8")
        )
    )
    found = select(literal(unlisted.id), literal(upto), func.count(), chained).where(
        r.distribution_id == unlisted.id,
        r.person_id > unlisted.listed_through,
        r.person_id <= upto,
        r.origin == "frozen",
    )
    session.execute(insert(list_ranges).from_select(["distribution_id", "upto", "listed", "digest"], found))


def list_digest(session: Session, distribution_id: int) -> ListDigest:
    """Of a list that is drawn; of one that holds nobody too."""
    kept = list_ranges.c
    ranges = select(kept.listed, kept.digest).where(kept.distribution_id == distribution_id).order_by(kept.upto)
    found = session.execute(ranges).all()
    return ListDigest(sum(one.listed for one in found), found[-1].digest if found else NOTHING_LISTED)
