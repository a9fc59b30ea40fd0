"""The entries of the side bar: what this person may open."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.domain.roles import Act, Actor

INBOX = "/inbox"
DISTRIBUTIONS = "/distributions"
INQUIRIES = "/inquiries"


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the side bar; any one of `acts` opens it. Without acts it is for everybody who is a person."""

    href: str
    icon: str
    label: str
    acts: tuple[Act, ...] = ()

    def is_open_to(self, actor: Actor) -> bool:
        if not self.acts:
            return actor.person_id is not None
        return any(actor.may(act) for act in self.acts)


PLACES = (
    Place(INBOX, "inbox", "Hộp văn bản"),
    Place("/history", "seal", "Đã xác nhận"),
    Place("/me/records", "shield", "Dữ liệu ghi về tôi"),
    Place("/post", "send", "Phát hành", (Act.POST,)),
    Place(DISTRIBUTIONS, "list", "Đợt gửi", (Act.POST, Act.SEE_REPORTS)),
    Place(INQUIRIES, "ask", "Hỏi và trả lại", (Act.SEE_INQUIRIES, Act.SEE_UNIT_REPORTS)),
    Place("/reports", "chart", "Báo cáo đơn vị", (Act.SEE_UNIT_REPORTS,)),
    Place("/sheets", "pen", "Ký nhận giấy", (Act.KEEP_ROSTERS,)),
    Place("/directory", "board", "Danh bạ", (Act.SEE_DIRECTORY, Act.RECORD_ABSENCE)),
    Place("/calendar", "cal", "Lịch làm việc", (Act.CHANGE_CALENDAR,)),
    Place("/delegations", "swap", "Ủy quyền", (Act.DELEGATE,)),
    Place("/accounts", "lock", "Tài khoản", (Act.MANAGE_ACCOUNTS, Act.PRINT_SLIPS)),
    Place("/evidence", "shield", "Nhật ký chứng cứ", (Act.SEE_AUDIT,)),
    Place("/kiosks", "shield", "Máy dùng chung", (Act.ENROL_KIOSKS,)),
    Place("/status", "pulse", "Tình trạng hệ thống", (Act.SEE_STATUS,)),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the side bar; `count` is what waits there, shown when there is any, and `waits_for` for what."""

    href: str
    icon: str
    label: str
    is_current: bool
    count: int
    waits_for: str


_WAITS_FOR = {INBOX: "cần xác nhận", INQUIRIES: "chưa trả lời"}


def entries(actor: Actor, path: str, waiting: Mapping[str, int]) -> tuple[Entry, ...]:
    """The side bar on the page at `path`; `waiting` counts what waits on the pages of their keys."""
    return tuple(
        Entry(
            place.href,
            place.icon,
            place.label,
            is_current=path == place.href or path.startswith(f"{place.href}/"),
            count=waiting.get(place.href, 0),
            waits_for=_WAITS_FOR.get(place.href, ""),
        )
        for place in PLACES
        if place.is_open_to(actor)
    )


def home(actor: Actor) -> str:
    """Where the start page leads: a person's inbox, an office account's distributions, else the first page."""
    open_places = [place.href for place in PLACES if place.is_open_to(actor)]
    first_choices = [href for href in (INBOX, DISTRIBUTIONS) if href in open_places]
    return next(iter([*first_choices, *open_places]), "/password")
