"""Danh sách ký nhận: a sheet is kept when it is printed, and can be printed again as it was."""

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from service.domain.corrections import check_standing
from service.domain.errors import ListBeingDrawn, NobodyOnSheet, NotFound, UnknownUnit
from service.domain.evidence import Deed, entry
from service.domain.roles import Act, Actor
from service.domain.sheets import Roster, new_code, read_code
from service.runtime import Runtime
from service.store import evidence, sheets
from service.store.directory import unit_subtree
from service.store.distributions import distribution_row
from service.store.grants import unit_id_of
from service.store.listings import lists_anybody
from service.store.reports import Scope


def print_sheet(runtime: Runtime, actor: Actor, distribution_id: int, unit_code: str | None = None) -> str:
    """Keep a sheet of the whole list, or of one unit with those below it; returns its code.

    Raises:
        NotFound: the actor keeps no rosters, of this unit or at all, or there is no such distribution.
        UnknownUnit: the directory has no such unit.
        ListBeingDrawn, DocumentRecalled: it is too early, or too late.
        NobodyOnSheet: nobody of the unit is on the list.
    """
    actor.must(Act.KEEP_ROSTERS)
    now, code = runtime.clock(), new_code()
    with runtime.sessions.begin() as session:
        head = _head(session, actor, distribution_id)
        unit_id = _unit(session, actor, unit_code)
        scope = Scope(distribution_id, unit_subtree(session, frozenset({unit_id})) if unit_id else None)
        new = sheets.NewSheet(code, head["revision"], unit_id, actor.account_id, now)
        people = sheets.add_sheet(session, scope, new)
        if not people:
            raise NobodyOnSheet(unit=unit_code or "")
        about = {"distribution": distribution_id, "revision": new.revision, "unit": unit_code, "people": people}
        evidence.append(session, entry(Deed.SHEET_PRINTED, actor, now, sheet=code, **about))
    return code


def read_sheet(runtime: Runtime, actor: Actor, code: str) -> Roster:
    """A sheet as it was when it was printed.

    Raises:
        NotFound: there is no such sheet, or somebody on it is none of the actor's.
        MistypedSheetCode: no sheet can bear this code.
    """
    actor.must(Act.KEEP_ROSTERS)
    with runtime.sessions() as session:
        sheet = sheets.sheet_row(session, read_code(code))
        if sheet is None or not (actor.may(Act.POST) or sheets.reaches_whole(session, sheet, actor.unit_ids)):
            raise NotFound
        printed_on = sheet["printed_at"].astimezone(runtime.clock().tzinfo).date()
        return sheets.roster(session, sheet, printed_on)


def _head(session: Session, actor: Actor, distribution_id: int) -> RowMapping:
    head = distribution_row(session, distribution_id)
    reach = Scope(distribution_id, None if actor.may(Act.POST) else actor.unit_ids)
    if head is None or (reach.unit_ids is not None and not lists_anybody(session, reach)):
        raise NotFound
    check_standing(head["recalled_at"])
    if head["listed_at"] is None:
        raise ListBeingDrawn
    return head


def _unit(session: Session, actor: Actor, code: str | None) -> int | None:
    """The unit of the sheet; the whole list is for those who reach the whole office."""
    if code is None:
        actor.must(Act.POST)
        return None
    unit_id = unit_id_of(session, code)
    if unit_id is None:
        raise UnknownUnit(given=code)
    if not actor.may(Act.POST) and unit_id not in actor.unit_ids:
        raise NotFound
    return unit_id
