"""What is different for one reader: a deadline moved by an absence, an exemption."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from service.domain.absences import ADDED_LATER, words_between
from service.store.excuses import absences_of_people, exemptions_of


@dataclass(frozen=True, slots=True)
class OwnTerms:
    """`due_at` is this reader's deadline, None for none; `common_due_at` everybody's, where this one differs.

    `moved_because` names the absences, `exempted_because` is empty for who must confirm.
    """

    due_at: datetime | None
    common_due_at: datetime | None = None
    moved_because: str = ""
    exempted_because: str = ""


def own_terms(session: Session, head: RowMapping, receipt: RowMapping, now: datetime) -> OwnTerms:
    """`head` is the distribution's row, `receipt` the reader's."""
    person_id, own = receipt["person_id"], receipt["own_due_at"]
    exemption = exemptions_of(session, person_id, [head["id"]]).get(head["id"])
    exempted_because = exemption.reason if exemption else ""
    if own is None:
        return OwnTerms(head["due_at"], exempted_because=exempted_because)
    listed, until = (moment.astimezone(now.tzinfo).date() for moment in (receipt["listed_at"], own))
    away = absences_of_people(session, [person_id]).get(person_id, [])
    because = words_between(away, listed, until) or ADDED_LATER
    return OwnTerms(own, head["due_at"], because, exempted_because)
