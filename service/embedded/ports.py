"""Ports, tried by a real bind: what another program listens on is known before our own server stumbles over it."""

import errno
import socket

from service.embedded.refusals import PortInUse, PortUnusable

LOOPBACK = "127.0.0.1"


def check_port(port: int, *, host: str = LOOPBACK, option: str = "--port") -> None:
    """Make sure that a server can listen there; `option` is what the user may change.

    Raises:
        PortInUse: somebody listens there.
        PortUnusable: the address is not this machine's, or the port needs rights this user lacks.
    """
    try:
        _listen(host, port).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(port=port, host=host, option=option) from error
        raise PortUnusable(port=port, host=host, option=option, reason=error.strerror) from error


def free_port(host: str = LOOPBACK) -> int:
    with _listen(host, 0) as listener:
        port: int = listener.getsockname()[1]
        return port


def free_port_from(preferred: int, host: str = LOOPBACK) -> int:
    """The preferred port where nobody listens, else any other."""
    try:
        check_port(preferred, host=host)
    except PortInUse:
        return free_port(host)
    return preferred


def is_listening(port: int, host: str = LOOPBACK) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def _listen(host: str, port: int) -> socket.socket:
    """SO_REUSEADDR passes over connections that are only fading away; SO_REUSEPORT would share a port unnoticed."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(1)
    except OSError:
        listener.close()
        raise
    return listener
