"""Anchors outlive the process, the power and the machine that wrote them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.anchors import AnchorFiles, NoAnchors, read_anchors
from service.domain.anchors import Anchor, Head

MOMENT = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
ONE, TWO, THREE = (
    Anchor(Head(number, bytes([number]) * 32), MOMENT + timedelta(minutes=number)) for number in (1, 2, 3)
)


def test_what_was_kept_is_there_after_a_restart(tmp_path: Path) -> None:
    before = AnchorFiles(tmp_path, "may-1")
    assert before.last() is None
    assert list(before.kept()) == []
    before.keep(ONE)
    before.keep(TWO)
    after = AnchorFiles(tmp_path, "may-1")
    assert after.last() == TWO
    assert list(after.kept()) == [ONE, TWO]


def test_machines_write_a_file_each_and_read_all_of_them(tmp_path: Path) -> None:
    here, there = AnchorFiles(tmp_path, "may-1"), AnchorFiles(tmp_path, "../may 2")
    here.keep(ONE)
    there.keep(TWO)
    assert here.last() == there.last() == TWO
    assert list(here.kept()) == list(there.kept())
    assert {file.name for file in (tmp_path / "anchors").iterdir()} == {"may-1.txt", "..-may-2.txt"}


def test_a_line_that_was_cut_off_spoils_neither_the_one_before_nor_the_next(tmp_path: Path) -> None:
    anchors = AnchorFiles(tmp_path, "may-1")
    anchors.keep(ONE)
    anchors.keep(TWO)
    file = tmp_path / "anchors/may-1.txt"
    file.write_bytes(file.read_bytes()[:-20])
    assert anchors.last() == ONE
    anchors.keep(THREE)
    assert list(read_anchors(file)) == [ONE, THREE]


def test_a_place_that_does_not_take_them_says_so(tmp_path: Path) -> None:
    (tmp_path / "anchors").write_text("a file where the directory should be")
    with pytest.raises(OSError, match="anchors"):
        AnchorFiles(tmp_path, "may-1").keep(ONE)


def test_without_a_data_directory_nothing_is_kept() -> None:
    nowhere = NoAnchors()
    nowhere.keep(ONE)
    assert nowhere.last() == ONE
    assert list(nowhere.kept()) == []
