"""Moments as commands tell them: in the office's zone, whatever zone the database or a file wrote them in."""

import json
from datetime import date, datetime, tzinfo
from functools import partial

from service.runtime import Runtime


def office_zone(runtime: Runtime) -> tzinfo | None:
    """EOFFICE_TIME_ZONE, in which the office's clock runs."""
    return runtime.clock().tzinfo


def to_the_second(at: datetime, zone: tzinfo | None) -> str:
    return f"{at.astimezone(zone):%H:%M:%S %d/%m/%Y}"


def to_the_minute(at: datetime, zone: tzinfo | None) -> str:
    return f"{at.astimezone(zone):%H:%M %d/%m/%Y}"


def json_text(value: object, zone: tzinfo | None, *, indent: int | None = None) -> str:
    """JSON for programs; moments and days in it become ISO 8601."""
    return json.dumps(value, ensure_ascii=False, indent=indent, default=partial(_plain, zone))


def _plain(zone: tzinfo | None, value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
