"""Whatever is done to a chain, one walk beside its anchors names the first position that does not hold."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.anchors import Anchor, Head
from service.domain.chain import Broken, Fault, Sealed, walk
from service.domain.evidence import GENESIS, seal

MOMENT = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
Chain = list[Sealed]


def chained(texts: Sequence[str]) -> Chain:
    made, head = [], GENESIS
    for position, text in enumerate(texts, 1):
        head = seal(head, position, text)
        made.append(Sealed(position, text, head))
    return made


def anchored(chain: Chain, *positions: int) -> list[Anchor]:
    return [Anchor(Head(place, chain[place - 1].hash), MOMENT + timedelta(minutes=place)) for place in positions]


TEN = chained([f'{{"number":{number}}}' for number in range(1, 11)])
ANCHORS = anchored(TEN, 4, 8)


def found(chain: Chain, anchors: Sequence[Anchor] = ()) -> Broken | None:
    return walk(chain, anchors).broken


def test_a_whole_chain_holds_and_says_how_many_anchors_agree() -> None:
    walked = walk(TEN, [*ANCHORS, *ANCHORS])
    assert walked.broken is None
    assert walked.good == Head(10, TEN[-1].hash)
    assert walked.anchors == 4


def test_an_empty_log_holds_until_an_anchor_remembers_entries() -> None:
    assert walk([], []).good.position == 0
    assert found([], ANCHORS) == Broken(Fault.CUT_OFF, 1, 8, ANCHORS[1])


def test_a_changed_entry_and_a_changed_hash_are_told_apart() -> None:
    text = [one._replace(entry='{"number":0}') if one.position == 5 else one for one in TEN]
    assert found(text) == Broken(Fault.ENTRY_CHANGED, 5, 5)
    digest = [one._replace(hash=bytes(32)) if one.position == 5 else one for one in TEN]
    assert found(digest) == Broken(Fault.HASH_CHANGED, 5, 5)
    assert found([*TEN[:9], TEN[9]._replace(entry="")]) == Broken(Fault.NOT_CHAINED, 10, 10)
    assert found([*TEN[:9], TEN[9]._replace(hash=b"")]) == Broken(Fault.NOT_CHAINED, 10, 10)


def test_a_deleted_entry_is_named_whether_or_not_the_gap_was_closed() -> None:
    assert found([*TEN[:4], *TEN[6:]]) == Broken(Fault.MISSING, 5, 6)
    closed = [*TEN[:4], *(one._replace(position=one.position - 1) for one in TEN[5:])]
    assert found(closed) == Broken(Fault.NOT_CHAINED, 5, 5)


def test_swapped_inserted_and_doubled_entries_are_named() -> None:
    five, six = TEN[4], TEN[5]
    swapped = [*TEN[:4], six._replace(position=5), five._replace(position=6), *TEN[6:]]
    assert found(swapped) == Broken(Fault.NOT_CHAINED, 5, 5)
    assert found([*TEN[:5], five, *TEN[5:]]) == Broken(Fault.OUT_OF_PLACE, 6, 6)
    assert found([five._replace(position=0), *TEN]) == Broken(Fault.OUT_OF_PLACE, 1, 1)
    assert found([*TEN, Sealed(11, "{}", bytes(32))]) == Broken(Fault.NOT_CHAINED, 11, 11)


def test_a_tail_that_was_cut_shows_by_the_last_anchor() -> None:
    assert found(TEN[:6]) is None
    assert found(TEN[:6], ANCHORS) == Broken(Fault.CUT_OFF, 7, 8, ANCHORS[1])
    assert found(TEN[:8], ANCHORS) is None


def test_a_forged_entry_with_every_later_hash_made_anew_lies_between_two_anchors() -> None:
    forged = chained(['{"forged":true}' if one.position == 6 else one.entry for one in TEN])
    assert found(forged) is None
    assert found(forged, ANCHORS) == Broken(Fault.REWRITTEN, 5, 8, ANCHORS[1])


def test_an_older_copy_that_went_on_is_a_rewritten_chain() -> None:
    went_on = chained([*(one.entry for one in TEN[:6]), *("{}" for _ in range(9))])
    assert found(went_on, ANCHORS) == Broken(Fault.REWRITTEN, 5, 8, ANCHORS[1])


def test_two_anchors_that_contradict_each_other_cannot_both_be_right() -> None:
    other = Anchor(Head(4, bytes(32)), MOMENT)
    assert found(TEN, [*ANCHORS, other]) == Broken(Fault.REWRITTEN, 4, 4, other)


def without(chain: Chain, place: int) -> Chain:
    return [*chain[:place], *chain[place + 1 :]]


def renumbered(chain: Chain, place: int) -> Chain:
    return [Sealed(position, one.entry, one.hash) for position, one in enumerate(without(chain, place), 1)]


def rehashed(chain: Chain, place: int) -> Chain:
    return chained([f"{one.entry} " if index == place else one.entry for index, one in enumerate(chain)])


def replaced(chain: Chain, place: int, **change: object) -> Chain:
    return [one._replace(**change) if index == place else one for index, one in enumerate(chain)]  # type: ignore[arg-type]  # any column


TAMPERINGS: Sequence[Callable[[Chain, int], Chain]] = (
    without,
    renumbered,
    rehashed,
    lambda chain, place: chain[:place],
    lambda chain, place: replaced(chain, place, entry=f"{chain[place].entry}."),
    lambda chain, place: replaced(chain, place, hash=bytes(32)),
    lambda chain, place: replaced(chain, place, hash=b""),
    lambda chain, place: replaced(chain, place, position=chain[place].position + 1),
    lambda chain, place: [*chain[: place + 1], chain[place], *chain[place + 1 :]],
    lambda chain, place: chained(
        [*(one.entry for one in chain[:place]), "inserted", *(one.entry for one in chain[place:])]
    ),
)


@given(
    texts=st.lists(st.text(max_size=5), min_size=1, max_size=12),
    tamper=st.sampled_from(range(len(TAMPERINGS))),
    data=st.data(),
)
def test_no_tampering_behind_an_anchor_goes_unseen_and_no_whole_chain_is_accused(
    texts: list[str], tamper: int, data: st.DataObject
) -> None:
    chain = chained(texts)
    places = data.draw(st.sets(st.integers(1, len(chain))))
    anchors = anchored(chain, *places, len(chain))
    assert found(chain, anchors) is None
    place = data.draw(st.integers(0, len(chain) - 1))
    broken = found(TAMPERINGS[tamper](chain, place), anchors)
    assert broken is not None
    # A doubled entry is seen one place after the one that it doubles.
    assert broken.position - 1 <= place + 1 <= broken.upto


@pytest.mark.parametrize("cut", range(10))
def test_whatever_stands_before_the_fault_still_holds(cut: int) -> None:
    broken = walk([*TEN[:cut], TEN[cut]._replace(entry="")], [])
    assert broken.good.position == cut
