"""What every refusal is one of."""

from typing import ClassVar


class Refused(Exception):  # noqa: N818 - the field's word for an expected failure, not a programming error
    """Base of every expected failure: what, where, and what to do, in one line."""

    code: ClassVar[str]
    en: ClassVar[str]
    vietnamese: ClassVar[str]

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.en.format(**facts))

    @property
    def vi(self) -> str:
        """A fact that has a Vietnamese word of its own stands in it."""
        return self.vietnamese.format(**{name: getattr(fact, "vi", fact) for name, fact in self.facts.items()})


class NotFound(Refused):
    """What is not there, or what this person may not see: the two must look alike."""

    code = "not-found"
    en = "There is no such page or record, or it is not yours to see."
    vietnamese = "Không có trang hoặc văn bản này, hoặc đồng chí không được xem."


class Invalid(Refused):
    """The request is understood and wrong; its author can mend it."""


class Conflict(Refused):
    """The request is right and comes at the wrong moment or a second time."""


class TooLarge(Refused):
    """More bytes than this office takes."""


class DatabaseAway(Refused):
    code = "database-away"
    en = "The database does not answer; nothing was lost, try again in a moment."
    vietnamese = "Cơ sở dữ liệu chưa trả lời; chưa có gì bị mất, thử lại sau giây lát."


class BadCursor(Invalid):
    code = "bad-cursor"
    en = "This cursor was not given by this list."
    vietnamese = "Con trỏ trang không hợp lệ."
