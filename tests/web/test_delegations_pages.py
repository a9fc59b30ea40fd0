import re

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
        assert "Đang ủy quyền cho người khác" in administrator.get(f"/accounts/of/{lender}").text
    with office.visit("manager") as client:
        found = re.search(r'name="delegation_id" value="(\d+)"', shown)
        assert found
        client.post("/delegations/end", data={"delegation_id": found[1], "form_token": form_token(client)})
        assert "Chưa ủy quyền cho ai" in client.get("/delegations").text
    with office.visit("binh") as deputy:
        assert deputy.get("/directory/people/CUC").status_code == 404
