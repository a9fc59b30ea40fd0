"""A report that leaves the office: built, and recorded before it is handed out."""

from datetime import datetime

from service.actions.report_coverage import report_coverage
from service.domain.coverage import Report
from service.domain.evidence import Deed, entry, instant
from service.domain.roles import Actor
from service.runtime import Runtime
from service.store import evidence


def export_report(
    runtime: Runtime, actor: Actor, distribution_id: int, form: str, as_of: datetime | None = None
) -> Report:
    """Build the report for a file of this form, such as `csv`.

    Raises:
        NotFound: see `report_coverage`.
    """
    report = report_coverage(runtime, actor, distribution_id, as_of)
    now, as_of_text = runtime.clock(), instant(report.as_of)
    exported = entry(Deed.EXPORTED, actor, now, distribution=distribution_id, form=form, as_of=as_of_text)
    with runtime.sessions.begin() as session:
        evidence.append(session, exported)
    return report
