"""An office for the API: two rooms, one of them with a sub-room, and an account for every role with a bearer token."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from service.actions.deliver import deliver_due
from service.actions.list_recipients import list_recipients
from service.actions.post_document import Posted, post_document
from service.domain.credentials import digest
from service.domain.documents import NewFile
from service.domain.roles import OPERATOR, Role
from service.runtime import Runtime
from service.store.grants import Grant, add_grant
from service.store.sessions import add_token
from tests.makers import LONG_AGO, make_account, make_person, make_posting, make_unit

PREFIX = "/api/v1"
PASSWORD = "mat khau de thu 1"


@dataclass(frozen=True)
class Office:
    """`to_room` was posted to P1 (clerk B, junior C of its sub-room, driver D without a mailbox), `to_other` to P2 (E).

    `tokens` are the ids of a bearer token of each account; the account `spare` calls nobody.
    """

    units: Mapping[str, int]
    people: Mapping[str, int]
    accounts: Mapping[str, int]
    tokens: Mapping[str, int]
    to_room: Posted
    to_other: Posted


@dataclass(frozen=True)
class Caller:
    """Calls the API with a bearer token, or by the session of the client with its form token, or as nobody."""

    client: TestClient
    token: str = ""
    form_token: str = ""

    def request(self, method: str, path: str, **kwargs: object) -> Response:
        bearer = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        ours = {"X-Form-Token": self.form_token} if self.form_token else {}
        headers = {**bearer, **ours, **kwargs.pop("headers", {})}  # type: ignore[dict-item]  # a test's own headers
        return self.client.request(method, PREFIX + path, headers=headers, **kwargs)  # type: ignore[arg-type]  # passed on

    def get(self, path: str, **kwargs: object) -> Response:
        return self.request("GET", path, **kwargs)

    def post(self, path: str, **kwargs: object) -> Response:
        return self.request("POST", path, **kwargs)

    def put(self, path: str, **kwargs: object) -> Response:
        return self.request("PUT", path, **kwargs)

    def delete(self, path: str) -> Response:
        return self.request("DELETE", path)


ROLES: Mapping[str, Role] = {
    "secretariat": Role.SECRETARIAT,
    "leadership": Role.LEADERSHIP,
    "auditor": Role.AUDITOR,
    "administrator": Role.ADMINISTRATOR,
    "manager": Role.MANAGER,
    "spare": Role.AUDITOR,
}


@pytest.fixture
def office(runtime: Runtime) -> Office:
    with runtime.sessions.begin() as session:
        top = make_unit(session, code="SO", name="Sở Thử nghiệm")
        room = make_unit(session, code="P1", name="Phòng Một", parent=top, position=1)
        sub = make_unit(session, code="P1A", name="Tổ Một A", parent=room)
        other = make_unit(session, code="P2", name="Phòng Hai", parent=top, position=2)
        people = {
            "lead": make_person(session, top, code="A", given_name="An", position="Giám đốc"),
            "clerk": make_person(session, room, code="B", given_name="Bình", position="Trưởng phòng"),
            "junior": make_person(session, sub, code="C", given_name="Chi"),
            "driver": make_person(session, room, code="D", given_name="Dũng", email=None),
            "stranger": make_person(session, other, code="E", given_name="Em"),
        }
        accounts = {
            name: make_account(session, people.get(person), username=name, password=PASSWORD)
            for name, person in {
                "secretariat": "",
                "leadership": "lead",
                "auditor": "",
                "administrator": "",
                "manager": "clerk",
                "employee": "junior",
                "stranger": "stranger",
                "spare": "",
            }.items()
        }
        for name, role in ROLES.items():
            own_unit = room if role is Role.MANAGER else None
            add_grant(session, accounts[name], Grant(role, own_unit, LONG_AGO, None), granted_by=None)
        tokens = {
            name: add_token(session, account_id, "kiểm thử", digest(f"token of {name}"), LONG_AGO)
            for name, account_id in accounts.items()
        }
    attached = NewFile("ke hoach.pdf", "application/pdf", b"%PDF-1.7 thu")
    posting = make_posting(audience="unit:P1", files=(attached,))
    to_room = post_document(runtime, OPERATOR, posting)
    to_other = post_document(runtime, OPERATOR, make_posting(audience="unit:P2", number="13/KH-SKHCN"))
    list_recipients(runtime)
    deliver_due(runtime)
    units = {"SO": top, "P1": room, "P1A": sub, "P2": other}
    return Office(units, people, accounts, tokens, to_room, to_other)


@pytest.fixture
def callers(client: TestClient, office: Office) -> dict[str, Caller]:
    """One a role, each with a token of its own, and `nobody`."""
    known = {name: Caller(client, f"token of {name}") for name in office.accounts if name != "spare"}
    return {**known, "nobody": Caller(client)}


@pytest.fixture
def secretariat(callers: dict[str, Caller]) -> Caller:
    return callers["secretariat"]
