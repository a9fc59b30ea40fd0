"""Passwords as argon2id hashes (RFC 9106): slow on purpose, and bounded in the memory they take together."""

import os
import threading
import unicodedata

from argon2 import PasswordHasher, Type
from argon2.exceptions import VerifyMismatchError

# The least that OWASP's Password Storage Cheat Sheet recommends for argon2id: 19 MiB, two passes, one lane.
_MEMORY_KIB = 19_456
_PASSES = 2
_LANES = 1


class Argon2Passwords:
    """Hashes and verifies; safe to share between threads.

    No more hashes are made at once than there are processors: more would be no faster and take 19 MiB each, which a
    morning's rush of sign-ins turns into gigabytes.
    """

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES, type=Type.ID)
        self._slots = threading.BoundedSemaphore(os.cpu_count() or 1)

    def hash(self, password: str) -> str:
        """A hash in PHC string format, salted anew each time."""
        with self._slots:
            return self._hasher.hash(_as_bytes(password))

    def verify(self, password_hash: str, password: str) -> bool:
        """Whether `password` made `password_hash`.

        Raises:
            InvalidHashError: `password_hash` is none; the row was damaged.
        """
        with self._slots:
            try:
                return self._hasher.verify(password_hash, _as_bytes(password))
            except VerifyMismatchError:
                return False


def _as_bytes(password: str) -> bytes:
    """One form for what looks the same (NIST SP 800-63B of 2017, 5.1.1.2): input methods differ in how they compose.

    A lone surrogate, which JSON can carry, is no reason to fail: it makes a wrong password.
    """
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
