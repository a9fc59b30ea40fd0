from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.arrivals import Arrival, arrive
from service.domain.credentials import LetterLink, read_letter_link, sign_letter_link, sign_link
from service.domain.receipts import Route

SECRET = b"a secret for tests only"
NOW = datetime(2018, 3, 5, 8, 0, tzinfo=UTC)
LINK = LetterLink(distribution_id=12, person_id=7, expires_at=NOW + timedelta(days=90))
TOKEN = sign_letter_link(SECRET, LINK)

ids = st.integers(min_value=1, max_value=10**18 - 1)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2900, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants bare bounds


@given(distribution=ids, person=ids, expires_at=moments)
def test_a_link_says_what_was_signed(distribution: int, person: int, expires_at: datetime) -> None:
    link = LetterLink(distribution, person, expires_at.replace(microsecond=0))
    assert read_letter_link(SECRET, sign_letter_link(SECRET, link)) == link


@given(place=st.integers(0, len(TOKEN) - 1), letter=st.characters())
def test_a_link_with_one_letter_changed_says_nothing(place: int, letter: str) -> None:
    changed = f"{TOKEN[:place]}{letter}{TOKEN[place + 1 :]}"
    assert changed == TOKEN or read_letter_link(SECRET, changed) is None


@given(st.text())
def test_no_text_is_a_link_of_ours(text: str) -> None:
    assert read_letter_link(SECRET, text) is None


def test_no_seal_of_another_use_or_another_office_is_taken() -> None:
    one_time = sign_link(SECRET, "activate", 12, 7)
    assert read_letter_link(SECRET, one_time) is None
    assert read_letter_link(SECRET, f"12.7.1700000000.{one_time.rpartition('.')[2]}") is None
    assert read_letter_link(b"another secret", TOKEN) is None


@pytest.mark.parametrize(
    ("token", "distribution", "person", "after", "arrival"),
    [
        ("", 12, 7, timedelta(0), Arrival.INBOX),
        (TOKEN, 12, 7, timedelta(0), Arrival.MAIL_LINK),
        (TOKEN, 12, 7, timedelta(days=90), Arrival.EXPIRED),
        (TOKEN, 12, 8, timedelta(0), Arrival.OF_ANOTHER),
        (TOKEN, 12, None, timedelta(0), Arrival.OF_ANOTHER),
        (TOKEN, 12, 8, timedelta(days=90), Arrival.OF_ANOTHER),
        (TOKEN, 13, 7, timedelta(0), Arrival.UNREADABLE),
        (TOKEN[:-1], 12, 7, timedelta(0), Arrival.UNREADABLE),
        ("mail", 12, 7, timedelta(0), Arrival.UNREADABLE),
    ],
)
def test_a_link_counts_as_the_route_only_for_its_own_person_and_document(
    token: str, distribution: int, person: int | None, after: timedelta, arrival: Arrival
) -> None:
    found = arrive(SECRET, token, distribution, person, NOW + after)
    assert found is arrival
    assert found.route is (Route.MAIL_LINK if arrival is Arrival.MAIL_LINK else Route.INBOX)
