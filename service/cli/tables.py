"""What a terminal shows."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import tzinfo
from itertools import islice

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from service.actions.report_coverage import OpenReport
from service.actions.report_status import Status as MachineStatus
from service.cli.moments import json_text, to_the_minute, to_the_second
from service.domain.coverage import Confirmation, Identity, Levels, Outstanding, Report, Term, UnitCoverage
from service.domain.deadlines import Due
from service.domain.deliveries import Status
from service.domain.documents import Mode

_COLUMNS = ("listed", "confirmed", "not_yet", "absent", "exempted", "moved_or_left", "not_reachable")
# Broken by hand, so that eight columns stand in a terminal of eighty characters.
_HEADS = ("Tổng", "Đã xác\nnhận", "Chưa", "Vắng", "Miễn", "Chuyển,\nnghỉ", "Không\nliên lạc")
_INFORM_HEADS = ("Tổng", "Đã xem", "Chưa\nxem", *_HEADS[3:])
_LEVELS = ("sent", "accepted", "failed", "no_address", "opened", "confirmed")
_LEVEL_HEADS = ("Thư\nđã gửi", "Máy chủ\nnhận", "Bị trả,\ntừ chối", "Không\ncó thư", "Đã\nxem", "Đã xác\nnhận")
_PROBLEMS = {"none": "không có địa chỉ thư", "invalid": "địa chỉ thư không hợp lệ"}


def print_report(opened: OpenReport, console: Console, zone: tzinfo | None, most: int | None = None) -> None:
    """The report as a table, and at most `most` of those who have not confirmed, all by default."""
    report = opened.report
    console.print(" ".join(filter(None, (report.number, report.title))), style="bold", markup=False)
    console.print(f"{report.mode.label}, số liệu lúc {to_the_second(report.as_of, zone)}")
    if not report.listing_done:
        console.print("Danh sách đang được lập; số liệu chưa đủ.")
    console.print(_coverage_table(report))
    console.print(identity_line(report))
    console.print(_evidence_table(report))
    _print_outstanding(opened, console, zone, most)


def identity_line(report: Report) -> str:
    identity, asks = report.identity, report.mode is Mode.ACKNOWLEDGE
    done, waiting = ("đã xác nhận", "chưa xác nhận") if asks else ("đã xem", "chưa xem")
    late = f" (trong đó {report.late} muộn)" if report.is_past_due else ""
    return (
        f"{identity.listed} = {identity.confirmed} {done}{late} + {identity.not_yet} {waiting}"
        f" + {identity.absent} vắng"
        f" + {identity.exempted} miễn + {identity.moved_or_left} chuyển, nghỉ"
        f" + {identity.not_reachable} không liên lạc được"
    )


def report_json(
    report: Report, outstanding: Iterable[Outstanding], confirmations: Iterable[Confirmation], zone: tzinfo | None
) -> Iterator[str]:
    """The report as one JSON object, a line a person.

    `outstanding` is everybody who has not confirmed, `confirmations` everybody who has.
    """
    figures = json_text(_figures_object(report), zone, indent=2)
    yield figures.removesuffix("\n}")
    yield from _list_of("outstanding", map(asdict, outstanding), zone)
    yield from _list_of("confirmations", map(_confirmation_object, confirmations), zone)
    yield "\n}\n"


def _list_of(name: str, people: Iterable[dict[str, object]], zone: tzinfo | None) -> Iterator[str]:
    yield f',\n  "{name}": ['
    between = "\n"
    for person in people:
        yield f"{between}    {json_text(person, zone)}"
        between = ",\n"
    yield "\n  ]"


def _figures_object(report: Report) -> dict[str, object]:
    return {
        "distribution_id": report.distribution_id,
        "document_id": report.document_id,
        "number": report.number,
        "title": report.title,
        "mode": report.mode,
        "revision": report.revision,
        "due_at": report.due_at,
        "frozen_at": report.frozen_at,
        "as_of": report.as_of,
        "listing_done": report.listing_done,
        "identity": asdict(report.identity),
        "late": report.late,
        "levels": asdict(report.levels),
        "routes": report.routes.by_route,
        "questions": report.questions,
        "units": [asdict(unit) | {"routes": unit.routes.by_route} for unit in report.units],
        "inquiries": asdict(report.inquiries),
    }


def _confirmation_object(person: Confirmation) -> dict[str, object]:
    told = asdict(person) | {"late_seconds": person.late_seconds}
    del told["late_by"]
    return told


def deadline_line(due: Due, zone: tzinfo | None) -> str:
    """When confirming ends, and the days in between that counted other than their weekday says."""
    counted = f" ({due.days} working days)" if due.days else ""
    passed_over = [f"{day:%d/%m/%Y} {said.note}" for day, said in due.exceptions if not said.is_working]
    made_up = [f"{day:%d/%m/%Y} {said.note}" for day, said in due.exceptions if said.is_working]
    told = [
        f"to be confirmed by {to_the_minute(due.at, zone)}{counted}",
        *([f"not counted: {', '.join(passed_over)}"] if passed_over else []),
        *([f"counted: {', '.join(made_up)}"] if made_up else []),
        *([f"no working day: {due.day_off}"] if due.day_off else []),
    ]
    return "; ".join(told)


def print_status(status: MachineStatus, console: Console, zone: tzinfo | None) -> None:
    queue = status.queue
    console.print(f"Letters: {queue.waiting} waiting, {queue.sending} being sent; {_by_status(status)}")
    console.print(f"Oldest waiting: {status.oldest_waiting.total_seconds():.0f} s")
    last = status.queue.last_accepted_at
    console.print(f"Last accepted: {to_the_second(last, zone) if last else 'none yet'}")
    for held in status.held:
        line = f"HELD: the mail server {held.server} is out since {to_the_second(held.opened_at, zone)}: {held.reason}"
        console.print(line, markup=False, soft_wrap=True)
    workers = ", ".join(one.name for one in status.of_kind("worker")) or "NONE"
    console.print(f"Workers seen: {workers}; beat: {'yes' if status.of_kind('beat') else 'NOT SEEN'}")


def _by_status(status: MachineStatus) -> str:
    finals = {name: count for name, count in status.queue.by_status.items() if name not in {"waiting", "sending"}}
    return ", ".join(f"{count} {name}" for name, count in sorted(finals.items())) or "none final yet"


def _coverage_table(report: Report) -> Table:
    """The identity per unit; its sum stands below it in words."""
    heads = _HEADS if report.mode is Mode.ACKNOWLEDGE else _INFORM_HEADS
    table = _table("Đơn vị", heads)
    for unit in report.units:
        table.add_row(unit.unit_name, *_figures(unit.identity, _COLUMNS))
    table.add_row("Cộng", *_figures(report.identity, _COLUMNS), style="bold")
    return table


def _evidence_table(report: Report) -> Table:
    """What is known of the same people, never merged with the identity; the last column is of those before it."""
    heads = (*_LEVEL_HEADS, "muộn") if report.is_past_due else _LEVEL_HEADS
    table = _table("Bằng chứng", heads)

    def row(one: Report | UnitCoverage) -> list[str]:
        return [*_figures(one.levels, _LEVELS), str(one.late)][: len(heads)]

    for unit in report.units:
        table.add_row(unit.unit_name, *row(unit))
    table.add_row("Cộng", *row(report), style="bold")
    return table


def _table(first: str, heads: tuple[str, ...]) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column(first, min_width=22)
    for head in heads:
        table.add_column(head, justify="right")
    return table


def _figures(counted: Identity | Levels, names: tuple[str, ...]) -> list[str]:
    return [str(getattr(counted, name)) for name in names]


def _print_outstanding(opened: OpenReport, console: Console, zone: tzinfo | None, most: int | None) -> None:
    """First those whom nothing has reached, with the reason, then the others; each list by given name."""
    report = opened.report
    waiting = "Chưa xác nhận" if report.mode is Mode.ACKNOWLEDGE else "Chưa xem"
    unreached, others = report.identity.not_reachable, report.identity.not_yet
    groups = ((Term.NOT_REACHABLE, "Không liên lạc được", unreached), (Term.NOT_YET, waiting, others))
    for term, title, count in groups:
        if count:
            console.print(f"\n{title} ({count}), xếp theo tên:")
        shown = count if most is None else min(most, count)
        for person in islice(opened.outstanding(term), shown):
            why = _why(person) + _own_deadline(person, zone)
            console.print(f"  {person.full_name}, {person.unit_name}{why}", soft_wrap=True, markup=False)
        if count > shown:
            console.print(f"  và {count - shown} người nữa: eoffice report {report.distribution_id}")


def _own_deadline(person: Outstanding, zone: tzinfo | None) -> str:
    if person.own_due_at is None:
        return ""
    return f"; hạn riêng {to_the_minute(person.own_due_at, zone)}: {person.own_due_because}"


def _why(person: Outstanding) -> str:
    """The mail server's last words, or what is wrong with the address; nothing for an accepted letter."""
    if person.delivery_status == Status.ACCEPTED or not person.last_reply:
        return ""
    return f": {_PROBLEMS.get(person.last_reply, person.last_reply)}"
