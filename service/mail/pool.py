"""Kept connections: taken, given back, and closed when nobody has wanted them for a while."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from service.mail.connection import Connection


class ConnectionPool:
    """Lives in one event loop. `idle` seconds is how long an unused connection is kept."""

    def __init__(self, opener: Callable[[], Awaitable[Connection]], idle: float) -> None:
        self._open = opener
        self._seconds = idle
        self._idle: dict[Connection, asyncio.TimerHandle] = {}
        # A task that nobody refers to may be collected while it runs.
        self._leaving: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A session that was alive a moment ago; given back if it still is and nothing was raised.

        Raises:
            ServerAway: none is kept and none can be opened.
        """
        connection = await self._kept() or await self._open()
        try:
            yield connection
        except BaseException:
            connection.abort()
            raise
        if connection.usable:
            timer = asyncio.get_running_loop().call_later(self._seconds, self._retire, connection)
            self._idle[connection] = timer

    async def close(self) -> None:
        for connection in list(self._idle):
            self._idle[connection].cancel()
            self._retire(connection)
        await asyncio.gather(*self._leaving)

    async def _kept(self) -> Connection | None:
        """Servers end idle sessions, often without our noticing: RSET finds out before a letter does."""
        while self._idle:
            connection, timer = self._idle.popitem()
            timer.cancel()
            try:
                is_alive = await connection.reset()
            except asyncio.CancelledError:
                connection.abort()
                raise
            if is_alive:
                return connection
        return None

    def _retire(self, connection: Connection) -> None:
        self._idle.pop(connection)
        leaving = asyncio.get_running_loop().create_task(connection.quit())
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)
