"""A frozen list after it was frozen: who was added, moved or left, and adding to it."""

from typing import Annotated

from fastapi import APIRouter

from service.actions.add_recipients import add_recipient, set_joiners_rule
from service.domain.coverage import moment_within
from service.domain.list_changes import Change, ListChange
from service.domain.texts import REASON
from service.store.list_changes import changes_of
from service.web.api.coverage import AsOf
from service.web.api.distributions import head_in_scope, scope_of
from service.web.api.shapes import Id, Limit, Moment, Shape, Text, Word, typed
from service.web.deps import ActorDep, SiteDep

router = APIRouter(prefix="/distributions", tags=["distributions"])


class ListChangeShape(Shape):
    """`effective_at` is when it was so, `recorded_at` when the office learnt it; `by` is empty where nobody decided."""

    change: Change
    code: str
    full_name: str
    unit_name: str
    now_in: str
    reason: str
    by: str
    effective_at: Moment
    recorded_at: Moment

    @classmethod
    def of(cls, line: ListChange) -> "ListChangeShape":
        return cls.model_validate(line)


class NewRecipient(Shape):
    person_code: Word
    reason: Annotated[Text, typed(REASON, "It stands in the report")]


class JoinersRule(Shape):
    adds_joiners: bool


@router.get("/{distribution_id}/changes")
def read(
    site: SiteDep, actor: ActorDep, distribution_id: Id, as_of: AsOf = None, limit: Limit = 200
) -> list[ListChangeShape]:
    """The newest lines first; for a manager those of the own units."""
    scope = scope_of(actor, distribution_id)
    with site.runtime.sessions() as session:
        head = head_in_scope(session, scope)
        moment = moment_within(as_of, head["frozen_at"], site.runtime.clock())
        lines = changes_of(session, scope, head["frozen_at"], moment, moment.date(), limit)
    return [ListChangeShape.of(line) for line in lines]


@router.post("/{distribution_id}/recipients", status_code=204)
def add(site: SiteDep, actor: ActorDep, distribution_id: Id, given: NewRecipient) -> None:
    """Put one person on the frozen list, with the letter that the others got."""
    add_recipient(site.runtime, actor, distribution_id, given.person_code, given.reason)


@router.put("/{distribution_id}/joiners", status_code=204)
def switch(site: SiteDep, actor: ActorDep, distribution_id: Id, given: JoinersRule) -> None:
    """Say whether people who come to the audience from now on are listed too."""
    set_joiners_rule(site.runtime, actor, distribution_id, adds_joiners=given.adds_joiners)
