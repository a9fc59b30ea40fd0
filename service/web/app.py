"""The web application, put together: routers, static files, headers, errors."""

from fastapi import FastAPI

from service.web import api, errors, probes
from service.web.assets import STATIC_DIRECTORY, LastingFiles, static
from service.web.pages import (
    account,
    accounts,
    calendar,
    confirmations,
    corrections,
    delegations,
    directory,
    directory_import,
    distributions,
    dossiers,
    evidence,
    inbox,
    inquiries,
    issued_reports,
    kiosk,
    kiosks,
    list_changes,
    person_forms,
    pins,
    post,
    recalls,
    receipts,
    records,
    reminders,
    reports,
    rosters,
    signatures,
    status,
)
from service.web.security import SecurityHeaders
from service.web.site import Site

# Whatever brings no file: a JSON body is parsed before anybody asks who sent it. Files have the site's own limit.
_BODY_BYTES = 1024 * 1024


def make_app(site: Site) -> FastAPI:
    app = FastAPI(title="eoffice", docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json")
    app.state.site = site
    site.environment.globals["static"] = static
    app.include_router(account.router, max_body_size=_BODY_BYTES, include_in_schema=False)
    app.include_router(inbox.router, max_body_size=_BODY_BYTES, include_in_schema=False)
    app.include_router(inquiries.router, max_body_size=_BODY_BYTES, include_in_schema=False)
    app.include_router(corrections.router, max_body_size=site.max_request_bytes, include_in_schema=False)
    app.include_router(recalls.router, max_body_size=_BODY_BYTES, include_in_schema=False)
    app.include_router(records.router, max_body_size=_BODY_BYTES, include_in_schema=False)
    app.include_router(receipts.router, max_body_size=_BODY_BYTES, include_in_schema=False)
    app.include_router(post.router, max_body_size=site.max_request_bytes, include_in_schema=False)
    app.include_router(distributions.router, max_body_size=_BODY_BYTES, include_in_schema=False)
    app.include_router(list_changes.router, max_body_size=_BODY_BYTES, include_in_schema=False)
    app.include_router(reminders.router, max_body_size=_BODY_BYTES, include_in_schema=False)
    app.include_router(issued_reports.router, max_body_size=_BODY_BYTES, include_in_schema=False)
    app.include_router(confirmations.router, max_body_size=_BODY_BYTES, include_in_schema=False)
    app.include_router(reports.router, max_body_size=_BODY_BYTES, include_in_schema=False)
    app.include_router(kiosk.router, max_body_size=_BODY_BYTES, include_in_schema=False)
    app.include_router(kiosks.router, max_body_size=_BODY_BYTES, include_in_schema=False)
    app.include_router(pins.router, max_body_size=_BODY_BYTES, include_in_schema=False)
    app.include_router(rosters.router, max_body_size=_BODY_BYTES, include_in_schema=False)
    app.include_router(signatures.router, max_body_size=site.max_request_bytes, include_in_schema=False)
    app.include_router(dossiers.router, max_body_size=_BODY_BYTES, include_in_schema=False)
    app.include_router(evidence.router, max_body_size=_BODY_BYTES, include_in_schema=False)
    app.include_router(directory_import.router, max_body_size=site.max_request_bytes, include_in_schema=False)
    app.include_router(delegations.router, max_body_size=_BODY_BYTES, include_in_schema=False)
    app.include_router(calendar.router, max_body_size=_BODY_BYTES, include_in_schema=False)
    app.include_router(person_forms.router, max_body_size=_BODY_BYTES, include_in_schema=False)
    app.include_router(directory.router, max_body_size=_BODY_BYTES, include_in_schema=False)
    app.include_router(accounts.router, max_body_size=_BODY_BYTES, include_in_schema=False)
    app.include_router(status.router, max_body_size=_BODY_BYTES, include_in_schema=False)
    app.include_router(api.router, max_body_size=_BODY_BYTES)
    app.include_router(api.upload_router, max_body_size=site.max_request_bytes)
    app.include_router(probes.router)
    app.mount("/static", LastingFiles(directory=STATIC_DIRECTORY), name="static")
    errors.install(app)
    app.add_middleware(errors.RefuseTooLarge)
    # Added last, so outermost: every answer gets the headers.
    app.add_middleware(SecurityHeaders)
    return app
