"""The auditor looks up the evidence: a page of entries, and how it stands with the chain."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from service.domain.anchors import Anchor, Head
from service.domain.chain import Sealed
from service.domain.roles import Act, Actor
from service.runtime import Runtime
from service.store import evidence_pages
from service.store.evidence import head
from service.store.evidence_pages import Wanted

_ACCOUNT = re.compile(r"account:(\d{1,18})")


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A sealed entry with what it says; `by_name` is the user name of an account, `person_code` of whom it is about."""

    sealed: Sealed
    deed: str
    by: str
    by_name: str
    person_code: str
    effective_at: datetime | None
    recorded_at: datetime | None
    about: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """`lines` hold one more than asked for where the log goes on. `waiting` entries are not sealed yet."""

    lines: tuple[EvidenceLine, ...]
    head: Head | None
    anchor: Anchor | None
    waiting: int


def look_up_evidence(runtime: Runtime, actor: Actor, wanted: Wanted, before: int | None, limit: int) -> EvidencePage:
    """The newest entries below position `before`, at most `limit` and one.

    Raises:
        NotFound: the actor may not see the evidence.
    """
    actor.must(Act.SEE_AUDIT)
    with runtime.sessions() as session:
        found = evidence_pages.entries_page(session, wanted, before, limit + 1)
        told = [_read(one.entry) for one in found]
        accounts = {account for one in told if (account := _account(one)) is not None}
        people = {one["about"]["person"] for one in told if isinstance(one["about"].get("person"), int)}
        names = evidence_pages.user_names_of(session, accounts)
        codes = evidence_pages.codes_of(session, people)
        last, waiting = head(session), evidence_pages.waiting_entries(session)
    lines = tuple(_line(sealed, one, names, codes) for sealed, one in zip(found, told, strict=True))
    return EvidencePage(lines, last, runtime.anchors.last(), waiting)


def _line(sealed: Sealed, told: Mapping[str, Any], names: Mapping[int, str], codes: Mapping[int, str]) -> EvidenceLine:
    account, person = _account(told), told["about"].get("person")
    return EvidenceLine(
        sealed=sealed,
        deed=told["deed"],
        by=told["by"],
        by_name="" if account is None else names.get(account, ""),
        person_code=codes.get(person, "") if isinstance(person, int) else "",
        effective_at=_moment(told["effective_at"]),
        recorded_at=_moment(told["recorded_at"]),
        about=told["about"],
    )


def _read(entry: str) -> dict[str, Any]:
    """What an entry says; the page must show a log that somebody has tampered with, too."""
    found = json.loads(entry)
    told = found if isinstance(found, dict) else {}
    read = {name: str(told.get(name, "")) for name in ("deed", "by", "effective_at", "recorded_at")}
    about = told.get("about", {})
    return read | {"about": about if isinstance(about, dict) else {}}


def _account(told: Mapping[str, Any]) -> int | None:
    found = _ACCOUNT.fullmatch(told["by"])
    return int(found[1]) if found else None


def _moment(written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written).astimezone(UTC)
    except ValueError:
        return None
