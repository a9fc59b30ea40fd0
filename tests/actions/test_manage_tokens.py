"""Alice administers; the token is Bob's."""

import pytest
from sqlalchemy import select

from service.actions.manage_tokens import create_token, list_tokens, revoke_token
from service.actions.sign_in import actor_of_token, who
from service.domain.errors import NoAccount, NotFound
from service.domain.roles import Role
from service.runtime import Runtime
from service.store.tables import api_tokens
from tests.fakes import FakeClock
from tests.makers import make_account, make_actor, make_person, make_unit

ALICE = make_actor(Role.ADMINISTRATOR)
CHARLIE = make_actor(Role.SECRETARIAT)


@pytest.fixture
def bob(runtime: Runtime) -> int:
    """The id of his account."""
    with runtime.sessions.begin() as session:
        return make_account(session, make_person(session, make_unit(session)), username="bob", password="của Bob")


def test_a_token_speaks_for_its_account_until_it_is_revoked(runtime: Runtime, bob: int) -> None:
    made = create_token(runtime, ALICE, "BOB", "chương trình mẫu")
    actor = actor_of_token(runtime, made.token)
    assert actor is not None
    assert actor.account_id == bob
    assert actor.roles == {Role.EMPLOYEE}
    revoke_token(runtime, ALICE, made.id)
    assert actor_of_token(runtime, made.token) is None
    with pytest.raises(NotFound):
        revoke_token(runtime, ALICE, made.id)


@pytest.mark.usefixtures("bob")
def test_a_token_is_shown_once_and_listed_without_itself(runtime: Runtime, clock: FakeClock) -> None:
    first = create_token(runtime, ALICE, "bob", "thứ nhất")
    second = create_token(runtime, ALICE, "bob", "thứ hai")
    revoke_token(runtime, ALICE, first.id)
    lines = list_tokens(runtime, ALICE)
    assert [(line.id, line.username, line.label, line.revoked_at) for line in lines] == [
        (second.id, "bob", "thứ hai", None),
        (first.id, "bob", "thứ nhất", clock()),
    ]
    with runtime.sessions() as session:
        stored = session.execute(select(api_tokens.c.token_digest)).scalars().all()
    assert first.token.encode() not in stored


@pytest.mark.usefixtures("bob")
def test_a_token_is_no_session_and_nonsense_is_no_token(runtime: Runtime) -> None:
    made = create_token(runtime, ALICE, "bob", "chương trình mẫu")
    assert who(runtime, made.token) is None
    assert actor_of_token(runtime, "") is None
    assert actor_of_token(runtime, "\ud800") is None


@pytest.mark.usefixtures("bob")
def test_for_everybody_but_an_administrator_there_are_no_tokens(runtime: Runtime) -> None:
    made = create_token(runtime, ALICE, "bob", "chương trình mẫu")
    with pytest.raises(NotFound):
        create_token(runtime, CHARLIE, "bob", "của Charlie")
    with pytest.raises(NotFound):
        revoke_token(runtime, CHARLIE, made.id)
    with pytest.raises(NotFound):
        list_tokens(runtime, CHARLIE)


def test_a_token_needs_an_account(runtime: Runtime) -> None:
    with pytest.raises(NoAccount, match="nobody"):
        create_token(runtime, ALICE, "nobody", "chương trình mẫu")
