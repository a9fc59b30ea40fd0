"""Reminders of a distribution: what was sent, and reminding by hand."""

from fastapi import APIRouter

from service.actions.nudge import nudge
from service.store.reminders import steps_seen
from service.web.api.distributions import head_in_scope, scope_of
from service.web.api.shapes import Id, Moment, Shape
from service.web.deps import ActorDep, SiteDep

router = APIRouter(prefix="/distributions", tags=["distributions"])


class DoneStepShape(Shape):
    """`people` were reminded; none where a step was passed by, or told somebody above. `sent_by` when by hand."""

    step: str
    done_at: Moment
    people: int
    sent_by: str


class Reminded(Shape):
    people: int


@router.get("/{distribution_id}/reminders")
def read(site: SiteDep, actor: ActorDep, distribution_id: Id) -> list[DoneStepShape]:
    """Every step that is over, oldest first; for a manager with the people of the own units alone."""
    scope = scope_of(actor, distribution_id)
    with site.runtime.sessions() as session:
        head_in_scope(session, scope)
        steps = steps_seen(session, distribution_id, scope.unit_ids)
    return [DoneStepShape.model_validate(step) for step in steps]


@router.post("/{distribution_id}/nudge")
def remind(site: SiteDep, actor: ActorDep, distribution_id: Id) -> Reminded:
    """Remind those who are still asked: a manager's own people, or everybody."""
    return Reminded(people=nudge(site.runtime, actor, distribution_id))
