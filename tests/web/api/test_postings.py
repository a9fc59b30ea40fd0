import pytest
from sqlalchemy import func, select

from service.runtime import Runtime
from service.store.tables import distributions
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
