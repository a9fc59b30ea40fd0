"""Headless Chromium before the real application, served by the real server over a real database."""

import shutil
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, sync_playwright

from service.actions.enrol_kiosk import add_kiosk
from service.actions.set_pin import set_pin
from service.actions.sign_in import sign_in as begin_session
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.web.app import make_app
from tests.web.conftest import PASSWORD, Employee, make_employee, make_site

CHROMIUM = shutil.which("chromium")
SECONDS_TO_START = 20
PIN = "294817"
DESELECTED = pytest.StashKey[int]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if CHROMIUM is not None:
        return
    left_out = [item for item in items if item.get_closest_marker("browser")]
    if left_out:
        config.stash[DESELECTED] = len(left_out)
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if count := config.stash.get(DESELECTED, 0):
        terminalreporter.write_line(f"{count} browser tests deselected: there is no chromium on this machine")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as one:
        yield one


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    # Containers run as root and have a small /dev/shm.
    launched = playwright.chromium.launch(
        executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
    )
    yield launched
    launched.close()


@pytest.fixture
def address(runtime: Runtime) -> Iterator[str]:
    """Where the application is served; on loopback, where Chromium keeps `__Host-` cookies without TLS."""
    app = make_app(make_site(runtime))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + SECONDS_TO_START
    while not server.started:
        assert thread.is_alive(), "the server ended before it listened"
        assert time.monotonic() < deadline, "the server does not listen"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def lan(runtime: Runtime) -> Employee:
    return make_employee(runtime, code="LAN", family_name="Trần Thị", given_name="Lan")


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    with chromium.new_context(locale="vi-VN", viewport={"width": 1280, "height": 900}) as one:
        yield one


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page whose console must stay silent: a breach of the content security policy is said there."""
    one = context.new_page()
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    one.on("console", listen)
    yield one
    assert complaints == []


def sign_in(page: Page, reader: Employee) -> None:
    page.get_by_label("Tên đăng nhập").fill(reader.username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()


@pytest.fixture
def with_pin(runtime: Runtime, lan: Employee) -> Employee:
    set_pin(runtime, begin_session(runtime, lan.username, PASSWORD, "192.0.2.1").token, PASSWORD, PIN)
    return lan


def sit_down(page: Page, address: str, runtime: Runtime) -> None:
    """Lan, who has a PIN, sits down at a shared PC, which this browser becomes."""
    page.goto(f"{address}/kiosk/enrol")
    page.get_by_label("Mã dùng một lần").fill(add_kiosk(runtime, OPERATOR, "Phòng bảo vệ").code)
    page.get_by_role("button", name="Đăng ký máy này").click()
    page.locator(".choices a").click()
    page.get_by_role("link", name="Trần Thị Lan").click()
    page.get_by_label("Mã PIN").fill(PIN)
    page.get_by_role("button", name="Vào hộp văn bản").click()
    page.wait_for_url("**/kiosk/inbox")


def violations(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.0 to 2.2, A and AA, and good practice."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['help']}: {[node['html'] for node in one['nodes']]}" for one in found]
