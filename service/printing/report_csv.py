"""The acknowledgement report as one flat table: the sum, the units, open inquiries, who has not confirmed, who has.

Each row says whose figures it holds and as of when, so that rows of several reports can be put together.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import astuple
from datetime import datetime

from service.domain.coverage import Confirmation, Outstanding, Report, Term, UnitCoverage
from service.domain.documents import Mode
from service.domain.inquiries import Kind, OpenInquiry
from service.domain.receipts import Route
from service.domain.vietnamese import date_short, number
from service.printing.cells import Echo, harmless
from service.printing.words import late_words, letter_label, server_words, term_label

# Excel takes a file for UTF-8 only when it starts with this mark.
_BYTE_ORDER_MARK = "\ufeff"

_IN_THE_SUM = (
    Term.CONFIRMED,
    Term.NOT_YET,
    Term.ABSENT,
    Term.EXEMPTED,
    Term.MOVED_OR_LEFT,
    Term.NOT_REACHABLE,
)
_LEVELS = (
    "đã gửi thư",
    "máy chủ thư đã nhận",
    "thư không đến được",
    "không có địa chỉ thư",
    "đã xem",
    "đã xác nhận",
    "trả lời đúng hết các câu hỏi",
)
_NO_FIGURES = ("",) * (2 + len(_IN_THE_SUM) + len(_LEVELS) + len(Route))
_NO_PERSON = ("",) * 10
_NO_CONFIRMATION = ("",) * 5
_WAITS = {Kind.QUESTION: "Câu hỏi chưa trả lời", Kind.RETURN: "Trả lại chưa trả lời"}


def report_csv(
    report: Report, outstanding: Iterable[Outstanding], confirmations: Iterable[Confirmation]
) -> Iterator[str]:
    """The lines of the table, each with its line end, in RFC 4180 form behind a byte order mark.

    `outstanding` is everybody who has not confirmed, `confirmations` everybody who has; the second is read when the
    first was. Moments are written in the time zone of `report.as_of`, which is the office's.
    """
    write = csv.writer(Echo()).writerow
    yield _BYTE_ORDER_MARK + write(_head(report))
    source = (
        report.number,
        report.title,
        _moment(report.as_of, report),
        "đủ" if report.listing_done else "đang lập, chưa đủ",
    )
    for row in _rows(report, outstanding, confirmations):
        yield write([harmless(cell) for cell in (*row, *source)])


def _head(report: Report) -> tuple[str, ...]:
    return (
        "Dòng",
        "Đơn vị",
        "Mã",
        "Họ và tên",
        "Chức vụ",
        "Tình trạng",
        "Đã xem",
        "Địa chỉ thư",
        "Thư",
        "Máy chủ thư trả lời",
        "Hạn riêng",
        "Lý do dời hạn",
        "Xác nhận lúc" if report.mode is Mode.ACKNOWLEDGE else "Xem lúc",
        "Ghi nhận lúc",
        "Hình thức",
        "Người nhập",
        "Muộn",
        "Tổng số",
        *(term_label(term, report.mode) for term in _IN_THE_SUM),
        "Trong đó muộn",
        *(f"Bằng chứng: {level}" for level in _LEVELS),
        *(f"Hình thức xác nhận: {route.label}" for route in Route),
        "Số, ký hiệu",
        "Trích yếu",
        "Số liệu đến",
        "Danh sách",
    )


def _rows(
    report: Report, outstanding: Iterable[Outstanding], confirmations: Iterable[Confirmation]
) -> Iterator[tuple[str, ...]]:
    yield ("Cộng", "", *_NO_PERSON, *_NO_CONFIRMATION, *_figures(report))
    for unit in report.units:
        yield ("Đơn vị", unit.unit_name, *_NO_PERSON, *_NO_CONFIRMATION, *_figures(unit))
    for waiting in report.inquiries.waiting:
        yield (_WAITS[waiting.kind], waiting.unit_name, *_of_inquiry(waiting), *_NO_CONFIRMATION, *_NO_FIGURES)
    if report.inquiries.unnamed:
        more = f"còn {number(report.inquiries.unnamed)} câu hỏi, lần trả lại nữa"
        yield ("Chưa trả lời", "", "", "", "", more, *_NO_PERSON[4:], *_NO_CONFIRMATION, *_NO_FIGURES)
    for person in outstanding:
        yield ("Người", person.unit_name, *_of_person(person, report), *_NO_CONFIRMATION, *_NO_FIGURES)
    done = f"Người {term_label(Term.CONFIRMED, report.mode).lower()}"
    for confirmation in confirmations:
        yield (done, confirmation.unit_name, *_of_confirmation(confirmation, report), *_NO_FIGURES)


def _figures(one: Report | UnitCoverage) -> tuple[str, ...]:
    return tuple(str(figure) for figure in (*astuple(one.identity), one.late, *astuple(one.levels), *one.routes.counts))


def _of_person(person: Outstanding, report: Report) -> tuple[str, ...]:
    return (
        person.code,
        person.full_name,
        person.position,
        term_label(person.term, report.mode),
        "có" if person.opened else "chưa",
        person.address or "",
        letter_label(person),
        server_words(person),
        *_own_deadline(person, report),
    )


def _of_confirmation(person: Confirmation, report: Report) -> tuple[str, ...]:
    """What became of the letter explains who has not confirmed; of who has it is not told."""
    return (
        person.code,
        person.full_name,
        person.position,
        term_label(Term.CONFIRMED, report.mode),
        "có",
        "",
        "",
        "",
        *_own_deadline(person, report),
        _day(person.confirmed_at, report) if person.route.is_entered else _moment(person.confirmed_at, report),
        _moment(person.recorded_at, report),
        person.route.label,
        person.entered_by,
        late_words(person, report.as_of.tzinfo),
    )


def _own_deadline(person: Outstanding | Confirmation, report: Report) -> tuple[str, str]:
    return _moment(person.own_due_at, report) if person.own_due_at else "", person.own_due_because


def _of_inquiry(waiting: OpenInquiry) -> tuple[str, ...]:
    return ("", waiting.full_name, "", waiting.words, *_NO_PERSON[4:])


def _moment(at: datetime, report: Report) -> str:
    return f"{_day(at, report)} {at.astimezone(report.as_of.tzinfo):%H:%M:%S}"


def _day(at: datetime, report: Report) -> str:
    return date_short(at.astimezone(report.as_of.tzinfo))
