"""What the pages show of corrections: to the reader of a document, and to those who look after it. Reads only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from service.domain.corrections import Erratum, errata, in_lines
from service.domain.differences import Gap, Line, abridged, by_line, differences
from service.domain.errors import NotFound
from service.domain.receipts import State
from service.domain.roles import Act, Actor
from service.store.corrections import corrections_of
from service.store.distributions import distribution_row
from service.store.documents import (
    FIRST_REVISION,
    RevisionLine,
    StoredFile,
    document_row,
    revisions_of,
    stored_files,
)
from service.store.receipts import StateFact, receipt_row
from service.web.office_facts import named


@dataclass(frozen=True, slots=True)
class OwnConfirmation:
    """That this reader confirmed a revision which was replaced since."""

    revision: int
    at: datetime


@dataclass(frozen=True, slots=True)
class CorrectionsView:
    """What was corrected in a document. `errata` are those of the revision in force, the newest last.

    `replaced` is the revision in force where it stands in the place of another; `revisions` are all, the newest first,
    empty while there is one only.
    """

    errata: tuple[Erratum, ...]
    replaced: RevisionLine | None
    earlier: tuple[OwnConfirmation, ...]
    revisions: tuple[RevisionLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionView:
    """revision.html: one revision as it was published, and what changed against the one before.

    `changes` is empty for the first revision, and where only its files changed. `shows_text` is False for the revision
    in force: that is read on the document page, where opening it is recorded.
    """

    distribution_id: int
    name: str
    revision: int
    number: str
    published_at: datetime
    note: str
    body: str
    files: tuple[StoredFile, ...]
    changes: tuple[Line | Gap, ...]
    errata: tuple[Erratum, ...]
    is_in_force: bool
    shows_text: bool
    back_href: str
    back_label: str


def corrections_view(session: Session, head: RowMapping, facts: list[StateFact]) -> CorrectionsView:
    """For one reader, whose receipt went through `facts`."""
    revisions = tuple(revisions_of(session, head["document_id"]))
    in_force = next(line for line in revisions if line.revision == head["revision"])
    found = errata(corrections_of(session, head["id"]))
    return CorrectionsView(
        errata=tuple(one for one in found if one.revision == head["revision"]),
        replaced=in_force if in_force.revision > FIRST_REVISION else None,
        earlier=tuple(
            OwnConfirmation(fact.revision, fact.effective_at)
            for fact in facts
            if fact.state is State.ACKNOWLEDGED and fact.revision < head["revision"]
        ),
        revisions=revisions if len(revisions) > 1 else (),
    )


def revision_view(session: Session, actor: Actor, distribution_id: int, revision: int) -> RevisionView:
    """A revision of a document, for those who may read it.

    Raises:
        NotFound: there is none, or the actor may not read it.
    """
    head = distribution_row(session, distribution_id)
    if head is None or not may_read(session, actor, head):
        raise NotFound
    document = document_row(session, head["document_id"], revision)
    if document is None:
        raise NotFound
    before = document_row(session, head["document_id"], revision - 1)
    reads_here = _is_addressee(session, actor, head) and head["recalled_at"] is None
    return RevisionView(
        distribution_id=distribution_id,
        name=named(head["number"], head["title"]),
        revision=revision,
        number=document["number"],
        published_at=document["published_at"],
        note=document["note"],
        body=document["body"],
        files=tuple(stored_files(session, head["document_id"], revision)),
        changes=_changes(before["body"], document["body"]) if before else (),
        errata=tuple(one for one in errata(corrections_of(session, distribution_id)) if one.revision == revision),
        is_in_force=revision == head["revision"] and head["recalled_at"] is None,
        shows_text=revision != head["revision"] or not reads_here,
        back_href=f"/inbox/{distribution_id}" if reads_here else f"/distributions/{distribution_id}",
        back_label="Văn bản" if reads_here else "Đợt gửi này",
    )


def may_read(session: Session, actor: Actor, head: RowMapping) -> bool:
    """The addressees until it is recalled, and those who read every document."""
    if actor.may(Act.READ_DOCUMENTS):
        return True
    return head["recalled_at"] is None and _is_addressee(session, actor, head)


def _is_addressee(session: Session, actor: Actor, head: RowMapping) -> bool:
    return actor.person_id is not None and receipt_row(session, head["id"], actor.person_id) is not None


def _changes(old: str, new: str) -> tuple[Line | Gap, ...]:
    """Blank lines alone part paragraphs on the page already."""
    lines = [line for line in by_line(differences(in_lines(old), in_lines(new))) if line.spans]
    return tuple(abridged(lines)) if any(line.is_changed for line in lines) else ()
