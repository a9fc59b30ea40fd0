"""The life of a receipt: what one person's record for one revision of a document says, on one page.

listed -> opened -> acknowledged, never backwards, keyed by (receipt, revision). Every move is a fact with the moment it
was so (`effective_at`) and the moment we learnt it (`recorded_at`); a report as of T uses what was recorded by T.
Absent, exempted, moved or left, not reachable are dated facts beside the state, not states.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    LISTED = "listed"
    OPENED = "opened"
    ACKNOWLEDGED = "acknowledged"


class Route(StrEnum):
    """How the person came to the page. It is recorded and proves nothing by itself."""

    INBOX = "inbox"
    MAIL_LINK = "mail_link"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {Route.INBOX: "Từ hộp văn bản", Route.MAIL_LINK: "Theo liên kết trong thư"}

MOVES: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.LISTED: frozenset({State.OPENED, State.ACKNOWLEDGED}),
        State.OPENED: frozenset({State.ACKNOWLEDGED}),
        State.ACKNOWLEDGED: frozenset(),
    }
)


def sources(state: State) -> frozenset[State]:
    """The states from which a receipt may move to `state`."""
    return frozenset(source for source, targets in MOVES.items() if state in targets)
