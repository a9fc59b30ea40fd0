"""The life of a receipt: what one person's record for one revision of a document says, on one page.

listed -> opened -> acknowledged, never backwards, keyed by (receipt, revision). Every move is a fact with the moment it
was so (`effective_at`) and the moment we learnt it (`recorded_at`); a report as of T uses what was recorded by T.
Absent, exempted, moved or left, not reachable are dated facts beside the state, not states.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from service.domain.documents import Mode


class State(StrEnum):
    LISTED = "listed"
    OPENED = "opened"
    ACKNOWLEDGED = "acknowledged"


class Route(StrEnum):
    """How a person came to open or confirm: an evidence level beside the state, never merged with another."""

    INBOX = "inbox"
    MAIL_LINK = "mail_link"
    KIOSK = "kiosk"
    # Entered by somebody else: from a signed sheet with its scan, or on that person's word alone.
    PAPER = "paper"
    ENTERED_FOR = "entered_for"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def is_entered(self) -> bool:
        """Whether somebody else entered it: so on a day, without an hour, and recorded later."""
        return self in {Route.PAPER, Route.ENTERED_FOR}


_LABELS = {
    Route.INBOX: "Từ hộp văn bản",
    Route.MAIL_LINK: "Theo liên kết trong thư",
    Route.KIOSK: "Tại máy dùng chung",
    Route.PAPER: "Đã ký bản giấy",
    Route.ENTERED_FOR: "Nhập thay",
}

MOVES: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.LISTED: frozenset({State.OPENED, State.ACKNOWLEDGED}),
        State.OPENED: frozenset({State.ACKNOWLEDGED}),
        State.ACKNOWLEDGED: frozenset(),
    }
)


def asked(mode: Mode) -> State:
    """The state that a distribution asks for: what is sent for information is done when it was read."""
    return State.ACKNOWLEDGED if mode is Mode.ACKNOWLEDGE else State.OPENED


def sources(state: State) -> frozenset[State]:
    """The states from which a receipt may move to `state`."""
    return frozenset(source for source, targets in MOVES.items() if state in targets)
