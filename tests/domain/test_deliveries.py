from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.deliveries import (
    FINAL,
    MOVES,
    OPEN,
    REQUEUE_PAUSE,
    Accepted,
    Broken,
    Deferred,
    History,
    Outcome,
    Phase,
    Refused,
    Reply,
    Requeued,
    RetryPolicy,
    Status,
    Unknown,
    Verdict,
    decide,
    sources,
)

POLICY = RetryPolicy()
YOUNG = History()
OLD = History(attempts=9, age=POLICY.lifetime)
WORN = History(crashes=POLICY.set_aside_after - 1)
LATER = Reply(451, "4.7.1 Greylisted", Phase.RCPT)
NEVER = Reply(550, "5.1.1 No such user", Phase.RCPT)
TAKEN = Reply(250, "2.0.0 Ok", Phase.MESSAGE)

OUTCOMES: list[Outcome] = [
    Accepted(TAKEN),
    Deferred("greylisted", LATER),
    Refused("no such user", NEVER, address_bad=True),
    Unknown("connection lost"),
    Requeued("server away", holds_queue=True),
    Broken("cannot compose"),
]


@pytest.mark.parametrize(
    ("outcome", "history", "status", "counts", "ages", "in_doubt"),
    [
        (Accepted(TAKEN), OLD, Status.ACCEPTED, True, True, False),
        (Refused("no such user", NEVER), YOUNG, Status.REFUSED, True, True, False),
        (Deferred("greylisted", LATER), YOUNG, Status.WAITING, True, True, False),
        (Deferred("greylisted", LATER), OLD, Status.GAVE_UP, True, True, False),
        (Unknown("connection lost"), YOUNG, Status.WAITING, True, True, True),
        (Unknown("connection lost"), OLD, Status.GAVE_UP, True, True, True),
        (Requeued("server away", holds_queue=True), OLD, Status.WAITING, False, False, False),
        (Requeued("too many recipients"), YOUNG, Status.WAITING, False, True, False),
        (Requeued("too many recipients"), OLD, Status.GAVE_UP, False, True, False),
        (Broken("cannot compose"), OLD, Status.WAITING, False, False, False),
        (Broken("cannot compose"), WORN, Status.SET_ASIDE, False, False, False),
    ],
)
def test_each_outcome_has_its_verdict(
    outcome: Outcome, history: History, status: Status, counts: bool, ages: bool, in_doubt: bool
) -> None:
    verdict = decide(outcome, history, POLICY, jitter=0.5)
    assert (verdict.status, verdict.counts, verdict.ages, verdict.in_doubt) == (status, counts, ages, in_doubt)


def test_a_broken_letter_waits_longer_each_time_it_breaks() -> None:
    waits = [decide(Broken("cannot compose"), History(crashes=crashes), POLICY, 0.5).wait for crashes in range(4)]
    assert waits == [POLICY.base * 2**crashes for crashes in range(4)]


def test_a_letter_held_by_a_server_that_is_out_is_due_as_soon_as_it_is_back() -> None:
    assert decide(Requeued("server away", holds_queue=True), YOUNG, POLICY, 0.5).wait == timedelta(0)


def test_a_letter_turned_away_unread_comes_back_after_a_breath() -> None:
    assert decide(Requeued("too many recipients"), YOUNG, POLICY, 0.5).wait == REQUEUE_PAUSE


@given(st.integers(1, 500), st.floats(0, 1, exclude_max=True))
def test_the_wait_doubles_up_to_the_cap_and_is_spread_by_a_quarter(attempts: int, jitter: float) -> None:
    whole = min(POLICY.base * 2 ** min(attempts - 1, 20), POLICY.cap)
    assert whole * 0.75 <= POLICY.backoff(attempts, jitter) < whole * 1.25 + timedelta(microseconds=1)


@given(st.sampled_from(OUTCOMES), st.integers(0, 99), st.integers(0, 9), st.timedeltas(timedelta(0), timedelta(99)))
def test_no_verdict_leaves_the_states_page(outcome: Outcome, attempts: int, crashes: int, age: timedelta) -> None:
    verdict: Verdict = decide(outcome, History(attempts, crashes, age), POLICY, 0.1)
    assert verdict.status in MOVES[outcome.name][Status.SENDING]


def test_a_late_event_never_moves_a_final_state_except_that_a_250_wins_and_a_bounce_follows_it() -> None:
    moved = {(event, state) for event in MOVES for state in sources(event) & FINAL}
    assert moved == {
        ("accepted", Status.GAVE_UP),
        ("accepted", Status.SET_ASIDE),
        ("accepted", Status.CANCELLED),
        ("bounced", Status.ACCEPTED),
    }


def test_every_state_can_be_reached_and_every_open_one_be_left() -> None:
    reached = {target for moves in MOVES.values() for targets in moves.values() for target in targets}
    left = {source for moves in MOVES.values() for source in moves}
    assert reached == set(Status)
    assert left >= OPEN


def test_every_state_has_one_word_of_its_own() -> None:
    assert len({status.label for status in Status}) == len(Status)
