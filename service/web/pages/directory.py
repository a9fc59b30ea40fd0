"""The directory: its units and people, and what is known of one of them.

The secretariat and administrators see the office; a manager the people who stand in the own units now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from service.actions.sign_in import Visitor
from service.domain.roles import Act
from service.store.audiences import Headcount
from service.store.directory import UnitLine, find_people, list_units, unit_subtree
from service.store.overviews import headcounts_by_unit
from service.web.deps import SiteDep, VisitorDep, page
from service.web.directory_views import (
    DirectoryView,
    PersonEntry,
    UnitEntry,
    with_those_below,
)
from service.web.person_views import PersonForm, find_known, person_view
from service.web.site import Site

router = APIRouter()

PEOPLE_A_PAGE = 50

_BIGGEST_ID = 2**63 - 1

Sought = Annotated[str, Query(max_length=200)]
UnitId = Annotated[int | None, Query(ge=1, le=_BIGGEST_ID)]
After = Annotated[str | None, Query(max_length=2000)]


@router.get("/directory")
def show_directory(
    request: Request, site: SiteDep, visitor: VisitorDep, q: Sought = "", unit: UnitId = None, after: After = None
) -> Response:
    reach = visitor.actor.reach(Act.SEE_DIRECTORY, Act.RECORD_ABSENCE)
    sought, now = q.replace("\0", ""), site.runtime.clock()
    with site.runtime.sessions() as session:
        tree = [line for line in list_units(session) if reach is None or line.id in reach]
        counts = headcounts_by_unit(session, now, now.date())
        chosen = next((line for line in tree if line.id == unit), None)
        found = find_people(session, sought, _within(session, reach, chosen), after, PEOPLE_A_PAGE)
    asked = {"q": sought} | ({"unit": chosen.id} if chosen else {})
    view = DirectoryView(
        units=_entries(tree, counts, chosen),
        people=tuple(PersonEntry(line) for line in found.lines),
        sought=sought,
        unit_id=chosen.id if chosen else None,
        unit_name=chosen.name if chosen else "",
        next_href=f"/directory?{urlencode(asked | {'after': found.after})}" if found.after else "",
        is_first=after is None,
        can_import=visitor.actor.may(Act.CHANGE_DIRECTORY),
    )
    return page(site, "directory.html", view, visitor, request)


def _within(session: Session, reach: frozenset[int] | None, chosen: UnitLine | None) -> frozenset[int] | None:
    """Whose people are sought: a chosen unit's with those below it, as far as the reader reaches."""
    if chosen is None:
        return reach
    below = unit_subtree(session, frozenset({chosen.id}))
    return below if reach is None else below & reach


def _entries(
    tree: Sequence[UnitLine], counts: Mapping[int, Headcount], chosen: UnitLine | None
) -> tuple[UnitEntry, ...]:
    people = with_those_below(tree, counts)
    top = min((line.depth for line in tree), default=0)
    return tuple(
        UnitEntry(line.id, line.name, line.depth - top, people[line.id].listed, line is chosen) for line in tree
    )


@router.get("/directory/people/{code:path}")
def show_person(request: Request, site: SiteDep, visitor: VisitorDep, code: str) -> Response:
    return person_page(request, site, visitor, code, PersonForm())


def person_page(
    request: Request, site: Site, visitor: Visitor, code: str, form: PersonForm, status: int = 200
) -> Response:
    """The page, with its forms as they were sent and what was wrong with them."""
    known = find_known(site, visitor.actor, code)
    view = replace(person_view(site, visitor.actor, known.person), left_at=known.left_at, form=form)
    return page(site, "person.html", view, visitor, request, status)
