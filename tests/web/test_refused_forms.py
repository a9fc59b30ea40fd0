"""Every form that takes typed text: refused, it comes back with all of it, and the mistake is marked at its field."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from fastapi import FastAPI
from httpx2 import Response

from service.actions.ask import ask
from service.actions.record_absence import Period, record_absence
from service.domain.inquiries import Kind
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from tests.fakes import FakeClock
from tests.makers import make_actor
from tests.web.conftest import form_token, send
from tests.web.forms import form_to
from tests.web.office import Office, make_office, text_of
from tests.web.test_routes import api_routes

LONG = "Lý do rất dài. " * 400
BINH = "/directory/people/BINH"
ACCOUNT = "/accounts/of/nhanvien1"
DISTRIBUTION = "/distributions/1"


@dataclass(frozen=True)
class Mistake:
    """A form as somebody sends it. `at` is the field that is wrong."""

    who: str
    path: str
    typed: dict[str, str]
    at: str
    hidden: dict[str, str] = field(default_factory=dict)


WORD = ("manager", f"{BINH}/entered-for")
ADDED = ("secretariat", f"{DISTRIBUTION}/recipients")
ABSENT = ("manager", f"{BINH}/absences")
REPLACED = ("secretariat", f"{DISTRIBUTION}/replacement")
REPLACEMENT = {"note": "Sai số liệu", "body": "Văn bản khác.", "number": "13/KH", "issued_on": "01/03/2018"}
LENT = ("manager", "/delegations")
DELEGATION = {"role": "manager", "username": "x", "first_day": "01/03/2030", "last_day": "02/03/2030"}
ROLE = ("administrator", f"{ACCOUNT}/roles")

MISTAKES = {
    "absence, a day": Mistake(*ABSENT, {"first_day": "31/02/2018", "last_day": "5", "reason": "Học"}, "first_day"),
    "absence, its order": Mistake(
        *ABSENT, {"kind": "study", "first_day": "09/03/2018", "last_day": "05/03/2018", "reason": "Học"}, "last_day"
    ),
    "exemption": Mistake("manager", f"{BINH}/exemptions", {"reason": LONG}, "reason", {"distribution_id": "1"}),
    "word, its day": Mistake(*WORD, {"day": "hôm qua", "note": "Gặp trực tiếp"}, "day", {"distribution_id": "1"}),
    "word, its ground": Mistake(*WORD, {"day": "01/03/2018", "note": LONG}, "note", {"distribution_id": "1"}),
    "added, nobody": Mistake(*ADDED, {"person_code": "KHONG", "reason": "Mới đến"}, "person_code"),
    "added, no code at all": Mistake(*ADDED, {"person_code": LONG, "reason": "Mới đến"}, "person_code"),
    "added, its reason": Mistake(*ADDED, {"person_code": "DUNG", "reason": LONG}, "reason"),
    "erratum": Mistake("secretariat", f"{DISTRIBUTION}/errata", {"erratum": LONG}, "erratum"),
    "replacement, a date": Mistake(*REPLACED, {**REPLACEMENT, "issued_on": "x"}, "issued_on", {"replaces": "1"}),
    "replacement, an hour": Mistake(
        *REPLACED, {**REPLACEMENT, "due_date": "5d", "due_time": "24:00"}, "due_time", {"replaces": "1"}
    ),
    "replacement, an hour alone": Mistake(*REPLACED, {**REPLACEMENT, "due_time": "16:00"}, "due_date"),
    "replacement, its reason": Mistake(*REPLACED, {**REPLACEMENT, "note": LONG}, "note", {"replaces": "1"}),
    "recall, not sure": Mistake("secretariat", f"{DISTRIBUTION}/recall", {"reason": "Sai nội dung"}, "sure"),
    "recall": Mistake("secretariat", f"{DISTRIBUTION}/recall", {"reason": LONG}, "reason", {"sure": "yes"}),
    "absence, its end": Mistake(
        "manager", f"{BINH}/absences/withdraw", {"ended_on": "12/03/2018"}, "ended_on", {"absence_id": "1"}
    ),
    "question": Mistake("binh", "/inbox/1/inquiries", {"words": LONG}, "words", {"kind": "question"}),
    "answer": Mistake("secretariat", "/inquiries/1/answer", {"words": LONG}, "words"),
    "calendar, a day": Mistake("secretariat", "/calendar/days", {"day": "x", "kind": "working", "note": "Bù"}, "day"),
    "calendar, its note": Mistake("secretariat", "/calendar/days", {"day": "01/03/2030", "note": LONG}, "note"),
    "delegation, nobody": Mistake(*LENT, {**DELEGATION, "username": "khong"}, "username"),
    "delegation, a day": Mistake(*LENT, {**DELEGATION, "first_day": "31/02/2030"}, "first_day"),
    "delegation, over": Mistake(*LENT, {**DELEGATION, "first_day": "01/03/2018"}, "last_day"),
    "role, its end": Mistake(*ROLE, {"role": "manager", "unit": "P1", "ends_on": "hôm sau"}, "ends_on"),
    "role, over before it begins": Mistake(*ROLE, {"role": "auditor", "ends_on": "01/01/2018"}, "ends_on"),
    "role, none": Mistake(*ROLE, {"ends_on": "01/01/2030"}, "role", {"role": "king"}),
    "role, no unit": Mistake(*ROLE, {"role": "manager", "ends_on": "01/01/2030"}, "unit", {"unit": "KHONG"}),
    "token": Mistake("administrator", f"{ACCOUNT}/tokens", {"label": LONG}, "label"),
    "shared PC": Mistake("administrator", "/kiosks", {"name": LONG}, "name"),
}

# What is typed there is a password, a PIN or a code, which is typed anew; a user name stays.
SECRETS = {
    "/activate",
    "/activate/{token}",
    "/kiosk/enrol",
    "/kiosk/people/{code:path}",
    "/kiosk/people/{code:path}/slip",
    "/password",
    "/pin",
    "/reset",
    "/setup",
    "/sign-in",
}
# A browser gives no file back to a page that is shown anew.
FILES = {"/calendar/import", "/directory/import"}
# Buttons, and choices of what the page lists.
NOTHING_TYPED = {
    "/accounts/letters",
    "/accounts/of/{username:path}/close",
    "/accounts/of/{username:path}/delegations/end",
    "/accounts/of/{username:path}/roles/end",
    "/accounts/of/{username:path}/tokens/end",
    "/accounts/slips",
    "/calendar/days/clear",
    "/delegations/end",
    "/directory/people/{code:path}/exemptions/lift",
    "/distributions/{distribution_id}/joiners",
    "/distributions/{distribution_id}/nudge",
    "/distributions/{distribution_id}/report/issued",
    "/distributions/{distribution_id}/sheets",
    "/inbox/{distribution_id}/acknowledge",
    "/inbox/{distribution_id}/confirm-recall",
    "/inbox/{distribution_id}/receipt",
    "/kiosk/done",
    "/kiosk/inbox/{distribution_id}/acknowledge",
    "/kiosk/inbox/{distribution_id}/confirm-recall",
    "/kiosks/{kiosk_id}/revoke",
    "/sign-out",
}
# Long forms with tests of their own.
ELSEWHERE = {"/post", "/sheets/{code}"}


@pytest.fixture
def office(app: FastAPI, runtime: Runtime) -> Office:
    """Bình and Cúc have a document, about which Bình asked; Bình was away early in March."""
    made = make_office(app, runtime)
    assert send(runtime, "person:BINH,person:CUC") == 1
    binh = made.people["binh"].person_id
    record_absence(runtime, OPERATOR, binh, Period(date(2018, 3, 1), date(2018, 3, 9)))
    assert ask(runtime, make_actor(person_id=binh), 1, Kind.QUESTION, "Hạn là ngày nào?") == 1
    return made


def post(office: Office, who: str, path: str, fields: dict[str, str]) -> Response:
    with office.visit(who) as client:
        return client.post(path, data={**fields, "form_token": form_token(client)})


def test_every_form_is_tried_here_or_has_nothing_to_keep(app: FastAPI) -> None:
    routes = [route for route in api_routes(app.routes) if "POST" in (route.methods or ())]
    pages = [route for route in routes if route.endpoint.__module__.startswith("service.web.pages.")]
    tried = {route.path for route in pages if any(route.path_regex.match(one.path) for one in MISTAKES.values())}
    others = [SECRETS, FILES, NOTHING_TYPED, ELSEWHERE]
    assert {route.path for route in pages} == tried.union(*others)
    assert tried.isdisjoint(set().union(*others))


@pytest.mark.parametrize("sent", MISTAKES.values(), ids=MISTAKES)
def test_a_refused_form_comes_back_with_what_was_typed_and_its_mistake_marked(office: Office, sent: Mistake) -> None:
    path = sent.path.replace("nhanvien1", office.people["binh"].username)
    answer = post(office, sent.who, path, {**sent.typed, **sent.hidden})
    assert answer.status_code == 422
    form = form_to(answer.text, path)
    assert {name: form.values[name] for name in sent.typed} == sent.typed
    assert sent.at in form.wrong
    assert 'role="alert"' not in answer.text, "nothing is left to say above the form"


def test_an_answer_that_comes_too_late_is_still_there_to_be_read(office: Office) -> None:
    assert post(office, "secretariat", "/inquiries/1/answer", {"words": "Hết ngày 05/03."}).status_code == 303
    late = post(office, "secretariat", "/inquiries/1/answer", {"words": "Hết ngày 06/03,\r\nkhông gia hạn."})
    assert late.status_code == 409
    shown = text_of(late.text)
    assert "Đã có câu trả lời" in shown
    assert "Hết ngày 05/03." in shown, "what was answered"
    assert "Câu trả lời chưa gửi Hết ngày 06/03, không gia hạn." in shown


def test_a_refused_answer_comes_back_however_far_down_its_question_stands(office: Office, clock: FakeClock) -> None:
    asker = make_actor(person_id=office.people["cuc"].person_id)
    for number in range(2, 53):
        clock.move(timedelta(minutes=10))
        assert ask(office.runtime, asker, 1, Kind.QUESTION, f"Câu {number}") == number
    form = form_to(post(office, "secretariat", "/inquiries/52/answer", {"words": LONG}).text, "/inquiries/52/answer")
    assert form.values["words"] == LONG
