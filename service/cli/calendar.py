"""`eoffice calendar`: on which days the office works."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from service.actions.change_calendar import import_days
from service.actions.office_calendar import calendar_of
from service.cli.attach import attach
from service.cli.moments import json_text, office_zone
from service.domain.errors import DaysRefused, MissingFile
from service.domain.roles import OPERATOR
from service.domain.vietnamese import weekday_name
from service.reading.rows import Source

app = typer.Typer(help="Working days and holidays.", no_args_is_help=True)
console = Console(highlight=False)

Data = Annotated[Path | None, typer.Option(help="The running office's data directory.")]


@app.command("show")
def show(
    year: Annotated[int, typer.Argument(min=1900, max=2999)],
    as_json: Annotated[bool, typer.Option("--json")] = False,
    data: Data = None,
) -> None:
    """Print the days of a year that are other than their weekday says."""
    runtime = attach(data)
    with runtime.sessions() as session:
        special = sorted(calendar_of(runtime, session, year, year).special.items())
    if as_json:
        days = [
            {"day": day, "is_working": said.is_working, "note": said.note, "announced": said.is_announced}
            for day, said in special
        ]
        console.print_json(json_text(days, office_zone(runtime)))
        return
    for day, said in special:
        kind = "làm" if said.is_working else "nghỉ"
        own = " (cơ quan thông báo)" if said.is_announced else ""
        console.print(f"{day:%d/%m/%Y} {weekday_name(day):<9} {kind:<5} {said.note}{own}", markup=False)


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV with the columns ngày, loại (nghỉ or làm bù), ghi chú.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and do nothing.")] = False,
    data: Data = None,
) -> None:
    """Announce the days of a file: all of them or none. Deadlines that were issued stay."""
    runtime = attach(data)
    try:
        stream = file.open("rb")
    except OSError as error:
        raise MissingFile(name=file) from error
    with stream:
        done = import_days(runtime, OPERATOR, Source(file.name, stream), dry_run=dry_run)
    for refused in done.plan.refused:
        console.print(f"refused: line {refused.line}, column {refused.column}: {refused.reason}", markup=False)
    if done.plan.refused:
        raise DaysRefused(refused=len(done.plan.refused), rows=done.plan.rows)
    console.print(f"{len(done.plan.days)} days. {'Written.' if done.written else 'Nothing was written.'}")
