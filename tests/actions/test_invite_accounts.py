"""Alice and Bob work in the unit below the Office, Charlie elsewhere and without a mailbox."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import RowMapping, select, update

from service.actions.activate_account import activate_by_link, activate_by_slip
from service.actions.invite_accounts import Invited, invite_accounts, request_reset
from service.actions.manage_accounts import grant_role
from service.domain.credentials import sign_link
from service.domain.errors import BadLink, NotFound, Throttled, UnknownPerson, UnknownUnit
from service.domain.occasions import Kind, parse_occasion
from service.domain.roles import OPERATOR, Role
from service.runtime import Runtime
from service.store.tables import accounts, deliveries, memberships
from tests.fakes import FakeClock, FakeDoorbell
from tests.makers import make_account, make_actor, make_person, make_unit

HERE = "192.0.2.1"
PASSWORD = "mật khẩu mới"
SECRETARIAT = make_actor(Role.SECRETARIAT)
ADMINISTRATOR = make_actor(Role.ADMINISTRATOR)


@pytest.fixture(autouse=True)
def _office(runtime: Runtime) -> None:
    with runtime.sessions.begin() as session:
        head_office = make_unit(session, code="VP", name="Văn phòng", position=2)
        unit = make_unit(session, code="VP1", name="Tổ một cửa", parent=head_office)
        elsewhere = make_unit(session, code="TT", name="Trung tâm", position=1)
        alice = make_person(session, unit, code="ALICE", given_name="Ánh")
        bob = make_person(session, unit, code="BOB", given_name="An", position="Tổ trưởng")
        charlie = make_person(session, elsewhere, code="CHARLIE", given_name="Cúc", email=None)
        for person_id, name in ((alice, "alice"), (bob, "bob"), (charlie, "charlie")):
            make_account(session, person_id, username=name)
        make_person(session, elsewhere, code="NOACCOUNT")


def letters(runtime: Runtime) -> Sequence[RowMapping]:
    with runtime.sessions() as session:
        return session.execute(select(deliveries).order_by(deliveries.c.id)).mappings().all()


def links(runtime: Runtime) -> list[str]:
    """What the letters carry, as the delivering worker signs it."""
    signed = []
    for row in letters(runtime):
        occasion = parse_occasion(row["occasion"])
        purpose = "activate" if occasion.kind is Kind.ACTIVATION else "reset"
        signed.append(sign_link(runtime.secret, purpose, row["account_id"], occasion.number))  # type: ignore[arg-type]
    return signed


def test_everybody_with_a_mailbox_gets_one_letter_and_the_others_are_named(
    runtime: Runtime, doorbell: FakeDoorbell
) -> None:
    assert invite_accounts(runtime, SECRETARIAT, by="mail") == Invited(queued=2, no_address=("CHARLIE",))
    alice, bob = sorted(letters(runtime), key=lambda row: row["address"])
    assert (alice["recipient_name"], alice["unit_name"], bob["recipient_name"]) == (
        "Nguyễn Văn Ánh",
        "Tổ một cửa",
        "Nguyễn Văn An",
    )
    assert (alice["address"], alice["occasion"], alice["status"]) == ("alice@skhcn.example", "activation:1", "waiting")
    assert (alice["distribution_id"], alice["urgency"]) == (None, 0)
    assert alice["message_id"] != bob["message_id"]
    assert alice["message_id"].endswith("@localhost.localdomain")
    assert doorbell.rings == ["workers.tasks.deliver_due"]


def test_inviting_again_sends_nothing_twice_and_leaves_the_link_as_it_is(
    runtime: Runtime, doorbell: FakeDoorbell
) -> None:
    invite_accounts(runtime, SECRETARIAT, by="mail")
    assert invite_accounts(runtime, SECRETARIAT, by="mail") == Invited(queued=0, no_address=("CHARLIE",))
    assert len(letters(runtime)) == 2
    assert len(doorbell.rings) == 1
    activate_by_link(runtime, links(runtime)[0], PASSWORD)


def test_two_who_invite_at_the_same_time_send_one_letter_each(runtime: Runtime) -> None:
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda _: invite_accounts(runtime, SECRETARIAT, by="mail").queued, range(4)))
    assert sum(done) == len(letters(runtime)) == 2


def test_after_the_link_has_expired_a_new_one_goes_out(runtime: Runtime, clock: FakeClock) -> None:
    invite_accounts(runtime, SECRETARIAT, by="mail")
    clock.move(runtime.policy.link_lifetime)
    assert invite_accounts(runtime, SECRETARIAT, by="mail").queued == 2
    assert {row["occasion"] for row in letters(runtime)} == {"activation:1", "activation:2"}


def test_somebody_named_gets_a_new_letter_and_the_earlier_link_dies(runtime: Runtime) -> None:
    for _ in range(2):
        assert invite_accounts(runtime, SECRETARIAT, codes=["ALICE"], by="mail").queued == 1
    earlier, later = links(runtime)
    with pytest.raises(BadLink):
        activate_by_link(runtime, earlier, PASSWORD)
    activate_by_link(runtime, later, PASSWORD)


def test_a_unit_is_invited_with_the_units_below_it(runtime: Runtime) -> None:
    assert invite_accounts(runtime, SECRETARIAT, unit="VP", by="mail") == Invited(queued=2, no_address=())
    assert invite_accounts(runtime, SECRETARIAT, unit="TT", by="mail") == Invited(queued=0, no_address=("CHARLIE",))


def test_an_address_known_to_be_bad_gets_no_letter(runtime: Runtime) -> None:
    with runtime.sessions.begin() as session:
        session.execute(update(memberships).values(email_problem="invalid"))
    invited = invite_accounts(runtime, SECRETARIAT, by="mail")
    assert invited == Invited(queued=0, no_address=("ALICE", "BOB", "CHARLIE"))


def test_who_has_left_is_not_invited(runtime: Runtime, clock: FakeClock) -> None:
    with runtime.sessions.begin() as session:
        session.execute(update(memberships).values(active_to=clock().date() - timedelta(days=1)))
    assert invite_accounts(runtime, SECRETARIAT, by="mail") == Invited(queued=0, no_address=())
    assert invite_accounts(runtime, SECRETARIAT, by="slip") == []


def test_slips_come_in_office_order_and_open_the_accounts(runtime: Runtime, clock: FakeClock) -> None:
    slips = invite_accounts(runtime, SECRETARIAT, by="slip")
    assert [(slip.unit_name, slip.person_name, slip.username) for slip in slips] == [
        ("Trung tâm", "Nguyễn Văn Cúc", "charlie"),
        ("Tổ một cửa", "Nguyễn Văn An", "bob"),
        ("Tổ một cửa", "Nguyễn Văn Ánh", "alice"),
    ]
    assert {slip.expires_at for slip in slips} == {clock() + runtime.policy.link_lifetime}
    for slip in slips:
        activate_by_slip(runtime, slip.username, slip.code, PASSWORD, HERE)
    assert invite_accounts(runtime, SECRETARIAT, by="slip") == []
    assert letters(runtime) == []


def test_a_slip_printed_twice_is_the_same_and_harms_no_letter(runtime: Runtime) -> None:
    invite_accounts(runtime, SECRETARIAT, codes=["ALICE"], by="mail")
    printed = [invite_accounts(runtime, SECRETARIAT, codes=["ALICE"], by="slip") for _ in range(2)]
    assert printed[0] == printed[1]
    activate_by_link(runtime, links(runtime)[0], PASSWORD)


def test_only_an_administrator_prints_a_slip_for_who_has_a_password(runtime: Runtime) -> None:
    slip = invite_accounts(runtime, SECRETARIAT, codes=["BOB"], by="slip")[0]
    activate_by_slip(runtime, "bob", slip.code, PASSWORD, HERE)
    assert invite_accounts(runtime, SECRETARIAT, codes=["BOB"], by="slip") == []
    assert invite_accounts(runtime, SECRETARIAT, codes=["BOB"], by="mail").queued == 0
    again = invite_accounts(runtime, ADMINISTRATOR, codes=["BOB"], by="slip")[0]
    assert again.code != slip.code
    activate_by_slip(runtime, "bob", again.code, "mật khẩu khác", HERE)


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.MANAGER, Role.LEADERSHIP, Role.AUDITOR])
def test_for_others_there_is_nothing_to_invite(runtime: Runtime, role: Role) -> None:
    with pytest.raises(NotFound):
        invite_accounts(runtime, make_actor(role), by="slip")


def test_an_unknown_unit_or_person_is_named_and_nobody_is_invited(runtime: Runtime) -> None:
    with pytest.raises(UnknownUnit, match="NOWHERE"):
        invite_accounts(runtime, OPERATOR, unit="NOWHERE", by="slip")
    with pytest.raises(UnknownPerson, match="NOBODY"):
        invite_accounts(runtime, OPERATOR, codes=["ALICE", "NOBODY"], by="mail")
    assert letters(runtime) == []


def activate(runtime: Runtime, username: str) -> None:
    slip = invite_accounts(runtime, OPERATOR, codes=[username.upper()], by="slip")[0]
    activate_by_slip(runtime, username, slip.code, PASSWORD, HERE)


def test_who_forgot_the_password_gets_a_reset_letter(runtime: Runtime, doorbell: FakeDoorbell) -> None:
    activate(runtime, "alice")
    request_reset(runtime, "Alice@skhcn.example", HERE)
    assert [row["occasion"] for row in letters(runtime)] == ["reset:3"]
    assert doorbell.rings == ["workers.tasks.deliver_due"]
    assert activate_by_link(runtime, links(runtime)[0], "mật khẩu khác") == "alice"


def test_who_has_not_activated_gets_an_activation_letter_instead(runtime: Runtime) -> None:
    request_reset(runtime, "bob", HERE)
    assert [row["occasion"] for row in letters(runtime)] == ["activation:1"]


@pytest.mark.parametrize("name", ["charlie", "nobody", "", "\0"])
def test_a_name_without_mailbox_or_owner_gets_the_same_answer_and_no_letter(
    runtime: Runtime, doorbell: FakeDoorbell, name: str
) -> None:
    request_reset(runtime, name, HERE)
    assert letters(runtime) == []
    assert doorbell.rings == []


def test_asking_again_and_again_sends_a_letter_now_and_then(runtime: Runtime, clock: FakeClock) -> None:
    for _ in range(3):
        request_reset(runtime, "alice", HERE)
    assert len(letters(runtime)) == 1
    clock.move(timedelta(seconds=30))
    for _ in range(3):
        request_reset(runtime, "alice@skhcn.example", HERE)
    assert len(letters(runtime)) == 2


def test_one_address_cannot_fill_everybodys_mailbox(runtime: Runtime) -> None:
    for number in range(20):
        request_reset(runtime, f"name{number}", HERE)
    with pytest.raises(Throttled):
        request_reset(runtime, "alice", HERE)
    assert letters(runtime) == []


def test_a_reset_that_somebody_else_asked_for_changes_nothing_for_the_owner(runtime: Runtime) -> None:
    activate(runtime, "alice")
    with runtime.sessions() as session:
        before = session.execute(select(accounts.c.password_hash).where(accounts.c.username == "alice")).scalar_one()
    request_reset(runtime, "alice", "198.51.100.7")
    with runtime.sessions() as session:
        after = session.execute(select(accounts.c.password_hash).where(accounts.c.username == "alice")).scalar_one()
    assert after == before


def test_only_an_administrator_prints_the_slip_of_who_may_do_more_than_the_own_unit(runtime: Runtime) -> None:
    grant_role(runtime, OPERATOR, "alice", Role.ADMINISTRATOR)
    grant_role(runtime, OPERATOR, "bob", Role.MANAGER, unit="VP1")
    assert [slip.username for slip in invite_accounts(runtime, SECRETARIAT, by="slip")] == ["charlie", "bob"]
    assert "alice" in [slip.username for slip in invite_accounts(runtime, ADMINISTRATOR, by="slip")]
