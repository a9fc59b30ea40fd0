"""Caught letters in one SQLite file: they survive restarts, and nothing is held in memory."""

import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

# What a list shows of a letter stands at its beginning.
HEAD_BYTES = 16_384

_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS letters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipients TEXT NOT NULL,
    folded TEXT NOT NULL,
    size INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS sources (id INTEGER PRIMARY KEY, source BLOB NOT NULL);
"""


@dataclass(frozen=True)
class Caught:
    """A letter with its envelope; `source` is whole, or only its beginning in a list."""

    id: int
    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    size: int
    source: bytes


class Store:
    """One connection of one thread; close it, or use `opened`."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(directory / "caught.sqlite3", timeout=10)
        self._connection.executescript(_SCHEMA)

    @classmethod
    def opened(cls, directory: Path) -> "AbstractContextManager[Store]":
        return closing(cls(directory))

    def close(self) -> None:
        self._connection.close()

    def add(self, sender: str, recipients: Sequence[str], source: bytes) -> int:
        """Keep a letter and give its number; it is on disk, though not yet past a power cut, when this returns.

        Raises:
            sqlite3.OperationalError: the disk is full or does not answer.
        """
        with self._connection:
            cursor = self._connection.execute(
                "INSERT INTO letters (received_at, sender, recipients, folded, size) VALUES (?, ?, ?, ?, ?)",
                (datetime.now(UTC).isoformat(), sender, "\n".join(recipients), _framed(recipients), len(source)),
            )
            self._connection.execute("INSERT INTO sources (id, source) VALUES (?, ?)", (cursor.lastrowid, source))
        return cursor.lastrowid or 0

    def get(self, number: int) -> Caught | None:
        found = self._select("letters.id = ?", (number,), limit=1, source="source")
        return found[0] if found else None

    def search(self, part: str, *, before: int | None, limit: int) -> list[Caught]:
        """Newest first; letters whose envelope names an address that contains `part`, all of them when it is empty."""
        return self._select("instr(folded, ?) > 0 OR ? = ''", (part.casefold(), part), before=before, limit=limit)

    def sent_to(self, address: str, *, before: int | None, limit: int) -> list[Caught]:
        """Newest first; letters to exactly this address, whatever its capitals."""
        return self._select("instr(folded, ?) > 0", (_framed([address]),), before=before, limit=limit)

    def count(self) -> int:
        number: int = self._connection.execute("SELECT count(*) FROM letters").fetchone()[0]
        return number

    def _select(
        self,
        condition: str,
        values: tuple[object, ...],
        *,
        limit: int,
        before: int | None = None,
        source: str = f"substr(source, 1, {HEAD_BYTES})",
    ) -> list[Caught]:
        rows = self._connection.execute(
            f"SELECT letters.id, received_at, sender, recipients, size, {source}"  # noqa: S608 - conditions of this page
            f" FROM letters JOIN sources USING (id) WHERE ({condition}) AND (? IS NULL OR letters.id < ?)"
            " ORDER BY letters.id DESC LIMIT ?",
            (*values, before, before, limit),
        )
        return [
            Caught(number, datetime.fromisoformat(received), sender, tuple(recipients.split("\n")), size, bytes(text))
            for number, received, sender, recipients, size, text in rows
        ]


def _framed(addresses: Sequence[str]) -> str:
    """Each address between line ends, so that a whole one can be told from a part."""
    return "\n" + "\n".join(address.casefold() for address in addresses) + "\n"
