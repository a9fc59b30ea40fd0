"""The audience as SQL, held against a plain reading of the contract over a small office."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.audiences import Audience, Factor, Kind, StaffClass, Term
from service.store.audiences import belongs
from service.store.tables import memberships, people
from tests.makers import make_person, make_unit

# P1A stands below P1. Each person: unit, class, groups.
ABOVE = {"SO": (), "P1": ("SO",), "P1A": ("P1", "SO"), "P2": ("SO",)}
STAFF: dict[str, tuple[str, StaffClass, tuple[str, ...]]] = {
    "A": ("SO", StaffClass.OFFICIAL, ("lãnh đạo",)),
    "B": ("P1", StaffClass.OFFICIAL, ("lãnh đạo", "một cửa")),
    "C": ("P1A", StaffClass.PUBLIC_EMPLOYEE, ("một cửa",)),
    "D": ("P1A", StaffClass.CONTRACT_WORKER, ()),
    "E": ("P2", StaffClass.PUBLIC_EMPLOYEE, ()),
}

factors = st.one_of(
    st.just(Factor(Kind.ALL)),
    st.builds(Factor, st.just(Kind.UNIT), st.sampled_from([*ABOVE, "KHONG-CO"])),
    st.builds(Factor, st.just(Kind.CLASS), st.sampled_from([word.value for word in StaffClass])),
    st.builds(Factor, st.just(Kind.GROUP), st.sampled_from(["lãnh đạo", "một cửa", "không có"])),
    st.builds(Factor, st.just(Kind.PERSON), st.sampled_from([*STAFF, "KHONG-CO"])),
)
terms = st.lists(factors, min_size=1, max_size=3).map(tuple)
audiences = st.builds(
    Audience, st.lists(terms, min_size=1, max_size=5).map(tuple), st.lists(terms, max_size=3).map(tuple)
)


def fits(code: str, factor: Factor) -> bool:
    unit, staff_class, groups = STAFF[code]
    return {
        Kind.ALL: True,
        Kind.UNIT: factor.name in (unit, *ABOVE[unit]),
        Kind.CLASS: factor.name == staff_class.value,
        Kind.GROUP: factor.name in groups,
        Kind.PERSON: factor.name == code,
    }[factor.kind]


def is_in(code: str, some: tuple[Term, ...]) -> bool:
    return any(all(fits(code, factor) for factor in term) for term in some)


@pytest.fixture
def office(session: Session) -> Session:
    unit_ids: dict[str, int] = {}
    for code, above in ABOVE.items():
        unit_ids[code] = make_unit(session, code=code, parent=unit_ids[above[0]] if above else None)
    for code, (unit, staff_class, groups) in STAFF.items():
        make_person(session, unit_ids[unit], code=code, staff_class=staff_class.value, groups=groups)
    return session


@given(audience=audiences)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_audience_holds_whom_the_contract_says(office: Session, audience: Audience) -> None:
    query = select(people.c.code).join(memberships, memberships.c.person_id == people.c.id).where(belongs(audience))
    wanted = {code for code in STAFF if is_in(code, audience.includes) and not is_in(code, audience.excludes)}
    assert set(office.execute(query).scalars()) == wanted
