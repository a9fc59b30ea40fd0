"""The secretariat corrects, replaces or recalls what it published (NĐ 30/2020/NĐ-CP, Điều 18).

Each correction holds its distribution's row: it comes before or behind a confirmation, a part of the list or another
correction, never between. Its moment is read behind the hold, so that moments say who came first. From its commit on
no worker takes up a letter that tells of the text before, and nobody confirms it; `announce_corrections` then tells
everybody.
"""

from dataclasses import replace

from sqlalchemy.orm import Session

from service import doorbell
from service.actions.list_recipients import finish_list
from service.actions.office_calendar import office_calendar
from service.actions.own_deadlines import settle_own_deadlines
from service.domain.corrections import Correction, Kind, Replacement, check_replacement, check_standing, kept_note
from service.domain.deadlines import Due, check_due, work_out
from service.domain.documents import kept_files, kept_number
from service.domain.errors import NotFound, NothingChanged
from service.domain.evidence import Deed, Detail, digest_of, entry, instant
from service.domain.roles import Act, Actor
from service.runtime import Runtime
from service.store import evidence
from service.store.corrections import (
    Held,
    add_correction,
    corrections_of,
    hold,
    put_in_force,
    take_back,
)
from service.store.documents import add_revision, document_row, stored_files
from service.store.excuses import hold_absences
from service.store.own_deadlines import Whose


def issue_erratum(runtime: Runtime, actor: Actor, distribution_id: int, note: str) -> int:
    """Đính chính: tell everybody listed what is corrected; confirmations stand. Returns its number.

    Raises:
        NotFound: the actor may not correct, or there is no such distribution.
        DocumentRecalled: the document was taken back.
        MissingNote, TooLong, UnstorableText, SecrecyMark: see `kept_note`.
        NothingChanged: the last erratum says the same, as when a form is sent twice.
    """
    actor.must(Act.CORRECT)
    kept = kept_note(note)
    with runtime.sessions.begin() as session:
        held = _hold(session, distribution_id)
        earlier = [one for one in corrections_of(session, distribution_id) if one.kind is Kind.ERRATUM]
        if earlier and earlier[-1].note == kept:
            raise NothingChanged
        erratum = Correction(Kind.ERRATUM, len(earlier) + 1, kept, runtime.clock())
        add_correction(session, distribution_id, erratum, actor.account_id)
        _witness(session, actor, distribution_id, erratum, revision=held.standing.revision)
    runtime.doorbell.ring(doorbell.ANNOUNCE_CORRECTIONS)
    return erratum.number


def replace_document(runtime: Runtime, actor: Actor, distribution_id: int, replacement: Replacement) -> int:
    """Thay thế: publish a new revision, which everybody listed confirms anew. Returns its number.

    Raises:
        NotFound: the actor may not correct, or there is no such distribution.
        Refused: see `kept_note`, `check_replacement` and `check_due`; nothing is stored then.
    """
    actor.must(Act.CORRECT)
    kept = replace(replacement, note=kept_note(replacement.note))
    with runtime.sessions.begin() as session:
        held, now = _hold(session, distribution_id), runtime.clock()
        # The distribution's row first, as everywhere.
        hold_absences(session)
        check_replacement(kept, held.standing, now, runtime.policy.max_file_bytes)
        due = _due(runtime, session, held, kept)
        revision = add_revision(session, held.document_id, _as_kept(kept), now)
        correction = Correction(Kind.REPLACEMENT, revision, kept.note, now)
        add_correction(session, distribution_id, correction, actor.account_id, held.standing.due_at)
        put_in_force(session, distribution_id, revision, due)
        settle_own_deadlines(runtime, session, Whose(distribution_id), now)
        _witness(
            session,
            actor,
            distribution_id,
            correction,
            due_at=_told(due),
            **_contents(session, held.document_id, revision),
        )
    runtime.doorbell.ring(doorbell.ANNOUNCE_CORRECTIONS)
    return revision


def recall_document(runtime: Runtime, actor: Actor, distribution_id: int, reason: str) -> None:
    """Thu hồi: nobody reads it any more, and everybody listed is asked to remove it. It cannot be undone.

    A list that is being drawn, or was to be, ends as it is.

    Raises:
        NotFound: the actor may not correct, or there is no such distribution.
        DocumentRecalled: it was taken back before.
        MissingNote, TooLong, UnstorableText, SecrecyMark: see `kept_note`.
    """
    actor.must(Act.CORRECT)
    why = kept_note(reason)
    with runtime.sessions.begin() as session:
        held, now = _hold(session, distribution_id), runtime.clock()
        recall = Correction(Kind.RECALL, 1, why, now)
        add_correction(session, distribution_id, recall, actor.account_id)
        take_back(session, distribution_id, now)
        if not held.is_listed:
            finish_list(runtime, session, distribution_id, held.frozen_at)
        _witness(session, actor, distribution_id, recall, revision=held.standing.revision)
    runtime.doorbell.ring(doorbell.ANNOUNCE_CORRECTIONS)


def _hold(session: Session, distribution_id: int) -> Held:
    held = hold(session, distribution_id)
    if held is None:
        raise NotFound
    check_standing(held.standing.recalled_at)
    return held


def _due(runtime: Runtime, session: Session, held: Held, replacement: Replacement) -> Due | None:
    if replacement.due is None:
        return None
    now = runtime.clock()
    start = max(held.frozen_at, now)
    due = work_out(replacement.due, start, office_calendar(runtime, session))
    check_due(due.at, now, start)
    return due


def _as_kept(replacement: Replacement) -> Replacement:
    files = None if replacement.files is None else kept_files(replacement.files)
    return replace(replacement, number=kept_number(replacement.number), files=files)


def _told(due: Due | None) -> str | None:
    """None where the deadline stays as it was."""
    return instant(due.at) if due else None


def _contents(session: Session, document_id: int, revision: int) -> dict[str, Detail]:
    document = document_row(session, document_id, revision)
    if document is None:
        message = f"revision {revision} of document {document_id} is missing"
        raise RuntimeError(message)
    files = (file.meta.sha256 for file in stored_files(session, document_id, revision))
    return {"revision": revision, "body": document["body_sha256"], "files": " ".join(files)}


def _witness(session: Session, actor: Actor, distribution_id: int, correction: Correction, **about: Detail) -> None:
    kind, number = correction.kind.value, correction.number
    note = digest_of(correction.note)
    facts = {"distribution": distribution_id, "kind": kind, "number": number, "note_sha256": note, **about}
    evidence.append(session, entry(Deed.CORRECTED, actor, correction.at, **facts))
