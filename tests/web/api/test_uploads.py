"""A file over the limit is refused while it arrives, whoever sends it and however it is announced."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.runtime import Runtime
from service.web.security import SESSION_COOKIE
from service.web.site import Site
from tests.loops import run
from tests.web.api.conftest import PASSWORD, PREFIX, Caller, Office
from tests.web.conftest import MAX_REQUEST_BYTES, sign_in

LIMIT = 100_000
CHUNK = b"x" * 10_000


@pytest.fixture
def site(site: Site, runtime: Runtime) -> Site:
    return replace(site, runtime=replace(runtime, policy=replace(runtime.policy, max_file_bytes=LIMIT)))


FORM = {"title": "Văn bản thử", "type": "CV", "to": "all"}


@pytest.mark.parametrize(("size", "status"), [(LIMIT, 202), (LIMIT + 1, 413)])
def test_the_limit_is_one_files(secretariat: Caller, size: int, status: int) -> None:
    files = [("files", (f"{name}.bin", b"x" * size, "application/pdf")) for name in ("a", "b")]
    answer = secretariat.post("/documents", data=FORM, files=files)
    assert answer.status_code == status
    if status == 413:
        assert answer.json()["code"] == "file-too-large"
        assert "a.bin" in answer.json()["detail"]


def test_a_request_over_the_sites_limit_is_refused(secretariat: Caller) -> None:
    part = ("files", ("a.bin", b"x" * (LIMIT - 1), "application/pdf"))
    answer = secretariat.post("/documents", data=FORM, files=[part] * (MAX_REQUEST_BYTES // LIMIT + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "request-too-large")


def endless() -> Iterator[bytes]:
    yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.bin"\r\n\r\n'
    while True:
        yield CHUNK


@dataclass
class Sender:
    """Sends a form that never ends, and counts what was taken from it."""

    path: str
    headers: list[tuple[bytes, bytes]]
    taken: int = 0
    status: int = 0
    chunks: Iterator[bytes] = field(default_factory=endless)

    async def receive(self) -> dict[str, object]:
        chunk = next(self.chunks)
        self.taken += len(chunk)
        return {"type": "http.request", "body": chunk, "more_body": True}

    async def send(self, message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            self.status = int(str(message["status"]))

    def to(self, app: FastAPI) -> int:
        kind = (b"content-type", b"multipart/form-data; boundary=b")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "https",
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(b"host", b"testserver"), kind, *self.headers],
            "client": ("192.0.2.1", 50000),
            "server": ("testserver", 443),
        }
        conversation = app(scope, self.receive, self.send)  # type: ignore[arg-type]  # a sender of its own
        run(conversation)
        return self.status


def bearer(name: str) -> tuple[bytes, bytes]:
    return (b"authorization", f"Bearer token of {name}".encode())


@pytest.mark.parametrize("path", ["/documents", "/directory/import"])
def test_an_endless_file_is_refused_as_soon_as_it_passes_the_limit(app: FastAPI, office: Office, path: str) -> None:
    sender = Sender(PREFIX + path, [bearer("secretariat")])
    assert sender.to(app) == 413
    assert sender.taken <= LIMIT + 3 * len(CHUNK)


def test_a_length_beyond_the_sites_limit_is_refused_unread(app: FastAPI, office: Office) -> None:
    announced = (b"content-length", str(MAX_REQUEST_BYTES + 1).encode())
    sender = Sender(f"{PREFIX}/documents", [bearer("secretariat"), announced])
    assert (sender.to(app), sender.taken) == (413, 0)


@pytest.mark.parametrize(("who", "status"), [("nobody", 401), ("employee", 404), ("leadership", 404)])
def test_nothing_is_read_from_who_may_not_post(app: FastAPI, office: Office, who: str, status: int) -> None:
    sender = Sender(f"{PREFIX}/documents", [bearer(who)])
    assert (sender.to(app), sender.taken) == (status, 0)


@pytest.mark.parametrize("path", ["/post", "/directory/import"])
@pytest.mark.parametrize(("who", "status"), [("", 401), ("employee", 404), ("leadership", 404)])
def test_a_page_reads_nothing_from_who_may_not_send_it(
    app: FastAPI, client: TestClient, office: Office, path: str, who: str, status: int
) -> None:
    sender = Sender(path, cookie_of(client, who))
    assert (sender.to(app), sender.taken) == (status, 0)


@pytest.mark.parametrize("path", ["/post", "/directory/import"])
def test_a_page_refuses_an_endless_file_as_soon_as_it_passes_the_limit(
    app: FastAPI, client: TestClient, office: Office, path: str
) -> None:
    sender = Sender(path, cookie_of(client, "secretariat"))
    assert sender.to(app) == 413
    assert sender.taken <= LIMIT + 3 * len(CHUNK)


def cookie_of(client: TestClient, who: str) -> list[tuple[bytes, bytes]]:
    """The session of somebody who signed in; none of nobody."""
    if not who:
        return []
    sign_in(client, who, PASSWORD)
    return [(b"cookie", f"{SESSION_COOKIE}={client.cookies[SESSION_COOKIE]}".encode())]


@pytest.mark.parametrize("path", ["/tokens", "/accounts", "/accounts/administrators", "/people/C/absences"])
def test_a_large_body_without_a_file_is_refused_whoever_sends_it(client: TestClient, path: str) -> None:
    answer = Caller(client).post(path, json={"label": "x" * 2_000_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "request-too-large")


def test_the_name_and_type_of_a_file_are_made_harmless(secretariat: Caller) -> None:
    texts = [(f'form-data; name="{name}"', "", text.encode()) for name, text in FORM.items()]
    file = ('form-data; name="files"; filename="ke\x01 hoach\u202egpj.pdf"', "text/html; charset=\x7f", b"%PDF")
    answer = secretariat.post(
        "/documents",
        content=raw_form([*texts, file]),
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )
    document = secretariat.get(f"/documents/{answer.json()['document_id']}").json()
    assert [(kept["name"], kept["media_type"]) for kept in document["files"]] == [
        ("ke hoachgpj.pdf", "application/octet-stream")
    ]


def raw_form(parts: list[tuple[str, str, bytes]]) -> bytes:
    """Headers as no client of ours would write them: Content-Disposition, Content-Type, content."""
    written = [
        f"--b\r\nContent-Disposition: {disposition}\r\nContent-Type: {kind}\r\n\r\n".encode() + content + b"\r\n"
        for disposition, kind, content in parts
    ]
    return b"".join(written) + b"--b--\r\n"
