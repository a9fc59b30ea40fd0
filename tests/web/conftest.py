"""The real application over a real database, and people who sign in to it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from service.actions.list_recipients import list_recipients
from service.actions.post_document import post_document
from service.domain.credentials import LetterLink, sign_letter_link
from service.domain.roles import OPERATOR
from service.rendering import make_environment
from service.runtime import Runtime
from service.web.app import make_app
from service.web.site import Site
from tests.fakes import OFFICE_ZONE
from tests.makers import make_account, make_person, make_posting, make_unit

# Templates are compiled once, as in a process that serves for weeks.
ENVIRONMENT = make_environment(OFFICE_ZONE)

PASSWORD = "mot mat khau du dai"
MAX_REQUEST_BYTES = 3_000_000

# Every route outside this list asks who is there.
PUBLIC_PATHS = {
    "/activate",
    "/activate/{token}",
    "/healthz",
    "/kiosk/enrol",
    "/metrics",
    "/readyz",
    "/reset",
    "/setup",
    "/sign-in",
}


@pytest.fixture
def site(runtime: Runtime) -> Site:
    return make_site(runtime)


def make_site(runtime: Runtime, base_url: str = "https://testserver") -> Site:
    return Site(
        runtime=runtime,
        environment=ENVIRONMENT,
        base_url=base_url,
        office_name="Sở Thử nghiệm",
        catcher_url="",
        max_request_bytes=MAX_REQUEST_BYTES,
        zone=OFFICE_ZONE,
    )


@pytest.fixture
def app(site: Site) -> FastAPI:
    return make_app(site)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A browser of its own: cookies are kept, redirects are not followed."""
    with browser(app) as one:
        yield one


def browser(app: FastAPI) -> TestClient:
    """A further browser, with no cookie; a surprise becomes the page that a reader would get."""
    return TestClient(app, "https://testserver", raise_server_exceptions=False, follow_redirects=False)


def sign_in(client: TestClient, username: str, password: str = PASSWORD, next_path: str = "/") -> Response:
    return client.post("/sign-in", data={"username": username, "password": password, "next": next_path})


def form_token(client: TestClient, path: str = "/password") -> str:
    """The token that every form on the signed-in person's pages carries."""
    found = re.search(r'name="form_token" value="([^"]+)"', client.get(path).text)
    assert found, f"{path} has no form of a signed-in person"
    return found[1]


@dataclass(frozen=True)
class Employee:
    person_id: int
    account_id: int
    username: str


def make_employee(runtime: Runtime, unit_id: int | None = None, **person: object) -> Employee:
    """A person of the directory with an active account whose password is `PASSWORD`."""
    with runtime.sessions.begin() as session:
        unit = unit_id or make_unit(session)
        person_id = make_person(session, unit, **person)  # type: ignore[arg-type]  # the maker checks the names
        username = f"nhanvien{person_id}"
        return Employee(person_id, make_account(session, person_id, username=username, password=PASSWORD), username)


@pytest.fixture
def lan(runtime: Runtime) -> Employee:
    """Who the documents of these tests are sent to."""
    return make_employee(runtime, code="LAN", family_name="Trần Thị", given_name="Lan")


@pytest.fixture
def minh(runtime: Runtime, lan: Employee) -> Employee:
    """A colleague who is on nobody's list."""
    return make_employee(runtime, code="MINH", family_name="Lê Văn", given_name="Minh")


def send(runtime: Runtime, audience: str = "person:LAN", **changes: object) -> int:
    """Post a document to Lan and draw the list; returns the distribution's id."""
    posted = post_document(runtime, OPERATOR, make_posting(audience=audience, **changes))
    list_recipients(runtime)
    return posted.distribution_id


def mail_link(
    runtime: Runtime, distribution_id: int, reader: Employee, lifetime: timedelta = timedelta(days=90)
) -> str:
    """The link of this reader's letter, signed now."""
    link = LetterLink(distribution_id, reader.person_id, runtime.clock() + lifetime)
    return f"/inbox/{distribution_id}?via={sign_letter_link(runtime.secret, link)}"


def sign_in_path(next_path: str) -> str:
    return f"/sign-in?next={quote(next_path, safe='')}"
