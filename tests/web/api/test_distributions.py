from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, literal, select

from service.actions.acknowledge import acknowledge, open_document
from service.actions.list_recipients import list_recipients
from service.actions.post_document import post_document
from service.domain.receipts import Route
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.store.tables import receipts
from service.web.api.shapes import MOST_LINES, write_cursor
from tests.fakes import FakeClock
from tests.makers import make_actor, make_crowd, make_posting
from tests.web.api.conftest import Caller, Office


def read(office: Office, runtime: Runtime, who: str, *, confirm: bool = False) -> None:
    """The person opens what was sent to P1, and confirms it."""
    actor = make_actor(account_id=office.accounts["employee"], person_id=office.people[who])
    open_document(runtime, actor, office.to_room.distribution_id, Route.MAIL_LINK)
    if confirm:
        acknowledge(runtime, actor, office.to_room.distribution_id, 1, Route.MAIL_LINK)


def codes(caller: Caller, path: str, **query: object) -> list[str]:
    answer = caller.get(path, params=query)
    assert answer.status_code == 200
    return [line["person_code"] for line in answer.json()["items"]]


def walk(caller: Caller, path: str, limit: int = 2, **query: str) -> Iterator[list[dict[str, object]]]:
    """The pages of a list, one by one."""
    cursor: dict[str, str] = {}
    while True:
        page = caller.get(path, params={"limit": limit, **query, **cursor}).json()
        yield page["items"]
        if page["next_cursor"] is None:
            return
        cursor = {"cursor": page["next_cursor"]}


def test_a_recipient_shows_person_address_both_statuses_and_what_the_server_said(
    secretariat: Caller, office: Office, runtime: Runtime
) -> None:
    read(office, runtime, "junior", confirm=True)
    line = secretariat.get(f"/distributions/{office.to_room.distribution_id}/recipients/C").json()
    times = {name: line.pop(name) for name in list(line) if name.endswith("_at")}
    assert line.pop("message_id").endswith("@localhost.localdomain")
    assert line == {
        "document_id": office.to_room.document_id,
        "person_code": "C",
        "name": "Nguyễn Văn Chi",
        "position": "Chuyên viên",
        "unit_name": "Tổ Một A",
        "address": "c@skhcn.example",
        "address_problem": None,
        "receipt_status": "acknowledged",
        "acknowledged_by_route": "mail_link",
        "revision": 1,
        "delivery_status": "accepted",
        "attempts": 1,
        "last_reply": "250 2.0.0 Ok: queued",
        "in_doubt": False,
    }
    assert times.pop("next_attempt_at") is None
    assert all(moment.endswith("Z") for moment in times.values())


def test_who_has_no_mailbox_is_listed_without_a_letter(secretariat: Caller, office: Office) -> None:
    path = f"/distributions/{office.to_room.distribution_id}/recipients/D"
    line = secretariat.get(path).json()
    assert (line["address_problem"], line["delivery_status"], line["message_id"]) == ("none", None, None)
    assert secretariat.get(f"{path}/attempts").json() == []


def test_every_attempt_is_told_with_the_servers_own_words(secretariat: Caller, office: Office) -> None:
    (attempt,) = secretariat.get(f"/distributions/{office.to_room.distribution_id}/recipients/B/attempts").json()
    assert (attempt["outcome"], attempt["phase"], attempt["code"]) == ("accepted", "message", 250)


FILTERED: tuple[tuple[dict[str, str], list[str]], ...] = (
    ({}, ["B", "C", "D"]),
    ({"receipt_status": "opened"}, ["B"]),
    ({"receipt_status": "listed"}, ["C", "D"]),
    ({"delivery_status": "accepted"}, ["B", "C"]),
    ({"delivery_status": "refused"}, []),
    ({"unit": "P1"}, ["B", "C", "D"]),
    ({"unit": "P1A"}, ["C"]),
    ({"unit": "P2"}, []),
    ({"unit": "P1", "delivery_status": "accepted", "receipt_status": "listed"}, ["C"]),
)


def test_recipients_are_filtered(secretariat: Caller, office: Office, runtime: Runtime) -> None:
    read(office, runtime, "clerk")
    path = f"/distributions/{office.to_room.distribution_id}/recipients"
    assert [(query, codes(secretariat, path, **query)) for query, _ in FILTERED] == list(FILTERED)


def test_an_unknown_unit_is_named(secretariat: Caller, office: Office) -> None:
    path = f"/distributions/{office.to_room.distribution_id}/recipients"
    answer = secretariat.get(path, params={"unit": "KHONG-CO"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown-unit")
    assert "KHONG-CO" in answer.json()["detail"]


@pytest.fixture
def to_all(office: Office, runtime: Runtime) -> int:
    posted = post_document(runtime, OPERATOR, make_posting(audience="all"))
    list_recipients(runtime)
    return posted.distribution_id


def test_a_manager_sees_people_and_figures_of_the_own_units_alone(
    callers: dict[str, Caller], office: Office, to_all: int
) -> None:
    manager = callers["manager"]
    head = manager.get(f"/distributions/{to_all}").json()
    assert (head["listed"], head["letters_open"]) == (3, 2)
    assert (head["receipts"], head["letters"]) == ({"listed": 3}, {"waiting": 2})
    assert codes(manager, f"/distributions/{to_all}/recipients") == ["B", "C", "D"]
    assert manager.get(f"/distributions/{to_all}/recipients/E").status_code == 404
    assert manager.get(f"/distributions/{to_all}/recipients", params={"unit": "P2"}).status_code == 422
    report = manager.get(f"/distributions/{to_all}/report").json()
    assert report["identity"]["listed"] == 3
    assert {unit["unit_name"] for unit in report["units"]} == {"Phòng Một", "Tổ Một A"}
    listed = [line["id"] for line in manager.get("/distributions").json()["items"]]
    assert listed == [to_all, office.to_room.distribution_id]


def test_a_manager_does_not_learn_whom_else_a_document_is_for(callers: dict[str, Caller], to_all: int) -> None:
    for name, audience in (("manager", None), ("auditor", "all")):
        assert callers[name].get(f"/distributions/{to_all}").json()["audience"] == audience
        assert callers[name].get("/distributions").json()["items"][0]["audience"] == audience


def test_the_office_sees_everybody(secretariat: Caller, to_all: int) -> None:
    head = secretariat.get(f"/distributions/{to_all}").json()
    assert (head["listed"], head["listing_done"]) == (5, True)
    assert (head["receipts"], head["letters"]) == ({"listed": 5}, {"waiting": 4})


def test_the_report_keeps_its_identity_per_unit_and_in_total(
    secretariat: Caller, office: Office, runtime: Runtime
) -> None:
    read(office, runtime, "junior", confirm=True)
    distribution = office.to_room.distribution_id
    reason = {"reason": "đi học tập trung"}
    assert secretariat.post(f"/distributions/{distribution}/recipients/B/exemption", json=reason).status_code == 204
    report = secretariat.get(f"/distributions/{distribution}/report").json()
    for part in [report, *report["units"]]:
        listed, *terms = part["identity"].values()
        assert listed == sum(terms)
    assert report["identity"] == {
        "listed": 3,
        "confirmed": 1,
        "not_yet": 0,
        "absent": 0,
        "exempted": 1,
        "moved_or_left": 0,
        "not_reachable": 1,
    }
    assert report["levels"]["accepted"] == 2
    assert [person["code"] for person in report["outstanding"]] == ["D"]


def test_an_absence_recorded_through_the_api_stands_in_the_report(
    secretariat: Caller, office: Office, clock: FakeClock
) -> None:
    today = clock.now.date().isoformat()
    days = {"first_day": today, "last_day": today, "reason": "nghỉ phép"}
    assert secretariat.post("/people/C/absences", json=days).status_code == 204
    report = secretariat.get(f"/distributions/{office.to_room.distribution_id}/report").json()
    assert report["identity"]["absent"] == 1


def test_a_report_as_of_an_earlier_moment_knows_nothing_of_what_came_later(
    secretariat: Caller, office: Office, runtime: Runtime, clock: FakeClock
) -> None:
    before = clock.now
    clock.move(timedelta(minutes=5))
    read(office, runtime, "junior", confirm=True)
    path = f"/distributions/{office.to_room.distribution_id}/report"
    assert secretariat.get(path).json()["identity"]["confirmed"] == 1
    earlier = secretariat.get(path, params={"as_of": before.isoformat()}).json()
    assert earlier["identity"]["confirmed"] == 0
    assert datetime.fromisoformat(earlier["as_of"]) == before


def test_who_has_not_confirmed_can_be_walked_through_by_pages_of_one_moment(
    secretariat: Caller, office: Office, runtime: Runtime, clock: FakeClock, to_all: int
) -> None:
    path, moment = f"/distributions/{to_all}/outstanding", clock.now.isoformat()
    pages = walk(secretariat, path, limit=2, as_of=moment)
    met = [person["code"] for person in next(pages)]
    clock.move(timedelta(minutes=5))
    stranger = make_actor(account_id=office.accounts["stranger"], person_id=office.people["stranger"])
    acknowledge(runtime, stranger, to_all, 1, Route.INBOX)
    met += [person["code"] for page in pages for person in page]
    assert met == ["A", "B", "C", "D", "E"]
    assert "E" not in [person["code"] for person in secretariat.get(path).json()["items"]]


def test_who_has_confirmed_is_told_with_both_moments_way_and_by_how_much_late(
    secretariat: Caller, office: Office, runtime: Runtime, clock: FakeClock
) -> None:
    due = clock.now + timedelta(hours=1)
    distribution = post_document(runtime, OPERATOR, make_posting(audience="unit:P1", due=due)).distribution_id
    list_recipients(runtime)
    acknowledge(runtime, make_actor(person_id=office.people["junior"]), distribution, 1, Route.KIOSK)
    clock.now = due + timedelta(minutes=5)
    acknowledge(runtime, make_actor(person_id=office.people["clerk"]), distribution, 1, Route.MAIL_LINK)
    path = f"/distributions/{distribution}/confirmations"
    late, punctual = secretariat.get(path).json()["items"]
    assert late == {
        "code": "B",
        "full_name": "Nguyễn Văn Bình",
        "position": "Trưởng phòng",
        "unit_name": "Phòng Một",
        "confirmed_at": clock.now.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "recorded_at": clock.now.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "route": "mail_link",
        "entered_by": "",
        "late_seconds": 300,
        "own_due_at": None,
        "own_due_because": "",
    }
    assert (punctual["code"], punctual["late_seconds"]) == ("C", None)
    assert secretariat.get(path, params={"late": True}).json()["items"] == [late]
    assert secretariat.get(path, params={"unit": "P1A"}).json()["items"] == [punctual]
    assert secretariat.get(path, params={"unit": "KHONG-CO"}).json()["code"] == "unknown-unit"
    report = secretariat.get(f"/distributions/{distribution}/report").json()
    assert (report["late"], {unit["unit_name"]: unit["late"] for unit in report["units"]}) == (
        1,
        {"Phòng Một": 1, "Tổ Một A": 0},
    )


def test_who_has_confirmed_can_be_walked_through_by_pages_of_one_moment(
    secretariat: Caller, office: Office, runtime: Runtime, clock: FakeClock, to_all: int
) -> None:
    for name in ("lead", "junior", "stranger"):
        acknowledge(runtime, make_actor(person_id=office.people[name]), to_all, 1, Route.INBOX)
    path, moment = f"/distributions/{to_all}/confirmations", clock.now.isoformat()
    clock.move(timedelta(minutes=5))
    acknowledge(runtime, make_actor(person_id=office.people["driver"]), to_all, 1, Route.INBOX)
    met = [person["code"] for page in walk(secretariat, path, as_of=moment) for person in page]
    assert met == ["A", "C", "E"]
    assert secretariat.get(path, params={"cursor": write_cursor(4711)}).json()["code"] == "bad-cursor"


def test_a_manager_is_told_who_of_the_own_units_has_confirmed(
    callers: dict[str, Caller], office: Office, runtime: Runtime, to_all: int
) -> None:
    for name in ("junior", "stranger"):
        acknowledge(runtime, make_actor(person_id=office.people[name]), to_all, 1, Route.INBOX)
    path = f"/distributions/{to_all}/confirmations"
    assert [person["code"] for person in callers["manager"].get(path).json()["items"]] == ["C"]
    assert callers["manager"].get(path, params={"unit": "P2"}).status_code == 422


def test_a_long_report_names_the_first_and_counts_the_others(
    secretariat: Caller, office: Office, runtime: Runtime
) -> None:
    with runtime.sessions.begin() as session:
        make_crowd(session, office.units["P2"], MOST_LINES)
    distribution = post_document(runtime, OPERATOR, make_posting(audience="unit:P2")).distribution_id
    list_recipients(runtime)
    report = secretariat.get(f"/distributions/{distribution}/report").json()
    assert (len(report["outstanding"]), report["unnamed"]) == (MOST_LINES, 1)
    assert report["identity"]["not_yet"] == MOST_LINES + 1


def test_the_csv_report_is_a_table_with_the_same_figures(secretariat: Caller, office: Office) -> None:
    answer = secretariat.get(f"/distributions/{office.to_room.distribution_id}/report.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment")
    head, total, *_ = answer.text.splitlines()
    assert dict(zip(head.split(","), total.split(","), strict=False))["Tổng số"] == "3"


def test_walking_the_distributions_meets_each_once_while_more_are_posted(
    secretariat: Caller, office: Office, runtime: Runtime
) -> None:
    for _ in range(5):
        post_document(runtime, OPERATOR, make_posting())
    standing = {line["id"] for line in secretariat.get("/distributions").json()["items"]}
    met: list[object] = []
    for page in walk(secretariat, "/distributions"):
        met += [line["id"] for line in page]
        post_document(runtime, OPERATOR, make_posting())
    assert met == sorted(standing, reverse=True)


def test_walking_a_list_while_it_is_drawn_meets_everybody_once(
    secretariat: Caller, office: Office, runtime: Runtime
) -> None:
    distribution = office.to_room.distribution_id
    pages = walk(secretariat, f"/distributions/{distribution}/recipients", limit=1)
    met = [line["person_code"] for line in next(pages)]
    with runtime.sessions.begin() as session:
        copied = [column for column in receipts.c if column.name != "distribution_id"]
        theirs = select(literal(distribution), *copied).where(
            receipts.c.distribution_id == office.to_other.distribution_id
        )
        session.execute(insert(receipts).from_select(["distribution_id", *(c.name for c in copied)], theirs))
    met += [str(line["person_code"]) for page in pages for line in page]
    assert met == ["B", "C", "D", "E"]


def test_a_cursor_from_elsewhere_is_refused(secretariat: Caller, office: Office) -> None:
    recipients = f"/distributions/{office.to_room.distribution_id}/recipients"
    for path in ("/distributions", recipients, "/people"):
        for cursor in ("x", "LTE", "MA", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "¼", "IjEi"):
            answer = secretariat.get(path, params={"cursor": cursor})
            assert answer.status_code in {404, 422}, (path, cursor)


def test_times_of_any_zone_are_answered_in_utc(secretariat: Caller, office: Office) -> None:
    head = secretariat.get(f"/distributions/{office.to_room.distribution_id}").json()
    assert datetime.fromisoformat(head["frozen_at"]).tzinfo == UTC
