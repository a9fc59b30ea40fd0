"""The evidence log: what is recorded of each act, and how entries are chained so that no change stays hidden.

An entry is one JSON object in canonical form, stored and hashed as that very text. Entries commit with the act they
describe; a sealer chains what has committed. The hash of an entry is SHA-256 over the hash before it (32 zero bytes
before the first), its position (from 1, eight bytes, most significant first) and its text in UTF-8. The database
function `seal_evidence` follows the same rule.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256

from service.domain.roles import Actor

GENESIS = bytes(32)

Detail = str | int | bool | None


class Deed(StrEnum):
    """What happened. Written into entries for good, so a name is never changed or used again for something else."""

    POSTED = "posted"
    LIST_FROZEN = "list frozen"
    PERSON_ADDED = "person added"
    RULE_CHANGED = "rule changed"
    OPENED = "opened"
    ACKNOWLEDGED = "acknowledged"
    ENTERED_ON_PAPER = "entered on paper"
    ENTERED_FOR = "entered for"
    CORRECTED = "corrected"
    RECALL_CONFIRMED = "recall confirmed"
    EXEMPTED = "exempted"
    EXEMPTION_LIFTED = "exemption lifted"
    ABSENCE_RECORDED = "absence recorded"
    ABSENCE_WITHDRAWN = "absence withdrawn"
    REMINDED = "reminded"
    ASKED = "asked"
    ANSWERED = "answered"
    SHEET_PRINTED = "sheet printed"
    KIOSK_NAMED = "kiosk named"
    KIOSK_ENROLLED = "kiosk enrolled"
    KIOSK_REVOKED = "kiosk revoked"
    PIN_SET = "pin set"
    REPORT_ISSUED = "report issued"
    EXPORTED = "exported"
    CALENDAR_CHANGED = "calendar changed"
    DIRECTORY_IMPORTED = "directory imported"
    ROLE_CHANGED = "role changed"
    ACCOUNT_CLOSED = "account closed"
    ACCOUNT_REOPENED = "account reopened"
    TOKEN_CREATED = "token created"  # noqa: S105 - the name of a deed
    TOKEN_REVOKED = "token revoked"  # noqa: S105 - the name of a deed
    ACCESS_REFUSED = "access refused"


@dataclass(frozen=True, slots=True)
class Entry:
    """`effective_at` is when it was so, `recorded_at` when the office learnt it; both aware.

    `about` names what the deed was done to, by identifiers and digests rather than by texts that are kept elsewhere.
    """

    deed: Deed
    by: str
    effective_at: datetime
    recorded_at: datetime
    about: Mapping[str, Detail] = field(default_factory=dict)


def entry(deed: Deed, actor: Actor, at: datetime, **about: Detail) -> Entry:
    """The entry of a deed that is recorded the moment it is done."""
    return Entry(deed, actor.caller, at, at, about)


def canonical(written: Entry) -> str:
    """The text that is stored and hashed: keys in order, no spaces, moments in UTC with microseconds."""
    told = {
        "about": dict(written.about),
        "by": written.by,
        "deed": written.deed.value,
        "effective_at": instant(written.effective_at),
        "recorded_at": instant(written.recorded_at),
    }
    return _canonical_json(told)


def seal(previous: bytes, position: int, text: str) -> bytes:
    """The hash of the entry at a position."""
    return sha256(previous + position.to_bytes(8) + text.encode()).digest()


def digest_of(told: str | Mapping[str, object] | Sequence[object]) -> str:
    """The SHA-256 that binds an entry to what is kept elsewhere: a text as it is, all else as canonical JSON."""
    text = told if isinstance(told, str) else _canonical_json(told)
    return sha256(text.encode()).hexdigest()


def _canonical_json(told: object) -> str:
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def instant(moment: datetime) -> str:
    """A moment as entries write it: in UTC with microseconds, so that text sorts as time does."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
