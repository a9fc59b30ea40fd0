"""`eoffice user` and `eoffice token`: accounts and API tokens."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from service.actions import manage_accounts, manage_tokens
from service.actions.invite_accounts import invite_accounts
from service.cli.attach import attach
from service.cli.moments import office_zone, to_the_minute
from service.domain.roles import OPERATOR, parse_role
from service.runtime import Runtime

user_app = typer.Typer(help="Accounts.", no_args_is_help=True)
token_app = typer.Typer(help="API tokens.", no_args_is_help=True)
console = Console(highlight=False)

Name = Annotated[str, typer.Argument(help="User name: the person's code, or the e-mail address.")]
Data = Annotated[Path | None, typer.Option(help="The running office's data directory.")]
NewPassword = Annotated[
    str,
    typer.Option(prompt="New password", hide_input=True, confirmation_prompt=True, help="Asked for when not given."),
]


@user_app.command("create")
def create(
    code: Annotated[str, typer.Argument(help="The person's code in the directory.")],
    role: Annotated[str | None, typer.Option(help="manager, secretariat, leadership, auditor, administrator.")] = None,
    data: Data = None,
) -> None:
    """Make an account for a person of the directory, and print the slip that opens it."""
    runtime = attach(data)
    granted = parse_role(role) if role else None
    username = manage_accounts.create_account(runtime, OPERATOR, code)
    if granted:
        manage_accounts.grant_role(runtime, OPERATOR, username, granted)
    _print_slip(runtime, code)


@user_app.command("slip")
def slip(code: Annotated[str, typer.Argument(help="The person's code in the directory.")], data: Data = None) -> None:
    """Print a slip that opens a person's account once, for a first or a forgotten password."""
    _print_slip(attach(data), code)


@user_app.command("password")
def password(name: Name, password: NewPassword, data: Data = None) -> None:
    """Set a password that its owner must change at the next sign-in."""
    manage_accounts.set_password(attach(data), OPERATOR, name, password)
    console.print(f"{name}: the password is set and must be changed at the next sign-in.")


@user_app.command("deactivate")
def deactivate(name: Name, data: Data = None) -> None:
    """Close an account, with its sessions, tokens and roles."""
    manage_accounts.deactivate(attach(data), OPERATOR, name)
    console.print(f"{name}: deactivated.")


@token_app.command("create")
def create_token(
    name: Name, label: Annotated[str, typer.Option(help="What the token is for.")], data: Data = None
) -> None:
    """Make an API token with an account's rights; it is shown this once."""
    made = manage_tokens.create_token(attach(data), OPERATOR, name, label)
    console.print(f"token {made.id}: {made.token}", soft_wrap=True)


@token_app.command("revoke")
def revoke_token(token: Annotated[int, typer.Argument(help="The token's number.")], data: Data = None) -> None:
    """End a token."""
    manage_tokens.revoke_token(attach(data), OPERATOR, token)
    console.print(f"token {token}: revoked.")


def _print_slip(runtime: Runtime, code: str) -> None:
    for made in invite_accounts(runtime, OPERATOR, by="slip", codes=[code]):
        console.print(f"{made.person_name}, {made.unit_name}", markup=False)
        until = to_the_minute(made.expires_at, office_zone(runtime))
        console.print(f"user name {made.username}, code [bold]{made.code}[/], until {until}")
