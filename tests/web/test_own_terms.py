"""What is different for one reader, on the page and by the API: a deadline moved by an absence, an exemption."""

from datetime import datetime, timedelta

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.actions.add_recipients import add_recipient
from service.actions.correct_document import recall_document
from service.actions.record_absence import Period, exempt, record_absence, withdraw_absence
from service.domain.absences import Kind
from service.domain.deadlines import WorkingDays
from service.domain.roles import OPERATOR, Role
from service.runtime import Runtime
from service.store.grants import Grant, add_grant
from tests.fakes import OFFICE_ZONE, FakeClock
from tests.makers import LONG_AGO
from tests.web.conftest import Employee, browser, send, sign_in
from tests.web.office import text_of

WEDNESDAY = datetime(2026, 11, 11, 9, tzinfo=OFFICE_ZONE)


@pytest.fixture
def distribution(client: TestClient, runtime: Runtime, lan: Employee, clock: FakeClock) -> int:
    """Due on Friday for everybody; Lan is away on Thursday."""
    clock.now = WEDNESDAY
    sign_in(client, lan.username)
    distribution = send(runtime, due=WorkingDays(2))
    thursday = clock.now.replace(day=12).date()
    record_absence(runtime, OPERATOR, lan.person_id, Period(thursday, thursday), kind=Kind.MISSION)
    return distribution


def test_the_document_page_tells_the_own_deadline_and_why_it_moved(client: TestClient, distribution: int) -> None:
    shown = text_of(client.get(f"/inbox/{distribution}").text)
    assert "Cần xác nhận trước 17:00 thứ Hai, 16/11/2026" in shown
    assert "Hạn chung 17:00 thứ Sáu, 13/11/2026 được dời do công tác 12/11/2026" in shown
    assert "17:00 thứ Hai, 16/11/2026" in text_of(client.get("/inbox").text)


def test_who_confirms_by_the_own_deadline_is_not_late(
    client: TestClient, runtime: Runtime, distribution: int, clock: FakeClock, lan: Employee
) -> None:
    clock.now = datetime(2026, 11, 16, 8, tzinfo=OFFICE_ZONE)
    sign_in(client, lan.username)
    assert "Đã quá hạn" not in text_of(client.get(f"/inbox/{distribution}").text)
    assert client.get("/api/v1/me").json()["overdue"] == 0


def recorded_part(shown: str) -> str:
    return text_of(shown[shown.index('id="ghi-lai"') :])


def test_what_is_recorded_tells_every_move_of_the_deadline_when_it_was_told(
    client: TestClient, runtime: Runtime, distribution: int, clock: FakeClock, lan: Employee
) -> None:
    clock.move(timedelta(hours=1))
    withdraw_absence(runtime, OPERATOR, lan.person_id, 1)
    moved = "Hạn riêng, do công tác 12/11/2026 09:00 thứ Tư, 11/11/2026 Đến 17:00 thứ Hai, 16/11/2026"
    standing = recorded_part(client.get(f"/inbox/{distribution}").text)
    recall_document(runtime, OPERATOR, distribution, "Ban hành nhầm")
    for shown in (standing, recorded_part(client.get(f"/inbox/{distribution}").text)):
        assert shown.index(moved) < shown.index("Trở lại hạn chung 10:00 thứ Tư, 11/11/2026")


def test_who_was_added_later_reads_that_this_is_why_and_an_absence_only_once_it_moves_the_deadline(
    client: TestClient, runtime: Runtime, distribution: int, clock: FakeClock, minh: Employee
) -> None:
    clock.now = WEDNESDAY.replace(day=12)
    add_recipient(runtime, OPERATOR, distribution, "MINH", "Phụ trách chuyên đề")
    clock.move(timedelta(hours=1))
    monday = WEDNESDAY.replace(day=16).date()
    record_absence(runtime, OPERATOR, minh.person_id, Period(monday, monday))
    sign_in(client, minh.username)
    shown = recorded_part(client.get(f"/inbox/{distribution}").text)
    added = "Hạn riêng, do vào danh sách sau 09:00 thứ Năm, 12/11/2026 Đến 17:00 thứ Hai, 16/11/2026"
    moved = "Hạn riêng, do nghỉ phép 16/11/2026 10:00 thứ Năm, 12/11/2026 Đến 17:00 thứ Ba, 17/11/2026"
    assert shown.index(added) < shown.index(moved)


def test_the_page_of_a_person_says_why_a_deadline_is_their_own(
    app: FastAPI, runtime: Runtime, distribution: int, clock: FakeClock, minh: Employee
) -> None:
    clock.now = WEDNESDAY.replace(day=12)
    add_recipient(runtime, OPERATOR, distribution, "MINH", "Phụ trách chuyên đề")
    with runtime.sessions.begin() as session:
        add_grant(session, minh.account_id, Grant(Role.SECRETARIAT, None, LONG_AGO, None), granted_by=None)
    secretary = browser(app)
    sign_in(secretary, minh.username)
    own = "hạn riêng 17:00 thứ Hai, 16/11/2026 do"
    assert f"{own} vắng có lý do." in text_of(secretary.get("/directory/people/LAN").text)
    assert f"{own} vào danh sách sau." in text_of(secretary.get("/directory/people/MINH").text)


def test_the_api_tells_both_deadlines_and_why(client: TestClient, distribution: int) -> None:
    told = client.get(f"/api/v1/inbox/{distribution}").json()
    assert told["due_at"] == "2026-11-16T10:00:00Z"
    assert told["common_due_at"] == "2026-11-13T10:00:00Z"
    assert told["moved_because"] == "công tác 12/11/2026"
    assert client.get("/api/v1/inbox").json()["items"][0]["due_at"] == told["due_at"]


def test_an_exempted_reader_is_told_and_keeps_the_way_to_confirm(
    client: TestClient, runtime: Runtime, distribution: int, lan: Employee
) -> None:
    exempt(runtime, OPERATOR, distribution, lan.person_id, "Người ký văn bản")
    shown = client.get(f"/inbox/{distribution}").text
    assert "Đồng chí được miễn xác nhận: Người ký văn bản." in text_of(shown)
    for demand in ("Cần xác nhận trước", "Chưa xác nhận", "Hạn 1", "Đến phần xác nhận"):
        assert demand not in text_of(shown)
    assert f'action="/inbox/{distribution}/acknowledge"' in shown
    assert "Không còn văn bản nào cần xác nhận" in text_of(client.get("/inbox").text)
    told = client.get(f"/api/v1/inbox/{distribution}").json()
    assert (told["must_confirm"], told["exempted_because"]) == (False, "Người ký văn bản")
