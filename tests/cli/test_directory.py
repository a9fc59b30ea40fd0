import json
from pathlib import Path

import pytest

from service.runtime import Runtime
from service.store.directory import list_units
from tests.cli.conftest import Eoffice
from tests.makers import make_person, make_unit

HEAD = "code,family_name,given_name,staff_class,unit_code\n"


@pytest.fixture
def one_of_twelve(runtime: Runtime, tmp_path: Path) -> Path:
    """An office of twelve, and a file that holds one of them."""
    with runtime.sessions.begin() as session:
        unit = make_unit(session, code="VP")
        for number in range(12):
            make_person(session, unit, code=f"NV{number:02}")
    file = tmp_path / "nguoi.csv"
    file.write_text(f"{HEAD}NV00,Nguyễn Văn,Mẫu,cong-chuc,VP\n", encoding="utf-8")
    return file


def staff(runtime: Runtime) -> int:
    with runtime.sessions() as session:
        return sum(unit.people for unit in list_units(session))


def test_a_file_that_makes_many_leave_is_refused_in_one_line_with_the_way_on(
    eoffice: Eoffice, runtime: Runtime, database_url: str, one_of_twelve: Path
) -> None:
    ran = eoffice("directory", "import", one_of_twelve, DATABASE_URL=database_url)
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)
    assert "11 of the 12 people in the directory are not in the file" in ran.err
    assert "--allow-leavers" in ran.err
    assert "Nothing was written." in ran.out
    assert staff(runtime) == 12
    assert eoffice("directory", "import", one_of_twelve, "--allow-leavers", DATABASE_URL=database_url).code == 0
    assert staff(runtime) == 1


def test_a_dry_run_warns_and_does_not_fail(
    eoffice: Eoffice, runtime: Runtime, database_url: str, one_of_twelve: Path
) -> None:
    ran = eoffice("directory", "import", one_of_twelve, "--dry-run", "--json", DATABASE_URL=database_url)
    assert (ran.code, ran.err) == (0, "")
    (warning,) = json.loads(ran.out)["people"]["warnings"]
    assert (warning["problem"], warning["given"], warning["other"]) == ("many-leave", "11", "12")
    assert staff(runtime) == 12
