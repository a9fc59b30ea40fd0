"""The office clock. Leases and due times never use it: they compare with the database's own clock (house plan)."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    def __call__(self) -> datetime:
        """The moment now, aware, in the office's time zone."""
        ...
