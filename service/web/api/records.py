"""What is recorded about the caller, as one JSON object."""

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from service.web.api.inbox import SessionActorDep
from service.web.deps import SiteDep
from service.web.records_export import personal_json

router = APIRouter(tags=["inbox"])


@router.get(
    "/me/records",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
)
def read_records(site: SiteDep, actor: SessionActorDep) -> StreamingResponse:
    """Everything kept about the caller, a list of rows a section. For a session, never for a token."""
    return StreamingResponse(personal_json(site, actor), media_type="application/json")
