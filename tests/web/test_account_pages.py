from datetime import timedelta

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.actions.invite_accounts import invite_accounts
from service.actions.manage_accounts import set_password, setup_code
from service.domain.credentials import sign_link
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.store.accounts import account_by_id
from service.web.security import SESSION_COOKIE
from tests.fakes import FakeClock
from tests.makers import make_account, make_person, make_unit
from tests.web.conftest import PASSWORD, Employee, browser, form_token, sign_in, sign_in_path

NEW = "mat khau moi hoan toan"
SETTLED = {"password": NEW, "repeated": NEW}


@pytest.fixture
def newcomer(runtime: Runtime, lan: Employee) -> Employee:
    """Somebody with an account that was never activated, in an office that has others."""
    with runtime.sessions.begin() as session:
        person_id = make_person(session, make_unit(session), code="MOI")
        return Employee(person_id, make_account(session, person_id, username="nguoimoi"), "nguoimoi")


def link_for(runtime: Runtime, newcomer: Employee) -> str:
    invite_accounts(runtime, OPERATOR, by="mail", codes=["MOI"])
    with runtime.sessions() as session:
        account = account_by_id(session, newcomer.account_id, runtime.clock().date())
    assert account
    return f"/activate/{sign_link(runtime.secret, 'activate', account.id, account.credential_version)}"


def test_the_sign_in_page_says_what_the_service_is_and_what_it_records(client: TestClient, lan: Employee) -> None:
    shown = client.get("/sign-in").text
    assert "chuyển văn bản cải cách hành chính" in shown
    for kept in ("được mở lần đầu, được xác nhận", "theo liên kết trong thư", "câu hỏi kiểm tra", "tên máy dùng chung"):
        assert kept in shown
    assert "theo địa chỉ mạng, xóa sau khoảng một ngày" in shown
    assert lan.username not in shown


def test_signing_in_opens_the_inbox_and_signing_out_closes_it(client: TestClient, lan: Employee) -> None:
    assert sign_in(client, lan.username).headers["location"] == "/"
    assert client.get("/inbox").status_code == 200
    token = client.cookies[SESSION_COOKIE]
    out = client.post("/sign-out", data={"form_token": form_token(client)})
    assert out.headers["location"] == "/sign-in"
    assert SESSION_COOKIE not in client.cookies
    client.cookies.set(SESSION_COOKIE, token, domain="testserver.local")
    assert client.get("/inbox").headers["location"] == sign_in_path("/inbox")


def test_a_wrong_password_keeps_the_name_and_the_way(client: TestClient, lan: Employee) -> None:
    answered = sign_in(client, lan.username, "sai", next_path="/inbox/5?via=mail")
    assert answered.status_code == 401
    assert "không đúng" in answered.text
    assert f'value="{lan.username}"' in answered.text
    assert 'value="/inbox/5?via=mail"' in answered.text
    assert "set-cookie" not in answered.headers


def test_guessing_is_slowed_down(client: TestClient, lan: Employee) -> None:
    answers = [sign_in(client, lan.username, f"sai {number}") for number in range(30)]
    last = answers[-1]
    assert last.status_code == 429
    assert int(last.headers["retry-after"]) > 0
    assert "Đã sai quá nhiều lần" in last.text


def test_whoever_is_signed_in_needs_no_sign_in_page(client: TestClient, lan: Employee) -> None:
    sign_in(client, lan.username)
    assert client.get("/sign-in?next=/history").headers["location"] == "/history"


def test_a_session_left_alone_ends(client: TestClient, lan: Employee, clock: FakeClock) -> None:
    sign_in(client, lan.username)
    clock.move(timedelta(hours=9))
    assert client.get("/inbox").headers["location"] == sign_in_path("/inbox")


def test_a_password_chosen_by_somebody_else_must_be_changed_first(
    client: TestClient, runtime: Runtime, lan: Employee
) -> None:
    set_password(runtime, OPERATOR, lan.username, "mat khau tam thoi")
    assert sign_in(client, lan.username, "mat khau tam thoi", "/history").headers["location"].startswith("/password?")
    assert client.get("/inbox").headers["location"] == "/password?next=%2Finbox"
    forced = client.get("/password?next=/history")
    assert "do người khác đặt" in forced.text
    form = {"form_token": form_token(client), "current": "mat khau tam thoi", "next": "/history", **SETTLED}
    assert client.post("/password", data=form).headers["location"] == "/history"
    assert client.get("/inbox").status_code == 200


def test_nothing_is_confirmed_or_posted_under_a_forced_password(
    client: TestClient, runtime: Runtime, lan: Employee
) -> None:
    set_password(runtime, OPERATOR, lan.username, "mat khau tam thoi")
    sign_in(client, lan.username, "mat khau tam thoi")
    form = {"form_token": form_token(client), "revision": "1"}
    assert client.post("/inbox/1/acknowledge", data=form).status_code == 403


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"current": "sai"}, 401, "không đúng"),
        ({"password": "ngan", "repeated": "ngan"}, 422, "ít nhất"),
        ({"repeated": "khac han"}, 422, "không giống nhau"),
    ],
)
def test_a_password_that_cannot_be_changed_says_why(
    client: TestClient, lan: Employee, changes: dict[str, str], status: int, sentence: str
) -> None:
    sign_in(client, lan.username)
    form = {"form_token": form_token(client), "current": PASSWORD, **SETTLED, **changes}
    answered = client.post("/password", data=form)
    assert answered.status_code == status
    assert sentence in answered.text


def test_changing_the_password_ends_every_other_session(app: FastAPI, client: TestClient, lan: Employee) -> None:
    elsewhere = browser(app)
    sign_in(client, lan.username)
    sign_in(elsewhere, lan.username)
    form = {"form_token": form_token(client), "current": PASSWORD, **SETTLED}
    assert client.post("/password", data=form).status_code == 303
    assert client.get("/inbox").status_code == 200
    assert elsewhere.get("/inbox").status_code == 303
    assert sign_in(elsewhere, lan.username, NEW).status_code == 303


def test_opening_the_activation_link_uses_nothing_up(client: TestClient, runtime: Runtime, newcomer: Employee) -> None:
    link = link_for(runtime, newcomer)
    for _ in range(3):
        assert newcomer.username in client.get(link).text
    assert client.post(link, data=SETTLED).headers["location"] == f"/sign-in?username={newcomer.username}"
    assert "Đã đặt mật khẩu" in client.get(f"/sign-in?username={newcomer.username}").text
    assert sign_in(client, newcomer.username, NEW).headers["location"] == "/"


def test_the_activation_link_works_once(client: TestClient, runtime: Runtime, newcomer: Employee) -> None:
    link = link_for(runtime, newcomer)
    client.post(link, data=SETTLED)
    assert client.get(link).status_code == 410
    assert client.post(link, data={"password": "khac", "repeated": "khac"}).status_code == 410
    assert client.get("/activate/activate.1.1.aaaa").status_code == 410


def test_a_weak_password_leaves_the_link_good(client: TestClient, runtime: Runtime, newcomer: Employee) -> None:
    link = link_for(runtime, newcomer)
    answered = client.post(link, data={"password": "ngan", "repeated": "ngan"})
    assert answered.status_code == 422
    assert "ít nhất" in answered.text
    assert client.post(link, data=SETTLED).status_code == 303


def test_a_printed_slip_activates_by_name_and_code(client: TestClient, runtime: Runtime, newcomer: Employee) -> None:
    [slip] = invite_accounts(runtime, OPERATOR, by="slip", codes=["MOI"])
    assert "Mã trên phiếu" in client.get("/activate").text
    wrong = client.post("/activate", data={"username": newcomer.username, "code": "0000-0000-0000", **SETTLED})
    assert wrong.status_code == 410
    assert "dùng một lần này đã dùng" in wrong.text
    good = client.post("/activate", data={"username": newcomer.username, "code": slip.code.lower(), **SETTLED})
    assert good.status_code == 303
    assert sign_in(client, newcomer.username, NEW).status_code == 303


def test_asking_for_a_reset_answers_the_same_for_everybody(client: TestClient, lan: Employee) -> None:
    known = client.post("/reset", data={"username": lan.username})
    unknown = client.post("/reset", data={"username": "khong co ai"})
    assert known.status_code == unknown.status_code == 200
    assert known.text == unknown.text


def test_the_first_administrator_is_made_once_with_the_code_from_the_terminal(
    client: TestClient, runtime: Runtime
) -> None:
    assert client.get("/sign-in").headers["location"] == "/setup"
    assert "Mã dùng một lần" in client.get("/setup").text
    form = {"username": "quantri", **SETTLED}
    assert client.post("/setup", data={"code": "sai", **form}).status_code == 410
    code = setup_code(runtime)
    assert code
    assert client.post("/setup", data={"code": code, **form}).headers["location"] == "/sign-in?username=quantri"
    assert sign_in(client, "quantri", NEW).headers["location"] == "/"
    assert client.get("/setup").status_code == 404
    assert client.post("/setup", data={"code": code, **form}).status_code == 404


def test_a_form_sent_from_another_site_signs_nobody_in(client: TestClient, lan: Employee) -> None:
    form = {"username": lan.username, "password": PASSWORD}
    answered = client.post("/sign-in", data=form, headers={"Origin": "https://evil.example"})
    assert answered.status_code == 403
    assert "set-cookie" not in answered.headers
