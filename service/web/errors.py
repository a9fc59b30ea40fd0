"""How every failure is answered, on one page: which refusal becomes which status, and in which form.

Pages get a short page in Vietnamese with a way on; everything below /api/ gets problem details (RFC 9457).
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from urllib.parse import quote, urlsplit

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.domain.errors import (
    BadKioskCode,
    BadLink,
    Conflict,
    DatabaseAway,
    ForgedRequest,
    Invalid,
    NotFound,
    PrintingTooLong,
    Refused,
    RequestTooLarge,
    SignInNeeded,
    Throttled,
    TooLarge,
    WrongPassword,
    WrongPin,
)
from service.web.deps import PasswordChangeNeeded, page, site_of
from service.web.fleeting import START, fleeting
from service.web.refusals import note_refusal
from service.web.security import HEADERS, KIOSK_COOKIE, local_path
from service.web.views import ErrorView

log = logging.getLogger(__name__)

API_PREFIX = "/api/"

# The first class that fits counts.
STATUSES: Mapping[type[Refused], HTTPStatus] = MappingProxyType(
    {
        NotFound: HTTPStatus.NOT_FOUND,
        SignInNeeded: HTTPStatus.UNAUTHORIZED,
        WrongPassword: HTTPStatus.UNAUTHORIZED,
        WrongPin: HTTPStatus.UNAUTHORIZED,
        PasswordChangeNeeded: HTTPStatus.FORBIDDEN,
        ForgedRequest: HTTPStatus.FORBIDDEN,
        Throttled: HTTPStatus.TOO_MANY_REQUESTS,
        BadLink: HTTPStatus.GONE,
        BadKioskCode: HTTPStatus.GONE,
        TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        Conflict: HTTPStatus.CONFLICT,
        DatabaseAway: HTTPStatus.SERVICE_UNAVAILABLE,
        PrintingTooLong: HTTPStatus.SERVICE_UNAVAILABLE,
        Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
        Refused: HTTPStatus.BAD_REQUEST,
    }
)

_HEADINGS = {
    HTTPStatus.UNAUTHORIZED: "Cần đăng nhập",
    HTTPStatus.FORBIDDEN: "Yêu cầu không được nhận",
    HTTPStatus.NOT_FOUND: "Không có trang này",
    HTTPStatus.GONE: "Liên kết không còn dùng được",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Dữ liệu quá lớn",
    HTTPStatus.TOO_MANY_REQUESTS: "Tạm dừng đăng nhập",
    HTTPStatus.SERVICE_UNAVAILABLE: "Hệ thống tạm gián đoạn",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Hệ thống gặp lỗi",
}
_READING = frozenset({"GET", "HEAD"})
_OTHER_HEADING = "Yêu cầu không thực hiện được"

_SURPRISE_EN = "Something went wrong on our side; it was written to the log."
_SURPRISE_VI = "Lỗi thuộc về hệ thống và đã được ghi lại. Thử lại sau giây lát; nếu vẫn lỗi, báo quản trị."
_UNREADABLE_VI = "Dữ liệu gửi lên thiếu hoặc sai dạng; mở lại trang rồi thực hiện lại."
_OTHER_VI = "Máy chủ không nhận yêu cầu này ở địa chỉ này."


def status_of(refused: Refused) -> HTTPStatus:
    return next(status for kind, status in STATUSES.items() if isinstance(refused, kind))


def install(app: FastAPI) -> None:
    app.exception_handler(Refused)(answer)
    app.exception_handler(RequestValidationError)(_unreadable)
    app.exception_handler(HTTPException)(_by_framework)
    for away in (OperationalError, InterfaceError, PoolTimeoutError):
        app.exception_handler(away)(_database_away)
    app.exception_handler(Exception)(_surprise)


def answer(request: Request, refused: Refused) -> Response:
    """The answer to an expected failure."""
    if isinstance(refused, SignInNeeded | PasswordChangeNeeded) and not _is_api(request):
        return _lead_to_sign_in(request, refused)
    if isinstance(refused, NotFound):
        note_refusal(request)
    status = status_of(refused)
    headers = headers_of(refused)
    if _is_api(request):
        return _problem(status, refused.code, str(refused), headers)
    return _error_page(request, status, refused.vi, headers)


class RefuseTooLarge:
    """Starlette answers a body beyond its limit itself, in plain text; this gives that answer our form."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        replaced = False

        async def send_or_replace(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start":
                replaced = _is_bare_too_large(message)
            if not replaced:
                await send(message)

        await self._app(scope, receive, send_or_replace)
        if replaced:
            request = Request(scope)
            refusal = RequestTooLarge(limit=site_of(request).max_request_bytes)
            await answer(request, refusal)(scope, receive, send)


def _is_bare_too_large(start: Message) -> bool:
    is_plain_text = any(name == b"content-type" and value.startswith(b"text/plain") for name, value in start["headers"])
    return is_plain_text and start["status"] == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def _unreadable(request: Request, error: RequestValidationError) -> Response:
    # A path such as /inbox/abc leads nowhere, like any other wrong address.
    if any(problem["loc"][0] == "path" for problem in error.errors()):
        return answer(request, NotFound())
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if _is_api(request):
        places = "; ".join(f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors())
        return _problem(status, "invalid-request", places, {})
    return _error_page(request, status, _UNREADABLE_VI, {})


def _by_framework(request: Request, error: HTTPException) -> Response:
    """Wrong paths, wrong methods, bodies that cannot be parsed: raised by Starlette and FastAPI themselves."""
    status = HTTPStatus(error.status_code)
    if status is HTTPStatus.NOT_FOUND:
        return answer(request, NotFound())
    if status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return answer(request, RequestTooLarge(limit=site_of(request).max_request_bytes))
    headers = error.headers or {}
    if _is_api(request):
        return _problem(status, status.phrase.lower().replace(" ", "-"), error.detail, headers)
    return _error_page(request, status, _OTHER_VI, headers)


def _database_away(request: Request, error: Exception) -> Response:
    log.error("the database does not answer %s %s: %s", request.method, request.url.path, str(error).split("\n", 1)[0])
    return answer(request, DatabaseAway())


def _surprise(request: Request, _: Exception) -> Response:
    """The server logs the traceback; this answer passes no middleware any more, so it brings its headers along."""
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    if _is_api(request):
        return _problem(status, "internal-error", _SURPRISE_EN, HEADERS)
    return _error_page(request, status, _SURPRISE_VI, HEADERS)


def _is_api(request: Request) -> bool:
    return request.url.path.startswith(API_PREFIX)


def headers_of(refused: Refused) -> dict[str, str]:
    """What an answer says beside its status."""
    if isinstance(refused, Throttled):
        return {"Retry-After": str(refused.facts["seconds"])}
    if isinstance(refused, SignInNeeded):
        return {"WWW-Authenticate": "Bearer"}
    return {}


def _problem(status: HTTPStatus, code: str, detail: str, headers: Mapping[str, str]) -> Response:
    body = {"type": f"urn:eoffice:{code}", "title": status.phrase, "status": status, "detail": detail, "code": code}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def _lead_to_sign_in(request: Request, refused: SignInNeeded | PasswordChangeNeeded) -> Response:
    """Reading leads through /sign-in and back; a form that was sent is not sent again, so it is answered here."""
    place = "/password" if isinstance(refused, PasswordChangeNeeded) else "/sign-in"
    way = f"{place}?next={quote(_page_of(request), safe='')}"
    if request.method in _READING:
        return RedirectResponse(way, HTTPStatus.SEE_OTHER)
    view = ErrorView("Chưa ghi nhận", f"{refused.vi} Yêu cầu vừa gửi chưa được thực hiện.", way, "Tiếp tục")
    return page(site_of(request), "error.html", view, None, request, status_of(refused))


def _page_of(request: Request) -> str:
    """The page that the person sees: this one, or the one whose form was sent."""
    seen = str(request.url) if request.method in _READING else request.headers.get("referer", "")
    parts = urlsplit(seen)
    return local_path(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def _error_page(request: Request, status: HTTPStatus, sentence: str, headers: Mapping[str, str]) -> Response:
    """Without the side bar: it would ask the database, which may be what failed."""
    if _is_shared_pc(request):
        return _kiosk_error_page(request, status, sentence, headers)
    way = "/" if request.method in _READING else _page_of(request)
    label = "Về trang đầu" if way == "/" else "Quay lại trang vừa xem"
    view = ErrorView(_HEADINGS.get(status, _OTHER_HEADING), sentence, way, label)
    answered = page(site_of(request), "error.html", view, None, request, status)
    answered.headers.update(headers)
    return answered


def _is_shared_pc(request: Request) -> bool:
    path = request.url.path
    return KIOSK_COOKIE in request.cookies and (path == START or path.startswith(f"{START}/"))


def _kiosk_error_page(request: Request, status: HTTPStatus, sentence: str, headers: Mapping[str, str]) -> Response:
    """Leads to the shared PC's own first page, by itself too: whoever comes next must not find it stuck."""
    site = site_of(request)
    view = ErrorView(_HEADINGS.get(status, _OTHER_HEADING), sentence, START, "Về trang chọn đơn vị", home=START)
    answered = page(site, "error.html", view, None, request, status)
    answered.headers.update(headers)
    return fleeting(site, answered)
