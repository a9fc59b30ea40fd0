"""Audience expressions as SQL over dated memberships."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ARRAY, ColumnElement, Text, and_, any_, false, func, literal, not_, or_, select, true
from sqlalchemy.orm import Session

from service.domain.audiences import Audience, Factor, Kind, Term
from service.domain.errors import EmptyAudience, NotInDirectory
from service.store.letters import PRESENT
from service.store.tables import memberships, people, units
from service.store.units import below


def belongs(audience: Audience) -> ColumnElement[bool]:
    """True for a membership that the audience asks for."""
    return and_(_any_of(audience.includes), not_(_any_of(audience.excludes)))


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
    counts = select(func.count(), func.count().filter(PRESENT.has_mailbox)).select_from(memberships)
    listed, by_mail = session.execute(counts.where(belongs(audience), in_force(moment, office_day))).one()
    return Headcount(listed=listed, by_mail=by_mail)


def check_audience(session: Session, audience: Audience, asked: str, moment: datetime, office_day: date) -> Headcount:
    """Hold an audience against the directory before anything is promised.

    Raises:
        NotInDirectory: a term names a unit, group or person that does not exist; names the term.
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
            query = select(literal(1)).where(_is_coded(units.c.code, [factor.name]))
        case Kind.PERSON:
            query = select(literal(1)).where(_is_coded(people.c.code, [factor.name]))
        case Kind.GROUP:
            query = select(literal(1)).where(_one_of(factor.kind, [factor.name]))
        case Kind.ALL | Kind.CLASS:
            return
    if session.execute(query.limit(1)).first() is None:
        raise NotInDirectory(term=str(factor), kind=factor.kind)


def _is_coded(column: ColumnElement[str], codes: Sequence[str]) -> ColumnElement[bool]:
    """True for one of these codes, in either case; no file may hold two that differ in nothing else."""
    lowered = literal([code.lower() for code in codes], ARRAY(Text))
    return or_(column == any_(literal(list(codes), ARRAY(Text))), func.lower(column) == any_(lowered))


def _any_of(terms: Sequence[Term]) -> ColumnElement[bool]:
    """Terms that differ in the name of their first factor alone are one condition: hundreds of units, one tree."""
    alike: defaultdict[tuple[Kind, Term], list[str]] = defaultdict(list)
    for first, *others in terms:
        alike[first.kind, tuple(others)].append(first.name)
    return or_(
        false(),
        *(
            and_(_one_of(kind, names), *(_one_of(factor.kind, [factor.name]) for factor in others))
            for (kind, others), names in alike.items()
        ),
    )


def _one_of(kind: Kind, names: Sequence[str]) -> ColumnElement[bool]:
    m, named = memberships.c, literal(list(names), ARRAY(Text))
    match kind:
        case Kind.ALL:
            return true()
        case Kind.UNIT:
            return m.unit_id.in_(below(_is_coded(units.c.code, names)))
        case Kind.CLASS:
            return m.staff_class == any_(named)
        case Kind.GROUP:
            return or_(*(literal(name) == any_(m.groups) for name in names))
        case Kind.PERSON:
            return m.person_id.in_(select(people.c.id).where(_is_coded(people.c.code, names)))
