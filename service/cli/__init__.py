"""The `eoffice` command. Exit codes: 0 done, 1 failed with one line on stderr, 2 wrong usage."""

import logging
import sys

import psycopg
import typer
from psycopg.errors import InsufficientPrivilege
from sqlalchemy.exc import OperationalError, ProgrammingError

from service.cli import backups, calendar, demo, directory, documents, evidence, office, processes, users
from service.cli.refusals import NotMigrated, NotOwner, UnusableDatabase
from service.domain.errors import Refused

app = typer.Typer(
    name="eoffice",
    help="Puts every administrative-reform document into the hands of each employee, and proves it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo.demo)
app.command("up")(office.up)
app.command("web")(processes.web)
app.command("worker")(processes.worker)
app.command("beat")(processes.beat)
app.command("migrate")(processes.migrate)
app.command("post")(documents.post)
app.command("report")(documents.report)
app.command("status")(documents.status)
app.command("verify")(evidence.verify)
app.command("dossier")(evidence.dossier)
app.command("backup")(backups.backup)
app.command("restore")(backups.restore)
app.add_typer(directory.app, name="directory")
app.add_typer(calendar.app, name="calendar")
app.add_typer(users.user_app, name="user")
app.add_typer(users.token_app, name="token")


def main() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        app()
    except Refused as refusal:
        _fail(refusal)
    except (ProgrammingError, psycopg.ProgrammingError) as error:
        logging.getLogger(__name__).debug("the database does not take the statement", exc_info=error)
        _fail(NotOwner() if isinstance(_cause(error), InsufficientPrivilege) else NotMigrated())
    except (OperationalError, psycopg.OperationalError) as error:
        logging.getLogger(__name__).debug("the database is away", exc_info=error)
        _fail(UnusableDatabase(reason=str(_cause(error)).strip()))
    except KeyboardInterrupt:
        sys.exit(130)


def _cause(error: Exception) -> object:
    """What the driver said; SQLAlchemy wraps it, save where COPY has to go past it."""
    return getattr(error, "orig", error)


def _fail(refusal: Refused) -> None:
    # One line, whatever line ends are in a name or in a server's words.
    sys.stderr.write(f"eoffice: {' '.join(str(refusal).split())}\n")
    sys.exit(1)
