"""The secretariat posts a document: the form, a look at what will happen, and the posting itself.

The steps are one address. Files are chosen at the last step, because a browser gives none back to a page that is shown
anew; everything else travels through the steps unseen, so that nothing is kept before it is posted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from service.actions.post_document import post_document, preview_audience, preview_deadline
from service.actions.sign_in import Visitor
from service.domain.audiences import StaffClass
from service.domain.deadlines import Due
from service.domain.documents import DOCUMENT_TYPES, DocumentGroup, NewFile, Posting, SigningAuthority, Urgency
from service.domain.errors import Conflict, Invalid, KeyReused
from service.domain.roles import Act
from service.domain.vietnamese import date_short
from service.store.audiences import Headcount
from service.store.directory import UnitLine, list_units
from service.store.documents import same_number
from service.store.listings import distributions_of
from service.store.overviews import group_names, headcounts_by_class, headcounts_by_unit
from service.web import due_fields
from service.web.deps import SiteDep, VisitorDep, page
from service.web.directory_views import NOBODY, together, with_those_below
from service.web.errors import status_of
from service.web.fields import Sent, Upload, upload_for
from service.web.office_facts import facts_of_posting, named
from service.web.office_views import ClassChoice, PostPreviewView, PostView, UnitChoice
from service.web.posting_form import Errors, PostForm, Read, new_form, new_key, place_of, read_form, read_posting
from service.web.site import Site

router = APIRouter()

_TYPES = {group: tuple(kind for kind in DOCUMENT_TYPES if kind.group is group) for group in DocumentGroup}


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who asks, where, and what was typed."""

    request: Request
    site: Site
    visitor: Visitor
    form: PostForm

    def show(self, template: str, view: PostView | PostPreviewView, status: int) -> Response:
        return page(self.site, template, view, self.visitor, self.request, status)


@dataclass(frozen=True, slots=True)
class _Outlook:
    """What posting would do: whom it reaches, and until when they have time."""

    reach: Headcount
    due: Due | None


@router.get("/post")
def show_form(request: Request, site: SiteDep, visitor: VisitorDep) -> Response:
    visitor.actor.must(Act.POST)
    return _form_page(_Asked(request, site, visitor, new_form(site.office_name)), {})


@router.post("/post")
def take_step(request: Request, site: SiteDep, upload: Annotated[Upload, Depends(upload_for(Act.POST))]) -> Response:
    """The button pressed decides: look, change, or post."""
    asked = _Asked(request, site, upload.visitor, read_form(upload.sent))
    match upload.sent.text("step"):
        case "preview":
            return _preview(asked)
        case "edit":
            return _form_page(asked, {})
        case _:
            return _publish(asked, upload.sent)


def _preview(asked: _Asked) -> Response:
    read, outlook = _judge(asked, ())
    if read.errors or outlook is None:
        return _form_page(asked, read.errors, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _preview_page(asked, read.posting, outlook, {})


def _publish(asked: _Asked, sent: Sent) -> Response:
    read, outlook = _judge(asked, () if sent.too_large else sent.files)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if sent.too_large:
        read.refuse(sent.too_large, "files")
        status = status_of(sent.too_large)
    if read.errors.keys() - {"files"} or outlook is None:
        return _form_page(asked, read.errors, status)
    if read.errors:
        return _preview_page(asked, read.posting, outlook, read.errors, status)
    try:
        posted = post_document(asked.site.runtime, asked.visitor.actor, read.posting, key=asked.form.key or None)
    except KeyReused as refused:
        again = replace(asked, form=replace(asked.form, key=new_key()))
        return _preview_page(again, read.posting, outlook, {"": _POSTED_BEFORE}, status_of(refused))
    except (Conflict, Invalid) as refused:
        return _form_page(asked, {place_of(refused, read.posting): refused.vi}, status_of(refused))
    return RedirectResponse(f"/distributions/{posted.distribution_id}", HTTPStatus.SEE_OTHER)


_POSTED_BEFORE = (
    "Biểu mẫu này đã phát hành một văn bản, nội dung khác với bản đang xem. "
    "Bấm phát hành lần nữa nếu đây là một văn bản mới."
)


def _judge(asked: _Asked, files: tuple[NewFile, ...]) -> tuple[Read, _Outlook | None]:
    """Everything that is wrong with the form, and what it leads to when that can be told."""
    runtime, actor = asked.site.runtime, asked.visitor.actor
    read = read_posting(asked.form, files, runtime.clock(), runtime.policy.max_file_bytes)
    due = reach = None
    try:
        due = preview_deadline(runtime, actor, read.posting)
    except Invalid as refused:
        read.refuse(refused, due_fields.DAY)
    if "audience" in read.errors:
        return read, None
    try:
        reach = preview_audience(runtime, actor, asked.form.expression)
    except Invalid as refused:
        read.refuse(refused, "audience")
    return read, _Outlook(reach, due) if reach else None


def _preview_page(
    asked: _Asked, posting: Posting, outlook: _Outlook, errors: Errors, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    today = asked.site.runtime.clock().date()
    form = asked.form if asked.form.due_since else replace(asked.form, due_since=date_short(today))
    with asked.site.runtime.sessions() as session:
        alike = _alike(session, posting)
    view = PostPreviewView(
        form=form,
        name=named(posting.number.strip(), posting.title.strip()),
        mode=posting.mode,
        due=outlook.due,
        facts=facts_of_posting(posting),
        body=posting.body,
        message=posting.message,
        reach=outlook.reach,
        same_number=alike,
        errors=errors,
        max_file_bytes=asked.site.runtime.policy.max_file_bytes,
    )
    return asked.show("post_preview.html", view, status)


def _alike(session: Session, posting: Posting) -> tuple[int, ...]:
    if not posting.number.strip():
        return ()
    documents = same_number(session, posting.number.strip(), posting.issuing_body.strip(), posting.issued_on)
    return tuple(found for document in documents for found in distributions_of(session, document))


def _form_page(asked: _Asked, errors: Errors, status: HTTPStatus = HTTPStatus.OK) -> Response:
    now = asked.site.runtime.clock()
    with asked.site.runtime.sessions() as session:
        tree = list_units(session)
        by_unit = headcounts_by_unit(session, now, now.date())
        by_class = headcounts_by_class(session, now, now.date())
        groups = group_names(session)
    view = PostView(
        form=asked.form,
        errors=errors,
        types=_TYPES,
        urgencies=tuple(Urgency),
        authorities=tuple(SigningAuthority),
        units=_unit_choices(tree, by_unit, asked.form),
        classes=tuple(
            ClassChoice(word.value, word.label, by_class.get(word, NOBODY), word in asked.form.staff_class)
            for word in StaffClass
        ),
        groups=tuple(groups),
        everybody=together(by_unit.values()),
    )
    return asked.show("post.html", view, status)


def _unit_choices(tree: Sequence[UnitLine], by_unit: Mapping[int, Headcount], form: PostForm) -> tuple[UnitChoice, ...]:
    """Each unit with everybody below it: that is whom `unit:CODE` reaches."""
    reach = with_those_below(tree, by_unit)
    return tuple(UnitChoice(unit.code, unit.name, unit.depth, reach[unit.id], unit.code in form.unit) for unit in tree)
