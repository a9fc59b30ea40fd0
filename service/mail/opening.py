"""From a mail server's address to an open session: connect, greet, protect, sign in.

aiosmtplib does greeting, EHLO, STARTTLS and AUTH. Then its transport goes over to plain streams (see connection).
"""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import aiosmtplib

from service.domain.deliveries import Phase, Reply, Requeued
from service.domain.vietnamese import strip_controls
from service.mail.connection import KEPT_REPLY_TEXT, LONGEST_REPLY_LINE, Connection, ServerAway, Timeouts
from service.mail.replies import classify
from service.mail.servers import MailServer, Tls


async def open_connection(server: MailServer, tls: ssl.SSLContext | None, timeouts: Timeouts) -> Connection:
    """Connect, greet, protect and sign in, as the server's setting says.

    Raises:
        ServerAway: any of it failed, for whatever reason.
    """
    with _opening(server, Phase.CONNECT):
        async with asyncio.timeout(timeouts.connect):
            sock = await _connect(server)
    client = aiosmtplib.SMTP(
        hostname=server.host,
        sock=sock,
        timeout=timeouts.greeting,
        use_tls=server.tls is Tls.IMPLICIT,
        start_tls=False,
        tls_context=tls,
        local_hostname=_address_literal(sock),
    )
    try:
        await _shake_hands(client, server)
        return _adopt(client, timeouts)
    except BaseException:
        client.close()
        raise


async def _shake_hands(client: aiosmtplib.SMTP, server: MailServer) -> None:
    with _opening(server, Phase.GREETING):
        await client.connect()
    with _opening(server, Phase.EHLO):
        await _hello(client)
    if server.tls is Tls.REQUIRE or (server.tls is Tls.OPPORTUNISTIC and client.supports_extension("starttls")):
        with _opening(server, Phase.STARTTLS):
            await client.starttls()
        with _opening(server, Phase.EHLO):
            await _hello(client)
    if server.user:
        with _opening(server, Phase.AUTH):
            await client.login(server.user, server.password)


async def _hello(client: aiosmtplib.SMTP) -> None:
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        if not client.is_connected:
            raise
        await client.helo()


async def _connect(server: MailServer) -> socket.socket:
    """The first of the host's addresses that takes the connection; the last one's error when none does."""
    loop = asyncio.get_running_loop()
    failure: OSError = ConnectionError("the host has no address")
    for family, kind, protocol, _, address in await loop.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM):
        sock = socket.socket(family, kind, protocol)
        sock.setblocking(False)
        try:
            await loop.sock_connect(sock, address)
        except OSError as error:
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failure


def _address_literal(sock: socket.socket) -> str:
    """A worker has no name of its own in the DNS, so it gives its address (RFC 5321, 4.1.4)."""
    address = str(sock.getsockname()[0]).partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _adopt(client: aiosmtplib.SMTP, timeouts: Timeouts) -> Connection:
    loop = asyncio.get_running_loop()
    transport = cast(asyncio.Transport, client.transport)
    # Drain then returns when nothing waits on our side, so that a break after it but before the dot is known as such.
    # With a limit of 0 the TLS transport of Python 3.11 would pause for ever.
    transport.set_write_buffer_limits(high=1, low=0)
    reader = asyncio.StreamReader(limit=LONGEST_REPLY_LINE, loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    transport.set_protocol(protocol)
    protocol.connection_made(transport)
    writer = asyncio.StreamWriter(transport, protocol, reader, loop)
    return Connection(reader, writer, frozenset(client.esmtp_extensions), timeouts)


@contextmanager
def _opening(server: MailServer, phase: Phase) -> Iterator[None]:
    try:
        yield
    except aiosmtplib.SMTPResponseException as error:
        if error.code < 0:  # aiosmtplib's sign for a line that is no reply
            raise ServerAway(_unreachable(server, phase, "it said what is no SMTP reply")) from error
        reply = Reply(error.code, strip_controls(error.message)[:KEPT_REPLY_TEXT], phase)
        raise ServerAway(cast(Requeued, classify(reply))) from error
    except TimeoutError as error:
        raise ServerAway(_unreachable(server, phase, "no answer in time")) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise ServerAway(_unreachable(server, phase, str(error))) from error


def _unreachable(server: MailServer, phase: Phase, what: str) -> Requeued:
    return Requeued(f"the mail server {server.place} cannot be used ({phase}): {what}", holds_queue=True)
