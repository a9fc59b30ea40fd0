"""What a dossier of one distribution holds: everything that proves it, to be verified without the office."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from service.domain.anchors import Anchor, Head
from service.domain.coverage import Confirmation, Outstanding, Report
from service.domain.letters import AttachedFile


class Recipient(NamedTuple):
    """One person of the list as it was frozen or added to, and what they have done with the revision in force.

    Every fact has two moments: when it was so, and when the office learnt it. Routes say how the fact came about.
    """

    person_id: int
    code: str
    unit_id: int
    unit_name: str
    family_name: str
    given_name: str
    position: str
    staff_class: str
    address: str | None
    origin: str
    listed_at: datetime
    revision: int
    opened_route: str | None
    opened_at: datetime | None
    opened_recorded_at: datetime | None
    acknowledged_route: str | None
    acknowledged_at: datetime | None
    acknowledged_recorded_at: datetime | None


class Range(NamedTuple):
    """A range of the frozen list: people up to an id, how many, and the digest chained up to here."""

    upto: int
    listed: int
    digest: bytes


class Excerpt(NamedTuple):
    """A sealed entry with the hash of the one before it, so that its own hash can be worked out."""

    position: int
    previous: bytes
    hash: bytes
    entry: str


@dataclass(frozen=True, slots=True)
class RevisionContent:
    """One revision of the document, to the letter; digests in hexadecimal."""

    revision: int
    number: str
    published_at: datetime
    body: str
    files: Sequence[AttachedFile]


@dataclass(frozen=True, slots=True)
class Dossier:
    """`revisions` are empty for a reader who may see the evidence about documents and not the documents.

    Everything is read from one and the same moment of the database; long parts are read while they are written down.
    `waiting` are texts of entries that had committed and were not sealed yet.
    """

    report: Report
    outstanding: Callable[[], Iterable[Outstanding]]
    confirmations: Callable[[], Iterable[Confirmation]]
    revisions: Sequence[RevisionContent]
    recipients: Callable[[], Iterable[Recipient]]
    ranges: Sequence[Range]
    excerpts: Callable[[], Iterable[Excerpt]]
    waiting: Sequence[str]
    head: Head | None
    anchors: Sequence[Anchor]
