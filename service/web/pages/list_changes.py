"""Adding to a frozen list: one person with a reason, or everybody who comes later by rule."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from service.actions.add_recipients import add_recipient, set_joiners_rule
from service.domain.errors import Conflict, Invalid, MissingReason, TooLong, UnstorableText
from service.web.deps import PostingVisitor, SiteDep
from service.web.errors import status_of
from service.web.fields import SentDep
from service.web.list_views import AddForm
from service.web.pages.distributions import DistributionId, distribution_page

router = APIRouter()


@router.post("/distributions/{distribution_id}/recipients")
def add(
    request: Request, site: SiteDep, visitor: PostingVisitor, distribution_id: DistributionId, sent: SentDep
) -> Response:
    person_code, reason = sent.text("person_code"), sent.text("reason")
    try:
        add_recipient(site.runtime, visitor.actor, distribution_id, person_code, reason)
    except (Conflict, Invalid) as refused:
        is_about_reason = isinstance(refused, MissingReason | TooLong | UnstorableText)
        place = "reason" if is_about_reason else "person_code"
        form = AddForm(person_code, reason, refused.vi, place)
        return distribution_page(request, site, visitor, distribution_id, form, status_of(refused))
    return RedirectResponse(f"/distributions/{distribution_id}#bien-dong", HTTPStatus.SEE_OTHER)


@router.post("/distributions/{distribution_id}/joiners")
def switch(
    site: SiteDep, visitor: PostingVisitor, distribution_id: DistributionId, adds: Annotated[bool, Form()]
) -> Response:
    set_joiners_rule(site.runtime, visitor.actor, distribution_id, adds_joiners=adds)
    return RedirectResponse(f"/distributions/{distribution_id}#bien-dong", HTTPStatus.SEE_OTHER)
