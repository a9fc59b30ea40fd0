"""The sum that always explains itself, and the evidence levels beside it.

listed = confirmed + not yet confirmed + absent with reason + exempted + moved or left + not reachable

Each person falls under the first that fits, in the order of `Term`. For a distribution "để biết" opened and not opened
stand where confirmed and not yet stand. The levels are never merged with the identity, nor with each other.
"""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from service.domain.documents import Mode
from service.domain.inquiries import Inquiries
from service.domain.receipts import Route


def moment_within(asked: datetime | None, frozen_at: datetime, now: datetime) -> datetime:
    """What a report that is asked for as of a moment is of: no earlier than the list, no later than `now`.

    In the zone of `now`, which is the answer where None is asked for.
    """
    if asked is None:
        return now
    return min(max(asked, frozen_at), now).astimezone(now.tzinfo)


def has_passed(due_at: datetime | None, as_of: datetime) -> bool:
    """Whether somebody may be late: nobody's own deadline is before everybody's."""
    return due_at is not None and due_at < as_of


class Term(StrEnum):
    CONFIRMED = "confirmed"
    MOVED_OR_LEFT = "moved_or_left"
    EXEMPTED = "exempted"
    ABSENT = "absent"
    NOT_REACHABLE = "not_reachable"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class Identity:
    """People of one unit, or of all, by term. `listed` is counted on its own, so that the sum can be checked."""

    listed: int = 0
    confirmed: int = 0
    not_yet: int = 0
    absent: int = 0
    exempted: int = 0
    moved_or_left: int = 0
    not_reachable: int = 0

    @property
    def holds(self) -> bool:
        terms: tuple[int, ...] = astuple(self)[1:]
        return self.listed == sum(terms)

    def __add__(self, other: "Identity") -> "Identity":
        return Identity(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class Levels:
    """What is known of the same people, one level at a time (`field.md`: never merged).

    `sent` counts letters tried at least once, `accepted` those whose 250 we hold, `failed` those refused, returned,
    given up or set aside; `no_address` people without a working address when the list was frozen. `answered_rightly`
    counts those who answered every control question rightly with their confirmation.
    """

    sent: int = 0
    accepted: int = 0
    failed: int = 0
    no_address: int = 0
    opened: int = 0
    confirmed: int = 0
    answered_rightly: int = 0

    def __add__(self, other: "Levels") -> "Levels":
        return Levels(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class Routes:
    """Confirmations by the way they were given, in the order of `Route`: how well each is evidenced."""

    counts: tuple[int, ...] = (0,) * len(Route)

    @property
    def by_route(self) -> dict[Route, int]:
        return dict(zip(Route, self.counts, strict=True))

    def __add__(self, other: "Routes") -> "Routes":
        return Routes(tuple(a + b for a, b in zip(self.counts, other.counts, strict=True)))


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """What an issued report keeps of one unit."""

    unit_id: int
    unit_name: str
    identity: Identity
    levels: Levels
    routes: Routes


@dataclass(frozen=True, slots=True)
class UnitCoverage(UnitFigures):
    """`late` counts those of the confirmed who did so after their own deadline."""

    late: int = 0


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A person who has not confirmed, and why as far as it is known: `term`, and the mail server's last words.

    `own_due_at` is the deadline of a person whose absence moved it, and `own_due_because` the absence in words.
    """

    person_id: int
    code: str
    full_name: str
    position: str
    unit_name: str
    term: Term
    opened: bool
    address: str | None
    delivery_status: str | None
    last_reply: str | None
    own_due_at: datetime | None = None
    own_due_because: str = ""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A person who falls under `Term.CONFIRMED`, and the fact by which they do.

    `confirmed_at` is when it was so, `recorded_at` when the office learnt it. `entered_by` names who entered it for
    this person, empty for the operator and where nobody did. `late_by` is None for who was in time; the deadline that
    counts is `own_due_at` where there is one, which an absence or a later listing moved (`own_due_because`).
    """

    person_id: int
    code: str
    full_name: str
    position: str
    unit_name: str
    confirmed_at: datetime
    recorded_at: datetime
    route: Route
    entered_by: str
    late_by: timedelta | None
    own_due_at: datetime | None = None
    own_due_because: str = ""

    @property
    def late_seconds(self) -> float | None:
        return self.late_by.total_seconds() if self.late_by is not None else None


@dataclass(frozen=True, slots=True)
class Report:
    """The acknowledgement report of one distribution as of one moment.

    `listing_done` is False while the frozen list is still being drawn: the figures are then part of the truth only.
    `questions` counts the control questions asked with the confirmation.
    `outstanding` are the first who have not confirmed, in name order, `unnamed` the number of those behind them.
    """

    distribution_id: int
    document_id: int
    number: str
    title: str
    mode: Mode
    revision: int
    due_at: datetime | None
    frozen_at: datetime
    as_of: datetime
    listing_done: bool
    units: tuple[UnitCoverage, ...]
    outstanding: tuple[Outstanding, ...]
    questions: int = 0
    inquiries: Inquiries = field(default_factory=Inquiries)

    @property
    def identity(self) -> Identity:
        return _total(Identity(), (unit.identity for unit in self.units))

    @property
    def levels(self) -> Levels:
        return _total(Levels(), (unit.levels for unit in self.units))

    @property
    def routes(self) -> Routes:
        return _total(Routes(), (unit.routes for unit in self.units))

    @property
    def late(self) -> int:
        """How many of the confirmed did so after their own deadline."""
        return sum(unit.late for unit in self.units)

    @property
    def is_past_due(self) -> bool:
        return has_passed(self.due_at, self.as_of)

    @property
    def unnamed(self) -> int:
        return self.identity.not_yet + self.identity.not_reachable - len(self.outstanding)


Sum = TypeVar("Sum", Identity, Levels, Routes)


def _total(zero: Sum, parts: Iterable[Sum]) -> Sum:
    return sum(parts, start=zero)
