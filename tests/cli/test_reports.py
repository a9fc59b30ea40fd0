"""`eoffice report`: the same people and figures in each form."""

import csv
import io
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from service.actions.acknowledge import acknowledge
from service.actions.deliver import deliver_due
from service.actions.list_recipients import list_recipients
from service.actions.post_document import post_document
from service.domain.receipts import Route
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.store.tables import documents
from tests.cli.conftest import Eoffice
from tests.fakes import FakeClock
from tests.makers import make_actor, make_person, make_posting, make_unit


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


@pytest.fixture
def late(runtime: Runtime, clock: FakeClock) -> int:
    """To two people, of whom one confirmed in time, and the other two hours late."""
    with runtime.sessions.begin() as session:
        unit = make_unit(session, name="Phòng Một")
        people = [make_person(session, unit, code=code, given_name=name) for code, name in (("A", "An"), ("B", "Bình"))]
    clock.move(-timedelta(days=1))
    posted = post_document(runtime, OPERATOR, make_posting(due=clock.now + timedelta(hours=1)))
    list_recipients(runtime)
    for person in people:
        acknowledge(runtime, make_actor(person_id=person), posted.distribution_id, 1, Route.INBOX)
        clock.move(timedelta(hours=3))
    return posted.distribution_id


def test_every_form_counts_who_was_late_and_the_long_ones_name_them(
    late: int, database_url: str, eoffice: Eoffice
) -> None:
    told = eoffice("report", late, DATABASE_URL=database_url).out
    assert "2 = 2 đã xác nhận (trong đó 1 muộn) + 0 chưa xác nhận" in told
    assert re.search(r"nhận +muộn", told)
    assert re.search(r"Phòng Một +0 +0 +0 +0 +2 +2 +1 *$", told, re.MULTILINE)
    named = json.loads(eoffice("report", late, "--json", DATABASE_URL=database_url).out)
    assert (named["late"], named["units"][0]["late"]) == (1, 1)
    assert [(person["code"], person["late_seconds"]) for person in named["confirmations"]] == [("A", None), ("B", 7200)]
    table = eoffice("report", late, "--format", "csv", DATABASE_URL=database_url).out.removeprefix("\ufeff")
    total, _, *people = csv.DictReader(io.StringIO(table))
    assert (total["Đã xác nhận"], total["Trong đó muộn"]) == ("2", "1")
    assert [(person["Mã"], person["Muộn"]) for person in people] == [("A", ""), ("B", "2 giờ")]


def test_an_object_without_anybody_is_one_too(runtime: Runtime, database_url: str, eoffice: Eoffice) -> None:
    with runtime.sessions.begin() as session:
        make_person(session, make_unit(session))
    empty = post_document(runtime, OPERATOR, make_posting()).distribution_id
    told = json.loads(eoffice("report", empty, "--json", DATABASE_URL=database_url).out)
    assert (told["listing_done"], told["outstanding"], told["confirmations"]) == (False, [], [])


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
