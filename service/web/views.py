"""What each template of accounts and inbox shows: one frozen dataclass a template, made by the route, pure data.

Every template also gets `visitor` (None before sign-in), `nav` and `site`. Moments are aware; templates turn them into
office time.
"""

from dataclasses import dataclass
from datetime import date, datetime

from service.domain.arrivals import Arrival
from service.domain.documents import Mode, Urgency
from service.domain.receipts import State
from service.store.documents import StoredFile
from service.web.control_views import QuestionLine
from service.web.correction_views import CorrectionsView
from service.web.inquiry_views import OwnInquiries
from service.web.own_terms import OwnTerms
from service.web.receipt_views import ReceiptView


@dataclass(frozen=True, slots=True)
class ErrorView:
    """error.html: what is wrong, in one sentence, and a way on; `home` is the first page of whoever looks."""

    heading: str
    sentence: str
    way_href: str
    way_label: str
    home: str = "/"


@dataclass(frozen=True, slots=True)
class SignInView:
    """sign_in.html: `next_path` is where signing in leads; `done` and `wrong` say what came of the last form."""

    next_path: str
    username: str = ""
    done: str = ""
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class ActivateView:
    """activate.html: a new password of `least` characters, by a mailed link or by what stands on a printed slip."""

    least: int
    by_link: bool
    username: str = ""
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class ResetView:
    """reset.html: `is_sent` after asking, whether or not there is such an account."""

    is_sent: bool = False


@dataclass(frozen=True, slots=True)
class PasswordView:
    """password.html: `is_forced` when somebody else chose the present password."""

    least: int
    is_forced: bool
    next_path: str
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class SetupView:
    """setup.html: the first administrator, with the one-time code from the terminal."""

    least: int
    code: str = ""
    username: str = ""
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Deadline:
    """`is_late` and `is_today` are as of the office's now."""

    at: datetime
    is_late: bool
    is_today: bool


@dataclass(frozen=True, slots=True)
class InboxItem:
    """`heading` is type and trích yếu; `code` the number and symbol, or the type where there is none."""

    href: str
    code: str
    heading: str
    issued_on: date | None
    issuing_body: str
    urgency: Urgency
    state: State
    listed_at: datetime
    must_confirm: bool
    deadline: Deadline | None
    revision: int
    is_recalled: bool

    @property
    def is_unread(self) -> bool:
        return self.state is State.LISTED

    @property
    def is_confirmed(self) -> bool:
        return self.state is State.ACKNOWLEDGED


@dataclass(frozen=True, slots=True)
class InboxView:
    """inbox.html: `must_confirm` stands on the first page alone; `next_before` is the cursor of the next page.

    `waiting` documents must be confirmed, `overdue` of them late, `hidden` behind those shown; `unread` ones are for
    information.
    """

    must_confirm: tuple[InboxItem, ...]
    others: tuple[InboxItem, ...]
    waiting: int
    overdue: int
    hidden: int
    unread: int
    is_first_page: bool
    next_before: int | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of what is recorded about the reader; `note` says more, `at` may be unknown.

    `entered_at` where somebody else entered it: then `at` is a day without an hour.
    """

    what: str
    at: datetime | None = None
    note: str = ""
    entered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """When this person confirmed the revision in force, and whether the deadline had passed."""

    at: datetime
    is_late: bool
    receipt: ReceiptView


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentView:
    """document.html: one document as its addressee reads it.

    Empty strings stand for what the document does not say. `arrival` is how the person came here, `via` the token of
    the letter's link, if by one; `next_href` the next document that waits for this person's confirmation; `wrong` what
    was wrong with the confirmation that was just sent.
    """

    distribution_id: int
    heading: str
    number: str
    title: str
    type_name: str
    issued_on: date | None
    issuing_body: str
    signer: str
    urgency: Urgency
    mode: Mode
    message: str
    body: str
    body_sha256: str
    revision: int
    published_at: datetime
    files: tuple[StoredFile, ...]
    reader_name: str
    reader_unit: str
    deadline: Deadline | None
    own: OwnTerms
    confirmation: Confirmation | None
    facts: tuple[Fact, ...]
    next_href: str | None
    inquiries: OwnInquiries
    corrections: CorrectionsView
    questions: tuple[QuestionLine, ...] = ()
    wrong: str = ""
    arrival: Arrival = Arrival.INBOX
    via: str = ""

    @property
    def may_confirm(self) -> bool:
        return self.mode is Mode.ACKNOWLEDGE and self.confirmation is None

    @property
    def must_confirm(self) -> bool:
        """Whoever is exempted may confirm all the same."""
        return self.may_confirm and not self.own.exempted_because

    @property
    def shows_urgency(self) -> bool:
        return self.urgency is not Urgency.NORMAL


@dataclass(frozen=True, slots=True)
class HistoryLine:
    href: str
    number: str
    title: str
    revision: int
    route_words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HistoryView:
    """history.html: the person's own confirmations, newest distribution first."""

    lines: tuple[HistoryLine, ...]
    next_before: int | None
