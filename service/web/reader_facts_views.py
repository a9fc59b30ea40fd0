"""What the document page tells its reader to be kept beside the receipt and its letters. Reads only."""

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from service.domain.absences import ADDED_LATER, AWAY, words_between
from service.domain.absences import Kind as Absence
from service.domain.inquiries import Kind
from service.domain.list_changes import Origin
from service.domain.vietnamese import date_short, moment
from service.store.excuses import absences_of_people
from service.store.inquiries import inquiries_of
from service.store.reader_facts import (
    absences_since,
    exemptions_of,
    first_sign_in_since,
    moves_of_deadline,
    sheets_with,
)
from service.web.views import Fact

Dated = tuple[datetime, Fact]

_ASKED = {Kind.QUESTION: "Hỏi văn thư", Kind.RETURN: "Trả lại văn bản"}


def beside_the_receipt(session: Session, receipt: RowMapping, zone: tzinfo | None) -> list[Dated]:
    """Each fact with its place in time; `zone` is the office's."""
    return [
        *_excuses(session, receipt),
        *_own_deadlines(session, receipt, zone),
        *_inquiries(session, receipt),
        *_sheets(session, receipt),
        *_sign_in(session, receipt),
    ]


def _excuses(session: Session, receipt: RowMapping) -> Iterator[Dated]:
    person_id, listed_at = receipt["person_id"], receipt["listed_at"]
    for exemption in exemptions_of(session, receipt["distribution_id"], person_id):
        yield exemption["effective_at"], Fact("Miễn xác nhận", exemption["effective_at"], exemption["reason"])
        if exemption["lifted_at"] is not None:
            yield exemption["lifted_at"], Fact("Bỏ miễn xác nhận", exemption["lifted_at"])
    # The day in UTC is never later than the office's, so no absence is left out.
    for absence in absences_since(session, person_id, listed_at.astimezone(UTC).date()):
        days = f"{date_short(absence['first_day'])} – {date_short(absence['last_day'])}"
        said = ", ".join(filter(None, (Absence(absence["kind"]).label, days, absence["reason"])))
        yield absence["recorded_at"], Fact("Ghi vắng có lý do", absence["recorded_at"], said)


def _own_deadlines(session: Session, receipt: RowMapping, zone: tzinfo | None) -> Iterator[Dated]:
    """Each move when it was recorded, and why by what was known then."""
    for move in moves_of_deadline(session, receipt["distribution_id"], receipt["person_id"]):
        told_at = move["recorded_at"]
        if move["due_at"] is None:
            yield told_at, Fact("Trở lại hạn chung", told_at)
            continue
        due_at = move["due_at"].astimezone(zone)
        away = absences_of_people(session, [receipt["person_id"]], told_at).get(receipt["person_id"], ())
        otherwise = AWAY if receipt["origin"] == Origin.FROZEN else ADDED_LATER
        because = words_between(away, receipt["listed_at"].astimezone(zone).date(), due_at.date()) or otherwise
        yield told_at, Fact(f"Hạn riêng, do {because}", told_at, f"Đến {moment(due_at)}")


def _inquiries(session: Session, receipt: RowMapping) -> Iterator[Dated]:
    for inquiry in inquiries_of(session, receipt["distribution_id"], receipt["person_id"]):
        yield inquiry["asked_at"], Fact(_ASKED[Kind(inquiry["kind"])], inquiry["asked_at"])
        if inquiry["answered_at"] is not None:
            yield inquiry["answered_at"], Fact("Văn thư trả lời", inquiry["answered_at"])


def _sheets(session: Session, receipt: RowMapping) -> Iterator[Dated]:
    for sheet in sheets_with(session, receipt["distribution_id"], receipt["person_id"]):
        yield sheet["printed_at"], Fact("Có tên trên danh sách ký nhận", sheet["printed_at"], sheet["code"])


def _sign_in(session: Session, receipt: RowMapping) -> Iterator[Dated]:
    at = first_sign_in_since(session, receipt["person_id"], receipt["listed_at"])
    if at is not None:
        yield at, Fact("Đăng nhập lần đầu sau khi văn bản được gửi", at)
