"""The form of a posting: every field as it was typed, so that a mistake costs nobody what was written."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import product

from service.domain import texts
from service.domain.control import MOST_QUESTIONS, ControlQuestion
from service.domain.deadlines import Deadline, WorkingDays, parse_date
from service.domain.documents import (
    Mode,
    NewFile,
    Posting,
    Signer,
    SigningAuthority,
    Urgency,
    check_posting,
    parse_urgency,
    secrecy_mark,
)
from service.domain.errors import (
    BadDate,
    BadNumber,
    BadQuestion,
    DueWithoutConfirming,
    EmptyAudience,
    EmptyFileName,
    MissingAudience,
    MissingTitle,
    Refused,
    SecrecyMark,
    TooLong,
    TooManyTerms,
    UnknownDocumentType,
    UnknownTerm,
    UnknownUrgency,
)
from service.web import due_fields
from service.web.fields import Sent

EVERYBODY = "all"
CHOSEN = "chosen"
WRITTEN = "written"

_PLACES: Mapping[type[Refused], str] = {
    MissingTitle: "title",
    UnknownDocumentType: "type_code",
    BadNumber: "number",
    UnknownUrgency: "urgency",
    DueWithoutConfirming: due_fields.DAY,
    UnknownTerm: "audience",
    MissingAudience: "audience",
    EmptyAudience: "audience",
    TooManyTerms: "audience",
    EmptyFileName: "files",
    BadQuestion: "questions",
}

_FIELDS: Mapping[texts.Field, str] = {
    texts.TITLE: "title",
    texts.NUMBER: "number",
    texts.ISSUING_BODY: "issuing_body",
    texts.SIGNER_POSITION: "signer_position",
    texts.SIGNER_NAME: "signer_name",
    texts.BODY: "body",
    texts.MESSAGE: "message",
    texts.AUDIENCE: "audience",
    texts.FILE_NAME: "files",
    texts.PROMPT: "questions",
    texts.CHOICE: "questions",
}

Errors = dict[str, str]


# Fields that are sent several times under one name.
_SEVERAL = ("unit", "staff_class", "prompt", "choices", "right")


@dataclass(frozen=True, slots=True)
class PostForm:
    """As typed. `key` is drawn with the form and travels with it, so that pressing twice posts once.

    `due_since` is the day from which working days were counted when the preview showed the resulting date: five from
    today must not become five from tomorrow while the page lies open.

    `to` says where the audience comes from: everybody, what is `CHOSEN` by units and classes, or what is `WRITTEN` in
    `audience`.
    """

    key: str = ""
    type_code: str = ""
    number: str = ""
    issued_on: str = ""
    title: str = ""
    issuing_body: str = ""
    signer_authority: str = ""
    signer_position: str = ""
    signer_name: str = ""
    urgency: str = Urgency.NORMAL.word
    body: str = ""
    to: str = EVERYBODY
    unit: tuple[str, ...] = ()
    staff_class: tuple[str, ...] = ()
    audience: str = ""
    mode: str = Mode.ACKNOWLEDGE.value
    due_date: str = ""
    due_time: str = ""
    due_since: str = ""
    message: str = ""
    # A box that is not ticked is not sent.
    joiners: str = ""
    # Of each control question its text, its choices line by line, and the number of the right line.
    prompt: tuple[str, ...] = ("",) * MOST_QUESTIONS
    choices: tuple[str, ...] = ("",) * MOST_QUESTIONS
    right: tuple[str, ...] = ("",) * MOST_QUESTIONS

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Name and value of every field, for carrying the form unseen through the next page."""
        single = [(name, value) for name, value in asdict(self).items() if isinstance(value, str)]
        several = [(name, value) for name in _SEVERAL for value in getattr(self, name)]
        return (*single, *several)

    @property
    def questions(self) -> tuple[ControlQuestion, ...]:
        """Those of which anything was filled in."""
        rows = zip(self.prompt, self.choices, self.right, strict=False)
        return tuple(_question(prompt, choices, right) for prompt, choices, right in rows if (prompt + choices).strip())

    @property
    def expression(self) -> str:
        """The audience as the contract writes it; units and classes chosen together intersect."""
        if self.to == EVERYBODY:
            return "all"
        if self.to == WRITTEN:
            return self.audience
        chosen_units = [f"unit:{code}" for code in self.unit]
        chosen_classes = [f"class:{word}" for word in self.staff_class]
        if chosen_units and chosen_classes:
            return ",".join("&".join(pair) for pair in product(chosen_units, chosen_classes))
        return ",".join(chosen_units or chosen_classes)


def new_form(issuing_body: str) -> PostForm:
    return PostForm(key=new_key(), issuing_body=issuing_body)


def new_key() -> str:
    return secrets.token_urlsafe(16)


def read_form(sent: Sent) -> PostForm:
    """What was sent; a field that is missing keeps what an empty form has."""
    form = PostForm()
    single = {name: sent.text(name) for name, value in asdict(form).items() if isinstance(value, str) and name in sent}
    several = {name: sent.texts(name) for name in _SEVERAL if name in sent}
    return replace(form, **single, **several)  # type: ignore[arg-type]  # the names are those of the form


def _question(prompt: str, choices: str, right: str) -> ControlQuestion:
    """The right line is found among the lines as typed; empty ones are no choices."""
    marked = int(right) if re.fullmatch(r"[0-9]", right, re.ASCII) else 0
    written = [(number, line) for number, line in enumerate(choices.split("\n"), 1) if line.strip()]
    place = next((place for place, (number, _) in enumerate(written, 1) if number == marked), 0)
    return ControlQuestion(prompt, tuple(line for _, line in written), place)


@dataclass(slots=True)
class Read:
    """A posting read out of a form, as far as it could be, and what is wrong with it, by field."""

    posting: Posting
    errors: Errors = field(default_factory=dict)

    def refuse(self, refused: Refused, place: str = "") -> None:
        self.errors.setdefault(place or place_of(refused, self.posting), refused.vi)


def read_posting(form: PostForm, files: tuple[NewFile, ...], now: datetime, max_file_bytes: int) -> Read:
    """Everything that can be judged without the directory; `now` stands in the office's zone."""
    read = Read(_posting(form, files))
    _read_dates(read, form, now)
    _read_urgency(read, form)
    try:
        check_posting(read.posting, max_file_bytes)
    except Refused as refused:
        read.refuse(refused)
    if not form.type_code:
        read.errors["type_code"] = "Chọn loại văn bản."
    _check_audience(read, form)
    return read


def _check_audience(read: Read, form: PostForm) -> None:
    """Marks that would not count are a mistake: nobody sends to the whole office by overlooking a button."""
    has_marks = bool(form.unit or form.staff_class)
    if form.to == CHOSEN and not has_marks:
        read.errors["audience"] = "Chọn ít nhất một đơn vị hoặc một loại."
    elif form.to != CHOSEN and has_marks:
        read.errors["audience"] = "Đã đánh dấu đơn vị hoặc loại; chọn “Theo đơn vị và loại”, hoặc bỏ các dấu đó."
    elif form.to != WRITTEN and form.audience.strip():
        read.errors["audience"] = "Đã ghi biểu thức người nhận; chọn “Ghi thành biểu thức”, hoặc xóa biểu thức."


def place_of(refused: Refused, posting: Posting) -> str:
    """The field that a refusal is about; empty when it is about none of them."""
    if isinstance(refused, SecrecyMark):
        return next((name for name in ("title", "number") if secrecy_mark(getattr(posting, name))), "body")
    if isinstance(refused, TooLong):
        return next((place for field, place in _FIELDS.items() if field == refused.facts["field"]), "")
    return next((place for kind, place in _PLACES.items() if isinstance(refused, kind)), "")


def _posting(form: PostForm, files: tuple[NewFile, ...]) -> Posting:
    is_authority = form.signer_authority in set(SigningAuthority)
    authority = SigningAuthority(form.signer_authority) if is_authority else SigningAuthority.HEAD
    return Posting(
        title=form.title,
        body=form.body,
        number=form.number,
        type_code=form.type_code,
        issuing_body=form.issuing_body,
        signer=Signer(authority, form.signer_position, form.signer_name),
        mode=Mode.INFORM if form.mode == Mode.INFORM.value else Mode.ACKNOWLEDGE,
        audience=form.expression,
        message=form.message,
        files=files,
        adds_joiners=bool(form.joiners),
        questions=form.questions,
    )


def _read_dates(read: Read, form: PostForm, now: datetime) -> None:
    try:
        if form.issued_on.strip():
            read.posting = replace(read.posting, issued_on=parse_date(form.issued_on))
    except Refused as refused:
        read.refuse(refused, "issued_on")
    due, wrong = due_fields.read_due(form.due_date, form.due_time, now)
    for place, mistake in wrong.items():
        read.refuse(mistake, place)
    try:
        read.posting = replace(read.posting, due=_counted(due, form, now))
    except Refused as refused:
        read.refuse(refused, due_fields.DAY)


def _counted(deadline: Deadline | None, form: PostForm, now: datetime) -> Deadline | None:
    """Raises: BadDate, when working days count from a day that is none, or has not come."""
    if not isinstance(deadline, WorkingDays) or not form.due_since:
        return deadline
    since = parse_date(form.due_since)
    if since > now.date():
        raise BadDate(given=form.due_since)
    return replace(deadline, since=since)


def _read_urgency(read: Read, form: PostForm) -> None:
    try:
        read.posting = replace(read.posting, urgency=parse_urgency(form.urgency))
    except Refused as refused:
        read.refuse(refused)
