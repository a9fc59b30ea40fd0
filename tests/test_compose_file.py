"""docker-compose.yml and Dockerfile without an engine: schema, names, and the scripts in them on real servers."""

import base64
import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
import typer
import yaml
from redis.backoff import NoBackoff
from redis.retry import Retry

from service.cli import app
from service.embedded.binaries import valkey_program
from service.embedded.postgres import APP, DATABASE, OWNER, SUPERUSER, EmbeddedPostgres
from service.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name for name, service in SERVICES.items() if "build" in service}
ONE_SHOTS = {name for name, service in SERVICES.items() if service["restart"] == "no"}
DOCKERFILE = (ROOT / "Dockerfile").read_text()

every_service = pytest.mark.parametrize("name", SERVICES)


def test_the_file_keeps_to_the_compose_specification() -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"]
    done = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_office_is_made_of_these_services() -> None:
    assert set(SERVICES) == {"web", "worker", "beat", "migrate", "roles", "postgres", "valkey", "mailpit"}
    assert [name for name, service in SERVICES.items() if service.get("profiles") == ["dev"]] == ["mailpit"]


@every_service
def test_a_service_waits_only_for_what_can_happen(name: str) -> None:
    for target, how in SERVICES[name].get("depends_on", {}).items():
        awaited = SERVICES[target]
        if target in ONE_SHOTS:
            assert how["condition"] == "service_completed_successfully"
        else:
            assert how["condition"] == "service_healthy"
            assert awaited["healthcheck"]["test"]


def test_nothing_of_ours_starts_before_the_database_is_migrated() -> None:
    for name in OURS - ONE_SHOTS:
        assert "migrate" in SERVICES[name]["depends_on"]


@every_service
def test_what_a_service_uses_is_declared(name: str) -> None:
    service = SERVICES[name]
    volumes = {volume.partition(":")[0] for volume in service.get("volumes", [])}
    assert volumes <= set(COMPOSE["volumes"])
    assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
    assert set(service["networks"]) <= set(COMPOSE["networks"])


@pytest.mark.parametrize("kind", ["volumes", "secrets", "networks"])
def test_what_is_declared_is_used(kind: str) -> None:
    used = {name.partition(":")[0] for service in SERVICES.values() for name in service.get(kind, [])}
    assert used == set(COMPOSE[kind])


@every_service
def test_a_service_is_given_the_secrets_it_reads_and_no_other(name: str) -> None:
    read = re.findall(r"(?:/run/secrets/|password_of )([a-z_]+)", json.dumps(SERVICES[name]))
    assert set(read) == set(SERVICES[name].get("secrets", []))


@every_service
def test_a_variable_of_ours_is_a_setting_the_program_knows(name: str) -> None:
    ours = {variable for variable in _environment(name) if variable.startswith(PREFIX)}
    unknown = {variable for variable in ours if _setting(variable) not in Settings.model_fields}
    assert not unknown


@every_service
def test_what_the_operator_names_reaches_the_setting_of_the_same_name(name: str) -> None:
    for variable, value in _environment(name).items():
        assert re.findall(r"(?<!\$)\$\{?(\w+)", value) in ([], [variable])


# What differs from office to office, and what an operator is told to set.
OFFICE_SETTINGS = (
    "TIME_ZONE",
    "WORK_HOURS",
    "OFFICE_UNIT",
    "REMINDER_STEPS",
    "ESCALATION_STEPS",
    "NUDGE_PAUSE",
    "ANCHOR_MAIL",
    "SESSION_IDLE",
    "SESSION_ABSOLUTE",
    "KIOSK_IDLE",
    "KIOSK_ABSOLUTE",
    "LINK_LIFETIME",
    "PASSWORD_LEAST",
    "MAX_FILE_BYTES",
)


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
@pytest.mark.parametrize("setting", OFFICE_SETTINGS)
def test_an_office_sets_what_is_its_own_in_env_or_leaves_it(name: str, setting: str) -> None:
    assert _environment(name)[f"{PREFIX}{setting}"] == f"${{{PREFIX}{setting}:-}}"


def test_a_setting_that_is_set_to_nothing_is_as_if_it_were_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    unset = Settings()
    for variable, value in _environment("worker").items():
        if value.endswith(":-}"):
            monkeypatch.setenv(variable, "")
    assert Settings() == unset


@every_service
def test_no_secret_stands_in_the_environment(name: str) -> None:
    for variable, value in _environment(name).items():
        if re.search("PASSWORD(?!_LEAST)|SECRET|TOKEN|KEY|URL", variable) and variable != "EOFFICE_BASE_URL":
            assert variable.endswith("_FILE")
            assert value.startswith("/run/secrets/")


def test_secrets_are_files_that_enter_neither_the_repository_nor_the_image() -> None:
    for name, secret in COMPOSE["secrets"].items():
        assert secret == {"file": f"./secrets/{name}"}
    assert "/secrets/" in (ROOT / ".gitignore").read_text().splitlines()
    assert not _reaches_the_build("secrets")


def test_a_process_of_ours_runs_a_command_of_the_program() -> None:
    commands = set(typer.main.get_group(app).commands)
    for name in OURS:
        assert SERVICES[name]["command"] == ["eoffice", name]
        assert name in commands
    checks = [service["healthcheck"].get("test", []) for service in SERVICES.values()]
    assert {check[2] for check in checks if check[:2] == ["CMD", "eoffice"]} <= commands


@every_service
def test_a_container_can_change_nothing_but_its_volumes(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert name in OURS or service["user"] not in {"root", "0"}


@every_service
def test_a_service_that_stays_is_watched_and_comes_back(name: str) -> None:
    service = SERVICES[name]
    if name in ONE_SHOTS:
        assert service["healthcheck"] == {"disable": True}
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"]


@every_service
def test_a_published_port_is_for_this_machine_only(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


def test_database_and_broker_have_no_way_out() -> None:
    for name in ("postgres", "valkey", "roles"):
        assert [COMPOSE["networks"][network] for network in SERVICES[name]["networks"]] == [{"internal": True}]


def test_the_image_is_built_from_files_that_are_there() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    sources = {source for line in copied for source in line.split()}
    assert {"service", "workers", "templates", "requirements.lock"} <= sources
    for source in sources:
        assert (ROOT / source).exists()
        assert _reaches_the_build(source)


def test_the_image_holds_the_hashed_production_lock_and_no_root() -> None:
    installed = DOCKERFILE.partition("AS installed")[2]
    assert "--require-hashes -r requirements.lock" in installed
    assert "embedded" not in installed
    final = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER eoffice$", final, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK ", final, re.MULTILINE)


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    directory = tmp_path / "secrets"
    directory.mkdir()
    (directory / "postgres_password").write_text("superuser\n")
    (directory / "migrate_database_url").write_text(f"postgresql://{OWNER}:Owner-1~2@postgres/{DATABASE}\n")
    (directory / "database_url").write_text(f"postgresql://{APP}:App.3_4@postgres/{DATABASE}\n")
    (directory / "broker_url").write_text("redis://:Ring-5@valkey:6379/0\n")
    return directory


@pytest.fixture
def bare_postgres(run_dir: Path) -> Iterator[EmbeddedPostgres]:
    """A server of its own, as the image leaves it: without our roles and our database."""
    with EmbeddedPostgres(data=run_dir / "compose-pgdata", run=run_dir / "c", durable=False) as server:
        with psycopg.connect(server.url(SUPERUSER, DATABASE), autocommit=True) as connection:
            connection.execute(f"DROP OWNED BY {APP}, {OWNER}")
        with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {DATABASE}")
            connection.execute(f"DROP ROLE {APP}, {OWNER}")
        yield server


def test_the_roles_service_makes_both_roles_and_follows_their_passwords(
    bare_postgres: EmbeddedPostgres, secrets: Path
) -> None:
    assert _make_roles(bare_postgres, secrets).returncode == 0
    (secrets / "database_url").write_text(f"postgresql://{APP}:Another-6@postgres/{DATABASE}")
    again = _make_roles(bare_postgres, secrets)
    assert (again.returncode, again.stderr) == (0, "")

    assert _accepts_password(bare_postgres, OWNER, "Owner-1~2")
    assert _accepts_password(bare_postgres, APP, "Another-6")
    assert not _accepts_password(bare_postgres, APP, "App.3_4")
    with psycopg.connect(bare_postgres.url(OWNER)) as connection:
        connection.execute("CREATE TABLE letters (id bigint GENERATED ALWAYS AS IDENTITY)")
    with psycopg.connect(bare_postgres.url(APP)) as connection:
        connection.execute("INSERT INTO letters DEFAULT VALUES")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DROP TABLE letters")


def test_the_roles_service_says_which_address_it_cannot_read(postgres: EmbeddedPostgres, secrets: Path) -> None:
    (secrets / "database_url").write_text(f"postgresql://{APP}@postgres/{DATABASE}")
    done = _make_roles(postgres, secrets)
    assert done.returncode != 0
    assert done.stderr.startswith("secrets/database_url is not of the form")


@pytest.fixture
def valkey_of_compose(run_dir: Path, tmp_path: Path, secrets: Path) -> Iterator[Path]:
    """The service's own script; only the way in is changed, from a port to a socket."""
    socket_path, programs, data = run_dir / "compose.sock", tmp_path / "bin", tmp_path / "data"
    programs.mkdir()
    data.mkdir()
    shim = programs / "valkey-server"
    shim.write_text(f'#!/bin/sh\nexec "{valkey_program()}" "$@" --port 0 --unixsocket {socket_path}\n')
    shim.chmod(0o755)
    server = subprocess.Popen(
        _script("valkey", secrets), cwd=data, env=_path_before(programs), stdout=subprocess.DEVNULL
    )
    yield socket_path
    server.terminate()
    assert server.wait(timeout=20) == 0


def test_the_broker_wants_its_password_and_evicts_nothing(valkey_of_compose: Path) -> None:
    impatient = Retry(NoBackoff(), 0)
    with redis.Redis(unix_socket_path=str(valkey_of_compose), password="Ring-5", retry=impatient) as broker:
        _wait_for(broker)
        assert broker.config_get("appendonly") == {"appendonly": "yes"}
        assert broker.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert broker.config_get("save") == {"save": ""}
    stranger = redis.Redis(unix_socket_path=str(valkey_of_compose), retry=impatient)
    with stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()


def _environment(name: str) -> dict[str, str]:
    return {variable: str(value) for variable, value in SERVICES[name].get("environment", {}).items()}


def _setting(variable: str) -> str:
    return variable.removeprefix(PREFIX).removesuffix("_FILE").lower()


def _reaches_the_build(path: str) -> bool:
    """The last matching line of .dockerignore decides; ours begins by leaving everything out."""
    reached = True
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if fnmatch(path, line.removeprefix("!")):
            reached = line.startswith("!")
    return reached


def _script(name: str, secrets: Path) -> list[str]:
    """A service's whole command as its container would run it, with the secrets found elsewhere."""
    command = [*SERVICES[name].get("entrypoint", []), *SERVICES[name]["command"]]
    return [word.replace("$$", "$").replace("/run/secrets", str(secrets)) for word in command]


def _path_before(programs: Path) -> dict[str, str]:
    return {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}


def _make_roles(server: EmbeddedPostgres, secrets: Path) -> subprocess.CompletedProcess[str]:
    way_in = {"PGHOST": str(server.socket_dir), "PGUSER": SUPERUSER, "PGDATABASE": "postgres"}
    return subprocess.run(
        _script("roles", secrets),
        env=_path_before(server.programs) | way_in,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def _accepts_password(server: EmbeddedPostgres, role: str, password: str) -> bool:
    """Checks the stored SCRAM verifier (RFC 5803), for this server trusts whoever reaches its socket."""
    with psycopg.connect(server.url(SUPERUSER, "postgres")) as connection:
        row = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [role]).fetchone()
    assert row
    _, iterations, salt, stored_key, _ = re.split(r"[$:]", row[0])
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(iterations))
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    return base64.b64decode(stored_key) == hashlib.sha256(client_key).digest()


def _wait_for(broker: redis.Redis) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            broker.ping()
        except redis.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
