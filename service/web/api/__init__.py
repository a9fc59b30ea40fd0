"""The API below /api/v1: JSON, bearer tokens or a session, problem details, cursors."""

from typing import Any

from fastapi import APIRouter

from service.web.api import (
    accounts,
    calendar,
    corrections,
    coverage,
    delegations,
    directory,
    distributions,
    documents,
    evidence,
    excuses,
    inbox,
    inquiries,
    issued_reports,
    list_changes,
    records,
    reminders,
    rosters,
    status,
)
from service.web.api.problems import MEDIA_TYPE
from service.web.api.shapes import Problem

_PROBLEM: dict[str, Any] = {
    "description": "What went wrong, as problem details (RFC 9457)",
    "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}},
}

_RESPONSES: dict[int | str, dict[str, Any]] = {"4XX": _PROBLEM, 503: _PROBLEM}

router = APIRouter(prefix="/api/v1", responses=_RESPONSES)
for part in (
    documents,
    distributions,
    list_changes,
    corrections,
    reminders,
    coverage,
    issued_reports,
    rosters,
    inbox,
    inquiries,
    records,
    directory,
    delegations,
    calendar,
    excuses,
    accounts,
    evidence,
    status,
):
    router.include_router(part.router)
router.include_router(corrections.inbox_router)

# What brings files, and may therefore be large.
upload_router = APIRouter(prefix="/api/v1", responses=_RESPONSES)
for taker in (documents, corrections, directory, rosters):
    upload_router.include_router(taker.upload_router)
