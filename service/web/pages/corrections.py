"""Corrections of a document: every revision with what changed in it."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from service.web.correction_views import revision_view
from service.web.deps import Id, SiteDep, VisitorDep, page

router = APIRouter()

Revision = Annotated[int, Path(ge=1, le=2**15 - 1)]


@router.get("/inbox/{distribution_id}/revisions/{revision}")
def show_revision(
    request: Request, site: SiteDep, visitor: VisitorDep, distribution_id: Id, revision: Revision
) -> Response:
    with site.runtime.sessions() as session:
        view = revision_view(session, visitor.actor, distribution_id, revision)
    return page(site, "revision.html", view, visitor, request)
