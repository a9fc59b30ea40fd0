"""A letter as bytes: what an edition shares is built once, what is personal is filled into holes and cannot leave them.

The templates are rendered with a random word where a personal value belongs. The result is cut at these words, so the
holes lie between finished, encoded pieces, each bounded by soft line breaks: filling one changes nothing around it.
"""

import hashlib
import hmac
import re
import secrets
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parseaddr
from enum import StrEnum

import css_inline
from jinja2 import Environment
from markupsafe import escape

from service.domain.errors import BadSetting
from service.domain.letters import Edition, Letter
from service.domain.vietnamese import strip_controls
from service.mail import headers
from service.mail.addresses import BounceAddress, is_mail_address
from service.mail.mime import file_part, part_head, quoted_printable

_KEPT_SKELETONS = 4
_LONGEST_DISPLAY_NAME = 200
_CARRIAGE_RETURNS = re.compile(r"\r\n?")
# Both ends of a hole: the decoder joins the lines again, so the length of what is filled in moves nothing.
_SOFT_BREAK = b"=\r\n"

_FROM = "it is no name with an ASCII mail address; write it as Văn thư <vanthu@example.org>"
_BOUNCE = "write it as bounce@example.org"

_FIXED_HEADERS = (
    b"Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\nContent-Language: vi\r\nMIME-Version: 1.0\r\n"
)


class Hole(StrEnum):
    """Where personal values stand in a body."""

    NAME = "name"
    UNIT = "unit"
    LINK = "link"


Piece = bytes | Hole
Values = Mapping[Hole, bytes]


@dataclass(frozen=True, slots=True)
class Envelope:
    """One letter ready for SMTP: the letter itself, then its files if any, in bytes shared with other letters.

    Joined they are the message: lines end in CRLF, the last one too, none is above 998 octets, none starts with a dot.
    """

    sender: str
    recipient: str
    envid: str
    chunks: tuple[bytes, ...]

    @property
    def size(self) -> int:
        return sum(map(len, self.chunks))

    @property
    def message(self) -> bytes:
        return b"".join(self.chunks)

    @property
    def needs_smtputf8(self) -> bool:
        return not self.recipient.isascii()


@dataclass(frozen=True, slots=True)
class Skeleton:
    """What all letters of an edition share: headers, both bodies with their holes, and the files, encoded once."""

    head: bytes
    text: tuple[Piece, ...]
    html: tuple[Piece, ...]
    files: bytes


class Composer:
    """Builds letters. Keeps the skeletons of the last few editions; used by one thread at a time."""

    def __init__(
        self,
        environment: Environment,
        *,
        base_url: str,
        mail_from: str,
        bounce_base: str,
        secret: bytes,
        office_name: str,
        attach_up_to: int = 10_485_760,
    ) -> None:
        """`attach_up_to` bytes of files travel in the letter; above that it names them and links to their page.

        Raises:
            BadSetting: `mail_from` is no `Name <address>`, or `bounce_base` no address, in ASCII.
        """
        self._environment = environment
        self._base_url = base_url
        self._from = _from_field(mail_from)
        self._bounces = _bounce_address(bounce_base, secret)
        self._secret = secret
        self._office_name = office_name
        self._attach_up_to = attach_up_to
        self._words = {hole.value: f"hole{secrets.token_hex(12)}" for hole in Hole}
        self._inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
        self._skeletons: OrderedDict[str, Skeleton] = OrderedDict()

    def compose(self, letter: Letter, at: datetime) -> Envelope:
        """The same letter gives the same bytes in every attempt, save for its date, which is `at`.

        Raises:
            ValueError: its Message-ID cannot stand in a header.
        """
        skeleton = self._skeleton(letter.edition)
        name, unit = strip_controls(letter.recipient_name), strip_controls(letter.unit_name)
        values = {
            Hole.NAME: name,
            Hole.UNIT: f", {unit}" if unit else "",
            Hole.LINK: self._base_url + strip_controls(letter.path),
        }
        letter_itself = b"".join(
            (
                headers.mailbox("To", name[:_LONGEST_DISPLAY_NAME], letter.address),
                b"Date: %s\r\n" % format_datetime(at.astimezone(UTC)).encode("ascii"),
                headers.message_id(letter.message_id),
                skeleton.head,
                *_filled(skeleton.text, {hole: quoted_printable(value) for hole, value in values.items()}),
                *_filled(skeleton.html, {hole: quoted_printable(escape(value)) for hole, value in values.items()}),
            )
        )
        return Envelope(
            sender=self._bounces.of(letter.delivery_id),
            recipient=letter.address,
            envid=str(letter.delivery_id),
            chunks=(letter_itself, skeleton.files) if skeleton.files else (letter_itself,),
        )

    def _skeleton(self, edition: Edition) -> Skeleton:
        skeleton = self._skeletons.get(edition.key) or self._build(edition)
        self._skeletons[edition.key] = skeleton
        self._skeletons.move_to_end(edition.key)
        if len(self._skeletons) > _KEPT_SKELETONS:
            self._skeletons.popitem(last=False)
        return skeleton

    def _build(self, edition: Edition) -> Skeleton:
        attached = edition.files if sum(file.size for file in edition.files) <= self._attach_up_to else ()
        subject, text, html = self._render(edition, attached=bool(attached))
        alternative, mixed = self._boundary(edition, "a"), self._boundary(edition, "m")
        opening = _content_type("alternative", alternative)
        files = b""
        if attached:
            opening = _content_type("mixed", mixed) + b"\r\n--%s\r\n" % mixed + opening
            parts = (b"\r\n--%s\r\n" % mixed + file_part(file) for file in attached)
            files = b"".join((*parts, b"\r\n--%s--\r\n" % mixed))
        before = b"\r\n--%s\r\n" % alternative
        return Skeleton(
            head=self._from + headers.field("Subject", subject) + _FIXED_HEADERS + opening,
            text=(before + part_head("text/plain"), *self._cut(text), headers.CRLF),
            html=(before + part_head("text/html"), *self._cut(html), b"\r\n\r\n--%s--\r\n" % alternative),
            files=files,
        )

    def _render(self, edition: Edition, *, attached: bool) -> tuple[str, str, str]:
        folder = f"emails/{edition.template}"
        shared: dict[str, object] = {
            "letter": edition.template,
            "facts": edition.facts,
            "files": edition.files,
            "attached": attached,
            "office": self._office_name,
        }
        # A subject is shared, so its template is not given the personal words at all.
        subject = strip_controls(self._environment.get_template(f"{folder}/subject.txt").render(shared))
        shared |= {"subject": subject, **self._words}
        text = self._environment.get_template(f"{folder}/body.txt").render(shared)
        html = self._environment.get_template(f"{folder}/body.html").render(shared)
        return subject, text.strip("\n"), self._inliner.inline(html)

    def _cut(self, rendered: str) -> list[Piece]:
        holes = {word: Hole(name) for name, word in self._words.items()}
        between = re.split(f"({'|'.join(holes)})", _CARRIAGE_RETURNS.sub("\n", rendered))
        return [holes.get(piece) or quoted_printable(piece) for piece in between]

    def _boundary(self, edition: Edition, kind: str) -> bytes:
        """Nobody can guess it, and `=_` stands neither in quoted-printable nor in base64."""
        digest = hmac.digest(self._secret, f"boundary:{kind}:{edition.key}".encode(), hashlib.sha256)
        return b"=_%s_%s" % (kind.encode("ascii"), digest.hex()[:32].encode("ascii"))


def _filled(pieces: Sequence[Piece], values: Values) -> Iterator[bytes]:
    for piece in pieces:
        yield b"".join((_SOFT_BREAK, values[piece], _SOFT_BREAK)) if isinstance(piece, Hole) else piece


def _content_type(kind: str, boundary: bytes) -> bytes:
    return b'Content-Type: multipart/%s;\r\n boundary="%s"\r\n' % (kind.encode("ascii"), boundary)


def _from_field(mail_from: str) -> bytes:
    name, address = parseaddr(mail_from)
    if not (address.isascii() and is_mail_address(address)):
        raise BadSetting(name="EOFFICE_MAIL_FROM", reason=_FROM)
    return headers.mailbox("From", name, address)


def _bounce_address(base: str, secret: bytes) -> BounceAddress:
    try:
        return BounceAddress.from_base(base, secret)
    except ValueError as error:
        raise BadSetting(name="EOFFICE_MAIL_BOUNCE", reason=f"{error}; {_BOUNCE}") from error
