"""`eoffice post`, `report`, `status`."""

import mimetypes
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Literal, TextIO

import typer
from rich.console import Console
from rich.progress import Progress as Bar

from service.actions.export_report import export_report
from service.actions.post_document import Posted, post_document
from service.actions.report_coverage import OpenReport, open_report
from service.actions.report_status import report_status
from service.cli.attach import attach
from service.cli.moments import json_text, office_zone
from service.cli.refusals import NobodySeen, UnreadableText, UnwritableFile
from service.cli.tables import deadline_line, print_report, print_status, report_json
from service.domain.deadlines import parse_deadline, parse_moment
from service.domain.documents import Mode, NewFile, Posting, parse_urgency
from service.domain.errors import MissingFile
from service.domain.roles import OPERATOR
from service.printing.report_csv import report_csv
from service.runtime import Runtime
from service.store.deliveries import progress
from service.store.distributions import distribution_row

Data = Annotated[Path | None, typer.Option(help="The running office's data directory.")]
console = Console(highlight=False)


def post(  # noqa: PLR0913, PLR0917 - one option a field
    files: Annotated[list[Path], typer.Argument(help="The document; text of a .txt file becomes its text.")],
    title: Annotated[str, typer.Option(help="Trích yếu.")],
    to: Annotated[str, typer.Option(help="Audience: all, unit:CODE, class:CLASS, group:NAME, person:CODE, ...")],
    number: Annotated[str, typer.Option(help="Số, ký hiệu, such as 12/KH-SKHCN.")] = "",
    type_code: Annotated[str, typer.Option("--type", help="Type by its abbreviation (NĐ 30/2020).")] = "CV",
    issuing_body: Annotated[str, typer.Option(help="Cơ quan ban hành.")] = "",
    urgency: Annotated[str, typer.Option(help="thuong, khan, thuong-khan or hoa-toc.")] = "thuong",
    must_confirm: Annotated[bool, typer.Option("--must-confirm", help="Ask each person to confirm.")] = False,
    due: Annotated[
        str,
        typer.Option(
            help="Deadline: a date, with or without HH:mm; or Nd for N working days; goes with --must-confirm."
        ),
    ] = "",
    at: Annotated[str, typer.Option(help="Send at this moment: yyyy-MM-ddTHH:mm.")] = "",
    message: Annotated[str, typer.Option(help="A word of the sender.")] = "",
    add_joiners: Annotated[bool, typer.Option("--add-joiners", help="List people who come later too.")] = False,
    key: Annotated[str | None, typer.Option(help="Idempotency key: the same key posts once.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Show progress until every letter is final.")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    data: Data = None,
) -> None:
    """Post a document to an audience."""
    runtime = attach(data)
    now = runtime.clock()
    attached = tuple(_read(path) for path in files)
    posting = Posting(
        title=title,
        body=_text_of(attached),
        number=number,
        type_code=type_code,
        issuing_body=issuing_body,
        urgency=parse_urgency(urgency),
        mode=Mode.ACKNOWLEDGE if must_confirm else Mode.INFORM,
        due=parse_deadline(due, now) if due else None,
        audience=to,
        message=message,
        files=attached,
        send_at=parse_moment(at, now) if at else None,
        adds_joiners=add_joiners,
    )
    posted = post_document(runtime, OPERATOR, posting, key=key)
    _say(posted, office_zone(runtime), as_json=as_json)
    if wait:
        wait_until_final(runtime, posted.distribution_id)


def report(
    distribution: Annotated[int, typer.Argument(help="The distribution's number.")],
    form: Annotated[Literal["table", "json", "csv"], typer.Option("--format")] = "table",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    output: Annotated[Path | None, typer.Option(help="Write to this file.")] = None,
    data: Data = None,
) -> None:
    """Print who has confirmed, who has not, per unit."""
    runtime, asked = attach(data), "json" if as_json else form
    zone = office_zone(runtime)
    with _opened(runtime, distribution, asked) as opened, _written_to(output) as out:
        if asked == "json":
            out.writelines(report_json(opened.report, opened.outstanding(), opened.confirmations(), zone))
        elif asked == "csv":
            out.writelines(report_csv(opened.report, opened.outstanding(), opened.confirmations()))
        else:
            print_report(opened, Console(file=out, highlight=False), zone)


def _opened(runtime: Runtime, distribution: int, form: str) -> AbstractContextManager[OpenReport]:
    """Only the table is made to be passed on."""
    if form == "csv":
        return export_report(runtime, OPERATOR, distribution, form)
    return open_report(runtime, OPERATOR, distribution)


@contextmanager
def _written_to(output: Path | None) -> Iterator[TextIO]:
    if output is None:
        yield sys.stdout
        return
    try:
        out = output.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise UnwritableFile(name=output, reason=error.strerror) from error
    with out:
        yield out


def status(as_json: Annotated[bool, typer.Option("--json")] = False, data: Data = None) -> None:
    """Say whether the machine is alive: queue, oldest waiting letter, what is held and why."""
    runtime = attach(data)
    found = report_status(runtime, OPERATOR)
    if as_json:
        console.print_json(json_text(asdict(found), office_zone(runtime)))
    else:
        print_status(found, console, office_zone(runtime))
    missing = [kind for kind in ("worker", "beat") if not found.of_kind(kind)]
    if missing:
        raise NobodySeen(missing=" and no ".join(missing))


def wait_until_final(runtime: Runtime, distribution_id: int, seconds: float | None = None) -> bool:
    """Show a bar until the list is drawn and no letter is open; False when `seconds` pass before."""
    ends_at = time.monotonic() + seconds if seconds else None
    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Letters", total=None)
        while True:
            with runtime.sessions() as session:
                head = distribution_row(session, distribution_id)
                letters = progress(session, distribution_id)
            bar.update(task, total=letters.total or None, completed=letters.total - letters.open)
            if head is not None and head["listed_at"] is not None and not letters.open:
                return True
            if ends_at and time.monotonic() > ends_at:
                return False
            time.sleep(0.1)


def _read(path: Path) -> NewFile:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise MissingFile(name=path) from error
    return NewFile(path.name, mimetypes.guess_type(path.name)[0] or "application/octet-stream", content)


def _text_of(files: tuple[NewFile, ...]) -> str:
    """The text of a plain-text document, to the letter.

    Raises:
        UnreadableText: it is in another encoding; published as it is read, it could never be mended.
    """
    plain = next((file for file in files if file.media_type == "text/plain"), None)
    if plain is None:
        return ""
    try:
        return plain.content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableText(name=plain.name, reason=f"byte {error.start}") from error


def _say(posted: Posted, zone: tzinfo | None, *, as_json: bool) -> None:
    if as_json:
        console.print_json(json_text(asdict(posted), zone))
    else:
        again = " (posted before under this key)" if posted.is_repeat else ""
        console.print(f"document {posted.document_id}, distribution {posted.distribution_id}{again}")
        if posted.due:
            console.print(deadline_line(posted.due, zone), markup=False, soft_wrap=True)
