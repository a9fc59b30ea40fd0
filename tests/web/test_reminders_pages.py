"""The steps of a deadline on the page, and reminding by hand: who may, and what it says."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from service.actions.list_recipients import list_recipients
from service.actions.nudge import nudge
from service.actions.post_document import post_document
from service.domain.documents import Mode
from service.domain.roles import OPERATOR, Role
from service.domain.vietnamese import moment
from service.runtime import Runtime
from service.store.tables import reminders
from tests.fakes import OFFICE_ZONE, FakeClock
from tests.makers import make_actor, make_posting
from tests.web.conftest import form_token
from tests.web.office import Office, make_office, text_of


@pytest.fixture
def office(app: FastAPI, runtime: Runtime) -> Office:
    return make_office(app, runtime)


def post(office: Office, mode: Mode = Mode.ACKNOWLEDGE, audience: str = "unit:P1") -> int:
    due = office.runtime.clock() + timedelta(days=30) if mode is Mode.ACKNOWLEDGE else None
    posted = post_document(office.runtime, OPERATOR, make_posting(audience=audience, mode=mode, due=due))
    list_recipients(office.runtime)
    return posted.distribution_id


def test_managers_and_the_secretariat_remind_by_hand(office: Office) -> None:
    assert office.done_by(f"/distributions/{post(office)}/nudge", {}) == {"manager", "secretariat"}


def test_the_page_shows_the_steps_to_come_and_how_many_would_be_reminded(office: Office) -> None:
    distribution = post(office)
    with office.visit("manager") as client:
        page = text_of(client.get(f"/distributions/{distribution}").text)
    assert "Trước hạn 2 ngày làm việc" in page
    assert "Báo lãnh đạo cơ quan" in page
    assert "Đôn đốc 2 người chưa xác nhận" in page
    with office.visit("leadership") as client:
        assert "Đôn đốc" not in text_of(client.get(f"/distributions/{distribution}").text)


def test_reminding_is_told_on_the_page_with_who_did_it(office: Office, clock: FakeClock) -> None:
    distribution = post(office)
    clock.move(timedelta(minutes=5))
    with office.visit("manager") as client:
        answer = client.post(f"/distributions/{distribution}/nudge", data={"form_token": form_token(client)})
        assert answer.status_code == 303
        page = text_of(client.get(f"/distributions/{distribution}").text)
        again = client.post(f"/distributions/{distribution}/nudge", data={"form_token": form_token(client)})
    assert "đôn đốc" in page
    assert "2 người Đã xong" in page
    assert again.status_code == 409
    assert "Đã đôn đốc trong vòng 4 giờ qua" in text_of(again.text)
    with office.runtime.sessions() as session:
        assert len(session.execute(select(reminders.c.person_id)).all()) == 2


def test_while_nobody_may_be_reminded_the_page_says_from_when_in_the_place_of_the_button(
    office: Office, clock: FakeClock
) -> None:
    distribution = post(office)
    clock.move(timedelta(minutes=5))
    pause = office.runtime.policy.nudge_pause
    with office.visit("manager") as client:

        def shown() -> str:
            return text_of(client.get(f"/distributions/{distribution}").text)

        client.post(f"/distributions/{distribution}/nudge", data={"form_token": form_token(client)})
        held = shown()
        assert "Đôn đốc 2 người" not in held
        again_at = moment((clock.now + pause).astimezone(OFFICE_ZONE))
        assert f"2 người chưa xác nhận vừa được nhắc; nhắc lại được từ {again_at}" in held
        clock.move(pause)
        assert "Đôn đốc 2 người chưa xác nhận" in shown()


def test_the_button_tells_how_many_have_a_mailbox(office: Office) -> None:
    distribution = post(office, audience="unit:P2,unit:P1")
    with office.visit("secretariat") as client:
        shown = text_of(client.get(f"/distributions/{distribution}").text)
    assert "Đôn đốc 3 người chưa xác nhận" in shown
    assert "2 người trong số đó được nhắc qua thư, 1 người không có hộp thư" in shown


def test_a_manager_reminds_by_the_api_as_on_the_page(office: Office) -> None:
    distribution = post(office)
    with office.visit("manager") as client:
        own = {"X-Form-Token": form_token(client)}
        assert client.post(f"/api/v1/distributions/{distribution}/nudge", headers=own).json() == {"people": 2}
        (step,) = client.get(f"/api/v1/distributions/{distribution}/reminders").json()
        again = client.post(f"/api/v1/distributions/{distribution}/nudge", headers=own)
    assert step["people"] == 2
    assert again.status_code == 409


def test_a_manager_is_told_of_the_own_people_alone(office: Office, clock: FakeClock) -> None:
    distribution = post(office, audience="all")
    other = office.people["dung"]
    manager_of_two = make_actor(Role.MANAGER, account_id=other.account_id, unit_ids=frozenset({office.units["P2"]}))
    clock.move(timedelta(minutes=5))
    assert nudge(office.runtime, manager_of_two, distribution) == 1
    clock.move(timedelta(minutes=5))
    assert nudge(office.runtime, OPERATOR, distribution) == len(office.people) - 1
    path = f"/distributions/{distribution}"
    with office.visit("manager") as client:
        page = text_of(client.get(path).text)
        (step,) = client.get(f"/api/v1{path}/reminders").json()
    assert step["people"] == 2
    assert page[page.index("Nhắc và báo cáo lên") :].count("đôn đốc") == 1
    assert "2 người Đã xong" in page
    with office.visit("secretariat") as client:
        steps = client.get(f"/api/v1{path}/reminders").json()
    assert [step["people"] for step in steps] == [1, len(office.people) - 1]


def test_what_is_for_information_shows_no_reminders(office: Office) -> None:
    distribution = post(office, Mode.INFORM)
    with office.visit("secretariat") as client:
        assert "Nhắc và báo cáo lên" not in text_of(client.get(f"/distributions/{distribution}").text)
