"""Danh sách ký nhận on paper: the code that finds a sheet again, what stands on its lines, when a signature was.

A sheet is printed for people who confirm on paper. Who has confirmed by then is said on it, everybody else has a cell
to sign; later the signed sheet is entered by its code.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, time

from service.domain.coverage import Term
from service.domain.documents import Mode
from service.domain.errors import MistypedSheetCode, SignedBeforeSheet, SignedInFuture
from service.domain.receipts import Route
from service.domain.vietnamese import date_short

# Without 0, 1, I, L and O, which are misread as each other. 31 is a prime: with weights modulo a prime every single
# wrong letter and every two letters in each other's place are found.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_RANDOM_LETTERS = 7
_LENGTH = _RANDOM_LETTERS + 1
_GROUP = 4


def new_code() -> str:
    """A code such as `K7QD-2M9G`: 34 random bits and a check letter at the end."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_RANDOM_LETTERS))
    return _grouped(letters + _LETTERS[-_weighed(letters) % len(_LETTERS)])


def read_code(typed: str) -> str:
    """A code as it is kept; in whatever case it was typed, with dashes and spaces or without.

    Raises:
        MistypedSheetCode: its check letter does not fit, so no sheet bears it.
    """
    bare = "".join(char for char in typed.upper() if char.isalnum())
    is_code = len(bare) == _LENGTH and all(char in _LETTERS for char in bare)
    if not is_code or _weighed(bare) % len(_LETTERS):
        raise MistypedSheetCode(given=typed.strip())
    return _grouped(bare)


def _weighed(letters: str) -> int:
    """The letters as figures, each times its distance from the end of the code, as an ISBN-10 does it."""
    return sum(_LETTERS.index(letter) * (_LENGTH - place) for place, letter in enumerate(letters))


def _grouped(letters: str) -> str:
    return "-".join(letters[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One person of a sheet as of its printing. `at` and `route` stand where the person had confirmed by then.

    `term` is CONFIRMED, MOVED_OR_LEFT, EXEMPTED or ABSENT; NOT_YET for everybody who is to sign.
    """

    person_code: str
    full_name: str
    position: str
    unit_name: str
    term: Term
    route: Route | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Roster:
    """A printed sheet. `unit_name` is empty for the whole list; lines stand in office order as they were printed."""

    code: str
    distribution_id: int
    type_code: str
    number: str
    title: str
    issued_on: date | None
    revision: int
    mode: Mode
    frozen_at: datetime
    printed_at: datetime
    unit_name: str
    lines: tuple[RosterLine, ...]


def moment_of_signature(day: date, earliest: datetime, now: datetime) -> datetime:
    """When somebody signed who wrote a day and no hour: the earliest moment of that day at which it was possible.

    The signer has the benefit of the doubt where a deadline fell on that very day. `earliest` is the printing of the
    sheet, or the listing of the person.

    Raises:
        SignedInFuture: the day has not come.
        SignedBeforeSheet: it is before the day of `earliest`.
    """
    first_day = earliest.astimezone(now.tzinfo).date()
    if day > now.date():
        raise SignedInFuture(day=date_short(day))
    if day < first_day:
        raise SignedBeforeSheet(day=date_short(day), first=date_short(first_day))
    return max(datetime.combine(day, time(), now.tzinfo), earliest)
