"""Builds the views of the inbox pages from what the database holds about one reader. Reads only."""

from datetime import datetime, tzinfo
from operator import itemgetter

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from service.domain.corrections import check_standing
from service.domain.deliveries import Status
from service.domain.documents import Mode, Urgency, document_type
from service.domain.errors import NotFound
from service.domain.occasions import parse_occasion
from service.domain.receipts import Route, State
from service.domain.vietnamese import full_name
from service.printing.words import STATE_WORDS
from service.store.deliveries import letters_of
from service.store.distributions import distribution_row
from service.store.documents import FIRST_REVISION, document_row, stored_files
from service.store.receipts import ReceiptKey, StateFact, facts_of, history_page, inbox_counts, inbox_page, receipt_row
from service.web.control_views import question_lines
from service.web.correction_views import corrections_view
from service.web.inquiry_views import own_inquiries
from service.web.own_terms import own_terms
from service.web.reader_facts_views import beside_the_receipt
from service.web.receipt_views import receipt_view
from service.web.views import (
    Confirmation,
    Deadline,
    DocumentView,
    Fact,
    HistoryLine,
    HistoryView,
    InboxItem,
    InboxView,
)

_PAGE = 20


def inbox_view(session: Session, person_id: int, now: datetime, before: int | None) -> InboxView:
    # One more than is shown tells whether there is a next page.
    rows = inbox_page(session, person_id, before=before, limit=_PAGE + 1)
    counts = inbox_counts(session, person_id, now)
    must_confirm = [row for row in rows if row["must_confirm"]]
    others = [row for row in rows if not row["must_confirm"]]
    return InboxView(
        must_confirm=tuple(_item(row, now) for row in must_confirm),
        others=tuple(_item(row, now) for row in others[:_PAGE]),
        waiting=counts.must_confirm,
        overdue=counts.overdue,
        hidden=max(counts.must_confirm - len(must_confirm), 0) if before is None else 0,
        unread=counts.unread,
        is_first_page=before is None,
        next_before=_cursor(others),
    )


def document_view(session: Session, distribution_id: int, person_id: int | None, now: datetime) -> DocumentView:
    """The document of a distribution as this person reads it.

    Raises:
        NotFound: the person is not on the frozen list.
        DocumentRecalled: it is not read any more.
    """
    head = distribution_row(session, distribution_id)
    receipt = receipt_row(session, distribution_id, person_id) if person_id is not None else None
    document = document_row(session, head["document_id"], head["revision"]) if head is not None else None
    if head is None or receipt is None or document is None:
        raise NotFound
    check_standing(head["recalled_at"])
    facts = facts_of(session, distribution_id, receipt["person_id"])
    own = own_terms(session, head, receipt, now)
    kind = document_type(head["type_code"])
    return DocumentView(
        distribution_id=distribution_id,
        heading=_heading(head),
        number=document["number"],
        title=head["title"],
        type_name=kind.name,
        issued_on=document["issued_on"],
        issuing_body=head["issuing_body"],
        signer=" ".join(filter(None, (head[f"signer_{part}"] for part in ("authority", "position", "name")))),
        urgency=Urgency(head["urgency"]),
        mode=Mode(head["mode"]),
        message=head["message"],
        body=document["body"],
        body_sha256=document["body_sha256"],
        revision=head["revision"],
        published_at=document["published_at"],
        files=tuple(stored_files(session, head["document_id"], head["revision"])),
        reader_name=full_name(receipt["family_name"], receipt["given_name"]),
        reader_unit=receipt["unit_name"],
        deadline=_deadline(own.due_at, now),
        own=own,
        confirmation=_confirmation(session, receipt, facts, head),
        facts=recorded(session, receipt, facts, now.tzinfo),
        questions=question_lines(session, ReceiptKey(distribution_id, receipt["person_id"], head["revision"])),
        corrections=corrections_view(session, head, facts),
        inquiries=own_inquiries(session, distribution_id, receipt["person_id"]),
        next_href=_next_to_confirm(session, receipt["person_id"], distribution_id),
    )


def history_view(session: Session, person_id: int, before: int | None) -> HistoryView:
    rows = list(history_page(session, person_id, before=before, limit=_PAGE + 1))
    lines = tuple(
        HistoryLine(
            href=f"/inbox/{row['distribution_id']}",
            number=row["number"],
            title=row["title"],
            revision=row["revision"],
            route_words=Route(row["route"]).label,
            at=row["effective_at"],
        )
        for row in rows[:_PAGE]
    )
    return HistoryView(lines, _cursor(rows))


def _item(row: RowMapping, now: datetime) -> InboxItem:
    return InboxItem(
        href=f"/inbox/{row['distribution_id']}",
        code=row["number"] or document_type(row["type_code"]).name,
        heading=_heading(row) if row["number"] else row["title"],
        issued_on=row["issued_on"],
        issuing_body=row["issuing_body"],
        urgency=Urgency(row["urgency"]),
        state=State(row["status"]),
        listed_at=row["listed_at"],
        must_confirm=row["must_confirm"],
        deadline=_deadline(row["due_at"], now),
        revision=row["revision"],
        is_recalled=row["recalled_at"] is not None,
    )


def _heading(row: RowMapping) -> str:
    return f"{document_type(row['type_code']).name}: {row['title']}"


def _deadline(due_at: datetime | None, now: datetime) -> Deadline | None:
    if due_at is None:
        return None
    return Deadline(due_at, is_late=due_at < now, is_today=due_at.astimezone(now.tzinfo).date() == now.date())


def _confirmation(
    session: Session, receipt: RowMapping, facts: list[StateFact], head: RowMapping
) -> Confirmation | None:
    for fact in facts:
        if fact.state is State.ACKNOWLEDGED and fact.revision == head["revision"]:
            due_at = receipt["own_due_at"] or head["due_at"]
            is_late = due_at is not None and fact.effective_at > due_at
            shown = receipt_view(session, head["id"], receipt["person_id"], fact.revision, fact.route)
            return Confirmation(fact.effective_at, is_late, shown)
    return None


def recorded(session: Session, receipt: RowMapping, facts: list[StateFact], zone: tzinfo | None) -> tuple[Fact, ...]:
    """Everything that is kept about this reader and this document, in the order in which it happened."""
    listed = Fact(STATE_WORDS[State.LISTED], receipt["listed_at"])
    is_corrected = receipt["revision"] > FIRST_REVISION
    happened = [(fact.effective_at, _fact(fact, names_revision=is_corrected)) for fact in facts]
    letters, others = _letters(session, receipt), beside_the_receipt(session, receipt, zone)
    return (listed, *(shown for _, shown in sorted([*letters, *happened, *others], key=itemgetter(0))))


def _fact(recorded: StateFact, *, names_revision: bool) -> Fact:
    """What somebody else entered says so, with the day on which it was entered, and why."""
    what = STATE_WORDS[recorded.state]
    what = f"{what}, bản {recorded.revision}" if names_revision else what
    note = f"{recorded.route.label}: {recorded.note}" if recorded.note else recorded.route.label
    entered_at = recorded.recorded_at if recorded.route.is_entered else None
    return Fact(what, recorded.effective_at, note, entered_at)


def _letters(session: Session, receipt: RowMapping) -> list[tuple[datetime, Fact]]:
    """Each letter with its place in time; one without an outcome stands where it was written."""
    letters = letters_of(session, receipt["distribution_id"], receipt["person_id"])
    if not letters:
        return [(receipt["listed_at"], Fact("Không gửi thư", note="Chưa có địa chỉ thư dùng được"))]
    return [(letter["final_at"] or letter["created_at"], _letter(letter)) for letter in letters]


def _letter(letter: RowMapping) -> Fact:
    what = parse_occasion(letter["occasion"]).label
    return Fact(f"{what}: {Status(letter['status']).label.lower()}", letter["final_at"], letter["address"])


def _next_to_confirm(session: Session, person_id: int, distribution_id: int) -> str | None:
    rows = inbox_page(session, person_id, before=None, limit=1)
    waiting = (row["distribution_id"] for row in rows if row["must_confirm"])
    return next((f"/inbox/{other}" for other in waiting if other != distribution_id), None)


def _cursor(rows: list[RowMapping]) -> int | None:
    """Where the next page goes on, when the rows hold more than this one shows."""
    return rows[_PAGE - 1]["distribution_id"] if len(rows) > _PAGE else None
