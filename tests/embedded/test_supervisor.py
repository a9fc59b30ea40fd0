import os
import subprocess
import sys
from pathlib import Path
from signal import SIGKILL

import psutil
import pytest

from service.embedded.data_dir import read_running
from service.embedded.refusals import ChildFailed
from service.embedded.supervisor import Child, Death, Supervisor
from tests.embedded.office_process import STUBBORN
from tests.embedded.waiting import wait_until


def shell(name: str, script: str) -> Child:
    return Child(name, ["/bin/sh", "-c", script])


def test_a_child_that_ends_before_it_is_ready_is_refused_with_its_last_words(place: Path) -> None:
    with Supervisor(place) as supervisor:
        with pytest.raises(ChildFailed) as refused:
            supervisor.start(shell("web", "echo no such table >&2; exit 3"), ready=lambda: False)
        assert str(refused.value).startswith("web did not start (exit code 3)")
        assert str(refused.value).endswith(f"{place / 'web.log'}: no such table")
        assert supervisor.pids() == {}


def test_a_child_that_is_never_ready_is_refused_and_taken_down(place: Path) -> None:
    others = descendants()
    with Supervisor(place) as supervisor:
        with pytest.raises(ChildFailed, match=r"not ready after 0\.1 s"):
            supervisor.start(shell("web", "sleep 600"), ready=lambda: False, patience=0.1)
        assert descendants() - others <= guards()


def test_a_child_that_dies_is_named_and_started_again(place: Path) -> None:
    deaths: list[Death] = []
    with Supervisor(place, on_death=deaths.append) as supervisor:
        supervisor.start(shell("worker", "echo working; exec sleep 600"))
        first = supervisor.pids()["worker"]
        wait_until(lambda: supervisor.log_tail("worker") == "working")
        os.kill(first, SIGKILL)
        wait_until(lambda: supervisor.pids().get("worker", first) != first)
    assert [(death.name, death.exit_code, death.tail) for death in deaths] == [("worker", -SIGKILL, "working")]


def test_a_child_that_keeps_dying_is_given_longer_and_longer_pauses(place: Path) -> None:
    deaths: list[Death] = []
    with Supervisor(place, on_death=deaths.append) as supervisor:
        supervisor.start(shell("worker", "exit 1"))
        wait_until(lambda: len(deaths) == 3)
    assert [death.pause for death in deaths] == [0.5, 1.0, 2.0]


def test_what_a_dead_child_left_behind_is_gone_before_it_is_started_again(place: Path) -> None:
    with Supervisor(place) as supervisor:
        supervisor.start(shell("worker", "sleep 600 & echo up; sleep 600"))
        wait_until(lambda: supervisor.log_tail("worker") == "up")
        first = psutil.Process(supervisor.pids()["worker"])
        left_behind = first.children()
        first.kill()
        wait_until(lambda: supervisor.pids().get("worker", first.pid) != first.pid)
        assert left_behind
        assert not any(is_alive(process) for process in left_behind)


def test_stop_takes_a_stubborn_child_and_its_own_children_down(place: Path) -> None:
    supervisor = Supervisor(place, grace=0.2)
    supervisor.start(shell("stubborn", STUBBORN))
    stubborn = psutil.Process(supervisor.pids()["stubborn"])
    wait_until(lambda: len(stubborn.children()) == 2)
    family = [stubborn, *stubborn.children(recursive=True)]
    supervisor.stop()
    assert len(family) >= 3
    wait_until(lambda: not any(is_alive(process) for process in family))


def test_children_are_taken_down_in_reverse_order(place: Path) -> None:
    order = place / "order"
    with Supervisor(place) as supervisor:
        for name in ("first", "second"):
            script = f"trap 'echo {name} >> {order}; exit' TERM; echo up; while :; do sleep 0.05; done"
            supervisor.start(shell(name, script))
        wait_until(lambda: supervisor.log_tail("first") == supervisor.log_tail("second") == "up")
    assert order.read_text().split() == ["second", "first"]


def test_kill_9_of_the_parent_leaves_no_child_and_does_not_hinder_a_new_start(place: Path) -> None:
    killed, old_family = start_office(place / "data")
    assert {"postgres", "valkey-server", "sleep"} <= {process.name() for process in old_family}
    killed.kill()
    killed.wait()
    # At once, while the old servers are still on their way out.
    killed_too, new_family = start_office(place / "data")
    assert read_running(place / "data") is not None
    killed_too.kill()
    killed_too.wait()
    wait_until(lambda: not any(is_alive(process) for process in old_family + new_family))
    assert read_running(place / "data") is None


def start_office(data: Path) -> tuple[subprocess.Popen[bytes], list[psutil.Process]]:
    """The parent, and all that it started: servers, their own children, the guard."""
    command = [sys.executable, "-m", "tests.embedded.office_process", str(data)]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    with parent.stdout:
        assert parent.stdout.readline() == b"up\n"
    family = psutil.Process(parent.pid).children(recursive=True)
    assert len(family) >= 8
    return parent, family


def is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def descendants() -> set[psutil.Process]:
    """Of this test session: its servers and browsers too, when other tests ran before."""
    return {child for child in psutil.Process().children(recursive=True) if is_alive(child)}


def guards() -> set[psutil.Process]:
    """Of every supervisor of this test session: the shells that watch over its children."""
    return {child for child in psutil.Process().children() if "while read -r line" in " ".join(child.cmdline())}
