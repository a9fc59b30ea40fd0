"""An office of any size on an embedded PostgreSQL of its own: a document, posted to everybody, half have confirmed."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from service.actions.list_recipients import list_recipients
from service.actions.post_document import post_document
from service.domain.roles import OPERATOR
from service.embedded.postgres import APP, OWNER, EmbeddedPostgres
from service.settings import Settings, read_settings
from service.store.database import make_engine
from service.store.schema import upgrade_schema
from service.wiring import build
from tests.makers import make_posting

_UNITS = """
INSERT INTO units (code, name, position) SELECT 'DV' || n, 'Phòng Thử nghiệm ' || n, n FROM generate_series(1, 50) n
"""
_PEOPLE = "INSERT INTO people (code) SELECT 'NV' || lpad(n::text, 7, '0') FROM generate_series(1, :people) n"
_MEMBERSHIPS = """
INSERT INTO memberships
    (person_id, unit_id, family_name, given_name, name_key, search, position, staff_class, email, valid_from)
SELECT id, 1 + id % 50, 'Nguyễn Văn', 'Mẫu ' || id, 'mau ' || lpad(id::text, 7, '0'), code, 'Chuyên viên', 'cong-chuc',
       lower(code) || '@skhcn.example', '2018-01-01'
  FROM people
"""
# As a mail server's replies would leave them: nearly all accepted, one in a hundred refused.
_REPLIES = """
UPDATE deliveries SET
    status = CASE WHEN id % 100 = 0 THEN 'refused' ELSE 'accepted' END, attempts = 1,
    last_reply = CASE WHEN id % 100 = 0 THEN '550 5.1.1 User unknown' ELSE '250 2.0.0 Ok: queued' END,
    final_at = clock_timestamp(), sent_at = clock_timestamp(), first_attempt_at = clock_timestamp(),
    accepted_at = CASE WHEN id % 100 = 0 THEN NULL ELSE clock_timestamp() END
"""
_DUE = "UPDATE distributions SET due_at = clock_timestamp() - interval '1 hour'"
# One in ten of them half an hour after that, and one in four of those had been away and told a later deadline.
_CONFIRMATIONS = """
INSERT INTO receipt_events (distribution_id, person_id, revision, state, route, effective_at, recorded_at)
SELECT d.id, r.person_id, 1, 'acknowledged', 'inbox', at, at
  FROM receipts r
  JOIN distributions d ON d.id = r.distribution_id
 CROSS JOIN LATERAL (SELECT d.due_at + CASE WHEN r.person_id % 20 = 0 THEN 1 ELSE -1 END * interval '30 minutes') a (at)
 WHERE r.person_id % 2 = 0
"""
_ABSENCES = """
INSERT INTO absences (person_id, kind, first_day, last_day, recorded_at)
SELECT id, 'leave', current_date - 10, current_date, '2018-01-01' FROM people WHERE id % 80 = 0
"""
_OWN_DEADLINES = """
INSERT INTO own_deadlines (distribution_id, person_id, due_at, recorded_at)
SELECT r.distribution_id, r.person_id, d.due_at + interval '1 day', d.due_at - interval '1 hour'
  FROM receipts r
  JOIN distributions d ON d.id = r.distribution_id
 WHERE r.person_id % 80 = 0
"""
_ATTEMPTS = """
INSERT INTO attempts (delivery_id, outcome, phase, code, reply, counted, worker)
SELECT id, status, 'message', 250, last_reply, true, 'bench:1' FROM deliveries
"""


@dataclass(frozen=True, slots=True)
class BigOffice:
    settings: Settings
    server: EmbeddedPostgres
    distribution_id: int


@contextmanager
def big_office(people: int) -> Iterator[BigOffice]:
    with tempfile.TemporaryDirectory(prefix="eo-", ignore_cleanup_errors=True) as place:
        Path(place).chmod(0o755)
        with EmbeddedPostgres(data=Path(place) / "pg", run=Path(place) / "r", durable=False) as server:
            settings = read_settings(
                database_url=server.url(APP),
                migrate_database_url=server.url(OWNER),
                broker_url="redis://127.0.0.1:1",
                secret_key="for measuring only",
            )
            with make_engine(server.url(OWNER)).begin() as owner:
                upgrade_schema(owner)
                _employ(owner, people)
            distribution_id = _post(settings)
            with make_engine(server.url(OWNER)).begin() as owner:
                for statement in (_REPLIES, _ATTEMPTS, _DUE, _CONFIRMATIONS, _ABSENCES, _OWN_DEADLINES):
                    owner.execute(text(statement))
            with make_engine(server.url(OWNER)).execution_options(isolation_level="AUTOCOMMIT").connect() as owner:
                owner.execute(text("VACUUM ANALYZE"))
            yield BigOffice(settings, server, distribution_id)


def _employ(owner: Connection, people: int) -> None:
    owner.execute(text(_UNITS))
    owner.execute(text(_PEOPLE), {"people": people})
    owner.execute(text(_MEMBERSHIPS))
    owner.execute(text("ANALYZE"))


def _post(settings: Settings) -> int:
    runtime = build(settings)
    distribution_id = post_document(runtime, OPERATOR, make_posting()).distribution_id
    list_recipients(runtime)
    return distribution_id
