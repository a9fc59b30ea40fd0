"""The acknowledgement report on the page and as a table, for the office and for a manager's own units."""

import csv
import io
import zipfile
from datetime import datetime, timedelta

import pytest
from fastapi import FastAPI

from service.actions.acknowledge import acknowledge
from service.actions.post_document import post_document
from service.actions.record_absence import exempt
from service.actions.report_coverage import NAMED_AT_MOST
from service.domain.documents import Mode
from service.domain.receipts import Route
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from tests.fakes import FakeClock
from tests.makers import make_actor, make_crowd, make_posting
from tests.web.conftest import send
from tests.web.office import OFFICE_WIDE, Office, make_office, text_of


@pytest.fixture
def office(app: FastAPI, runtime: Runtime) -> Office:
    return make_office(app, runtime)


def confirm(office: Office, distribution: int, *names: str) -> None:
    for name in names:
        actor = make_actor(person_id=office.people[name].person_id)
        acknowledge(office.runtime, actor, distribution, 1, Route.INBOX)


def shown_to(office: Office, who: str, path: str) -> str:
    with office.visit(who) as client:
        return text_of(client.get(path).text)


def table(office: Office, who: str, path: str) -> list[dict[str, str]]:
    with office.visit(who) as client:
        answer = client.get(path)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def field_value(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S")


@pytest.mark.parametrize("page", ["report", "report.csv"])
def test_who_sees_the_report_of_what_reached_everybody(office: Office, page: str) -> None:
    assert office.seen_by(f"/distributions/{send(office.runtime, 'all')}/{page}") == OFFICE_WIDE | {"manager"}


@pytest.mark.parametrize("page", ["report", "report.csv"])
def test_a_report_without_anybody_of_the_own_units_does_not_exist_for_a_manager(office: Office, page: str) -> None:
    assert office.seen_by(f"/distributions/{send(office.runtime, 'unit:P2')}/{page}") == OFFICE_WIDE


@pytest.mark.parametrize("page", ["report", "report.csv"])
def test_a_report_of_nothing_does_not_exist(office: Office, page: str) -> None:
    assert office.seen_by(f"/distributions/999/{page}") == set()


def test_only_a_manager_has_reports_of_own_units(office: Office) -> None:
    assert office.seen_by("/reports") == {"manager"}


def test_every_unit_has_its_sum_and_beside_it_the_evidence(office: Office) -> None:
    distribution = send(office.runtime, "all")
    confirm(office, distribution, "binh")
    shown = shown_to(office, "secretariat", f"/distributions/{distribution}/report")
    assert "1/9 người đã xác nhận (11,1 %)" in shown
    sums, evidence = shown.split("Bằng chứng, từng mức một")
    assert "Phòng Một 1 1 0 0 0 0 0" in sums
    assert "Cộng 9 1 7 0 0 0 1" in sums
    assert "Phòng Hai 0 0 0 1 0 0" in evidence
    assert "Cộng 0 0 0 1 1 1" in evidence


def test_who_was_late_is_counted_beside_the_confirmed_of_the_whole_and_of_each_unit(
    office: Office, clock: FakeClock
) -> None:
    distribution = send(office.runtime, "all", due=clock.now + timedelta(hours=1))
    confirm(office, distribution, "binh")
    in_time = shown_to(office, "secretariat", f"/distributions/{distribution}/report")
    clock.move(timedelta(hours=2))
    confirm(office, distribution, "dung")
    path = f"/distributions/{distribution}/report"
    shown = shown_to(office, "secretariat", path)
    assert "muộn" not in in_time
    assert "2/9 người đã xác nhận (22,2 %), trong đó 1 muộn" in shown
    assert "Phòng Hai 1 1 1 muộn 0" in shown
    assert "Cộng 9 2 1 muộn 7" in shown
    assert "Phòng Hai 1 1 0 0 0 0 0" not in shown_to(office, "manager", path)
    assert "1/2 người đã xác nhận (50 %) " in shown_to(office, "manager", path)
    assert "trong đó 1 muộn" in shown_to(office, "secretariat", f"/distributions/{distribution}")
    total, *_ = lines = table(office, "secretariat", f"{path}.csv")
    assert (total["Đã xác nhận"], total["Trong đó muộn"]) == ("2", "1")
    assert [(line["Mã"], line["Muộn"]) for line in lines if line["Dòng"] == "Người đã xác nhận"] == [
        ("BINH", ""),
        ("DUNG", "1 giờ"),
    ]


def test_who_has_not_confirmed_stands_in_name_order(office: Office) -> None:
    distribution = send(office.runtime, "person:BINH,person:CUC,person:DUNG")
    shown = shown_to(office, "secretariat", f"/distributions/{distribution}/report")
    listed = shown[shown.index("Xếp theo tên") :]
    assert listed.index("Bình") < listed.index("Cúc") < listed.index("Dũng")
    assert "Phòng Hai Không liên lạc được Không có địa chỉ thư" in listed


def test_a_long_report_shows_the_first_thousand_and_leads_to_the_table(office: Office) -> None:
    with office.runtime.sessions.begin() as session:
        make_crowd(session, office.units["P2"], NAMED_AT_MOST)
    path = f"/distributions/{send(office.runtime, 'unit:P2')}/report"
    shown = shown_to(office, "secretariat", path)
    assert "Chưa xác nhận 1.000, không liên lạc được 1 Xếp theo tên" in shown
    assert "Còn 1 người nữa, đủ tên trong bảng .csv" in shown
    assert shown.count("Nguyễn Văn Đông") + shown.count("Đặng Dũng") == NAMED_AT_MOST
    people = [line for line in table(office, "secretariat", f"{path}.csv") if line["Dòng"] == "Người"]
    assert len({line["Mã"] for line in people}) == NAMED_AT_MOST + 1


def test_a_managers_report_holds_the_own_units_alone(office: Office) -> None:
    distribution = send(office.runtime, "all")
    confirm(office, distribution, "dung")
    shown = shown_to(office, "manager", f"/distributions/{distribution}/report")
    assert "0/2 người đã xác nhận" in shown
    assert "Chỉ tính người của các đơn vị phụ trách" in shown
    assert "Phòng Hai" not in shown
    lines = table(office, "manager", f"/distributions/{distribution}/report.csv")
    assert {line["Đơn vị"] for line in lines} == {"", "Phòng Một", "Tổ Một A"}


def test_the_report_can_be_asked_for_as_of_an_earlier_moment(office: Office, clock: FakeClock) -> None:
    distribution = send(office.runtime, "person:BINH")
    before = clock.now + timedelta(minutes=10)
    clock.move(timedelta(hours=1))
    confirm(office, distribution, "binh")
    path = f"/distributions/{distribution}/report"
    assert "1/1 người đã xác nhận" in shown_to(office, "secretariat", path)
    assert "0/1 người đã xác nhận" in shown_to(office, "secretariat", f"{path}?as_of={field_value(before)}")
    then = table(office, "secretariat", f"{path}.csv?as_of={field_value(before)}")[0]
    assert (then["Đã xác nhận"], then["Số liệu đến"]) == ("0", before.strftime("%d/%m/%Y %H:%M:%S"))


def test_the_table_is_asked_for_as_of_the_same_moment_as_the_page(office: Office, clock: FakeClock) -> None:
    distribution = send(office.runtime, "person:BINH")
    clock.move(timedelta(hours=1))
    with office.visit("secretariat") as client:
        moment = field_value(clock.now - timedelta(minutes=5))
        shown = client.get(f"/distributions/{distribution}/report?as_of={moment}").text
    assert f'href="/distributions/{distribution}/report.csv?as_of={moment.replace(":", "%3A")}"' in shown


@pytest.mark.parametrize("as_of", ["2999-01-01T00:00", "1999-01-01T00:00"])
def test_a_moment_outside_the_distributions_life_is_moved_into_it(office: Office, as_of: str, clock: FakeClock) -> None:
    distribution = send(office.runtime, "person:BINH")
    shown = shown_to(office, "secretariat", f"/distributions/{distribution}/report?as_of={as_of}")
    assert f"Số liệu đến {clock.now:%H:%M:%S}, {clock.now:%d/%m/%Y}" in shown


def test_what_is_no_moment_is_said_and_the_present_report_shown(office: Office) -> None:
    distribution = send(office.runtime, "person:BINH")
    with office.visit("secretariat") as client:
        answer = client.get(f"/distributions/{distribution}/report?as_of=hôm qua")
        assert client.get(f"/distributions/{distribution}/report.csv?as_of=x").status_code == 422
    assert answer.status_code == 422
    assert "không phải là ngày" in answer.text
    assert "0/1 người đã xác nhận" in text_of(answer.text)


def test_a_list_that_is_being_drawn_says_so(office: Office) -> None:
    posted = post_document(office.runtime, OPERATOR, make_posting())
    path = f"/distributions/{posted.distribution_id}/report"
    assert "Danh sách đang được lập, số liệu chưa đủ." in shown_to(office, "secretariat", path)
    assert table(office, "secretariat", f"{path}.csv")[0]["Danh sách"] == "đang lập, chưa đủ"


def test_the_table_says_what_the_page_says(office: Office) -> None:
    distribution = send(office.runtime, "all", number="30c/NQ-CP")
    confirm(office, distribution, "binh", "cuc")
    exempt(office.runtime, OPERATOR, distribution, office.people["dung"].person_id, "Người ký văn bản")
    path = f"/distributions/{distribution}/report.csv"
    lines = table(office, "auditor", path)
    total = lines[0]
    assert [total[name] for name in ("Dòng", "Tổng số", "Đã xác nhận", "Chưa xác nhận", "Miễn")] == [
        "Cộng",
        "9",
        "2",
        "6",
        "1",
    ]
    assert {line["Họ và tên"] for line in lines if line["Dòng"] == "Người"}.isdisjoint({"Trần Văn Bình", "Đặng Dũng"})
    assert {line["Số, ký hiệu"] for line in lines} == {"30c/NQ-CP"}
    with office.visit("auditor") as client:
        headers = client.get(path).headers
    assert headers["content-disposition"].startswith("attachment; filename*=UTF-8''bao-cao-30c-NQ-CP-")


def test_a_manager_sees_what_the_own_people_still_owe(office: Office, clock: FakeClock) -> None:
    owed = send(office.runtime, "all", title="Còn nợ", due=clock.now + timedelta(hours=1))
    settled = send(office.runtime, "unit:P1", title="Đã xong")
    send(office.runtime, "all", title="Chỉ để biết", mode=Mode.INFORM)
    send(office.runtime, "unit:P2", title="Của phòng khác")
    confirm(office, settled, "binh", "cuc")
    confirm(office, owed, "binh", "dung")
    clock.move(timedelta(hours=2))
    shown = shown_to(office, "manager", "/reports")
    assert "Phòng Một, Tổ Một A." in shown
    assert "1 người chưa xác nhận." in shown
    assert "Không còn ai phải xác nhận." in shown
    assert "Quá hạn" in shown
    assert "Chỉ để biết" not in shown
    assert "Của phòng khác" not in shown


def test_a_manager_to_whose_people_nothing_was_sent_reads_so(office: Office) -> None:
    assert "Chưa có văn bản nào cần người của đơn vị xác nhận." in shown_to(office, "manager", "/reports")


def test_who_sees_the_whole_office_takes_its_dossier_along(office: Office) -> None:
    distribution = send(office.runtime, "all")
    path = f"/distributions/{distribution}/dossier.zip"
    assert office.seen_by(path) == OFFICE_WIDE
    with office.visit("secretariat") as client:
        answer = client.get(path)
        assert f'href="{path}"' in client.get(f"/distributions/{distribution}/report").text
        assert client.get("/distributions/4711/dossier.zip").status_code == 404
    assert answer.headers["content-type"] == "application/zip"
    assert "verify.py" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    with office.visit("manager") as client:
        assert path not in client.get(f"/distributions/{distribution}/report").text
