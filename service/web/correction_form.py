"""The forms of a correction: every field as it was typed, so that a mistake costs nobody what was written."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from service.domain import texts
from service.domain.corrections import Replacement
from service.domain.deadlines import parse_date
from service.domain.documents import NewFile
from service.domain.errors import (
    BadDate,
    BadNumber,
    DueBeforeSending,
    DueInPast,
    DueNeeded,
    DueTooFar,
    EmptyFileName,
    FilesKeptAndSent,
    FileTooLarge,
    MissingNote,
    NothingToConfirm,
    Refused,
    SecrecyMark,
    TooLong,
)
from service.web.due_fields import read_due
from service.web.fields import Sent

KEPT = "kept"
REPLACED = "replaced"

# The names of the fields are those of the form, so that a refusal finds its place.
_PLACES: Mapping[type[Refused], str] = {
    MissingNote: "note",
    BadNumber: "number",
    SecrecyMark: "body",
    EmptyFileName: "files",
    FileTooLarge: "files",
    FilesKeptAndSent: "files",
    DueNeeded: "due_date",
    DueInPast: "due_date",
    DueBeforeSending: "due_date",
    DueTooFar: "due_date",
    NothingToConfirm: "due_date",
}
_FIELDS: Mapping[texts.Field, str] = {
    texts.NOTE: "note",
    texts.NUMBER: "number",
    texts.BODY: "body",
    texts.FILE_NAME: "files",
}


@dataclass(frozen=True, slots=True)
class ReplacementForm:
    """As typed. `replaces` is the revision that the form was opened on, `old_files` what becomes of its files."""

    replaces: str = ""
    note: str = ""
    body: str = ""
    number: str = ""
    issued_on: str = ""
    due_date: str = ""
    due_time: str = ""
    old_files: str = KEPT


class Misread(Exception):  # noqa: N818 - refusals with their places, not a programming error
    """What is wrong with the fields of a form, by their names; at least one is."""

    def __init__(self, wrong: Mapping[str, Refused]) -> None:
        self.wrong = wrong
        super().__init__("; ".join(map(str, wrong.values())))


def read_form(sent: Sent) -> ReplacementForm:
    form = ReplacementForm()
    return replace(form, **{name: sent.text(name) for name in asdict(form) if name in sent})


def read_replacement(form: ReplacementForm, files: tuple[NewFile, ...], now: datetime) -> Replacement:
    """What is asked for; `now` stands in the office's zone.

    Raises:
        Misread: a date is none, or files were chosen that would not count.
    """
    keeps_files = form.old_files != REPLACED
    issued_on = None
    due, wrong = read_due(form.due_date, form.due_time, now)
    if keeps_files and files:
        wrong["files"] = FilesKeptAndSent()
    try:
        issued_on = parse_date(form.issued_on) if form.issued_on.strip() else None
    except BadDate as refused:
        wrong["issued_on"] = refused
    if wrong:
        raise Misread(wrong)
    return Replacement(
        replaces=int(form.replaces) if form.replaces.isascii() and form.replaces.isdigit() else 0,
        note=form.note,
        body=form.body,
        files=None if keeps_files else files,
        number=form.number,
        issued_on=issued_on,
        due=due,
    )


def place_of(refused: Refused) -> str:
    """The field of the form that a refusal is about; empty when it is about none of them."""
    if isinstance(refused, TooLong):
        return next((place for field, place in _FIELDS.items() if field == refused.facts["field"]), "")
    return next((place for kind, place in _PLACES.items() if isinstance(refused, kind)), "")
