"""Entries of the evidence log in Vietnamese words, as screens and printed pages say them."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from service.domain.corrections import Kind as Correction
from service.domain.evidence import Deed, Detail
from service.domain.inquiries import Kind as Inquiry
from service.domain.receipts import Route
from service.domain.reminders import step_label
from service.domain.roles import OPERATOR, Role
from service.domain.vietnamese import date_short, moment
from service.printing.words import STATE_WORDS

DEEDS: Mapping[Deed, str] = MappingProxyType(
    {
        Deed.POSTED: "Phát hành văn bản",
        Deed.LIST_FROZEN: "Chốt danh sách nhận",
        Deed.PERSON_ADDED: "Thêm người vào danh sách",
        Deed.RULE_CHANGED: "Đổi quy tắc thêm người mới",
        Deed.OPENED: "Mở văn bản",
        Deed.ACKNOWLEDGED: "Xác nhận",
        Deed.ENTERED_ON_PAPER: "Nhập chữ ký giấy",
        Deed.ENTERED_FOR: "Nhập thay",
        Deed.CORRECTED: "Đính chính, thay thế hoặc thu hồi",
        Deed.RECALL_CONFIRMED: "Xác nhận thu hồi",
        Deed.EXEMPTED: "Miễn xác nhận",
        Deed.EXEMPTION_LIFTED: "Bỏ miễn xác nhận",
        Deed.ABSENCE_RECORDED: "Ghi vắng mặt",
        Deed.ABSENCE_WITHDRAWN: "Rút ghi vắng mặt",
        Deed.REMINDED: "Nhắc, đôn đốc",
        Deed.ASKED: "Hỏi hoặc trả lại văn bản",
        Deed.ANSWERED: "Trả lời",
        Deed.SHEET_PRINTED: "In danh sách ký nhận",
        Deed.KIOSK_NAMED: "Cấp mã đăng ký máy dùng chung",
        Deed.KIOSK_ENROLLED: "Đăng ký máy dùng chung",
        Deed.KIOSK_REVOKED: "Bỏ máy dùng chung",
        Deed.PIN_SET: "Đặt mã PIN",
        Deed.REPORT_ISSUED: "Phát hành báo cáo",
        Deed.EXPORTED: "Xuất tệp",
        Deed.CALENDAR_CHANGED: "Đổi lịch làm việc",
        Deed.DIRECTORY_IMPORTED: "Nhập danh bạ",
        Deed.ROLE_CHANGED: "Đổi vai trò",
        Deed.ACCOUNT_CLOSED: "Đóng tài khoản",
        Deed.ACCOUNT_REOPENED: "Mở lại tài khoản",
        Deed.TOKEN_CREATED: "Tạo mã truy cập API",
        Deed.TOKEN_REVOKED: "Thu hồi mã truy cập API",
        Deed.ACCESS_REFUSED: "Từ chối truy cập",
    }
)

ABOUT: Mapping[str, str] = MappingProxyType(
    {
        "absence": "lần ghi vắng",
        "accepted": "nhận lại văn bản",
        "account": "tài khoản",
        "adds_joiners": "thêm người mới",
        "answers_sha256": "mã băm câu trả lời kiểm tra",
        "as_of": "số liệu đến",
        "before_log": "có trước nhật ký",
        "body": "mã băm nội dung",
        "changed": "số người thay đổi",
        "day": "ngày",
        "delegated_by": "ủy quyền từ tài khoản",
        "digest": "mã băm danh sách",
        "distribution": "đợt gửi",
        "document": "văn bản",
        "due_at": "hạn xác nhận",
        "figures_sha256": "mã băm số liệu",
        "file_sha256": "mã băm tệp danh bạ",
        "files": "mã băm tệp",
        "first_day": "từ ngày",
        "form": "dạng",
        "granted": "được giao",
        "inquiry": "câu hỏi",
        "is_working": "ngày làm việc",
        "kind": "loại",
        "kiosk": "máy dùng chung",
        "last_day": "đến ngày",
        "left": "số người rời",
        "listed": "số người",
        "manifest": "mã băm bảng kê",
        "moved": "số người chuyển đơn vị",
        "new": "số người mới",
        "note_sha256": "mã băm lời ghi",
        "number": "lần thứ",
        "people": "số người",
        "person": "người",
        "posting_sha256": "mã băm trích yếu, số, hạn, nơi nhận và câu hỏi",
        "reason_sha256": "mã băm lý do",
        "report": "báo cáo số",
        "revision": "bản",
        "role": "vai trò",
        "route": "cách",
        "scan_sha256": "mã băm bản quét",
        "sheet": "danh sách ký",
        "state": "trạng thái",
        "step": "bước",
        "token": "mã truy cập",
        "unit": "đơn vị",
        "units": "số đơn vị thêm hoặc thay đổi",
        "until": "đến",
        "words_sha256": "mã băm lời",
    }
)

_FORMS = {"csv": "tệp CSV", "dossier": "hồ sơ chứng cứ"}

_VALUES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "form": _FORMS,
        "kind": {kind.value: kind.label for kind in (*Correction, *Inquiry)},
        "role": {role.value: role.label for role in Role},
        "route": {route.value: route.label for route in Route},
        "state": {state.value: words for state, words in STATE_WORDS.items()},
    }
)
_DAYS = frozenset({"day", "first_day", "last_day"})
_MOMENTS = frozenset({"as_of", "due_at", "until"})


def deed_label(deed: str) -> str:
    """Of a deed that this version knows; another stands as it is written."""
    return DEEDS[Deed(deed)] if deed in set(Deed) else deed


def by_label(by: str, user_name: str) -> str:
    return "Hệ thống, người vận hành" if by == OPERATOR.caller else user_name or by


def about_words(about: Mapping[str, Detail], person_code: str, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    """What the deed was about, as pairs of label and value, in the order of the keys; what is empty is left out.

    Entries hold moments in UTC; `zone` is the office's.
    """
    for key in sorted(about):
        value = about[key]
        if value is None or value == "":
            continue
        words = person_code if key == "person" and person_code else _words(key, value, zone)
        yield ABOUT.get(key, key), words


def _words(key: str, value: Detail, zone: ZoneInfo) -> str:
    """What cannot be read as its key says stands as it is written."""
    if isinstance(value, bool):
        return "có" if value else "không"
    written = str(value)
    try:
        if key in _DAYS:
            return date_short(date.fromisoformat(written))
        if key in _MOMENTS:
            return moment(datetime.fromisoformat(written).astimezone(zone))
    except ValueError:
        return written
    return step_label(written) if key == "step" else _VALUES.get(key, {}).get(written, written)
