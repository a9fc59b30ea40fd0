"""Every reply, silence and break, told to the real client by a real server."""

import threading
from collections.abc import Callable, Iterable

import psutil
import pytest

from service.domain.deliveries import Accepted, Broken, Deferred, GivenBack, Outcome, Phase, Refused, Requeued, Unknown
from service.domain.letters import Haste, Letter
from service.mail.smtp import SmtpMailer
from tests.fakes import no_haste
from tests.mail.letters import (
    AT,
    MakeMailer,
    make_composer,
    make_edition,
    make_file,
    make_letter,
    make_letters,
    parsed,
)
from tests.mail.scripted_smtp import DROP, STALL, Fault, Reply, ScriptedSmtp


def outcomes(
    mailer: SmtpMailer, letters: Iterable[Letter], haste: Callable[[], Haste] = no_haste
) -> dict[int, Outcome]:
    """What each letter came to, each exactly once."""
    asked = list(letters)
    sent = [one for some in mailer.send(asked, haste) for one in some]
    assert sorted(one.letter.delivery_id for one in sent) == sorted(letter.delivery_id for letter in asked)
    assert all(one.started_at <= one.ended_at for one in sent)
    return {one.letter.delivery_id: one.outcome for one in sent}


def kinds(found: dict[int, Outcome]) -> list[type[Outcome]]:
    return [type(found[number]) for number in sorted(found)]


def held(found: dict[int, Outcome]) -> bool:
    return all(isinstance(outcome, Requeued) and outcome.holds_queue for outcome in found.values())


def test_letters_arrive_as_they_were_composed(server: ScriptedSmtp, make_mailer: MakeMailer) -> None:
    letters = make_letters(120, edition=make_edition(files=(make_file(content=b"\x00.\r\n" * 70_000),)))
    found = outcomes(make_mailer(server.url), letters[:3])
    assert kinds(found) == [Accepted] * 3
    accepted = found[1]
    assert isinstance(accepted, Accepted)
    assert (accepted.reply.code, accepted.reply.text, accepted.reply.phase) == (250, "2.0.0 taken", Phase.MESSAGE)
    for mail, letter in zip(sorted(server.mails, key=lambda mail: mail.recipient), letters, strict=False):
        expected = make_composer().compose(letter, AT)
        assert (mail.sender, mail.recipient) == (expected.sender, expected.recipient)
        message = parsed(mail.content)
        assert message["Message-ID"] == f"<{letter.message_id}>"
        assert mail.content.partition(b"From: ")[2] == expected.message.partition(b"From: ")[2]


def test_hundreds_come_back_in_small_sets_over_few_connections(server: ScriptedSmtp, make_mailer: MakeMailer) -> None:
    sets = list(make_mailer(server.url, connections=3).send(make_letters(200), no_haste))
    assert sum(map(len, sets)) == 200
    assert max(map(len, sets)) <= 50
    assert len(server.mails) == 200
    assert server.sessions <= 3


def test_nothing_to_send_is_nothing_done(server: ScriptedSmtp, make_mailer: MakeMailer) -> None:
    assert list(make_mailer(server.url).send([], no_haste)) == []
    assert server.sessions == 0


@pytest.mark.parametrize(
    ("phase", "reply", "kind"),
    [
        ("RCPT", "450 4.2.0 greylisted", Deferred),
        ("RCPT", "452 4.2.2 mailbox full", Deferred),
        ("RCPT", "452 4.5.3 too many recipients", Requeued),
        ("RCPT", "552 too many recipients", Requeued),
        ("RCPT", "421 4.3.2 closing", Requeued),
        ("RCPT", "550 5.1.1 no such user", Refused),
        ("RCPT", "550-5.7.1 first line\r\n550 5.7.1 second line", Refused),
        ("DATA", "421 4.3.2 closing", Requeued),
        ("DATA", "451 4.3.0 try later", Deferred),
        ("DATA", "554 5.5.1 no valid recipients", Refused),
        ("DATA", "250 what", Deferred),
        ("DOT", "421 4.3.2 closing", Deferred),
        ("DOT", "452 4.3.1 no space", Deferred),
        ("DOT", "554 5.6.0 content refused", Refused),
        ("DOT", "354 what", Unknown),
        ("RCPT", DROP, Deferred),
        ("DATA", DROP, Deferred),
        ("DOT", DROP, Unknown),
        ("DOT", Reply("250 2.0.0 taken", DROP), Accepted),
        ("DOT", Reply("550 5.1.1 no such user", DROP), Refused),
    ],
)
def test_one_letter_fares_as_the_server_says_and_the_others_arrive(
    server: ScriptedSmtp,
    make_mailer: MakeMailer,
    phase: str,
    reply: str | Reply | Fault,
    kind: type[Outcome],
) -> None:
    letters = make_letters(5)
    server.answer(phase, reply, to=letters[1].address)
    found = outcomes(make_mailer(server.url, connections=1), letters)
    assert type(found.pop(2)) is kind
    assert kinds(found) == [Accepted] * 4
    arrived = {mail.recipient for mail in server.mails} - {letters[1].address}
    assert len(arrived) == 4


@pytest.mark.parametrize(
    ("phase", "garbage", "kind"),
    [
        (phase, garbage, Unknown if phase == "DOT" else Deferred)
        for phase in ("RCPT", "DATA", "DOT")
        for garbage in (
            b"\xff what\r\n",
            b"\r\n",
            b"25\r\n",
            b"999 what\r\n",
            b"2" * 20_000,
            b"250-a\r\n" * 200,
        )
    ],
)
def test_garbage_for_a_reply_harms_one_letter_at_most(
    server: ScriptedSmtp, make_mailer: MakeMailer, phase: str, garbage: bytes, kind: type[Outcome]
) -> None:
    letters = make_letters(4)
    server.answer(phase, garbage, to=letters[1].address)
    found = outcomes(make_mailer(server.url, connections=1, rcpt=0.3, data=0.3, final=0.3), letters)
    assert type(found.pop(2)) is kind
    assert kinds(found) == [Accepted] * 3


def test_a_reply_is_kept_without_what_a_database_or_a_terminal_would_choke_on(
    server: ScriptedSmtp, make_mailer: MakeMailer
) -> None:
    server.answer("RCPT", b"550 5.1.1 \x00\x1b[31mno\xff\r\n")
    [outcome] = outcomes(make_mailer(server.url), [make_letter()]).values()
    assert isinstance(outcome, Refused)
    assert outcome.address_bad
    assert outcome.reason == "550 5.1.1 [31mno\ufffd"


@pytest.mark.parametrize(("phase", "kind"), [("RCPT", Deferred), ("DATA", Deferred), ("DOT", Unknown)])
def test_silence_ends_with_its_phase(
    server: ScriptedSmtp, make_mailer: MakeMailer, phase: str, kind: type[Outcome]
) -> None:
    letters = make_letters(3)
    server.answer(phase, STALL, to=letters[1].address)
    found = outcomes(make_mailer(server.url, connections=1, rcpt=0.2, data=0.2, final=0.2), letters)
    assert kinds(found) == [Accepted, kind, Accepted]


@pytest.mark.parametrize("fault", [DROP, STALL])
def test_a_break_in_the_middle_of_a_message_is_before_the_dot(
    server: ScriptedSmtp, make_mailer: MakeMailer, fault: Fault
) -> None:
    large = make_edition(files=(make_file(content=b"x" * 8_000_000),))
    letters = [make_letter(1), make_letter(2, edition=large), make_letter(3)]
    server.answer("BODY", fault, to=letters[1].address)
    found = outcomes(make_mailer(server.url, connections=1, block=0.5), letters)
    assert kinds(found) == [Accepted, Deferred, Accepted]


def test_a_session_goes_on_after_a_refusal_with_a_clean_transaction(
    server: ScriptedSmtp, make_mailer: MakeMailer
) -> None:
    letters = make_letters(3)
    server.answer("RCPT", "550 5.1.1 no such user", to=letters[0].address)
    assert kinds(outcomes(make_mailer(server.url, connections=1), letters)) == [Refused, Accepted, Accepted]
    assert server.sessions == 1
    assert len(server.heard("RSET")) == 1


def test_a_failing_reset_changes_no_outcome(server: ScriptedSmtp, make_mailer: MakeMailer) -> None:
    letters = make_letters(3)
    server.answer("RCPT", "550 5.1.1 no such user", to=letters[0].address)
    server.answer("RSET", "421 4.3.2 closing")
    assert kinds(outcomes(make_mailer(server.url, connections=1), letters)) == [Refused, Accepted, Accepted]
    assert server.sessions == 2


def test_a_sender_refused_is_the_letters_failure(server: ScriptedSmtp, make_mailer: MakeMailer) -> None:
    server.answer("MAIL", "550 5.7.1 relay denied", times=1)
    found = outcomes(make_mailer(server.url, connections=1), make_letters(2))
    assert kinds(found) == [Refused, Accepted]
    assert not server.heard("RSET")


def test_a_closing_server_gets_the_others_over_a_new_connection(server: ScriptedSmtp, make_mailer: MakeMailer) -> None:
    server.answer("MAIL", "250 2.1.0 noted", times=1)
    server.answer("MAIL", "421 4.3.2 enough for one session", times=1)
    found = outcomes(make_mailer(server.url, connections=1), make_letters(4))
    assert kinds(found) == [Accepted, Requeued, Accepted, Accepted]
    assert not held({2: found[2]})
    assert server.sessions == 2


def test_a_server_that_closes_before_the_first_letter_is_away(server: ScriptedSmtp, make_mailer: MakeMailer) -> None:
    server.answer("MAIL", "421 4.3.2 not now")
    assert held(outcomes(make_mailer(server.url), make_letters(6)))
    assert len(server.heard("MAIL")) <= 2


def test_a_cap_on_connections_is_obeyed_and_delays_nobody(server: ScriptedSmtp, make_mailer: MakeMailer) -> None:
    server.answer("GREETING", "220 welcome", times=1)
    server.answer("GREETING", "421 4.7.0 too many connections")
    found = outcomes(make_mailer(server.url, connections=4), make_letters(40))
    assert kinds(found) == [Accepted] * 40


@pytest.mark.parametrize("code", [530, 534, 535, 538])
def test_a_server_that_wants_a_password_holds_the_queue(
    server: ScriptedSmtp, make_mailer: MakeMailer, code: int
) -> None:
    server.answer("MAIL", f"{code} 5.7.0 sign in first")
    assert held(outcomes(make_mailer(server.url), make_letters(6)))
    assert server.mails == []


def test_connections_are_kept_between_calls_and_left_when_idle(server: ScriptedSmtp, make_mailer: MakeMailer) -> None:
    mailer = make_mailer(server.url, idle=0.5)
    for number in (1, 2, 3):
        assert kinds(outcomes(mailer, [make_letter(number)])) == [Accepted]
    assert server.sessions == 1
    server.wait_until(lambda heard: heard.heard("QUIT") == ["QUIT"])
    assert kinds(outcomes(mailer, [make_letter(4)])) == [Accepted]
    assert server.sessions == 2


def test_a_kept_connection_that_died_meanwhile_costs_no_letter(server: ScriptedSmtp, make_mailer: MakeMailer) -> None:
    mailer = make_mailer(server.url)
    assert kinds(outcomes(mailer, make_letters(4))) == [Accepted] * 4
    server.vanish()
    server.listen()
    assert kinds(outcomes(mailer, make_letters(4))) == [Accepted] * 4


def test_letters_wait_while_the_server_is_gone_and_arrive_when_it_is_back(
    server: ScriptedSmtp, make_mailer: MakeMailer
) -> None:
    mailer = make_mailer(server.url)
    server.vanish()
    found = outcomes(mailer, make_letters(5))
    assert held(found)
    [reason] = {outcome.reason for outcome in found.values() if isinstance(outcome, Requeued)}
    assert f"127.0.0.1:{server.port}" in reason
    server.listen()
    assert kinds(outcomes(mailer, make_letters(5))) == [Accepted] * 5


def test_several_threads_share_the_connections(server: ScriptedSmtp, make_mailer: MakeMailer) -> None:
    mailer = make_mailer(server.url, connections=2)
    found: dict[int, Outcome] = {}
    threads = [
        threading.Thread(
            target=lambda first: found.update(outcomes(mailer, [make_letter(first + n) for n in range(30)])),
            args=(100 * start,),
        )
        for start in (1, 2, 3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kinds(found) == [Accepted] * 90
    assert server.sessions <= 2


def test_a_caller_that_stops_listening_breaks_off_cleanly(server: ScriptedSmtp, make_mailer: MakeMailer) -> None:
    mailer = make_mailer(server.url, connections=1)
    server.answer("DOT", STALL, to=make_letter(3).address)
    sets = iter(mailer.send(make_letters(5), no_haste))
    assert {one.letter.delivery_id for one in next(sets)} <= {1, 2}
    sets.close()  # type: ignore[attr-defined]  # the iterator is a generator
    assert kinds(outcomes(mailer, [make_letter(6)])) == [Accepted]


def test_a_closed_mailer_takes_its_leave_and_may_start_again(server: ScriptedSmtp, make_mailer: MakeMailer) -> None:
    mailer = make_mailer(server.url)
    assert kinds(outcomes(mailer, [make_letter(1)])) == [Accepted]
    mailer.close()
    assert server.heard("QUIT") == ["QUIT"]
    assert kinds(outcomes(mailer, [make_letter(2)])) == [Accepted]


def test_what_cannot_be_composed_or_addressed_harms_nobody_else(server: ScriptedSmtp, make_mailer: MakeMailer) -> None:
    letters = [
        make_letter(1, edition=make_edition("no-such-template")),
        make_letter(2, message_id="2>\r\nBcc: x@y.example"),
        make_letter(3, address="x@y.example>\r\nRCPT TO:<z@y.example"),
        make_letter(4),
    ]
    found = outcomes(make_mailer(server.url), letters)
    assert kinds(found) == [Broken, Broken, Refused, Accepted]
    refused = found[3]
    assert isinstance(refused, Refused)
    assert refused.address_bad
    assert [mail.recipient for mail in server.mails] == [letters[3].address]


def test_status_notifications_are_asked_for_where_they_are_offered(
    server: ScriptedSmtp, make_mailer: MakeMailer
) -> None:
    outcomes(make_mailer(server.url), [make_letter(7, address="lan+x@donvi.example")])
    [mail] = server.mails
    assert mail.mail_parameters == f"SIZE={len(mail.content)} RET=HDRS ENVID=7"
    assert mail.rcpt_parameters == "NOTIFY=FAILURE,DELAY ORCPT=rfc822;lan+2Bx@donvi.example"


def test_a_server_that_offers_nothing_is_asked_for_nothing(server: ScriptedSmtp, make_mailer: MakeMailer) -> None:
    server.answer("EHLO", "502 5.5.1 what is that")
    assert kinds(outcomes(make_mailer(server.url), [make_letter()])) == [Accepted]
    [mail] = server.mails
    assert (mail.mail_parameters, mail.rcpt_parameters) == ("", "")
    assert server.heard("HELO") == ["HELO [127.0.0.1]"]


def test_an_address_outside_ascii_goes_where_it_can(server: ScriptedSmtp, make_mailer: MakeMailer) -> None:
    letters = [make_letter(1, address="lân@donvi.example"), make_letter(2)]
    assert kinds(outcomes(make_mailer(server.url), letters)) == [Accepted, Accepted]
    mail = next(mail for mail in server.mails if mail.recipient == "lân@donvi.example")
    assert "SMTPUTF8" in mail.mail_parameters
    assert mail.rcpt_parameters.endswith(r"ORCPT=utf-8;l\x{E2}n@donvi.example")
    assert "\r\n <lân@donvi.example>\r\n".encode() in mail.content


def test_an_address_outside_ascii_is_refused_where_it_cannot_go(make_mailer: MakeMailer) -> None:
    letters = [make_letter(1, address="lân@donvi.example"), make_letter(2)]
    with ScriptedSmtp(extensions=("DSN",)) as server:
        found = outcomes(make_mailer(server.url), letters)
    assert kinds(found) == [Refused, Accepted]
    refused = found[1]
    assert isinstance(refused, Refused)
    assert "SMTPUTF8" in refused.reason
    assert not refused.address_bad


def test_while_a_server_thinks_the_caller_is_woken_to_keep_its_letters(
    server: ScriptedSmtp, make_mailer: MakeMailer
) -> None:
    server.answer("MAIL", STALL, times=1)
    sets = make_mailer(server.url).send([make_letter()], no_haste)
    assert next(iter(sets)) == []


def once_heard(server: ScriptedSmtp, verb: str, haste: Haste) -> Callable[[], Haste]:
    """No haste until the server has heard a command."""
    return lambda: haste if server.heard(verb) else Haste.NONE


SLOWLY = Reply("250 2.0.0 taken", after=0.5)


@pytest.mark.parametrize("haste", [Haste.FINISH, Haste.LEAVE])
def test_in_haste_a_letter_behind_its_dot_ends_by_its_reply_and_no_other_is_begun(
    server: ScriptedSmtp, make_mailer: MakeMailer, haste: Haste
) -> None:
    server.answer("DOT", SLOWLY)
    found = outcomes(make_mailer(server.url, connections=1), make_letters(4), once_heard(server, "DATA", haste))
    assert kinds(found) == [Accepted, GivenBack, GivenBack, GivenBack]
    assert len(server.mails) == len(server.heard("MAIL")) == 1


def test_a_worker_that_finishes_waits_for_a_letter_before_its_dot(
    server: ScriptedSmtp, make_mailer: MakeMailer
) -> None:
    server.answer("RCPT", Reply("250 2.1.5 noted", after=0.5))
    hurry = once_heard(server, "RCPT", Haste.FINISH)
    assert kinds(outcomes(make_mailer(server.url, connections=1), make_letters(2), hurry)) == [Accepted, GivenBack]


@pytest.mark.parametrize(
    ("phase", "verb"),
    [("GREETING", "CONNECT"), ("EHLO", "EHLO"), ("MAIL", "MAIL"), ("RCPT", "RCPT"), ("DATA", "DATA"), ("BODY", "DATA")],
)
def test_a_worker_that_leaves_waits_for_nothing_before_the_dot(
    server: ScriptedSmtp, make_mailer: MakeMailer, phase: str, verb: str
) -> None:
    large = make_edition(files=(make_file(content=b"x" * 8_000_000),))
    server.answer(phase, STALL)
    mailer = make_mailer(server.url)
    found = outcomes(mailer, make_letters(4, edition=large), once_heard(server, verb, Haste.LEAVE))
    assert kinds(found) == [GivenBack] * 4
    server.obey()
    assert kinds(outcomes(mailer, make_letters(4))) == [Accepted] * 4
    assert len(server.mails) == 4


def test_a_worker_that_leaves_while_a_kept_connection_is_asked_whether_it_lives_closes_it(
    server: ScriptedSmtp, make_mailer: MakeMailer
) -> None:
    mailer = make_mailer(server.url)
    assert kinds(outcomes(mailer, [make_letter(1)])) == [Accepted]
    server.answer("RSET", STALL)
    found = outcomes(mailer, [make_letter(2)], once_heard(server, "RSET", Haste.LEAVE))
    assert kinds(found) == [GivenBack]
    server.wait_until(lambda heard: not connections_to(heard.port))


def connections_to(port: int) -> list[object]:
    return [one for one in psutil.Process().net_connections("tcp") if getattr(one.raddr, "port", None) == port]


def test_of_letters_that_wait_for_a_first_connection_one_waits_on_and_tells_that_the_server_is_away(
    server: ScriptedSmtp, make_mailer: MakeMailer
) -> None:
    server.answer("GREETING", STALL)
    mailer = make_mailer(server.url, greeting=1)
    found = outcomes(mailer, make_letters(4), once_heard(server, "CONNECT", Haste.FINISH))
    assert kinds(found) == [Requeued, GivenBack, GivenBack, GivenBack]
    assert held({1: found[1]})


def test_letters_that_would_wait_for_the_connections_of_another_call_all_come_back(
    server: ScriptedSmtp, make_mailer: MakeMailer
) -> None:
    server.answer("RCPT", STALL)
    mailer = make_mailer(server.url, connections=1)
    leaving = threading.Event()
    found: dict[int, Outcome] = {}
    other = threading.Thread(
        target=lambda: found.update(
            outcomes(mailer, [make_letter(9)], lambda: Haste.LEAVE if leaving.is_set() else Haste.NONE)
        )
    )
    other.start()
    server.wait_until(lambda heard: bool(heard.heard("RCPT")))
    assert kinds(outcomes(mailer, make_letters(3), lambda: Haste.FINISH)) == [GivenBack] * 3
    leaving.set()
    other.join()
    assert kinds(found) == [GivenBack]


def test_a_worker_that_finishes_does_not_wait_for_further_connections(
    server: ScriptedSmtp, make_mailer: MakeMailer
) -> None:
    server.answer("GREETING", "220 welcome", times=1)
    server.answer("GREETING", STALL)
    server.answer("DOT", SLOWLY)
    found = outcomes(make_mailer(server.url, connections=3), make_letters(4), once_heard(server, "DATA", Haste.FINISH))
    assert kinds(found) == [Accepted, GivenBack, GivenBack, GivenBack]
