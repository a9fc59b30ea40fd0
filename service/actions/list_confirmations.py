"""Who has confirmed, when and how, as far as the asker may see: page by page, as of any moment."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import RowMapping

from service.actions.own_deadlines import with_own_deadlines
from service.actions.report_coverage import ask
from service.domain.coverage import Confirmation
from service.domain.roles import Actor
from service.runtime import Runtime
from service.store.confirmations import Sought, UnitCount, confirmations_of, confirmations_page, count_confirmations
from service.store.listings import units_within


@dataclass(frozen=True, slots=True)
class Filter:
    """`unit` is the code of a unit, those below it included; empty for all."""

    unit: str = ""
    only_late: bool = False


@dataclass(frozen=True, slots=True)
class ConfirmationList:
    """A part of the list; `head` is the distribution's row. `units` count everybody whom the asker may see."""

    head: RowMapping
    sought: Sought
    units: Sequence[UnitCount]
    people: Sequence[Confirmation]

    @property
    def found(self) -> Sequence[UnitCount]:
        """The units that the filter lets through."""
        wanted = self.sought.asked.scope.unit_ids
        return [unit for unit in self.units if wanted is None or unit.unit_id in wanted]


def list_confirmations(
    runtime: Runtime,
    actor: Actor,
    distribution_id: int,
    as_of: datetime | None,
    wanted: Filter,
    *,
    after: int | None,
    limit: int,
) -> ConfirmationList:
    """Those who have confirmed, in name order, behind the person `after`.

    Raises:
        NotFound: as `report_coverage`.
        UnknownUnit: the actor knows of no such unit.
        BadCursor: nobody on the list has the id `after`.
    """
    with runtime.sessions() as session:
        asked = ask(runtime, session, actor, distribution_id, as_of)
        sought = confirmations_of(session, asked)
        units = count_confirmations(session, sought)
        if wanted.unit:
            within = units_within(session, asked.scope.unit_ids, wanted.unit)
            asked = replace(asked, scope=replace(asked.scope, unit_ids=within))
        sought = replace(sought, asked=asked, only_late=wanted.only_late)
        people = confirmations_page(session, sought, after=after, limit=limit)
        return ConfirmationList(asked.head, sought, units, with_own_deadlines(session, sought, people))
