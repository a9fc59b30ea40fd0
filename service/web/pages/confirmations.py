"""Who has confirmed a distribution, when, how, and by how much late: by name, as of any moment."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from service.actions.list_confirmations import ConfirmationList, Filter, list_confirmations
from service.domain.coverage import has_passed
from service.domain.documents import Mode, Urgency
from service.domain.errors import BadDate, NotFound, UnknownUnit
from service.store.confirmations import UnitCount
from service.store.reports import Scope
from service.web.api.shapes import BIGGEST_ID
from service.web.confirmation_views import ConfirmationLine, ConfirmationsView
from service.web.deps import SiteDep, VisitorDep, page
from service.web.list_views import UnitChoice, unit_choices
from service.web.office_views import Heading
from service.web.pages.distributions import DistributionId, unit_ids_of
from service.web.pages.reports import AsOf, asked_moment, field_value
from service.web.site import Site

router = APIRouter()

LINES_A_PAGE = 50

UnitCode = Annotated[str, Query(max_length=200)]
After = Annotated[int | None, Query(ge=1, le=BIGGEST_ID)]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address says, as far as it can be used."""

    distribution_id: int
    wanted: Filter
    as_of: str
    after: int | None

    def next_href(self, after: int) -> str:
        asked = {"as_of": self.as_of, "unit": self.wanted.unit, "late": "1" if self.wanted.only_late else ""}
        given = {name: value for name, value in asked.items() if value}
        return f"/distributions/{self.distribution_id}/confirmations?{urlencode(given | {'after': after})}"

    def report_href(self, form: str = "") -> str:
        """The report as of the same moment."""
        asked = f"?{urlencode({'as_of': self.as_of})}" if self.as_of else ""
        return f"/distributions/{self.distribution_id}/report{form}{asked}"


@router.get("/distributions/{distribution_id}/confirmations")
def show_confirmations(
    *,
    request: Request,
    site: SiteDep,
    visitor: VisitorDep,
    distribution_id: DistributionId,
    unit: UnitCode = "",
    late: bool = False,
    as_of: AsOf = "",
    after: After = None,
) -> Response:
    reach = Scope(distribution_id, unit_ids_of(visitor.actor))
    try:
        moment, error = asked_moment(site, as_of), ""
    except BadDate as refused:
        moment, error = None, refused.vi
    asked = _Asked(distribution_id, Filter(unit.replace("\0", ""), late), as_of if moment else "", after)
    try:
        found = list_confirmations(
            site.runtime, visitor.actor, distribution_id, moment, asked.wanted, after=after, limit=LINES_A_PAGE + 1
        )
    except UnknownUnit:
        raise NotFound from None
    view = _view(site, reach, asked, found, error)
    return page(site, "confirmations.html", view, visitor, request, 422 if error else 200)


def _view(site: Site, reach: Scope, asked: _Asked, found: ConfirmationList, error: str) -> ConfirmationsView:
    head, sought = found.head, found.sought
    shown = found.people[:LINES_A_PAGE]
    late = sum(unit.late for unit in found.found)
    return ConfirmationsView(
        heading=Heading(
            id=head["id"],
            number=head["number"],
            title=head["title"],
            mode=Mode(head["mode"]),
            urgency=Urgency(head["urgency"]),
            due_at=sought.due_at,
            frozen_at=head["frozen_at"],
        ),
        as_of=sought.as_of,
        as_of_input=field_value(site, sought.as_of) if asked.as_of else "",
        earliest_input=field_value(site, head["frozen_at"]),
        latest_input=field_value(site, site.runtime.clock()),
        units=_units(site, reach, found.units, asked.wanted.unit),
        unit=asked.wanted.unit,
        only_late=asked.wanted.only_late,
        confirmed=sum(unit.confirmed for unit in found.found),
        late=late if has_passed(sought.due_at, sought.as_of) else None,
        lines=tuple(ConfirmationLine(person, site.zone) for person in shown),
        next_href=asked.next_href(shown[-1].person_id) if len(found.people) > LINES_A_PAGE else "",
        is_first=asked.after is None,
        report_href=asked.report_href(),
        csv_href=asked.report_href(".csv"),
        listing_done=head["listed_at"] is not None,
        is_whole=reach.unit_ids is None,
        error=error,
    )


def _units(site: Site, reach: Scope, counts: Sequence[UnitCount], chosen: str) -> tuple[UnitChoice, ...]:
    confirmed: Counter[int] = Counter()
    for unit in counts:
        confirmed[unit.unit_id] += unit.confirmed
    with site.runtime.sessions() as session:
        return unit_choices(session, reach, confirmed, chosen)
