"""Answers for a shared PC: each leads back to its first page when nobody does anything."""

from math import ceil

from starlette.responses import Response

from service.web.site import Site

START = "/kiosk"


def idle_seconds(site: Site) -> int:
    return ceil(site.runtime.policy.kiosk_idle.total_seconds())


def fleeting(site: Site, answer: Response) -> Response:
    """By a header, because a PDF has no other way to."""
    answer.headers["Refresh"] = f"{idle_seconds(site)}; url={START}"
    return answer
