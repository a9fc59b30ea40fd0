"""Uploads: read as they stream in, so that a file over the limit is refused before it is read whole."""

import re
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass

from fastapi import HTTPException, Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from service.domain.documents import NewFile
from service.domain.errors import FileTooLarge

# RFC 6838, section 4.2: what a sender calls a file ends in headers of letters and answers, so only a real name is kept.
_MEDIA_TYPE = re.compile(r"[a-zA-Z0-9][\w!#$&^.+-]{0,126}/[a-zA-Z0-9][\w!#$&^.+-]{0,126}", re.ASCII)
_UNKNOWN = "application/octet-stream"
# A signed sheet of a large office brings a tick and a day for each of its people; the request has its own limit.
_MOST_FIELDS = 50_000


class _LimitedParser(MultiPartParser):
    """Starlette counts the bytes of fields; this one counts those of files too."""

    def __init__(self, headers: Headers, stream: AsyncGenerator[bytes, None], max_bytes: int) -> None:
        super().__init__(headers, stream, max_fields=_MOST_FIELDS, max_part_size=max_bytes)
        self._max_bytes = max_bytes
        self._part_bytes = 0

    def on_part_begin(self) -> None:
        super().on_part_begin()
        self._part_bytes = 0

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._part_bytes += end - start
        if self._part_bytes > self._max_bytes:
            part = self._current_part
            name = (part.file and part.file.filename) or part.field_name
            raise FileTooLarge(name=name, limit=self._max_bytes)
        super().on_part_data(data, start, end)


@dataclass(frozen=True, slots=True)
class UploadedForm:
    """`files` are the parts under the name that takes files, `fields` all others.

    A field is a list where its name came more than once, and None where it is a file. Where one was `too_large`, no
    file is kept, and there are the texts that came before it.
    """

    fields: dict[str, object]
    files: tuple[NewFile, ...]
    too_large: FileTooLarge | None = None


async def read_form(request: Request, file_field: str, max_bytes: int) -> UploadedForm:
    """The fields and files of a multipart request, none of them over `max_bytes`.

    Raises:
        FileTooLarge: as soon as one is.
        HTTPException: see `read_what_fits`.
    """
    form = await read_what_fits(request, file_field, max_bytes)
    if form.too_large is not None:
        raise form.too_large
    return form


async def read_what_fits(request: Request, file_field: str, max_bytes: int) -> UploadedForm:
    """As `read_form`, up to the first field or file over `max_bytes`.

    Raises:
        HTTPException: 415 for another type of body, 400 for a broken one.
    """
    kind, _ = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data":
        raise HTTPException(415, "Send multipart/form-data.")
    parser = _LimitedParser(request.headers, request.stream(), max_bytes)
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise HTTPException(400, error.message) from error
    except FileTooLarge as refused:
        texts = [(name, part) for name, part in parser.items if isinstance(part, str)]
        return UploadedForm(_fields(texts), (), refused)
    try:
        uploads = [part for part in form.getlist(file_field) if isinstance(part, UploadFile)]
        others = [(name, part) for name, part in form.multi_items() if name != file_field or isinstance(part, str)]
        # A browser sends an unfilled file field as a file without a name.
        files = [await _kept(upload) for upload in uploads if upload.filename or upload.size]
    finally:
        await form.close()
    return UploadedForm(_fields(others), tuple(files))


def _fields(parts: Iterable[tuple[str, str | UploadFile]]) -> dict[str, object]:
    found: defaultdict[str, list[str | None]] = defaultdict(list)
    for name, part in parts:
        found[name].append(part if isinstance(part, str) else None)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


async def _kept(upload: UploadFile) -> NewFile:
    media_type = upload.content_type or ""
    known = media_type if _MEDIA_TYPE.fullmatch(media_type) else _UNKNOWN
    return NewFile(upload.filename or "", known, await upload.read())
