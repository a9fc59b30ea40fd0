"""What each template of the office pages shows: one frozen dataclass a template, made by the route, pure data.

Every template also gets `visitor`, `nav` and `site`. Moments are aware; templates turn them into office time.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from service.domain.coverage import Identity, Levels, Outstanding, Report, Routes, Term, UnitCoverage
from service.domain.deadlines import Due
from service.domain.deliveries import Status
from service.domain.documents import (
    DocumentGroup,
    DocumentType,
    Mode,
    SigningAuthority,
    Urgency,
)
from service.domain.inquiries import Inquiries
from service.domain.issued_reports import IssuedReport
from service.printing.words import letter_label, server_words, term_label
from service.store.audiences import Headcount
from service.store.overviews import FailedLetter, Reading
from service.web.correct_views import OfficeCorrections
from service.web.list_views import ListChangesView
from service.web.office_facts import Fact, named
from service.web.posting_form import PostForm
from service.web.recall_views import RecallStatus
from service.web.reminder_views import RemindersView

# Each term of the sum with its colour in the bar and the order in which the sum is read.
_COLOURS = {
    Term.CONFIRMED: "ok",
    Term.NOT_YET: "no",
    Term.ABSENT: "away",
    Term.EXEMPTED: "free",
    Term.MOVED_OR_LEFT: "left",
    Term.NOT_REACHABLE: "lost",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar: `x` and `width` in percent of the whole, `colour` the end of its class name."""

    label: str
    count: int
    colour: str
    x: float
    width: float


def parts(total: int, pieces: Mapping[str, tuple[str, int]]) -> tuple[Part, ...]:
    """Pieces of a bar side by side; each is a colour with its label and count."""
    made, x = [], 0.0
    for colour, (label, count) in pieces.items():
        width = 100 * count / total if total else 0.0
        made.append(Part(label, count, colour, round(x, 2), round(width, 2)))
        x += width
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Sum:
    """The identity as a page shows it; `late` of the confirmed are so after their own deadline."""

    identity: Identity
    mode: Mode
    late: int = 0

    @classmethod
    def of(cls, report: Report) -> Self:
        return cls(report.identity, report.mode, report.late)

    @property
    def parts(self) -> tuple[Part, ...]:
        return parts(
            self.identity.listed,
            {
                colour: (term_label(term, self.mode), getattr(self.identity, term.value))
                for term, colour in _COLOURS.items()
            },
        )

    @property
    def percent(self) -> str:
        """Of everybody listed who confirmed, as an office writes it: 65 or 81,3."""
        share = 100 * self.identity.confirmed / self.identity.listed if self.identity.listed else 0.0
        return f"{share:.1f}".removesuffix(".0").replace(".", ",")


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """A unit to send to; counts include the units below it."""

    code: str
    name: str
    depth: int
    reach: Headcount
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ClassChoice:
    word: str
    label: str
    reach: Headcount
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class PostView:
    """post.html. `errors` by field; under the empty name what concerns the whole form."""

    form: PostForm
    errors: Mapping[str, str]
    types: Mapping[DocumentGroup, tuple[DocumentType, ...]]
    urgencies: tuple[Urgency, ...]
    authorities: tuple[SigningAuthority, ...]
    units: tuple[UnitChoice, ...]
    classes: tuple[ClassChoice, ...]
    groups: tuple[str, ...]
    everybody: Headcount


@dataclass(frozen=True, slots=True)
class PostPreviewView:
    """post_preview.html. `same_number` are distributions of documents that bear the same number."""

    form: PostForm
    name: str
    mode: Mode
    due: Due | None
    facts: tuple[Fact, ...]
    body: str
    message: str
    reach: Headcount
    same_number: tuple[int, ...]
    errors: Mapping[str, str]
    max_file_bytes: int


@dataclass(frozen=True, slots=True)
class DistributionLine:
    id: int
    number: str
    title: str
    type_name: str
    mode: Mode
    urgency: Urgency
    due_at: datetime | None
    frozen_at: datetime
    is_overdue: bool
    is_listing: bool
    reading: Reading

    @property
    def done(self) -> int:
        return self.reading.acknowledged if self.mode is Mode.ACKNOWLEDGE else self.reading.opened

    @property
    def parts(self) -> tuple[Part, ...]:
        left = self.reading.listed - self.done
        return parts(self.reading.listed, {"ok": ("đã", self.done), "rest": ("chưa", left)})


@dataclass(frozen=True, slots=True)
class DistributionsView:
    """distributions.html. `before` continues the list; None when nothing is older. `is_whole` for the whole office."""

    lines: tuple[DistributionLine, ...]
    before: int | None
    is_first: bool
    is_whole: bool


@dataclass(frozen=True, slots=True)
class LetterCount:
    label: str
    count: int
    is_failed: bool


@dataclass(frozen=True, slots=True)
class FailedLine:
    letter: FailedLetter

    @property
    def label(self) -> str:
        return self.letter.status.label


@dataclass(frozen=True, slots=True)
class LettersView:
    """How the letters of a distribution fare. `seconds_left` is None where the pace is not known."""

    total: int
    open: int
    counts: tuple[LetterCount, ...]
    parts: tuple[Part, ...]
    a_minute: int
    seconds_left: int | None
    retrying: int
    next_retry_at: datetime | None
    failed: tuple[FailedLine, ...]


@dataclass(frozen=True, slots=True)
class OutstandingLine:
    """A person who has not confirmed, with what became of the letter."""

    person: Outstanding

    @property
    def letter(self) -> str:
        return letter_label(self.person)

    @property
    def is_accepted(self) -> bool:
        return self.person.delivery_status == Status.ACCEPTED

    @property
    def words(self) -> str:
        """What the mail server said, unless it is the yes that its status already tells."""
        return "" if self.is_accepted else server_words(self.person)

    @property
    def is_lost(self) -> bool:
        return self.person.term is Term.NOT_REACHABLE


@dataclass(frozen=True, slots=True)
class OutstandingGroup:
    unit: UnitCoverage
    lines: tuple[OutstandingLine, ...]


def outstanding_by_unit(report: Report) -> Iterator[tuple[UnitCoverage, tuple[OutstandingLine, ...]]]:
    """Units in office order with their people in name order; units where nobody is outstanding are left out."""
    lines: defaultdict[str, list[OutstandingLine]] = defaultdict(list)
    for person in report.outstanding:
        lines[person.unit_name].append(OutstandingLine(person))
    for unit in report.units:
        if found := lines.pop(unit.unit_name, None):
            yield unit, tuple(found)


@dataclass(frozen=True, slots=True)
class Heading:
    """What a distribution is, for the top of its pages."""

    id: int
    number: str
    title: str
    mode: Mode
    urgency: Urgency
    due_at: datetime | None
    frozen_at: datetime

    @property
    def name(self) -> str:
        return named(self.number, self.title)


@dataclass(frozen=True, slots=True)
class DistributionView:
    """distribution.html. `more` people have not confirmed beyond those shown."""

    heading: Heading
    facts: tuple[Fact, ...]
    sum: Sum
    as_of: datetime
    listing_done: bool
    letters: LettersView
    groups: tuple[OutstandingGroup, ...]
    more: int
    is_whole: bool
    can_excuse: bool
    changes: ListChangesView
    keeps_rosters: bool
    reminders: RemindersView | None
    corrections: OfficeCorrections

    @property
    def is_overdue(self) -> bool:
        """Whether the deadline has passed and somebody is still asked."""
        due_at, identity = self.heading.due_at, self.sum.identity
        asks = self.heading.mode is Mode.ACKNOWLEDGE and bool(identity.not_yet or identity.not_reachable)
        return asks and due_at is not None and due_at < self.as_of


@dataclass(frozen=True, slots=True)
class ReportView:
    """report.html. `more` people have not confirmed beyond those shown.

    The three `..._input` are values of a date-time field, in office time.
    """

    heading: Heading
    sum: Sum
    units: tuple[UnitCoverage, ...]
    levels: Levels
    outstanding: tuple[OutstandingLine, ...]
    more: int
    as_of: datetime
    as_of_input: str
    earliest_input: str
    latest_input: str
    as_of_exact: str
    issued: tuple[IssuedReport, ...]
    can_issue: bool
    error: str
    listing_done: bool
    is_whole: bool
    csv_href: str
    confirmed_href: str
    routes: Routes
    questions: int
    inquiries: Inquiries
    recall: RecallStatus | None


@dataclass(frozen=True, slots=True)
class UnitReportLine:
    heading: Heading
    sum: Sum
    is_late: bool

    @property
    def owing(self) -> int:
        """How many have neither confirmed nor an excuse, reachable or not."""
        return self.sum.identity.not_yet + self.sum.identity.not_reachable


@dataclass(frozen=True, slots=True)
class UnitReportsView:
    """unit_reports.html: what the people of a manager's units still owe."""

    unit_names: tuple[str, ...]
    lines: tuple[UnitReportLine, ...]
