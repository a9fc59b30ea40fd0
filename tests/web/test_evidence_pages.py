"""The auditor reads the evidence log, in words and in the very text that is hashed; nobody else sees it."""

from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, text

from service.actions.acknowledge import acknowledge
from service.actions.seal_evidence import seal_evidence
from service.domain.evidence import Deed, entry
from service.domain.receipts import Route
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.store.evidence import append
from service.web.pages.evidence import ENTRIES_A_PAGE
from tests.makers import make_actor
from tests.web.conftest import Employee, make_employee, send
from tests.web.office import Office, make_office, text_of

API = "/api/v1/evidence"


@pytest.fixture
def office(app: FastAPI, runtime: Runtime) -> Office:
    return make_office(app, runtime)


@pytest.fixture
def confirmed(runtime: Runtime, lan: Employee) -> int:
    """A distribution to Lan, whom it reached and who has confirmed; all sealed and anchored."""
    distribution_id = send(runtime)
    reader = make_actor(account_id=lan.account_id, person_id=lan.person_id)
    acknowledge(runtime, reader, distribution_id, 1, Route.INBOX)
    seal_evidence(runtime)
    return distribution_id


def test_only_the_auditor_sees_the_log(office: Office) -> None:
    for path in ("/evidence", API, f"{API}/chain"):
        assert office.seen_by(path) == {"auditor"}


def test_the_log_says_in_words_what_was_done_by_whom_and_where_it_stands(
    office: Office, confirmed: int, lan: Employee
) -> None:
    with office.visit("auditor") as client:
        page = text_of(client.get("/evidence").text)
    assert "Đã niêm phong đến vị trí 3" in page
    assert "Mốc neo ngoài cơ sở dữ liệu: vị trí 3" in page
    assert f"Xác nhận đợt gửi {confirmed}, người LAN, bản 1, cách Từ hộp văn bản" in page
    assert lan.username in page
    assert page.index("Phát hành văn bản") > page.index("Chốt danh sách nhận")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"deed": "acknowledged"}, 1),
        ({"person": "LAN"}, 1),
        ({"person": "KHONG-CO"}, 0),
        ({"distribution": "{}"}, 3),
        ({"distribution": "4711"}, 0),
        ({"distribution": "abc"}, 0),
        ({"distribution": "9" * 30}, 0),
        ({"deed": "moon landed"}, 3),
        ({"day": "{}"}, 3),
        ({"day": "2018-03-09"}, 0),
    ],
)
def test_it_is_filtered_by_deed_distribution_person_and_day(
    office: Office, runtime: Runtime, confirmed: int, asked: dict[str, str], found: int
) -> None:
    known = {"distribution": str(confirmed), "day": runtime.clock().date().isoformat()}
    given = {name: known[name] if value == "{}" else value for name, value in asked.items()}
    with office.visit("auditor") as client:
        page = client.get(f"/evidence?{urlencode(given)}")
    assert page.status_code == 200
    assert page.text.count("<summary>") == found


def test_a_day_that_is_none_is_said(office: Office, confirmed: int) -> None:
    with office.visit("auditor") as client:
        page = client.get("/evidence?day=mai")
    assert page.status_code == 422
    assert "mai" in page.text


def test_it_is_paged_by_position(office: Office, runtime: Runtime) -> None:
    with runtime.sessions.begin() as session:
        append(session, *(entry(Deed.OPENED, OPERATOR, runtime.clock(), person=1) for _ in range(ENTRIES_A_PAGE + 1)))
    seal_evidence(runtime)
    with office.visit("auditor") as client:
        first = client.get("/evidence").text
        second = client.get("/evidence?before=2").text
    assert first.count("<summary>") == ENTRIES_A_PAGE
    assert "/evidence?before=2" in first
    assert second.count("<summary>") == 1
    assert "Hết nhật ký" in second


def test_a_log_that_somebody_tampered_with_is_still_shown(office: Office, confirmed: int, superuser: Engine) -> None:
    odd = ("{}", "[]", '{"about":[],"by":5,"deed":"x","effective_at":"y"}')
    for position, written in enumerate(odd, 1):
        with superuser.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            statement = text("UPDATE evidence SET entry = :entry WHERE position = :position")
            connection.execute(statement, {"entry": written, "position": position})
    with office.visit("auditor") as client:
        assert client.get("/evidence").text.count("<summary>") == len(odd)


def test_programs_get_the_text_that_is_hashed_and_the_state_of_the_chain(
    office: Office, runtime: Runtime, confirmed: int
) -> None:
    make_employee(runtime)
    with runtime.sessions.begin() as session:
        append(session, entry(Deed.OPENED, OPERATOR, runtime.clock(), person=1))
    with office.visit("auditor") as client:
        first = client.get(f"{API}?limit=1&distribution={confirmed}").json()
        rest = client.get(f"{API}?limit=5&cursor={first['next_cursor']}").json()
        chain = client.get(f"{API}/chain").json()
        assert client.get(f"{API}?deed=moon").status_code == 422
    positions = [one["position"] for one in (*first["items"], *rest["items"])]
    assert positions == [3, 2, 1]
    assert first["items"][0]["entry"].startswith('{"about":{"distribution":')
    assert (chain["sealed_upto"], chain["anchor_position"], chain["waiting"]) == (3, 3, 1)
    assert chain["head"] == first["items"][0]["hash"] == chain["anchor_hash"]
