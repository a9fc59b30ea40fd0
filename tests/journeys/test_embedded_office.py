"""`eoffice demo` and `up` as a newcomer meets them: one command, real parts, nothing left behind."""

import json
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import pytest

from service.embedded.data_dir import read_running
from service.embedded.ports import free_port, is_listening
from service.settings import child_environment, read_settings
from tests.journeys.processes import wait_until

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

COMMAND = [sys.executable, "-m", "service.cli"]


@pytest.fixture
def place() -> Iterator[Path]:
    """Short and open to the account that root's PostgreSQL runs under."""
    with tempfile.TemporaryDirectory(prefix="eo-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o755)
        yield Path(made)


def eoffice(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        env=child_environment(read_settings()),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@dataclass(frozen=True)
class Demo:
    data: Path
    said: str


@pytest.fixture(scope="module")
def shown() -> Iterator[Demo]:
    """The demo, once for all that look at what it said and left; each looks at its end."""
    with tempfile.TemporaryDirectory(prefix="eo-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o755)
        yield Demo(Path(made) / "office", demo(Path(made) / "office"))


def demo(data: Path, *more: str) -> str:
    ran = eoffice("demo", "--once", "--port", str(free_port()), "--data", str(data), *more)
    assert ran.returncode == 0, ran.stderr
    # With --json the report goes where it is in nobody's way.
    return ran.stderr + ran.stdout


@contextmanager
def up(data: Path, **settings: object) -> Iterator[psutil.Popen]:
    port = free_port()
    process = psutil.Popen(
        [*COMMAND, "up", "--data", str(data), "--port", str(port)],
        env=child_environment(read_settings(**settings)),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until(lambda: read_running(data) is not None and is_listening(port), "the office is up")
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def test_the_demo_reaches_everybody_and_names_the_one_whom_the_mail_server_refuses(shown: Demo) -> None:
    assert "80 = 3 đã xác nhận" in shown.said
    assert "550 5.1.1" in shown.said


def test_a_second_start_finds_everything_as_it_was_and_counts_as_the_contract_says(shown: Demo) -> None:
    again = demo(shown.data, "--json")
    assert figures(again) == figures(shown.said)
    told = json.loads(again.splitlines()[-1])
    assert (told["document_id"], told["distribution_id"]) == (1, 1)
    assert (told["listed"], told["inbox"], told["refused"], told["gave_up"]) == (80, 80, 1, 0)
    assert told["no_address"] + told["accepted"] + told["refused"] == 80
    assert told["no_address"] > 0
    assert told["seconds"] >= 0


def figures(said: str) -> list[str]:
    """The report without its moment."""
    lines = said.splitlines()
    started = next(number for number, line in enumerate(lines) if "số liệu lúc" in line)
    return [line for line in lines[started + 1 :] if not line.startswith(("{", "http"))]


def test_nothing_of_the_office_outlives_a_parent_that_is_killed(place: Path) -> None:
    with up(place / "office") as parent:
        children = parent.children(recursive=True)
        assert {"postgres", "valkey-server"} <= {child.name() for child in children}
        parent.kill()
        _, alive = psutil.wait_procs(children, timeout=20)
        assert alive == []


def test_a_backup_taken_while_it_runs_is_restored_whole_into_an_empty_place(shown: Demo, place: Path) -> None:
    with up(shown.data, anchor_interval=1):
        taken = eoffice("backup", str(place / "office.backup"), "--data", str(shown.data))
        before = eoffice("report", "1", "--format", "json", "--data", str(shown.data))
        assert_evidence_holds(shown.data)
        dossier = eoffice("dossier", "1", "--output", str(place / "dossier.zip"), "--data", str(shown.data))
    assert dossier.returncode == 0, dossier.stderr
    assert taken.returncode == 0, taken.stderr
    assert (place / "office.backup").stat().st_mode & 0o077 == 0
    restored = eoffice("restore", str(place / "office.backup"), "--data", str(place / "copy"))
    assert restored.returncode == 0, restored.stderr
    assert "verified" in restored.stdout
    with up(place / "copy", anchor_interval=1):
        after = eoffice("report", "1", "--format", "json", "--data", str(place / "copy"))
        assert_evidence_holds(place / "copy")
    assert_dossier_holds(place / "dossier.zip")
    assert without_moment(after.stdout) == without_moment(before.stdout)


def assert_evidence_holds(data: Path) -> None:
    """By the command, and by what the application's own role is refused."""

    def verified() -> dict[str, object]:
        ran = eoffice("verify", "--json", "--data", str(data))
        assert ran.returncode == 0, ran.stderr
        found: dict[str, object] = json.loads(ran.stdout)
        return found

    wait_until(lambda: bool(verified()["anchors"]), "the chain is anchored")
    assert int(str(verified()["entries"])) >= 2
    office = read_running(data)
    assert office is not None
    for statement in ("UPDATE evidence SET entry = '{}'", "DELETE FROM evidence", "TRUNCATE evidence"):
        with psycopg.connect(office.database_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


def assert_dossier_holds(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        archive.extract("verify.py", file.parent)
    bare = [sys.executable, "-I", "-S", str(file.parent / "verify.py"), str(file)]
    ran = subprocess.run(bare, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


def without_moment(report: str) -> dict[str, object]:
    read: dict[str, object] = json.loads(report)
    del read["as_of"]
    return read


def test_an_office_has_its_data_alone_and_posts_imports_and_reports_from_the_command_line(place: Path) -> None:
    (place / "units.csv").write_text("code,name,parent_code,position\nSO,Sở Thử nghiệm,,1\n", encoding="utf-8")
    (place / "people.csv").write_text(
        "code,family_name,given_name,position,staff_class,unit_code,email\n"
        "A1,Lê Thị,Mẫu Một,Chuyên viên,cong-chuc,SO,a1@skhcn.example\n"
        "A2,Lê Thị,Mẫu Hai,Chuyên viên,vien-chuc,SO,\n",
        encoding="utf-8",
    )
    (place / "van-ban.txt").write_text("Nội dung văn bản mẫu.\n", encoding="utf-8")
    data = ("--data", str(place / "office"))
    with up(place / "office", base_url="https://vanban.example.org/"):
        running = read_running(place / "office")
        assert running is not None
        assert running.base_url == "https://vanban.example.org", "what stands in letters"
        second = eoffice("up", "--port", str(free_port()), *data)
        assert (second.returncode, "already running" in second.stderr) == (1, True)
        assert len(second.stderr.splitlines()) == 1
        for name in ("units", "people"):
            imported = eoffice("directory", "import", str(place / f"{name}.csv"), *data)
            assert imported.returncode == 0, imported.stderr
        post = ("post", str(place / "van-ban.txt"), "--title", "Văn bản mẫu", "--to", "all", "--key", "k1", *data)
        posted = eoffice(*post, "--must-confirm", "--due", "5d", "--wait")
        assert posted.returncode == 0, posted.stderr
        assert "posted before" in eoffice(*post, "--must-confirm", "--due", "5d").stdout
        refused = eoffice(*post[:-4], "--to", "unit:KHONG-CO", *data)
        assert (refused.returncode, "unit:KHONG-CO" in refused.stderr) == (1, True)
        report = json.loads(eoffice("report", "1", "--json", *data).stdout)
        assert report["identity"]["listed"] == 2
        assert "Workers seen" in eoffice("status", *data).stdout
        slip = eoffice("user", "slip", "A1", *data)
        assert "code" in slip.stdout
