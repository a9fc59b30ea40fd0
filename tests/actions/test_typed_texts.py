"""Every text that somebody types is held to its field by the action itself, whoever calls it."""

import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Column, select

from service.actions.add_recipients import add_recipient
from service.actions.change_calendar import announce_day
from service.actions.enrol_kiosk import add_kiosk
from service.actions.list_recipients import list_recipients
from service.actions.manage_accounts import create_administrator, first_administrator, setup_code
from service.actions.manage_tokens import create_token
from service.actions.post_document import post_document
from service.actions.record_absence import Period, exempt, record_absence
from service.domain import texts
from service.domain.documents import Signer
from service.domain.errors import EmptyText, MissingReason, TooLong, UnstorableText
from service.domain.roles import OPERATOR
from service.domain.texts import Field
from service.runtime import Runtime
from service.store import tables as t
from tests.makers import make_account, make_person, make_posting, make_unit

PASSWORD = "mot mat khau dai"
MARCH = Period(date(2018, 3, 1), date(2018, 3, 2))

Typing = Callable[[Runtime, str], object]


def excuse(runtime: Runtime, reason: str) -> None:
    record_absence(runtime, OPERATOR, person_id(runtime), MARCH, reason)


def free(runtime: Runtime, reason: str) -> None:
    posted = post_document(runtime, OPERATOR, make_posting())
    list_recipients(runtime)
    exempt(runtime, OPERATOR, posted.distribution_id, person_id(runtime), reason)


def add(runtime: Runtime, reason: str) -> None:
    posted = post_document(runtime, OPERATOR, make_posting(audience="person:BOB"))
    list_recipients(runtime)
    add_recipient(runtime, OPERATOR, posted.distribution_id, "CHARLIE", reason)


def label(runtime: Runtime, typed: str) -> None:
    create_token(runtime, OPERATOR, "bob", typed)


def name(runtime: Runtime, typed: str) -> None:
    create_administrator(runtime, OPERATOR, typed, "Quản trị viên mẫu", PASSWORD)


def show(runtime: Runtime, typed: str) -> None:
    create_administrator(runtime, OPERATOR, "root", typed, PASSWORD)


def name_the_first(runtime: Runtime, typed: str) -> None:
    first_administrator(runtime, setup_code(runtime) or "", typed, PASSWORD)


def name_a_kiosk(runtime: Runtime, typed: str) -> None:
    add_kiosk(runtime, OPERATOR, typed)


def note_a_day(runtime: Runtime, typed: str) -> None:
    announce_day(runtime, OPERATOR, date(2026, 12, 31), typed, is_working=False)


def repeat(runtime: Runtime, key: str) -> None:
    post_document(runtime, OPERATOR, make_posting(), key=key)


def post(**changes: Callable[[str], object]) -> Typing:
    return lambda runtime, typed: post_document(
        runtime, OPERATOR, make_posting(**{part: made(typed) for part, made in changes.items()})
    )


TYPED: tuple[tuple[Field, Typing], ...] = (
    (texts.REASON, excuse),
    (texts.REASON, free),
    (texts.REASON, add),
    (texts.LABEL, label),
    (texts.USER_NAME, name),
    (texts.USER_NAME, name_the_first),
    (texts.DISPLAY_NAME, show),
    (texts.KIOSK_NAME, name_a_kiosk),
    (texts.DAY_NOTE, note_a_day),
    (texts.IDEMPOTENCY_KEY, repeat),
    (texts.TITLE, post(title=str)),
    (texts.NUMBER, post(number=str)),
    (texts.MESSAGE, post(message=str)),
    (texts.BODY, post(body=str)),
    (texts.ISSUING_BODY, post(issuing_body=str)),
    (texts.SIGNER_NAME, post(signer=lambda typed: Signer(name=typed))),
    (texts.SIGNER_POSITION, post(signer=lambda typed: Signer(position=typed))),
)


@pytest.fixture(autouse=True)
def _office(runtime: Runtime) -> None:
    with runtime.sessions.begin() as session:
        unit = make_unit(session)
        make_account(session, make_person(session, unit, code="BOB"), username="bob")
        make_person(session, unit, code="CHARLIE")


def person_id(runtime: Runtime) -> int:
    with runtime.sessions() as session:
        found: int = session.execute(select(t.people.c.id).where(t.people.c.code == "BOB")).scalar_one()
    return found


def kept(runtime: Runtime, column: Column[Any]) -> object:
    with runtime.sessions() as session:
        return session.execute(select(column).order_by(column.table.c.id.desc()).limit(1)).scalar_one()


@pytest.mark.parametrize(("field", "send"), TYPED, ids=lambda value: getattr(value, "name", ""))
def test_a_text_that_fills_its_field_is_taken_and_one_character_more_is_refused(
    runtime: Runtime, field: Field, send: Typing
) -> None:
    with pytest.raises(TooLong) as refusal:
        send(runtime, "x" * (field.longest + 1))
    assert refusal.value.facts == {"field": field, "limit": field.longest}
    send(runtime, "x" * field.longest)


@pytest.mark.parametrize(
    ("send", "column", "shown"),
    [
        (excuse, t.absences.c.reason, "nghỉ phép"),
        (free, t.exemptions.c.reason, "nghỉ phép"),
        (label, t.api_tokens.c.label, "nghỉ phép"),
        (name, t.accounts.c.username, "nghỉ phép"),
        (show, t.accounts.c.display_name, "nghỉ phép"),
        (post(message=str), t.distributions.c.message, "nghỉ\nphép"),
    ],
)
def test_what_is_kept_is_composed_and_holds_nothing_that_nobody_sees(
    runtime: Runtime, send: Typing, column: Column[Any], shown: str
) -> None:
    send(runtime, unicodedata.normalize("NFD", "\u202enghỉ\r\nphép\u2069 \x07\n"))
    assert kept(runtime, column) == shown


@pytest.mark.parametrize("reason", ["", " \n", "\u202e"])
def test_a_reason_that_nobody_can_read_is_none(runtime: Runtime, reason: str) -> None:
    for send in (free, add):
        with pytest.raises(MissingReason):
            send(runtime, reason)


def test_a_label_and_a_user_name_say_something(runtime: Runtime) -> None:
    for send in (label, name, name_the_first):
        with pytest.raises(EmptyText):
            send(runtime, " \u200f\n")


def test_what_no_database_keeps_is_refused_before_it_is_asked(runtime: Runtime) -> None:
    for send in (excuse, free, label, name, name_the_first, show, repeat):
        with pytest.raises(UnstorableText):
            send(runtime, "nghỉ\0phép")
