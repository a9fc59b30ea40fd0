"""Whatever happens to a distribution, in whatever order: the sum explains itself, and no past day's truth changes.

After every step the report of that moment is kept; at the end each of them is worked out again from what was recorded
by then, and must come out the same. So must the chain of evidence.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from service.actions.acknowledge import acknowledge, open_document
from service.actions.add_recipients import add_recipient, follow_directory
from service.actions.announce_corrections import announce_corrections
from service.actions.confirm_recall import confirm_recall
from service.actions.correct_document import issue_erratum, recall_document, replace_document
from service.actions.deliver import deliver_due
from service.actions.enter_signatures import Signature, SignedSheet, enter_signatures
from service.actions.escalate import escalate
from service.actions.list_recipients import list_recipients
from service.actions.nudge import nudge
from service.actions.post_document import post_document
from service.actions.print_sheet import print_sheet
from service.actions.record_absence import Period, exempt, lift_exemption, record_absence, withdraw_absence
from service.actions.remind import remind
from service.actions.report_coverage import report_coverage
from service.domain.corrections import Replacement
from service.domain.coverage import Report
from service.domain.deadlines import WorkingDays
from service.domain.deliveries import Deferred, Outcome, Phase, Refused, Reply
from service.domain.documents import NewFile
from service.domain.errors import Refused as Refusal
from service.domain.evidence import GENESIS
from service.domain.evidence import seal as seal_of
from service.domain.letters import Letter
from service.domain.occasions import REMINDERS, Occasion, first_letter, parse_occasion
from service.domain.occasions import Kind as About
from service.domain.receipts import Route, State
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.store import evidence
from service.store.corrections import in_force_at
from service.store.distributions import distribution_row
from service.store.tables import absences, deliveries, memberships, people, receipt_events, reminders
from tests.fakes import ACCEPTED, FakeClock, FakeMailer
from tests.makers import make_account, make_actor, make_person, make_posting, make_unit

NEVER = datetime.max.replace(tzinfo=UTC)
SCAN = NewFile("danh-sach.pdf", "application/pdf", b"%PDF-1.7 a signed sheet")
OUTCOMES: tuple[Outcome, ...] = (
    ACCEPTED,
    Refused("no such user", Reply(550, "5.1.1 No such user", Phase.RCPT), address_bad=True),
    Deferred("busy", Reply(451, "4.3.2 Try again", Phase.RCPT)),
)


class WholeLife(RuleBasedStateMachine):
    """One document of one office; every rule is one deed of somebody, at a moment of its own."""

    runtime: Runtime
    clock: FakeClock
    mailer: FakeMailer

    @initialize(adds_joiners=st.booleans())
    def post(self, adds_joiners: bool) -> None:
        self.group = uuid4().hex
        with self.runtime.sessions.begin() as session:
            self.units = [make_unit(session) for _ in range(2)]
            self.people = [self._hire(session, index % 2) for index in range(4)]
        asked = make_posting(audience=f"group:{self.group}", due=WorkingDays(5), adds_joiners=adds_joiners)
        self.distribution = post_document(self.runtime, OPERATOR, asked).distribution_id
        list_recipients(self.runtime)
        self.kept: list[Report] = []
        self.is_recalled = False

    def _hire(self, session: Session, unit: int, email: str | None = "") -> int:
        person = make_person(
            session, self.units[unit], groups=(self.group,), email=email, valid_from=self.clock() - timedelta(days=1)
        )
        make_account(session, person)
        return person

    def _later(self, by: timedelta = timedelta(hours=3)) -> None:
        self.clock.move(by)

    def _one(self, index: int) -> int:
        return self.people[index % len(self.people)]

    def _try(self, deed: Callable[[], object]) -> bool:
        """Whether it was done. What is refused has changed nothing; that it is refused is for other tests."""
        self._later()
        try:
            deed()
        except Refusal:
            return False
        return True

    def _revision(self) -> int:
        with self.runtime.sessions() as session:
            head = distribution_row(session, self.distribution)
        assert head is not None
        return int(head["revision"])

    @rule(hours=st.integers(1, 80))
    def time_passes(self, hours: int) -> None:
        self._later(timedelta(hours=hours))
        remind(self.runtime)
        escalate(self.runtime)
        follow_directory(self.runtime)

    @rule(outcome=st.sampled_from(OUTCOMES))
    def letters_leave(self, outcome: Outcome) -> None:
        self._later()

        def answer(_: Letter) -> Outcome:
            return outcome

        self.mailer.answer = answer
        deliver_due(self.runtime)

    @rule()
    def corrections_are_announced(self) -> None:
        self._later()
        announce_corrections(self.runtime)

    @rule(who=st.integers(0, 9))
    def open(self, who: int) -> None:
        actor = make_actor(person_id=self._one(who))
        self._try(lambda: open_document(self.runtime, actor, self.distribution, Route.INBOX))

    @rule(who=st.integers(0, 9), route=st.sampled_from([Route.INBOX, Route.MAIL_LINK]))
    def confirm(self, who: int, route: Route) -> None:
        actor = make_actor(person_id=self._one(who))
        self._try(lambda: acknowledge(self.runtime, actor, self.distribution, self._revision(), route))

    @rule(who=st.integers(0, 9), starts=st.integers(-2, 3), days=st.integers(0, 9))
    def be_absent(self, who: int, starts: int, days: int) -> None:
        first = (self.clock() + timedelta(days=starts)).date()
        period = Period(first, first + timedelta(days=days))
        self._try(lambda: record_absence(self.runtime, OPERATOR, self._one(who), period, "nghỉ phép"))

    @rule(who=st.integers(0, 9))
    def be_exempted(self, who: int) -> None:
        self._try(lambda: exempt(self.runtime, OPERATOR, self.distribution, self._one(who), "không thuộc diện"))

    @rule(who=st.integers(0, 9))
    def be_asked_after_all(self, who: int) -> None:
        self._try(lambda: lift_exemption(self.runtime, OPERATOR, self.distribution, self._one(who)))

    @rule(who=st.integers(0, 9))
    def be_here_after_all(self, who: int) -> None:
        a = absences.c
        standing = select(a.id).where(a.person_id == self._one(who), a.withdrawn_at.is_(None)).order_by(a.id)
        with self.runtime.sessions() as session:
            known = session.execute(standing).scalars().first()
        if known is not None:
            self._try(lambda: withdraw_absence(self.runtime, OPERATOR, self._one(who), known))

    @rule()
    def be_nudged(self) -> None:
        self._try(lambda: nudge(self.runtime, OPERATOR, self.distribution))

    @rule(unit=st.integers(0, 1), has_mailbox=st.booleans())
    def join(self, unit: int, has_mailbox: bool) -> None:
        self._later()
        with self.runtime.sessions.begin() as session:
            person = make_person(
                session,
                self.units[unit],
                groups=(self.group,),
                email="" if has_mailbox else None,
                valid_from=self.clock(),
            )
        self.people.append(person)

    @rule(who=st.integers(0, 9))
    def be_added_by_hand(self, who: int) -> None:
        with self.runtime.sessions() as session:
            code = session.execute(select(people.c.code).where(people.c.id == self._one(who))).scalar_one()
        self._try(lambda: add_recipient(self.runtime, OPERATOR, self.distribution, code, "bổ sung"))

    @rule(who=st.integers(0, 9))
    def leave(self, who: int) -> None:
        self._later()
        with self.runtime.sessions.begin() as session:
            self._close_version(session, self._one(who))

    @rule(who=st.integers(0, 9), unit=st.integers(0, 1))
    def move(self, who: int, unit: int) -> None:
        self._later()
        person = self._one(who)
        present = select(memberships).where(memberships.c.person_id == person, memberships.c.valid_to.is_(None))
        with self.runtime.sessions.begin() as session:
            row = session.execute(present).mappings().first()
            if row is None:
                return
            self._close_version(session, person)
            version = {**row, "unit_id": self.units[unit], "valid_from": self.clock()}
            version.pop("id")
            session.execute(insert(memberships).values(version))

    def _close_version(self, session: Session, person: int) -> None:
        m = memberships.c
        closed = update(memberships).where(m.person_id == person, m.valid_to.is_(None)).values(valid_to=self.clock())
        session.execute(closed)

    @rule()
    def sign_a_sheet(self) -> None:
        """Everybody on it signs on the day of its printing; it is entered days later."""
        self._later()
        try:
            code = print_sheet(self.runtime, OPERATOR, self.distribution)
        except Refusal:
            return
        printed_on = self.clock().date()
        with self.runtime.sessions() as session:
            found = select(people.c.code).where(people.c.id.in_(self.people[:2]))
            signed = tuple(Signature(code) for code in session.execute(found).scalars())
        self._later(timedelta(days=2))
        sheet = SignedSheet(code, signed, printed_on, (SCAN,))
        self._try(lambda: enter_signatures(self.runtime, OPERATOR, sheet))

    @rule(word=st.text("abc", min_size=1, max_size=3))
    def correct(self, word: str) -> None:
        self._try(lambda: issue_erratum(self.runtime, OPERATOR, self.distribution, f"Sửa lỗi: {word}"))

    @rule(word=st.text("abc", min_size=1, max_size=3))
    def replace(self, word: str) -> None:
        replaced = self._revision()
        new = Replacement(replaces=replaced, note="Sửa nội dung", body=f"Bản mới: {word}", due=WorkingDays(5))
        self._try(lambda: replace_document(self.runtime, OPERATOR, self.distribution, new))

    @precondition(lambda self: len(self.kept) > 8 and not self.is_recalled)
    @rule()
    def recall(self) -> None:
        recalled = self._try(lambda: recall_document(self.runtime, OPERATOR, self.distribution, "Ban hành nhầm"))
        self.is_recalled = self.is_recalled or recalled

    @rule(who=st.integers(0, 9))
    def confirm_the_recall(self, who: int) -> None:
        actor = make_actor(person_id=self._one(who))
        self._try(lambda: confirm_recall(self.runtime, actor, self.distribution, Route.INBOX))

    @invariant()
    def the_sum_explains_itself(self) -> None:
        report = report_coverage(self.runtime, OPERATOR, self.distribution)
        assert report.identity.holds
        assert all(unit.identity.holds for unit in report.units)
        self.kept.append(report)

    def teardown(self) -> None:
        for kept in self.kept:
            again = report_coverage(self.runtime, OPERATOR, self.distribution, kept.as_of)
            assert (again.identity, again.units) == (kept.identity, kept.units)
        with self.runtime.sessions.begin() as session:
            while evidence.seal(session, 1000):
                pass
            previous = GENESIS
            for sealed in evidence.sealed_entries(session):
                previous = seal_of(previous, sealed.position, sealed.entry)
                assert sealed.hash == previous
            self._reminders_make_sense(session)
        announce_corrections(self.runtime)
        with self.runtime.sessions() as session:
            self._letters_tell_of_the_text_in_force(session)

    def _letters_tell_of_the_text_in_force(self, session: Session) -> None:
        """Once everybody was told, no letter waits that tells of another text, and nobody is told twice of this one."""
        head = distribution_row(session, self.distribution)
        assert head is not None
        d, revision = deliveries.c, head["revision"]
        letters = select(d.person_id, d.occasion, d.status).where(d.distribution_id == self.distribution)
        found = [(person, parse_occasion(occasion), status) for person, occasion, status in session.execute(letters)]
        bringing = {About.ORIGINAL, About.REVISION}
        waiting = {one for _, one, status in found if status == "waiting" and one.kind in bringing | {About.ERRATUM}}
        in_force = set() if self.is_recalled else {Occasion(About.REVISION, revision), first_letter(revision)}
        assert {one for one in waiting if one.kind in bringing} <= in_force
        assert not (self.is_recalled and waiting)
        told = Counter(person for person, one, _ in found if one.kind in bringing and (one.number or 1) == revision)
        assert set(told.values()) <= {1}

    def _reminders_make_sense(self, session: Session) -> None:
        """A reminder has one letter at most, and is written to nobody who has confirmed what was then in force."""
        e, d, v = reminders.c, deliveries.c, receipt_events.c
        written = select(e.person_id, e.created_at).where(e.distribution_id == self.distribution)
        asked = [(person, at) for person, at in session.execute(written)]
        reminding = d.distribution_id == self.distribution, func.split_part(d.occasion, ":", 1).in_(REMINDERS)
        sent = Counter(
            (person, at) for person, at in session.execute(select(d.person_id, d.created_at).where(*reminding))
        )
        assert sent <= Counter(asked)
        confirming = v.distribution_id == self.distribution, v.state == State.ACKNOWLEDGED.value
        events = select(v.person_id, v.revision, v.recorded_at).where(*confirming)
        confirmed = {(person, revision): moment for person, revision, moment in session.execute(events)}
        for person, asked_at in asked:
            revision = in_force_at(session, self.distribution, None, asked_at).revision
            assert asked_at < confirmed.get((person, revision), NEVER)


@pytest.mark.timeout(300)
def test_the_truth_of_every_day_survives_whatever_comes_after(
    runtime: Runtime, clock: FakeClock, mailer: FakeMailer
) -> None:
    class OfThisOffice(WholeLife):
        pass

    OfThisOffice.runtime, OfThisOffice.clock, OfThisOffice.mailer = runtime, clock, mailer
    run_state_machine_as_test(
        OfThisOffice,
        settings=settings(
            max_examples=10,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
