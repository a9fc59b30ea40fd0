"""What was sent, as the secretariat sees it and as a manager may."""

import re
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import update

from service.actions.acknowledge import acknowledge, open_document
from service.actions.deliver import deliver_due
from service.actions.post_document import post_document
from service.domain.deliveries import Deferred, Outcome, Phase, Refused, Reply
from service.domain.documents import Mode, Urgency
from service.domain.letters import Letter
from service.domain.receipts import Route
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.store.tables import distributions, memberships
from tests.fakes import ACCEPTED, FakeClock, FakeMailer
from tests.makers import make_actor, make_posting
from tests.web.conftest import send
from tests.web.office import OFFICE_WIDE, Office, make_office, text_of

WORDS = "550 5.1.1 User unknown"


@pytest.fixture
def office(app: FastAPI, runtime: Runtime) -> Office:
    return make_office(app, runtime)


def confirm(office: Office, distribution: int, *names: str) -> None:
    for name in names:
        actor = make_actor(person_id=office.people[name].person_id)
        acknowledge(office.runtime, actor, distribution, 1, Route.INBOX)


def shown_to(office: Office, who: str, path: str) -> str:
    with office.visit(who) as client:
        return text_of(client.get(path).text)


def answer(letter: Letter) -> Outcome:
    if letter.address.startswith("binh"):
        return Refused("no such mailbox", Reply(550, "5.1.1 User unknown", Phase.RCPT), address_bad=True)
    if letter.address.startswith("cuc"):
        return Deferred("busy", Reply(451, "4.3.2 Try again", Phase.RCPT))
    return ACCEPTED


def test_who_posts_reports_or_manages_sees_the_list_and_nobody_else(office: Office) -> None:
    assert office.seen_by("/distributions") == OFFICE_WIDE | {"manager"}


def test_who_sees_a_distribution(office: Office) -> None:
    to_all = send(office.runtime, "all")
    assert office.seen_by(f"/distributions/{to_all}") == OFFICE_WIDE | {"manager"}


def test_what_reached_none_of_the_own_units_does_not_exist_for_a_manager(office: Office) -> None:
    elsewhere = send(office.runtime, "unit:P2")
    assert office.seen_by(f"/distributions/{elsewhere}") == OFFICE_WIDE


def test_what_does_not_exist_is_not_found(office: Office) -> None:
    with office.visit("secretariat") as client:
        for given in ("999", "0", "abc", "9" * 31):
            assert client.get(f"/distributions/{given}").status_code == 404


def test_an_empty_list_says_so(office: Office) -> None:
    assert "Chưa có đợt gửi nào" in shown_to(office, "secretariat", "/distributions")


def test_the_list_shows_the_newest_first_with_figures(office: Office) -> None:
    send(office.runtime, "all", title="Văn bản cũ", mode=Mode.INFORM)
    newer = send(office.runtime, "unit:P1", title="Văn bản mới", urgency=Urgency.URGENT)
    confirm(office, newer, "binh")
    shown = shown_to(office, "leadership", "/distributions")
    assert shown.index("Văn bản mới") < shown.index("Văn bản cũ")
    assert "1/2 người đã xác nhận" in shown
    assert "0/9 người đã xem" in shown
    assert "Khẩn" in shown


def test_a_manager_sees_figures_of_the_own_units_alone(office: Office) -> None:
    distribution = send(office.runtime, "all")
    confirm(office, distribution, "binh", "dung", "auditor")
    assert "1/2 người đã xác nhận" in shown_to(office, "manager", "/distributions")
    shown = shown_to(office, "manager", f"/distributions/{distribution}")
    assert "1/2 người đã xác nhận (50 %)" in shown
    assert "2 = 1 đã xác nhận + 1 chưa xác nhận" in shown
    assert "Lê Thị Cúc" in shown
    assert "Phòng Hai" not in shown
    assert "Văn phòng" not in shown
    assert "/9" not in shown


def test_the_own_unit_is_the_one_that_was_frozen(office: Office) -> None:
    distribution = send(office.runtime, "all")
    with office.runtime.sessions.begin() as session:
        # Bình moves out after the list was drawn: the receipt stays with the unit.
        moved = memberships.c.person_id == office.people["binh"].person_id
        session.execute(update(memberships).where(moved).values(unit_id=office.units["P2"]))
    assert "Trần Văn Bình" in shown_to(office, "manager", f"/distributions/{distribution}")


def test_a_long_list_goes_on_on_the_next_page(office: Office) -> None:
    for number in range(21):
        send(office.runtime, "person:BINH", number=f"{number}/KH-X", title=f"Văn bản số {number:02}")
    with office.visit("secretariat") as client:
        first = client.get("/distributions").text
        way = re.findall(r'href="(/distributions\?before=\d+)"', first)[0]
        second = text_of(client.get(way).text)
    assert "Văn bản số 01" in first
    assert "Văn bản số 00" not in first
    assert "Văn bản số 00" in second
    assert "Hết danh sách" in second


def test_the_page_sums_up_everybody(office: Office, clock: FakeClock) -> None:
    distribution = send(office.runtime, "all", due=clock.now + timedelta(days=1))
    confirm(office, distribution, "binh", "cuc")
    shown = shown_to(office, "auditor", f"/distributions/{distribution}")
    assert "2/9 người đã xác nhận (22,2 %)" in shown
    assert "9 = 2 đã xác nhận + 6 chưa xác nhận + 0 vắng có lý do + 0 miễn + 0 chuyển, nghỉ việc + 1 không" in shown


def test_after_the_deadline_the_page_says_so_while_somebody_has_not_confirmed(office: Office, clock: FakeClock) -> None:
    distribution = send(office.runtime, "person:BINH", due=clock.now + timedelta(hours=1))
    path = f"/distributions/{distribution}"
    assert "%) Quá hạn" not in shown_to(office, "secretariat", path)
    clock.move(timedelta(hours=2))
    assert "%) Quá hạn" in shown_to(office, "secretariat", path)
    confirm(office, distribution, "binh")
    assert "%) Quá hạn" not in shown_to(office, "secretariat", path)


def test_the_bar_is_as_long_as_its_parts(office: Office) -> None:
    distribution = send(office.runtime, "all")
    confirm(office, distribution, "binh")
    with office.visit("secretariat") as client:
        bar = re.findall(r'<svg class="parts-bar" .*?</svg>', client.get(f"/distributions/{distribution}").text)[0]
    assert re.findall(r'class="p-(\w+)" x="([\d.]+)" y="0" width="([\d.]+)"', bar) == [
        ("ok", "0.0", "11.11"),
        ("no", "11.11", "77.78"),
        ("lost", "88.89", "11.11"),
    ]


def test_those_who_have_not_confirmed_stand_by_unit_and_name(office: Office) -> None:
    distribution = send(office.runtime, "unit:SO,-unit:VP")
    confirm(office, distribution, "dung")
    open_document(office.runtime, make_actor(person_id=office.people["cuc"].person_id), distribution, Route.INBOX)
    shown = shown_to(office, "secretariat", f"/distributions/{distribution}")
    assert "Phòng Một Đã xác nhận 0/1 Trần Văn Bình Chuyên viên Chưa xem" in shown
    assert "Tổ Một A Đã xác nhận 0/1 Lê Thị Cúc Chuyên viên Đã xem" in shown
    assert "Đặng Dũng" not in shown


def test_letters_are_counted_by_what_became_of_them(office: Office, mailer: FakeMailer) -> None:
    mailer.answer = answer
    distribution = send(office.runtime, "all")
    deliver_due(office.runtime)
    shown = shown_to(office, "secretariat", f"/distributions/{distribution}")
    assert "Máy chủ thư đã nhận 6" in shown
    assert "Bị từ chối 1" in shown
    assert "Đang chờ gửi 1" in shown
    assert "Tổng số thư 8" in shown
    assert "Còn 1 thư. 1 thư chờ gửi lại" in shown


def test_a_failed_letter_tells_the_servers_words(office: Office, mailer: FakeMailer) -> None:
    mailer.answer = answer
    distribution = send(office.runtime, "all")
    deliver_due(office.runtime)
    shown = shown_to(office, "secretariat", f"/distributions/{distribution}")
    assert "Thư không đến được 1" in shown
    assert f"Trần Văn Bình Phòng Một binh@skhcn.example Bị từ chối {WORDS}" in shown


def test_a_manager_sees_no_letter_of_other_units(office: Office, mailer: FakeMailer) -> None:
    mailer.answer = answer
    distribution = send(office.runtime, "all")
    deliver_due(office.runtime)
    shown = shown_to(office, "manager", f"/distributions/{distribution}")
    assert "Tổng số thư 2" in shown
    assert "Máy chủ thư đã nhận" not in shown.replace("“Máy chủ thư đã nhận”", "")


def test_the_audience_is_told_to_those_who_see_the_whole_office(office: Office) -> None:
    distribution = send(office.runtime, "unit:P1,unit:P2")
    assert "unit:P2" not in shown_to(office, "manager", f"/distributions/{distribution}")
    assert "Người nhận unit:P1,unit:P2" in shown_to(office, "auditor", f"/distributions/{distribution}")


def test_another_look_is_offered_while_letters_leave_and_the_page_never_reloads_itself(office: Office) -> None:
    distribution = send(office.runtime, "all")
    with office.visit("secretariat") as client:
        moving = client.get(f"/distributions/{distribution}").text
        deliver_due(office.runtime)
        settled = client.get(f"/distributions/{distribution}").text
    assert f'href="/distributions/{distribution}">Xem lại</a>' in moving
    assert "Xem lại" not in settled
    assert 'http-equiv="refresh"' not in moving + settled
    assert "Đã gửi xong" in settled


def test_a_list_that_is_being_drawn_says_so(office: Office) -> None:
    posted = post_document(office.runtime, OPERATOR, make_posting())
    shown = shown_to(office, "secretariat", f"/distributions/{posted.distribution_id}")
    assert "Danh sách đang được lập, số liệu chưa đủ." in shown
    assert "Xem lại" in shown


def test_nobody_left_to_confirm_is_said_in_words(office: Office) -> None:
    distribution = send(office.runtime, "person:BINH")
    confirm(office, distribution, "binh")
    assert "Không còn ai chưa xác nhận." in shown_to(office, "secretariat", f"/distributions/{distribution}")


def test_for_information_opened_stands_where_confirmed_does(office: Office) -> None:
    distribution = send(office.runtime, "person:BINH,person:CUC", mode=Mode.INFORM)
    open_document(office.runtime, make_actor(person_id=office.people["cuc"].person_id), distribution, Route.INBOX)
    shown = shown_to(office, "secretariat", f"/distributions/{distribution}")
    assert "1/2 người đã xem (50 %)" in shown
    assert "Chưa xem 1" in shown


def test_a_deadline_that_passed_is_called_so_while_somebody_is_missing(office: Office, clock: FakeClock) -> None:
    distribution = send(office.runtime, "person:BINH", due=clock.now + timedelta(hours=1))
    clock.move(timedelta(hours=2))
    assert "Quá hạn" in shown_to(office, "secretariat", "/distributions")
    with office.runtime.sessions.begin() as session:
        session.execute(update(distributions).values(due_at=clock.now + timedelta(hours=1)))
    assert "Quá hạn" not in shown_to(office, "secretariat", "/distributions")
    assert distribution
