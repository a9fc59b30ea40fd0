"""What the page of one person shows: papers, absences, exemptions, as far as the reader may see."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from service.domain.absences import Kind
from service.domain.errors import NotFound
from service.domain.roles import Act, Actor
from service.store.directory import KnownPerson, PersonLine, known_by_code, person_by_code
from service.store.excuses import AbsenceLine, absence_lines
from service.store.overviews import PersonReceipt, receipts_of_person
from service.web.directory_views import PersonEntry
from service.web.site import Site

PAPERS_SHOWN = 20
ABSENCES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class PersonForm:
    """The forms of a person's page as they were typed; `errors` by field, under the empty name of none.

    `distribution_id` is the one to be exempted from, `absence_id` the absence that ended on `ended_on`, `entered_for`
    the distribution that was read on `day`, as `note` says.
    """

    kind: str = Kind.LEAVE.value
    first_day: str = ""
    last_day: str = ""
    reason: str = ""
    distribution_id: int | None = None
    absence_id: int | None = None
    ended_on: str = ""
    entered_for: int | None = None
    day: str = ""
    note: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PersonView:
    """person.html. Without `can_excuse` neither papers nor absences are shown: they are not this reader's to see.

    Of who has left, at `left_at`, the page is read only.
    """

    entry: PersonEntry
    can_excuse: bool
    absences: tuple[AbsenceLine, ...]
    receipts: tuple[PersonReceipt, ...]
    kinds: tuple[Kind, ...] = tuple(Kind)
    form: PersonForm = field(default_factory=PersonForm)
    left_at: datetime | None = None


def find_person(site: Site, actor: Actor, code: str) -> PersonLine:
    """Raises: NotFound, when there is nobody of this code now, or not for this reader."""
    reach = actor.reach(Act.SEE_DIRECTORY, Act.RECORD_ABSENCE)
    with site.runtime.sessions() as session:
        person = person_by_code(session, code.replace("\0", ""))
    if person is None or (reach is not None and person.unit_id not in reach):
        raise NotFound
    return person


def find_known(site: Site, actor: Actor, code: str) -> KnownPerson:
    """As `find_person`, and who has left too: for whoever could see the person before, by the last unit."""
    reach = actor.reach(Act.SEE_DIRECTORY, Act.RECORD_ABSENCE)
    with site.runtime.sessions() as session:
        known = known_by_code(session, code.replace("\0", ""))
    if known is None or (reach is not None and known.person.unit_id not in reach):
        raise NotFound
    return known


def person_view(site: Site, actor: Actor, person: PersonLine) -> PersonView:
    # A manager may also be an administrator, who sees the whole directory but nobody's reasons.
    can_excuse = actor.may(Act.POST) or (actor.may(Act.RECORD_ABSENCE) and person.unit_id in actor.unit_ids)
    # What was sent while the person stood in another manager's unit is that manager's to see.
    frozen_in = None if actor.may(Act.SEE_REPORTS) else actor.unit_ids
    with site.runtime.sessions() as session:
        receipts = receipts_of_person(session, person.person_id, frozen_in, PAPERS_SHOWN) if can_excuse else []
        absences = absence_lines(session, person.person_id, ABSENCES_SHOWN) if can_excuse else []
    return PersonView(PersonEntry(person), can_excuse, tuple(absences), tuple(receipts))


def person_href(person: PersonLine) -> str:
    return f"/directory/people/{quote(person.code)}"
