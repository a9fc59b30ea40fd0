r"""Header fields as bytes, written by hand from text that was stripped of controls.

The standard library's generator turns an encoded newline in a value into a real header (CVE-2024-6923), so it is kept
out of here. Every function returns whole lines ending in CRLF, ASCII unless an address is not, none above 78 octets
save where an address alone is longer.
"""

import base64
import re
from urllib.parse import quote

from service.domain.vietnamese import strip_controls

CRLF = b"\r\n"

_LINE = 76
_PLAIN = re.compile(r"[ -~]*")
_PLAIN_PHRASE = re.compile(r"[A-Za-z0-9]+( [A-Za-z0-9]+)*")
_PLAIN_FILENAME = re.compile(r"[A-Za-z0-9._-]+( [A-Za-z0-9._-]+)*")
_MESSAGE_ID = re.compile(r"[!-;=?-~]{1,200}@[!-;=?-~]{1,200}")
_BEFORE_WORD, _AFTER_WORD = "=?utf-8?b?", "?="
_SHORTEST_FIRST_WORD = 12
_LONGEST_SEGMENT = 50
# Path separators would be cut off, or obeyed, by whoever saves the file.
_NOT_IN_FILENAMES = str.maketrans({"/": "_", "\\": "_"})


def field(name: str, value: str) -> bytes:
    """An unstructured field such as Subject."""
    text = strip_controls(value)
    plain = f"{name}: {text}"
    if len(plain) <= _LINE and _PLAIN.fullmatch(text) and "=?" not in text:
        return plain.encode("ascii") + CRLF
    return f"{name}: {_encoded_words(text, len(name) + 2)}".encode("ascii") + CRLF


def mailbox(name: str, display_name: str, address: str) -> bytes:
    """A field with one person in it such as To; `address` has passed `is_mail_address`."""
    phrase = strip_controls(display_name)
    if not phrase:
        return f"{name}: <{address}>".encode() + CRLF
    if not (_PLAIN_PHRASE.fullmatch(phrase) and len(name) + len(phrase) + 2 <= _LINE):
        phrase = _encoded_words(phrase, len(name) + 2)
    return f"{name}: {phrase}\r\n <{address}>".encode() + CRLF


def message_id(value: str) -> bytes:
    """The Message-ID field for an identifier without its brackets.

    Raises:
        ValueError: it holds what no identifier may (RFC 5322, 3.6.4).
    """
    if not _MESSAGE_ID.fullmatch(value):
        raise ValueError(f"{value!r} cannot be a Message-ID")
    return f"Message-ID: <{value}>".encode("ascii") + CRLF


def attachment(filename: str) -> bytes:
    """The Content-Disposition of a file, its name encoded and split by RFC 2231 where it is not plain."""
    name = strip_controls(filename).translate(_NOT_IN_FILENAMES)
    if len(name) <= _LONGEST_SEGMENT and _PLAIN_FILENAME.fullmatch(name):
        return b'Content-Disposition: attachment; filename="%s"\r\n' % name.encode("ascii")
    segments = _segments([quote(char, safe="") for char in name])
    if len(segments) == 1:
        return f"Content-Disposition: attachment;\r\n filename*=utf-8''{segments[0]}\r\n".encode("ascii")
    segments[0] = f"utf-8''{segments[0]}"
    lines = [f" filename*{at}*={segment}" for at, segment in enumerate(segments)]
    return ("Content-Disposition: attachment;\r\n" + ";\r\n".join(lines)).encode("ascii") + CRLF


def _encoded_words(text: str, used: int) -> str:
    """RFC 2047 words of whole characters; `used` octets of the first line are taken already."""
    room = _LINE - len(_BEFORE_WORD) - len(_AFTER_WORD)
    first = max(room - used, _SHORTEST_FIRST_WORD)
    words, word, limit = [], b"", first // 4 * 3
    for char in text:
        octets = char.encode("utf-8", "replace")
        if len(word) + len(octets) > limit:
            words.append(word)
            word, limit = b"", (room - 1) // 4 * 3
        word += octets
    words.append(word)
    return "\r\n ".join(f"{_BEFORE_WORD}{base64.b64encode(word).decode('ascii')}{_AFTER_WORD}" for word in words)


def _segments(pieces: list[str]) -> list[str]:
    segments = [""]
    for piece in pieces:
        if len(segments[-1]) + len(piece) > _LONGEST_SEGMENT:
            segments.append("")
        segments[-1] += piece
    return segments
