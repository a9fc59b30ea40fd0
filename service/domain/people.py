"""People and units of the office as the directory knows them."""

from dataclasses import dataclass, field
from datetime import date

from service.domain.audiences import StaffClass

# Rosters put leaders first, then deputies, then everybody by given name.
_RANKS = (
    ("phó", 20),
    ("giám đốc", 10),
    ("chi cục trưởng", 10),
    ("chánh", 10),
    ("trưởng", 10),
    ("quyền", 10),
)
_EVERYBODY = 50


def position_rank(position: str) -> int:
    """Order of a position inside its unit: 10 heads, 20 deputies, 50 everybody else."""
    lowered = position.lower()
    return next((rank for word, rank in _RANKS if lowered.startswith(word)), _EVERYBODY)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit as an import gives it; `parent_code` is empty at the top; `position` orders units beside each other."""

    code: str
    name: str
    parent_code: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as an import gives it. `role` is empty or a role's word; it is granted for the person's own unit."""

    code: str
    family_name: str
    given_name: str
    position: str
    staff_class: StaffClass
    unit_code: str
    email: str | None = None
    email_problem: str | None = None
    groups: tuple[str, ...] = field(default=())
    active_from: date | None = None
    active_to: date | None = None
    role: str = ""
