from dataclasses import replace
from logging import ERROR

import pytest
from starlette.testclient import TestClient

from service.domain import errors
from service.domain.errors import Refused
from service.rendering import make_environment
from service.store.database import make_engine, make_sessions
from service.web.app import make_app
from service.web.errors import STATUSES, status_of
from service.web.site import Site
from tests.fakes import OFFICE_ZONE
from tests.web.conftest import MAX_REQUEST_BYTES, Employee, browser, sign_in


def test_the_general_classes_do_not_hide_the_special_ones() -> None:
    assert status_of(errors.FileTooLarge(name="a", limit=1)) == 413
    assert status_of(errors.KeyReused(key="k")) == 409
    assert status_of(errors.MissingTitle()) == 422
    for kind, status in STATUSES.items():
        later = [other for other in STATUSES if issubclass(other, kind) and other is not kind]
        assert not later or kind is Refused, (kind, status)


def test_a_wrong_address_gets_a_page_with_a_way_on(client: TestClient) -> None:
    answered = client.get("/khong-co")
    assert answered.status_code == 404
    assert "Không có trang này" in answered.text
    assert 'href="/"' in answered.text


@pytest.mark.parametrize("path", ["/inbox/abc", "/inbox/0", "/inbox/99999999999999999999"])
def test_an_address_that_can_be_no_document_is_a_wrong_address(client: TestClient, lan: Employee, path: str) -> None:
    sign_in(client, lan.username)
    assert client.get(path).status_code == 404


def test_the_api_answers_with_problem_details(client: TestClient) -> None:
    answered = client.get("/api/v1/khong-co")
    assert answered.headers["content-type"] == "application/problem+json"
    assert answered.json() == {
        "type": "urn:eoffice:not-found",
        "title": "Not Found",
        "status": 404,
        "detail": str(errors.NotFound()),
        "code": "not-found",
    }


def test_a_refused_form_leads_back_to_its_page(client: TestClient, lan: Employee) -> None:
    sign_in(client, lan.username)
    page = {"Referer": "https://testserver/inbox/5?via=mail"}
    answered = client.post("/inbox/5/acknowledge", data={"revision": "1"}, headers=page)
    assert answered.status_code == 403
    assert 'href="/inbox/5?via=mail"' in answered.text


def test_the_wrong_method_is_said_so(client: TestClient) -> None:
    answered = client.get("/sign-out")
    assert answered.status_code == 405
    assert answered.headers["allow"] == "POST"


@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_over_the_limit_is_refused_with_our_page(client: TestClient, chunked: bool) -> None:
    body = b"x" * (MAX_REQUEST_BYTES + 1)
    content = iter([body]) if chunked else body
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answered = client.post("/sign-in", content=content, headers=form)
    assert answered.status_code == 413
    assert "Dữ liệu quá lớn" in answered.text
    assert answered.headers["x-content-type-options"] == "nosniff"


def test_an_unreachable_database_is_503_and_one_line_in_the_log(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    away = make_sessions(make_engine("postgresql://nobody@127.0.0.1:1/nowhere"))
    client = browser(make_app(replace(site, runtime=replace(site.runtime, sessions=away))))
    caplog.set_level(ERROR)
    answered = sign_in(client, "lan")
    assert answered.status_code == 503
    assert "Hệ thống tạm gián đoạn" in answered.text
    assert len(caplog.records) == 1
    assert "\n" not in caplog.records[0].getMessage()
    assert client.get("/api/v1/distributions", headers={"Authorization": "Bearer x"}).json()["code"] == "database-away"


def test_a_surprise_gets_a_short_page_without_details(site: Site) -> None:
    broken = make_environment(OFFICE_ZONE)
    app = make_app(replace(site, environment=broken))
    app.add_api_route("/broken", lambda: 1 // 0)
    app.add_api_route("/api/v1/broken", lambda: 1 // 0)
    client = browser(app)
    answered = client.get("/broken")
    assert answered.status_code == 500
    assert "Hệ thống gặp lỗi" in answered.text
    assert "ZeroDivisionError" not in answered.text
    assert answered.headers["content-security-policy"]
    assert client.get("/api/v1/broken").json()["code"] == "internal-error"


def test_a_forged_way_back_leads_to_our_start_page(client: TestClient, lan: Employee) -> None:
    sign_in(client, lan.username)
    page = {"Referer": "https://evil.example//phish.example/inbox"}
    answered = client.post("/inbox/5/acknowledge", data={"revision": "1"}, headers=page)
    assert "phish" not in answered.text
