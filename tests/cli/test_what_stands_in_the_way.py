"""What keeps a command from its work is said in one line, with nothing made and nothing started."""

from pathlib import Path

import pytest

from tests.cli.conftest import Eoffice


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("not an office")
    (tmp_path / "broken").write_bytes(b"PK" * 2_048)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("up", "--data", "{}/full"), "no office's"),
        (("up", "--listen", "0.0.0.0", "--data", "{}/a"), "TLS"),  # noqa: S104 - is refused
        (("status", "--data", "{}/nowhere"), "No office is running"),
        (("report", "1", "--data", "{}/nowhere"), "No office is running"),
        (("restore", "{}/nothing", "--data", "{}/b"), "nothing"),
        (("restore", "{}/broken", "--data", "{}/b"), "no complete backup"),
        (("restore", "{}/broken", "--data", "{}/full"), "no complete backup"),
        (("demo", "--document", "{}/nothing"), "nothing"),
        (("post", "{}/nothing", "--title", "Văn bản mẫu", "--to", "all"), "nothing"),
    ],
)
def test_it_is_said_in_one_line_and_nothing_is_made(
    eoffice: Eoffice, place: Path, arguments: tuple[str, ...], said: str
) -> None:
    before = sorted(place.rglob("*"))
    assert said in eoffice(*(word.format(place) for word in arguments)).refusal
    assert sorted(place.rglob("*")) == before


@pytest.mark.parametrize("command", ["status", "backup"])
def test_without_a_database_and_without_an_office_of_ones_own_it_says_how_to_come_by_one(
    eoffice: Eoffice, place: Path, command: str
) -> None:
    file = [place / "new"] if command == "backup" else []
    line = eoffice(command, *file, DATABASE_URL="", DATA_DIR=place / "nowhere").refusal
    assert "eoffice up" in line
    assert "EOFFICE_DATABASE_URL" in line
