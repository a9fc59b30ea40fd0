"""Reports that were handed out."""

from fastapi import APIRouter

from service.actions.issue_report import check_report, issue_report
from service.domain.issued_reports import IssuedReport
from service.domain.roles import Act
from service.store.issued_reports import issued_reports_of
from service.web.api.coverage import AsOf, IdentityShape, LevelsShape, UnitFiguresShape
from service.web.api.distributions import head_in_scope, scope_of
from service.web.api.shapes import Cursor, Id, Limit, Moment, Page, Shape, page_of, read_cursor
from service.web.deps import ActorDep, SiteDep

router = APIRouter(prefix="/distributions", tags=["distributions"])


class IssuedReportShape(Shape):
    """`sha256` is the digest of the figures that stands in the evidence log."""

    id: int
    distribution_id: int
    revision: int
    as_of: Moment
    issued_at: Moment
    issued_by: str
    sha256: str
    identity: IdentityShape
    levels: LevelsShape
    units: list[UnitFiguresShape]

    @classmethod
    def of(cls, issued: IssuedReport) -> "IssuedReportShape":
        figures = issued.figures
        return cls(
            id=issued.id,
            distribution_id=issued.distribution_id,
            revision=figures.revision,
            as_of=issued.as_of,
            issued_at=issued.issued_at,
            issued_by=issued.issued_by,
            sha256=figures.sha256,
            identity=IdentityShape.model_validate(figures.identity),
            levels=LevelsShape.model_validate(figures.levels),
            units=[UnitFiguresShape.model_validate(unit) for unit in figures.units],
        )


class CheckedReport(Shape):
    """`comes_out_the_same` when the figures of that moment are worked out again now."""

    report: IssuedReportShape
    comes_out_the_same: bool


@router.get("/{distribution_id}/report/issued")
def list_reports(
    site: SiteDep, actor: ActorDep, distribution_id: Id, limit: Limit = 20, cursor: Cursor = None
) -> Page[IssuedReportShape]:
    """The newest first."""
    actor.must(Act.SEE_REPORTS)
    with site.runtime.sessions() as session:
        head_in_scope(session, scope_of(actor, distribution_id))
        found = issued_reports_of(session, distribution_id, read_cursor(cursor), limit + 1)
    return page_of(found, limit, IssuedReportShape.of, lambda one: one.id)


@router.post("/{distribution_id}/report/issued", status_code=201)
def issue(site: SiteDep, actor: ActorDep, distribution_id: Id, as_of: AsOf = None) -> CheckedReport:
    """Keep the report of the whole office as of a moment."""
    made = issue_report(site.runtime, actor, distribution_id, as_of)
    return _checked(*check_report(site.runtime, actor, distribution_id, made))


@router.get("/{distribution_id}/report/issued/{report_id}")
def read(site: SiteDep, actor: ActorDep, distribution_id: Id, report_id: Id) -> CheckedReport:
    return _checked(*check_report(site.runtime, actor, distribution_id, report_id))


def _checked(issued: IssuedReport, is_same: bool) -> CheckedReport:
    return CheckedReport(report=IssuedReportShape.of(issued), comes_out_the_same=is_same)
