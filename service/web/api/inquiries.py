"""Questions and returns: asked in the person's own session, answered by the secretariat."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import RowMapping

from service.actions.answer_inquiry import answer_inquiry
from service.actions.ask import ask
from service.domain.errors import NotFound
from service.domain.inquiries import Kind
from service.domain.roles import Act
from service.domain.texts import ANSWER, QUESTION
from service.domain.vietnamese import full_name
from service.store.inquiries import answered_page, inquiries_of, waiting_page
from service.store.receipts import receipt_row
from service.web.api.inbox import SessionActorDep
from service.web.api.shapes import Cursor, Id, Limit, Moment, Page, Shape, Text, page_of, read_cursor, typed
from service.web.deps import ActorDep, SiteDep

router = APIRouter(tags=["inquiries"])


class Asking(Shape):
    kind: Kind
    words: Annotated[Text, typed(QUESTION)]


class AskedShape(Shape):
    id: int


class InquiryShape(Shape):
    """`answer` is empty and `answered_at` null while it waits; `is_accepted` null unless it is an answered return."""

    id: int
    kind: Kind
    words: str
    asked_at: Moment
    answer: str
    answered_at: Moment | None
    is_accepted: bool | None


class OfficeInquiry(InquiryShape):
    """With whose it is, by the frozen list, and about which document."""

    distribution_id: int
    number: str
    title: str
    full_name: str
    unit_name: str


class Answering(Shape):
    """`accepts` takes a returned document back and exempts the reader; it then needs no `answer`."""

    answer: Annotated[Text, typed(ANSWER)] = ""
    accepts: bool = False


@router.post("/inbox/{distribution_id}/inquiries", status_code=201)
def send_inquiry(site: SiteDep, actor: SessionActorDep, distribution_id: Id, asking: Asking) -> AskedShape:
    """Ask the secretariat, or return the document as not one's own. A session's POST, with `X-Form-Token`."""
    return AskedShape(id=ask(site.runtime, actor, distribution_id, asking.kind, asking.words))


@router.get("/inbox/{distribution_id}/inquiries")
def list_own(site: SiteDep, actor: SessionActorDep, distribution_id: Id) -> list[InquiryShape]:
    """What the caller asked about this document, oldest first. For a session, never for a token."""
    with site.runtime.sessions() as session:
        if actor.person_id is None or receipt_row(session, distribution_id, actor.person_id) is None:
            raise NotFound
        rows = inquiries_of(session, distribution_id, actor.person_id)
    return [_shape(row) for row in rows]


@router.get("/inquiries")
def list_inquiries(
    site: SiteDep,
    actor: ActorDep,
    limit: Limit = 50,
    cursor: Cursor = None,
    answered: Annotated[bool, Query(description="Those answered, newest first; else those waiting, oldest")] = False,
) -> Page[OfficeInquiry]:
    """Of the whole office; a manager's are those of the own units, by the frozen list."""
    unit_ids = actor.reach(Act.SEE_INQUIRIES, Act.SEE_UNIT_REPORTS)
    place = read_cursor(cursor)
    with site.runtime.sessions() as session:
        if answered:
            rows = answered_page(session, unit_ids, before=place, limit=limit + 1)
        else:
            rows = waiting_page(session, unit_ids, after=place, limit=limit + 1)
    return page_of(rows, limit, _office_shape, lambda row: int(row["id"]))


@router.post("/inquiries/{inquiry_id}/answer", status_code=204)
def answer(site: SiteDep, actor: ActorDep, inquiry_id: Id, answering: Answering) -> None:
    """Answer once, for good; the reader sees it on the document page and gets a letter."""
    answer_inquiry(site.runtime, actor, inquiry_id, answering.answer, accepts=answering.accepts)


def _shape(row: RowMapping) -> InquiryShape:
    return InquiryShape(**{name: row[name] for name in InquiryShape.model_fields})


def _office_shape(row: RowMapping) -> OfficeInquiry:
    told = {name: row[name] for name in OfficeInquiry.model_fields if name in row}
    return OfficeInquiry(**told, full_name=full_name(row["family_name"], row["given_name"]))
