"""The import of a directory: what a file would do is shown first, then the same bytes are written.

A small file travels through that page unseen, so that nothing is kept before it is wanted; a larger one is asked for
again and must be the same.
"""

import base64
import binascii
from hashlib import sha256
from http import HTTPStatus
from io import BytesIO
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from service.actions.import_directory import ImportResult, import_directory
from service.actions.sign_in import Visitor
from service.domain.errors import UnreadableImport
from service.domain.roles import Act
from service.reading.rows import Source
from service.web.deps import SiteDep, VisitorDep, page
from service.web.directory_views import ImportView, plan_views
from service.web.errors import status_of
from service.web.fields import Sent, Upload, upload_for
from service.web.site import Site

router = APIRouter()

CARRIED_BYTES = 2_000_000
LINES_SHOWN = 100


@router.get("/directory/import")
def show_import(request: Request, site: SiteDep, visitor: VisitorDep) -> Response:
    visitor.actor.must(Act.CHANGE_DIRECTORY)
    return page(site, "import.html", ImportView(), visitor, request)


@router.post("/directory/import")
def import_file(
    request: Request, site: SiteDep, upload: Annotated[Upload, Depends(upload_for(Act.CHANGE_DIRECTORY))]
) -> Response:
    """The button pressed decides: look, or write what was looked at."""
    visitor, sent = upload.visitor, upload.sent
    source = _source(sent)
    if source is None:
        return _refused(request, site, visitor, "Chọn một tệp .csv hoặc .xlsx.")
    try:
        if sent.text("step") == "write":
            return _write(request, site, visitor, source, sent)
        result = import_directory(site.runtime, visitor.actor, source, dry_run=True)
    except UnreadableImport as refused:
        return _refused(request, site, visitor, refused.vi)
    return page(site, "import.html", _view(result, source), visitor, request)


def _source(sent: Sent) -> Source | None:
    """The file that was chosen, else the one that the page before carried; None when there is neither."""
    if sent.files:
        return Source(sent.files[0].name, BytesIO(sent.files[0].content))
    try:
        carried = base64.urlsafe_b64decode(sent.text("content"))
    except (binascii.Error, ValueError):
        return None
    return Source(sent.text("file_name"), BytesIO(carried)) if carried else None


def _write(request: Request, site: Site, visitor: Visitor, source: Source, sent: Sent) -> Response:
    if _digest(source) != sent.text("digest"):
        result = import_directory(site.runtime, visitor.actor, source, dry_run=True)
        view = _view(result, source, "Tệp này không phải là tệp vừa xem. Xem lại thay đổi dưới đây rồi nhập.")
        return page(site, "import.html", view, visitor, request, HTTPStatus.CONFLICT)
    take_good, allow_leavers = (sent.text(name) == "1" for name in ("take_good", "allow_leavers"))
    result = import_directory(site.runtime, visitor.actor, source, take_good=take_good, allow_leavers=allow_leavers)
    refusal = result.refusal(take_good=take_good, allow_leavers=allow_leavers)
    view = _view(result, source, refusal.vi if refusal else "")
    return page(site, "import.html", view, visitor, request, status_of(refusal) if refusal else HTTPStatus.OK)


def _refused(request: Request, site: Site, visitor: Visitor, sentence: str) -> Response:
    view = ImportView(error=sentence)
    return page(site, "import.html", view, visitor, request, HTTPStatus.UNPROCESSABLE_ENTITY)


def _view(result: ImportResult, source: Source, error: str = "") -> ImportView:
    return ImportView(
        result=result,
        plans=plan_views(result, LINES_SHOWN),
        file_name=source.name,
        digest=_digest(source),
        content="" if result.written else _carried(source),
        error=error,
    )


def _digest(source: Source) -> str:
    source.stream.seek(0)
    return sha256(source.stream.read()).hexdigest()


def _carried(source: Source) -> str:
    source.stream.seek(0)
    content = source.stream.read()
    return base64.urlsafe_b64encode(content).decode() if len(content) <= CARRIED_BYTES else ""
