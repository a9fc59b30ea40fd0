"""A shared PC that nobody touches goes back to its first page by itself, from a PDF too."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from service.domain.documents import NewFile
from service.printing.typesetting import typeset
from service.runtime import Runtime
from tests.browser.conftest import sit_down
from tests.web.conftest import Employee, send

pytestmark = pytest.mark.browser

# Long enough for a busy machine to get from one page to the next.
QUIET = timedelta(seconds=6)


@pytest.fixture
def runtime(runtime: Runtime) -> Runtime:
    return replace(runtime, policy=replace(runtime.policy, kiosk_idle=QUIET))


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
