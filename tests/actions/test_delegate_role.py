"""Ủy quyền: in force only within its days and while its lender holds the role by own right."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from service.actions.delegate_role import delegate_role, list_delegations, revoke_delegation
from service.actions.manage_accounts import deactivate, revoke_role
from service.actions.record_absence import Period
from service.domain.errors import AlreadyDelegated, BadPeriod, DelegateToSelf, NoAccount, NotFound, PeriodOver
from service.domain.roles import OPERATOR, Actor, Role
from service.runtime import Runtime
from service.store.account_overviews import account_names
from service.store.accounts import actor_for
from service.store.evidence import seal, sealed_entries
from service.store.grants import Grant, add_grant, holds_any
from service.store.listings import account_line
from service.store.tables import accounts, memberships
from tests.fakes import FakeClock
from tests.makers import LONG_AGO, make_account, make_person, make_unit


@dataclass(frozen=True)
class Office:
    runtime: Runtime
    boss: int
    deputy: int
    third: int
    units: frozenset[int]
    boss_person: int

    def actor(self, account_id: int) -> Actor:
        with self.runtime.sessions() as session:
            found = actor_for(session, account_id, self.runtime.clock())
        assert found
        return found

    def lend(self, role: Role = Role.MANAGER, *, days: int = 5, to: str = "deputy", start: int = 0) -> None:
        today = self.runtime.clock().date()
        period = Period(today + timedelta(days=start), today + timedelta(days=start + days))
        delegate_role(self.runtime, self.actor(self.boss), to, role, period)

    @property
    def deputy_is_manager(self) -> bool:
        return Role.MANAGER in self.actor(self.deputy).roles


@pytest.fixture
def office(runtime: Runtime) -> Office:
    with runtime.sessions.begin() as session:
        room = make_unit(session, code="P1")
        below = make_unit(session, code="P1A", parent=room)
        person = make_person(session, room, code="BOSS")
        boss = make_account(session, person, username="boss", password="x")
        deputy = make_account(session, make_person(session, room, code="DEP"), username="deputy", password="x")
        third = make_account(session, make_person(session, room, code="THIRD"), username="third", password="x")
        add_grant(session, boss, Grant(Role.MANAGER, room, LONG_AGO, None), None)
        return Office(runtime, boss, deputy, third, frozenset({room, below}), person)


def test_a_deputy_reaches_the_lenders_units_on_the_days_given_and_no_longer(office: Office, clock: FakeClock) -> None:
    office.lend(start=1, days=1)
    assert not office.deputy_is_manager
    clock.move(timedelta(days=1))
    assert office.actor(office.deputy).unit_ids == office.units
    clock.move(timedelta(days=2))
    assert not office.deputy_is_manager


def test_it_ends_with_the_lenders_own_role(office: Office) -> None:
    office.lend()
    assert office.deputy_is_manager
    revoke_role(office.runtime, OPERATOR, "boss", Role.MANAGER)
    assert not office.deputy_is_manager


def shown(office: Office) -> tuple[list[str], list[str], bool, int]:
    """The deputy's roles, the accounts with a role, whether the deputy is let in like anybody, delegations seen."""
    now = office.runtime.clock()
    deputy = office.actor(office.deputy)
    with office.runtime.sessions() as session:
        line = account_line(session, now, "deputy")
        assert line is not None
        is_ordinary = select(~holds_any(frozenset({Role.MANAGER}), now)).where(accounts.c.id == office.deputy)
        return (
            [role.role for role in line.roles],
            account_names(session, now, "", 10),
            session.execute(is_ordinary).scalar_one(),
            len(list_delegations(office.runtime, deputy)),
        )


@pytest.mark.parametrize("start", [0, 2])
def test_a_delegation_is_shown_while_it_stands_and_no_longer_than_the_lenders_role(office: Office, start: int) -> None:
    office.lend(start=start)
    assert shown(office) == (["manager"], ["boss", "deputy"], False, 1)
    revoke_role(office.runtime, OPERATOR, "boss", Role.MANAGER)
    assert shown(office) == ([], [], True, 0)


def test_it_ends_when_the_lenders_account_is_closed_or_the_lender_leaves(office: Office, clock: FakeClock) -> None:
    office.lend()
    with office.runtime.sessions.begin() as session:
        gone = clock.now.date() - timedelta(days=1)
        m = memberships
        session.execute(update(m).where(m.c.person_id == office.boss_person).values(active_to=gone))
    assert not office.deputy_is_manager
    with office.runtime.sessions.begin() as session:
        session.execute(update(m).where(m.c.person_id == office.boss_person).values(active_to=None))
    assert office.deputy_is_manager
    deactivate(office.runtime, OPERATOR, "boss")
    assert not office.deputy_is_manager


def test_a_deputy_hands_nothing_on(office: Office, clock: FakeClock) -> None:
    office.lend()
    today = clock.now.date()
    with pytest.raises(NotFound):
        delegate_role(office.runtime, office.actor(office.deputy), "third", Role.MANAGER, Period(today, today))


def test_only_roles_held_are_handed_on(office: Office) -> None:
    for role in set(Role) - {Role.MANAGER}:
        with pytest.raises(NotFound):
            office.lend(role)


def test_the_lender_and_an_administrator_take_it_back_nobody_else(office: Office) -> None:
    office.lend()
    [line] = list_delegations(office.runtime, office.actor(office.deputy))
    for other in (office.deputy, office.third):
        with pytest.raises(NotFound):
            revoke_delegation(office.runtime, office.actor(other), line.id)
    revoke_delegation(office.runtime, office.actor(office.boss), line.id)
    assert not office.deputy_is_manager
    with pytest.raises(NotFound):
        revoke_delegation(office.runtime, office.actor(office.boss), line.id)
    office.lend()
    [again] = list_delegations(office.runtime, office.actor(office.boss))
    revoke_delegation(office.runtime, OPERATOR, again.id)
    assert list_delegations(office.runtime, office.actor(office.boss)) == []


def test_no_delegation_is_mistaken_for_a_grant(office: Office) -> None:
    """Taking back what was lent leaves a right of one's own."""
    with office.runtime.sessions.begin() as session:
        add_grant(session, office.deputy, Grant(Role.MANAGER, min(office.units), LONG_AGO, None), None)
    office.lend()
    revoke_delegation(office.runtime, OPERATOR, list_delegations(office.runtime, office.actor(office.boss))[0].id)
    assert office.deputy_is_manager


def test_what_cannot_be_handed_on_is_refused(office: Office, clock: FakeClock) -> None:
    with pytest.raises(BadPeriod):
        office.lend(days=-1)
    with pytest.raises(PeriodOver):
        office.lend(start=-5, days=1)
    with pytest.raises(NoAccount):
        office.lend(to="nobody")
    with pytest.raises(DelegateToSelf):
        office.lend(to="boss")
    office.lend()
    with pytest.raises(AlreadyDelegated):
        office.lend(start=3)
    assert len(list_delegations(office.runtime, office.actor(office.boss))) == 1
    with pytest.raises(PeriodOver, match="02/01/2018"):
        delegate_role(
            office.runtime,
            office.actor(office.boss),
            "deputy",
            Role.MANAGER,
            Period(date(2018, 1, 1), date(2018, 1, 2)),
        )


def test_handing_on_and_taking_back_are_evidence(office: Office) -> None:
    office.lend()
    revoke_delegation(office.runtime, OPERATOR, list_delegations(office.runtime, office.actor(office.boss))[0].id)
    with office.runtime.sessions.begin() as session:
        seal(session, 100)
        told = [one.entry for one in sealed_entries(session)]
    assert [f'"delegated_by":{office.boss}' in entry for entry in told] == [True, False]
    assert ['"granted":false' in entry for entry in told] == [False, True]
