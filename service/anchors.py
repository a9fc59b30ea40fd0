"""Anchors in files of the data directory: append-only, on disk before anybody relies on them, one file a machine.

Several processes of a machine share its file: a line is appended whole, in one write. Machines that share the directory
have a file each, so none depends on another's file locks.
"""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from service.domain.anchors import Anchor, parse_anchor, written

_DIRECTORY, _SUFFIX = "anchors", ".txt"
# More than the longest line.
_TAIL_BYTES = 512


class AnchorFiles:
    """`machine` names the file that this process writes; every file of the directory is read."""

    def __init__(self, data_dir: Path, machine: str) -> None:
        self._directory = data_dir / _DIRECTORY
        self._own = self._directory / f"{re.sub(r'[^A-Za-z0-9._-]', '-', machine)}{_SUFFIX}"

    def keep(self, anchor: Anchor) -> None:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_new = not self._own.exists()
        file = os.open(self._own, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            # A line that was cut off when the power went stays what it is: no anchor.
            ending = b"" if _ends_with_a_line(file) else b"\n"
            os.write(file, ending + f"{written(anchor)}\n".encode())
            os.fsync(file)
        finally:
            os.close(file)
        if is_new:
            _sync(self._directory)

    def last(self) -> Anchor | None:
        found = [anchor for file in self._files() if (anchor := _last_of(file))]
        return max(found, key=lambda anchor: anchor.at, default=None)

    def kept(self) -> Sequence[Anchor]:
        return [anchor for file in self._files() for anchor in read_anchors(file)]

    def _files(self) -> Sequence[Path]:
        return sorted(self._directory.glob(f"*{_SUFFIX}"))


class NoAnchors:
    """Where no data directory is set: the last is remembered, so that the interval holds, and nothing is kept."""

    def __init__(self) -> None:
        self._last: Anchor | None = None

    def keep(self, anchor: Anchor) -> None:
        self._last = anchor

    def last(self) -> Anchor | None:
        return self._last

    def kept(self) -> Sequence[Anchor]:
        return ()


def read_anchors(file: Path) -> Iterator[Anchor]:
    """The anchors of a file, in its order; lines that are none are left out.

    Raises:
        OSError: it cannot be read.
    """
    with file.open(encoding="utf-8", errors="replace") as lines:
        yield from (anchor for anchor in map(parse_anchor, lines) if anchor)


def _last_of(file: Path) -> Anchor | None:
    """Read from the end: the file of a busy office grows by a line a minute, for years."""
    with file.open("rb") as content:
        content.seek(max(os.fstat(content.fileno()).st_size - _TAIL_BYTES, 0))
        lines = content.read().decode(errors="replace").splitlines()
    return next((found for found in map(parse_anchor, reversed(lines)) if found), None)


def _ends_with_a_line(file: int) -> bool:
    size = os.fstat(file).st_size
    return size == 0 or os.pread(file, 1, size - 1) == b"\n"


def _sync(directory: Path) -> None:
    """A new file's name is on disk only when its directory is."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
