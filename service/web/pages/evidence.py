"""Nhật ký chứng cứ: what is recorded of every deed, for the auditor to read."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from service.actions.look_up_evidence import look_up_evidence
from service.domain.deadlines import parse_date
from service.domain.errors import BadDate
from service.domain.evidence import Deed
from service.store.evidence_pages import Wanted
from service.web.deps import Before, SiteDep, VisitorDep, page
from service.web.evidence_views import EvidenceEntry, EvidenceView

router = APIRouter()

ENTRIES_A_PAGE = 50

_BIGGEST_ID = 2**63 - 1

Word = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters as they were typed."""

    deed: Word = ""
    distribution: Word = ""
    person: Word = ""
    day: Word = ""

    def wanted(self, zone: ZoneInfo) -> Wanted:
        """What they mean; a number that is none finds nothing, an unknown deed means any.

        Raises:
            BadDate: the day is none.
        """
        number, person = self.distribution.strip(), self.person.replace("\0", "").strip()
        day = parse_date(self.day.strip()) if self.day.strip() else None
        since = datetime.combine(day, time(), zone) if day else None
        return Wanted(
            deed=Deed(self.deed) if self.deed in set(Deed) else None,
            distribution_id=_number(number) if number else None,
            person_code=person or None,
            since=since,
            until=since + timedelta(days=1) if since else None,
        )

    def given(self) -> dict[str, str]:
        fields = {"deed": self.deed, "distribution": self.distribution, "person": self.person, "day": self.day}
        return {name: value for name, value in fields.items() if value}


@router.get("/evidence")
def show_evidence(
    request: Request,
    site: SiteDep,
    visitor: VisitorDep,
    deed: Word = "",
    distribution: Word = "",
    person: Word = "",
    day: Word = "",
    before: Before = None,
) -> Response:
    asked = Asked(deed, distribution, person, day)
    try:
        wanted, error = asked.wanted(site.zone), ""
    except BadDate as refused:
        wanted, error = Wanted(), refused.vi
    found = look_up_evidence(site.runtime, visitor.actor, wanted, before, ENTRIES_A_PAGE)
    entries = tuple(EvidenceEntry(line, site.zone) for line in found.lines[:ENTRIES_A_PAGE])
    goes_on = len(found.lines) > ENTRIES_A_PAGE
    view = EvidenceView(
        entries=entries,
        head=found.head,
        anchor=found.anchor,
        waiting=found.waiting,
        deed=deed,
        distribution=distribution,
        person=person,
        day=day,
        error=error,
        next_href=f"/evidence?{urlencode(asked.given() | {'before': entries[-1].position})}" if goes_on else "",
        is_first=before is None,
    )
    return page(site, "evidence.html", view, visitor, request, 422 if error else 200)


def _number(written: str) -> int:
    """Zero, which no distribution has, for what is no number."""
    return int(written) if written.isdecimal() and int(written) <= _BIGGEST_ID else 0
