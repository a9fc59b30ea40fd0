"""The secretariat writes, looks, and posts once; a mistake costs nothing that was written."""

import html
import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import Table, func, select
from starlette.testclient import TestClient

from service.domain.documents import DOCUMENT_TYPES
from service.runtime import Runtime
from service.store.tables import distributions, documents, files
from service.web.app import make_app
from service.web.site import Site
from tests.fakes import OFFICE_ZONE, FakeClock
from tests.web.conftest import form_token
from tests.web.forms import form_to
from tests.web.office import Office, make_office, text_of

FORM = {
    "key": "a key of this form",
    "type_code": "KH",
    "number": "12/KH-SKHCN",
    "issued_on": "02/03/2018",
    "title": "Tuyên truyền cải cách hành chính năm 2018",
    "issuing_body": "Sở Thử nghiệm",
    "body": "Dòng một.\r\n\r\n  Dòng hai, thụt vào.",
    "to": "all",
    "mode": "acknowledge",
}


@pytest.fixture
def office(app: FastAPI, runtime: Runtime) -> Office:
    return make_office(app, runtime)


def send(client: TestClient, step: str, **changes: object) -> tuple[int, str]:
    fields = {**FORM, "step": step, "form_token": form_token(client), **changes}
    answer = client.post("/post", data=fields)
    return answer.status_code, answer.headers.get("location") or answer.text


def count(runtime: Runtime, table: Table) -> int:
    with runtime.sessions() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def test_only_the_secretariat_sees_the_form_and_can_send_it(office: Office) -> None:
    assert office.seen_by("/post") == {"secretariat"}
    assert office.done_by("/post", {**FORM, "step": "preview"}) == {"secretariat"}
    assert office.done_by("/post", {**FORM, "step": "edit"}) == {"secretariat"}
    assert office.done_by("/post", {**FORM, "step": "post"}) == {"secretariat"}
    assert count(office.runtime, documents) == 1


def test_the_form_offers_every_type_of_document_in_its_group(office: Office) -> None:
    with office.visit("secretariat") as client:
        shown = client.get("/post").text
    choice = shown.split('name="type_code"')[1].split("</select>")[0]
    assert re.findall(r'<option value="([^"]+)"', choice) == [kind.code for kind in DOCUMENT_TYPES]
    assert "Văn bản hành chính" in shown


def test_each_form_has_a_key_of_its_own(office: Office) -> None:
    with office.visit("secretariat") as client:
        keys = {re.findall(r'name="key" value="([^"]+)"', client.get("/post").text)[0] for _ in range(2)}
    assert len(keys) == 2


def test_a_unit_shows_how_many_people_it_holds_with_those_below_it(office: Office) -> None:
    with office.visit("secretariat") as client:
        shown = text_of(client.get("/post").text)
    assert "Phòng Một 2 2" in shown
    assert "Phòng Hai 1 0" in shown


def test_the_preview_tells_how_many_and_posts_nothing(office: Office) -> None:
    with office.visit("secretariat") as client:
        status, shown = send(client, "preview", due_date="5d")
    assert status == 200
    assert "Phát hành cho 9 người" in shown
    assert "8 người trong đó được gửi thư, 1 người chỉ có hộp văn bản" in text_of(shown)
    assert "Từng người phải xác nhận trước 17:00" in text_of(shown)
    assert count(office.runtime, documents) == 0


@pytest.mark.parametrize(
    ("due_date", "due_time", "wrong", "sentence"),
    [
        ("5d", "25:00", {"due_time"}, "'25:00' không phải là giờ trong ngày; ghi giờ:phút, từ 00:00 đến 23:59."),
        ("01/12/2026", "9h30", {"due_time"}, "'9h30' không phải là giờ trong ngày"),
        ("01/12/2026 10:00", "10:00", {"due_time"}, "Ô ngày đã ghi giờ; chỉ ghi giờ ở một ô."),
        ("5d 10:00", "10:00", {"due_time"}, "Ô ngày đã ghi giờ"),
        ("hôm sau", "16:00", {"due_date"}, "'hôm sau' không phải là ngày"),
        ("hôm sau", "24:00", {"due_date", "due_time"}, "'24:00' không phải là giờ trong ngày"),
        ("", "16:00", {"due_date"}, "Đã ghi giờ hết hạn; ghi cả ngày, hoặc xóa giờ."),
        ("", "4 giờ", {"due_time"}, "'4 giờ' không phải là giờ trong ngày"),
    ],
)
def test_a_bad_hour_is_named_at_its_own_field(
    office: Office, due_date: str, due_time: str, wrong: set[str], sentence: str
) -> None:
    with office.visit("secretariat") as client:
        for step in ("preview", "post"):
            _, shown = send(client, step, due_date=due_date, due_time=due_time)
            form = form_to(shown, "/post")
            assert form.wrong == wrong
            assert (form.values["due_date"], form.values["due_time"]) == (due_date, due_time)
            assert sentence in html.unescape(text_of(shown))


@pytest.mark.parametrize(
    ("chosen", "reached"),
    [
        ({"to": "chosen", "unit": "P1"}, 2),
        ({"to": "chosen", "unit": ["P1", "P2"]}, 3),
        ({"to": "chosen", "staff_class": "nguoi-lao-dong"}, 1),
        ({"to": "chosen", "unit": ["P1", "P2"], "staff_class": "cong-chuc"}, 2),
        ({"to": "written", "audience": "unit:P1,-person:CUC"}, 1),
        ({"to": "written", "audience": "Unit:p1,-PERSON:cuc"}, 1),
    ],
)
def test_units_and_classes_chosen_together_narrow_each_other(
    office: Office, chosen: dict[str, object], reached: int
) -> None:
    with office.visit("secretariat") as client:
        _, shown = send(client, "preview", **chosen)
    assert f"Phát hành cho {reached} người" in shown


@pytest.mark.parametrize(
    ("mistake", "sentence"),
    [
        ({"title": " "}, "Văn bản cần có trích yếu."),
        ({"type_code": ""}, "Chọn loại văn bản."),
        ({"type_code": "XX"}, "Không có loại văn bản"),
        ({"issued_on": "31/02/2018"}, "31/02/2018"),
        ({"due_date": "01/01/2018"}, "đã qua"),
        ({"due_date": "hôm sau"}, "không phải là ngày"),
        ({"due_date": "01/12/2026 25:00"}, "không phải là ngày"),
        ({"due_date": "31/12/2999"}, "cách nay hơn năm năm"),
        ({"due_date": "5d", "due_since": "31/12/9999"}, "không phải là ngày"),
        ({"due_date": "5d", "due_since": "01/01/0001"}, "đã qua"),
        ({"urgency": "rất gấp"}, "Không có mức độ khẩn"),
        ({"due_time": "16:00"}, "Đã ghi giờ hết hạn; ghi cả ngày, hoặc xóa giờ."),
        ({"body": "Kính gửi\r\nTỐI MẬT\r\n"}, "Văn bản có dấu TỐI MẬT"),
        ({"to": "written", "audience": "unit:KHONG"}, "danh bạ không có đơn vị này."),
        ({"to": "written", "audience": "person:BINH,-person:BINH"}, "không có ai"),
        ({"to": "written", "audience": ""}, "Chưa ghi người nhận."),
        ({"to": "written", "audience": "everyone"}, "không đúng; ghi all, unit:MÃ, class:LOẠI,"),
        ({"to": "written", "audience": "class:linh"}, "các loại là cong-chuc, vien-chuc và nguoi-lao-dong."),
        ({"to": "written", "audience": "group:khong"}, "danh bạ không có nhóm này."),
        ({"to": "chosen"}, "Chọn ít nhất một đơn vị hoặc một loại."),
        ({"to": "all", "unit": "P1"}, "Đã đánh dấu đơn vị"),
        ({"to": "all", "audience": "unit:P1"}, "Đã ghi biểu thức"),
    ],
)
def test_a_mistake_is_named_at_either_step_and_everything_typed_is_still_there(
    office: Office, mistake: dict[str, str], sentence: str
) -> None:
    typed = {"message": "Đọc trước giao ban & báo lại", **mistake}
    with office.visit("secretariat") as client:
        for step in ("preview", "post"):
            status, shown = send(client, step, **typed)
            assert status == 422
            assert sentence in shown
            assert "Đọc trước giao ban &amp; báo lại" in shown
            assert 'value="12/KH-SKHCN"' in shown
            assert 'value="a key of this form"' in shown
    assert count(office.runtime, documents) == 0


def test_every_mistake_is_named_at_once(office: Office) -> None:
    with office.visit("secretariat") as client:
        _, shown = send(client, "preview", title="", issued_on="x", due_date="x", to="written", audience="unit:X")
    assert "Còn 4 chỗ cần sửa" in shown
    assert shown.count('aria-invalid="true"') == 4


def test_posting_leads_to_the_page_of_the_distribution(office: Office) -> None:
    with office.visit("secretariat") as client:
        status, way = send(client, "post", to="chosen", unit="P1")
        assert (status, re.sub(r"\d+", "N", way)) == (303, "/distributions/N")
        assert client.get(way).status_code == 200
    with office.runtime.sessions() as session:
        posted = session.execute(select(distributions)).mappings().one()
    assert (posted["audience"], posted["mode"]) == ("unit:P1", "acknowledge")


def test_the_text_is_kept_to_the_letter_through_both_steps(office: Office) -> None:
    with office.visit("secretariat") as client:
        _, preview = send(client, "preview", body='\r\n  "Điều 1" <b>&amp;</b>\r\n')
        carried = re.search(r'name="body" value="([^"]*)"', preview)
    assert carried
    assert carried[1] == "\n  &#34;Điều 1&#34; &lt;b&gt;&amp;amp;&lt;/b&gt;\n"


def test_working_days_are_counted_from_the_day_of_the_preview_and_skip_holidays(
    office: Office, clock: FakeClock
) -> None:
    clock.now = datetime(2026, 11, 20, 22, 41, tzinfo=OFFICE_ZONE)
    with office.visit("secretariat") as client:
        _, preview = send(client, "preview", due_date="5d")
        clock.move(timedelta(hours=2))
        fields = {"due_date": "5d", "due_since": "20/11/2026"}
        assert all(f'name="{name}" value="{value}"' in preview for name, value in fields.items())
        status, _ = send(client, "post", **fields)
    shown = text_of(preview)
    assert "Hạn: 5 ngày làm việc, tức 17:00 thứ Hai, 30/11/2026." in shown
    assert "Không tính thứ Ba, 24/11/2026: Ngày Văn hóa Việt Nam" in shown
    assert status == 303
    with office.runtime.sessions() as session:
        kept = session.execute(select(distributions.c.due_at, distributions.c.due_days)).one()
    assert kept == (datetime(2026, 11, 30, 17, tzinfo=OFFICE_ZONE), 5)


def test_a_deadline_on_a_day_off_is_pointed_out(office: Office, clock: FakeClock) -> None:
    clock.now = datetime(2026, 11, 20, 9, 41, tzinfo=OFFICE_ZONE)
    with office.visit("secretariat") as client:
        _, preview = send(client, "preview", due_date="24/11/2026", due_time="10:00")
    assert "Hạn: 10:00 thứ Ba, 24/11/2026. Ngày hết hạn là ngày không làm việc: Ngày Văn hóa" in text_of(preview)


def test_pressing_twice_posts_once(office: Office) -> None:
    with office.visit("secretariat") as client:
        first, again = send(client, "post"), send(client, "post")
    assert first == again
    assert count(office.runtime, distributions) == 1


def test_changing_the_form_after_posting_asks_before_it_posts_another(office: Office) -> None:
    with office.visit("secretariat") as client:
        send(client, "post")
        status, shown = send(client, "post", title="Một văn bản khác")
        assert status == 409
        assert "Biểu mẫu này đã phát hành một văn bản" in shown
        assert count(office.runtime, distributions) == 1
        key = re.findall(r'name="key" value="([^"]+)"', shown)[0]
        send(client, "post", title="Một văn bản khác", key=key)
    assert count(office.runtime, distributions) == 2


def test_going_back_shows_the_form_as_it_was(office: Office) -> None:
    with office.visit("secretariat") as client:
        status, shown = send(client, "edit", to="chosen", unit="P1", staff_class="cong-chuc")
    assert status == 200
    assert re.search(r'value="P1" checked', shown)
    assert re.search(r'value="cong-chuc" checked', shown)
    assert not re.search(r'value="P2" checked', shown)


def test_files_are_kept_with_the_document(office: Office) -> None:
    attached = [
        ("files", ("kế hoạch.pdf", b"%PDF-1.7", "application/pdf")),
        ("files", ("phụ lục.txt", b"abc", "text/plain")),
    ]
    with office.visit("secretariat") as client:
        fields = {**FORM, "step": "post", "form_token": form_token(client)}
        assert client.post("/post", data=fields, files=attached).status_code == 303
    with office.runtime.sessions() as session:
        kept = session.execute(select(files.c.name, files.c.content).order_by(files.c.position)).all()
    assert [tuple(row) for row in kept] == [("kế hoạch.pdf", b"%PDF-1.7"), ("phụ lục.txt", b"abc")]


def test_a_file_over_the_limit_is_named_where_it_was_chosen_and_costs_nothing_that_was_written(
    office: Office, site: Site
) -> None:
    policy = replace(site.runtime.policy, max_file_bytes=1000)
    strict = replace(office, app=make_app(replace(site, runtime=replace(site.runtime, policy=policy))))
    with strict.visit("secretariat") as client:
        fields = {**FORM, "step": "post", "form_token": form_token(client)}
        answer = client.post("/post", data=fields, files=[("files", ("lon.pdf", b"x" * 2000, "application/pdf"))])
    assert answer.status_code == 413
    form = form_to(answer.text, "/post")
    assert form.wrong == {"files"}
    assert "Tệp lon.pdf vượt quá giới hạn" in answer.text
    assert "Chọn lại các tệp." in answer.text
    assert {name: form.values[name] for name in FORM} == {**FORM, "body": "Dòng một.\n\n  Dòng hai, thụt vào."}
    assert count(office.runtime, documents) == 0


def test_a_request_over_the_limit_is_refused(office: Office) -> None:
    with office.visit("secretariat") as client:
        fields = {**FORM, "step": "post", "form_token": form_token(client)}
        answer = client.post("/post", data=fields, files=[("files", ("lon.pdf", b"x" * 3_100_000, "application/pdf"))])
    assert answer.status_code == 413
    assert count(office.runtime, documents) == 0


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("title", "Mục trích yếu dài quá 2000 ký tự."),
        ("number", "Mục số, ký hiệu dài quá 200 ký tự."),
        ("issuing_body", "Mục cơ quan ban hành dài quá 500 ký tự."),
        ("signer_position", "Mục chức vụ người ký dài quá 500 ký tự."),
        ("signer_name", "Mục họ tên người ký dài quá 500 ký tự."),
        ("message", "Mục lời văn thư gửi kèm dài quá 5000 ký tự."),
    ],
)
def test_a_text_longer_than_its_field_is_refused_beside_it(office: Office, field: str, sentence: str) -> None:
    with office.visit("secretariat") as client:
        status, shown = send(client, "preview", **{field: "x" * 5001})
    assert status == 422
    assert sentence in shown.split(f'id="{field}-note">')[1].split("</p>")[0]


def test_an_audience_beyond_its_limits_is_refused_beside_it(office: Office) -> None:
    for audience, sentence in (
        (",".join(f"person:{number}" for number in range(501)), "Nơi nhận có 501 mục, nhiều nhất là 500"),
        ("x" * 20_001, "Mục nơi nhận dài quá 20000 ký tự."),
    ):
        with office.visit("secretariat") as client:
            status, shown = send(client, "preview", to="written", audience=audience)
        assert status == 422
        assert sentence in shown.split('id="audience-note"')[1]


def test_a_number_that_was_used_this_year_is_pointed_out_and_not_refused(office: Office) -> None:
    with office.visit("secretariat") as client:
        _, way = send(client, "post")
        status, shown = send(client, "preview", key="another")
    assert status == 200
    assert "Số, ký hiệu này đã có trong năm" in shown
    assert f'href="{way}"' in shown


@pytest.mark.parametrize("due", ["5d", "31/12/2030"])
def test_a_deadline_of_a_posting_for_information_is_a_mistake_beside_the_field(office: Office, due: str) -> None:
    with office.visit("secretariat") as client:
        for step in ("preview", "post"):
            status, shown = send(client, step, mode="inform", due_date=due)
            assert status == 422
            assert "văn bản gửi để biết thì không có hạn" in shown
        assert send(client, "preview", mode="inform")[0] == 200
    assert count(office.runtime, documents) == 0


def test_without_the_sessions_token_nothing_is_posted(office: Office) -> None:
    with office.visit("secretariat") as client:
        assert client.post("/post", data={**FORM, "step": "post", "form_token": "x"}).status_code == 403
    assert count(office.runtime, documents) == 0
