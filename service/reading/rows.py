"""Tables of units and people out of CSV and XLSX files, row by row, never the whole file at once."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from service.domain.directory import Row, SheetKind
from service.domain.errors import UnreadableImport
from service.reading.columns import REQUIRED, Header, HeaderError, kind_of, read_header
from service.reading.csv_lines import csv_grid
from service.reading.grids import Grid, UnreadableError
from service.reading.workbooks import open_workbook

_ZIP = b"PK\x03\x04"
# The container of .xls and of workbooks with a password ([MS-CFB] 2.2).
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it came: its name, for messages, and its bytes, in a stream that can seek."""

    name: str
    stream: BinaryIO


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of units or of people; `rows` can be read once, while its source is open."""

    header: Header
    header_line: int
    rows: Iterator[Row]


@dataclass(frozen=True, slots=True)
class Sheets:
    """The tables of a file, and the names of the sheets that hold neither units nor people."""

    units: Sheet | None
    people: Sheet | None
    unread: tuple[str, ...]


@contextmanager
def open_sheets(source: Source) -> Iterator[Sheets]:
    """Open a CSV file, or an XLSX workbook whose sheets hold units, people, or one of each.

    Raises:
        UnreadableImport: here or while rows are read; names the line, column or sheet, and the way on.
    """
    try:
        with _open_grids(source.stream) as grids:
            yield _find_tables(grids)
    except UnreadableError as error:
        raise UnreadableImport(name=source.name, reason=error) from error


@contextmanager
def _open_grids(stream: BinaryIO) -> Iterator[list[Grid]]:
    """What a file is, its first bytes say: names lie more often."""
    stream.seek(0)
    start = stream.read(len(_ZIP))
    stream.seek(0)
    if start == _COMPOUND_FILE:
        raise UnreadableError("it is an old .xls workbook or has a password; save it as .xlsx without one")
    if start == _ZIP:
        with open_workbook(stream) as grids:
            yield grids
    else:
        yield [csv_grid(stream)]


def _find_tables(grids: Sequence[Grid]) -> Sheets:
    tables: dict[SheetKind, Sheet] = {}
    unread: list[str] = []
    for grid in grids:
        line, header = next(grid.lines, (0, []))
        kind = kind_of(header)
        if kind is None:
            unread += [grid.title] if header else []
        elif kind in tables:
            raise UnreadableError(f"the sheet {grid.title!r} is the second that holds {kind}; put them into one")
        else:
            tables[kind] = _table(kind, line, header, grid)
    if not tables:
        wanted = " or ".join(f"{kind} ({', '.join(names)})" for kind, names in REQUIRED.items())
        raise UnreadableError(f"its first row names no column of {wanted}")
    return Sheets(tables.get(SheetKind.UNITS), tables.get(SheetKind.PEOPLE), tuple(unread))


def _table(kind: SheetKind, line: int, header: Sequence[str], grid: Grid) -> Sheet:
    try:
        known = read_header(kind, header)
    except HeaderError as error:
        raise UnreadableError(f"line {line}: {error}") from error
    return Sheet(known, line, _rows(known, grid))


def _rows(header: Header, grid: Grid) -> Iterator[Row]:
    width = len(header.names)
    absent_cells = dict.fromkeys(header.written, "")
    for line, cells in grid.lines:
        named = {name: cell for name, cell in zip(header.names, cells, strict=False) if name}
        yield Row(line, absent_cells | named, next(filter(None, cells[width:]), ""))
