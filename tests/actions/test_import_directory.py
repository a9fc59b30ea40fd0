"""The directory follows the secretariat's file, on real PostgreSQL."""

import io
import threading
from collections.abc import Sequence
from datetime import timedelta
from importlib import resources
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Row, Table, func, insert, select, update
from sqlalchemy.orm import Session, sessionmaker

from service.actions.import_directory import ImportResult, import_directory
from service.domain.directory import Entry, Plan
from service.domain.errors import ImportRefused, ManyLeave, NotFound, UnreadableImport
from service.domain.findings import Problem
from service.domain.roles import OPERATOR, Role
from service.reading.rows import Source
from service.runtime import Runtime
from service.store import tables as t
from service.store.directory import list_units, person_by_code
from tests.fakes import FakeClock
from tests.makers import make_account, make_actor, make_unit

HEADER = "code,family_name,given_name,position,staff_class,unit_code,email,groups,active_from,active_to,role"
AN = "NV1,Nguyễn Văn,An,Trưởng phòng,cong-chuc,VP,an@skhcn.example,cchc,2015-01-15,,manager"
BINH = "NV2,Đặng Thị,Bình,Chuyên viên,cong-chuc,VP,binh@skhcn.example,,,,"
CHI = "NV3,Lê Thị,Chi,Lái xe,nguoi-lao-dong,TTRA,,,,,"
PEOPLE = (AN, BINH, CHI)


@pytest.fixture(autouse=True)
def _two_units(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        make_unit(session, code="VP", name="Văn phòng")
        make_unit(session, code="TTRA", name="Thanh tra")


def source(*rows: str, header: str = HEADER) -> Source:
    return Source("danh-ba.csv", io.BytesIO("\n".join((header, *rows)).encode()))


def sample(name: str) -> Source:
    return Source(name, io.BytesIO(resources.files("service.sample").joinpath(name).read_bytes()))


def import_rows(runtime: Runtime, *rows: str) -> ImportResult:
    return import_directory(runtime, OPERATOR, source(*rows))


def codes(entries: Sequence[Entry]) -> list[str]:
    return [entry.code for entry in entries]


def count(runtime: Runtime, table: Table) -> int:
    with runtime.sessions() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def versions(runtime: Runtime, code: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """Unit code, position, from when and until when, oldest first."""
    m = t.memberships.c
    query = (
        select(t.units.c.code, m.position, m.valid_from, m.valid_to)
        .select_from(t.memberships)
        .join(t.people, t.people.c.id == m.person_id)
        .join(t.units, t.units.c.id == m.unit_id)
        .where(t.people.c.code == code)
        .order_by(m.valid_from, m.id)
    )
    with runtime.sessions() as session:
        return session.execute(query).all()


def account_of(runtime: Runtime, code: str) -> Row[*tuple[Any, ...]]:
    query = select(t.accounts).join(t.people, t.people.c.id == t.accounts.c.person_id).where(t.people.c.code == code)
    with runtime.sessions() as session:
        return session.execute(query).one()


def standing_roles(runtime: Runtime, code: str) -> set[tuple[str, str | None]]:
    query = (
        select(t.role_grants.c.role, t.units.c.code)
        .join(t.accounts, t.accounts.c.id == t.role_grants.c.account_id)
        .join(t.people, t.people.c.id == t.accounts.c.person_id)
        .outerjoin(t.units, t.units.c.id == t.role_grants.c.unit_id)
        .where(t.people.c.code == code, t.role_grants.c.valid_to.is_(None))
    )
    with runtime.sessions() as session:
        return {(role, unit) for role, unit in session.execute(query)}


def test_the_sample_organisation_is_imported_by_its_two_files(runtime: Runtime) -> None:
    units = import_directory(runtime, OPERATOR, sample("units.csv")).units
    people = import_directory(runtime, OPERATOR, sample("people.csv")).people

    assert units is not None
    assert (len(units.new), len(units.moved), units.refused) == (11, 2, ())
    assert people is not None
    assert (people.rows, len(people.new), people.refused, people.warnings) == (80, 80, (), ())
    with runtime.sessions() as session:
        assert [unit.code for unit in list_units(session)][-5:] == ["CCTDC", "TDCHC", "TDCTC", "TDCDL", "TTUD"]
        assert sum(unit.people for unit in list_units(session)) == 80


def test_a_second_import_of_the_same_file_writes_nothing(runtime: Runtime, clock: FakeClock) -> None:
    written = (t.people, t.memberships, t.accounts, t.role_grants, t.units)
    import_rows(runtime, *PEOPLE)
    before = [count(runtime, table) for table in written]
    clock.move(timedelta(days=1))

    again = import_rows(runtime, *PEOPLE).people

    assert again == Plan(rows=3, staff=3, unchanged=3)
    assert [count(runtime, table) for table in written] == before


def test_a_dry_run_tells_everything_and_writes_nothing(runtime: Runtime) -> None:
    result = import_directory(runtime, OPERATOR, source(*PEOPLE), dry_run=True)

    assert result.people is not None
    assert codes(result.people.new) == ["NV1", "NV2", "NV3"]
    assert result.people.granted == (Entry("NV1", "Nguyễn Văn An", "manager"),)
    assert not result.written
    assert (count(runtime, t.people), count(runtime, t.memberships), count(runtime, t.accounts)) == (0, 0, 0)


def test_each_person_of_the_second_file_is_in_one_listing(runtime: Runtime) -> None:
    import_rows(runtime, *PEOPLE, "NV4,Mai Văn,Em,,vien-chuc,VP,,,,,")

    plan = import_rows(
        runtime,
        AN,
        BINH.replace("Chuyên viên", "Kế toán").replace("binh@", "binh.dt@"),
        CHI.replace("TTRA", "VP").replace("Lái xe", "Bảo vệ"),
        "NV5,Hồ Thị,Giang,,vien-chuc,VP,,,,,",
    ).people

    assert plan is not None
    assert plan.unchanged == 1
    assert plan.new == (Entry("NV5", "Hồ Thị Giang"),)
    assert plan.changed == (Entry("NV2", "Đặng Thị Bình", "position, email"),)
    assert plan.moved == (Entry("NV3", "Lê Thị Chi", "TTRA → VP, position"),)
    assert plan.left == (Entry("NV4", "Mai Văn Em", "VP"),)


def test_a_change_closes_one_version_and_opens_the_next_at_the_same_moment(runtime: Runtime, clock: FakeClock) -> None:
    first = clock()
    import_rows(runtime, *PEOPLE)
    clock.move(timedelta(days=30))

    import_rows(runtime, AN, BINH.replace("Chuyên viên", "Kế toán"), CHI)

    assert [tuple(row) for row in versions(runtime, "NV2")] == [
        ("VP", "Chuyên viên", first, clock()),
        ("VP", "Kế toán", clock(), None),
    ]
    assert len(versions(runtime, "NV1")) == 1


def test_a_clock_that_went_back_makes_no_version_end_before_it_began(runtime: Runtime, clock: FakeClock) -> None:
    first = clock()
    import_rows(runtime, *PEOPLE)
    clock.move(-timedelta(hours=1))

    import_rows(runtime, AN, BINH.replace("Chuyên viên", "Kế toán"), CHI)

    assert {row.valid_from for row in versions(runtime, "NV2")} == {first}


def test_whoever_left_has_no_present_version_and_no_way_in(runtime: Runtime, clock: FakeClock) -> None:
    import_rows(runtime, *PEOPLE)
    account_id = account_of(runtime, "NV1").id
    with runtime.sessions.begin() as session:
        session.execute(insert(t.sessions).values(token_digest=b"1", account_id=account_id, form_token="f"))
        session.execute(insert(t.api_tokens).values(token_digest=b"1", account_id=account_id, label="kịch bản"))
    clock.move(timedelta(days=1))

    import_rows(runtime, BINH, CHI)

    assert [row.valid_to for row in versions(runtime, "NV1")] == [clock()]
    assert account_of(runtime, "NV1").deactivated_at == clock()
    assert account_of(runtime, "NV2").deactivated_at is None
    assert standing_roles(runtime, "NV1") == set()
    with runtime.sessions() as session:
        assert session.execute(select(t.sessions.c.ended_at)).scalar_one() == clock()
        assert session.execute(select(t.api_tokens.c.revoked_at)).scalar_one() == clock()


def test_whoever_returns_gets_a_new_version_and_the_old_account_without_old_roles(runtime: Runtime) -> None:
    import_rows(runtime, AN.replace("manager", "administrator"), BINH)
    account_id = account_of(runtime, "NV1").id
    import_rows(runtime, BINH)

    plan = import_rows(runtime, AN.replace("manager", ""), BINH).people

    assert plan is not None
    assert plan.new == (Entry("NV1", "Nguyễn Văn An", "returned"),)
    assert [row.valid_to is None for row in versions(runtime, "NV1")] == [False, True]
    assert (account_of(runtime, "NV1").id, account_of(runtime, "NV1").deactivated_at) == (account_id, None)
    assert standing_roles(runtime, "NV1") == set()


def test_an_account_that_was_closed_by_hand_stays_closed(runtime: Runtime, clock: FakeClock) -> None:
    import_rows(runtime, *PEOPLE)
    with runtime.sessions.begin() as session:
        session.execute(update(t.accounts).values(deactivated_at=clock()))

    import_rows(runtime, AN, BINH.replace("Chuyên viên", "Kế toán"), CHI)

    assert account_of(runtime, "NV2").deactivated_at is not None


def test_everybody_gets_an_account_under_their_code_and_name(runtime: Runtime) -> None:
    import_rows(runtime, BINH)
    made = account_of(runtime, "NV2")
    assert (made.username, made.display_name, made.password_hash) == ("nv2", "Đặng Thị Bình", None)

    import_rows(runtime, BINH.replace("Bình", "Thanh Bình"))

    assert account_of(runtime, "NV2").display_name == "Đặng Thị Thanh Bình"
    assert count(runtime, t.accounts) == 1


def test_a_user_name_that_another_account_has_refuses_the_row(runtime: Runtime) -> None:
    with runtime.sessions.begin() as session:
        make_account(session, username="nv2")

    plan = import_rows(runtime, *PEOPLE).people

    assert plan is not None
    assert [(found.line, found.problem) for found in plan.refused] == [(3, Problem.USER_NAME_TAKEN)]
    assert count(runtime, t.people) == 0


def test_managers_manage_their_own_unit_and_other_roles_reach_the_office(runtime: Runtime) -> None:
    import_rows(runtime, AN, BINH + "Văn thư")

    assert standing_roles(runtime, "NV1") == {("manager", "VP")}
    assert standing_roles(runtime, "NV2") == {("secretariat", None)}


def test_a_role_that_is_no_longer_in_the_file_stays(runtime: Runtime) -> None:
    import_rows(runtime, AN, BINH + "secretariat")

    import_rows(runtime, AN.replace("manager", ""), BINH)

    assert standing_roles(runtime, "NV1") == {("manager", "VP")}
    assert standing_roles(runtime, "NV2") == {("secretariat", None)}


def test_a_manager_who_moves_manages_the_new_unit_and_not_the_old(runtime: Runtime) -> None:
    import_rows(runtime, AN)

    plan = import_rows(runtime, AN.replace("VP", "TTRA")).people

    assert plan is not None
    assert codes(plan.granted) == ["NV1"]
    assert standing_roles(runtime, "NV1") == {("manager", "TTRA")}


def test_the_secretariat_imports_people_and_grants_no_roles(runtime: Runtime) -> None:
    plan = import_directory(runtime, make_actor(Role.SECRETARIAT), source(*PEOPLE)).people

    assert plan is not None
    assert codes(plan.new) == ["NV1", "NV2", "NV3"]
    assert plan.granted == ()
    assert [(found.problem, found.given, found.other) for found in plan.warnings] == [
        (Problem.ROLE_NOT_GRANTED, "manager", "NV1")
    ]
    assert count(runtime, t.role_grants) == 0


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.MANAGER, Role.LEADERSHIP, Role.AUDITOR, Role.ADMINISTRATOR])
def test_nobody_but_the_secretariat_imports(runtime: Runtime, role: Role) -> None:
    with pytest.raises(NotFound):
        import_directory(runtime, make_actor(role), source(*PEOPLE))

    assert count(runtime, t.people) == 0


def test_one_bad_row_keeps_all_out(runtime: Runtime) -> None:
    result = import_rows(runtime, AN, BINH.replace("VP", "???"), CHI)

    assert (result.written, result.rows, result.refused_rows) == (False, 3, 1)
    assert result.people is not None
    assert [(found.line, found.column) for found in result.people.refused] == [(3, "unit_code")]
    assert count(runtime, t.people) == 0


def test_the_good_rows_are_taken_when_asked_and_nobody_is_taken_as_having_left(runtime: Runtime) -> None:
    import_rows(runtime, AN, BINH)

    result = import_directory(runtime, OPERATOR, source(BINH.replace("VP", "???"), CHI), take_good=True)

    assert result.written
    assert result.people is not None
    assert (codes(result.people.new), result.people.left) == (["NV3"], ())
    assert Problem.NOBODY_LEFT in {found.problem for found in result.people.warnings}
    assert all(row.valid_to is None for code in ("NV1", "NV2") for row in versions(runtime, code))


STAFF = tuple(f"NV{number:02},Nguyễn Văn,Mẫu,,cong-chuc,VP,,,,," for number in range(12))


def test_a_file_that_makes_many_leave_is_refused_by_its_figures_and_changes_nothing(runtime: Runtime) -> None:
    import_rows(runtime, *STAFF)

    result = import_rows(runtime, "NV99,Lê Thị,Mới,,cong-chuc,VP,,,,,", *STAFF[:7])

    assert not result.written
    refusal = result.refusal(take_good=False, allow_leavers=False)
    assert isinstance(refusal, ManyLeave)
    assert str(refusal).startswith("5 of the 12 people in the directory are not in the file and would leave")
    assert "--allow-leavers" in str(refusal)
    with runtime.sessions() as session:
        assert sum(unit.people for unit in list_units(session)) == 12
    assert count(runtime, t.people) == 12


def test_those_who_leave_are_let_go_when_that_is_allowed(runtime: Runtime) -> None:
    import_rows(runtime, *STAFF)

    result = import_directory(runtime, OPERATOR, source(*STAFF[:7]), allow_leavers=True)

    assert result.written
    assert result.people is not None
    assert (len(result.people.left), result.people.staff) == (5, 12)
    with runtime.sessions() as session:
        assert sum(unit.people for unit in list_units(session)) == 7


def test_a_dry_run_warns_that_many_would_leave(runtime: Runtime) -> None:
    import_rows(runtime, *STAFF)

    few = import_directory(runtime, OPERATOR, source(*STAFF[:8]), dry_run=True)
    many = import_directory(runtime, OPERATOR, source(*STAFF[:7]), dry_run=True)

    assert few.people is not None
    assert many.people is not None
    assert few.people.warnings == ()
    assert [found.reason for found in many.people.warnings] == [
        "5 of the 12 people in the directory are not in it and would leave; is it the whole staff?"
    ]


def test_bad_rows_are_told_before_who_would_leave(runtime: Runtime) -> None:
    import_rows(runtime, *STAFF)

    result = import_directory(runtime, OPERATOR, source(BINH.replace("VP", "???")), allow_leavers=True)

    assert not result.written
    assert isinstance(result.refusal(take_good=False, allow_leavers=True), ImportRefused)


def test_of_repeated_codes_none_is_taken_and_both_lines_are_named(runtime: Runtime) -> None:
    result = import_directory(runtime, OPERATOR, source(AN, BINH, AN.replace("NV1", "nv1"), CHI), take_good=True)

    assert result.people is not None
    assert [(found.line, found.reason) for found in result.people.refused] == [
        (2, "'NV1' stands on line 4 too"),
        (4, "'nv1' stands on line 2 too"),
    ]
    assert codes(result.people.new) == ["NV2", "NV3"]
    assert count(runtime, t.memberships) == 2


def test_an_invalid_address_lists_the_person_as_not_reachable_by_mail(runtime: Runtime) -> None:
    plan = import_rows(runtime, AN.replace("an@skhcn.example", "an(at)skhcn"), BINH, CHI).people

    assert plan is not None
    assert [(found.line, found.column, found.problem) for found in plan.warnings] == [
        (2, "email", Problem.INVALID_ADDRESS)
    ]
    with runtime.sessions() as session:
        people = [person_by_code(session, code) for code in ("NV1", "NV2", "NV3")]
    assert [(person.email, person.email_problem) for person in people if person] == [
        ("an(at)skhcn", "invalid"),
        ("binh@skhcn.example", None),
        (None, "none"),
    ]


def test_columns_that_a_file_does_not_have_change_nothing(runtime: Runtime) -> None:
    import_rows(runtime, *PEOPLE)
    header = "code,family_name,given_name,staff_class,unit_code"
    rows = ("NV1,Nguyễn Văn,An,cong-chuc,TTRA", "NV2,Đặng Thị,Bình,cong-chuc,VP", "NV3,Lê Thị,Chi,nguoi-lao-dong,TTRA")

    plan = import_directory(runtime, OPERATOR, source(*rows, header=header)).people

    assert plan is not None
    assert (plan.unchanged, plan.moved) == (2, (Entry("NV1", "Nguyễn Văn An", "VP → TTRA"),))
    with runtime.sessions() as session:
        an = person_by_code(session, "NV1")
        search = session.execute(select(t.memberships.c.search).where(t.memberships.c.valid_to.is_(None))).scalars()
        assert "nguyen van an nv1 an@skhcn.example" in set(search)
    assert an is not None
    assert (an.position, an.email, an.email_problem, an.groups) == (
        "Trưởng phòng",
        "an@skhcn.example",
        None,
        ("cchc",),
    )


def test_findings_name_columns_as_the_file_does(runtime: Runtime) -> None:
    header = "Mã;Họ đệm;Tên;Loại;Mã đơn vị;Từ ngày;Ghi chú"

    plan = import_directory(runtime, OPERATOR, source("NV1;Lê;Chi;Công chức;VP;hôm qua;x", header=header)).people

    assert plan is not None
    assert [(found.line, found.column) for found in plan.refused] == [(2, "Từ ngày")]
    assert (1, "Ghi chú", Problem.UNKNOWN_COLUMN) in {
        (found.line, found.column, found.problem) for found in plan.warnings
    }


def test_one_workbook_brings_new_units_and_their_people(runtime: Runtime) -> None:
    book = openpyxl.Workbook()
    people = book.worksheets[0]
    people.append(["Mã", "Họ đệm", "Tên", "Loại", "Mã đơn vị", "Vai trò"])
    people.append(["NV1", "Nguyễn Văn", "An", "Viên chức", "TTUD1", "Lãnh đạo đơn vị"])
    units = book.create_sheet("Đơn vị")
    for row in (["Mã", "Tên đơn vị", "Mã đơn vị cấp trên"], ["TTUD1", "Tổ 1", "TTUD"], ["TTUD", "Trung tâm", ""]):
        units.append(row)
    stream = io.BytesIO()
    book.save(stream)

    dry = import_directory(runtime, OPERATOR, Source("danh-ba.xlsx", stream), dry_run=True)
    result = import_directory(runtime, OPERATOR, Source("danh-ba.xlsx", stream))

    assert (dry.units, dry.people) == (result.units, result.people)
    with runtime.sessions() as session:
        tree = [(unit.code, unit.depth, unit.people) for unit in list_units(session)]
    assert tree[-2:] == [("TTUD1", 1, 1), ("VP", 0, 0)]
    assert standing_roles(runtime, "NV1") == {("manager", "TTUD1")}


def test_units_are_renamed_and_moved_in_place(runtime: Runtime) -> None:
    rows = ("SO,Sở,,1", "VP,Văn phòng Sở,SO,1", "TTRA,Thanh tra,,0")

    plan = import_directory(runtime, OPERATOR, source(*rows, header="code,name,parent_code,position")).units

    assert plan is not None
    assert (codes(plan.new), codes(plan.moved), plan.unchanged) == (["SO"], ["VP"], 1)
    with runtime.sessions() as session:
        assert [(unit.name, unit.depth) for unit in list_units(session)] == [
            ("Thanh tra", 0),
            ("Sở", 0),
            ("Văn phòng Sở", 1),
        ]


def test_a_table_without_rows_is_refused_because_everybody_would_have_left(runtime: Runtime) -> None:
    import_rows(runtime, *PEOPLE)

    with pytest.raises(UnreadableImport, match="no rows"):
        import_rows(runtime)

    assert versions(runtime, "NV1")[-1].valid_to is None


def test_a_file_that_breaks_off_in_the_middle_writes_nothing(runtime: Runtime) -> None:
    broken = Source("danh-ba.csv", io.BytesIO("\n".join((HEADER, *PEOPLE)).encode() + b"\nNV4,\xff"))

    with pytest.raises(UnreadableImport, match="line 5, byte 5"):
        import_directory(runtime, OPERATOR, broken)

    assert count(runtime, t.people) == 0


def test_of_two_imports_at_once_one_writes_and_the_other_finds_it_done(runtime: Runtime) -> None:
    results: list[ImportResult] = []
    start = threading.Barrier(2)

    def run() -> None:
        start.wait()
        results.append(import_rows(runtime, *PEOPLE))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(result.people.unchanged for result in results if result.people) == [0, 3]
    assert count(runtime, t.memberships) == 3
