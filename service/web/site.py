"""What the web room is told from outside: see asgi."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from jinja2 import Environment

from service.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Site:
    """One per process.

    `catcher_url` is set when letters go to the embedded catcher; every page says so, with a link for who may read them.
    """

    runtime: Runtime
    environment: Environment
    base_url: str
    office_name: str
    catcher_url: str
    max_request_bytes: int
    zone: ZoneInfo
