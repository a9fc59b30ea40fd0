"""Public holidays and announced swaps, as the library `holidays` knows them for Vietnam (lunar ones included)."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from holidays import country_holidays

from service.domain.calendar import SpecialDay

_MADE_UP = SpecialDay(is_working=True, note="Làm bù")


@lru_cache(maxsize=64)
def public_days(year: int) -> Mapping[date, SpecialDay]:
    """The holidays of a year and the week-end days on which their swaps are made up.

    Swaps are announced a year ahead, so those of later years are missing; years before 1901 or after 2100, which the
    library's lunar calendar does not reach, have no special days.
    """
    known = country_holidays("VN", years=year, language="vi")
    days = {day: SpecialDay(is_working=False, note=name) for day, name in known.items()}
    return MappingProxyType(days | {day: _MADE_UP for day in known.weekend_workdays if day.year == year})
