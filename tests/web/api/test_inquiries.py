import pytest
from starlette.testclient import TestClient

from tests.web.api.conftest import PASSWORD, PREFIX, Caller, Office
from tests.web.conftest import form_token, sign_in

ASKED = {"kind": "return", "words": "Việc của phòng khác."}


@pytest.fixture
def employee(client: TestClient, office: Office) -> TestClient:
    """The junior of P1A, signed in at the page."""
    assert sign_in(client, "employee", PASSWORD).status_code == 303
    return client


def test_what_a_reader_asks_in_a_session_the_secretariat_answers_by_token(
    employee: TestClient, office: Office, callers: dict[str, Caller]
) -> None:
    path = f"{PREFIX}/inbox/{office.to_room.distribution_id}/inquiries"
    ours = {"X-Form-Token": form_token(employee)}
    made = employee.post(path, json=ASKED, headers=ours)
    assert made.status_code == 201
    secretariat = callers["secretariat"]
    (waiting,) = secretariat.get("/inquiries").json()["items"]
    assert waiting["id"] == made.json()["id"]
    assert (waiting["kind"], waiting["words"], waiting["answered_at"]) == ("return", ASKED["words"], None)
    report = secretariat.get(f"/distributions/{office.to_room.distribution_id}/report").json()
    assert report["inquiries"]["returns"] == 1
    assert [one["id"] for one in report["inquiries"]["waiting"]] == [waiting["id"]]
    answered = secretariat.post(f"/inquiries/{waiting['id']}/answer", json={"accepts": True})
    assert answered.status_code == 204
    again = secretariat.post(f"/inquiries/{waiting['id']}/answer", json={"accepts": True})
    assert (again.status_code, again.json()["code"]) == (409, "already-answered")
    assert secretariat.get("/inquiries").json()["items"] == []
    (own,) = employee.get(path).json()
    assert (own["is_accepted"], own["answer"]) == (True, "Đồng ý nhận lại văn bản.")


def test_a_token_asks_for_nobody(callers: dict[str, Caller], office: Office) -> None:
    path = f"/inbox/{office.to_room.distribution_id}/inquiries"
    assert callers["employee"].post(path, json=ASKED).json()["code"] == "own-session-needed"
    assert callers["employee"].get(path).status_code == 403


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"kind": "question", "words": " "}, "empty-text"),
        ({"kind": "question", "words": "a" * 2001}, "too-long"),
        ({"kind": "complaint", "words": "a"}, "invalid-request"),
        ({"kind": "question", "words": "a\0"}, "invalid-request"),
        ({"kind": "question"}, "invalid-request"),
    ],
)
def test_a_bad_inquiry_is_refused_with_its_reason(
    employee: TestClient, office: Office, given: dict[str, str], code: str
) -> None:
    path = f"{PREFIX}/inbox/{office.to_room.distribution_id}/inquiries"
    answered = employee.post(path, json=given, headers={"X-Form-Token": form_token(employee)})
    assert (answered.status_code, answered.json()["code"]) == (422, code)
    assert employee.get(path).json() == []
