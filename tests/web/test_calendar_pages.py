"""The office's calendar on its page and by the API."""

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.runtime import Runtime
from tests.web.api.conftest import Caller
from tests.web.conftest import form_token
from tests.web.office import Office, make_office, text_of


@pytest.fixture
def office(app: FastAPI, runtime: Runtime) -> Office:
    return make_office(app, runtime)


def send(client: TestClient, path: str, **fields: str) -> tuple[int, str]:
    answer = client.post(path, data={**fields, "form_token": form_token(client)})
    return answer.status_code, answer.headers.get("location") or text_of(answer.text)


def upload(client: TestClient, content: str) -> tuple[int, str]:
    file = ("files", ("lich.csv", content.encode(), "text/csv"))
    answer = client.post("/calendar/import", data={"form_token": form_token(client)}, files=[file])
    return answer.status_code, text_of(answer.text)


def test_the_calendar_is_the_secretariats(office: Office) -> None:
    assert office.seen_by("/calendar") == {"secretariat"}
    assert office.done_by("/calendar/days", {"day": "31/12/2026", "kind": "off"}) == {"secretariat"}
    assert office.done_by("/calendar/days/clear", {"day": "31/12/2026"}) == {"secretariat"}
    assert office.done_by("/calendar/import", {}) == {"secretariat"}


def test_a_year_shows_holidays_swaps_and_what_was_announced(office: Office) -> None:
    with office.visit("secretariat") as client:
        assert send(client, "/calendar/days", day="31/12/2026", kind="off", note="Nghỉ bù") == (
            303,
            "/calendar?year=2026",
        )
        shown = text_of(client.get("/calendar?year=2026").text)
        assert "24/11/2026 thứ Ba Nghỉ Ngày Văn hóa Việt Nam Lịch chung" in shown
        assert "22/08/2026 thứ Bảy Làm bù Làm bù Lịch chung" in shown
        assert "31/12/2026 thứ Năm Nghỉ Nghỉ bù Bỏ 31/12/2026" in shown
        assert "248 ngày làm việc" in shown, "261 weekdays, 13 of them holidays, one made up, one announced"
        assert send(client, "/calendar/days/clear", day="31/12/2026")[0] == 303
        assert "31/12/2026" not in client.get("/calendar?year=2026").text
        assert "Chưa biết ngày nghỉ lễ" in text_of(client.get("/calendar?year=2150").text)


@pytest.mark.parametrize("year", ["0", "99999", "x", "-1"])
def test_a_year_that_no_calendar_has_is_refused(office: Office, year: str) -> None:
    with office.visit("secretariat") as client:
        assert client.get(f"/calendar?year={year}").status_code == 422


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"day": "31/02/2026", "kind": "off"}, "không phải là ngày"),
        ({"day": "31/12/2026", "kind": "off", "note": "x" * 501}, "dài quá 500 ký tự"),
    ],
)
def test_a_bad_day_is_named_and_what_was_typed_stays(office: Office, fields: dict[str, str], sentence: str) -> None:
    with office.visit("secretariat") as client:
        status, shown = send(client, "/calendar/days", **fields)
        assert (status, sentence in shown) == (422, True)
        assert send(client, "/calendar/days/clear", day="x")[0] == 422


def test_a_file_is_taken_whole_or_not_at_all(office: Office) -> None:
    with office.visit("secretariat") as client:
        status, shown = upload(client, "ngày,loại\n31/12/2026,nghỉ\n32/12/2026,lễ\n")
        assert (status, "2 chỗ trong 2 dòng bị từ chối" in shown) == (422, True)
        assert "không phải là loại ngày" in shown
        assert "Lịch làm việc" in shown
        assert "31/12/2026" not in text_of(client.get("/calendar?year=2026").text)
        assert "Đã nhận 1 ngày từ tệp" in upload(client, "ngày,loại\n31/12/2026,nghỉ\n")[1]
        assert upload(client, "không phải bảng")[0] == 422
        assert send(client, "/calendar/import")[0] == 422


def test_the_api_tells_a_year_and_changes_a_day(client: TestClient, office: Office) -> None:
    with office.visit("secretariat") as browser:
        caller = Caller(browser, form_token=form_token(browser))
        assert caller.put("/calendar/2026-11-24", json={"is_working": True, "note": "Trực"}).status_code == 204
        days = {one["day"]: one for one in caller.get("/calendar?year=2026").json()}
        assert days["2026-11-24"] == {
            "day": "2026-11-24",
            "is_working": True,
            "note": "Trực",
            "is_announced": True,
        }
        assert days["2026-08-31"]["is_working"] is False
        assert [caller.delete("/calendar/2026-11-24").status_code for _ in range(2)] == [204, 404]
        assert caller.put("/calendar/2026-13-01", json={"is_working": True}).status_code == 404
        assert caller.put("/calendar/2026-11-24", json={"is_working": True, "note": "x" * 501}).status_code == 422
