"""Bodies and files as MIME parts. No line of the result starts with a dot, so that it needs no stuffing in SMTP."""

import base64
import re
import string

from service.domain.letters import AttachedFile
from service.mail import headers

_LONGEST_LINE = 75
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}")
# RFC 2046 forbids base64 inside these two, and a file is a file.
_NO_FILE_TYPES = ("multipart/", "message/")
_ANY_BYTES = "application/octet-stream"

_AS_THEY_ARE = set("\t " + string.ascii_letters + string.digits + string.punctuation) - {"="}
# Each octet as it stands in quoted-printable (RFC 2045, 6.7); blanks are seen to at line ends.
_TOKENS = tuple(bytes([octet]) if chr(octet) in _AS_THEY_ARE else b"=%02X" % octet for octet in range(256))


def quoted_printable(text: str) -> bytes:
    """Encoded lines joined by CRLF, without a last one; `text` ends its lines with LF alone."""
    return b"\r\n".join(_encode_line(line) for line in text.encode("utf-8", "replace").split(b"\n"))


def part_head(media_type: str) -> bytes:
    """What stands before a quoted-printable body."""
    head = f"Content-Type: {media_type}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    return head.encode("ascii")


def file_part(file: AttachedFile) -> bytes:
    head = f"Content-Type: {_media_type(file)}\r\nContent-Transfer-Encoding: base64\r\n".encode("ascii")
    content = base64.encodebytes(file.content).replace(b"\n", b"\r\n")
    return b"".join((head, headers.attachment(file.name), b"\r\n", content))


def _encode_line(line: bytes) -> bytes:
    tokens = [_TOKENS[octet] for octet in line]
    if tokens and tokens[-1] in {b" ", b"\t"}:
        tokens[-1] = b"=%02X" % line[-1]
    pieces: list[bytes] = []
    length = 0
    for token in tokens:
        if length + len(token) > _LONGEST_LINE:
            pieces.append(b"=\r\n")
            length = 0
        safe = b"=2E" if length == 0 and token == b"." else token
        pieces.append(safe)
        length += len(safe)
    return b"".join(pieces)


def _media_type(file: AttachedFile) -> str:
    media_type = file.media_type.partition(";")[0].strip().lower()
    if not _MEDIA_TYPE.fullmatch(media_type) or media_type.startswith(_NO_FILE_TYPES):
        return _ANY_BYTES
    if media_type.startswith("text/") and _is_utf8(file.content):
        return f"{media_type}; charset=utf-8"
    return media_type


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
