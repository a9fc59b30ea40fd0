"""The sealer chains what has committed and, at intervals, tells a place outside the database how far it came."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.actions import seal_evidence as sealer
from service.actions.seal_evidence import seal_evidence
from service.domain.anchors import Anchor, Head
from service.domain.evidence import Deed, entry
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.store.evidence import append, head
from tests.fakes import FakeAnchors, FakeClock


def write(runtime: Runtime, count: int = 1) -> None:
    with runtime.sessions.begin() as session:
        append(session, *(entry(Deed.OPENED, OPERATOR, runtime.clock(), person=number) for number in range(count)))


def head_of(runtime: Runtime) -> Head | None:
    with runtime.sessions() as session:
        return head(session)


def test_everything_that_has_committed_is_sealed_batch_by_batch(runtime: Runtime) -> None:
    write(runtime, 2 * sealer.ENTRIES_IN_A_BATCH + 1)
    assert seal_evidence(runtime) == 2 * sealer.ENTRIES_IN_A_BATCH + 1
    assert seal_evidence(runtime) == 0


def test_without_budget_the_rest_waits_for_the_next_run(runtime: Runtime) -> None:
    write(runtime)
    assert seal_evidence(runtime, budget=timedelta(0)) == 0
    assert seal_evidence(runtime) == 1


def test_the_head_is_kept_at_intervals_and_only_when_it_moved(
    runtime: Runtime, anchors: FakeAnchors, clock: FakeClock
) -> None:
    seal_evidence(runtime)
    assert anchors.lines == []
    write(runtime)
    seal_evidence(runtime)
    first = head_of(runtime)
    assert first is not None
    assert anchors.lines == [Anchor(first, clock.now)]
    write(runtime)
    seal_evidence(runtime)
    assert len(anchors.lines) == 1
    clock.move(runtime.policy.anchor_interval)
    seal_evidence(runtime)
    assert [one.head.position for one in anchors.lines] == [1, 2]
    clock.move(runtime.policy.anchor_interval)
    seal_evidence(runtime)
    assert len(anchors.lines) == 2


class FullDisk(FakeAnchors):
    def keep(self, anchor: Anchor) -> None:  # noqa: ARG002 - the signature of Anchors
        raise OSError(28, "No space left on device")


def test_a_place_that_takes_no_anchor_keeps_nobody_from_sealing(
    runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    write(runtime)
    assert seal_evidence(replace(runtime, anchors=FullDisk())) == 1
    assert "No space left on device" in caplog.text
