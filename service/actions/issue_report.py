"""Hands out a report: its moment and figures are kept, and can be worked out again."""

from datetime import datetime

from service.actions.report_coverage import report_coverage
from service.domain.errors import ListBeingDrawn, NotFound
from service.domain.evidence import Deed, entry
from service.domain.issued_reports import IssuedReport, figures_of
from service.domain.roles import Act, Actor
from service.runtime import Runtime
from service.store import evidence
from service.store.corrections import hold
from service.store.directory_changes import lock_directory
from service.store.issued_reports import DATED_FACTS, add_issued_report, hold_table, issued_report


def issue_report(runtime: Runtime, actor: Actor, distribution_id: int, as_of: datetime | None = None) -> int:
    """Keep the report of the whole office as of a moment, now by default and at the latest; returns its number.

    Raises:
        NotFound: the actor may not issue reports, or there is no such distribution.
        ListBeingDrawn: the list is still being drawn, so the figures would be part of the truth only.
    """
    actor.must(Act.ISSUE_REPORTS)
    now = runtime.clock()
    moment = min(as_of or now, now)
    _let_writers_finish(runtime, distribution_id)
    report = report_coverage(runtime, actor, distribution_id, moment, most_outstanding=0)
    if not report.listing_done:
        raise ListBeingDrawn
    now, figures = runtime.clock(), figures_of(report)
    with runtime.sessions.begin() as session:
        made = add_issued_report(session, distribution_id, report.as_of, figures, actor.account_id, now)
        told = entry(
            Deed.REPORT_ISSUED, actor, now, distribution=distribution_id, report=made, figures_sha256=figures.sha256
        )
        evidence.append(session, told)
    return made


def check_report(runtime: Runtime, actor: Actor, distribution_id: int, report_id: int) -> tuple[IssuedReport, bool]:
    """An issued report, and whether its figures come out the same when they are worked out again now.

    Raises:
        NotFound: the actor may not see the reports of the office, or there is none such.
    """
    actor.must(Act.SEE_REPORTS)
    with runtime.sessions() as session:
        issued = issued_report(session, distribution_id, report_id)
    if issued is None:
        raise NotFound
    again = report_coverage(runtime, actor, distribution_id, issued.as_of, most_outstanding=0)
    return issued, figures_of(again).agree_with(issued.figures)


def _let_writers_finish(runtime: Runtime, distribution_id: int) -> None:
    """Wait until whoever is writing facts that bear a moment gone by has committed them, so that none comes later.

    One at a time, because who holds nothing while waiting can end in no deadlock.
    """
    with runtime.sessions.begin() as session:
        hold(session, distribution_id)
    with runtime.sessions.begin() as session:
        lock_directory(session)
    for table in DATED_FACTS:
        with runtime.sessions.begin() as session:
            hold_table(session, table)
