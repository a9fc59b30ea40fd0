"""An import's people beside the directory: copied into tables of this transaction, and compared there as sets."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Date,
    Integer,
    MetaData,
    Select,
    SmallInteger,
    Table,
    Text,
    and_,
    any_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    null,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from service.domain.directory import Entry
from service.domain.people import PersonRow, position_rank
from service.domain.vietnamese import fold, full_name, name_key
from service.store.tables import accounts, memberships, people, units

NEW = "new"
CHANGED = "changed"
MOVED = "moved"
LEFT = "left"

# A version of a person, apart from the unit and from what is derived from these.
ATTRIBUTES = ("family_name", "given_name", "position", "staff_class", "email", "groups", "active_from", "active_to")
# Columns that a file may leave out, with what is derived from them.
OPTIONAL = {
    "position": ("position", "position_rank"),
    "email": ("email", "email_problem"),
    "groups": ("groups",),
    "active_from": ("active_from",),
    "active_to": ("active_to",),
}

_temporary = MetaData()

staged = Table(
    "staged_people",
    _temporary,
    Column("line", Integer),
    Column("code", Text),
    Column("username", Text),
    Column("unit_code", Text),
    Column("role", Text),
    Column("family_name", Text),
    Column("given_name", Text),
    Column("name_key", Text(collation="C")),
    # Name and code; the address is added when the version is written, as a file may come without addresses.
    Column("search", Text),
    Column("position", Text),
    Column("position_rank", SmallInteger),
    Column("staff_class", Text),
    Column("email", Text),
    Column("email_problem", Text),
    Column("groups", ARRAY(Text)),
    Column("active_from", Date),
    Column("active_to", Date),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)

# A row for each person whom the import touches; the last two are empty where there is none yet, or none any more.
compared = Table(
    "compared_people",
    _temporary,
    Column("line", Integer),
    Column("code", Text),
    Column("name", Text),
    Column("verdict", Text),
    Column("note", Text),
    Column("person_id", BigInteger),
    Column("membership_id", BigInteger),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)


def stage_people(session: Session, rows: Iterable[tuple[int, PersonRow]]) -> None:
    """Copy people with their lines into a table that vanishes with the transaction, while they are being read."""
    staged.create(session.connection(), checkfirst=False)
    driver = session.connection().connection.driver_connection
    if driver is None:
        message = "the session has lost its connection"
        raise RuntimeError(message)
    columns = ", ".join(column.name for column in staged.columns)
    with driver.cursor() as cursor, cursor.copy(f"COPY {staged.name} ({columns}) FROM STDIN") as copy:
        for row in _copied(rows):
            copy.write_row(row)
    session.execute(text(f"ANALYZE {staged.name}"))


def _copied(rows: Iterable[tuple[int, PersonRow]]) -> Iterator[tuple[object, ...]]:
    for line, person in rows:
        yield (
            line,
            person.code,
            fold(person.code),
            person.unit_code,
            person.role,
            person.family_name,
            person.given_name,
            name_key(person.family_name, person.given_name),
            fold(f"{full_name(person.family_name, person.given_name)} {person.code}"),
            person.position,
            position_rank(person.position),
            person.staff_class.value,
            person.email,
            person.email_problem,
            list(person.groups),
            person.active_from,
            person.active_to,
        )


def repeated_codes(session: Session) -> list[tuple[int, str]]:
    """Line and code of each staged person whose code makes the same user name as another one's."""
    repeated = select(staged.c.username).group_by(staged.c.username).having(func.count() > 1)
    query = select(staged.c.line, staged.c.code).where(staged.c.username.in_(repeated)).order_by(staged.c.line)
    return [(line, code) for line, code in session.execute(query)]


def taken_user_names(session: Session) -> list[tuple[int, str, str]]:
    """Line, code and user name of each staged person who needs an account under somebody else's user name."""
    own = accounts.alias("own")
    has_account = exists().where(people.c.code == staged.c.code, own.c.person_id == people.c.id)
    query = (
        select(staged.c.line, staged.c.code, staged.c.username)
        .join(accounts, accounts.c.username == staged.c.username)
        .where(~has_account)
        .order_by(staged.c.line)
    )
    return [(line, code, username) for line, code, username in session.execute(query)]


def take_out(session: Session, lines: Collection[int]) -> None:
    # One array: a file may have more bad rows than a statement takes parameters.
    chosen = literal(list(lines), ARRAY(Integer))
    session.execute(delete(staged).where(staged.c.line == any_(chosen)))


def keep_what_the_file_lacks(session: Session, columns: Collection[str]) -> None:
    """Give staged people, in columns that the file does not have, what the directory says about them."""
    kept = [name for column in columns for name in OPTIONAL.get(column, ())]
    if kept:
        session.execute(
            update(staged)
            .where(people.c.code == staged.c.code, memberships.c.person_id == people.c.id, _is_current())
            .values({name: memberships.c[name] for name in kept})
        )


def compare_people(session: Session, *, is_complete: bool) -> int:
    """Find out whom the staged people touch; returns how many of them are unchanged.

    Only a complete file says that those who are not in it have left.
    """
    compared.create(session.connection(), checkfirst=False)
    columns = [column.name for column in compared.columns]
    session.execute(insert(compared).from_select(columns, _touched()))
    touched = session.execute(select(func.count()).select_from(compared)).scalar_one()
    if is_complete:
        session.execute(insert(compared).from_select(columns, _left()))
    session.execute(text(f"ANALYZE {compared.name}"))
    return session.execute(select(func.count()).select_from(staged)).scalar_one() - touched


def count_staff(session: Session) -> int:
    """How many people the directory holds now."""
    return session.execute(select(func.count()).select_from(memberships).where(_is_current())).scalar_one()


def entries(session: Session, verdict: str) -> tuple[Entry, ...]:
    """Whom the import touches in this way, in the order of the file, those who left by code."""
    c = compared.c
    query = select(c.code, c.name, c.note).where(c.verdict == verdict).order_by(c.line, c.code)
    return tuple(Entry(code, name, note) for code, name, note in session.execute(query))


def _is_current() -> ColumnElement[bool]:
    return memberships.c.valid_to.is_(None)


def _touched() -> Select[*tuple[Any, ...]]:
    m = memberships.c
    differs = {name: staged.c[name].is_distinct_from(m[name]) for name in ATTRIBUTES}
    differing = func.concat_ws(", ", *(case((differs[name], name)) for name in ATTRIBUTES))
    moved = units.c.code != staged.c.unit_code
    way = func.concat(units.c.code, " → ", staged.c.unit_code)
    verdict = case((m.id.is_(None), NEW), (moved, MOVED), (differing != "", CHANGED))
    note = case(
        (and_(m.id.is_(None), people.c.id.is_not(None)), "returned"),
        (m.id.is_(None), ""),
        (moved, func.concat_ws(", ", way, func.nullif(differing, ""))),
        else_=differing,
    )
    return (
        select(staged.c.line, staged.c.code, full_name_of(staged), verdict, note, people.c.id, m.id)
        .select_from(staged)
        .outerjoin(people, people.c.code == staged.c.code)
        .outerjoin(memberships, and_(m.person_id == people.c.id, _is_current()))
        .outerjoin(units, units.c.id == m.unit_id)
        .where(verdict.is_not(None))
    )


def _left() -> Select[*tuple[Any, ...]]:
    m = memberships.c
    return (
        select(null(), people.c.code, full_name_of(memberships), literal(LEFT), units.c.code, people.c.id, m.id)
        .join_from(people, memberships, m.person_id == people.c.id)
        .join(units, units.c.id == m.unit_id)
        .where(_is_current(), ~exists().where(staged.c.code == people.c.code))
    )


def full_name_of(table: Table) -> ColumnElement[str]:
    return func.trim(func.concat(table.c.family_name, " ", table.c.given_name))
