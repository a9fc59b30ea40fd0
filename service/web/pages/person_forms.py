"""The forms of a person's page: absences, exemptions, and a document that was read by the person's own word."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from service.actions.enter_signatures import enter_for
from service.actions.record_absence import Period, exempt, lift_exemption, record_absence, withdraw_absence
from service.actions.sign_in import Visitor
from service.domain.absences import Kind, parse_kind
from service.domain.deadlines import parse_date
from service.domain.errors import (
    AbsenceTooLong,
    AbsentAfterService,
    AbsentBeforeService,
    BadDate,
    BadPeriod,
    Conflict,
    Invalid,
    OverlappingAbsence,
    SignedBeforeSheet,
    SignedInFuture,
    UnknownAbsenceKind,
)
from service.domain.roles import Act
from service.store.directory import PersonLine
from service.web.deps import FormId, PostingVisitor, SiteDep
from service.web.errors import status_of
from service.web.fields import SentDep, read_day
from service.web.pages.directory import person_page
from service.web.person_views import PersonForm, find_person, person_href
from service.web.site import Site

router = APIRouter()


@dataclass(frozen=True, slots=True)
class _Asked:
    request: Request
    site: Site
    visitor: Visitor
    person: PersonLine

    def again(
        self, form: PersonForm, errors: Mapping[str, str], status: int = HTTPStatus.UNPROCESSABLE_ENTITY
    ) -> Response:
        """The page with what was typed, and what is wrong with it."""
        wrong = replace(form, errors=errors)
        return person_page(self.request, self.site, self.visitor, self.person.code, wrong, status)

    def done(self, part: str) -> Response:
        return RedirectResponse(f"{person_href(self.person)}#{part}", HTTPStatus.SEE_OTHER)


@router.post("/directory/people/{code:path}/absences")
def add_absence(request: Request, site: SiteDep, visitor: PostingVisitor, sent: SentDep, code: str) -> Response:
    asked = _asked(request, site, visitor, code)
    form = PersonForm(
        sent.text("kind") or Kind.LEAVE.value, sent.text("first_day"), sent.text("last_day"), sent.text("reason")
    )
    errors: dict[str, str] = {}
    first, last = (read_day(sent, name, errors) for name in ("first_day", "last_day"))
    if first is None or last is None:
        return asked.again(form, errors)
    try:
        kind = parse_kind(form.kind)
        record_absence(site.runtime, visitor.actor, asked.person.person_id, Period(first, last), form.reason, kind=kind)
    except (Conflict, Invalid) as refused:
        return asked.again(form, {_place(refused): refused.vi})
    return asked.done("vang")


@router.post("/directory/people/{code:path}/absences/withdraw")
def withdraw(
    *, request: Request, site: SiteDep, visitor: PostingVisitor, sent: SentDep, code: str, absence_id: FormId
) -> Response:
    """The absence was none; or it ended on a day, when one is given."""
    asked = _asked(request, site, visitor, code)
    form = PersonForm(absence_id=absence_id, ended_on=sent.text("ended_on"))
    try:
        last_day = parse_date(form.ended_on) if form.ended_on.strip() else None
        withdraw_absence(site.runtime, visitor.actor, asked.person.person_id, absence_id, last_day=last_day)
    except Invalid as refused:
        return asked.again(form, {"ended_on": refused.vi})
    return asked.done("vang")


@router.post("/directory/people/{code:path}/exemptions")
def add_exemption(
    *, request: Request, site: SiteDep, visitor: PostingVisitor, sent: SentDep, code: str, distribution_id: FormId
) -> Response:
    asked = _asked(request, site, visitor, code)
    form = PersonForm(reason=sent.text("reason"), distribution_id=distribution_id)
    try:
        exempt(site.runtime, visitor.actor, distribution_id, asked.person.person_id, form.reason)
    except Invalid as refused:
        return asked.again(form, {"exemption": refused.vi})
    return asked.done("van-ban")


@router.post("/directory/people/{code:path}/exemptions/lift")
def lift(request: Request, site: SiteDep, visitor: PostingVisitor, code: str, distribution_id: FormId) -> Response:
    asked = _asked(request, site, visitor, code)
    lift_exemption(site.runtime, visitor.actor, distribution_id, asked.person.person_id)
    return asked.done("van-ban")


@router.post("/directory/people/{code:path}/entered-for")
def enter_word(
    *, request: Request, site: SiteDep, visitor: PostingVisitor, sent: SentDep, code: str, distribution_id: FormId
) -> Response:
    asked = _asked(request, site, visitor, code)
    form = PersonForm(entered_for=distribution_id, day=sent.text("day"), note=sent.text("note"))
    try:
        day = parse_date(form.day)
        enter_for(site.runtime, visitor.actor, distribution_id, asked.person.code, day, form.note)
    except (Conflict, Invalid) as refused:
        return asked.again(form, {_place_of_word(refused): refused.vi}, status_of(refused))
    return asked.done("van-ban")


def _place_of_word(refused: Conflict | Invalid) -> str:
    """The field that a refusal is about; a conflict is about none."""
    if isinstance(refused, Conflict):
        return ""
    return "day" if isinstance(refused, BadDate | SignedInFuture | SignedBeforeSheet) else "note"


def _asked(request: Request, site: Site, visitor: Visitor, code: str) -> _Asked:
    visitor.actor.must(Act.RECORD_ABSENCE)
    return _Asked(request, site, visitor, find_person(site, visitor.actor, code))


def _place(refused: Conflict | Invalid) -> str:
    if isinstance(refused, OverlappingAbsence):
        return "absence"
    if isinstance(refused, UnknownAbsenceKind):
        return "kind"
    if isinstance(refused, AbsentAfterService):
        return "first_day"
    return "last_day" if isinstance(refused, BadPeriod | AbsenceTooLong | AbsentBeforeService) else "reason"
