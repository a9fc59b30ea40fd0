"""Which 404 is a refusal that the evidence log must know: of somebody signed in, about a thing that exists."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from starlette.requests import Request

from service.actions.record_refusal import refuse_document, refuse_reading, refuse_report
from service.domain.roles import Actor
from service.runtime import Runtime
from service.web.deps import site_of

_API_PREFIX = "/api/v1"
_LAST_ID = 2**63 - 1

# The first part of a path, the parameter that names the thing, and what a refusal there means.
_Refuse = Callable[[Runtime, Actor, int], None]
_TARGETS: Mapping[str, tuple[str, _Refuse]] = MappingProxyType(
    {
        "inbox": ("distribution_id", refuse_reading),
        "distributions": ("distribution_id", refuse_report),
        "documents": ("document_id", refuse_document),
    }
)


def note_refusal(request: Request) -> None:
    """Record the refusal that is about to be answered with 404, if it is one."""
    actor: Actor | None = getattr(request.state, "actor", None)
    place = request.url.path.removeprefix(_API_PREFIX).split("/")[1]
    if actor is None or place not in _TARGETS:
        return
    parameter, refuse = _TARGETS[place]
    target = str(request.path_params.get(parameter, ""))
    if target.isdecimal() and 0 < int(target) <= _LAST_ID:
        refuse(site_of(request).runtime, actor, int(target))
