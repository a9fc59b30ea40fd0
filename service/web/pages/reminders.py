"""Reminding by hand (đôn đốc): a manager the people of the own units, the secretariat everybody."""

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from service.actions.nudge import nudge
from service.web.deps import PostingVisitor, SiteDep
from service.web.pages.distributions import DistributionId

router = APIRouter()


@router.post("/distributions/{distribution_id}/nudge")
def remind(site: SiteDep, visitor: PostingVisitor, distribution_id: DistributionId) -> Response:
    nudge(site.runtime, visitor.actor, distribution_id)
    return RedirectResponse(f"/distributions/{distribution_id}#nhac", HTTPStatus.SEE_OTHER)
