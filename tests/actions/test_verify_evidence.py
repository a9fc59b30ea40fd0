"""Whoever holds the database can change everything in it, and not unnoticed."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from service.actions.seal_evidence import seal_evidence
from service.actions.verify_evidence import LATE, Verification, verify_evidence
from service.domain.chain import Fault
from service.domain.errors import NotFound
from service.domain.evidence import Deed, entry
from service.domain.roles import OPERATOR, Role
from service.runtime import Runtime
from service.store.evidence import append
from tests.fakes import FakeClock
from tests.makers import make_actor

ENTRIES = 8
REMAKE_CHAIN = "UPDATE evidence SET position = NULL, hash = NULL WHERE position >= :place"


def write(runtime: Runtime, count: int) -> None:
    """Each sealed and, because the interval has passed meanwhile, anchored at the last."""
    with runtime.sessions.begin() as session:
        append(session, *(entry(Deed.OPENED, OPERATOR, runtime.clock(), person=number) for number in range(count)))
    seal_evidence(runtime)


def tamper(superuser: Engine, *statements: str, place: int = 3) -> None:
    with superuser.connect() as connection, connection.begin() as change:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            connection.execute(text(statement), {"place": place})
        change.commit()


@pytest.fixture
def chain(runtime: Runtime, clock: FakeClock) -> Runtime:
    """Eight entries, with anchors behind the fourth and the eighth."""
    for _ in range(2):
        write(runtime, ENTRIES // 2)
        clock.move(runtime.policy.anchor_interval)
    return runtime


def verified(runtime: Runtime) -> Verification:
    return verify_evidence(runtime, OPERATOR)


def fault(runtime: Runtime) -> tuple[Fault, int, int]:
    broken = verified(runtime).walk.broken
    assert broken is not None
    return broken.fault, broken.position, broken.upto


def test_a_chain_that_nobody_touched_holds(chain: Runtime) -> None:
    found = verified(chain)
    assert found.walk.broken is None
    assert found.walk.good.position == ENTRIES
    assert found.walk.anchors == 2
    assert found.late == 0


def test_a_changed_byte(chain: Runtime, superuser: Engine) -> None:
    tamper(superuser, "UPDATE evidence SET entry = replace(entry, '2', '3') WHERE position = :place")
    assert fault(chain) == (Fault.ENTRY_CHANGED, 3, 3)


def test_a_changed_hash(chain: Runtime, superuser: Engine) -> None:
    tamper(superuser, "UPDATE evidence SET hash = sha256('x') WHERE position = :place")
    assert fault(chain) == (Fault.HASH_CHANGED, 3, 3)


def test_a_deleted_entry(chain: Runtime, superuser: Engine) -> None:
    tamper(superuser, "DELETE FROM evidence WHERE position = :place")
    assert fault(chain) == (Fault.MISSING, 3, 3)


def test_a_cut_tail(chain: Runtime, superuser: Engine) -> None:
    tamper(superuser, "DELETE FROM evidence WHERE position > :place")
    assert fault(chain) == (Fault.CUT_OFF, 4, 8)


def test_everything_deleted(chain: Runtime, superuser: Engine) -> None:
    tamper(superuser, "TRUNCATE evidence RESTART IDENTITY")
    assert fault(chain) == (Fault.CUT_OFF, 1, 8)


def test_two_entries_swapped(chain: Runtime, superuser: Engine) -> None:
    tamper(
        superuser,
        "UPDATE evidence SET position = -1 WHERE position = :place",
        "UPDATE evidence SET position = :place WHERE position = :place + 1",
        "UPDATE evidence SET position = :place + 1 WHERE position = -1",
    )
    assert fault(chain) == (Fault.NOT_CHAINED, 3, 3)


def test_an_entry_forged_and_everything_behind_it_sealed_anew(chain: Runtime, superuser: Engine) -> None:
    tamper(superuser, "UPDATE evidence SET entry = '{\"forged\": true}' WHERE position = :place", REMAKE_CHAIN)
    assert seal_evidence(chain) == ENTRIES - 2
    assert fault(chain) == (Fault.REWRITTEN, 1, 4)
    tamper(superuser, "UPDATE evidence SET entry = '{}' WHERE position = :place", place=3)
    assert fault(chain) == (Fault.ENTRY_CHANGED, 3, 3)


def test_a_forged_entry_lies_between_the_last_good_and_the_first_bad_anchor(chain: Runtime, superuser: Engine) -> None:
    tamper(superuser, "UPDATE evidence SET entry = '{\"forged\": true}' WHERE position = :place", REMAKE_CHAIN, place=6)
    seal_evidence(chain)
    assert fault(chain) == (Fault.REWRITTEN, 5, 8)


def test_an_older_copy_of_the_database_at_rest_and_gone_on(chain: Runtime, superuser: Engine) -> None:
    tamper(superuser, "DELETE FROM evidence WHERE position > :place", place=6)
    assert fault(chain) == (Fault.CUT_OFF, 7, 8)
    write(chain, 5)
    assert fault(chain) == (Fault.REWRITTEN, 5, 8)


def test_an_inserted_entry_and_a_position_given_twice(chain: Runtime, superuser: Engine) -> None:
    statements = (
        "ALTER TABLE evidence DROP CONSTRAINT uq_evidence_position",
        (
            "INSERT INTO evidence (entry, position, hash)"
            " SELECT entry, position, hash FROM evidence WHERE position = :place"
        ),
    )
    mend = "ALTER TABLE evidence ADD CONSTRAINT uq_evidence_position UNIQUE (position)"
    try:
        tamper(superuser, *statements)
        assert fault(chain) == (Fault.OUT_OF_PLACE, 4, 4)
    finally:
        tamper(superuser, "TRUNCATE evidence", mend)


def test_an_entry_that_waits_for_its_seal_is_a_warning_after_a_minute(runtime: Runtime, clock: FakeClock) -> None:
    with runtime.sessions.begin() as session:
        append(session, entry(Deed.OPENED, OPERATOR, runtime.clock()))
    assert verified(runtime).late == 0
    clock.move(LATE + timedelta(seconds=1))
    found = verified(runtime)
    assert found.late == 1
    assert found.walk.broken is None


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    statement=st.sampled_from(
        [
            "UPDATE evidence SET entry = entry || ' ' WHERE position = :place",
            "UPDATE evidence SET entry = replace(entry, '2', '3') WHERE position = :place",
            "UPDATE evidence SET hash = set_byte(hash, 31, (get_byte(hash, 31) + 1) % 256) WHERE position = :place",
            "UPDATE evidence SET hash = NULL WHERE position = :place",
            "UPDATE evidence SET position = NULL WHERE position = :place",
            "UPDATE evidence SET position = position + 100 WHERE position = :place",
            "DELETE FROM evidence WHERE position = :place",
            "DELETE FROM evidence WHERE position >= :place",
        ]
    ),
    place=st.integers(1, ENTRIES),
)
def test_whatever_is_changed_is_found_where_it_was_changed(
    chain: Runtime, superuser: Engine, statement: str, place: int
) -> None:
    with superuser.connect() as connection, connection.begin() as change:
        connection.execute(text("CREATE TABLE kept AS SELECT id, entry, position, hash FROM evidence"))
        change.commit()
    try:
        assert verified(chain).walk.broken is None
        tamper(superuser, statement, place=place)
        _, first, upto = fault(chain)
        assert first <= place <= upto
    finally:
        back = "INSERT INTO evidence (id, entry, position, hash) OVERRIDING SYSTEM VALUE TABLE kept"
        tamper(superuser, "TRUNCATE evidence", back, "DROP TABLE kept")


def test_who_may_not_see_the_evidence_may_not_verify_it(runtime: Runtime) -> None:
    with pytest.raises(NotFound):
        verify_evidence(runtime, make_actor(Role.SECRETARIAT))
    assert verify_evidence(runtime, make_actor(Role.AUDITOR)).walk.broken is None
