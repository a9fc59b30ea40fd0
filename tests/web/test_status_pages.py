"""Is it working? The page answers in one sentence."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import update
from sqlalchemy.orm import Session

from service.actions.deliver import deliver_due
from service.actions.post_document import post_document
from service.actions.report_status import WORKER, Queue, Status
from service.actions.sweep import BEAT, report_alive, sweep
from service.domain.deliveries import Outcome, Phase, Refused, Reply, Requeued
from service.domain.letters import Letter
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.store.circuits import OpenCircuit
from service.store.liveness import Heartbeat
from service.store.tables import heartbeats
from service.web.pages.status import judge, span
from tests.fakes import ACCEPTED, FakeMailer
from tests.makers import make_posting
from tests.web.conftest import send
from tests.web.office import Office, make_office, text_of

NOW = datetime(2018, 3, 9, 9, 41, tzinfo=UTC)
ALIVE = (Heartbeat("may:1", WORKER, NOW), Heartbeat(BEAT, BEAT, NOW))


@pytest.fixture
def office(app: FastAPI, runtime: Runtime) -> Office:
    return make_office(app, runtime)


def status(
    waiting: int = 0,
    waited: timedelta | None = None,
    seen: tuple[Heartbeat, ...] = ALIVE,
    held: tuple[OpenCircuit, ...] = (),
    *,
    waits_for_listing: bool = False,
) -> Status:
    oldest = NOW - waited if waited else None
    queue = Queue(waiting=waiting, sending=0, oldest_due_at=oldest, last_accepted_at=None, by_status={})
    return Status(
        at=NOW,
        queue=queue,
        attempts={},
        in_doubt=0,
        held=held,
        seen=seen,
        waits_for_listing=waits_for_listing,
    )


HELD = (OpenCircuit("default", "connection refused", 3, NOW - timedelta(minutes=20)),)


@pytest.mark.parametrize(
    ("state", "health", "words"),
    [
        (status(), "ok", "chạy bình thường. Hàng đợi trống."),
        (status(waiting=1234, waited=timedelta(seconds=48)), "ok", "chạy bình thường. Còn 1.234 thư."),
        (status(waits_for_listing=True), "ok", "đang lập một danh sách nhận."),
        (status(waiting=5, waited=timedelta(minutes=6)), "warn", "Có thư đã chờ 6 phút."),
        (status(seen=ALIVE[:1]), "warn", "Bộ rà soát hàng đợi không chạy."),
        (status(seen=ALIVE[1:]), "bad", "Không có tiến trình gửi thư nào đang chạy."),
        (status(waiting=7, held=HELD), "bad", "Máy chủ thư không nhận thư; 7 thư đang chờ."),
    ],
)
def test_one_sentence_answers_whether_it_works(state: Status, health: str, words: str) -> None:
    found, sentence, advice = judge(state)
    assert found == health
    assert words in f"{sentence} {advice}"


def test_when_it_is_broken_nothing_is_lost_and_it_says_so() -> None:
    for broken in (status(seen=()), status(held=HELD)):
        assert "không mất" in judge(broken)[2]


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(0), "0 giây"),
        (timedelta(seconds=59), "59 giây"),
        (timedelta(minutes=6, seconds=59), "6 phút"),
        (timedelta(hours=3), "3 giờ"),
        (timedelta(days=2, hours=5), "2 ngày"),
    ],
)
def test_a_span_is_told_in_its_largest_unit(duration: timedelta, words: str) -> None:
    assert span(duration) == words


def test_who_sees_the_status(office: Office) -> None:
    assert office.seen_by("/status") == {"secretariat", "leadership", "auditor", "administrator"}


def shown(office: Office) -> str:
    with office.visit("administrator") as client:
        return text_of(client.get("/status").text)


def test_an_idle_office_with_its_processes_is_well(office: Office) -> None:
    report_alive(office.runtime)
    sweep(office.runtime)
    page = shown(office)
    assert "Hệ thống gửi thư chạy bình thường. Hàng đợi trống." in page
    assert "Rà soát hàng đợi beat. Báo hoạt động" in page
    assert "test:1" in page
    assert "Không có thư nào bị giữ lại." in page


def test_without_any_process_the_page_says_who_is_to_act(office: Office) -> None:
    page = shown(office)
    assert "Không có tiến trình gửi thư nào đang chạy." in page
    assert "Người quản trị cần khởi động lại." in page
    assert "Chưa thấy tiến trình nào." in page


def test_a_process_that_stopped_is_called_so(office: Office) -> None:
    report_alive(office.runtime)
    with office.runtime.sessions.begin() as session:
        age(session, timedelta(minutes=10))
    assert "Báo hoạt động 10 phút trước Đã dừng" in shown(office)


def age(session: Session, by: timedelta) -> None:
    session.execute(update(heartbeats).values(seen_at=heartbeats.c.seen_at - by))


def test_letters_that_wait_and_failed_are_counted(office: Office, mailer: FakeMailer) -> None:
    def refuse_one(letter: Letter) -> Outcome:
        is_binh = letter.address.startswith("binh")
        return Refused("no such mailbox", Reply(550, "5.1.1 no", Phase.RCPT)) if is_binh else ACCEPTED

    mailer.answer = refuse_one
    send(office.runtime, "all")
    deliver_due(office.runtime)
    send(office.runtime, "unit:P1")
    page = shown(office)
    assert "Trong hàng đợi 2 thư 2 chờ, 0 đang gửi" in page
    assert "Thư không đến được 1 thư 1 bị từ chối" in page
    assert "máy chủ thư đã nhận" in page


def test_a_mail_server_that_is_out_is_named_with_its_own_words(office: Office, mailer: FakeMailer) -> None:
    report_alive(office.runtime)
    sweep(office.runtime)
    mailer.answer = lambda _: Requeued("connect: connection refused", holds_queue=True)
    send(office.runtime, "unit:P1")
    deliver_due(office.runtime)
    page = shown(office)
    assert "Máy chủ thư không nhận thư; 2 thư đang chờ. Thư nằm trong hàng đợi, không mất" in page
    assert "connect: connection refused" in page


def test_a_list_that_is_due_is_mentioned(office: Office) -> None:
    report_alive(office.runtime)
    sweep(office.runtime)
    post_document(office.runtime, OPERATOR, make_posting())
    assert "đang lập một danh sách nhận" in shown(office)
