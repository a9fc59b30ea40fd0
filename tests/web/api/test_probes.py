"""Alive, ready, and figures: what machines ask."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from starlette.testclient import TestClient

from service.actions.deliver import deliver_due
from service.actions.list_recipients import list_recipients
from service.actions.post_document import post_document
from service.actions.sweep import report_alive, sweep
from service.domain.deliveries import Outcome, Phase, Refused, Reply, Requeued, Unknown
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.store.database import make_engine, make_sessions
from service.store.deliveries import claim
from service.web.app import make_app
from service.web.site import Site
from tests.conftest import Databases
from tests.fakes import FakeMailer
from tests.makers import make_posting
from tests.web.api.conftest import Caller, Office
from tests.web.conftest import browser


@pytest.fixture
def local(app: FastAPI) -> Iterator[TestClient]:
    """A client on this machine."""
    with TestClient(app, "http://localhost", client=("127.0.0.1", 50000)) as one:
        yield one


def without_database(site: Site) -> FastAPI:
    nowhere = make_sessions(make_engine("postgresql://eoffice_app@127.0.0.1:9/none"))
    return make_app(replace(site, runtime=replace(site.runtime, sessions=nowhere)))


def figures(client: TestClient, **headers: str) -> dict[tuple[str, str], float]:
    """By name and the value of the one label, which is empty where there is none."""
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    samples = (sample for family in text_string_to_metric_families(answer.text) for sample in family.samples)
    return {(sample.name, "".join(sample.labels.values())): sample.value for sample in samples}


def test_the_process_is_alive_whatever_the_database_does(client: TestClient, site: Site) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    with browser(without_database(site)) as alone:
        assert alone.get("/healthz").status_code == 200


def test_ready_means_the_database_answers(client: TestClient, site: Site) -> None:
    assert client.get("/readyz").json() == {"status": "ready"}
    with browser(without_database(site)) as alone:
        answer = alone.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "database-away")
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_database_of_another_version_is_not_ready(site: Site, databases: Databases) -> None:
    url, owner_url = databases.new()
    owner = make_engine(owner_url)
    with owner.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    owner.dispose()
    engine = make_engine(url)
    app = make_app(replace(site, runtime=replace(site.runtime, sessions=make_sessions(engine))))
    with browser(app) as client:
        answer = client.get("/readyz")
    engine.dispose()
    assert (answer.status_code, answer.json()["code"]) == (503, "schema-outdated")


def test_figures_are_open_to_this_machine_itself(local: TestClient, office: Office) -> None:
    found = figures(local)
    assert found["eoffice_letters", "accepted"] == 3
    assert found["eoffice_letters", "waiting"] == 0
    assert found["eoffice_attempts_total", "accepted"] == 3
    assert found["eoffice_queue_age_seconds", ""] == 0


def test_who_comes_through_a_proxy_is_not_this_machine(local: TestClient) -> None:
    for header in ("X-Forwarded-For", "Forwarded"):
        answer = local.get("/metrics", headers={header: "for=192.0.2.1"})
        assert (answer.status_code, answer.json()["code"]) == (401, "sign-in-needed")


def test_from_elsewhere_figures_take_the_token_of_who_may_see_the_status(client: TestClient, office: Office) -> None:
    expected = {
        "secretariat": 200,
        "leadership": 200,
        "auditor": 200,
        "administrator": 200,
        "manager": 404,
        "employee": 404,
        "nobody": 401,
    }
    answers = {
        name: client.get("/metrics", headers={"Authorization": f"Bearer token of {name}"}).status_code
        for name in expected
    }
    assert answers == expected


def test_metrics_without_a_database_are_a_problem(site: Site) -> None:
    with TestClient(without_database(site), "http://localhost", client=("127.0.0.1", 50000)) as client:
        answer = client.get("/metrics")
    assert (answer.status_code, answer.json()["code"]) == (503, "database-away")


def test_status_and_figures_tell_what_went_wrong(
    local: TestClient, callers: dict[str, Caller], runtime: Runtime, mailer: FakeMailer
) -> None:
    answers: dict[str, Outcome] = {
        "a": Refused("no", Reply(550, "5.1.1 no such user", Phase.RCPT)),
        "b": Unknown("connection lost"),
    }
    mailer.answer = lambda letter: answers.get(letter.address[0], Requeued("server is out", holds_queue=True))
    post_document(runtime, OPERATOR, make_posting())
    list_recipients(runtime)
    deliver_due(runtime)
    found = figures(local)
    assert found["eoffice_letters", "refused"] == 1
    assert found["eoffice_duplicates_possible", ""] == 1
    assert found["eoffice_mail_server_out", runtime.server] == 1
    assert found["eoffice_letters_held", ""] == found["eoffice_letters", "waiting"] > 0
    status = callers["auditor"].get("/status").json()
    assert [one["reason"] for one in status["held"]] == ["server is out"]
    assert status["letters"]["refused"] == 1
    assert status["letters_held"] == status["letters"]["waiting"]
    assert status["oldest_waiting_seconds"] > 0


def test_letters_taken_back_from_a_worker_that_stopped_are_counted(
    local: TestClient, office: Office, runtime: Runtime
) -> None:
    post_document(runtime, OPERATOR, make_posting(audience="person:C"))
    list_recipients(runtime)
    with runtime.sessions.begin() as session:
        assert len(claim(session, 1, timedelta(0), runtime.clock()).rows) == 1
    sweep(runtime)
    found = figures(local)
    assert (found["eoffice_letters_mended_total", ""], found["eoffice_duplicates_possible", ""]) == (1, 1)


def test_workers_and_beat_are_seen_by_what_they_did(local: TestClient, secretariat: Caller, runtime: Runtime) -> None:
    assert figures(local)["eoffice_workers_alive", ""] == 0
    report_alive(runtime)
    sweep(runtime)
    assert figures(local)["eoffice_workers_alive", ""] == figures(local)["eoffice_beat_alive", ""] == 1
    status = secretariat.get("/status").json()
    assert [(one["name"], one["is_alive"]) for one in status["seen"]] == [("beat", True), (runtime.worker, True)]
