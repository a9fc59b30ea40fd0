"""What the API takes and gives: text that the database can keep, moments in UTC, pages of lists."""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

from fastapi import Path, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from service.domain import texts
from service.domain.errors import BadCursor

BIGGEST_ID = 2**63 - 1
MOST_LINES = 200
FIRST_YEAR, LAST_YEAR = 1900, 2999

# PostgreSQL keeps every character but NUL.
_WITHOUT_NUL = r"^[^\x00]*$"

Text = Annotated[str, StringConstraints(pattern=_WITHOUT_NUL)]
Word = Annotated[str, StringConstraints(pattern=_WITHOUT_NUL, max_length=200)]


def typed(field: texts.Field, description: str | None = None) -> FieldInfo:
    """For a text that an action keeps: the schema tells its limit, the action refuses what is longer."""
    told: FieldInfo = Field(description=description, json_schema_extra={"maxLength": field.longest})
    return told


# Every moment is given in UTC, whatever zone it was read in.
Moment = Annotated[datetime, AfterValidator(lambda at: at.astimezone(UTC))]


def _of_this_age(moment: datetime) -> datetime:
    """At the ends of the calendar other zones have no such time."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise PydanticCustomError("year", f"the year must be between {FIRST_YEAR} and {LAST_YEAR}")
    return moment


GivenMoment = Annotated[AwareDatetime, AfterValidator(_of_this_age)]

Id = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
Code = Annotated[Word, Path()]
Limit = Annotated[int, Query(ge=1, le=MOST_LINES, description="How many lines a page holds at most")]
Cursor = Annotated[Word | None, Query(description="The `next_cursor` of the page before; absent for the first page")]


class Shape(BaseModel):
    """Base of everything the API takes or gives; read from a value's attributes by their names."""

    model_config = ConfigDict(from_attributes=True, frozen=True, extra="forbid")


class Problem(Shape):
    """What went wrong (RFC 9457). `code` is for programs, `detail` for people."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str


Item = TypeVar("Item")
Row = TypeVar("Row")


class Page(Shape, Generic[Item]):
    """A part of a list; `next_cursor` is null on the last page."""

    items: list[Item]
    next_cursor: str | None


def page_of(rows: Sequence[Row], limit: int, shape: Callable[[Row], Item], place: Callable[[Row], int]) -> Page[Item]:
    """A page of at most `limit` of `rows`, which hold one more where the list goes on."""
    shown = rows[:limit]
    return Page(
        items=[shape(row) for row in shown],
        next_cursor=write_cursor(place(shown[-1])) if len(rows) > limit else None,
    )


def write_cursor(place: int) -> str:
    return base64.urlsafe_b64encode(str(place).encode()).decode().rstrip("=")


def read_cursor(cursor: str | None) -> int | None:
    """The place behind which a list goes on; None for its beginning.

    Raises:
        BadCursor: no list gave this cursor.
    """
    if cursor is None:
        return None
    try:
        place = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise BadCursor from None
    if not place.isdigit() or not 0 < int(place) <= BIGGEST_ID:
        raise BadCursor
    return int(place)
