"""The role table of the office, held against every endpoint: what one may not see does not exist."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from service.actions.ask import ask
from service.actions.issue_report import issue_report
from service.actions.print_sheet import print_sheet
from service.domain.inquiries import Kind
from service.domain.roles import OPERATOR, Role
from service.runtime import Runtime
from service.store.delegations import add_delegation
from service.store.grants import Grant
from service.store.tables import role_grants
from tests.fakes import OFFICE_ZONE
from tests.makers import make_actor
from tests.web.api.conftest import PREFIX, Caller, Office

SECRETARIAT = frozenset({"secretariat"})
READERS = frozenset({"secretariat", "leadership", "auditor"})
READ_DOCUMENTS = frozenset({"secretariat", "leadership"})
WITH_MANAGER = READERS | {"manager"}
EVERYBODY = WITH_MANAGER | {"administrator", "employee", "stranger"}
ADMINISTRATOR = frozenset({"administrator"})
AUDITOR = frozenset({"auditor"})
LETS_IN = SECRETARIAT | ADMINISTRATOR
SEES_STATUS = READERS | {"administrator"}
IMPORT = "code,name,parent_code\nSO,Sở Thử nghiệm,\n".encode()


@dataclass(frozen=True)
class Endpoint:
    """`allowed` get `success`, nobody 401, everybody else 404; by token all get 403 where a session is needed."""

    method: str
    path: str
    allowed: frozenset[str]
    success: int = 200
    body: dict[str, object] = field(default_factory=dict)
    needs_session: bool = False

    def expected(self, who: str) -> int:
        if who == "nobody":
            return 401
        if self.needs_session:
            return 403
        return self.success if who in self.allowed else 404

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


FORM = {"title": (None, "Văn bản thử"), "type": (None, "CV"), "to": (None, "all")}
ABSENCE = {"first_day": "2018-03-01", "last_day": "2018-03-02", "reason": "nghỉ phép"}
NEW_ADMINISTRATOR = {"username": "quantri2", "display_name": "Quản trị Hai", "password": "mot mat khau dai"}
TODAY = datetime.now(OFFICE_ZONE).date().isoformat()
WORD = {"confirmed_on": TODAY, "note": "gặp trực tiếp"}
SIGNED = {"data": {"person": "D", "day": TODAY}, "files": {"files": ("quet.pdf", b"%PDF-1.7")}}
REASON = {"reason": "đi học"}
ADDED = {"person_code": "E", "reason": "phụ trách thay"}
REPLACEMENT = {"replaces": (None, "1"), "note": (None, "sai ngày"), "body": (None, "Văn bản mới")}
DELEGATION = {"username": "stranger", "role": "secretariat", "first_day": "2998-01-01", "last_day": "2999-01-01"}
ENDPOINTS = (
    Endpoint("POST", "/documents", SECRETARIAT, 202, {"files": FORM}),
    Endpoint("GET", "/documents/{document}", READ_DOCUMENTS),
    Endpoint("GET", "/documents/{document}/files/{file}", READ_DOCUMENTS),
    Endpoint("GET", "/audience?to=all", SECRETARIAT),
    Endpoint("GET", "/distributions", WITH_MANAGER),
    Endpoint("GET", "/distributions/{own}", WITH_MANAGER),
    Endpoint("GET", "/distributions/{other}", READERS),
    Endpoint("GET", "/distributions/{own}/recipients", WITH_MANAGER),
    Endpoint("GET", "/distributions/{other}/recipients", READERS),
    Endpoint("GET", "/distributions/{own}/recipients/C", WITH_MANAGER),
    Endpoint("GET", "/distributions/{other}/recipients/E", READERS),
    Endpoint("GET", "/distributions/{own}/recipients/C/attempts", WITH_MANAGER),
    Endpoint("GET", "/distributions/{other}/recipients/E/attempts", READERS),
    Endpoint("GET", "/distributions/{own}/report", WITH_MANAGER),
    Endpoint("GET", "/distributions/{other}/report", READERS),
    Endpoint("GET", "/distributions/{own}/outstanding", WITH_MANAGER),
    Endpoint("GET", "/distributions/{other}/outstanding", READERS),
    Endpoint("GET", "/distributions/{own}/confirmations", WITH_MANAGER),
    Endpoint("GET", "/distributions/{other}/confirmations", READERS),
    Endpoint("GET", "/distributions/{own}/report.csv", WITH_MANAGER),
    Endpoint("GET", "/distributions/{other}/report.csv", READERS),
    Endpoint("POST", "/distributions/{other}/nudge", SECRETARIAT),
    Endpoint("POST", "/distributions/{own}/recipients/C/exemption", SECRETARIAT | {"manager"}, 204, {"json": REASON}),
    Endpoint("POST", "/distributions/{other}/recipients/E/exemption", SECRETARIAT, 204, {"json": REASON}),
    Endpoint("DELETE", "/distributions/{other}/recipients/E/exemption", SECRETARIAT, 204),
    Endpoint("GET", "/distributions/{own}/changes", WITH_MANAGER),
    Endpoint("GET", "/distributions/{other}/changes", READERS),
    Endpoint("POST", "/distributions/{own}/recipients", SECRETARIAT, 204, {"json": ADDED}),
    Endpoint("PUT", "/distributions/{own}/joiners", SECRETARIAT, 204, {"json": {"adds_joiners": True}}),
    Endpoint("POST", "/distributions/{own}/sheets", SECRETARIAT | {"manager"}, 201, {"json": {"unit": "P1"}}),
    Endpoint("POST", "/distributions/{other}/sheets", SECRETARIAT, 201, {"json": {}}),
    Endpoint("GET", "/distributions/{own}/sheets", SECRETARIAT | {"manager"}),
    Endpoint("GET", "/distributions/{other}/sheets", SECRETARIAT),
    Endpoint("GET", "/sheets/{sheet}", SECRETARIAT | {"manager"}),
    Endpoint("GET", "/sheets/{sheet}/pdf", SECRETARIAT | {"manager"}),
    Endpoint("GET", "/inquiries", READ_DOCUMENTS | {"manager"}),
    Endpoint("POST", "/inquiries/{inquiry}/answer", SECRETARIAT, 204, {"json": {"answer": "Đã rõ."}}),
    Endpoint("GET", "/distributions/{own}/report/issued", READERS),
    Endpoint("POST", "/distributions/{own}/report/issued", READ_DOCUMENTS, 201),
    Endpoint("GET", "/distributions/{own}/report/issued/{report}", READERS),
    Endpoint("GET", "/distributions/{own}/reminders", WITH_MANAGER),
    Endpoint("GET", "/distributions/{other}/reminders", READERS),
    Endpoint("POST", "/sheets/{sheet}/signatures", SECRETARIAT | {"manager"}, 200, SIGNED, needs_session=True),
    Endpoint(
        "POST",
        "/distributions/{other}/recipients/E/entered-for",
        SECRETARIAT,
        204,
        {"json": WORD},
        needs_session=True,
    ),
    Endpoint("GET", "/distributions/{own}/corrections", WITH_MANAGER),
    Endpoint("GET", "/distributions/{other}/corrections", READERS),
    Endpoint("POST", "/distributions/{other}/errata", SECRETARIAT, 201, {"json": {"note": "05/3 thành 06/3"}}),
    Endpoint("POST", "/distributions/{other}/replacement", SECRETARIAT, 201, {"files": REPLACEMENT}),
    Endpoint("POST", "/distributions/{other}/recall", SECRETARIAT, 204, {"json": {"reason": "ban hành nhầm"}}),
    Endpoint("GET", "/me", EVERYBODY),
    Endpoint("GET", "/units", LETS_IN | {"manager"}),
    Endpoint("GET", "/people", LETS_IN | {"manager"}),
    Endpoint("GET", "/people/C", LETS_IN | {"manager"}),
    Endpoint("GET", "/people/E", LETS_IN),
    Endpoint("POST", "/directory/import?dry_run=true", SECRETARIAT, 200, {"files": {"file": ("u.csv", IMPORT)}}),
    Endpoint("POST", "/people/C/absences", SECRETARIAT | {"manager"}, 204, {"json": ABSENCE}),
    Endpoint("POST", "/people/E/absences", SECRETARIAT, 204, {"json": ABSENCE}),
    Endpoint("GET", "/people/C/absences", SECRETARIAT | {"manager"}),
    Endpoint("GET", "/people/E/absences", SECRETARIAT),
    Endpoint("DELETE", "/people/E/absences/2", SECRETARIAT, 204),
    Endpoint("GET", "/calendar?year=2026", EVERYBODY),
    Endpoint("PUT", "/calendar/2026-12-31", SECRETARIAT, 204, {"json": {"is_working": False, "note": "Nghỉ bù"}}),
    Endpoint("DELETE", "/calendar/2026-12-31", SECRETARIAT, 204),
    Endpoint("GET", "/delegations", EVERYBODY),
    Endpoint("POST", "/delegations", SECRETARIAT, 204, {"json": DELEGATION}),
    Endpoint("DELETE", "/delegations/{delegation}", ADMINISTRATOR, 204),
    Endpoint("GET", "/accounts", LETS_IN),
    Endpoint("POST", "/accounts", ADMINISTRATOR, 201, {"json": {"person_code": "D"}}),
    Endpoint("POST", "/accounts/administrators", ADMINISTRATOR, 201, {"json": NEW_ADMINISTRATOR}),
    Endpoint("POST", "/accounts/letters", LETS_IN, 200, {"json": {"unit": "P1"}}),
    Endpoint("POST", "/accounts/slips", LETS_IN, 200, {"json": {"codes": ["C"]}}),
    Endpoint("GET", "/accounts/spare", ADMINISTRATOR),
    Endpoint("PUT", "/accounts/spare/password", ADMINISTRATOR, 204, {"json": {"password": "mot mat khau moi"}}),
    Endpoint("POST", "/accounts/spare/roles", ADMINISTRATOR, 204, {"json": {"role": "manager", "unit": "P1"}}),
    Endpoint("DELETE", "/accounts/spare/roles/auditor", ADMINISTRATOR, 204),
    Endpoint("GET", "/tokens", ADMINISTRATOR),
    Endpoint("POST", "/tokens", ADMINISTRATOR, 201, {"json": {"username": "spare", "label": "sổ văn bản"}}),
    Endpoint("DELETE", "/tokens/{token}", ADMINISTRATOR, 204),
    Endpoint("GET", "/evidence", AUDITOR),
    Endpoint("GET", "/evidence/chain", AUDITOR),
    Endpoint("GET", "/status", SEES_STATUS),
    # Last, because nothing of the spare account is left behind it.
    Endpoint("DELETE", "/accounts/spare", ADMINISTRATOR, 204),
)
# These take a person's own session, so every bearer of a token gets 403: see test_inbox.
SESSION_ONLY = (
    "/me/history",
    "/me/records",
    "/inbox",
    "/inbox/{distribution_id}",
    "/inbox/{distribution_id}/files/{file_id}",
    "/inbox/{distribution_id}/open",
    "/inbox/{distribution_id}/acknowledge",
    "/inbox/{distribution_id}/confirm-recall",
    "/inbox/{distribution_id}/inquiries",
)


def lend_by_nobody_who_calls(runtime: Runtime, office: Office) -> int:
    """A delegation whose lender does not hold the role, so that it gives nobody anything."""
    spare, now = office.accounts["spare"], runtime.clock()
    with runtime.sessions.begin() as session:
        grant = Grant(Role.SECRETARIAT, None, now, now + timedelta(days=1))
        add_delegation(session, spare, office.accounts["stranger"], grant)
        made: int = session.execute(select(role_grants.c.id).where(role_grants.c.delegated_by == spare)).scalar_one()
    return made


@pytest.fixture
def at(runtime: Runtime, office: Office, secretariat: Caller) -> Callable[[str], str]:
    """Fills the names in a path by what is in the office."""
    document = office.to_room.document_id
    file = secretariat.get(f"/documents/{document}").json()["files"][0]["id"]
    own, other = office.to_room.distribution_id, office.to_other.distribution_id
    sheet = print_sheet(runtime, OPERATOR, own, "P1")

    asker = make_actor(person_id=office.people["junior"])
    names = {
        "document": document,
        "file": file,
        "own": own,
        "other": other,
        "sheet": sheet,
        "inquiry": ask(runtime, asker, own, Kind.QUESTION, "Ai chủ trì?"),
        "token": office.tokens["spare"],
        "report": issue_report(runtime, OPERATOR, own),
        "delegation": lend_by_nobody_who_calls(runtime, office),
    }

    def fill(path: str) -> str:
        return path.format(**names)

    return fill


def test_each_role_gets_what_is_its_own_and_nothing_else(callers: dict[str, Caller], at: Callable[[str], str]) -> None:
    wrong = []
    for endpoint in ENDPOINTS:
        for name, caller in callers.items():
            answer = caller.request(endpoint.method, at(endpoint.path), **endpoint.body)
            expected = endpoint.expected(name)
            is_problem = answer.headers.get("content-type") == "application/problem+json"
            if answer.status_code != expected or answer.is_error != is_problem:
                wrong.append(f"{endpoint}: {name} got {answer.status_code} instead of {expected}")
    assert wrong == []


def test_the_table_names_every_endpoint(app: FastAPI) -> None:
    tried = {(endpoint.method, PREFIX + endpoint.path.partition("?")[0]) for endpoint in ENDPOINTS}
    untried = [
        f"{method} {path}"
        for method, path in operations(app)
        if path.removeprefix(PREFIX) not in SESSION_ONLY
        and not any(method == known and re.fullmatch(pattern(path), place) for known, place in tried)
    ]
    assert untried == []


def operations(app: FastAPI) -> Iterator[tuple[str, str]]:
    for path, methods in app.openapi()["paths"].items():
        if path.startswith(PREFIX):
            yield from ((method.upper(), path) for method in methods)


def pattern(path: str) -> str:
    return re.sub(r"\{[\w:]+\}", "[^/]+", path)
