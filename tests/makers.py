"""Makes what a test is not about. Every argument has a default; each call makes something new."""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from service.domain.documents import Mode, Posting
from service.domain.people import position_rank
from service.domain.roles import Actor, Role
from service.domain.vietnamese import fold, full_name, name_key
from service.store.tables import accounts, memberships, people, units

_numbers = itertools.count(1)
LONG_AGO = datetime(2018, 1, 1, tzinfo=UTC)


def make_unit(session: Session, *, code: str = "", name: str = "", parent: int | None = None, position: int = 0) -> int:
    number = next(_numbers)
    row = {
        "code": code or f"DV{number}",
        "name": name or f"Phòng Thử nghiệm {number}",
        "parent_id": parent,
        "position": position,
    }
    made: int = session.execute(insert(units).values(row).returning(units.c.id)).scalar_one()
    return made


def make_person(
    session: Session,
    unit_id: int,
    *,
    code: str = "",
    family_name: str = "Nguyễn Văn",
    given_name: str = "Mẫu",
    position: str = "Chuyên viên",
    staff_class: str = "cong-chuc",
    email: str | None = "",
    email_problem: str | None = None,
    groups: tuple[str, ...] = (),
    active_from: date | None = None,
    active_to: date | None = None,
    valid_from: datetime = LONG_AGO,
) -> int:
    """A person of the directory; `email=None` for one without a mailbox."""
    code = code or f"NV{next(_numbers):05}"
    address = f"{code.lower()}@skhcn.example" if email == "" else email
    person_id: int = session.execute(insert(people).values(code=code).returning(people.c.id)).scalar_one()
    session.execute(
        insert(memberships).values(
            person_id=person_id,
            unit_id=unit_id,
            family_name=family_name,
            given_name=given_name,
            name_key=name_key(family_name, given_name),
            search=fold(f"{full_name(family_name, given_name)} {code} {address or ''}"),
            position=position,
            position_rank=position_rank(position),
            staff_class=staff_class,
            email=address,
            email_problem=email_problem or (None if address else "none"),
            groups=list(groups),
            active_from=active_from,
            active_to=active_to,
            valid_from=valid_from,
        )
    )
    return person_id


_CROWD = """
WITH added AS (
    INSERT INTO people (code) SELECT 'DONG' || lpad(n::text, 6, '0') FROM generate_series(1, :people) n
    RETURNING id, code
)
INSERT INTO memberships
    (person_id, unit_id, family_name, given_name, name_key, search, position, staff_class, email, valid_from)
SELECT id, :unit, 'Nguyễn Văn', 'Đông ' || id, lower(code), lower(code), 'Chuyên viên', 'cong-chuc',
       lower(code) || '@skhcn.example', :valid_from
  FROM added
"""


def make_crowd(session: Session, unit_id: int, people: int) -> None:
    """So many people at once that making them one by one would take the time of all other tests together."""
    session.execute(text(_CROWD), {"unit": unit_id, "people": people, "valid_from": LONG_AGO})


def make_account(session: Session, person_id: int | None = None, *, username: str = "", password: str = "") -> int:
    """An account; with a `password` it is active (hashed as FakePasswords does)."""
    row = {
        "person_id": person_id,
        "username": username or f"nv{next(_numbers):05}",
        "display_name": "Nguyễn Văn Mẫu",
        "password_hash": f"hashed:{password}" if password else None,
    }
    made: int = session.execute(insert(accounts).values(row).returning(accounts.c.id)).scalar_one()
    return made


def make_actor(
    *roles: Role, account_id: int | None = None, person_id: int | None = None, unit_ids: frozenset[int] = frozenset()
) -> Actor:
    return Actor(account_id, person_id, "Nguyễn Văn Mẫu", frozenset({Role.EMPLOYEE, *roles}), unit_ids)


POSTING = Posting(
    title="Tuyên truyền cải cách hành chính năm 2018",
    body="Nội dung văn bản mẫu.",
    number="12/KH-SKHCN",
    type_code="KH",
    issuing_body="Sở Khoa học và Công nghệ",
    mode=Mode.ACKNOWLEDGE,
    audience="all",
)


def make_posting(**changes: object) -> Posting:
    return replace(POSTING, **changes)  # type: ignore[arg-type]  # the dataclass itself checks the names
