"""The directory: its units and people, one person's absences and exemptions, and the import of a file.

The secretariat and administrators see the office; a manager the people who stand in the own units now.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from service.actions.record_absence import Period, exempt, record_absence
from service.actions.sign_in import Visitor
from service.domain.deadlines import parse_date
from service.domain.errors import BadDate, BadPeriod, Invalid, NotFound
from service.domain.roles import Act, Actor
from service.store.audiences import Headcount
from service.store.directory import PersonLine, UnitLine, find_people, list_units, person_by_code, unit_subtree
from service.store.overviews import absences_of, headcounts_by_unit, receipts_of_person
from service.web.deps import FormId, PostingVisitor, SiteDep, VisitorDep, page
from service.web.directory_views import (
    DirectoryView,
    ExcuseForm,
    PersonEntry,
    PersonView,
    UnitEntry,
    with_those_below,
)
from service.web.fields import SentDep
from service.web.site import Site

router = APIRouter()

PEOPLE_A_PAGE = 50
PAPERS_SHOWN = 20
ABSENCES_SHOWN = 20

_BIGGEST_ID = 2**63 - 1

Sought = Annotated[str, Query(max_length=200)]
UnitId = Annotated[int | None, Query(ge=1, le=_BIGGEST_ID)]
After = Annotated[str | None, Query(max_length=2000)]


def reach_of(actor: Actor) -> frozenset[int] | None:
    """The units whose people this person may look up, None for the whole office.

    Raises:
        NotFound: none.
    """
    actor.must(Act.SEE_DIRECTORY, Act.RECORD_ABSENCE)
    return None if actor.may(Act.SEE_DIRECTORY) else actor.unit_ids


@router.get("/directory")
def show_directory(
    request: Request, site: SiteDep, visitor: VisitorDep, q: Sought = "", unit: UnitId = None, after: After = None
) -> Response:
    reach = reach_of(visitor.actor)
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
    return _person_page(request, site, visitor, _person(site, visitor.actor, code), ExcuseForm(), {})


@router.post("/directory/people/{code:path}/absences")
def add_absence(request: Request, site: SiteDep, visitor: PostingVisitor, sent: SentDep, code: str) -> Response:
    visitor.actor.must(Act.RECORD_ABSENCE)
    person = _person(site, visitor.actor, code)
    form = ExcuseForm(sent.text("first_day"), sent.text("last_day"), sent.text("reason"))
    errors: dict[str, str] = {}
    first, last = (_day(sent.text(name), name, errors) for name in ("first_day", "last_day"))
    if first is None or last is None:
        return _person_page(request, site, visitor, person, form, errors, 422)
    try:
        record_absence(site.runtime, visitor.actor, person.person_id, Period(first, last), form.reason)
    except Invalid as refused:
        errors["last_day" if isinstance(refused, BadPeriod) else "reason"] = refused.vi
        return _person_page(request, site, visitor, person, form, errors, 422)
    return RedirectResponse(f"{_href(person)}#vang", 303)


@router.post("/directory/people/{code:path}/exemptions")
def add_exemption(
    *, request: Request, site: SiteDep, visitor: PostingVisitor, sent: SentDep, code: str, distribution_id: FormId
) -> Response:
    visitor.actor.must(Act.RECORD_ABSENCE)
    person = _person(site, visitor.actor, code)
    form = ExcuseForm(reason=sent.text("reason"), distribution_id=distribution_id)
    try:
        exempt(site.runtime, visitor.actor, distribution_id, person.person_id, form.reason)
    except Invalid as refused:
        return _person_page(request, site, visitor, person, form, {"exemption": refused.vi}, 422)
    return RedirectResponse(f"{_href(person)}#van-ban", 303)


def _person(site: Site, actor: Actor, code: str) -> PersonLine:
    """Raises: NotFound, when there is nobody of this code now, or not for this reader."""
    reach = reach_of(actor)
    with site.runtime.sessions() as session:
        person = person_by_code(session, code.replace("\0", ""))
    if person is None or (reach is not None and person.unit_id not in reach):
        raise NotFound
    return person


def _person_page(
    request: Request,
    site: Site,
    visitor: Visitor,
    person: PersonLine,
    form: ExcuseForm,
    errors: Mapping[str, str],
    status: int = 200,
) -> Response:
    actor = visitor.actor
    # A manager may also be an administrator, who sees the whole directory but nobody's reasons.
    can_excuse = actor.may(Act.POST) or (actor.may(Act.RECORD_ABSENCE) and person.unit_id in actor.unit_ids)
    # What was sent while the person stood in another manager's unit is that manager's to see.
    frozen_in = None if actor.may(Act.SEE_REPORTS) else actor.unit_ids
    with site.runtime.sessions() as session:
        receipts = receipts_of_person(session, person.person_id, frozen_in, PAPERS_SHOWN) if can_excuse else []
        absences = absences_of(session, person.person_id, ABSENCES_SHOWN) if can_excuse else []
    view = PersonView(
        entry=PersonEntry(person),
        can_excuse=can_excuse,
        absences=tuple(absences),
        receipts=tuple(receipts),
        form=form,
        errors=errors,
    )
    return page(site, "person.html", view, visitor, request, status)


def _href(person: PersonLine) -> str:
    return f"/directory/people/{quote(person.code)}"


def _day(written: str, name: str, errors: dict[str, str]) -> date | None:
    try:
        return parse_date(written)
    except BadDate as refused:
        errors[name] = refused.vi
        return None
