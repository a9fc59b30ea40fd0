"""What each template of the shared PCs shows: one frozen dataclass a template, pure data."""

from dataclasses import dataclass

from service.actions.enrol_kiosk import NewKiosk
from service.actions.visit_kiosk import Visit
from service.store.kiosks import KioskLine, KioskPerson, KioskUnit
from service.web.downloads import PDF
from service.web.recall_views import RecalledView
from service.web.views import DocumentView, InboxItem


@dataclass(frozen=True, slots=True)
class KiosksView:
    """kiosks.html. `new` is shown this once; `address` is typed on the shared PC. `name` as typed, with its `error`."""

    lines: tuple[KioskLine, ...]
    address: str
    new: NewKiosk | None = None
    name: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class PinView:
    """pin.html: the person's own PIN for shared PCs."""

    is_done: bool = False
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class EnrolView:
    """kiosk_enrol.html: this browser becomes a shared PC's."""

    wrong: str = ""


@dataclass(frozen=True, slots=True)
class KioskStartView:
    """kiosk_start.html: which unit; `is_confirmed` after somebody has just confirmed."""

    kiosk_name: str
    units: tuple[KioskUnit, ...]
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class KioskUnitView:
    """kiosk_unit.html: which person; `next_href` leads on where the unit has more."""

    unit_name: str
    people: tuple[KioskPerson, ...]
    next_href: str | None


@dataclass(frozen=True, slots=True)
class KioskPersonView:
    """kiosk_person.html: the PIN, or with `by_slip` choosing one with a printed slip; `done` says what was just set."""

    person: KioskPerson
    by_slip: bool
    done: str = ""
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class KioskInboxView:
    """kiosk_inbox.html: what waits for this person, `hidden` more behind it, and a few others."""

    visit: Visit
    must_confirm: tuple[InboxItem, ...]
    hidden: int
    others: tuple[InboxItem, ...]


@dataclass(frozen=True, slots=True)
class KioskDocumentView:
    """kiosk_document.html: `document` as in the inbox; a quiet page closes after `idle_seconds`."""

    visit: Visit
    document: DocumentView
    idle_seconds: int

    @property
    def opens_here(self) -> frozenset[int]:
        """Files that the browser shows itself; others would have to be saved on the shared PC."""
        return frozenset(file.id for file in self.document.files if file.meta.media_type == PDF)


@dataclass(frozen=True, slots=True)
class KioskRecalledView:
    """kiosk_recalled.html: what was taken back, and saying that it is gone."""

    visit: Visit
    recalled: RecalledView
