"""The catcher's SMTP side: takes everything, but refuses and defers whom it was told to."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from service.embedded.catcher.store import Store

CONNECTIONS = 10
# A file of the largest size an office takes, in base64, with the letter around it.
LARGEST_LETTER = 150_000_000

_log = logging.getLogger(__name__)


class Catch:
    """Hooks that aiosmtpd calls by name; addresses are compared without regard to capitals."""

    def __init__(self, store: Store, refused: Iterable[str], deferred_first: Iterable[str]) -> None:
        self._store = store
        self._refused = {address.casefold() for address in refused}
        self._still_deferred = {address.casefold() for address in deferred_first}

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,  # noqa: ARG002 - aiosmtpd's signature
        session: Session,  # noqa: ARG002 - aiosmtpd's signature
        envelope: Envelope,
        address: str,
        options: list[str],  # noqa: ARG002 - aiosmtpd's signature
    ) -> str:
        folded = address.casefold()
        if folded in self._refused:
            return f"550 5.1.1 <{address}>: Recipient address rejected: User unknown"
        if folded in self._still_deferred:
            self._still_deferred.remove(folded)
            return f"451 4.7.1 <{address}>: Greylisted, please try again later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,  # noqa: ARG002 - aiosmtpd's signature
        session: Session,  # noqa: ARG002 - aiosmtpd's signature
        envelope: Envelope,
    ) -> str:
        try:
            number = self._store.add(envelope.mail_from or "", envelope.rcpt_tos, envelope.original_content or b"")
        except sqlite3.OperationalError as error:
            _log.warning("a letter could not be kept: %s", error)
            return "452 4.3.1 The letter could not be kept, please try again later"
        return f"250 2.0.0 Ok: caught as {number}"


class _Counted(SMTP):
    """Tells when its connection has ended."""

    def __init__(self, handler: Catch, ended: Callable[["_Counted"], None], **options: Any) -> None:  # noqa: ANN401 - aiosmtpd's options
        super().__init__(handler, **options)
        self._ended = ended

    def connection_lost(self, error: Exception | None) -> None:
        self._ended(self)
        super().connection_lost(error)


class _Busy(asyncio.Protocol):
    """Who comes when all lines are taken is asked to come back."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)  # noqa: S101 - a TCP connection can be written to
        transport.write(b"421 4.7.0 Too many connections, please try again later\r\n")
        transport.close()


async def serve_smtp(catch: Catch, host: str, port: int) -> asyncio.Server:
    """Raises OSError where the port is taken."""
    loop = asyncio.get_running_loop()
    connected: set[_Counted] = set()

    def answer() -> asyncio.Protocol:
        if len(connected) >= CONNECTIONS:
            return _Busy()
        line = _Counted(
            catch,
            ended=connected.discard,
            hostname="catcher.localhost",
            ident="eOffice mail catcher",
            data_size_limit=LARGEST_LETTER,
            enable_SMTPUTF8=True,
            loop=loop,
        )
        connected.add(line)
        return line

    return await loop.create_server(answer, host, port)
