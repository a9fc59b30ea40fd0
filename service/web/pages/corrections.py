"""Corrections of a document: every revision with what changed in it, and the secretariat's forms."""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import RedirectResponse, Response

from service.actions.correct_document import issue_erratum, recall_document, replace_document
from service.actions.sign_in import Visitor
from service.domain.errors import Conflict, Invalid, Refused, TooLarge
from service.domain.roles import Act
from service.web.correct_views import correct_view
from service.web.correction_form import Misread, ReplacementForm, place_of, read_form, read_replacement
from service.web.correction_views import revision_view
from service.web.deps import Id, PostingVisitor, SiteDep, VisitorDep, page
from service.web.errors import status_of
from service.web.fields import Upload, upload_for
from service.web.site import Site

router = APIRouter()

Revision = Annotated[int, Path(ge=1, le=2**15 - 1)]
Text = Annotated[str, Form()]

_UNSURE = "Đánh dấu ô cho biết đã hiểu thu hồi là không hoàn tác được."


@router.get("/inbox/{distribution_id}/revisions/{revision}")
def show_revision(
    request: Request, site: SiteDep, visitor: VisitorDep, distribution_id: Id, revision: Revision
) -> Response:
    with site.runtime.sessions() as session:
        view = revision_view(session, visitor.actor, distribution_id, revision)
    return page(site, "revision.html", view, visitor, request)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who asks about which distribution, and what was typed."""

    request: Request
    site: Site
    visitor: Visitor
    distribution_id: int
    replacement: ReplacementForm | None = None
    erratum: str = ""
    reason: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    def show(self, status: int = HTTPStatus.OK) -> Response:
        with self.site.runtime.sessions() as session:
            view = correct_view(
                session,
                self.visitor.actor,
                self.distribution_id,
                replacement=self.replacement,
                erratum=self.erratum,
                reason=self.reason,
                errors=self.errors,
                max_file_bytes=self.site.runtime.policy.max_file_bytes,
            )
        return page(self.site, "correct.html", view, self.visitor, self.request, status)

    def attempt(self, correct: Callable[[], object], place: Callable[[Refused], str]) -> Response:
        """Lead to the distribution, or back to the form with what is wrong."""
        try:
            correct()
        except Misread as misread:
            self.errors.update({place: refused.vi for place, refused in misread.wrong.items()})
            return self.show(HTTPStatus.UNPROCESSABLE_ENTITY)
        except (Conflict, Invalid, TooLarge) as refused:
            self.errors[place(refused)] = refused.vi
            return self.show(status_of(refused))
        return RedirectResponse(f"/distributions/{self.distribution_id}#sua-doi", HTTPStatus.SEE_OTHER)


@router.get("/distributions/{distribution_id}/correct")
def show_forms(request: Request, site: SiteDep, visitor: VisitorDep, distribution_id: Id) -> Response:
    visitor.actor.must(Act.CORRECT)
    return _Asked(request, site, visitor, distribution_id).show()


@router.post("/distributions/{distribution_id}/errata")
def add_erratum(
    request: Request, site: SiteDep, visitor: PostingVisitor, distribution_id: Id, erratum: Text = ""
) -> Response:
    asked = _Asked(request, site, visitor, distribution_id, erratum=erratum)
    return asked.attempt(
        lambda: issue_erratum(site.runtime, visitor.actor, distribution_id, erratum), lambda _: "erratum"
    )


@router.post("/distributions/{distribution_id}/replacement")
def replace_text(
    request: Request, site: SiteDep, distribution_id: Id, upload: Annotated[Upload, Depends(upload_for(Act.CORRECT))]
) -> Response:
    form = read_form(upload.sent)
    asked = _Asked(request, site, upload.visitor, distribution_id, replacement=form)

    def correct() -> None:
        replacement = read_replacement(form, upload.sent.files, site.runtime.clock())
        replace_document(site.runtime, upload.visitor.actor, distribution_id, replacement)

    return asked.attempt(correct, place_of)


@router.post("/distributions/{distribution_id}/recall")
def recall(
    *,
    request: Request,
    site: SiteDep,
    visitor: PostingVisitor,
    distribution_id: Id,
    reason: Text = "",
    sure: Text = "",
) -> Response:
    visitor.actor.must(Act.CORRECT)
    asked = _Asked(request, site, visitor, distribution_id, reason=reason)
    if not sure:
        asked.errors["sure"] = _UNSURE
        return asked.show(HTTPStatus.UNPROCESSABLE_ENTITY)
    return asked.attempt(
        lambda: recall_document(site.runtime, visitor.actor, distribution_id, reason), lambda _: "reason"
    )
