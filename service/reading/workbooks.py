"""XLSX workbooks, read in a short-lived process: files come a few times a year, openpyxl would stay for good.

What the two processes say to each other is written in service/reading/workbook_reader.py.
"""

import json
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any, BinaryIO

from service.reading.grids import Grid, UnreadableError

# By its path: both ends of a conversation come from one checkout.
_READER = Path(__file__).with_name("workbook_reader.py")


@contextmanager
def open_workbook(stream: BinaryIO) -> Iterator[list[Grid]]:
    """A grid for each worksheet; raises UnreadableError, also while lines are read."""
    with _reader() as reader:
        titles = _titles(reader, stream)
        yield [Grid(title, _lines(reader, sheet)) for sheet, title in enumerate(titles)]


@contextmanager
def _reader() -> Iterator[Popen[bytes]]:
    reader = Popen([sys.executable, "-I", _READER], stdin=PIPE, stdout=PIPE)  # noqa: S603 - our own program
    try:
        yield reader
    finally:
        # It waits for questions, or is busy with rows that nobody wants any more.
        reader.kill()
        reader.communicate()


def _titles(reader: Popen[bytes], stream: BinaryIO) -> list[str]:
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    return _ask(reader, chain([b"%d\n" % size], stream))


def _lines(reader: Popen[bytes], sheet: int) -> Iterator[tuple[int, list[str]]]:
    while True:
        for told in _ask(reader, [b"%d\n" % sheet]):
            if told is None:
                return
            if isinstance(told, str):
                raise UnreadableError(told)
            line, texts = told
            if any(text.strip() for text in texts):
                yield line, texts


def _ask(reader: Popen[bytes], question: Iterable[bytes]) -> list[Any]:
    assert reader.stdin is not None  # noqa: S101 - Popen was asked for the pipes
    assert reader.stdout is not None  # noqa: S101
    # A reader that is no more is told by what it has not answered.
    with suppress(BrokenPipeError):
        reader.stdin.writelines(question)
        reader.stdin.flush()
    answer = reader.stdout.readline()
    if not answer.endswith(b"\n"):
        raise UnreadableError(_why_ended(reader.wait()))
    told: list[Any] | str = json.loads(answer)
    if isinstance(told, str):
        raise UnreadableError(told)
    return told


def _why_ended(status: int) -> str:
    if status == -signal.SIGXCPU:
        advice = "copy the people to a new workbook, or save it as CSV UTF-8"
        return f"reading it takes longer than any list of people would; {advice}"
    return f"the program that reads workbooks ended too early (status {status}); try again, or save it as CSV UTF-8"
