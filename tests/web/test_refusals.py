"""What a signed-in person may not see is answered as if it did not exist, and written down; nothing else is."""

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from service.runtime import Runtime
from service.store.tables import evidence
from tests.web.conftest import Employee, browser, send, sign_in


def refused(runtime: Runtime) -> list[tuple[int | None, str]]:
    with runtime.sessions() as session:
        query = select(evidence.c.distribution_id, evidence.c.entry).where(evidence.c.deed == "access refused")
        return [(target, entry) for target, entry in session.execute(query.order_by(evidence.c.id))]


@pytest.mark.parametrize(
    "path",
    [
        "/inbox/{}",
        "/distributions/{}",
        "/distributions/{}/report",
        "/distributions/{}/report.csv",
        "/api/v1/inbox/{}",
        "/api/v1/distributions/{}/report",
    ],
)
def test_a_stranger_to_a_document_is_written_down(
    app: FastAPI, runtime: Runtime, lan: Employee, minh: Employee, path: str
) -> None:
    distribution_id = send(runtime)
    with browser(app) as client:
        assert client.get(path.format(distribution_id)).status_code in {303, 401}
        sign_in(client, minh.username)
        for _ in range(2):
            assert client.get(path.format(distribution_id)).status_code == 404
    ((target, entry),) = refused(runtime)
    assert target == distribution_id
    assert f'"by":"account:{minh.account_id}"' in entry


@pytest.mark.parametrize(
    "path", ["/inbox/{}", "/inbox/{}/files/4711", "/inbox/4711", "/inbox/abc", "/nowhere", f"/inbox/{2**64}"]
)
def test_a_reader_who_takes_a_wrong_turn_is_not(app: FastAPI, runtime: Runtime, lan: Employee, path: str) -> None:
    distribution_id = send(runtime)
    with browser(app) as client:
        sign_in(client, lan.username)
        client.get(path.format(distribution_id))
    assert refused(runtime) == []
