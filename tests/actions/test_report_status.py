from dataclasses import replace
from datetime import timedelta

import pytest

from service.actions.report_status import report_status
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.store.circuits import open_circuit


@pytest.fixture(autouse=True)
def _two_servers_are_out(runtime: Runtime) -> None:
    with runtime.sessions.begin() as session:
        for server in ("mail.old.example:25", "mail.new.example:25"):
            open_circuit(session, server, "connection refused", timedelta(0), timedelta(0))


@pytest.mark.parametrize(
    ("server", "held"),
    [
        ("mail.new.example:25", {"mail.new.example:25"}),
        ("mail.third.example:25", set()),
        # A command that is configured for no server cannot know which of them is meant.
        ("", {"mail.old.example:25", "mail.new.example:25"}),
    ],
)
def test_of_servers_that_are_out_the_configured_one_is_told(runtime: Runtime, server: str, held: set[str]) -> None:
    status = report_status(replace(runtime, server=server), OPERATOR)
    assert {one.server for one in status.held} == held
