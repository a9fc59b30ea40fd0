"""Problem details (RFC 9457) that carry more than a refusal's sentence, or stand outside /api/."""

from collections.abc import Mapping

from starlette.responses import JSONResponse

from service.domain.errors import Refused
from service.web.errors import status_of

MEDIA_TYPE = "application/problem+json"


def problem(refused: Refused, **members: object) -> JSONResponse:
    """`members` are extension members beside the standard ones (RFC 9457, section 3.2)."""
    status = status_of(refused)
    body: Mapping[str, object] = {
        "type": f"urn:eoffice:{refused.code}",
        "title": status.phrase,
        "status": status,
        "detail": str(refused),
        "code": refused.code,
        **members,
    }
    return JSONResponse(body, status, media_type=MEDIA_TYPE)
