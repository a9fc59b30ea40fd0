"""A shared PC as its browser behaves: nothing stays on the screen, and nothing comes back."""

import re

import pytest
from playwright.sync_api import Browser, Page

from service.runtime import Runtime
from tests.browser.conftest import sit_down, violations
from tests.web.conftest import Employee, send

pytestmark = pytest.mark.browser


def test_after_confirming_the_back_button_shows_no_document(
    page: Page, address: str, runtime: Runtime, with_pin: Employee
) -> None:
    send(runtime)
    sit_down(page, address, runtime)
    page.get_by_role("link", name=re.compile("^Kế hoạch|Chưa đọc. Kế hoạch")).click()
    page.get_by_role("button", name="Tôi đã đọc và nắm nội dung").click()
    page.wait_for_url("**/kiosk")
    # To the document, and to the inbox behind it.
    for _ in range(2):
        page.go_back()
        page.wait_for_url(re.compile(r"/kiosk(\?.*)?$"))
        assert page.get_by_role("heading", name="Chọn đơn vị").is_visible()


@pytest.mark.parametrize("width", [1280, 320])
def test_the_pages_of_a_shared_pc_are_accessible_and_as_wide_as_the_screen(
    chromium: Browser, address: str, runtime: Runtime, with_pin: Employee, width: int
) -> None:
    send(runtime)
    with chromium.new_context(viewport={"width": width, "height": 844}) as context:
        page = context.new_page()
        sit_down(page, address, runtime)
        (document,) = [link.get_attribute("href") for link in page.locator("a.item-t").all()]
        for path in (document, "/kiosk/inbox", "/kiosk/people/LAN/slip", "/kiosk/people/LAN", "/kiosk", "/kiosk/enrol"):
            page.goto(f"{address}{path}")
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
