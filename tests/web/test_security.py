import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from service.domain.errors import ForgedRequest
from service.web.assets import static
from service.web.deps import client_address
from service.web.security import SESSION_COOKIE, check_form_token, check_same_origin, local_path
from service.web.site import Site
from tests.web.conftest import Employee, form_token, send, sign_in


def request_with(**headers: str) -> Request:
    raw = [
        (name.replace("_", "-").encode(), value.encode()) for name, value in {"host": "office.vn", **headers}.items()
    ]
    return Request({"type": "http", "headers": raw, "client": ("192.0.2.7", 5000)})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "none"},
        {"origin": "https://office.vn"},
        {"sec_fetch_site": "same-origin", "origin": "null"},
    ],
)
def test_a_form_of_our_own_pages_is_taken(headers: dict[str, str]) -> None:
    check_same_origin(request_with(**headers))


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "https://office.vn.evil.example"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site", "origin": "https://office.vn"},
    ],
)
def test_a_form_of_another_site_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(ForgedRequest):
        check_same_origin(request_with(**headers))


@pytest.mark.parametrize("given", ["", "another", "tokéń"])
def test_a_form_needs_the_token_of_its_session(given: str) -> None:
    check_form_token("token", "token")
    with pytest.raises(ForgedRequest):
        check_form_token(given, "token")


@pytest.mark.parametrize("path", ["/", "/inbox/5?via=mail", "/inbox/5#xac-nhan"])
def test_signing_in_leads_back_to_our_own_pages(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "elsewhere",
    [
        "",
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "inbox",
    ],
)
def test_signing_in_leads_nowhere_else(elsewhere: str) -> None:
    assert local_path(elsewhere) == "/"


def test_nobody_says_by_a_header_where_a_request_came_from() -> None:
    request = request_with(x_forwarded_for="198.51.100.1, 203.0.113.9")
    assert client_address(request) == "192.0.2.7"


@pytest.mark.parametrize("path", ["/sign-in", "/inbox", "/nowhere", "/api/v1/nowhere", static("style.css")])
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_pages_are_not_kept_by_browsers_and_the_stylesheet_is(client: TestClient) -> None:
    assert client.get("/sign-in").headers["cache-control"] == "no-store"
    assert "immutable" in client.get(static("style.css")).headers["cache-control"]
    assert client.get("/static/style.css").headers["cache-control"] == "no-cache"


def test_the_session_cookie_is_bound_to_this_host_and_hidden_from_scripts(client: TestClient, lan: Employee) -> None:
    cookie = sign_in(client, lan.username).headers["set-cookie"]
    assert cookie.startswith(f"{SESSION_COOKIE}=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_a_form_from_another_site_changes_nothing_even_with_the_cookie(
    client: TestClient, lan: Employee, site: Site
) -> None:
    distribution = send(site.runtime)
    sign_in(client, lan.username)
    form = {"revision": "1", "form_token": form_token(client)}
    foreign = client.post(f"/inbox/{distribution}/acknowledge", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    without_token = client.post(f"/inbox/{distribution}/acknowledge", data={"revision": "1"})
    assert (foreign.status_code, without_token.status_code) == (403, 403)
    assert "Đã ghi nhận xác nhận" not in client.get(f"/inbox/{distribution}").text
