"""What is recorded about the caller, as one JSON object."""

from fastapi import APIRouter
from fastapi.responses import Response

from service.web.api.inbox import SessionActorDep
from service.web.deps import SiteDep
from service.web.records_export import personal_json

router = APIRouter(tags=["inbox"])


@router.get(
    "/me/records",
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
)
def read_records(site: SiteDep, actor: SessionActorDep) -> Response:
    """Everything kept about the caller, a list of rows a section. For a session, never for a token."""
    return personal_json(site, actor, {})
