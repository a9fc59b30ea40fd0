"""What each template of the directory shows: one frozen dataclass a template, made by the route, pure data."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.actions.import_directory import ImportResult
from service.domain.directory import Entry, Plan
from service.domain.findings import Finding
from service.printing.words import address_problem_label
from service.store.audiences import Headcount
from service.store.directory import PersonLine, UnitLine

NOBODY = Headcount(0, 0)

# What an import says differs, by the names of the columns.
_UNIT_WORDS = {"name": "tên", "position": "thứ tự"}
_PERSON_WORDS = {
    "family_name": "họ đệm",
    "given_name": "tên",
    "position": "chức vụ",
    "staff_class": "loại",
    "email": "địa chỉ thư",
    "groups": "nhóm",
    "active_from": "từ ngày",
    "active_to": "đến ngày",
    "returned": "trở lại",
}


def together(counts: Iterable[Headcount]) -> Headcount:
    counted = list(counts)
    return Headcount(sum(one.listed for one in counted), sum(one.by_mail for one in counted))


def with_those_below(tree: Sequence[UnitLine], own: Mapping[int, Headcount]) -> dict[int, Headcount]:
    """The count of each unit with all units below it; the tree comes parents first."""
    reach = {unit.id: own.get(unit.id, NOBODY) for unit in tree}
    for unit in reversed(tree):
        if unit.parent_id in reach:
            reach[unit.parent_id] = together([reach[unit.parent_id], reach[unit.id]])
    return reach


@dataclass(frozen=True, slots=True)
class UnitEntry:
    """A unit of the tree with everybody below it; `depth` counts from the highest unit shown."""

    id: int
    name: str
    depth: int
    people: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class PersonEntry:
    person: PersonLine

    @property
    def address(self) -> str:
        """The address, or why there is no working one."""
        if self.person.email_problem is None:
            return self.person.email or ""
        problem = address_problem_label(self.person.email_problem)
        return f"{problem}: {self.person.email}" if self.person.email else problem


@dataclass(frozen=True, slots=True)
class DirectoryView:
    """directory.html. `next_href` continues the list, empty at its end."""

    units: tuple[UnitEntry, ...]
    people: tuple[PersonEntry, ...]
    sought: str
    unit_id: int | None
    unit_name: str
    next_href: str
    is_first: bool
    can_import: bool


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A unit or a person with what differs, in the words of the form."""

    code: str
    name: str
    note: str


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """What an import does in one way; `more` lines are not shown."""

    label: str
    count: int
    lines: tuple[ChangeLine, ...]
    more: int


@dataclass(frozen=True, slots=True)
class PlanView:
    """What an import does to the units, or to the people."""

    title: str
    rows: int
    unchanged: int
    groups: tuple[ChangeGroup, ...]
    refused: tuple[Finding, ...]
    more_refused: int
    warnings: tuple[Finding, ...]
    more_warnings: int


@dataclass(frozen=True, slots=True)
class ImportView:
    """import.html: the empty form without a `result`, then what a file would do, then what it did.

    `content` carries a small file to the next step, in base64; a larger one is asked for again, with this `digest`.
    """

    result: ImportResult | None = None
    plans: tuple[PlanView, ...] = ()
    file_name: str = ""
    digest: str = ""
    content: str = ""
    error: str = ""

    @property
    def changes(self) -> int:
        return sum(group.count for plan in self.plans for group in plan.groups)


def plan_views(result: ImportResult, most: int) -> tuple[PlanView, ...]:
    """Each list cut after `most` lines."""
    told = (("Đơn vị", result.units, _UNIT_WORDS), ("Người", result.people, _PERSON_WORDS))
    return tuple(_plan_view(title, plan, words, most) for title, plan, words in told if plan is not None)


def _plan_view(title: str, plan: Plan, words: Mapping[str, str], most: int) -> PlanView:
    groups = (
        ("Mới", plan.new),
        ("Thay đổi", plan.changed),
        ("Chuyển", plan.moved),
        ("Rời cơ quan", plan.left),
        ("Trao vai trò", plan.granted),
    )
    return PlanView(
        title=title,
        rows=plan.rows,
        unchanged=plan.unchanged,
        groups=tuple(_group(label, entries, words, most) for label, entries in groups if entries),
        refused=plan.refused[:most],
        more_refused=max(len(plan.refused) - most, 0),
        warnings=plan.warnings[:most],
        more_warnings=max(len(plan.warnings) - most, 0),
    )


def _group(label: str, entries: Sequence[Entry], words: Mapping[str, str], most: int) -> ChangeGroup:
    lines = tuple(ChangeLine(entry.code, entry.name, _note(entry, words)) for entry in entries[:most])
    return ChangeGroup(label, len(entries), lines, max(len(entries) - most, 0))


def _note(entry: Entry, words: Mapping[str, str]) -> str:
    return ", ".join(words.get(part, part) for part in entry.note.split(", ") if part)
