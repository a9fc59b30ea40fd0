import pytest

from service.domain.errors import NotFound, UnknownRole
from service.domain.roles import OPERATOR, PERMITS, Act, Actor, Role, parse_role


def actor(*roles: Role) -> Actor:
    return Actor(1, 1, "Nguyễn Văn Mẫu", frozenset({Role.EMPLOYEE, *roles}))


def test_an_employee_may_do_nothing_beyond_reading_what_was_sent() -> None:
    assert not any(actor().may(act) for act in Act)


def test_an_administrator_is_not_thereby_a_reader() -> None:
    reading = {Act.POST, Act.READ_DOCUMENTS, Act.SEE_REPORTS, Act.SEE_UNIT_REPORTS, Act.SEE_AUDIT}
    assert not any(actor(Role.ADMINISTRATOR).may(act) for act in reading)


def test_leadership_sees_every_report_and_posts_nothing() -> None:
    assert actor(Role.LEADERSHIP).may(Act.SEE_REPORTS)
    assert not actor(Role.LEADERSHIP).may(Act.POST)


@pytest.mark.parametrize("act", Act)
def test_every_act_is_open_to_somebody_and_hidden_from_the_rest(act: Act) -> None:
    assert PERMITS[act]
    for role in Role:
        if role in PERMITS[act]:
            actor(role).must(act)
        else:
            with pytest.raises(NotFound):
                actor(role).must(act)


def test_the_operator_may_do_everything() -> None:
    OPERATOR.must(*Act)


def test_nobody_is_granted_to_be_an_employee() -> None:
    with pytest.raises(UnknownRole, match="employee"):
        parse_role("employee")
