"""Files as offices make them, and as they break them."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from importlib import resources

import openpyxl
import pytest

from service.domain.directory import Row, SheetKind
from service.domain.errors import UnreadableImport
from service.reading.columns import kind_of
from service.reading.rows import Source, open_sheets

UNITS_HEADER = ("code", "name", "parent_code", "position")
PEOPLE_HEADER = ("code", "family_name", "given_name", "staff_class", "unit_code", "active_from")
MINH = ("NV1", "Nguyễn Văn", "Mẫu", "cong-chuc", "VP", "2015-01-15")


def csv_source(text: str, encoding: str = "utf-8") -> Source:
    return Source("danh-ba.csv", io.BytesIO(text.encode(encoding)))


def workbook(**sheets: Sequence[Sequence[object]]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    return book


def saved(book: openpyxl.Workbook) -> Source:
    stream = io.BytesIO()
    book.save(stream)
    return Source("danh-ba.xlsx", stream)


def people_in(source: Source) -> list[Row]:
    with open_sheets(source) as sheets:
        assert sheets.people is not None
        return list(sheets.people.rows)


def units_in(source: Source) -> list[Row]:
    with open_sheets(source) as sheets:
        assert sheets.units is not None
        return list(sheets.units.rows)


def _read_all(source: Source) -> None:
    with open_sheets(source) as sheets:
        for sheet in (sheets.units, sheets.people):
            list(sheet.rows if sheet else ())


def reason_of(source: Source) -> str:
    with pytest.raises(UnreadableImport) as refusal:
        _read_all(source)
    assert source.name in str(refusal.value)
    return str(refusal.value)


@pytest.mark.parametrize(("name", "rows"), [("units.csv", 13), ("people.csv", 80)])
def test_the_sample_files_are_read_whole(name: str, rows: int) -> None:
    stream = io.BytesIO(resources.files("service.sample").joinpath(name).read_bytes())
    with open_sheets(Source(name, stream)) as sheets:
        sheet = sheets.units or sheets.people
        assert sheet is not None
        assert (sheet.header.kind.value + ".csv", len(list(sheet.rows)), sheet.header.unknown) == (name, rows, ())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_every_way_excel_writes_csv_gives_the_same_rows(encoding: str, separator: str, line_end: str) -> None:
    text = line_end.join(separator.join(cells) for cells in (UNITS_HEADER, ("VP", "Văn phòng", "SO", "2")))

    assert units_in(csv_source(text, encoding)) == [
        Row(2, {"code": "VP", "name": "Văn phòng", "parent_code": "SO", "position": "2"})
    ]


def test_vietnamese_headers_mean_the_same_in_any_case_and_with_or_without_accents() -> None:
    text = "Mã;HỌ ĐỆM;tên;loai;Mã  đơn vị;Từ ngày\n" + ";".join(MINH)

    assert people_in(csv_source(text)) == [Row(2, dict(zip(PEOPLE_HEADER, MINH, strict=True)))]


def test_a_quoted_line_break_does_not_shift_the_line_numbers() -> None:
    text = 'code,name,parent_code\nVP,"Văn\nphòng",\n\n,,\nTTRA,Thanh tra,VP\n'

    assert [(row.line, row.cells["code"]) for row in units_in(csv_source(text))] == [(2, "VP"), (6, "TTRA")]


def test_missing_cells_are_empty_and_surplus_ones_are_kept_apart() -> None:
    short, long = units_in(csv_source("code,name,parent_code\nVP,Văn phòng\nTTRA,Thanh tra,SO,,thừa\n"))

    assert (short.cells["parent_code"], short.surplus) == ("", "")
    assert (long.cells["parent_code"], long.surplus) == ("SO", "thừa")


def test_unknown_columns_are_named_and_not_read() -> None:
    with open_sheets(csv_source("code,name,Ghi chú,parent_code\nVP,Văn phòng,cũ,SO\n")) as sheets:
        assert sheets.units is not None
        assert sheets.units.header.unknown == ("Ghi chú",)
        assert "cũ" not in next(sheets.units.rows).cells.values()


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (UNITS_HEADER, SheetKind.UNITS),
        (PEOPLE_HEADER, SheetKind.PEOPLE),
        (("Mã", "Tên đơn vị", "Mã đơn vị cấp trên", "Thứ tự"), SheetKind.UNITS),
        (("Mã", "Họ đệm", "Tên", "Mã đơn vị"), SheetKind.PEOPLE),
        (("món", "giá"), None),
        ((), None),
    ],
)
def test_the_columns_tell_what_a_table_holds(header: Sequence[str], kind: SheetKind | None) -> None:
    assert kind_of(header) is kind


def test_missing_columns_are_named_in_both_languages() -> None:
    reason = reason_of(csv_source("code,family_name,given_name\n"))

    assert "staff_class (Loại), unit_code (Mã đơn vị)" in reason


def test_a_column_that_comes_twice_is_refused_by_name() -> None:
    assert "line 1: the column code comes twice" in reason_of(csv_source("code,Mã,name,parent_code\n"))


@pytest.mark.parametrize("text", ["", "\n\n", "món,giá\nphở,50000\n"])
def test_a_file_without_known_columns_says_which_it_wants(text: str) -> None:
    assert "units (code, name, parent_code) or people (code," in reason_of(csv_source(text))


def test_a_broken_encoding_is_named_by_line_and_byte_with_the_way_on() -> None:
    text = "code,name,parent_code\nSO,Co quan,\nVP,Văn phòng,SO\n"
    source = Source("danh-ba.csv", io.BytesIO(text.encode("cp1258", errors="replace").replace(b"?n ph", b"\xe3n ph")))

    assert "line 3, byte 5 is not UTF-8; in Excel choose Save As, CSV UTF-8" in reason_of(source)


def test_utf_16_is_refused_with_the_way_on() -> None:
    assert "CSV UTF-8" in reason_of(csv_source("code,name,parent_code\n", "utf-16"))


def test_zero_bytes_are_refused_by_line() -> None:
    assert "line 2 holds a zero byte" in reason_of(csv_source("code,name,parent_code\nVP,V\0n,\n"))


def test_a_line_without_end_is_refused_before_it_fills_the_memory() -> None:
    endless = Source("danh-ba.csv", io.BytesIO(b"code,name,parent_code\n" + b"x" * 3_000_000))

    assert "line 2 is longer than 1000000 bytes" in reason_of(endless)


def test_a_quotation_mark_that_never_closes_is_named_by_its_line() -> None:
    assert "line 3: " in reason_of(csv_source('code,name,parent_code\nSO,Sở,\nVP,"Văn phòng,SO\nX,Y,SO\n'))


def test_a_workbook_gives_what_its_cells_show() -> None:
    header = [*PEOPLE_HEADER, "active_to", "position"]
    row = [7, "Nguyễn Văn", "Mẫu", "cong-chuc", 12.0, datetime(2015, 1, 15), date(2030, 12, 31), "=1+1"]  # noqa: DTZ001 - cells have no zone
    book = workbook(people=[header, row])
    book["people"]["A2"].number_format = "00000"

    (read,) = people_in(saved(book))

    assert (read.cells["code"], read.cells["unit_code"]) == ("00007", "12")
    assert (read.cells["active_from"], read.cells["active_to"]) == ("2015-01-15", "2030-12-31")
    assert read.cells["position"] == "", "a formula that no program has computed shows nothing"


def test_an_error_cell_is_empty() -> None:
    assert units_in(saved(workbook(units=[UNITS_HEADER, ("VP", "Văn phòng", "#N/A", 1)])))[0].cells["parent_code"] == ""


def test_one_workbook_may_hold_units_and_people_and_notes() -> None:
    book = workbook(
        people=[PEOPLE_HEADER, (), MINH], units=[UNITS_HEADER, ("VP", "Văn phòng")], notes=[["đọc kỹ"]], empty=[]
    )

    with open_sheets(saved(book)) as sheets:
        assert sheets.units is not None
        assert sheets.people is not None
        assert [row.cells["code"] for row in sheets.units.rows] == ["VP"]
        assert [row.line for row in sheets.people.rows] == [3]
        assert sheets.unread == ("notes",)


def test_two_sheets_of_one_kind_are_refused() -> None:
    assert "'more' is the second that holds units" in reason_of(
        saved(workbook(one=[UNITS_HEADER], more=[UNITS_HEADER]))
    )


def test_a_sheet_whose_stated_size_is_too_small_is_read_whole() -> None:
    book = workbook(units=[UNITS_HEADER, ("VP", "Văn phòng"), ("TTRA", "Thanh tra")])
    source = _with_part(saved(book), "xl/worksheets/sheet1.xml", b'ref="A1:D3"', b'ref="A1:A1"')

    assert [row.cells["name"] for row in units_in(source)] == ["Văn phòng", "Thanh tra"]


def test_a_workbook_that_breaks_off_is_refused() -> None:
    whole = saved(workbook(units=[UNITS_HEADER])).stream.getvalue()  # type: ignore[attr-defined]  # it is a BytesIO

    assert "no whole .xlsx workbook" in reason_of(Source("danh-ba.xlsx", io.BytesIO(whole[: len(whole) // 2])))


def test_a_workbook_with_broken_rows_is_refused_while_they_are_read() -> None:
    broken = _with_part(
        saved(workbook(units=[UNITS_HEADER, ("VP", "Văn phòng")])), "xl/worksheets/sheet1.xml", b"</sheetData>", b""
    )

    assert "no whole .xlsx workbook" in reason_of(broken)


def test_a_workbook_made_to_burst_is_refused_unopened() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/sharedStrings.xml", b"0" * 1000)
    claimed = (1000).to_bytes(4, "little"), (4_000_000_000).to_bytes(4, "little")

    assert "unpacked it would have 4000000000 bytes" in reason_of(
        Source("danh-ba.xlsx", io.BytesIO(stream.getvalue().replace(*claimed)))
    )


def test_an_old_or_locked_workbook_is_told_to_be_saved_anew() -> None:
    assert "save it as .xlsx" in reason_of(Source("danh-ba.xls", io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 100)))


def _with_part(source: Source, name: str, old: bytes, new: bytes) -> Source:
    stream = io.BytesIO()
    with zipfile.ZipFile(source.stream) as before, zipfile.ZipFile(stream, "w") as after:
        for part in before.namelist():
            content = before.read(part)
            after.writestr(part, content.replace(old, new) if part == name else content)
            assert part != name or old in content
    return Source(source.name, stream)
