"""Typst, in a short-lived process of its own: its caches are never given back, 230 MB after a roster of 3,000 people.

A template is a file below `templates/print/`; what it shows reaches it as data and is never made part of its source.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from service.domain.errors import PrintingTooLong

# A list of the whole office takes a second; whatever takes a minute has gone wrong.
_PATIENCE = 60
_PRESS = "service.printing.press"
# One at a time: two long rosters at once would double what printing costs in memory.
_turn = threading.Lock()


def typeset(template: Path, shown: Mapping[str, object], patience: float = _PATIENCE) -> bytes:
    """The PDF of a template, which finds `shown` as JSON in `sys.inputs.shown`.

    Raises:
        PrintingTooLong: it is not done within `patience` seconds.
        CalledProcessError: the template is wrong; what typst says about it is in the error output.
    """
    command = [sys.executable, "-I", "-m", _PRESS, str(template)]
    with _turn:
        try:
            done = subprocess.run(  # noqa: S603 - our own module, and a template's path as the only argument
                command, input=json.dumps(shown).encode(), stdout=subprocess.PIPE, timeout=patience, check=True
            )
        except subprocess.TimeoutExpired:
            raise PrintingTooLong from None
    return done.stdout
