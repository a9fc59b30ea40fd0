"""`eoffice up`: a whole small office on one machine."""

import signal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from service.actions.manage_accounts import setup_code
from service.cli.attach import place_of
from service.cli.stack import Plan, Stack, running_stack
from service.settings import read_settings
from service.wiring import build

Data = Annotated[Path | None, typer.Option(help="Where the office keeps everything; this user's own place by default.")]

console = Console(highlight=False)


def up(
    data: Data = None,
    listen: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535)] = 8000,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate chain, PEM; else EOFFICE_TLS_CERT.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Private key, PEM; else EOFFICE_TLS_KEY.")] = None,
) -> None:
    """Run a small office: servers, pages, worker and beat, until Ctrl-C."""
    given = {"tls_cert": tls_cert, "tls_key": tls_key}
    tls = {name: path for name, path in given.items() if path is not None}
    plan = Plan(place_of(data, read_settings()), host=listen, port=port, overrides=tls)
    with running_stack(plan) as stack:
        _greet(stack)
        wait_for_interrupt()


def _greet(stack: Stack) -> None:
    console.print(f"[bold]{stack.settings.base_url}[/]  data in {stack.data.path}")
    code = setup_code(build(stack.settings))
    if code:
        console.print(f"First visit: {stack.settings.base_url}/setup with the one-time code [bold]{code}[/]")
    if stack.settings.catcher_url:
        console.print(f"EOFFICE_SMTP_URL is not set: letters are caught at {stack.settings.catcher_url}")
    console.print("Ctrl-C ends it.")


def wait_for_interrupt() -> None:
    """Serve until Ctrl-C or SIGTERM; either ends the `with` above in good order."""
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        signal.pause()
    except KeyboardInterrupt:
        console.print("Stopping.")
