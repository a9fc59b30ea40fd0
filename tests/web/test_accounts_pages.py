"""Letting people in: by letter or by slip, for the secretariat; roles, tokens and closing for administrators."""

import re
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, update
from starlette.testclient import TestClient

from service.actions.invite_accounts import invite_accounts
from service.actions.manage_accounts import create_administrator
from service.actions.sign_in import actor_of_token
from service.domain.roles import OPERATOR, Role
from service.runtime import Runtime
from service.store.accounts import actor_for
from service.store.tables import accounts, api_tokens, deliveries, role_grants
from tests.fakes import FakeClock
from tests.web.conftest import browser, form_token, sign_in
from tests.web.office import Office, make_office, text_of

KEEPERS = {"secretariat", "administrator"}


@pytest.fixture
def office(app: FastAPI, runtime: Runtime) -> Office:
    """Bình, Cúc and Dũng have chosen no password yet."""
    made = make_office(app, runtime)
    waiting = [made.people[name].account_id for name in ("binh", "cuc", "dung")]
    with runtime.sessions.begin() as session:
        session.execute(update(accounts).where(accounts.c.id.in_(waiting)).values(password_hash=None))
    return made


def shown_to(office: Office, who: str, path: str) -> str:
    with office.visit(who) as client:
        return text_of(client.get(path).text)


def fill(client: TestClient, path: str, **fields: str) -> tuple[int, str]:
    answer = client.post(path, data={**fields, "form_token": form_token(client)})
    return answer.status_code, answer.headers.get("location") or answer.text


def account_page(office: Office, name: str) -> str:
    return f"/accounts/of/{office.people[name].username}"


def roles_of(office: Office, name: str) -> tuple[set[Role], set[int]]:
    with office.runtime.sessions() as session:
        actor = actor_for(session, office.people[name].account_id, office.runtime.clock())
    assert actor
    return set(actor.roles - {Role.EMPLOYEE}), set(actor.unit_ids)


def letters(runtime: Runtime) -> int:
    with runtime.sessions() as session:
        return session.execute(select(func.count()).select_from(deliveries)).scalar_one()


def test_who_lets_people_in(office: Office) -> None:
    assert office.seen_by("/accounts") == KEEPERS
    assert office.done_by("/accounts/letters", {}) == KEEPERS
    assert office.done_by("/accounts/slips", {}) == KEEPERS


def test_who_manages_accounts(office: Office) -> None:
    page = account_page(office, "binh")
    assert office.seen_by(page) == {"administrator"}
    assert office.done_by(f"{page}/roles", {"role": "auditor"}) == {"administrator"}
    assert office.done_by(f"{page}/roles/end", {"role": "auditor"}) == {"administrator"}
    assert office.done_by(f"{page}/tokens", {"label": "x"}) == {"administrator"}
    assert office.done_by(f"{page}/tokens/end", {"token_id": "1"}) == {"administrator"}
    assert office.done_by(f"{page}/close", {}) == {"administrator"}


def test_an_account_that_is_not_there_is_not_found(office: Office) -> None:
    assert office.seen_by("/accounts/of/niemand") == set()


def test_the_page_tells_unit_by_unit_who_is_let_in(office: Office) -> None:
    invite_accounts(office.runtime, OPERATOR, by="mail", codes=["BINH"])
    shown = shown_to(office, "secretariat", "/accounts")
    assert "6/9 người đã đặt mật khẩu, 1 người đang có thư mời hoặc phiếu, 2 người chưa được mời." in shown
    assert "Phòng Một 1 0 1 0 1" in shown
    assert "Phòng Hai 1 0 0 1 0" in shown
    assert "Cộng 9 6 1 2 2" in shown


def test_inviting_by_mail_says_how_many_letters_leave_and_whom_none_reaches(office: Office) -> None:
    with office.visit("secretariat") as client:
        status, way = fill(client, "/accounts/letters")
        assert (status, way) == (303, "/accounts?queued=2&unreached=1")
        shown = text_of(client.get(way).text)
        again = text_of(client.get(fill(client, "/accounts/letters")[1]).text)
    assert "Đã xếp 2 thư mời vào hàng đợi. 1 người không có địa chỉ thư dùng được" in shown
    assert "Không có thư mời mới." in again
    assert letters(office.runtime) == 2


def test_one_unit_is_invited_with_those_below_it(office: Office) -> None:
    with office.visit("secretariat") as client:
        assert fill(client, "/accounts/letters", unit="P1")[1] == "/accounts?queued=2&unreached=0"


@pytest.mark.parametrize("path", ["/accounts/letters", "/accounts/slips"])
@pytest.mark.parametrize("wrong", [{"unit": "KHONG"}, {"code": "KHONG"}])
def test_who_is_not_in_the_directory_is_named(office: Office, path: str, wrong: dict[str, str]) -> None:
    with office.visit("secretariat") as client:
        status, shown = fill(client, path, **wrong)
    assert (status, "mang mã &#39;KHONG&#39;" in shown) == (422, True)


def test_a_slip_tells_name_code_address_and_until_when(office: Office) -> None:
    with office.visit("secretariat") as client:
        status, page = fill(client, "/accounts/slips", unit="P2")
    shown = text_of(page)
    assert status == 200
    assert "1 phiếu" in shown
    assert f"Đặng Dũng Phòng Hai Tên đăng nhập: {office.people['dung'].username}" in shown
    assert "https://testserver/activate" in shown
    assert "Dùng được đến" in shown
    assert re.search(r"Mã dùng một lần: [0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", shown)


def test_the_code_of_a_slip_opens_the_account(office: Office) -> None:
    with office.visit("secretariat") as client:
        _, page = fill(client, "/accounts/slips", unit="P2")
    code = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page)[0]
    username, password = office.people["dung"].username, "mật khẩu của tôi"
    with browser(office.app) as dungs:
        chosen = {"username": username, "code": code, "password": password, "repeated": password}
        assert dungs.post("/activate", data=chosen).status_code == 303
        assert sign_in(dungs, username, password).status_code == 303
        assert dungs.get("/inbox").status_code == 200


def test_nobody_left_to_invite_is_said(office: Office) -> None:
    with office.visit("secretariat") as client:
        _, page = fill(client, "/accounts/slips", unit="VP")
    assert "Không còn ai chưa đặt mật khẩu." in text_of(page)


def test_the_secretariat_sees_whose_account_is_in_use_and_no_roles(office: Office) -> None:
    with office.visit("secretariat") as client:
        waiting, found = (client.get(path).text for path in ("/accounts", "/accounts?q=auditor"))
    assert "Chưa đặt mật khẩu 3" in text_of(waiting)
    assert re.findall(r'class="person-r">([^<]+)<', waiting) == [
        office.people[name].username for name in ("binh", "cuc", "dung")
    ]
    assert f"{office.people['auditor'].username} Đang dùng" in text_of(found)
    for page in (waiting, found):
        assert "Kiểm soát" not in page
        assert "/accounts/of/" not in page


def test_the_secretariat_sees_no_account_that_stands_for_nobody(office: Office) -> None:
    create_administrator(office.runtime, OPERATOR, "root", "Quản trị viên mẫu", "mot mat khau dai")
    assert "root" not in shown_to(office, "secretariat", "/accounts?q=root").replace('value="root"', "")
    assert "Quản trị viên mẫu" in shown_to(office, "administrator", "/accounts?q=root")


def test_an_administrator_sees_who_holds_a_role(office: Office) -> None:
    shown = shown_to(office, "administrator", "/accounts")
    assert "Lãnh đạo đơn vị (P1)" in shown
    assert "Kiểm soát" in shown
    assert "Trần Văn" not in shown


@pytest.mark.parametrize("sought", ["BINH", "binh", "nhanvien"])
def test_accounts_are_found_by_name_code_or_user_name(office: Office, sought: str) -> None:
    assert office.people["binh"].username in shown_to(office, "administrator", f"/accounts?q={sought}")


def test_a_role_is_granted_and_ended(office: Office) -> None:
    page = account_page(office, "binh")
    with office.visit("administrator") as client:
        assert fill(client, f"{page}/roles", role="auditor") == (303, page)
        assert roles_of(office, "binh")[0] == {Role.AUDITOR}
        assert "Kiểm soát" in client.get(page).text
        assert fill(client, f"{page}/roles/end", role="auditor") == (303, page)
    assert roles_of(office, "binh")[0] == set()


def test_a_manager_reaches_the_present_unit_or_the_one_named(office: Office) -> None:
    with office.visit("administrator") as client:
        fill(client, f"{account_page(office, 'binh')}/roles", role="manager")
        fill(client, f"{account_page(office, 'dung')}/roles", role="manager", unit="P1A")
    assert roles_of(office, "binh") == ({Role.MANAGER}, {office.units["P1"], office.units["P1A"]})
    assert roles_of(office, "dung") == ({Role.MANAGER}, {office.units["P1A"]})


def test_a_role_lasts_through_its_last_day(office: Office, clock: FakeClock) -> None:
    with office.visit("administrator") as client:
        fill(client, f"{account_page(office, 'binh')}/roles", role="auditor", ends_on=f"{clock.now:%d/%m/%Y}")
    with office.runtime.sessions() as session:
        newest = select(role_grants.c.valid_to).order_by(role_grants.c.id.desc()).limit(1)
        ends_at = session.execute(newest).scalar_one()
    assert ends_at
    assert f"{ends_at.astimezone(clock.now.tzinfo):%d/%m/%Y %H:%M}" == f"{clock.now:%d/%m/%Y} 23:59"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"role": "king"}, "Không có vai trò"),
        ({"role": "manager", "unit": "KHONG"}, "mang mã"),
        ({"role": "auditor", "ends_on": "hôm sau"}, "không phải là ngày"),
        ({"role": "auditor", "ends_on": "01/01/2018"}, "23:59 thứ Hai, 01/01/2018 trước ngày bắt đầu"),
    ],
)
def test_a_bad_grant_is_named_and_not_granted(office: Office, given: dict[str, str], sentence: str) -> None:
    with office.visit("administrator") as client:
        status, shown = fill(client, f"{account_page(office, 'binh')}/roles", **given)
    assert (status, sentence in shown) == (422, True)
    assert roles_of(office, "binh")[0] == set()


def test_a_token_is_shown_once_and_works_until_it_is_ended(office: Office) -> None:
    page = account_page(office, "auditor")
    with office.visit("administrator") as client:
        status, shown = fill(client, f"{page}/tokens", label="Phần mềm một cửa")
        token = re.findall(r"<code[^>]*>([^<]+)</code>", shown)[0]
        assert status == 200
        assert token not in client.get(page).text
        actor = actor_of_token(office.runtime, token)
        assert actor
        assert Role.AUDITOR in actor.roles
        token_id = re.findall(r'name="token_id" value="(\d+)"', client.get(page).text)[0]
        assert fill(client, f"{page}/tokens/end", token_id=token_id) == (303, page)
        assert "Phần mềm một cửa" not in client.get(page).text
    assert actor_of_token(office.runtime, token) is None


@pytest.mark.parametrize(
    ("label", "sentence"), [(" ", "Chưa ghi việc dùng khóa."), ("x" * 201, "Mục việc dùng khóa dài quá 200 ký tự.")]
)
def test_a_token_needs_to_say_what_it_is_for_in_a_line(office: Office, label: str, sentence: str) -> None:
    with office.visit("administrator") as client:
        status, shown = fill(client, f"{account_page(office, 'auditor')}/tokens", label=label)
    assert (status, sentence in shown) == (422, True)


def test_a_token_is_ended_on_the_page_of_its_own_account_alone(office: Office) -> None:
    with office.visit("administrator") as client:
        fill(client, f"{account_page(office, 'auditor')}/tokens", label="x")
        with office.runtime.sessions() as session:
            token_id = session.execute(select(api_tokens.c.id)).scalar_one()
        for wrong in (str(token_id), "x", ""):
            assert fill(client, f"{account_page(office, 'binh')}/tokens/end", token_id=wrong)[0] == 404


def test_a_closed_account_keeps_its_page_and_lets_nobody_in(office: Office) -> None:
    page = account_page(office, "auditor")
    with office.visit("auditor") as auditors, office.visit("administrator") as client:
        assert fill(client, f"{page}/close") == (303, page)
        assert "Đã đóng" in client.get(page).text
        assert auditors.get("/distributions").status_code == 303
        assert sign_in(auditors, office.people["auditor"].username).status_code == 401


def test_nobody_is_offered_to_close_the_own_account(office: Office) -> None:
    assert "Đóng tài khoản này" not in shown_to(office, "administrator", account_page(office, "administrator"))
    assert "Đóng tài khoản này" in shown_to(office, "administrator", account_page(office, "binh"))


def test_a_new_way_in_for_one_person_ends_the_earlier_one(office: Office, clock: FakeClock) -> None:
    with office.visit("administrator") as client:
        first = fill(client, "/accounts/letters", code="BINH")[1]
        clock.move(timedelta(minutes=1))
        second = fill(client, "/accounts/letters", code="BINH")[1]
    assert (first, second) == ("/accounts?queued=1&unreached=0",) * 2
    assert letters(office.runtime) == 2
