"""What an import of the directory may hold: rows become units and people, or say why they do not.

A row is refused for what would make the directory wrong. An address that no mail server takes is not such a thing: the
person is listed all the same, marked as not reachable by mail.
"""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from service.domain.audiences import StaffClass
from service.domain.findings import Problem, RefusedRow, RowWarning
from service.domain.people import PersonRow, UnitRow
from service.domain.roles import Role
from service.domain.texts import CELL, CODE
from service.domain.vietnamese import fold, nfc, strip_controls

INVALID_ADDRESS = "invalid"
NO_ADDRESS = "none"

# A file that is not the whole staff makes at least so many people leave, and more than this part of the office.
FEWEST_IN_DOUBT = 5
PART_IN_DOUBT = 10

# What joins the terms of an audience expression cannot stand in the names that such an expression uses.
_JOINTS_OF_AUDIENCES = re.compile(r"[,&]")
_GROUP_SEPARATORS = re.compile(r"[;,]")
_DAY_FIRST = re.compile(r"(?P<day>[0-9]{1,2})/(?P<month>[0-9]{1,2})/(?P<year>[0-9]{4})")
_YEAR_FIRST = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,6}")
# Letters that Vietnamese never uses and that the old VNI and TCVN3 fonts show as Vietnamese ones ("KHOA HOÏC").
_LETTERS_OF_OLD_FONTS = re.compile(r"[ÄÅÆÇËÎÏÑÖØÛÜßäåæçëîïñöøûüÿ¡-¿]")

_STAFF_CLASSES = {fold(word): found for found in StaffClass for word in (found.value, found.label)}
_ROLES = {fold(word): found for found in Role for word in (found.value, found.label)}


class SheetKind(StrEnum):
    UNITS = "units"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table as it was read; `line` counts from 1 as editors do.

    `cells` holds the columns that the table has, by their English names; `surplus` what stood beyond the last of them.
    """

    line: int
    cells: Mapping[str, str]
    surplus: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A unit or a person in the listing of what an import does; `note` says what differs, in the columns' names."""

    code: str
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import does to the units or to the people: each good row is in one of new, changed, moved, unchanged.

    moved: another unit (for a unit: another parent), whatever else differs; changed: the same unit and something else.
    left: people of the directory who are not in the file, of the `staff` that it holds before the import. granted:
    roles given, with the role as the note.
    """

    rows: int = 0
    staff: int = 0
    new: tuple[Entry, ...] = ()
    changed: tuple[Entry, ...] = ()
    moved: tuple[Entry, ...] = ()
    left: tuple[Entry, ...] = ()
    granted: tuple[Entry, ...] = ()
    unchanged: int = 0
    refused: tuple[RefusedRow, ...] = ()
    warnings: tuple[RowWarning, ...] = ()

    @property
    def refused_rows(self) -> int:
        """A row that is wrong in two columns counts once."""
        return len({found.line for found in self.refused})

    @property
    def many_leave(self) -> bool:
        """Whether so many leave at once that somebody must say that the file is the whole staff."""
        return len(self.left) >= FEWEST_IN_DOUBT and len(self.left) * PART_IN_DOUBT > self.staff


Refusals = tuple[RefusedRow, ...]
UnitsByLine = dict[int, UnitRow]


def read_person(
    row: Row, known_units: Container[str], is_address: Callable[[str], bool]
) -> PersonRow | tuple[RefusedRow, ...]:
    """The person that a row describes, or everything that is wrong with it."""
    cells = _Cells(row)
    active_from, active_to = cells.day("active_from"), cells.day("active_to")
    if active_from and active_to and active_to < active_from:
        cells.refuse("active_to", Problem.DATES_REVERSED, row.cells["active_to"], row.cells["active_from"])
    email = cells.text("email") or None
    person = PersonRow(
        code=cells.code("code"),
        family_name=cells.text("family_name"),
        given_name=cells.required("given_name"),
        position=cells.text("position"),
        staff_class=cells.staff_class(),
        unit_code=cells.unit_code(known_units),
        email=email,
        email_problem=_email_problem(email, is_address),
        groups=cells.groups(),
        active_from=active_from,
        active_to=active_to,
        role=cells.role(),
    )
    return tuple(cells.refused) or person


def doubts(line: int, person: PersonRow) -> Iterator[RowWarning]:
    """What is taken and still deserves a look."""
    if person.email_problem == INVALID_ADDRESS:
        yield RowWarning(line, "email", Problem.INVALID_ADDRESS, person.email or "")
    for column in ("family_name", "given_name", "position"):
        if _LETTERS_OF_OLD_FONTS.search(getattr(person, column)):
            yield RowWarning(line, column, Problem.OLD_FONT, getattr(person, column))


def duplicates(codes: Iterable[tuple[int, str]]) -> Iterator[RefusedRow]:
    """Refuse every row whose code another row of the file has too: which of them is right, only the office knows.

    Codes that differ in case or accents alone are alike: they would make the same user name.
    """
    lines: dict[str, list[tuple[int, str]]] = {}
    for line, code in codes:
        lines.setdefault(fold(code), []).append((line, code))
    for alike in lines.values():
        for line, code in alike:
            others = ", ".join(str(other) for other, _ in alike if other != line)
            if others:
                yield RefusedRow(line, "code", Problem.DUPLICATE, code, others)


def read_units(rows: Iterable[Row], current: Mapping[str, UnitRow]) -> tuple[UnitsByLine, list[RefusedRow]]:
    """The units that rows describe, by line, and what is wrong with the others.

    The good ones make one tree with the directory's `current` units, by code, even where the others are left out.
    """
    refused: list[RefusedRow] = []
    good: UnitsByLine = {}
    for row in rows:
        read = _read_unit(row, current)
        if isinstance(read, UnitRow):
            good[row.line] = read
        else:
            refused += read
    refused += _take_out(good, duplicates((line, unit.code) for line, unit in good.items()))
    # Each row taken out may leave another one without its parent, or on a circle with what the directory has.
    while found := _take_out(good, _misplaced(good, current)):
        refused += found
    return good, refused


def plan_units(good: UnitsByLine, current: Mapping[str, UnitRow]) -> Plan:
    """Hold units against the directory's; units that the file does not name stay as they are."""
    new, changed, moved = [], [], []
    for unit in good.values():
        before = current.get(unit.code)
        if before is None:
            new.append(Entry(unit.code, unit.name))
        elif before.parent_code != unit.parent_code:
            note = f"{before.parent_code or '-'} → {unit.parent_code or '-'}"
            moved.append(Entry(unit.code, unit.name, note))
        elif before != unit:
            names = [name for name in ("name", "position") if getattr(before, name) != getattr(unit, name)]
            changed.append(Entry(unit.code, unit.name, ", ".join(names)))
    unchanged = len(good) - len(new) - len(changed) - len(moved)
    return Plan(new=tuple(new), changed=tuple(changed), moved=tuple(moved), unchanged=unchanged)


def _read_unit(row: Row, current: Mapping[str, UnitRow]) -> UnitRow | Refusals:
    cells = _Cells(row)
    code = cells.code("code")
    before = current.get(code)
    position = cells.number("position") if "position" in row.cells or not before else before.position
    unit = UnitRow(code, cells.required("name"), cells.text("parent_code"), position)
    return tuple(cells.refused) or unit


def _take_out(good: UnitsByLine, refused: Iterable[RefusedRow]) -> list[RefusedRow]:
    found = list(refused)
    for refusal in found:
        good.pop(refusal.line, None)
    return found


def _misplaced(good: UnitsByLine, current: Mapping[str, UnitRow]) -> Iterator[RefusedRow]:
    parents = {code: unit.parent_code for code, unit in current.items()}
    parents |= {unit.code: unit.parent_code for unit in good.values()}
    for line, unit in good.items():
        if unit.parent_code and unit.parent_code not in parents:
            yield RefusedRow(line, "parent_code", Problem.UNKNOWN_UNIT, unit.parent_code)
        elif circle := _circle(unit.code, parents):
            yield RefusedRow(line, "parent_code", Problem.CIRCLE, unit.parent_code, " → ".join(circle))


def _circle(code: str, parents: Mapping[str, str]) -> Sequence[str]:
    """The way from a unit up to itself; empty when it leads to the top, or onto a circle further up."""
    way = [code]
    while above := parents.get(way[-1]):
        if above in way:
            return [*way, above] if above == code else ()
        way.append(above)
    return ()


def _email_problem(email: str | None, is_address: Callable[[str], bool]) -> str | None:
    if email is None:
        return NO_ADDRESS
    return None if is_address(email) else INVALID_ADDRESS


def _parse_day(written: str) -> date | None:
    parts = _DAY_FIRST.fullmatch(written) or _YEAR_FIRST.fullmatch(written)
    try:
        return parts and date(**{name: int(digits) for name, digits in parts.groupdict().items()})
    except ValueError:
        return None


@dataclass(slots=True)
class _Cells:
    """Reads the cells of one row and collects what is wrong with them."""

    row: Row
    refused: list[RefusedRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.row.surplus:
            self.refuse("", Problem.SURPLUS, self.row.surplus)

    def refuse(self, column: str, problem: Problem, given: str = "", other: str = "") -> None:
        self.refused.append(RefusedRow(self.row.line, column, problem, given, other))

    def text(self, column: str, longest: int = CELL.longest) -> str:
        """In NFC, on one line, without controls and doubled spaces; never in other letters than it was written."""
        found = " ".join(strip_controls(nfc(self.row.cells.get(column, ""))).split())
        if len(found) > longest:
            self.refuse(column, Problem.TOO_LONG, str(len(found)), str(longest))
        return found

    def required(self, column: str, longest: int = CELL.longest) -> str:
        found = self.text(column, longest)
        if not found:
            self.refuse(column, Problem.MISSING)
        return found

    def code(self, column: str) -> str:
        found = self.required(column, CODE.longest)
        if _JOINTS_OF_AUDIENCES.search(found):
            self.refuse(column, Problem.JOINT, found)
        return found

    def unit_code(self, known: Container[str]) -> str:
        found = self.required("unit_code")
        if found and found not in known:
            self.refuse("unit_code", Problem.UNKNOWN_UNIT, found)
        return found

    def number(self, column: str) -> int:
        found = self.text(column)
        if found and not _WHOLE_NUMBER.fullmatch(found):
            self.refuse(column, Problem.BAD_NUMBER, found)
            return 0
        return int(found or 0)

    def day(self, column: str) -> date | None:
        found = self.text(column)
        if not found:
            return None
        day = _parse_day(found)
        if day is None:
            self.refuse(column, Problem.BAD_DATE, found)
        return day

    def staff_class(self) -> StaffClass:
        found = self.required("staff_class")
        known = _STAFF_CLASSES.get(fold(found))
        if found and known is None:
            self.refuse("staff_class", Problem.UNKNOWN_CLASS, found)
        return known or StaffClass.CONTRACT_WORKER

    def groups(self) -> tuple[str, ...]:
        """Parted by `;` or `,`, in one order, so that the same groups written in another one are no change."""
        found = {name.strip() for name in _GROUP_SEPARATORS.split(self.text("groups")) if name.strip()}
        for name in sorted(found):
            if _JOINTS_OF_AUDIENCES.search(name):
                self.refuse("groups", Problem.JOINT, name)
        return tuple(sorted(found))

    def role(self) -> str:
        """A role's word; empty for the employee that everybody is."""
        found = self.text("role")
        known = _ROLES.get(fold(found))
        if found and known is None:
            self.refuse("role", Problem.UNKNOWN_ROLE, found)
        return "" if known in (None, Role.EMPLOYEE) else known
