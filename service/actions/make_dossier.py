"""The dossier of a distribution: everything that proves it, handed out in one file and recorded with its digest."""

from collections.abc import Callable

from service.actions.report_coverage import OpenReport
from service.actions.seal_evidence import seal
from service.domain.dossiers import Dossier
from service.domain.errors import NotFound
from service.domain.evidence import Deed, entry
from service.domain.roles import Act, Actor
from service.runtime import Runtime
from service.store import dossiers, evidence
from service.store.database import hold_one_moment
from service.store.distributions import distribution_row
from service.store.reports import Asked, Scope

# Takes the contents and writes them down. What it returns adds what takes time and no database, and returns the digest
# of the whole, in hexadecimal.
Bind = Callable[[Dossier], Callable[[], str]]


def make_dossier(runtime: Runtime, actor: Actor, distribution_id: int, bind: Bind) -> None:
    """Let `bind` write the dossier down, from one moment of the database, and record that it left the office.

    Raises:
        NotFound: the actor may not see the reports of the whole office, or there is no such distribution.
        OSError: the kept anchors cannot be read.
        PrintingTooLong: the printed report is not done in time.
    """
    actor.must(Act.SEE_REPORTS)
    seal(runtime)
    now, anchors = runtime.clock(), runtime.anchors.kept()
    with runtime.sessions() as session:
        hold_one_moment(session)
        head = distribution_row(session, distribution_id)
        if head is None:
            raise NotFound
        opened = OpenReport.of(session, Asked(head, Scope(distribution_id), now))
        readable = actor.may(Act.READ_DOCUMENTS)
        dossier = Dossier(
            report=opened.report,
            outstanding=opened.outstanding,
            confirmations=opened.confirmations,
            revisions=dossiers.contents_of(session, head["document_id"]) if readable else (),
            recipients=lambda: dossiers.recipients_of(session, distribution_id),
            ranges=dossiers.ranges_of(session, distribution_id),
            excerpts=lambda: dossiers.excerpts_of(session, distribution_id),
            waiting=dossiers.waiting_of(session, distribution_id),
            head=evidence.head(session),
            anchors=anchors,
        )
        finish = bind(dossier)
    digest = finish()
    exported = entry(Deed.EXPORTED, actor, now, distribution=distribution_id, form="dossier", manifest=digest)
    with runtime.sessions.begin() as session:
        evidence.append(session, exported)
