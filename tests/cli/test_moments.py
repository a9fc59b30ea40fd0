"""Every moment that a command tells stands in the office's zone, whatever zone the database answers in."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, text, update

from service.actions.ask import ask
from service.actions.deliver import deliver_due
from service.actions.list_recipients import list_recipients
from service.actions.post_document import post_document
from service.actions.seal_evidence import seal_evidence
from service.anchors import AnchorFiles
from service.domain.anchors import Anchor
from service.domain.deadlines import WorkingDays
from service.domain.documents import Mode
from service.domain.evidence import Deed, entry
from service.domain.inquiries import Kind
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.store.circuits import open_circuit
from service.store.evidence import append, head
from service.store.tables import mail_circuits
from tests.cli.conftest import Eoffice
from tests.makers import make_account, make_actor, make_person, make_posting, make_unit

# Neither UTC nor the zone in which these tests' database answers.
TOKYO = ZoneInfo("Asia/Tokyo")
SETTINGS = {"TIME_ZONE": TOKYO.key}
SINCE = datetime(2018, 3, 9, 20, 30, 15, tzinfo=UTC)
SINCE_SHOWN = "05:30:15 10/03/2018"


@pytest.fixture
def an(runtime: Runtime) -> int:
    with runtime.sessions.begin() as session:
        person = make_person(session, make_unit(session), code="AN", given_name="An")
        make_account(session, person, username="an")
        return person


@pytest.fixture
def distribution(runtime: Runtime, an: int) -> int:
    posted = post_document(runtime, OPERATOR, make_posting(mode=Mode.ACKNOWLEDGE, due=WorkingDays(5)))
    list_recipients(runtime)
    deliver_due(runtime)
    ask(runtime, make_actor(person_id=an), posted.distribution_id, Kind.QUESTION, "Hạn nào?")
    return posted.distribution_id


def shown_in(said: str, pattern: str, form: str) -> datetime:
    found = re.search(pattern, said)
    assert found, said
    return datetime.strptime(found[1], form).replace(tzinfo=TOKYO)


def moments(value: object) -> Iterator[str]:
    """Every text in an object of JSON that is a moment."""
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from moments(part)
    elif isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:", value):
        yield value


def test_status_tells_since_when_and_how_lately(
    distribution: int, runtime: Runtime, database_url: str, eoffice: Eoffice
) -> None:
    with runtime.sessions.begin() as session:
        open_circuit(session, "127.0.0.1:1", "it is away", timedelta(minutes=1), timedelta(minutes=1))
        session.execute(update(mail_circuits).values(opened_at=SINCE))
    said = eoffice("status", DATABASE_URL=database_url, **SETTINGS).out
    assert f"is out since {SINCE_SHOWN}: it is away" in said
    accepted = shown_in(said, r"Last accepted: (.+)", "%H:%M:%S %d/%m/%Y")
    assert abs(datetime.now(TOKYO) - accepted) < timedelta(minutes=5)


@pytest.mark.parametrize("command", ["status", "report", "post", "directory", "calendar"])
def test_objects_for_programs_do_too(
    distribution: int, database_url: str, eoffice: Eoffice, tmp_path: Path, command: str
) -> None:
    paper, staff = tmp_path / "giay-moi.txt", tmp_path / "nguoi.csv"
    paper.write_text("Kính mời.", encoding="utf-8")
    staff.write_text("Mã,Họ đệm,Tên,Loại,Mã đơn vị,Từ ngày\nAN,Lê,An,Viên chức,P1,05/03/2018\n", encoding="utf-8")
    asked = {
        "status": ("status",),
        "report": ("report", distribution),
        "post": ("post", paper, "--title", "Giấy mời", "--to", "all", "--must-confirm", "--due", "5d"),
        "directory": ("directory", "import", staff, "--dry-run"),
        "calendar": ("calendar", "show", 2026),
    }[command]
    told = list(moments(json.loads(eoffice(*asked, "--json", DATABASE_URL=database_url, **SETTINGS).out)))
    assert [moment for moment in told if not moment.endswith("+09:00")] == []
    assert bool(told) is (command in {"status", "report", "post"})


def test_the_report_and_the_deadline_of_what_was_posted(
    distribution: int, database_url: str, eoffice: Eoffice, tmp_path: Path
) -> None:
    said = eoffice("report", distribution, DATABASE_URL=database_url, **SETTINGS).out
    as_of = shown_in(said, r"số liệu lúc (.+)", "%H:%M:%S %d/%m/%Y")
    assert abs(datetime.now(TOKYO) - as_of) < timedelta(minutes=5)
    paper = tmp_path / "giay-moi.txt"
    paper.write_text("Kính mời.", encoding="utf-8")
    post = ("post", paper, "--title", "Giấy mời", "--to", "all", "--must-confirm", "--due", "31/12/2030 16:30")
    assert "to be confirmed by 16:30 31/12/2030" in eoffice(*post, DATABASE_URL=database_url, **SETTINGS).out


def test_a_slip_tells_until_when_it_opens_the_account(
    an: int, runtime: Runtime, database_url: str, eoffice: Eoffice
) -> None:
    said = eoffice("user", "slip", "AN", DATABASE_URL=database_url, **SETTINGS).out
    until = shown_in(said, r"until (.+)", "%H:%M %d/%m/%Y")
    assert abs(datetime.now(TOKYO) + runtime.policy.link_lifetime - until) < timedelta(minutes=5)


def test_verify_tells_of_which_moment_an_anchor_is(
    runtime: Runtime, database_url: str, superuser: Engine, eoffice: Eoffice, tmp_path: Path
) -> None:
    with runtime.sessions.begin() as session:
        append(session, *(entry(Deed.OPENED, OPERATOR, runtime.clock(), person=number) for number in range(3)))
    seal_evidence(runtime)
    with runtime.sessions() as session:
        found = head(session)
    assert found
    AnchorFiles(tmp_path, "may-1").keep(Anchor(found, SINCE))
    with superuser.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("DELETE FROM evidence WHERE position > 1"))
    asked = {"DATABASE_URL": database_url, "DATA_DIR": tmp_path, **SETTINGS}
    assert f"missing, for the anchor of {SINCE_SHOWN} saw 3 entries" in eoffice("verify", **asked).err
    assert json.loads(eoffice("verify", "--json", **asked).out)["anchor_at"] == "2018-03-10T05:30:15+09:00"
