"""What the pages show of a recall: to an addressee, and how far it has come. Reads only."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from service.domain.corrections import Kind
from service.domain.documents import Urgency, document_type
from service.domain.errors import NotFound
from service.domain.roles import Act, Actor
from service.domain.vietnamese import full_name
from service.store.corrections import corrections_of
from service.store.distributions import distribution_row
from service.store.recalls import RecallProgress, recall_confirmed_at, recall_progress
from service.store.receipts import facts_of, receipt_row
from service.store.reports import Scope
from service.web.inbox_views import recorded
from service.web.views import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class RecalledView:
    """recalled.html: a recalled document as its addressee finds it; `confirmed_at` once they said it is removed.

    `text_href` leads those to the text who read every document; it is empty for all others.
    """

    distribution_id: int
    heading: str
    number: str
    urgency: Urgency
    at: datetime
    reason: str
    reader_name: str
    reader_unit: str
    confirmed_at: datetime | None
    facts: tuple[Fact, ...]
    via: str
    text_href: str
    # What the list of recorded facts asks of a document page.
    must_confirm: bool = False


def recalled_view(session: Session, actor: Actor, distribution_id: int, via: str, zone: tzinfo) -> RecalledView:
    """Raises: NotFound, when the person is not on the frozen list or nothing was recalled."""
    head = distribution_row(session, distribution_id)
    receipt = receipt_row(session, distribution_id, actor.person_id) if actor.person_id is not None else None
    recall = next((one for one in corrections_of(session, distribution_id) if one.kind is Kind.RECALL), None)
    if head is None or receipt is None or recall is None:
        raise NotFound
    confirmed_at = recall_confirmed_at(session, distribution_id, receipt["person_id"])
    facts = recorded(session, receipt, facts_of(session, distribution_id, receipt["person_id"]), zone)
    return RecalledView(
        distribution_id=distribution_id,
        heading=f"{document_type(head['type_code']).name}: {head['title']}",
        number=head["number"],
        urgency=Urgency(head["urgency"]),
        at=recall.at,
        reason=recall.note,
        reader_name=full_name(receipt["family_name"], receipt["given_name"]),
        reader_unit=receipt["unit_name"],
        confirmed_at=confirmed_at,
        facts=(*facts, *([Fact("Xác nhận đã gỡ văn bản", confirmed_at)] if confirmed_at else [])),
        via=via,
        text_href=f"/inbox/{distribution_id}/revisions/{head['revision']}" if actor.may(Act.READ_DOCUMENTS) else "",
    )


@dataclass(frozen=True, slots=True)
class RecallStatus:
    """How far a recall has come by a moment; `more` people owe their answer beyond those named."""

    at: datetime
    reason: str
    progress: RecallProgress

    @property
    def more(self) -> int:
        return self.progress.listed - self.progress.confirmed - len(self.progress.owing)


def recall_status(session: Session, scope: Scope, as_of: datetime, most: int) -> RecallStatus | None:
    """None where nothing had been recalled by then."""
    made = corrections_of(session, scope.distribution_id, as_of)
    recall = next((one for one in made if one.kind is Kind.RECALL), None)
    if recall is None:
        return None
    return RecallStatus(recall.at, recall.note, recall_progress(session, scope, as_of, most))
