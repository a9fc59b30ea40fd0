"""Signing in and out, and the passwords behind it.

Opening a one-time link shows a form and changes nothing: programs that look into letters follow every link.
"""

from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from service.actions.activate_account import activate_by_link, activate_by_slip, look_at_link
from service.actions.change_password import change_password
from service.actions.invite_accounts import request_reset
from service.actions.manage_accounts import first_administrator, setup_code
from service.actions.sign_in import Visitor, sign_in, sign_out
from service.domain.errors import (
    AccountExists,
    BadLink,
    Invalid,
    NotFound,
    Refused,
    Throttled,
    WeakPassword,
    WrongPassword,
)
from service.web.deps import FormVisitorDep, MaybeVisitorDep, SameOrigin, SignedInDep, SiteDep, client_address, page
from service.web.errors import headers_of, status_of
from service.web.security import SESSION_COOKIE, forget_session, keep_session, local_path
from service.web.site import Site
from service.web.views import ActivateView, PasswordView, ResetView, SetupView, SignInView

router = APIRouter()

Text = Annotated[str, Form()]
NextPath = Annotated[str, Query(alias="next")]
NextField = Annotated[str, Form(alias="next")]

_SET = "Đã đặt mật khẩu. Đăng nhập để tiếp tục."


class UnequalPasswords(WeakPassword):
    code = "unequal-passwords"
    en = "The two entries of the new password differ."
    vietnamese = "Hai lần nhập mật khẩu mới không giống nhau."


@router.get("/sign-in")
def sign_in_page(
    request: Request,
    site: SiteDep,
    visitor: MaybeVisitorDep,
    next_path: NextPath = "/",
    username: str = "",
) -> Response:
    if visitor is not None:
        return RedirectResponse(local_path(next_path), HTTPStatus.SEE_OTHER)
    if setup_code(site.runtime) is not None:
        return RedirectResponse("/setup", HTTPStatus.SEE_OTHER)
    view = SignInView(local_path(next_path), username, done=_SET if username else "")
    return page(site, "sign_in.html", view, None, request)


@router.post("/sign-in", dependencies=[SameOrigin])
def send_sign_in(
    request: Request, site: SiteDep, username: Text = "", password: Text = "", next_path: NextField = "/"
) -> Response:
    way = local_path(next_path)
    try:
        signed_in = sign_in(site.runtime, username, password, client_address(request))
    except (WrongPassword, Throttled) as refused:
        return _again(request, site, "sign_in.html", SignInView(way, username, wrong=refused.vi), refused)
    answer = RedirectResponse(_by_password(way) if signed_in.must_change else way, HTTPStatus.SEE_OTHER)
    keep_session(answer, signed_in.token)
    return answer


@router.post("/sign-out")
def send_sign_out(request: Request, site: SiteDep, _: FormVisitorDep) -> Response:
    sign_out(site.runtime, request.cookies[SESSION_COOKIE])
    answer = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    forget_session(answer)
    return answer


@router.get("/activate")
def activate_page(request: Request, site: SiteDep) -> Response:
    view = ActivateView(site.runtime.policy.password_least, by_link=False)
    return page(site, "activate.html", view, None, request)


@router.post("/activate", dependencies=[SameOrigin])
def send_slip(
    request: Request, site: SiteDep, username: Text = "", code: Text = "", password: Text = "", repeated: Text = ""
) -> Response:
    try:
        _check_repeated(password, repeated)
        owner = activate_by_slip(site.runtime, username, code, password, client_address(request))
    except (BadLink, WeakPassword, Throttled) as refused:
        view = ActivateView(site.runtime.policy.password_least, by_link=False, username=username, wrong=refused.vi)
        return _again(request, site, "activate.html", view, refused)
    return _to_sign_in(owner)


@router.get("/activate/{token}")
def link_page(request: Request, site: SiteDep, token: str) -> Response:
    link = look_at_link(site.runtime, token)
    view = ActivateView(site.runtime.policy.password_least, by_link=True, username=link.username)
    return page(site, "activate.html", view, None, request)


@router.post("/activate/{token}", dependencies=[SameOrigin])
def send_link(request: Request, site: SiteDep, token: str, password: Text = "", repeated: Text = "") -> Response:
    link = look_at_link(site.runtime, token)
    try:
        _check_repeated(password, repeated)
        owner = activate_by_link(site.runtime, token, password)
    except WeakPassword as refused:
        least = site.runtime.policy.password_least
        view = ActivateView(least, by_link=True, username=link.username, wrong=refused.vi)
        return _again(request, site, "activate.html", view, refused)
    return _to_sign_in(owner)


@router.get("/reset")
def reset_page(request: Request, site: SiteDep) -> Response:
    return page(site, "reset.html", ResetView(), None, request)


@router.post("/reset", dependencies=[SameOrigin])
def send_reset(request: Request, site: SiteDep, username: Text = "") -> Response:
    request_reset(site.runtime, username, client_address(request))
    return page(site, "reset.html", ResetView(is_sent=True), None, request)


@router.get("/password")
def password_page(request: Request, site: SiteDep, visitor: SignedInDep, next_path: NextPath = "/") -> Response:
    view = _password_view(site, visitor, next_path)
    return page(site, "password.html", view, visitor, request)


@router.post("/password")
def send_password(
    request: Request,
    site: SiteDep,
    visitor: FormVisitorDep,
    current: Text = "",
    password: Text = "",
    repeated: Text = "",
    next_path: NextField = "/",
) -> Response:
    try:
        _check_repeated(password, repeated)
        change_password(site.runtime, request.cookies[SESSION_COOKIE], current, password)
    except (WrongPassword, WeakPassword, Throttled) as refused:
        view = _password_view(site, visitor, next_path, refused.vi)
        return _again(request, site, "password.html", view, refused, visitor)
    return RedirectResponse(local_path(next_path), HTTPStatus.SEE_OTHER)


@router.get("/setup")
def setup_page(request: Request, site: SiteDep) -> Response:
    if setup_code(site.runtime) is None:
        raise NotFound
    return page(site, "setup.html", SetupView(site.runtime.policy.password_least), None, request)


@router.post("/setup", dependencies=[SameOrigin])
def send_setup(
    request: Request, site: SiteDep, code: Text = "", username: Text = "", password: Text = "", repeated: Text = ""
) -> Response:
    try:
        _check_repeated(password, repeated)
        owner = first_administrator(site.runtime, code, username, password)
    except (BadLink, AccountExists, Invalid) as refused:
        view = SetupView(site.runtime.policy.password_least, code, username, refused.vi)
        return _again(request, site, "setup.html", view, refused)
    return _to_sign_in(owner)


def _check_repeated(password: str, repeated: str) -> None:
    """Raises: UnequalPasswords, when one of the two was mistyped."""
    if password != repeated:
        raise UnequalPasswords


def _password_view(site: Site, visitor: Visitor, next_path: str, wrong: str = "") -> PasswordView:
    return PasswordView(site.runtime.policy.password_least, visitor.must_change, local_path(next_path), wrong)


def _again(
    request: Request, site: Site, template: str, view: object, refused: Refused, visitor: Visitor | None = None
) -> Response:
    """The form once more, saying what was wrong."""
    answer = page(site, template, view, visitor, request, status_of(refused))
    answer.headers.update(headers_of(refused))
    return answer


def _to_sign_in(username: str) -> Response:
    return RedirectResponse(f"/sign-in?username={quote(username, safe='')}", HTTPStatus.SEE_OTHER)


def _by_password(way: str) -> str:
    return f"/password?next={quote(way, safe='')}"
