from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.absences import (
    Absence,
    Kind,
    check_days,
    check_service,
    cut_short,
    merge,
    parse_kind,
    words_between,
)
from service.domain.errors import (
    AbsenceTooLong,
    AbsentAfterService,
    AbsentBeforeService,
    BadPeriod,
    NotShorter,
    OverlappingAbsence,
    UnknownAbsenceKind,
)


def march(first: int, last: int, kind: Kind = Kind.LEAVE, reason: str = "") -> Absence:
    return Absence(kind, date(2018, 3, first), date(2018, 3, last), reason)


def test_absences_of_one_kind_become_one_with_every_reason_once() -> None:
    merged = merge(march(5, 12, reason="việc nhà"), [march(12, 14, reason="về quê"), march(1, 5, reason="việc nhà")])
    assert merged == march(1, 14, reason="việc nhà; về quê")


def test_what_is_known_already_adds_nothing() -> None:
    known = march(1, 14, reason="về quê")
    assert merge(march(5, 6), [known]) == known


def test_one_of_another_kind_is_refused_by_name() -> None:
    with pytest.raises(OverlappingAbsence, match="đi học 12/03/2018") as refused:
        merge(march(5, 12), [march(1, 5), march(12, 12, Kind.STUDY)])
    assert "đi học 12/03/2018" in refused.value.vi


absences = st.builds(
    lambda first, days: Absence(Kind.LEAVE, first, first + timedelta(days=days)),
    st.dates(date(2018, 1, 1), date(2018, 12, 31)),
    st.integers(0, 40),
)


@given(st.lists(absences, max_size=12))
def test_recorded_one_after_the_other_no_two_overlap_and_no_day_is_lost(given_in_turn: list[Absence]) -> None:
    known: list[Absence] = []
    for new in given_in_turn:
        hit = [one for one in known if one.first_day <= new.last_day and one.last_day >= new.first_day]
        known = [*(one for one in known if one not in hit), merge(new, hit)]

    def days(some: list[Absence]) -> list[int]:
        return [day for one in some for day in range(one.first_day.toordinal(), one.last_day.toordinal() + 1)]

    assert sorted(days(known)) == sorted(set(days(given_in_turn)))


def test_an_absence_ends_behind_its_start_and_within_five_years() -> None:
    check_days(date(2018, 3, 5), date(2018, 3, 5))
    check_days(date(2018, 3, 5), date(2023, 3, 5))
    with pytest.raises(BadPeriod, match="04/03/2018"):
        check_days(date(2018, 3, 5), date(2018, 3, 4))
    with pytest.raises(AbsenceTooLong, match="05/03/2218"):
        check_days(date(2018, 3, 5), date(2218, 3, 5))


def test_an_absence_has_a_day_of_service_in_it() -> None:
    first, last = date(2018, 3, 5), date(2018, 3, 9)
    for absence in (march(1, 5), march(9, 12), march(1, 12), march(6, 8)):
        check_service(absence, first, last)
        check_service(absence, None, None)
    check_service(march(1, 4), None, last)
    check_service(march(10, 12), first, None)
    with pytest.raises(AbsentBeforeService, match="ends on 04/03/2018, before the person's first day, 05/03/2018"):
        check_service(march(1, 4), first, last)
    with pytest.raises(AbsentAfterService, match="starts on 10/03/2018, after the person's last day, 09/03/2018"):
        check_service(march(10, 12), first, last)


@pytest.mark.parametrize("last_day", [date(2018, 3, 4), date(2018, 3, 9), date(2018, 3, 10)])
def test_cutting_short_keeps_the_first_day_and_ends_earlier(last_day: date) -> None:
    assert cut_short(march(5, 9, reason="x"), date(2018, 3, 5)) == march(5, 5, reason="x")
    with pytest.raises(NotShorter):
        cut_short(march(5, 9), last_day)


def test_the_kind_is_one_of_five() -> None:
    assert parse_kind("study") is Kind.STUDY
    with pytest.raises(UnknownAbsenceKind, match="du lịch"):
        parse_kind("du lịch")


def test_only_absences_between_two_days_are_told() -> None:
    away = [march(1, 5), march(6, 7, Kind.MISSION), march(9, 9), march(12, 14)]
    told = words_between(away, date(2018, 3, 5), date(2018, 3, 9))
    assert told == "công tác 06/03/2018 – 07/03/2018, nghỉ phép 09/03/2018"


def test_an_absence_on_the_first_day_alone_is_told_where_it_is_the_only_reason() -> None:
    assert words_between([march(5, 5)], date(2018, 3, 5), date(2018, 3, 6)) == "nghỉ phép 05/03/2018"
    assert words_between([march(1, 4)], date(2018, 3, 5), date(2018, 3, 6)) == ""
