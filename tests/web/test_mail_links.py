"""The link of Lan's letter leads to the page and is recorded as the way; it shows and confirms nothing by itself."""

from datetime import date, timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import update
from starlette.testclient import TestClient

from service.actions.correct_document import recall_document
from service.domain.receipts import Route, State
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.store.receipts import facts_of
from service.store.tables import memberships
from tests.fakes import FakeClock
from tests.makers import make_account
from tests.web.conftest import PASSWORD, Employee, browser, form_token, mail_link, send, sign_in, sign_in_path

BUTTON = "Tôi đã đọc và nắm nội dung</button>"
EXPIRED = "Liên kết trong thư đã hết hạn"
OF_ANOTHER = "gửi riêng cho người khác"
UNREADABLE = "có thể đã bị cắt ngắn"


@pytest.fixture
def as_lan(client: TestClient, lan: Employee) -> TestClient:
    sign_in(client, lan.username)
    return client


def routes(runtime: Runtime, distribution: int, reader: Employee) -> list[tuple[State, Route]]:
    with runtime.sessions() as session:
        return [(fact.state, fact.route) for fact in facts_of(session, distribution, reader.person_id)]


def token_of(link: str) -> str:
    return link.partition("?via=")[2]


def confirm(client: TestClient, distribution: int, **fields: str) -> int:
    return client.post(f"/inbox/{distribution}/acknowledge", data={"revision": "1", **fields}).status_code


def test_the_link_leads_through_signing_in_to_the_document_in_one_step(
    client: TestClient, runtime: Runtime, lan: Employee
) -> None:
    link = mail_link(runtime, send(runtime), lan)
    assert client.get(link).headers["location"] == sign_in_path(link)
    assert sign_in(client, lan.username, next_path=link).headers["location"] == link
    assert BUTTON in client.get(link).text


def test_the_route_of_the_link_goes_on_into_the_confirmation(
    as_lan: TestClient, runtime: Runtime, lan: Employee
) -> None:
    distribution = send(runtime)
    link = mail_link(runtime, distribution, lan)
    assert f'name="via" value="{token_of(link)}"' in as_lan.get(link).text
    assert confirm(as_lan, distribution, via=token_of(link), form_token=form_token(as_lan)) == 303
    assert routes(runtime, distribution, lan) == [
        (State.OPENED, Route.MAIL_LINK),
        (State.ACKNOWLEDGED, Route.MAIL_LINK),
    ]


def test_nobody_claims_the_route_of_a_link_without_the_link(
    as_lan: TestClient, runtime: Runtime, lan: Employee
) -> None:
    distribution = send(runtime)
    as_lan.get(f"/inbox/{distribution}?via=mail_link")
    assert confirm(as_lan, distribution, route="mail_link", via="mail_link", form_token=form_token(as_lan)) == 303
    assert {route for _, route in routes(runtime, distribution, lan)} == {Route.INBOX}


def test_a_link_that_has_ended_still_shows_the_reader_the_document_and_says_so(
    as_lan: TestClient, runtime: Runtime, lan: Employee, clock: FakeClock
) -> None:
    distribution = send(runtime)
    link = mail_link(runtime, distribution, lan, lifetime=timedelta(hours=1))
    clock.move(timedelta(hours=1))
    shown = as_lan.get(link).text
    assert EXPIRED in shown
    assert BUTTON in shown
    assert confirm(as_lan, distribution, via=token_of(link), form_token=form_token(as_lan)) == 303
    assert {route for _, route in routes(runtime, distribution, lan)} == {Route.INBOX}


@pytest.mark.parametrize("via", ["mail", "1.2.3", "%00", "x" * 3000])
def test_a_link_that_was_cut_is_said_to_be(as_lan: TestClient, runtime: Runtime, lan: Employee, via: str) -> None:
    distribution = send(runtime)
    assert UNREADABLE in as_lan.get(f"/inbox/{distribution}?via={via}").text
    assert routes(runtime, distribution, lan) == [(State.OPENED, Route.INBOX)]


def test_a_forwarded_link_shows_a_colleague_on_the_list_the_own_page_and_says_so(
    app: FastAPI, runtime: Runtime, lan: Employee, minh: Employee
) -> None:
    distribution = send(runtime, audience="all")
    link = mail_link(runtime, distribution, lan)
    with browser(app) as as_minh:
        sign_in(as_minh, minh.username)
        shown = as_minh.get(link).text
        assert OF_ANOTHER in shown
        assert "Tôi là <b>Lê Văn Minh</b>" in shown
        assert confirm(as_minh, distribution, via=token_of(link), form_token=form_token(as_minh)) == 303
    assert routes(runtime, distribution, lan) == []
    assert {route for _, route in routes(runtime, distribution, minh)} == {Route.INBOX}


def test_a_forwarded_link_shows_a_stranger_nothing_but_whose_it_is_not(
    app: FastAPI, runtime: Runtime, lan: Employee, minh: Employee
) -> None:
    distribution = send(runtime)
    link = mail_link(runtime, distribution, lan)
    with browser(app) as as_minh:
        sign_in(as_minh, minh.username)
        answered = as_minh.get(link)
        assert answered.status_code == 404
        assert OF_ANOTHER in answered.text
        assert "12/KH-SKHCN" not in answered.text
        assert confirm(as_minh, distribution, via=token_of(link), form_token=form_token(as_minh)) == 404
    assert routes(runtime, distribution, lan) == []


def test_an_account_of_the_office_gets_nothing_by_a_forwarded_link(
    client: TestClient, runtime: Runtime, lan: Employee
) -> None:
    with runtime.sessions.begin() as session:
        make_account(session, username="quantri", password=PASSWORD)
    sign_in(client, "quantri")
    assert client.get(mail_link(runtime, send(runtime), lan)).status_code == 404


def test_a_bad_link_tells_nobody_whether_there_is_such_a_document(
    app: FastAPI, runtime: Runtime, lan: Employee, minh: Employee
) -> None:
    distribution = send(runtime)
    forged = f"?via={distribution}.{lan.person_id}.99999999999.{'a' * 32}"
    with browser(app) as nobody:
        there, not_there = nobody.get(f"/inbox/{distribution}{forged}"), nobody.get(f"/inbox/999{forged}")
        assert (there.status_code, not_there.status_code) == (303, 303)
    with browser(app) as as_minh:
        sign_in(as_minh, minh.username)
        there, not_there = as_minh.get(f"/inbox/{distribution}{forged}"), as_minh.get(f"/inbox/999{forged}")
        assert (there.status_code, there.text) == (not_there.status_code, not_there.text)
        assert there.status_code == 404


def test_the_link_of_somebody_who_has_left_leads_to_signing_in_and_no_further(
    as_lan: TestClient, runtime: Runtime, lan: Employee, clock: FakeClock
) -> None:
    distribution = send(runtime)
    link = mail_link(runtime, distribution, lan)
    with runtime.sessions.begin() as session:
        session.execute(
            update(memberships)
            .where(memberships.c.person_id == lan.person_id)
            .values(active_to=date.min.replace(year=2018))
        )
    assert as_lan.get(link).headers["location"] == sign_in_path(link)
    assert sign_in(as_lan, lan.username, next_path=link).status_code == 401
    assert routes(runtime, distribution, lan) == []


def test_the_link_after_a_recall_leads_to_the_recall_and_confirms_nothing(
    as_lan: TestClient, runtime: Runtime, lan: Employee
) -> None:
    distribution = send(runtime, body="Nội dung đã thu hồi.")
    link = mail_link(runtime, distribution, lan)
    recall_document(runtime, OPERATOR, distribution, "Ban hành nhầm.")
    shown = as_lan.get(link)
    assert shown.status_code == 200
    assert "Ban hành nhầm." in shown.text
    assert "Nội dung đã thu hồi." not in shown.text
    assert confirm(as_lan, distribution, via=token_of(link), form_token=form_token(as_lan)) == 409
    assert routes(runtime, distribution, lan) == []


def test_a_scanner_that_fetches_the_link_and_submits_what_it_finds_confirms_nothing(
    client: TestClient, runtime: Runtime, lan: Employee
) -> None:
    distribution = send(runtime)
    link = mail_link(runtime, distribution, lan)
    client.head(link)
    client.get(link, follow_redirects=True)
    for fields in ({}, {"via": token_of(link)}, {"via": token_of(link), "form_token": "x"}):
        assert confirm(client, distribution, **fields) == 401
    assert client.post("/sign-in", data={"next": link}).status_code in {401, 422}
    assert routes(runtime, distribution, lan) == []


def test_a_form_that_does_not_come_from_the_readers_own_page_confirms_nothing(
    as_lan: TestClient, runtime: Runtime, lan: Employee
) -> None:
    distribution = send(runtime)
    link = mail_link(runtime, distribution, lan)
    assert confirm(as_lan, distribution, via=token_of(link)) == 403
    assert confirm(as_lan, distribution, via=token_of(link), form_token="x") == 403
    token = form_token(as_lan)
    elsewhere = as_lan.post(
        f"/inbox/{distribution}/acknowledge",
        data={"revision": "1", "via": token_of(link), "form_token": token},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert elsewhere.status_code == 403
    assert routes(runtime, distribution, lan) == []


def test_what_no_person_looks_at_is_not_even_opened(as_lan: TestClient, runtime: Runtime, lan: Employee) -> None:
    distribution = send(runtime)
    link = mail_link(runtime, distribution, lan)
    assert as_lan.head(link).status_code == 200
    assert as_lan.get(link, headers={"Sec-Purpose": "prefetch"}).status_code == 503
    assert as_lan.get(link, headers={"Sec-Purpose": "prefetch;prerender"}).status_code == 503
    assert routes(runtime, distribution, lan) == []
