"""What a person sees of the records kept about them: sections, and each row in words. Reads only."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from service.domain.absences import Kind as Absence
from service.domain.audiences import StaffClass
from service.domain.deliveries import Status
from service.domain.directory import INVALID_ADDRESS, NO_ADDRESS
from service.domain.documents import Mode
from service.domain.inquiries import Kind as Inquiry
from service.domain.letters import DigestLine
from service.domain.list_changes import Origin
from service.domain.occasions import parse_occasion
from service.domain.receipts import Route
from service.domain.reminders import step_label
from service.domain.roles import Role
from service.domain.vietnamese import date_short, moment, number
from service.printing.evidence_words import about_words, deed_label
from service.printing.words import OUTCOME_WORDS, PHASE_WORDS, STATE_WORDS, address_problem_label
from service.store.digests import told_lines
from service.store.personal_records import SECTIONS, Owner, Section, count, rows

ROWS_SHOWN = 20

SECTION_WORDS: Mapping[str, str] = {
    "identity": "Tên, đơn vị, chức vụ, địa chỉ thư qua các thời kỳ",
    "account": "Tài khoản",
    "roles": "Vai trò",
    "sign_ins": "Các lần đăng nhập",
    "sessions": "Phiên làm việc còn giữ",
    "api_tokens": "Mã truy cập cho chương trình",
    "receipts": "Văn bản đã gửi đến",
    "receipt_events": "Mở và xác nhận",
    "control_answers": "Trả lời câu hỏi kiểm tra",
    "recall_confirmations": "Xác nhận thu hồi",
    "inquiries": "Câu hỏi và trả lại",
    "exemptions": "Miễn xác nhận",
    "absences": "Vắng có lý do",
    "own_deadlines": "Hạn riêng qua các lần dời",
    "reminders": "Nhắc và đôn đốc",
    "digests": "Bản tổng hợp gửi cho người phụ trách",
    "letters": "Thư",
    "attempts": "Từng lần gửi thư",
    "sheets": "Có tên trên danh sách ký nhận",
    "evidence": "Nhật ký chứng cứ về đồng chí",
    "deeds": "Nhật ký chứng cứ về việc tài khoản này đã làm",
}

COLUMN_WORDS: Mapping[str, str] = {
    "accepted_at": "Máy chủ thư nhận",
    "account": "Tài khoản ghi",
    "active_from": "Làm việc từ",
    "active_to": "Làm việc đến",
    "address": "Địa chỉ thư",
    "address_problem": "Vấn đề địa chỉ",
    "answer": "Trả lời",
    "answered_at": "Trả lời lúc",
    "answered_by": "Người trả lời",
    "asked_at": "Hỏi lúc",
    "attempts": "Số lần thử",
    "channel": "Kênh",
    "choice": "Đã chọn",
    "code": "Mã",
    "counted": "Tính là một lần thử",
    "created_at": "Lập lúc",
    "deactivated_at": "Khóa lúc",
    "delegated_by": "Ủy quyền từ",
    "display_name": "Tên hiển thị",
    "distribution_id": "Đợt gửi",
    "due_at": "Hạn chung",
    "effective_at": "Thời điểm thực tế",
    "email": "Địa chỉ thư",
    "email_problem": "Vấn đề địa chỉ",
    "ended_at": "Kết thúc",
    "entry": "Nội dung",
    "failed_at": "Không đến được lúc",
    "family_name": "Họ và tên đệm",
    "final_at": "Kết thúc lúc",
    "first_day": "Từ ngày",
    "given_name": "Tên",
    "granted_by": "Người cấp",
    "groups": "Nhóm",
    "has_password": "Đã đặt mật khẩu",
    "has_pin": "Đã đặt mã PIN",
    "has_scan": "Có bản quét",
    "in_doubt": "Chưa rõ đã gửi",
    "is_accepted": "Đã nhận lại",
    "is_right": "Trả lời đúng",
    "kind": "Loại",
    "kiosk": "Máy dùng chung",
    "label": "Tên gọi",
    "last_day": "Đến ngày",
    "last_reply": "Máy chủ thư trả lời",
    "lifted_at": "Bỏ miễn lúc",
    "lifted_by": "Người bỏ miễn",
    "line": "Dòng",
    "link_expires_at": "Liên kết đặt mật khẩu hết hạn",
    "listed_at": "Vào danh sách lúc",
    "message_id": "Mã thư",
    "mode": "Yêu cầu",
    "must_change": "Phải đổi mật khẩu",
    "note": "Ghi chú",
    "number": "Số, ký hiệu",
    "occasion": "Dịp gửi",
    "origin": "Cách vào danh sách",
    "origin_reason": "Lý do vào danh sách",
    "outcome": "Kết quả",
    "own_due_at": "Hạn riêng",
    "phase": "Bước",
    "position": "Chức vụ",
    "printed_at": "In lúc",
    "prompt": "Câu hỏi",
    "reason": "Lý do",
    "recipient_name": "Người nhận",
    "recorded_at": "Ghi lúc",
    "recorded_by": "Người ghi",
    "reply": "Máy chủ thư trả lời",
    "revision": "Bản",
    "revoked_at": "Thu hồi lúc",
    "role": "Vai trò",
    "route": "Hình thức",
    "seen_at": "Dùng lần cuối",
    "sent_at": "Gửi lúc",
    "sent_by": "Người đôn đốc",
    "signed_in_at": "Đăng nhập lúc",
    "staff_class": "Diện",
    "started_at": "Bắt đầu",
    "state": "Việc",
    "status": "Tình trạng",
    "step": "Bước nhắc",
    "title": "Trích yếu",
    "told": "Nội dung",
    "unit": "Đơn vị",
    "unit_name": "Đơn vị",
    "username": "Tên đăng nhập",
    "valid_from": "Có hiệu lực từ",
    "valid_to": "Có hiệu lực đến",
    "withdrawn_at": "Rút lúc",
    "withdrawn_by": "Người rút",
    "words": "Nội dung",
}

_LOG = frozenset({"evidence", "deeds"})

_ADDRESS_PROBLEMS = {problem: address_problem_label(problem) for problem in (NO_ADDRESS, INVALID_ADDRESS)}

_VALUE_WORDS: Mapping[str, Mapping[str, str]] = {
    "address_problem": _ADDRESS_PROBLEMS,
    "channel": {"mail": "thư"},
    "email_problem": _ADDRESS_PROBLEMS,
    "kind": {kind.value: kind.label for kind in (*Inquiry, *Absence)},
    "mode": {mode.value: mode.label for mode in Mode},
    "origin": {
        Origin.FROZEN.value: "khi chốt danh sách",
        Origin.RULE.value: "theo quy tắc của đợt gửi",
        Origin.HAND.value: "thêm bằng tay",
    },
    "outcome": OUTCOME_WORDS,
    "phase": {phase.value: words for phase, words in PHASE_WORDS.items()},
    "role": {role.value: role.label for role in Role},
    "route": {route.value: route.label for route in Route},
    "staff_class": {kind.value: kind.label for kind in StaffClass},
    "state": {state.value: words for state, words in STATE_WORDS.items()},
    "status": {
        **{state.value: words for state, words in STATE_WORDS.items()},
        **{status.value: status.label for status in Status},
    },
}


@dataclass(frozen=True, slots=True)
class Record:
    """One row: each thing that is known, with its label."""

    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RecordSection:
    """`count` rows are kept, of which the newest are shown."""

    name: str
    label: str
    count: int
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class RecordsView:
    """records.html: everything that is kept about the person who looks; `empty` labels sections without a row."""

    sections: tuple[RecordSection, ...]
    empty: tuple[str, ...]


def records_view(session: Session, owner: Owner, zone: ZoneInfo) -> RecordsView:
    sections = [_section(session, section, owner, zone) for section in SECTIONS]
    kept = tuple(section for section in sections if section.count)
    return RecordsView(kept, tuple(section.label for section in sections if not section.count))


def _section(session: Session, section: Section, owner: Owner, zone: ZoneInfo) -> RecordSection:
    found = rows(session, section, owner, ROWS_SHOWN)
    records = tuple(_record(section.name, row, zone) for row in found)
    whole = len(records) if len(records) < ROWS_SHOWN else count(session, section, owner)
    return RecordSection(section.name, SECTION_WORDS[section.name], whole, records)


def _record(section: str, row: RowMapping, zone: ZoneInfo) -> Record:
    if section in _LOG:
        return _log_record(row, zone)
    said = ((column, _said(str(column), value, zone)) for column, value in row.items())
    return Record(tuple((COLUMN_WORDS[str(column)], words) for column, words in said if words))


def _log_record(row: RowMapping, zone: ZoneInfo) -> Record:
    """An entry of the evidence log in the words of the log; its very text is in the files."""
    told = json.loads(row["entry"])
    recorded_at = datetime.fromisoformat(told["recorded_at"])
    facts = (("Việc", deed_label(told["deed"])), ("Ghi lúc", moment(recorded_at.astimezone(zone))))
    return Record((*facts, *about_words(told["about"], "", zone)))


def _said(column: str, value: object, zone: ZoneInfo) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "có" if value else "không"
        case datetime() | date():
            return _when(value, zone)
        case list():
            return ", ".join(map(str, value))
        case _:
            return _named(column, str(value), zone)


def _when(value: date, zone: ZoneInfo) -> str:
    return moment(value.astimezone(zone)) if isinstance(value, datetime) else date_short(value)


def _named(column: str, value: str, zone: ZoneInfo) -> str:
    """A word of the tables as the office says it; every other text as it stands."""
    match column:
        case "occasion":
            return parse_occasion(value).label
        case "step":
            return step_label(value)
        case "told":
            return " ".join(_digest_line(line, zone) for line in told_lines(value))
        case _:
            return _VALUE_WORDS.get(column, {}).get(value, value)


def _digest_line(line: DigestLine, zone: ZoneInfo) -> str:
    named = " ".join(filter(None, (line.number, line.title)))
    due = moment(line.due_at.astimezone(zone))
    return f"{named}: hạn {due}, {number(line.late)} người chưa xác nhận, trước hết là {', '.join(line.who)}."
