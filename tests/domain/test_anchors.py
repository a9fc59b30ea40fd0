from datetime import UTC, datetime

import pytest

from service.domain.anchors import Anchor, Head, parse_anchor, written

ANCHOR = Anchor(Head(1042, bytes(range(32))), datetime(2026, 11, 24, 8, 30, tzinfo=UTC))


def test_an_anchor_is_one_line_that_people_can_read() -> None:
    line = "1042 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f 2026-11-24T08:30:00.000000+00:00"
    assert written(ANCHOR) == line
    assert parse_anchor(f"{line}\n") == ANCHOR


@pytest.mark.parametrize(
    "line",
    [
        "",
        "1042",
        "1042 00 2026-11-24T08:30:00+00:00",
        f"0 {'00' * 32} 2026-11-24T08:30:00+00:00",
        f"x {'00' * 32} 2026-11-24T08:30:00+00:00",
        f"1 {'zz' * 32} 2026-11-24T08:30:00+00:00",
        f"1 {'00' * 32} 2026-11-24T08:30:00",
        f"1 {'00' * 32} 2026-11-24T08:3",
        f"1 {'00' * 32} 2026-11-24T08:30:00+00:00 more",
    ],
)
def test_a_line_that_was_cut_off_or_is_something_else_is_no_anchor(line: str) -> None:
    assert parse_anchor(line) is None
