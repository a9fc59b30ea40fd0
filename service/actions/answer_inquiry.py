"""The secretariat answers a question or a return: kept, mailed to the reader, and with an exemption when accepted."""

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from service import doorbell
from service.actions.record_absence import exempt_listed
from service.domain.errors import AlreadyAnswered, NotAReturn, NotFound
from service.domain.evidence import Deed, digest_of, entry
from service.domain.inquiries import Kind
from service.domain.occasions import Kind as Letter
from service.domain.occasions import Occasion
from service.domain.roles import Act, Actor
from service.domain.texts import ANSWER, REASON, needed_lines
from service.domain.vietnamese import strip_controls
from service.runtime import Runtime
from service.store import evidence, reminders
from service.store.inquiries import add_answer, inquiry_row
from service.store.reader_letters import queue_letter

_ACCEPTED = "Đồng ý nhận lại văn bản."


def answer_inquiry(runtime: Runtime, actor: Actor, inquiry_id: int, words: str, *, accepts: bool = False) -> None:
    """Answer once, for good. `accepts` exempts the reader who returned the document; it then needs no words.

    Raises:
        NotFound: the actor may not answer, or there is no such inquiry.
        AlreadyAnswered: somebody was faster.
        NotAReturn: `accepts` for a question.
        EmptyText, TooLong, UnstorableText: the words are none that can be kept.
    """
    actor.must(Act.ANSWER)
    answer = needed_lines(ANSWER, words if words.strip() or not accepts else _ACCEPTED)
    with runtime.sessions.begin() as session:
        inquiry, now = inquiry_row(session, inquiry_id, lock=True), runtime.clock()
        if inquiry is None:
            raise NotFound
        if inquiry["answered_at"] is not None:
            raise AlreadyAnswered
        is_return = inquiry["kind"] == Kind.RETURN.value
        if accepts and not is_return:
            raise NotAReturn
        add_answer(session, inquiry_id, answer, actor.account_id, now, accepted=accepts if is_return else None)
        about, words = _about(inquiry), digest_of(answer)
        deed = entry(Deed.ANSWERED, actor, now, inquiry=inquiry_id, accepted=accepts, words_sha256=words, **about)
        evidence.append(session, deed)
        if accepts:
            _exempt(runtime, session, actor, inquiry)
        occasion = Occasion(Letter.ANSWER, inquiry_id)
        queued = queue_letter(
            session, inquiry["distribution_id"], inquiry["person_id"], occasion, runtime.policy.mail_domain
        )
    if queued:
        runtime.doorbell.ring(doorbell.DELIVER_DUE)


def _exempt(runtime: Runtime, session: Session, actor: Actor, inquiry: RowMapping) -> None:
    # The words may be longer than a reason, which stands in a cell; whole they stand with the inquiry.
    reason = f"Trả lại: {strip_controls(inquiry['words'])}"[: REASON.longest]
    reminders.hold_off(session, [inquiry["distribution_id"]])
    exempt_listed(runtime, session, actor, (inquiry["distribution_id"], inquiry["person_id"]), reason)


def _about(inquiry: RowMapping) -> dict[str, int]:
    return {"distribution": inquiry["distribution_id"], "person": inquiry["person_id"]}
