"""Entering a signed sheet, and one person on their word, through the pages."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from service.actions.correct_document import recall_document
from service.actions.print_sheet import print_sheet
from service.domain.roles import OPERATOR
from service.domain.vietnamese import date_short
from service.runtime import Runtime
from service.web.app import make_app
from service.web.site import Site
from tests.fakes import FakeClock
from tests.web.conftest import form_token, send
from tests.web.office import Office, make_office, text_of

KEEPERS = {"secretariat", "manager"}
WORD = "/directory/people/BINH/entered-for"
SCAN = {"files": ("quet.pdf", b"%PDF-1.7 quet", "application/octet-stream")}


@pytest.fixture
def office(app: FastAPI, runtime: Runtime) -> Office:
    return make_office(app, runtime)


def sheet_of(office: Office, audience: str = "all") -> tuple[int, str]:
    distribution = send(office.runtime, audience)
    return distribution, print_sheet(office.runtime, OPERATOR, distribution)


def enter(client: TestClient, code: str, fields: Mapping[str, object], files: object = None) -> Response:
    data = {"form_token": form_token(client, f"/sheets/{code}"), **fields}
    return client.post(f"/sheets/{code}", data=data, files=files or SCAN)  # type: ignore[arg-type]  # as httpx takes it


def today(office: Office) -> str:
    return date_short(office.runtime.clock())


def test_who_enters_sheets(office: Office) -> None:
    _, code = sheet_of(office)
    for path in ("/sheets", f"/sheets/{code}"):
        assert office.seen_by(path) == KEEPERS
    assert office.done_by(f"/sheets/{code}", {"person": "BINH", "day": today(office)}) == KEEPERS


def test_a_code_leads_to_its_sheet_however_it_is_typed(office: Office) -> None:
    _, code = sheet_of(office)
    with office.visit("secretariat") as client:
        answer = client.get("/sheets", params={"code": code.lower().replace("-", " ")})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sheets/{code}")


@pytest.mark.parametrize(
    ("typed", "said"), [("K7QD-2M9F", "gõ sai"), ("K7QD-2M9G", "Không có danh sách nào mang mã"), ("\0<b>", "gõ sai")]
)
def test_a_wrong_code_is_explained_where_it_was_typed(office: Office, typed: str, said: str) -> None:
    with office.visit("secretariat") as client:
        answer = client.get("/sheets", params={"code": typed})
    assert answer.status_code == 422
    assert said in text_of(answer.text)


def test_the_sheet_of_another_distribution_is_refused_where_one_was_meant(office: Office) -> None:
    _, code = sheet_of(office)
    other = send(office.runtime, "all", number="13/KH-SKHCN")
    with office.visit("secretariat") as client:
        answer = client.get("/sheets", params={"code": code, "distribution": other})
        assert client.get(f"/sheets/{code}", params={"distribution": other}).status_code == 404
    assert answer.status_code == 422
    assert "in cho đợt gửi khác" in text_of(answer.text)


def test_who_was_ticked_is_recorded_and_shown(office: Office, clock: FakeClock) -> None:
    distribution, code = sheet_of(office)
    printed_on = today(office)
    clock.move(timedelta(days=2))
    with office.visit("secretariat") as client:
        fields = {"person": ["BINH", "DUNG"], "day": today(office), "day-DUNG": printed_on}
        answer = enter(client, code, fields)
        assert answer.status_code == 303
        shown = text_of(client.get(answer.headers["location"]).text)
        again = client.get(answer.headers["location"], params={"recorded": "40"}).text
    assert "Đã ghi 2 người ký." in shown
    assert "người ký." not in text_of(again), "told once, and by no address"
    assert f"Đã ký bản giấy {today(office)}" in shown
    assert f"Đã ký bản giấy {printed_on}" in shown
    with office.visit("dung") as client:
        own = text_of(client.get(f"/inbox/{distribution}").text)
    assert f"Ngày {printed_on}, nhập" in own
    assert f"Đã xác nhận ngày {printed_on}" in own


def test_a_refused_sheet_keeps_what_was_ticked(office: Office) -> None:
    _, code = sheet_of(office)
    not_yet = date_short(office.runtime.clock() + timedelta(days=1))
    with office.visit("secretariat") as client:
        answer = enter(client, code, {"person": ["BINH"], "day": today(office), "day-BINH": not_yet})
        assert answer.status_code == 422
        assert f"Ngày {not_yet} chưa đến." in text_of(answer.text)
        assert 'value="BINH" checked' in answer.text
        assert 'value="CUC" checked' not in answer.text
        assert f'name="day-BINH" value="{not_yet}"' in answer.text


def test_a_scan_over_the_limit_costs_nobody_the_ticks(office: Office, site: Site) -> None:
    _, code = sheet_of(office)
    policy = replace(site.runtime.policy, max_file_bytes=1000)
    strict = replace(office, app=make_app(replace(site, runtime=replace(site.runtime, policy=policy))))
    with strict.visit("secretariat") as client:
        scan = {"files": ("quet.pdf", b"%PDF" * 500, "application/pdf")}
        answer = enter(client, code, {"person": ["BINH"], "day": today(office)}, scan)
    assert answer.status_code == 413
    assert "Tệp quet.pdf vượt quá giới hạn" in answer.text
    assert 'value="BINH" checked' in answer.text
    assert f'name="day" type="text" value="{today(office)}"' in answer.text


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (("quet.pdf", b"PK docx", "application/pdf"), "không phải PDF, JPEG hoặc PNG"),
        (("quet.pdf", b"", "application/pdf"), "rỗng"),
        (("", b"", "application/octet-stream"), "Cần đính kèm bản quét"),
    ],
)
def test_a_scan_that_is_none_is_refused(office: Office, file: tuple[str, bytes, str], said: str) -> None:
    _, code = sheet_of(office)
    with office.visit("secretariat") as client:
        answer = enter(client, code, {"person": "BINH", "day": today(office)}, {"files": file})
        assert "Đã ký bản giấy" not in client.get(f"/sheets/{code}").text
    assert answer.status_code == 422
    assert said in text_of(answer.text)


def test_a_scan_is_kept_for_those_who_reach_everybody_on_the_sheet(office: Office) -> None:
    distribution, code = sheet_of(office)
    own = print_sheet(office.runtime, OPERATOR, distribution, "P1")
    with office.visit("manager") as client:
        enter(client, code, {"person": "BINH", "day": today(office)})
        assert "/scans/" not in client.get(f"/sheets/{code}").text
        enter(client, own, {"person": "CUC", "day": today(office)})
        assert f"/sheets/{own}/scans/2" in client.get(f"/sheets/{own}").text
        assert client.get(f"/sheets/{own}/scans/2").content == b"%PDF-1.7 quet"
        assert client.get(f"/sheets/{own}/scans/1").status_code == 404
    assert office.seen_by(f"/sheets/{code}/scans/1") == {"secretariat", "auditor"}
    assert office.seen_by(f"/sheets/{own}/scans/2") == {"secretariat", "auditor", "manager"}


def test_a_manager_sees_the_own_people_of_a_sheet_alone(office: Office) -> None:
    _, code = sheet_of(office)
    with office.visit("manager") as client:
        page = client.get(f"/sheets/{code}").text
        refused = enter(client, code, {"person": "DUNG", "day": today(office)})
        taken = enter(client, code, {"person": "BINH", "day": today(office)})
    assert 'value="BINH"' in page
    assert 'value="DUNG"' not in page
    assert (refused.status_code, taken.status_code) == (422, 303)


def test_a_large_sheet_brings_a_day_for_each_line(office: Office) -> None:
    _, code = sheet_of(office)
    with office.visit("secretariat") as client:
        days = {f"day-NV{number}": "" for number in range(6_000)}
        assert enter(client, code, {"person": "BINH", "day": today(office), **days}).status_code == 303


def test_a_persons_word_is_entered_on_their_page(office: Office) -> None:
    distribution, _ = sheet_of(office)
    with office.visit("secretariat") as client:
        assert "Nhập thay người này" in client.get("/directory/people/BINH").text
        word = {"distribution_id": str(distribution), "day": today(office), "note": "gặp trực tiếp"}
        fields = {**word, "form_token": form_token(client)}
        answer = client.post(WORD, data=fields)
        again = client.post(WORD, data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/directory/people/BINH#van-ban")
    assert again.status_code == 409
    assert "đã xác nhận rồi" in text_of(again.text)
    with office.visit("binh") as client:
        assert "Nhập thay: gặp trực tiếp" in text_of(client.get(f"/inbox/{distribution}").text)


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"day": "31/02/2018", "note": "gặp trực tiếp"}, "ngay", "không phải là ngày"),
        ({"day": "01/01/2199", "note": "gặp trực tiếp"}, "ngay", "chưa đến"),
        ({"day": "01/01/2017", "note": "gặp trực tiếp"}, "ngay", "sớm nhất là ngày"),
        ({"day": "TODAY", "note": "x" * 501}, "vi", "Mục lý do dài quá 500 ký tự."),
        ({"day": "TODAY", "note": " "}, "vi", "Cần ghi lý do"),
    ],
)
def test_a_refused_word_comes_back_as_it_was_typed_with_the_mistake_at_its_field(
    office: Office, typed: dict[str, str], field: str, said: str
) -> None:
    send(office.runtime, "all", number="11/KH-SKHCN")
    distribution = send(office.runtime, "all")
    given = {name: today(office) if text == "TODAY" else text for name, text in typed.items()}
    for who in KEEPERS:
        with office.visit(who) as client:
            fields = {"distribution_id": str(distribution), "form_token": form_token(client), **given}
            answer = client.post(WORD, data=fields)
        assert answer.status_code == 422
        note = re.search(rf'<p class="err" id="{field}-{distribution}-note">.*?</p>', answer.text)
        assert note, "where it was typed"
        assert said in text_of(note[0])
        assert answer.text.count('class="err"') == 1
        assert all(answer.text.count(f'value="{text}"') == 1 for text in given.values()), "in one form alone"
        assert answer.text.count('<details class="more" open>') == 1


def test_what_was_entered_for_somebody_in_vain_is_explained_on_their_page(office: Office) -> None:
    distribution = send(office.runtime, "person:BINH")
    recall_document(office.runtime, OPERATOR, distribution, "Sai nội dung.")
    with office.visit("manager") as client:
        word = {"distribution_id": str(distribution), "day": today(office), "note": "gặp"}
        answer = client.post(WORD, data={**word, "form_token": form_token(client)})
    assert answer.status_code == 409
    assert "Văn bản đã gửi đến người này" in text_of(answer.text)
    assert "đã thu hồi" in text_of(answer.text)
    assert 'value="gặp"' in answer.text


def test_who_enters_for_others(office: Office) -> None:
    word = {"distribution_id": str(send(office.runtime, "all")), "day": today(office), "note": "gặp"}
    assert office.done_by(WORD, word) == KEEPERS
    assert office.done_by("/directory/people/DUNG/entered-for", word) == {"secretariat"}
