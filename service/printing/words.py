"""The words for terms of the identity and for what became of a letter, as screens and printed lists say them."""

from collections.abc import Mapping
from datetime import tzinfo
from types import MappingProxyType

from service.domain.coverage import Confirmation, Outstanding, Term
from service.domain.deliveries import ABANDONED, Accepted, Broken, Deferred, Phase, Refused, Requeued, Status, Unknown
from service.domain.directory import INVALID_ADDRESS, NO_ADDRESS
from service.domain.documents import Mode
from service.domain.receipts import State
from service.domain.vietnamese import lasting

_TERMS = {
    Term.CONFIRMED: ("Đã xác nhận", "Đã xem"),
    Term.NOT_YET: ("Chưa xác nhận", "Chưa xem"),
    Term.ABSENT: ("Vắng có lý do",) * 2,
    Term.EXEMPTED: ("Miễn",) * 2,
    Term.MOVED_OR_LEFT: ("Chuyển, nghỉ việc",) * 2,
    Term.NOT_REACHABLE: ("Không liên lạc được",) * 2,
}

STATE_WORDS: Mapping[State, str] = MappingProxyType(
    {State.LISTED: "Vào hộp văn bản", State.OPENED: "Mở văn bản lần đầu", State.ACKNOWLEDGED: "Đã xác nhận"}
)

OUTCOME_WORDS: Mapping[str, str] = MappingProxyType(
    {
        Accepted.name: "máy chủ thư đã nhận",
        Deferred.name: "máy chủ thư hẹn lại",
        Refused.name: "máy chủ thư từ chối",
        Unknown.name: "không rõ máy chủ thư đã nhận chưa",
        Requeued.name: "chưa gửi được, xếp hàng lại",
        Broken.name: "lỗi khi gửi",
        ABANDONED: "dừng giữa chừng, gửi lại",
    }
)

PHASE_WORDS: Mapping[Phase, str] = MappingProxyType(
    {
        Phase.CONNECT: "kết nối",
        Phase.GREETING: "máy chủ thư chào",
        Phase.EHLO: "tự giới thiệu (EHLO)",
        Phase.STARTTLS: "bật mã hóa (STARTTLS)",
        Phase.AUTH: "đăng nhập máy chủ thư (AUTH)",
        Phase.MAIL: "nêu nơi gửi (MAIL)",
        Phase.RCPT: "nêu nơi nhận (RCPT)",
        Phase.DATA: "xin gửi nội dung (DATA)",
        Phase.MESSAGE: "gửi nội dung",
    }
)

_ADDRESS_PROBLEMS = {NO_ADDRESS: "Không có địa chỉ thư", INVALID_ADDRESS: "Địa chỉ thư không hợp lệ"}


def term_label(term: Term, mode: Mode) -> str:
    """For a distribution "để biết" opened and not opened stand where confirmed and not yet stand."""
    asked, informed = _TERMS[term]
    return asked if mode is Mode.ACKNOWLEDGE else informed


def address_problem_label(problem: str) -> str:
    return _ADDRESS_PROBLEMS.get(problem, problem)


def letter_label(person: Outstanding) -> str:
    """What became of this person's letter, or why there is none."""
    if person.delivery_status is None:
        return address_problem_label(person.last_reply or NO_ADDRESS)
    return Status(person.delivery_status).label


def server_words(person: Outstanding) -> str:
    """The mail server's last words about this person's letter; empty when it has said nothing."""
    return "" if person.delivery_status is None else person.last_reply or ""


def late_words(person: Confirmation, zone: tzinfo | None) -> str:
    """By how much somebody was late, such as `2 ngày 3 giờ`; empty for who was not. `zone` is the office's.

    What somebody else entered was so on a day, without an hour, so it is told in days.
    """
    if person.late_by is None:
        return ""
    due, done = (at.astimezone(zone).date() for at in (person.confirmed_at - person.late_by, person.confirmed_at))
    return f"{(done - due).days} ngày" if person.route.is_entered and done > due else lasting(person.late_by)
