"""What changed between two texts, readable by paragraph and word, and how it is cut down to the parts that changed.

The words that both texts have once each are the fixed points (as in "patience diff"); `difflib` looks only at what is
short between them. The work therefore grows with the length of the texts, not with its square, whatever they hold.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

# Between two fixed points: pairs of words that may be compared with each other. Anything longer counts as rewritten.
_COMPARABLE_PAIRS = 10_000
# Below this share of words in common, two paragraphs are told apart whole: a patchwork of single words reads badly.
_LEAST_IN_COMMON = 0.4
# A word with the spaces before it: spaces by themselves would be equal everywhere.
_TOKENS = re.compile(r"\n|[^\S\n]*\w+|[^\S\n]+|[^\w\s]")


class Change(StrEnum):
    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text, never empty. The old text is all that was kept or removed, the new one all kept or added."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of both texts together, or of one of them, without its end."""

    spans: tuple[Span, ...]

    @property
    def is_changed(self) -> bool:
        return any(span.change is not Change.KEPT for span in self.spans)


@dataclass(frozen=True, slots=True)
class Gap:
    """So many lines that did not change are left out here."""

    lines: int


def differences(old: str, new: str) -> tuple[Span, ...]:
    """What became of `old`, piece by piece in the order of reading; adjacent pieces differ in their change."""
    old_lines, new_lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
    spans: list[Span] = []
    for ours, theirs in _blocks(old_lines, new_lines):
        before, after = "".join(ours), "".join(theirs)
        spans += [Span(Change.KEPT, before)] if before == after else _in_words(before, after)
    return tuple(_joined(spans))


def by_line(spans: Sequence[Span]) -> Iterator[Line]:
    """The same, line by line."""
    line: list[Span] = []
    for span in spans:
        *whole, rest = span.text.split("\n")
        for text in whole:
            line += [Span(span.change, text)] if text else []
            yield Line(tuple(line))
            line = []
        line += [Span(span.change, rest)] if rest else []
    if line:
        yield Line(tuple(line))


def abridged(lines: Sequence[Line], around: int = 2) -> Iterator[Line | Gap]:
    """Only the lines that changed, with `around` lines before and after each."""
    shown = {
        near
        for place, line in enumerate(lines)
        if line.is_changed
        for near in range(place - around, place + around + 1)
    }
    left_out = 0
    for place, line in enumerate(lines):
        if place not in shown:
            left_out += 1
            continue
        if left_out:
            yield Gap(left_out)
            left_out = 0
        yield line
    if left_out:
        yield Gap(left_out)


def _in_words(old: str, new: str) -> list[Span]:
    ours, theirs = _TOKENS.findall(old), _TOKENS.findall(new)
    spans = []
    common = 0
    for mine, yours in _blocks(ours, theirs):
        if mine == yours:
            common += _words_in(mine)
            spans.append(Span(Change.KEPT, "".join(mine)))
        else:
            spans += _replaced("".join(mine), "".join(yours))
    most = max(_words_in(ours), _words_in(theirs))
    return spans if common >= most * _LEAST_IN_COMMON else _replaced(old, new)


def _words_in(tokens: Sequence[str]) -> int:
    return sum(token.strip().isalnum() for token in tokens)


def _replaced(old: str, new: str) -> list[Span]:
    pieces = (Span(Change.REMOVED, old), Span(Change.ADDED, new))
    return [piece for piece in pieces if piece.text]


def _joined(spans: Sequence[Span]) -> Iterator[Span]:
    """Pieces of one kind that lie side by side become one."""
    last: Span | None = None
    for span in spans:
        if last and last.change is span.change:
            last = Span(span.change, last.text + span.text)
            continue
        if last:
            yield last
        last = span
    if last:
        yield last


Block = tuple[Sequence[str], Sequence[str]]


def _blocks(old: Sequence[str], new: Sequence[str]) -> Iterator[Block]:
    """Both sequences cut into as many parts: equal ones, and what stands between them on either side."""
    start = _common_start(old, new)
    end = _common_start(old[start:][::-1], new[start:][::-1])
    old_end, new_end = len(old) - end, len(new) - end
    yield from _part(old[:start], new[:start])
    yield from _between(old[start:old_end], new[start:new_end])
    yield from _part(old[old_end:], new[new_end:])


def _between(old: Sequence[str], new: Sequence[str]) -> Iterator[Block]:
    fixed = _fixed_points(old, new)
    if not fixed:
        yield from _short(old, new)
        return
    place = 0, 0
    for point in (*fixed, (len(old), len(new))):
        yield from _grown(old[place[0] : point[0]], new[place[1] : point[1]])
        yield from _part(old[point[0] : point[0] + 1], new[point[1] : point[1] + 1])
        place = point[0] + 1, point[1] + 1


def _grown(old: Sequence[str], new: Sequence[str]) -> Iterator[Block]:
    """Between two fixed points: what is equal beside them belongs to them, the rest is looked at closely."""
    start = _common_start(old, new)
    end = _common_start(old[start:][::-1], new[start:][::-1])
    old_end, new_end = len(old) - end, len(new) - end
    yield from _part(old[:start], new[:start])
    yield from _short(old[start:old_end], new[start:new_end])
    yield from _part(old[old_end:], new[new_end:])


def _short(old: Sequence[str], new: Sequence[str]) -> Iterator[Block]:
    if len(old) * len(new) > _COMPARABLE_PAIRS:
        yield from _part(old, new)
        return
    for _, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield old[old_from:old_to], new[new_from:new_to]


def _part(old: Sequence[str], new: Sequence[str]) -> Iterator[Block]:
    if old or new:
        yield old, new


def _common_start(old: Sequence[str], new: Sequence[str]) -> int:
    length = 0
    for mine, yours in zip(old, new, strict=False):
        if mine != yours:
            break
        length += 1
    return length


def _fixed_points(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Where what both have exactly once stands in each, in the order of both: the longest rising sequence of them."""
    once_in_old, once_in_new = _once(old), _once(new)
    pairs = [(place, once_in_new[word]) for word, place in once_in_old.items() if word in once_in_new]
    # Patience sorting: `tails` holds the lowest end of a rising sequence of each length.
    tails: list[int] = []
    ends: list[int] = []
    came_from: list[int] = []
    for index, (_, place) in enumerate(pairs):
        length = bisect_left(tails, place)
        came_from.append(ends[length - 1] if length else -1)
        if length == len(tails):
            tails.append(place)
            ends.append(index)
        else:
            tails[length], ends[length] = place, index
    found = []
    index = ends[-1] if ends else -1
    while index >= 0:
        found.append(pairs[index])
        index = came_from[index]
    return found[::-1]


def _once(words: Sequence[str]) -> dict[str, int]:
    """What stands in a sequence exactly once, with its place, in order."""
    counts = Counter(words)
    return {word: place for place, word in enumerate(words) if counts[word] == 1}
