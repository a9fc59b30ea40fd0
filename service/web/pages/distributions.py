"""What was sent: the list, and one distribution while its letters leave and its people confirm.

A manager sees those of the own units, as they were frozen, and no figure of the office.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from service.actions.report_coverage import report_coverage
from service.actions.sign_in import Visitor
from service.domain.coverage import Report
from service.domain.deliveries import FAILED, FINAL, OPEN, Status
from service.domain.documents import Mode, Urgency, document_type
from service.domain.errors import NotFound
from service.domain.roles import Act, Actor
from service.store.distributions import distribution_row, distributions_page
from service.store.listings import distributions_to_units, letters_by_status
from service.store.overviews import Reading, failed_letters, pace, readings
from service.store.reports import Scope
from service.web.correct_views import office_corrections
from service.web.deps import SiteDep, VisitorDep, page
from service.web.list_views import AddForm, list_changes_view
from service.web.office_facts import facts_of_row
from service.web.office_views import (
    DistributionLine,
    DistributionsView,
    DistributionView,
    FailedLine,
    Heading,
    LetterCount,
    LettersView,
    OutstandingGroup,
    Part,
    Sum,
    outstanding_by_unit,
    parts,
)
from service.web.reminder_views import reminders_view
from service.web.site import Site

router = APIRouter()

LINES_A_PAGE = 20
# More of them stand in the report; this page is looked at again and again while letters leave.
PEOPLE_SHOWN = 200
FAILURES_SHOWN = 50
_BIGGEST_ID = 2**63 - 1
_PACE_OVER = timedelta(minutes=1)

DistributionId = Annotated[int, Path(ge=1, le=_BIGGEST_ID)]
Before = Annotated[int | None, Query(ge=1, le=_BIGGEST_ID)]


def unit_ids_of(actor: Actor) -> frozenset[int] | None:
    """The units whose receipts this person may see, None for the whole office.

    Raises:
        NotFound: the person may see no receipts but the own ones.
    """
    return actor.reach(Act.SEE_REPORTS, Act.SEE_UNIT_REPORTS)


@router.get("/distributions")
def show_distributions(request: Request, site: SiteDep, visitor: VisitorDep, before: Before = None) -> Response:
    unit_ids = unit_ids_of(visitor.actor)
    with site.runtime.sessions() as session:
        rows = _page_of(session, unit_ids, before)
        shown = rows[:LINES_A_PAGE]
        read = readings(session, [row["id"] for row in shown], unit_ids)
    now = site.runtime.clock()
    view = DistributionsView(
        lines=tuple(_line(row, read.get(row["id"], Reading()), now) for row in shown),
        before=shown[-1]["id"] if len(rows) > LINES_A_PAGE else None,
        is_first=before is None,
        is_whole=unit_ids is None,
    )
    return page(site, "distributions.html", view, visitor, request)


def _page_of(session: Session, unit_ids: frozenset[int] | None, before: int | None) -> Sequence[RowMapping]:
    if unit_ids is None:
        return distributions_page(session, before, LINES_A_PAGE + 1)
    return distributions_to_units(session, unit_ids, before, LINES_A_PAGE + 1)


def _line(row: RowMapping, reading: Reading, now: datetime) -> DistributionLine:
    return DistributionLine(
        id=row["id"],
        number=row["number"],
        title=row["title"],
        type_name=document_type(row["type_code"]).name,
        mode=Mode(row["mode"]),
        urgency=Urgency(row["urgency"]),
        due_at=row["due_at"],
        frozen_at=row["frozen_at"],
        is_overdue=row["due_at"] is not None and row["due_at"] < now,
        is_listing=row["listed_at"] is None,
        reading=reading,
    )


@router.get("/distributions/{distribution_id}")
def show_distribution(
    request: Request, site: SiteDep, visitor: VisitorDep, distribution_id: DistributionId
) -> Response:
    return distribution_page(request, site, visitor, distribution_id, AddForm())


def distribution_page(
    request: Request, site: Site, visitor: Visitor, distribution_id: int, add_form: AddForm, status: int = 200
) -> Response:
    """The page, with a form in it as it was sent and what was wrong with it."""
    unit_ids = unit_ids_of(visitor.actor)
    report = report_coverage(site.runtime, visitor.actor, distribution_id, most_outstanding=PEOPLE_SHOWN)
    with site.runtime.sessions() as session:
        head = distribution_row(session, distribution_id)
        if head is None:
            raise NotFound
        scope = Scope(distribution_id, unit_ids)
        letters = _letters(session, scope, site.runtime.clock())
        asking = reminders_view(site.runtime, session, head, visitor.actor)
        corrected = office_corrections(session, scope, head, visitor.actor, report.as_of)
        changes = list_changes_view(session, scope, head, visitor.actor, report.as_of, add_form)
    view = DistributionView(
        heading=heading_of(report, head),
        facts=facts_of_row(head, with_audience=unit_ids is None),
        sum=Sum.of(report),
        as_of=report.as_of,
        listing_done=report.listing_done,
        letters=letters,
        groups=_groups(report),
        more=report.unnamed,
        is_whole=unit_ids is None,
        can_excuse=visitor.actor.may(Act.RECORD_ABSENCE),
        changes=changes,
        keeps_rosters=visitor.actor.may(Act.KEEP_ROSTERS),
        reminders=asking,
        corrections=corrected,
    )
    return page(site, "distribution.html", view, visitor, request, status)


def heading_of(report: Report, head: RowMapping) -> Heading:
    return Heading(
        id=report.distribution_id,
        number=report.number,
        title=report.title,
        mode=report.mode,
        urgency=Urgency(head["urgency"]),
        due_at=report.due_at,
        frozen_at=report.frozen_at,
    )


def _groups(report: Report) -> tuple[OutstandingGroup, ...]:
    """Units in office order, people in name order; units with nobody to show are left out."""
    return tuple(OutstandingGroup(unit, lines) for unit, lines in outstanding_by_unit(report))


def _letters(session: Session, scope: Scope, now: datetime) -> LettersView:
    by_status = letters_by_status(session, scope)
    speed = pace(session, scope, now - _PACE_OVER)
    waiting = sum(by_status.get(status, 0) for status in OPEN)
    seconds = min(_PACE_OVER, now - speed.first_at).total_seconds() if speed.first_at else 0
    a_second = speed.settled / seconds if seconds > 0 else 0
    return LettersView(
        total=sum(by_status.values()),
        open=waiting,
        counts=tuple(
            LetterCount(status.label, by_status[status], status in FAILED) for status in Status if status in by_status
        ),
        parts=_letter_parts(by_status),
        a_minute=round(a_second * 60),
        seconds_left=ceil((waiting - speed.retrying) / a_second) if a_second else None,
        retrying=speed.retrying,
        next_retry_at=speed.next_retry_at,
        failed=tuple(FailedLine(one) for one in failed_letters(session, scope, FAILURES_SHOWN)),
    )


def _letter_parts(by_status: dict[Status, int]) -> tuple[Part, ...]:
    def count(statuses: frozenset[Status]) -> int:
        return sum(by_status.get(status, 0) for status in statuses)

    accepted = by_status.get(Status.ACCEPTED, 0)
    others = count(FINAL) - accepted - count(FAILED)
    pieces = {
        "ok": (Status.ACCEPTED.label, accepted),
        "lost": ("Không đến được", count(FAILED)),
        "free": (Status.CANCELLED.label, others),
        "rest": ("Đang chờ", count(OPEN)),
    }
    return parts(sum(by_status.values()), pieces)
