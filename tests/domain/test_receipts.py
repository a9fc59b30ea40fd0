from service.domain.receipts import MOVES, State, sources


def test_a_receipt_never_moves_backwards() -> None:
    order = list(State)
    assert all(order.index(target) > order.index(source) for source, targets in MOVES.items() for target in targets)


def test_confirming_does_not_need_an_opening_to_have_been_recorded() -> None:
    assert sources(State.ACKNOWLEDGED) == {State.LISTED, State.OPENED}


def test_nothing_follows_a_confirmation() -> None:
    assert MOVES[State.ACKNOWLEDGED] == frozenset()
