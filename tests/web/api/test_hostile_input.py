"""Whatever a caller sends, the answer is never a failure of ours: every operation, every parameter, nasty values."""

import itertools
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from service.domain.errors import BadCursor
from service.domain.roles import Role
from service.runtime import Runtime
from service.store.grants import Grant, add_grant
from service.web.api.shapes import BIGGEST_ID, read_cursor, write_cursor
from tests.makers import LONG_AGO, make_account
from tests.web.api.conftest import PASSWORD, PREFIX, Caller, Office
from tests.web.conftest import form_token, sign_in

NASTY = (
    "",
    "a\x00b",
    "-1",
    "9" * 30,
    "' OR 1=1 --",
    "\u202e\ufeff\u2028%",
    "ệ" * 3_000,
    "9999-12-31T23:59:59Z",
    "WzFd",
)
PLAIN = {"person_code": "C", "username": "spare", "role": "manager", "unit": "P1"}
# JSON can spell what no UTF-8 text holds.
LONE_SURROGATE = "\\ud800"


@pytest.fixture
def everybody(client: TestClient, office: Office, runtime: Runtime) -> Caller:
    """A caller with every role and a session, so that no refusal hides what lies behind it."""
    with runtime.sessions.begin() as session:
        account_id = make_account(session, office.people["driver"], username="everybody", password=PASSWORD)
        for role in set(Role) - {Role.EMPLOYEE}:
            add_grant(session, account_id, Grant(role, office.units["SO"], LONG_AGO, None), granted_by=None)
    sign_in(client, "everybody", PASSWORD)
    return Caller(client, form_token=form_token(client))


Operation = tuple[str, str, dict[str, Any]]


def operations(app: FastAPI) -> Iterator[Operation]:
    for path, methods in app.openapi()["paths"].items():
        if path.startswith(PREFIX):
            for method, described in methods.items():
                yield method.upper(), path.removeprefix(PREFIX), described


def filled(path: str, described: dict[str, Any], place: str = "", value: str = "1") -> str:
    """The path with `value` in one place and, in the others, what is in the office."""
    for parameter in described.get("parameters", ()):
        if parameter["in"] == "path":
            name = parameter["name"]
            chosen = value if name == place else PLAIN.get(name, "1")
            path = path.replace(f"{{{name}}}", quote(chosen, safe="") or "%20")
    return path


def test_no_path_or_query_value_makes_us_fail(app: FastAPI, everybody: Caller) -> None:
    failed = [
        (method, path, parameter["name"], value, answer.status_code)
        for method, path, described in operations(app)
        for parameter in described.get("parameters", ())
        if parameter["in"] in {"path", "query"}
        for value in NASTY
        for answer in [ask(everybody, method, path, described, parameter, value)]
        if answer.is_server_error
    ]
    assert failed == []


def ask(
    caller: Caller, method: str, path: str, described: dict[str, Any], parameter: dict[str, Any], value: str
) -> Any:
    if parameter["in"] == "path":
        return caller.request(method, filled(path, described, parameter["name"], value), json={})
    return caller.request(method, filled(path, described), params={parameter["name"]: value})


def test_no_json_body_makes_us_fail(app: FastAPI, everybody: Caller) -> None:
    spelled = (*map(json.dumps, NASTY), f'"{LONE_SURROGATE}"', "[]", "{}", "1e400", "9" * 30, "null")
    failed = [
        (method, path, name, value)
        for method, path, described in operations(app)
        for name, others in body_fields(app, described)
        for value in spelled
        for answer in [
            everybody.request(
                method,
                filled(path, described),
                content=f'{{"{name}": {value}{others}}}'.encode(),
                headers={"Content-Type": "application/json"},
            )
        ]
        if answer.is_server_error
    ]
    assert failed == []


def body_fields(app: FastAPI, described: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each field of a JSON body, and the other ones with plain values, as JSON."""
    content = described.get("requestBody", {}).get("content", {}).get("application/json")
    if content is not None:
        schema = app.openapi()["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]["properties"]
        for name in schema:
            others = (
                f', "{other}": {json.dumps(plain(other, kind))}' for other, kind in schema.items() if other != name
            )
            yield name, "".join(others)


def plain(name: str, schema: dict[str, Any]) -> object:
    if schema.get("format") == "date":
        return "2018-03-01"
    if schema.get("type") == "integer":
        return 1
    return PLAIN.get(name, "mot mat khau dai" if schema.get("type") == "string" else None)


def test_no_field_of_a_posting_makes_us_fail(app: FastAPI, everybody: Caller) -> None:
    posting = next(described for method, path, described in operations(app) if (method, path) == ("POST", "/documents"))
    names = posting["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]
    failed = []
    for name in names:
        for value in NASTY:
            form = {"title": "Văn bản thử", "type": "CV", "to": "person:C", name: value}
            answer = everybody.post("/documents", files={part: (None, text) for part, text in form.items()})
            if answer.is_server_error:
                failed.append((name, value))
    assert failed == []


BROKEN_FORMS = (
    b"",
    b"--b",
    b"--b--\r\n",
    b"--b\r\n\r\n",
    b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n",
    b'--b\r\nContent-Disposition: form-data; name="\xff\xfe"\r\n\r\n\xff\r\n--b--\r\n',
    b'--b\r\nContent-Disposition: form-data; name="files"; filename="\xff\xfe"\r\n\r\nx',
    b'--b\r\nContent-Disposition: form-data; name="title"; filename="a"\r\n\r\nx\r\n--b--\r\n',
    b"x" * 10_000,
)


def test_no_broken_form_makes_us_fail(everybody: Caller) -> None:
    kinds = ("multipart/form-data; boundary=b", "multipart/form-data", "text/plain")
    for path, kind, body in itertools.product(("/documents", "/directory/import"), kinds, BROKEN_FORMS):
        answer = everybody.post(path, content=body, headers={"Content-Type": kind})
        assert 400 <= answer.status_code < 500, (path, kind, body)
        assert answer.headers["content-type"] == "application/problem+json"


@given(cursor=st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_a_cursor_is_read_or_refused(cursor: str) -> None:
    try:
        place = read_cursor(cursor)
    except BadCursor:
        return
    assert place is not None
    assert 0 < place <= BIGGEST_ID


@given(place=st.integers(1, BIGGEST_ID))
def test_a_cursor_leads_back_to_its_place(place: int) -> None:
    assert read_cursor(write_cursor(place)) == place


@given(search=st.text(max_size=30), unit=st.text(max_size=5))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_words_may_be_searched_for(everybody: Caller, search: str, unit: str) -> None:
    answer = everybody.get("/people", params={"search": search, "unit": unit})
    assert answer.status_code in {200, 422}
