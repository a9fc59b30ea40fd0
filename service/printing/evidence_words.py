"""Entries of the evidence log in Vietnamese words, as screens and printed pages say them."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from service.domain.documents import Mode
from service.domain.evidence import Deed, Detail
from service.domain.receipts import Route
from service.domain.roles import OPERATOR, Role

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
        Deed.KIOSK_ENROLLED: "Đăng ký máy dùng chung",
        Deed.KIOSK_REVOKED: "Bỏ máy dùng chung",
        Deed.REPORT_ISSUED: "Phát hành báo cáo",
        Deed.EXPORTED: "Xuất tệp",
        Deed.CALENDAR_CHANGED: "Đổi lịch làm việc",
        Deed.ROLE_CHANGED: "Đổi vai trò",
        Deed.ACCOUNT_CLOSED: "Đóng tài khoản",
        Deed.TOKEN_CREATED: "Tạo mã truy cập API",
        Deed.TOKEN_REVOKED: "Thu hồi mã truy cập API",
        Deed.ACCESS_REFUSED: "Từ chối truy cập",
    }
)

_ABOUT = {
    "account": "tài khoản",
    "adds_joiners": "thêm người mới",
    "as_of": "số liệu đến",
    "body": "mã băm nội dung",
    "digest": "mã băm danh sách",
    "distribution": "đợt gửi",
    "document": "văn bản",
    "files": "mã băm tệp",
    "form": "dạng",
    "granted": "được giao",
    "inquiry": "câu hỏi",
    "kind": "loại",
    "listed": "số người",
    "people": "số người",
    "person": "người",
    "revision": "bản",
    "role": "vai trò",
    "route": "cách",
    "sheet": "danh sách ký",
    "step": "bước",
    "token": "mã truy cập",
    "unit": "đơn vị",
    "until": "đến",
}


def deed_label(deed: str) -> str:
    """Of a deed that this version knows; another stands as it is written."""
    return DEEDS[Deed(deed)] if deed in set(Deed) else deed


def by_label(by: str, user_name: str) -> str:
    return "Hệ thống, người vận hành" if by == OPERATOR.caller else user_name or by


def about_words(about: Mapping[str, Detail], person_code: str) -> Iterator[tuple[str, str]]:
    """What the deed was about, as pairs of label and value, in the order of the keys; what is empty is left out."""
    for key in sorted(about):
        value = about[key]
        if value is None or value == "":
            continue
        words = person_code if key == "person" and person_code else _words(key, value)
        yield _ABOUT.get(key, key), words


def _words(key: str, value: Detail) -> str:
    if isinstance(value, bool):
        return "có" if value else "không"
    if key == "route" and value in set(Route):
        return Route(value).label
    if key == "role" and value in set(Role):
        return Role(value).label
    if key == "mode" and value in set(Mode):
        return Mode(value).label
    return str(value)
