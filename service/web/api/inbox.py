"""What was sent to the caller, and confirming it, in the person's own session alone.

Reading through the API records nothing. What counts as evidence about a person, opening and confirming, is a POST in
that person's own session: a token is a script (contract, promise I4). Whoever makes a token for somebody else, as an
administrator may, does not thereby read what was sent to them.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field
from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from service.actions.acknowledge import acknowledge, open_document
from service.domain.control import MOST_QUESTIONS
from service.domain.corrections import check_standing
from service.domain.documents import Mode, Urgency, document_type
from service.domain.errors import ForgedRequest, NotFound
from service.domain.receipts import Route, State
from service.domain.roles import Actor, Role
from service.store.control import questions_of
from service.store.distributions import distribution_row
from service.store.documents import document_row, file_content, stored_files
from service.store.receipts import facts_of, history_page, inbox_counts, inbox_page, receipt_row
from service.web.api.files import FileShape, file_shapes
from service.web.api.shapes import Cursor, Id, Limit, Moment, Page, Shape, page_of, read_cursor, write_cursor
from service.web.deps import ActorDep, SiteDep
from service.web.downloads import download
from service.web.own_terms import own_terms

router = APIRouter(tags=["inbox"])

_MOST_REVISIONS = 32_767


class OwnSessionNeeded(ForgedRequest):
    code = "own-session-needed"
    en = "Inboxes are read and confirmed in the person's own session: sign in on the page; a bearer token does not do."
    vietnamese = "Chỉ đọc hộp văn bản, xác nhận khi đồng chí tự đăng nhập; không dùng mã truy cập thay cho người."


def session_actor(request: Request, actor: ActorDep) -> Actor:
    """The caller, signed in as a person does.

    Raises:
        OwnSessionNeeded: the request carries a token, whatever else it carries.
    """
    if "authorization" in request.headers:
        raise OwnSessionNeeded
    return actor


SessionActorDep = Annotated[Actor, Depends(session_actor)]


class InboxLine(Shape):
    """`must_confirm` while the person still has to, of a recalled document that it was removed.

    `status` is the receipt's.
    """

    distribution_id: int
    document_id: int
    revision: int
    type: str
    number: str
    title: str
    issuing_body: str
    issued_on: date | None
    mode: Mode
    urgency: str
    due_at: Moment | None
    listed_at: Moment
    status: State
    must_confirm: bool
    recalled_at: Moment | None


class FactShape(Shape):
    revision: int
    state: State
    route: Route
    effective_at: Moment
    recorded_at: Moment
    note: str


class QuestionShape(Shape):
    """A control question to answer with the confirmation."""

    position: int
    prompt: str
    choices: list[str]


class InboxDocument(InboxLine):
    """With the text, the files and everything recorded about this person's receipt.

    `due_at` is the person's own; `common_due_at` everybody's, where an absence moved it, which `moved_because` names.
    `exempted_because` is empty for who is asked to confirm.
    """

    type_name: str
    signer_authority: str
    signer_position: str
    signer_name: str
    message: str
    body: str
    body_sha256: str
    files: list[FileShape]
    questions: list[QuestionShape]
    recorded: list[FactShape]
    common_due_at: Moment | None
    moved_because: str
    exempted_because: str


class Confirming(Shape):
    revision: Annotated[int, Field(ge=1, le=_MOST_REVISIONS, description="The revision that was read")]
    answers: Annotated[
        dict[int, int],
        Field(
            default_factory=dict,
            max_length=MOST_QUESTIONS,
            description="Of each control question its choice, by position, both from 1",
        ),
    ]


class AcknowledgedShape(Shape):
    """`at` is the first time, however often it is repeated."""

    revision: int
    at: Moment
    is_repeat: bool


class MeShape(Shape):
    account_id: int | None
    name: str
    roles: list[Role]
    must_confirm: int
    overdue: int
    unread: int


class HistoryLine(Shape):
    distribution_id: int
    revision: int
    number: str
    title: str
    mode: Mode
    route: Route
    effective_at: Moment


@router.get("/me")
def read_me(site: SiteDep, actor: ActorDep) -> MeShape:
    counts = {"must_confirm": 0, "overdue": 0, "unread": 0}
    if actor.person_id is not None:
        with site.runtime.sessions() as session:
            found = inbox_counts(session, actor.person_id, site.runtime.clock())
        counts = {name: getattr(found, name) for name in counts}
    return MeShape(account_id=actor.account_id, name=actor.name, roles=sorted(actor.roles), **counts)


@router.get("/me/history")
def read_history(site: SiteDep, actor: SessionActorDep, limit: Limit = 50, cursor: Cursor = None) -> Page[HistoryLine]:
    """The caller's own confirmations, newest distribution first. For a session, never for a token."""
    person_id = _person(actor)
    before = read_cursor(cursor)
    with site.runtime.sessions() as session:
        rows = history_page(session, person_id, before=before, limit=limit + 1)
    return page_of(
        rows,
        limit,
        lambda row: HistoryLine(**{name: row[name] for name in HistoryLine.model_fields}),
        lambda row: int(row["distribution_id"]),
    )


@router.get("/inbox")
def list_inbox(site: SiteDep, actor: SessionActorDep, limit: Limit = 50, cursor: Cursor = None) -> Page[InboxLine]:
    """The first page holds what must be confirmed, the first 200 of it, before its `limit` of other lines.

    The other lines come newest first. For a session, never for a token.
    """
    person_id = _person(actor)
    before = read_cursor(cursor)
    with site.runtime.sessions() as session:
        rows = inbox_page(session, person_id, before=before, limit=limit + 1)
    must = [row for row in rows if row["must_confirm"]]
    rest = [row for row in rows if not row["must_confirm"]]
    return Page(
        items=[InboxLine.model_validate(_line_fields(row)) for row in [*must, *rest[:limit]]],
        next_cursor=write_cursor(rest[limit - 1]["distribution_id"]) if len(rest) > limit else None,
    )


@router.get("/inbox/{distribution_id}")
def read(site: SiteDep, actor: SessionActorDep, distribution_id: Id) -> InboxDocument:
    """The document as it was sent to the caller; records nothing. For a session, never for a token."""
    person_id = _person(actor)
    with site.runtime.sessions() as session:
        head, receipt = _own(session, person_id, distribution_id)
        document = document_row(session, head["document_id"], head["revision"])
        if document is None:
            raise NotFound
        files = stored_files(session, head["document_id"], head["revision"])
        recorded = facts_of(session, distribution_id, person_id)
        questions = questions_of(session, distribution_id)
        own = own_terms(session, head, receipt, site.runtime.clock())
    is_asked = head["mode"] == Mode.ACKNOWLEDGE and not own.exempted_because
    must_confirm = is_asked and receipt["status"] != State.ACKNOWLEDGED
    row = {**head, **document, **receipt, "revision": head["revision"], "must_confirm": must_confirm}
    return InboxDocument.model_validate(
        {
            **{name: row[name] for name in InboxDocument.model_fields if name in row},
            **_words(row),
            "type_name": document_type(row["type_code"]).name,
            "files": file_shapes(files, f"/api/v1/inbox/{distribution_id}"),
            "questions": [
                QuestionShape(position=position, prompt=question.prompt, choices=list(question.choices))
                for position, question in enumerate(questions, 1)
            ],
            "recorded": recorded,
            **asdict(own),
        }
    )


@router.get("/inbox/{distribution_id}/files/{file_id}", response_class=Response)
def read_file(site: SiteDep, actor: SessionActorDep, distribution_id: Id, file_id: Id) -> Response:
    """A file of the document, byte for byte. For a session, never for a token."""
    person_id = _person(actor)
    with site.runtime.sessions() as session:
        head, _ = _own(session, person_id, distribution_id)
        found = file_content(session, head["document_id"], file_id)
    if found is None:
        raise NotFound
    return download(found)


@router.post("/inbox/{distribution_id}/open", status_code=204)
def record_opened(site: SiteDep, actor: SessionActorDep, distribution_id: Id) -> None:
    """Record that the person opened the document; the first time is kept. A session's POST, with `X-Form-Token`."""
    open_document(site.runtime, actor, distribution_id, Route.INBOX)


@router.post("/inbox/{distribution_id}/acknowledge")
def confirm(site: SiteDep, actor: SessionActorDep, distribution_id: Id, given: Confirming) -> AcknowledgedShape:
    """Record the person's confirmation; repeating it changes nothing. A session's POST, with `X-Form-Token`."""
    done = acknowledge(site.runtime, actor, distribution_id, given.revision, Route.INBOX, given.answers)
    return AcknowledgedShape.model_validate(done)


def _person(actor: Actor) -> int:
    """An account without a person has no inbox."""
    if actor.person_id is None:
        raise NotFound
    return actor.person_id


def _own(session: Session, person_id: int, distribution_id: int) -> tuple[RowMapping, RowMapping]:
    head = distribution_row(session, distribution_id)
    receipt = receipt_row(session, distribution_id, person_id)
    if head is None or receipt is None:
        raise NotFound
    check_standing(head["recalled_at"])
    return head, receipt


def _line_fields(row: Mapping[Any, Any]) -> dict[str, object]:
    return {name: row[name] for name in InboxLine.model_fields if name in row} | _words(row)


def _words(row: Mapping[Any, Any]) -> dict[str, object]:
    return {"type": row["type_code"], "urgency": Urgency(row["urgency"]).word}
