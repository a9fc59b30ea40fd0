"""The ASGI application, for a server that makes it itself: `uvicorn service.asgi:make --factory`."""

from fastapi import FastAPI

from service.rendering import make_environment
from service.settings import Settings, read_settings
from service.web.app import make_app
from service.web.site import Site
from service.wiring import build


def make() -> FastAPI:
    """Read the environment and put the application together; connections open at first use.

    Raises:
        MissingSetting, BadSetting: see `service.wiring.build`.
    """
    return make_app(_site(read_settings()))


def _site(settings: Settings) -> Site:
    return Site(
        runtime=build(settings),
        environment=make_environment(settings.zone),
        base_url=settings.base_url,
        office_name=settings.office_name,
        catcher_url=settings.catcher_url,
        max_request_bytes=settings.max_request_bytes,
        zone=settings.zone,
    )
