"""Lan asks about a document or returns it; the secretariat answers once; the report and the evidence hold both."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from service.actions.acknowledge import acknowledge
from service.actions.answer_inquiry import answer_inquiry
from service.actions.ask import ask
from service.actions.deliver import deliver_due
from service.actions.list_recipients import list_recipients
from service.actions.post_document import post_document
from service.actions.report_coverage import INQUIRIES_NAMED, open_report, report_coverage
from service.domain.errors import (
    AlreadyAnswered,
    AlreadyReturned,
    EmptyText,
    NotAReturn,
    NotFound,
    Refused,
    TooLong,
    TooManyInquiries,
    UnstorableText,
)
from service.domain.inquiries import MOST_IN_A_WHILE, Kind
from service.domain.letters import AnswerFacts
from service.domain.receipts import Route
from service.domain.roles import OPERATOR, Actor, Role
from service.runtime import Runtime
from service.store.tables import deliveries, evidence, exemptions, inquiries
from tests.fakes import FakeClock, FakeDoorbell, FakeMailer
from tests.makers import make_account, make_actor, make_person, make_posting, make_unit

WORDS = "Đơn vị tôi có phải lập kế hoạch riêng không?"


@dataclass(frozen=True)
class Office:
    lan: Actor
    minh: Actor
    secretary: Actor
    distribution: int


@pytest.fixture
def office(runtime: Runtime) -> Office:
    """A document was sent to Lan; Minh works elsewhere."""
    with runtime.sessions.begin() as session:
        room, elsewhere = make_unit(session, code="P1"), make_unit(session)
        lan = make_person(session, room, code="LAN", family_name="Trần Thị", given_name="Lan")
        minh = make_person(session, elsewhere)
        accounts = [make_account(session, person) for person in (lan, minh, None)]
    posted = post_document(runtime, OPERATOR, make_posting(audience="unit:P1"))
    list_recipients(runtime)
    return Office(
        make_actor(account_id=accounts[0], person_id=lan),
        make_actor(account_id=accounts[1], person_id=minh),
        make_actor(Role.SECRETARIAT, account_id=accounts[2]),
        posted.distribution_id,
    )


@pytest.fixture
def asks(runtime: Runtime, office: Office) -> Callable[..., int]:
    def one(kind: Kind = Kind.QUESTION, words: str = WORDS) -> int:
        return ask(runtime, office.lan, office.distribution, kind, words)

    return one


def kept(runtime: Runtime) -> list[tuple[str, str, str, bool | None]]:
    i = inquiries.c
    with runtime.sessions() as session:
        return [tuple(row) for row in session.execute(select(i.kind, i.words, i.answer, i.is_accepted).order_by(i.id))]


def deeds(runtime: Runtime) -> list[str]:
    """Those behind the posting and the listing."""
    with runtime.sessions() as session:
        entries = session.execute(select(evidence.c.entry).order_by(evidence.c.id)).scalars()
        return [json.loads(text)["deed"] for text in entries][2:]


def test_a_question_waits_for_the_secretariat_and_is_evidence(
    runtime: Runtime, office: Office, asks: Callable[..., int]
) -> None:
    asks(words=f"  {WORDS}\r\n")
    assert kept(runtime) == [("question", WORDS, "", None)]
    assert deeds(runtime) == ["asked"]
    report = report_coverage(runtime, office.secretary, office.distribution)
    (waiting,) = report.inquiries.waiting
    assert (report.inquiries.questions, report.inquiries.returns) == (1, 0)
    assert (waiting.full_name, waiting.words) == ("Trần Thị Lan", WORDS)


@pytest.mark.parametrize("role", [Role.SECRETARIAT, Role.LEADERSHIP])
def test_whoever_sees_inquiries_reads_in_the_report_what_was_asked(
    runtime: Runtime, office: Office, asks: Callable[..., int], role: Role
) -> None:
    asks()
    (waiting,) = report_coverage(runtime, make_actor(role), office.distribution).inquiries.waiting
    assert waiting.words == WORDS


def test_an_auditor_is_told_who_waits_and_not_what_they_wrote(
    runtime: Runtime, office: Office, asks: Callable[..., int]
) -> None:
    asks()
    auditor = make_actor(Role.AUDITOR)
    with open_report(runtime, auditor, office.distribution) as opened:
        told = [opened.report, report_coverage(runtime, auditor, office.distribution)]
    for report in told:
        (waiting,) = report.inquiries.waiting
        assert (report.inquiries.questions, waiting.full_name, waiting.words) == (1, "Trần Thị Lan", "")


def test_a_report_names_those_who_wait_longest_and_counts_the_others(runtime: Runtime, office: Office) -> None:
    key = {"distribution_id": office.distribution, "person_id": office.lan.person_id, "kind": "question"}
    rows = [{**key, "words": f"Câu {number}", "asked_at": runtime.clock()} for number in range(INQUIRIES_NAMED + 3)]
    with runtime.sessions.begin() as session:
        session.execute(insert(inquiries), rows)
    found = report_coverage(runtime, office.secretary, office.distribution).inquiries
    assert (len(found.waiting), found.unnamed, found.unanswered) == (INQUIRIES_NAMED, 3, INQUIRIES_NAMED + 3)
    assert found.waiting[0].words == "Câu 0"


def test_an_answer_is_kept_mailed_and_takes_the_question_off_the_list(
    runtime: Runtime, office: Office, asks: Callable[..., int], mailer: FakeMailer, doorbell: FakeDoorbell
) -> None:
    inquiry = asks()
    answer_inquiry(runtime, office.secretary, inquiry, "Không, làm theo kế hoạch chung.")
    assert kept(runtime) == [("question", WORDS, "Không, làm theo kế hoạch chung.", None)]
    assert deeds(runtime) == ["asked", "answered"]
    assert report_coverage(runtime, office.secretary, office.distribution).inquiries.waiting == ()
    deliver_due(runtime)
    (letter,) = [one for one in mailer.letters if one.edition.template == "answer"]
    facts = letter.edition.facts
    assert isinstance(facts, AnswerFacts)
    assert (letter.address, facts.words, facts.answer) == (
        "lan@skhcn.example",
        WORDS,
        "Không, làm theo kế hoạch chung.",
    )


def test_an_accepted_return_exempts_with_its_reason_in_the_same_stroke(
    runtime: Runtime, office: Office, asks: Callable[..., int]
) -> None:
    inquiry = asks(Kind.RETURN, "Việc này của Chi cục.")
    answer_inquiry(runtime, office.secretary, inquiry, "", accepts=True)
    assert kept(runtime) == [("return", "Việc này của Chi cục.", "Đồng ý nhận lại văn bản.", True)]
    with runtime.sessions() as session:
        found = session.execute(select(exemptions.c.person_id, exemptions.c.reason)).all()
    assert found == [(office.lan.person_id, "Trả lại: Việc này của Chi cục.")]
    assert deeds(runtime) == ["asked", "answered", "exempted"]
    report = report_coverage(runtime, office.secretary, office.distribution)
    assert (report.identity.exempted, report.identity.not_yet) == (1, 0)
    assert (report.inquiries.returns, report.inquiries.accepted) == (1, 1)


def test_a_long_return_gives_a_reason_that_fits_its_cell(
    runtime: Runtime, office: Office, asks: Callable[..., int]
) -> None:
    answer_inquiry(runtime, office.secretary, asks(Kind.RETURN, "Một dòng.\n" * 200), "", accepts=True)
    with runtime.sessions() as session:
        reason = session.execute(select(exemptions.c.reason)).scalar_one()
    assert len(reason) == 500
    assert "\n" not in reason


def test_a_return_that_is_not_accepted_changes_nothing_but_is_answered(
    runtime: Runtime, office: Office, asks: Callable[..., int]
) -> None:
    answer_inquiry(runtime, office.secretary, asks(Kind.RETURN), "Văn bản gửi toàn cơ quan.")
    assert kept(runtime)[0][2:] == ("Văn bản gửi toàn cơ quan.", False)
    assert report_coverage(runtime, office.secretary, office.distribution).identity.exempted == 0


def test_a_confirmation_stays_a_confirmation_after_an_accepted_return(
    runtime: Runtime, office: Office, asks: Callable[..., int]
) -> None:
    acknowledge(runtime, office.lan, office.distribution, 1, Route.INBOX)
    answer_inquiry(runtime, office.secretary, asks(Kind.RETURN), "", accepts=True)
    assert report_coverage(runtime, office.secretary, office.distribution).identity.confirmed == 1


def test_a_report_for_an_earlier_moment_shows_what_waited_then(
    runtime: Runtime, office: Office, asks: Callable[..., int], clock: FakeClock
) -> None:
    before = clock.now
    clock.move(timedelta(hours=1))
    inquiry = asks(Kind.RETURN)
    asked = clock.now
    clock.move(timedelta(hours=1))
    answer_inquiry(runtime, office.secretary, inquiry, "", accepts=True)

    def figures(moment: object = None) -> tuple[int, int, int]:
        found = report_coverage(runtime, office.secretary, office.distribution, moment).inquiries  # type: ignore[arg-type]  # a moment or none
        return found.returns, found.accepted, len(found.waiting)

    assert figures(before) == (0, 0, 0)
    assert figures(asked) == (1, 0, 1)
    assert figures() == (1, 1, 0)


def test_the_same_question_pressed_twice_is_asked_once(runtime: Runtime, asks: Callable[..., int]) -> None:
    with ThreadPoolExecutor(4) as pool:
        ids = set(pool.map(lambda _: asks(), range(8)))
    assert len(ids) == 1
    assert len(kept(runtime)) == 1
    assert deeds(runtime) == ["asked"]


def test_one_return_waits_at_a_time(runtime: Runtime, office: Office, asks: Callable[..., int]) -> None:
    def press(number: int) -> bool:
        try:
            asks(Kind.RETURN, f"Lý do {number}")
        except AlreadyReturned:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(press, range(8))).count(True) == 1
    answer_inquiry(runtime, office.secretary, 1, "Không nhận lại.")
    assert press(9)


def test_whoever_asks_without_end_is_asked_to_wait(
    runtime: Runtime, asks: Callable[..., int], clock: FakeClock
) -> None:
    for number in range(MOST_IN_A_WHILE):
        asks(words=f"Câu hỏi {number}")
    with pytest.raises(TooManyInquiries, match="3600 seconds"):
        asks(words="Câu hỏi nữa")
    assert len(kept(runtime)) == MOST_IN_A_WHILE
    clock.move(timedelta(hours=1, seconds=1))
    asks(words="Câu hỏi nữa")


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        ("", EmptyText),
        (" \n\t\u200b ", EmptyText),
        ("a" * 2001, TooLong),
        ("a\0b", UnstorableText),
        ("\ud800", UnstorableText),
    ],
)
def test_words_that_say_nothing_or_cannot_be_kept_are_refused_and_nothing_is_stored(
    runtime: Runtime, office: Office, asks: Callable[..., int], words: str, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        asks(words=words)
    assert kept(runtime) == []
    inquiry = asks()
    with pytest.raises(refusal):
        answer_inquiry(runtime, office.secretary, inquiry, words)
    assert kept(runtime)[0][2] == ""
    assert deeds(runtime) == ["asked"]


def test_nobody_asks_about_what_was_not_sent_to_them(runtime: Runtime, office: Office) -> None:
    for actor in (office.minh, office.secretary, OPERATOR):
        with pytest.raises(NotFound):
            ask(runtime, actor, office.distribution, Kind.QUESTION, WORDS)
    with pytest.raises(NotFound):
        ask(runtime, office.lan, office.distribution + 1, Kind.QUESTION, WORDS)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SECRETARIAT}))
def test_the_secretariat_alone_answers(runtime: Runtime, office: Office, asks: Callable[..., int], role: Role) -> None:
    inquiry = asks()
    with pytest.raises(NotFound):
        answer_inquiry(runtime, make_actor(role), inquiry, "Đã rõ.")


def test_what_is_not_there_or_not_a_return_is_not_answered_so(
    runtime: Runtime, office: Office, asks: Callable[..., int]
) -> None:
    with pytest.raises(NotFound):
        answer_inquiry(runtime, office.secretary, 99, "Đã rõ.")
    with pytest.raises(NotAReturn):
        answer_inquiry(runtime, office.secretary, asks(), "Đã rõ.", accepts=True)
    assert kept(runtime)[0][2:] == ("", None)


def test_of_two_answers_at_once_the_first_stands(runtime: Runtime, office: Office, asks: Callable[..., int]) -> None:
    inquiry = asks()

    def answer(number: int) -> bool:
        try:
            answer_inquiry(runtime, office.secretary, inquiry, f"Trả lời {number}")
        except AlreadyAnswered:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(answer, range(8))).count(True) == 1
    with runtime.sessions() as session:
        letters = session.execute(select(deliveries.c.id).where(deliveries.c.occasion == f"answer:{inquiry}")).all()
    assert len(letters) == 1
    assert deeds(runtime).count("answered") == 1
