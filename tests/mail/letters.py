"""Letters to send. Every argument has a default."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from hashlib import sha256
from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

from service.domain.deliveries import History
from service.domain.documents import Mode, Urgency
from service.domain.inquiries import Kind
from service.domain.letters import (
    AccountFacts,
    AnswerFacts,
    AttachedFile,
    DocumentFacts,
    Edition,
    Facts,
    Letter,
    PasswordFacts,
    ReceiptFacts,
)
from service.domain.receipts import Route
from service.mail.compose import Composer
from service.mail.smtp import SmtpMailer
from service.rendering import make_environment

AT = datetime(2018, 3, 5, 1, 2, tzinfo=UTC)
SECRET = b"a secret for tests only"

# (user and password as in a URL with their @, ?tls=..., the mailer's own arguments) -> a mailer to the server
MakeMailer = Callable[..., SmtpMailer]

FACTS = DocumentFacts(
    title="Tuyên truyền cải cách hành chính năm 2018",
    type_name="Kế hoạch",
    number="12/KH-SKHCN",
    issued_on=date(2018, 3, 2),
    issuing_body="Sở Khoa học và Công nghệ",
    signer="",
    urgency=Urgency.NORMAL,
    mode=Mode.ACKNOWLEDGE,
    due_at=datetime(2018, 3, 12, 10, 0, tzinfo=UTC),
    message="",
    body="Căn cứ Kế hoạch mẫu.\n\nI. MỤC ĐÍCH\nNâng cao nhận thức.",
)
ACCOUNT = AccountFacts("nv00001", datetime(2018, 3, 12, 10, 0, tzinfo=UTC))
PASSWORD = PasswordFacts("nv00001", datetime(2018, 3, 12, 10, 0, tzinfo=UTC))
RECEIPT = ReceiptFacts(
    title="Tuyên truyền cải cách hành chính năm 2018",
    type_name="Kế hoạch",
    number="12/KH-SKHCN",
    revision=2,
    published_at=datetime(2018, 3, 2, 1, 0, tzinfo=UTC),
    sha256="a" * 64,
    files=(("12-KH-SKHCN.pdf", "b" * 64),),
    confirmed_at=datetime(2018, 3, 12, 10, 0, tzinfo=UTC),
    route=Route.MAIL_LINK,
)
ANSWER = AnswerFacts(
    title="Tuyên truyền cải cách hành chính năm 2018",
    type_name="Kế hoạch",
    number="12/KH-SKHCN",
    kind=Kind.RETURN,
    words="Việc này của Chi cục.\nĐề nghị chuyển.",
    asked_at=datetime(2018, 3, 12, 10, 0, tzinfo=UTC),
    answer="Đồng ý, đã chuyển.",
    is_accepted=True,
)

LETTER = Letter(
    delivery_id=7,
    lease_token=UUID(int=7),
    message_id="7.abc@skhcn.example",
    address="nv00007@skhcn.example",
    recipient_name="Trần Thị Mây Trắng",
    unit_name="Phòng Quản lý Khoa học",
    path="/v/7",
    edition=Edition("document", FACTS),
    history=History(attempts=0, crashes=0, age=timedelta(0)),
)


def make_letter(number: int = 7, **changes: object) -> Letter:
    own = {
        "delivery_id": number,
        "lease_token": UUID(int=number),
        "message_id": f"{number}.abc@skhcn.example",
        "address": f"nv{number:05}@skhcn.example",
        "path": f"/v/{number}",
    }
    return replace(LETTER, **{**own, **changes})  # type: ignore[arg-type]  # the dataclass itself checks the names


def make_letters(count: int, **changes: object) -> list[Letter]:
    return [make_letter(number, **changes) for number in range(1, count + 1)]


def make_edition(
    template: str = "document",
    facts: Facts | None = None,
    files: tuple[AttachedFile, ...] = (),
    **changes: object,
) -> Edition:
    """An edition with a key of its own; `changes` are to the facts of the document."""
    told = facts or replace(FACTS, **changes)  # type: ignore[arg-type]  # the dataclass itself checks the names
    return Edition(template, told, files)


def make_file(
    name: str = "12-KH-SKHCN.pdf", content: bytes = b"%PDF-1.7 mau", media_type: str = "application/pdf"
) -> AttachedFile:
    return AttachedFile(name, media_type, len(content), sha256(content).hexdigest(), content)


def make_composer(**changes: object) -> Composer:
    figures: dict[str, object] = {
        "base_url": "https://vanban.skhcn.example",
        "mail_from": "Văn thư Sở <vanthu@skhcn.example>",
        "bounce_base": "bounce@skhcn.example",
        "secret": SECRET,
        "office_name": "Sở Khoa học và Công nghệ",
    }
    environment = make_environment(ZoneInfo("Asia/Ho_Chi_Minh"))
    return Composer(environment, **{**figures, **changes})  # type: ignore[arg-type]  # checked by the tests that use it


def parsed(octets: bytes) -> EmailMessage:
    return message_from_bytes(octets, policy=policy.default)


def body_of(message: EmailMessage, kind: str) -> str:
    """The text of the `plain` or the `html` part."""
    return str(cast(EmailMessage, message.get_body((kind,))).get_content())
