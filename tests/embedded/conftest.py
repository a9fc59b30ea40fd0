"""Places for embedded servers: short, because of socket paths, and open on their way for PostgreSQL's own account.

pytest's tmp_path is neither: it is long, and closed to everybody but the user who runs the tests.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def place() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="eo-"))
    directory.chmod(0o711)
    yield directory
    shutil.rmtree(directory)
