import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.web.api.conftest import PASSWORD, PREFIX, Caller, Office

FORM = {"replaces": (None, "1"), "note": (None, "Sai ngày."), "body": (None, "Nội dung mới.")}


@pytest.fixture
def own(office: Office) -> str:
    return f"/distributions/{office.to_room.distribution_id}"


@pytest.fixture
def employee(client: TestClient, office: Office) -> Caller:
    """The junior of the room, signed in on the page."""
    client.post("/sign-in", data={"username": "employee", "password": PASSWORD, "next": "/"})
    token = client.get("/password").text.split('name="form_token" value="')[1].split('"')[0]
    return Caller(client, form_token=token)


def test_corrections_are_listed_with_what_they_say(office: Office, secretariat: Caller, own: str) -> None:
    assert secretariat.post(f"{own}/errata", json={"note": "Trang 2."}).json() == {"number": 1}
    assert secretariat.post(f"{own}/replacement", files=FORM).json() == {"number": 2}
    assert secretariat.post(f"{own}/recall", json={"reason": "Ban hành nhầm."}).status_code == 204
    told = secretariat.get(f"{own}/corrections").json()
    made = [(one["kind"], one["number"], one["note"]) for one in told["corrections"]]
    assert made == [("recall", 1, "Ban hành nhầm."), ("replacement", 2, "Sai ngày."), ("erratum", 1, "Trang 2.")]
    assert (told["recall"]["listed"], told["recall"]["confirmed"]) == (3, 0)
    assert secretariat.get(f"{own}/corrections?limit=1").json()["recall"]["owing"][0]["full_name"]


def test_a_replacement_drops_the_files_only_when_it_says_so(office: Office, secretariat: Caller, own: str) -> None:
    document = f"/documents/{office.to_room.document_id}"
    secretariat.post(f"{own}/replacement", files={**FORM, "drop_files": (None, "true")})
    assert secretariat.get(document).json()["files"] == []
    assert len(secretariat.get(f"{document}?revision=1").json()["files"]) == 1


def test_the_schema_of_a_replacement_takes_files(app: FastAPI) -> None:
    operation = app.openapi()["paths"][f"{PREFIX}/distributions/{{distribution_id}}/replacement"]["post"]
    schema = operation["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert schema["properties"]["files"]["items"] == {"type": "string", "format": "binary"}
    assert "files" not in schema["required"]


def test_a_replacement_keeps_or_replaces_the_files_and_each_revision_can_be_read(
    office: Office, secretariat: Caller, own: str
) -> None:
    document = f"/documents/{office.to_room.document_id}"
    secretariat.post(f"{own}/replacement", files=FORM)
    assert [one["name"] for one in secretariat.get(document).json()["files"]] == ["ke hoach.pdf"]
    second = {**FORM, "replaces": (None, "2"), "number": (None, "13/KH-SKHCN")}
    secretariat.post(f"{own}/replacement", files={**second, "files": ("moi.pdf", b"%PDF-1.7")})
    newest, first = secretariat.get(document).json(), secretariat.get(f"{document}?revision=1").json()
    assert (newest["revision"], newest["number"], newest["body"]) == (3, "13/KH-SKHCN", "Nội dung mới.")
    assert [one["name"] for one in newest["files"]] == ["moi.pdf"]
    assert (first["revision"], first["number"]) == (1, "12/KH-SKHCN")
    assert secretariat.get(f"{document}?revision=9").status_code == 404


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"replaces": (None, "2")}, 409, "corrected-meanwhile"),
        ({"note": (None, "")}, 422, "missing-note"),
        ({"body": (None, "MẬT")}, 422, "secrecy-mark"),
        ({"due": (None, "mai")}, 422, "bad-deadline"),
        ({"due": (None, "2018-03-05")}, 422, "due-in-past"),
        ({"files": (None, "a.pdf")}, 422, "invalid-request"),
        ({"replaces": (None, "x")}, 422, "invalid-request"),
        ({"title": (None, "khác")}, 422, "invalid-request"),
    ],
)
def test_a_replacement_that_is_refused_says_why(
    office: Office, secretariat: Caller, own: str, changes: dict[str, object], status: int, code: str
) -> None:
    answer = secretariat.post(f"{own}/replacement", files={**FORM, **changes})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert secretariat.get(f"{own}/corrections").json()["corrections"] == []


def test_a_recall_is_confirmed_in_the_persons_own_session_once(
    office: Office, secretariat: Caller, own: str, employee: Caller
) -> None:
    inbox = f"/inbox/{office.to_room.distribution_id}"
    early = employee.post(f"{inbox}/confirm-recall")
    secretariat.post(f"{own}/recall", json={"reason": "Ban hành nhầm."})
    read = employee.get(inbox)
    waiting = employee.get("/inbox").json()["items"][0]
    first, again = (employee.post(f"{inbox}/confirm-recall").json() for _ in range(2))
    assert (early.status_code, early.json()["code"]) == (422, "not-recalled")
    assert (read.status_code, read.json()["code"]) == (409, "document-recalled")
    assert (waiting["must_confirm"], waiting["recalled_at"] is None) == (True, False)
    assert (first["is_repeat"], again) == (False, {**first, "is_repeat": True})
    assert employee.get("/me").json()["must_confirm"] == 0
    assert secretariat.get(f"{own}/corrections").json()["recall"]["confirmed"] == 1


def test_a_manager_sees_the_count_of_a_recall_for_the_own_units_alone(
    office: Office, secretariat: Caller, callers: dict[str, Caller]
) -> None:
    other = f"/distributions/{office.to_other.distribution_id}"
    secretariat.post(f"{other}/recall", json={"reason": "Ban hành nhầm."})
    assert callers["manager"].get(f"{other}/corrections").status_code == 404
