"""Ủy quyền: own roles handed to others for a time."""

from datetime import date

from fastapi import APIRouter

from service.actions.delegate_role import delegate_role, list_delegations, revoke_delegation
from service.actions.record_absence import Period
from service.domain.roles import Role
from service.web.api.shapes import Id, Moment, Shape, Word
from service.web.deps import ActorDep, SiteDep

router = APIRouter(prefix="/delegations", tags=["accounts"])


class DelegationShape(Shape):
    """From `lender` to `deputy`; it counts while the lender holds the role by own right."""

    id: int
    lender: str
    deputy: str
    deputy_username: str
    role: Role
    unit_code: str | None
    valid_from: Moment
    valid_to: Moment


class DelegationGiven(Shape):
    """First and last day, both included."""

    username: Word
    role: Role
    first_day: date
    last_day: date


@router.get("")
def read_delegations(site: SiteDep, actor: ActorDep) -> list[DelegationShape]:
    """What the caller has handed on, and what was handed to the caller, as far as it is not over."""
    lines = list_delegations(site.runtime, actor)
    return [DelegationShape(**{name: getattr(line, name) for name in DelegationShape.model_fields}) for line in lines]


@router.post("", status_code=204)
def delegate(site: SiteDep, actor: ActorDep, given: DelegationGiven) -> None:
    """Hand an own role to another account; a manager's with all own units."""
    delegate_role(site.runtime, actor, given.username, given.role, Period(given.first_day, given.last_day))


@router.delete("/{delegation_id}", status_code=204)
def revoke(site: SiteDep, actor: ActorDep, delegation_id: Id) -> None:
    """Take a role back at once: for its lender and for administrators."""
    revoke_delegation(site.runtime, actor, delegation_id)
