"""A statement takes 65,535 parameters at most; an office may have more people than that."""

from datetime import UTC, date, datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from service.domain.absences import Absence, Kind
from service.domain.audiences import parse_audience
from service.store.corrections import first_letters
from service.store.distributions import add_distribution, finish_listing, list_range, next_unlisted
from service.store.documents import add_document
from service.store.excuses import absences_of_people, add_absence
from service.store.list_changes import open_list, queue_to_added
from service.store.own_deadlines import (
    Obligation,
    Whose,
    obligations,
    own_deadlines,
    write_own_deadlines,
)
from service.store.tables import deliveries, receipts
from tests.makers import LONG_AGO, make_person, make_posting, make_unit

MANY = range(1, 70_001)
DUE = datetime(2018, 3, 1, 10, tzinfo=UTC)


def draw(session: Session) -> int:
    """A distribution that lists two people."""
    unit, posting = make_unit(session), make_posting()
    for _ in range(2):
        make_person(session, unit)
    document_id = add_document(session, posting, None)
    distribution_id = add_distribution(session, document_id, posting, None, LONG_AGO, None)
    unlisted = next_unlisted(session, LONG_AGO)
    assert unlisted is not None
    list_range(session, unlisted, parse_audience("all"), MANY[-1], LONG_AGO.date())
    finish_listing(session, distribution_id)
    return distribution_id


def test_letters_of_many_people_added_at_once(session: Session) -> None:
    target = open_list(session, draw(session))
    assert target is not None
    queue_to_added(session, target, MANY, "skhcn.example")
    occasions = len(first_letters(session, target.id, target.revision))
    assert session.execute(select(func.count()).select_from(deliveries)).scalar_one() == 2 * occasions > 0


def test_own_deadlines_of_many_people(session: Session) -> None:
    distribution_id = draw(session)
    first, second = sorted(session.execute(select(receipts.c.person_id)).scalars())
    write_own_deadlines(session, [(_obligation(distribution_id, first), DUE) for _ in MANY], LONG_AGO)
    write_own_deadlines(session, [(_obligation(distribution_id, second), None)], LONG_AGO)
    assert dict(session.execute(select(receipts.c.person_id, receipts.c.own_due_at)).all()) == {
        first: DUE,
        second: None,
    }
    session.execute(update(receipts).values(origin="hand"))
    told = own_deadlines(session, distribution_id, MANY, LONG_AGO)
    assert {person: own.due_at for person, own in told.items()} == {first: DUE}
    assert obligations(session, Whose(distribution_id, MANY)) == [], "no deadline was named"


def test_absences_of_many_people(session: Session) -> None:
    person = make_person(session, make_unit(session))
    away = Absence(Kind.LEAVE, date(2018, 3, 1), date(2018, 3, 2), "")
    add_absence(session, person, away, None, LONG_AGO)
    assert absences_of_people(session, MANY) == {person: [away]}


def _obligation(distribution_id: int, person_id: int) -> Obligation:
    return Obligation(distribution_id, person_id, DUE, None, LONG_AGO, LONG_AGO, is_added=False, own_due_at=None)
