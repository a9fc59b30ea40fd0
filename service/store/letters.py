"""Where letters are put on the queue; what becomes of them there is the business of store/deliveries.py."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Label, Select, and_, func
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from service.domain.occasions import Occasion
from service.store.counting import count_inserted
from service.store.tables import deliveries, memberships, receipts, units


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a letter goes to and names, in the columns of a query."""

    address: ColumnElement[Any]
    problem: ColumnElement[Any]
    family_name: ColumnElement[Any]
    given_name: ColumnElement[Any]
    unit_name: ColumnElement[Any]

    @property
    def has_mailbox(self) -> ColumnElement[bool]:
        return and_(self.address.is_not(None), self.problem.is_(None))

    @property
    def columns(self) -> tuple[Label[Any], ...]:
        name = func.concat_ws(" ", self.family_name, self.given_name)
        return self.address.label("address"), name.label("recipient_name"), self.unit_name.label("unit_name")


_R, _M = receipts.c, memberships.c
# As on the frozen list.
LISTED = Addressee(_R.address, _R.address_problem, _R.family_name, _R.given_name, _R.unit_name)
# As in the directory, in the version and the unit that the query joins.
PRESENT = Addressee(_M.email, _M.email_problem, _M.family_name, _M.given_name, units.c.name)


def message_id(mail_domain: str, *parts: Occasion | ColumnElement[Any] | str) -> Label[str]:
    """The parts with points between them. A colon may not stand there unquoted (RFC 5322, section 3.6.4)."""
    written = (str(part).replace(":", ".") if isinstance(part, Occasion) else part for part in parts)
    return func.concat(func.concat_ws(".", *written), "@", mail_domain).label("message_id")


def queue(session: Session, letters: Select[*tuple[Any, ...]]) -> int:
    """Queue a letter for every row of a query whose columns bear the names of those of `deliveries`.

    A letter that its person was sent for the same occasion stays alone. Returns how many are new.
    """
    names = letters.selected_columns.keys()
    return count_inserted(session, upsert(deliveries).from_select(names, letters).on_conflict_do_nothing())
