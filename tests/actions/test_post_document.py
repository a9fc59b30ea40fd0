from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, insert, literal, select, text

from service import doorbell
from service.actions.list_recipients import WORTH_COUNTING, list_recipients
from service.actions.post_document import post_document, preview_audience
from service.domain.calendar import SpecialDay
from service.domain.deadlines import WorkingDays
from service.domain.documents import NewFile
from service.domain.errors import (
    DueBeforeSending,
    DueInPast,
    EmptyAudience,
    FileTooLarge,
    KeyReused,
    MissingAudience,
    MissingTitle,
    NotFound,
    NotInDirectory,
    SecrecyMark,
    UnknownTerm,
    UnstorableText,
)
from service.domain.roles import OPERATOR, Role
from service.runtime import Runtime
from service.store.calendar_days import write_days
from service.store.tables import deliveries, distributions, documents, files, memberships, people, receipts
from tests.fakes import OFFICE_ZONE, FakeClock, FakeDoorbell
from tests.makers import LONG_AGO, make_actor, make_person, make_posting, make_unit

SECRETARIAT = make_actor(Role.SECRETARIAT)


@pytest.fixture
def office(runtime: Runtime) -> dict[str, int]:
    """A department with one room; four people, of whom one has no mailbox and one an impossible address."""
    with runtime.sessions.begin() as session:
        top = make_unit(session, code="SO", name="Sở Thử nghiệm")
        room = make_unit(session, code="P1", name="Phòng Một", parent=top)
        return {
            "lead": make_person(session, top, code="A"),
            "clerk": make_person(session, room, code="B", staff_class="vien-chuc", groups=("cchc",)),
            "driver": make_person(session, room, code="C", staff_class="nguoi-lao-dong", email=None),
            "wrong": make_person(session, room, code="D", email="khong phai dia chi", email_problem="invalid"),
        }


def count(runtime: Runtime, table: object) -> int:
    with runtime.sessions() as session:
        counted: int = session.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]  # any table
        return counted


def listed(runtime: Runtime) -> set[int]:
    list_recipients(runtime)
    with runtime.sessions() as session:
        return set(session.execute(select(receipts.c.person_id)).scalars())


def test_a_posting_is_stored_and_rings_and_leaves_the_listing_to_a_worker(
    runtime: Runtime, office: dict[str, int], doorbell_rings: list[str]
) -> None:
    posted = post_document(runtime, OPERATOR, make_posting())
    assert not posted.is_repeat
    assert count(runtime, receipts) == 0
    assert doorbell_rings == [doorbell.LIST_RECIPIENTS]


@pytest.fixture
def doorbell_rings(doorbell: FakeDoorbell) -> list[str]:
    return doorbell.rings


def test_everybody_is_listed_and_only_working_addresses_get_a_letter(runtime: Runtime, office: dict[str, int]) -> None:
    post_document(runtime, OPERATOR, make_posting())
    assert listed(runtime) == set(office.values())
    with runtime.sessions() as session:
        addressed = session.execute(select(deliveries.c.person_id)).scalars().all()
    assert sorted(addressed) == sorted([office["lead"], office["clerk"]])


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        ("all", {"lead", "clerk", "driver", "wrong"}),
        ("unit:SO", {"lead", "clerk", "driver", "wrong"}),
        ("unit:P1", {"clerk", "driver", "wrong"}),
        ("class:vien-chuc,person:A", {"lead", "clerk"}),
        ("unit:P1&class:cong-chuc", {"wrong"}),
        ("unit:P1,unit:SO", {"lead", "clerk", "driver", "wrong"}),
        ("unit:P1&class:vien-chuc,unit:SO&class:cong-chuc", {"lead", "clerk", "wrong"}),
        ("group:cchc", {"clerk"}),
        ("-person:A", {"clerk", "driver", "wrong"}),
        ("unit:P1,-class:nguoi-lao-dong,-person:D", {"clerk"}),
        ("all,-unit:P1&class:vien-chuc", {"lead", "driver", "wrong"}),
    ],
)
def test_an_audience_holds_exactly_whom_it_names(
    runtime: Runtime, office: dict[str, int], audience: str, expected: set[str]
) -> None:
    post_document(runtime, OPERATOR, make_posting(audience=audience))
    assert listed(runtime) == {office[name] for name in expected}


def test_the_preview_says_how_many_and_how_many_by_mail(runtime: Runtime, office: dict[str, int]) -> None:
    found = preview_audience(runtime, SECRETARIAT, "unit:P1")
    assert (found.listed, found.by_mail, found.inbox_only) == (3, 1, 2)


@pytest.mark.parametrize(
    ("change", "refusal", "named"),
    [
        ({"audience": "unit:NOWHERE"}, NotInDirectory, "unit:NOWHERE"),
        ({"audience": "person:NOBODY"}, NotInDirectory, "person:NOBODY"),
        ({"audience": "group:nobody"}, NotInDirectory, "group:nobody"),
        ({"audience": "everyone"}, UnknownTerm, "everyone"),
        ({"audience": "person:A,-person:A"}, EmptyAudience, "person:A,-person:A"),
        ({"audience": " , "}, MissingAudience, "empty"),
        ({"title": "  "}, MissingTitle, "title"),
        ({"body": "x\nTỐI MẬT\ny"}, SecrecyMark, "TỐI MẬT"),
        ({"message": "TUYỆT MẬT"}, SecrecyMark, "TUYỆT MẬT"),
        ({"files": (NewFile("a.txt", "text/plain", "x\nMẬT\n".encode()),)}, SecrecyMark, "MẬT"),
        ({"body": "a\0b"}, UnstorableText, "NUL"),
        ({"files": (NewFile("lon.pdf", "application/pdf", b"x" * 26_214_401),)}, FileTooLarge, "lon.pdf"),
    ],
)
def test_a_bad_posting_names_what_is_wrong_and_stores_nothing(
    runtime: Runtime,
    office: dict[str, int],
    change: dict[str, object],
    refusal: type[Exception],
    named: str,
) -> None:
    with pytest.raises(refusal, match=named):
        post_document(runtime, OPERATOR, make_posting(**change))
    assert count(runtime, documents) == count(runtime, distributions) == count(runtime, files) == 0


def test_a_deadline_in_the_past_is_refused(runtime: Runtime, office: dict[str, int], clock: FakeClock) -> None:
    with pytest.raises(DueInPast):
        post_document(runtime, OPERATOR, make_posting(due=clock.now - timedelta(minutes=1)))


def test_working_days_of_a_scheduled_posting_count_from_the_day_of_sending(
    runtime: Runtime, office: dict[str, int], clock: FakeClock
) -> None:
    clock.now = datetime(2026, 11, 20, 9, 41, tzinfo=OFFICE_ZONE)
    sending = datetime(2026, 11, 23, 8, tzinfo=OFFICE_ZONE)
    posted = post_document(runtime, OPERATOR, make_posting(due=WorkingDays(1), send_at=sending), key="k1")
    assert posted.due
    assert (posted.due.at, posted.due.days) == (datetime(2026, 11, 25, 17, tzinfo=OFFICE_ZONE), 1)
    assert [said.note for _, said in posted.due.exceptions] == ["Ngày Văn hóa Việt Nam"]

    again = post_document(runtime, OPERATOR, make_posting(due=WorkingDays(1), send_at=sending), key="k1")
    assert again.due == posted.due
    with runtime.sessions() as session:
        kept = session.execute(select(distributions.c.due_at, distributions.c.due_days)).one()
    assert kept == (posted.due.at, 1)


def test_a_deadline_before_sending_is_refused(runtime: Runtime, office: dict[str, int], clock: FakeClock) -> None:
    later = clock.now + timedelta(days=2)
    with pytest.raises(DueBeforeSending):
        post_document(runtime, OPERATOR, make_posting(due=later - timedelta(minutes=1), send_at=later))
    assert count(runtime, distributions) == 0


def test_what_the_office_announced_counts(runtime: Runtime, office: dict[str, int], clock: FakeClock) -> None:
    clock.now = datetime(2026, 11, 20, 9, 41, tzinfo=OFFICE_ZONE)
    with runtime.sessions.begin() as session:
        write_days(session, {date(2026, 11, 23): SpecialDay(is_working=False, note="Nghỉ")}, None, clock.now)
    posted = post_document(runtime, OPERATOR, make_posting(due=WorkingDays(1)))
    assert posted.due
    assert posted.due.at.date() == date(2026, 11, 25)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SECRETARIAT}))
def test_only_the_secretariat_posts(runtime: Runtime, office: dict[str, int], role: Role) -> None:
    with pytest.raises(NotFound):
        post_document(runtime, make_actor(role), make_posting())


def test_a_repeated_key_posts_once_and_gives_the_same_answer(runtime: Runtime, office: dict[str, int]) -> None:
    first = post_document(runtime, SECRETARIAT, make_posting(), key="k1")
    again = post_document(runtime, SECRETARIAT, make_posting(), key="k1")
    assert (again.distribution_id, again.is_repeat) == (first.distribution_id, True)
    assert count(runtime, distributions) == 1


def test_a_key_used_for_another_posting_is_refused(runtime: Runtime, office: dict[str, int]) -> None:
    post_document(runtime, SECRETARIAT, make_posting(), key="k1")
    with pytest.raises(KeyReused, match="k1"):
        post_document(runtime, SECRETARIAT, make_posting(title="Văn bản khác"), key="k1")


def test_equal_requests_at_once_post_once(runtime: Runtime, office: dict[str, int]) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: post_document(runtime, SECRETARIAT, make_posting(), key="k1"), range(8)))
    assert len({answer.distribution_id for answer in answers}) == 1
    assert count(runtime, distributions) == 1


def test_the_list_is_drawn_as_of_the_posting_whatever_changes_before_a_worker_comes(
    runtime: Runtime, office: dict[str, int], clock: FakeClock
) -> None:
    post_document(runtime, OPERATOR, make_posting())
    clock.move(timedelta(minutes=5))
    with runtime.sessions.begin() as session:
        m = memberships
        session.execute(m.update().where(m.c.person_id == office["clerk"]).values(valid_to=clock.now))
        make_person(session, make_unit(session), code="LATER", valid_from=clock.now)
    assert listed(runtime) == set(office.values())


def test_a_scheduled_posting_waits_for_its_moment(runtime: Runtime, office: dict[str, int], clock: FakeClock) -> None:
    post_document(runtime, OPERATOR, make_posting(send_at=clock.now + timedelta(hours=2)))
    assert listed(runtime) == set()
    clock.move(timedelta(hours=2))
    assert listed(runtime) == set(office.values())


def test_listing_twice_adds_nobody_twice(runtime: Runtime, office: dict[str, int]) -> None:
    post_document(runtime, OPERATOR, make_posting())
    with ThreadPoolExecutor(4) as pool:
        written = sum(pool.map(lambda _: list_recipients(runtime), range(4)))
    assert written == count(runtime, receipts) == len(office)


def test_a_worker_that_is_told_to_stop_leaves_the_rest_of_a_list_to_the_next(
    runtime: Runtime, office: dict[str, int]
) -> None:
    post_document(runtime, OPERATOR, make_posting())
    after_one_range = iter([False, True])
    assert list_recipients(runtime, lambda: next(after_one_range)) == len(office)
    assert unfinished(runtime) == 1
    assert list_recipients(runtime) == 0
    assert unfinished(runtime) == 0


def unfinished(runtime: Runtime) -> int:
    with runtime.sessions() as session:
        query = select(func.count()).where(distributions.c.listed_at.is_(None))
        counted: int = session.execute(query).scalar_one()
        return counted


def test_the_planner_knows_of_a_long_list_as_soon_as_it_is_drawn(runtime: Runtime) -> None:
    with runtime.sessions.begin() as session:
        unit = make_unit(session)
        codes = [{"code": f"P{number}"} for number in range(WORTH_COUNTING)]
        session.execute(insert(people), codes)
        everybody = select(people.c.id, literal(unit), literal(LONG_AGO))
        session.execute(insert(memberships).from_select(["person_id", "unit_id", "valid_from"], everybody))
    post_document(runtime, OPERATOR, make_posting())
    list_recipients(runtime)
    with runtime.sessions() as session:
        known = session.execute(text("SELECT reltuples FROM pg_class WHERE relname = 'receipts'")).scalar_one()
    assert known == WORTH_COUNTING
