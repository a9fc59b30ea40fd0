"""What becomes of a frozen list: who was added to it and why, and who of it has moved or left since.

A list is never drawn anew. Whoever comes later is an explicit, dated line with a reason; whoever leaves or moves stays
on it, and the directory's own dates say since when.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Origin(StrEnum):
    """How a person came onto a list."""

    FROZEN = "frozen"
    RULE = "rule"
    HAND = "hand"


class Change(StrEnum):
    JOINED = "joined"
    ADDED = "added"
    MOVED = "moved"
    LEFT = "left"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Change.JOINED: "Mới đến, thêm theo quy tắc",
    Change.ADDED: "Văn thư thêm",
    Change.MOVED: "Chuyển đơn vị",
    Change.LEFT: "Chuyển đi, nghỉ",
}


@dataclass(frozen=True, slots=True)
class ListChange:
    """One dated line. `unit_name` is the unit on the list, `now_in` the present one where somebody moved.

    `effective_at` is when it was so, `recorded_at` when the office learnt it. `by` is empty where no person decided.
    """

    change: Change
    person_id: int
    code: str
    full_name: str
    unit_name: str
    now_in: str
    reason: str
    by: str
    effective_at: datetime
    recorded_at: datetime
