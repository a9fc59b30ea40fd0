import csv
import hashlib
import re
from collections import Counter
from importlib import resources
from itertools import islice

import pytest

from service.domain.documents import Posting, check_posting, document_type
from service.domain.vietnamese import full_name, nfc
from service.sample.organisation import (
    DEFERRED_ADDRESS,
    REFUSED_ADDRESS,
    SEED_FILE_NAME,
    SEED_TITLE,
    SEED_TYPE,
    SampleOrganisation,
    SamplePerson,
    sample_organisation,
    seed_document,
)

SEED_SHA256 = "59433ffdce96447a8f28f3e93c643d96557fd72006cb315b32c72559d8ed255d"


def people_of(employees: int) -> list[SamplePerson]:
    return list(sample_organisation(employees).people())


def heads(organisation: SampleOrganisation) -> list[str]:
    return [person.unit_code for person in organisation.people() if person.role == "manager"]


def test_the_department_has_nine_units_one_of_them_with_three_of_its_own() -> None:
    units = sample_organisation().units
    below = Counter(unit.parent_code for unit in units)
    assert below == {"": 1, "SKHCN": 9, "CCTDC": 3}
    assert {unit.parent_code for unit in units} - {""} <= {unit.code for unit in units}
    assert len({unit.code for unit in units}) == len(units)
    assert all(unit.position.isdecimal() for unit in units)


def test_eighty_people_of_three_staff_classes_sit_in_known_units() -> None:
    organisation = sample_organisation()
    people = list(organisation.people())
    assert len(people) == organisation.employees == 80
    assert {person.staff_class for person in people} == {"cong-chuc", "vien-chuc", "nguoi-lao-dong"}
    assert {person.unit_code for person in people} == {unit.code for unit in organisation.units} - {"SKHCN"}


def test_codes_names_and_addresses_are_all_distinct() -> None:
    people = people_of(80)
    addresses = [person.email for person in people if person.email]
    assert len({person.code for person in people}) == 80
    assert len({person.given_name for person in people}) == 80
    assert len({full_name(person.family_name, person.given_name) for person in people}) == 80
    assert len(set(addresses)) == len(addresses)


def test_given_names_are_two_words_of_nature_and_all_text_is_composed() -> None:
    people = people_of(80)
    assert all(len(person.given_name.split()) == 2 for person in people)
    assert all(value == nfc(value).strip() for person in people for value in vars(person).values())


def test_addresses_are_plain_and_cannot_reach_anybody() -> None:
    addresses = [person.email for person in people_of(200) if person.email]
    assert [address for address in addresses if not re.fullmatch(r"[a-z0-9.-]+@skhcn\.example", address)] == []


def test_eight_workers_have_no_mailbox() -> None:
    without = [person for person in people_of(80) if not person.email]
    assert len(without) == 8
    assert {person.staff_class for person in without} == {"nguoi-lao-dong"}


def test_one_address_is_refused_for_good_and_one_is_first_deferred() -> None:
    addresses = [person.email for person in people_of(80)]
    assert addresses.count(REFUSED_ADDRESS) == addresses.count(DEFERRED_ADDRESS) == 1


def test_roles_are_held_as_in_a_real_department() -> None:
    organisation = sample_organisation()
    people = list(organisation.people())
    roles = Counter(person.role for person in people)
    assert (roles["secretariat"], roles["auditor"], roles["administrator"]) == (1, 1, 1)
    assert [(person.position, person.unit_code) for person in people if person.role == "secretariat"] == [
        ("Văn thư", "VP")
    ]
    assert {person.code for person in people if person.role == "leadership"} == {
        person.code for person in people if person.unit_code == "BGD"
    }
    led = heads(organisation)
    assert sorted(led) == sorted({unit.code for unit in organisation.units} - {"SKHCN", "BGD"})


def test_the_csv_files_are_the_eighty() -> None:
    rows = csv.DictReader(resources.files("service.sample").joinpath("people.csv").read_text("utf-8").splitlines())
    assert list(rows) == [vars(person) for person in people_of(80)]


@pytest.mark.parametrize("employees", [1, 2, 5, 10, 14, 79])
def test_a_smaller_office_is_taken_from_the_eighty_in_their_order(employees: int) -> None:
    codes = [person.code for person in people_of(employees)]
    everybody = [person.code for person in people_of(80)]
    assert len(codes) == employees
    assert codes == [code for code in everybody if code in codes]
    assert set(codes) <= {person.code for person in people_of(employees + 1)}


def test_even_one_person_is_the_secretariat() -> None:
    assert [person.role for person in people_of(1)] == ["secretariat"]


def test_ten_people_include_the_secretariat_a_head_and_both_troubled_addresses() -> None:
    people = people_of(10)
    assert {REFUSED_ADDRESS, DEFERRED_ADDRESS} <= {person.email for person in people}
    assert {"secretariat", "manager"} <= {person.role for person in people}


def test_fourteen_people_include_every_head_of_a_unit() -> None:
    assert sorted(heads(sample_organisation(14))) == sorted(heads(sample_organisation(80)))


def test_a_larger_office_starts_with_the_eighty_and_is_the_same_each_time() -> None:
    assert people_of(500) == people_of(500)
    assert people_of(500)[:80] == people_of(80)
    assert people_of(1000)[:500] == people_of(500)


def test_a_larger_office_has_distinct_people_in_every_unit_but_no_second_secretariat() -> None:
    people = people_of(5000)
    further = people[80:]
    assert len({(person.family_name, person.given_name) for person in people}) == 5000
    assert (further[0].code, further[0].email) == ("NV00081", "nv00081@skhcn.example")
    assert (people[-1].code, people[-1].email) == ("NV05000", "nv05000@skhcn.example")
    assert {person.role for person in further} == {""}
    assert {person.unit_code for person in further} == {person.unit_code for person in people[4:80]}
    assert not {"Văn thư", "Giám đốc"} & {person.position for person in further}


def test_people_are_made_while_they_are_asked_for() -> None:
    assert len(list(islice(sample_organisation(10**12).people(), 100))) == 100


@pytest.mark.parametrize("employees", [0, -1])
def test_an_office_without_employees_is_a_mistake(employees: int) -> None:
    with pytest.raises(ValueError, match="at least one employee"):
        sample_organisation(employees)


def test_the_plan_travels_to_the_letter() -> None:
    assert hashlib.sha256(seed_document().encode("utf-8")).hexdigest() == SEED_SHA256
    assert resources.files("service.sample").joinpath(SEED_FILE_NAME).read_bytes() == seed_document().encode("utf-8")


def test_the_plan_can_be_posted() -> None:
    assert SEED_TITLE in seed_document()
    assert document_type(SEED_TYPE).name == "Kế hoạch"
    check_posting(Posting(title=SEED_TITLE, body=seed_document(), type_code=SEED_TYPE, audience="all"), 1000)
