"""`eoffice directory`: units and people from a file."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from service.actions.import_directory import ImportResult, import_directory
from service.cli.attach import attach
from service.cli.moments import json_text, office_zone
from service.domain.directory import Entry, Plan
from service.domain.errors import MissingFile
from service.domain.findings import Finding
from service.domain.roles import OPERATOR
from service.reading.rows import Source

app = typer.Typer(help="Units and people.", no_args_is_help=True)
console = Console(highlight=False)

# What a terminal can show; --json holds them all.
_SHOWN = 20


@app.callback()
def directory() -> None:
    """Units and people."""


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX; a file of people is the whole staff.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and do nothing.")] = False,
    take_good: Annotated[bool, typer.Option("--take-good", help="Take the good rows when others are refused.")] = False,
    allow_leavers: Annotated[
        bool, typer.Option("--allow-leavers", help="Let many people leave at once who are not in the file.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    data: Annotated[Path | None, typer.Option(help="The running office's data directory.")] = None,
) -> None:
    """Make the directory say what a file says: all good rows or none."""
    runtime = attach(data)
    try:
        stream = file.open("rb")
    except OSError as error:
        raise MissingFile(name=file) from error
    with stream:
        result = import_directory(
            runtime,
            OPERATOR,
            Source(file.name, stream),
            dry_run=dry_run,
            take_good=take_good,
            allow_leavers=allow_leavers,
        )
    if as_json:
        console.print_json(json_text(asdict(result), office_zone(runtime)))
    else:
        _print(result)
    refusal = result.refusal(take_good=take_good, allow_leavers=allow_leavers)
    if refusal and not dry_run:
        raise refusal


def _print(result: ImportResult) -> None:
    for title, plan in (("Units", result.units), ("People", result.people)):
        if plan is not None:
            _print_plan(title, plan)
    for warning in result.warnings:
        _say(f"  warning: {_place(warning)}{warning.reason}")
    console.print("Written." if result.written else "Nothing was written.")


def _print_plan(title: str, plan: Plan) -> None:
    console.print(
        f"[bold]{title}[/]: {plan.rows} rows: {len(plan.new)} new, {len(plan.changed)} changed,"
        f" {len(plan.moved)} moved, {len(plan.left)} left, {plan.unchanged} unchanged, {plan.refused_rows} refused"
    )
    for word in ("new", "changed", "moved", "left", "granted"):
        _print_entries(word, getattr(plan, word))
    for refused in plan.refused:
        _say(f"  refused: {_place(refused)}{refused.reason}")
    for warning in plan.warnings:
        _say(f"  warning: {_place(warning)}{warning.reason}")


def _place(finding: Finding) -> str:
    line = f"line {finding.line}, " if finding.line else ""
    column = f"column {finding.column}: " if finding.column else ""
    return line + column


def _say(line: str) -> None:
    """What people typed is no markup, and a line stays one for whoever greps it."""
    console.print(line, markup=False, soft_wrap=True)


def _print_entries(word: str, entries: tuple[Entry, ...]) -> None:
    for entry in entries[:_SHOWN]:
        note = f" ({entry.note})" if entry.note else ""
        _say(f"  {word}: {entry.code} {entry.name}{note}")
    if len(entries) > _SHOWN:
        console.print(f"  {word}: and {len(entries) - _SHOWN} more; --json names them all")
