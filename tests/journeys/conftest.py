from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from sqlalchemy import func, select

from service.actions.post_document import post_document
from service.domain.deliveries import Status
from service.domain.roles import OPERATOR
from service.embedded.valkey import EmbeddedValkey
from service.runtime import Runtime
from service.settings import Settings, read_settings
from service.store.deliveries import Progress, progress
from service.store.tables import receipts
from service.wiring import build
from tests.conftest import Databases
from tests.journeys.processes import Processes, processes, wait_until
from tests.mail.scripted_smtp import ScriptedSmtp
from tests.makers import make_person, make_posting, make_unit


@pytest.fixture
def smtp() -> Iterator[ScriptedSmtp]:
    with ScriptedSmtp() as server:
        yield server


@pytest.fixture
def broker(valkey: EmbeddedValkey) -> Iterator[redis.Redis]:
    client = redis.Redis.from_url(valkey.unix_url)
    client.flushall()
    yield client
    client.flushall()
    client.close()


@pytest.fixture
def settings(databases: Databases, valkey: EmbeddedValkey, broker: redis.Redis, smtp: ScriptedSmtp) -> Settings:
    """Everything hurries, so that a journey takes seconds; nothing else differs from production."""
    url, owner_url = databases.new()
    return read_settings(
        database_url=url,
        migrate_database_url=owner_url,
        broker_url=valkey.url,
        smtp_url=smtp.url,
        secret_key="for journeys only",
        lease=2,
        sweep_interval=0.5,
        retry_base=0.2,
        circuit_pause=0.2,
        circuit_pause_cap=0.5,
    )


@dataclass
class Office:
    """The office of a journey: its processes, its mail server, and a Runtime to look at it with."""

    processes: Processes
    smtp: ScriptedSmtp
    runtime: Runtime

    def employ(self, people: int) -> None:
        with self.runtime.sessions.begin() as session:
            unit = make_unit(session)
            for number in range(people):
                make_person(session, unit, code=f"NV{number:05}")

    def post(self) -> int:
        return post_document(self.runtime, OPERATOR, make_posting()).distribution_id

    def letters(self, distribution_id: int) -> Progress:
        with self.runtime.sessions() as session:
            return progress(session, distribution_id)

    def inbox(self, distribution_id: int) -> int:
        with self.runtime.sessions() as session:
            query = select(func.count()).where(receipts.c.distribution_id == distribution_id)
            listed: int = session.execute(query).scalar_one()
            return listed

    def await_accepted(self, distribution_id: int, count: int) -> None:
        wait_until(lambda: self.letters(distribution_id).of(Status.ACCEPTED) >= count, f"{count} letters accepted")


@pytest.fixture
def office(settings: Settings, smtp: ScriptedSmtp, tmp_path: Path) -> Iterator[Office]:
    with processes(settings, tmp_path / "office.log") as running:
        yield Office(running, smtp, build(settings))
