"""What the letters of one occasion share: read from the database once per batch, whatever the number of letters."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from sqlalchemy import RowMapping
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from service.domain.anchors import Anchor
from service.domain.corrections import Correction, errata
from service.domain.corrections import Kind as Correcting
from service.domain.credentials import LetterLink, Purpose, sign_letter_link, sign_link
from service.domain.deliveries import Broken
from service.domain.documents import FileMeta, Mode, Urgency, document_type
from service.domain.inquiries import Kind as Inquiry
from service.domain.letters import (
    AccountFacts,
    AnchorFacts,
    AnswerFacts,
    AttachedFile,
    DocumentFacts,
    Edition,
    PasswordFacts,
    ReceiptFacts,
    ReminderFacts,
)
from service.domain.occasions import OF_ONE_READER, WITH_LINK, Kind, parse_occasion
from service.domain.receipts import State
from service.domain.vietnamese import strip_controls
from service.runtime import Runtime
from service.store.accounts import account_row
from service.store.corrections import corrections_of
from service.store.digests import digest_facts
from service.store.distributions import distribution_row
from service.store.documents import FIRST_REVISION, attached_files, document_row, stored_files
from service.store.evidence import head_at
from service.store.inquiries import inquiry_row
from service.store.receipts import facts_of

log = logging.getLogger(__name__)

# Several documents with as many files as a letter carries.
KEPT_BYTES = 33_554_432

BRINGING_A_TEXT = frozenset({Kind.ORIGINAL, Kind.REVISION})


class KeptFiles:
    """The files of the documents that were last sent, `limit` bytes of them, or those of one document if they are more.

    They are kept by their digests, so nothing kept can differ from what is stored. Threads may share it.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: OrderedDict[tuple[FileMeta, ...], tuple[AttachedFile, ...]] = OrderedDict()
        self._reading = threading.Lock()

    def of(self, session: Session, document_id: int, revision: int) -> tuple[AttachedFile, ...]:
        """The files of a revision, read unless they are kept."""
        labels = tuple(stored.meta for stored in stored_files(session, document_id, revision))
        with self._reading:
            if labels not in self._kept:
                self._kept[labels] = attached_files(session, document_id, revision)
            self._kept.move_to_end(labels)
            while len(self._kept) > 1 and self._size() > self._limit:
                self._kept.popitem(last=False)
            return self._kept[labels]

    def _size(self) -> int:
        return sum(label.size for labels in self._kept for label in labels)


class EditionShelf:
    """Reads what the letters of a batch share, each edition once. One a worker process; its threads may share it.

    Of an earlier batch it keeps the files alone: what an edition says besides, such as a deadline, may have changed.
    """

    def __init__(self, runtime: Runtime, kept_bytes: int = KEPT_BYTES) -> None:
        self._runtime = runtime
        self._files = KeptFiles(kept_bytes)

    def editions(self, rows: Sequence[RowMapping]) -> list[Edition | Broken]:
        """The edition of each row of `deliveries`, in their order; one that cannot be read breaks its own letters only.

        Raises:
            OperationalError: the database does not answer, which is no letter's fault.
        """
        read: dict[str, Edition | Broken] = {}
        for row in rows:
            if (key := _key(row)) not in read:
                read[key] = self._read(key, row)
        return [read[_key(row)] for row in rows]

    def _read(self, key: str, row: RowMapping) -> Edition | Broken:
        try:
            with self._runtime.sessions() as session:
                kind = parse_occasion(row["occasion"]).kind
                build = self._document_edition if kind in BRINGING_A_TEXT else _BUILDERS[kind]
                return build(session, row)
        except OperationalError:
            raise
        except Exception as error:  # whatever it is, no other letter of the batch must pay for it
            log.exception("what the letters %s share cannot be read", key)
            return Broken(strip_controls(f"cannot be read: {type(error).__name__}: {error}"))

    def _document_edition(self, session: Session, row: RowMapping) -> Edition:
        """The letter that brings a document, whether as the first of it or in the place of another revision."""
        occasion, head = parse_occasion(row["occasion"]), _head(session, row)
        revision = occasion.number or FIRST_REVISION
        facts = _facts(session, row, head, revision)
        files = self._files.of(session, head["document_id"], revision)
        if occasion.kind is Kind.ORIGINAL:
            return Edition("document", facts, files)
        return Edition("revision", replace(facts, note=_correction(session, row, Correcting.REPLACEMENT).note), files)

    def path(self, row: RowMapping) -> str:
        """The personal link of this letter, below the base address; the same in every attempt."""
        if row["distribution_id"] is not None:
            return self._document_path(row)
        occasion = parse_occasion(row["occasion"])
        if occasion.kind not in WITH_LINK:
            return "/" if occasion.kind is Kind.DIGEST else "/sign-in"
        purpose: Purpose = "activate" if occasion.kind is Kind.ACTIVATION else "reset"
        return f"/activate/{sign_link(self._runtime.secret, purpose, row['account_id'], occasion.number)}"

    def _document_path(self, row: RowMapping) -> str:
        expires_at = row["created_at"] + self._runtime.policy.letter_link_lifetime
        link = LetterLink(row["distribution_id"], row["person_id"], expires_at)
        return f"/inbox/{row['distribution_id']}?via={sign_letter_link(self._runtime.secret, link)}"


def _key(row: RowMapping) -> str:
    """Equal for letters that say the same but for whom they are to."""
    key = f"{row['occasion']}/{row['distribution_id'] or row['account_id']}"
    if row["own_due_at"] is not None:
        key = f"{key}/{row['own_due_at'].isoformat()}"
    return f"{key}/{row['person_id']}" if row["occasion"].partition(":")[0] in OF_ONE_READER else key


def _erratum_edition(session: Session, row: RowMapping) -> Edition:
    number = parse_occasion(row["occasion"]).number
    found = next(one for one in errata(corrections_of(session, row["distribution_id"])) if one.number == number)
    return Edition("erratum", replace(_facts(session, row, _head(session, row), found.revision), note=found.note))


def _recall_edition(session: Session, row: RowMapping) -> Edition:
    """It says nothing of the text: that is what nobody shall read any more."""
    head = _head(session, row)
    facts = replace(_facts(session, row, head, head["revision"]), message="", body="")
    return Edition("recall", replace(facts, note=_correction(session, row, Correcting.RECALL).note))


def _correction(session: Session, row: RowMapping, kind: Correcting) -> Correction:
    """The newest of a kind, or of its number where letters are numbered."""
    number = parse_occasion(row["occasion"]).number
    found = [one for one in corrections_of(session, row["distribution_id"]) if one.kind is kind]
    return next(one for one in found if number in (0, one.number))


def _head(session: Session, row: RowMapping) -> RowMapping:
    head = distribution_row(session, row["distribution_id"])
    if head is None:
        message = f"letters wait for distribution {row['distribution_id']}, which is missing"
        raise RuntimeError(message)
    return head


def _facts(session: Session, row: RowMapping, head: RowMapping, revision: int) -> DocumentFacts:
    document = document_row(session, head["document_id"], revision)
    if document is None:
        message = f"revision {revision} of document {head['document_id']} is missing"
        raise RuntimeError(message)
    return DocumentFacts(
        title=document["title"],
        type_name=document_type(document["type_code"]).name,
        number=document["number"],
        issued_on=document["issued_on"],
        issuing_body=document["issuing_body"],
        signer=" ".join(filter(None, (document[f"signer_{part}"] for part in ("authority", "position", "name")))),
        urgency=Urgency(head["urgency"]),
        mode=Mode(head["mode"]),
        due_at=row["own_due_at"] or head["due_at"],
        message=head["message"],
        body=document["body"],
        revision=revision,
    )


def _link_edition(session: Session, row: RowMapping) -> Edition:
    account = _account(session, row)
    if account["link_expires_at"] is None:
        message = f"a letter waits for account {account['id']}, which has no link to send"
        raise RuntimeError(message)
    facts = AccountFacts(account["username"], account["link_expires_at"])
    return Edition(parse_occasion(row["occasion"]).kind.value, facts)


def _password_edition(session: Session, row: RowMapping) -> Edition:
    """The letter was queued in the transaction that set the password."""
    facts = PasswordFacts(_account(session, row)["username"], row["created_at"])
    return Edition(Kind.PASSWORD_SET.value, facts)


def _account(session: Session, row: RowMapping) -> RowMapping:
    account = account_row(session, row["account_id"])
    if account is None:
        message = f"a letter waits for account {row['account_id']}, which is missing"
        raise RuntimeError(message)
    return account


def _receipt_edition(session: Session, row: RowMapping) -> Edition:
    revision = parse_occasion(row["occasion"]).number
    head = distribution_row(session, row["distribution_id"])
    document = document_row(session, head["document_id"], revision) if head else None
    facts = facts_of(session, row["distribution_id"], row["person_id"])
    confirmed = next((f for f in facts if f.state is State.ACKNOWLEDGED and f.revision == revision), None)
    if document is None or confirmed is None:
        message = f"a receipt waits for a confirmation of distribution {row['distribution_id']} that is missing"
        raise RuntimeError(message)
    files = stored_files(session, document["id"], revision)
    told = ReceiptFacts(
        title=document["title"],
        type_name=document_type(document["type_code"]).name,
        number=document["number"],
        revision=revision,
        published_at=document["published_at"],
        sha256=document["body_sha256"],
        files=tuple((file.meta.name, file.meta.sha256) for file in files),
        confirmed_at=confirmed.effective_at,
        route=confirmed.route,
    )
    return Edition(Kind.RECEIPT.value, told)


def _answer_edition(session: Session, row: RowMapping) -> Edition:
    inquiry = inquiry_row(session, parse_occasion(row["occasion"]).number)
    head = distribution_row(session, row["distribution_id"])
    if inquiry is None or head is None:
        message = f"the letter {row['occasion']} waits for an answer that is missing"
        raise RuntimeError(message)
    facts = AnswerFacts(
        title=head["title"],
        type_name=document_type(head["type_code"]).name,
        number=head["number"],
        kind=Inquiry(inquiry["kind"]),
        words=inquiry["words"],
        asked_at=inquiry["asked_at"],
        answer=inquiry["answer"],
        is_accepted=inquiry["is_accepted"],
    )
    return Edition(Kind.ANSWER.value, facts)


def _reminder_edition(session: Session, row: RowMapping) -> Edition:
    head, occasion = distribution_row(session, row["distribution_id"]), parse_occasion(row["occasion"])
    if head is None:
        message = f"a reminder waits for distribution {row['distribution_id']}, which is missing"
        raise RuntimeError(message)
    due_at = row["own_due_at"] or head["due_at"]
    facts = ReminderFacts(
        title=head["title"],
        type_name=document_type(head["type_code"]).name,
        number=head["number"],
        urgency=Urgency(head["urgency"]),
        due_at=due_at,
        is_late=due_at is not None and due_at < row["created_at"],
        count=occasion.number,
        by_hand=occasion.kind is Kind.NUDGE,
    )
    return Edition(Kind.REMINDER.value, facts)


def _digest_edition(session: Session, row: RowMapping) -> Edition:
    facts = digest_facts(session, parse_occasion(row["occasion"]).number)
    if facts is None:
        message = f"a letter waits for {row['occasion']}, which is missing"
        raise RuntimeError(message)
    return Edition(Kind.DIGEST.value, facts)


def _anchor_edition(session: Session, row: RowMapping) -> Edition:
    found = head_at(session, parse_occasion(row["occasion"]).number)
    if found is None:
        message = f"a letter waits for {row['occasion']}, and the evidence has no such position any more"
        raise RuntimeError(message)
    return Edition(Kind.ANCHOR.value, AnchorFacts(Anchor(found, row["created_at"])))


_BUILDERS: Mapping[Kind, Callable[[Session, RowMapping], Edition]] = MappingProxyType(
    {
        Kind.ERRATUM: _erratum_edition,
        Kind.RECALL: _recall_edition,
        Kind.ACTIVATION: _link_edition,
        Kind.RESET: _link_edition,
        Kind.PASSWORD_SET: _password_edition,
        Kind.RECEIPT: _receipt_edition,
        Kind.ANSWER: _answer_edition,
        Kind.REMINDER: _reminder_edition,
        Kind.NUDGE: _reminder_edition,
        Kind.DIGEST: _digest_edition,
        Kind.ANCHOR: _anchor_edition,
    }
)
