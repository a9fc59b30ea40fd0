"""A report as it was handed out: the moment it is about, and its figures in a form that stays comparable.

The figures of a past moment can be worked out again at any time; that they come out the same is what makes an issued
report evidence.
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from service.domain.coverage import Identity, Levels, Report, Routes, UnitFigures
from service.domain.receipts import Route


@dataclass(frozen=True, slots=True)
class Figures:
    """`units` in the office order of that day; `text` is the canonical JSON they were read from."""

    text: str
    revision: int
    units: tuple[UnitFigures, ...]

    @property
    def sha256(self) -> str:
        return sha256(self.text.encode()).hexdigest()

    @property
    def identity(self) -> Identity:
        return sum((unit.identity for unit in self.units), start=Identity())

    @property
    def levels(self) -> Levels:
        return sum((unit.levels for unit in self.units), start=Levels())

    def agree_with(self, other: "Figures") -> bool:
        """Whether both say the same, in whatever order units stand in the office now."""
        return _unordered(self.text) == _unordered(other.text)


def _unordered(text: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(text)
    return {**told, "units": sorted(told["units"], key=lambda unit: (unit["unit_id"], unit["unit_name"]))}


def figures_of(report: Report) -> Figures:
    """The figures of a report, without the names of people.

    Nor with who was late: own deadlines follow the calendar, which may still be corrected for days gone by.
    """
    told = {
        "as_of": report.as_of.astimezone(UTC).isoformat(),
        "distribution": report.distribution_id,
        "revision": report.revision,
        "units": [_told(unit) for unit in report.units],
    }
    return read_figures(json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def _told(unit: UnitFigures) -> dict[str, Any]:
    return {
        "unit_id": unit.unit_id,
        "unit_name": unit.unit_name,
        "identity": asdict(unit.identity),
        "levels": asdict(unit.levels),
        "routes": unit.routes.by_route,
    }


def read_figures(text: str) -> Figures:
    told = json.loads(text)
    units = (
        UnitFigures(
            unit_id=unit["unit_id"],
            unit_name=unit["unit_name"],
            identity=Identity(**unit["identity"]),
            levels=Levels(**unit["levels"]),
            routes=Routes(tuple(unit["routes"][route.value] for route in Route)),
        )
        for unit in told["units"]
    )
    return Figures(text, told["revision"], tuple(units))


@dataclass(frozen=True, slots=True)
class IssuedReport:
    """`as_of` is the moment it is about, `issued_at` when it was handed out, by whom if a person did it."""

    id: int
    distribution_id: int
    as_of: datetime
    figures: Figures
    issued_by: str
    issued_at: datetime
