import os
from pathlib import Path
from signal import SIGKILL

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as Unconnected

from service.embedded.refusals import AlreadyRunning
from service.embedded.supervisor import Supervisor
from service.embedded.valkey import EmbeddedValkey
from tests.embedded.waiting import wait_until


def test_what_was_put_in_survives_a_restart(place: Path) -> None:
    with EmbeddedValkey(data=place / "data", run=place) as first:
        Redis.from_url(first.unix_url).rpush("rings", "look")
    with EmbeddedValkey(data=place / "data", run=place) as second:
        assert Redis.from_url(second.unix_url).lrange("rings", 0, -1) == [b"look"]


def test_a_killed_server_is_started_again_with_what_it_held(place: Path) -> None:
    valkey = EmbeddedValkey(data=place / "data", run=place)

    def holds_the_ring() -> bool:
        try:
            return Redis.from_url(valkey.unix_url).llen("rings") == 1
        except Unconnected:
            return False

    with Supervisor(place) as supervisor:
        valkey.start(supervisor)
        Redis.from_url(valkey.unix_url).rpush("rings", "look")
        killed = supervisor.pids()["valkey"]
        os.kill(killed, SIGKILL)
        wait_until(lambda: supervisor.pids().get("valkey", killed) != killed and holds_the_ring())


def test_its_socket_is_open_to_its_own_account_only(place: Path) -> None:
    with EmbeddedValkey(data=place / "data", run=place) as running:
        assert running.socket_path.stat().st_mode & 0o077 == 0


def test_a_second_server_on_the_same_socket_is_refused_in_one_line(place: Path) -> None:
    with EmbeddedValkey(data=place / "data", run=place) as first, Supervisor(place) as supervisor:
        with pytest.raises(AlreadyRunning) as refused:
            EmbeddedValkey(data=place / "data", run=place).start(supervisor)
        pid = Redis.from_url(first.unix_url).info("server")["process_id"]
    assert str(refused.value).startswith(f"The office on {place / 'data'} is already running as process {pid};")
