"""Control questions: asked above the button, answered with the confirmation, counted beside the sum."""

import json

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from starlette.testclient import TestClient

from service.actions.acknowledge import acknowledge
from service.actions.correct_document import replace_document
from service.actions.list_recipients import list_recipients
from service.actions.post_document import post_document
from service.actions.report_coverage import report_coverage
from service.domain.control import ControlQuestion
from service.domain.corrections import Replacement
from service.domain.receipts import Route, State
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.store.tables import control_answers, control_questions, distributions, evidence, receipt_events
from tests.makers import make_actor, make_posting
from tests.web.conftest import form_token
from tests.web.office import Office, make_office, text_of

QUESTIONS = (
    ControlQuestion("Hạn nộp báo cáo?", ("Ngày 15", "Ngày 20"), 2),
    ControlQuestion("Ai chủ trì?", ("Văn phòng", "Thanh tra", "Chi cục"), 1),
)


@pytest.fixture
def office(app: FastAPI, runtime: Runtime) -> Office:
    return make_office(app, runtime)


@pytest.fixture
def distribution(office: Office) -> int:
    posted = post_document(office.runtime, OPERATOR, make_posting(questions=QUESTIONS))
    list_recipients(office.runtime)
    return posted.distribution_id


def confirm(client: TestClient, distribution: int, **answers: str) -> Response:
    sent = {"revision": "1", "form_token": form_token(client), **answers}
    return client.post(f"/inbox/{distribution}/acknowledge", data=sent)


def kept(office: Office) -> list[tuple[int, int, bool]]:
    a = control_answers.c
    with office.runtime.sessions() as session:
        return [tuple(row) for row in session.execute(select(a.position, a.choice, a.is_right).order_by(a.position))]


def test_the_answers_are_kept_with_the_confirmation_and_the_page_says_which_were_right(
    office: Office, distribution: int
) -> None:
    with office.visit("cuc") as cuc:
        shown = cuc.get(f"/inbox/{distribution}").text
        assert shown.index("Hạn nộp báo cáo?") < shown.index("Tôi đã đọc và nắm nội dung</button>")
        assert confirm(cuc, distribution, answer1="2", answer2="3").status_code == 303
        seen = text_of(cuc.get(f"/inbox/{distribution}").text)
        assert "Đã ghi nhận xác nhận" in seen
        assert "Đã chọn: Ngày 20 Đúng" in seen
        assert "Đã chọn: Chi cục. Đúng là: Văn phòng Chưa đúng" in seen
    assert kept(office) == [(1, 2, True), (2, 3, False)]


@pytest.mark.parametrize(
    ("answers", "named"),
    [({}, 1), ({"answer2": "1"}, 1), ({"answer1": "1"}, 2), ({"answer1": "3", "answer2": "1"}, 1)],
)
def test_a_question_without_an_answer_is_named_and_what_was_chosen_is_kept(
    office: Office, distribution: int, answers: dict[str, str], named: int
) -> None:
    with office.visit("cuc") as cuc:
        refused = confirm(cuc, distribution, **answers)
        assert refused.status_code == 422
        assert f"Câu hỏi {named} chưa được trả lời" in refused.text
        chosen = {(f"answer{n}", value) for n in (1, 2) for value in "123" if _is_checked(refused.text, n, value)}
        assert chosen == {(name, value) for name, value in answers.items() if (name, value) != ("answer1", "3")}
    assert kept(office) == []
    with office.runtime.sessions() as session:
        states = session.execute(select(receipt_events.c.state)).scalars().all()
    assert State.ACKNOWLEDGED.value not in states


def _is_checked(shown: str, question: int, value: str) -> bool:
    return f'name="answer{question}" value="{value}" checked' in shown


@pytest.mark.parametrize("value", ["x", "", "-1", "99999999999999999999", "²"])
def test_what_is_no_choice_is_no_answer(office: Office, distribution: int, value: str) -> None:
    with office.visit("cuc") as cuc:
        assert confirm(cuc, distribution, answer1=value, answer2="1").status_code == 422
    assert kept(office) == []


def test_a_repeat_needs_no_answers_and_changes_none(office: Office, distribution: int) -> None:
    with office.visit("cuc") as cuc:
        confirm(cuc, distribution, answer1="2", answer2="1")
        assert confirm(cuc, distribution).status_code == 303
        assert confirm(cuc, distribution, answer1="1", answer2="2").status_code == 303
    assert kept(office) == [(1, 2, True), (2, 1, True)]


def test_a_replacement_is_answered_anew_and_the_earlier_answers_stay_with_their_revision(
    office: Office, distribution: int
) -> None:
    with office.visit("cuc") as cuc:
        confirm(cuc, distribution, answer1="2", answer2="1")
        replace_document(
            office.runtime, OPERATOR, distribution, Replacement(replaces=1, body="Nội dung mới.", note="Sửa hạn.")
        )
        assert "answer1" in cuc.get(f"/inbox/{distribution}").text
        assert report_coverage(office.runtime, OPERATOR, distribution).levels.answered_rightly == 0
        assert confirm(cuc, distribution, revision="2").status_code == 422
        assert confirm(cuc, distribution, revision="2", answer1="1", answer2="1").status_code == 303
    a = control_answers.c
    with office.runtime.sessions() as session:
        answers = session.execute(select(a.revision, a.choice).where(a.position == 1).order_by(a.revision)).all()
    assert [tuple(row) for row in answers] == [(1, 2), (2, 1)]


def test_the_report_counts_who_answered_all_rightly_and_how_confirmations_were_given(
    office: Office, distribution: int
) -> None:
    def confirms(name: str, route: Route, *choices: int) -> None:
        reader = office.people[name]
        actor = make_actor(account_id=reader.account_id, person_id=reader.person_id)
        acknowledge(office.runtime, actor, distribution, 1, route, dict(enumerate(choices, 1)))

    before = report_coverage(office.runtime, OPERATOR, distribution)
    confirms("cuc", Route.MAIL_LINK, 2, 1)
    confirms("binh", Route.INBOX, 2, 2)
    confirms("dung", Route.INBOX, 2, 1)
    report = report_coverage(office.runtime, OPERATOR, distribution)
    assert (before.levels.answered_rightly, before.questions) == (0, 2)
    assert (report.identity.confirmed, report.levels.answered_rightly) == (3, 2)
    assert report.identity.holds
    by_route = report.routes.by_route
    assert (by_route[Route.INBOX], by_route[Route.MAIL_LINK], sum(by_route.values())) == (2, 1, 3)
    with office.visit("leadership") as leader:
        shown = text_of(leader.get(f"/distributions/{distribution}/report").text)
        assert "Trả lời đúng cả 2 câu" in shown
        told = leader.get(f"/api/v1/distributions/{distribution}/report").json()
    assert told["routes"]["mail_link"] == 1
    assert told["levels"]["answered_rightly"] == 2
    assert set(told["routes"]) == {route.value for route in Route}


def test_confirming_and_opening_are_evidence_once(office: Office, distribution: int) -> None:
    with office.visit("cuc") as cuc:
        for _ in range(2):
            cuc.get(f"/inbox/{distribution}")
            confirm(cuc, distribution, answer1="2", answer2="1")
    with office.runtime.sessions() as session:
        entries = [
            json.loads(entry) for entry in session.execute(select(evidence.c.entry).order_by(evidence.c.id)).scalars()
        ]
    mine = [one for one in entries if one["deed"] in {"opened", "acknowledged"}]
    assert [one["deed"] for one in mine] == ["opened", "acknowledged"]
    about = mine[1]["about"]
    assert len(about.pop("answers_sha256")) == 64
    assert about == {
        "distribution": distribution,
        "person": office.people["cuc"].person_id,
        "revision": 1,
        "route": "inbox",
    }


def test_questions_that_were_asked_are_never_changed(office: Office, distribution: int) -> None:
    for statement in (update(control_questions).values(right_choice=1), delete(control_questions)):
        with office.runtime.sessions() as session, pytest.raises(DBAPIError, match="never changed"):
            session.execute(statement)


POSTING = {
    "step": "post",
    "type_code": "KH",
    "title": "Kế hoạch mẫu",
    "body": "Nội dung.",
    "to": "all",
    "mode": "acknowledge",
}


def post(client: TestClient, **fields: object) -> Response:
    sent = {**POSTING, "form_token": form_token(client), **fields}
    return client.post("/post", data=sent)


def test_the_secretariat_asks_by_the_form(office: Office) -> None:
    asked = {
        "prompt": ["Hạn nộp báo cáo?", "", ""],
        "choices": ["Ngày 15\r\n\r\nNgày 20", "", ""],
        "right": ["3", "", ""],
    }
    with office.visit("secretariat") as secretary:
        preview = post(secretary, **asked, step="preview")
        assert "Ngày 20 Đúng" in text_of(preview.text)
        assert preview.text.count('name="prompt"') == 3
        assert post(secretary, **asked).status_code == 303
    q = control_questions.c
    with office.runtime.sessions() as session:
        stored = session.execute(select(q.position, q.prompt, q.choices, q.right_choice).order_by(q.position)).all()
    assert [tuple(row) for row in stored] == [(1, "Hạn nộp báo cáo?", ["Ngày 15", "Ngày 20"], 2)]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"prompt": ["Câu"], "choices": ["một"], "right": ["1"]}, "cần từ 2 đến 5 phương án"),
        ({"prompt": ["Câu"], "choices": ["1\n2\n3\n4\n5\n6"], "right": ["1"]}, "cần từ 2 đến 5 phương án"),
        ({"prompt": ["Câu"], "choices": ["1\n2"], "right": [""]}, "chưa chỉ ra phương án đúng"),
        ({"prompt": ["Câu"], "choices": ["1\n2"], "right": ["5"]}, "chưa chỉ ra phương án đúng"),
        ({"prompt": [" "], "choices": ["1\n2"], "right": ["1"]}, "chưa có nội dung"),
        ({"prompt": ["Câu"], "choices": ["1\n1"], "right": ["1"]}, "hai phương án giống nhau"),
        ({"prompt": ["Câu"] * 2, "choices": ["1\n2"] * 2, "right": ["1"] * 2}, "trùng với câu trước"),
        ({"prompt": list("abcd"), "choices": ["1\n2"] * 4, "right": ["1"] * 4}, "tối đa 3 câu"),
        ({"prompt": ["a" * 501], "choices": ["1\n2"], "right": ["1"]}, "dài quá 500 ký tự"),
        ({"mode": "inform", "prompt": ["Câu"], "choices": ["1\n2"], "right": ["1"]}, "gửi để biết"),
    ],
)
def test_a_bad_question_is_refused_with_everything_typed_still_there(
    office: Office, fields: dict[str, object], sentence: str
) -> None:
    with office.visit("secretariat") as secretary:
        refused = post(secretary, **fields)
    assert refused.status_code == 422
    assert sentence in refused.text
    assert "Kế hoạch mẫu" in refused.text
    with office.runtime.sessions() as session:
        assert session.execute(select(distributions.c.id)).all() == []


@pytest.mark.parametrize(
    ("questions", "status", "code"),
    [
        ('[{"prompt": "Câu", "choices": ["1", "2"], "right": 2}]', 202, ""),
        ("", 202, ""),
        ('[{"prompt": "Câu", "choices": ["1", "2"], "right": 3}]', 422, "no-right-choice"),
        ('[{"prompt": "Câu", "choices": [], "right": 1}]', 422, "bad-choices"),
        ("[", 422, "invalid-request"),
        ('{"prompt": 1}', 422, "invalid-request"),
    ],
)
def test_the_secretariat_asks_by_the_api(office: Office, questions: str, status: int, code: str) -> None:
    fields = {"title": "Kế hoạch mẫu", "type": "KH", "to": "all", "mode": "acknowledge", "questions": questions}
    with office.visit("secretariat") as secretary:
        ours = {"X-Form-Token": form_token(secretary)}
        answered = secretary.post(
            "/api/v1/documents", files={name: (None, value) for name, value in fields.items()}, headers=ours
        )
    assert answered.status_code == status, answered.text
    assert answered.json().get("code", "") == code


def test_a_reader_answers_by_the_api(office: Office, distribution: int) -> None:
    path = f"/api/v1/inbox/{distribution}"
    with office.visit("cuc") as cuc:
        ours = {"X-Form-Token": form_token(cuc)}
        asked = cuc.get(path).json()["questions"]
        assert asked[0] == {"position": 1, "prompt": "Hạn nộp báo cáo?", "choices": ["Ngày 15", "Ngày 20"]}
        refused = cuc.post(f"{path}/acknowledge", json={"revision": 1}, headers=ours)
        assert (refused.status_code, refused.json()["code"]) == (422, "unanswered-question")
        taken = cuc.post(f"{path}/acknowledge", json={"revision": 1, "answers": {"1": 2, "2": 1}}, headers=ours)
        assert taken.status_code == 200
    assert kept(office) == [(1, 2, True), (2, 1, True)]
