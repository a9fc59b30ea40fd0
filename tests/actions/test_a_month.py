"""One document through a month, told day by day with a clock that stands still between the scenes.

After each scene the sum must explain itself, for the office and for each unit; at the end every past day is asked again
and must answer what it answered then. The signature that was written on the 8th and entered on the 15th changes reports
from the 15th on.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from service.actions.acknowledge import acknowledge, open_document
from service.actions.add_recipients import add_recipient, follow_directory
from service.actions.announce_corrections import announce_corrections
from service.actions.confirm_recall import confirm_recall
from service.actions.correct_document import issue_erratum, recall_document, replace_document
from service.actions.deliver import deliver_due
from service.actions.enter_signatures import Signature, SignedSheet, enter_signatures
from service.actions.escalate import escalate
from service.actions.issue_report import check_report, issue_report
from service.actions.list_recipients import list_recipients
from service.actions.post_document import post_document
from service.actions.print_sheet import print_sheet
from service.actions.record_absence import Period, exempt, record_absence
from service.actions.remind import remind
from service.actions.report_coverage import report_coverage
from service.domain.absences import Kind as AbsenceKind
from service.domain.corrections import Replacement
from service.domain.coverage import Identity, Report
from service.domain.deadlines import WorkingDays
from service.domain.deliveries import Outcome, Phase, Refused, Reply
from service.domain.documents import NewFile
from service.domain.errors import DocumentRecalled, OldRevision
from service.domain.evidence import Deed
from service.domain.letters import Letter
from service.domain.receipts import Route
from service.domain.roles import OPERATOR
from service.printing.evidence_words import ABOUT, about_words
from service.runtime import Runtime
from service.store.distributions import distribution_row
from service.store.tables import deliveries, evidence, memberships, people, receipt_events, receipts, reminders
from tests.fakes import ACCEPTED, FakeClock, FakeMailer
from tests.makers import make_account, make_actor, make_person, make_posting, make_unit

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SCAN = NewFile("danh-sach-da-ky.pdf", "application/pdf", b"%PDF-1.7 signed on the 8th")
# A value of an enumeration: digests and sheet codes hold digits, and Vietnamese words their marks.
ENGLISH_WORD = re.compile(r"[a-z]+([_ ][a-z]+)*")
NAMES = ("an", "binh", "cuc", "dung", "em", "giang", "hanh", "khoa")


def at(day: int, hour: int = 8, minute: int = 0) -> datetime:
    """A moment of June 2027, which begins on a Tuesday and has no public holiday."""
    return datetime(2027, 6, day, hour, minute, tzinfo=ZONE)


@dataclass
class Month:
    """Who works where, and what the report said after each scene."""

    runtime: Runtime
    clock: FakeClock
    mailer: FakeMailer
    units: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    told: list[Report] = field(default_factory=list)
    distribution: int = 0
    sheet: str = ""

    def move_in(self) -> None:
        """Eight people in two rooms; Em has a mailbox that refuses, Giang none; the paper of the 8th reaches both."""
        self.clock.now = at(1)
        with self.runtime.sessions.begin() as session:
            self.units = {code: make_unit(session, code=code, name=f"Phòng {code}") for code in ("A", "B")}
            for index, name in enumerate(NAMES):
                self.hire(session, name, "A" if index < 4 else "B", email=None if name == "giang" else "")

    def hire(self, session: Session, name: str, unit: str, email: str | None = "") -> None:
        self.people[name] = make_person(
            session, self.units[unit], code=name.upper(), given_name=name.title(), email=email, valid_from=self.clock()
        )
        make_account(session, self.people[name])

    def post(self) -> None:
        posting = make_posting(body="Bản thứ nhất.", due=WorkingDays(5), adds_joiners=True)
        self.distribution = post_document(self.runtime, OPERATOR, posting).distribution_id
        list_recipients(self.runtime)

        def answer(letter: Letter) -> Outcome:
            if letter.address.startswith("em@"):
                return Refused("no such user", Reply(550, "5.1.1 No such user", Phase.RCPT), address_bad=True)
            return ACCEPTED

        self.mailer.answer = answer
        deliver_due(self.runtime)

    def open(self, name: str) -> None:
        actor = make_actor(person_id=self.people[name])
        open_document(self.runtime, actor, self.distribution, Route.INBOX)

    def confirm(self, name: str, revision: int = 1, route: Route = Route.INBOX) -> None:
        acknowledge(self.runtime, make_actor(person_id=self.people[name]), self.distribution, revision, route)

    def beat(self) -> int:
        """What several beats do in a minute; returns how many reminders were written."""
        written = sum(remind(self.runtime) for _ in range(3))
        for _ in range(3):
            escalate(self.runtime)
            follow_directory(self.runtime)
        return written

    def leave(self, name: str) -> None:
        m = memberships.c
        with self.runtime.sessions.begin() as session:
            gone = update(memberships).where(m.person_id == self.people[name], m.valid_to.is_(None))
            session.execute(gone.values(valid_to=self.clock()))

    def transfer(self, name: str, unit: str) -> None:
        m = memberships.c
        with self.runtime.sessions.begin() as session:
            present = select(memberships).where(m.person_id == self.people[name], m.valid_to.is_(None))
            row = dict(session.execute(present).mappings().one())
            session.execute(update(memberships).where(m.id == row.pop("id")).values(valid_to=self.clock()))
            session.execute(
                insert(memberships).values({**row, "unit_id": self.units[unit], "valid_from": self.clock()})
            )

    def report(self, as_of: datetime | None = None) -> Report:
        return report_coverage(self.runtime, OPERATOR, self.distribution, as_of)

    def sum(self, **terms: int) -> None:
        """The sum after a scene: these terms, and nobody under any other."""
        report = self.report()
        assert report.identity.holds
        assert all(unit.identity.holds for unit in report.units)
        assert report.identity == Identity(listed=sum(terms.values()), **terms)
        self.told.append(report)

    def waiting(self, kind: str) -> set[str]:
        """Whose letters of a kind still wait."""
        d = deliveries.c
        query = select(people.c.code).join(deliveries, d.person_id == people.c.id)
        with self.runtime.sessions() as session:
            found = session.execute(query.where(d.occasion.startswith(kind), d.status == "waiting")).scalars()
            return {code.lower() for code in found}


@pytest.fixture
def month(runtime: Runtime, clock: FakeClock, mailer: FakeMailer) -> Iterator[Month]:
    told = Month(runtime, clock, mailer)
    told.move_in()
    yield told
    for report in told.told:
        again = told.report(report.as_of)
        assert (again.revision, again.units) == (report.revision, report.units), report.as_of


def test_a_month_of_one_document(month: Month, clock: FakeClock, runtime: Runtime) -> None:
    it_is_posted_confirmed_and_excused(month, clock, runtime)
    people_are_reminded_join_move_and_leave(month, clock, runtime)
    paper_comes_in_after_a_report_went_out(month, clock, runtime)
    it_is_replaced_and_confirmed_anew(month, clock, runtime)
    it_is_recalled(month, clock, runtime)
    assert_nothing_twice(month)
    assert_the_log_tells_it_in_words(month)


def it_is_posted_confirmed_and_excused(month: Month, clock: FakeClock, runtime: Runtime) -> None:
    clock.now = at(2)
    month.post()
    month.sum(not_yet=6, not_reachable=2)

    clock.now = at(2, 9)
    month.open("an")
    month.confirm("an", route=Route.MAIL_LINK)
    month.confirm("an")
    month.sum(confirmed=1, not_yet=5, not_reachable=2)

    clock.now = at(3)
    away = Period(date(2027, 6, 3), date(2027, 6, 4))
    record_absence(runtime, OPERATOR, month.people["binh"], away, "đi Hà Nội", kind=AbsenceKind.MISSION)
    exempt(runtime, OPERATOR, month.distribution, month.people["cuc"], "đã nghe phổ biến trực tiếp")
    month.sum(confirmed=1, not_yet=3, absent=1, exempted=1, not_reachable=2)


def people_are_reminded_join_move_and_leave(month: Month, clock: FakeClock, runtime: Runtime) -> None:
    clock.now = at(7, 7)
    assert month.beat() == 5, "Bình is back and has a deadline of his own, so his steps are his own"
    assert month.waiting("reminder") == {"dung", "em", "hanh", "khoa"}
    clock.now = at(7, 9)
    month.confirm("dung")
    assert month.waiting("reminder") == {"em", "hanh", "khoa"}
    month.sum(confirmed=2, not_yet=3, exempted=1, not_reachable=2)

    clock.now = at(8)
    month.sheet = print_sheet(runtime, OPERATOR, month.distribution)
    month.sum(confirmed=2, not_yet=5, exempted=1)
    with runtime.sessions.begin() as session:
        month.hire(session, "linh", "B")
    clock.now = at(8, 9)
    month.beat()
    month.transfer("hanh", "A")
    month.leave("khoa")
    month.sum(confirmed=2, not_yet=5, exempted=1, moved_or_left=1)


def paper_comes_in_after_a_report_went_out(month: Month, clock: FakeClock, runtime: Runtime) -> None:
    clock.now = at(10)
    issue_erratum(runtime, OPERATOR, month.distribution, "Số liệu tại mục 2 là 15, không phải 51.")
    announce_corrections(runtime)
    month.sum(confirmed=2, not_yet=5, exempted=1, moved_or_left=1)
    issued_on_the_10th = issue_report(runtime, OPERATOR, month.distribution)

    clock.now = at(15)
    signed = tuple(Signature(name) for name in ("GIANG", "HANH"))
    enter_signatures(runtime, OPERATOR, SignedSheet(month.sheet, signed, date(2027, 6, 8), (SCAN,)))
    month.sum(confirmed=4, not_yet=3, exempted=1, moved_or_left=1)
    _, comes_out_the_same = check_report(runtime, OPERATOR, month.distribution, issued_on_the_10th)
    assert comes_out_the_same
    assert month.report(at(14)).identity.confirmed == 2
    assert paper_dates(month, "giang") == (date(2027, 6, 8), date(2027, 6, 15))


def it_is_replaced_and_confirmed_anew(month: Month, clock: FakeClock, runtime: Runtime) -> None:
    clock.now = at(16)
    new = Replacement(replaces=1, note="Thay mục 2", body="Bản thứ hai.", due=WorkingDays(5))
    assert replace_document(runtime, OPERATOR, month.distribution, new) == 2
    announce_corrections(runtime)
    # Em, whose mailbox refuses letters, has been handed no paper of the new text.
    month.sum(not_yet=6, not_reachable=1, exempted=1, moved_or_left=1)
    with pytest.raises(OldRevision):
        month.confirm("an", revision=1)
    clock.now = at(17)
    for name in ("an", "dung", "linh"):
        month.confirm(name, revision=2)
    month.sum(confirmed=3, not_yet=3, not_reachable=1, exempted=1, moved_or_left=1)
    assert revisions_confirmed(month, "an") == [1, 2]

    clock.now = at(18)
    add_recipient(runtime, OPERATOR, month.distribution, hire_elsewhere(month), "cộng tác viên")
    month.sum(confirmed=3, not_yet=4, not_reachable=1, exempted=1, moved_or_left=1)

    clock.now = at(24, 7)
    assert month.beat() > 0, "the new deadline, the 23rd, has passed for those who have not confirmed the new text"
    month.sum(confirmed=3, not_yet=4, not_reachable=1, exempted=1, moved_or_left=1)


def it_is_recalled(month: Month, clock: FakeClock, runtime: Runtime) -> None:
    clock.now = at(28)
    recall_document(runtime, OPERATOR, month.distribution, "Ban hành nhầm thẩm quyền")
    announce_corrections(runtime)
    assert month.waiting("reminder") == set()
    with pytest.raises(DocumentRecalled):
        month.confirm("binh", revision=2)
    clock.now = at(29)
    confirm_recall(runtime, make_actor(person_id=month.people["binh"]), month.distribution, Route.INBOX)
    clock.move(timedelta(days=1))
    assert month.beat() == 0, "a recalled document asks nobody"
    month.sum(confirmed=3, not_yet=4, not_reachable=1, exempted=1, moved_or_left=1)


def hire_elsewhere(month: Month) -> str:
    with month.runtime.sessions.begin() as session:
        month.units["C"] = make_unit(session, code="C", name="Phòng C")
        month.hire(session, "minh", "C")
    return "MINH"


def paper_dates(month: Month, name: str) -> tuple[date, date]:
    """The day on the paper and the day of its entry."""
    e = receipt_events.c
    query = select(e.effective_at, e.recorded_at).where(e.person_id == month.people[name], e.route == Route.PAPER)
    with month.runtime.sessions() as session:
        effective_at, recorded_at = session.execute(query).one()
    return effective_at.astimezone(ZONE).date(), recorded_at.astimezone(ZONE).date()


def revisions_confirmed(month: Month, name: str) -> list[int]:
    e = receipt_events.c
    query = select(e.revision).where(e.person_id == month.people[name], e.state == "acknowledged").order_by(e.revision)
    with month.runtime.sessions() as session:
        return list(session.execute(query).scalars())


def assert_nothing_twice(month: Month) -> None:
    e, d, r = reminders.c, deliveries.c, receipts.c
    with month.runtime.sessions() as session:
        asked = session.execute(select(e.person_id, e.step)).all()
        letters = session.execute(select(d.person_id, d.account_id, d.occasion)).all()
        listed = session.execute(select(r.person_id)).all()
        head = distribution_row(session, month.distribution)
    assert len(asked) == len(set(asked))
    assert len(letters) == len(set(letters))
    assert head is not None
    assert head["listed"] == len(listed)


def assert_the_log_tells_it_in_words(month: Month) -> None:
    """No key and no value of a whole month stands on the screen as the log writes it."""
    with month.runtime.sessions() as session:
        told = [json.loads(text) for text in session.execute(select(evidence.c.entry)).scalars()]
    assert len({one["deed"] for one in told}) > len(Deed) // 3
    for one in told:
        assert one["deed"] in set(Deed)
        assert set(one["about"]) <= set(ABOUT), one
        for _, words in about_words(one["about"], "", ZONE):
            assert not ENGLISH_WORD.fullmatch(words), (one, words)
