import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.mail.compose import Composer
from service.mail.connection import Timeouts
from service.mail.servers import parse_smtp_url
from service.mail.smtp import SmtpMailer
from tests.mail.certificates import AUTHORITY, CERTIFICATE, PRIVATE_KEY
from tests.mail.letters import MakeMailer, make_composer
from tests.mail.scripted_smtp import ScriptedSmtp


@pytest.fixture(scope="session")
def composer() -> Composer:
    return make_composer()


@pytest.fixture
def server() -> Iterator[ScriptedSmtp]:
    with ScriptedSmtp() as running:
        yield running


@pytest.fixture
def make_mailer(composer: Composer) -> Iterator[MakeMailer]:
    made: list[SmtpMailer] = []

    def make(url: str, *, connections: int = 2, **seconds: float) -> SmtpMailer:
        mailer = SmtpMailer(
            composer,
            parse_smtp_url(url),
            Timeouts(**seconds),
            now=lambda: datetime.now(UTC),
            connections=connections,
        )
        made.append(mailer)
        return mailer

    yield make
    for mailer in made:
        mailer.close()


@pytest.fixture(scope="session")
def server_tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A certificate for localhost and 127.0.0.1."""
    chain = tmp_path_factory.mktemp("tls") / "server.pem"
    chain.write_text(CERTIFICATE + PRIVATE_KEY, encoding="ascii")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our process trusts the authority behind `server_tls`, as an office trusts its own."""
    authority = tmp_path / "authority.pem"
    authority.write_text(AUTHORITY, encoding="ascii")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
