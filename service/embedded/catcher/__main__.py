"""`python -m service.embedded.catcher`: the mail catcher as a process of its own."""

import argparse
import asyncio
import signal
import threading
from pathlib import Path

from service.embedded.catcher.routes import CatcherHTTPServer
from service.embedded.catcher.smtp import Catch, serve_smtp
from service.embedded.catcher.store import Store

_LOOPBACK = "127.0.0.1"


def main() -> None:
    arguments = _parse_arguments()
    pages = CatcherHTTPServer(_LOOPBACK, arguments.http_port, arguments.directory)
    threading.Thread(target=pages.serve_forever, name="pages", daemon=True).start()
    with Store.opened(arguments.directory) as store:
        asyncio.run(_catch(Catch(store, arguments.refuse, arguments.defer_first), arguments.smtp_port))


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="catcher", description=__doc__)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--refuse", action="append", default=[], metavar="ADDRESS")
    parser.add_argument("--defer-first", action="append", default=[], metavar="ADDRESS")
    return parser.parse_args()


async def _catch(catch: Catch, port: int) -> None:
    stopped = asyncio.Event()
    for stop in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(stop, stopped.set)
    server = await serve_smtp(catch, _LOOPBACK, port)
    await stopped.wait()
    # Not waited for: from Python 3.12 on that would last until the last client has hung up.
    server.close()


if __name__ == "__main__":
    main()
