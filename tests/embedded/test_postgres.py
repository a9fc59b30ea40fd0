import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from signal import SIGKILL

import psycopg
import pytest

from service.embedded.postgres import APP, OWNER, EmbeddedPostgres
from service.embedded.refusals import AlreadyRunning, OtherPostgresVersion, UnwritablePlace
from service.embedded.supervisor import Supervisor
from tests.embedded.waiting import wait_until


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """One for the module: making a database takes longer than everything that is asked of it here."""
    with tempfile.TemporaryDirectory(prefix="eo-") as directory:
        Path(directory).chmod(0o711)
        yield Path(directory)


def server(place: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(data=place / "data", run=place / "run", durable=False)


def test_a_second_start_finds_everything_as_it_was(place: Path) -> None:
    with server(place) as first, psycopg.connect(first.url(OWNER)) as connection:
        connection.execute("CREATE TABLE kept (name text)")
        connection.execute("INSERT INTO kept VALUES ('Đặng')")
    with server(place) as second, psycopg.connect(second.url(APP)) as connection:
        assert connection.execute("SELECT name FROM kept").fetchall() == [("Đặng",)]


def test_the_application_role_writes_rows_and_makes_no_tables(place: Path) -> None:
    with server(place) as running:
        with psycopg.connect(running.url(OWNER)) as connection:
            connection.execute("CREATE TABLE counted (id serial PRIMARY KEY, name text)")
        with psycopg.connect(running.url(APP)) as connection:
            connection.execute("INSERT INTO counted (name) VALUES ('a')")
            connection.execute("UPDATE counted SET name = 'b'")
            assert connection.execute("DELETE FROM counted RETURNING id, name").fetchall() == [(1, "b")]
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("CREATE TABLE not_mine ()")


def test_vietnamese_capitals_have_their_small_letters_and_words_their_trigrams(place: Path) -> None:
    with server(place) as running, psycopg.connect(running.url(OWNER)) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        assert connection.execute("SELECT lower('ĐẶNG'), similarity('Đặng', 'đặng')").fetchone() == ("đặng", 1.0)


def test_it_listens_on_no_port_and_its_socket_is_open_to_one_account_only(place: Path) -> None:
    with server(place) as running, psycopg.connect(running.url(APP)) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert running.socket_dir.stat().st_mode & 0o077 == 0


def test_only_a_durable_server_waits_for_the_disk(place: Path) -> None:
    durable = EmbeddedPostgres(data=place / "data", run=place / "run")
    for running, fsync in ((durable, "on"), (server(place), "off")):
        with running, psycopg.connect(running.url(APP)) as connection:
            assert connection.execute("SHOW fsync").fetchone() == (fsync,)


def test_a_killed_server_is_started_again_with_all_that_was_committed(place: Path) -> None:
    running = EmbeddedPostgres(data=place / "data", run=place / "run")
    with Supervisor(place) as supervisor:
        running.start(supervisor)
        with psycopg.connect(running.url(OWNER), autocommit=True) as connection:
            connection.execute("CREATE TABLE survived ()")
            killed = supervisor.pids()["postgres"]
            os.kill(killed, SIGKILL)
            wait_until(lambda: supervisor.pids().get("postgres", killed) != killed)
            wait_until(lambda: answers(running))
        with psycopg.connect(running.url(APP)) as connection:
            assert connection.execute("SELECT count(*) FROM survived").fetchone() == (0,)


def answers(running: EmbeddedPostgres) -> bool:
    try:
        psycopg.connect(running.url(APP)).close()
    except psycopg.OperationalError:
        return False
    return True


def test_a_second_server_on_the_same_data_is_refused_in_one_line(place: Path) -> None:
    with server(place), pytest.raises(AlreadyRunning) as refused:
        server(place).__enter__()
    assert f"The office on {place / 'data'} is already running as process " in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_lock_of_a_dead_server_is_no_obstacle_even_where_its_number_lives_on(place: Path) -> None:
    with server(place):
        lock = (place / "data" / "postmaster.pid").read_text().splitlines()
    lock[0] = str(os.getpid())
    (place / "data" / "postmaster.pid").write_text("\n".join(lock))
    with server(place) as running, psycopg.connect(running.url(APP)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_first_start_that_was_interrupted_is_made_again(place: Path) -> None:
    (place / "half.making" / "base").mkdir(parents=True)
    with EmbeddedPostgres(data=place / "half", run=place / "run", durable=False) as running:
        psycopg.connect(running.url(APP)).close()
    assert not (place / "half.making").exists()


def test_data_of_another_major_version_are_refused_with_the_way_on(place: Path) -> None:
    (place / "old").mkdir()
    (place / "old" / "PG_VERSION").write_text("9\n")
    with pytest.raises(OtherPostgresVersion) as refused:
        EmbeddedPostgres(data=place / "old", run=place / "run").__enter__()
    assert "PostgreSQL 9" in str(refused.value)
    assert "eoffice backup FILE" in str(refused.value)
    assert (place / "old" / "PG_VERSION").read_text() == "9\n"


def test_a_place_that_cannot_be_written_is_refused_in_one_line(place: Path) -> None:
    (place / "file").touch()
    with pytest.raises(UnwritablePlace) as refused:
        EmbeddedPostgres(data=place / "file" / "data", run=place / "run").__enter__()
    assert str(place / "file" / "data") in str(refused.value)
    assert "--data" in str(refused.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a place that other accounts cannot reach")
def test_root_starts_it_below_a_closed_directory_too() -> None:
    with tempfile.TemporaryDirectory(prefix="eo-") as closed, server(Path(closed)) as running:
        psycopg.connect(running.url(APP)).close()
