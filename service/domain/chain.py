"""Does the chain hold? One walk from its beginning, beside the anchors that were kept outside the database."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from service.domain.anchors import Anchor, Head
from service.domain.evidence import GENESIS


class Sealed(NamedTuple):
    """An entry in its place; `entry` is the text that was hashed. A tuple, because a chain has millions."""

    position: int
    entry: str
    hash: bytes


class Fault(StrEnum):
    """What is wrong with the first position that does not hold."""

    MISSING = "missing"
    OUT_OF_PLACE = "out of place"
    ENTRY_CHANGED = "entry changed"
    HASH_CHANGED = "hash changed"
    NOT_CHAINED = "not chained"
    REWRITTEN = "rewritten"
    CUT_OFF = "cut off"


@dataclass(frozen=True, slots=True)
class Broken:
    """`position` is the first that does not hold; of a rewritten chain `upto` ends the span that holds it.

    `anchor` is the one that the chain contradicts, where it took one to see that.
    """

    fault: Fault
    position: int
    upto: int
    anchor: Anchor | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """How far the chain holds: up to `good` (position 0 when nothing does), where `anchors` anchors agree with it."""

    good: Head
    anchors: int
    broken: Broken | None = None


def walk(chain: Iterable[Sealed], anchors: Sequence[Anchor]) -> Walk:
    """Walk the whole chain in the order of its positions, once; stops at the first position that does not hold.

    An entry that was changed and chained anew with all after it shows where the next anchor stands; behind the last
    anchor it does not show.
    """
    ahead = iter(sorted(anchors, key=_position))
    anchor, agreed, proven = next(ahead, None), 0, Head(0, GENESIS)
    place, head = 0, GENESIS
    links = iter(chain)
    for position, entry, found in links:
        # As domain.evidence.seal says; written out, because this runs millions of times.
        wanted = sha256(head + (place + 1).to_bytes(8) + entry.encode()).digest()
        if position != place + 1 or found != wanted:
            return Walk(Head(place, head), agreed, _fault(place + 1, wanted, Sealed(position, entry, found), links))
        place, head = position, wanted
        while anchor is not None and anchor.head.position == place:
            if anchor.head.hash != head:
                first = min(proven.position + 1, place)
                return Walk(proven, agreed, Broken(Fault.REWRITTEN, first, place, anchor))
            agreed, proven, anchor = agreed + 1, anchor.head, next(ahead, None)
    good = Head(place, head)
    if anchor is None:
        return Walk(good, agreed)
    last = max((anchor, *ahead), key=_position)
    return Walk(good, agreed, Broken(Fault.CUT_OFF, place + 1, last.head.position, last))


def _fault(place: int, wanted: bytes, link: Sealed, behind: Iterator[Sealed]) -> Broken:
    if link.position != place:
        fault = Fault.MISSING if link.position > place else Fault.OUT_OF_PLACE
        return Broken(fault, place, max(place, link.position - 1))
    return Broken(_changed(wanted, link.hash, behind), place, place)


def _changed(wanted: bytes, found: bytes, behind: Iterator[Sealed]) -> Fault:
    """Which half of a link was changed, by what the next entry was chained to."""
    following = next(behind, None)
    if following is None:
        return Fault.NOT_CHAINED
    position, entry, sealed = following
    tail = position.to_bytes(8) + entry.encode()
    if sha256(found + tail).digest() == sealed:
        return Fault.ENTRY_CHANGED
    return Fault.HASH_CHANGED if sha256(wanted + tail).digest() == sealed else Fault.NOT_CHAINED


def _position(anchor: Anchor) -> int:
    return anchor.head.position
