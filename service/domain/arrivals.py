"""How a reader comes to a document: through the inbox, or by the personal link of a letter.

The link decides nothing but the route that is recorded. Whoever opens it without a session signs in first; in another
person's session it says no more than that it was for somebody else (contract, promise I4).
"""

from datetime import datetime
from enum import StrEnum

from service.domain.credentials import read_letter_link
from service.domain.receipts import Route


class Arrival(StrEnum):
    """`UNREADABLE` is a link that was cut, changed, or made for another document."""

    INBOX = "inbox"
    MAIL_LINK = "mail link"
    EXPIRED = "expired link"
    OF_ANOTHER = "link of another person"
    UNREADABLE = "unreadable link"

    @property
    def route(self) -> Route:
        """What is recorded: a link that is not this person's own, or has ended, is none."""
        return Route.MAIL_LINK if self is Arrival.MAIL_LINK else Route.INBOX


def arrive(secret: bytes, token: str, distribution_id: int, person_id: int | None, now: datetime) -> Arrival:
    """How the signed-in person came to a distribution with `token` in the address, which is empty without a link."""
    if not token:
        return Arrival.INBOX
    link = read_letter_link(secret, token)
    if link is None or link.distribution_id != distribution_id:
        return Arrival.UNREADABLE
    if link.person_id != person_id:
        return Arrival.OF_ANOTHER
    return Arrival.MAIL_LINK if now < link.expires_at else Arrival.EXPIRED
