"""Walks the evidence chain from its beginning and says how far it holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from service.domain.anchors import Anchor
from service.domain.chain import Walk, walk
from service.domain.roles import Act, Actor
from service.runtime import Runtime
from service.store import evidence

# The sealer looks every second.
LATE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Verification:
    """`late` entries have waited to be sealed for more than a minute: nothing proves their order or number yet."""

    walk: Walk
    late: int


def verify_evidence(runtime: Runtime, actor: Actor, anchors: Sequence[Anchor] | None = None) -> Verification:
    """Verify the chain against `anchors`, or else against those that the runtime kept.

    Raises:
        NotFound: the actor may not see the evidence.
        OSError: the kept anchors cannot be read.
    """
    actor.must(Act.SEE_AUDIT)
    # Before the chain is read: it only grows, so every anchor is about what is there.
    known = runtime.anchors.kept() if anchors is None else anchors
    with runtime.sessions() as session:
        walked = walk(evidence.sealed_entries(session), known)
        return Verification(walked, evidence.unsealed_before(session, runtime.clock() - LATE))
