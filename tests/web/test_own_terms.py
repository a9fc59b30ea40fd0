"""What is different for one reader, on the page and by the API: a deadline moved by an absence, an exemption."""

from datetime import datetime

import pytest
from starlette.testclient import TestClient

from service.actions.record_absence import Period, exempt, record_absence
from service.domain.absences import Kind
from service.domain.deadlines import WorkingDays
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from tests.fakes import OFFICE_ZONE, FakeClock
from tests.web.conftest import Employee, send, sign_in
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
