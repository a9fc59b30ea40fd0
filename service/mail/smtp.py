"""The Mailer of production: letters out over a few kept SMTP connections, outcomes back in small sets.

The caller is synchronous and may be any thread. The conversations live in one event loop in one thread of this process,
started by the first letter (hence after a fork), so that connections outlive a call.
"""

import asyncio
import concurrent.futures
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from service.domain.deliveries import Broken, GivenBack, Outcome, Refused, Requeued
from service.domain.letters import Haste, Letter, Sent
from service.domain.vietnamese import strip_controls
from service.mail.addresses import is_mail_address
from service.mail.compose import Composer
from service.mail.connection import Connection, ServerAway, Timeouts
from service.mail.opening import open_connection
from service.mail.pool import ConnectionPool
from service.mail.servers import MailServer

_log = logging.getLogger(__name__)

_SET_SIZE = 50
_SET_SECONDS = 0.2
# While a server thinks, the caller is woken with an empty set, to keep its hold on the letters.
_SILENCE_SECONDS = 1.0
_HASTE_SECONDS = 0.1

_Results = queue.SimpleQueue[Sent | None]


class SmtpMailer:
    """Implements `domain.letters.Mailer`. At most `connections` are in use at a time, however many threads call."""

    def __init__(
        self,
        composer: Composer,
        server: MailServer,
        timeouts: Timeouts,
        *,
        now: Callable[[], datetime],
        connections: int = 4,
    ) -> None:
        """`now` is the worker's clock, aware; it dates attempts and nothing else."""
        self._composer = composer
        self._server = server
        self._timeouts = timeouts
        self._connections = connections
        self._now = now
        self._starting = threading.Lock()
        self._line: _Line | None = None

    def send(self, letters: Sequence[Letter], haste: Callable[[], Haste]) -> Iterator[Sequence[Sent]]:
        """Every letter comes back exactly once, in sets of up to 50, at the latest 0.2 s after a set's first.

        A set is empty when nothing came back for a second. `haste` is asked ten times a second.

        Nothing is sent before the first set is asked for. Closing the iterator early breaks off what is under way.
        """
        results: _Results = queue.SimpleQueue()
        line = self._started_line()
        batch = _Batch(deque(letters), results.put, haste)
        running = line.run(line.send(batch))
        running.add_done_callback(lambda _: results.put(None))
        try:
            yield from _in_sets(results)
            running.result()
        finally:
            running.cancel()

    def close(self) -> None:
        """Take leave of the mail server, breaking off a `send` of another thread. The next one starts anew."""
        with self._starting:
            line, self._line = self._line, None
        if line is not None:
            line.close()

    def _started_line(self) -> "_Line":
        with self._starting:
            if self._line is None:
                self._line = _Line(self._composer, self._server, self._timeouts, self._now, self._connections)
            return self._line


_Lane = asyncio.Task[None]


@dataclass(slots=True)
class _Batch:
    """Letters of one call. `held` stops all of it, `away` is why the last connection could not be opened."""

    waiting: deque[Letter]
    report: Callable[[Sent], None]
    haste: Callable[[], Haste]
    held: Requeued | None = None
    away: Requeued | None = None
    # A lane without a connection is about to open one.
    lanes: dict[_Lane, Connection | None] = field(default_factory=dict)
    is_connecting: bool = False
    was_connected: bool = False
    is_left: bool = False

    @property
    def goes_on(self) -> bool:
        return bool(self.waiting) and self.held is None and not self.is_left

    def return_waiting(self, outcome: Outcome, moment: datetime, *, but: int = 0) -> None:
        """Report what was not begun, except for `but` letters."""
        while len(self.waiting) > but:
            self.report(Sent(self.waiting.pop(), outcome, moment, moment))


class _Line:
    """The event loop, its thread, and what lives in it."""

    def __init__(
        self,
        composer: Composer,
        server: MailServer,
        timeouts: Timeouts,
        now: Callable[[], datetime],
        connections: int,
    ) -> None:
        self._composer = composer
        self._now = now
        self._connections = connections
        tls = server.tls_context()
        self._pool = ConnectionPool(lambda: open_connection(server, tls, timeouts), timeouts.idle)
        self._slots = asyncio.Semaphore(connections)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtp", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[None, None, None]) -> concurrent.futures.Future[None]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def close(self) -> None:
        self.run(self._leave()).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _leave(self) -> None:
        under_way = asyncio.all_tasks() - {asyncio.current_task()}
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await self._pool.close()

    async def send(self, batch: _Batch) -> None:
        """Several connections draw from one queue; what is left when the last of them had to stop was not tried."""
        minding = asyncio.create_task(self._mind_haste(batch))
        try:
            async with asyncio.TaskGroup() as lanes:
                for _ in range(min(self._connections, len(batch.waiting))):
                    batch.lanes[lanes.create_task(self._drive(batch))] = None
        finally:
            minding.cancel()
        batch.return_waiting(batch.held or batch.away or GivenBack(), self._now())

    async def _mind_haste(self, batch: _Batch) -> None:
        while True:
            await asyncio.sleep(_HASTE_SECONDS)
            haste = batch.haste()
            if haste is not Haste.NONE:
                self._hurry(batch, haste)

    def _hurry(self, batch: _Batch, haste: Haste) -> None:
        batch.is_left = haste is Haste.LEAVE
        # Until a connection stands one letter waits on: its fate will tell whether the mail server is away. It does not
        # when it would only queue up behind other calls, which have all the connections.
        tells = batch.is_connecting and not (batch.is_left or batch.was_connected)
        batch.return_waiting(GivenBack(), self._now(), but=int(tells))
        for lane, connection in batch.lanes.items():
            if connection is None and not batch.waiting:
                lane.cancel()
            elif connection is not None and batch.is_left:
                connection.break_off()

    async def _drive(self, batch: _Batch) -> None:
        """One connection after another until the queue is empty. One that cannot be opened leaves it to the others."""
        lane = cast(_Lane, asyncio.current_task())
        async with self._slots:
            batch.is_connecting = True
            try:
                while batch.goes_on:
                    async with self._pool.connection() as connection:
                        batch.lanes[lane], batch.was_connected = connection, True
                        await self._send_over(connection, batch)
                        batch.lanes[lane] = None
            except ServerAway as away:
                batch.away = away.outcome

    async def _send_over(self, connection: Connection, batch: _Batch) -> None:
        while batch.goes_on and connection.usable:
            letter = batch.waiting.popleft()
            started_at = self._now()
            try:
                outcome = await self._attempt(connection, letter, started_at)
            except ServerAway:
                batch.waiting.appendleft(letter)
                raise
            if outcome is None:
                batch.waiting.appendleft(letter)
                return
            if isinstance(outcome, Requeued) and outcome.holds_queue:
                batch.held = outcome
            batch.report(Sent(letter, outcome, started_at, self._now()))
            await connection.tidy()

    async def _attempt(self, connection: Connection, letter: Letter, at: datetime) -> Outcome | None:
        if not is_mail_address(letter.address):
            return Refused(f"{letter.address!r} is no mail address", address_bad=True)
        try:
            envelope = self._composer.compose(letter, at)
        except Exception as error:  # noqa: BLE001 - whatever composing raises, only this letter must pay for it
            _log.exception("letter %d cannot be composed", letter.delivery_id)
            return Broken(strip_controls(f"cannot be composed: {type(error).__name__}: {error}"))
        return await connection.deliver(envelope)


def _in_sets(results: _Results) -> Iterator[list[Sent]]:
    while True:
        try:
            first = results.get(timeout=_SILENCE_SECONDS)
        except queue.Empty:
            yield []
            continue
        if first is None:
            return
        sent, ends_at = [first], time.monotonic() + _SET_SECONDS
        while len(sent) < _SET_SIZE:
            try:
                more = results.get(timeout=max(0, ends_at - time.monotonic()))
            except queue.Empty:
                break
            if more is None:
                yield sent
                return
            sent.append(more)
        yield sent
