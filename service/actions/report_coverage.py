"""The acknowledgement report, as far as the asker may see: the office, or a manager's own units by the frozen list."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from sqlalchemy.orm import Session

from service.actions.own_deadlines import with_own_deadlines
from service.domain.coverage import Confirmation, Outstanding, Report, Term, moment_within
from service.domain.errors import NotFound
from service.domain.roles import Act, Actor
from service.runtime import Runtime
from service.store.confirmations import Sought, all_confirmations, confirmations_of, count_confirmations
from service.store.database import hold_one_moment
from service.store.distributions import distribution_row
from service.store.inquiries import inquiries_as_of
from service.store.listings import lists_anybody
from service.store.reports import Asked, Scope, all_outstanding, outstanding_page, report

# More than a page or a sheet of paper is for.
NAMED_AT_MOST = 1_000
INQUIRIES_NAMED = 200


@dataclass(frozen=True, slots=True)
class OpenReport:
    """A report whose people are still to be read, out of the snapshot that its figures are of; `report` names none."""

    report: Report
    _session: Session
    _sought: Sought

    @classmethod
    def of(cls, session: Session, asked: Asked) -> Self:
        """Without inquiries."""
        sought = confirmations_of(session, asked)
        built = _with_late(session, sought, report(session, asked, most_outstanding=0))
        return cls(built, session, sought)

    def outstanding(self, term: Term | None = None) -> Iterator[Outstanding]:
        """Everybody who has not confirmed, or those of one term, in name order; read in parts, however many."""
        for lot in all_outstanding(self._session, self._sought.asked, term):
            yield from with_own_deadlines(self._session, self.report, lot)

    def confirmations(self) -> Iterator[Confirmation]:
        """Everybody who has confirmed, in name order; read in parts, however many."""
        for lot in all_confirmations(self._session, self._sought):
            yield from with_own_deadlines(self._session, self.report, lot)


def report_coverage(
    runtime: Runtime,
    actor: Actor,
    distribution_id: int,
    as_of: datetime | None = None,
    *,
    most_outstanding: int = NAMED_AT_MOST,
) -> Report:
    """Build the report of a distribution as of a moment, now by default; for whole lists of people see `open_report`.

    Raises:
        NotFound: there is no such distribution, or nobody of the actor's units is on its list.
    """
    with runtime.sessions() as session:
        asked = ask(runtime, session, actor, distribution_id, as_of)
        sought = confirmations_of(session, asked)
        built = _with_late(session, sought, report(session, asked, most_outstanding=most_outstanding))
        built = _with_inquiries(session, actor, asked.scope, built)
        return replace(built, outstanding=tuple(with_own_deadlines(session, built, built.outstanding)))


@contextmanager
def open_report(
    runtime: Runtime, actor: Actor, distribution_id: int, as_of: datetime | None = None
) -> Iterator[OpenReport]:
    """As `report_coverage`, with everybody: figures and people are of one snapshot, which ends with the `with`."""
    with runtime.sessions() as session:
        hold_one_moment(session)
        asked = ask(runtime, session, actor, distribution_id, as_of)
        opened = OpenReport.of(session, asked)
        yield replace(opened, report=_with_inquiries(session, actor, asked.scope, opened.report))


def list_outstanding(
    runtime: Runtime, actor: Actor, distribution_id: int, as_of: datetime | None, *, after: int, limit: int
) -> Sequence[Outstanding]:
    """The people of a report whose ids come behind `after`, in the order of ids.

    Raises:
        NotFound: as `report_coverage`.
    """
    with runtime.sessions() as session:
        asked = ask(runtime, session, actor, distribution_id, as_of)
        people = outstanding_page(session, asked, after=after, limit=limit)
        return with_own_deadlines(session, confirmations_of(session, asked), people)


def ask(runtime: Runtime, session: Session, actor: Actor, distribution_id: int, as_of: datetime | None) -> Asked:
    """What this actor's report of a distribution is about, now by default; see `moment_within`.

    Raises:
        NotFound: as `report_coverage`.
    """
    scope = Scope(distribution_id, actor.reach(Act.SEE_REPORTS, Act.SEE_UNIT_REPORTS))
    now = runtime.clock()
    head = distribution_row(session, distribution_id)
    if head is None or (scope.unit_ids is not None and not lists_anybody(session, scope)):
        raise NotFound
    return Asked(head, scope, moment_within(as_of, head["frozen_at"], now))


def _with_late(session: Session, sought: Sought, built: Report) -> Report:
    """The report with how many of each unit confirmed late."""
    if not built.is_past_due:
        return built
    late = {(unit.unit_id, unit.unit_name): unit.late for unit in count_confirmations(session, sought)}
    units = (replace(unit, late=late.get((unit.unit_id, unit.unit_name), 0)) for unit in built.units)
    return replace(built, units=tuple(units))


def _with_inquiries(session: Session, actor: Actor, scope: Scope, built: Report) -> Report:
    found = inquiries_as_of(session, scope, built.as_of, most_waiting=INQUIRIES_NAMED)
    return replace(built, inquiries=found if _may_read_inquiries(actor, scope) else found.without_words())


def _may_read_inquiries(actor: Actor, scope: Scope) -> bool:
    """As where they are answered: the figures are for whoever sees reports, what people wrote is not for an auditor."""
    return actor.may(Act.SEE_INQUIRIES) or scope.unit_ids is not None
