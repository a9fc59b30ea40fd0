"""Adding to a frozen list, on the page and by the API: who may, what it says, and what is refused in words."""

from datetime import timedelta

import pytest
from fastapi import FastAPI

from service.actions.list_recipients import list_recipients
from service.runtime import Runtime
from tests.fakes import FakeClock
from tests.web.conftest import form_token, send
from tests.web.office import Office, make_office, text_of


@pytest.fixture
def office(app: FastAPI, runtime: Runtime) -> Office:
    return make_office(app, runtime)


def test_only_the_secretariat_adds_people_and_switches_the_rule(office: Office) -> None:
    distribution = send(office.runtime, "unit:P1")
    adding = {"person_code": "DUNG", "reason": "phụ trách thay"}
    assert office.done_by(f"/distributions/{distribution}/recipients", adding) == {"secretariat"}
    assert office.done_by(f"/distributions/{distribution}/joiners", {"adds": "true"}) == {"secretariat"}


def test_the_page_tells_who_was_added_and_why(office: Office, clock: FakeClock) -> None:
    distribution = send(office.runtime, "unit:P1")
    clock.move(timedelta(hours=1))
    with office.visit("secretariat") as client:
        sent = {"person_code": "DUNG", "reason": "phụ trách thay", "form_token": form_token(client)}
        answer = client.post(f"/distributions/{distribution}/recipients", data=sent)
        page = text_of(client.get(answer.headers["location"]).text)
    assert answer.status_code == 303
    assert "Biến động danh sách 1" in page
    assert "phụ trách thay" in page
    assert "Đặng Dũng" in page


@pytest.mark.parametrize(
    ("code", "reason", "said", "status"),
    [
        ("BINH", "x", "đã có trong danh sách này", 409),
        ("KHONG", "x", "Danh bạ không có người mang mã", 422),
        ("K\0HONG", "x", "Danh bạ không có người mang mã", 422),
        ("DUNG", "  ", "Cần ghi lý do", 422),
        ("DUNG", "x" * 501, "Mục lý do dài quá 500 ký tự.", 422),
    ],
)
def test_a_refused_addition_keeps_what_was_typed_and_says_why(
    office: Office, code: str, reason: str, said: str, status: int
) -> None:
    distribution = send(office.runtime, "unit:P1")
    with office.visit("secretariat") as client:
        sent = {"person_code": code, "reason": reason, "form_token": form_token(client)}
        answer = client.post(f"/distributions/{distribution}/recipients", data=sent)
    assert answer.status_code == status
    assert said in text_of(answer.text)
    kept = code.replace("\0", "")
    assert f'value="{kept}"' in answer.text


def test_a_manager_sees_the_changes_of_the_own_units_alone(office: Office, clock: FakeClock) -> None:
    distribution = send(office.runtime, "person:BINH")
    clock.move(timedelta(hours=1))
    with office.visit("secretariat") as client:
        for code in ("DUNG", "CUC"):
            sent = {"person_code": code, "reason": f"thêm {code}", "form_token": form_token(client)}
            client.post(f"/distributions/{distribution}/recipients", data=sent)
        told = {line["code"] for line in client.get(f"/api/v1/distributions/{distribution}/changes").json()}
    assert told == {"DUNG", "CUC"}
    with office.visit("manager") as client:
        told = {line["code"] for line in client.get(f"/api/v1/distributions/{distribution}/changes").json()}
        page = text_of(client.get(f"/distributions/{distribution}").text)
    assert told == {"CUC"}
    assert "thêm CUC" in page
    assert "thêm DUNG" not in page
    with office.visit("employee") as client:
        assert client.get(f"/api/v1/distributions/{distribution}/changes").status_code == 404


def test_the_rule_is_chosen_when_posting_and_switched_later(office: Office) -> None:
    fields = {
        "type_code": "KH",
        "title": "Văn bản mẫu",
        "to": "all",
        "mode": "inform",
        "joiners": "yes",
        "step": "post",
    }
    with office.visit("secretariat") as client:
        answer = client.post("/post", data={**fields, "form_token": form_token(client)}, files={"files": b""})
        list_recipients(office.runtime)
        distribution = int(answer.headers["location"].rpartition("/")[2])
        assert "Người đến sau được thêm vào" in text_of(client.get(f"/distributions/{distribution}").text)
        assert client.get(f"/api/v1/distributions/{distribution}").json()["adds_joiners"] is True
        answer = client.post(
            f"/distributions/{distribution}/joiners", data={"adds": "false", "form_token": form_token(client)}
        )
        page = text_of(client.get(answer.headers["location"]).text)
        assert "Danh sách chốt, người đến sau không tự thêm" in page
