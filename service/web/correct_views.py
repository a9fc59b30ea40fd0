"""What the secretariat sees of a document's corrections: what was made of it so far, and the forms. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from service.domain.documents import Mode
from service.domain.errors import NotFound
from service.domain.roles import Act, Actor
from service.store.corrections import RecordedCorrection, recorded_corrections
from service.store.distributions import distribution_row
from service.store.documents import FIRST_REVISION, StoredFile, document_row, stored_files
from service.store.reports import Scope
from service.web.correction_form import ReplacementForm
from service.web.office_facts import named
from service.web.recall_views import RecallStatus, recall_status

# More of them stand in the report.
_PEOPLE_SHOWN = 50


@dataclass(frozen=True, slots=True)
class OfficeCorrections:
    """The corrections of a distribution on its page. `text_href` leads those to the text who read every document."""

    distribution_id: int
    revision: int
    made: tuple[RecordedCorrection, ...]
    recall: RecallStatus | None
    can_correct: bool
    text_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectView:
    """correct.html: the forms of đính chính, thay thế and thu hồi. `errors` by field, under the empty name of none."""

    distribution_id: int
    name: str
    revision: int
    mode: Mode
    due_at: datetime | None
    files: tuple[StoredFile, ...]
    is_recalled: bool
    replacement: ReplacementForm
    erratum: str
    reason: str
    errors: Mapping[str, str]
    max_file_bytes: int


def office_corrections(
    session: Session, scope: Scope, head: RowMapping, actor: Actor, now: datetime
) -> OfficeCorrections:
    reads = actor.may(Act.READ_DOCUMENTS)
    return OfficeCorrections(
        distribution_id=head["id"],
        revision=head["revision"],
        made=tuple(recorded_corrections(session, head["id"])),
        recall=recall_status(session, scope, now, _PEOPLE_SHOWN),
        can_correct=actor.may(Act.CORRECT) and head["recalled_at"] is None,
        text_href=f"/inbox/{head['id']}/revisions/{head['revision']}" if reads else "",
    )


def correct_view(
    session: Session,
    actor: Actor,
    distribution_id: int,
    *,
    replacement: ReplacementForm | None,
    erratum: str,
    reason: str,
    errors: Mapping[str, str],
    max_file_bytes: int,
) -> CorrectView:
    """Raises: NotFound, when there is no such distribution or the actor may not correct."""
    actor.must(Act.CORRECT)
    head = distribution_row(session, distribution_id)
    document = document_row(session, head["document_id"], head["revision"]) if head else None
    if head is None or document is None:
        raise NotFound
    number = document["number"] if head["revision"] > FIRST_REVISION else ""
    fresh = ReplacementForm(replaces=str(head["revision"]), body=document["body"], number=number)
    return CorrectView(
        distribution_id=distribution_id,
        name=named(head["number"], head["title"]),
        revision=head["revision"],
        mode=Mode(head["mode"]),
        due_at=head["due_at"],
        files=tuple(stored_files(session, head["document_id"], head["revision"])),
        is_recalled=head["recalled_at"] is not None,
        replacement=replacement or fresh,
        erratum=erratum,
        reason=reason,
        errors=errors,
        max_file_bytes=max_file_bytes,
    )
