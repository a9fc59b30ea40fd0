"""Nobody counts letters: the lines that add up to their number say what the rows say, whatever is done to the rows."""

import itertools
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from service.domain.deliveries import Status
from service.store.database import make_engine
from service.store.schema import make_schema, upgrade_schema
from service.store.tables import attempts, deliveries, tallies
from service.store.tallies import FOLDED_ABOVE, Tally, fold, tally
from tests.conftest import Databases

_numbers = itertools.count(1)
AT = datetime(2018, 3, 5, 8, tzinfo=UTC)


def write(session: Session, letters: int, status: Status = Status.WAITING) -> None:
    rows = [
        {"person_id": next(_numbers), "occasion": "original", "address": "a@b", "recipient_name": "", "message_id": ""}
        for _ in range(letters)
    ]
    session.execute(insert(deliveries), [row | {"status": status.value} for row in rows])


def attempt(session: Session, outcome: str, ended_at: datetime = AT) -> None:
    row = {"delivery_id": 1, "outcome": outcome, "counted": True, "worker": "w", "ended_at": ended_at}
    session.execute(insert(attempts).values(row))


def lines(session: Session) -> int:
    found: int = session.execute(select(func.count()).select_from(tallies)).scalar_one()
    return found


def counted(session: Session) -> Tally:
    """The truth."""
    d, a = deliveries.c, attempts.c
    return Tally(
        letters=dict(session.execute(select(d.status, func.count()).group_by(d.status)).all()),
        in_doubt=session.execute(select(func.count()).where(d.in_doubt)).scalar_one(),
        attempts=dict(session.execute(select(a.outcome, func.count()).group_by(a.outcome)).all()),
        last_at=dict(session.execute(select(a.outcome, func.max(a.ended_at)).group_by(a.outcome)).all()),
    )


def told(session: Session) -> Tally:
    """What is tallied, without what has come down to zero."""
    found = tally(session)
    return Tally(+Counter(found.letters), found.in_doubt, found.attempts, found.last_at)


statuses = st.sampled_from(Status)
deeds = st.one_of(
    st.tuples(st.just("write"), statuses, st.integers(1, 4)),
    st.tuples(st.just("move"), statuses, statuses),
    st.tuples(st.just("doubt"), statuses, st.booleans()),
    st.tuples(st.just("drop"), statuses, st.none()),
    st.tuples(st.just("try"), st.sampled_from(["accepted", "deferred"]), st.datetimes(timezones=st.just(UTC))),
    st.tuples(st.just("fold"), st.none(), st.none()),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.tuples(deeds, st.booleans()), max_size=12))
def test_after_any_course_of_things_the_tally_says_what_the_rows_say(
    session: Session, course: list[tuple[tuple[str, object, object], bool]]
) -> None:
    with session.begin_nested() as example:
        for deed, is_kept in course:
            with session.begin_nested() as step:
                do(session, *deed)
                if not is_kept:
                    step.rollback()
        assert told(session) == counted(session)
        example.rollback()


def do(session: Session, deed: str, one: object, other: object) -> None:
    d = deliveries.c
    if deed == "write":
        write(session, int(str(other)), Status(str(one)))
    elif deed == "move":
        session.execute(update(deliveries).where(d.status == one).values(status=other))
    elif deed == "doubt":
        session.execute(update(deliveries).where(d.status == one).values(in_doubt=other))
    elif deed == "drop":
        session.execute(delete(deliveries).where(d.status == one))
    elif deed == "try":
        assert isinstance(other, datetime)
        attempt(session, str(one), other)
    else:
        fold(session)


def test_a_change_that_moves_no_letter_writes_no_line(session: Session) -> None:
    write(session, 3)
    before = lines(session)
    session.execute(update(deliveries).values(last_reply="450 later"))
    assert lines(session) == before


def test_many_lines_become_few_and_say_the_same(session: Session) -> None:
    for _ in range(FOLDED_ABOVE // 2):
        attempt(session, "accepted")
        write(session, 1)
    fold(session)
    assert lines(session) == FOLDED_ABOVE
    attempt(session, "deferred", datetime(2019, 1, 1, tzinfo=UTC))
    fold(session)
    assert lines(session) == 3
    assert told(session) == counted(session)


def test_a_fold_leaves_what_others_have_not_committed_to_be_added(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        for _ in range(FOLDED_ABOVE + 1):
            attempt(session, "accepted")
    with sessions() as working, sessions() as folding:
        write(working, 2)
        attempt(working, "accepted")
        fold(folding)
        folding.commit()
        working.commit()
    with sessions() as session:
        assert told(session) == counted(session)
        assert told(session).attempts == {"accepted": FOLDED_ABOVE + 2}
        assert lines(session) <= 4


def test_of_two_folds_at_once_each_line_is_in_one(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        for _ in range(FOLDED_ABOVE + 1):
            attempt(session, "accepted")
    with ThreadPoolExecutor() as pool, sessions() as first:
        fold(first)
        second = pool.submit(_fold_and_commit, sessions)
        first.commit()
        second.result(timeout=30)
    with sessions() as session:
        assert told(session) == counted(session)


def _fold_and_commit(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        fold(session)


def test_letters_from_before_the_tallies_are_in_them(databases: Databases) -> None:
    with make_engine(databases.empty()).begin() as owner:
        make_schema(owner, "0010")
        session = Session(owner)
        write(session, 2)
        write(session, 1, Status.ACCEPTED)
        session.execute(update(deliveries).where(deliveries.c.status == "accepted").values(in_doubt=True))
        attempt(session, "accepted")
        upgrade_schema(owner)
        assert told(session) == counted(session)
        assert told(session).letters == {"waiting": 2, "accepted": 1}


@pytest.mark.parametrize("statement", ["UPDATE deliveries SET status = 'cancelled'", "DELETE FROM deliveries"])
def test_what_is_done_by_hand_is_tallied_too(session: Session, statement: str) -> None:
    write(session, 3)
    session.execute(text(statement))
    assert told(session) == counted(session)
