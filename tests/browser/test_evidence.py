"""The auditor's page, filled and unfolded, on a wide screen and on the narrowest that WCAG 1.4.10 asks for."""

import pytest
from playwright.sync_api import Browser

from service.actions.acknowledge import acknowledge
from service.actions.manage_accounts import grant_role
from service.actions.seal_evidence import seal_evidence
from service.domain.receipts import Route
from service.domain.roles import OPERATOR, Role
from service.runtime import Runtime
from service.web.app import make_app
from tests.browser.conftest import sign_in, violations
from tests.makers import make_actor
from tests.web.conftest import make_site, send
from tests.web.office import make_office

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1280, 320])
def test_the_evidence_is_accessible_and_as_wide_as_the_screen(
    chromium: Browser, address: str, runtime: Runtime, width: int
) -> None:
    office = make_office(make_app(make_site(runtime)), runtime)
    reader = office.people["binh"]
    actor = make_actor(account_id=reader.account_id, person_id=reader.person_id)
    acknowledge(runtime, actor, send(runtime, "all"), 1, Route.INBOX)
    grant_role(runtime, OPERATOR, reader.username, Role.AUDITOR)
    seal_evidence(runtime)
    with chromium.new_context(viewport={"width": width, "height": 844}) as context:
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        sign_in(page, office.people["auditor"])
        page.wait_for_url("**/inbox")
        page.goto(f"{address}/evidence")
        page.locator("summary").first.click()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
