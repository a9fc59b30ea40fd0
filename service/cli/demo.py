"""`eoffice demo`: the main job on real parts, with a sample office, from posting to the report.

The people of the demo act through the pages, sign-in included; nothing is written past them.
"""

import hmac
import io
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from service.actions.import_directory import import_directory
from service.actions.invite_accounts import Slip, invite_accounts
from service.actions.report_coverage import open_report, report_coverage
from service.cli.documents import wait_until_final
from service.cli.moments import office_zone
from service.cli.office import wait_for_interrupt
from service.cli.refusals import DemoFailed, UnfinishedInTime
from service.cli.stack import Plan, Stack, running_stack
from service.cli.tables import print_report
from service.cli.visits import Browser
from service.domain.coverage import Report
from service.domain.deliveries import Status
from service.domain.errors import MissingFile
from service.domain.roles import OPERATOR
from service.reading.rows import Source
from service.runtime import Runtime
from service.sample import organisation as sample
from service.store.deliveries import Progress, progress
from service.store.receipts import count_listed
from service.wiring import build

console = Console(highlight=False)
err = Console(stderr=True, highlight=False)

# The greylisted letter comes back within seconds instead of a minute.
_DEMO_SETTINGS = {"retry_base": 0.5, "sweep_interval": 1.0, "smtp_connections": 4}
# Its people visit the pages from this machine, whatever the environment says of a real office's front door.
_AT_HOME = {"tls_cert": None, "tls_key": None, "trusted_proxies": ""}
_READERS = 3
# What a terminal can show of an office of any size, those without mail included.
_SHOWN = 20
_PATIENCE_SECONDS = 60.0
_LETTERS_A_SECOND_AT_LEAST = 50


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts, and the one password that all of them chose. User names are codes in lower case."""

    people: sample.Cast
    password: str

    @property
    def codes(self) -> list[str]:
        return sorted({self.people.secretariat, self.people.manager, *self.people.readers})


@dataclass(frozen=True, slots=True)
class _Task:
    """What is posted, and to how many."""

    document: Path | None
    text: str
    employees: int


@dataclass(frozen=True, slots=True)
class Outcome:
    document_id: int
    distribution_id: int
    seconds: float
    letters: Progress
    report: Report
    inbox: int
    employees: int

    @property
    def is_complete(self) -> bool:
        """Everyone has it in the inbox, and no letter ended otherwise than by the mail server's word."""
        failed = self.letters.open + self.letters.of(Status.GAVE_UP, Status.SET_ASIDE)
        return self.inbox == self.employees and not failed


def demo(
    employees: Annotated[int, typer.Option(min=1, help="How many people the sample office has.")] = 80,
    document: Annotated[Path | None, typer.Option(help="A text to post instead of the sample's.")] = None,
    port: Annotated[int, typer.Option(min=1, max=65_535)] = 8000,
    data: Annotated[Path | None, typer.Option(help="Keep everything here; thrown away by default.")] = None,
    once: Annotated[bool, typer.Option("--once", help="End after the report.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one object as the last line.")] = False,
) -> None:
    """Show the main job on a sample office: post, deliver, read, confirm, report."""
    text = _text(document)
    with _place(data) as place, running_stack(_plan(place, port)) as stack:
        runtime = build(stack.settings)
        cast = _prepare(runtime, stack, employees)
        outcome = _play(runtime, stack, cast, _Task(document, text, employees))
        _tell(runtime, stack, cast, outcome, as_json=as_json)
        if not once:
            wait_for_interrupt()
    if not outcome.is_complete:
        failed = outcome.letters.of(Status.GAVE_UP, Status.SET_ASIDE)
        raise DemoFailed(inbox=outcome.inbox, employees=employees, letters=failed)


def _text(document: Path | None) -> str:
    if document is None:
        return sample.seed_document()
    try:
        return document.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MissingFile(name=document) from error


@contextmanager
def _place(data: Path | None) -> Iterator[Path]:
    if data is not None:
        yield data
        return
    with tempfile.TemporaryDirectory(prefix="eoffice-demo-", ignore_cleanup_errors=True) as scratch:
        # Root's PostgreSQL runs under another account, which must be able to pass.
        Path(scratch).chmod(0o755)
        yield Path(scratch) / "office"


def _plan(place: Path, port: int) -> Plan:
    return Plan(
        place,
        port=port,
        refuse=[sample.REFUSED_ADDRESS],
        defer_first=[sample.DEFERRED_ADDRESS],
        overrides={**_DEMO_SETTINGS, **_AT_HOME, "base_url": f"http://127.0.0.1:{port}"},
    )


def _prepare(runtime: Runtime, stack: Stack, employees: int) -> Cast:
    """Import the sample office, and let those who act choose their password by the slip they were handed."""
    office = sample.sample_organisation(employees)
    for name, rows in (("units.csv", sample.as_csv(office.units)), ("people.csv", sample.as_csv(office.people()))):
        import_directory(runtime, OPERATOR, Source(name, io.BytesIO(rows)))
    cast = _cast(office, stack.data.secret_key)
    for slip in invite_accounts(runtime, OPERATOR, codes=cast.codes, by="slip"):
        _activate(stack.settings.base_url, slip, cast.password)
    return cast


def _cast(office: sample.SampleOrganisation, secret_key: str) -> Cast:
    """The same people and password at every start on the same data."""
    password = hmac.new(secret_key.encode(), b"demo", "sha256").hexdigest()[:12]
    return Cast(sample.cast(office, _READERS), password)


def _activate(base_url: str, slip: Slip, password: str) -> None:
    with Browser(base_url) as browser:
        typed = {"username": slip.username, "code": slip.code, "password": password, "repeated": password}
        browser.submit("/activate", "/activate", typed)


def _sign_in(browser: Browser, username: str, password: str) -> None:
    browser.submit("/sign-in", "/sign-in", {"username": username.lower(), "password": password})


def _play(runtime: Runtime, stack: Stack, cast: Cast, task: _Task) -> Outcome:
    started = time.monotonic()
    distribution_id = _post(stack, cast, task.document, task.text)
    _wait(runtime, stack, distribution_id, task.employees)
    seconds = time.monotonic() - started
    for reader in cast.people.readers:
        _read_and_confirm(stack, reader, cast.password, distribution_id)
    report = report_coverage(runtime, OPERATOR, distribution_id, most_outstanding=0)
    with runtime.sessions() as session:
        letters = progress(session, distribution_id)
        inbox = count_listed(session, distribution_id)
    return Outcome(report.document_id, distribution_id, seconds, letters, report, inbox, task.employees)


def _post(stack: Stack, cast: Cast, document: Path | None, text: str) -> int:
    """The secretariat fills in the posting page; the key makes a second start on the same data harmless."""
    name = document.name if document else sample.SEED_FILE_NAME
    typed = {
        "title": document.stem if document else sample.SEED_TITLE,
        "type_code": sample.SEED_TYPE,
        "mode": "acknowledge",
        "to": "all",
        "body": text,
        "key": f"demo:{name}",
    }
    with Browser(stack.settings.base_url) as browser:
        _sign_in(browser, cast.people.secretariat, cast.password)
        leads_to = browser.upload("/post", "/post", typed, {"files": (name, text.encode())})
    return int(leads_to.rstrip("/").rpartition("/")[2])


def _wait(runtime: Runtime, stack: Stack, distribution_id: int, employees: int) -> None:
    patience = _PATIENCE_SECONDS + employees / _LETTERS_A_SECOND_AT_LEAST
    if not wait_until_final(runtime, distribution_id, patience):
        with runtime.sessions() as session:
            letters = progress(session, distribution_id)
        raise UnfinishedInTime(seconds=int(patience), open=letters.open, total=letters.total, logs=stack.data.log)


def _read_and_confirm(stack: Stack, username: str, password: str, distribution_id: int) -> None:
    """What was confirmed at an earlier start on the same data stays as it is."""
    document = f"/inbox/{distribution_id}"
    action = f"{document}/acknowledge"
    with Browser(stack.settings.base_url) as browser:
        _sign_in(browser, username, password)
        browser.open("/inbox")
        if browser.offers(document, action):
            browser.submit(document, action, {})


def _tell(runtime: Runtime, stack: Stack, cast: Cast, outcome: Outcome, *, as_json: bool) -> None:
    out = err if as_json else console
    with open_report(runtime, OPERATOR, outcome.distribution_id, outcome.report.as_of) as opened:
        print_report(opened, out, office_zone(runtime), _SHOWN)
    _print_sign_ins(stack, cast, out)
    if as_json:
        print(json.dumps(_summary(outcome)))  # noqa: T201 - the one line that scripts read


def _print_sign_ins(stack: Stack, cast: Cast, out: Console) -> None:
    out.print(f"\n[bold]{stack.settings.base_url}[/]  caught mail: {stack.settings.catcher_url}")
    people = cast.people
    parts = (("văn thư", people.secretariat), ("nhân viên", people.readers[0]), ("lãnh đạo đơn vị", people.manager))
    for role, code in parts:
        out.print(f"  {role}: {code.lower()}  password {cast.password}")


def _summary(outcome: Outcome) -> dict[str, object]:
    identity, levels = outcome.report.identity, outcome.report.levels
    return {
        "listed": identity.listed,
        "inbox": outcome.inbox,
        "accepted": outcome.letters.of(Status.ACCEPTED),
        "refused": outcome.letters.of(Status.REFUSED),
        "no_address": levels.no_address,
        "gave_up": outcome.letters.of(Status.GAVE_UP, Status.SET_ASIDE),
        "seconds": round(outcome.seconds, 3),
        "document_id": outcome.document_id,
        "distribution_id": outcome.distribution_id,
    }
