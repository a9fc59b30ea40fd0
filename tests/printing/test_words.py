"""By how much somebody was late, as pages and tables say it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.receipts import Route
from service.printing.words import late_words
from tests.fakes import OFFICE_ZONE
from tests.printing.test_report_csv import CONFIRMED

DUE = datetime(2018, 3, 12, 17, tzinfo=OFFICE_ZONE)


@pytest.mark.parametrize(
    ("route", "at", "words"),
    [
        (Route.INBOX, datetime(2018, 3, 14, 9, 30, tzinfo=OFFICE_ZONE), "1 ngày 16 giờ"),
        (Route.MAIL_LINK, datetime(2018, 3, 12, 17, 20, tzinfo=OFFICE_ZONE), "20 phút"),
        # A signature bears a day, of which midnight is a way of writing.
        (Route.PAPER, datetime(2018, 3, 14, tzinfo=OFFICE_ZONE), "2 ngày"),
        (Route.ENTERED_FOR, datetime(2018, 3, 13, tzinfo=OFFICE_ZONE), "1 ngày"),
        # The sheet was printed late on the last day.
        (Route.PAPER, datetime(2018, 3, 12, 18, tzinfo=OFFICE_ZONE), "1 giờ"),
    ],
)
def test_who_was_late_is_told_by_how_much_and_by_days_where_the_hour_is_not_known(
    route: Route, at: datetime, words: str
) -> None:
    late = replace(CONFIRMED, route=route, confirmed_at=at.astimezone(UTC), late_by=at - DUE)
    assert late_words(late, OFFICE_ZONE) == words


def test_of_who_was_in_time_nothing_is_told() -> None:
    assert late_words(replace(CONFIRMED, late_by=None), OFFICE_ZONE) == ""
    assert late_words(replace(CONFIRMED, late_by=timedelta(seconds=1)), OFFICE_ZONE) == "chưa đến 1 phút"
