"""The secretariat's pages, filled, on a wide screen, a phone, and the narrowest that WCAG 1.4.10 asks for."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from service.actions.acknowledge import acknowledge
from service.actions.deliver import deliver_due
from service.actions.print_sheet import print_sheet
from service.domain.deliveries import Deferred, Outcome, Phase, Refused, Reply
from service.domain.documents import Mode
from service.domain.letters import Letter
from service.domain.receipts import Route
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.web.app import make_app
from tests.browser.conftest import sign_in, violations
from tests.fakes import ACCEPTED, FakeClock, FakeMailer
from tests.makers import make_actor, make_person
from tests.web.conftest import make_site, send
from tests.web.office import make_office

pytestmark = pytest.mark.browser

LONG_ADDRESS = "mot-dia-chi-rat-dai.khong-co-cho-nao-de-xuong-dong@phong-thu-nghiem.skhcn.example"


def answer(letter: Letter) -> Outcome:
    if letter.address.startswith("binh"):
        return Refused("no such mailbox", Reply(550, "5.1.1 User unknown", Phase.RCPT), address_bad=True)
    if letter.address.startswith("cuc"):
        return Deferred("busy", Reply(451, "4.3.2 Try again", Phase.RCPT))
    return ACCEPTED


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_the_pages_of_the_office_are_accessible_and_as_wide_as_the_screen(
    chromium: Browser, address: str, runtime: Runtime, clock: FakeClock, mailer: FakeMailer, width: int
) -> None:
    office = make_office(make_app(make_site(runtime)), runtime)
    with runtime.sessions.begin() as session:
        make_person(session, office.units["P1"], code="MA-NHAN-VIEN-RAT-DAI-0001", email=LONG_ADDRESS)
    mailer.answer = answer
    distribution = send(runtime, "all", due=clock.now + timedelta(hours=1))
    deliver_due(runtime)
    clock.move(timedelta(hours=2))
    for name in ("binh", "cuc"):
        reader = make_actor(person_id=office.people[name].person_id)
        acknowledge(runtime, reader, distribution, 1, Route.MAIL_LINK)
    paths = (
        "/post",
        "/distributions",
        f"/distributions/{distribution}",
        f"/distributions/{distribution}/report",
        f"/distributions/{distribution}/confirmations",
        f"/distributions/{distribution}/sheets",
        "/sheets",
        f"/sheets/{print_sheet(runtime, OPERATOR, distribution)}",
        "/directory",
        "/directory/people/BINH",
        "/directory/import",
        "/accounts",
        "/kiosks",
        "/pin",
        "/status",
    )
    found: dict[str, object] = {}
    with chromium.new_context(viewport={"width": width, "height": 844}) as context:
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        sign_in(page, office.people["secretariat"])
        page.wait_for_url("**/inbox")
        for path in paths:
            answered = page.goto(f"{address}{path}")
            assert answered is not None
            assert answered.status == 200, path
            if breaches := violations(page):
                found[path] = breaches
            if (taken := page.evaluate("document.documentElement.scrollWidth")) > width:
                found[f"{path} is wide"] = taken
    assert found == {}


# A link without a space, as people paste them, and letters that nothing breaks at all.
LONG_WORDS = f"https://van-ban.skhcn.example/{'van_ban_ban_hanh_' * 10} và {'Q' * 300}"


@pytest.mark.parametrize("width", [1440, 390])
def test_a_word_without_a_space_makes_no_page_wider_than_the_screen(
    chromium: Browser, address: str, runtime: Runtime, width: int
) -> None:
    office = make_office(make_app(make_site(runtime)), runtime)
    asked = {"title": f"V/v {LONG_WORDS}", "message": LONG_WORDS, "body": LONG_WORDS, "issuing_body": "Q" * 300}
    distribution = send(runtime, "all", mode=Mode.ACKNOWLEDGE, **asked)
    paths = (
        "/inbox",
        f"/inbox/{distribution}",
        "/distributions",
        f"/distributions/{distribution}",
        f"/distributions/{distribution}/report",
        f"/distributions/{distribution}/confirmations",
        f"/distributions/{distribution}/correct",
        f"/distributions/{distribution}/sheets",
        "/directory/people/BINH",
    )
    found: dict[str, int] = {}
    with chromium.new_context(viewport={"width": width, "height": 844}) as context:
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        sign_in(page, office.people["secretariat"])
        page.wait_for_url("**/inbox")
        for path in paths:
            answered = page.goto(f"{address}{path}")
            assert answered is not None
            assert answered.status == 200, path
            found[path] = page.evaluate("document.documentElement.scrollWidth")
        page.goto(f"{address}/post")
        for name, typed in asked.items():
            page.locator(f"[name={name}]").fill(typed)
        page.locator("[name=type_code]").select_option("CV")
        page.get_by_role("button", name="Xem trước").click()
        page.get_by_role("heading", name="Xem trước").wait_for()
        found["the preview"] = page.evaluate("document.documentElement.scrollWidth")
    assert {path: taken for path, taken in found.items() if taken > width} == {}


def test_on_a_phone_what_can_be_done_about_a_distribution_is_one_touch_away(
    chromium: Browser, address: str, runtime: Runtime
) -> None:
    office = make_office(make_app(make_site(runtime)), runtime)
    distribution = send(runtime, "all", mode=Mode.ACKNOWLEDGE)
    with chromium.new_context(viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.goto(f"{address}/sign-in?next=/distributions/{distribution}")
        sign_in(page, office.people["secretariat"])
        jump = page.get_by_role("link", name="Đến phần thư, đôn đốc và đính chính")
        jump.click()
        expect(page.get_by_role("complementary", name="Thư và văn bản")).to_be_in_viewport()
        page.set_viewport_size({"width": 1440, "height": 900})
        expect(jump).to_be_hidden()
