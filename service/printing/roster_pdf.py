"""Danh sách ký nhận as a PDF: who has confirmed is filled in, who is to sign has an empty cell."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from zoneinfo import ZoneInfo

from service.domain.coverage import Term
from service.domain.documents import Mode, document_type
from service.domain.sheets import Roster, RosterLine
from service.domain.vietnamese import date_short, number
from service.printing.typesetting import typeset
from service.printing.words import term_label
from service.rendering import template_directory

_TO_BE_SIGNED = Term.NOT_YET


def roster_pdf(roster: Roster, office_name: str, zone: ZoneInfo) -> bytes:
    """The sheet on A4, with its code on every page, in the form of NĐ 30/2020, Phụ lục I."""
    return typeset(template_directory() / "print" / "roster.typ", roster_view(roster, office_name, zone))


def roster_view(roster: Roster, office_name: str, zone: ZoneInfo) -> dict[str, object]:
    """What the template shows: texts alone, in the order in which they stand on the paper."""
    to_sign = sum(line.term is _TO_BE_SIGNED for line in roster.lines)
    return {
        "office": office_name.upper(),
        "document": _document(roster),
        "title": roster.title,
        "unit": roster.unit_name,
        "code": roster.code,
        "revision": str(roster.revision),
        "frozen": _moment(roster.frozen_at, zone),
        "printed": _moment(roster.printed_at, zone),
        "people": number(len(roster.lines)),
        "to_sign": number(to_sign),
        "groups": list(_groups(roster, zone)),
    }


def _document(roster: Roster) -> str:
    """`Kế hoạch số 12/KH-SKHCN ngày 05/02/2018`, as far as it is known."""
    dated = f"ngày {date_short(roster.issued_on)}" if roster.issued_on else ""
    numbered = f"số {roster.number}" if roster.number else ""
    return " ".join(filter(None, (document_type(roster.type_code).name, numbered, dated)))


def _groups(roster: Roster, zone: ZoneInfo) -> Iterator[dict[str, object]]:
    place = 0
    for unit_name, lines in groupby(roster.lines, attrgetter("unit_name")):
        rows = []
        for place, line in enumerate(lines, place + 1):  # noqa: B020 - the count goes on through all units
            rows.append([str(place), line.full_name, line.position, *_cells(line, roster.mode, zone)])
        yield {"unit": unit_name, "people": number(len(rows)), "rows": rows}


def _cells(line: RosterLine, mode: Mode, zone: ZoneInfo) -> tuple[str, str]:
    """The day and the cell of the signature; both empty where somebody is to sign."""
    if line.term is _TO_BE_SIGNED:
        return "", ""
    if line.at is None or line.route is None:
        return "", term_label(line.term, mode)
    at = line.at.astimezone(zone)
    if line.route.is_entered:
        return date_short(at), line.route.label
    done = "Đã xác nhận trên hệ thống" if mode is Mode.ACKNOWLEDGE else "Đã xem trên hệ thống"
    return date_short(at), f"{done} {at:%H:%M} {date_short(at)}"


def _moment(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%H:%M} ngày {date_short(local)}"
