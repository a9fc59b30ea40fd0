import json
from pathlib import Path

from tests.cli.conftest import Eoffice


def test_a_file_is_announced_whole_or_not_at_all_and_the_year_is_shown(
    eoffice: Eoffice, database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "lich.csv"
    file.write_text("ngày,loại,ghi chú\n31/12/2026,nghỉ,Hoán đổi\n32/12/2026,lễ,\n", encoding="utf-8")
    ran = eoffice("calendar", "import", file, DATABASE_URL=database_url)
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)
    assert "2 places in 2 rows are refused" in ran.err
    assert "refused: line 3, column ngày" in ran.out

    file.write_text("ngày,loại,ghi chú\n31/12/2026,nghỉ,Hoán đổi\n", encoding="utf-8")
    dry = eoffice("calendar", "import", file, "--dry-run", DATABASE_URL=database_url)
    assert (dry.code, "Nothing was written" in dry.out) == (0, True)
    assert "Written." in eoffice("calendar", "import", file, DATABASE_URL=database_url).out

    days = json.loads(eoffice("calendar", "show", "2026", "--json", DATABASE_URL=database_url).out)
    assert days[-1] == {"day": "2026-12-31", "is_working": False, "note": "Hoán đổi", "announced": True}
    shown = eoffice("calendar", "show", "2026", DATABASE_URL=database_url).out
    assert "24/11/2026 thứ Ba" in shown
    assert "Hoán đổi (cơ quan thông báo)" in shown


def test_a_file_that_is_not_there_is_named(eoffice: Eoffice, database_url: str, tmp_path: Path) -> None:
    ran = eoffice("calendar", "import", tmp_path / "khong-co.csv", DATABASE_URL=database_url)
    assert "khong-co.csv" in ran.refusal
