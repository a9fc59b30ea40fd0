"""Is it working? One sentence first, then what waits, what is held and why, and who was seen at work."""

from datetime import timedelta
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from service.actions.report_status import WORKER, Status, report_status
from service.actions.sweep import BEAT
from service.domain.deliveries import FAILED
from service.domain.deliveries import Status as LetterStatus
from service.domain.vietnamese import number
from service.store.liveness import Heartbeat
from service.web.account_views import Held, Process, StatusView
from service.web.deps import SiteDep, VisitorDep, page

router = APIRouter()

# Letters wait a moment in any office; beyond this somebody should look (contract, promise I5).
LONG_WAIT = timedelta(minutes=5)

_KINDS = {WORKER: "Gửi thư, lập danh sách", BEAT: "Rà soát hàng đợi"}

Health = Literal["ok", "warn", "bad"]


@router.get("/status")
def show_status(request: Request, site: SiteDep, visitor: VisitorDep) -> Response:
    status = report_status(site.runtime, visitor.actor)
    health, sentence, advice = judge(status)
    failed = {one: status.letters(one) for one in LetterStatus if one in FAILED and status.letters(one)}
    view = StatusView(
        health=health,
        sentence=sentence,
        advice=advice,
        at=status.at,
        waiting=status.queue.waiting,
        sending=status.queue.sending,
        oldest=span(status.oldest_waiting) if status.oldest_waiting else "",
        last_accepted_at=status.queue.last_accepted_at,
        failed=sum(failed.values()),
        failed_words=", ".join(f"{number(count)} {one.label.lower()}" for one, count in failed.items()),
        in_doubt=status.in_doubt,
        mended=status.mended,
        held=tuple(Held(one.reason, one.opened_at, one.failures) for one in status.held),
        processes=tuple(_process(status, one) for one in status.seen),
    )
    return page(site, "status.html", view, visitor, request)


def judge(status: Status) -> tuple[Health, str, str]:
    """How it goes, in one sentence, and what is being done or to be done about it."""
    kept = "Thư nằm trong hàng đợi, không mất; văn bản vẫn có trong hộp văn bản."
    if not status.workers_alive:
        return "bad", "Không có tiến trình gửi thư nào đang chạy.", f"{kept} Người quản trị cần khởi động lại."
    if status.held:
        waiting = number(status.letters_held)
        return "bad", f"Máy chủ thư không nhận thư; {waiting} thư đang chờ.", f"{kept} Hệ thống tự thử lại."
    if not status.beat_alive:
        return "warn", "Bộ rà soát hàng đợi không chạy.", "Thư mới vẫn được gửi, thư cần gửi lại có thể chậm."
    if status.oldest_waiting > LONG_WAIT:
        return "warn", f"Có thư đã chờ {span(status.oldest_waiting)}.", "Hệ thống vẫn đang gửi."
    if status.waits_for_listing:
        return "ok", "Hệ thống chạy bình thường, đang lập một danh sách nhận.", ""
    left = status.queue.waiting + status.queue.sending
    return "ok", "Hệ thống gửi thư chạy bình thường.", f"Còn {number(left)} thư." if left else "Hàng đợi trống."


def span(duration: timedelta) -> str:
    """About how long, in the largest whole unit that fits: `48 giây`, `6 phút`, `3 giờ`, `2 ngày`."""
    seconds = int(duration.total_seconds())
    for length, word in ((86_400, "ngày"), (3_600, "giờ"), (60, "phút")):
        if seconds >= length:
            return f"{seconds // length} {word}"
    return f"{seconds} giây"


def _process(status: Status, one: Heartbeat) -> Process:
    age = max(status.at - one.seen_at, timedelta(0))
    return Process(_KINDS.get(one.kind, one.kind), one.name, span(age), status.is_alive(one))
