import hashlib
import unicodedata
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.deadlines import WorkingDays
from service.domain.documents import (
    DOCUMENT_TYPES,
    DocumentGroup,
    FileMeta,
    Mode,
    NewFile,
    Posting,
    Signer,
    SigningAuthority,
    Urgency,
    as_kept,
    check_posting,
    document_type,
    parse_urgency,
    secrecy_mark,
)
from service.domain.errors import (
    BadNumber,
    DueWithoutConfirming,
    EmptyFileName,
    FileTooLarge,
    MissingTitle,
    SecrecyMark,
    UnknownDocumentType,
    UnknownUrgency,
)

LIMIT = 1000
NUMBERS_AS_ISSUED = [
    "399/KH-UBND",
    "30c/NQ-CP",
    "51/2016/QĐ-UBND",
    "581/BNV-CCHC",
    "425/VTLTNN - NVTW",
    "2231/SNV-CCHC&PC",
    "21389/NHNo-KHCL",
    "01/NHNo.ĐT-QLRR",
]
PLAN = Posting(title="Tuyên truyền cải cách hành chính năm 2018", type_code="KH", audience="all")


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def test_the_29_types_of_the_decree_come_first_then_laws_then_internal_papers() -> None:
    groups = [kind.group for kind in DOCUMENT_TYPES]
    assert Counter(groups)[DocumentGroup.ADMINISTRATIVE] == 29
    assert groups == sorted(groups, key=list(DocumentGroup).index)
    assert set(groups) == set(DocumentGroup)


def test_only_letters_among_the_29_types_have_no_abbreviation() -> None:
    without = [kind.name for kind in DOCUMENT_TYPES[:29] if not kind.abbreviation]
    assert without == ["Công văn", "Thư công"]


def test_no_two_types_share_a_code_or_a_name() -> None:
    assert len({kind.code.lower() for kind in DOCUMENT_TYPES}) == len(DOCUMENT_TYPES)
    assert len({kind.name for kind in DOCUMENT_TYPES}) == len(DOCUMENT_TYPES)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("KH", "Kế hoạch"),
        (" kh ", "Kế hoạch"),
        ("HD", "Hướng dẫn"),
        ("HĐ", "Hợp đồng"),
        ("QÐ", "Quyết định"),
        ("ctr", "Chương trình"),
        ("CV", "Công văn"),
        ("TCg", "Thư công"),
        ("TC", "Thông cáo"),
        ("NĐ", "Nghị định"),
        ("TLNB", "Tài liệu nội bộ"),
    ],
)
def test_a_type_is_found_by_its_code(code: str, name: str) -> None:
    assert document_type(code).name == name


@pytest.mark.parametrize(
    ("old", "present"), [("GN", "BGN"), ("TTh", "BTT"), ("UQ", "GUQ"), ("GT", "GGT"), ("NP", "GNP")]
)
def test_abbreviations_from_before_2020_are_taken(old: str, present: str) -> None:
    assert document_type(old).code == present


@pytest.mark.parametrize("code", ["", "XYZ", "Q D", "QD"])
def test_an_unknown_type_is_refused_by_name(code: str) -> None:
    with pytest.raises(UnknownDocumentType) as refusal:
        document_type(code)
    assert repr(code) in str(refusal.value)


def test_urgencies_stand_in_order_of_severity() -> None:
    assert [urgency.label for urgency in sorted(Urgency)] == ["Thường", "Khẩn", "Thượng khẩn", "Hỏa tốc"]


def test_each_urgency_is_read_from_its_word() -> None:
    assert [parse_urgency(word) for word in ("thuong", "khan", "Thuong-Khan", " hoa-toc ")] == list(Urgency)
    assert [parse_urgency(urgency.word) for urgency in Urgency] == list(Urgency)


@pytest.mark.parametrize("word", ["", "gap", "1", "hỏa tốc"])
def test_an_unknown_urgency_is_refused(word: str) -> None:
    with pytest.raises(UnknownUrgency):
        parse_urgency(word)


def test_modes_say_what_is_asked_of_the_reader() -> None:
    assert {mode.value: mode.label for mode in Mode} == {"inform": "Để biết", "acknowledge": "Phải xác nhận"}


def test_a_file_is_known_by_the_hash_of_its_content() -> None:
    content = "Kế hoạch".encode()
    expected = FileMeta("ke-hoach.txt", "text/plain", len(content), hashlib.sha256(content).hexdigest())
    assert NewFile("ke-hoach.txt", "text/plain", content).meta == expected


@pytest.mark.parametrize("mark", ["MẬT", "TỐI MẬT", "TUYỆT MẬT"])
@pytest.mark.parametrize(
    "line",
    [
        "{}",
        "  {}\t",
        "**{}**",
        "[{}]",
        "( {} )",
        "# {}",
        "-- {} --",
        "\u00a0{}\u200b",
        "| {} |",
        "__{}__",
        "«{}».",
        "> **{}**",
    ],
)
def test_a_secrecy_mark_on_a_line_of_its_own_is_found(mark: str, line: str) -> None:
    text = "UBND TỈNH TÂY NINH\r\n" + line.format(mark) + "\r\nKẾ HOẠCH"
    assert secrecy_mark(text) == mark
    assert secrecy_mark(decomposed(text)) == mark


def test_a_mark_typed_with_spaces_between_its_letters_is_found() -> None:
    assert secrecy_mark("T Ố I   M Ậ T") == "TỐI MẬT"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Công tác bảo mật thông tin",
        "bảo mật",
        "Mật",
        "mật",
        "BẢO MẬT",
        "MẬT ONG",
        "Văn bản có dấu MẬT phải gửi riêng.",
        "MẶT",
        "TỐI",
        "KẾ HOẠCH\nBảo vệ bí mật nhà nước",
    ],
)
def test_secrecy_in_prose_passes(text: str) -> None:
    assert secrecy_mark(text) is None
    assert secrecy_mark(decomposed(text)) is None


@given(st.text())
def test_any_text_can_be_searched_for_a_mark(text: str) -> None:
    assert secrecy_mark(text) in {None, "MẬT", "TỐI MẬT", "TUYỆT MẬT"}


@given(st.text(alphabet="abcđê \n"), st.text(alphabet="abcđê \n"))
def test_a_mark_is_found_wherever_its_line_stands(before: str, after: str) -> None:
    assert secrecy_mark(f"{before}\nTUYỆT MẬT\n{after}") == "TUYỆT MẬT"


def test_a_plain_posting_passes() -> None:
    check_posting(PLAN, LIMIT)


def test_a_deadline_goes_with_a_confirmation() -> None:
    check_posting(replace(PLAN, mode=Mode.ACKNOWLEDGE, due=WorkingDays(5)), LIMIT)
    with pytest.raises(DueWithoutConfirming):
        check_posting(replace(PLAN, mode=Mode.INFORM, due=WorkingDays(5)), LIMIT)


@pytest.mark.parametrize("title", ["", "  \n\t", "\u200b\ufeff", "\x00"])
def test_a_posting_without_a_title_is_refused(title: str) -> None:
    with pytest.raises(MissingTitle):
        check_posting(replace(PLAN, title=title), LIMIT)


def test_a_posting_of_an_unknown_type_is_refused() -> None:
    with pytest.raises(UnknownDocumentType):
        check_posting(replace(PLAN, type_code="XYZ"), LIMIT)


@pytest.mark.parametrize(
    "marked",
    [
        replace(PLAN, title="**TỐI MẬT**"),
        replace(PLAN, number="[TỐI MẬT]"),
        replace(PLAN, body="UBND TỈNH\nTỐI MẬT\nKẾ HOẠCH"),
    ],
)
def test_a_posting_that_bears_a_secrecy_mark_is_refused_with_the_mark(marked: Posting) -> None:
    with pytest.raises(SecrecyMark) as refusal:
        check_posting(marked, LIMIT)
    assert refusal.value.facts == {"mark": "TỐI MẬT"}


def test_a_mark_above_the_title_is_refused() -> None:
    with pytest.raises(SecrecyMark):
        check_posting(replace(PLAN, title="MẬT\nKế hoạch"), LIMIT)


@pytest.mark.parametrize("number", NUMBERS_AS_ISSUED)
def test_numbers_are_kept_to_the_letter(number: str) -> None:
    posting = replace(PLAN, number=f" {decomposed(number)}\n")
    check_posting(posting, LIMIT)
    assert as_kept(posting).number == number


@pytest.mark.parametrize("number", ["12/KH\nSKHCN", "12\t/KH", "12/KH\x00-SKHCN", "12/\u202eKH"])
def test_a_number_with_control_characters_is_refused(number: str) -> None:
    with pytest.raises(BadNumber):
        check_posting(replace(PLAN, number=number), LIMIT)


def test_a_file_at_the_limit_passes_and_one_byte_more_is_refused_by_name() -> None:
    at_limit = NewFile("vừa.pdf", "application/pdf", b"x" * LIMIT)
    check_posting(replace(PLAN, files=(at_limit,)), LIMIT)
    over = NewFile("quá\nlớn.pdf", "application/pdf", b"x" * (LIMIT + 1))
    with pytest.raises(FileTooLarge) as refusal:
        check_posting(replace(PLAN, files=(at_limit, over)), LIMIT)
    assert refusal.value.facts == {"name": "quá lớn.pdf", "limit": LIMIT}


@pytest.mark.parametrize("name", ["", "  ", "\r\n", "\u200b"])
def test_a_file_without_a_name_is_refused(name: str) -> None:
    with pytest.raises(EmptyFileName):
        check_posting(replace(PLAN, files=(NewFile(name, "text/plain", b""),)), LIMIT)


def test_the_body_is_kept_to_the_letter() -> None:
    body = "\r\n  các nhiệm CCHC, " + decomposed("công thông tin") + "\t\n\n"
    assert as_kept(replace(PLAN, body=body)).body == body


def test_titles_and_names_are_kept_as_one_composed_line() -> None:
    kept = as_kept(
        replace(
            PLAN,
            title=" Tuyên truyền\ncải cách ",
            type_code="np",
            issuing_body=decomposed("Sở Khoa học"),
            signer=Signer(SigningAuthority.DEPUTY, " PHÓ GIÁM ĐỐC", "Lê Văn\tSuối\n"),
            files=(NewFile(decomposed("kế hoạch.txt"), "text/plain", b"\r\n"),),
        )
    )
    assert kept.title == "Tuyên truyền cải cách"
    assert kept.type_code == "GNP"
    assert kept.issuing_body == "Sở Khoa học"
    assert kept.signer == Signer(SigningAuthority.DEPUTY, "PHÓ GIÁM ĐỐC", "Lê Văn Suối")
    assert kept.files == (NewFile("kế hoạch.txt", "text/plain", b"\r\n"),)


def test_what_a_document_does_not_say_stays_unsaid() -> None:
    kept = as_kept(PLAN)
    assert (kept.number, kept.issued_on, kept.issuing_body, kept.signer) == ("", None, "", Signer())


def test_keeping_a_kept_posting_changes_nothing() -> None:
    kept = as_kept(replace(PLAN, number=" 12/KH ", issued_on=date(2018, 3, 2)))
    assert as_kept(kept) == kept
