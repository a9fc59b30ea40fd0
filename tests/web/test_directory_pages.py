"""The directory as the secretariat and a manager see it, excuses, and the import of a file."""

import re
from datetime import date

import pytest
from fastapi import FastAPI
from sqlalchemy import Table, func, select, update
from starlette.testclient import TestClient

from service.actions.acknowledge import acknowledge
from service.domain.documents import Mode
from service.domain.receipts import Route
from service.domain.roles import Role
from service.domain.vietnamese import date_short
from service.runtime import Runtime
from service.store.grants import Grant, add_grant
from service.store.tables import absences, exemptions, memberships, people, receipts
from service.web.pages.directory_import import CARRIED_BYTES
from tests.fakes import OFFICE_ZONE, FakeClock
from tests.makers import LONG_AGO, make_actor, make_person
from tests.web.conftest import form_token, send
from tests.web.forms import form_to
from tests.web.office import Office, make_office, text_of

BINH = "/directory/people/BINH"
DUNG = "/directory/people/DUNG"
UNITS = "Mã,Tên đơn vị,Mã đơn vị cấp trên\nSO,Sở Thử nghiệm,\nP9,Phòng Chín,SO\n"
HEAD = "Mã,Họ đệm,Tên,Loại,Mã đơn vị,Email\n"
NEW = f"{HEAD}MOI,Nguyễn Thị,Mới,Viên chức,P1,moi@skhcn.example\n"


@pytest.fixture
def office(app: FastAPI, runtime: Runtime) -> Office:
    return make_office(app, runtime)


def shown_to(office: Office, who: str, path: str) -> str:
    with office.visit(who) as client:
        return text_of(client.get(path).text)


def fill(client: TestClient, path: str, **fields: str) -> tuple[int, str]:
    answer = client.post(path, data={**fields, "form_token": form_token(client)})
    return answer.status_code, answer.headers.get("location") or text_of(answer.text)


def count(runtime: Runtime, table: Table) -> int:
    with runtime.sessions() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def test_who_looks_people_up(office: Office) -> None:
    assert office.seen_by("/directory") == {"secretariat", "administrator", "manager"}


def test_the_whole_office_stands_in_office_order(office: Office) -> None:
    shown = shown_to(office, "secretariat", "/directory")
    assert shown.index("Trần Văn Bình") < shown.index("Lê Thị Cúc") < shown.index("Đặng Dũng")
    assert "Sở Thử nghiệm 9" in shown
    assert "Phòng Một 2" in shown


@pytest.mark.parametrize("sought", ["dang dung", "Đặng Dũng", "DUNG", "đặng"])
def test_people_are_found_without_accents(office: Office, sought: str) -> None:
    shown = shown_to(office, "secretariat", f"/directory?q={sought}")
    assert "Đặng Dũng" in shown
    assert "Trần Văn Bình" not in shown


def test_nobody_found_is_said(office: Office) -> None:
    assert "Không tìm thấy ai." in shown_to(office, "secretariat", "/directory?q=khong co ai")


@pytest.mark.parametrize("sought", ["%00", "%25", "_", "%5C", "a" * 200])
def test_whatever_is_sought_the_page_answers(office: Office, sought: str) -> None:
    with office.visit("secretariat") as client:
        assert client.get(f"/directory?q={sought}").status_code == 200


def test_a_unit_holds_those_below_it(office: Office) -> None:
    shown = shown_to(office, "secretariat", f"/directory?unit={office.units['P1']}")
    assert "Trần Văn Bình" in shown
    assert "Lê Thị Cúc" in shown
    assert "Đặng Dũng" not in shown


def test_a_manager_finds_the_own_people_alone(office: Office) -> None:
    for path in ("/directory", "/directory?q=d", f"/directory?unit={office.units['P2']}"):
        shown = shown_to(office, "manager", path)
        assert "Đặng Dũng" not in shown
        assert "Phòng Hai" not in shown
    assert "Lê Thị Cúc" in shown_to(office, "manager", "/directory")


def test_a_long_list_goes_on_on_the_next_page(office: Office) -> None:
    with office.runtime.sessions.begin() as session:
        for number in range(60):
            make_person(session, office.units["P2"], code=f"X{number:02}", given_name=f"Thứ {number:02}")
    with office.visit("secretariat") as client:
        first = client.get("/directory?q=thu").text
        way = re.findall(r'href="(/directory\?[^"]*after=[^"]+)"', first)[0].replace("&amp;", "&")
        second = client.get(way).text
    assert first.count("person-n") == 50
    assert second.count("person-n") == 10
    assert "Hết danh sách" in second


def test_a_cursor_that_no_page_gave_is_refused(office: Office) -> None:
    with office.visit("secretariat") as client:
        assert client.get("/directory?after=abc").status_code == 422


def test_who_sees_a_person(office: Office) -> None:
    assert office.seen_by(BINH) == {"secretariat", "administrator", "manager"}
    assert office.seen_by(DUNG) == {"secretariat", "administrator"}
    assert office.seen_by("/directory/people/NIEMAND") == set()


def test_a_code_with_a_slash_has_a_page(office: Office) -> None:
    with office.runtime.sessions.begin() as session:
        make_person(session, office.units["P1"], code="NV/01 a?", given_name="Gạch")
    with office.visit("secretariat") as client:
        way = re.findall(r'href="(/directory/people/NV[^"]+)"', client.get("/directory?q=gach").text)[0]
        assert "Gạch" in client.get(way).text


def test_an_administrator_sees_neither_papers_nor_absences(office: Office) -> None:
    send(office.runtime, "all")
    shown = shown_to(office, "administrator", BINH)
    assert "Tuyên truyền" not in shown
    assert "Vắng có lý do" not in shown


def test_a_manager_who_is_administrator_too_reads_reasons_of_the_own_people_alone(office: Office) -> None:
    with office.runtime.sessions.begin() as session:
        grant = Grant(Role.ADMINISTRATOR, None, LONG_AGO, None)
        add_grant(session, office.people["manager"].account_id, grant, granted_by=None)
    for path in (BINH, DUNG):
        with office.visit("secretariat") as client:
            fill(client, f"{path}/absences", first_day="01/03/2018", last_day="05/03/2018", reason="Nghỉ ốm")
    assert "Nghỉ ốm" in shown_to(office, "manager", BINH)
    shown = shown_to(office, "manager", DUNG)
    assert "Đặng Dũng" in shown
    assert "Nghỉ ốm" not in shown
    assert "Ghi vắng" not in shown


def test_a_manager_sees_what_was_sent_to_the_own_units_alone(office: Office) -> None:
    send(office.runtime, "person:BINH", title="Khi còn ở phòng khác")
    with office.runtime.sessions.begin() as session:
        session.execute(update(receipts).values(unit_id=office.units["P2"], unit_name="Phòng Hai"))
    send(office.runtime, "person:BINH", title="Khi đã về phòng này")
    shown = shown_to(office, "manager", BINH)
    assert "Khi đã về phòng này" in shown
    assert "Khi còn ở phòng khác" not in shown
    assert "Khi còn ở phòng khác" in shown_to(office, "secretariat", BINH)


def test_who_records_an_absence(office: Office) -> None:
    given = {"first_day": "01/03/2018", "last_day": "05/03/2018", "reason": "Nghỉ phép"}
    assert office.done_by(f"{BINH}/absences", given) == {"secretariat", "manager"}
    assert office.done_by(f"{DUNG}/absences", given) == {"secretariat"}
    # The manager's days are the secretariat's: recorded once.
    assert count(office.runtime, absences) == 2


def test_an_absence_stands_on_the_page_and_in_the_report(office: Office, runtime: Runtime) -> None:
    today = runtime.clock().date()
    distribution = send(runtime, "person:BINH")
    with office.visit("manager") as client:
        given = {"kind": "maternity", "first_day": f"{today:%d/%m/%Y}", "last_day": f"{today:%Y-%m-%d}"}
        assert fill(client, f"{BINH}/absences", **given) == (303, f"{BINH}#vang")
        assert "Nghỉ thai sản" in text_of(client.get(BINH).text)
        assert "1 vắng có lý do" in text_of(client.get(f"/distributions/{distribution}").text)
    with runtime.sessions() as session:
        kept = session.execute(select(absences)).mappings().one()
    assert (kept["first_day"], kept["last_day"]) == (today, today)
    assert kept["recorded_by"] == office.people["manager"].account_id


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"first_day": "31/02/2018", "last_day": "05/03/2018", "reason": "x"}, "không phải là ngày"),
        ({"first_day": "06/03/2018", "last_day": "05/03/2018", "reason": "x"}, "trước ngày bắt đầu"),
        ({"first_day": "01/03/2018", "last_day": "05/03/2218"}, "dài hơn năm năm"),
        ({"kind": "du lịch", "first_day": "01/03/2018", "last_day": "05/03/2018"}, "Không có loại vắng"),
        ({}, "không phải là ngày"),
    ],
)
def test_a_bad_absence_is_named_and_nothing_is_recorded(office: Office, given: dict[str, str], sentence: str) -> None:
    with office.visit("secretariat") as client:
        status, shown = fill(client, f"{BINH}/absences", **given)
        assert (status, sentence in shown) == (422, True)
    assert count(office.runtime, absences) == 0


def test_what_was_typed_for_an_absence_is_still_there(office: Office) -> None:
    with office.visit("secretariat") as client:
        given = {
            "first_day": "31/02/2018",
            "last_day": "05/03/2018",
            "reason": "Đi học",
            "form_token": form_token(client),
        }
        shown = client.post(f"{BINH}/absences", data=given).text
    assert all(f'value="{typed}"' in shown for typed in ("31/02/2018", "05/03/2018", "Đi học"))


def test_a_reason_longer_than_its_field_is_refused_beside_it(office: Office) -> None:
    distribution = send(office.runtime, "person:BINH")
    days = {"first_day": "01/03/2018", "last_day": "05/03/2018"}
    with office.visit("secretariat") as client:
        for way, given in (("absences", days), ("exemptions", {"distribution_id": str(distribution)})):
            status, shown = fill(client, f"{BINH}/{way}", reason="x" * 501, **given)
            assert (status, "Mục lý do dài quá 500 ký tự." in shown) == (422, True)
    assert count(office.runtime, absences) == count(office.runtime, exemptions) == 0


@pytest.mark.parametrize(
    ("days", "at", "sentence"),
    [
        (("01/03/2018", "04/03/2018"), "last_day", "trước ngày người này vào làm, 05/03/2018"),
        (("10/03/2018", "11/03/2018"), "first_day", "sau ngày làm việc cuối của người này, 09/03/2018"),
    ],
)
def test_days_outside_the_time_of_service_are_refused_where_they_were_typed(
    office: Office, days: tuple[str, str], at: str, sentence: str
) -> None:
    with office.runtime.sessions.begin() as session:
        unit, first, last = office.units["P1"], date(2018, 3, 5), date(2018, 3, 9)
        make_person(session, unit, code="MAI", active_from=first, active_to=last)
    path = "/directory/people/MAI/absences"
    with office.visit("manager") as client:
        given = dict(zip(("first_day", "last_day"), days, strict=True))
        answer = client.post(path, data={**given, "form_token": form_token(client)})
        told = client.post(
            "/api/v1/people/MAI/absences",
            json={name: "-".join(reversed(day.split("/"))) for name, day in given.items()},
            headers={"X-Form-Token": form_token(client)},
        )
    form = form_to(answer.text, path)
    assert (answer.status_code, form.wrong) == (422, {at})
    assert given.items() <= form.values.items()
    assert sentence in answer.text
    assert (told.status_code, told.json()["code"].startswith("absent-")) == (422, True)
    assert count(office.runtime, absences) == 0


def test_a_refused_exemption_comes_back_with_its_reason_in_its_own_form(office: Office) -> None:
    send(office.runtime, "person:BINH", number="11/KH-SKHCN")
    distribution = send(office.runtime, "person:BINH")
    with office.visit("manager") as client:
        given = {"distribution_id": str(distribution), "reason": "x" * 501, "form_token": form_token(client)}
        shown = client.post(f"{BINH}/exemptions", data=given).text
    assert shown.count(f'value="{"x" * 501}"') == 1
    assert re.search(rf'<p class="err" id="mien-{distribution}-note">.*dài quá 500 ký tự', shown)
    assert shown.count('class="err"') == 1


def test_days_that_overlap_another_kind_are_refused_by_name(office: Office) -> None:
    with office.visit("secretariat") as client:
        fill(client, f"{BINH}/absences", kind="study", first_day="01/03/2018", last_day="05/03/2018")
        given = {"kind": "illness", "first_day": "05/03/2018", "last_day": "06/03/2018"}
        status, shown = fill(client, f"{BINH}/absences", **given)
    assert (status, "đi học 01/03/2018 – 05/03/2018" in shown) == (422, True)
    assert count(office.runtime, absences) == 1


def test_an_absence_is_cut_short_or_withdrawn_on_the_page(office: Office) -> None:
    with office.visit("manager") as client:
        fill(client, f"{BINH}/absences", first_day="01/03/2018", last_day="09/03/2018")
        status, shown = fill(client, f"{BINH}/absences/withdraw", absence_id="1", ended_on="12/03/2018")
        assert (status, "phải từ ngày bắt đầu" in shown) == (422, True)
        assert fill(client, f"{BINH}/absences/withdraw", absence_id="1", ended_on="x")[0] == 422
        fill(client, f"{BINH}/absences/withdraw", absence_id="1", ended_on="02/03/2018")
        assert "Nghỉ phép, 01/03/2018 – 02/03/2018" in text_of(client.get(BINH).text)
        assert fill(client, f"{BINH}/absences/withdraw", absence_id="2", ended_on="") == (303, f"{BINH}#vang")
        assert fill(client, f"{BINH}/absences/withdraw", absence_id="2", ended_on="")[0] == 404
        assert text_of(client.get(BINH).text).count("Đã rút") == 2
    assert office.done_by(f"{DUNG}/absences/withdraw", {"absence_id": "1"}) == set(), "no absence of this person"


def test_an_exemption_is_lifted(office: Office) -> None:
    distribution = str(send(office.runtime, "person:BINH"))
    with office.visit("secretariat") as client:
        fill(client, f"{BINH}/exemptions", distribution_id=distribution, reason="Người ký văn bản")
    with office.visit("manager") as client:
        shown = text_of(client.get(BINH).text)
        assert "Nguyễn Văn Mẫu miễn" in shown, "by whom"
        assert fill(client, f"{BINH}/exemptions/lift", distribution_id=distribution) == (303, f"{BINH}#van-ban")
        assert fill(client, f"{BINH}/exemptions/lift", distribution_id=distribution)[0] == 404
        assert "Miễn người này" in text_of(client.get(BINH).text)
    assert office.done_by(f"{DUNG}/exemptions/lift", {"distribution_id": distribution}) == set()


def test_who_exempts(office: Office) -> None:
    distribution = send(office.runtime, "all")
    given = {"distribution_id": str(distribution), "reason": "Người ký văn bản"}
    assert office.done_by(f"{BINH}/exemptions", given) == {"secretariat", "manager"}
    assert office.done_by(f"{DUNG}/exemptions", given) == {"secretariat"}
    assert count(office.runtime, exemptions) == 2


def test_an_exemption_stands_with_its_reason(office: Office) -> None:
    distribution = send(office.runtime, "person:BINH")
    with office.visit("manager") as client:
        status, shown = fill(client, f"{BINH}/exemptions", distribution_id=str(distribution), reason="")
        assert (status, "Cần ghi lý do" in shown) == (422, True)
        fill(client, f"{BINH}/exemptions", distribution_id=str(distribution), reason="Người ký văn bản")
        assert "Miễn Người ký văn bản" in text_of(client.get(BINH).text)
        assert "1 miễn" in text_of(client.get(f"/distributions/{distribution}").text)


def test_nobody_is_exempted_from_what_was_not_sent_to_them(office: Office) -> None:
    with office.visit("secretariat") as client:
        assert fill(client, f"{BINH}/exemptions", distribution_id="999", reason="x")[0] == 404


@pytest.mark.parametrize("distribution", ["", "x", "9" * 40, "9" * 5000, "-1"])
def test_what_can_be_no_distribution_is_refused(office: Office, distribution: str) -> None:
    with office.visit("secretariat") as client:
        assert fill(client, f"{BINH}/exemptions", distribution_id=distribution, reason="x")[0] == 422


def test_who_confirmed_or_need_not_is_not_offered_an_exemption(office: Office) -> None:
    distribution = send(office.runtime, "person:BINH")
    send(office.runtime, "person:BINH", mode=Mode.INFORM)
    acknowledge(office.runtime, make_actor(person_id=office.people["binh"].person_id), distribution, 1, Route.INBOX)
    assert "Miễn người này" not in shown_to(office, "secretariat", BINH)


def test_the_page_of_a_leaver_stays_read_only_for_who_could_see_it_before(office: Office, clock: FakeClock) -> None:
    distribution = send(office.runtime, "person:BINH,person:DUNG")
    with office.runtime.sessions.begin() as session:
        gone = [office.people[name].person_id for name in ("binh", "dung")]
        session.execute(update(memberships).where(memberships.c.person_id.in_(gone)).values(valid_to=clock.now))
    assert office.seen_by(BINH) == {"secretariat", "administrator", "manager"}
    assert office.seen_by(DUNG) == {"secretariat", "administrator"}
    left_on = date_short(clock.now.astimezone(OFFICE_ZONE).date())
    for who in ("secretariat", "manager"):
        with office.visit(who) as client:
            html = client.get(BINH).text
            assert f"Phòng Một; đã nghỉ từ {left_on}" in text_of(html)
            assert "12/KH-SKHCN" in html
            assert f'action="{BINH}' not in html
            assert fill(client, f"{BINH}/exemptions", distribution_id=str(distribution), reason="Nghỉ")[0] == 404
            assert fill(client, f"{BINH}/absences", first_day="01/03/2027", last_day="02/03/2027")[0] == 404


def test_only_the_secretariat_imports(office: Office) -> None:
    assert office.seen_by("/directory/import") == {"secretariat"}
    assert office.done_by("/directory/import", {"step": "write"}) == {"secretariat"}
    assert "Nhập từ tệp" not in shown_to(office, "administrator", "/directory")


def upload(
    client: TestClient, content: str, step: str = "check", name: str = "nguoi.csv", **fields: str
) -> tuple[int, str]:
    sent = {**fields, "step": step, "form_token": form_token(client)}
    answer = client.post("/directory/import", data=sent, files={"files": (name, content.encode(), "text/csv")})
    return answer.status_code, answer.text


def staff(runtime: Runtime) -> int:
    with runtime.sessions() as session:
        return session.execute(
            select(func.count()).select_from(memberships).where(memberships.c.valid_to.is_(None))
        ).scalar_one()


def hidden(page: str) -> dict[str, str]:
    """What the page carries unseen to its second form."""
    return dict(re.findall(r'name="(digest|file_name|content)" value="([^"]*)"', page))


def write(client: TestClient, page: str, **fields: str) -> tuple[int, str]:
    sent = {**hidden(page), **fields, "step": "write", "form_token": form_token(client)}
    answer = client.post("/directory/import", data=sent)
    return answer.status_code, text_of(answer.text)


def test_a_file_is_looked_at_before_anything_is_written(office: Office) -> None:
    before = count(office.runtime, people)
    with office.visit("secretariat") as client:
        status, page = upload(client, NEW)
    shown = text_of(page)
    assert status == 200
    assert "Mới: 1" in shown
    assert "MOI Nguyễn Thị Mới" in shown
    assert "Rời cơ quan: 9" in shown
    assert "chưa có gì được ghi" in shown
    assert count(office.runtime, people) == before


def test_the_same_bytes_are_then_written(office: Office) -> None:
    with office.visit("secretariat") as client:
        _, page = upload(client, UNITS, name="don-vi.csv")
        status, shown = write(client, page)
        assert (status, "Đã nhập 1 thay đổi." in shown) == (200, True)
        assert "Phòng Chín" in text_of(client.get("/directory").text)


def test_refused_rows_are_named_by_line_column_and_reason_and_keep_everything_out(office: Office) -> None:
    before = count(office.runtime, people)
    with office.visit("secretariat") as client:
        _, page = upload(client, f"{NEW}HAI,Lê,Hai,Viên chức,KHONG,\n")
        assert "3 Mã đơn vị không có đơn vị &#39;KHONG&#39;" in text_of(page)
        status, shown = write(client, page)
    assert status == 422
    assert "1/2 dòng bị từ chối nên chưa nhận dòng nào" in shown
    assert count(office.runtime, people) == before


def test_the_good_rows_alone_are_taken_when_asked_for(office: Office) -> None:
    before = count(office.runtime, people)
    with office.visit("secretariat") as client:
        _, page = upload(client, f"{NEW}HAI,Lê,Hai,Viên chức,KHONG,\n")
        status, shown = write(client, page, take_good="1")
    assert (status, "1 dòng bị từ chối không được nhận" in shown) == (200, True)
    assert count(office.runtime, people) == before + 1


def test_so_many_leave_only_when_it_is_ticked(office: Office) -> None:
    before = staff(office.runtime)
    with office.visit("secretariat") as client:
        _, page = upload(client, NEW)
        assert "9/9 người trong danh bạ không có trong tệp và sẽ rời cơ quan" in text_of(page)
        status, shown = write(client, page)
        assert (status, "9/9 người trong danh bạ không có trong tệp nên chưa nhận gì" in shown) == (422, True)
        assert "Cho 9/9 người không có trong tệp rời cơ quan" in shown
        assert staff(office.runtime) == before
        status, shown = write(client, page, allow_leavers="1")
    assert (status, "Đã nhập 10 thay đổi." in shown) == (200, True)
    assert staff(office.runtime) == 1


def test_the_tick_is_not_offered_where_few_leave(office: Office) -> None:
    with office.visit("secretariat") as client:
        _, page = upload(client, UNITS, name="don-vi.csv")
    assert 'name="allow_leavers"' not in page


def test_a_file_that_changed_between_the_two_steps_is_shown_again(office: Office) -> None:
    before = count(office.runtime, people)
    with office.visit("secretariat") as client:
        _, page = upload(client, NEW)
        status, again = upload(client, NEW.replace("MOI", "KHAC"), "write", digest=hidden(page)["digest"])
    assert status == 409
    assert "không phải là tệp vừa xem" in again
    assert count(office.runtime, people) == before


def test_a_large_file_is_asked_for_again(office: Office) -> None:
    remark = "x" * (CARRIED_BYTES // 20)
    rows = (f"P9{number},Tổ {number},SO,{remark}\n" for number in range(20))
    large = "Mã,Tên đơn vị,Mã đơn vị cấp trên,Ghi chú\n" + "".join(rows)
    with office.visit("secretariat") as client:
        _, page = upload(client, large, name="lon.csv")
        assert "content" not in hidden(page)
        assert "Chọn lại tệp lon.csv" in text_of(page)
        status, written = upload(client, large, "write", "lon.csv", digest=hidden(page)["digest"])
    assert (status, "Đã nhập" in written) == (200, True)


@pytest.mark.parametrize(("content", "sentence"), [("", "Không đọc được tệp"), ("a,b\n1,2\n", "Không đọc được tệp")])
def test_what_is_no_table_is_said_in_one_line(office: Office, content: str, sentence: str) -> None:
    with office.visit("secretariat") as client:
        status, page = upload(client, content)
    assert (status, sentence in page) == (422, True)


@pytest.mark.parametrize("step", ["check", "write"])
@pytest.mark.parametrize("content", ["", "không phải base64!"])
def test_without_a_file_one_is_asked_for(office: Office, step: str, content: str) -> None:
    with office.visit("secretariat") as client:
        sent = {"step": step, "content": content, "form_token": form_token(client)}
        answer = client.post("/directory/import", data=sent)
    assert (answer.status_code, "Chọn một tệp .csv hoặc .xlsx." in answer.text) == (422, True)


def test_without_the_sessions_token_nothing_is_imported(office: Office) -> None:
    with office.visit("secretariat") as client:
        sent = {"step": "check", "form_token": "x"}
        answer = client.post("/directory/import", data=sent, files={"files": ("n.csv", NEW.encode(), "text/csv")})
    assert answer.status_code == 403


def test_the_import_tells_which_columns_differ_in_the_words_of_the_form(office: Office) -> None:
    with office.visit("secretariat") as client:
        _, page = upload(client, f"{HEAD}BINH,Trần Văn,Bình,Công chức,P1,binh.moi@skhcn.example\n")
    assert "BINH Trần Văn Bình địa chỉ thư" in text_of(page)


def test_the_days_of_an_absence_are_shown_as_an_office_writes_them(office: Office) -> None:
    with office.runtime.sessions.begin() as session:
        session.execute(
            absences.insert().values(
                person_id=office.people["binh"].person_id,
                reason="Đi học",
                first_day=date(2018, 3, 1),
                last_day=date(2018, 3, 9),
            )
        )
    assert "Nghỉ phép, 01/03/2018 – 09/03/2018 Đi học." in shown_to(office, "secretariat", BINH)


def test_who_sees_the_distribution_leads_on_to_the_person_only_where_it_may(office: Office) -> None:
    distribution = send(office.runtime, "person:BINH")
    for who, leads in (("secretariat", True), ("manager", True), ("auditor", False), ("leadership", False)):
        with office.visit(who) as client:
            assert (f'href="{BINH}"' in client.get(f"/distributions/{distribution}").text) is leads
