"""What the page of those who have confirmed shows: pure data, made by the route."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from service.domain.coverage import Confirmation
from service.printing.words import late_words
from service.web.list_views import UnitChoice
from service.web.office_views import Heading


@dataclass(frozen=True, slots=True)
class ConfirmationLine:
    person: Confirmation
    zone: ZoneInfo

    @property
    def recorded_at(self) -> datetime | None:
        """Only where it differs."""
        return None if self.person.recorded_at == self.person.confirmed_at else self.person.recorded_at

    @property
    def late(self) -> str:
        return late_words(self.person, self.zone)


@dataclass(frozen=True, slots=True)
class ConfirmationsView:
    """confirmations.html. `confirmed` and `late` count what the filter lets through, `late` None while nobody can be.

    `unit` is the code of the chosen one. The three `..._input` are values of a date-time field, in office time; that of
    `as_of` is empty for now.
    """

    heading: Heading
    as_of: datetime
    as_of_input: str
    earliest_input: str
    latest_input: str
    units: tuple[UnitChoice, ...]
    unit: str
    only_late: bool
    confirmed: int
    late: int | None
    lines: tuple[ConfirmationLine, ...]
    next_href: str
    is_first: bool
    report_href: str
    csv_href: str
    listing_done: bool
    is_whole: bool
    error: str

    @property
    def is_filtered(self) -> bool:
        return bool(self.unit or self.only_late)
