"""What a page shows of a frozen list: its units, the dated lines since it was frozen, and the forms that add to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from service.domain.list_changes import ListChange
from service.domain.roles import Act, Actor
from service.store.directory import list_units
from service.store.list_changes import changes_of
from service.store.reports import Scope

LINES_SHOWN = 100


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """A unit of a list, with how many people it is about, in it or below it; `depth` counts from the highest shown."""

    code: str
    name: str
    depth: int
    people: int


def unit_choices(session: Session, scope: Scope, people: Mapping[int, int], chosen: str = "") -> tuple[UnitChoice, ...]:
    """The units of a scope in office order that have somebody of `people`, themselves or below them; and the chosen."""
    tree = [line for line in list_units(session) if scope.unit_ids is None or line.id in scope.unit_ids]
    totals = {line.id: people.get(line.id, 0) for line in tree}
    for line in reversed(tree):
        if line.parent_id in totals:
            totals[line.parent_id] += totals[line.id]
    top = min((line.depth for line in tree), default=0)
    return tuple(
        UnitChoice(line.code, line.name, line.depth - top, totals[line.id])
        for line in tree
        if totals[line.id] or line.code == chosen
    )


@dataclass(frozen=True, slots=True)
class AddForm:
    """Adding one person, as typed. `wrong` is the sentence about the last try, under the field it concerns."""

    person_code: str = ""
    reason: str = ""
    wrong: str = ""
    wrong_field: str = ""

    def note(self, field: str) -> str:
        return self.wrong if self.wrong_field == field else ""


@dataclass(frozen=True, slots=True)
class ListChangesView:
    """The newest lines first; `can_add` while the list may grow and the reader may make it."""

    distribution_id: int
    lines: tuple[ListChange, ...]
    has_more: bool
    can_add: bool
    adds_joiners: bool
    form: AddForm


def list_changes_view(
    session: Session, scope: Scope, head: RowMapping, actor: Actor, as_of: datetime, form: AddForm
) -> ListChangesView:
    """`head` is a row of `distribution_row`."""
    lines = changes_of(session, scope, head["frozen_at"], as_of, as_of.date(), LINES_SHOWN + 1)
    is_open = head["listed_at"] is not None and head["recalled_at"] is None
    return ListChangesView(
        distribution_id=scope.distribution_id,
        lines=tuple(lines[:LINES_SHOWN]),
        has_more=len(lines) > LINES_SHOWN,
        can_add=is_open and actor.may(Act.POST),
        adds_joiners=head["adds_joiners"],
        form=form,
    )
