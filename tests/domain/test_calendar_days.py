from datetime import date

import pytest

from service.domain.calendar_days import DayRow, announced, read_days
from service.domain.findings import Problem


def test_rows_in_either_language_and_writing_become_days() -> None:
    plan = read_days([DayRow(2, "31/12/2026", " Nghỉ ", "Hoán đổi\n"), DayRow(3, "2026-12-26", "LÀM BÙ", "")])
    assert plan.refused == ()
    assert plan.days == {
        date(2026, 12, 31): announced("Hoán đổi", is_working=False),
        date(2026, 12, 26): announced("Làm bù", is_working=True),
    }


@pytest.mark.parametrize(
    ("row", "column", "problem"),
    [
        (DayRow(3, "31/02/2026", "nghỉ", ""), "ngày", Problem.BAD_DATE),
        (DayRow(3, "", "nghỉ", ""), "ngày", Problem.BAD_DATE),
        (DayRow(3, "26/12/2026", "lễ", ""), "loại", Problem.UNKNOWN_DAY_KIND),
        (DayRow(3, "31/12/2026", "nghỉ", ""), "ngày", Problem.DUPLICATE),
        (DayRow(3, "26/12/2026", "nghỉ", "x" * 501), "ghi chú", Problem.TOO_LONG),
    ],
)
def test_what_a_row_does_not_say_is_named_in_both_languages(row: DayRow, column: str, problem: Problem) -> None:
    plan = read_days([DayRow(2, "31/12/2026", "nghỉ", ""), row])
    [refused] = plan.refused
    assert (refused.line, refused.column, refused.problem) == (3, column, problem)
    assert refused.reason
    assert refused.vi
    assert list(plan.days) == [date(2026, 12, 31)]


def test_everything_wrong_with_a_row_is_named_at_once() -> None:
    plan = read_days([DayRow(2, "x", "y", "z" * 501)])
    assert [one.column for one in plan.refused] == ["ngày", "loại", "ghi chú"]
    assert plan.rows == 1
