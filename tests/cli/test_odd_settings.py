"""A setting that cannot be used: every command says so in one line, before anything of it is started."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.embedded.ports import free_port
from tests.cli.conftest import USABLE, Eoffice, Started
from tests.mail.certificates import AUTHORITY, CERTIFICATE, PRIVATE_KEY

COMMANDS = ("demo", "up", "web", "worker", "beat", "migrate", "post", "status", "backup", "restore")
SERVING = ("up", "web")

Say = Callable[..., str]


@pytest.fixture
def say(eoffice: Eoffice, tmp_path: Path) -> Iterator[Say]:
    """Runs a command with settings; returns the line with which it refused to start."""

    def run(command: str, **settings: object) -> str:
        line = eoffice(command, *_arguments(command, tmp_path), **settings).refusal
        assert "s3cret" not in line
        return line

    (tmp_path / "backup").touch()
    yield run
    assert not (tmp_path / "office").exists(), "nothing was started"


def _arguments(command: str, place: Path) -> list[str]:
    if command == "backup":
        return [str(place / "new-backup")]
    if command == "post":
        return [str(place / "van-ban.txt"), "--title", "Văn bản mẫu", "--to", "all"]
    if command in {"demo", "up"}:
        return ["--data", str(place / "office"), "--port", str(free_port())]
    return [str(place / "backup")] if command == "restore" else []


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAIL_FROM", "Văn thư"),
        ("MAIL_FROM", "Văn thư <vănthư@example.org>"),
        ("MAIL_BOUNCE", "bounce"),
        ("ANCHOR_MAIL", "giu moc"),
        ("MAIL_BOUNCE", f"{'b' * 40}@example.org"),
        ("SMTP_URL", "mail.example.org"),
        ("SMTP_URL", "imap://u:s3cret@mail.example.org"),
        ("SMTP_URL", "smtp://u:s3cret@mail.example.org:mail"),
        ("SMTP_URL", "smtp://u:s3cret@mail.example.org?tls=yes"),
        ("BASE_URL", "vanban.example.org"),
        ("BASE_URL", "https://vanban.example.org/office"),
        ("TRUSTED_PROXIES", "proxy.example.org"),
        ("BROKER_URL", "amqp://u:s3cret@mq.example.org"),
        ("DATABASE_URL", "mysql://u:s3cret@db.example.org/eoffice"),
        ("DATABASE_URL", "postgresql://u:s3cret@db.example.org:port/eoffice"),
        ("MIGRATE_DATABASE_URL", "postgresql://u:s3cret@db.example.org/eoffice?sslmod=require"),
        ("LEASE", "for ever"),
    ],
)
def test_a_value_that_nothing_can_use_is_refused_under_its_name(say: Say, command: str, name: str, value: str) -> None:
    assert say(command, **{name: value}).startswith(f"eoffice: EOFFICE_{name} is wrong: ")


@pytest.fixture
def pem(tmp_path: Path) -> Callable[[str], Path]:
    """A file of this name, which is none, a directory, or what the name says."""
    content = {"certificate": CERTIFICATE, "key": PRIVATE_KEY, "another": AUTHORITY, "both": CERTIFICATE + PRIVATE_KEY}

    def make(name: str) -> Path:
        if name == "directory":
            (tmp_path / name).mkdir(exist_ok=True)
        elif name != "missing":
            (tmp_path / name).write_text(content.get(name, name))
        return tmp_path / name

    return make


@pytest.mark.parametrize("command", SERVING)
@pytest.mark.parametrize(
    ("cert", "key", "name", "said"),
    [
        ("missing", "key", "TLS_CERT", "No such file"),
        ("directory", "key", "TLS_CERT", "Is a directory"),
        ("nonsense", "key", "TLS_CERT", "holds no certificate"),
        ("key", "key", "TLS_CERT", "holds no certificate"),
        ("certificate", "missing", "TLS_KEY", "No such file"),
        ("certificate", "directory", "TLS_KEY", "Is a directory"),
        ("certificate", "nonsense", "TLS_KEY", "holds no open key"),
        ("certificate", "certificate", "TLS_KEY", "holds no open key"),
        ("another", "key", "TLS_KEY", "does not belong to the certificate"),
    ],
)
def test_a_certificate_and_its_key_are_tried_before_anything_serves(
    say: Say, pem: Callable[[str], Path], command: str, cert: str, key: str, name: str, said: str
) -> None:
    line = say(command, TLS_CERT=pem(cert), TLS_KEY=pem(key))
    assert line.startswith(f"eoffice: EOFFICE_{name} is wrong: ")
    assert said in line


@pytest.mark.parametrize("command", SERVING)
def test_a_certificate_wants_its_key_and_a_key_its_certificate(
    say: Say, pem: Callable[[str], Path], command: str
) -> None:
    assert "EOFFICE_TLS_KEY is wrong" in say(command, TLS_CERT=pem("certificate"))
    assert "EOFFICE_TLS_CERT is wrong" in say(command, TLS_KEY=pem("key"), TLS_CERT="")


def test_a_key_may_stand_in_the_certificates_file(eoffice: Eoffice, pem: Callable[[str], Path]) -> None:
    with pytest.raises(Started):
        eoffice("web", TLS_CERT=pem("both"), WEB_PORT=free_port())


@pytest.mark.parametrize("command", ["web", "worker", "beat"])
@pytest.mark.parametrize("name", USABLE)
def test_a_process_that_lacks_a_setting_names_it(say: Say, command: str, name: str) -> None:
    assert say(command, **{name: ""}).startswith(f"eoffice: EOFFICE_{name} is not set; ")


def test_plain_http_is_refused_beyond_this_machine(say: Say) -> None:
    assert "TLS" in say("web", WEB_HOST="192.0.2.1")


def test_an_address_that_is_not_this_machines_is_told_before_the_server_stumbles_over_it(say: Say) -> None:
    assert "EOFFICE_WEB_HOST" in say("web", WEB_HOST="192.0.2.1", TRUSTED_PROXIES="192.0.2.2")


def test_a_database_that_does_not_answer_is_told_with_its_reason_and_without_its_password(say: Say) -> None:
    for command in ("migrate", "status", "backup"):
        line = say(command)
        assert "The database cannot be used" in line
        assert "Connection refused" in line
