"""What is installed: the wheel carries all it needs and runs away from the checkout; the locks are whole and agree."""

import json
import os
import re
import socket
import subprocess
import sys
import sysconfig
import tomllib
from fnmatch import fnmatch
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
PRODUCTION = PYPROJECT["project"]["dependencies"]
EXTRAS = PYPROJECT["project"]["optional-dependencies"]
BUILD = PYPROJECT["dependency-groups"]["build"]
LOCKS = {
    "requirements.lock": PRODUCTION,
    "requirements-embedded.lock": [*PRODUCTION, *EXTRAS["embedded"], *BUILD],
    "requirements-dev.lock": [*PRODUCTION, *EXTRAS["embedded"], *EXTRAS["dev"], *BUILD],
}
# Libraries load these only when a program starts, or the first address or request asks for them.
LOADED_BY_NAME = [
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.concurrency.prefork",
    "kombu.transport.redis",
    "python_multipart",
    "sqlalchemy.dialects.postgresql.psycopg",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
]

every_lock = pytest.mark.parametrize("name", LOCKS)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(directory)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=60)
    (built,) = directory.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def carried(wheel: Path) -> set[str]:
    with ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_the_wheel_carries_the_service_its_workers_and_its_templates_and_nothing_else(carried: set[str]) -> None:
    templates = {f"service/_templates/{name.removeprefix('templates/')}" for name in _files("templates")}
    assert carried == _files("service") | _files("workers") | templates


@pytest.mark.parametrize(
    "pattern",
    [
        "service/_templates/emails/*/subject.txt",
        "service/_templates/emails/*/body.html",
        "service/_templates/pages/*.html",
        "service/sample/*.csv",
        "service/sample/*.txt",
        "service/static/*.css",
        "service/store/migrations/env.py",
        "service/store/migrations/versions/*.py",
    ],
)
def test_the_wheel_carries_what_is_no_module(carried: set[str], pattern: str) -> None:
    assert any(fnmatch(name, pattern) for name in carried)


@pytest.mark.journey
def test_the_wheel_alone_reaches_every_employee(wheel: Path, tmp_path: Path) -> None:
    programs = _install(wheel, tmp_path / "installed")
    where = _run(programs / "python", "-c", "import service; print(service.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(tmp_path)

    data, port = tmp_path / "data", str(_free_port())
    printed = _run(programs / "eoffice", "demo", "--once", "--json", "--port", port, "--data", str(data), cwd=tmp_path)

    report = json.loads(printed.splitlines()[-1])
    assert report["listed"] == report["inbox"] == 80
    assert report["accepted"] + report["refused"] + report["no_address"] == 80
    assert report["gave_up"] == 0


@every_lock
def test_a_lock_names_versions_and_hashes_but_no_place(name: str) -> None:
    for entry in _entries(name):
        assert re.fullmatch(r"[a-z0-9.-]+==[^ ]+( ; [^/]+?)?( --hash=sha256:[0-9a-f]{64})+", entry)


@every_lock
def test_a_lock_holds_everything_asked_for_in_a_version_asked_for(name: str) -> None:
    locked = _versions(name)
    for asked in map(Requirement, LOCKS[name]):
        assert asked.specifier.contains(locked[canonicalize_name(asked.name)]), f"{asked}: run `poe lock`"


def test_a_narrower_lock_takes_the_versions_of_the_wider() -> None:
    production, embedded, dev = (_versions(name).items() for name in LOCKS)
    assert production <= embedded <= dev


def test_the_production_lock_holds_no_embedded_server() -> None:
    assert not {canonicalize_name(Requirement(asked).name) for asked in EXTRAS["embedded"]} & set(
        _versions("requirements.lock")
    )


def test_the_production_processes_start_with_the_production_lock_alone() -> None:
    """None in sys.modules makes an import fail, as if the package were not installed."""
    there = {*_versions("requirements.lock"), PYPROJECT["project"]["name"]}
    absent = [
        module
        for module, distributions in packages_distributions().items()
        if there.isdisjoint(map(canonicalize_name, distributions))
    ]
    assert {"aiosmtpd", "pytest"} <= set(absent)
    block = f"import sys; sys.modules.update(dict.fromkeys({absent!r}))"
    started = _programs()
    assert {"service.reading.workbook_reader", "workers.beat", "workers.worker"} <= set(started)
    program = f"{block}; import {', '.join([*started, *LOADED_BY_NAME])}"
    _run(sys.executable, "-c", program, cwd=ROOT, more={"EOFFICE_BROKER_URL": "redis://127.0.0.1"})


def test_the_build_backend_is_the_locked_one() -> None:
    assert PYPROJECT["build-system"]["requires"] == BUILD


def _files(folder: str) -> set[str]:
    paths = (path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(ROOT).as_posix() for path in paths}


def _programs() -> list[str]:
    """Modules that production starts: those that say so, and those that a command or a server finds by name."""
    sources = (path for room in ("service", "workers") for path in (ROOT / room).rglob("*.py"))
    guarded = (path.relative_to(ROOT) for path in sources if '__name__ == "__main__"' in path.read_text())
    said = (path.with_suffix("").as_posix().replace("/", ".") for path in guarded)
    return ["service.asgi", "service.cli", *sorted(name for name in said if not name.startswith("service.embedded."))]


def _install(wheel: Path, environment: Path) -> Path:
    """A virtual environment with this one's dependencies and the wheel; the directory of its programs.

    A path file is read one level deep, so the editable install that lies among the dependencies is not seen.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True, timeout=60)
    (site_packages,) = environment.glob("lib/python3.*/site-packages")
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    install = [sys.executable, "-m", "pip", "--python", str(environment), "install", "--no-deps", "--no-index"]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True, timeout=60)
    return environment / "bin"


def _run(*command: str | Path, cwd: Path, more: dict[str, str] | None = None) -> str:
    """Standard output, without anything of this environment that could lead back to the checkout."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("EOFFICE_", "PYTHON"))}
    own |= more or {}
    done = subprocess.run(command, cwd=cwd, env=own, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _entries(name: str) -> list[str]:
    joined = re.sub(r" \\\n +", " ", (ROOT / name).read_text())
    return joined.splitlines()


def _versions(name: str) -> dict[str, str]:
    pins = (Requirement(entry.partition(" --hash")[0]) for entry in _entries(name))
    return {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in pins}
