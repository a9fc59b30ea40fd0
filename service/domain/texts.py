"""What people type: how long each text may be, and the form in which it is kept.

The actions refuse what is longer, so that page, API and command line say the same; the API's schema takes its figures
from here. Characters are code points of the text as it is kept. Cells of an import are judged in `directory`, which
names all that is wrong with a file at once.
"""

from dataclasses import dataclass

from service.domain.errors import EmptyText, MissingReason, TooLong, UnstorableText
from service.domain.vietnamese import nfc, strip_controls, strip_lines


@dataclass(frozen=True, slots=True)
class Field:
    """A text by its names in both languages, with the number of characters that it holds at most."""

    name: str
    vi: str
    longest: int

    def __str__(self) -> str:
        return self.name


TITLE = Field("title", "trích yếu", 2_000)
NUMBER = Field("number and symbol", "số, ký hiệu", 200)
ISSUING_BODY = Field("issuing body", "cơ quan ban hành", 500)
SIGNER_POSITION = Field("signer's position", "chức vụ người ký", 500)
SIGNER_NAME = Field("signer's name", "họ tên người ký", 500)
# Some five hundred pages: a letter carries it whole. Anything longer travels as a file.
BODY = Field("text of the document", "toàn văn", 1_000_000)
MESSAGE = Field("message beside the document", "lời văn thư gửi kèm", 5_000)
AUDIENCE = Field("audience", "nơi nhận", 20_000)
# No common file system takes a longer one.
FILE_NAME = Field("file name", "tên tệp", 255)
IDEMPOTENCY_KEY = Field("Idempotency-Key", "khóa chống gửi lặp", 200)
# A reason stands in a cell of a printed report.
REASON = Field("reason", "lý do", 500)
NOTE = Field("note on the correction", "nội dung đính chính hoặc lý do", 2_000)
USER_NAME = Field("user name", "tên đăng nhập", 200)
PROMPT = Field("control question", "câu hỏi kiểm tra", 500)
CHOICE = Field("choice", "phương án trả lời", 300)
QUESTION = Field("question", "nội dung hỏi", 2_000)
ANSWER = Field("answer", "câu trả lời", 2_000)
DISPLAY_NAME = Field("display name", "tên hiển thị", 200)
LABEL = Field("label", "việc dùng khóa", 200)
KIOSK_NAME = Field("name of the shared PC", "tên máy dùng chung", 200)
DAY_NOTE = Field("note on the day", "ghi chú của ngày", 500)
CODE = Field("code", "mã", 64)
CELL = Field("cell", "ô", 500)


def one_line(field: Field, typed: str) -> str:
    """The text as it is kept: one composed line, without controls and the marks that turn a line's direction.

    Raises:
        UnstorableText: no database keeps it.
        TooLong: it is longer than its field.
    """
    return _checked(field, typed, nfc(strip_controls(typed)))


def several_lines(field: Field, typed: str) -> str:
    """As `one_line`, with its line breaks.

    Raises:
        UnstorableText: no database keeps it.
        TooLong: it is longer than its field.
    """
    return _checked(field, typed, nfc(strip_lines(typed)))


def needed_line(field: Field, typed: str) -> str:
    """As `one_line`, and something stands in it.

    Raises:
        EmptyText: nothing does.
        UnstorableText: no database keeps it.
        TooLong: it is longer than its field.
    """
    kept = one_line(field, typed)
    if not kept:
        raise EmptyText(field=field)
    return kept


def needed_lines(field: Field, typed: str) -> str:
    """As `several_lines`, and something stands in them.

    Raises:
        EmptyText: nothing does.
        UnstorableText: no database keeps it.
        TooLong: it is longer than its field.
    """
    kept = several_lines(field, typed).strip()
    if not any(char.isprintable() and not char.isspace() for char in kept):
        raise EmptyText(field=field)
    return kept


def given_reason(typed: str) -> str:
    """A reason as it is kept.

    Raises:
        MissingReason: there is none.
        UnstorableText: no database keeps it.
        TooLong: it is longer than its field.
    """
    reason = one_line(REASON, typed)
    if not reason:
        raise MissingReason
    return reason


def check_text(field: Field, typed: str) -> None:
    """Pass when a text may be kept to the letter.

    Raises:
        UnstorableText: no database keeps it.
        TooLong: it is longer than its field.
    """
    _checked(field, typed, typed)


def _checked(field: Field, typed: str, kept: str) -> str:
    """PostgreSQL keeps no NUL, and UTF-8 no half of a surrogate pair."""
    if "\0" in typed or any("\ud800" <= char <= "\udfff" for char in typed):
        raise UnstorableText
    if len(kept) > field.longest:
        raise TooLong(field=field, limit=field.longest)
    return kept
