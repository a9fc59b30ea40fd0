"""`eoffice verify`: one clear line, and an exit code that a nightly job can rely on."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from service.actions.seal_evidence import seal_evidence
from service.anchors import AnchorFiles
from service.cli import main
from service.domain.anchors import Anchor
from service.domain.evidence import Deed, entry
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.settings import PREFIX
from service.store.evidence import append, head
from tests.fakes import FakeClock

Verify = Callable[..., tuple[int, str, str]]


@pytest.fixture
def verify(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], database_url: str, tmp_path: Path
) -> Verify:
    """Runs the command on this test's database; returns exit code, output and errors."""
    for name in os.environ:
        if name.startswith(PREFIX):
            monkeypatch.delenv(name)
    named = {
        "DATABASE_URL": database_url,
        "BROKER_URL": "redis://127.0.0.1:1",
        "SECRET_KEY": "for these tests only",
        "DATA_DIR": str(tmp_path),
    }
    for name, value in named.items():
        monkeypatch.setenv(PREFIX + name, value)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["eoffice", "verify", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


@pytest.fixture
def five_entries(runtime: Runtime, tmp_path: Path) -> AnchorFiles:
    """Sealed, and anchored in the data directory."""
    with runtime.sessions.begin() as session:
        append(session, *(entry(Deed.OPENED, OPERATOR, runtime.clock(), person=number) for number in range(5)))
    seal_evidence(runtime)
    files = AnchorFiles(tmp_path, "may-1")
    with runtime.sessions() as session:
        found = head(session)
        assert found is not None
        files.keep(Anchor(found, runtime.clock()))
    return files


def tamper(superuser: Engine, statement: str) -> None:
    with superuser.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(statement))


def test_a_chain_that_holds_is_said_in_one_line(verify: Verify, five_entries: AnchorFiles) -> None:
    code, out, err = verify()
    assert (code, err) == (0, "")
    assert out.startswith("The chain holds: 5 entries, hash ")
    assert out.endswith("; 1 anchors agree.\n")


def test_an_empty_log_holds_with_a_word_about_anchors(verify: Verify) -> None:
    code, out, err = verify()
    assert (code, out) == (0, "The chain holds: 0 entries; no anchor to compare with.\n")
    assert "without anchors" in err


def test_the_first_bad_position_is_named_in_one_line(
    verify: Verify, five_entries: AnchorFiles, superuser: Engine
) -> None:
    tamper(superuser, "UPDATE evidence SET entry = '{}' WHERE position = 2")
    code, out, err = verify()
    assert (code, out) == (1, "")
    assert err == (
        "eoffice: The evidence chain does not hold: first bad position 2: its text is not the one that was sealed.\n"
    )


def test_a_cut_tail_is_named_with_the_anchor_that_remembers_it(
    verify: Verify, five_entries: AnchorFiles, superuser: Engine
) -> None:
    tamper(superuser, "DELETE FROM evidence WHERE position > 3")
    code, _, err = verify()
    assert code == 1
    assert "first bad position 4: missing, for the anchor of " in err
    assert "saw 5 entries and only 3 are there" in err


def test_programs_read_the_same_as_json(verify: Verify, five_entries: AnchorFiles, superuser: Engine) -> None:
    code, out, _ = verify("--json")
    assert code == 0
    assert json.loads(out) | {"head": ""} == {
        "holds": True,
        "entries": 5,
        "head": "",
        "anchors": 1,
        "unsealed_late": 0,
        "fault": None,
        "first_bad_position": None,
        "upto": None,
        "anchor_at": None,
    }
    tamper(superuser, "DELETE FROM evidence WHERE position = 3")
    code, out, _ = verify("--json")
    told = json.loads(out)
    assert code == 1
    assert (told["holds"], told["fault"], told["first_bad_position"]) == (False, "missing", 3)


def test_anchors_kept_elsewhere_are_named_by_file(
    verify: Verify, five_entries: AnchorFiles, tmp_path: Path, superuser: Engine
) -> None:
    elsewhere = tmp_path / "elsewhere.txt"
    (tmp_path / "anchors/may-1.txt").rename(elsewhere)
    tamper(superuser, "DELETE FROM evidence WHERE position > 3")
    assert verify()[0] == 0
    assert verify("--anchor", str(elsewhere))[0] == 1


def test_a_file_that_holds_no_anchor_proves_nothing_and_is_refused(
    verify: Verify, five_entries: AnchorFiles, tmp_path: Path
) -> None:
    (tmp_path / "letter.txt").write_text("Kính gửi\n")
    for name, word in (("letter.txt", "not one of its lines"), ("missing.txt", "No such file")):
        code, out, err = verify("--anchor", str(tmp_path / name))
        assert (code, out) == (1, "")
        assert word in err
        assert len(err.splitlines()) == 1


def test_entries_that_nobody_seals_are_a_warning(verify: Verify, runtime: Runtime, clock: FakeClock) -> None:
    long_ago = clock.now.replace(year=2018)
    with runtime.sessions.begin() as session:
        append(session, entry(Deed.OPENED, OPERATOR, long_ago))
    code, out, err = verify()
    assert code == 0
    assert "1 entries have waited more than a minute" in err
    assert "holds: 0 entries" in out
