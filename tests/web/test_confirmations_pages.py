"""Who has confirmed, on a page: when, how, entered by whom, and by how much late."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from fastapi import FastAPI

from service.actions.acknowledge import acknowledge, open_document
from service.actions.enter_signatures import enter_for
from service.actions.post_document import post_document
from service.actions.record_absence import Period, record_absence
from service.domain.documents import Mode
from service.domain.receipts import Route
from service.domain.roles import OPERATOR, Role
from service.runtime import Runtime
from service.web.pages.confirmations import LINES_A_PAGE
from tests.fakes import OFFICE_ZONE, FakeClock
from tests.makers import make_actor, make_person, make_posting
from tests.web.conftest import send
from tests.web.office import OFFICE_WIDE, Office, make_office, text_of


@pytest.fixture
def office(app: FastAPI, runtime: Runtime) -> Office:
    return make_office(app, runtime)


def confirm(office: Office, distribution: int, name: str, route: Route = Route.INBOX) -> None:
    acknowledge(office.runtime, make_actor(person_id=office.people[name].person_id), distribution, 1, route)


def shown_to(office: Office, who: str, path: str) -> str:
    with office.visit(who) as client:
        return text_of(client.get(path).text)


def rows(office: Office, path: str) -> list[str]:
    """The lines of the table, each as a reader sees it."""
    with office.visit("secretariat") as client:
        _, _, body = client.get(path).text.partition("<tbody")
    return [text_of(unescape(row)) for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL)]


def test_it_is_open_to_whom_the_report_is(office: Office) -> None:
    for audience, readers in (("all", OFFICE_WIDE | {"manager"}), ("unit:P2", OFFICE_WIDE)):
        assert office.seen_by(f"/distributions/{send(office.runtime, audience)}/confirmations") == readers
    assert office.seen_by("/distributions/4711/confirmations") == set()


def test_each_line_says_who_when_how_and_by_how_much_late(office: Office, clock: FakeClock) -> None:
    clock.now = clock.now.replace(hour=9, minute=30)
    due = clock.now + timedelta(hours=2)
    distribution = send(office.runtime, "all", due=due)
    confirm(office, distribution, "binh", Route.MAIL_LINK)
    clock.move(timedelta(days=2, hours=7))
    confirm(office, distribution, "cuc", Route.KIOSK)
    path = f"/distributions/{distribution}/confirmations"
    first, second = rows(office, path)
    day = f"{clock.now - timedelta(days=2):%d/%m/%Y}"
    assert re.fullmatch(
        rf"Trần Văn Bình Chuyên viên, BINH Phòng Một 09:30 \w+ [ \w]+, {day} Theo liên kết trong thư Đúng hạn", first
    )
    assert second.startswith("Lê Thị Cúc Chuyên viên, CUC Tổ Một A 16:30")
    assert second.endswith("Tại máy dùng chung Muộn 2 ngày 5 giờ")
    assert "2 người đã xác nhận, trong đó 1 muộn" in shown_to(office, "secretariat", path)


def test_what_was_entered_for_somebody_names_day_entry_and_who_entered_it(office: Office, clock: FakeClock) -> None:
    clock.now = clock.now.replace(hour=9)
    distribution = send(office.runtime, "all", due=clock.now + timedelta(hours=1))
    clerk = office.people["secretariat"]
    clock.move(timedelta(days=3))
    said_on = (clock.now - timedelta(days=1)).date()
    actor = make_actor(Role.SECRETARIAT, account_id=clerk.account_id, person_id=clerk.person_id)
    enter_for(office.runtime, actor, distribution, "DUNG", said_on, "gọi điện")
    (line,) = rows(office, f"/distributions/{distribution}/confirmations")
    assert f"Phòng Hai Ngày {said_on:%d/%m/%Y} Ghi nhận {clock.now:%H:%M}" in line
    assert line.endswith("Nhập thay Nguyễn Văn Mẫu nhập Muộn 2 ngày")


def test_an_own_deadline_is_named_with_its_reason(office: Office, clock: FakeClock) -> None:
    # A week without holidays.
    clock.now = datetime(2026, 11, 9, 9, tzinfo=OFFICE_ZONE)
    distribution = send(office.runtime, "all", due=clock.now + timedelta(days=7))
    today = clock.now.date()
    away = Period(today + timedelta(days=1), today + timedelta(days=4))
    record_absence(office.runtime, OPERATOR, office.people["binh"].person_id, away, "về quê")
    confirm(office, distribution, "binh")
    (line,) = rows(office, f"/distributions/{distribution}/confirmations")
    assert re.search(rf"Đúng hạn Hạn riêng .+ do nghỉ phép {away.first:%d/%m/%Y} – {away.last:%d/%m/%Y}$", line)


def test_units_and_the_late_are_picked_out_and_the_figures_are_of_what_is_picked(
    office: Office, clock: FakeClock
) -> None:
    distribution = send(office.runtime, "all", due=clock.now + timedelta(hours=1))
    path = f"/distributions/{distribution}/confirmations"
    confirm(office, distribution, "binh")
    clock.move(timedelta(hours=2))
    assert "1 người đã xác nhận, tất cả đúng hạn" in shown_to(office, "secretariat", path)
    confirm(office, distribution, "cuc")
    confirm(office, distribution, "dung")
    assert [line.split(",")[0] for line in rows(office, f"{path}?unit=P1")] == [
        "Trần Văn Bình Chuyên viên",
        "Lê Thị Cúc Chuyên viên",
    ]
    late = rows(office, f"{path}?unit=P1&late=1")
    assert len(late) == 1
    assert late[0].startswith("Lê Thị Cúc")
    shown = shown_to(office, "secretariat", f"{path}?unit=P1&late=1")
    assert "2 người đã xác nhận, trong đó 1 muộn" in shown
    assert "Phòng Một (2 người)" in shown
    assert "Không có ai." in shown_to(office, "secretariat", f"{path}?unit=VP&late=1")


def test_a_manager_sees_the_own_people_and_no_other_unit_exists(office: Office) -> None:
    distribution = send(office.runtime, "all")
    confirm(office, distribution, "binh")
    confirm(office, distribution, "dung")
    path = f"/distributions/{distribution}/confirmations"
    shown = shown_to(office, "manager", path)
    assert "1 người đã xác nhận" in shown
    assert "Chỉ tính người của các đơn vị phụ trách" in shown
    assert "Phòng Hai" not in shown
    with office.visit("manager") as client:
        statuses = [client.get(f"{path}?unit={code}").status_code for code in ("P1", "P2", "KHONG-CO")]
    assert statuses == [200, 404, 404]


def test_a_long_list_goes_on_behind_the_last_name_with_the_same_filter(office: Office, clock: FakeClock) -> None:
    with office.runtime.sessions.begin() as session:
        people = [
            make_person(session, office.units["P2"], code=f"X{place:03}", given_name=f"An {place:03}")
            for place in range(LINES_A_PAGE + 1)
        ]
    distribution = send(office.runtime, "all", due=clock.now + timedelta(hours=1))
    clock.move(timedelta(hours=2))
    for person in people:
        acknowledge(office.runtime, make_actor(person_id=person), distribution, 1, Route.INBOX)
    moment = f"{clock.now:%Y-%m-%dT%H:%M:%S.%f}"
    path = f"/distributions/{distribution}/confirmations?unit=P2&late=1&as_of={moment}"
    with office.visit("secretariat") as client:
        page = client.get(path).text
        found = re.search(r'href="([^"]+)">Xem tiếp', page)
        assert found
        following = client.get(unescape(found[1])).text
    assert text_of(page).count("Nguyễn Văn An") == LINES_A_PAGE
    assert text_of(following).count("Nguyễn Văn An") == 1
    assert "X050" in following
    assert "1 người trên trang này Hết danh sách" in text_of(following)
    with office.visit("secretariat") as client:
        assert client.get(f"/distributions/{distribution}/confirmations?after=4711").status_code == 422


def test_a_past_day_shows_that_days_list_and_its_links_stay_there(office: Office, clock: FakeClock) -> None:
    distribution = send(office.runtime, "person:BINH")
    before = f"{clock.now + timedelta(minutes=10):%Y-%m-%dT%H:%M}"
    clock.move(timedelta(hours=1))
    confirm(office, distribution, "binh")
    path = f"/distributions/{distribution}/confirmations"
    assert len(rows(office, path)) == 1
    assert rows(office, f"{path}?as_of={before}") == []
    asked = f"as_of={before.replace(':', '%3A')}"
    with office.visit("secretariat") as client:
        shown = client.get(f"{path}?as_of={before}").text
        report = client.get(f"/distributions/{distribution}/report?as_of={before}").text
    for href in (f"/distributions/{distribution}/report", f"/distributions/{distribution}/report.csv"):
        assert f'href="{href}?{asked}"' in shown
    assert f'href="{path}?{asked}"' in report


def test_what_is_no_moment_is_said_and_the_present_list_shown(office: Office) -> None:
    distribution = send(office.runtime, "person:BINH")
    confirm(office, distribution, "binh")
    with office.visit("secretariat") as client:
        answer = client.get(f"/distributions/{distribution}/confirmations?as_of=hôm qua")
    assert answer.status_code == 422
    assert "không phải là ngày" in answer.text
    assert "1 người đã xác nhận" in text_of(answer.text)


def test_it_is_reached_from_the_distribution_and_the_report(office: Office, clock: FakeClock) -> None:
    distribution = send(office.runtime, "person:BINH", due=clock.now + timedelta(hours=1))
    clock.move(timedelta(hours=2))
    confirm(office, distribution, "binh")
    path = f"/distributions/{distribution}"
    with office.visit("manager") as client:
        for page in (path, f"{path}/report"):
            shown = client.get(page).text
            assert f'href="{path}/confirmations"' in shown
            assert f'href="{path}/confirmations?late=1">1 muộn</a>' in shown


def test_for_information_the_words_are_of_reading_and_nothing_is_late(office: Office) -> None:
    distribution = send(office.runtime, "person:BINH", mode=Mode.INFORM)
    path = f"/distributions/{distribution}/confirmations"
    assert "Chưa ai xem." in shown_to(office, "secretariat", path)
    open_document(office.runtime, make_actor(person_id=office.people["binh"].person_id), distribution, Route.INBOX)
    shown = shown_to(office, "secretariat", path)
    assert "1 người đã xem" in shown
    assert "Đơn vị Xem lúc Hình thức" in shown
    assert "muộn" not in shown
    assert "So với hạn" not in shown


def test_a_list_that_is_being_drawn_says_so(office: Office) -> None:
    posted = post_document(office.runtime, OPERATOR, make_posting())
    path = f"/distributions/{posted.distribution_id}/confirmations"
    assert "Danh sách đang được lập." in shown_to(office, "secretariat", path)
