"""The sealer chains what has committed and, at intervals, tells a place outside the database how far it came."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from service.actions import seal_evidence as sealer
from service.actions.deliver import deliver_due
from service.actions.seal_evidence import BETWEEN_LETTERS, seal_evidence
from service.domain.anchors import Anchor, Head
from service.domain.evidence import Deed, entry
from service.domain.letters import AnchorFacts
from service.domain.roles import OPERATOR
from service.doorbell import DELIVER_DUE
from service.runtime import Runtime
from service.store.evidence import append, head
from service.store.tables import deliveries
from tests.fakes import FakeAnchors, FakeClock, FakeDoorbell, FakeMailer


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


def test_the_head_goes_out_by_mail_once_a_day(
    runtime: Runtime, clock: FakeClock, doorbell: FakeDoorbell, mailer: FakeMailer
) -> None:
    mailing = replace(runtime, policy=replace(runtime.policy, anchor_mail="giu-moc@khac.example"))
    for _ in range(3):
        write(runtime)
        seal_evidence(mailing)
        clock.move(runtime.policy.anchor_interval)
    assert doorbell.rings == [DELIVER_DUE]
    deliver_due(mailing)
    (letter,) = mailer.letters
    assert letter.address == "giu-moc@khac.example"
    facts = letter.edition.facts
    assert isinstance(facts, AnchorFacts)
    assert facts.anchor.head.position == 1
    with runtime.sessions.begin() as session:
        session.execute(update(deliveries).values(created_at=deliveries.c.created_at - BETWEEN_LETTERS))
    write(runtime)
    seal_evidence(mailing)
    deliver_due(mailing)
    assert [one.message_id.split(".")[1] for one in mailer.letters] == ["1", "4"]


def test_nobody_gets_a_letter_unless_an_address_is_set(runtime: Runtime, doorbell: FakeDoorbell) -> None:
    write(runtime)
    seal_evidence(runtime)
    assert doorbell.rings == []
