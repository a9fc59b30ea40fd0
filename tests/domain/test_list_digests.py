from hashlib import sha256

from service.domain.list_digests import NOTHING_LISTED, ListedPerson, digest_of_range, line

LAN = ListedPerson(7, 3, "Phòng Một", "Trần Thị", "Lan", "Chuyên viên", "cong-chuc", None)


def test_a_line_is_written_as_the_database_writes_it() -> None:
    assert line(LAN) == '[7, 3, "Phòng Một", "Trần Thị", "Lan", "Chuyên viên", "cong-chuc", null]\n'


def test_ranges_are_chained() -> None:
    first = digest_of_range(NOTHING_LISTED, [LAN])
    assert first == sha256(bytes(32) + line(LAN).encode()).digest()
    assert digest_of_range(first, []) == sha256(first).digest()
