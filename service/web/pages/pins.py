"""The PIN for shared PCs, on the person's own account page."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from service.actions.set_pin import set_pin
from service.domain.errors import NotFound, Throttled, WeakPin, WrongPassword
from service.web.deps import PostingVisitor, SiteDep, VisitorDep, page
from service.web.errors import headers_of, status_of
from service.web.kiosk_views import PinView
from service.web.security import SESSION_COOKIE

router = APIRouter()

Text = Annotated[str, Form()]


class UnequalPins(WeakPin):
    code = "unequal-pins"
    en = "The two entries of the PIN differ."
    vietnamese = "Hai lần nhập mã PIN không giống nhau."


def check_repeated(pin: str, repeated: str) -> None:
    """Raises: UnequalPins, when one of the two was mistyped."""
    if pin != repeated:
        raise UnequalPins


@router.get("/pin")
def pin_page(request: Request, site: SiteDep, visitor: VisitorDep) -> Response:
    if visitor.actor.person_id is None:
        raise NotFound
    return page(site, "pin.html", PinView(), visitor, request)


@router.post("/pin")
def send_pin(
    request: Request, site: SiteDep, visitor: PostingVisitor, current: Text = "", pin: Text = "", repeated: Text = ""
) -> Response:
    try:
        check_repeated(pin, repeated)
        set_pin(site.runtime, request.cookies[SESSION_COOKIE], current, pin)
    except (WeakPin, WrongPassword, Throttled) as refused:
        answer = page(site, "pin.html", PinView(wrong=refused.vi), visitor, request, status_of(refused))
        answer.headers.update(headers_of(refused))
        return answer
    return page(site, "pin.html", PinView(is_done=True), visitor, request)
