"""The only reader of the environment: every setting, typed and frozen, prefix EOFFICE_.

Each setting may also be given as the path of a file that holds it: EOFFICE_SECRET_KEY_FILE=/run/secrets/key.
"""

import os
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from service.domain.errors import BadSetting, MissingSetting

PREFIX = "EOFFICE_"

Seconds = Annotated[float, Field(gt=0)]
Bytes = Annotated[int, Field(gt=0)]


class FileSource(PydanticBaseSettingsSource):
    """Reads EOFFICE_<NAME>_FILE for every setting; the trailing newline that editors add is dropped."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:  # noqa: ANN401, ARG002 - the base class's signature
        path = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")
        if path is None:
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").rstrip("\r\n"), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            raise BadSetting(name=f"{PREFIX}{field_name.upper()}_FILE", reason=f"{path}: {error}") from error

    def __call__(self) -> dict[str, Any]:
        named = ((name, self.get_field_value(field, name)[0]) for name, field in self.settings_cls.model_fields.items())
        return {name: value for name, value in named if value is not None}


class Settings(BaseSettings):
    """Times are seconds unless the name says otherwise."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    database_url: SecretStr | None = None
    migrate_database_url: SecretStr | None = None
    broker_url: SecretStr | None = None
    smtp_url: SecretStr | None = None
    secret_key: SecretStr | None = None
    base_url: str = "http://localhost:8000"
    data_dir: Path | None = None
    mail_from: str = "Văn thư <vanthu@localhost.localdomain>"
    mail_bounce: str = "bounce@localhost.localdomain"
    time_zone: str = "Asia/Ho_Chi_Minh"
    office_name: str = "Sở Khoa học và Công nghệ"
    # Shown on every page when letters go to the embedded catcher instead of a mail server.
    catcher_url: str = ""

    retry_base: Seconds = 60
    retry_cap: Seconds = 3600
    retry_lifetime: Seconds = 259_200
    set_aside_after: Annotated[int, Field(gt=0)] = 5
    lease: Seconds = 60
    sweep_interval: Seconds = 5
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
    link_lifetime: Seconds = 604_800
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
    trusted_proxies: str = ""
    database_pool: Annotated[int, Field(gt=0)] = 5

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"there is no time zone {name!r}") from error
        return name

    @field_validator("database_url", "migrate_database_url")
    @classmethod
    def _postgresql(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not url.get_secret_value().startswith("postgresql://"):
            raise ValueError("it must begin with postgresql://")
        return url

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


def read_settings(**overrides: object) -> Settings:
    """Read the environment.

    Raises:
        BadSetting: a value is of the wrong shape; names the variable and what is wrong with it.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # the model itself checks them
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = f"{PREFIX}{first['loc'][0]}".upper()
        raise BadSetting(name=name, reason=first["msg"].lower()) from error


def child_environment(settings: Settings) -> dict[str, str]:
    """The environment in which a child process reads these same settings, secrets included."""
    own = {
        f"{PREFIX}{name.upper()}": value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in settings.model_dump(exclude_none=True).items()
    }
    foreign = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return foreign | own


def user_places() -> tuple[Path, str | None]:
    """The user's home and XDG_DATA_HOME (XDG Base Directory Specification)."""
    return Path.home(), os.environ.get("XDG_DATA_HOME")
