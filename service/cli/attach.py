"""Which office a command talks to: the one in the environment, else the one that runs on the data directory."""

from pathlib import Path

from service.domain.errors import NotRunning
from service.embedded.data_dir import RunningOffice, default_data_dir, read_running
from service.runtime import Runtime
from service.settings import Settings, read_settings, user_places
from service.wiring import build, usable_settings


def attach(data: Path | None) -> Runtime:
    """The Runtime of the office that a command is about.

    Raises:
        NotRunning: neither EOFFICE_DATABASE_URL is set nor an office runs on the directory.
    """
    return build(office_settings(data))


def office_settings(data: Path | None) -> Settings:
    settings = usable_settings()
    if settings.database_url is not None and data is None:
        return settings
    place = place_of(data, settings)
    running = read_running(place)
    if running is None:
        raise NotRunning(place=place)
    return settings_of(running, place, secret_key=(place / "secret_key").read_text())


def place_of(data: Path | None, settings: Settings) -> Path:
    """The data directory: as given, else as set, else this user's own."""
    return data or settings.data_dir or default_data_dir(*user_places())


def settings_of(running: RunningOffice, place: Path, **overrides: object) -> Settings:
    """The settings of every process of an embedded office; what the environment says of other things stays."""
    catcher = {"smtp_url": f"smtp://127.0.0.1:{running.smtp_port}?tls=none"} if running.smtp_port else {}
    return read_settings(
        **{
            "database_url": running.database_url,
            "migrate_database_url": running.migrate_database_url,
            "broker_url": running.broker_url,
            "base_url": running.base_url,
            "catcher_url": running.catcher_url,
            "data_dir": place,
            "worker_pool": "threads",
            **catcher,
            **overrides,
        }
    )
