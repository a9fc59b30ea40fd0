"""What was confirmed without this service is entered by name: a signed sheet with its scan, or one person's word.

Whoever enters answers for it: the fact names their account, and its route keeps it apart from what people confirmed
themselves. What somebody confirmed before, in whatever way, stays the first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from service.domain.corrections import check_standing
from service.domain.documents import Mode, NewFile
from service.domain.errors import (
    AlreadyConfirmed,
    BadScan,
    EmptyScan,
    FileTooLarge,
    MissingScan,
    NameTwice,
    NobodyTicked,
    NotFound,
    NotOnSheet,
    SheetOfAnother,
    UnknownSheet,
)
from service.domain.evidence import Deed, Entry
from service.domain.letters import AttachedFile
from service.domain.receipts import Route, asked
from service.domain.roles import Act, Actor
from service.domain.sheets import moment_of_signature, read_code
from service.domain.texts import FILE_NAME, given_reason, one_line
from service.reading.scans import scan_type
from service.runtime import Runtime
from service.store import evidence, sheets
from service.store.corrections import hold_off
from service.store.distributions import distribution_row
from service.store.listings import recipient
from service.store.receipts import EnteredFact, Entering, in_force_since, record_entered
from service.store.reminders import withdraw_reminders
from service.store.reports import Scope
from service.store.sheets import ScanLine, SheetPerson


@dataclass(frozen=True, slots=True)
class Signature:
    """One signed line; `signed_on` None where the day of the whole sheet holds."""

    person_code: str
    signed_on: date | None = None


@dataclass(frozen=True, slots=True)
class SignedSheet:
    """What came back on paper. `distribution_id` where it is entered for a certain one."""

    code: str
    signatures: tuple[Signature, ...]
    signed_on: date
    scans: tuple[NewFile, ...]
    distribution_id: int | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """`recorded` signatures are new, `known` people had confirmed before, which stays.

    `is_current` is False where the sheet's revision was replaced: its signatures stand with that revision and do not
    count for the one in force.
    """

    code: str
    revision: int
    recorded: int
    known: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class OpenSheet:
    """A sheet to be entered, with those of its people whom the actor reaches; `row` is one of `sheet_row`.

    Its scans bear every signature, so they are for who reaches everybody on it.
    """

    row: RowMapping
    people: tuple[SheetPerson, ...]
    scans: tuple[ScanLine, ...]


def find_sheet(runtime: Runtime, actor: Actor, code: str, distribution_id: int | None = None) -> OpenSheet:
    """The sheet of a code, to be entered.

    Raises:
        NotFound: the actor keeps no rosters.
        MistypedSheetCode, UnknownSheet, SheetOfAnother: the code leads to no sheet that can be entered here.
    """
    with runtime.sessions() as session:
        return _open(session, actor, code, distribution_id)


def read_scan(runtime: Runtime, actor: Actor, code: str, scan_id: int) -> AttachedFile:
    """What was scanned of a sheet, byte for byte.

    Raises:
        NotFound: there is no such scan, or somebody on the sheet is none of the actor's.
        MistypedSheetCode: no sheet can bear this code.
    """
    actor.must(Act.KEEP_ROSTERS, Act.SEE_AUDIT)
    with runtime.sessions() as session:
        row = sheets.sheet_row(session, read_code(code))
        if row is None or not _reaches_whole(session, actor, row):
            raise NotFound
        found = sheets.scan_content(session, row["id"], scan_id)
    if found is None:
        raise NotFound
    return found


def enter_signatures(runtime: Runtime, actor: Actor, given: SignedSheet) -> Entered:
    """Record everybody who signed a sheet, with its scan; all of them, or after a refusal none.

    Raises:
        NotFound: the actor keeps no rosters.
        MistypedSheetCode, UnknownSheet, SheetOfAnother: see `find_sheet`.
        DocumentRecalled: nothing is confirmed any more.
        MissingScan, EmptyScan, BadScan, FileTooLarge, TooLong: the scan is none.
        NobodyTicked, NameTwice, NotOnSheet: the names do not fit the sheet.
        SignedInFuture, SignedBeforeSheet: a day does not fit it.
    """
    with runtime.sessions.begin() as session:
        _hold(session, given.code)
        now = runtime.clock()
        found = _open(session, actor, given.code, given.distribution_id)
        check_standing(found.row["recalled_at"])
        scan = _checked_scan(given.scans, runtime.policy.max_file_bytes)
        facts = list(_facts(found, given, now))
        scan_id = sheets.add_scan(session, found.row["id"], scan, actor.account_id, now)
        entering = Entering(
            distribution_id=found.row["distribution_id"],
            revision=found.row["revision"],
            state=asked(Mode(found.row["mode"])),
            route=Route.PAPER,
            account_id=actor.account_id,
            recorded_at=now,
            scan_id=scan_id,
        )
        about = {"sheet": found.row["code"], "scan_sha256": sha256(scan.content).hexdigest()}
        recorded = _record(
            session, actor, entering, facts, Deed.ENTERED_ON_PAPER, about, is_current=found.row["is_current"]
        )
    return Entered(found.row["code"], entering.revision, recorded, len(facts) - recorded, found.row["is_current"])


def enter_for(
    runtime: Runtime, actor: Actor, distribution_id: int, person_code: str, confirmed_on: date, note: str
) -> None:
    """Record on somebody's word that they have read a document; `note` says how it is known.

    Raises:
        NotFound: the person is not on the list, or none of the actor's.
        MissingReason, TooLong: the note is empty, or longer than a reason.
        DocumentRecalled: nothing is confirmed any more.
        SignedInFuture, SignedBeforeSheet: the day has not come, or is before the person was listed.
        AlreadyConfirmed: the person has confirmed, in whatever way.
    """
    actor.must(Act.KEEP_ROSTERS)
    known_by = given_reason(note)
    with runtime.sessions.begin() as session:
        hold_off(session, distribution_id)
        now = runtime.clock()
        head = distribution_row(session, distribution_id)
        person = recipient(session, Scope(distribution_id, _reach(actor)), person_code)
        if head is None or person is None:
            raise NotFound
        check_standing(head["recalled_at"])
        entering = Entering(
            distribution_id=distribution_id,
            revision=head["revision"],
            state=asked(Mode(head["mode"])),
            route=Route.ENTERED_FOR,
            account_id=actor.account_id,
            recorded_at=now,
            note=known_by,
        )
        earliest = in_force_since(session, distribution_id, person.person_id, entering.revision)
        fact = EnteredFact(person.person_id, moment_of_signature(confirmed_on, earliest, now))
        if not _record(session, actor, entering, [fact], Deed.ENTERED_FOR, {}, is_current=True):
            raise AlreadyConfirmed(name=person.name)


def _reach(actor: Actor) -> frozenset[int] | None:
    return None if actor.may(Act.POST) else actor.unit_ids


def _reaches_whole(session: Session, actor: Actor, row: RowMapping) -> bool:
    reaches_office = actor.may(Act.POST) or actor.may(Act.SEE_AUDIT)
    return reaches_office or sheets.reaches_whole(session, row, actor.unit_ids)


def _hold(session: Session, code: str) -> None:
    """Keep corrections of the sheet's document out until the transaction ends."""
    row = sheets.sheet_row(session, read_code(code))
    if row is not None:
        hold_off(session, row["distribution_id"])


def _open(session: Session, actor: Actor, code: str, distribution_id: int | None) -> OpenSheet:
    actor.must(Act.KEEP_ROSTERS)
    known = read_code(code)
    row = sheets.sheet_row(session, known)
    people = sheets.sheet_people(session, row, _reach(actor)) if row is not None else []
    if row is None or not people:
        raise UnknownSheet(given=known)
    if distribution_id not in {None, row["distribution_id"]}:
        raise SheetOfAnother(given=known)
    scans = sheets.scans_of(session, row["id"]) if _reaches_whole(session, actor, row) else []
    return OpenSheet(row, tuple(people), tuple(scans))


def _checked_scan(given: Sequence[NewFile], max_bytes: int) -> NewFile:
    """The one scan, under the type that its content has."""
    if len(given) != 1:
        raise MissingScan
    scan = given[0]
    name = one_line(FILE_NAME, scan.name)
    if not scan.content:
        raise EmptyScan(name=name)
    if len(scan.content) > max_bytes:
        raise FileTooLarge(name=name, limit=max_bytes)
    media_type = scan_type(scan.content)
    if media_type is None:
        raise BadScan(name=name)
    return replace(scan, name=name, media_type=media_type)


def _facts(found: OpenSheet, given: SignedSheet, now: datetime) -> Iterator[EnteredFact]:
    ids = {person.person_code: person.person_id for person in found.people}
    if not given.signatures:
        raise NobodyTicked
    for signature in given.signatures:
        code = signature.person_code
        if code not in ids:
            met_before = any(person.person_code == code for person in found.people)
            raise NameTwice(given=code) if met_before else NotOnSheet(given=code)
        moment = moment_of_signature(signature.signed_on or given.signed_on, found.row["printed_at"], now)
        yield EnteredFact(ids.pop(code), moment)


def _record(
    session: Session,
    actor: Actor,
    entering: Entering,
    facts: Sequence[EnteredFact],
    deed: Deed,
    about: dict[str, str],
    *,
    is_current: bool,
) -> int:
    """Write what is new, each with its entry in the log; returns how many. Who has confirmed is reminded no more."""
    new = record_entered(session, entering, facts)
    if is_current:
        withdraw_reminders(session, [entering.distribution_id], new, entering.recorded_at)
    entries = [
        Entry(
            deed,
            actor.caller,
            fact.effective_at,
            entering.recorded_at,
            {
                "distribution": entering.distribution_id,
                "person": fact.person_id,
                "revision": entering.revision,
                "state": entering.state.value,
                **about,
            },
        )
        for fact in facts
        if fact.person_id in new
    ]
    if entries:
        evidence.append(session, *entries)
    return len(entries)
