"""What is recorded about me: seen by the person alone, and taken along as one file."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from service.web.deps import SiteDep, VisitorDep, page
from service.web.records_export import owner_of, personal_json, personal_zip
from service.web.records_views import records_view

router = APIRouter()


@router.get("/me/records")
def show_records(request: Request, site: SiteDep, visitor: VisitorDep) -> Response:
    with site.runtime.sessions() as session:
        view = records_view(session, owner_of(visitor.actor), site.zone)
    return page(site, "records.html", view, visitor, request)


@router.get("/me/records.json")
def download_json(site: SiteDep, visitor: VisitorDep) -> Response:
    named = {"Content-Disposition": 'attachment; filename="du-lieu-ghi-ve-toi.json"'}
    return personal_json(site, visitor.actor, named)


@router.get("/me/records.zip")
def download_zip(site: SiteDep, visitor: VisitorDep) -> Response:
    named = {"Content-Disposition": 'attachment; filename="du-lieu-ghi-ve-toi.zip"'}
    return personal_zip(site, visitor.actor, named)
