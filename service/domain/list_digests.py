"""What proves a frozen list: a digest over its lines, made range by range as the list is drawn.

A line is a JSON array in the form that PostgreSQL's `json_build_array` and Python's `json.dumps` share, ended by a line
feed. The digest of a range is SHA-256 over the digest of the range before it (32 zero bytes before the first) and the
range's lines in the order of `person_id`; that of the list is the digest of its last range. People who were added later
stand in the log one by one. The database follows the same rule, see store/list_digests.py.
"""

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

NOTHING_LISTED = bytes(32)


class ListedPerson(NamedTuple):
    """A person as the list copied them; `address` is None for one without a mailbox."""

    person_id: int
    unit_id: int
    unit_name: str
    family_name: str
    given_name: str
    position: str
    staff_class: str
    address: str | None


def line(person: ListedPerson) -> str:
    return json.dumps(person, ensure_ascii=False) + "\n"


def digest_of_range(previous: bytes, people: Iterable[ListedPerson]) -> bytes:
    """`people` in the order of `person_id`."""
    digest = sha256(previous)
    for person in people:
        digest.update(line(person).encode())
    return digest.digest()
