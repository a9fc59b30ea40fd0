"""Lan sees everything that is kept about Lan, and takes it along; nobody else does, and nothing of others is in it."""

import csv
import io
import json
import zipfile
from datetime import date
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import insert
from starlette.testclient import TestClient

from service.actions.acknowledge import acknowledge, open_document
from service.actions.answer_inquiry import answer_inquiry
from service.actions.ask import ask
from service.actions.correct_document import replace_document
from service.actions.deliver import deliver_due
from service.actions.mail_receipt import mail_receipt
from service.actions.print_sheet import print_sheet
from service.domain.control import ControlQuestion
from service.domain.corrections import Replacement
from service.domain.inquiries import Kind
from service.domain.receipts import Route
from service.domain.roles import OPERATOR, Role
from service.runtime import Runtime
from service.store.grants import Grant, add_grant
from service.store.personal_records import SECTIONS
from service.store.sessions import add_token
from service.store.tables import absences, digests, own_deadlines, recall_confirmations, reminders
from tests.makers import LONG_AGO, make_account, make_actor
from tests.web.conftest import PASSWORD, Employee, browser, make_employee, send, sign_in

TOLD = json.dumps(
    [
        {
            "distribution_id": 1,
            "number": "12/KH",
            "title": "Kế hoạch",
            "due_at": "2018-03-12T17:00:00+07:00",
            "late": 2,
            "who": ["An", "Bình"],
        }
    ]
)
QUESTION = ControlQuestion("Hạn nộp?", ("Ngày 15", "Ngày 20"), 2)


@pytest.fixture
def as_lan(client: TestClient, lan: Employee) -> TestClient:
    sign_in(client, lan.username)
    return client


def live(runtime: Runtime, lan: Employee) -> int:
    """Everything that can be recorded about Lan, once; returns the distribution."""
    distribution = send(runtime, questions=(QUESTION,))
    actor = make_actor(account_id=lan.account_id, person_id=lan.person_id)
    open_document(runtime, actor, distribution, Route.INBOX)
    print_sheet(runtime, OPERATOR, distribution, None)
    inquiry = ask(runtime, actor, distribution, Kind.RETURN, "Việc của phòng khác.")
    answer_inquiry(runtime, OPERATOR, inquiry, "Đồng ý.", accepts=True)
    acknowledge(runtime, actor, distribution, 1, Route.MAIL_LINK, {1: 2})
    mail_receipt(runtime, actor, distribution)
    deliver_due(runtime)
    now = runtime.clock()
    key = {"distribution_id": distribution, "person_id": lan.person_id}
    with runtime.sessions.begin() as session:
        add_grant(session, lan.account_id, Grant(Role.AUDITOR, None, LONG_AGO, None), granted_by=None)
        add_token(session, lan.account_id, "sổ văn bản", b"digest of a token", now)
        session.execute(insert(reminders).values(**key, step="20180312T1000Z +1d"))
        session.execute(insert(own_deadlines).values(**key, due_at=now))
        session.execute(insert(recall_confirmations).values(**key, route="inbox"))
        session.execute(insert(digests).values(account_id=lan.account_id, told=TOLD))
        session.execute(
            insert(absences).values(
                person_id=lan.person_id, reason="nghỉ phép", first_day=date(2018, 3, 1), last_day=date(2018, 3, 2)
            )
        )
    return distribution


def taken(client: TestClient) -> dict[str, Any]:
    answered = client.get("/me/records.json")
    assert answered.status_code == 200
    told: dict[str, Any] = json.loads(answered.text)
    return told


def test_every_section_holds_what_was_recorded(as_lan: TestClient, runtime: Runtime, lan: Employee) -> None:
    distribution = live(runtime, lan)
    told = taken(as_lan)
    assert [name for name in told if name != "exported_at"] == [section.name for section in SECTIONS]
    assert [name for name, found in told.items() if not found] == []
    assert told["identity"][0]["given_name"] == "Lan"
    assert told["receipts"][0]["distribution_id"] == distribution
    assert {event["state"] for event in told["receipt_events"]} == {"opened", "acknowledged"}
    assert told["control_answers"] == [
        {"distribution_id": distribution, "revision": 1, "prompt": "Hạn nộp?", "choice": "Ngày 20", "is_right": True}
    ]
    assert {letter["occasion"] for letter in told["letters"]} == {"original", "receipt:1", "answer:1"}
    assert {attempt["outcome"] for attempt in told["attempts"]} == {"accepted"}
    deeds = {json.loads(one["entry"])["deed"] for one in told["evidence"]}
    assert {"opened", "acknowledged", "asked", "answered", "exempted"} <= deeds


def test_after_a_replacement_the_receipt_is_about_the_revision_in_force(
    as_lan: TestClient, runtime: Runtime, lan: Employee
) -> None:
    distribution = live(runtime, lan)
    replace_document(runtime, OPERATOR, distribution, Replacement(replaces=1, note="Sửa mục 2", body="Nội dung mới."))
    told = taken(as_lan)
    assert [(receipt["status"], receipt["revision"]) for receipt in told["receipts"]] == [("listed", 2)]
    assert {(event["state"], event["revision"]) for event in told["receipt_events"]} == {
        ("opened", 1),
        ("acknowledged", 1),
    }


def test_the_same_rows_stand_in_the_tables(as_lan: TestClient, runtime: Runtime, lan: Employee) -> None:
    live(runtime, lan)
    told = taken(as_lan)
    answered = as_lan.get("/me/records.zip")
    with zipfile.ZipFile(io.BytesIO(answered.content)) as archive:
        assert archive.testzip() is None
        tables = {
            name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))
            for name in archive.namelist()
        }
    assert list(tables) == [section.name for section in SECTIONS]
    for name, rows in tables.items():
        assert len(rows) == len(told[name]), name
        assert list(rows[0]) == list(told[name][0]), name


def test_a_cell_is_no_formula(as_lan: TestClient, runtime: Runtime, lan: Employee) -> None:
    distribution = send(runtime)
    actor = make_actor(account_id=lan.account_id, person_id=lan.person_id)
    ask(runtime, actor, distribution, Kind.QUESTION, '=HYPERLINK("http://a.example")')
    with zipfile.ZipFile(io.BytesIO(as_lan.get("/me/records.zip").content)) as archive:
        assert "'=HYPERLINK" in archive.read("inquiries.csv").decode()


def test_nothing_of_anybody_else_is_in_it(
    app: FastAPI, as_lan: TestClient, runtime: Runtime, lan: Employee, minh: Employee
) -> None:
    live(runtime, lan)
    with browser(app) as as_minh:
        sign_in(as_minh, minh.username)
        told = taken(as_minh)
        shown = as_minh.get("/me/records").text
    assert {name for name, found in told.items() if found} == {
        "exported_at",
        "identity",
        "account",
        "sign_ins",
        "sessions",
    }
    for text in (json.dumps(told, ensure_ascii=False), shown):
        assert "Lan" not in text
        assert "phòng khác" not in text


def test_nothing_that_opens_an_account_is_in_it(as_lan: TestClient, runtime: Runtime, lan: Employee) -> None:
    live(runtime, lan)
    text = as_lan.get("/me/records.json").text + as_lan.get("/me/records").text
    assert "hashed:" not in text
    assert as_lan.cookies["__Host-eoffice"] not in text


def test_the_page_tells_it_in_words(as_lan: TestClient, runtime: Runtime, lan: Employee) -> None:
    live(runtime, lan)
    shown = as_lan.get("/me/records").text
    for words in (
        "Đã xác nhận",
        "Theo liên kết trong thư",
        "Máy chủ thư đã nhận",
        "nghỉ phép",
        "Nghỉ phép",
        "Kiểm soát",
        "01/03/2018",
        "Quá hạn 1 ngày làm việc",
        "12/KH Kế hoạch: hạn 17:00 thứ Hai, 12/03/2018, 2 người chưa xác nhận, trước hết là An, Bình.",
        "máy chủ thư đã nhận",
    ):
        assert words in shown, words
    assert "None" not in shown
    assert "tên máy dùng chung" in shown, "what is kept is told as before signing in"


def test_a_long_section_shows_the_newest_and_says_how_many_there_are(
    as_lan: TestClient, runtime: Runtime, lan: Employee
) -> None:
    for number in range(22):
        send(runtime, title=f"Bản tin {number:02}")
    shown = as_lan.get("/me/records").text
    assert "20 dòng mới nhất" in shown
    assert "Bản tin 21" in shown
    assert "Bản tin 01" not in shown
    assert len(taken(as_lan)["receipts"]) == 22


def test_an_account_of_the_office_sees_its_own_and_nothing_without_an_owner(
    client: TestClient, runtime: Runtime, lan: Employee
) -> None:
    live(runtime, lan)
    with runtime.sessions.begin() as session:
        make_account(session, username="quantri", password=PASSWORD)
    sign_in(client, "quantri")
    told = taken(client)
    assert {name for name, found in told.items() if found} == {"exported_at", "account", "sessions"}


def test_the_api_gives_the_same_to_a_session(as_lan: TestClient) -> None:
    told = as_lan.get("/api/v1/me/records").json()
    assert told["identity"] == taken(as_lan)["identity"]


def test_nobody_sees_it_without_signing_in(client: TestClient, runtime: Runtime) -> None:
    make_employee(runtime)
    for path in ("/me/records", "/me/records.json", "/me/records.zip"):
        assert client.get(path).status_code == 303
