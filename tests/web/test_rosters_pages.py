"""Printing danh sách ký nhận from a distribution's page."""

import re

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.runtime import Runtime
from tests.web.conftest import form_token, send
from tests.web.office import Office, make_office, text_of

KEEPERS = {"secretariat", "manager"}


@pytest.fixture
def office(app: FastAPI, runtime: Runtime) -> Office:
    return make_office(app, runtime)


def print_one(client: TestClient, distribution: int, unit: str) -> str:
    """The path of the PDF."""
    path = f"/distributions/{distribution}/sheets"
    answer = client.post(path, data={"unit": unit, "form_token": form_token(client, path)})
    assert answer.status_code == 303
    return answer.headers["location"]


def test_who_prints_sheets(office: Office) -> None:
    distribution = send(office.runtime, "all")
    path = f"/distributions/{distribution}/sheets"
    assert office.seen_by(path) == KEEPERS
    assert office.done_by(path, {"unit": "P1"}) == KEEPERS


def test_a_distribution_to_other_units_has_no_sheets_for_a_manager(office: Office) -> None:
    path = f"/distributions/{send(office.runtime, 'unit:P2')}/sheets"
    assert office.seen_by(path) == {"secretariat"}
    assert office.done_by(path, {"unit": "P1"}) == {"secretariat"}


def test_a_distribution_leads_to_its_sheets(office: Office) -> None:
    distribution = send(office.runtime, "all")
    for who, leads in {"secretariat": True, "manager": True, "leadership": False}.items():
        with office.visit(who) as client:
            shown = client.get(f"/distributions/{distribution}").text
            assert (f"/distributions/{distribution}/sheets" in shown) is leads


def test_a_printed_sheet_is_a_pdf_and_stands_in_the_list(office: Office) -> None:
    distribution = send(office.runtime, "all")
    with office.visit("secretariat") as client:
        way = print_one(client, distribution, "")
        answer = client.get(way)
        listed = text_of(client.get(f"/distributions/{distribution}/sheets").text)
    code = way.split("/")[2]
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"%PDF-")
    assert f"{code} Toàn bộ danh sách 9 người, bản 1" in listed


def test_a_manager_is_offered_the_own_units_and_sees_their_sheets_alone(office: Office) -> None:
    distribution = send(office.runtime, "all")
    with office.visit("secretariat") as client:
        whole = print_one(client, distribution, "")
    with office.visit("manager") as client:
        own = print_one(client, distribution, "P1")
        page = client.get(f"/distributions/{distribution}/sheets").text
        assert client.get(own).status_code == 200
        assert client.get(whole).status_code == 404
    assert re.findall(r'<option value="([^"]*)"', page) == ["P1", "P1A"]
    assert own in page
    assert whole not in page


def test_a_sheet_of_nobody_is_refused_on_the_page(office: Office) -> None:
    distribution = send(office.runtime, "unit:P2")
    with office.visit("secretariat") as client:
        path = f"/distributions/{distribution}/sheets"
        answer = client.post(path, data={"unit": "P1", "form_token": form_token(client)})
    assert answer.status_code == 422
    assert "Danh sách này không có ai thuộc đơn vị" in text_of(answer.text)


@pytest.mark.parametrize("code", ["K7QD-2M9G", "nonsense", "%00"])
def test_a_code_that_no_sheet_bears_does_not_exist(office: Office, code: str) -> None:
    with office.visit("secretariat") as client:
        assert client.get(f"/sheets/{code}/pdf").status_code == 404
