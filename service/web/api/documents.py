"""Posting a document, and reading what was posted."""

from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError

from service.actions.post_document import Posted, post_document, preview_audience
from service.domain import texts
from service.domain.control import ControlQuestion
from service.domain.deadlines import Due, parse_deadline, parse_moment
from service.domain.documents import Mode, Posting, Signer, SigningAuthority, Urgency, document_type, parse_urgency
from service.domain.errors import BadDate, NotFound
from service.domain.roles import Act
from service.store.documents import FIRST_REVISION, document_row, file_content, revisions_of, stored_files
from service.store.listings import distributions_of
from service.web.api.files import FileShape, file_shapes
from service.web.api.shapes import FIRST_YEAR, LAST_YEAR, Id, Moment, Shape, Text, Word, typed
from service.web.api.uploads import read_form
from service.web.deps import ActorDep, SiteDep
from service.web.downloads import download

router = APIRouter(tags=["documents"])
upload_router = APIRouter(tags=["documents"])

_FILES = "files"
_DAYS = "dd/MM/yyyy or yyyy-MM-dd, each with HH:mm behind it or to the end of that day's work"
_MOMENT = "yyyy-MM-ddTHH:mm (in the office's zone unless it names its own)"

# A form sends every field that it has, the unfilled ones as empty text.
_Unfilled = BeforeValidator(lambda given: None if given == "" else given)


class QuestionGiven(Shape):
    """A control question; `right` counts the choices from 1."""

    prompt: Text
    choices: list[Text]
    right: int


_QUESTIONS = TypeAdapter(list[QuestionGiven])


class PostingForm(Shape):
    """A document and whom it is for. Files are further parts of the form, each named `files`."""

    title: Annotated[Text, typed(texts.TITLE, "Trích yếu")]
    type: Annotated[Word, Field(description="Abbreviation of the type (NĐ 30/2020): KH, QĐ, TB, CV, ...")]
    to: Annotated[Text, typed(texts.AUDIENCE, "all, unit:CODE, class:CLASS, group:NAME, person:CODE, ...")]
    number: Annotated[Text, typed(texts.NUMBER, "Số, ký hiệu, such as 12/KH-SKHCN")] = ""
    issued_on: Annotated[date | None, _Unfilled] = None
    issuing_body: Annotated[Text, typed(texts.ISSUING_BODY)] = ""
    signer_authority: SigningAuthority = SigningAuthority.HEAD
    signer_position: Annotated[Text, typed(texts.SIGNER_POSITION)] = ""
    signer_name: Annotated[Text, typed(texts.SIGNER_NAME)] = ""
    urgency: Annotated[Word, Field(description="thuong, khan, thuong-khan or hoa-toc")] = Urgency.NORMAL.word
    mode: Mode = Mode.INFORM
    due: Annotated[
        Word, Field(description=f"Deadline: {_DAYS}, Nd for N working days, or {_MOMENT}; goes with mode acknowledge")
    ] = ""
    send_at: Annotated[Word, Field(description=f"When sending starts: {_MOMENT}; at once when empty")] = ""
    message: Annotated[Text, typed(texts.MESSAGE, "The sender's own words beside the document")] = ""
    body: Annotated[Text, typed(texts.BODY, "Text of the document, kept to the letter")] = ""
    adds_joiners: Annotated[bool, Field(description="Whether people who come to the audience later are listed too")] = (
        False
    )
    questions: Annotated[
        Text, Field(description='Control questions as JSON: [{"prompt": "...", "choices": ["...", "..."], "right": 1}]')
    ] = ""


def _form_schema() -> dict[str, object]:
    schema = PostingForm.model_json_schema(ref_template="#/components/schemas/{model}")
    inlined: dict[str, dict[str, object]] = schema.pop("$defs")
    schema["properties"] = {
        name: inlined[field["$ref"].rpartition("/")[2]] | {"default": field["default"]} if "$ref" in field else field
        for name, field in schema["properties"].items()
    }
    schema["properties"][_FILES] = {"type": "array", "items": {"type": "string", "format": "binary"}}
    return schema


Revision = Annotated[int | None, Query(ge=1, le=2**15 - 1, description="The one in force when absent")]


class PostedLinks(Shape):
    document: str
    distribution: str
    recipients: str
    report: str


class SpecialDayShape(Shape):
    day: date
    is_working: bool
    note: str


class DueShape(Shape):
    """`days` working days were asked for, null when a date was named.

    `exceptions` are the days in between that counted other than their weekday says; `day_off` says why the office is
    closed on the day itself, empty when it is not.
    """

    at: Moment
    days: int | None
    exceptions: list[SpecialDayShape]
    day_off: str

    @classmethod
    def of(cls, due: Due) -> Self:
        exceptions = [SpecialDayShape(day=day, is_working=d.is_working, note=d.note) for day, d in due.exceptions]
        return cls(at=due.at, days=due.days, exceptions=exceptions, day_off=due.day_off)


class PostedDocument(Shape):
    document_id: int
    distribution_id: int
    due: DueShape | None
    links: PostedLinks


class DocumentShape(Shape):
    id: int
    revision: int
    type: str
    type_name: str
    number: str
    title: str
    issued_on: date | None
    issuing_body: str
    signer_authority: str
    signer_position: str
    signer_name: str
    urgency: str
    published_at: Moment
    body: str
    body_sha256: str
    files: list[FileShape]
    distributions: list[int]


class HeadcountShape(Shape):
    """`inbox_only` have no working address: the inbox reaches them, mail does not."""

    listed: int
    by_mail: int
    inbox_only: int


async def posting_of(request: Request, site: SiteDep, actor: ActorDep) -> Posting:
    """The posting in the form; read only for an actor who may post.

    Raises:
        RequestValidationError: a field is of the wrong shape, unknown, or given twice.
        Refused: a word in a field is none of those it takes.
    """
    actor.must(Act.POST)
    form = await read_form(request, _FILES, site.runtime.policy.max_file_bytes)
    try:
        asked = PostingForm.model_validate(form.fields)
        questions = _QUESTIONS.validate_json(asked.questions or "[]")
    except ValidationError as error:
        raise RequestValidationError([{**found, "loc": ("body", *found["loc"])} for found in error.errors()]) from error
    now = site.runtime.clock()
    return Posting(
        title=asked.title,
        body=asked.body,
        number=asked.number,
        type_code=asked.type,
        issued_on=asked.issued_on,
        issuing_body=asked.issuing_body,
        signer=Signer(asked.signer_authority, asked.signer_position, asked.signer_name),
        urgency=parse_urgency(asked.urgency),
        mode=asked.mode,
        due=parse_deadline(asked.due, now) if asked.due else None,
        audience=asked.to,
        message=asked.message,
        files=form.files,
        send_at=_moment(asked.send_at, now) if asked.send_at else None,
        adds_joiners=asked.adds_joiners,
        questions=tuple(ControlQuestion(one.prompt, tuple(one.choices), one.right) for one in questions),
    )


@upload_router.post(
    "/documents",
    status_code=202,
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _form_schema()}}}},
)
def post(
    site: SiteDep,
    actor: ActorDep,
    posting: Annotated[Posting, Depends(posting_of)],
    idempotency_key: Annotated[
        Text | None,
        Header(
            description="The same key posts once, and gets the same answer each time",
            json_schema_extra={"maxLength": texts.IDEMPOTENCY_KEY.longest},
        ),
    ] = None,
) -> PostedDocument:
    """Publish a document and promise it to an audience.

    The answer comes at once; workers list the people and send the letters. A key that comes back with another posting
    is answered 409.
    """
    return _answer(post_document(site.runtime, actor, posting, key=idempotency_key))


@router.get("/documents/{document_id}")
def read(site: SiteDep, actor: ActorDep, document_id: Id, revision: Revision = None) -> DocumentShape:
    """A document as it is in force, recalled or not, or as an earlier revision had it."""
    actor.must(Act.READ_DOCUMENTS)
    with site.runtime.sessions() as session:
        newest = max((line.revision for line in revisions_of(session, document_id)), default=FIRST_REVISION)
        row = document_row(session, document_id, revision or newest)
        if row is None:
            raise NotFound
        files = stored_files(session, document_id, row["revision"])
        sent = distributions_of(session, document_id)
    return DocumentShape.model_validate(
        {
            **{name: row[name] for name in DocumentShape.model_fields if name in row},
            "type": row["type_code"],
            "type_name": document_type(row["type_code"]).name,
            "urgency": Urgency(row["urgency"]).word,
            "files": file_shapes(files, f"/api/v1/documents/{document_id}"),
            "distributions": sent,
        }
    )


@router.get("/documents/{document_id}/files/{file_id}", response_class=Response)
def read_file(site: SiteDep, actor: ActorDep, document_id: Id, file_id: Id) -> Response:
    actor.must(Act.READ_DOCUMENTS)
    with site.runtime.sessions() as session:
        found = file_content(session, document_id, file_id)
    if found is None:
        raise NotFound
    return download(found)


@router.get("/audience")
def preview(
    site: SiteDep, actor: ActorDep, to: Annotated[Text, Query(json_schema_extra={"maxLength": texts.AUDIENCE.longest})]
) -> HeadcountShape:
    """How many people an audience expression holds now, and how many of them have a working address."""
    return HeadcountShape.model_validate(preview_audience(site.runtime, actor, to))


def _moment(written: str, now: datetime) -> datetime:
    """A moment of this age: at the ends of the calendar other zones have no such time."""
    moment = parse_moment(written, now)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise BadDate(given=written)
    return moment


def _answer(posted: Posted) -> PostedDocument:
    distribution = f"/api/v1/distributions/{posted.distribution_id}"
    return PostedDocument(
        document_id=posted.document_id,
        distribution_id=posted.distribution_id,
        due=DueShape.of(posted.due) if posted.due else None,
        links=PostedLinks(
            document=f"/api/v1/documents/{posted.document_id}",
            distribution=distribution,
            recipients=f"{distribution}/recipients",
            report=f"{distribution}/report",
        ),
    )
