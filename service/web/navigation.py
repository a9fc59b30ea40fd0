"""The entries of the side bar: what this person may open."""

from dataclasses import dataclass

from service.domain.roles import Act, Actor

INBOX = "/inbox"
DISTRIBUTIONS = "/distributions"


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
    Place("/post", "send", "Phát hành", (Act.POST,)),
    Place(DISTRIBUTIONS, "list", "Đợt gửi", (Act.POST, Act.SEE_REPORTS)),
    Place("/reports", "chart", "Báo cáo đơn vị", (Act.SEE_UNIT_REPORTS,)),
    Place("/directory", "board", "Danh bạ", (Act.SEE_DIRECTORY,)),
    Place("/accounts", "lock", "Tài khoản", (Act.MANAGE_ACCOUNTS, Act.PRINT_SLIPS)),
    Place("/status", "pulse", "Tình trạng hệ thống", (Act.SEE_STATUS,)),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the side bar; `count` is what waits there, shown when there is any."""

    href: str
    icon: str
    label: str
    is_current: bool
    count: int = 0


def entries(actor: Actor, path: str, waiting: int) -> tuple[Entry, ...]:
    """The side bar on the page at `path`; `waiting` documents are to be confirmed."""
    return tuple(
        Entry(
            place.href,
            place.icon,
            place.label,
            is_current=path == place.href or path.startswith(f"{place.href}/"),
            count=waiting if place.href == INBOX else 0,
        )
        for place in PLACES
        if place.is_open_to(actor)
    )


def home(actor: Actor) -> str:
    """Where the start page leads: a person's inbox, an office account's distributions, else the first page."""
    open_places = [place.href for place in PLACES if place.is_open_to(actor)]
    first_choices = [href for href in (INBOX, DISTRIBUTIONS) if href in open_places]
    return next(iter([*first_choices, *open_places]), "/password")
