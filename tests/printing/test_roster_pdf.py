"""What stands on the paper, and that typst takes whatever an office may have typed."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

from service.domain.coverage import Term
from service.domain.documents import Mode
from service.domain.receipts import Route
from service.domain.sheets import Roster, RosterLine
from service.printing.roster_pdf import roster_pdf, roster_view
from tests.fakes import OFFICE_ZONE

AT = datetime(2018, 3, 5, 1, 12, tzinfo=UTC)
OFFICE = "Sở Khoa học và Công nghệ"


def line(name: str, term: Term = Term.NOT_YET, route: Route | None = None, unit: str = "Phòng Một") -> RosterLine:
    return RosterLine("NV1", name, "Chuyên viên", unit, term, route, AT if route else None)


def roster(*lines: RosterLine) -> Roster:
    return Roster(
        code="K7QD-2M9G",
        distribution_id=1,
        type_code="KH",
        number="12/KH-SKHCN",
        title="Tuyên truyền cải cách hành chính năm 2018",
        issued_on=date(2018, 2, 5),
        revision=2,
        mode=Mode.ACKNOWLEDGE,
        frozen_at=AT,
        printed_at=AT,
        unit_name="",
        lines=lines,
    )


def cells(printed: Roster) -> list[list[str]]:
    view = roster_view(printed, OFFICE, OFFICE_ZONE)
    groups: list[dict[str, list[list[str]]]] = view["groups"]  # type: ignore[assignment]  # the view's own shape
    return [row for group in groups for row in group["rows"]]


def test_who_has_confirmed_is_filled_in_and_who_is_to_sign_has_an_empty_cell() -> None:
    printed = roster(
        line("An"),
        line("Bình", Term.CONFIRMED, Route.MAIL_LINK),
        line("Cúc", Term.CONFIRMED, Route.PAPER),
        line("Dũng", Term.CONFIRMED, Route.ENTERED_FOR, unit="Phòng Hai"),
        line("Em", Term.ABSENT, unit="Phòng Hai"),
        line("Giang", Term.EXEMPTED, unit="Phòng Hai"),
    )
    assert cells(printed) == [
        ["1", "An", "Chuyên viên", "", ""],
        ["2", "Bình", "Chuyên viên", "05/03/2018", "Đã xác nhận trên hệ thống 08:12 05/03/2018"],
        ["3", "Cúc", "Chuyên viên", "05/03/2018", "Đã ký bản giấy"],
        ["4", "Dũng", "Chuyên viên", "05/03/2018", "Nhập thay"],
        ["5", "Em", "Chuyên viên", "", "Vắng có lý do"],
        ["6", "Giang", "Chuyên viên", "", "Miễn"],
    ]


def test_the_head_names_document_revision_and_how_many_are_to_sign() -> None:
    view = roster_view(roster(line("An"), line("Bình", Term.ABSENT)), OFFICE, OFFICE_ZONE)
    assert view["document"] == "Kế hoạch số 12/KH-SKHCN ngày 05/02/2018"
    assert (view["office"], view["revision"], view["code"]) == ("SỞ KHOA HỌC VÀ CÔNG NGHỆ", "2", "K7QD-2M9G")
    assert (view["people"], view["to_sign"], view["printed"]) == ("2", "1", "08:12 ngày 05/03/2018")


def test_for_information_a_sheet_says_read_and_not_confirmed() -> None:
    printed = replace(roster(line("An", Term.CONFIRMED, Route.INBOX)), mode=Mode.INFORM)
    assert cells(printed)[0][-1] == "Đã xem trên hệ thống 08:12 05/03/2018"


def test_a_sheet_becomes_a_pdf_whatever_was_typed() -> None:
    hostile = '#let x = 1 #panic() $a$ *b* _c_ `d` \\ " </script> @e <f> [g] // h \u202e \x00'
    lines = [line(f"{hostile} {number}", unit=f"{hostile} {number % 3}") for number in range(60)]
    made = roster_pdf(replace(roster(*lines), title=hostile, number=hostile), hostile, OFFICE_ZONE)
    assert made.startswith(b"%PDF-")
    assert made.rstrip().endswith(b"%%EOF")
    pages = re.search(rb"/Count (\d+)", made)
    assert pages is not None
    assert int(pages[1]) > 1
