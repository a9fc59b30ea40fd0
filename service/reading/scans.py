"""What a scan is by its first bytes; its name and the type that a browser gives it say nothing."""

from collections.abc import Mapping
from types import MappingProxyType

# ISO 32000-2, 7.5.2; ISO/IEC 10918-1, B.1.1.3 with the marker that follows; ISO/IEC 15948, 5.2.
_BEGINNINGS: Mapping[bytes, str] = MappingProxyType(
    {
        b"%PDF-": "application/pdf",
        b"\xff\xd8\xff": "image/jpeg",
        b"\x89PNG\r\n\x1a\n": "image/png",
    }
)


def scan_type(content: bytes) -> str | None:
    """The media type of a PDF, JPEG or PNG; None for anything else."""
    return next((kind for beginning, kind in _BEGINNINGS.items() if content.startswith(beginning)), None)
