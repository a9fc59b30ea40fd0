"""Files on their way to a reader. Attached ones are never run, never sniffed, never taken for a page of ours."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from service.actions.report_coverage import OpenReport
from service.domain.coverage import Report
from service.domain.letters import AttachedFile
from service.printing.report_csv import report_csv

PDF = "application/pdf"
# What a poster called a file is not trusted: a browser that got text/html would show it as our own page.
_OTHER = "application/octet-stream"
_CSV = "text/csv; charset=utf-8"

# A piece crosses into a thread and back, so it is worth that; a line is not.
_PIECE_CHARACTERS = 65_536
# Whoever takes nothing for so long keeps a database connection and its snapshot from others.
_STALLED_SECONDS = 120.0


def download(file: AttachedFile) -> Response:
    """The bytes of a file; a PDF may be shown by the browser, everything else is saved."""
    is_pdf = file.media_type == PDF
    disposition = _named(file.name, "inline" if is_pdf else "attachment")
    headers = {"Content-Disposition": disposition, "Content-Security-Policy": "sandbox"}
    return Response(file.content, media_type=PDF if is_pdf else _OTHER, headers=headers)


def report_download(opened: AbstractContextManager[OpenReport], name: Callable[[Report], str]) -> Response:
    """A report as CSV, written while it is read; `opened` is left when the answer ends, however it ends.

    Raises:
        Refused: what opening raises, before anything is answered.
    """
    with ExitStack() as stack:
        report = stack.enter_context(opened)
        lines = report_csv(report.report, report.outstanding(), report.confirmations())
        headers = {"Content-Disposition": _named(name(report.report), "attachment")}
        return Stream(in_pieces(lines), close=stack.pop_all().close, headers=headers)


def _named(name: str, how: str) -> str:
    """File names are any Unicode: RFC 6266 with the encoding of RFC 8187."""
    return f"{how}; filename*=UTF-8''{quote(name, safe='')}"


def in_pieces(lines: Iterator[str]) -> Iterator[str]:
    """The same text in fewer pieces."""
    piece: list[str] = []
    size = 0
    for line in lines:
        piece.append(line)
        size += len(line)
        if size >= _PIECE_CHARACTERS:
            yield "".join(piece)
            piece.clear()
            size = 0
    if piece:
        yield "".join(piece)


class Stream(StreamingResponse):
    """An answer that is made while it is sent, out of something that must be given back: `close` is always called.

    It ends by being sent, by a failure, or by a client that goes away or takes nothing for `patience` seconds.
    """

    def __init__(
        self,
        pieces: Iterator[str] | Iterator[bytes],
        *,
        close: Callable[[], object],
        headers: dict[str, str],
        media_type: str = _CSV,
        patience: float = _STALLED_SECONDS,
    ) -> None:
        super().__init__(pieces, headers=headers, media_type=media_type)
        self._close = close
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(self._patience):
                await send(message)

        try:
            await super().__call__(scope, receive, send_in_time)
        finally:
            await run_in_threadpool(self._close)
