from datetime import UTC, datetime, timedelta, timezone

from service.domain.evidence import GENESIS, Deed, Entry, canonical, entry, seal
from service.domain.roles import OPERATOR

MOMENT = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


def test_the_text_of_an_entry_does_not_depend_on_the_order_of_its_details_or_on_the_zone() -> None:
    one = Entry(Deed.OPENED, "account:1", MOMENT, MOMENT, {"a": 1, "b": "Đặng"})
    elsewhere = MOMENT.astimezone(timezone(timedelta(hours=7)))
    other = Entry(Deed.OPENED, "account:1", elsewhere, elsewhere, {"b": "Đặng", "a": 1})
    assert canonical(one) == canonical(other)
    assert canonical(one) == (
        '{"about":{"a":1,"b":"Đặng"},"by":"account:1","deed":"opened",'
        '"effective_at":"2026-11-24T08:30:00.000000+00:00","recorded_at":"2026-11-24T08:30:00.000000+00:00"}'
    )


def test_a_hash_depends_on_the_entry_its_place_and_everything_before() -> None:
    text = canonical(entry(Deed.POSTED, OPERATOR, MOMENT))
    hashes = {
        seal(GENESIS, 1, text),
        seal(GENESIS, 2, text),
        seal(GENESIS, 1, text + " "),
        seal(bytes([1] * 32), 1, text),
    }
    assert len(hashes) == 4
