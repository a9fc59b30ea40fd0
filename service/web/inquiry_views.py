"""What the pages show of questions and returns: to the reader who asked, and to those who answer. Reads only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from service.domain.inquiries import Kind
from service.domain.texts import ANSWER, QUESTION
from service.domain.vietnamese import full_name
from service.store.inquiries import answered_page, inquiries_of, waiting_page
from service.web.office_facts import named

_PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One question or return with its answer, if there is one; `is_accepted` None unless it is an answered return."""

    kind: Kind
    words: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None
    is_accepted: bool | None


@dataclass(frozen=True, slots=True)
class OwnInquiries:
    """The reader's own about one document, and the form as it was sent: `wrong` says what was wrong with it."""

    lines: tuple[Line, ...] = ()
    words: str = ""
    wrong: str = ""
    longest: int = QUESTION.longest

    @property
    def can_return(self) -> bool:
        return not any(line.kind is Kind.RETURN and line.answered_at is None for line in self.lines)


def own_inquiries(session: Session, distribution_id: int, person_id: int) -> OwnInquiries:
    return OwnInquiries(tuple(_line(row) for row in inquiries_of(session, distribution_id, person_id)))


@dataclass(frozen=True, slots=True)
class OfficeLine:
    """One as those see it who answer: whose it is and about what."""

    id: int
    distribution_id: int
    document: str
    full_name: str
    unit_name: str
    line: Line


@dataclass(frozen=True, slots=True)
class InquiriesView:
    """inquiries.html: those that wait, oldest first, or those answered, newest first.

    `next_href` leads on; `wrong` is what was wrong with the answer to inquiry `answering`, given in `words`.
    """

    lines: tuple[OfficeLine, ...]
    is_answered: bool
    is_whole: bool
    can_answer: bool
    next_href: str
    longest: int = ANSWER.longest
    answering: int = 0
    words: str = ""
    wrong: str = ""


def inquiries_view(
    session: Session, unit_ids: frozenset[int] | None, *, answered: bool, cursor: int | None, can_answer: bool
) -> InquiriesView:
    if answered:
        rows = answered_page(session, unit_ids, before=cursor, limit=_PAGE + 1)
    else:
        rows = waiting_page(session, unit_ids, after=cursor, limit=_PAGE + 1)
    goes_on = f"/inquiries?{'answered=true&' if answered else ''}cursor={rows[_PAGE - 1]['id']}" if rows[_PAGE:] else ""
    lines = tuple(_office_line(row) for row in rows[:_PAGE])
    return InquiriesView(lines, answered, unit_ids is None, can_answer, goes_on)


def _office_line(row: RowMapping) -> OfficeLine:
    name = full_name(row["family_name"], row["given_name"])
    document = named(row["number"], row["title"])
    return OfficeLine(row["id"], row["distribution_id"], document, name, row["unit_name"], _line(row))


def _line(row: RowMapping) -> Line:
    return Line(Kind(row["kind"]), row["words"], row["asked_at"], row["answer"], row["answered_at"], row["is_accepted"])
