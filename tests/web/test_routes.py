from collections.abc import Iterable, Iterator

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from service.web.app import make_app
from service.web.site import Site
from tests.web.conftest import PUBLIC_PATHS

GUARDS = {"signed_in", "settled", "form_visitor", "posting_visitor", "uploaded", "api_actor", "enrolled"}


def api_routes(routes: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    """FastAPI keeps included routers whole, so their routes are one level down."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif inner := getattr(route, "original_router", None):
            yield from api_routes(inner.routes)


def asks_who(dependant: Dependant) -> bool:
    named = getattr(dependant.call, "__name__", "")
    return named in GUARDS or any(asks_who(inner) for inner in dependant.dependencies)


def test_every_route_has_a_current_person_or_is_named_public(site: Site) -> None:
    routes = list(api_routes(make_app(site).routes))
    assert {route.path for route in routes if not asks_who(route.dependant)} == PUBLIC_PATHS
    assert len(routes) > 40
