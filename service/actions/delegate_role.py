"""Ủy quyền: whoever manages a unit, keeps the documents or leads the office hands that role to another for a time.

What a deputy does stands under the deputy's own account. A delegated role cannot be handed on.
"""

from dataclasses import replace
from datetime import datetime, time

from service.actions.manage_accounts import granted
from service.actions.record_absence import Period
from service.domain.absences import check_days
from service.domain.credentials import login_name
from service.domain.errors import AlreadyDelegated, DelegateToSelf, NoAccount, NotFound, PeriodOver
from service.domain.evidence import Deed, entry
from service.domain.roles import Act, Actor, Role
from service.domain.vietnamese import date_short
from service.runtime import Runtime
from service.store import delegations, evidence
from service.store.accounts import account_by_username
from service.store.delegations import DelegationLine
from service.store.grants import Grant


def delegate_role(runtime: Runtime, actor: Actor, username: str, role: Role, period: Period) -> None:
    """Hand an own role to another account from the first to the last day; a manager's with all own units.

    Raises:
        NotFound: the actor does not hold the role by own right, or it is none that can be handed on.
        BadPeriod, AbsenceTooLong: see `check_days`.
        PeriodOver: its last day has passed.
        NoAccount: no account of this name may be used.
        DelegateToSelf: it is the actor's own.
        AlreadyDelegated: on one of the days the deputy has it from the actor already.
    """
    actor.must(Act.DELEGATE)
    now = runtime.clock()
    check_days(period.first, period.last)
    if period.last < now.date():
        raise PeriodOver(last=date_short(period.last))
    starts_at = max(now, datetime.combine(period.first, time.min, now.tzinfo))
    ends_at = datetime.combine(period.last, time.max, now.tzinfo)
    with runtime.sessions.begin() as session:
        own = delegations.own_units_of_role(session, actor.account_id or 0, role, now)
        if actor.account_id is None or role not in DELEGABLE or not own:
            raise NotFound
        deputy = account_by_username(session, login_name(username), now.date())
        if deputy is None:
            raise NoAccount(name=username)
        if deputy.id == actor.account_id:
            raise DelegateToSelf
        for unit_id in own:
            grant = Grant(role, unit_id, starts_at, ends_at)
            if not delegations.add_delegation(session, actor.account_id, deputy.id, grant):
                raise AlreadyDelegated(name=username)
            told = granted(actor, now, deputy.id, grant)
            evidence.append(session, replace(told, about={**told.about, "delegated_by": actor.account_id}))


DELEGABLE = frozenset({Role.MANAGER, Role.SECRETARIAT, Role.LEADERSHIP})


def revoke_delegation(runtime: Runtime, actor: Actor, delegation_id: int) -> None:
    """Take back a role that was handed on, at once.

    Raises:
        NotFound: there is no such delegation that is not over, or it is neither the actor's nor an administrator's.
    """
    now = runtime.clock()
    lender_id = None if actor.may(Act.MANAGE_ACCOUNTS) else actor.account_id or 0
    with runtime.sessions.begin() as session:
        ended = delegations.end_delegation(session, delegation_id, lender_id, now)
        if ended is None:
            raise NotFound
        account_id, role, unit_id = ended
        told = entry(Deed.ROLE_CHANGED, actor, now, account=account_id, role=role, unit=unit_id, granted=False)
        evidence.append(session, told)


def roles_to_delegate(runtime: Runtime, actor: Actor) -> list[Role]:
    """Those that the actor holds by own right and may hand on: a borrowed role is none of them."""
    if actor.account_id is None:
        return []
    now = runtime.clock()
    with runtime.sessions() as session:
        own = (role for role in DELEGABLE if delegations.own_units_of_role(session, actor.account_id, role, now))
        return sorted(own)


def list_delegations(runtime: Runtime, actor: Actor) -> list[DelegationLine]:
    """What the actor has handed on, and what was handed to the actor."""
    if actor.account_id is None:
        return []
    with runtime.sessions() as session:
        return delegations.delegations_of(session, actor.account_id, runtime.clock())
