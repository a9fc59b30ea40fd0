from datetime import date, datetime

from sqlalchemy.orm import Session

from service.actions.office_calendar import calendar_of, office_calendar
from service.domain.calendar import SpecialDay
from service.runtime import Runtime
from service.store.calendar_days import remove_day, write_days
from tests.fakes import OFFICE_ZONE, FakeClock

CULTURE_DAY = date(2026, 11, 24)


def test_what_the_office_announces_overrules_the_public_holidays(
    runtime: Runtime, session: Session, clock: FakeClock
) -> None:
    assert not calendar_of(runtime, session, 2026, 2026).is_working_day(CULTURE_DAY)
    write_days(session, {CULTURE_DAY: SpecialDay(is_working=True, note="Trực toàn Sở")}, None, clock())
    write_days(session, {CULTURE_DAY: SpecialDay(is_working=True, note="Trực")}, None, clock())

    announced = calendar_of(runtime, session, 2026, 2026)
    assert announced.is_working_day(CULTURE_DAY)
    assert announced.why(CULTURE_DAY) == "Trực"

    assert remove_day(session, CULTURE_DAY) == SpecialDay(is_working=True, note="Trực", is_announced=True)
    assert remove_day(session, CULTURE_DAY) is None
    assert calendar_of(runtime, session, 2026, 2026).why(CULTURE_DAY) == "Ngày Văn hóa Việt Nam"


def test_the_calendar_reaches_from_a_past_day_to_the_end_of_any_deadline(
    runtime: Runtime, session: Session, clock: FakeClock
) -> None:
    clock.now = datetime(2026, 6, 1, 9, tzinfo=OFFICE_ZONE)
    calendar = office_calendar(runtime, session, since=date(2018, 3, 1))
    assert not calendar.is_working_day(date(2018, 4, 25))
    assert not calendar.is_working_day(date(2036, 4, 30))
    assert calendar.zone is OFFICE_ZONE
