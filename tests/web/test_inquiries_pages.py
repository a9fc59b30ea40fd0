"""Cúc asks on the document page; the secretariat answers on its own page; Cúc's manager looks on."""

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.actions.list_recipients import list_recipients
from service.actions.post_document import post_document
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from tests.makers import make_posting
from tests.web.conftest import form_token
from tests.web.office import Office, make_office, text_of


@pytest.fixture
def office(app: FastAPI, runtime: Runtime) -> Office:
    return make_office(app, runtime)


@pytest.fixture
def distribution(office: Office) -> int:
    posted = post_document(office.runtime, OPERATOR, make_posting(audience="all"))
    list_recipients(office.runtime)
    return posted.distribution_id


def ask(client: TestClient, distribution: int, **fields: str) -> int:
    sent = {"kind": "question", "words": "Nộp báo cáo ở đâu?", "form_token": form_token(client), **fields}
    return client.post(f"/inbox/{distribution}/inquiries", data=sent).status_code


def answer(client: TestClient, inquiry: int, **fields: str) -> int:
    sent = {"words": "Nộp về Văn phòng.", "step": "answer", "form_token": form_token(client), **fields}
    return client.post(f"/inquiries/{inquiry}/answer", data=sent).status_code


def test_a_question_is_answered_where_it_was_asked(office: Office, distribution: int) -> None:
    with office.visit("cuc") as cuc, office.visit("secretariat") as secretary:
        assert ask(cuc, distribution) == 303
        assert "Chờ văn thư trả lời" in cuc.get(f"/inbox/{distribution}").text
        shown = text_of(secretary.get("/inquiries").text)
        assert "Lê Thị Cúc" in shown
        assert "Nộp báo cáo ở đâu?" in shown
        assert "Hỏi và trả lại 1 chưa trả lời" in shown
        assert answer(secretary, 1) == 303
        assert "Không còn ai chờ trả lời" in secretary.get("/inquiries").text
        assert "Nộp về Văn phòng." in secretary.get("/inquiries?answered=true").text
        assert "1 chưa trả lời" not in text_of(secretary.get("/inquiries").text)
        assert "Nộp về Văn phòng." in cuc.get(f"/inbox/{distribution}").text


def test_a_return_that_is_taken_back_exempts_the_reader(office: Office, distribution: int) -> None:
    with office.visit("cuc") as cuc, office.visit("secretariat") as secretary:
        assert 'value="return"' in cuc.get(f"/inbox/{distribution}").text
        assert ask(cuc, distribution, kind="return", words="Việc của Phòng Hai.") == 303
        assert 'value="return"' not in cuc.get(f"/inbox/{distribution}").text
        report = text_of(secretary.get(f"/distributions/{distribution}/report").text)
        assert "Việc của Phòng Hai." in report
        assert "1 lần trả lại" in report
        assert answer(secretary, 1, words="", step="accept") == 303
        assert "Đã nhận lại, miễn xác nhận" in cuc.get(f"/inbox/{distribution}").text


def test_what_is_wrong_is_said_beside_the_words_that_were_typed(office: Office, distribution: int) -> None:
    with office.visit("cuc") as cuc, office.visit("secretariat") as secretary:
        long = "Dài quá. " * 300
        refused = cuc.post(
            f"/inbox/{distribution}/inquiries",
            data={"kind": "question", "words": long, "form_token": form_token(cuc)},
        )
        assert refused.status_code == 422
        assert "dài quá 2000 ký tự" in refused.text
        assert long in refused.text
        assert ask(cuc, distribution, words=" ") == 422
        assert ask(cuc, distribution, words="a\0b") == 422
        assert ask(cuc, distribution, kind="complaint") == 422
        assert ask(cuc, distribution) == 303
        assert answer(secretary, 1, words=" ") == 422
        assert answer(secretary, 1, step="accept") == 422
        assert answer(secretary, 1) == 303
        again = secretary.post("/inquiries/1/answer", data={"words": "Câu khác", "form_token": form_token(secretary)})
        assert again.status_code == 409
        assert "Đã có câu trả lời" in again.text


def test_one_return_waits_at_a_time_and_floods_are_stopped(office: Office, distribution: int) -> None:
    with office.visit("cuc") as cuc:
        assert ask(cuc, distribution, kind="return", words="Một") == 303
        assert ask(cuc, distribution, kind="return", words="Hai") == 409
        for number in range(9):
            assert ask(cuc, distribution, words=f"Câu {number}") == 303
        flood = cuc.post(
            f"/inbox/{distribution}/inquiries",
            data={"kind": "question", "words": "Nữa", "form_token": form_token(cuc)},
        )
        assert (flood.status_code, flood.headers["retry-after"]) == (429, "3600")
        assert "thời gian ngắn" in flood.text


def test_who_sees_and_who_answers(office: Office, distribution: int) -> None:
    with office.visit("cuc") as cuc, office.visit("dung") as dung:
        assert ask(cuc, distribution, words="Câu của Cúc") == 303
        assert ask(dung, distribution, words="Câu của Dũng") == 303
    assert office.seen_by("/inquiries") == {"manager", "secretariat", "leadership"}
    with office.visit("manager") as manager:
        shown = manager.get("/inquiries").text
        assert "Câu của Cúc" in shown
        assert "Câu của Dũng" not in shown
        assert "Trả lời Lê Thị Cúc" not in shown
    for who, words in {"auditor": set(), "manager": {"Cúc"}, "secretariat": {"Cúc", "Dũng"}}.items():
        with office.visit(who) as reader:
            page = reader.get(f"/distributions/{distribution}/report").text
            table = reader.get(f"/distributions/{distribution}/report.csv").text
            told = reader.get(f"/api/v1/distributions/{distribution}/report").text
        for shown in (page, table, told):
            assert {name for name in ("Cúc", "Dũng") if f"Câu của {name}" in shown} == words, who
    assert office.done_by("/inquiries/1/answer", {"words": " "}) == {"secretariat"}


def test_a_stranger_neither_asks_nor_sees_what_others_asked(office: Office) -> None:
    posted = post_document(office.runtime, OPERATOR, make_posting(audience="person:CUC"))
    list_recipients(office.runtime)
    with office.visit("dung") as dung:
        assert ask(dung, posted.distribution_id) == 404
    with office.visit("cuc") as cuc:
        ask(cuc, posted.distribution_id, words="Chỉ Cúc hỏi")
    both = post_document(office.runtime, OPERATOR, make_posting(audience="all"))
    list_recipients(office.runtime)
    with office.visit("dung") as dung:
        assert "Chỉ Cúc hỏi" not in dung.get(f"/inbox/{both.distribution_id}").text


def test_the_list_of_waiting_goes_on_to_its_end(office: Office, distribution: int) -> None:
    with office.visit("secretariat") as secretary:
        for who in ("cuc", "dung", "binh", "employee", "manager", "leadership"):
            with office.visit(who) as reader:
                for number in range(9):
                    assert ask(reader, distribution, words=f"{who} hỏi {number}") == 303
        first = secretary.get("/inquiries").text
        assert first.count("Chờ văn thư trả lời") == 50
        assert 'href="/inquiries?cursor=50"' in first
        second = secretary.get("/inquiries?cursor=50").text
        assert second.count("Chờ văn thư trả lời") == 4
        assert "Xem tiếp" not in second
