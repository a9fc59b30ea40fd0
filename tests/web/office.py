"""One office with everybody of the role table in it, and what each of them gets to see."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.testclient import TestClient

from service.domain.roles import Role
from service.runtime import Runtime
from service.store.grants import Grant, add_grant
from tests.makers import LONG_AGO, make_unit
from tests.web.conftest import Employee, browser, form_token, make_employee, sign_in

EVERYBODY = frozenset({"employee", "manager", "secretariat", "leadership", "auditor", "administrator"})
OFFICE_WIDE = frozenset({"secretariat", "leadership", "auditor"})


@dataclass(frozen=True)
class Office:
    """Phòng Một, with Tổ Một A below it, belongs to the manager; Phòng Hai does not.

    Bình works in Phòng Một, Cúc in Tổ Một A, Dũng, who has no mailbox, in Phòng Hai. Everybody else, who is named by
    their role, is in Văn phòng.
    """

    app: FastAPI
    runtime: Runtime
    units: dict[str, int]
    people: dict[str, Employee]

    @contextmanager
    def visit(self, who: str) -> Iterator[TestClient]:
        """A browser in which this person is signed in."""
        with browser(self.app) as client:
            sign_in(client, self.people[who].username)
            yield client

    def seen_by(self, path: str) -> set[str]:
        """The roles that get to see a page; for all others it must not exist."""
        answers = {}
        for role in EVERYBODY:
            with self.visit(role) as client:
                answers[role] = client.get(path).status_code
        assert set(answers.values()) <= {200, 404}, answers
        return {role for role, status in answers.items() if status == 200}

    def done_by(self, path: str, fields: dict[str, str]) -> set[str]:
        """The roles whose form is taken, or refused for what it says; for all others there is no such form."""
        answers = {}
        for role in EVERYBODY:
            with self.visit(role) as client:
                answers[role] = client.post(path, data={**fields, "form_token": form_token(client)}).status_code
        return {role for role, status in answers.items() if status != 404}


def make_office(app: FastAPI, runtime: Runtime) -> Office:
    with runtime.sessions.begin() as session:
        top = make_unit(session, code="SO", name="Sở Thử nghiệm")
        one = make_unit(session, code="P1", name="Phòng Một", parent=top, position=2)
        units = {
            "SO": top,
            "VP": make_unit(session, code="VP", name="Văn phòng", parent=top, position=1),
            "P1": one,
            "P1A": make_unit(session, code="P1A", name="Tổ Một A", parent=one),
            "P2": make_unit(session, code="P2", name="Phòng Hai", parent=top, position=3),
        }
    people = {role: make_employee(runtime, units["VP"], code=role.upper(), given_name=role) for role in EVERYBODY}
    people |= {
        "binh": make_employee(runtime, units["P1"], code="BINH", family_name="Trần Văn", given_name="Bình"),
        "cuc": make_employee(runtime, units["P1A"], code="CUC", family_name="Lê Thị", given_name="Cúc"),
        "dung": make_employee(
            runtime,
            units["P2"],
            code="DUNG",
            family_name="Đặng",
            given_name="Dũng",
            staff_class="nguoi-lao-dong",
            email=None,
        ),
    }
    with runtime.sessions.begin() as session:
        for role in EVERYBODY - {"employee"}:
            unit_id = units["P1"] if role == "manager" else None
            add_grant(session, people[role].account_id, Grant(Role(role), unit_id, LONG_AGO, None), None)
    return Office(app, runtime, units, people)


def text_of(html: str) -> str:
    """What a reader sees of a page, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
