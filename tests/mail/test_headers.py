from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.domain.vietnamese import strip_controls
from service.mail import headers

HOSTILE = [
    "=?utf-8?q?=0d=0aBcc:_x@y?=",
    "a\r\nBcc: x@y.example",
    "a\nb\rc\x00d\x85e\u2028f",
    '"quoted" <a@b.example>, c@d.example',
    "Nguyễn \ud800 Mẫu",
    "x" * 5000,
    "ẵ" * 1000,
    " leading and  double ",
]
texts = st.one_of(st.sampled_from(HOSTILE), st.text())


def decoded(message: Message, name: str) -> str:
    return str(make_header(decode_header(str(message[name]).replace("\r\n", ""))))


def read(block: bytes) -> Message:
    assert block.endswith(b"\r\n")
    assert all(len(line) <= 78 for line in block.split(b"\r\n"))
    return message_from_bytes(block + b"\r\n", policy=policy.compat32)


@given(texts)
def test_a_subject_comes_back_as_one_line_and_brings_nothing_along(text: str) -> None:
    message = read(headers.field("Subject", text))
    assert message.keys() == ["Subject"]
    assert decoded(message, "Subject") == strip_controls(text)


@given(texts)
def test_a_display_name_comes_back_beside_the_one_address(name: str) -> None:
    block = headers.mailbox("To", name, "lan@donvi.example")
    message = read(block)
    assert message.keys() == ["To"]
    expected = f"{strip_controls(name)} <lan@donvi.example>".strip()
    assert decoded(message, "To").replace("  <", " <") == expected


def test_plain_values_stay_readable() -> None:
    assert headers.field("Subject", "Thu bao") == b"Subject: Thu bao\r\n"
    assert headers.mailbox("To", "Lan 2", "lan@donvi.example") == b"To: Lan 2\r\n <lan@donvi.example>\r\n"
    assert headers.mailbox("To", "", "lan@donvi.example") == b"To: <lan@donvi.example>\r\n"
    assert headers.attachment("12-KH.pdf") == b'Content-Disposition: attachment; filename="12-KH.pdf"\r\n'


@given(texts.filter(lambda name: strip_controls(name) != ""))
@example("Kế hoạch tuyên truyền cải cách hành chính năm 2018 của Sở Khoa học và Công nghệ.pdf")
@example("../../etc/passwd")
@example('a"; filename="b.exe')
def test_a_file_name_comes_back_without_its_path(name: str) -> None:
    block = headers.attachment(name)
    message = read(block)
    assert message.keys() == ["Content-Disposition"]
    assert message.get_filename() == strip_controls(name).replace("/", "_").replace("\\", "_")


@pytest.mark.parametrize("value", ["", "a", "a@b>\r\nBcc: x", "a b@c", "<a@b>", "ă@b"])
def test_an_identifier_that_could_leave_its_brackets_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        headers.message_id(value)
