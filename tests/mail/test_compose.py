import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from html import unescape

import pytest
from hypothesis import example, given, settings

from service.domain.anchors import Anchor, Head, parse_anchor, written
from service.domain.documents import Mode, Urgency
from service.domain.errors import BadSetting
from service.domain.inquiries import Kind
from service.domain.letters import AnchorFacts, DigestFacts, DigestLine, Edition, Facts, ReminderFacts
from service.domain.vietnamese import strip_controls
from service.mail.addresses import BounceAddress
from service.mail.compose import Composer
from service.rendering import template_directory
from tests.mail.letters import (
    ACCOUNT,
    ANSWER,
    AT,
    FACTS,
    PASSWORD,
    RECEIPT,
    SECRET,
    body_of,
    make_composer,
    make_edition,
    make_file,
    make_letter,
    parsed,
)
from tests.mail.test_headers import decoded, texts

HEADERS = sorted(
    [
        "Auto-Submitted",
        "Content-Language",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
        "X-Auto-Response-Suppress",
    ]
)
COMPOSER = make_composer()
# A document's own text comes from the database, which keeps no lone surrogate.
kept_texts = texts.map(lambda text: text.encode("utf-8", "ignore").decode())


def visible(html: str) -> str:
    """What a reader sees of an HTML part, white space collapsed."""
    bare = re.sub(r"<head>.*</head>|<!--.*?-->|<[^>]*>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(bare).split())


def collapsed(text: str) -> str:
    return " ".join(text.split())


def test_the_headers_are_these_and_no_others() -> None:
    message = parsed(COMPOSER.compose(make_letter(), AT).message)
    assert sorted(message.keys()) == HEADERS
    assert message["From"] == "Văn thư Sở <vanthu@skhcn.example>"
    assert message["To"] == "Trần Thị Mây Trắng <nv00007@skhcn.example>"
    assert message["Date"].datetime == AT
    assert message["Message-ID"] == "<7.abc@skhcn.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Content-Language"] == "vi"


@settings(deadline=None)
@given(name=texts, unit=texts, title=kept_texts, number=kept_texts)
@example(name=".", unit="<script>alert(1)</script>", title="=?utf-8?q?=0d=0aBcc:_x@y?=", number="{{ 7 * 7 }}")
@example(name="holename", unit="</p>&amp;", title="--=_a\r\n\r\nBcc: x@y.example", number='"><img src=x>')
def test_no_value_leaves_its_place(name: str, unit: str, title: str, number: str) -> None:
    letter = make_letter(recipient_name=name, unit_name=unit, edition=make_edition(title=title, number=number))
    octets = COMPOSER.compose(letter, AT).message
    message = parsed(octets)

    assert octets.isascii()
    assert octets.endswith(b"\r\n")
    lines = octets.split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line or line.startswith(b".") or len(line) > 998 for line in lines)

    assert sorted(message.keys()) == HEADERS
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert octets.count(b"nv00007@skhcn.example") == 1

    html = body_of(message, "html")
    assert "<script" not in html
    assert "<img" not in html
    bearer = f"{strip_controls(name)}{f', {strip_controls(unit)}' if strip_controls(unit) else ''}"
    assert collapsed(f"Kính gửi: Ông/Bà {bearer}") in collapsed(body_of(message, "plain"))


@settings(deadline=None)
@given(title=kept_texts)
def test_a_subject_reads_back_as_the_title_was(title: str) -> None:
    edition = make_edition(title=title, number="", mode=Mode.INFORM)
    message = message_from_bytes(COMPOSER.compose(make_letter(edition=edition), AT).message)
    assert decoded(message, "Subject") == strip_controls(f"[CCHC] {title}")


@pytest.mark.parametrize(
    ("changes", "subject"),
    [
        ({}, "[CCHC] 12/KH-SKHCN – Kế hoạch mẫu (xác nhận trước 17:00 ngày 12/03/2018)"),
        ({"urgency": Urgency.FLASH, "mode": Mode.INFORM}, "[CCHC] Hỏa tốc 12/KH-SKHCN – Kế hoạch mẫu"),
        ({"number": "", "due_at": None}, "[CCHC] Kế hoạch mẫu"),
        ({"number": "", "urgency": Urgency.URGENT, "due_at": None}, "[CCHC] Khẩn – Kế hoạch mẫu"),
    ],
)
def test_a_subject_says_urgency_number_title_and_deadline_as_far_as_there_are_any(
    changes: dict[str, object], subject: str
) -> None:
    facts = replace(FACTS, title="Kế hoạch mẫu", **changes)  # type: ignore[arg-type]  # the dataclass checks the names
    edition = make_edition(facts=facts)
    assert parsed(COMPOSER.compose(make_letter(edition=edition), AT).message)["Subject"] == subject


def test_text_and_html_say_the_same() -> None:
    edition = make_edition(
        files=(make_file("Kế hoạch 12.pdf", b"x" * 188_000),),
        urgency=Urgency.URGENT,
        signer="KT. GIÁM ĐỐC Phạm Văn Mẫu",
        message="Đề nghị đọc mục II & III.\nTrước buổi giao ban.",
        body="Căn cứ <Kế hoạch> & quy định.\n\nI. MỤC ĐÍCH\nNâng cao nhận thức.",
    )
    message = parsed(COMPOSER.compose(make_letter(edition=edition), AT).message)
    text, html = collapsed(body_of(message, "plain")), visible(body_of(message, "html"))
    facts = [
        "Kính gửi: Ông/Bà Trần Thị Mây Trắng, Phòng Quản lý Khoa học",
        "17:00 thứ Hai, 12/03/2018",
        "Kế hoạch: Tuyên truyền cải cách hành chính năm 2018",
        "Số, ký hiệu: 12/KH-SKHCN",
        "Ngày văn bản: 02/03/2018",
        "Cơ quan ban hành: Sở Khoa học và Công nghệ",
        "Người ký: KT. GIÁM ĐỐC Phạm Văn Mẫu",
        "Mức độ khẩn: Khẩn",
        "Tệp đính kèm: Kế hoạch 12.pdf (184 KB)",
        "https://vanban.skhcn.example/v/7",
        "Mở thư hoặc mở liên kết không tính là xác nhận.",
        "“Tôi đã đọc và nắm nội dung”",
        "Lời nhắn kèm theo: Đề nghị đọc mục II & III. Trước buổi giao ban.",
        "Căn cứ <Kế hoạch> & quy định. I. MỤC ĐÍCH Nâng cao nhận thức.",
        "trả lời câu hỏi kiểm tra nếu có. Thư này không có ảnh hay mã theo dõi.",
        "Vì sao Ông/Bà nhận thư này: Ông/Bà có tên trong danh sách người nhận của văn bản.",
    ]
    for fact in facts:
        assert fact.casefold() in text.casefold()
        assert fact.casefold() in html.casefold()


def test_what_is_not_known_is_not_mentioned() -> None:
    edition = make_edition(
        number="", issued_on=None, issuing_body="", signer="", type_name="", body=" ", due_at=None, mode=Mode.INFORM
    )
    message = parsed(COMPOSER.compose(make_letter(unit_name="", edition=edition), AT).message)
    for seen in (body_of(message, "plain"), visible(body_of(message, "html"))):
        assert re.search(r"Kính gửi: Ông/Bà Trần Thị Mây Trắng\s", seen)
        assert "để biết" in seen
        for absent in ("Số, ký", "Ngày văn bản", "Cơ quan", "Người ký", "Mức độ", "Tệp", "Lời nhắn", "TRƯỚC", "None"):
            assert absent not in seen
        assert "toàn văn" not in seen.lower()


@pytest.mark.parametrize("template", ["activation", "reset"])
def test_an_account_letter_says_who_signs_in_where_and_until_when(template: str) -> None:
    letter = make_letter(path="/k/one-time", edition=make_edition(template, ACCOUNT))
    message = parsed(COMPOSER.compose(letter, AT).message)
    assert str(message["Subject"]).startswith("[CCHC] ")
    for seen in (collapsed(body_of(message, "plain")), visible(body_of(message, "html"))):
        assert "Tên đăng nhập: nv00001" in seen
        assert "Có hiệu lực đến: 17:00 thứ Hai, 12/03/2018" in seen
        assert "https://vanban.skhcn.example/k/one-time" in seen
        assert "một lần" in seen


def test_a_letter_about_a_set_password_says_when_and_whom_to_ask_and_opens_nothing() -> None:
    letter = make_letter(path="/sign-in", edition=make_edition("password_set", PASSWORD))
    message = parsed(COMPOSER.compose(letter, AT).message)
    assert str(message["Subject"]).startswith("[CCHC] ")
    for seen in (collapsed(body_of(message, "plain")), visible(body_of(message, "html"))):
        assert "Sở Khoa học và Công nghệ đã đặt mật khẩu mới" in seen
        assert "Tên đăng nhập: nv00001" in seen
        assert "Đặt lúc: 17:00 thứ Hai, 12/03/2018" in seen
        assert "Nếu Ông/Bà không đề nghị việc này: báo ngay cho quản trị hoặc văn thư" in seen
        assert "trả lời thư này" in seen
    for part in ("plain", "html"):
        assert "vanban.skhcn.example" not in body_of(message, part)
        assert "href" not in body_of(message, part)


def test_a_receipt_says_what_was_confirmed_when_how_and_with_which_digests() -> None:
    message = parsed(COMPOSER.compose(make_letter(edition=make_edition("receipt", RECEIPT)), AT).message)
    assert str(message["Subject"]) == "[CCHC] Biên nhận xác nhận đã đọc 12/KH-SKHCN"
    for seen in (collapsed(body_of(message, "plain")), visible(body_of(message, "html"))):
        for told in (
            "Kính gửi: Ông/Bà Trần Thị Mây Trắng",
            "Kế hoạch: Tuyên truyền cải cách hành chính năm 2018",
            "Số, ký hiệu: 12/KH-SKHCN",
            "Bản: 2, phát hành ngày 02/03/2018",
            "Xác nhận lúc: 17:00 thứ Hai, 12/03/2018",
            "Hình thức: Theo liên kết trong thư",
            f"toàn văn: {'a' * 64}",
            f"tệp 12-KH-SKHCN.pdf: {'b' * 64}",
            "không phải chữ ký số",
        ):
            assert told in seen


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "Ông/Bà được miễn xác nhận văn bản này."),
        ({"is_accepted": False}, "Văn bản vẫn thuộc phần việc của Ông/Bà"),
        ({"kind": Kind.QUESTION, "is_accepted": None}, "trả lời câu hỏi của Ông/Bà về văn bản"),
    ],
)
def test_an_answer_says_what_was_asked_what_was_answered_and_what_follows(
    changes: dict[str, object], told: str
) -> None:
    facts = replace(ANSWER, **changes)  # type: ignore[arg-type]  # the dataclass itself checks the names
    message = parsed(COMPOSER.compose(make_letter(edition=make_edition("answer", facts)), AT).message)
    assert str(message["Subject"]) == "[CCHC] Văn thư trả lời về 12/KH-SKHCN"
    for seen in (collapsed(body_of(message, "plain")), visible(body_of(message, "html"))):
        assert "Việc này của Chi cục." in seen
        assert "Đề nghị chuyển." in seen
        assert "Đồng ý, đã chuyển." in seen
        assert "17:00 thứ Hai, 12/03/2018" in seen
        assert told in seen
        assert ("miễn" in seen) is (changes == {})


def test_html_keeps_its_dark_mode_and_carries_its_styles_on_the_elements() -> None:
    html = body_of(parsed(COMPOSER.compose(make_letter(), AT).message), "html")
    assert "@media (prefers-color-scheme: dark)" in html
    assert "max-width: 600px" in html
    assert re.search(r'class="m-btn" href="https://vanban\.skhcn\.example/v/7" style="[^"]*background: #1a4e8c', html)
    assert "<img" not in html
    assert "<table" not in html


def test_files_travel_in_the_letter_with_their_names() -> None:
    annex = make_file("phu-luc.txt", "Phụ lục".encode(), "text/plain")
    files = (make_file("Kế hoạch 12/KH.pdf", b"%PDF" * 5000), annex)
    message = parsed(COMPOSER.compose(make_letter(edition=make_edition(files=files)), AT).message)
    attached = list(message.iter_attachments())
    assert message.get_content_type() == "multipart/mixed"
    assert [part.get_filename() for part in attached] == ["Kế hoạch 12_KH.pdf", "phu-luc.txt"]
    assert [part.get_payload(decode=True) for part in attached] == [file.content for file in files]
    assert "không gửi kèm" not in body_of(message, "plain")


def test_files_too_large_for_a_letter_are_named_and_linked() -> None:
    composer = make_composer(attach_up_to=1000)
    edition = make_edition(files=(make_file("lon.pdf", b"x" * 600), make_file("lon-2.pdf", b"x" * 600)))
    message = parsed(composer.compose(make_letter(edition=edition), AT).message)
    assert message.get_content_type() == "multipart/alternative"
    for seen in (collapsed(body_of(message, "plain")), visible(body_of(message, "html"))):
        assert "Tệp đính kèm: lon.pdf (600 byte)" in seen
        assert "Tệp đính kèm: lon-2.pdf (600 byte)" in seen
        assert "để tải: https://vanban.skhcn.example/v/7" in seen


def test_another_attempt_sends_the_same_letter_under_another_date() -> None:
    letter = make_letter(edition=make_edition(files=(make_file(),)))
    first, again = COMPOSER.compose(letter, AT), make_composer().compose(letter, AT)
    assert first.message == again.message
    later = COMPOSER.compose(letter, AT + timedelta(hours=1))
    assert parsed(later.message)["Message-ID"] == "<7.abc@skhcn.example>"
    changed = set(first.message.split(b"\r\n")) ^ set(later.message.split(b"\r\n"))
    assert all(line.startswith(b"Date: ") for line in changed)


def test_an_envelope_comes_back_to_its_delivery() -> None:
    envelope = COMPOSER.compose(make_letter(41), AT)
    assert BounceAddress.from_base("bounce@skhcn.example", SECRET).delivery_id(envelope.sender) == 41
    assert (envelope.recipient, envelope.envid, envelope.size) == ("nv00041@skhcn.example", "41", len(envelope.message))


def test_letters_of_many_editions_do_not_mix() -> None:
    letters = [make_letter(n, edition=make_edition(title=f"Văn bản {n % 7}")) for n in range(1, 30)]
    for letter in letters:
        subject = parsed(COMPOSER.compose(letter, AT).message)["Subject"]
        assert f"Văn bản {letter.delivery_id % 7} " in subject


def test_files_are_encoded_once_for_all_letters_of_an_edition() -> None:
    edition = make_edition(files=(make_file(),))
    same = replace(edition, files=(make_file(),))
    one, other = (COMPOSER.compose(make_letter(n, edition=e), AT) for n, e in ((1, edition), (2, same)))
    assert one.chunks[-1] is other.chunks[-1]


def test_an_address_outside_ascii_stands_raw_in_its_header() -> None:
    envelope = COMPOSER.compose(make_letter(address="lân@đơnvị.example"), AT)
    assert envelope.needs_smtputf8
    assert "\r\n <lân@đơnvị.example>\r\n".encode() in envelope.message


@pytest.mark.parametrize(
    ("setting", "changes"),
    [
        ("EOFFICE_MAIL_FROM", {"mail_from": ""}),
        ("EOFFICE_MAIL_FROM", {"mail_from": "Văn thư"}),
        ("EOFFICE_MAIL_FROM", {"mail_from": "Văn thư <vănthư@skhcn.example>"}),
        ("EOFFICE_MAIL_BOUNCE", {"bounce_base": "bounce"}),
    ],
)
def test_a_wrong_office_address_is_told_before_any_letter(setting: str, changes: dict[str, object]) -> None:
    with pytest.raises(BadSetting, match=setting):
        make_composer(**changes)


def test_an_identifier_that_no_header_takes_fails_loudly(composer: Composer) -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        composer.compose(make_letter(message_id="7>\r\nBcc: x@y.example"), AT)


@pytest.mark.parametrize(
    ("template", "mark", "says"),
    [
        ("revision", "THAY THẾ", "bản 2 thay thế bản 1"),
        ("erratum", "ĐÍNH CHÍNH", "đính chính văn bản đã chuyển đến Ông/Bà"),
        ("recall", "THU HỒI", "bấm nút “Tôi đã hủy, gỡ văn bản này”"),
    ],
)
def test_a_letter_about_a_correction_names_it_in_the_subject_and_says_why_in_both_parts(
    template: str, mark: str, says: str
) -> None:
    facts = replace(FACTS, revision=2, note="Ngày 05/3 ghi sai.\nĐúng là 06/3.")
    message = parsed(COMPOSER.compose(make_letter(edition=Edition(template, facts)), AT).message)
    assert str(message["Subject"]).startswith(f"[CCHC] {mark}: 12/KH-SKHCN – ")
    for kind, read in (("plain", collapsed), ("html", visible)):
        told = read(body_of(message, kind))
        assert "Ngày 05/3 ghi sai. Đúng là 06/3." in told
        assert says in told
        assert make_letter().path in told


def test_an_anchor_in_a_letter_is_a_line_that_the_verifier_takes() -> None:
    anchor = Anchor(Head(1042, bytes(range(32))), datetime(2018, 3, 12, 10, 0, tzinfo=UTC))
    letter = make_letter(path="/sign-in", edition=make_edition("anchor", AnchorFacts(anchor)))
    message = parsed(COMPOSER.compose(letter, AT).message)
    plain = body_of(message, "plain").splitlines()
    assert [found for line in plain if (found := parse_anchor(line))] == [anchor]
    assert written(anchor) in visible(body_of(message, "html"))


REMINDER = ReminderFacts(
    FACTS.title, FACTS.type_name, FACTS.number, Urgency.URGENT, FACTS.due_at, is_late=True, count=2, by_hand=False
)
LINE = DigestLine(1, "12/KH", FACTS.title, AT, late=12, who=tuple(f"Người {number}" for number in range(10)))
CORRECTED = replace(FACTS, revision=2, note="Thay mục 2.")
FACTS_OF: dict[str, Facts] = {
    "activation": ACCOUNT,
    "anchor": AnchorFacts(Anchor(Head(7, b"h" * 32), AT)),
    "answer": ANSWER,
    "digest": DigestFacts(AT, (LINE,)),
    "document": FACTS,
    "erratum": CORRECTED,
    "password_set": PASSWORD,
    "recall": CORRECTED,
    "receipt": RECEIPT,
    "reminder": REMINDER,
    "reset": ACCOUNT,
    "revision": CORRECTED,
}


def test_every_kind_of_letter_is_composed_below() -> None:
    folders = (template_directory() / "emails").iterdir()
    assert set(FACTS_OF) == {folder.name for folder in folders if not folder.name.startswith("_")}


@pytest.mark.parametrize(("template", "facts"), FACTS_OF.items())
def test_both_parts_of_every_letter_end_in_the_same_words_about_what_is_recorded_and_why(
    template: str, facts: Facts
) -> None:
    message = parsed(COMPOSER.compose(make_letter(edition=make_edition(template, facts)), AT).message)
    text, html = collapsed(body_of(message, "plain")), visible(body_of(message, "html"))
    recorded = "Hệ thống ghi lại gì: thời điểm máy chủ thư nhận, trả lại hoặc từ chối thư này"
    footer = text[text.index(recorded) :]
    assert "Thư này không có ảnh hay mã theo dõi. Vì sao Ông/Bà nhận thư này:" in footer
    assert html.endswith(footer)
    assert footer.endswith("Nhầm người nhận hoặc cần hỏi: trả lời thư này.") is (template != "anchor")


@pytest.mark.parametrize("template", ["document", "revision", "erratum", "reminder"])
def test_a_letter_that_opens_a_document_says_that_opening_and_confirming_are_recorded(template: str) -> None:
    message = parsed(COMPOSER.compose(make_letter(edition=make_edition(template, FACTS_OF[template])), AT).message)
    told = collapsed(body_of(message, "plain"))
    assert "cách Ông/Bà mở văn bản lần đầu" in told
    assert "cách Ông/Bà xác nhận" in told


@pytest.mark.parametrize(
    ("late", "who", "leaves_out"),
    [
        (10, tuple(f"Người {number}" for number in range(10)), False),
        (11, tuple(f"Người {number}" for number in range(10)), True),
        (5, ("Phòng A: 3", "Phòng B: 2"), False),
        (6, ("Phòng A: 3", "Phòng B: 2"), True),
    ],
)
def test_a_digest_says_that_it_leaves_people_out_only_when_it_does(
    late: int, who: tuple[str, ...], leaves_out: bool
) -> None:
    digest = DigestFacts(AT, (replace(LINE, late=late, who=who),))
    message = parsed(COMPOSER.compose(make_letter(edition=make_edition("digest", digest)), AT).message)
    for kind in ("plain", "html"):
        assert (f"{who[-1]}..." in body_of(message, kind)) is leaves_out
