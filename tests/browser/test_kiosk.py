"""A shared PC as its browser behaves: nothing stays on the screen, and nothing comes back."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from service.actions.enrol_kiosk import add_kiosk
from service.actions.set_pin import set_pin
from service.actions.sign_in import sign_in
from service.domain.documents import NewFile
from service.domain.roles import OPERATOR
from service.printing.typesetting import typeset
from service.runtime import Runtime
from tests.browser.conftest import violations
from tests.web.conftest import PASSWORD, Employee, send

pytestmark = pytest.mark.browser

PIN = "294817"
QUIET = timedelta(seconds=4)


@pytest.fixture
def runtime(runtime: Runtime) -> Runtime:
    return replace(runtime, policy=replace(runtime.policy, kiosk_idle=QUIET))


@pytest.fixture
def with_pin(runtime: Runtime, lan: Employee) -> Employee:
    set_pin(runtime, sign_in(runtime, lan.username, PASSWORD, "192.0.2.1").token, PASSWORD, PIN)
    return lan


def sit_down(page: Page, address: str, runtime: Runtime) -> None:
    page.goto(f"{address}/kiosk/enrol")
    page.get_by_label("Mã dùng một lần").fill(add_kiosk(runtime, OPERATOR, "Phòng bảo vệ").code)
    page.get_by_role("button", name="Đăng ký máy này").click()
    page.locator(".choices a").click()
    page.get_by_role("link", name="Trần Thị Lan").click()
    page.get_by_label("Mã PIN").fill(PIN)
    page.get_by_role("button", name="Vào hộp văn bản").click()
    page.wait_for_url("**/kiosk/inbox")


def test_after_confirming_the_back_button_shows_no_document(
    page: Page, address: str, runtime: Runtime, with_pin: Employee
) -> None:
    send(runtime)
    sit_down(page, address, runtime)
    page.get_by_role("link", name=re.compile("^Kế hoạch|Chưa đọc. Kế hoạch")).click()
    page.get_by_role("button", name="Tôi đã đọc và nắm nội dung").click()
    page.wait_for_url("**/kiosk?confirmed=1")
    for _ in range(3):
        page.go_back()
        page.wait_for_url(re.compile(r"/kiosk(\?.*)?$"))
        assert page.get_by_role("heading", name="Chọn đơn vị").is_visible()


@pytest.mark.parametrize("shown", ["text", "pdf"])
def test_a_document_that_nobody_reads_on_leaves_the_screen(
    context: BrowserContext, address: str, runtime: Runtime, with_pin: Employee, tmp_path: Path, shown: str
) -> None:
    # Not the page whose console must stay silent: around a PDF the browser asks for an icon that there is not.
    page = context.new_page()
    template = tmp_path / "one.typ"
    template.write_text("Một trang.")
    distribution = send(runtime, files=(NewFile("kh.pdf", "application/pdf", typeset(template, {})),))
    sit_down(page, address, runtime)
    page.goto(f"{address}/kiosk/inbox/{distribution}")
    if shown == "pdf":
        page.locator("a.file").click()
        page.wait_for_url("**/files/*")
    page.wait_for_url(re.compile(r"/kiosk$"), wait_until="commit")


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
