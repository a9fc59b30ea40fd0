"""What an import may find wrong or doubtful in a row: every sentence, in both languages, on one page.

Like the refusals in `errors`, but values: an import names all of them at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Problem(StrEnum):
    MISSING = "missing"
    TOO_LONG = "too-long"
    JOINT = "joint"
    SURPLUS = "surplus"
    DUPLICATE = "duplicate"
    USER_NAME_TAKEN = "user-name-taken"
    UNKNOWN_UNIT = "unknown-unit"
    CIRCLE = "circle"
    UNKNOWN_CLASS = "unknown-class"
    UNKNOWN_ROLE = "unknown-role"
    BAD_DATE = "bad-date"
    UNKNOWN_DAY_KIND = "unknown-day-kind"
    DATES_REVERSED = "dates-reversed"
    BAD_NUMBER = "bad-number"
    INVALID_ADDRESS = "invalid-address"
    OLD_FONT = "old-font"
    UNKNOWN_COLUMN = "unknown-column"
    UNKNOWN_SHEET = "unknown-sheet"
    NOBODY_LEFT = "nobody-left"
    MANY_LEAVE = "many-leave"
    ROLE_NOT_GRANTED = "role-not-granted"


_SENTENCES: Mapping[Problem, tuple[str, str]] = MappingProxyType(
    {
        Problem.MISSING: ("is empty", "để trống"),
        Problem.TOO_LONG: (
            "has {given} characters, {other} are the most",
            "có {given} ký tự, nhiều nhất là {other}",
        ),
        Problem.JOINT: (
            "{given!r} holds a comma or &, which join names when a document is addressed",
            "{given!r} có dấu phẩy hoặc &, là dấu nối khi ghi nơi nhận",
        ),
        Problem.SURPLUS: (
            "{given!r} stands beyond the last column; is there a separator too many?",
            "{given!r} nằm ngoài cột cuối cùng; có thừa dấu phân cách không?",
        ),
        Problem.DUPLICATE: ("{given!r} stands on line {other} too", "{given!r} có cả ở dòng {other}"),
        Problem.USER_NAME_TAKEN: (
            "{given!r} makes the user name {other!r}, which another account has",
            "{given!r} tạo ra tên đăng nhập {other!r} đã có người dùng",
        ),
        Problem.UNKNOWN_UNIT: (
            "there is no unit {given!r} in the directory or this file",
            "không có đơn vị {given!r} trong danh bạ hoặc trong tệp",
        ),
        Problem.CIRCLE: ("the unit stands below itself: {other}", "đơn vị nằm dưới chính nó: {other}"),
        Problem.UNKNOWN_CLASS: (
            "{given!r} is no staff class; write Công chức, Viên chức or Người lao động",
            "{given!r} không phải là loại; ghi Công chức, Viên chức hoặc Người lao động",
        ),
        Problem.UNKNOWN_ROLE: (
            "{given!r} is no role; write manager, secretariat, leadership, auditor or administrator",
            "{given!r} không phải là vai trò; ghi Lãnh đạo đơn vị, Văn thư, Lãnh đạo cơ quan, Kiểm soát hoặc Quản trị",
        ),
        Problem.BAD_DATE: (
            "{given!r} is no date; write dd/MM/yyyy or yyyy-MM-dd",
            "{given!r} không phải là ngày; ghi dd/MM/yyyy hoặc yyyy-MM-dd",
        ),
        Problem.UNKNOWN_DAY_KIND: (
            "{given!r} is no kind of day; write nghỉ or làm bù",
            "{given!r} không phải là loại ngày; ghi nghỉ hoặc làm bù",
        ),
        Problem.DATES_REVERSED: (
            "{given} comes before the first day, {other}",
            "{given} trước ngày bắt đầu {other}",
        ),
        Problem.BAD_NUMBER: (
            "{given!r} is no whole number below a million",
            "{given!r} không phải là số nguyên dưới một triệu",
        ),
        Problem.INVALID_ADDRESS: (
            "{given!r} is no address a mail server takes; the person is listed, not reachable by mail",
            "{given!r} không phải là địa chỉ thư; vẫn ghi tên, không gửi thư được",
        ),
        Problem.OLD_FONT: (
            "{given!r} looks like an old VNI or TCVN3 font; turn the text into Unicode",
            "{given!r} có vẻ dùng phông VNI hoặc TCVN3; chuyển sang Unicode",
        ),
        Problem.UNKNOWN_COLUMN: ("the column is not known and was not read", "không biết cột này nên không đọc"),
        Problem.UNKNOWN_SHEET: (
            "the sheet {given!r} holds neither units nor people and was not read",
            "trang {given!r} không có đơn vị hay người nên không đọc",
        ),
        Problem.NOBODY_LEFT: (
            "rows are refused, so nobody who is missing from the file is taken as having left",
            "có dòng bị từ chối nên không coi ai vắng trong tệp là đã rời cơ quan",
        ),
        Problem.MANY_LEAVE: (
            "{given} of the {other} people in the directory are not in it and would leave; is it the whole staff?",
            "{given}/{other} người trong danh bạ không có trong tệp và sẽ rời cơ quan; tệp đã đủ danh sách chưa?",
        ),
        Problem.ROLE_NOT_GRANTED: (
            "{given} is not granted to {other}: only an administrator grants roles",
            "chưa trao vai trò {given} cho {other}: chỉ quản trị được trao vai trò",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """`line` is 0 for what concerns the whole file, `column` empty for the whole row."""

    line: int
    column: str
    problem: Problem
    given: str = ""
    other: str = ""

    @property
    def reason(self) -> str:
        return _SENTENCES[self.problem][0].format(given=self.given, other=self.other)

    @property
    def vi(self) -> str:
        return _SENTENCES[self.problem][1].format(given=self.given, other=self.other)


@dataclass(frozen=True, slots=True)
class RefusedRow(Finding):
    """What keeps a row out."""


@dataclass(frozen=True, slots=True)
class RowWarning(Finding):
    """What is pointed out and keeps nothing out."""
