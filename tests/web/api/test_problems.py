"""Every failure is problem details (RFC 9457), with one clear sentence."""

from dataclasses import replace

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from service.runtime import Runtime
from service.store.database import make_engine, make_sessions
from service.web.app import make_app
from service.web.site import Site
from tests.web.api.conftest import PREFIX, Caller, Office
from tests.web.conftest import browser


def check_problem(answer: Response, status: int, code: str) -> None:
    assert answer.status_code == status, answer.request
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "detail", "code"} <= body.keys()
    assert (body["status"], body["code"]) == (status, code)
    assert body["detail"].strip()


REFUSED = (
    ("GET", "/no-such-thing", 404, "not-found"),
    ("GET", "/distributions/999999", 404, "not-found"),
    ("GET", "/distributions/abc", 404, "not-found"),
    ("GET", f"/distributions/{10**30}", 404, "not-found"),
    ("GET", f"/distributions/{2**63}", 404, "not-found"),
    ("GET", "/distributions/-1", 404, "not-found"),
    ("GET", "/documents/999999", 404, "not-found"),
    ("GET", "/distributions?limit=0", 422, "invalid-request"),
    ("GET", "/distributions?limit=201", 422, "invalid-request"),
    ("GET", f"/distributions?limit={10**30}", 422, "invalid-request"),
    ("GET", "/distributions?cursor=%00", 422, "invalid-request"),
    ("GET", "/distributions?cursor=nonsense", 422, "bad-cursor"),
    ("GET", "/audience", 422, "invalid-request"),
    ("GET", "/audience?to=everyone", 422, "unknown-audience-term"),
    ("GET", "/audience?to=%00", 422, "invalid-request"),
    ("DELETE", "/distributions", 405, "method-not-allowed"),
    ("POST", "/documents", 415, "unsupported-media-type"),
    ("POST", "/directory/import", 415, "unsupported-media-type"),
)


def test_what_is_wrong_is_said_as_a_problem(secretariat: Caller) -> None:
    for method, path, status, code in REFUSED:
        check_problem(secretariat.request(method, path), status, code)


def test_a_caller_without_or_with_an_unknown_token_is_told_to_sign_in(client: TestClient, office: Office) -> None:
    for caller in (Caller(client), Caller(client, "no such token"), Caller(client, "token of nobody")):
        answer = caller.get("/distributions")
        check_problem(answer, 401, "sign-in-needed")
        assert answer.headers["www-authenticate"] == "Bearer"


BAD_POSTINGS: tuple[tuple[dict[str, object], str, str], ...] = (
    ({"title": ""}, "missing-title", "title"),
    ({"to": "unit:KHONG-CO"}, "not-in-directory", "unit:KHONG-CO"),
    ({"to": "person:A,-person:A"}, "empty-audience", "person:A"),
    ({"type": "XYZ"}, "unknown-document-type", "XYZ"),
    ({"urgency": "mau"}, "unknown-urgency", "mau"),
    ({"due": "hôm sau"}, "bad-deadline", "hôm sau"),
    ({"mode": "acknowledge", "due": "2018-01-01"}, "due-in-past", "2018"),
    ({"due": "5d"}, "due-without-confirming", "for information"),
    ({"due": "9999-12-31T23:59-23:59"}, "bad-deadline", "9999"),
    ({"send_at": "9999-12-31T23:59-23:59"}, "bad-date", "9999"),
    ({"body": "x\nTỐI MẬT\ny"}, "secrecy-mark", "TỐI MẬT"),
    ({"issued_on": "2018-02-31"}, "invalid-request", "issued_on"),
    ({"mode": "perhaps"}, "invalid-request", "mode"),
    ({"signer_authority": "X."}, "invalid-request", "signer_authority"),
    ({"audience": "all"}, "invalid-request", "audience"),
    ({"body": "a\x00b"}, "invalid-request", "body"),
    ({"title": ["một", "hai"]}, "invalid-request", "title"),
    ({"files": "no file"}, "invalid-request", "files"),
)


def test_a_bad_posting_names_what_is_wrong_and_stores_nothing(secretariat: Caller) -> None:
    for change, code, named in BAD_POSTINGS:
        form = {"title": "Văn bản thử", "type": "CV", "to": "all"} | change
        answer = secretariat.post("/documents", data=form, files=[("files", ("a.txt", b"x", "text/plain"))])
        check_problem(answer, 422, code)
        assert named in answer.json()["detail"]
    assert len(secretariat.get("/distributions").json()["items"]) == 2


def test_a_file_in_the_place_of_a_text_is_refused(secretariat: Caller) -> None:
    parts = {"title": ("title.txt", b"x"), "type": (None, "CV"), "to": (None, "all")}
    check_problem(secretariat.post("/documents", files=parts), 422, "invalid-request")


@pytest.fixture
def without_database(site: Site, runtime: Runtime) -> FastAPI:
    """The application of an office whose database nobody serves."""
    nowhere = make_sessions(make_engine("postgresql://eoffice_app@127.0.0.1:9/none"))
    return make_app(replace(site, runtime=replace(runtime, sessions=nowhere)))


def test_a_database_that_is_away_is_503_and_one_line_in_the_log(
    without_database: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    with browser(without_database) as client:
        for path in ("/distributions", "/inbox", "/status", "/me"):
            caplog.clear()
            check_problem(Caller(client, "any token").get(path), 503, "database-away")
            (line,) = [record.getMessage() for record in caplog.records if record.name.startswith("service")]
            assert "\n" not in line


def test_the_api_describes_itself_without_a_caller(client: TestClient) -> None:
    described = client.get(f"{PREFIX}/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    posting = described["paths"][f"{PREFIX}/documents"]["post"]
    assert posting["requestBody"]["content"].keys() == {"multipart/form-data"}
    for path, operations in described["paths"].items():
        if path.startswith(PREFIX):
            for operation in operations.values():
                assert operation["responses"]["4XX"]["content"].keys() == {"application/problem+json"}
                assert "HTTPBearer" in operation["security"][0]
