"""What the receipt of a confirmation shows beside the stamp: the way it was given, and its letter. Reads only."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from service.domain.deliveries import Status
from service.domain.occasions import Kind, Occasion
from service.domain.receipts import Route
from service.store.reader_letters import letter_row, working_address


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """`status` of its letter, None while it was not asked for; `address` where it went or would go, if anywhere."""

    route: Route
    address: str | None
    status: Status | None


def receipt_view(session: Session, distribution_id: int, person_id: int, revision: int, route: Route) -> ReceiptView:
    letter = letter_row(session, distribution_id, person_id, Occasion(Kind.RECEIPT, revision))
    if letter is not None:
        return ReceiptView(route, letter["address"], Status(letter["status"]))
    return ReceiptView(route, working_address(session, distribution_id, person_id), None)
