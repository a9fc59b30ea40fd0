"""One conversation with a mail server, letter by letter, so that the phase of every reply is known.

The handshake is aiosmtplib's (see opening), the transaction ours: its own tells neither a silence before the final dot
from one after it, nor keeps a reply that comes early.
"""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from service.domain.deliveries import Accepted, Deferred, Outcome, Phase, Refused, Reply, Requeued, Unknown
from service.domain.vietnamese import strip_controls
from service.mail.addresses import original_recipient, xtext
from service.mail.compose import Envelope
from service.mail.replies import SHUTTING_DOWN, classify

_BLOCK = 65_536
LONGEST_REPLY_LINE = 8192
_MOST_REPLY_LINES = 100
KEPT_REPLY_TEXT = 500
_REPLY_LINE = re.compile(r"([0-9]{3})(?:([ -])(.*))?")
_GO_ON = {Phase.MAIL: 2, Phase.RCPT: 2, Phase.DATA: 3}
_STILL_IN_STEP = (4, 5)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds a phase, as RFC 5321, 4.5.3.2 recommends; `connect` and `idle` are ours.

    `greeting` also bounds EHLO, STARTTLS and AUTH, `block` each 64 KiB of a message, `final` the reply to the dot.
    """

    connect: float = 30
    greeting: float = 300
    mail: float = 300
    rcpt: float = 300
    data: float = 120
    block: float = 180
    final: float = 600
    idle: float = 30


class ServerAway(Exception):  # noqa: N818 - a fact about the world, not a programming error
    """No conversation can be had now; nothing was said about any letter."""

    def __init__(self, outcome: Requeued) -> None:
        self.outcome = outcome
        super().__init__(outcome.reason)


class LineBroke(Exception):  # noqa: N818 - as ServerAway
    """The connection fell silent, or said what is no SMTP reply."""


class LineEnded(LineBroke):
    """The other side closed or reset the connection."""


class Connection:
    """An open session. `usable` says whether another letter may follow; once False it is closed."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, offers: frozenset[str], timeouts: Timeouts
    ) -> None:
        """`offers` are the keywords of the server's EHLO reply in lower case."""
        self._reader = reader
        self._writer = writer
        self._offers = offers
        self._timeouts = timeouts
        self._proven = self._worn = False
        self._inside_transaction = self._behind_the_dot = self._broken_off = False
        self.usable = True

    async def deliver(self, envelope: Envelope) -> Outcome | None:
        """Try one letter. Replies, breaks and silences are outcomes.

        None when nothing was learnt about it: the server had ended the session after an earlier letter, or it was
        broken off.

        Raises:
            ServerAway: the first thing a new session is told is 421: the same as a refused greeting.
        """
        if envelope.needs_smtputf8 and "smtputf8" not in self._offers:
            return Refused("the mail server takes no address with characters outside ASCII (no SMTPUTF8)")
        try:
            stopped = await self._announce(envelope)
            if stopped is not None:
                return self._judge(stopped)
            await self._write_message(envelope)
        except LineBroke as broke:
            self.abort()
            between_letters = self._worn and not self._inside_transaction and isinstance(broke, LineEnded)
            return None if between_letters or self._broken_off else Deferred(str(broke))
        return None if self._broken_off else await self._finish()

    def break_off(self) -> None:
        """Leave at once, unless a letter is behind its final dot: that one ends by the server's reply."""
        if not self._behind_the_dot:
            self._broken_off = True
            self.abort()

    async def reset(self) -> bool:
        """Ask for a clean session; False when it is none any more."""
        try:
            reply = await self._ask("RSET", Phase.MAIL, self._timeouts.mail)
        except LineBroke:
            self.abort()
            return False
        self._inside_transaction = False
        if reply.code // 100 != _GO_ON[Phase.MAIL]:
            self.abort()
        return self.usable

    async def tidy(self) -> None:
        """Leave a transaction that was stopped halfway. What comes of it changes no outcome."""
        if self.usable and self._inside_transaction:
            await self.reset()

    async def quit(self) -> None:
        """Take leave; errors no longer matter to anybody (RFC 5321, 4.1.1.10)."""
        try:
            await self._ask("QUIT", Phase.MAIL, self._timeouts.connect)
        except LineBroke:
            pass  # gone already, which is what was wanted
        finally:
            self.abort()

    def abort(self) -> None:
        self.usable = False
        self._writer.transport.abort()

    async def _announce(self, envelope: Envelope) -> Reply | None:
        """MAIL, RCPT and DATA; the reply that stopped it, or None when the server waits for the message."""
        for phase, command, within in self._commands(envelope):
            reply = await self._ask(command, phase, within)
            if reply.code // 100 != _GO_ON[phase]:
                return reply
            self._proven = self._inside_transaction = True
        return None

    def _commands(self, envelope: Envelope) -> Iterator[tuple[Phase, str, float]]:
        mail, rcpt = [f"MAIL FROM:<{envelope.sender}>"], [f"RCPT TO:<{envelope.recipient}>"]
        if "size" in self._offers:
            mail.append(f"SIZE={envelope.size}")
        if envelope.needs_smtputf8:
            mail.append("SMTPUTF8")
        if "dsn" in self._offers:
            mail.append(f"RET=HDRS ENVID={xtext(envelope.envid)}")
            rcpt.append(f"NOTIFY=FAILURE,DELAY ORCPT={original_recipient(envelope.recipient)}")
        yield Phase.MAIL, " ".join(mail), self._timeouts.mail
        yield Phase.RCPT, " ".join(rcpt), self._timeouts.rcpt
        yield Phase.DATA, "DATA", self._timeouts.data

    def _judge(self, reply: Reply) -> Outcome:
        if reply.code == SHUTTING_DOWN and not self._proven:
            self.abort()
            raise ServerAway(Requeued(f"the mail server closes: {reply}", reply, holds_queue=True))
        outcome = classify(reply)
        in_step = isinstance(outcome, Accepted) or reply.code // 100 in _STILL_IN_STEP
        if reply.code == SHUTTING_DOWN or not in_step:
            self.abort()
        return outcome

    async def _write_message(self, envelope: Envelope) -> None:
        for chunk in envelope.chunks:
            view = memoryview(chunk)
            for start in range(0, len(view), _BLOCK):
                await self._write(view[start : start + _BLOCK], Phase.DATA, self._timeouts.block)

    async def _finish(self) -> Outcome:
        """From the first octet of the dot on the letter may be theirs, whatever becomes of the connection."""
        if self._reader.at_eof():
            self.abort()
            return Deferred("the mail server broke the connection before the final dot")
        self._behind_the_dot = True
        try:
            reply = await self._ask(".", Phase.MESSAGE, self._timeouts.final)
        except LineBroke as broke:
            self.abort()
            return Unknown(str(broke))
        self._inside_transaction, self._behind_the_dot, self._worn = False, False, True
        return self._judge(reply)

    async def _ask(self, command: str, phase: Phase, within: float) -> Reply:
        await self._write(f"{command}\r\n".encode(), phase, within)
        with _breaking(phase, within):
            async with asyncio.timeout(within):
                return await self._read_reply(phase)

    async def _write(self, octets: bytes | memoryview, phase: Phase, within: float) -> None:
        with _breaking(phase, within):
            self._writer.write(octets)
            async with asyncio.timeout(within):
                await self._writer.drain()

    async def _read_reply(self, phase: Phase) -> Reply:
        texts: list[str] = []
        while len(texts) < _MOST_REPLY_LINES:
            line = await self._reader.readline()
            if not line.endswith(b"\n"):
                raise LineEnded(f"the mail server ended the connection at {phase}")
            found = _REPLY_LINE.fullmatch(strip_controls(line.decode("utf-8", "replace")))
            if found is None:
                break
            texts.append(found[3] or "")
            if found[2] != "-":
                return Reply(int(found[1]), " ".join(texts)[:KEPT_REPLY_TEXT], phase)
        raise LineBroke(f"the mail server said what is no SMTP reply at {phase}")


@contextmanager
def _breaking(phase: Phase, within: float) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise LineBroke(f"the mail server was silent for {within:g} s at {phase}") from error
    except OSError as error:
        raise LineEnded(f"the connection broke at {phase}: {error}") from error
    except ValueError as error:  # what readline raises for a line beyond its limit
        raise LineBroke(f"the mail server said what is no SMTP reply at {phase}") from error
