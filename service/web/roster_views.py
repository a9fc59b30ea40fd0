"""What each template of the danh sách ký nhận shows: one frozen dataclass a template, pure data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from service.store.sheets import ScanLine, SheetLine, SheetPerson
from service.web.fields import Sent
from service.web.list_views import UnitChoice
from service.web.office_views import Heading
from service.web.signature_form import PERSON, day_field


@dataclass(frozen=True, slots=True)
class RostersView:
    """rosters.html. `to_sign` people have neither confirmed nor an excuse; `is_whole` for who reaches the office."""

    heading: Heading
    to_sign: int
    units: tuple[UnitChoice, ...]
    is_whole: bool
    is_recalled: bool
    sheets: tuple[SheetLine, ...]
    error: str


@dataclass(frozen=True, slots=True)
class SheetCodeView:
    """sheet_code.html: `distribution_id` where the sheet must be one of that distribution."""

    code: str
    distribution_id: int | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A person of the sheet; `day` and `is_ticked` are what the form said, for who has not confirmed."""

    person: SheetPerson
    is_ticked: bool
    day: str

    @property
    def day_field(self) -> str:
        return day_field(self.person.person_code)


@dataclass(frozen=True, slots=True)
class EntryGroup:
    unit_name: str
    lines: tuple[EntryLine, ...]


def entry_groups(people: Sequence[SheetPerson], sent: Sent) -> tuple[EntryGroup, ...]:
    """The lines of a sheet by unit, in its order, with what the form said."""
    ticked = set(sent.texts(PERSON))
    return tuple(
        EntryGroup(
            unit_name,
            tuple(EntryLine(one, one.person_code in ticked, sent.text(day_field(one.person_code))) for one in group),
        )
        for unit_name, group in groupby(people, attrgetter("unit_name"))
    )


@dataclass(frozen=True, slots=True)
class SheetEntryView:
    """sheet.html. `recorded` is None until something was entered; `known` people had confirmed before."""

    code: str
    address: str
    distribution_id: int
    number: str
    title: str
    unit_name: str
    revision: int
    printed_at: datetime
    is_current: bool
    is_recalled: bool
    groups: tuple[EntryGroup, ...]
    scans: tuple[ScanLine, ...]
    day: str
    error: str
    recorded: int | None
    known: int
    max_file_bytes: int

    @property
    def open(self) -> int:
        """How many can still be entered."""
        return sum(line.person.route is None for group in self.groups for line in group.lines)
