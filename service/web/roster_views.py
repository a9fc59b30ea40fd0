"""What each template of the danh sách ký nhận shows: one frozen dataclass a template, pure data."""

from dataclasses import dataclass

from service.store.sheets import SheetLine
from service.web.office_views import Heading


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """A unit of which a sheet can be printed; `people` stand on the list, in it or below it."""

    code: str
    name: str
    depth: int
    people: int


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
