"""`eoffice demo` and `up` as a newcomer meets them: one command, real parts, nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
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


def demo(data: Path, *more: str) -> dict[str, int]:
    ran = eoffice("demo", "--once", "--json", "--port", str(free_port()), "--data", str(data), *more)
    assert ran.returncode == 0, ran.stderr
    last: dict[str, int] = json.loads(ran.stdout.splitlines()[-1])
    return last


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


def test_the_demo_reaches_everybody_and_names_the_one_whom_the_mail_server_refuses(place: Path) -> None:
    ran = eoffice("demo", "--once", "--port", str(free_port()), "--data", str(place / "office"))
    assert ran.returncode == 0, ran.stderr
    assert "80 = 3 đã xác nhận" in ran.stdout
    assert "550 5.1.1" in ran.stdout


def test_the_demo_counts_as_the_contract_says_and_a_second_start_finds_everything_as_it_was(place: Path) -> None:
    first = demo(place / "office")
    addressed = first["accepted"] + first["refused"]
    assert (first["listed"], first["inbox"], first["refused"], first["gave_up"]) == (80, 80, 1, 0)
    assert first["no_address"] + addressed == 80
    assert first["no_address"] > 0
    again = demo(place / "office")
    del first["seconds"], again["seconds"]
    assert again == first


def test_nothing_of_the_office_outlives_a_parent_that_is_killed(place: Path) -> None:
    with up(place / "office") as parent:
        children = parent.children(recursive=True)
        assert {"postgres", "valkey-server"} <= {child.name() for child in children}
        parent.kill()
        _, alive = psutil.wait_procs(children, timeout=20)
        assert alive == []


def test_a_second_office_on_the_same_data_is_refused_in_one_line(place: Path) -> None:
    with up(place / "office"):
        ran = eoffice("up", "--data", str(place / "office"), "--port", str(free_port()))
    assert ran.returncode == 1
    assert "already running" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_what_stands_in_the_way_is_said_in_one_line(place: Path) -> None:
    (place / "full").mkdir()
    (place / "full" / "letter.txt").write_text("not an office")
    for arguments, word in (
        (("up", "--data", str(place / "full")), "no office's"),
        (("up", "--listen", "0.0.0.0", "--data", str(place / "a")), "TLS"),  # noqa: S104 - is refused
        (("status", "--data", str(place / "nowhere")), "No office is running"),
        (("report", "1", "--data", str(place / "nowhere")), "No office is running"),
        (("restore", str(place / "nothing"), "--data", str(place / "b")), "nothing"),
        (("demo", "--document", str(place / "nothing")), "nothing"),
    ):
        ran = eoffice(*arguments)
        assert ran.returncode == 1, arguments
        assert word in ran.stderr
        assert len(ran.stderr.splitlines()) == 1


def test_a_backup_taken_while_it_runs_is_restored_whole_into_an_empty_place(place: Path) -> None:
    demo(place / "office")
    with up(place / "office"):
        taken = eoffice("backup", str(place / "office.backup"), "--data", str(place / "office"))
        before = eoffice("report", "1", "--format", "json", "--data", str(place / "office"))
        assert_evidence_holds(place / "office")
        dossier = eoffice("dossier", "1", "--output", str(place / "dossier.zip"), "--data", str(place / "office"))
    assert dossier.returncode == 0, dossier.stderr
    assert taken.returncode == 0, taken.stderr
    assert (place / "office.backup").stat().st_mode & 0o077 == 0
    restored = eoffice("restore", str(place / "office.backup"), "--data", str(place / "copy"))
    assert restored.returncode == 0, restored.stderr
    assert "verified" in restored.stdout
    with up(place / "copy"):
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


def test_a_broken_backup_is_refused_and_leaves_nothing(place: Path) -> None:
    (place / "broken").write_bytes(os.urandom(4096))
    ran = eoffice("restore", str(place / "broken"), "--data", str(place / "copy"))
    assert ran.returncode == 1
    assert "no complete backup" in ran.stderr
    assert not (place / "copy").exists()


def test_an_office_posts_imports_and_reports_from_the_command_line(place: Path) -> None:
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
        assert eoffice("post", str(place / "khong-co.txt"), "--title", "x", "--to", "all", *data).returncode == 1
        slip = eoffice("user", "slip", "A1", *data)
        assert "code" in slip.stdout
