"""The only reader of the environment: every setting, typed and frozen, prefix EOFFICE_.

Each setting may also be given as the path of a file that holds it: EOFFICE_SECRET_KEY_FILE=/run/secrets/key.
"""

import os
import re
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from service.domain.calendar import WORK_HOURS, Hours, parse_hours
from service.domain.errors import BadSetting, MissingSetting
from service.domain.reminders import (
    ESCALATION_STEPS,
    REMINDER_STEPS,
    parse_escalation_steps,
    parse_reminder_steps,
)

PREFIX = "EOFFICE_"

# Ten years: beyond that a moment may leave the calendar.
Seconds = Annotated[float, Field(gt=0, le=315_360_000, allow_inf_nan=False)]
Bytes = Annotated[int, Field(gt=0)]

_SITE = "write it as https://eoffice.example.org"
_BROKER = "write it as redis://:password@host:6379/0, special characters of the password as %XX"


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"there is no time zone {name!r}; write it as Asia/Ho_Chi_Minh") from error
    return name


def _site_address(url: str) -> str:
    """An origin (RFC 6454), without the slash that people put behind it: paths of pages are appended to it."""
    parts = _split(url, _SITE)
    if parts.scheme not in {"http", "https"}:
        raise ValueError(f"it begins with neither http:// nor https://; {_SITE}")
    if parts.path not in {"", "/"} or "?" in url or "#" in url:
        raise ValueError(f"nothing may follow host and port, for the pages stand at the top; {_SITE}")
    if not parts.hostname or "@" in parts.netloc or re.search(r"\s", url):
        raise ValueError(f"it names no host; {_SITE}")
    return url.removesuffix("/")


def _broker_address(url: SecretStr) -> SecretStr:
    parts = _split(url.get_secret_value(), _BROKER)
    if parts.scheme not in {"redis", "rediss", "redis+socket"}:
        raise ValueError(f"it begins with neither redis:// nor rediss:// nor redis+socket://; {_BROKER}")
    if not (parts.path if parts.scheme == "redis+socket" else parts.hostname):
        raise ValueError(f"it names no host and no socket; {_BROKER}")
    return url


def _split(url: str, example: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        # The library's own words would repeat what may be a piece of a password.
        raise ValueError(f"it is no URL with a host and a port; {example}") from None
    return parts


def _networks(text: str) -> str:
    """Checked here, because uvicorn takes what it cannot read for a name that no address has, and says nothing."""
    for word in filter(None, (part.strip() for part in text.split(","))):
        try:
            ip_network(word)
        except ValueError as error:
            raise ValueError(f"{error}; write addresses or networks, as 10.0.0.7, 172.16.0.0/12") from error
    return text


def _in_order(hours: str) -> str:
    parse_hours(hours)
    return hours


def _reminders(steps: str) -> str:
    parse_reminder_steps(steps)
    return steps


def _escalations(steps: str) -> str:
    parse_escalation_steps(steps)
    return steps


class FileSource(PydanticBaseSettingsSource):
    """Reads EOFFICE_<NAME>_FILE for every setting; the trailing newline that editors add is dropped."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:  # noqa: ANN401, ARG002 - the base class's signature
        path = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")
        if not path:
            return None, field_name, False
        try:
            value = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", "it is no UTF-8 text")
            raise BadSetting(name=f"{PREFIX}{field_name.upper()}_FILE", reason=f"{path}: {why}") from error
        if not value:
            raise BadSetting(name=f"{PREFIX}{field_name.upper()}_FILE", reason=f"{path} is empty")
        return value, field_name, False

    def __call__(self) -> dict[str, Any]:
        named = ((name, self.get_field_value(field, name)[0]) for name, field in self.settings_cls.model_fields.items())
        return {name: value for name, value in named if value is not None}


class Settings(BaseSettings):
    """Times are seconds unless the name says otherwise."""

    # Compose files set what was left out to nothing.
    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore")

    database_url: SecretStr | None = None
    migrate_database_url: SecretStr | None = None
    broker_url: Annotated[SecretStr, AfterValidator(_broker_address)] | None = None
    smtp_url: SecretStr | None = None
    secret_key: SecretStr | None = None
    base_url: Annotated[str, AfterValidator(_site_address)] = "http://localhost:8000"
    data_dir: Path | None = None
    mail_from: str = "Văn thư <vanthu@localhost.localdomain>"
    mail_bounce: str = "bounce@localhost.localdomain"
    time_zone: Annotated[str, AfterValidator(_zone)] = "Asia/Ho_Chi_Minh"
    # Stretches of work in one day, parted by commas.
    work_hours: Annotated[str, AfterValidator(_in_order)] = WORK_HOURS
    office_name: str = "Sở Khoa học và Công nghệ"
    # The unit whose manager is the chief of office.
    office_unit: str = "VP"
    # By urgency, parted by semicolons: working days (d) or hours (h) before and after a deadline.
    reminder_steps: Annotated[str, AfterValidator(_reminders)] = REMINDER_STEPS
    escalation_steps: Annotated[str, AfterValidator(_escalations)] = ESCALATION_STEPS
    reminder_interval: Seconds = 60
    nudge_pause: Seconds = 14_400
    # Shown on every page when letters go to the embedded catcher instead of a mail server.
    catcher_url: str = ""

    retry_base: Seconds = 60
    retry_cap: Seconds = 3600
    retry_lifetime: Seconds = 259_200
    set_aside_after: Annotated[int, Field(gt=0)] = 5
    lease: Seconds = 60
    sweep_interval: Seconds = 5
    seal_interval: Seconds = 1
    anchor_interval: Seconds = 60
    # Gets the head of the evidence by mail, at most once a day; empty for nobody.
    anchor_mail: str = ""
    circuit_pause: Seconds = 5
    circuit_pause_cap: Seconds = 60
    smtp_connections: Annotated[int, Field(gt=0, le=100)] = 4
    smtp_connect_timeout: Seconds = 30
    smtp_greeting_timeout: Seconds = 300
    smtp_mail_timeout: Seconds = 300
    smtp_rcpt_timeout: Seconds = 300
    smtp_data_timeout: Seconds = 120
    smtp_block_timeout: Seconds = 180
    smtp_final_timeout: Seconds = 600

    session_idle: Seconds = 28_800
    session_absolute: Seconds = 604_800
    kiosk_idle: Seconds = 120
    kiosk_absolute: Seconds = 900
    link_lifetime: Seconds = 604_800
    letter_link_lifetime: Seconds = 7_776_000
    password_least: Annotated[int, Field(ge=8)] = 10
    max_file_bytes: Bytes = 26_214_400
    max_request_bytes: Bytes = 104_857_600
    worker_pool: Literal["prefork", "threads"] = "prefork"
    worker_concurrency: Annotated[int, Field(gt=0, le=64)] = 2
    web_host: str = "127.0.0.1"
    web_port: Annotated[int, Field(gt=0, le=65_535)] = 8000
    tls_cert: Path | None = None
    tls_key: Path | None = None
    # Addresses or networks, parted by commas, of the proxies that end TLS in front of this process.
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = ""
    database_pool: Annotated[int, Field(gt=0)] = 5

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - no .env file is ever read
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - replaced by FileSource
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, FileSource(settings_cls)

    def require(self, name: str) -> str:
        """The value of a setting that this command cannot do without.

        Raises:
            MissingSetting: it is not set; names the environment variable.
        """
        value = getattr(self, name)
        if value is None:
            raise MissingSetting(name=f"{PREFIX}{name.upper()}")
        return value.get_secret_value() if isinstance(value, SecretStr) else str(value)

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @cached_property
    def hours(self) -> Hours:
        return parse_hours(self.work_hours)


def read_settings(**overrides: object) -> Settings:
    """Read the environment.

    Raises:
        BadSetting: a value is of the wrong shape; names the variable and what is wrong with it.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # the model itself checks them
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise BadSetting(name=f"{PREFIX}{first['loc'][0]}".upper(), reason=_reason(first)) from error


def _reason(error: ErrorDetails) -> str:
    """Our own words where they are ours, else pydantic's, made to stand in a sentence."""
    ours = error.get("ctx", {}).get("error")
    return str(ours) if ours else error["msg"][0].lower() + error["msg"][1:]


def child_environment(settings: Settings) -> dict[str, str]:
    """The environment in which a child reads these same settings, secrets included; what was not set stays unset."""
    own = {
        f"{PREFIX}{name.upper()}": value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in settings.model_dump(exclude_none=True, exclude_unset=True).items()
    }
    foreign = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return foreign | own


def user_places() -> tuple[Path, str | None]:
    """The user's home and XDG_DATA_HOME (XDG Base Directory Specification)."""
    return Path.home(), os.environ.get("XDG_DATA_HOME")
