"""CSV as offices write it: UTF-8 with or without the mark, parted by commas or, from a Vietnamese Excel, semicolons."""

import csv
from collections.abc import Iterator
from typing import BinaryIO

from service.reading.grids import Grid, UnreadableError

# Longer than any row of people; what has no line break for so long is no table.
_LONGEST_LINE = 1_000_000
_SEPARATORS = (",", ";", "\t")
_WAY_ON = "in Excel choose Save As, CSV UTF-8"


def csv_grid(stream: BinaryIO) -> Grid:
    """The one table of a CSV file (RFC 4180); raises UnreadableError, also while lines are read."""
    return Grid("", _cells(_decoded(stream)))


def _cells(lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    first = next(lines, "")
    reader = csv.reader(_put_back(first, lines), delimiter=max(_SEPARATORS, key=first.count), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise UnreadableError(f"line {line}: {error}; is a quotation mark missing or too many?") from error
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def _put_back(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


def _decoded(stream: BinaryIO) -> Iterator[str]:
    encoding = "utf-8-sig"
    number = 0
    while raw := stream.readline(_LONGEST_LINE):
        number += 1
        if len(raw) == _LONGEST_LINE:
            raise UnreadableError(f"line {number} is longer than {_LONGEST_LINE} bytes; it is no CSV file")
        if b"\0" in raw:
            raise UnreadableError(f"line {number} holds a zero byte, which no text has; {_WAY_ON}")
        try:
            yield raw.decode(encoding)
        except UnicodeDecodeError as error:
            raise UnreadableError(f"line {number}, byte {error.start + 1} is not UTF-8; {_WAY_ON}") from error
        encoding = "utf-8"
