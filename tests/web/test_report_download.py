"""A long table on its way: in few pieces, and nothing is kept when its reader is gone."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import cast

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, QueuePool, insert
from starlette.types import Message, Scope

from service.domain.credentials import digest
from service.domain.roles import Role
from service.runtime import Runtime
from service.store.grants import Grant, add_grant
from service.store.sessions import add_token
from service.store.tables import sign_ins
from service.web.downloads import Stream
from tests.loops import run
from tests.makers import LONG_AGO, make_account, make_crowd, make_unit
from tests.web.conftest import browser, make_employee, send, sign_in

PEOPLE = 3_000
TOKEN = "token of the auditor"
BEARER = (b"authorization", b"Bearer " + TOKEN.encode())

HTTP: Scope = {"type": "http", "asgi": {"spec_version": "2.3"}, "method": "GET", "path": "/"}


@pytest.fixture
def distribution(runtime: Runtime) -> int:
    with runtime.sessions.begin() as session:
        make_crowd(session, make_unit(session), PEOPLE)
        auditor = make_account(session)
        add_grant(session, auditor, Grant(Role.AUDITOR, None, LONG_AGO, None), granted_by=None)
        add_token(session, auditor, "kiểm thử", digest(TOKEN), LONG_AGO)
    return send(runtime, "all")


class Client:
    """Asks for the table as a server does for its client, who goes away after `pieces` of the answer."""

    def __init__(self, path: str, pieces: int | None = None, proof: tuple[bytes, bytes] = BEARER) -> None:
        self.answers: list[Message] = []
        self._leaves_after = pieces
        self._asked = False
        self._gone = asyncio.Event()
        self._scope: Scope = {
            **HTTP,
            "http_version": "1.1",
            "scheme": "https",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(b"host", b"testserver"), proof],
            "client": ("192.0.2.7", 4711),
            "server": ("testserver", 443),
        }

    async def ask(self, app: FastAPI) -> None:
        await app(self._scope, self._receive, self._send)

    @property
    def pieces(self) -> list[bytes]:
        return [answer["body"] for answer in self.answers if answer.get("body")]

    async def _receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        self.answers.append(message)
        if len(self.pieces) == self._leaves_after:
            self._gone.set()


def connections_in_use(runtime: Runtime) -> int:
    engine: Engine = runtime.sessions.kw["bind"]
    return cast(QueuePool, engine.pool).checkedout()


def test_a_long_table_comes_whole_and_in_few_pieces(app: FastAPI, runtime: Runtime, distribution: int) -> None:
    client = Client(f"/api/v1/distributions/{distribution}/report.csv")
    run(client.ask(app))
    lines = b"".join(client.pieces).decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + 1 + 1 + PEOPLE
    assert 2 <= len(client.pieces) <= 50
    assert client.answers[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
    assert connections_in_use(runtime) == 0


def test_a_reader_who_goes_away_leaves_no_connection_behind(app: FastAPI, runtime: Runtime, distribution: int) -> None:
    client = Client(f"/api/v1/distributions/{distribution}/report.csv", pieces=1)
    run(client.ask(app))
    assert client.answers[-1].get("more_body"), "the answer was broken off"
    assert connections_in_use(runtime) == 0


@pytest.mark.parametrize("path", ["/me/records.json", "/api/v1/me/records", "/me/records.zip"])
def test_nor_does_who_goes_away_while_taking_the_own_records(app: FastAPI, runtime: Runtime, path: str) -> None:
    someone = make_employee(runtime)
    signed_in = [{"person_id": someone.person_id, "signed_in_at": at} for at in moments(PEOPLE)]
    with runtime.sessions.begin() as session:
        session.execute(insert(sign_ins), signed_in)
    with browser(app) as client:
        sign_in(client, someone.username)
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    reader = Client(path, pieces=1, proof=(b"cookie", cookie.encode()))
    run(reader.ask(app))
    assert reader.answers[0]["status"] == 200
    assert connections_in_use(runtime) == 0


def moments(count: int) -> Iterator[datetime]:
    return (LONG_AGO + timedelta(minutes=number) for number in range(count))


async def nobody_goes_away() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


def test_a_reader_who_takes_nothing_more_is_left_after_a_while() -> None:
    closed = []

    async def stalled(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    stream = Stream(iter(["a", "b"]), close=lambda: closed.append(True), headers={}, patience=0.01)
    with pytest.raises(TimeoutError):
        run(stream(HTTP, nobody_goes_away, stalled))
    assert closed == [True]


def test_a_source_that_fails_is_closed_and_the_answer_not_ended() -> None:
    closed, sent = [], []

    def failing() -> Iterator[str]:
        yield "a"
        raise ConnectionError

    async def take(message: Message) -> None:
        sent.append(message)

    stream = Stream(failing(), close=lambda: closed.append(True), headers={})
    with pytest.raises(ConnectionError):
        run(stream(HTTP, nobody_goes_away, take))
    assert closed == [True]
    assert sent[-1]["more_body"], "a client that counts on the last piece sees that it is missing"
