"""Stylesheet and icons: their addresses carry a digest of the content, so that browsers may keep them for good."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC_DIRECTORY = Path(__file__).parent.parent / "static"

_ONE_YEAR = "public, max-age=31536000, immutable"


@cache
def static(name: str) -> str:
    """The address of a file of `service/static`, for templates."""
    digest = sha256((STATIC_DIRECTORY / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:12]}"


class LastingFiles(StaticFiles):
    """Without the digest in its address a file is asked for again each time."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = _ONE_YEAR if scope["query_string"].startswith(b"v=") else "no-cache"
        return response
