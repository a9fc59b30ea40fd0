"""The directory: units, people, and an import."""

from datetime import date
from io import BytesIO
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response

from service.actions.import_directory import import_directory
from service.domain.audiences import StaffClass
from service.domain.documents import NewFile
from service.domain.findings import Problem as FindingProblem
from service.domain.roles import Act
from service.reading.rows import Source
from service.store.directory import find_people, list_units
from service.store.listings import units_within
from service.web.api.problems import problem
from service.web.api.shapes import Code, Limit, Page, Shape, Text, Word
from service.web.api.uploads import read_form
from service.web.deps import ActorDep, SiteDep
from service.web.person_views import find_person

router = APIRouter(tags=["directory"])
upload_router = APIRouter(tags=["directory"])

# Names the place by unit, position and name, so it grows with the longest name.
PlaceInOffice = Annotated[Text | None, Query(description="The `next_cursor` of the page before")]
_FILE_SCHEMA = {
    "type": "object",
    "required": ["file"],
    "additionalProperties": False,
    "properties": {"file": {"type": "string", "format": "binary", "description": "CSV or XLSX"}},
}


class UnitShape(Shape):
    """`depth` is 0 at the top of what the asker sees; `people` are those directly in it."""

    code: str
    name: str
    parent_code: str | None
    depth: int
    people: int


class PersonShape(Shape):
    """`email_problem` is null exactly when mail can reach the person."""

    code: str
    full_name: str
    family_name: str
    given_name: str
    position: str
    staff_class: StaffClass
    unit_code: str
    unit_name: str
    email: str | None
    email_problem: str | None
    groups: list[str]
    active_from: date | None
    active_to: date | None


class EntryShape(Shape):
    code: str
    name: str
    note: str


class FindingShape(Shape):
    """`line` is 0 for what concerns the whole file, `column` empty for the whole row."""

    line: int
    column: str
    problem: FindingProblem
    given: str
    reason: str


class PlanShape(Shape):
    """`staff` are the people in the directory before the import; `many_leave` when that must be allowed."""

    rows: int
    staff: int
    new: list[EntryShape]
    changed: list[EntryShape]
    moved: list[EntryShape]
    left: list[EntryShape]
    many_leave: bool
    granted: list[EntryShape]
    unchanged: int
    refused: list[FindingShape]
    refused_rows: int
    warnings: list[FindingShape]


class ImportShape(Shape):
    """What the file does to units and people, each null when it holds none; `written` when it was done."""

    units: PlanShape | None
    people: PlanShape | None
    warnings: list[FindingShape]
    written: bool


@router.get("/units")
def read_units(site: SiteDep, actor: ActorDep) -> list[UnitShape]:
    """Units in office order, each behind its parent; for a manager the own ones."""
    reach = actor.reach(Act.SEE_DIRECTORY, Act.RECORD_ABSENCE)
    with site.runtime.sessions() as session:
        lines = [line for line in list_units(session) if reach is None or line.id in reach]
    codes: dict[int | None, str] = {line.id: line.code for line in lines}
    top = min((line.depth for line in lines), default=0)
    return [
        UnitShape(
            code=line.code,
            name=line.name,
            parent_code=codes.get(line.parent_id),
            depth=line.depth - top,
            people=line.people,
        )
        for line in lines
    ]


@router.get("/people")
def read_people(
    *,
    site: SiteDep,
    actor: ActorDep,
    search: Annotated[Word, Query(description="Words of name, code or address, with or without accents")] = "",
    unit: Annotated[Word | None, Query(description="A unit's code; its sub-units count")] = None,
    limit: Limit = 50,
    cursor: PlaceInOffice = None,
) -> Page[PersonShape]:
    """People as they are now, in office order; for a manager those of the own units."""
    reach = actor.reach(Act.SEE_DIRECTORY, Act.RECORD_ABSENCE)
    with site.runtime.sessions() as session:
        sought_in = units_within(session, reach, unit) if unit else reach
        page = find_people(session, search, sought_in, cursor, limit)
    return Page(items=[PersonShape.model_validate(line) for line in page.lines], next_cursor=page.after)


@router.get("/people/{person_code}")
def read_person(site: SiteDep, actor: ActorDep, person_code: Code) -> PersonShape:
    """A person of the present directory; for a manager one of the own units."""
    return PersonShape.model_validate(find_person(site, actor, person_code))


async def import_file(request: Request, site: SiteDep, actor: ActorDep) -> NewFile:
    """The one `file` of the form; read only for an actor who may change the directory."""
    actor.must(Act.CHANGE_DIRECTORY)
    form = await read_form(request, "file", site.runtime.policy.max_file_bytes)
    if form.fields or len(form.files) != 1:
        raise HTTPException(422, "Send one file, in the field `file`, and nothing else.")
    return form.files[0]


@upload_router.post(
    "/directory/import",
    response_model=ImportShape,
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FILE_SCHEMA}}}},
)
def import_people(
    *,
    site: SiteDep,
    actor: ActorDep,
    file: Annotated[NewFile, Depends(import_file)],
    dry_run: Annotated[bool, Query(description="Say what would happen, and do nothing")] = False,
    take_good: Annotated[bool, Query(description="Take the good rows when others are refused")] = False,
    allow_leavers: Annotated[bool, Query(description="Let many people leave at once who are not in the file")] = False,
) -> ImportShape | Response:
    """Make the directory say what the file says: all good rows or none.

    When rows are refused and the good ones alone are not wanted, or many people would leave and that is not allowed,
    nothing is written and the answer is a problem whose member `result` says what the file would do.
    """
    source = Source(file.name, BytesIO(file.content))
    result = import_directory(
        site.runtime, actor, source, dry_run=dry_run, take_good=take_good, allow_leavers=allow_leavers
    )
    shape = ImportShape.model_validate(result)
    refusal = result.refusal(take_good=take_good, allow_leavers=allow_leavers)
    if refusal is None or dry_run:
        return shape
    return problem(refusal, result=shape.model_dump(mode="json"))
