"""The dossier of a distribution, to be taken along."""

import os
import tempfile
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from service.actions.make_dossier import make_dossier
from service.printing.dossier import write_dossier
from service.web.deps import SiteDep, VisitorDep
from service.web.pages.distributions import DistributionId

router = APIRouter()


@router.get("/distributions/{distribution_id}/dossier.zip")
def download_dossier(site: SiteDep, visitor: VisitorDep, distribution_id: DistributionId) -> FileResponse:
    handle, name = tempfile.mkstemp(suffix=".zip")
    os.close(handle)
    place = Path(name)
    try:
        make_dossier(
            site.runtime,
            visitor.actor,
            distribution_id,
            lambda dossier: write_dossier(place, dossier, site.office_name, site.zone),
        )
    except BaseException:
        place.unlink(missing_ok=True)
        raise
    sent_as = f"ho-so-chung-cu-{distribution_id}.zip"
    return FileResponse(place, media_type="application/zip", filename=sent_as, background=BackgroundTask(place.unlink))
