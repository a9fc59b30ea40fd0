"""Mail addresses: what may stand on an SMTP command line, the signed envelope sender, and the forms DSN wants."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

_SIGNATURE_LENGTH = 10
# A bigint in PostgreSQL has at most 19 digits.
_PERSONAL = re.compile(r"([0-9]{1,19})\.([a-z2-7]{10})")
_LONGEST_LOCAL, _LONGEST = 64, 254
_LONGEST_PERSONAL = len("+") + 19 + len(".") + _SIGNATURE_LENGTH

# Quoted local parts and address literals are left out: no directory has them, and much software trips over them.
_LOCAL = r"[^\x00-\x20\x7f-\x9f\s()<>\[\]:;,@\\\"]+"
_LABEL = r"[^\W_]([\w-]*[^\W_])?"
_ADDRESS = re.compile(rf"{_LOCAL}@{_LABEL}(\.{_LABEL})*")

_XTEXT_KEPT = frozenset(map(chr, range(0x21, 0x7F))) - {"+", "="}
_UNITEXT_KEPT = _XTEXT_KEPT - {"\\"}


def is_mail_address(text: str) -> bool:
    """Whether it is a plain local-part@domain that cannot end its command early, within the lengths of RFC 5321."""
    if len(text) > _LONGEST or not _ADDRESS.fullmatch(text):
        return False
    local, _, _ = text.rpartition("@")
    try:
        return len(local.encode()) <= _LONGEST_LOCAL and len(text.encode()) <= _LONGEST
    except UnicodeEncodeError:  # a lone surrogate, which no encoding takes
        return False


@dataclass(frozen=True, slots=True)
class BounceAddress:
    """The base address of bounces, made personal: `local+<delivery id>.<signature>@domain` (VERP).

    The signature keeps anybody who knows the base address from reporting bounces of letters they never got.
    """

    local: str
    domain: str
    secret: bytes

    @classmethod
    def from_base(cls, base: str, secret: bytes) -> "BounceAddress":
        """Take an ASCII address apart.

        Raises:
            ValueError: it is none, or its local part leaves no room for the personal part.
        """
        if not (base.isascii() and is_mail_address(base)):
            raise ValueError("it is no ASCII mail address")
        local, _, domain = base.rpartition("@")
        if len(local) + _LONGEST_PERSONAL > _LONGEST_LOCAL:
            raise ValueError(f"the part before @ is longer than {_LONGEST_LOCAL - _LONGEST_PERSONAL} characters")
        return cls(local, domain, secret)

    def of(self, delivery_id: int) -> str:
        return f"{self.local}+{delivery_id}.{self._signature(delivery_id)}@{self.domain}"

    def delivery_id(self, address: str) -> int | None:
        """Whose bounce this address takes; None unless we made it. Servers may have changed the case of letters."""
        local, _, domain = address.strip().strip("<>").lower().rpartition("@")
        base, _, personal = local.rpartition("+")
        found = _PERSONAL.fullmatch(personal)
        if found is None or base != self.local.lower() or domain != self.domain.lower():
            return None
        delivery_id = int(found[1])
        return delivery_id if hmac.compare_digest(found[2], self._signature(delivery_id)) else None

    def _signature(self, delivery_id: int) -> str:
        digest = hmac.digest(self.secret, b"verp:%d" % delivery_id, hashlib.sha256)
        return base64.b32encode(digest).decode("ascii").lower()[:_SIGNATURE_LENGTH]


def xtext(text: str) -> str:
    """ASCII text as a parameter of MAIL or RCPT (RFC 3461, section 4)."""
    return "".join(char if char in _XTEXT_KEPT else f"+{ord(char):02X}" for char in text)


def original_recipient(address: str) -> str:
    """The value of ORCPT: the address type and the address in its encoding (RFC 3461, 4.2; RFC 6533, section 3)."""
    if address.isascii():
        return f"rfc822;{xtext(address)}"
    return "utf-8;" + "".join(char if char in _UNITEXT_KEPT else f"\\x{{{ord(char):X}}}" for char in address)
