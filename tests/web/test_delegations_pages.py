import re
from datetime import timedelta

import pytest
from fastapi import FastAPI

from service.runtime import Runtime
from tests.web.conftest import form_token
from tests.web.office import Office, make_office, text_of


@pytest.fixture
def office(app: FastAPI, runtime: Runtime) -> Office:
    return make_office(app, runtime)


def test_who_may_hand_a_role_on(office: Office) -> None:
    assert office.seen_by("/delegations") == {"manager", "secretariat", "leadership"}
    assert office.done_by("/delegations", {}) == {"manager", "secretariat", "leadership"}


def test_a_role_is_handed_on_shown_to_both_and_taken_back(office: Office, runtime: Runtime) -> None:
    today, binh = runtime.clock().date(), office.people["binh"].username
    given = {"role": "manager", "username": binh, "first_day": f"{today:%d/%m/%Y}", "last_day": f"{today:%d/%m/%Y}"}
    with office.visit("manager") as client:
        token = {"form_token": form_token(client)}
        assert client.post("/delegations", data=given | token).status_code == 303
        shown = client.get("/delegations").text
        assert "Lãnh đạo đơn vị (P1) cho" in text_of(shown)
        again = client.post("/delegations", data=given | token)
        assert (again.status_code, "Đã ủy quyền vai trò này" in again.text) == (422, True)
        wrong = client.post("/delegations", data=given | token | {"last_day": "x"})
        assert (wrong.status_code, "không phải là ngày" in wrong.text) == (422, True)
    with office.visit("binh") as deputy:
        assert "Đồng chí được ủy quyền" in deputy.get("/delegations").text
        assert deputy.get("/directory/people/CUC").status_code == 200
    with office.visit("administrator") as administrator:
        lender = office.people["manager"].username
        assert f"{lender} ủy quyền" in administrator.get(f"/accounts/of/{binh}").text
        assert "ủy quyền cho" in administrator.get(f"/accounts/of/{lender}").text
    with office.visit("manager") as client:
        found = re.search(r'name="delegation_id" value="(\d+)"', shown)
        assert found
        client.post("/delegations/end", data={"delegation_id": found[1], "form_token": form_token(client)})
        assert "Chưa ủy quyền cho ai" in client.get("/delegations").text
    with office.visit("binh") as deputy:
        assert deputy.get("/directory/people/CUC").status_code == 404


def lend(office: Office, runtime: Runtime, first: int, last: int) -> str:
    """The manager's role to Bình from the first to the last day, counted from today; returns what was shown."""
    today = runtime.clock().date()
    days = [f"{today + timedelta(days=days):%d/%m/%Y}" for days in (first, last)]
    given = {
        "role": "manager",
        "username": office.people["binh"].username,
        "first_day": days[0],
        "last_day": days[1],
    }
    with office.visit("manager") as client:
        assert client.post("/delegations", data=given | {"form_token": form_token(client)}).status_code == 303
        return client.get("/delegations").text


def test_a_deputy_sees_what_was_handed_over_before_the_term_begins(office: Office, runtime: Runtime) -> None:
    with office.visit("binh") as deputy:
        assert deputy.get("/delegations").status_code == 404
    lend(office, runtime, 1, 2)
    with office.visit("binh") as deputy:
        shown = deputy.get("/delegations")
        assert shown.status_code == 200
        assert "Lãnh đạo đơn vị (P1) của" in text_of(shown.text)
        assert "Đồng chí đã ủy quyền" not in shown.text
        assert deputy.get("/directory/people/CUC").status_code == 404, "it opens nothing yet"


def test_a_borrowed_role_is_not_offered(office: Office, runtime: Runtime) -> None:
    assert '<option value="manager">' in lend(office, runtime, 0, 1)
    with office.visit("binh") as deputy:
        shown = deputy.get("/delegations").text
        assert "Đồng chí được ủy quyền" in shown
        assert "<option" not in shown


@pytest.mark.parametrize("page_of", ["manager", "binh"])
def test_an_administrator_takes_a_delegation_back(office: Office, runtime: Runtime, page_of: str) -> None:
    lend(office, runtime, 0, 1)
    address = f"/accounts/of/{office.people[page_of].username}"
    with office.visit("administrator") as administrator:
        found = re.search(r'name="delegation_id" value="(\d+)"', administrator.get(address).text)
        assert found
        sent = {"delegation_id": found[1], "form_token": form_token(administrator)}
        assert administrator.post(f"{address}/delegations/end", data=sent).headers["location"] == address
        assert "delegation_id" not in administrator.get(address).text
    with office.visit("binh") as deputy:
        assert deputy.get("/delegations").status_code == 404
    with office.visit("manager") as manager:
        sent = {"delegation_id": found[1], "form_token": form_token(manager)}
        assert manager.post(f"{address}/delegations/end", data=sent).status_code == 404
