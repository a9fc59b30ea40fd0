"""The schema names the limits of the fields' own page, and a longer text gets one clear sentence."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from service.domain import texts
from service.domain.texts import Field
from tests.web.api.conftest import PREFIX, Caller, Office

ABSENCE = {"first_day": "2018-03-01", "last_day": "2018-03-02", "reason": "nghỉ phép"}
ROOT = {"username": "root", "display_name": "Quản trị viên mẫu", "password": "mot mat khau dai"}
FORM = {"title": "Văn bản thử", "type": "CV", "to": "person:C"}

FIELDS: dict[tuple[str, str], Field] = {
    ("/documents", "title"): texts.TITLE,
    ("/documents", "to"): texts.AUDIENCE,
    ("/documents", "number"): texts.NUMBER,
    ("/documents", "issuing_body"): texts.ISSUING_BODY,
    ("/documents", "signer_position"): texts.SIGNER_POSITION,
    ("/documents", "signer_name"): texts.SIGNER_NAME,
    ("/documents", "message"): texts.MESSAGE,
    ("/documents", "body"): texts.BODY,
    ("/distributions/{distribution_id}/recipients/{person_code}/exemption", "reason"): texts.REASON,
    ("/people/{person_code}/absences", "reason"): texts.REASON,
    ("/accounts/administrators", "username"): texts.USER_NAME,
    ("/accounts/administrators", "display_name"): texts.DISPLAY_NAME,
    ("/tokens", "label"): texts.LABEL,
    ("/inbox/{distribution_id}/inquiries", "words"): texts.QUESTION,
    ("/inquiries/{inquiry_id}/answer", "answer"): texts.ANSWER,
    ("/distributions/{distribution_id}/recipients/{person_code}/entered-for", "note"): texts.REASON,
    ("/distributions/{distribution_id}/recipients", "reason"): texts.REASON,
    ("/calendar/{day}", "note"): texts.DAY_NOTE,
}
# Not kept as they are typed: what is read out of them has fields of its own.
READ = {("/documents", "questions"), ("/sheets/{code}/signatures", "day")}


def sent_texts(app: FastAPI) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, name and schema of each free text that a request body may hold."""
    described = app.openapi()
    for path, methods in described["paths"].items():
        for operation in methods.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                schema = content["schema"]
                if "$ref" in schema:
                    schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
                for name, field in schema["properties"].items():
                    if field.get("type") == "string" and not field.keys() & {"format", "enum"}:
                        yield path.removeprefix(PREFIX), name, field


def test_the_schema_says_how_long_each_text_may_be(app: FastAPI) -> None:
    told = {(path, name): field.get("maxLength") for path, name, field in sent_texts(app)}
    assert {place: told[place] for place in FIELDS} == {place: field.longest for place, field in FIELDS.items()}
    assert {place for place, longest in told.items() if longest is None} == READ


@pytest.mark.parametrize(
    ("who", "path", "body", "name", "field"),
    [
        ("secretariat", "/people/C/absences", ABSENCE, "reason", texts.REASON),
        ("administrator", "/accounts/administrators", ROOT, "display_name", texts.DISPLAY_NAME),
        ("administrator", "/tokens", {"username": "spare"}, "label", texts.LABEL),
    ],
)
def test_a_longer_text_is_refused_in_one_sentence(
    callers: dict[str, Caller], who: str, path: str, body: dict[str, str], name: str, field: Field
) -> None:
    answer = callers[who].post(path, json=body | {name: "x" * (field.longest + 1)})
    assert (answer.status_code, answer.json()["code"]) == (422, "too-long")
    assert answer.json()["detail"] == f"The {field} is longer than {field.longest} characters."


@pytest.mark.usefixtures("office")
def test_a_longer_part_of_a_posting_is_refused_in_one_sentence(secretariat: Caller) -> None:
    for name, sentence in (
        ("message", "The message beside the document is longer than 5000 characters."),
        ("to", "The audience is longer than 20000 characters."),
    ):
        form = {part: (None, text) for part, text in {**FORM, name: "x" * 20_001}.items()}
        answer = secretariat.post("/documents", files=form)
        assert (answer.status_code, answer.json()["detail"]) == (422, sentence)


def test_an_audience_of_too_many_terms_is_refused_in_one_sentence(secretariat: Caller, office: Office) -> None:
    many = ",".join(f"person:{number}" for number in range(501))
    answer = secretariat.get("/audience", params={"to": many})
    assert (answer.status_code, answer.json()["code"]) == (422, "too-many-audience-terms")
    assert "501 terms and may have 500" in answer.json()["detail"]
    same = ",".join(["person:C"] * 501)
    assert secretariat.get("/audience", params={"to": same}).json()["listed"] == 1
