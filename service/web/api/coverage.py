"""The acknowledgement report of a distribution; a manager's is about the own units, by the frozen list."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BeforeValidator

from service.actions.export_report import export_report
from service.actions.list_confirmations import Filter, list_confirmations
from service.actions.report_coverage import list_outstanding, report_coverage
from service.domain.coverage import Term
from service.domain.documents import Mode
from service.domain.inquiries import Kind
from service.domain.receipts import Route
from service.web.api.shapes import (
    MOST_LINES,
    Cursor,
    GivenMoment,
    Id,
    Limit,
    Moment,
    Page,
    Shape,
    Word,
    page_of,
    read_cursor,
)
from service.web.deps import ActorDep, SiteDep
from service.web.downloads import report_download

router = APIRouter(prefix="/distributions", tags=["distributions"])

# One outside the time from the freezing of the list until now is moved into it.
AsOf = Annotated[GivenMoment | None, Query(description="Figures as of this moment (RFC 3339); now when absent")]


# Confirmations by the way they were given; every way is listed.
RouteCounts = Annotated[dict[Route, int], BeforeValidator(lambda routes: routes.by_route)]


class IdentityShape(Shape):
    """listed = confirmed + not_yet + absent + exempted + moved_or_left + not_reachable."""

    listed: int
    confirmed: int
    not_yet: int
    absent: int
    exempted: int
    moved_or_left: int
    not_reachable: int


class LevelsShape(Shape):
    """What is known of the same people, one level at a time; never merged with the identity."""

    sent: int
    accepted: int
    failed: int
    no_address: int
    opened: int
    confirmed: int
    answered_rightly: int


class UnitFiguresShape(Shape):
    unit_id: int
    unit_name: str
    identity: IdentityShape
    levels: LevelsShape
    routes: RouteCounts


class UnitCoverageShape(UnitFiguresShape):
    """`late` is how many of the confirmed were so after their own deadline."""

    late: int


class OutstandingShape(Shape):
    code: str
    full_name: str
    position: str
    unit_name: str
    term: Term
    opened: bool
    address: str | None
    delivery_status: str | None
    last_reply: str | None
    own_due_at: Moment | None
    own_due_because: str


class ConfirmationShape(Shape):
    """`confirmed_at` is when it was so, `recorded_at` when the office learnt it; with the mode `inform` it was read so.

    What was signed on paper or said was so on a day, without an hour; `entered_by` names who entered it.
    `late_seconds` is how long after the own deadline it came, null for not late; that deadline is `own_due_at`, or the
    report's `due_at` where that is null.
    """

    code: str
    full_name: str
    position: str
    unit_name: str
    confirmed_at: Moment
    recorded_at: Moment
    route: Route
    entered_by: str
    late_seconds: float | None
    own_due_at: Moment | None
    own_due_because: str


class WaitingInquiry(Shape):
    """`words` are empty for who may not read inquiries."""

    id: int
    kind: Kind
    full_name: str
    unit_name: str
    asked_at: Moment
    words: str


class InquiriesShape(Shape):
    """What readers asked by `as_of`; `accepted` returns exempted their readers.

    `waiting` are the oldest 200 without an answer, `unnamed` the number of those behind them.
    """

    questions: int
    returns: int
    accepted: int
    waiting: list[WaitingInquiry]
    unnamed: int


class ReportShape(Shape):
    """For the mode `inform` opened and not opened stand where confirmed and not yet stand.

    `outstanding` are the first 200 in name order, `unnamed` the number of those behind them. `/outstanding` has all by
    pages, `/confirmations` those who have confirmed, `/report.csv` both in one table. `late` is how many of the
    confirmed were so after their own deadline.
    """

    distribution_id: int
    document_id: int
    number: str
    title: str
    mode: Mode
    revision: int
    due_at: Moment | None
    frozen_at: Moment
    as_of: Moment
    listing_done: bool
    identity: IdentityShape
    late: int
    levels: LevelsShape
    routes: RouteCounts
    questions: int
    units: list[UnitCoverageShape]
    outstanding: list[OutstandingShape]
    unnamed: int
    inquiries: InquiriesShape


@router.get("/{distribution_id}/report")
def read_report(site: SiteDep, actor: ActorDep, distribution_id: Id, as_of: AsOf = None) -> ReportShape:
    return ReportShape.model_validate(
        report_coverage(site.runtime, actor, distribution_id, as_of, most_outstanding=MOST_LINES)
    )


@router.get("/{distribution_id}/outstanding")
def read_outstanding(
    *, site: SiteDep, actor: ActorDep, distribution_id: Id, as_of: AsOf = None, limit: Limit = 50, cursor: Cursor = None
) -> Page[OutstandingShape]:
    """Who has not confirmed; pages of one `as_of` belong together."""
    after = read_cursor(cursor) or 0
    people = list_outstanding(site.runtime, actor, distribution_id, as_of, after=after, limit=limit + 1)
    return page_of(people, limit, OutstandingShape.model_validate, lambda person: person.person_id)


@router.get("/{distribution_id}/confirmations")
def read_confirmations(
    *,
    site: SiteDep,
    actor: ActorDep,
    distribution_id: Id,
    as_of: AsOf = None,
    unit: Annotated[Word | None, Query(description="A unit's code; its sub-units count")] = None,
    late: Annotated[bool, Query(description="Only those who confirmed after their own deadline")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ConfirmationShape]:
    """Who has confirmed, in name order; pages of one `as_of` belong together."""
    wanted, after = Filter(unit or "", only_late=late), read_cursor(cursor)
    found = list_confirmations(site.runtime, actor, distribution_id, as_of, wanted, after=after, limit=limit + 1)
    return page_of(found.people, limit, ConfirmationShape.model_validate, lambda person: person.person_id)


@router.get(
    "/{distribution_id}/report.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def read_report_csv(site: SiteDep, actor: ActorDep, distribution_id: Id, as_of: AsOf = None) -> Response:
    """The same report as one flat table: the sum, the units, everybody who has not confirmed, everybody who has."""
    opened = export_report(site.runtime, actor, distribution_id, "csv", as_of)
    return report_download(opened, lambda _: f"report-{distribution_id}.csv")
