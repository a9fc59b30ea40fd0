"""Audience expressions as SQL over dated memberships."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, any_, func, literal, not_, or_, select, true
from sqlalchemy.orm import Session

from service.domain.audiences import Audience, Factor, Kind, Term
from service.domain.errors import EmptyAudience, UnknownTerm
from service.store.tables import memberships, people, units
from service.store.units import below


def belongs(audience: Audience) -> ColumnElement[bool]:
    """True for a membership that the audience asks for."""
    wanted = or_(*(_term(term) for term in audience.includes))
    return and_(wanted, *(not_(_term(term)) for term in audience.excludes))


def in_force(moment: datetime, office_day: date) -> ColumnElement[bool]:
    """True for the version of a person that stood at `moment`, where the person was active on `office_day`."""
    m = memberships.c
    return and_(
        m.valid_from <= moment,
        or_(m.valid_to.is_(None), m.valid_to > moment),
        or_(m.active_from.is_(None), m.active_from <= office_day),
        or_(m.active_to.is_(None), m.active_to >= office_day),
    )


@dataclass(frozen=True, slots=True)
class Headcount:
    """How an audience would be reached: `listed` in all, of whom `by_mail` have a working address."""

    listed: int
    by_mail: int

    @property
    def inbox_only(self) -> int:
        return self.listed - self.by_mail


def headcount(session: Session, audience: Audience, moment: datetime, office_day: date) -> Headcount:
    reachable = memberships.c.email_problem.is_(None)
    query = select(func.count(), func.count().filter(reachable)).where(belongs(audience), in_force(moment, office_day))
    listed, by_mail = session.execute(query.select_from(memberships)).one()
    return Headcount(listed=listed, by_mail=by_mail)


def check_audience(session: Session, audience: Audience, asked: str, moment: datetime, office_day: date) -> Headcount:
    """Hold an audience against the directory before anything is promised.

    Raises:
        UnknownTerm: a term names a unit, group or person that does not exist; names the term.
        EmptyAudience: every term exists and together they hold nobody.
    """
    for factor in sorted(audience.factors(), key=str):
        _check_factor(session, factor)
    found = headcount(session, audience, moment, office_day)
    if not found.listed:
        raise EmptyAudience(audience=asked)
    return found


def _check_factor(session: Session, factor: Factor) -> None:
    match factor.kind:
        case Kind.UNIT:
            query, noun = select(literal(1)).where(units.c.code == factor.name), "unit"
        case Kind.PERSON:
            query, noun = select(literal(1)).where(people.c.code == factor.name), "person"
        case Kind.GROUP:
            query, noun = select(literal(1)).where(_in_group(factor.name)), "group"
        case Kind.ALL | Kind.CLASS:
            return
    if session.execute(query.limit(1)).first() is None:
        raise UnknownTerm(term=str(factor), reason=f"there is no {noun} {factor.name!r} in the directory")


def _term(term: Term) -> ColumnElement[bool]:
    return and_(*(_factor(factor) for factor in term))


def _factor(factor: Factor) -> ColumnElement[bool]:
    match factor.kind:
        case Kind.ALL:
            return true()
        case Kind.UNIT:
            return memberships.c.unit_id.in_(below(units.c.code == factor.name))
        case Kind.CLASS:
            return memberships.c.staff_class == factor.name
        case Kind.GROUP:
            return _in_group(factor.name)
        case Kind.PERSON:
            chosen = select(people.c.id).where(people.c.code == factor.name).scalar_subquery()
            return memberships.c.person_id == chosen


def _in_group(name: str) -> ColumnElement[bool]:
    return literal(name) == any_(memberships.c.groups)
