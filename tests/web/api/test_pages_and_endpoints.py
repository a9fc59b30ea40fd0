"""What a page shows or does and what an endpoint does are open to the same roles: the two cannot drift apart.

Whom an endpoint is open to stands in the table of `test_access`; here stands which page does the same.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.web.api.conftest import PASSWORD, Office
from tests.web.api.test_access import DELEGATION, ENDPOINTS, TODAY, at, pattern
from tests.web.conftest import PUBLIC_PATHS, browser, form_token, sign_in
from tests.web.test_routes import api_routes

# The fixture of `test_access`.
__all__ = ["at"]

ABSENCE = {"first_day": "01/03/2018", "last_day": "02/03/2018", "reason": "nghỉ phép"}
WORD = {"distribution_id": "{other}", "day": TODAY, "note": "gặp trực tiếp"}
SPARE = "/accounts/of/spare"


@dataclass(frozen=True)
class Page:
    """`like` names the endpoint, as the table of `test_access` does, that is open to the same roles.

    A form may be refused for what it says: whoever may not send it does not find it.
    """

    method: str
    path: str
    like: str
    form: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


PAGES = (
    Page("GET", "/post", "GET /audience?to=all"),
    Page("POST", "/post", "POST /documents", {"step": "edit"}),
    Page("GET", "/distributions", "GET /distributions"),
    Page("GET", "/distributions/{own}", "GET /distributions/{own}"),
    Page("GET", "/distributions/{other}", "GET /distributions/{other}"),
    Page("GET", "/distributions/{own}/report", "GET /distributions/{own}/report"),
    Page("GET", "/distributions/{other}/report", "GET /distributions/{other}/report"),
    Page("GET", "/distributions/{own}/confirmations", "GET /distributions/{own}/confirmations"),
    Page("GET", "/distributions/{other}/confirmations", "GET /distributions/{other}/confirmations"),
    Page("GET", "/distributions/{own}/report.csv", "GET /distributions/{own}/report.csv"),
    Page("GET", "/distributions/{other}/report.csv", "GET /distributions/{other}/report.csv"),
    Page("POST", "/distributions/{own}/report/issued", "POST /distributions/{own}/report/issued"),
    Page("GET", "/distributions/{own}/report/issued/{report}", "GET /distributions/{own}/report/issued/{report}"),
    Page("POST", "/distributions/{own}/recipients", "POST /distributions/{own}/recipients"),
    Page("POST", "/distributions/{own}/joiners", "PUT /distributions/{own}/joiners", {"adds": "true"}),
    Page("POST", "/distributions/{other}/nudge", "POST /distributions/{other}/nudge"),
    Page("GET", "/distributions/{own}/sheets", "GET /distributions/{own}/sheets"),
    Page("GET", "/distributions/{other}/sheets", "GET /distributions/{other}/sheets"),
    Page("POST", "/distributions/{own}/sheets", "POST /distributions/{own}/sheets", {"unit": "P1"}),
    Page("POST", "/distributions/{other}/sheets", "POST /distributions/{other}/sheets"),
    Page("GET", "/sheets/{sheet}", "GET /sheets/{sheet}"),
    Page("GET", "/sheets/{sheet}/pdf", "GET /sheets/{sheet}/pdf"),
    Page("POST", "/sheets/{sheet}", "POST /sheets/{sheet}/signatures"),
    Page("POST", "/directory/people/E/entered-for", "POST /distributions/{other}/recipients/E/entered-for", WORD),
    Page("GET", "/inquiries", "GET /inquiries"),
    Page("POST", "/inquiries/{inquiry}/answer", "POST /inquiries/{inquiry}/answer", {"answer": "Đã rõ."}),
    Page("GET", "/directory", "GET /people"),
    Page("GET", "/directory", "GET /units"),
    Page("GET", "/directory/people/C", "GET /people/C"),
    Page("GET", "/directory/people/E", "GET /people/E"),
    Page("POST", "/directory/people/C/absences", "POST /people/C/absences", ABSENCE),
    Page("POST", "/directory/people/E/absences", "POST /people/E/absences", ABSENCE),
    Page(
        "POST",
        "/directory/people/C/exemptions",
        "POST /distributions/{own}/recipients/C/exemption",
        {"distribution_id": "{own}", "reason": "đi học"},
    ),
    Page(
        "POST",
        "/directory/people/E/exemptions",
        "POST /distributions/{other}/recipients/E/exemption",
        {"distribution_id": "{other}", "reason": "đi học"},
    ),
    Page("POST", "/directory/people/E/absences/withdraw", "DELETE /people/E/absences/2", {"absence_id": "2"}),
    Page(
        "POST",
        "/directory/people/E/exemptions/lift",
        "DELETE /distributions/{other}/recipients/E/exemption",
        {"distribution_id": "{other}"},
    ),
    Page("GET", "/directory/import", "POST /directory/import?dry_run=true"),
    Page("POST", "/directory/import", "POST /directory/import?dry_run=true"),
    Page("GET", "/accounts", "GET /accounts"),
    Page("POST", "/accounts/letters", "POST /accounts/letters", {"unit": "P1"}),
    Page("POST", "/accounts/slips", "POST /accounts/slips", {"code": "C"}),
    Page("GET", SPARE, "GET /accounts/spare"),
    Page("GET", SPARE, "GET /tokens"),
    Page("POST", f"{SPARE}/roles", "POST /accounts/spare/roles", {"role": "manager", "unit": "P1"}),
    Page("POST", f"{SPARE}/roles/end", "DELETE /accounts/spare/roles/auditor", {"role": "auditor"}),
    Page("POST", f"{SPARE}/tokens", "POST /tokens", {"label": "sổ văn bản"}),
    Page("POST", f"{SPARE}/tokens/end", "DELETE /tokens/{token}", {"token_id": "{token}"}),
    Page("POST", f"{SPARE}/close", "DELETE /accounts/spare"),
    Page("GET", "/distributions/{other}/correct", "POST /distributions/{other}/errata"),
    Page("POST", "/distributions/{other}/errata", "POST /distributions/{other}/errata"),
    Page("POST", "/distributions/{other}/replacement", "POST /distributions/{other}/replacement"),
    Page("POST", "/distributions/{other}/recall", "POST /distributions/{other}/recall"),
    Page("POST", "/calendar/days", "PUT /calendar/2026-12-31", {"day": "31/12/2026", "kind": "off", "note": "Nghỉ bù"}),
    Page("POST", "/calendar/days/clear", "DELETE /calendar/2026-12-31", {"day": "31/12/2026"}),
    Page("POST", "/delegations", "POST /delegations", DELEGATION),
    Page("POST", "/delegations/end", "DELETE /delegations/{delegation}", {"delegation_id": "{delegation}"}),
    Page("GET", "/evidence", "GET /evidence"),
    Page("GET", "/status", "GET /status"),
)
# What belongs to everybody who is signed in, and to whoever stands before a shared PC.
PERSONAL = re.compile(r"/|/sign-out|/password|/pin|/history|/me/.*|/inbox(/.*)?|/kiosk(/.*)?")
# What no endpoint does, and why.
WITHOUT_ENDPOINT = {
    "GET /reports": "the reports of a manager's units, on one page",
    "GET /sheets": "where the code of a sheet is typed",
    "GET /sheets/{code}/scans/{scan_id}": "the picture of a signed sheet, beside its lines",
    "GET /distributions/{distribution_id}/dossier.zip": "a file to be kept",
    "GET /calendar": "the forms of the calendar, whose days are everybody's to read",
    "POST /calendar/import": "a file of days; a program sends each by itself",
    "GET /delegations": "the forms of lending a role; by the endpoint everybody reads what concerns them",
    "POST /accounts/of/{username:path}/delegations/end": "an administrator's way; by the endpoint lenders end them too",
    "GET /kiosks": "a shared PC is enrolled by somebody who stands before it",
    "POST /kiosks": "as above",
    "POST /kiosks/{kiosk_id}/revoke": "as above",
}


@pytest.fixture
def signed_in(app: FastAPI, office: Office) -> Iterator[dict[str, TestClient]]:
    """A browser of each of the accounts, and one of nobody's."""
    with ExitStack() as stack:
        browsers = {name: stack.enter_context(browser(app)) for name in (*office.accounts, "nobody")}
        del browsers["spare"]
        for name in browsers.keys() - {"nobody"}:
            sign_in(browsers[name], name, PASSWORD)
        yield browsers


def test_each_page_is_open_to_whom_its_endpoint_is(signed_in: dict[str, TestClient], at: Callable[[str], str]) -> None:
    wrong = []
    tokens = {name: form_token(client) if name != "nobody" else "" for name, client in signed_in.items()}
    for page in PAGES:
        (allowed,) = {endpoint.allowed for endpoint in ENDPOINTS if str(endpoint) == page.like}
        for name, client in signed_in.items():
            form = {key: at(value) for key, value in page.form.items()} | {"form_token": tokens[name]}
            sent = {"data": form} if page.method == "POST" else {}
            status = client.request(page.method, at(page.path), **sent).status_code  # type: ignore[arg-type]  # one of two
            if name == "nobody":
                is_right = status == (303 if page.method == "GET" else 401)
            else:
                is_right = status < 500 and (status != 404) is (name in allowed)
            if not is_right:
                wrong.append(f"{page}: {name} got {status}, {page.like} is open to {', '.join(sorted(allowed))}")
    assert wrong == []


def test_every_page_has_its_endpoint_or_is_known_to_have_none(app: FastAPI) -> None:
    compared = {(page.method, page.path) for page in PAGES}
    unknown = [
        f"{method} {route.path}"
        for route in api_routes(app.routes)
        if route.endpoint.__module__.startswith("service.web.pages.")
        and route.path not in PUBLIC_PATHS
        and not PERSONAL.fullmatch(route.path)
        for method in route.methods or ()
        if f"{method} {route.path}" not in WITHOUT_ENDPOINT
        and not any(method == known and re.fullmatch(pattern(route.path), place) for known, place in compared)
    ]
    assert unknown == []
