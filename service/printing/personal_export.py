"""What is kept about a person, as one JSON object and as CSV files in a zip: the same rows under the same names."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import IO, Any

from service.domain.vietnamese import strip_controls

Row = Mapping[Any, Any]
Sections = Iterable[tuple[str, Iterable[Row]]]

# See report_csv: Excel knows UTF-8 by it.
_BYTE_ORDER_MARK = "\ufeff"
_FORMULA_STARTS = ("=", "+", "-", "@")


def as_json(sections: Sections, exported_at: datetime) -> Iterator[str]:
    """One JSON object in pieces: `exported_at`, then a list of rows a section. Moments are RFC 3339 in UTC."""
    yield f'{{"exported_at": {_json(exported_at)}'
    for name, rows in sections:
        yield f',\n"{name}": ['
        separator = "\n"
        for row in rows:
            yield separator + _json(dict(row))
            separator = ",\n"
        yield "]"
    yield "}\n"


def write_zip(target: IO[bytes], sections: Sections) -> None:
    """Write a zip with one CSV file a section; a section without rows has an empty file."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in sections:
            with archive.open(f"{name}.csv", "w") as binary, io.TextIOWrapper(binary, "utf-8", newline="") as file:
                file.write(_BYTE_ORDER_MARK)
                writer = csv.writer(file)
                for number, row in enumerate(rows):
                    if number == 0:
                        writer.writerow(row.keys())
                    writer.writerow([_cell(value) for value in row.values()])


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_written)


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a record holds {type(value).__name__}, which no file can say")


def _cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, "CSV Injection")."""
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return _written(value)
    text = _json(value) if isinstance(value, list) else str(value)
    line = strip_controls(text)
    return f"'{line}" if not isinstance(value, int) and line.startswith(_FORMULA_STARTS) else line
