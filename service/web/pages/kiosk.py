"""The shared PC: unit, name, PIN, the own documents, and confirming them; then back to the unit for the next person.

Who sits there has a cookie and a session of their own, which open nothing else. Every page leads back to the first one
when nobody does anything, and the first one ends whatever session is still open. Nothing is kept by the browser, so its
back button asks again and is led to the first page.
"""

from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from service.actions.acknowledge import acknowledge, open_document
from service.actions.confirm_recall import confirm_recall
from service.actions.enrol_kiosk import enrol, kiosk_of
from service.actions.set_pin import set_pin_by_slip
from service.actions.sign_in import sign_out
from service.actions.visit_kiosk import Visit, begin_visit, people_at, person_at, units_at, visit_of
from service.domain.errors import (
    BadKioskCode,
    BadLink,
    DocumentRecalled,
    NotFound,
    OldRevision,
    Refused,
    Throttled,
    UnansweredQuestion,
    WeakPin,
    WrongPin,
)
from service.domain.receipts import Route
from service.store.distributions import distribution_row
from service.store.documents import file_content
from service.store.kiosks import Kiosk
from service.web.deps import Id, SameOrigin, SiteDep, page
from service.web.downloads import PDF, download
from service.web.errors import headers_of, status_of
from service.web.fields import SentDep
from service.web.fleeting import START, fleeting, idle_seconds
from service.web.inbox_views import inbox_view
from service.web.kiosk_views import (
    EnrolView,
    KioskDocumentView,
    KioskInboxView,
    KioskPersonView,
    KioskRecalledView,
    KioskStartView,
    KioskUnitView,
)
from service.web.pages.inbox import answers_in, as_it_was_sent, is_prefetch, own_document
from service.web.pages.pins import check_repeated
from service.web.recall_views import recalled_view
from service.web.security import (
    KIOSK_COOKIE,
    VISIT_COOKIE,
    check_form_token,
    check_same_origin,
    done_of,
    forget_done,
    forget_visit,
    keep_done,
    keep_kiosk,
    keep_visit,
)
from service.web.site import Site
from service.web.views import DocumentView

router = APIRouter(prefix="/kiosk")

INBOX = "/kiosk/inbox"
# What the first page tells once after it.
CONFIRMED = "confirmed"
# Beside what must be confirmed; older ones are read elsewhere.
OTHERS_SHOWN = 10
PEOPLE_A_PAGE = 200
# No office has more people.
MOST_PASSED = 10_000_000

Text = Annotated[str, Form()]


def enrolled(request: Request, site: SiteDep) -> Kiosk:
    """The shared PC whose browser asks.

    Raises:
        NotFound: it is none; for every other browser there are no such pages.
    """
    return kiosk_of(site.runtime, request.cookies.get(KIOSK_COOKIE, ""))


KioskDep = Annotated[Kiosk, Depends(enrolled)]


def visiting(request: Request, site: SiteDep, kiosk: KioskDep) -> Visit | None:
    """Who sits there; None when nobody does any more."""
    token = request.cookies.get(VISIT_COOKIE)
    return visit_of(site.runtime, kiosk, token) if token else None


VisitDep = Annotated[Visit | None, Depends(visiting)]


def form_visiting(visit: VisitDep, request: Request, form_token: Text = "") -> Visit | None:
    """Who sits there and sent a form of ours.

    Raises:
        ForgedRequest: the form comes from elsewhere.
    """
    check_same_origin(request)
    if visit is not None:
        check_form_token(form_token, visit.form_token)
    return visit


FormVisitDep = Annotated[Visit | None, Depends(form_visiting)]


@router.get("/enrol")
def enrol_page(request: Request, site: SiteDep) -> Response:
    return page(site, "kiosk_enrol.html", EnrolView(), None, request)


@router.post("/enrol", dependencies=[SameOrigin])
def send_code(request: Request, site: SiteDep, code: Text = "") -> Response:
    try:
        token = enrol(site.runtime, code)
    except BadKioskCode as refused:
        return page(site, "kiosk_enrol.html", EnrolView(refused.vi), None, request, status_of(refused))
    answer = _to(START)
    keep_kiosk(answer, token)
    return answer


@router.get("")
def start(request: Request, site: SiteDep, kiosk: KioskDep) -> Response:
    """Whoever sat here before is signed out by this page, however they left."""
    if token := request.cookies.get(VISIT_COOKIE):
        sign_out(site.runtime, token)
    view = KioskStartView(kiosk.name, tuple(units_at(site.runtime)), is_confirmed=done_of(request) == CONFIRMED)
    answer = page(site, "kiosk_start.html", view, None, request)
    forget_visit(answer)
    forget_done(answer)
    keep_kiosk(answer, request.cookies[KIOSK_COOKIE])
    return answer


@router.get("/units/{code:path}")
def show_people(
    request: Request, site: SiteDep, _: KioskDep, code: str, passed: Annotated[int, Query(ge=0, le=MOST_PASSED)] = 0
) -> Response:
    """`passed` people stand on the pages before this one."""
    people = tuple(people_at(site.runtime, code.replace("\0", ""), passed=passed, limit=PEOPLE_A_PAGE + 1))
    if not people:
        raise NotFound
    there, has_more = people[0], len(people) > PEOPLE_A_PAGE
    onward = f"{START}/units/{quote(there.unit_code, safe='')}?passed={passed + PEOPLE_A_PAGE}" if has_more else None
    view = KioskUnitView(there.unit_name, people[:PEOPLE_A_PAGE], onward)
    return fleeting(site, page(site, "kiosk_unit.html", view, None, request))


@router.get("/people/{code:path}/slip")
def slip_page(request: Request, site: SiteDep, _: KioskDep, code: str) -> Response:
    return _person_page(request, site, code, by_slip=True)


@router.post("/people/{code:path}/slip", dependencies=[SameOrigin])
def send_slip(
    *,
    request: Request,
    site: SiteDep,
    kiosk: KioskDep,
    code: str,
    slip: Text = "",
    pin: Text = "",
    repeated: Text = "",
) -> Response:
    person = person_at(site.runtime, code.replace("\0", ""))
    try:
        check_repeated(pin, repeated)
        set_pin_by_slip(site.runtime, kiosk, person, slip, pin)
    except (WeakPin, BadLink, Throttled) as refused:
        return _person_page(request, site, code, by_slip=True, refused=refused)
    return _person_page(request, site, code, done="Đã đặt mã PIN. Nhập mã PIN để vào.")


@router.get("/people/{code:path}")
def show_person(request: Request, site: SiteDep, _: KioskDep, code: str) -> Response:
    return _person_page(request, site, code)


@router.post("/people/{code:path}", dependencies=[SameOrigin])
def send_pin(request: Request, site: SiteDep, kiosk: KioskDep, code: str, pin: Text = "") -> Response:
    try:
        token = begin_visit(site.runtime, kiosk, code.replace("\0", ""), pin)
    except (WrongPin, Throttled) as refused:
        return _person_page(request, site, code, refused=refused)
    answer = _to(INBOX)
    keep_visit(answer, token)
    return answer


@router.get("/inbox")
def show_inbox(request: Request, site: SiteDep, visit: VisitDep) -> Response:
    if visit is None or visit.actor.person_id is None:
        return _to(START)
    with site.runtime.sessions() as session:
        found = inbox_view(session, visit.actor.person_id, site.runtime.clock(), None)
    view = KioskInboxView(visit, found.must_confirm, found.hidden, found.others[:OTHERS_SHOWN])
    return fleeting(site, page(site, "kiosk_inbox.html", view, None, request))


@router.get("/inbox/{distribution_id}")
def show_document(request: Request, site: SiteDep, visit: VisitDep, distribution_id: Id) -> Response:
    if visit is None:
        return _to(START)
    if is_prefetch(request):
        return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE)
    try:
        open_document(site.runtime, visit.actor, distribution_id, Route.KIOSK)
        document = own_document(site, visit.actor, distribution_id)
    except DocumentRecalled:
        return _recalled_page(request, site, visit, distribution_id)
    return _document_page(request, site, visit, document)


@router.get("/inbox/{distribution_id}/files/{file_id}")
def show_file(site: SiteDep, visit: VisitDep, distribution_id: Id, file_id: Id) -> Response:
    """A PDF, in the page's place and for as long; whatever would have to be saved stays off a shared PC."""
    if visit is None:
        return _to(START)
    try:
        document = own_document(site, visit.actor, distribution_id)
    except DocumentRecalled:
        return _to(INBOX)
    with site.runtime.sessions() as session:
        head = distribution_row(session, distribution_id)
        file = file_content(session, head["document_id"], file_id) if head is not None else None
    is_shown = any(known.id == file_id and known.meta.media_type == PDF for known in document.files)
    if file is None or not is_shown:
        raise NotFound
    return fleeting(site, download(file))


@router.post("/inbox/{distribution_id}/acknowledge")
def confirm(
    request: Request,
    site: SiteDep,
    visit: FormVisitDep,
    distribution_id: Id,
    revision: Annotated[int, Form(ge=1, le=2**15 - 1)],
    sent: SentDep,
) -> Response:
    """Confirming ends the session, so that nobody who comes next confirms in this person's name."""
    if visit is None:
        return _to(START)
    answers = answers_in(sent)
    try:
        acknowledge(site.runtime, visit.actor, distribution_id, revision, Route.KIOSK, answers)
    except (UnansweredQuestion, OldRevision) as refused:
        document = as_it_was_sent(own_document(site, visit.actor, distribution_id), answers, refused)
        return _document_page(request, site, visit, document, status_of(refused))
    except DocumentRecalled:
        return _recalled_page(request, site, visit, distribution_id)
    return _leave(request, site, done=CONFIRMED)


@router.post("/inbox/{distribution_id}/confirm-recall")
def send_recall(request: Request, site: SiteDep, visit: FormVisitDep, distribution_id: Id) -> Response:
    if visit is None:
        return _to(START)
    confirm_recall(site.runtime, visit.actor, distribution_id, Route.KIOSK)
    return _leave(request, site, done=CONFIRMED)


@router.post("/done")
def leave(request: Request, site: SiteDep, _: FormVisitDep) -> Response:
    return _leave(request, site)


def _document_page(
    request: Request, site: Site, visit: Visit, document: DocumentView, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    view = KioskDocumentView(visit, document, idle_seconds(site))
    return fleeting(site, page(site, "kiosk_document.html", view, None, request, status))


def _recalled_page(request: Request, site: Site, visit: Visit, distribution_id: int) -> Response:
    with site.runtime.sessions() as session:
        view = KioskRecalledView(visit, recalled_view(session, visit.actor, distribution_id, "", site.zone))
    return fleeting(site, page(site, "kiosk_recalled.html", view, None, request))


def _leave(request: Request, site: Site, done: str = "") -> Response:
    sign_out(site.runtime, request.cookies.get(VISIT_COOKIE, ""))
    answer = _to(START)
    forget_visit(answer)
    if done:
        keep_done(answer, done)
    return answer


def _to(way: str) -> RedirectResponse:
    return RedirectResponse(way, HTTPStatus.SEE_OTHER)


def _person_page(
    request: Request, site: Site, code: str, *, by_slip: bool = False, done: str = "", refused: Refused | None = None
) -> Response:
    person = person_at(site.runtime, code.replace("\0", ""))
    view = KioskPersonView(person, by_slip, done, refused.vi if refused else "")
    answer = page(site, "kiosk_person.html", view, None, request, status_of(refused) if refused else HTTPStatus.OK)
    answer.headers.update(headers_of(refused) if refused else {})
    return fleeting(site, answer)
