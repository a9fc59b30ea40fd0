"""Handing out a report from its page, and looking at it again."""

from datetime import timedelta

import pytest
from fastapi import FastAPI

from service.actions.acknowledge import acknowledge
from service.actions.issue_report import issue_report
from service.domain.receipts import Route
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from tests.fakes import FakeClock
from tests.makers import make_actor
from tests.web.conftest import form_token, send
from tests.web.office import OFFICE_WIDE, Office, make_office, text_of


@pytest.fixture
def office(app: FastAPI, runtime: Runtime) -> Office:
    return make_office(app, runtime)


def test_the_secretariat_and_leadership_issue_reports_and_the_office_wide_see_them(office: Office) -> None:
    distribution = send(office.runtime, "all")
    address = f"/distributions/{distribution}/report/issued"
    assert office.done_by(address, {}) == {"secretariat", "leadership"}
    assert office.seen_by(f"{address}/1") == OFFICE_WIDE


def test_the_report_shown_is_the_report_issued(office: Office, clock: FakeClock) -> None:
    distribution = send(office.runtime, "unit:P1")
    clock.move(timedelta(hours=1))
    as_of = clock.now.isoformat()
    clock.move(timedelta(hours=1))
    acknowledge(office.runtime, make_actor(person_id=office.people["binh"].person_id), distribution, 1, Route.INBOX)
    with office.visit("secretariat") as client:
        sent = {"as_of": as_of, "form_token": form_token(client)}
        answer = client.post(f"/distributions/{distribution}/report/issued", data=sent)
        page = text_of(client.get(answer.headers["location"]).text)
        report = text_of(client.get(f"/distributions/{distribution}/report").text)
    assert "0/2 người đã xác nhận" in page
    assert "số liệu khớp" in page
    assert "Báo cáo đã phát hành" in report
    assert "0/2, phát hành" in report


def test_the_list_of_issued_reports_comes_in_pages(office: Office) -> None:
    distribution = send(office.runtime, "all")
    address = f"/api/v1/distributions/{distribution}/report/issued"
    numbers = [issue_report(office.runtime, OPERATOR, distribution) for _ in range(3)]
    with office.visit("auditor") as client:
        first = client.get(f"{address}?limit=2").json()
        rest = client.get(f"{address}?limit=2&cursor={first['next_cursor']}").json()
    assert [one["id"] for one in (*first["items"], *rest["items"])] == sorted(numbers, reverse=True)
    assert rest["next_cursor"] is None


def test_a_moment_that_is_none_is_refused(office: Office) -> None:
    distribution = send(office.runtime, "all")
    with office.visit("secretariat") as client:
        sent = {"as_of": "hôm qua", "form_token": form_token(client)}
        answer = client.post(f"/distributions/{distribution}/report/issued", data=sent)
    assert answer.status_code == 422
    assert "không phải là ngày" in text_of(answer.text)
