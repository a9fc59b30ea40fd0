"""The PIN of a shared PC: six figures that a person chose, none of those that others would try first."""

import re
from datetime import date

from service.domain.errors import WeakPin

_LENGTH = 6
_FORM = re.compile(rf"[0-9]{{{_LENGTH}}}", re.ASCII)
_UP, _DOWN = "01234567890", "09876543210"
# 121212, 123123, 112233, 111222.
_REPEATS = re.compile(r"(\d{1,3})\1+|(\d)\2(\d)\3(\d)\4|(\d)\5\5(\d)\6\6")


def check_pin(pin: str) -> None:
    """Pass when a new PIN may be used.

    Raises:
        WeakPin: it is not six figures, or a row, a repetition or a day of birth (ddMMyy, yyMMdd).
    """
    if not _FORM.fullmatch(pin) or _is_row(pin) or _REPEATS.fullmatch(pin) or _is_day(pin):
        raise WeakPin


def _is_row(pin: str) -> bool:
    return pin in _UP or pin in _DOWN


def _is_day(pin: str) -> bool:
    """Of whichever century: a day of this calendar in 1900 to 1999 or 2000 to 2099."""
    first, month, last = pin[:2], pin[2:4], pin[4:]
    readings = ((last, first), (first, last))
    return any(_exists(century + year, month, day) for century in ("19", "20") for year, day in readings)


def _exists(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True
