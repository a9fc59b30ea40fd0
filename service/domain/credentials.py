"""What opens an account: tokens, signed one-time links, printed codes, passwords, and the pauses that slow guessing.

Links and codes are signed, never stored: each is an HMAC over the account and its credential version, so raising the
version kills every copy, and a dump of the database opens nothing. When they expire is the account's to say.

The link of a document's letter is signed too and opens nothing: it says for whom the letter was.
"""

import base64
import hashlib
import hmac
import ipaddress
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from service.domain.errors import WeakPassword
from service.domain.vietnamese import nfc, strip_controls

Purpose = Literal["activate", "reset"]

_TOKEN_BYTES = 32
# RFC 2104, section 5: a shortened HMAC keeps at least half its length. 160 bits are 32 letters of base32, unpadded.
_SEAL_BYTES = 20
_LINK = re.compile(
    r"(?P<purpose>activate|reset)\.(?P<account>[0-9]{1,18})\.(?P<version>[0-9]{1,9})\.[a-z2-7]{32}", re.ASCII
)

_LETTER_LINK = re.compile(
    r"(?P<distribution>[0-9]{1,18})\.(?P<person>[0-9]{1,18})\.(?P<expires>[0-9]{1,11})\.[a-z2-7]{32}", re.ASCII
)

# Crockford's base32: no I, L, O and U, which are misread as 1, 1, 0 and V.
_CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKES = str.maketrans("ILOU", "110V")
_CODE_LENGTH = 12
_CODE_BYTES = 8
_CODE_GROUP = 4
_LETTER_BITS = 5

# Longer than any address (RFC 5321, section 4.5.3.1): what is longer is nobody's name.
_LONGEST_NAME = 320
# A household or an office holds a whole IPv6 network of this size.
_IPV6_PREFIX = 64

_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(minutes=15)
_MOST_DOUBLINGS = 10


@dataclass(frozen=True, slots=True)
class Link:
    """What a one-time link says; whether it is still good depends on the account."""

    purpose: Purpose
    account_id: int
    credential_version: int


@dataclass(frozen=True, slots=True)
class LetterLink:
    """What the link of a document's letter says: which distribution, to whom, and until when (aware, whole seconds)."""

    distribution_id: int
    person_id: int
    expires_at: datetime


def new_token() -> str:
    """256 random bits, safe in addresses, cookies and headers."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def digest(token: str) -> bytes:
    """SHA-256 of a token: what the database keeps of it. A random token needs neither salt nor slowness."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def sign_link(secret: bytes, purpose: Purpose, account_id: int, credential_version: int) -> str:
    """The token of a one-time link: letters, digits and dots, so that no mail program cuts it short."""
    return _sealed(secret, "link", f"{purpose}.{account_id}.{credential_version}")


def read_link(secret: bytes, token: str) -> Link | None:
    """What a link of ours says; None for any other, in a time that tells nothing about how near it came."""
    found = _LINK.fullmatch(token)
    if found is None:
        return None
    purpose: Purpose = "activate" if found["purpose"] == "activate" else "reset"
    link = Link(purpose, int(found["account"]), int(found["version"]))
    expected = sign_link(secret, link.purpose, link.account_id, link.credential_version)
    return link if hmac.compare_digest(token, expected) else None


def sign_letter_link(secret: bytes, link: LetterLink) -> str:
    """The token of a letter's link. It is no credential: outside the person's own session it shows nothing."""
    said = f"{link.distribution_id}.{link.person_id}.{int(link.expires_at.timestamp())}"
    return _sealed(secret, "letter", said)


def read_letter_link(secret: bytes, token: str) -> LetterLink | None:
    """What the link of a letter of ours says, ended or not; None for any other."""
    found = _LETTER_LINK.fullmatch(token)
    if found is None or not hmac.compare_digest(token, _sealed(secret, "letter", token.rpartition(".")[0])):
        return None
    expires_at = datetime.fromtimestamp(int(found["expires"]), UTC)
    return LetterLink(int(found["distribution"]), int(found["person"]), expires_at)


def slip_code(secret: bytes, account_id: int, credential_version: int) -> str:
    """The code of a printed slip, such as K7QD-2M9F-XH4T: 60 bits."""
    return _code(_mac(secret, "slip", f"{account_id}.{credential_version}"))


def new_code() -> str:
    """A random code in the form of a printed slip's: 60 bits."""
    return _code(secrets.token_bytes(_CODE_BYTES))


def kiosk_code_digest(code: str) -> bytes:
    """What the database keeps of the one-time code of a shared PC, however it is typed.

    No cookie has this digest: none holds a NUL.
    """
    return hashlib.sha256(b"kiosk\0" + _bare(code)).digest()


def setup_code(secret: bytes) -> str:
    """The code with which the first administrator is made; the same for the whole life of an office."""
    return _code(_mac(secret, "setup", ""))


def same_code(given: str, expected: str) -> bool:
    """Whether two codes are alike but for case, spaces, dashes, and letters that look like digits."""
    return hmac.compare_digest(_bare(given), _bare(expected))


def check_password(password: str, username: str, least: int) -> None:
    """Pass when a new password is long enough and not the user name; no rules about kinds of characters.

    Raises:
        WeakPassword: it is not.
    """
    written = nfc(password).strip()
    if len(written) < least or written.casefold() == username.casefold():
        raise WeakPassword(least=least)


def login_name(typed: str) -> str:
    """A user name or address as it is compared: one line, lower case, composed."""
    return nfc(strip_controls(typed)).lower()[:_LONGEST_NAME]


def name_source(name: str) -> str:
    """Under what the wrong guesses at one name are counted."""
    return f"name:{login_name(name)}"


def address_source(address: str) -> str:
    """Under what the wrong guesses from one place are counted; of an IPv6 address its network."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return f"address:{address[:_LONGEST_NAME]}"
    if parsed.version == 4:  # noqa: PLR2004 - the name of the protocol
        return f"address:{parsed}"
    return f"address:{ipaddress.ip_network((parsed.packed, _IPV6_PREFIX), strict=False)}"


def guess_source(name: str, address: str) -> str:
    """Under what wrong guesses at a name from one place are counted; without an address, how all of them begin."""
    return f"{name_source(name)} from {address_source(address) if address else ''}"


def reset_source(source: str) -> str:
    """Under what the reset letters are counted that were asked for in a name, or from an address."""
    return f"reset:{source}"


def pause_after(failures: int, allowed: int) -> timedelta | None:
    """How long to refuse further guesses after so many wrong ones in a row; None while they are fewer than `allowed`.

    30 seconds, doubling with every further one, up to a quarter of an hour: enough to make guessing hopeless, too
    little to lock somebody out of a morning's work.
    """
    beyond = failures - allowed
    if beyond < 0:
        return None
    return min(_FIRST_PAUSE * (1 << min(beyond, _MOST_DOUBLINGS)), _LONGEST_PAUSE)


def _mac(secret: bytes, use: str, said: str) -> bytes:
    """One key serves several uses, and no seal of one is good for another."""
    return hmac.digest(secret, f"eoffice/{use}\0{said}".encode(), "sha256")


def _sealed(secret: bytes, use: str, said: str) -> str:
    seal = base64.b32encode(_mac(secret, use, said)[:_SEAL_BYTES]).decode().lower()
    return f"{said}.{seal}"


def _code(mac: bytes) -> str:
    number = int.from_bytes(mac[:_CODE_BYTES], "big")
    letters = "".join(_CODE_LETTERS[number >> _LETTER_BITS * place & 31] for place in range(_CODE_LENGTH))
    return "-".join(letters[start : start + _CODE_GROUP] for start in range(0, _CODE_LENGTH, _CODE_GROUP))


def _bare(code: str) -> bytes:
    return "".join(char for char in code.upper().translate(_LOOK_ALIKES) if char in _CODE_LETTERS).encode()
