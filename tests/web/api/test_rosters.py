"""Danh sách ký nhận through the API."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from service.actions.print_sheet import print_sheet
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from tests.web.api.conftest import PASSWORD, Caller, Office
from tests.web.conftest import form_token, sign_in

PDF = ("quet.pdf", b"%PDF-1.7 quet", "application/pdf")


def test_a_sheet_is_printed_listed_and_read(secretariat: Caller, office: Office) -> None:
    sheets = f"/distributions/{office.to_room.distribution_id}/sheets"
    made = secretariat.post(sheets, json={"unit": "P1"}).json()
    assert [line["code"] for line in secretariat.get(sheets).json()] == [made["code"]]
    lines = secretariat.get(f"/sheets/{made['code']}").json()["lines"]
    assert [(line["person_code"], line["term"]) for line in lines] == [
        ("B", "not_yet"),
        ("D", "not_yet"),
        ("C", "not_yet"),
    ]
    pdf = secretariat.get(made["pdf"].removeprefix("/api/v1"))
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")


@pytest.fixture
def at_the_page(client: TestClient, office: Office) -> Callable[[str], Caller]:
    """Lets somebody of the office sign in and call the API by that session."""

    def signed_in(username: str) -> Caller:
        assert sign_in(client, username, PASSWORD).status_code == 303
        return Caller(client, form_token=form_token(client))

    return signed_in


def word(runtime: Runtime) -> dict[str, str]:
    return {"confirmed_on": runtime.clock().date().isoformat(), "note": "gặp trực tiếp"}


def test_a_signed_sheet_is_entered_and_shows_both_dates(
    at_the_page: Callable[[str], Caller], office: Office, runtime: Runtime
) -> None:
    secretariat = at_the_page("secretariat")
    distribution = office.to_room.distribution_id
    code = print_sheet(runtime, OPERATOR, distribution)
    today = runtime.clock().date()
    fields = {"person": ["B", "D"], "day": today.isoformat()}
    answer = secretariat.post(f"/sheets/{code}/signatures", data=fields, files={"files": PDF})
    assert answer.json() == {"code": code, "revision": 1, "recorded": 2, "known": 0, "is_current": True}
    recipient = secretariat.get(f"/distributions/{distribution}/recipients/D").json()
    assert recipient["receipt_status"] == "acknowledged"
    assert recipient["acknowledged_by_route"] == "paper"
    assert recipient["acknowledged_at"] <= recipient["acknowledgement_recorded_at"]


def test_a_sheet_that_is_wrong_is_a_problem_with_its_own_code(
    at_the_page: Callable[[str], Caller], office: Office, runtime: Runtime
) -> None:
    secretariat = at_the_page("secretariat")
    code = print_sheet(runtime, OPERATOR, office.to_room.distribution_id)
    tomorrow = (runtime.clock() + timedelta(days=1)).date().isoformat()
    for fields, problem in {
        (("person", "B"), ("day", tomorrow)): "signed-in-future",
        (("person", "E"), ("day", tomorrow)): "not-on-sheet",
        (("person", "B"), ("day", "soon")): "bad-date",
        (("day", tomorrow),): "nobody-ticked",
    }.items():
        answer = secretariat.post(f"/sheets/{code}/signatures", data=dict(fields), files={"files": PDF})
        assert (answer.status_code, answer.json()["code"]) == (422, problem)
    bare = secretariat.post(f"/sheets/{code}/signatures", data={"person": "B", "day": "2018-03-01"})
    assert bare.json()["code"] == "missing-scan"


def test_a_persons_word_is_entered(at_the_page: Callable[[str], Caller], office: Office, runtime: Runtime) -> None:
    secretariat = at_the_page("secretariat")
    path = f"/distributions/{office.to_room.distribution_id}/recipients/C"
    assert secretariat.post(f"{path}/entered-for", json=word(runtime)).status_code == 204
    assert secretariat.get(path).json()["acknowledged_by_route"] == "entered_for"
    assert secretariat.post(f"{path}/entered-for", json=word(runtime)).json()["code"] == "already-confirmed"


def test_a_token_enters_for_nobody_even_beside_a_session(
    at_the_page: Callable[[str], Caller], office: Office, runtime: Runtime
) -> None:
    distribution = office.to_room.distribution_id
    code = print_sheet(runtime, OPERATOR, distribution)
    secretariat = replace(at_the_page("secretariat"), token="token of secretariat")
    signed = {"person": "B", "day": runtime.clock().date().isoformat()}
    answers = [
        secretariat.post(f"/sheets/{code}/signatures", data=signed, files={"files": PDF}),
        secretariat.post(f"/distributions/{distribution}/recipients/C/entered-for", json=word(runtime)),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(403, "own-session-needed")] * 2
    for person in ("B", "C"):
        recipient = secretariat.get(f"/distributions/{distribution}/recipients/{person}").json()
        assert recipient["receipt_status"] == "listed"


def test_a_manager_enters_for_the_own_people_alone(
    at_the_page: Callable[[str], Caller], office: Office, runtime: Runtime
) -> None:
    manager = at_the_page("manager")
    own, other = office.to_room.distribution_id, office.to_other.distribution_id
    code = print_sheet(runtime, OPERATOR, own, "P1")
    signed = {"person": "D", "day": runtime.clock().date().isoformat()}
    assert manager.post(f"/sheets/{code}/signatures", data=signed, files={"files": PDF}).json()["recorded"] == 1
    foreign = manager.post(f"/distributions/{other}/recipients/E/entered-for", json=word(runtime))
    assert foreign.status_code == 404
