"""`eoffice report`: the same people and figures in each form."""

import csv
import json
from pathlib import Path

import pytest
from sqlalchemy import select

from service.actions.deliver import deliver_due
from service.actions.list_recipients import list_recipients
from service.actions.post_document import post_document
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.store.tables import documents
from tests.cli.conftest import Eoffice
from tests.makers import make_person, make_posting, make_unit


@pytest.fixture
def distribution(runtime: Runtime) -> int:
    """To three people, one of them without an address, and one whose name a terminal or a spreadsheet might obey."""
    with runtime.sessions.begin() as session:
        unit = make_unit(session, name="Phòng Một")
        make_person(session, unit, code="A", given_name="An")
        make_person(session, unit, code="B", family_name="[bold]", given_name='"Bình"')
        make_person(session, unit, code="C", given_name="Chi", email=None)
    posted = post_document(runtime, OPERATOR, make_posting())
    list_recipients(runtime)
    deliver_due(runtime)
    return posted.distribution_id


def test_the_table_names_those_whom_nothing_reached_first(
    distribution: int, database_url: str, eoffice: Eoffice
) -> None:
    said = eoffice("report", distribution, DATABASE_URL=database_url).out
    assert "3 = 0 đã xác nhận + 2 chưa xác nhận" in said
    named = said[said.index("Không liên lạc được (1)") :].splitlines()
    assert named == [
        "Không liên lạc được (1), xếp theo tên:",
        "  Nguyễn Văn Chi, Phòng Một: không có địa chỉ thư",
        "",
        "Chưa xác nhận (2), xếp theo tên:",
        "  Nguyễn Văn An, Phòng Một",
        '  [bold] "Bình", Phòng Một',
    ]


def test_the_object_names_everybody_with_the_figures(distribution: int, database_url: str, eoffice: Eoffice) -> None:
    for asked in (["--format", "json"], ["--json"]):
        told = json.loads(eoffice("report", distribution, *asked, DATABASE_URL=database_url).out)
        assert told["identity"]["listed"] == 3
        assert [person["code"] for person in told["outstanding"]] == ["A", "B", "C"]
        assert told["outstanding"][1]["full_name"] == '[bold] "Bình"'


def test_an_object_without_anybody_is_one_too(runtime: Runtime, database_url: str, eoffice: Eoffice) -> None:
    with runtime.sessions.begin() as session:
        make_person(session, make_unit(session))
    empty = post_document(runtime, OPERATOR, make_posting()).distribution_id
    told = json.loads(eoffice("report", empty, "--json", DATABASE_URL=database_url).out)
    assert (told["listing_done"], told["outstanding"]) == (False, [])


def test_the_csv_goes_into_a_file(distribution: int, database_url: str, eoffice: Eoffice, tmp_path: Path) -> None:
    file = tmp_path / "report.csv"
    ran = eoffice("report", distribution, "--format", "csv", "--output", file, DATABASE_URL=database_url)
    assert (ran.code, ran.out) == (0, "")
    with file.open(encoding="utf-8-sig", newline="") as table:
        lines = list(csv.DictReader(table))
    assert [line["Dòng"] for line in lines] == ["Cộng", "Đơn vị", "Người", "Người", "Người"]
    assert [line["Mã"] for line in lines[2:]] == ["A", "B", "C"]


def test_a_report_of_nothing_makes_no_file(database_url: str, eoffice: Eoffice, tmp_path: Path) -> None:
    asked = ("report", 7, "--format", "csv", "--output", tmp_path / "report.csv")
    assert "There is no such" in eoffice(*asked, DATABASE_URL=database_url).refusal
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_takes_no_file_is_named(
    distribution: int, database_url: str, eoffice: Eoffice, tmp_path: Path
) -> None:
    asked = ("report", distribution, "--format", "csv", "--output", tmp_path)
    assert f"{tmp_path} cannot be written" in eoffice(*asked, DATABASE_URL=database_url).refusal


def test_a_deadline_without_confirming_is_refused_in_one_line(
    runtime: Runtime, database_url: str, eoffice: Eoffice, tmp_path: Path
) -> None:
    with runtime.sessions.begin() as session:
        make_person(session, make_unit(session))
    paper = tmp_path / "giay-moi.txt"
    paper.write_text("Kính mời.", encoding="utf-8")
    post = ("post", paper, "--title", "Giấy mời", "--to", "all", "--due", "5d")
    refusal = eoffice(*post, DATABASE_URL=database_url).refusal
    assert "sent for information" in refusal
    with runtime.sessions() as session:
        assert session.execute(select(documents.c.id)).first() is None
