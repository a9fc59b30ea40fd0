"""A replaced document and a recalled one, as readers and the secretariat see them, on a wide and a narrow screen."""

import pytest
from playwright.sync_api import Browser

from service.actions.correct_document import issue_erratum, recall_document, replace_document
from service.domain.corrections import Replacement
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.web.app import make_app
from tests.browser.conftest import sign_in, violations
from tests.web.conftest import make_site, send
from tests.web.office import make_office

pytestmark = pytest.mark.browser

BODY = "\n\n".join(f"{line}. Các phòng, đơn vị báo cáo trước ngày 05/3." for line in range(1, 9))


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_about_corrections_are_accessible_and_as_wide_as_the_screen(
    chromium: Browser, address: str, runtime: Runtime, width: int, scheme: str
) -> None:
    office = make_office(make_app(make_site(runtime)), runtime)
    replaced, recalled = send(runtime, "all", body=BODY), send(runtime, "all", body=BODY)
    better = Replacement(replaces=1, note="Sai ngày.", body=BODY.replace("4. Các phòng", "4. Mọi phòng"))
    replace_document(runtime, OPERATOR, replaced, better)
    issue_erratum(runtime, OPERATOR, replaced, "Mục 2 ghi thừa một chữ.")
    recall_document(runtime, OPERATOR, recalled, "Ban hành nhầm.")
    found: dict[str, object] = {}
    with chromium.new_context(
        viewport={"width": width, "height": 844}, color_scheme="dark" if scheme == "dark" else "light"
    ) as context:
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        sign_in(page, office.people["secretariat"])
        page.wait_for_url("**/inbox")
        for path in (
            "/inbox",
            f"/inbox/{replaced}",
            f"/inbox/{replaced}/revisions/2",
            f"/inbox/{recalled}",
            f"/distributions/{replaced}/correct",
            f"/distributions/{recalled}",
            f"/distributions/{recalled}/report",
        ):
            page.goto(f"{address}{path}")
            if breaches := violations(page):
                found[path] = breaches
            if (taken := page.evaluate("document.documentElement.scrollWidth")) > width:
                found[f"{path} is wide"] = taken
    assert found == {}


def test_a_reader_confirms_that_a_recalled_document_is_removed(
    chromium: Browser, address: str, runtime: Runtime
) -> None:
    office = make_office(make_app(make_site(runtime)), runtime)
    recalled = send(runtime, "all", body=BODY)
    recall_document(runtime, OPERATOR, recalled, "Ban hành nhầm.")
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}/sign-in?next=%2Finbox%2F{recalled}")
        sign_in(page, office.people["binh"])
        page.get_by_role("button", name="Tôi đã hủy, gỡ văn bản này").click()
        page.get_by_text("Đồng chí đã xác nhận hủy, gỡ văn bản này").wait_for()
