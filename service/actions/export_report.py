"""A report that leaves the office: recorded before it is handed out."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from service.actions.report_coverage import OpenReport, ask, open_report
from service.domain.evidence import Deed, entry, instant
from service.domain.roles import Actor
from service.runtime import Runtime
from service.store import evidence


@contextmanager
def export_report(
    runtime: Runtime, actor: Actor, distribution_id: int, form: str, as_of: datetime | None = None
) -> Iterator[OpenReport]:
    """Open the report for a file of this form, such as `csv`; see `open_report`.

    Raises:
        NotFound: see `report_coverage`.
    """
    with runtime.sessions.begin() as session:
        moment = ask(runtime, session, actor, distribution_id, as_of).as_of
        at, as_of_text = runtime.clock(), instant(moment)
        exported = entry(Deed.EXPORTED, actor, at, distribution=distribution_id, form=form, as_of=as_of_text)
        evidence.append(session, exported)
    with open_report(runtime, actor, distribution_id, moment) as opened:
        yield opened
