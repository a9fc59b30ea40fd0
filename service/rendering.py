"""The one Jinja environment, for pages and letters alike: autoescape by suffix, no undefined names, office time."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from service.domain.vietnamese import date_in_words, date_short, moment, number, weekday_name

_PACKAGED = Path(__file__).parent / "_templates"
_CHECKED_OUT = Path(__file__).parent.parent / "templates"

_KIBI = 1024
_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")


def make_environment(time_zone: ZoneInfo) -> Environment:
    """Templates by their name below `templates/`; `.html` is escaped, `.txt` is not.

    Besides the formats of `domain.vietnamese` the templates know `in_office` (a moment in the office's time zone),
    `paragraphs` and `byte_size`.
    """
    environment = Environment(
        loader=FileSystemLoader(template_directory()),
        autoescape=select_autoescape(["html"], default_for_string=True, default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "byte_size": byte_size,
        "date_in_words": date_in_words,
        "date_short": date_short,
        "in_office": _converter(time_zone),
        "moment": moment,
        "number": number,
        "paragraphs": paragraphs,
        "weekday_name": weekday_name,
    }
    return environment


def template_directory() -> Path:
    """Inside the installed package; an editable install has none there, so its checkout's is used."""
    return _PACKAGED if _PACKAGED.is_dir() else _CHECKED_OUT


def paragraphs(text: str) -> Markup:
    """Plain text as HTML: blank lines part paragraphs, single line ends stay, everything is escaped."""
    lines_ended = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not lines_ended:
        return Markup()
    return Markup("\n").join(_paragraph(part) for part in _BLANK_LINES.split(lines_ended))


def byte_size(size: int) -> str:
    """A file's size in bytes as a person reads it: `812 byte`, `184 KB`, `2,5 MB`."""
    if size < _KIBI:
        return f"{size} byte"
    if size < _KIBI * _KIBI:
        return f"{round(size / _KIBI)} KB"
    return f"{size / _KIBI / _KIBI:.1f} MB".replace(".", ",")


def _paragraph(text: str) -> Markup:
    return Markup("<p>{}</p>").format(Markup("<br>\n").join(escape(line) for line in text.split("\n")))


def _converter(time_zone: ZoneInfo) -> Callable[[datetime], datetime]:
    def in_office(at: datetime) -> datetime:
        return at.astimezone(time_zone)

    return in_office
