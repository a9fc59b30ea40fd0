"""Kept files as lists name them."""

from collections.abc import Iterable

from service.store.documents import StoredFile
from service.web.api.shapes import Shape


class FileShape(Shape):
    """`size` in bytes, `sha256` in lower-case hexadecimal; `href` below the base address."""

    id: int
    name: str
    media_type: str
    size: int
    sha256: str
    href: str


def file_shapes(files: Iterable[StoredFile], owner: str) -> list[FileShape]:
    return [
        FileShape(
            id=file.id,
            name=file.meta.name,
            media_type=file.meta.media_type,
            size=file.meta.size,
            sha256=file.meta.sha256,
            href=f"{owner}/files/{file.id}",
        )
        for file in files
    ]
