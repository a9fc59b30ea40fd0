"""What is known of a document, label by label, in the words of the office; what is not known is left out."""

from sqlalchemy import RowMapping

from service.domain.audiences import Kind
from service.domain.documents import Posting, Urgency, document_type
from service.domain.vietnamese import date_short

Fact = tuple[str, str]


def named(number: str, title: str) -> str:
    """A document as people call it."""
    return f"{number}: {title}" if number else title


def facts_of_posting(posting: Posting) -> tuple[Fact, ...]:
    """Label and value of what is known of a document."""
    signer = posting.signer
    return _known(
        ("Loại", document_type(posting.type_code).name),
        ("Số, ký hiệu", posting.number),
        ("Ngày văn bản", date_short(posting.issued_on) if posting.issued_on else ""),
        ("Cơ quan ban hành", posting.issuing_body),
        ("Người ký", " ".join(filter(None, (signer.authority, signer.position, signer.name)))),
        ("Mức độ khẩn", posting.urgency.label),
        ("Người nhận", _audience_words(posting.audience)),
    )


def facts_of_row(head: RowMapping, *, with_audience: bool) -> tuple[Fact, ...]:
    """The same out of a row of `distribution_row`; the audience may name units and people of the whole office."""
    return _known(
        ("Loại", document_type(head["type_code"]).name),
        ("Ngày văn bản", date_short(head["issued_on"]) if head["issued_on"] else ""),
        ("Cơ quan ban hành", head["issuing_body"]),
        ("Người ký", " ".join(filter(None, (head[f"signer_{part}"] for part in ("authority", "position", "name"))))),
        ("Mức độ khẩn", Urgency(head["urgency"]).label),
        ("Người nhận", _audience_words(head["audience"]) if with_audience else ""),
    )


def _audience_words(expression: str) -> str:
    return "Toàn cơ quan" if expression.strip() == Kind.ALL else expression


def _known(*facts: Fact) -> tuple[Fact, ...]:
    return tuple((label, value) for label, value in facts if value.strip())
