"""A real SMTP server that misbehaves on request: replies, silences and breaks at any phase, and all it heard.

    with ScriptedSmtp() as server:
        server.answer("RCPT", "550 5.1.1 no such mailbox", to="lan@donvi.example")
        server.answer("DOT", DROP, times=1)
        ...  # send to server.url
        assert [mail.recipient for mail in server.mails] == [...]

It lives in a thread of its own, so the processes of a journey can use it too. Phases in order: GREETING, EHLO, HELO,
STARTTLS, AUTH, MAIL, RCPT, DATA, BODY (when the first octets of a message have come), DOT, RSET, NOOP, QUIT.
"""

import asyncio
import base64
import contextlib
import itertools
import ssl
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import Self


class Fault(Enum):
    DROP = "breaks the connection without a word"
    STALL = "says nothing, ever"


DROP, STALL = Fault.DROP, Fault.STALL


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply line, or raw octets of any shape, `after` so many seconds; `then` comes right behind it."""

    line: str | bytes
    then: Fault | None = None
    after: float = 0


@dataclass(frozen=True, slots=True)
class Mail:
    """What was taken with 250: the parameters of MAIL and RCPT behind the addresses, and the message as sent."""

    sender: str
    mail_parameters: str
    recipient: str
    rcpt_parameters: str
    content: bytes
    session: int
    tls: bool


@dataclass(slots=True)
class _Rule:
    phase: str
    reply: Reply | Fault
    to: str | None
    left: float

    def matches(self, phase: str, recipient: str) -> bool:
        return self.phase == phase and self.left > 0 and self.to in {None, recipient}


@dataclass(slots=True)
class _Session:
    number: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    tls: bool = False
    signed_in: bool = False
    sender: str = ""
    mail_parameters: str = ""
    recipient: str = ""
    rcpt_parameters: str = ""


class _SessionOver(Exception):  # noqa: N818 - the ordinary end of a session
    pass


_DEFAULTS: Mapping[str, str] = {
    "GREETING": "220 scripted.example ESMTP",
    "HELO": "250 scripted.example",
    "MAIL": "250 2.1.0 sender noted",
    "RCPT": "250 2.1.5 recipient noted",
    "DATA": "354 go on",
    "DOT": "250 2.0.0 taken",
    "RSET": "250 2.0.0 reset",
    "NOOP": "250 2.0.0 here",
    "QUIT": "221 2.0.0 bye",
}


@dataclass(slots=True)
class ScriptedSmtp:
    """`login` asks sessions for user and password. `tls` offers STARTTLS; with `implicit_tls` it is spoken at once."""

    extensions: tuple[str, ...] = ("PIPELINING", "SIZE 52428800", "8BITMIME", "DSN", "ENHANCEDSTATUSCODES", "SMTPUTF8")
    login: tuple[str, str] | None = None
    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False
    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    commands: list[tuple[int, str]] = field(default_factory=list)
    _rules: list[_Rule] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _open: set[asyncio.Task[None]] = field(default_factory=set)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _thread: threading.Thread | None = None
    _server: asyncio.Server | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._loop.run_forever, name="scripted-smtp", daemon=True)
        self._thread.start()
        self.listen()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.vanish()
        self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread is not None:
            self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        """Reaches this server in plain, whatever TLS it offers; tests of TLS write their own."""
        return f"smtp://127.0.0.1:{self.port}?tls=none"

    @property
    def sessions(self) -> int:
        """How many connections have been greeted or refused so far."""
        return len({number for number, _ in self.commands})

    def heard(self, verb: str) -> list[str]:
        return [line for _, line in self.commands if line.upper().startswith(verb)]

    def answer(
        self, phase: str, reply: str | bytes | Reply | Fault, *, to: str | None = None, times: float = float("inf")
    ) -> None:
        """From now on, at `phase` (from RCPT on: for this recipient); the oldest answer with times left is given."""
        scripted = reply if isinstance(reply, Reply | Fault) else Reply(reply)
        self._rules.append(_Rule(phase, scripted, to, times))

    def obey(self) -> None:
        """Forget every scripted answer."""
        self._rules.clear()

    def listen(self) -> None:
        """Open the port; the same one after `vanish`."""
        self._await(self._listen())

    def vanish(self) -> None:
        """Close the port and break every session."""
        self._await(self._close())

    def wait_until(self, condition: Callable[["ScriptedSmtp"], bool], seconds: float = 20) -> None:
        ends_at = time.monotonic() + seconds
        while not condition(self):
            if time.monotonic() > ends_at:
                raise AssertionError(f"not so after {seconds} s; {len(self.mails)} mails, {self.commands[-5:]}")
            time.sleep(0.01)

    def _await(self, work: Coroutine[object, object, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    async def _listen(self) -> None:
        context = self.tls if self.implicit_tls else None
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        sessions = list(self._open)
        for session in sessions:
            session.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        session = _Session(next(self._numbers), reader, writer, tls=self.implicit_tls)
        self.commands.append((session.number, "CONNECT"))
        try:
            await self._say("GREETING", session)
            while line := await reader.readline():
                await self._obey_command(line.decode("utf-8", "replace").strip(), session)
        except (_SessionOver, OSError, asyncio.CancelledError):
            pass  # however it ended, there is nothing left to say
        finally:
            self._open.discard(task)
            writer.transport.abort()

    async def _obey_command(self, line: str, session: _Session) -> None:
        self.commands.append((session.number, line))
        verb = line.partition(" ")[0].upper()
        special = {
            "EHLO": self._ehlo,
            "STARTTLS": self._starttls,
            "AUTH": self._auth,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._receive,
        }
        if verb in special:
            await special[verb](line, session)
        elif verb in _DEFAULTS:
            await self._say(verb, session)
        else:
            await self._put(Reply("502 5.5.2 unknown command"), session)
        if verb == "QUIT":
            raise _SessionOver

    async def _ehlo(self, _line: str, session: _Session) -> None:
        offers = ["scripted.example", *self.extensions]
        if self.tls is not None and not session.tls:
            offers.append("STARTTLS")
        if self.login is not None:
            offers.append("AUTH PLAIN")
        lines = [f"250-{offer}" for offer in offers[:-1]] + [f"250 {offers[-1]}"]
        await self._say("EHLO", session, "\r\n".join(lines))

    async def _starttls(self, _line: str, session: _Session) -> None:
        if await self._say("STARTTLS", session, "220 2.0.0 go on") == "220" and self.tls is not None:
            await session.writer.start_tls(self.tls)
            session.tls = True

    async def _auth(self, line: str, session: _Session) -> None:
        expected = base64.b64encode("\0".join(("", *(self.login or ("", "")))).encode()).decode("ascii")
        session.signed_in = line == f"AUTH PLAIN {expected}"
        reply = "235 2.7.0 signed in" if session.signed_in else "535 5.7.8 wrong user or password"
        await self._say("AUTH", session, reply)

    async def _mail(self, line: str, session: _Session) -> None:
        session.sender, session.mail_parameters = _taken_apart(line)
        session.recipient = ""
        if self.login is not None and not session.signed_in:
            await self._put(Reply("530 5.7.0 sign in first"), session)
        else:
            await self._say("MAIL", session)

    async def _rcpt(self, line: str, session: _Session) -> None:
        session.recipient, session.rcpt_parameters = _taken_apart(line)
        await self._say("RCPT", session)

    async def _receive(self, _line: str, session: _Session) -> None:
        if await self._say("DATA", session) != "354":
            return
        lines = [await session.reader.readline()]
        if self._scripted("BODY", session) is not None:
            await self._say("BODY", session)
        while lines[-1] != b".\r\n":
            lines.append(await session.reader.readline())
            if not lines[-1]:
                raise _SessionOver
        content = b"".join(line.removeprefix(b".") for line in lines[:-1])
        if await self._say("DOT", session, keep=content) is None:
            raise _SessionOver

    async def _say(
        self, phase: str, session: _Session, usually: str | None = None, keep: bytes | None = None
    ) -> str | None:
        """Give the scripted or the usual answer; its code. A message is kept before the client hears of its 250."""
        scripted = self._scripted(phase, session)
        if scripted is not None:
            scripted.left -= 1
        answer = scripted.reply if scripted else Reply(usually or _DEFAULTS[phase])
        if isinstance(answer, Fault):
            await self._misbehave(answer)
        assert isinstance(answer, Reply)
        await asyncio.sleep(answer.after)
        line = answer.line if isinstance(answer.line, str) else answer.line.decode("latin-1")
        if keep is not None and line.startswith("250"):
            self._keep(keep, session)
        await self._put(answer, session)
        return line[:3]

    def _scripted(self, phase: str, session: _Session) -> _Rule | None:
        return next((rule for rule in self._rules if rule.matches(phase, session.recipient)), None)

    def _keep(self, content: bytes, session: _Session) -> None:
        self.mails.append(
            Mail(
                sender=session.sender,
                mail_parameters=session.mail_parameters,
                recipient=session.recipient,
                rcpt_parameters=session.rcpt_parameters,
                content=content,
                session=session.number,
                tls=session.tls,
            )
        )

    async def _put(self, reply: Reply, session: _Session) -> None:
        octets = reply.line if isinstance(reply.line, bytes) else f"{reply.line}\r\n".encode()
        session.writer.write(octets)
        with contextlib.suppress(OSError):  # a client that has left hears no reply, and the next read says so
            await session.writer.drain()
        if reply.then is not None:
            await self._misbehave(reply.then)

    async def _misbehave(self, fault: Fault) -> None:
        if fault is Fault.STALL:
            await asyncio.Event().wait()
        raise _SessionOver


def _taken_apart(line: str) -> tuple[str, str]:
    """`MAIL FROM:<a@b> SIZE=1` as `a@b` and `SIZE=1`."""
    _, _, rest = line.partition("<")
    address, _, parameters = rest.partition(">")
    return address, parameters.strip()
