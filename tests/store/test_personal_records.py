"""Whatever table knows a person or an account, its rows about somebody are in what that somebody takes along."""

import pytest
from sqlalchemy import Column, Table
from sqlalchemy.sql import visitors

from service.store.personal_records import SECTIONS, Owner
from service.store.tables import metadata, recall_confirmations, receipt_events
from service.web.records_views import COLUMN_WORDS, SECTION_WORDS

OWNER = Owner(person_id=7, account_id=8)

# Columns that hold a person or an account and need no section of their own, each with its reason.
ELSEWHERE = {
    receipt_events.c.account_id: "who entered it for somebody: a record about that person; the act is among `deeds`",
    recall_confirmations.c.account_id: "whose session it was: the person's own, which is covered",
}


def looked_up() -> set[Column[object]]:
    """Columns that the WHERE clauses of the sections compare with the owner."""
    found: set[Column[object]] = set()
    for section in SECTIONS:
        clause = section.query(OWNER).whereclause
        assert clause is not None, f"{section.name} is about everybody"
        found |= {element for element in visitors.iterate(clause) if isinstance(element, Column)}
    return found


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_column_that_holds_a_person_or_an_account_is_looked_up(table: Table) -> None:
    held = {column for column in table.columns if column.name in {"person_id", "account_id"}}
    assert held <= looked_up() | ELSEWHERE.keys()


@pytest.mark.parametrize("column", ELSEWHERE, ids=str)
def test_an_exception_is_one(column: Column[object]) -> None:
    assert column not in looked_up()


def test_every_section_and_column_has_a_word() -> None:
    assert [section.name for section in SECTIONS] == list(SECTION_WORDS)
    shown = {column.name for section in SECTIONS for column in section.query(OWNER).selected_columns}
    assert shown == set(COLUMN_WORDS)


def test_nothing_that_opens_an_account_is_told() -> None:
    secrets = {"password_hash", "pin_hash", "token_digest", "form_token", "credential_version", "lease_token"}
    told = {column.name for section in SECTIONS for column in section.query(OWNER).selected_columns}
    assert not told & secrets
    named = {column.name for table in metadata.sorted_tables for column in table.columns}
    assert secrets <= named


def test_an_owner_of_nothing_owns_no_row_without_an_owner() -> None:
    nobody = Owner(None, None)
    assert (nobody.person, nobody.account) == (0, 0)
