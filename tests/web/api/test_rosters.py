"""Danh sách ký nhận through the API."""

from datetime import timedelta

from service.actions.print_sheet import print_sheet
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from tests.web.api.conftest import Caller, Office

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


def test_a_signed_sheet_is_entered_and_shows_both_dates(secretariat: Caller, office: Office, runtime: Runtime) -> None:
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
    secretariat: Caller, office: Office, runtime: Runtime
) -> None:
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


def test_a_persons_word_is_entered(secretariat: Caller, office: Office, runtime: Runtime) -> None:
    path = f"/distributions/{office.to_room.distribution_id}/recipients/C"
    given = {"confirmed_on": runtime.clock().date().isoformat(), "note": "gặp trực tiếp"}
    assert secretariat.post(f"{path}/entered-for", json=given).status_code == 204
    assert secretariat.get(path).json()["acknowledged_by_route"] == "entered_for"
    assert secretariat.post(f"{path}/entered-for", json=given).json()["code"] == "already-confirmed"
