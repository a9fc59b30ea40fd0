"""Documents as the office issues them: types, urgency, signer, files, and what makes a posting acceptable.

Types, abbreviations and the parts of a document follow Nghị định 30/2020/NĐ-CP (Điều 7, 8 and Phụ lục III).
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import IntEnum, StrEnum

from service.domain.control import ControlQuestion, kept_questions
from service.domain.deadlines import Deadline
from service.domain.errors import (
    BadNumber,
    DueWithoutConfirming,
    EmptyFileName,
    FileTooLarge,
    MissingTitle,
    QuestionsWithoutConfirming,
    SecrecyMark,
    UnknownDocumentType,
    UnknownUrgency,
)
from service.domain.texts import (
    AUDIENCE,
    BODY,
    FILE_NAME,
    ISSUING_BODY,
    MESSAGE,
    NUMBER,
    SIGNER_NAME,
    SIGNER_POSITION,
    TITLE,
    check_text,
    one_line,
    several_lines,
)
from service.domain.vietnamese import comparable, nfc, strip_controls


class DocumentGroup(StrEnum):
    ADMINISTRATIVE = "administrative"
    LEGAL = "legal"
    INTERNAL = "internal"

    @property
    def label(self) -> str:
        return _GROUP_LABELS[self]


_GROUP_LABELS = {
    DocumentGroup.ADMINISTRATIVE: "Văn bản hành chính",
    DocumentGroup.LEGAL: "Văn bản quy phạm pháp luật",
    DocumentGroup.INTERNAL: "Tài liệu nội bộ (không số)",
}


@dataclass(frozen=True, slots=True)
class DocumentType:
    """`code` names the type inside this service; `abbreviation` stands in its numbers and symbols, empty for none."""

    code: str
    name: str
    group: DocumentGroup
    abbreviation: str = ""


def _administrative(code: str, name: str) -> DocumentType:
    return DocumentType(code, name, DocumentGroup.ADMINISTRATIVE, abbreviation=code)


DOCUMENT_TYPES = (
    _administrative("NQ", "Nghị quyết"),
    _administrative("QĐ", "Quyết định"),
    _administrative("CT", "Chỉ thị"),
    _administrative("QC", "Quy chế"),
    _administrative("QyĐ", "Quy định"),
    _administrative("TC", "Thông cáo"),
    _administrative("TB", "Thông báo"),
    _administrative("HD", "Hướng dẫn"),
    _administrative("CTr", "Chương trình"),
    _administrative("KH", "Kế hoạch"),
    _administrative("PA", "Phương án"),
    _administrative("ĐA", "Đề án"),
    _administrative("DA", "Dự án"),
    _administrative("BC", "Báo cáo"),
    _administrative("BB", "Biên bản"),
    _administrative("TTr", "Tờ trình"),
    _administrative("HĐ", "Hợp đồng"),
    DocumentType("CV", "Công văn", DocumentGroup.ADMINISTRATIVE),
    _administrative("CĐ", "Công điện"),
    _administrative("BGN", "Bản ghi nhớ"),
    _administrative("BTT", "Bản thỏa thuận"),
    _administrative("GUQ", "Giấy ủy quyền"),
    _administrative("GM", "Giấy mời"),
    _administrative("GGT", "Giấy giới thiệu"),
    _administrative("GNP", "Giấy nghỉ phép"),
    _administrative("PG", "Phiếu gửi"),
    _administrative("PC", "Phiếu chuyển"),
    _administrative("PB", "Phiếu báo"),
    DocumentType("TCg", "Thư công", DocumentGroup.ADMINISTRATIVE),
    DocumentType("Luật", "Luật", DocumentGroup.LEGAL),
    DocumentType("PL", "Pháp lệnh", DocumentGroup.LEGAL),
    DocumentType("NĐ", "Nghị định", DocumentGroup.LEGAL, "NĐ"),
    DocumentType("TT", "Thông tư", DocumentGroup.LEGAL, "TT"),
    DocumentType("TTLT", "Thông tư liên tịch", DocumentGroup.LEGAL, "TTLT"),
    DocumentType("NQ-QPPL", "Nghị quyết (QPPL)", DocumentGroup.LEGAL, "NQ"),
    DocumentType("QĐ-QPPL", "Quyết định (QPPL)", DocumentGroup.LEGAL, "QĐ"),
    DocumentType("TLNB", "Tài liệu nội bộ", DocumentGroup.INTERNAL),
)

# Documents issued before NĐ 30/2020 bear the abbreviations of Thông tư 01/2011/TT-BNV.
_LEGACY_ABBREVIATIONS = {"GN": "BGN", "TTh": "BTT", "UQ": "GUQ", "GT": "GGT", "NP": "GNP"}

_TYPES_BY_CODE = {comparable(kind.code): kind for kind in DOCUMENT_TYPES}
_TYPES_BY_CODE |= {comparable(old): _TYPES_BY_CODE[comparable(new)] for old, new in _LEGACY_ABBREVIATIONS.items()}


def document_type(code: str) -> DocumentType:
    """The type with this code or its abbreviation before 2020, in either case.

    Accents tell types apart (HĐ Hợp đồng, HD Hướng dẫn), so they count.

    Raises:
        UnknownDocumentType: there is none.
    """
    kind = _TYPES_BY_CODE.get(comparable(code.strip()))
    if kind is None:
        raise UnknownDocumentType(given=code)
    return kind


class Urgency(IntEnum):
    """How fast a document must be handled, in order of severity (NĐ 30/2020, Phụ lục I)."""

    NORMAL = 0
    URGENT = 1
    VERY_URGENT = 2
    FLASH = 3

    @property
    def label(self) -> str:
        return _URGENCY_NAMES[self][1]

    @property
    def word(self) -> str:
        """What is typed at the command line and in the API."""
        return _URGENCY_NAMES[self][0]


_URGENCY_NAMES = {
    Urgency.NORMAL: ("thuong", "Thường"),
    Urgency.URGENT: ("khan", "Khẩn"),
    Urgency.VERY_URGENT: ("thuong-khan", "Thượng khẩn"),
    Urgency.FLASH: ("hoa-toc", "Hỏa tốc"),
}
_URGENCIES_BY_WORD = {urgency.word: urgency for urgency in Urgency}


def parse_urgency(word: str) -> Urgency:
    """One of thuong, khan, thuong-khan, hoa-toc.

    Raises:
        UnknownUrgency: any other word.
    """
    urgency = _URGENCIES_BY_WORD.get(word.strip().lower())
    if urgency is None:
        raise UnknownUrgency(given=word)
    return urgency


class Mode(StrEnum):
    INFORM = "inform"
    ACKNOWLEDGE = "acknowledge"

    @property
    def label(self) -> str:
        return _MODE_LABELS[self]


_MODE_LABELS = {Mode.INFORM: "Để biết", Mode.ACKNOWLEDGE: "Phải xác nhận"}


class SigningAuthority(StrEnum):
    """In whose place one signs (NĐ 30/2020, Phụ lục I); the head of an agency signs without."""

    HEAD = ""
    COLLECTIVE = "TM."
    ACTING = "Q."
    DEPUTY = "KT."
    BY_ORDER = "TL."
    SUB_DELEGATED = "TUQ."


@dataclass(frozen=True, slots=True)
class Signer:
    """Any part may be unknown and then stays empty: the service invents none."""

    authority: SigningAuthority = SigningAuthority.HEAD
    position: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class FileMeta:
    """A kept file without its content. `size` in bytes, `sha256` in lower-case hexadecimal."""

    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class NewFile:
    name: str
    media_type: str
    content: bytes

    @property
    def meta(self) -> FileMeta:
        return FileMeta(self.name, self.media_type, len(self.content), hashlib.sha256(self.content).hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """What the secretariat asks to publish, and to whom.

    `title` is the trích yếu, `body` the text of the document, `message` the sender's own words beside it. `audience` is
    the expression as typed. `due` is when confirming ends, as asked for, `send_at` when sending starts; moments know
    their zone.
    With `adds_joiners` people who come to the audience after the list was frozen are listed too.
    """

    title: str
    body: str = ""
    number: str = ""
    type_code: str
    issued_on: date | None = None
    issuing_body: str = ""
    signer: Signer = Signer()
    urgency: Urgency = Urgency.NORMAL
    mode: Mode = Mode.INFORM
    due: Deadline | None = None
    audience: str
    message: str = ""
    files: tuple[NewFile, ...] = ()
    send_at: datetime | None = None
    adds_joiners: bool = False
    questions: tuple[ControlQuestion, ...] = ()


_SECRECY_MARKS = {"MẬT": "MẬT", "TỐIMẬT": "TỐI MẬT", "TUYỆTMẬT": "TUYỆT MẬT"}
_NO_LETTERS = re.compile(r"[\W_]+")


def secrecy_mark(text: str) -> str | None:
    """The first secrecy mark in a text: MẬT, TỐI MẬT or TUYỆT MẬT in capitals on a line of its own.

    White space, brackets, asterisks and the like around and between the letters are passed over, for stamps are often
    typed as `[MẬT]`, `**TỐI MẬT**` or `M Ậ T`.
    """
    for line in nfc(text).splitlines():
        mark = _SECRECY_MARKS.get(_NO_LETTERS.sub("", line))
        if mark is not None:
            return mark
    return None


def check_posting(posting: Posting, max_file_bytes: int) -> None:
    """Pass when a posting, exactly as it was asked for, may become a document.

    Raises:
        MissingTitle: no printable character in the title.
        UnknownDocumentType: see `document_type`.
        BadNumber: the number and symbol hold a control character.
        UnstorableText: a text holds what no database keeps.
        TooLong: a text is longer than its field.
        SecrecyMark: a text or an attached plain text bears one.
        EmptyFileName: no printable character in a file's name.
        FileTooLarge: a file holds more than `max_file_bytes`.
        BadQuestion: a control question is none, or nothing is to be confirmed.
        DueWithoutConfirming: a deadline for confirming, and nothing is to be confirmed.
    """
    if not _is_legible(posting.title):
        raise MissingTitle
    document_type(posting.type_code)
    check_content(posting.body, posting.number, posting.files, max_file_bytes)
    _check_texts(posting)
    for text in (posting.title, posting.message, posting.audience):
        check_secrecy(text)
    if posting.questions and posting.mode is not Mode.ACKNOWLEDGE:
        raise QuestionsWithoutConfirming
    if posting.due is not None and posting.mode is not Mode.ACKNOWLEDGE:
        raise DueWithoutConfirming
    kept_questions(posting.questions)


def check_content(body: str, number: str, files: Iterable[NewFile], max_file_bytes: int) -> None:
    """Pass when these may be published, whether first or in the place of others.

    Raises:
        BadNumber, UnstorableText, TooLong, SecrecyMark, EmptyFileName, FileTooLarge: as in `check_posting`.
    """
    _check_number(number)
    check_text(BODY, body)
    for text in (number, body):
        check_secrecy(text)
    for file in files:
        _check_file(file, max_file_bytes)


def as_kept(posting: Posting) -> Posting:
    """A checked posting in the form in which it is stored.

    Number and symbol are text, NFC and trimmed, nothing else (`30c/NQ-CP`, `425/VTLTNN - NVTW`). Titles, names, file
    names and the audience are one NFC line, the message is several. Body and files are kept to the letter: nobody
    corrects an issued document.
    """
    return replace(
        posting,
        title=one_line(TITLE, posting.title),
        number=kept_number(posting.number),
        type_code=document_type(posting.type_code).code,
        issuing_body=one_line(ISSUING_BODY, posting.issuing_body),
        signer=replace(
            posting.signer,
            position=one_line(SIGNER_POSITION, posting.signer.position),
            name=one_line(SIGNER_NAME, posting.signer.name),
        ),
        audience=one_line(AUDIENCE, posting.audience),
        message=several_lines(MESSAGE, posting.message),
        files=kept_files(posting.files),
        questions=kept_questions(posting.questions),
    )


def kept_number(number: str) -> str:
    return nfc(number.strip())


def kept_files(files: Iterable[NewFile]) -> tuple[NewFile, ...]:
    return tuple(replace(file, name=one_line(FILE_NAME, file.name)) for file in files)


def _check_number(given: str) -> None:
    number = given.strip()
    if strip_controls(number) != number:
        raise BadNumber(given=given)
    check_text(NUMBER, nfc(number))


def _check_texts(posting: Posting) -> None:
    several_lines(MESSAGE, posting.message)
    for field, typed in (
        (TITLE, posting.title),
        (ISSUING_BODY, posting.issuing_body),
        (SIGNER_POSITION, posting.signer.position),
        (SIGNER_NAME, posting.signer.name),
        (AUDIENCE, posting.audience),
    ):
        one_line(field, typed)


def check_secrecy(text: str) -> None:
    """Pass when a text bears no secrecy mark.

    Raises:
        SecrecyMark: it does.
    """
    mark = secrecy_mark(text)
    if mark is not None:
        raise SecrecyMark(mark=mark)


def _check_file(file: NewFile, max_bytes: int) -> None:
    if not _is_legible(file.name):
        raise EmptyFileName
    name = one_line(FILE_NAME, file.name)
    if len(file.content) > max_bytes:
        raise FileTooLarge(name=name, limit=max_bytes)
    if file.media_type == "text/plain":
        check_secrecy(file.content.decode("utf-8", "replace"))


def _is_legible(text: str) -> bool:
    return any(char.isprintable() and not char.isspace() for char in text)
