"""What every kind of file becomes before its columns are known: lines of text cells."""

from collections.abc import Iterator
from dataclasses import dataclass


class UnreadableError(ValueError):
    """The file cannot be read on; the message says where, why, and what to do, without the file's name."""


@dataclass(frozen=True, slots=True)
class Grid:
    """`lines` gives each line's number, from 1, with its cells; lines without any text are passed over."""

    title: str
    lines: Iterator[tuple[int, list[str]]]
