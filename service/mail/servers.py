"""SMTP_URL: which mail server, and how its connection is protected."""

import re
import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from service.domain.errors import BadSetting

_SETTING = "EOFFICE_SMTP_URL"
_DEFAULT_PORTS = {"smtp": 25, "smtps": 465}
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*\.?|[0-9A-Fa-f:]+")
_LONGEST_HOST = 253
_EXAMPLE = "smtp://mail.example.org:25 or smtps://user:password@mail.example.org"
_ESCAPE = "write special characters of a password as %XX"
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


class Tls(StrEnum):
    """`require` and `implicit` verify the certificate and never speak in plain; `implicit` is smtps:// (RFC 8314)."""

    IMPLICIT = "implicit"
    REQUIRE = "require"
    OPPORTUNISTIC = "opportunistic"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters go out. The password shows in no representation."""

    host: str
    port: int
    tls: Tls
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def place(self) -> str:
        """Host and port, for messages."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def tls_context(self) -> ssl.SSLContext | None:
        """None when TLS is never spoken. Verifies against the system's authorities, or those of SSL_CERT_FILE."""
        if self.tls is Tls.NONE:
            return None
        context = ssl.create_default_context()
        if self.tls is Tls.OPPORTUNISTIC:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def parse_smtp_url(url: str) -> MailServer:
    """`smtp://user:password@host:port?tls=require|opportunistic|none` or `smtps://user:password@host:port`.

    User and password are percent-decoded. Without `tls` it is `require` when there is a user, so that no password
    travels in plain by oversight, and else `opportunistic`.

    Raises:
        BadSetting: says what is wrong, without repeating the URL, which may hold a password.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        # The library's own words would repeat what may be a piece of the password.
        raise _bad(f"it is no URL with a host and a port; {_ESCAPE}") from None
    if parts.scheme == "lmtp":
        raise _bad("lmtp:// cannot be sent to yet; use smtp:// or smtps://")
    if parts.scheme not in _DEFAULT_PORTS:
        raise _bad("it starts with neither smtp:// nor smtps://")
    if port == 0:
        raise _bad("there is no port 0; leave the port out for the usual one")
    if parts.path not in {"", "/"} or parts.fragment:
        raise _bad(f"nothing but ?tls= may follow host and port; {_ESCAPE}")
    user, password = _credentials(parts)
    return MailServer(
        host=_host(parts),
        port=port or _DEFAULT_PORTS[parts.scheme],
        tls=_tls(parts, with_password=bool(user)),
        user=user,
        password=password,
    )


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if len(host) > _LONGEST_HOST or not _HOST.fullmatch(host):
        raise _bad("it names no host")
    return host


def _credentials(parts: SplitResult) -> tuple[str, str]:
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if password and not user:
        raise _bad("it holds a password without a user")
    if _CONTROLS.search(user + password):
        raise _bad("user or password hold a control character")
    return user, password


def _tls(parts: SplitResult, *, with_password: bool) -> Tls:
    asked = parse_qs(parts.query, keep_blank_values=True)
    if asked.keys() - {"tls"}:
        raise _bad("the only parameter is ?tls=")
    if parts.scheme == "smtps":
        if asked:
            raise _bad("smtps:// always speaks TLS and takes no ?tls=")
        return Tls.IMPLICIT
    if not asked:
        return Tls.REQUIRE if with_password else Tls.OPPORTUNISTIC
    word = asked["tls"][-1]
    if word not in {Tls.REQUIRE, Tls.OPPORTUNISTIC, Tls.NONE}:
        raise _bad("tls is one of require, opportunistic, none")
    return Tls(word)


def _bad(reason: str) -> BadSetting:
    return BadSetting(name=_SETTING, reason=f"{reason}; write it as {_EXAMPLE}")
