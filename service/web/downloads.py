"""Attached files on their way to a reader: never run, never sniffed, never taken for a page of ours."""

from urllib.parse import quote

from starlette.responses import Response

from service.domain.letters import AttachedFile

PDF = "application/pdf"
# What a poster called a file is not trusted: a browser that got text/html would show it as our own page.
_OTHER = "application/octet-stream"


def download(file: AttachedFile) -> Response:
    """The bytes of a file; a PDF may be shown by the browser, everything else is saved."""
    is_pdf = file.media_type == PDF
    # File names are any Unicode: RFC 6266 with the encoding of RFC 8187.
    disposition = f"{'inline' if is_pdf else 'attachment'}; filename*=UTF-8''{quote(file.name, safe='')}"
    headers = {"Content-Disposition": disposition, "Content-Security-Policy": "sandbox"}
    return Response(file.content, media_type=PDF if is_pdf else _OTHER, headers=headers)
