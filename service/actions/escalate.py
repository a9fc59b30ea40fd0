"""Tells those above of people who are late: rung by rung of a deadline, one digest for each of them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from service import doorbell
from service.actions.office_calendar import office_calendar
from service.domain.letters import DigestFacts, DigestLine
from service.domain.reminders import Rung, come, plan
from service.domain.roles import Role
from service.domain.vietnamese import full_name
from service.runtime import Runtime
from service.store import digests, reminders
from service.store.digests import Superior
from service.store.reminders import Asked, OpenDeadline
from service.store.units import UnitNode, unit_nodes

LINES_OF_A_DOCUMENT = 10


def escalate(runtime: Runtime) -> int:
    """Take every rung that has come; returns how many digests were written.

    A digest tells everything late that its reader should know of by now, and is sent when something new is among it.
    """
    now = runtime.clock()
    with runtime.sessions.begin() as session:
        reached = _reached(runtime, session, now)
        if not any(one.new for one in reached) or not digests.hold_escalation(session):
            return 0
        # Whoever held it before may have told of them meanwhile.
        reached = _reached(runtime, session, now)
        for one in filter(lambda one: one.new, reached):
            reminders.finish_steps(session, one.deadline.id, dict.fromkeys(one.new, 0), now)
        told = _tell(runtime, session, reached, now)
    if told:
        runtime.doorbell.ring(doorbell.DELIVER_DUE)
    return told


@dataclass(frozen=True, slots=True)
class _Reached:
    """A distribution with the rungs that hear of it by now, those of them that are new by the names of their steps.

    People with a deadline of their own bring its rungs anew.
    """

    deadline: OpenDeadline
    rungs: frozenset[Rung]
    new: Mapping[str, Rung]

    def __or__(self, other: "_Reached") -> "_Reached":
        return replace(self, rungs=self.rungs | other.rungs, new={**self.new, **other.new})


def _reached(runtime: Runtime, session: Session, now: datetime) -> list[_Reached]:
    calendar = office_calendar(runtime, session)
    found: dict[int, _Reached] = {}
    for deadline in reminders.open_deadlines(session, now):
        steps = runtime.policy.escalation_steps.get(deadline.urgency, ())
        planned = come(plan(steps, deadline.due_at, deadline.urgency, calendar), deadline.since, now)
        if planned:
            done, named = reminders.done_steps(session, deadline.id), {deadline.name(one.name): one for one in planned}
            new = {name: one.step.rung for name, one in named.items() if name not in done}
            one = _Reached(deadline, frozenset(one.step.rung for one in planned), new)
            found[deadline.id] = found[deadline.id] | one if deadline.id in found else one
    return list(found.values())


def _tell(runtime: Runtime, session: Session, reached: list[_Reached], now: datetime) -> int:
    office = _Office(session, now, runtime.policy.office_unit)
    by_account: defaultdict[int, list[Superior]] = defaultdict(list)
    for superior in digests.superiors(session, (Role.MANAGER, Role.LEADERSHIP), now):
        by_account[superior.account_id].append(superior)
    told = 0
    for account_id, grants in by_account.items():
        views = ((one.deadline, office.view(grants, one)) for one in reached)
        seen = [(deadline, view) for deadline, view in views if office.late(deadline, view)]
        if any(view.is_new for _, view in seen):
            facts = DigestFacts(now, tuple(office.line(deadline, view) for deadline, view in seen))
            urgency = max(deadline.urgency for deadline, _ in seen)
            digests.add_digest(session, account_id, facts, runtime.policy.mail_domain, urgency)
            told += 1
    return told


@dataclass(frozen=True, slots=True)
class _View:
    """What of a deadline somebody hears: nothing, the people of these units, or the whole office (None)."""

    unit_ids: frozenset[int] | None
    is_new: bool

    def shows(self, unit_id: int) -> bool:
        return self.unit_ids is None or unit_id in self.unit_ids


_NOTHING = _View(frozenset(), is_new=False)


class _Office:
    """The office as those above see it; what is late is counted once a deadline, whoever asks."""

    def __init__(self, session: Session, now: datetime, office_unit: str) -> None:
        self._session = session
        self._now = now
        self._office_unit = office_unit
        self._units: dict[int, UnitNode] = unit_nodes(session)
        self._late: dict[int, dict[int, int]] = {}

    def view(self, grants: list[Superior], reached: _Reached) -> _View:
        """The widest view that the grants open by the rungs reached."""
        new = frozenset(reached.new.values())
        for rung in (Rung.LEADERSHIP, Rung.CHIEF):
            if rung in reached.rungs and any(self._stands_on(rung, grant) for grant in grants):
                return _View(None, rung in new)
        managed = {grant.unit_id for grant in grants if grant.role is Role.MANAGER}
        if Rung.UNIT not in reached.rungs or not managed:
            return _NOTHING
        below = frozenset(unit_id for unit_id in self._units if not managed.isdisjoint(self._way_up(unit_id)))
        return _View(below, Rung.UNIT in new)

    def late(self, deadline: OpenDeadline, view: _View) -> dict[int, int]:
        """How many are late within the view, by unit."""
        if deadline.id not in self._late:
            self._late[deadline.id] = reminders.late_by_unit(self._session, self._asked(deadline))
        return {unit: count for unit, count in self._late[deadline.id].items() if view.shows(unit)}

    def line(self, deadline: OpenDeadline, view: _View) -> DigestLine:
        late = self.late(deadline, view)
        who = self._by_unit(late) if view.unit_ids is None else self._by_name(deadline, view.unit_ids)
        return DigestLine(
            distribution_id=deadline.id,
            number=deadline.number,
            title=deadline.title,
            due_at=deadline.due_at,
            late=sum(late.values()),
            who=tuple(who),
        )

    def _stands_on(self, rung: Rung, grant: Superior) -> bool:
        """The chief of office is who manages the unit that keeps the office (Chánh Văn phòng)."""
        if rung is Rung.LEADERSHIP:
            return grant.role is Role.LEADERSHIP
        return grant.role is Role.MANAGER and grant.unit_code == self._office_unit

    def _way_up(self, unit_id: int | None) -> set[int]:
        way: set[int] = set()
        while unit_id is not None and unit_id not in way:
            way.add(unit_id)
            unit_id = self._units[unit_id].parent_id
        return way

    def _by_unit(self, late: dict[int, int]) -> list[str]:
        most = sorted(late.items(), key=lambda found: (-found[1], self._units[found[0]].name))
        return [f"{self._units[unit_id].name}: {count}" for unit_id, count in most[:LINES_OF_A_DOCUMENT]]

    def _by_name(self, deadline: OpenDeadline, unit_ids: frozenset[int]) -> list[str]:
        names = reminders.late_names(self._session, self._asked(deadline, unit_ids), LINES_OF_A_DOCUMENT)
        return [full_name(family, given) for family, given in names]

    def _asked(self, deadline: OpenDeadline, unit_ids: frozenset[int] | None = None) -> Asked:
        return Asked(deadline.id, self._now, self._now.date(), unit_ids)
