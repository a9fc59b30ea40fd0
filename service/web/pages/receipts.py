"""The receipt of a confirmation: sent to the reader's own mailbox on request."""

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from service.actions.mail_receipt import mail_receipt
from service.web.deps import Id, PostingVisitor, SiteDep

router = APIRouter()


@router.post("/inbox/{distribution_id}/receipt")
def send_receipt(site: SiteDep, visitor: PostingVisitor, distribution_id: Id) -> Response:
    mail_receipt(site.runtime, visitor.actor, distribution_id)
    return RedirectResponse(f"/inbox/{distribution_id}#xac-nhan", HTTPStatus.SEE_OTHER)
