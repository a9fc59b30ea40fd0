import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.reading.scans import scan_type

BEGINNINGS = {
    b"%PDF-1.7\n": "application/pdf",
    b"\xff\xd8\xff\xe0\x00\x10JFIF": "image/jpeg",
    b"\x89PNG\r\n\x1a\n\x00": "image/png",
}


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_a_scan_is_what_its_first_bytes_say(beginning: bytes) -> None:
    assert scan_type(beginning + b"whatever") == BEGINNINGS[beginning]


@pytest.mark.parametrize(
    "content", [b"", b"%PDF", b" %PDF-1.7", b"PK\x03\x04", b"MZ", b"<svg>", b"GIF89a", b"\xff\xd8"]
)
def test_anything_else_is_no_scan(content: bytes) -> None:
    assert scan_type(content) is None


@given(st.binary())
def test_only_known_beginnings_make_a_scan(content: bytes) -> None:
    known = content.startswith((b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
    assert (scan_type(content) is not None) is known
