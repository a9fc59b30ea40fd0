"""Workbooks are read in a process of their own: it ends with its reader, and its end is no end of a sheet."""

import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import repeat
from pathlib import Path
from subprocess import PIPE

import openpyxl
import psutil
import pytest

from service.reading.grids import UnreadableError
from service.reading.workbooks import open_workbook

ROOT = Path(__file__).parents[2]
READS_ONE_LINE = """
import sys
from service.reading.workbooks import open_workbook
with open(sys.argv[1], "rb") as stream, open_workbook(stream) as [people]:
    next(people.lines)
    print("read", flush=True)
    sys.stdin.read()
"""


def workbook(**sheets: Sequence[Sequence[object]]) -> BytesIO:
    book = openpyxl.Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    stream = BytesIO()
    book.save(stream)
    return stream


def people(number: int) -> BytesIO:
    return workbook(people=[(f"NV{one}", "Mẫu") for one in range(number)])


def with_part(book: BytesIO, name: str, pieces: Iterable[bytes]) -> BytesIO:
    """The workbook with another content of one of its files."""
    changed = BytesIO()
    with zipfile.ZipFile(book) as before, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as after:
        for kept in set(before.namelist()) - {name}:
            after.writestr(kept, before.read(kept))
        with after.open(name, "w") as part:
            part.writelines(pieces)
    return changed


def readers(parent: psutil.Process | None = None) -> list[psutil.Process]:
    children = (parent or psutil.Process()).children()
    return [child for child in children if any("workbook_reader" in word for word in child.cmdline())]


def test_sheets_can_be_read_by_turns() -> None:
    book = workbook(one=[[f"a{row}"] for row in range(120)], two=[[f"b{row}"] for row in range(120)])

    with open_workbook(book) as [one, two]:
        read = list(zip(one.lines, two.lines, strict=True))

    assert (one.title, two.title) == ("one", "two")
    assert read == [((row + 1, [f"a{row}"]), (row + 1, [f"b{row}"])) for row in range(120)]


def test_any_text_comes_as_it_stands_in_its_cell() -> None:
    texts = ["Nguyễn Thị Ánh", "hai\ndòng", 'dấu " và \\', "\u2028", "𠀀", " cách ", "null", "[]"]

    with open_workbook(workbook(people=[texts])) as [sheet]:
        assert list(sheet.lines) == [(1, texts)]


def test_lines_without_text_are_passed_over_and_counted() -> None:
    with open_workbook(workbook(people=[["mã"], *[["", " "]] * 130, ["NV1"]])) as [sheet]:
        assert list(sheet.lines) == [(1, ["mã"]), (132, ["NV1"])]


# With 50 rows the first answer holds them all, and not yet that they are all.
@pytest.mark.parametrize("rows", [50, 500])
def test_a_process_that_is_killed_is_told_and_shortens_no_list(rows: int) -> None:
    with open_workbook(people(rows)) as [sheet]:
        next(sheet.lines)
        (reader,) = readers()
        reader.kill()
        with pytest.raises(UnreadableError, match=r"ended too early \(status -9\); try again"):
            list(sheet.lines)
    assert readers() == []


def test_a_process_that_dies_before_it_has_the_workbook_is_told() -> None:
    class Killing(BytesIO):
        def __iter__(self) -> Iterator[bytes]:
            (reader,) = readers()
            reader.kill()
            reader.wait()
            return super().__iter__()

    with pytest.raises(UnreadableError, match="ended too early"), open_workbook(Killing(os.urandom(1_000_000))):
        pass
    assert readers() == []


def test_no_process_is_left_when_the_rest_is_not_wanted() -> None:
    with open_workbook(people(500)) as [sheet]:
        next(sheet.lines)
        assert len(readers()) == 1
    assert readers() == []


def test_no_process_is_left_when_its_reader_fails() -> None:
    with pytest.raises(LookupError), open_workbook(people(500)):
        raise LookupError
    assert readers() == []


def test_no_process_is_left_when_the_workbook_is_refused() -> None:
    with pytest.raises(UnreadableError, match="it is no whole"), open_workbook(BytesIO(b"PK\x03\x04")):
        pass
    assert readers() == []


def test_no_process_outlives_a_reader_that_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "danh-ba.xlsx"
    file.write_bytes(people(500).getvalue())
    command = [sys.executable, "-c", READS_ONE_LINE, str(file)]
    with subprocess.Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE, stderr=PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"read\n"
        assert len(readers(psutil.Process(parent.pid))) == 1
        parent.kill()
        # Both hold the error output, so where it ends, both have ended.
        assert parent.communicate(timeout=20) == (b"", b"")


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_a_group_that_is_told_to_stop_reads_to_the_end_what_it_has_begun(told: signal.Signals) -> None:
    with open_workbook(people(500)) as [sheet]:
        read = [next(sheet.lines)]
        (reader,) = readers()
        reader.send_signal(told)
        read += sheet.lines
    assert len(read) == 500


def test_a_broken_cell_is_told_when_it_is_reached() -> None:
    book = workbook(notes=[["đọc kỹ"], [1], [2]])
    with zipfile.ZipFile(book) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    assert b"<v>2</v>" in sheet

    broken = with_part(book, "xl/worksheets/sheet1.xml", [sheet.replace(b"<v>2</v>", b"<v>hai</v>")])

    with open_workbook(broken) as [notes]:
        assert [next(notes.lines), next(notes.lines)] == [(1, ["đọc kỹ"]), (2, ["1"])]
        with pytest.raises(UnreadableError, match=r"no whole \.xlsx workbook \(ValueError\)"):
            next(notes.lines)


def test_a_row_beyond_the_last_that_a_sheet_has_is_refused() -> None:
    book = workbook(people=[["mã"], ["NV1"]])
    with zipfile.ZipFile(book) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    assert b'<row r="2"' in sheet
    claimed = sheet.replace(b'<row r="2"', b'<row r="2000000"').replace(b'r="A2"', b'r="A2000000"')

    with open_workbook(with_part(book, "xl/worksheets/sheet1.xml", [claimed])) as [people_sheet]:
        assert next(people_sheet.lines) == (1, ["mã"])
        with pytest.raises(UnreadableError, match="it claims rows beyond 1048576"):
            next(people_sheet.lines)


def test_a_workbook_that_takes_too_long_is_refused_with_what_to_do() -> None:
    book = workbook(people=[["mã"], ["NV1"]])
    with zipfile.ZipFile(book) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    # Each of these rows claims every column that a sheet has.
    wide = b"".join(b'<row r="%d"><c r="XFD%d"/></row>' % (row, row) for row in range(3, 600))
    slow = sheet.replace(b"</sheetData>", wide + b"</sheetData>")

    with open_workbook(with_part(book, "xl/worksheets/sheet1.xml", [slow])) as [people_sheet]:
        (reader,) = readers()
        given, hard = reader.rlimit(psutil.RLIMIT_CPU)
        assert given == 300
        reader.rlimit(psutil.RLIMIT_CPU, (1, hard))
        with pytest.raises(UnreadableError, match="takes longer than any list of people would; copy"):
            list(people_sheet.lines)


@pytest.mark.parametrize("limit", ["RLIMIT_CPU, (60, 60)", "RLIMIT_DATA, (900_000_000, 900_000_000)"])
def test_a_service_with_lower_limits_reads_workbooks_within_them(tmp_path: Path, limit: str) -> None:
    file = tmp_path / "danh-ba.xlsx"
    file.write_bytes(people(5).getvalue())
    program = f"import resource\nresource.setrlimit(resource.{limit})\n{READS_ONE_LINE}"
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)], cwd=ROOT, capture_output=True, input=b"", check=True
    )
    assert done.stdout == b"read\n"


def test_a_row_of_texts_too_long_to_be_sent_is_refused_by_its_line() -> None:
    with open_workbook(workbook(people=[["mã"], ["x" * 30_000] * 4])) as [sheet]:
        assert next(sheet.lines) == (1, ["mã"])
        with pytest.raises(UnreadableError, match="line 2 is longer than 100000 characters"):
            next(sheet.lines)


@pytest.mark.slow  # It fills a gigabyte before it is refused.
def test_a_workbook_that_takes_too_much_memory_is_refused() -> None:
    bursting = with_part(people(1), "xl/workbook.xml", repeat(b" " * 1_000_000, 1_500))

    with pytest.raises(UnreadableError, match=r"no whole \.xlsx workbook \(MemoryError\)"), open_workbook(bursting):
        pass
