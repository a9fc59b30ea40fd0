"""A table of days out of a CSV file: ngày, loại (nghỉ or làm bù), ghi chú."""

from collections.abc import Iterator
from contextlib import contextmanager

from service.domain.calendar_days import DayRow
from service.domain.errors import UnreadableImport
from service.domain.vietnamese import fold
from service.reading.csv_lines import csv_grid
from service.reading.grids import Grid, UnreadableError
from service.reading.rows import Source

_NAMES = {"ngay": "day", "day": "day", "loai": "kind", "kind": "kind", "ghi chu": "note", "note": "note"}
_NEEDED = ("day", "kind")


@contextmanager
def open_days(source: Source) -> Iterator[Iterator[DayRow]]:
    """The rows of the file, to be read once.

    Raises:
        UnreadableImport: here or while rows are read; names the line, and the way on.
    """
    try:
        source.stream.seek(0)
        yield _rows(csv_grid(source.stream))
    except UnreadableError as error:
        raise UnreadableImport(name=source.name, reason=error) from error


def _rows(grid: Grid) -> Iterator[DayRow]:
    _, header = next(grid.lines, (0, []))
    names = [_NAMES.get(fold(written), "") for written in header]
    if any(names.count(name) != 1 for name in _NEEDED) or names.count("note") > 1:
        raise UnreadableError("its first row must name the columns ngày, loại and, if wanted, ghi chú, each once")
    for line, cells in grid.lines:
        named = {name: cell for name, cell in zip(names, cells, strict=False) if name}
        yield DayRow(line, named.get("day", ""), named.get("kind", ""), named.get("note", ""))
