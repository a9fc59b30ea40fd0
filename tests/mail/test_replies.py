import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.deliveries import Accepted, Broken, Deferred, Outcome, Phase, Refused, Reply, Requeued, Unknown
from service.mail.replies import classify, enhanced_status

Kind = type[Outcome]

ACCEPTED_AND_PUT_OFF: list[tuple[Phase, int, str, Kind]] = [
    (Phase.MESSAGE, 250, "2.0.0 Ok: queued as 4F2", Accepted),
    (Phase.MESSAGE, 250, "", Accepted),
    (Phase.MESSAGE, 251, "will forward", Accepted),
    (Phase.RCPT, 450, "4.2.0 greylisted", Deferred),
    (Phase.RCPT, 451, "4.7.1 greylisted", Deferred),
    (Phase.RCPT, 452, "4.2.2 mailbox full", Deferred),
    (Phase.RCPT, 452, "", Deferred),
    (Phase.MAIL, 452, "4.3.1 no space", Deferred),
    (Phase.MESSAGE, 451, "4.3.0 try later", Deferred),
    (Phase.MESSAGE, 452, "4.5.3 too many", Deferred),
    (Phase.MESSAGE, 421, "4.3.2 shutting down", Deferred),
    (Phase.MAIL, 421, "4.3.2 shutting down", Requeued),
    (Phase.RCPT, 421, "", Requeued),
    (Phase.DATA, 421, "", Requeued),
    (Phase.RCPT, 452, "4.5.3 too many recipients", Requeued),
    (Phase.RCPT, 552, "too many recipients", Requeued),
    (Phase.RCPT, 552, "5.5.3 too many recipients", Requeued),
    # Codes that no server may give there.
    (Phase.MESSAGE, 354, "go on", Unknown),
    (Phase.MESSAGE, 199, "", Unknown),
    (Phase.MESSAGE, 999, "", Unknown),
    (Phase.MESSAGE, 0, "", Unknown),
    (Phase.MAIL, 354, "", Deferred),
    (Phase.DATA, 250, "", Deferred),
    (Phase.RCPT, 600, "", Deferred),
]


@pytest.mark.parametrize(("phase", "code", "text", "kind"), ACCEPTED_AND_PUT_OFF)
def test_a_reply_accepts_or_puts_off(phase: Phase, code: int, text: str, kind: Kind) -> None:
    outcome = classify(Reply(code, text, phase))
    assert type(outcome) is kind
    assert not (isinstance(outcome, Requeued) and outcome.holds_queue)


@pytest.mark.parametrize(
    ("phase", "code", "text", "address_bad"),
    [
        (Phase.RCPT, 550, "5.1.1 no such user", True),
        (Phase.RCPT, 550, "5.1.2 no such domain", True),
        (Phase.RCPT, 553, "5.1.3 bad syntax", True),
        (Phase.RCPT, 551, "5.1.6 has moved", True),
        (Phase.RCPT, 556, "5.1.10 null MX", True),
        (Phase.RCPT, 556, "takes no mail", True),
        (Phase.RCPT, 550, "5.2.1 mailbox disabled", True),
        (Phase.MESSAGE, 550, "5.1.1 no such user after all", True),
        (Phase.RCPT, 550, "no such user", False),
        (Phase.RCPT, 550, "5.1.11 what nobody has defined", False),
        (Phase.RCPT, 550, "5.1.1x", False),
        (Phase.RCPT, 552, "5.2.2 mailbox full", False),
        (Phase.RCPT, 552, "5.3.4 message too big", False),
        (Phase.RCPT, 550, "5.7.1 relay denied", False),
        (Phase.RCPT, 554, "5.7.1 blocked", False),
        (Phase.MAIL, 550, "5.1.1 about the sender", False),
        (Phase.MAIL, 552, "message too big", False),
        (Phase.MAIL, 501, "5.5.4 parameter", False),
        (Phase.DATA, 554, "no valid recipients", False),
        (Phase.MESSAGE, 554, "5.6.0 content refused", False),
        (Phase.MESSAGE, 552, "message too big", False),
    ],
)
def test_a_5xx_refuses_and_only_some_spoil_the_address(phase: Phase, code: int, text: str, address_bad: bool) -> None:
    reply = Reply(code, text, phase)
    assert classify(reply) == Refused(str(reply), reply, address_bad=address_bad)


@pytest.mark.parametrize("code", [421, 454, 500, 530, 534, 535, 554])
@pytest.mark.parametrize("phase", [Phase.CONNECT, Phase.GREETING, Phase.EHLO, Phase.STARTTLS, Phase.AUTH])
def test_what_goes_wrong_before_the_first_letter_holds_the_queue(phase: Phase, code: int) -> None:
    outcome = classify(Reply(code, "no", phase))
    assert isinstance(outcome, Requeued)
    assert outcome.holds_queue


@pytest.mark.parametrize("code", [530, 534, 535, 538])
@pytest.mark.parametrize("phase", [Phase.MAIL, Phase.RCPT, Phase.DATA])
def test_our_own_password_is_nobodys_failure(phase: Phase, code: int) -> None:
    outcome = classify(Reply(code, "5.7.0 sign in first", phase))
    assert isinstance(outcome, Requeued)
    assert outcome.holds_queue


@given(st.integers(0, 999), st.text(), st.sampled_from(Phase))
def test_no_reply_whatsoever_makes_it_raise_or_accept_too_early(code: int, text: str, phase: Phase) -> None:
    outcome = classify(Reply(code, text, phase))
    assert not isinstance(outcome, Broken)
    assert isinstance(outcome, Accepted) == (phase is Phase.MESSAGE and 200 <= code <= 299)
    assert not isinstance(outcome, Unknown) or phase is Phase.MESSAGE


@pytest.mark.parametrize(
    ("text", "status"),
    [("5.1.1 no", "5.1.1"), ("5.1.10", "5.1.10"), ("5.1.1: no", None), ("no 5.1.1", None), ("", None), ("3.1.1", None)],
)
def test_an_enhanced_status_opens_the_text(text: str, status: str | None) -> None:
    assert enhanced_status(Reply(550, text, Phase.RCPT)) == status
