"""Danh sách ký nhận on paper: printing sheets, reading one as it was printed, entering who signed it.

Entering says that people confirmed, so it is done in the own session of whoever answers for it, never by a token.
"""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from service.actions.enter_signatures import SignedSheet, enter_for, enter_signatures
from service.actions.print_sheet import print_sheet, read_sheet
from service.actions.report_coverage import report_coverage
from service.domain.coverage import Term
from service.domain.documents import Mode
from service.domain.receipts import Route
from service.domain.roles import Act
from service.domain.texts import REASON
from service.printing.roster_pdf import roster_pdf
from service.store.reports import Scope
from service.store.sheets import sheets_of
from service.web.api.inbox import SessionActorDep
from service.web.api.shapes import Code, Id, Moment, Shape, Text, Word, typed
from service.web.deps import ActorDep, SiteDep
from service.web.fields import read_sent
from service.web.signature_form import signed_sheet

router = APIRouter(tags=["rosters"])
upload_router = APIRouter(tags=["rosters"])

_SHEETS_LISTED = 200


class Printing(Shape):
    """`unit` is the code of one unit, whose sub-units count; without it the sheet is of the whole list."""

    unit: Word | None = None


class PrintedSheet(Shape):
    code: str
    pdf: str


class SheetShape(Shape):
    """`unit_name` is empty for the whole list."""

    code: str
    revision: int
    unit_name: str
    printed_at: Moment
    people: int
    scans: int


class RosterLineShape(Shape):
    """`term` is `not_yet` for everybody who is to sign; `route` and `at` stand where the person had confirmed."""

    person_code: str
    full_name: str
    position: str
    unit_name: str
    term: Term
    route: Route | None
    at: Moment | None


class RosterShape(Shape):
    """A sheet as it was when it was printed, in office order."""

    code: str
    distribution_id: int
    number: str
    title: str
    issued_on: date | None
    revision: int
    mode: Mode
    frozen_at: Moment
    printed_at: Moment
    unit_name: str
    lines: list[RosterLineShape]


@router.post("/distributions/{distribution_id}/sheets", status_code=201)
def print_one(site: SiteDep, actor: ActorDep, distribution_id: Id, given: Printing) -> PrintedSheet:
    """Keep a sheet of the people on the list and what is known of them now; its PDF can be had again and again."""
    code = print_sheet(site.runtime, actor, distribution_id, given.unit)
    return PrintedSheet(code=code, pdf=f"/api/v1/sheets/{code}/pdf")


@router.get("/distributions/{distribution_id}/sheets")
def list_sheets(site: SiteDep, actor: ActorDep, distribution_id: Id) -> list[SheetShape]:
    """The newest 200 sheets; for a manager those of the own units."""
    actor.must(Act.KEEP_ROSTERS)
    report_coverage(site.runtime, actor, distribution_id, most_outstanding=0)
    scope = Scope(distribution_id, None if actor.may(Act.POST) else actor.unit_ids)
    with site.runtime.sessions() as session:
        return [SheetShape.model_validate(line) for line in sheets_of(session, scope, _SHEETS_LISTED)]


@router.get("/sheets/{code}")
def read(site: SiteDep, actor: ActorDep, code: Code) -> RosterShape:
    return RosterShape.model_validate(read_sheet(site.runtime, actor, code))


@router.get("/sheets/{code}/pdf", response_class=Response, responses={200: {"content": {"application/pdf": {}}}})
def read_pdf(site: SiteDep, actor: ActorDep, code: Code) -> Response:
    roster = read_sheet(site.runtime, actor, code)
    return Response(roster_pdf(roster, site.office_name, site.zone), media_type="application/pdf")


class EnteredShape(Shape):
    """`recorded` signatures are new, `known` people had confirmed before, which stays.

    `is_current` is false where the sheet's revision was replaced: its signatures do not count for the one in force.
    """

    code: str
    revision: int
    recorded: int
    known: int
    is_current: bool


async def signed(request: Request, site: SiteDep, actor: SessionActorDep, code: Code) -> SignedSheet:
    """The signed sheet in the form; read only for an actor who may enter it.

    Raises:
        BadDate: a day is none.
        FileTooLarge: as soon as the scan is.
    """
    actor.must(Act.KEEP_ROSTERS)
    sent = await read_sent(request, site.runtime.policy.max_file_bytes)
    return signed_sheet(code, sent, None)


_FORM: dict[str, Any] = {
    "type": "object",
    "required": ["person", "day", "files"],
    "properties": {
        "person": {"type": "array", "items": {"type": "string"}, "description": "Codes of those who signed"},
        "day": {"type": "string", "description": "The day on the sheet, dd/MM/yyyy or yyyy-MM-dd"},
        "files": {"type": "string", "format": "binary", "description": "The scan: PDF, JPEG or PNG"},
    },
    "additionalProperties": {"type": "string", "description": "`day-CODE`: the day of one line, where it differs"},
}


@upload_router.post(
    "/sheets/{code}/signatures",
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}},
)
def enter(site: SiteDep, actor: SessionActorDep, given: Annotated[SignedSheet, Depends(signed)]) -> EnteredShape:
    """Record who signed a sheet, with its scan: everybody named, or after a refusal nobody.

    A session's POST, with `X-Form-Token`.
    """
    return EnteredShape.model_validate(enter_signatures(site.runtime, actor, given))


class OnWord(Shape):
    confirmed_on: date
    note: Annotated[Text, typed(REASON, "How it is known; it stands beside the confirmation")]


@router.post("/distributions/{distribution_id}/recipients/{person_code}/entered-for", status_code=204)
def enter_word(site: SiteDep, actor: SessionActorDep, distribution_id: Id, person_code: Code, given: OnWord) -> None:
    """Record on a person's word that they have read the document; its own level of evidence.

    A session's POST, with `X-Form-Token`.
    """
    enter_for(site.runtime, actor, distribution_id, person_code, given.confirmed_on, given.note)
