"""The watchman: takes the children down when their parent dies without a word, as after `kill -9`.

A shell that reads one pipe. The parent writes the present list of its children there; when the pipe ends, the parent
is gone, and whoever stands on the last list gets its stop signal, then, after a short grace, SIGKILL for its whole
process group. PR_SET_PDEATHSIG would do a part of this on Linux only: it reaches no grandchildren, knows no grace, is
lost when a child changes its user, and fires when the spawning thread ends.
"""

import subprocess
from collections.abc import Iterable
from signal import Signals

_SCRIPT = """
last=
while read -r line; do last=$line; done
for child in $last; do kill -s "${child%%:*}" "${child##*:}" 2>/dev/null; done
for second in 1 2 3; do
    left=
    for child in $last; do kill -s 0 -- "-${child##*:}" 2>/dev/null && left=yes; done
    [ -n "$left" ] || exit 0
    sleep 1
done
for child in $last; do kill -s KILL -- "-${child##*:}" 2>/dev/null; done
"""


class Guard:
    """Holds the pipe; `watch` replaces the list. Each child must lead its own session."""

    def __init__(self) -> None:
        self._shell = _start_shell()

    def watch(self, children: Iterable[tuple[Signals, int]]) -> None:
        """Children as (stop signal, process id)."""
        line = " ".join(f"{signal.name.removeprefix('SIG')}:{pid}" for signal, pid in children)
        try:
            self._write(line)
        except BrokenPipeError:  # somebody killed the watchman
            self._shell.wait()
            self._shell = _start_shell()
            self._write(line)

    def dismiss(self) -> None:
        self.watch(())
        self._shell.communicate()

    def _write(self, line: str) -> None:
        # One short write is atomic: the shell never reads half a list.
        assert self._shell.stdin is not None  # noqa: S101 - Popen was asked for the pipe
        self._shell.stdin.write(line.encode() + b"\n")


def _start_shell() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["/bin/sh", "-c", _SCRIPT],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        start_new_session=True,
        cwd="/",
    )
