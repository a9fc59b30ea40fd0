"""From the first packet to the first letter: what fails there is nobody's failure, and holds the queue."""

import socket
import ssl

import pytest

from service.domain.deliveries import Accepted, Requeued
from service.domain.letters import Sent
from service.mail.smtp import SmtpMailer
from tests.fakes import no_haste
from tests.mail.letters import MakeMailer, make_letters
from tests.mail.scripted_smtp import DROP, STALL, Fault, Reply, ScriptedSmtp


def send(mailer: SmtpMailer) -> list[Sent]:
    sent = [one for some in mailer.send(make_letters(3), no_haste) for one in some]
    assert len(sent) == 3
    return sent


def reasons(mailer: SmtpMailer) -> set[str]:
    """Why every letter is held."""
    found = [one.outcome for one in send(mailer)]
    assert all(isinstance(outcome, Requeued) and outcome.holds_queue for outcome in found)
    return {outcome.reason for outcome in found if isinstance(outcome, Requeued)}


def arrive(mailer: SmtpMailer) -> bool:
    return all(isinstance(one.outcome, Accepted) for one in send(mailer))


def test_nobody_listens(make_mailer: MakeMailer) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: refuses every connection
        port = taken.getsockname()[1]
        [reason] = reasons(make_mailer(f"smtp://127.0.0.1:{port}"))
    assert f"127.0.0.1:{port}" in reason


@pytest.mark.parametrize("phase", ["GREETING", "EHLO"])
@pytest.mark.parametrize(
    "reply",
    ["554 5.7.1 go away", "421 4.3.2 not now", "450 later", b"what\r\n", b"\xff" * 50_000, b"\r\n", DROP, STALL],
)
def test_a_server_that_does_not_come_to_a_session_is_away(
    server: ScriptedSmtp, make_mailer: MakeMailer, phase: str, reply: str | bytes | Fault
) -> None:
    server.answer(phase, reply)
    server.answer("HELO", "554 neither")
    assert reasons(make_mailer(server.url, greeting=0.3))
    assert not server.heard("MAIL")


def test_the_right_password_opens_the_door(make_mailer: MakeMailer) -> None:
    with ScriptedSmtp(login=("văn@thư", "mật/khẩu?")) as server:
        url = f"smtp://v%C4%83n%40th%C6%B0:m%E1%BA%ADt%2Fkh%E1%BA%A9u%3F@127.0.0.1:{server.port}?tls=none"
        assert arrive(make_mailer(url))


def test_the_wrong_password_holds_the_queue_and_is_told_to_nobody(
    make_mailer: MakeMailer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with ScriptedSmtp(login=("vanthu", "right")) as server:
        found = reasons(make_mailer(f"smtp://vanthu:s3cret@127.0.0.1:{server.port}?tls=none"))
    assert all("535 5.7.8" in reason for reason in found)
    assert "s3cret" not in caplog.text + str(found)


def test_no_password_where_one_is_wanted_holds_the_queue(make_mailer: MakeMailer) -> None:
    with ScriptedSmtp(login=("vanthu", "right")) as server:
        assert all("530 5.7.0" in reason for reason in reasons(make_mailer(server.url)))


def test_a_password_where_none_is_taken_holds_the_queue(server: ScriptedSmtp, make_mailer: MakeMailer) -> None:
    assert reasons(make_mailer(f"smtp://vanthu:s3cret@127.0.0.1:{server.port}?tls=none"))


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_required_tls_speaks_it_before_the_password(
    make_mailer: MakeMailer, server_tls: ssl.SSLContext, host: str
) -> None:
    with ScriptedSmtp(tls=server_tls, login=("vanthu", "right")) as server:
        assert arrive(make_mailer(f"smtp://vanthu:right@{host}:{server.port}?tls=require"))
        assert all(mail.tls for mail in server.mails)
        verbs = [line.partition(" ")[0] for number, line in server.commands if number == 1]
    assert verbs[:5] == ["CONNECT", "EHLO", "STARTTLS", "EHLO", "AUTH"]


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("query", ["", "?tls=require"])
def test_required_tls_that_is_not_offered_sends_neither_password_nor_letter(
    server: ScriptedSmtp, make_mailer: MakeMailer, query: str
) -> None:
    assert reasons(make_mailer(f"smtp://vanthu:right@127.0.0.1:{server.port}{query}"))
    assert not server.heard("AUTH")
    assert not server.heard("MAIL")


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("reply", ["454 4.7.0 no TLS today", "220 go on, in plain", b"what\r\n", Reply("220 x", DROP)])
def test_required_tls_that_fails_sends_nothing(
    make_mailer: MakeMailer, server: ScriptedSmtp, reply: str | bytes | Reply
) -> None:
    server.answer("EHLO", "250-scripted.example\r\n250 STARTTLS")
    server.answer("STARTTLS", reply)
    assert reasons(make_mailer(f"smtp://127.0.0.1:{server.port}?tls=require", greeting=0.5))
    assert not server.heard("MAIL")


def test_required_tls_refuses_a_stranger(make_mailer: MakeMailer, server_tls: ssl.SSLContext) -> None:
    with ScriptedSmtp(tls=server_tls) as server:
        found = reasons(make_mailer(f"smtp://127.0.0.1:{server.port}?tls=require"))
        assert not server.heard("MAIL")
    assert any("certificate" in reason.lower() for reason in found)


def test_opportunistic_tls_is_spoken_even_with_a_stranger(make_mailer: MakeMailer, server_tls: ssl.SSLContext) -> None:
    with ScriptedSmtp(tls=server_tls) as server:
        assert arrive(make_mailer(f"smtp://127.0.0.1:{server.port}"))
        assert all(mail.tls for mail in server.mails)


def test_opportunistic_tls_does_without_where_none_is_offered(server: ScriptedSmtp, make_mailer: MakeMailer) -> None:
    assert arrive(make_mailer(f"smtp://127.0.0.1:{server.port}"))
    assert not any(mail.tls for mail in server.mails)


@pytest.mark.usefixtures("trusted")
def test_smtps_speaks_tls_from_the_start(make_mailer: MakeMailer, server_tls: ssl.SSLContext) -> None:
    with ScriptedSmtp(tls=server_tls, implicit_tls=True) as server:
        assert arrive(make_mailer(f"smtps://localhost:{server.port}"))
        assert not server.heard("STARTTLS")


def test_smtps_refuses_a_stranger(make_mailer: MakeMailer, server_tls: ssl.SSLContext) -> None:
    with ScriptedSmtp(tls=server_tls, implicit_tls=True) as server:
        assert reasons(make_mailer(f"smtps://localhost:{server.port}"))
        assert not server.heard("EHLO")
