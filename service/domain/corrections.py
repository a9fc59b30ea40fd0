"""Corrections of a published document by the meaning of the law (NĐ 30/2020/NĐ-CP, Điều 18), and what each asks for.

Đính chính (18.3, an error of form): everybody is told, confirmations stand. Thay thế (18.3, an error of content): a new
revision, which everybody confirms anew; earlier confirmations stay with the revision they meant. Thu hồi (18.4b): the
document is not read any more, and each recipient says that they have removed it. A recall is final.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from service.domain.deadlines import Deadline
from service.domain.documents import Mode, NewFile, check_content, check_secrecy
from service.domain.errors import (
    CorrectedMeanwhile,
    DocumentRecalled,
    DueNeeded,
    MissingNote,
    NothingChanged,
    NothingToConfirm,
)
from service.domain.occasions import RECALL, Occasion
from service.domain.occasions import Kind as Letter
from service.domain.texts import NOTE, several_lines
from service.domain.vietnamese import moment


class Kind(StrEnum):
    ERRATUM = "erratum"
    REPLACEMENT = "replacement"
    RECALL = "recall"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {Kind.ERRATUM: "Đính chính", Kind.REPLACEMENT: "Thay thế", Kind.RECALL: "Thu hồi"}


def announced_by(kind: Kind, number: int) -> Occasion:
    """The letter that tells everybody of a correction."""
    if kind is Kind.RECALL:
        return RECALL
    return Occasion(Letter.ERRATUM if kind is Kind.ERRATUM else Letter.REVISION, number)


@dataclass(frozen=True, slots=True)
class Correction:
    """`number` counts the corrections of a kind from 1; that of a replacement is the revision which it brought."""

    kind: Kind
    number: int
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Erratum:
    """A correction of form, with the revision that it corrects."""

    revision: int
    number: int
    note: str
    at: datetime


def errata(corrections: Iterable[Correction]) -> tuple[Erratum, ...]:
    """The errata among the corrections of one distribution, which come in the order in which they were made."""
    found, revision = [], 1
    for one in corrections:
        if one.kind is Kind.REPLACEMENT:
            revision = one.number
        elif one.kind is Kind.ERRATUM:
            found.append(Erratum(revision, one.number, one.note, one.at))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """What is to stand in the place of revision `replaces`.

    `body` is its whole text. `files` are all of its files, None for those of the revision before. An empty `number` and
    no `issued_on`: it bears those of the document. `due` is a new deadline as asked for, None for the one there is.
    """

    replaces: int
    note: str
    body: str
    files: tuple[NewFile, ...] | None = None
    number: str = ""
    issued_on: date | None = None
    due: Deadline | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A distribution as a correction finds it. `body` is the text in force, `digests` those of its files, in order."""

    revision: int
    mode: Mode
    due_at: datetime | None
    recalled_at: datetime | None
    body: str
    digests: tuple[tuple[str, str], ...]


def check_standing(recalled_at: datetime | None) -> None:
    """Pass when a document may still be corrected, read and confirmed.

    Raises:
        DocumentRecalled: it was taken back, and that is final.
    """
    if recalled_at is not None:
        raise DocumentRecalled


def check_replacement(replacement: Replacement, standing: Standing, now: datetime, max_file_bytes: int) -> None:
    """Pass when a replacement may be published; the rules of a posting hold for it too.

    Raises:
        DocumentRecalled: the document was taken back.
        CorrectedMeanwhile: another revision is in force than the one it replaces.
        NothingChanged: text and files are those in force.
        DueNeeded: the deadline in force has passed and there is no new one.
        NothingToConfirm: it has a deadline, and nobody is asked to confirm.
        Refused: see `documents.check_content`.
    """
    check_standing(standing.recalled_at)
    if replacement.replaces != standing.revision:
        raise CorrectedMeanwhile(given=replacement.replaces, current=standing.revision)
    check_content(replacement.body, replacement.number, replacement.files or (), max_file_bytes)
    if is_same_text(replacement.body, standing.body) and _has_same_files(replacement, standing):
        raise NothingChanged
    _check_deadline(replacement.due, standing, now)


def kept_note(typed: str) -> str:
    """What is corrected, or why, in the form in which it is kept: see `texts.several_lines`.

    Raises:
        MissingNote: nothing legible stands in it.
        TooLong: it is longer than its field.
        UnstorableText: no database keeps it.
        SecrecyMark: it bears one.
    """
    kept = several_lines(NOTE, typed)
    if not any(char.isalnum() for char in kept):
        raise MissingNote
    check_secrecy(kept)
    return kept


def is_same_text(one: str, other: str) -> bool:
    """Whether two texts read the same: forms of a browser give every line end as one kind."""
    return in_lines(one) == in_lines(other)


def in_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _has_same_files(replacement: Replacement, standing: Standing) -> bool:
    if replacement.files is None:
        return True
    return tuple((file.name, file.meta.sha256) for file in replacement.files) == standing.digests


def _check_deadline(due: Deadline | None, standing: Standing, now: datetime) -> None:
    if due is not None and standing.mode is not Mode.ACKNOWLEDGE:
        raise NothingToConfirm
    if due is not None or standing.due_at is None or standing.mode is not Mode.ACKNOWLEDGE:
        return
    if standing.due_at <= now:
        raise DueNeeded(due=moment(standing.due_at.astimezone(now.tzinfo)))
