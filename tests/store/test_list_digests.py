"""The database digests a list, range by range, by the very rule that the domain states."""

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from service.domain.audiences import parse_audience
from service.domain.list_digests import NOTHING_LISTED, ListedPerson, digest_of_range
from service.store.distributions import add_distribution, advance_listing, end_of_range, list_range, next_unlisted
from service.store.documents import add_document
from service.store.list_digests import ListDigest, digest_range, list_digest
from service.store.tables import list_ranges, receipts
from tests.makers import LONG_AGO, make_person, make_posting, make_unit

ODD_NAMES = ('"', "\\", "\x01\t\n", "\u2028", "\x7f", "Đo\u0302\u0303", "\U0001d501", "/", "")
PEOPLE_IN_A_RANGE = 4


def draw(session: Session, audience: str) -> int:
    posting = make_posting(audience=audience)
    document_id = add_document(session, posting, None)
    distribution_id = add_distribution(session, document_id, posting, None, LONG_AGO, None)
    while (unlisted := next_unlisted(session, LONG_AGO)) is not None:
        upto = end_of_range(session, unlisted.listed_through, PEOPLE_IN_A_RANGE)
        if upto is None:
            break
        written = list_range(session, unlisted, parse_audience(audience), upto, LONG_AGO.date())
        digest_range(session, unlisted, upto)
        advance_listing(session, distribution_id, upto, written)
    return distribution_id


def test_names_of_any_shape_in_ranges_full_or_empty(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        unit = make_unit(session, name='Phòng "Một"\r\n')
        for name in ODD_NAMES:
            make_person(session, unit, family_name=name, given_name=name, position=name, email=None)
        other = make_unit(session, code="KHAC")
        for _ in range(2 * PEOPLE_IN_A_RANGE):
            make_person(session, other)
        distribution_id = draw(session, "all,-unit:KHAC")
        assert list_digest(session, distribution_id) == ListDigest(len(ODD_NAMES), by_the_domain(session))


def by_the_domain(session: Session) -> bytes:
    people = [
        ListedPerson._make(row)
        for row in session.execute(
            select(*(receipts.c[name] for name in ListedPerson._fields)).order_by(receipts.c.person_id)
        )
    ]
    digest, after = NOTHING_LISTED, 0
    for upto in session.execute(select(list_ranges.c.upto).order_by(list_ranges.c.upto)).scalars():
        digest = digest_of_range(digest, [one for one in people if after < one.person_id <= upto])
        after = upto
    return digest


def test_a_list_that_was_never_drawn_has_the_digest_of_nothing(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        assert list_digest(session, 4711) == ListDigest(0, NOTHING_LISTED)
