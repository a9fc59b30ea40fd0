from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.actions.acknowledge import acknowledge, open_document
from service.actions.list_recipients import list_recipients
from service.actions.post_document import post_document
from service.domain.documents import Mode
from service.domain.errors import NotFound, NothingToConfirm, OldRevision
from service.domain.receipts import Route
from service.domain.roles import OPERATOR, Actor
from service.runtime import Runtime
from service.store.tables import receipt_events, receipts
from tests.fakes import FakeClock
from tests.makers import make_account, make_actor, make_person, make_posting, make_unit


@dataclass(frozen=True)
class Office:
    alice: Actor
    charlie: Actor
    distribution_id: int


@pytest.fixture
def office(runtime: Runtime) -> Office:
    """A document was sent to Alice; Charlie works elsewhere."""
    with runtime.sessions.begin() as session:
        room, elsewhere = make_unit(session, code="P1"), make_unit(session)
        alice, charlie = make_person(session, room), make_person(session, elsewhere)
        accounts = make_account(session, alice), make_account(session, charlie)
    posted = post_document(runtime, OPERATOR, make_posting(audience="unit:P1"))
    list_recipients(runtime)
    return Office(
        make_actor(account_id=accounts[0], person_id=alice),
        make_actor(account_id=accounts[1], person_id=charlie),
        posted.distribution_id,
    )


def states(runtime: Runtime) -> list[str]:
    with runtime.sessions() as session:
        return list(session.execute(select(receipts.c.status)).scalars())


def test_opening_and_confirming_move_the_receipt_on(runtime: Runtime, office: Office) -> None:
    assert states(runtime) == ["listed"]
    open_document(runtime, office.alice, office.distribution_id, Route.MAIL_LINK)
    assert states(runtime) == ["opened"]
    acknowledge(runtime, office.alice, office.distribution_id, 1, Route.MAIL_LINK)
    assert states(runtime) == ["acknowledged"]


def test_the_first_time_is_kept_whoever_repeats_it(runtime: Runtime, office: Office, clock: FakeClock) -> None:
    first = acknowledge(runtime, office.alice, office.distribution_id, 1, Route.INBOX)
    clock.move(timedelta(hours=1))
    again = acknowledge(runtime, office.alice, office.distribution_id, 1, Route.MAIL_LINK)
    assert not first.is_repeat
    assert again.is_repeat
    assert again.at == first.at


def test_opening_again_after_confirming_moves_nothing_back(runtime: Runtime, office: Office) -> None:
    acknowledge(runtime, office.alice, office.distribution_id, 1, Route.INBOX)
    open_document(runtime, office.alice, office.distribution_id, Route.INBOX)
    assert states(runtime) == ["acknowledged"]


def test_fifty_confirmations_at_once_leave_one_fact(runtime: Runtime, office: Office) -> None:
    def confirm(_: int) -> bool:
        return acknowledge(runtime, office.alice, office.distribution_id, 1, Route.INBOX).is_repeat

    with ThreadPoolExecutor(8) as pool:
        repeats = list(pool.map(confirm, range(50)))
    assert repeats.count(False) == 1
    with runtime.sessions() as session:
        assert len(session.execute(select(receipt_events)).all()) == 1


def test_the_route_is_recorded(runtime: Runtime, office: Office) -> None:
    acknowledge(runtime, office.alice, office.distribution_id, 1, Route.MAIL_LINK)
    with runtime.sessions() as session:
        fact = session.execute(select(receipt_events.c.route, receipt_events.c.account_id)).one()
    assert fact == ("mail_link", office.alice.account_id)


def test_for_a_stranger_the_document_does_not_exist(runtime: Runtime, office: Office) -> None:
    with pytest.raises(NotFound):
        open_document(runtime, office.charlie, office.distribution_id, Route.INBOX)
    with pytest.raises(NotFound):
        acknowledge(runtime, office.charlie, office.distribution_id, 1, Route.INBOX)
    assert states(runtime) == ["listed"]


def test_the_operator_cannot_confirm_for_anybody(runtime: Runtime, office: Office) -> None:
    with pytest.raises(NotFound):
        acknowledge(runtime, OPERATOR, office.distribution_id, 1, Route.INBOX)


def test_a_revision_that_is_not_in_force_cannot_be_confirmed(runtime: Runtime, office: Office) -> None:
    with pytest.raises(OldRevision, match="revision 1"):
        acknowledge(runtime, office.alice, office.distribution_id, 2, Route.INBOX)
    assert states(runtime) == ["listed"]


def test_a_document_for_information_asks_for_no_confirmation(runtime: Runtime, office: Office) -> None:
    posted = post_document(runtime, OPERATOR, make_posting(audience="unit:P1", mode=Mode.INFORM))
    list_recipients(runtime)
    with pytest.raises(NothingToConfirm):
        acknowledge(runtime, office.alice, posted.distribution_id, 1, Route.INBOX)
