"""What was sent to me, through the API: reading proves nothing, confirming takes a person."""

import re

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from service.actions.list_recipients import list_recipients
from service.actions.post_document import post_document
from service.domain.documents import Mode
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.store.receipts import StateFact, facts_of
from tests.makers import make_posting
from tests.web.api.conftest import PASSWORD, PREFIX, Caller, Office
from tests.web.conftest import form_token, sign_in

REVISION = {"revision": 1}


@pytest.fixture
def employee(client: TestClient, office: Office) -> TestClient:
    """The junior of P1A, signed in at the page."""
    assert sign_in(client, "employee", PASSWORD).status_code == 303
    return client


def recorded(runtime: Runtime, office: Office, who: str = "junior") -> list[StateFact]:
    with runtime.sessions() as session:
        return facts_of(session, office.to_room.distribution_id, office.people[who])


def post(client: TestClient, office: Office, verb: str, **headers: str) -> Response:
    path = f"{PREFIX}/inbox/{office.to_room.distribution_id}/{verb}"
    return client.post(path, json=REVISION if verb == "acknowledge" else None, headers=headers)


@pytest.mark.parametrize("verb", ["open", "acknowledge"])
def test_a_bearer_token_neither_opens_nor_confirms_for_anybody(
    callers: dict[str, Caller], office: Office, runtime: Runtime, verb: str
) -> None:
    path = f"/inbox/{office.to_room.distribution_id}/{verb}"
    answers = [caller.post(path, json=REVISION) for name, caller in callers.items() if name != "nobody"]
    assert {answer.status_code for answer in answers} == {403}
    assert {answer.json()["code"] for answer in answers} == {"own-session-needed"}
    assert callers["nobody"].post(path, json=REVISION).status_code == 401
    assert recorded(runtime, office) == []


@pytest.mark.parametrize("verb", ["open", "acknowledge"])
def test_a_token_beside_the_persons_own_session_does_not_confirm_either(
    employee: TestClient, office: Office, runtime: Runtime, verb: str
) -> None:
    token = form_token(employee)
    bearer = {"X-Form-Token": token, "Authorization": "Bearer token of employee"}
    assert post(employee, office, verb, **bearer).status_code == 403
    assert recorded(runtime, office) == []


def test_a_session_without_its_form_token_does_not_confirm(
    employee: TestClient, office: Office, runtime: Runtime
) -> None:
    assert post(employee, office, "acknowledge").status_code == 403
    assert post(employee, office, "acknowledge", **{"X-Form-Token": "x"}).status_code == 403
    foreign = {"X-Form-Token": form_token(employee), "Sec-Fetch-Site": "cross-site"}
    assert post(employee, office, "acknowledge", **foreign).status_code == 403
    assert recorded(runtime, office) == []


def test_the_persons_own_session_confirms_once_and_the_first_time_is_kept(
    employee: TestClient, office: Office, runtime: Runtime
) -> None:
    ours = {"X-Form-Token": form_token(employee)}
    assert post(employee, office, "open", **ours).status_code == 204
    first = post(employee, office, "acknowledge", **ours).json()
    again = post(employee, office, "acknowledge", **ours).json()
    assert (first["is_repeat"], again["is_repeat"]) == (False, True)
    assert first["at"] == again["at"]
    document = employee.get(f"{PREFIX}/inbox/{office.to_room.distribution_id}").json()
    assert [fact["state"] for fact in document["recorded"]] == ["opened", "acknowledged"]
    assert (document["status"], document["must_confirm"]) == ("acknowledged", False)
    (line,) = employee.get(f"{PREFIX}/me/history").json()["items"]
    assert (line["distribution_id"], line["route"]) == (office.to_room.distribution_id, "inbox")


def test_a_bearer_token_reads_nobodys_inbox(callers: dict[str, Caller], office: Office) -> None:
    own = f"/inbox/{office.to_room.distribution_id}"
    for path in ("/inbox", "/me/history", own, f"{own}/files/1"):
        answers = {name: caller.get(path).status_code for name, caller in callers.items()}
        assert answers.pop("nobody") == 401, path
        assert set(answers.values()) == {403}, path


@pytest.mark.parametrize(
    ("username", "listing", "to_room", "to_other"),
    [
        ("manager", 200, 200, 404),
        ("employee", 200, 200, 404),
        ("stranger", 200, 404, 200),
        ("leadership", 200, 404, 404),
        ("secretariat", 404, 404, 404),
        ("administrator", 404, 404, 404),
    ],
)
def test_a_session_reads_what_was_sent_to_its_person(
    client: TestClient, office: Office, username: str, listing: int, to_room: int, to_other: int
) -> None:
    sign_in(client, username, PASSWORD)
    expected = {
        "/inbox": listing,
        "/me/history": listing,
        f"/inbox/{office.to_room.distribution_id}": to_room,
        f"/inbox/{office.to_other.distribution_id}": to_other,
        f"/inbox/{office.to_room.distribution_id}/files/1": to_room,
    }
    assert {path: client.get(PREFIX + path).status_code for path in expected} == expected


def test_a_cursor_from_elsewhere_is_refused(employee: TestClient) -> None:
    for path in ("/inbox", "/me/history"):
        for cursor in ("x", "LTE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "¼"):
            assert employee.get(PREFIX + path, params={"cursor": cursor}).status_code == 422, (path, cursor)


def test_an_old_or_impossible_revision_is_not_confirmed(employee: TestClient, office: Office, runtime: Runtime) -> None:
    path = f"{PREFIX}/inbox/{office.to_room.distribution_id}/acknowledge"
    ours = {"X-Form-Token": form_token(employee)}
    assert employee.post(path, json={"revision": 2}, headers=ours).status_code == 409
    assert employee.post(path, json={"revision": 2**40}, headers=ours).status_code == 422
    assert employee.post(path, json={}, headers=ours).status_code == 422
    assert employee.get(path, headers=ours).status_code == 405
    assert recorded(runtime, office) == []


def test_reading_through_the_api_records_nothing(employee: TestClient, office: Office, runtime: Runtime) -> None:
    document = employee.get(f"{PREFIX}/inbox/{office.to_room.distribution_id}").json()
    assert document["body"] == "Nội dung văn bản mẫu."
    (file,) = document["files"]
    downloaded = employee.get(file["href"])
    assert downloaded.content == b"%PDF-1.7 thu"
    assert downloaded.headers["content-security-policy"] == "sandbox"
    assert re.search("filename", downloaded.headers["content-disposition"])
    assert recorded(runtime, office) == []


def test_the_inbox_puts_what_must_be_confirmed_first_and_pages_through_the_rest(
    employee: TestClient, office: Office, runtime: Runtime
) -> None:
    for_information = [
        post_document(runtime, OPERATOR, make_posting(mode=Mode.INFORM)).distribution_id for _ in range(5)
    ]
    list_recipients(runtime)
    met: list[tuple[int, bool]] = []
    cursor: dict[str, str] = {}
    while True:
        page = employee.get(f"{PREFIX}/inbox", params={"limit": 2, **cursor}).json()
        met += [(line["distribution_id"], line["must_confirm"]) for line in page["items"]]
        post_document(runtime, OPERATOR, make_posting(mode=Mode.INFORM))
        list_recipients(runtime)
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert met == [(office.to_room.distribution_id, True), *((one, False) for one in reversed(for_information))]


def test_me_says_who_calls_and_what_waits(callers: dict[str, Caller]) -> None:
    me = callers["manager"].get("/me").json()
    assert me["roles"] == ["employee", "manager"]
    assert (me["must_confirm"], me["overdue"], me["unread"]) == (1, 0, 0)
