"""The letters of a correction are written by ranges of people, each in a transaction of its own."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from service.domain.audiences import parse_audience
from service.domain.corrections import Correction, Kind, announced_by
from service.domain.occasions import ORIGINAL, first_letter
from service.store.corrections import (
    add_correction,
    advance_announcing,
    announcing_is_due,
    finish_announcing,
    next_unannounced,
    put_in_force,
)
from service.store.distributions import add_distribution, finish_listing, list_range, next_unlisted
from service.store.document_letters import queue_announcement, queue_range
from service.store.documents import add_document
from service.store.receipts import end_of_listed
from service.store.tables import deliveries, receipts
from tests.makers import LONG_AGO, make_person, make_posting, make_unit

PEOPLE_IN_A_RANGE = 2
REPLACEMENT = Correction(Kind.REPLACEMENT, 2, "Sai ngày.", LONG_AGO)
DOMAIN = "skhcn.example"


def draw(session: Session, people: int) -> int:
    unit, posting = make_unit(session), make_posting()
    for _ in range(people):
        make_person(session, unit)
    document_id = add_document(session, posting, None)
    distribution_id = add_distribution(session, document_id, posting, None, LONG_AGO, None)
    unlisted = next_unlisted(session, LONG_AGO)
    assert unlisted is not None
    list_range(session, unlisted, parse_audience("all"), 1_000, LONG_AGO.date())
    queue_range(session, unlisted, ORIGINAL, 1_000, DOMAIN)
    finish_listing(session, distribution_id)
    return distribution_id


def correct(session: Session, distribution_id: int, correction: Correction = REPLACEMENT) -> None:
    add_correction(session, distribution_id, correction, None)
    put_in_force(session, distribution_id, correction.number, None)


def announce_a_range(session: Session) -> bool:
    """Whether there was a range left."""
    found = next_unannounced(session)
    assert found is not None
    upto = end_of_listed(session, found.distribution_id, found.announced_through, PEOPLE_IN_A_RANGE)
    if upto is None:
        finish_announcing(session, found.id, LONG_AGO)
        return False
    queue_announcement(session, found, announced_by(found.kind, found.number), upto, LONG_AGO, DOMAIN)
    advance_announcing(session, found.id, upto)
    return True


def told(session: Session, occasion: str) -> list[int]:
    d = deliveries.c
    return list(session.execute(select(d.person_id).where(d.occasion == occasion).order_by(d.person_id)).scalars())


def listed(session: Session) -> list[int]:
    return list(session.execute(select(receipts.c.person_id).order_by(receipts.c.person_id)).scalars())


def test_everybody_is_told_once_though_workers_die_between_ranges(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        correct(session, draw(session, people=5))
    ranges, is_left = 0, True
    while is_left:
        with sessions() as lost:
            announce_a_range(lost)
        with sessions.begin() as session:
            is_left = announce_a_range(session)
        ranges += is_left
    with sessions() as session:
        assert (ranges, told(session, "revision:2")) == (3, listed(session))
        assert not announcing_is_due(session)


def test_two_workers_never_write_letters_of_one_distribution_at_once(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        distribution_id = draw(session, people=5)
        correct(session, distribution_id)
        add_correction(session, distribution_id, Correction(Kind.ERRATUM, 1, "Sai chữ.", LONG_AGO), None)
    with sessions.begin() as one, sessions.begin() as other:
        assert announce_a_range(one)
        assert next_unannounced(other) is None


def test_whose_first_letter_brought_the_new_revision_is_not_told_of_it_again(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        distribution_id = draw(session, people=2)
        correct(session, distribution_id)
        first, second = listed(session)
        d = deliveries.c
        session.execute(
            deliveries.update().where(d.person_id == first).values(occasion=str(first_letter(REPLACEMENT.number)))
        )
        assert announce_a_range(session)
        assert told(session, "revision:2") == [second]


def test_a_later_correction_leaves_the_one_before_nothing_to_say(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        distribution_id = draw(session, people=2)
        correct(session, distribution_id)
        correct(session, distribution_id, Correction(Kind.REPLACEMENT, 3, "Sai nữa.", LONG_AGO))
        found = next_unannounced(session)
        assert found is not None
        assert (found.number, found.is_outdone) == (2, True)
        assert found.withdrawn_through == session.execute(select(func.max(deliveries.c.id))).scalar_one()
        finish_announcing(session, found.id, LONG_AGO)
        found = next_unannounced(session)
        assert found is not None
        assert (found.number, found.is_outdone) == (3, False)
