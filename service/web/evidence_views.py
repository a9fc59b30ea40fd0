"""What the evidence page shows."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from service.actions.look_up_evidence import EvidenceLine
from service.domain.anchors import Anchor, Head
from service.printing.evidence_words import DEEDS, about_words, by_label, deed_label

HASH_SHOWN = 12
_DIGEST_LENGTH = 64


@dataclass(frozen=True, slots=True)
class EvidenceEntry:
    """One entry in words."""

    line: EvidenceLine
    zone: ZoneInfo

    @property
    def label(self) -> str:
        return deed_label(self.line.deed)

    @property
    def by(self) -> str:
        return by_label(self.line.by, self.line.by_name)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Digests are shortened: they stand in full in the entry's text."""
        about = about_words(self.line.about, self.line.person_code, self.zone)
        return [(label, _shortened(value)) for label, value in about]

    @property
    def recorded_at(self) -> datetime | None:
        return self.line.recorded_at

    @property
    def effective_at(self) -> datetime | None:
        """Only where it differs."""
        return None if self.line.effective_at == self.line.recorded_at else self.line.effective_at

    @property
    def distribution_id(self) -> int | None:
        found = self.line.about.get("distribution")
        return found if isinstance(found, int) else None

    @property
    def position(self) -> int:
        return self.line.sealed.position

    @property
    def hash(self) -> str:
        return self.line.sealed.hash.hex()

    @property
    def short_hash(self) -> str:
        return self.hash[:HASH_SHOWN]

    @property
    def text(self) -> str:
        return self.line.sealed.entry


def _shortened(value: str) -> str:
    return f"{value[:HASH_SHOWN]}…" if len(value) >= _DIGEST_LENGTH else value


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """evidence.html. The filters stand as they were given; `error` says which of them could not be used."""

    entries: tuple[EvidenceEntry, ...]
    head: Head | None
    anchor: Anchor | None
    waiting: int
    deed: str
    distribution: str
    person: str
    day: str
    error: str
    next_href: str
    is_first: bool

    @property
    def deeds(self) -> list[tuple[str, str]]:
        return sorted(((deed.value, label) for deed, label in DEEDS.items()), key=lambda pair: pair[1])
