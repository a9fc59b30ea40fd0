from datetime import datetime

import pytest
from sqlalchemy import func, select

from service.runtime import Runtime
from service.store.tables import distributions
from tests.fakes import OFFICE_ZONE, FakeClock
from tests.web.api.conftest import Caller

FORM = {
    "title": "Tuyên truyền cải cách hành chính",
    "type": "KH",
    "number": "12/KH-SKHCN",
    "to": "unit:P1",
    "mode": "acknowledge",
    "due": "5d",
    "urgency": "khan",
    "signer_authority": "KT.",
    "signer_position": "Phó Giám đốc",
    "issued_on": "2018-03-01",
    "body": "Nội dung\n",
}


def posted(runtime: Runtime) -> int:
    with runtime.sessions() as session:
        count: int = session.execute(select(func.count()).select_from(distributions)).scalar_one()
        return count


def test_a_posting_is_answered_at_once_with_where_to_look(secretariat: Caller) -> None:
    answer = secretariat.post("/documents", data=FORM, files=[("files", ("a.pdf", b"%PDF", "application/pdf"))])
    assert answer.status_code == 202
    body = answer.json()
    links = body["links"]
    assert links["report"] == f"/api/v1/distributions/{body['distribution_id']}/report"
    head = secretariat.client.get(links["distribution"], headers={"Authorization": f"Bearer {secretariat.token}"})
    assert head.json()["listing_done"] is False
    document = secretariat.get(f"/documents/{body['document_id']}").json()
    assert document["body"] == FORM["body"]
    assert (document["type_name"], document["urgency"], document["signer_authority"]) == ("Kế hoạch", "khan", "KT.")
    assert [file["name"] for file in document["files"]] == ["a.pdf"]
    assert document["distributions"] == [body["distribution_id"]]


def test_the_same_key_posts_once_and_answers_alike(secretariat: Caller, runtime: Runtime) -> None:
    before = posted(runtime)
    file = ("files", ("a.pdf", b"%PDF", "application/pdf"))
    answers = [
        secretariat.post("/documents", data=FORM, files=[file], headers={"Idempotency-Key": "k1"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert posted(runtime) == before + 1


@pytest.mark.parametrize("change", [{"title": "Văn bản khác"}, {"to": "all"}, {"body": "khác"}])
def test_a_key_with_another_posting_is_a_conflict(
    secretariat: Caller, runtime: Runtime, change: dict[str, str]
) -> None:
    secretariat.post("/documents", data=FORM, files={"files": b"x"}, headers={"Idempotency-Key": "k1"})
    before = posted(runtime)
    again = secretariat.post("/documents", data=FORM | change, files={"files": b"x"}, headers={"Idempotency-Key": "k1"})
    assert again.status_code == 409
    assert again.json()["code"] == "idempotency-key-reused"
    assert posted(runtime) == before


def test_the_answer_tells_when_confirming_ends_and_what_was_passed_over(secretariat: Caller, clock: FakeClock) -> None:
    clock.now = datetime(2026, 11, 20, 9, tzinfo=OFFICE_ZONE)
    skipped = {"day": "2026-11-24", "is_working": False, "note": "Ngày Văn hóa Việt Nam"}
    answer = secretariat.post("/documents", data=FORM, files={"files": b"x"}).json()
    assert answer["due"] == {"at": "2026-11-30T10:00:00Z", "days": 5, "exceptions": [skipped], "day_off": ""}
    assert secretariat.post("/documents", data=FORM | {"due": ""}, files={"files": b"x"}).json()["due"] is None


@pytest.mark.parametrize(
    ("due", "code"),
    [("2026-11-22 09:00", "due-before-sending"), ("2206-11-22", "due-too-far"), ("2026-11-19T09:00", "due-in-past")],
)
def test_a_deadline_that_cannot_be_kept_is_refused(
    secretariat: Caller, clock: FakeClock, runtime: Runtime, due: str, code: str
) -> None:
    clock.now, before = datetime(2026, 11, 20, 9, tzinfo=OFFICE_ZONE), posted(runtime)
    form = FORM | {"due": due, "send_at": "2026-11-23T08:00"}
    assert secretariat.post("/documents", data=form, files={"files": b"x"}).json()["code"] == code
    assert posted(runtime) == before
