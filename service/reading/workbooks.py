"""XLSX workbooks: what their cells show, as text; formulas by the value that was saved with them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import BinaryIO
from zipfile import ZipFile

import openpyxl
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet.worksheet import Worksheet

from service.reading.grids import Grid, UnreadableError

# A million people fill a fifth of it; more is a file made to burst.
_MOST_UNPACKED_BYTES = 2_000_000_000
# The last row that Excel has; a file that claims a later one would be walked to it through empty rows.
_LAST_ROW = 1_048_576
_ZEROS = re.compile(r"0+")
_ERROR_CELL = "e"

AnyCell = Cell | MergedCell | ReadOnlyCell | EmptyCell


@contextmanager
def open_workbook(stream: BinaryIO) -> Iterator[list[Grid]]:
    """A grid for each worksheet; raises UnreadableError, also while lines are read."""
    with _breakage_told():
        _refuse_bombs(stream)
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
    try:
        yield [Grid(sheet.title, _lines(sheet)) for sheet in book.worksheets]
    finally:
        book.close()


@contextmanager
def _breakage_told() -> Iterator[None]:
    """Broken files surprise zipfile and openpyxl in more ways than either names."""
    try:
        yield
    except UnreadableError:
        raise
    except Exception as error:
        reason = f"it is no whole .xlsx workbook ({type(error).__name__}); save it again in Excel, or as CSV UTF-8"
        raise UnreadableError(reason) from error


def _refuse_bombs(stream: BinaryIO) -> None:
    """A zip file states its members' sizes, and reading stops there."""
    with ZipFile(stream) as package:
        size = sum(member.file_size for member in package.infolist())
    if size > _MOST_UNPACKED_BYTES:
        raise UnreadableError(f"unpacked it would have {size} bytes; save it as CSV UTF-8")


def _lines(sheet: Worksheet | ReadOnlyWorksheet) -> Iterator[tuple[int, list[str]]]:
    with _breakage_told():
        if isinstance(sheet, ReadOnlyWorksheet):
            # Some programs write a size that is too small, and openpyxl would stop there.
            sheet.reset_dimensions()
        rows = enumerate(sheet.rows, start=1)
    while True:
        with _breakage_told():
            line, cells = next(rows, (0, ()))
            texts = [_text(cell) for cell in cells]
        if not line:
            return
        if line > _LAST_ROW:
            raise UnreadableError(f"it claims rows beyond {_LAST_ROW}, which no sheet has")
        if any(text.strip() for text in texts):
            yield line, texts


def _text(cell: AnyCell) -> str:
    """Dates as yyyy-MM-dd; whole numbers without a point, with the leading zeros of a format such as 00000."""
    value = cell.value
    if value is None or cell.data_type == _ERROR_CELL:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and _ZEROS.fullmatch(cell.number_format):
        return str(value).zfill(len(cell.number_format))
    return str(value)
