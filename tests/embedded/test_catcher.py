import json
import smtplib
import socket
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest

from service.embedded.catcher.smtp import CONNECTIONS
from service.embedded.ports import free_port, is_listening
from service.embedded.supervisor import Child, Supervisor

REFUSED = "nghi.viec@example.org"
DEFERRED = "cho.mot.lat@example.org"


@dataclass(frozen=True)
class Catcher:
    smtp_port: int
    http_port: int
    directory: Path

    def argv(self) -> list[str]:
        ports = ["--smtp-port", str(self.smtp_port), "--http-port", str(self.http_port)]
        wishes = ["--refuse", REFUSED, "--defer-first", DEFERRED]
        return [sys.executable, "-m", "service.embedded.catcher", *ports, "--directory", str(self.directory), *wishes]

    def start(self, supervisor: Supervisor) -> None:
        supervisor.start(Child("catcher", self.argv()), ready=self.is_up)

    def is_up(self) -> bool:
        return is_listening(self.smtp_port) and is_listening(self.http_port)

    def send(self, message: EmailMessage, recipient: str) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp_port) as client:
            client.sendmail("bounce+1@example.org", [recipient], wire(message))

    def get(self, path: str, host: str | None = None) -> tuple[HTTPResponse, bytes]:
        connection = HTTPConnection("127.0.0.1", self.http_port, timeout=10)
        connection.request("GET", path, headers={"Host": host} if host else {})
        response = connection.getresponse()
        return response, response.read()

    def page(self, path: str) -> str:
        response, body = self.get(path)
        assert response.status == 200
        return body.decode()

    def messages(self, query: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.page(f"/messages.json{query}"))["messages"]
        return found


@pytest.fixture
def catcher(place: Path) -> Iterator[Catcher]:
    made = Catcher(free_port(), free_port(), place / "mail")
    with Supervisor(place) as supervisor:
        made.start(supervisor)
        yield made


def wire(message: EmailMessage) -> bytes:
    return message.as_bytes(policy=policy.SMTP)


def letter(subject: str = "Kế hoạch tuyên truyền <b>CCHC</b>") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Văn thư <vanthu@example.org>"
    message["To"] = "an@example.org"
    message["Subject"] = subject
    message["Message-ID"] = "<1@example.org>"
    message.set_content("Mở văn bản: http://127.0.0.1:8000/d/1?a=1&b=<2\n")
    message.add_alternative('<html><head></head><body onload="x()"><h1>Văn bản</h1></body></html>', subtype="html")
    message.add_attachment(b"%PDF-1.7 nothing", maintype="application", subtype="pdf", filename="Kế hoạch.pdf")
    return message


def test_a_caught_letter_keeps_its_envelope_and_every_byte(catcher: Catcher) -> None:
    sent = letter()
    catcher.send(sent, "An@example.org")
    [caught] = catcher.messages("?to=an@EXAMPLE.org")
    assert caught["sender"] == "bounce+1@example.org"
    assert caught["recipients"] == ["An@example.org"]
    assert caught["subject"] == "Kế hoạch tuyên truyền <b>CCHC</b>"
    assert caught["message_id"] == "<1@example.org>"
    response, raw = catcher.get(caught["raw"])
    assert raw == wire(sent)
    assert response.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''thu-{caught['id']}.eml"


def test_a_refused_address_is_refused_for_good_whatever_its_capitals(catcher: Catcher) -> None:
    for recipient in (REFUSED, REFUSED.upper()):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            catcher.send(letter(), recipient)
        code, reply = refused.value.recipients[recipient]
        assert code == 550
        assert reply.startswith(b"5.1.1 ")
    assert catcher.messages() == []


def test_a_deferred_address_is_taken_at_the_second_attempt(catcher: Catcher) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as deferred:
        catcher.send(letter(), DEFERRED)
    code, reply = deferred.value.recipients[DEFERRED]
    assert code == 451
    assert reply.startswith(b"4.7.1 ")
    catcher.send(letter(), DEFERRED)
    assert len(catcher.messages(f"?to={DEFERRED}")) == 1


def test_utf_8_addresses_and_eight_bit_letters_are_offered(catcher: Catcher) -> None:
    with smtplib.SMTP("127.0.0.1", catcher.smtp_port) as client:
        client.ehlo()
        assert client.has_extn("8bitmime")
        assert client.has_extn("smtputf8")
        client.sendmail("đi@example.org", ["đến@example.org"], wire(letter()), mail_options=["SMTPUTF8"])
    assert "đến@example.org" in catcher.page("/?to=%C4%90%E1%BA%BEN")


def test_one_client_too_many_is_asked_to_come_back_later(catcher: Catcher) -> None:
    clients = [smtplib.SMTP("127.0.0.1", catcher.smtp_port) for _ in range(CONNECTIONS)]
    with socket.create_connection(("127.0.0.1", catcher.smtp_port)) as late:
        assert late.recv(1000).startswith(b"421 4.7.0 ")
    for client in clients:
        client.quit()


def test_letters_survive_a_restart(place: Path) -> None:
    catcher = Catcher(free_port(), free_port(), place / "mail")
    for _ in range(2):
        with Supervisor(place) as supervisor:
            catcher.start(supervisor)
            catcher.send(letter(), "an@example.org")
            held = len(catcher.messages())
    assert held == 2


def test_a_letter_that_cannot_be_kept_is_not_accepted(place: Path) -> None:
    catcher = Catcher(free_port(), free_port(), place / "mail")
    with Supervisor(place) as supervisor:
        catcher.start(supervisor)
        with smtplib.SMTP("127.0.0.1", catcher.smtp_port) as client:
            lock_for_writing(catcher.directory)
            with pytest.raises(smtplib.SMTPDataError) as deferred:
                client.sendmail("a@example.org", ["an@example.org"], b"Subject: x\r\n\r\n")
    assert deferred.value.smtp_code == 452


def lock_for_writing(directory: Path) -> None:
    """What a full disk does to a letter: its table takes no more."""
    connection = sqlite3.connect(directory / "caught.sqlite3", isolation_level=None)
    connection.execute("DROP TABLE sources")
    connection.close()


def test_the_list_shows_newest_first_finds_an_address_and_pages(catcher: Catcher) -> None:
    with smtplib.SMTP("127.0.0.1", catcher.smtp_port) as client:
        for number in range(60):
            source = f"Subject: Thu {number}.\r\n\r\nx\r\n".encode()
            client.sendmail("a@example.org", [f"p{number}@example.org"], source)
    first = catcher.page("/")
    assert first.index("Thu 59.") < first.index("Thu 58.")
    assert "60 thư đã giữ" in first
    assert "Thu 9." not in first
    assert '<a href="/?to=&amp;before=11">Thư cũ hơn</a>' in first
    second = catcher.page("/?to=&before=11")
    assert "Thu 9." in second
    assert "Thu 10." not in second
    assert "Thư cũ hơn" not in second
    found = catcher.page("/?to=P7%40")
    assert "Thu 7." in found
    assert "Thu 57." not in found
    assert "Không có thư nào gửi tới địa chỉ này." in catcher.page("/?to=nobody")


def test_a_letters_page_shows_its_parts_and_runs_nothing_of_it(catcher: Catcher) -> None:
    catcher.send(letter(), "an@example.org")
    response, body = catcher.get("/messages/1")
    page = body.decode()
    assert "<h1>Kế hoạch tuyên truyền &lt;b&gt;CCHC&lt;/b&gt;</h1>" in page
    assert 'href="http://127.0.0.1:8000/d/1?a=1&amp;b="' in page
    assert "b=<2" not in page
    assert "onload" not in page
    assert "Văn thư &lt;vanthu@example.org&gt;" in page
    rules = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in rules
    assert "unsafe-inline" not in rules
    response, body = catcher.get("/messages/1/html")
    assert '<head><base target="_blank"></head>' in body.decode()
    rules = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in rules
    assert "sandbox" in rules
    assert "allow-scripts" not in rules
    assert "allow-same-origin" not in rules


def test_an_attachment_comes_down_under_its_own_name_and_is_never_shown(catcher: Catcher) -> None:
    catcher.send(letter(), "an@example.org")
    assert 'href="/messages/1/parts/0"><strong>Kế hoạch.pdf</strong>' in catcher.page("/messages/1")
    response, body = catcher.get("/messages/1/parts/0")
    assert body == b"%PDF-1.7 nothing"
    assert response.headers["Content-Disposition"] == "attachment; filename*=UTF-8''K%E1%BA%BF%20ho%E1%BA%A1ch.pdf"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_what_is_not_there_is_a_404(catcher: Catcher) -> None:
    missing = ["/messages/9", "/messages/9/html", "/messages/9/raw", "/messages/9/parts/0", "/../etc/passwd", "/x"]
    assert {catcher.get(path)[0].status for path in missing} == {404}


def test_a_foreign_name_for_this_machine_reads_nothing(catcher: Catcher) -> None:
    response, body = catcher.get("/messages.json", host=f"attacker.example:{catcher.http_port}")
    assert response.status == 421
    assert b"messages" not in body


@pytest.mark.parametrize(
    "source", [b"", b"\r\n\r\n", b"Subject: =?x-none?q?=ff?=\r\nContent-Type: text/plain; charset=x-none\r\n\r\n\xff"]
)
def test_a_broken_letter_is_kept_and_shown_all_the_same(catcher: Catcher, source: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", catcher.smtp_port) as client:
        client.sendmail("a@example.org", ["an@example.org"], source)
    assert len(catcher.messages()) == 1
    assert "an@example.org" in catcher.page("/")
    assert "an@example.org" in catcher.page("/messages/1")
