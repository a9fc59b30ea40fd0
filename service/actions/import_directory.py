"""The secretariat's file becomes the directory: all good rows or none, once or a hundred times, with the same end."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import BinaryIO, TypeVar

from sqlalchemy.orm import Session

from service.actions.manage_accounts import granted
from service.domain.directory import Plan, doubts, duplicates, plan_units, read_person, read_units
from service.domain.errors import ImportRefused, ManyLeave, UnreadableImport
from service.domain.evidence import Deed, Entry, entry
from service.domain.findings import Problem, RefusedRow, RowWarning
from service.domain.people import PersonRow, UnitRow
from service.domain.roles import Act, Actor
from service.reading.addresses import is_address
from service.reading.rows import Sheet, Sheets, Source, open_sheets
from service.runtime import Runtime
from service.store import evidence, staging
from service.store.directory import unit_rows
from service.store.directory_changes import (
    Followed,
    grant_roles,
    latest_change,
    lock_directory,
    missing_grants,
    write_people,
    write_units,
)

_READ_AT_ONCE = 1_048_576

AnyFinding = TypeVar("AnyFinding", RefusedRow, RowWarning)


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What a file does to the units and to the people, each None when the file does not hold them.

    `written` is false for a dry run, and where there is a `refusal`.
    """

    units: Plan | None
    people: Plan | None
    warnings: tuple[RowWarning, ...]
    written: bool

    @property
    def plans(self) -> tuple[Plan, ...]:
        return tuple(plan for plan in (self.units, self.people) if plan)

    @property
    def rows(self) -> int:
        return sum(plan.rows for plan in self.plans)

    @property
    def refused_rows(self) -> int:
        return sum(plan.refused_rows for plan in self.plans)

    def refusal(self, *, take_good: bool, allow_leavers: bool) -> ImportRefused | ManyLeave | None:
        """Why nothing may be written, unless the good rows alone are wanted, or those who leave are known to."""
        if self.refused_rows and not take_good:
            return ImportRefused(refused=self.refused_rows, rows=self.rows)
        if self.people and self.people.many_leave and not allow_leavers:
            return ManyLeave(left=len(self.people.left), staff=self.people.staff)
        return None


def import_directory(
    runtime: Runtime,
    actor: Actor,
    source: Source,
    *,
    dry_run: bool = False,
    take_good: bool = False,
    allow_leavers: bool = False,
) -> ImportResult:
    """Make the directory say what a CSV or XLSX file says; see `ImportResult.refusal` for when it does not.

    A file of people is the whole staff: who is not in it has left, unless rows of it are refused. Units that no row
    names stay. Roles are granted only for an actor who may grant them.

    Raises:
        NotFound: the actor may not change the directory.
        UnreadableImport: the file is no table of units or people, or breaks off; nothing is written.
    """
    actor.must(Act.CHANGE_DIRECTORY)
    with runtime.sessions.begin() as session, open_sheets(source) as sheets:
        lock_directory(session)
        result, touched_units = _plan(session, source, sheets, may_grant=actor.may(Act.MANAGE_ACCOUNTS))
        if dry_run or result.refusal(take_good=take_good, allow_leavers=allow_leavers):
            return result
        _write(session, source, result, touched_units, _moment(runtime, session), actor)
        return replace(result, written=True)


def _plan(session: Session, source: Source, sheets: Sheets, *, may_grant: bool) -> tuple[ImportResult, list[UnitRow]]:
    current = unit_rows(session)
    good: dict[int, UnitRow] = {}
    units = people = None
    if sheets.units:
        good, units = _plan_units(source, sheets.units, current)
    if sheets.people:
        known_units = current.keys() | {unit.code for unit in good.values()}
        people = _plan_people(session, source, sheets.people, known_units, may_grant=may_grant)
    unread = tuple(RowWarning(0, "", Problem.UNKNOWN_SHEET, title) for title in sheets.unread)
    touched = [unit for unit in good.values() if current.get(unit.code) != unit]
    return ImportResult(units, people, unread, written=False), touched


def _plan_units(source: Source, sheet: Sheet, current: Mapping[str, UnitRow]) -> tuple[dict[int, UnitRow], Plan]:
    rows = list(sheet.rows)
    _refuse_empty(source, sheet, len(rows))
    good, refused = read_units(rows, current)
    plan = replace(plan_units(good, current), rows=len(rows))
    return good, _told(plan, sheet, refused, [])


def _plan_people(
    session: Session, source: Source, sheet: Sheet, known_units: Container[str], *, may_grant: bool
) -> Plan:
    reader = _PeopleReader(sheet, known_units)
    staging.stage_people(session, reader.people())
    _refuse_empty(source, sheet, reader.rows)
    refused = reader.refused + _take_out_alike(session)
    staging.keep_what_the_file_lacks(session, staging.OPTIONAL.keys() - sheet.header.written.keys())
    unchanged = staging.compare_people(session, is_complete=not refused)
    roles = missing_grants(session)
    warnings = reader.warnings
    if refused:
        warnings.append(RowWarning(0, "", Problem.NOBODY_LEFT))
    if not may_grant:
        warnings += (RowWarning(0, "role", Problem.ROLE_NOT_GRANTED, role.note, role.code) for role in roles)
    plan = Plan(
        rows=reader.rows,
        staff=staging.count_staff(session),
        new=staging.entries(session, staging.NEW),
        changed=staging.entries(session, staging.CHANGED),
        moved=staging.entries(session, staging.MOVED),
        left=staging.entries(session, staging.LEFT),
        granted=roles if may_grant else (),
        unchanged=unchanged,
    )
    if plan.many_leave:
        warnings.append(RowWarning(0, "", Problem.MANY_LEAVE, str(len(plan.left)), str(plan.staff)))
    return _told(plan, sheet, refused, warnings)


@dataclass(slots=True)
class _PeopleReader:
    """Reads the people of a sheet while they are asked for, and keeps what it finds in the rows."""

    sheet: Sheet
    known_units: Container[str]
    rows: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
    warnings: list[RowWarning] = field(default_factory=list)

    def people(self) -> Iterator[tuple[int, PersonRow]]:
        for row in self.sheet.rows:
            self.rows += 1
            read = read_person(row, self.known_units, is_address)
            if isinstance(read, PersonRow):
                self.warnings += doubts(row.line, read)
                yield row.line, read
            else:
                self.refused += read


def _take_out_alike(session: Session) -> list[RefusedRow]:
    refused = list(duplicates(staging.repeated_codes(session)))
    refused += (
        RefusedRow(line, "code", Problem.USER_NAME_TAKEN, code, username)
        for line, code, username in staging.taken_user_names(session)
    )
    staging.take_out(session, {found.line for found in refused})
    return refused


def _refuse_empty(source: Source, sheet: Sheet, rows: int) -> None:
    """A table without rows would mean that everybody has left."""
    if not rows:
        raise UnreadableImport(name=source.name, reason=f"its table of {sheet.header.kind} has no rows")


def _told(plan: Plan, sheet: Sheet, refused: Sequence[RefusedRow], warnings: Sequence[RowWarning]) -> Plan:
    """The plan with its findings in the order of the file, under the names that the file has for its columns."""
    unknown = (RowWarning(sheet.header_line, name, Problem.UNKNOWN_COLUMN) for name in sheet.header.unknown)
    written = sheet.header.written

    def in_order(findings: Iterable[AnyFinding]) -> tuple[AnyFinding, ...]:
        named = (replace(found, column=written.get(found.column, found.column)) for found in findings)
        return tuple(sorted(named, key=lambda found: found.line))

    return replace(plan, refused=in_order(refused), warnings=in_order([*unknown, *warnings]))


def _moment(runtime: Runtime, session: Session) -> datetime:
    """One for the whole import, taken late, and never before what the directory already holds."""
    now = runtime.clock()
    return max(now, latest_change(session) or now)


def _write(
    session: Session, source: Source, result: ImportResult, units: list[UnitRow], moment: datetime, actor: Actor
) -> None:
    evidence.append(session, _imported(source, result, len(units), moment, actor))
    write_units(session, units)
    if result.people:
        evidence.append(session, *_followed(write_people(session, moment), moment, actor))
        if result.people.granted:
            made = grant_roles(session, moment, actor.account_id)
            evidence.append(session, *(granted(actor, moment, account_id, grant) for account_id, grant in made))


def _imported(source: Source, result: ImportResult, units: int, moment: datetime, actor: Actor) -> Entry:
    people = result.people or Plan()
    return entry(
        Deed.DIRECTORY_IMPORTED,
        actor,
        moment,
        file_sha256=_sha256(source.stream),
        units=units,
        new=len(people.new),
        changed=len(people.changed),
        moved=len(people.moved),
        left=len(people.left),
    )


def _sha256(stream: BinaryIO) -> str:
    stream.seek(0)
    digest = sha256()
    while part := stream.read(_READ_AT_ONCE):
        digest.update(part)
    return digest.hexdigest()


def _followed(followed: Followed, moment: datetime, actor: Actor) -> Iterator[Entry]:
    for grant in followed.ended:
        account, role, unit = grant.account_id, grant.role, grant.unit_id
        yield entry(Deed.ROLE_CHANGED, actor, moment, account=account, role=role, unit=unit, granted=False)
    for account in followed.closed:
        yield entry(Deed.ACCOUNT_CLOSED, actor, moment, account=account)
    for account in followed.reopened:
        yield entry(Deed.ACCOUNT_REOPENED, actor, moment, account=account)
