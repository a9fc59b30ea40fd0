"""A made-up department to try the service on: 9 units, 80 people, grown to any size, and the document they are sent.

People bear words of nature for given names, so that nobody takes them for real ones; addresses end in `.example`, which
never resolves (RFC 2606).
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib import resources
from itertools import chain, islice

REFUSED_ADDRESS = "khong-ton-tai@skhcn.example"
DEFERRED_ADDRESS = "tam-hoan@skhcn.example"

SEED_TITLE = "Tuyên truyền cải cách hành chính năm 2018"
SEED_TYPE = "KH"
SEED_FILE_NAME = "ke-hoach-tuyen-truyen-cchc-2018.txt"

_PACKAGE = "service.sample"
_MAIL_DOMAIN = "skhcn.example"

# Given names of the people beyond the first 80: a thing and how it is.
_THINGS = (
    "Mây Nắng Gió Mưa Sương Trăng Sao Suối Sông Hồ Biển Sóng Thác Khe Đầm Đảo Núi Đồi Rừng Dốc Hang "
    "Đá Cát Đất Ruộng Vườn Bãi Lúa Ngô Khoai Đậu Tre Bèo Thông Cỏ Lá Hoa Sen Cau Dừa Chim Ong"
)
_QUALITIES = (
    "Xanh Biếc Trắng Hồng Tím Vàng Bạc Nâu Đỏ Thắm Tươi Non Già Thơm Ngọt Mát "
    "Ấm Êm Lặng Trong Sâu Cao Xa Gần Rộng Dài Nhỏ To Sớm Chiều Dày Lành"
)
# A prime that does not divide the count of names: stepping by it meets every name once and never two alike in a row.
_NAME_STEP = 65_537


@dataclass(frozen=True)
class SampleUnit:
    """A row of units.csv. `position` orders units under the same parent; `parent_code` is empty at the top."""

    code: str
    name: str
    parent_code: str
    position: str


@dataclass(frozen=True)
class SamplePerson:
    """A row of people.csv. Groups are parted by `;`, dates are yyyy-MM-dd, what does not apply is empty."""

    code: str
    family_name: str
    given_name: str
    position: str
    staff_class: str
    unit_code: str
    email: str
    groups: str
    active_from: str
    active_to: str
    role: str


@dataclass(frozen=True)
class SampleOrganisation:
    units: tuple[SampleUnit, ...]
    employees: int

    def people(self) -> Iterator[SamplePerson]:
        """Exactly `employees` people, made while they are asked for; the same ones at every call."""
        core = _core_people()
        if self.employees < len(core):
            return iter(_most_needed(core, self.employees))
        return islice(chain(core, _further_people(core)), self.employees)


def sample_organisation(employees: int = 80) -> SampleOrganisation:
    """The same rows for the same number; the first 80 are those of the CSV files.

    A smaller office keeps all units and, in this order, the secretariat with the head of its unit, the deferred and the
    refused address, the other heads, and then the rest.

    Raises:
        ValueError: fewer than one employee.
    """
    if employees < 1:
        raise ValueError(f"a sample organisation has at least one employee, not {employees}")
    return SampleOrganisation(tuple(SampleUnit(**row) for row in _rows("units.csv")), employees)


def seed_document() -> str:
    """The plan to the letter; encoded in UTF-8 it is the shipped file byte by byte."""
    return _bytes_of(SEED_FILE_NAME).decode("utf-8")


def _core_people() -> list[SamplePerson]:
    return [SamplePerson(**row) for row in _rows("people.csv")]


def _rows(name: str) -> Iterator[dict[str, str]]:
    return csv.DictReader(_bytes_of(name).decode("utf-8").splitlines())


def _bytes_of(name: str) -> bytes:
    return resources.files(_PACKAGE).joinpath(name).read_bytes()


def _most_needed(core: list[SamplePerson], count: int) -> list[SamplePerson]:
    office_unit = next(person.unit_code for person in core if person.role == "secretariat")

    def need(person: SamplePerson) -> tuple[bool, ...]:
        return (
            person.role != "secretariat",
            not (person.role == "manager" and person.unit_code == office_unit),
            person.email != DEFERRED_ADDRESS,
            person.email != REFUSED_ADDRESS,
            person.role != "manager",
        )

    return sorted(sorted(core, key=need)[:count], key=lambda person: person.code)


def _further_people(core: list[SamplePerson]) -> Iterator[SamplePerson]:
    """More staff without end, in the places that the core's staff hold, each with an own number and address."""
    places = [person for person in core if not person.role and not person.position.startswith("Phó")]
    families = [person.family_name for person in core]
    taken = {person.given_name for person in core}
    every_name = (f"{thing} {quality}" for thing in _THINGS.split() for quality in _QUALITIES.split())
    given_names = [name for name in every_name if name not in taken]
    number = len(core)
    while True:
        number += 1
        name_index = number * _NAME_STEP % (len(families) * len(given_names))
        yield replace(
            places[number % len(places)],
            code=f"NV{number:05}",
            family_name=families[name_index % len(families)],
            given_name=given_names[name_index // len(families)],
            email=f"nv{number:05}@{_MAIL_DOMAIN}",
        )


def as_csv(rows: Iterable[SampleUnit] | Iterable[SamplePerson]) -> bytes:
    """The rows as the file that the secretariat would import, in UTF-8 with a header."""
    written = io.StringIO()
    table = csv.writer(written)
    for number, row in enumerate(rows):
        if not number:
            table.writerow(vars(row).keys())
        table.writerow(vars(row).values())
    return written.getvalue().encode()


@dataclass(frozen=True)
class Cast:
    """Who acts in the demo, by code. In a tiny office one person may act in several parts."""

    secretariat: str
    manager: str
    readers: tuple[str, ...]


def cast(office: SampleOrganisation, readers: int) -> Cast:
    """The secretariat, a manager, and `readers` of different units who hold no role, where there are such."""
    people = list(islice(office.people(), len(_core_people())))
    secretariat = next(person.code for person in people if person.role == "secretariat")
    managers = [person.code for person in people if person.role == "manager"]
    plain = [person for person in people if not person.role and person.email not in {REFUSED_ADDRESS, ""}]
    # One of each unit first: a report with all confirmations in one row shows little.
    spread = list({person.unit_code: person.code for person in reversed(plain)}.values())[::-1]
    others = [person.code for person in people if person.code not in spread]
    return Cast(secretariat, managers[-1] if managers else secretariat, tuple([*spread, *others][:readers]))
