"""Lan is on the list, Minh is not; nobody but Lan confirms for Lan, and only by the button."""

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

import pytest
from fastapi import FastAPI
from sqlalchemy import func, insert, select, true
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from service.actions.record_absence import Period, exempt, record_absence
from service.domain.documents import Mode, NewFile, Signer, SigningAuthority, Urgency
from service.domain.receipts import Route, State
from service.domain.roles import OPERATOR, Role
from service.runtime import Runtime
from service.store.grants import Grant, add_grant
from service.store.receipts import MOST_OWED, StateFact, facts_of
from service.store.tables import distributions, receipts
from service.web.app import make_app
from service.web.site import Site
from tests.fakes import FakeClock
from tests.makers import LONG_AGO, make_account
from tests.web.conftest import PASSWORD, Employee, browser, form_token, mail_link, make_employee, send, sign_in
from tests.web.office import EVERYBODY, make_office, text_of

CONFIRMED = "Đã ghi nhận xác nhận"
BUTTON = "Tôi đã đọc và nắm nội dung</button>"


@pytest.fixture
def as_lan(client: TestClient, lan: Employee) -> TestClient:
    sign_in(client, lan.username)
    return client


def recorded(runtime: Runtime, distribution: int, reader: Employee) -> list[StateFact]:
    with runtime.sessions() as session:
        return facts_of(session, distribution, reader.person_id)


def confirm(client: TestClient, distribution: int, **changes: str) -> int:
    form = {"revision": "1", "form_token": form_token(client), **changes}
    return client.post(f"/inbox/{distribution}/acknowledge", data=form).status_code


def test_the_start_page_leads_a_person_to_the_inbox(as_lan: TestClient) -> None:
    assert as_lan.get("/").headers["location"] == "/inbox"


def test_an_empty_inbox_says_so(as_lan: TestClient) -> None:
    shown = as_lan.get("/inbox").text
    assert "Không còn văn bản nào cần xác nhận" in shown
    assert "Chưa có văn bản nào khác" in shown


def test_what_must_be_confirmed_comes_first_by_urgency_then_deadline(
    as_lan: TestClient, runtime: Runtime, clock: FakeClock
) -> None:
    send(runtime, title="Văn bản để biết", mode=Mode.INFORM)
    send(runtime, title="Hạn tuần sau", due=clock.now + timedelta(days=7))
    send(runtime, title="Hạn ngày mai", due=clock.now + timedelta(days=1))
    send(runtime, title="Công điện hỏa tốc", urgency=Urgency.FLASH)
    shown = as_lan.get("/inbox").text
    titles = ("Công điện hỏa tốc", "Hạn ngày mai", "Hạn tuần sau", "Văn bản để biết")
    places = [shown.index(title) for title in titles]
    assert places == sorted(places)
    assert "3 văn bản cần xác nhận. 1 văn bản để biết chưa đọc." in shown


def test_late_and_today_are_said_in_words(as_lan: TestClient, runtime: Runtime, clock: FakeClock) -> None:
    clock.now = clock.now.replace(hour=8, minute=0)
    send(runtime, due=clock.now.replace(hour=10))
    assert "Hôm nay, 10:00" in as_lan.get("/inbox").text
    clock.move(timedelta(hours=3))
    shown = as_lan.get("/inbox").text
    assert "Quá hạn" in shown
    assert "trong đó 1 quá hạn" in shown


def test_an_unread_document_is_marked_until_it_is_opened(as_lan: TestClient, runtime: Runtime) -> None:
    distribution = send(runtime)
    assert "Chưa đọc. " in as_lan.get("/inbox").text
    as_lan.get(f"/inbox/{distribution}")
    shown = as_lan.get("/inbox").text
    assert "Chưa đọc. " not in shown
    assert "Đã xem" in shown


def test_the_rest_of_the_inbox_is_paged_to_its_end(as_lan: TestClient, runtime: Runtime) -> None:
    sent = [send(runtime, title=f"Bản tin {number:02}", mode=Mode.INFORM) for number in range(21)]
    first = as_lan.get("/inbox").text
    assert "Bản tin 20" in first
    assert "Bản tin 00" not in first
    second = as_lan.get(f"/inbox?before={sent[1]}").text
    assert f'href="/inbox?before={sent[1]}"' in first
    assert "Bản tin 00" in second
    assert "Bản tin 01" not in second
    assert "Hết danh sách" in second


def test_of_very_many_that_must_be_confirmed_the_first_are_shown_and_the_rest_is_counted(
    as_lan: TestClient, runtime: Runtime
) -> None:
    first = send(runtime)
    with runtime.sessions.begin() as session:
        _send_again(session, first, MOST_OWED + 1)
    shown = as_lan.get("/inbox").text
    assert shown.count('href="/inbox/') == MOST_OWED
    assert f'<span class="count">{MOST_OWED + 2}</span>' in shown
    assert "Còn 2 văn bản cần xác nhận nữa" in text_of(shown)


def _send_again(session: Session, distribution_id: int, times: int) -> None:
    """The same document to the same people, as rows alone."""
    d, r = distributions.c, receipts.c
    copied = [column for column in d if column.name != "id"]
    again = (
        select(*copied).join(func.generate_series(1, times).table_valued("n"), true()).where(d.id == distribution_id)
    )
    session.execute(insert(distributions).from_select([column.name for column in copied], again))
    lines = [column for column in r if column.name != "distribution_id"]
    other = distributions.alias("other")
    listed = select(other.c.id, *lines).join(receipts, r.distribution_id == distribution_id)
    columns = ["distribution_id", *(column.name for column in lines)]
    session.execute(insert(receipts).from_select(columns, listed.where(other.c.id > distribution_id)))


def test_the_document_page_shows_the_text_to_the_letter_and_leaves_out_what_is_unknown(
    as_lan: TestClient, runtime: Runtime
) -> None:
    body = 'Điều 1. <b>Không đổi</b> một chữ;\nkể cả "dấu" & lỗi chính tả./.'
    distribution = send(runtime, body=body, number="", issuing_body="")
    shown = as_lan.get(f"/inbox/{distribution}").text
    assert "Điều 1. &lt;b&gt;Không đổi&lt;/b&gt; một chữ;<br>" in shown
    assert "kể cả &#34;dấu&#34; &amp; lỗi chính tả./." in shown
    for label in ("Số, ký hiệu", "Ngày văn bản", "Cơ quan ban hành", "Người ký", "None"):
        assert label not in shown


def test_the_document_page_shows_everything_the_document_says(as_lan: TestClient, runtime: Runtime) -> None:
    signer = Signer(SigningAuthority.DEPUTY, "Phó Giám đốc", "Lê Văn Mẫu")
    message = "Các đồng chí đọc kỹ mục 2."
    distribution = send(
        runtime, issued_on=date(2018, 3, 2), signer=signer, message=message, urgency=Urgency.VERY_URGENT
    )
    shown = as_lan.get(f"/inbox/{distribution}").text
    for text in ("12/KH-SKHCN", "02/03/2018", "Kế hoạch", "KT. Phó Giám đốc Lê Văn Mẫu", message, "Thượng khẩn"):
        assert text in shown


def test_the_statement_names_person_document_and_revision(as_lan: TestClient, runtime: Runtime) -> None:
    shown = as_lan.get(f"/inbox/{send(runtime)}").text
    statement = shown[shown.index("<blockquote>") : shown.index("</blockquote>")]
    for text in ("Trần Thị Lan", "Phòng Thử nghiệm", "12/KH-SKHCN", "bản 1"):
        assert text in statement
    assert shown.count(BUTTON) == 1


def test_a_document_for_information_asks_for_nothing(as_lan: TestClient, runtime: Runtime, lan: Employee) -> None:
    distribution = send(runtime, mode=Mode.INFORM)
    shown = as_lan.get(f"/inbox/{distribution}").text
    assert BUTTON not in shown
    assert "không phải xác nhận" in shown
    assert confirm(as_lan, distribution) == 422
    assert [fact.state for fact in recorded(runtime, distribution, lan)] == [State.OPENED]


def test_opening_the_page_records_opening_and_never_confirms(
    as_lan: TestClient, runtime: Runtime, lan: Employee
) -> None:
    distribution = send(runtime)
    as_lan.get(f"/inbox/{distribution}")
    as_lan.get(mail_link(runtime, distribution, lan))
    facts = recorded(runtime, distribution, lan)
    assert [(fact.state, fact.route) for fact in facts] == [(State.OPENED, Route.INBOX)]


def test_the_button_confirms_and_the_stamp_shows_the_first_time(
    as_lan: TestClient, runtime: Runtime, clock: FakeClock
) -> None:
    distribution = send(runtime)
    clock.now = clock.now.replace(hour=9, minute=46)
    assert confirm(as_lan, distribution) == 303
    clock.move(timedelta(hours=1))
    assert confirm(as_lan, distribution) == 303
    shown = as_lan.get(f"/inbox/{distribution}").text
    assert CONFIRMED in shown
    assert f"09:46, ngày {clock.now:%d/%m/%Y}" in shown
    assert "10:46" not in shown[shown.index("seal-t") : shown.index("</section>")]
    assert BUTTON not in shown


def test_a_late_confirmation_is_taken_and_marked(as_lan: TestClient, runtime: Runtime, clock: FakeClock) -> None:
    distribution = send(runtime, due=clock.now + timedelta(hours=1))
    clock.move(timedelta(hours=2))
    assert "Vẫn xác nhận được" in as_lan.get(f"/inbox/{distribution}").text
    assert confirm(as_lan, distribution) == 303
    assert "Sau hạn" in as_lan.get(f"/inbox/{distribution}").text


def test_after_confirming_the_page_leads_to_the_next_document(as_lan: TestClient, runtime: Runtime) -> None:
    first, second = send(runtime), send(runtime, title="Văn bản tiếp theo")
    confirm(as_lan, first)
    assert f'href="/inbox/{second}"' in as_lan.get(f"/inbox/{first}").text


def test_the_reader_sees_exactly_what_is_recorded(as_lan: TestClient, runtime: Runtime, lan: Employee) -> None:
    distribution = send(runtime)
    confirm(as_lan, distribution, via=mail_link(runtime, distribution, lan).partition("=")[2])
    shown = as_lan.get(f"/inbox/{distribution}").text
    recorded_part = shown[shown.index('id="ghi-lai"') :]
    for text in ("Vào hộp văn bản", "Thư: đang chờ gửi", "lan@skhcn.example", "Đã xác nhận", "Theo liên kết trong thư"):
        assert text in recorded_part


def test_the_reader_sees_excuses_and_the_sign_in_that_counts(
    as_lan: TestClient, runtime: Runtime, lan: Employee, clock: FakeClock
) -> None:
    distribution = send(runtime, due=None)
    clock.move(timedelta(minutes=1))
    sign_in(as_lan, lan.username)
    record_absence(runtime, OPERATOR, lan.person_id, Period(clock.now.date(), clock.now.date()), "đi công tác")
    exempt(runtime, OPERATOR, distribution, lan.person_id, "đã dự họp")
    shown = as_lan.get(f"/inbox/{distribution}").text
    recorded_part = shown[shown.index('id="ghi-lai"') :]
    for text in ("Đăng nhập lần đầu sau khi văn bản được gửi", "Ghi vắng có lý do", "đi công tác", "đã dự họp"):
        assert text in recorded_part


def test_a_revision_that_is_not_in_force_cannot_be_confirmed(
    as_lan: TestClient, runtime: Runtime, lan: Employee
) -> None:
    distribution = send(runtime)
    assert confirm(as_lan, distribution, revision="2") == 409
    assert confirm(as_lan, distribution, revision="x") == 422
    assert recorded(runtime, distribution, lan) == []


def test_what_was_not_sent_to_me_does_not_exist(app: FastAPI, runtime: Runtime, lan: Employee, minh: Employee) -> None:
    file = NewFile("a.pdf", "application/pdf", b"%PDF-")
    distribution = send(runtime, files=(file,))
    stranger = browser(app)
    sign_in(stranger, minh.username)
    assert stranger.get(f"/inbox/{distribution}").status_code == 404
    assert stranger.get(f"/inbox/{distribution}/files/1").status_code == 404
    assert confirm(stranger, distribution) == 404
    assert stranger.get(f"/inbox/{distribution + 1}").status_code == 404
    assert recorded(runtime, distribution, lan) == []


@pytest.mark.parametrize("role", [Role.MANAGER, Role.SECRETARIAT, Role.LEADERSHIP, Role.ADMINISTRATOR])
def test_no_role_reads_the_inbox_of_another(client: TestClient, runtime: Runtime, lan: Employee, role: Role) -> None:
    distribution = send(runtime)
    powerful = make_employee(runtime)
    with runtime.sessions.begin() as session:
        add_grant(session, powerful.account_id, Grant(role, None, LONG_AGO, None), granted_by=None)
    sign_in(client, powerful.username)
    assert client.get(f"/inbox/{distribution}").status_code == 404
    assert confirm(client, distribution) == 404
    assert recorded(runtime, distribution, lan) == []


def test_an_account_without_a_person_has_no_inbox(client: TestClient, runtime: Runtime) -> None:
    with runtime.sessions.begin() as session:
        make_account(session, username="quantri", password=PASSWORD)
    sign_in(client, "quantri")
    assert client.get("/inbox").status_code == 404
    assert client.get("/history").status_code == 404


def test_a_file_goes_to_its_readers_byte_for_byte(as_lan: TestClient, runtime: Runtime) -> None:
    content = bytes(range(256)) * 10
    file = NewFile("Kế hoạch “2018”.docx", "text/html", content)
    distribution = send(runtime, files=(file,))
    page = as_lan.get(f"/inbox/{distribution}").text
    link = page[page.index(f"/inbox/{distribution}/files/") :].partition('"')[0]
    answered = as_lan.get(link)
    assert sha256(answered.content).hexdigest() == file.meta.sha256
    assert answered.headers["content-type"] == "application/octet-stream"
    assert answered.headers["content-disposition"].startswith("attachment; filename*=UTF-8''K%E1%BA%BF%20ho")
    assert answered.headers["content-security-policy"] == "sandbox"
    other = send(runtime)
    assert as_lan.get(link.replace(f"/inbox/{distribution}/", f"/inbox/{other}/")).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.SECRETARIAT, 200), (Role.LEADERSHIP, 200), (Role.AUDITOR, 404), (Role.MANAGER, 404)],
)
def test_who_reads_every_document_gets_its_files(
    client: TestClient, runtime: Runtime, lan: Employee, role: Role, status: int
) -> None:
    distribution = send(runtime, files=(NewFile("a.pdf", "application/pdf", b"%PDF-1.7"),))
    reader = make_employee(runtime)
    with runtime.sessions.begin() as session:
        add_grant(session, reader.account_id, Grant(role, None, LONG_AGO, None), granted_by=None)
    sign_in(client, reader.username)
    assert client.get(f"/inbox/{distribution}/files/1").status_code == status


def test_a_pdf_may_be_shown_by_the_browser(as_lan: TestClient, runtime: Runtime) -> None:
    distribution = send(runtime, files=(NewFile("a.pdf", "application/pdf", b"%PDF-1.7"),))
    page = as_lan.get(f"/inbox/{distribution}").text
    answered = as_lan.get(page[page.index(f"/inbox/{distribution}/files/") :].partition('"')[0])
    assert answered.headers["content-type"] == "application/pdf"
    assert answered.headers["content-disposition"] == "inline; filename*=UTF-8''a.pdf"


def test_my_history_lists_my_own_confirmations(as_lan: TestClient, runtime: Runtime) -> None:
    assert "Chưa xác nhận văn bản nào" in as_lan.get("/history").text
    distribution = send(runtime, title="Quy tắc ứng xử")
    confirm(as_lan, distribution)
    shown = as_lan.get("/history").text
    assert "Quy tắc ứng xử" in shown
    assert "Từ hộp văn bản" in shown


def test_the_catcher_is_announced_on_every_page(site: Site, lan: Employee) -> None:
    notice = "Thư đang được giữ trên máy này, không gửi ra ngoài"
    without, catching = browser(make_app(site)), browser(make_app(replace(site, catcher_url="http://localhost:8025")))
    sign_in(catching, lan.username)
    assert notice not in without.get("/sign-in").text
    for path in ("/inbox", "/history", "/khong-co"):
        assert notice in catching.get(path).text


def test_only_who_may_read_the_caught_letters_is_led_to_them(site: Site, runtime: Runtime) -> None:
    link = "http://localhost:8025"
    office = make_office(make_app(replace(site, catcher_url=link)), runtime)
    led = set()
    for role in EVERYBODY:
        with office.visit(role) as client:
            if link in client.get("/inbox").text:
                led.add(role)
    assert led == {"secretariat", "administrator"}
    assert link not in browser(office.app).get("/sign-in").text
