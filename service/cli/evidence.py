"""`eoffice verify`, `dossier`: does the evidence hold, and what proves one distribution."""

from datetime import tzinfo
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from service.actions.make_dossier import make_dossier
from service.actions.verify_evidence import Verification, verify_evidence
from service.anchors import read_anchors
from service.cli.attach import attach, office_settings
from service.cli.moments import json_text, office_zone, to_the_second
from service.cli.refusals import ChainBroken, FileExists, UnreadableAnchor, UnwritableFile
from service.domain.anchors import Anchor
from service.domain.chain import Broken, Fault
from service.domain.roles import OPERATOR
from service.printing.dossier import write_dossier
from service.wiring import build

console, warnings = Console(highlight=False), Console(highlight=False, stderr=True)

Data = Annotated[Path | None, typer.Option(help="The running office's data directory.")]


def verify(
    anchor: Annotated[
        list[Path] | None, typer.Option(help="A file of anchors, kept elsewhere; else those of the data directory.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    data: Data = None,
) -> None:
    """Walk the evidence chain; name the first position that does not hold."""
    runtime = attach(data)
    given = [found for file in anchor for found in _anchors_of(file)] if anchor else None
    try:
        verified = verify_evidence(runtime, OPERATOR, given)
    except OSError as error:
        raise UnreadableAnchor(name=error.filename, reason=error.strerror) from error
    zone = office_zone(runtime)
    if as_json:
        console.print_json(json_text(_object(verified), zone))
    else:
        _warn(verified)
    broken = verified.walk.broken
    if broken:
        raise ChainBroken(what=_words(broken, verified, zone))
    if not as_json:
        good = verified.walk.good
        seen = f"{verified.walk.anchors} anchors agree" if verified.walk.anchors else "no anchor to compare with"
        head = f", hash {good.hash.hex()}" if good.position else ""
        console.print(f"The chain holds: {good.position} entries{head}; {seen}.", soft_wrap=True)


def dossier(
    distribution: Annotated[int, typer.Argument(help="The distribution's number.")],
    output: Annotated[Path, typer.Option(help="The zip to write; it must not exist.")],
    data: Data = None,
) -> None:
    """Write everything that proves a distribution to one zip, which verifies itself offline."""
    settings = office_settings(data)
    if output.exists():
        raise FileExists(name=output)
    making = output.with_name(f"{output.name}.making")
    try:
        make_dossier(
            build(settings),
            OPERATOR,
            distribution,
            lambda contents: write_dossier(making, contents, settings.office_name, settings.zone),
        )
        making.rename(output)
    except OSError as error:
        raise UnwritableFile(name=output, reason=error.strerror) from error
    finally:
        making.unlink(missing_ok=True)
    console.print(f"{output}: {output.stat().st_size} bytes. Unpack it and run `python3 verify.py`.", soft_wrap=True)


def _anchors_of(file: Path) -> list[Anchor]:
    try:
        found = list(read_anchors(file))
    except OSError as error:
        raise UnreadableAnchor(name=file, reason=error.strerror) from error
    if not found:
        raise UnreadableAnchor(name=file, reason="not one of its lines is an anchor")
    return found


def _warn(verified: Verification) -> None:
    if not verified.walk.anchors and not verified.walk.broken:
        warnings.print("Warning: without anchors a cut tail or an older copy of the database cannot be told.")
    if verified.late:
        warnings.print(
            f"Warning: {verified.late} entries have waited more than a minute to be sealed; is a worker running?"
        )


def _words(broken: Broken, verified: Verification, zone: tzinfo | None) -> str:
    place, last = broken.position, broken.upto
    span = f"{place}" if place == last else f"{place} to {last}"
    anchor = f"the anchor of {to_the_second(broken.anchor.at, zone)}" if broken.anchor else ""
    return {
        Fault.MISSING: f"first bad position {place}: missing ({span})",
        Fault.OUT_OF_PLACE: f"first bad position {place}: an entry stands out of place, inserted or doubled",
        Fault.ENTRY_CHANGED: f"first bad position {place}: its text is not the one that was sealed",
        Fault.HASH_CHANGED: f"first bad position {place}: its hash is not the one that was sealed",
        Fault.NOT_CHAINED: f"first bad position {place}: entry and hash do not follow from what stands before",
        Fault.REWRITTEN: f"first bad position {place}: {anchor} has another hash for position {last},"
        f" so what stands at {span} was rewritten",
        Fault.CUT_OFF: f"first bad position {place}: missing, for {anchor} saw {last} entries and"
        f" {'none' if not verified.walk.good.position else f'only {verified.walk.good.position}'} are there",
    }[broken.fault]


def _object(verified: Verification) -> dict[str, object]:
    """What programs read; `fault` and what follows are null when the chain holds."""
    good, broken = verified.walk.good, verified.walk.broken
    return {
        "holds": broken is None,
        "entries": good.position,
        "head": good.hash.hex() if good.position else None,
        "anchors": verified.walk.anchors,
        "unsealed_late": verified.late,
        "fault": broken.fault if broken else None,
        "first_bad_position": broken.position if broken else None,
        "upto": broken.upto if broken else None,
        "anchor_at": broken.anchor.at if broken and broken.anchor else None,
    }
