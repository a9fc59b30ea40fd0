import socket
from collections.abc import Iterator

import pytest

from service.embedded.ports import check_port, free_port, free_port_from, is_listening
from service.embedded.refusals import PortInUse, PortUnusable


@pytest.fixture
def taken() -> Iterator[int]:
    """Even a listener that would share its port, which a careless second one would join without a word."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_port_in_use_is_refused_in_one_line_with_the_way_on(taken: int) -> None:
    with pytest.raises(PortInUse) as refused:
        check_port(taken)
    assert str(refused.value) == (
        f"Port {taken} on 127.0.0.1 is in use by another program; stop it or choose another one with --port."
    )


def test_another_port_is_found_for_a_taken_one(taken: int) -> None:
    assert free_port_from(taken) != taken


def test_a_free_port_is_kept() -> None:
    port = free_port()
    assert free_port_from(port) == port
    check_port(port)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(PortUnusable, match=r"Nothing can listen on port 8000 of 192\.0\.2\.1"):
        check_port(8000, host="192.0.2.1", option="--listen")


def test_only_a_port_somebody_listens_on_answers(taken: int) -> None:
    assert is_listening(taken)
    assert not is_listening(free_port())


def test_connections_that_are_only_fading_away_do_not_hold_a_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        listener.accept()[0].close()
        client.recv(1)
        client.close()
    check_port(port)
