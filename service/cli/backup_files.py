"""The file of a backup: a zip archive of the tables as COPY wrote them, the secret key, and a manifest.

The key is in it because links and return addresses that are already on their way die without it. The file is as secret
as the office itself.
"""

import json
import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from service.cli.refusals import BrokenBackup
from service.domain.errors import MissingFile
from service.store.copies import Piece, Shape

_KEY, _MANIFEST = "secret_key", "manifest.json"
_FORMAT = 2
_FAST = 1
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the file holds: tables, their rows at the moment of the snapshot, and the last number of each sequence."""

    schema: str
    tables: tuple[Shape, ...]
    rows: dict[str, int]
    counters: dict[str, int]
    format: int = _FORMAT

    @classmethod
    def parse(cls, text: bytes) -> Self:
        """Raises ValueError, KeyError or TypeError where it is none that this version understands."""
        read = json.loads(text)
        if read["format"] != _FORMAT:
            raise ValueError(f"it is of the format {read['format']}, and this version reads {_FORMAT}")
        tables = tuple(Shape(table["table"], tuple(table["columns"])) for table in read["tables"])
        return cls(**{**read, "tables": tables})


class BackupWriter:
    """Its manifest comes last: a file that was not finished has none."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive

    def keep_table(self, table: str, rows: Iterable[Piece]) -> None:
        with self._archive.open(_member(table), "w", force_zip64=True) as out:
            for block in _in_blocks(rows):
                out.write(block)

    def finish(self, secret_key: str, manifest: Manifest) -> None:
        self._archive.writestr(_KEY, secret_key)
        self._archive.writestr(_MANIFEST, json.dumps(asdict(manifest)))


@contextmanager
def new_backup(file: Path) -> Iterator[BackupWriter]:
    """Written beside its place and moved there whole; nobody else reads it, from its first byte on."""
    making = file.with_name(f"{file.name}.making")
    making.unlink(missing_ok=True)
    try:
        with (
            os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out,
            ZipFile(out, "w", ZIP_DEFLATED, compresslevel=_FAST) as archive,
        ):
            yield BackupWriter(archive)
        making.rename(file)
    finally:
        making.unlink(missing_ok=True)


class BackupReader:
    def __init__(self, file: Path, archive: ZipFile) -> None:
        self.file = file
        self._archive = archive
        self.manifest = Manifest.parse(archive.read(_MANIFEST))
        self.secret_key = archive.read(_KEY).decode()

    def table(self, table: str) -> Iterator[bytes]:
        """The zip's own checksum is checked when its last piece is read."""
        with self._archive.open(_member(table)) as rows:
            while block := rows.read(_BLOCK_BYTES):
                yield block


@contextmanager
def open_backup(file: Path) -> Iterator[BackupReader]:
    """Raises MissingFile or, whenever something in it turns out not to be whole, BrokenBackup."""
    try:
        with ZipFile(file) as archive:
            yield BackupReader(file, archive)
    except FileNotFoundError as error:
        raise MissingFile(name=file) from error
    except (OSError, BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError) as error:
        raise BrokenBackup(name=file, reason=" ".join(str(error).split())) from error


def _member(table: str) -> str:
    return f"tables/{table}.copy"


def _in_blocks(rows: Iterable[Piece]) -> Iterator[bytes]:
    """Rows are small; a block is worth a call of the compressor."""
    block = bytearray()
    for row in rows:
        block += row
        if len(block) >= _BLOCK_BYTES:
            yield bytes(block)
            block.clear()
    yield bytes(block)
