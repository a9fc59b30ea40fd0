import ssl

import pytest

from service.domain.errors import BadSetting
from service.mail.servers import MailServer, Tls, parse_smtp_url


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", MailServer("mail.example", 25, Tls.OPPORTUNISTIC)),
        ("smtp://127.0.0.1:2525/", MailServer("127.0.0.1", 2525, Tls.OPPORTUNISTIC)),
        ("smtp://mail.example?tls=none", MailServer("mail.example", 25, Tls.NONE)),
        ("smtp://mail.example:587?tls=require", MailServer("mail.example", 587, Tls.REQUIRE)),
        ("smtp://u:p@mail.example:587", MailServer("mail.example", 587, Tls.REQUIRE, "u", "p")),
        ("smtp://u:p@mail.example?tls=opportunistic", MailServer("mail.example", 25, Tls.OPPORTUNISTIC, "u", "p")),
        (
            "smtp://v%40x:%3Fm%E1%BA%ADt%2F%25@mail.example",
            MailServer("mail.example", 25, Tls.REQUIRE, "v@x", "?mật/%"),
        ),
        ("smtps://u:p@mail.example", MailServer("mail.example", 465, Tls.IMPLICIT, "u", "p")),
        ("smtps://[::1]:4465", MailServer("::1", 4465, Tls.IMPLICIT)),
    ],
)
def test_an_address_says_where_and_how(url: str, server: MailServer) -> None:
    assert parse_smtp_url(url) == server


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "smtp://"),
        ("mail.example:25", "smtp://"),
        ("http://s3cret@mail.example", "smtp://"),
        ("lmtp://mail.example", "lmtp://"),
        ("smtp://", "host"),
        ("smtp://s3cret:s3cret@:25", "host"),
        ("smtp://mail..example", "host"),
        ("smtp://s3cret@ma il", "host"),
        ("smtp://mail.example:port", "port"),
        ("smtp://mail.example:99999", "port"),
        ("smtp://mail.example:0", "port"),
        ("smtp://u:s3cret@mail.example/path", "?tls="),
        ("smtp://u:s3c#ret@mail.example", "%XX"),
        ("smtp://u@mail.example#s3cret", "?tls="),
        ("smtp://:s3cret@mail.example", "user"),
        ("smtp://u:s3cret%0D%0A@mail.example", "control"),
        ("smtp://u:s3cret@mail.example?tls=maybe", "require"),
        ("smtp://u:s3cret@mail.example?ssl=1", "?tls="),
        ("smtps://u:s3cret@mail.example?tls=none", "smtps://"),
    ],
)
def test_a_wrong_address_is_refused_without_telling_the_password(url: str, said: str) -> None:
    with pytest.raises(BadSetting) as refusal:
        parse_smtp_url(url)
    assert "EOFFICE_SMTP_URL" in str(refusal.value)
    assert said in str(refusal.value)
    assert "s3c" not in str(refusal.value) + refusal.value.vi


def test_a_server_shows_its_password_nowhere() -> None:
    server = parse_smtp_url("smtps://vanthu:s3cret@mail.example")
    assert "s3cret" not in f"{server} {server!r} {server.place}"
    assert server.place == "mail.example:465"


@pytest.mark.parametrize("url", ["smtps://mail.example", "smtp://mail.example?tls=require"])
def test_required_tls_verifies_who_is_there(url: str) -> None:
    context = parse_smtp_url(url).tls_context()
    assert context is not None
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED


def test_opportunistic_tls_takes_any_certificate_and_none_takes_no_tls() -> None:
    context = parse_smtp_url("smtp://mail.example").tls_context()
    assert context is not None
    assert context.verify_mode is ssl.CERT_NONE
    assert parse_smtp_url("smtp://mail.example?tls=none").tls_context() is None
