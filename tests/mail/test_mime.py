import quopri
from email import message_from_bytes

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.mail.mime import file_part, quoted_printable
from tests.mail.letters import make_file


@given(st.text().map(lambda text: text.replace("\r", "")))
@example(".\n..\n.a\n" + "." * 400)
@example("a " * 100 + "\t\n \n")
@example("ẵ=" * 200)
def test_quoted_printable_decodes_to_the_same_text_in_short_lines_without_dots_in_front(text: str) -> None:
    encoded = quoted_printable(text)
    assert quopri.decodestring(encoded).replace(b"\r\n", b"\n") == text.encode("utf-8", "replace")
    lines = encoded.split(b"\r\n")
    assert all(len(line) <= 76 and not line.startswith(b".") and not line.endswith((b" ", b"\t")) for line in lines)
    assert encoded.isascii()


@given(st.binary(max_size=5000))
def test_a_file_travels_octet_by_octet(content: bytes) -> None:
    part = message_from_bytes(file_part(make_file(content=content)))
    assert part.get_payload(decode=True) == content
    assert part.get_content_type() == "application/pdf"
    assert part.get_filename() == "12-KH-SKHCN.pdf"


@pytest.mark.parametrize(
    ("media_type", "content", "expected"),
    [
        ("text/plain", "Kế hoạch".encode(), "text/plain; charset=utf-8"),
        ("text/plain; charset=x", b"\xff\xfe", "text/plain"),
        ("Application/PDF", b"", "application/pdf"),
        ("multipart/mixed", b"", "application/octet-stream"),
        ("message/rfc822", b"", "application/octet-stream"),
        ("text/html\r\nBcc: x@y.example", b"", "application/octet-stream"),
        ("", b"", "application/octet-stream"),
    ],
)
def test_a_media_type_is_plain_or_none(media_type: str, content: bytes, expected: str) -> None:
    part = message_from_bytes(file_part(make_file(media_type=media_type, content=content)))
    assert part["Content-Type"] == expected
    assert part["Bcc"] is None
