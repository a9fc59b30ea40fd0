"""A shared PC from its enrolment to the next person in the queue."""

import re

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from service.actions.correct_document import issue_erratum, recall_document, replace_document
from service.actions.enrol_kiosk import add_kiosk
from service.actions.set_pin import set_pin
from service.actions.sign_in import sign_in
from service.domain.corrections import Replacement
from service.domain.documents import NewFile
from service.domain.receipts import Route, State
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.store.recalls import recall_confirmed_at
from service.store.receipts import facts_of
from service.web.pages.kiosk import PEOPLE_A_PAGE
from service.web.security import KIOSK_COOKIE, SESSION_COOKIE, VISIT_COOKIE
from tests.makers import make_account, make_person, make_unit
from tests.web.conftest import PASSWORD, Employee, browser, form_token, make_employee, send
from tests.web.office import make_office, text_of

PIN = "294817"


@pytest.fixture
def lan(runtime: Runtime) -> Employee:
    """Lan has a PIN."""
    reader = make_employee(runtime, code="LAN", family_name="Trần Thị", given_name="Lan")
    set_pin(runtime, sign_in(runtime, reader.username, PASSWORD, "192.0.2.1").token, PASSWORD, PIN)
    return reader


@pytest.fixture
def pc(client: TestClient, runtime: Runtime) -> TestClient:
    """The browser of an enrolled shared PC."""
    code = add_kiosk(runtime, OPERATOR, "Phòng bảo vệ").code
    assert client.post("/kiosk/enrol", data={"code": code}).headers["location"] == "/kiosk"
    return client


def sit_down(pc: TestClient, pin: str = PIN) -> Response:
    return pc.post("/kiosk/people/LAN", data={"pin": pin})


def confirm(pc: TestClient, distribution: int, **changes: str) -> Response:
    page = pc.get(f"/kiosk/inbox/{distribution}").text
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found
    fields = {"revision": "1", "form_token": found[1], **changes}
    return pc.post(f"/kiosk/inbox/{distribution}/acknowledge", data=fields)


def test_a_large_unit_is_paged_to_its_end(pc: TestClient, runtime: Runtime) -> None:
    with runtime.sessions.begin() as session:
        unit = make_unit(session, code="P/1 ?")
        for _ in range(PEOPLE_A_PAGE + 1):
            make_account(session, make_person(session, unit))
    first = pc.get("/kiosk/units/P%2F1%20%3F").text
    onward = re.search(r'href="(/kiosk/units/[^"]+)">Xem tiếp', first)
    assert onward
    rest = pc.get(onward[1]).text
    assert [page.count('href="/kiosk/people/') for page in (first, rest)] == [PEOPLE_A_PAGE, 1]
    assert "Xem tiếp" not in rest


PATHS = ("/kiosk", "/kiosk/units/DV1", "/kiosk/people/LAN", "/kiosk/people/LAN/slip", "/kiosk/inbox", "/kiosk/inbox/1")


@pytest.mark.parametrize("path", PATHS)
def test_in_any_other_browser_there_are_no_such_pages(client: TestClient, lan: Employee, path: str) -> None:
    send(client.app.state.site.runtime)  # type: ignore[attr-defined]  # the application under test
    assert client.get(path).status_code == 404
    assert client.post("/kiosk/people/LAN", data={"pin": PIN}).status_code == 404


def test_a_shared_pc_leads_from_unit_to_name_to_pin_to_the_own_documents(
    pc: TestClient, lan: Employee, runtime: Runtime
) -> None:
    distribution = send(runtime)
    start = pc.get("/kiosk").text
    (unit,) = re.findall(r'href="(/kiosk/units/[^"]+)"', start)
    assert 'href="/kiosk/people/LAN"' in pc.get(unit).text
    assert "Trần Thị Lan" in text_of(pc.get("/kiosk/people/LAN").text)
    answer = sit_down(pc)
    assert (answer.status_code, answer.headers["location"]) == (303, "/kiosk/inbox")
    assert f'href="/kiosk/inbox/{distribution}"' in pc.get("/kiosk/inbox").text


def test_confirming_is_recorded_as_made_there_and_ends_the_session(
    pc: TestClient, lan: Employee, runtime: Runtime
) -> None:
    distribution = send(runtime)
    sit_down(pc)
    answer = confirm(pc, distribution)
    assert answer.headers["location"] == "/kiosk"
    with runtime.sessions() as session:
        facts = facts_of(session, distribution, lan.person_id)
    assert [(fact.state, fact.route) for fact in facts] == [
        (State.OPENED, Route.KIOSK),
        (State.ACKNOWLEDGED, Route.KIOSK),
    ]
    answer_to_it = pc.get("/kiosk")
    for path in ("/kiosk/inbox", f"/kiosk/inbox/{distribution}"):
        assert pc.get(path).headers["location"] == "/kiosk"
    assert "Đã ghi nhận xác nhận." in text_of(answer_to_it.text)
    assert "Đã ghi nhận xác nhận." not in text_of(pc.get("/kiosk?confirmed=1").text), "told once, and by no address"


@pytest.mark.parametrize("path", ["/kiosk/units/NOWHERE", "/kiosk/people/NOBODY", "/kiosk/inbox/999"])
def test_an_error_on_a_shared_pc_leads_back_to_its_own_first_page(pc: TestClient, lan: Employee, path: str) -> None:
    sit_down(pc)
    answer = pc.get(path)
    assert answer.status_code == 404
    assert answer.headers["refresh"].endswith("; url=/kiosk")
    assert 'href="/kiosk"' in answer.text
    assert 'href="/"' not in answer.text
    assert "refresh" not in pc.get("/nowhere").headers


def test_neither_looking_nor_a_forged_form_confirms(pc: TestClient, lan: Employee, runtime: Runtime) -> None:
    distribution = send(runtime)
    sit_down(pc)
    pc.get(f"/kiosk/inbox/{distribution}")
    assert pc.get(f"/kiosk/inbox/{distribution}/acknowledge?revision=1").status_code == 405
    assert confirm(pc, distribution, form_token="another").status_code == 403
    with runtime.sessions() as session:
        assert [fact.state for fact in facts_of(session, distribution, lan.person_id)] == [State.OPENED]


def test_the_first_page_signs_out_whoever_is_still_there(pc: TestClient, lan: Employee, runtime: Runtime) -> None:
    send(runtime)
    sit_down(pc)
    token = pc.cookies[VISIT_COOKIE]
    pc.get("/kiosk")
    assert VISIT_COOKIE not in pc.cookies
    pc.cookies.set(VISIT_COOKIE, token)
    assert pc.get("/kiosk/inbox").headers["location"] == "/kiosk"


def test_done_signs_out(pc: TestClient, lan: Employee) -> None:
    sit_down(pc)
    found = re.search(r'name="form_token" value="([^"]+)"', pc.get("/kiosk/inbox").text)
    assert found
    assert pc.post("/kiosk/done", data={"form_token": found[1]}).headers["location"] == "/kiosk"
    assert pc.get("/kiosk/inbox").headers["location"] == "/kiosk"


def test_every_page_leads_back_when_quiet_and_is_kept_by_no_browser(
    pc: TestClient, lan: Employee, runtime: Runtime
) -> None:
    distribution = send(runtime)
    sit_down(pc)
    for path in ("/kiosk/people/LAN", "/kiosk/people/LAN/slip", "/kiosk/inbox", f"/kiosk/inbox/{distribution}"):
        headers = pc.get(path).headers
        assert headers["refresh"] == "120; url=/kiosk"
        assert headers["cache-control"] == "no-store"


def test_a_pdf_is_shown_and_nothing_else_leaves_the_office_on_a_shared_pc(
    pc: TestClient, lan: Employee, runtime: Runtime
) -> None:
    files = (NewFile("kh.pdf", "application/pdf", b"%PDF-1.7"), NewFile("kh.docx", "application/msword", b"PK"))
    distribution = send(runtime, files=files)
    sit_down(pc)
    page = pc.get(f"/kiosk/inbox/{distribution}").text
    (pdf,) = re.findall(rf'href="(/kiosk/inbox/{distribution}/files/\d+)"', page)
    answer = pc.get(pdf)
    assert answer.content == b"%PDF-1.7"
    assert answer.headers["refresh"] == "120; url=/kiosk"
    other = f"{pdf.rpartition('/')[0]}/{int(pdf.rpartition('/')[2]) + 1}"
    assert pc.get(other).status_code == 404
    pc.get("/kiosk")
    assert pc.get(pdf).headers["location"] == "/kiosk"


def test_a_recall_is_confirmed_on_a_shared_pc_and_nothing_else_is_shown_of_it(
    pc: TestClient, lan: Employee, runtime: Runtime
) -> None:
    files = (NewFile("kh.pdf", "application/pdf", b"%PDF-1.7"),)
    distribution = send(runtime, files=files, body="Nội dung đã gửi nhầm.")
    sit_down(pc)
    (pdf,) = re.findall(r'href="(/kiosk/inbox/\d+/files/\d+)"', pc.get(f"/kiosk/inbox/{distribution}").text)
    recall_document(runtime, OPERATOR, distribution, "gửi nhầm")
    page = pc.get(f"/kiosk/inbox/{distribution}").text
    assert "Nội dung đã gửi nhầm." not in page
    assert pc.get(pdf).headers["location"] == "/kiosk/inbox"
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found
    answer = pc.post(f"/kiosk/inbox/{distribution}/confirm-recall", data={"form_token": found[1]})
    assert answer.headers["location"] == "/kiosk"
    with runtime.sessions() as session:
        assert recall_confirmed_at(session, distribution, lan.person_id) is not None


def test_a_replaced_document_is_shown_anew_before_it_is_confirmed(
    pc: TestClient, lan: Employee, runtime: Runtime
) -> None:
    distribution = send(runtime)
    sit_down(pc)
    pc.get(f"/kiosk/inbox/{distribution}")
    replace_document(runtime, OPERATOR, distribution, Replacement(replaces=1, note="Sai ngày.", body="Bản mới."))
    answer = confirm(pc, distribution)
    assert answer.status_code == 409
    assert "Bản mới." in answer.text
    assert "Bản 1 đã được thay thế" in text_of(answer.text)
    assert confirm(pc, distribution, revision="2").status_code == 303


def test_corrections_stand_above_the_text_on_a_shared_pc_too(pc: TestClient, lan: Employee, runtime: Runtime) -> None:
    distribution = send(runtime)
    replace_document(runtime, OPERATOR, distribution, Replacement(replaces=1, note="Sai ngày.", body="Văn bản mới."))
    issue_erratum(runtime, OPERATOR, distribution, "Dòng 2 ghi thừa một chữ.")
    sit_down(pc)
    shown = pc.get(f"/kiosk/inbox/{distribution}").text
    told = text_of(shown)
    assert "Sai ngày." in told
    assert told.index("Dòng 2 ghi thừa một chữ.") < told.index("Văn bản mới.")
    assert "/revisions/" not in shown, "that page is none of a shared PC's"


def test_a_shared_pc_shows_what_is_the_persons_own_alone(pc: TestClient, lan: Employee, runtime: Runtime) -> None:
    make_employee(runtime, code="MINH")
    foreign = send(runtime, "person:MINH")
    sit_down(pc)
    assert pc.get(f"/kiosk/inbox/{foreign}").status_code == 404


def test_the_session_of_a_shared_pc_opens_no_other_page(pc: TestClient, lan: Employee, runtime: Runtime) -> None:
    send(runtime)
    sit_down(pc)
    for path in ("/inbox", "/password", "/pin", "/history"):
        assert pc.get(path).headers["location"].startswith("/sign-in")
    pc.cookies.set(SESSION_COOKIE, pc.cookies[VISIT_COOKIE])
    assert pc.get("/inbox").headers["location"].startswith("/sign-in")
    assert pc.get("/api/v1/inbox").status_code == 401


def test_a_wrong_pin_is_said_and_in_the_end_slowed(pc: TestClient, lan: Employee) -> None:
    for _ in range(5):
        answer = sit_down(pc, "918264")
        assert (answer.status_code, "Mã PIN không đúng." in answer.text) == (401, True)
    answer = sit_down(pc)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


def test_the_cookie_of_a_shared_pc_lasts_and_is_hidden_from_scripts(client: TestClient, runtime: Runtime) -> None:
    code = add_kiosk(runtime, OPERATOR, "Máy").code
    cookie = client.post("/kiosk/enrol", data={"code": code}).headers["set-cookie"]
    assert cookie.startswith(f"{KIOSK_COOKIE}=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=strict", "Max-Age=34560000"} <= set(cookie.split("; "))
    assert client.post("/kiosk/enrol", data={"code": code}).status_code == 410


def test_a_revoked_pc_is_any_other_browser(pc: TestClient, app: FastAPI, runtime: Runtime, lan: Employee) -> None:
    office = make_office(app, runtime)
    sit_down(pc)
    with office.visit("administrator") as client:
        fields = {"form_token": form_token(client)}
        (path,) = re.findall(r'action="(/kiosks/\d+/revoke)"', client.get("/kiosks").text)
        assert client.post(path, data=fields).status_code == 303
        assert client.post(path, data=fields).status_code == 404
    assert pc.get("/kiosk").status_code == 404
    assert pc.get("/kiosk/inbox").status_code == 404


def test_who_enrols_shared_pcs(app: FastAPI, runtime: Runtime) -> None:
    office = make_office(app, runtime)
    assert office.seen_by("/kiosks") == {"secretariat", "administrator"}
    assert office.done_by("/kiosks", {"name": "Máy"}) == {"secretariat", "administrator"}
    with office.visit("secretariat") as client:
        answer = client.post("/kiosks", data={"name": "Phòng bảo vệ", "form_token": form_token(client)})
        code = re.search(r'<b class="code">([^<]+)</b>', answer.text)
        again = client.get("/kiosks").text
    assert code is not None
    assert code[1] not in again
    with browser(app) as other:
        assert other.post("/kiosk/enrol", data={"code": code[1]}).status_code == 303


def test_a_person_sets_a_pin_on_the_own_account_page(client: TestClient, lan: Employee, pc: TestClient) -> None:
    client.post("/sign-in", data={"username": lan.username, "password": PASSWORD})
    fields = {"form_token": form_token(client), "current": PASSWORD, "pin": "918264", "repeated": "918264"}
    for wrong, status in ({"current": "wrong"}, 401), ({"repeated": "918265"}, 422), ({"pin": "123456"}, 422):
        assert client.post("/pin", data=fields | wrong).status_code == status
    assert "Đã đặt mã PIN." in text_of(client.post("/pin", data=fields).text)
    assert sit_down(pc, "918264").status_code == 303
