"""Lan has the receipt of the confirmation sent to the own mailbox, once a revision."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi import FastAPI
from sqlalchemy import select, update
from starlette.testclient import TestClient

from service.actions.acknowledge import acknowledge
from service.actions.correct_document import recall_document
from service.actions.deliver import deliver_due
from service.actions.mail_receipt import mail_receipt
from service.domain.letters import ReceiptFacts
from service.domain.receipts import Route
from service.domain.roles import OPERATOR, Actor
from service.runtime import Runtime
from service.store.tables import deliveries, memberships
from tests.fakes import FakeClock, FakeMailer
from tests.makers import make_actor
from tests.web.conftest import Employee, browser, form_token, make_employee, send, sign_in

BUTTON = "Gửi biên nhận về thư của tôi"


@pytest.fixture
def as_lan(client: TestClient, lan: Employee) -> TestClient:
    sign_in(client, lan.username)
    return client


def actor(reader: Employee) -> Actor:
    return make_actor(account_id=reader.account_id, person_id=reader.person_id)


def ask(client: TestClient, distribution: int) -> int:
    return client.post(f"/inbox/{distribution}/receipt", data={"form_token": form_token(client)}).status_code


def receipts_queued(runtime: Runtime) -> list[str]:
    with runtime.sessions() as session:
        query = select(deliveries.c.address).where(deliveries.c.occasion.startswith("receipt"))
        return list(session.execute(query).scalars())


def test_the_receipt_says_who_confirmed_what_when_and_how(
    as_lan: TestClient, runtime: Runtime, lan: Employee, mailer: FakeMailer, clock: FakeClock
) -> None:
    distribution = send(runtime)
    acknowledge(runtime, actor(lan), distribution, 1, Route.MAIL_LINK)
    assert BUTTON in as_lan.get(f"/inbox/{distribution}").text
    assert ask(as_lan, distribution) == 303
    deliver_due(runtime)
    (letter,) = [one for one in mailer.letters if one.edition.template == "receipt"]
    facts = letter.edition.facts
    assert isinstance(facts, ReceiptFacts)
    assert (letter.recipient_name, letter.address) == ("Trần Thị Lan", "lan@skhcn.example")
    assert letter.path.startswith(f"/inbox/{distribution}?via=")
    assert (facts.number, facts.revision, facts.route) == ("12/KH-SKHCN", 1, Route.MAIL_LINK)
    assert facts.confirmed_at == clock.now
    assert len(facts.sha256) == 64
    shown = as_lan.get(f"/inbox/{distribution}").text
    assert BUTTON not in shown
    assert "Biên nhận gửi về lan@skhcn.example: máy chủ thư đã nhận" in shown


def test_two_receipts_of_one_document_do_not_mix(
    runtime: Runtime, lan: Employee, minh: Employee, mailer: FakeMailer
) -> None:
    distribution = send(runtime, audience="all")
    acknowledge(runtime, actor(lan), distribution, 1, Route.INBOX)
    acknowledge(runtime, actor(minh), distribution, 1, Route.MAIL_LINK)
    for reader in (lan, minh):
        mail_receipt(runtime, actor(reader), distribution)
    deliver_due(runtime)
    told = {one.address: one.edition.facts for one in mailer.letters if one.edition.template == "receipt"}
    routes = {address: facts.route for address, facts in told.items() if isinstance(facts, ReceiptFacts)}
    assert routes == {"lan@skhcn.example": Route.INBOX, "minh@skhcn.example": Route.MAIL_LINK}


def test_however_often_it_is_asked_for_one_receipt_goes_out(runtime: Runtime, lan: Employee) -> None:
    distribution = send(runtime)
    acknowledge(runtime, actor(lan), distribution, 1, Route.INBOX)
    with ThreadPoolExecutor(4) as pool:
        queued = list(pool.map(lambda _: mail_receipt(runtime, actor(lan), distribution), range(8)))
    assert queued.count(True) == 1
    assert receipts_queued(runtime) == ["lan@skhcn.example"]


def test_the_receipt_goes_to_the_present_address(runtime: Runtime, lan: Employee) -> None:
    distribution = send(runtime)
    acknowledge(runtime, actor(lan), distribution, 1, Route.INBOX)
    with runtime.sessions.begin() as session:
        session.execute(update(memberships).values(email="lan.moi@skhcn.example"))
    mail_receipt(runtime, actor(lan), distribution)
    assert receipts_queued(runtime) == ["lan.moi@skhcn.example"]


def test_without_a_confirmation_there_is_no_receipt(as_lan: TestClient, runtime: Runtime) -> None:
    distribution = send(runtime)
    assert BUTTON not in as_lan.get(f"/inbox/{distribution}").text
    assert ask(as_lan, distribution) == 409
    assert receipts_queued(runtime) == []


def test_of_a_recalled_document_there_is_no_receipt(as_lan: TestClient, runtime: Runtime, lan: Employee) -> None:
    distribution = send(runtime)
    acknowledge(runtime, actor(lan), distribution, 1, Route.INBOX)
    recall_document(runtime, OPERATOR, distribution, "Ban hành nhầm.")
    assert BUTTON not in as_lan.get(f"/inbox/{distribution}").text
    assert ask(as_lan, distribution) == 409
    assert receipts_queued(runtime) == []


def test_whoever_has_no_mailbox_is_not_offered_a_letter(client: TestClient, runtime: Runtime) -> None:
    reader = make_employee(runtime, code="DUNG", email=None)
    distribution = send(runtime, audience="person:DUNG")
    acknowledge(runtime, actor(reader), distribution, 1, Route.INBOX)
    sign_in(client, reader.username)
    shown = client.get(f"/inbox/{distribution}").text
    assert "Đã ghi nhận xác nhận" in shown
    assert BUTTON not in shown
    assert ask(client, distribution) == 422
    assert receipts_queued(runtime) == []


def test_nobody_has_the_receipt_of_another_sent(app: FastAPI, runtime: Runtime, lan: Employee, minh: Employee) -> None:
    distribution = send(runtime)
    acknowledge(runtime, actor(lan), distribution, 1, Route.INBOX)
    with browser(app) as as_minh:
        sign_in(as_minh, minh.username)
        assert ask(as_minh, distribution) == 404
        assert ask(as_minh, 999) == 404
    assert receipts_queued(runtime) == []
