from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.corrections import (
    Correction,
    Kind,
    Replacement,
    Standing,
    check_replacement,
    errata,
    kept_note,
)
from service.domain.documents import Mode, NewFile
from service.domain.errors import (
    BadNumber,
    CorrectedMeanwhile,
    DocumentRecalled,
    DueNeeded,
    FileTooLarge,
    MissingNote,
    NothingChanged,
    NothingToConfirm,
    Refused,
    SecrecyMark,
    TooLong,
    UnstorableText,
)
from service.domain.texts import BODY, NOTE

NOW = datetime(2018, 3, 5, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
SCAN = NewFile("a.pdf", "application/pdf", b"%PDF")
STANDING = Standing(1, Mode.ACKNOWLEDGE, NOW + HOUR, None, "Một.\nHai.", (("a.pdf", SCAN.meta.sha256),))
BETTER = Replacement(replaces=1, note="Sai ngày.", body="Một.\nBa.")


def check(replacement: Replacement, standing: Standing = STANDING) -> None:
    check_replacement(replacement, standing, NOW, max_file_bytes=10)


@pytest.mark.parametrize(
    "replacement",
    [
        BETTER,
        replace(BETTER, number="13/KH-SKHCN", due=NOW + HOUR),
        replace(BETTER, body=STANDING.body, files=()),
        replace(BETTER, body=STANDING.body, files=(replace(SCAN, content=b"%PDF2"),)),
        replace(BETTER, body=STANDING.body, files=(replace(SCAN, name="b.pdf"),)),
    ],
)
def test_another_text_or_other_files_may_replace_a_document(replacement: Replacement) -> None:
    check(replacement)


@pytest.mark.parametrize(
    ("replacement", "refusal"),
    [
        (replace(BETTER, replaces=2), CorrectedMeanwhile),
        (replace(BETTER, body=STANDING.body), NothingChanged),
        (replace(BETTER, body="Một.\r\nHai."), NothingChanged),
        (replace(BETTER, body=STANDING.body, files=(SCAN,)), NothingChanged),
        (replace(BETTER, body="Một.\n**MẬT**"), SecrecyMark),
        (replace(BETTER, files=(NewFile("a.txt", "text/plain", "MẬT".encode()),)), SecrecyMark),
        (replace(BETTER, body="Một.\0"), UnstorableText),
        (replace(BETTER, body="a" * (BODY.longest + 1)), TooLong),
        (replace(BETTER, number="12\x07/KH"), BadNumber),
        (replace(BETTER, files=(replace(SCAN, content=bytes(11)),)), FileTooLarge),
    ],
)
def test_a_replacement_keeps_the_rules_of_a_posting(replacement: Replacement, refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        check(replacement)


def test_a_recalled_document_is_not_replaced() -> None:
    with pytest.raises(DocumentRecalled):
        check(BETTER, replace(STANDING, recalled_at=NOW))


def test_a_deadline_that_has_passed_must_be_set_anew_where_confirming_is_asked() -> None:
    late = replace(STANDING, due_at=NOW)
    with pytest.raises(DueNeeded):
        check(BETTER, late)
    check(replace(BETTER, due=NOW + HOUR), late)
    check(BETTER, replace(late, mode=Mode.INFORM))
    check(BETTER, replace(STANDING, due_at=None))


def test_where_no_confirming_is_asked_there_is_no_deadline() -> None:
    with pytest.raises(NothingToConfirm):
        check(replace(BETTER, due=NOW + HOUR), replace(STANDING, mode=Mode.INFORM))


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("", MissingNote),
        (" \n\u200b. ", MissingNote),
        ("a" * (NOTE.longest + 1), TooLong),
        ("a\0", UnstorableText),
        ("\ud800", UnstorableText),
        ("Sửa lại\nTỐI MẬT\n", SecrecyMark),
    ],
)
def test_a_note_says_something_that_can_be_kept(typed: str, refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        kept_note(typed)


def test_a_note_is_kept_as_composed_lines_without_controls() -> None:
    typed = "\r\nSu\u031b\u0309a\tnga\u0300y\x07 \r\n\r\n05/3 \u202etha\u0300nh 06/3\n"
    assert kept_note(typed) == "Sửa ngày\n\n05/3 thành 06/3"
    assert kept_note("a" * NOTE.longest) == "a" * NOTE.longest


def test_an_erratum_belongs_to_the_revision_that_was_in_force() -> None:
    made = [
        Correction(Kind.ERRATUM, 1, "một", NOW),
        Correction(Kind.REPLACEMENT, 2, "thay", NOW),
        Correction(Kind.ERRATUM, 2, "hai", NOW),
        Correction(Kind.RECALL, 1, "thu hồi", NOW),
    ]
    assert [(one.revision, one.number, one.note) for one in errata(made)] == [(1, 1, "một"), (2, 2, "hai")]
