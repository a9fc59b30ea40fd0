"""Public holidays and announced swaps of Vietnam, lunar ones included, from the table that ships with the service.

public_days.csv is a table as `eoffice calendar import` takes it. It is drawn up from the library `holidays` by
`poe public-days`, and a test holds it to that library; the service itself does without, for it would cost 11 MB in
every process that asks for a day.
"""

import csv
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib import resources
from types import MappingProxyType

from service.domain.calendar import SpecialDay

_TABLE = resources.files("service.reading") / "public_days.csv"
_WORKING = "làm bù"


@lru_cache(maxsize=64)
def public_days(year: int) -> Mapping[date, SpecialDay]:
    """The holidays of a year and the week-end days on which their swaps are made up.

    Swaps are announced a year ahead, so those of later years are missing; years before 2000 or after 2100 have no
    special days.
    """
    with _TABLE.open(encoding="utf-8") as table:
        rows = csv.reader(line for line in table if line.startswith(f"{year:04}-"))
        days = {date.fromisoformat(day): SpecialDay(kind == _WORKING, note) for day, kind, note in rows}
    return MappingProxyType(days)
