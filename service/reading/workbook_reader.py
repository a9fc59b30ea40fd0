"""The process in which openpyxl works: a workbook from standard input, rows to standard output as they are asked for.

Nobody imports this, for the library would stay in every process that loads it; service/reading/workbooks.py starts it.

Standard input brings the workbook's size in bytes, on a line of its own, and the workbook; then questions, each the
number of a sheet, from 0, on a line. Standard output brings a line of JSON for the workbook and for each question: the
titles of the sheets, then the next rows of the sheet, each `[number, texts]`, with null behind the last one. A string
in the place of the titles or of a row says why the workbook cannot be read on, and is the end.
"""

import json
import re
import resource
import signal
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from io import BytesIO
from itertools import islice
from typing import BinaryIO
from zipfile import ZipFile

import openpyxl
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet.worksheet import Worksheet

# A million people fill a fifth of it; more is a file made to burst.
_MOST_UNPACKED_BYTES = 2_000_000_000
# A million people take 400 MB; a file made to burst shall not take the memory that others on this machine live on.
_MOST_MEMORY_BYTES = 1_000_000_000
# Measured on a busy machine: 28 for 200,000 people of ten columns, so that a million take half of it.
_MOST_CPU_SECONDS = 300
# The last row that Excel has; a file that claims a later one would be walked to it through empty rows.
_LAST_ROW = 1_048_576
# Longer than any row of people. Cells that share one long text would share it no longer once they are sent.
_LONGEST_ROW = 100_000
# Enough to make questions cheap, and so few that this process soon notices when nobody is left to ask.
_ROWS_AT_ONCE = 50
_ZEROS = re.compile(r"0+")
_ERROR_CELL = "e"

AnyCell = Cell | MergedCell | ReadOnlyCell | EmptyCell
AnySheet = Worksheet | ReadOnlyWorksheet
Row = tuple[int, list[str]]


class _RefusedError(Exception):
    """The message says what is wrong with the workbook and what to do."""


def main() -> None:
    # Ctrl-C and systemd tell a whole group to stop; whoever asks may finish first, and then ends this too.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.SIG_IGN)
    _lower_limit(resource.RLIMIT_DATA, _MOST_MEMORY_BYTES)
    _lower_limit(resource.RLIMIT_CPU, _MOST_CPU_SECONDS)
    questions = sys.stdin.buffer
    content = BytesIO(questions.read(int(questions.readline())))
    try:
        sheets = _worksheets(content)
    except Exception as error:  # noqa: BLE001 - _why tells all of them
        _answer(_why(error))
        return
    _answer([sheet.title for sheet in sheets])
    rows = [_told_rows(sheet) for sheet in sheets]
    for number in questions:
        _answer(list(islice(rows[int(number)], _ROWS_AT_ONCE)))


def _lower_limit(limit: int, most: int) -> None:
    """What this process was started with may be less already, and stays; beyond CPU seconds it dies of SIGXCPU."""
    soft, hard = resource.getrlimit(limit)
    given = (one for one in (soft, hard) if one != resource.RLIM_INFINITY)
    resource.setrlimit(limit, (min([most, *given]), hard))


def _answer(told: object) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def _why(error: Exception) -> str:
    """Broken files surprise zipfile and openpyxl in more ways than either names."""
    if isinstance(error, _RefusedError):
        return str(error)
    return f"it is no whole .xlsx workbook ({type(error).__name__}); save it again in Excel, or as CSV UTF-8"


def _worksheets(stream: BinaryIO) -> Sequence[AnySheet]:
    _refuse_bombs(stream)
    return openpyxl.load_workbook(stream, read_only=True, data_only=True).worksheets


def _refuse_bombs(stream: BinaryIO) -> None:
    """A zip file states its members' sizes, and reading stops there."""
    with ZipFile(stream) as package:
        size = sum(member.file_size for member in package.infolist())
    if size > _MOST_UNPACKED_BYTES:
        raise _RefusedError(f"unpacked it would have {size} bytes; save it as CSV UTF-8")


def _told_rows(sheet: AnySheet) -> Iterator[Row | str | None]:
    try:
        yield from _rows(sheet)
    except Exception as error:  # noqa: BLE001 - _why tells all of them
        yield _why(error)
    else:
        yield None


def _rows(sheet: AnySheet) -> Iterator[Row]:
    if isinstance(sheet, ReadOnlyWorksheet):
        # Some programs write a size that is too small, and openpyxl would stop there.
        sheet.reset_dimensions()
    for number, cells in enumerate(sheet.rows, start=1):
        if number > _LAST_ROW:
            raise _RefusedError(f"it claims rows beyond {_LAST_ROW}, which no sheet has")
        texts = [_text(cell) for cell in cells]
        if sum(map(len, texts)) > _LONGEST_ROW:
            raise _RefusedError(f"line {number} is longer than {_LONGEST_ROW} characters; it is no row of a table")
        yield number, texts


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


if __name__ == "__main__":
    main()
