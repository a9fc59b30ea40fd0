from datetime import date
from io import BytesIO

import pytest

from service.actions.change_calendar import announce_day, clear_day, import_days
from service.actions.office_calendar import calendar_of
from service.domain.errors import NotFound, UnreadableImport
from service.domain.roles import OPERATOR, Role
from service.reading.rows import Source
from service.runtime import Runtime
from service.store.evidence import seal, sealed_entries
from tests.makers import make_actor

LAST_DAY = date(2026, 12, 31)
GOOD = "ngày,loại,ghi chú\n31/12/2026,nghỉ,Hoán đổi\n26/12/2026,làm bù,\n"


def csv(text: str) -> Source:
    return Source("lich.csv", BytesIO(text.encode()))


def why(runtime: Runtime, day: date) -> str:
    with runtime.sessions() as session:
        return calendar_of(runtime, session, day.year, day.year).why(day)


def deeds(runtime: Runtime) -> list[str]:
    with runtime.sessions.begin() as session:
        seal(session, 100)
        return [one.entry for one in sealed_entries(session)]


def test_a_day_is_announced_changed_and_cleared_and_each_time_is_evidence(runtime: Runtime) -> None:
    announce_day(runtime, OPERATOR, LAST_DAY, "", is_working=False)
    assert why(runtime, LAST_DAY) == "Nghỉ"
    announce_day(runtime, OPERATOR, LAST_DAY, "Trực toàn Sở", is_working=True)
    clear_day(runtime, OPERATOR, LAST_DAY)
    assert why(runtime, LAST_DAY) == ""
    with pytest.raises(NotFound):
        clear_day(runtime, OPERATOR, LAST_DAY)
    told = [entry for entry in deeds(runtime) if '"calendar changed"' in entry]
    assert [entry.count('"day":"2026-12-31"') for entry in told] == [1, 1, 1]
    assert not any("Trực" in entry for entry in told)


@pytest.mark.parametrize("text", [GOOD, "\ufeffNGÀY;Ghi chú;Loại\n31/12/2026;Hoán đổi;nghỉ\n26/12/2026;;làm bù\n"])
def test_a_file_announces_its_days(runtime: Runtime, text: str) -> None:
    assert not import_days(runtime, OPERATOR, csv(text), dry_run=True).written
    assert why(runtime, LAST_DAY) == ""
    assert import_days(runtime, OPERATOR, csv(text)).written
    assert (why(runtime, LAST_DAY), why(runtime, date(2026, 12, 26))) == ("Hoán đổi", "Làm bù")
    assert import_days(runtime, OPERATOR, csv(text)).written, "the same again"


def test_one_bad_row_keeps_every_day_out(runtime: Runtime) -> None:
    done = import_days(runtime, OPERATOR, csv(GOOD + "32/12/2026,nghỉ,\n"))
    assert not done.written
    assert [(one.line, one.column) for one in done.plan.refused] == [(4, "ngày")]
    assert why(runtime, LAST_DAY) == ""
    assert deeds(runtime) == []


@pytest.mark.parametrize(
    "text", ["", "ngày,ghi chú\n31/12/2026,x\n", "ngày,ngày,loại\n", 'ngày,loại\n"31/12/2026,nghỉ']
)
def test_what_is_no_table_of_days_is_refused_by_name(runtime: Runtime, text: str) -> None:
    with pytest.raises(UnreadableImport, match=r"lich\.csv"):
        import_days(runtime, OPERATOR, csv(text))


def test_bytes_that_are_no_text_are_refused(runtime: Runtime) -> None:
    with pytest.raises(UnreadableImport, match="line 1"):
        import_days(runtime, OPERATOR, Source("lich.csv", BytesIO(b"PK\x03\x04\xff\xfe")))


def test_only_the_secretariat_changes_the_calendar(runtime: Runtime) -> None:
    for role in set(Role) - {Role.SECRETARIAT}:
        with pytest.raises(NotFound):
            announce_day(runtime, make_actor(role), LAST_DAY, "x", is_working=False)
        with pytest.raises(NotFound):
            clear_day(runtime, make_actor(role), LAST_DAY)
        with pytest.raises(NotFound):
            import_days(runtime, make_actor(role), csv(GOOD))
