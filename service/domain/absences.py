"""Absences: why a person is away, from which day to which, and what becomes of two that overlap."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from service.domain.errors import (
    AbsenceTooLong,
    AbsentAfterService,
    AbsentBeforeService,
    BadPeriod,
    NotShorter,
    OverlappingAbsence,
    UnknownAbsenceKind,
)
from service.domain.vietnamese import date_short

# The longest leave for study; beyond it a year was mistyped.
_LONGEST = timedelta(days=5 * 366)


# Why a deadline is another: of who came onto the list later, and of everybody else.
ADDED_LATER = "vào danh sách sau"
AWAY = "vắng có lý do"


class Kind(StrEnum):
    LEAVE = "leave"
    MISSION = "mission"
    ILLNESS = "illness"
    MATERNITY = "maternity"
    STUDY = "study"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Kind.LEAVE: "Nghỉ phép",
    Kind.MISSION: "Công tác",
    Kind.ILLNESS: "Nghỉ ốm",
    Kind.MATERNITY: "Nghỉ thai sản",
    Kind.STUDY: "Đi học",
}


@dataclass(frozen=True, slots=True)
class Absence:
    """First and last day are both days of absence. `reason` may be empty."""

    kind: Kind
    first_day: date
    last_day: date
    reason: str = ""

    @property
    def words(self) -> str:
        """Such as `nghỉ phép 12/03/2018 – 14/03/2018`."""
        days = date_short(self.first_day)
        if self.last_day != self.first_day:
            days = f"{days} – {date_short(self.last_day)}"
        return f"{self.kind.label.lower()} {days}"


def words_between(away: Iterable[Absence], after: date, upto: date) -> str:
    """The absences that share a day with those after `after` up to `upto`, in words.

    Where none does, those on the day `after` itself, the day of listing: they move a deadline that ends on it.
    """
    known = [one for one in away if one.first_day <= upto and one.last_day >= after]
    later = [one for one in known if one.last_day > after]
    return ", ".join(one.words for one in later or known)


def parse_kind(word: str) -> Kind:
    """Raises: UnknownAbsenceKind."""
    if word not in set(Kind):
        raise UnknownAbsenceKind(given=word)
    return Kind(word)


def check_days(first: date, last: date) -> None:
    """Pass when an absence may last from one day to another.

    Raises:
        BadPeriod: it ends before it starts.
        AbsenceTooLong: it lasts longer than five years.
    """
    if last < first:
        raise BadPeriod(first=date_short(first), last=date_short(last))
    if last - first > _LONGEST:
        raise AbsenceTooLong(first=date_short(first), last=date_short(last))


def check_service(absence: Absence, first_day: date | None, last_day: date | None) -> None:
    """Pass when the person is in service on some day of an absence; None where service has no known end.

    What reaches beyond the service stands as it was given: a leave may outlast a contract that is prolonged later, and
    on days outside nobody is asked for anything.

    Raises:
        AbsentBeforeService: it is over before the person's first day.
        AbsentAfterService: it begins after the person's last day.
    """
    if first_day and absence.last_day < first_day:
        raise AbsentBeforeService(last=date_short(absence.last_day), first_day=date_short(first_day))
    if last_day and absence.first_day > last_day:
        raise AbsentAfterService(first=date_short(absence.first_day), last_day=date_short(last_day))


def merge(new: Absence, overlapping: Collection[Absence]) -> Absence:
    """One absence in place of a new one and those that it overlaps; every reason once, the oldest first.

    Raises:
        OverlappingAbsence: one of them is of another kind.
    """
    for known in overlapping:
        if known.kind is not new.kind:
            raise OverlappingAbsence(known=known.words)
    together = [*sorted(overlapping, key=lambda known: known.first_day), new]
    reasons = dict.fromkeys(one.reason for one in together if one.reason)
    return replace(
        new,
        first_day=min(one.first_day for one in together),
        last_day=max(one.last_day for one in together),
        reason="; ".join(reasons),
    )


def cut_short(absence: Absence, last_day: date) -> Absence:
    """What is left of an absence whose person came back the day after `last_day`.

    Raises:
        NotShorter: the person would have come back before leaving, or not earlier than known.
    """
    if not absence.first_day <= last_day < absence.last_day:
        raise NotShorter(known=absence.words, last=date_short(last_day))
    return replace(absence, last_day=last_day)
