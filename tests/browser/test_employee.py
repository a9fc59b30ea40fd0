"""Lan reads and confirms what was sent to her, with what a browser shows and nothing else."""

from datetime import timedelta

import httpx2
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from service.domain.documents import NewFile, Signer, SigningAuthority, Urgency
from service.domain.receipts import Route, State
from service.runtime import Runtime
from service.store.receipts import facts_of
from tests.browser.conftest import sign_in, violations
from tests.fakes import FakeClock
from tests.web.conftest import PASSWORD, Employee, mail_link, send

pytestmark = pytest.mark.browser

BUTTON = "Tôi đã đọc và nắm nội dung"
PDF = NewFile("12-KH-SKHCN.pdf", "application/pdf", b"%PDF-1.7 mau")
MOST_TABS = 60


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab, as somebody without a mouse does, until `target` has the focus."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{target} is not reached by the Tab key")


def sample_documents(runtime: Runtime, clock: FakeClock) -> int:
    """One of each kind that the inbox tells apart; returns the one with the most to show."""
    send(runtime, title="Công điện mẫu", urgency=Urgency.FLASH, due=clock.now + timedelta(minutes=1))
    send(runtime, title="Thông báo mẫu", urgency=Urgency.VERY_URGENT)
    signer = Signer(SigningAuthority.DEPUTY, "Phó Giám đốc", "Lê Văn Mẫu")
    full = send(runtime, files=(PDF,), signer=signer, urgency=Urgency.URGENT, due=clock.now + timedelta(days=2))
    clock.move(timedelta(minutes=2))
    return full


def test_a_document_is_opened_and_confirmed_by_the_keyboard_alone(
    page: Page, address: str, runtime: Runtime, lan: Employee
) -> None:
    distribution = send(runtime, title="Kế hoạch mẫu", files=(PDF,))
    page.goto(address)
    tab_to(page, page.get_by_label("Tên đăng nhập"))
    page.keyboard.type(lan.username)
    tab_to(page, page.get_by_label("Mật khẩu"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Hộp văn bản")).to_be_visible()
    tab_to(page, page.get_by_role("link", name="Kế hoạch mẫu"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name=BUTTON))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Đã ghi nhận xác nhận")).to_be_visible()
    expect(page.get_by_role("button", name=BUTTON)).to_have_count(0)
    with runtime.sessions() as session:
        facts = facts_of(session, distribution, lan.person_id)
    assert [(fact.state, fact.route) for fact in facts] == [
        (State.OPENED, Route.INBOX),
        (State.ACKNOWLEDGED, Route.INBOX),
    ]


def test_the_link_of_the_letter_leads_through_signing_in_to_the_document(
    page: Page, address: str, runtime: Runtime, lan: Employee
) -> None:
    distribution = send(runtime)
    link = address + mail_link(runtime, distribution, lan)
    page.goto(link)
    sign_in(page, lan)
    expect(page).to_have_url(link)
    page.get_by_role("button", name=BUTTON).click()
    expect(page.get_by_text("Đã ghi nhận xác nhận")).to_be_visible()
    with runtime.sessions() as session:
        routes = {fact.route for fact in facts_of(session, distribution, lan.person_id)}
    assert routes == {Route.MAIL_LINK}


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_the_pages_are_accessible_in_every_form(
    chromium: Browser, address: str, runtime: Runtime, clock: FakeClock, lan: Employee, width: int, scheme: str
) -> None:
    document = sample_documents(runtime, clock)
    viewport = {"width": width, "height": 844}
    with chromium.new_context(viewport=viewport, color_scheme=scheme) as context:  # type: ignore[arg-type]  # parametrized words
        page = context.new_page()
        page.goto(f"{address}/inbox")
        assert violations(page) == [], "sign-in"
        sign_in(page, lan)
        assert violations(page) == [], "inbox"
        page.goto(f"{address}/inbox/{document}")
        assert violations(page) == [], "document"
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_role("button", name=BUTTON).click()
        expect(page.get_by_text("Đã ghi nhận xác nhận")).to_be_visible()
        assert violations(page) == [], "confirmed document"
        for path in ("/inbox", "/history", "/me/records", "/password", "/khong-co"):
            page.goto(f"{address}{path}")
            assert violations(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_script_without_a_session_confirms_nothing(address: str, runtime: Runtime, lan: Employee) -> None:
    distribution = send(runtime)
    with httpx2.Client(base_url=address, follow_redirects=True) as script:
        link = mail_link(runtime, distribution, lan)
        script.get(link)
        for path in (f"/inbox/{distribution}/acknowledge", link):
            assert script.post(path, data={"revision": "1", "via": link.partition("=")[2]}).status_code >= 400
    with runtime.sessions() as session:
        assert facts_of(session, distribution, lan.person_id) == []
