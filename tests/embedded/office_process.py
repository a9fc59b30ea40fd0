"""A parent with real servers and a stubborn child, as a process of its own, for the test that kills it."""

import signal
import sys
from pathlib import Path

from service.embedded.data_dir import RunningOffice, open_data_dir
from service.embedded.postgres import APP, OWNER, EmbeddedPostgres
from service.embedded.supervisor import Child, Supervisor
from service.embedded.valkey import EmbeddedValkey

# Hears no polite signal, and has a process of its own, as the pool of a worker would be.
STUBBORN = "trap '' TERM INT; sleep 600 & while true; do sleep 600; done"


def main(path: Path) -> None:
    with open_data_dir(path) as data, Supervisor(data.log) as supervisor:
        postgres = EmbeddedPostgres(data=data.postgres, run=data.run, durable=False)
        valkey = EmbeddedValkey(data=data.valkey, run=data.run)
        postgres.start(supervisor)
        valkey.start(supervisor)
        supervisor.start(Child("stubborn", ["/bin/sh", "-c", STUBBORN]))
        data.announce(
            RunningOffice(
                pid=0,
                database_url=postgres.url(APP),
                migrate_database_url=postgres.url(OWNER),
                broker_url=valkey.url,
                base_url="http://127.0.0.1:1",
            )
        )
        print("up", flush=True)  # noqa: T201 - tells the test
        signal.pause()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
