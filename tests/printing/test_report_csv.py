"""The table for spreadsheets: every figure of the report, nothing that a spreadsheet would run."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.coverage import Confirmation, Identity, Levels, Outstanding, Report, Routes, Term, UnitCoverage
from service.domain.documents import Mode
from service.domain.inquiries import Inquiries, Kind, OpenInquiry
from service.domain.receipts import Route
from service.printing.report_csv import report_csv
from tests.fakes import OFFICE_ZONE

PERSON = Outstanding(
    person_id=1,
    code="NV1",
    full_name="Trần Thị Mây Trắng",
    position="Chuyên viên",
    unit_name="Phòng Một",
    term=Term.NOT_REACHABLE,
    opened=False,
    address="may.trang@skhcn.example",
    delivery_status="refused",
    last_reply="550 5.1.1 User unknown",
)
# As the database gives moments, in UTC.
CONFIRMED = Confirmation(
    person_id=2,
    code="NV2",
    full_name="Lê Văn Nắng",
    position="Phó Trưởng phòng",
    unit_name="Phòng Hai",
    confirmed_at=datetime(2018, 3, 9, 1, 30, tzinfo=UTC),
    recorded_at=datetime(2018, 3, 9, 1, 30, tzinfo=UTC),
    route=Route.MAIL_LINK,
    entered_by="",
    late_by=timedelta(hours=15, minutes=30),
)
REPORT = Report(
    distribution_id=7,
    document_id=5,
    number="12/KH-SKHCN",
    title="Tuyên truyền, phổ biến",
    mode=Mode.ACKNOWLEDGE,
    revision=1,
    due_at=None,
    frozen_at=datetime(2018, 3, 5, 8, 2, tzinfo=OFFICE_ZONE),
    as_of=datetime(2018, 3, 9, 9, 41, 52, tzinfo=OFFICE_ZONE),
    listing_done=True,
    units=(
        UnitCoverage(
            1, "Phòng Một", Identity(8, 3, 1, 1, 1, 1, 1), Levels(7, 5, 2, 1, 4, 3, 1), Routes((2, 1, 0, 0, 0))
        ),
        UnitCoverage(2, "Phòng Hai", Identity(2, 2), Levels(2, 2, 0, 0, 2, 2, 2), Routes((0, 1, 0, 1, 0)), 1),
    ),
    outstanding=(),
)


ASKED = replace(
    REPORT,
    inquiries=Inquiries(
        questions=1_235,
        waiting=(OpenInquiry(1, Kind.QUESTION, "Lê Văn Minh", "Phòng Hai", REPORT.as_of, "Nộp ở đâu?"),),
        unnamed=1_234,
    ),
)


def lines(
    report: Report = REPORT, person: Outstanding = PERSON, confirmed: Confirmation = CONFIRMED
) -> list[dict[str, str]]:
    table = "".join(report_csv(report, [person], [confirmed])).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(table)))


def test_it_starts_with_the_mark_by_which_excel_knows_utf_8() -> None:
    assert next(report_csv(REPORT, [PERSON], [CONFIRMED])).startswith("\ufeffDòng,")


def test_no_column_has_the_name_of_another() -> None:
    head = next(csv.reader([next(report_csv(REPORT, [PERSON], [CONFIRMED]))]))
    assert len(head) == len(set(head))


def test_every_line_has_as_many_cells_as_the_head() -> None:
    assert len({len(row) for row in csv.reader(report_csv(ASKED, [PERSON], [CONFIRMED]))}) == 1


def test_who_waits_for_an_answer_is_named_and_the_others_are_counted() -> None:
    waiting, more = lines(ASKED)[3:5]
    told = [waiting[name] for name in ("Dòng", "Đơn vị", "Họ và tên", "Tình trạng", "Số, ký hiệu")]
    assert told == ["Câu hỏi chưa trả lời", "Phòng Hai", "Lê Văn Minh", "Nộp ở đâu?", "12/KH-SKHCN"]
    assert (more["Dòng"], more["Tình trạng"]) == ("Chưa trả lời", "còn 1.234 câu hỏi, lần trả lại nữa")


def test_the_sum_comes_first_then_the_units_then_who_has_not_confirmed_then_who_has() -> None:
    assert [(line["Dòng"], line["Đơn vị"]) for line in lines()] == [
        ("Cộng", ""),
        ("Đơn vị", "Phòng Một"),
        ("Đơn vị", "Phòng Hai"),
        ("Người", "Phòng Một"),
        ("Người đã xác nhận", "Phòng Hai"),
    ]


def test_the_sum_holds_in_every_line_with_figures() -> None:
    terms = ("Đã xác nhận", "Chưa xác nhận", "Vắng có lý do", "Miễn", "Chuyển, nghỉ việc", "Không liên lạc được")
    for line in lines()[:3]:
        assert int(line["Tổng số"]) == sum(int(line[term]) for term in terms)
    assert lines()[0]["Tổng số"] == "10"


def test_evidence_stands_beside_the_sum() -> None:
    total = lines()[0]
    names = [name for name in total if name.startswith("Bằng chứng: ")]
    assert [total[name] for name in names] == ["9", "7", "2", "1", "6", "5", "3"]


def test_every_way_of_confirming_has_a_column() -> None:
    total = lines(REPORT)[0]
    ways = {name: total[name] for name in total if name.startswith("Hình thức xác nhận: ")}
    assert list(ways.values()) == ["2", "2", "0", "1", "0"]
    assert len(ways) == len(Route)


def test_a_person_is_told_with_state_letter_and_the_servers_words() -> None:
    person = lines()[3]
    assert person["Họ và tên"] == "Trần Thị Mây Trắng"
    assert (person["Tình trạng"], person["Đã xem"]) == ("Không liên lạc được", "chưa")
    assert (person["Thư"], person["Máy chủ thư trả lời"]) == ("Bị từ chối", "550 5.1.1 User unknown")
    assert person["Tổng số"] == ""


def test_who_has_confirmed_is_told_with_moment_way_and_by_how_much_late() -> None:
    person = lines()[4]
    told = [person[name] for name in ("Mã", "Họ và tên", "Chức vụ", "Tình trạng", "Đã xem", "Thư", "Tổng số")]
    assert told == ["NV2", "Lê Văn Nắng", "Phó Trưởng phòng", "Đã xác nhận", "có", "", ""]
    fact = [person[name] for name in ("Xác nhận lúc", "Ghi nhận lúc", "Hình thức", "Người nhập", "Muộn")]
    assert fact == ["09/03/2018 08:30:00", "09/03/2018 08:30:00", "Theo liên kết trong thư", "", "15 giờ"]


def test_what_was_entered_for_somebody_has_a_day_without_an_hour_and_a_name() -> None:
    midnight = datetime(2018, 3, 6, tzinfo=REPORT.as_of.tzinfo)
    paper = replace(CONFIRMED, route=Route.PAPER, confirmed_at=midnight, entered_by="Vũ Thị Sao", late_by=None)
    moved = datetime(2018, 3, 7, 10, tzinfo=UTC)
    person = lines(confirmed=replace(paper, own_due_at=moved, own_due_because="nghỉ phép 05/03/2018"))[4]
    fact = [person[name] for name in ("Xác nhận lúc", "Ghi nhận lúc", "Hình thức", "Người nhập", "Muộn")]
    assert fact == ["06/03/2018", "09/03/2018 08:30:00", "Đã ký bản giấy", "Vũ Thị Sao", ""]
    assert (person["Hạn riêng"], person["Lý do dời hạn"]) == ("07/03/2018 17:00:00", "nghỉ phép 05/03/2018")


def test_who_was_late_is_counted_of_the_confirmed_and_in_no_sum() -> None:
    assert [line["Trong đó muộn"] for line in lines()] == ["1", "0", "1", "", ""]


def test_who_has_no_address_is_told_so_in_words() -> None:
    without = replace(PERSON, address=None, delivery_status=None, last_reply="none")
    person = lines(person=without)[3]
    assert (person["Thư"], person["Máy chủ thư trả lời"]) == ("Không có địa chỉ thư", "")


def test_every_line_says_of_what_and_when() -> None:
    for line in lines():
        assert (line["Số, ký hiệu"], line["Trích yếu"]) == ("12/KH-SKHCN", "Tuyên truyền, phổ biến")
        assert (line["Số liệu đến"], line["Danh sách"]) == ("09/03/2018 09:41:52", "đủ")


def test_an_unfinished_list_is_called_so_in_every_line() -> None:
    assert {line["Danh sách"] for line in lines(replace(REPORT, listing_done=False))} == {"đang lập, chưa đủ"}


def test_for_information_the_words_are_opened_and_not_opened() -> None:
    told = lines(replace(REPORT, mode=Mode.INFORM))
    assert {"Đã xem", "Chưa xem", "Xem lúc"} <= told[0].keys()
    assert (told[4]["Dòng"], told[4]["Tình trạng"]) == ("Người đã xem", "Đã xem")


@pytest.mark.parametrize("name", ["=1+1", "+84 123", "-2", "@SUM(A1)", "\t=1+1", "\r=1+1", " =1+1"])
def test_no_cell_is_taken_for_a_formula(name: str) -> None:
    person = lines(person=replace(PERSON, full_name=name))[3]
    assert person["Họ và tên"] == f"'{name.strip()}"


def test_a_reply_of_several_lines_stays_in_its_cell() -> None:
    person = replace(PERSON, last_reply='550-5.1.1 "No"\r\n550 5.1.1 such user, sorry')
    assert lines(person=person)[3]["Máy chủ thư trả lời"] == ('550-5.1.1 "No" 550 5.1.1 such user, sorry')
