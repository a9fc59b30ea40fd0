"""`poe public-days`: draw up service/reading/public_days.csv anew from the library `holidays`."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from holidays import country_holidays

import service.reading

TABLE = Path(service.reading.__file__).with_name("public_days.csv")

# No document here is older, and the lunar calendar of the library ends with 2100.
_YEARS = range(2000, 2101)


def main() -> None:
    TABLE.write_text(table(), encoding="utf-8")


def table() -> str:
    """What the library knows, in the order of days, as `eoffice calendar import` takes it."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(("ngày", "loại", "ghi chú"))
    rows.writerows((day.isoformat(), kind, note) for day, kind, note in sorted(_days()))
    return written.getvalue()


def _days() -> Iterator[tuple[date, str, str]]:
    known = country_holidays("VN", years=_YEARS, language="vi")
    yield from ((day, "nghỉ", name) for day, name in known.items() if day.year in _YEARS)
    yield from ((day, "làm bù", "Làm bù") for day in known.weekend_workdays if day.year in _YEARS)


if __name__ == "__main__":
    main()
