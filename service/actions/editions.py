"""What the letters of one occasion share: read from the database once per run, whatever the number of letters."""

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from service.domain.credentials import Purpose, sign_link
from service.domain.documents import Mode, Urgency, document_type
from service.domain.letters import AccountFacts, DocumentFacts, Edition
from service.domain.occasions import Kind, Occasion, parse_occasion
from service.runtime import Runtime
from service.store.accounts import account_row
from service.store.distributions import distribution_row
from service.store.documents import attached_files, document_row


class EditionShelf:
    """Keeps the editions of one run; made anew for the next, so that it cannot grow."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._kept: dict[str, Edition] = {}

    def edition(self, row: RowMapping) -> Edition:
        """The edition of a row of `deliveries`."""
        occasion = parse_occasion(row["occasion"])
        is_account_letter = occasion.kind in (Kind.ACTIVATION, Kind.RESET)
        owner = row["account_id"] if is_account_letter else row["distribution_id"]
        key = f"{occasion}/{owner}"
        build = _account_edition if is_account_letter else _document_edition
        if key not in self._kept:
            with self._runtime.sessions() as session:
                self._kept[key] = build(session, key, owner, occasion)
        return self._kept[key]

    def path(self, row: RowMapping) -> str:
        """The personal link of this letter, below the base address."""
        occasion = parse_occasion(row["occasion"])
        if occasion.kind is Kind.ORIGINAL:
            return f"/inbox/{row['distribution_id']}?via=mail"
        purpose: Purpose = "activate" if occasion.kind is Kind.ACTIVATION else "reset"
        return f"/activate/{sign_link(self._runtime.secret, purpose, row['account_id'], occasion.number)}"


def _document_edition(session: Session, key: str, distribution_id: int, occasion: Occasion) -> Edition:
    head = distribution_row(session, distribution_id)
    if head is None:
        message = f"letters wait for distribution {distribution_id}, which is missing"
        raise RuntimeError(message)
    revision = occasion.number or head["revision"]
    document = document_row(session, head["document_id"], revision)
    if document is None:
        message = f"revision {revision} of document {head['document_id']} is missing"
        raise RuntimeError(message)
    facts = DocumentFacts(
        title=document["title"],
        type_name=document_type(document["type_code"]).name,
        number=document["number"],
        issued_on=document["issued_on"],
        issuing_body=document["issuing_body"],
        signer=" ".join(filter(None, (document[f"signer_{part}"] for part in ("authority", "position", "name")))),
        urgency=Urgency(head["urgency"]),
        mode=Mode(head["mode"]),
        due_at=head["due_at"],
        message=head["message"],
        body=document["body"],
    )
    return Edition(key, "document", facts, attached_files(session, head["document_id"], revision))


def _account_edition(session: Session, key: str, account_id: int, occasion: Occasion) -> Edition:
    account = account_row(session, account_id)
    if account is None or account["link_expires_at"] is None:
        message = f"a letter waits for account {account_id}, which has no link to send"
        raise RuntimeError(message)
    return Edition(key, occasion.kind.value, AccountFacts(account["username"], account["link_expires_at"]))
