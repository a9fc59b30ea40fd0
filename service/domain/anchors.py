"""Anchors: how far the chain had come, told to a place outside the database, one line each.

A line is position, hash in hexadecimal and moment, parted by single spaces, so that it can be read aloud, printed or
compared by eye: `1042 9f86d0... 2026-11-24T01:30:00.000000+00:00`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.domain.evidence import instant

_HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class Head:
    """The last sealed entry: its position, from 1, and its hash of 32 bytes."""

    position: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of the chain as it was at a moment (aware)."""

    head: Head
    at: datetime


class Anchors(Protocol):
    """A place outside the database that only ever takes more."""

    def keep(self, anchor: Anchor) -> None:
        """Write it down for good; raises OSError when the place does not take it."""

    def last(self) -> Anchor | None:
        """The latest, whichever machine kept it; raises OSError when the place cannot be read."""

    def kept(self) -> Sequence[Anchor]:
        """All of them, whichever machine kept them; raises OSError when the place cannot be read."""


def written(anchor: Anchor) -> str:
    return f"{anchor.head.position} {anchor.head.hash.hex()} {instant(anchor.at)}"


def parse_anchor(line: str) -> Anchor | None:
    """The anchor of a line; None for a line that is none, such as one cut off when the power went."""
    try:
        position, digest, moment = line.split()
        head, at = Head(int(position), bytes.fromhex(digest)), datetime.fromisoformat(moment)
    except ValueError:
        return None
    is_whole = head.position > 0 and len(head.hash) == _HASH_BYTES and at.tzinfo is not None
    return Anchor(head, at) if is_whole else None
