"""Why a person need not confirm: absences, and the end of an exemption."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from sqlalchemy.orm import Session

from service.actions.record_absence import Period, check_reach, lift_exemption, record_absence, withdraw_absence
from service.domain.absences import Kind
from service.domain.errors import NotFound
from service.domain.roles import Act, Actor
from service.domain.texts import REASON
from service.store.directory import person_by_code
from service.store.excuses import AbsenceLine, absence_lines
from service.store.listings import recipient
from service.store.reports import Scope
from service.web.api.shapes import MOST_LINES, Code, Id, Moment, Shape, Text, typed
from service.web.deps import ActorDep, SiteDep

router = APIRouter(tags=["directory"])


class AbsenceGiven(Shape):
    """First and last day, both included. Days recorded before with the same kind make one absence with these."""

    kind: Kind = Kind.LEAVE
    first_day: date
    last_day: date
    reason: Annotated[Text, typed(REASON, "It stands in the reports")] = ""


class AbsenceShape(Shape):
    """`withdrawn_at` is null while the absence counts. Names are empty for the operator."""

    id: int
    kind: Kind
    first_day: date
    last_day: date
    reason: str
    recorded_by: str
    recorded_at: Moment
    withdrawn_by: str
    withdrawn_at: Moment | None


@router.get("/people/{person_code}/absences")
def list_absences(site: SiteDep, actor: ActorDep, person_code: Code) -> list[AbsenceShape]:
    """The latest first, withdrawn ones included; at most the newest two hundred."""
    with site.runtime.sessions() as session:
        person_id = _person(session, actor, person_code)
        check_reach(session, actor, person_id)
        lines = absence_lines(session, person_id, MOST_LINES)
    return [_shape(line) for line in lines]


@router.post("/people/{person_code}/absences", status_code=204)
def add_absence(site: SiteDep, actor: ActorDep, person_code: Code, given: AbsenceGiven) -> None:
    """Record that a person is absent, and why; open deadlines of this person move."""
    with site.runtime.sessions() as session:
        person_id = _person(session, actor, person_code)
    period = Period(given.first_day, given.last_day)
    record_absence(site.runtime, actor, person_id, period, given.reason, kind=given.kind)


@router.delete("/people/{person_code}/absences/{absence_id}", status_code=204)
def withdraw(site: SiteDep, actor: ActorDep, person_code: Code, absence_id: Id, last_day: date | None = None) -> None:
    """Say that an absence is none, or with `last_day` that it ended earlier; reports of earlier moments keep it."""
    with site.runtime.sessions() as session:
        person_id = _person(session, actor, person_code)
    withdraw_absence(site.runtime, actor, person_id, absence_id, last_day=last_day)


@router.delete("/distributions/{distribution_id}/recipients/{person_code}/exemption", status_code=204)
def lift(site: SiteDep, actor: ActorDep, distribution_id: Id, person_code: Code) -> None:
    """Ask an exempted person to confirm again."""
    actor.must(Act.RECORD_ABSENCE)
    with site.runtime.sessions() as session:
        found = recipient(session, Scope(distribution_id), person_code)
    if found is None:
        raise NotFound
    lift_exemption(site.runtime, actor, distribution_id, found.person_id)


def _person(session: Session, actor: Actor, code: str) -> int:
    actor.must(Act.RECORD_ABSENCE)
    person = person_by_code(session, code)
    if person is None:
        raise NotFound
    return person.person_id


def _shape(line: AbsenceLine) -> AbsenceShape:
    told = line.absence
    return AbsenceShape(
        id=line.id,
        kind=told.kind,
        first_day=told.first_day,
        last_day=told.last_day,
        reason=told.reason,
        recorded_by=line.recorded_by,
        recorded_at=line.recorded_at,
        withdrawn_by=line.withdrawn_by,
        withdrawn_at=line.withdrawn_at,
    )
