"""The browser's side of safety: the session cookie, the headers of every answer, and where a form may come from."""

import secrets
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.domain.errors import ForgedRequest

# Chromium keeps __Host- cookies on http://localhost and http://127.0.0.1, and on no other plain-http host.
SESSION_COOKIE = "__Host-eoffice"
# Which shared PC a browser is, and who sits there; apart from the cookie that opens everything else.
KIOSK_COOKIE = "__Host-eoffice-kiosk"
VISIT_COOKIE = "__Host-eoffice-visit"
# What the form before has done.
DONE_COOKIE = "__Host-eoffice-done"
_DONE_SECONDS = 60
# The longest that browsers keep a cookie (RFC 6265bis, 5.5); a PC in use gets it anew each day.
_KIOSK_SECONDS = 400 * 24 * 3600

_CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": _CONTENT_SECURITY_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
)


class SecurityHeaders:
    """Adds `HEADERS` to every answer; a header that the answer brings itself stays."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def keep_session(response: Response, token: str) -> None:
    """A cookie without an end: the browser forgets it on closing, the database ends the session by its own rule."""
    response.set_cookie(SESSION_COOKIE, token, path="/", secure=True, httponly=True, samesite="lax")


def forget_session(response: Response) -> None:
    response.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="lax")


def keep_kiosk(response: Response, token: str) -> None:
    response.set_cookie(
        KIOSK_COOKIE, token, max_age=_KIOSK_SECONDS, path="/", secure=True, httponly=True, samesite="strict"
    )


def keep_visit(response: Response, token: str) -> None:
    response.set_cookie(VISIT_COOKIE, token, path="/", secure=True, httponly=True, samesite="strict")


def forget_visit(response: Response) -> None:
    response.delete_cookie(VISIT_COOKIE, path="/", secure=True, httponly=True, samesite="strict")


def keep_done(response: Response, done: str) -> None:
    """What was just done, for the page that this answer leads to: told once, and by no address."""
    response.set_cookie(
        DONE_COOKIE, done, max_age=_DONE_SECONDS, path="/", secure=True, httponly=True, samesite="strict"
    )


def done_of(request: Request) -> str:
    """What `keep_done` kept; the answer that tells it calls `forget_done`."""
    return request.cookies.get(DONE_COOKIE, "")


def forget_done(response: Response) -> None:
    response.delete_cookie(DONE_COOKIE, path="/", secure=True, httponly=True, samesite="strict")


def check_same_origin(request: Request) -> None:
    """Pass unless the browser says that the request comes from another site.

    Sec-Fetch-Site (W3C Fetch Metadata) decides; browsers without it send Origin with every POST. A client that sends
    neither is no browser, and cannot be made to send anybody else's cookie.

    Raises:
        ForgedRequest: it does say so.
    """
    fetch_site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if fetch_site is not None:
        is_ours = fetch_site in {"same-origin", "none"}
    else:
        is_ours = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not is_ours:
        raise ForgedRequest


def check_form_token(given: str, expected: str) -> None:
    """Pass when a form carries the token of its session.

    Raises:
        ForgedRequest: it carries another one, or none.
    """
    if not secrets.compare_digest(given.encode(), expected.encode()):
        raise ForgedRequest


def local_path(given: str) -> str:
    r"""`given` when it leads to a page of this service, else the start page.

    `//host` and `/\host` lead elsewhere: browsers read a backslash as a slash, and drop tabs and line breaks.
    """
    is_local = given.startswith("/") and given.isprintable() and not given.startswith(("//", "/\\"))
    return given if is_local else "/"
