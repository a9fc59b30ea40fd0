"""The `eoffice` command. Exit codes: 0 done, 1 failed with one line on stderr, 2 wrong usage."""

import logging
import sys

import typer
from sqlalchemy.exc import OperationalError, ProgrammingError

from service.cli import backups, demo, directory, documents, office, processes, users
from service.cli.refusals import NotMigrated
from service.domain.errors import DatabaseAway, Refused

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
app.command("backup")(backups.backup)
app.command("restore")(backups.restore)
app.add_typer(directory.app, name="directory")
app.add_typer(users.user_app, name="user")
app.add_typer(users.token_app, name="token")


def main() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        app()
    except Refused as refusal:
        _fail(refusal)
    except ProgrammingError as error:
        logging.getLogger(__name__).debug("the database knows no such table", exc_info=error)
        _fail(NotMigrated())
    except OperationalError as error:
        logging.getLogger(__name__).debug("the database is away", exc_info=error)
        _fail(DatabaseAway())
    except KeyboardInterrupt:
        sys.exit(130)


def _fail(refusal: Refused) -> None:
    sys.stderr.write(f"eoffice: {refusal}\n")
    sys.exit(1)
