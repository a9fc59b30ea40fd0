"""The acknowledgement report, as far as the asker may see: the office, or a manager's own units by the frozen list."""

from dataclasses import replace
from datetime import datetime

from service.actions.own_deadlines import with_own_deadlines
from service.domain.coverage import Report
from service.domain.errors import NotFound
from service.domain.roles import Act, Actor
from service.runtime import Runtime
from service.store.distributions import distribution_row
from service.store.inquiries import inquiries_as_of
from service.store.reports import Scope, report


def report_coverage(
    runtime: Runtime,
    actor: Actor,
    distribution_id: int,
    as_of: datetime | None = None,
    *,
    most_outstanding: int | None = None,
) -> Report:
    """Build the report of a distribution as of a moment, now by default.

    It names everybody who has not confirmed, or only the first `most_outstanding` of them.

    Raises:
        NotFound: there is no such distribution, or nobody of the actor's units is on its list.
    """
    actor.must(Act.SEE_REPORTS, Act.SEE_UNIT_REPORTS)
    now = runtime.clock()
    moment = (as_of or now).astimezone(now.tzinfo)
    scope = Scope(distribution_id, None if actor.may(Act.SEE_REPORTS) else actor.unit_ids)
    with runtime.sessions() as session:
        head = distribution_row(session, distribution_id)
        if head is None:
            raise NotFound
        found = report(session, head, scope, moment, moment.date(), most_outstanding=most_outstanding)
        built = with_own_deadlines(runtime, session, found)
        inquiries = inquiries_as_of(session, scope, moment)
    if scope.unit_ids is not None and not built.units:
        raise NotFound
    return replace(built, inquiries=inquiries)
