"""Corrections of what was distributed: what was made of it, how far a recall has come, and making them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import Field, ValidationError

from service.actions.confirm_recall import confirm_recall
from service.actions.correct_document import issue_erratum, recall_document, replace_document
from service.domain.corrections import Kind, Replacement
from service.domain.deadlines import parse_date, parse_deadline
from service.domain.receipts import Route
from service.domain.roles import Act
from service.domain.texts import BODY, NOTE, NUMBER
from service.store.corrections import recorded_corrections
from service.store.recalls import recall_progress
from service.web.api.distributions import head_in_scope, scope_of
from service.web.api.inbox import SessionActorDep
from service.web.api.shapes import Id, Limit, Moment, Shape, Text, Word, typed
from service.web.api.uploads import read_form
from service.web.deps import ActorDep, SiteDep

router = APIRouter(prefix="/distributions/{distribution_id}", tags=["corrections"])
inbox_router = APIRouter(tags=["inbox"])
upload_router = APIRouter(prefix="/distributions/{distribution_id}", tags=["corrections"])

_FILES = "files"


class CorrectionShape(Shape):
    """`number` counts those of a kind; that of a replacement is the revision it brought. `by` is empty for nobody."""

    kind: Kind
    number: int
    note: str
    at: Moment
    by: str


class OwingShape(Shape):
    full_name: str
    position: str
    unit_name: str


class RecallShape(Shape):
    """Of those on the list: how many confirmed that the document is removed, and the first who have not, by name."""

    listed: int
    confirmed: int
    owing: list[OwingShape]


class CorrectionsShape(Shape):
    """The newest first; `recall` is null while nothing was recalled. For a manager it is about the own units."""

    corrections: list[CorrectionShape]
    recall: RecallShape | None


class Erratum(Shape):
    note: Annotated[Text, typed(NOTE, "What is corrected")]


class Recall(Shape):
    reason: Annotated[Text, typed(NOTE, "Everybody who was sent the document reads it")]


class ReplacementForm(Shape):
    """What stands in the place of a revision. Files are further parts of the form, each named `files`.

    Without any, the files of the revision before stay.
    """

    replaces: Annotated[int, Field(ge=1, description="The revision in force, as it was read")]
    note: Annotated[Text, typed(NOTE, "Why it is replaced")]
    body: Annotated[Text, typed(BODY, "The whole text of the new revision, kept to the letter")] = ""
    number: Annotated[Word, typed(NUMBER, "Its own number; that of the document when empty")] = ""
    issued_on: Annotated[Word, Field(description="Its own date, dd/MM/yyyy or yyyy-MM-dd")] = ""
    due: Annotated[Word, Field(description="A new deadline, as for a posting; the one in force when empty")] = ""
    drop_files: Annotated[bool, Field(description="Take away the files of the revision before")] = False


def _form_schema() -> dict[str, Any]:
    schema = ReplacementForm.model_json_schema()
    schema["properties"][_FILES] = {
        "type": "array",
        "items": {"type": "string", "format": "binary"},
        "description": "All files of the new revision, in the place of those before",
    }
    return schema


class Numbered(Shape):
    number: int


class RecallConfirmedShape(Shape):
    """`at` is the first time, however often it is repeated."""

    at: Moment
    is_repeat: bool


async def replacement_of(request: Request, site: SiteDep, actor: ActorDep) -> Replacement:
    """The replacement in the form; read only for an actor who may correct.

    Raises:
        RequestValidationError: a field is of the wrong shape, unknown, or given twice.
        Refused: a word in a field is none of those it takes.
    """
    actor.must(Act.CORRECT)
    form = await read_form(request, _FILES, site.runtime.policy.max_file_bytes)
    try:
        asked = ReplacementForm.model_validate(form.fields)
    except ValidationError as error:
        raise RequestValidationError([{**found, "loc": ("body", *found["loc"])} for found in error.errors()]) from error
    return Replacement(
        replaces=asked.replaces,
        note=asked.note,
        body=asked.body,
        files=form.files if form.files or asked.drop_files else None,
        number=asked.number,
        issued_on=parse_date(asked.issued_on) if asked.issued_on else None,
        due=parse_deadline(asked.due, site.runtime.clock()) if asked.due else None,
    )


@router.get("/corrections")
def read(site: SiteDep, actor: ActorDep, distribution_id: Id, limit: Limit = 200) -> CorrectionsShape:
    """What was made of a document since it was distributed."""
    scope, now = scope_of(actor, distribution_id), site.runtime.clock()
    with site.runtime.sessions() as session:
        head = head_in_scope(session, scope)
        made = recorded_corrections(session, distribution_id)
        recall = recall_progress(session, scope, now, limit) if head["recalled_at"] is not None else None
    lines = [
        CorrectionShape(kind=line.kind, number=line.number, note=line.note, at=line.at, by=one.by)
        for one in made
        for line in [one.correction]
    ]
    return CorrectionsShape(corrections=lines, recall=RecallShape.model_validate(recall) if recall else None)


@router.post("/errata", status_code=201)
def add_erratum(site: SiteDep, actor: ActorDep, distribution_id: Id, given: Erratum) -> Numbered:
    """Đính chính: everybody listed is told; confirmations stand."""
    return Numbered(number=issue_erratum(site.runtime, actor, distribution_id, given.note))


@upload_router.post(
    "/replacement",
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"multipart/form-data": {"schema": _form_schema()}},
        }
    },
)
def replace_text(
    site: SiteDep, actor: ActorDep, distribution_id: Id, replacement: Annotated[Replacement, Depends(replacement_of)]
) -> Numbered:
    """Thay thế: a new revision, which everybody listed confirms anew. Another in force than `replaces` is a 409."""
    return Numbered(number=replace_document(site.runtime, actor, distribution_id, replacement))


@router.post("/recall", status_code=204)
def recall_text(site: SiteDep, actor: ActorDep, distribution_id: Id, given: Recall) -> None:
    """Thu hồi: nobody reads it any more, and everybody listed is asked to remove it. It cannot be undone."""
    recall_document(site.runtime, actor, distribution_id, given.reason)


@inbox_router.post("/inbox/{distribution_id}/confirm-recall")
def confirm(site: SiteDep, actor: SessionActorDep, distribution_id: Id) -> RecallConfirmedShape:
    """Record that the person removed a recalled document. A session's POST, with `X-Form-Token`."""
    return RecallConfirmedShape.model_validate(confirm_recall(site.runtime, actor, distribution_id, Route.INBOX))
