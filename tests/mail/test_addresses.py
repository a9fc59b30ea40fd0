from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.addresses import BounceAddress, is_mail_address, original_recipient, xtext

BOUNCES = BounceAddress.from_base("bounce@SKHCN.example", b"a secret for tests only")


@given(st.integers(0, 2**63 - 1))
def test_a_bounce_address_leads_back_to_its_delivery(delivery_id: int) -> None:
    address = BOUNCES.of(delivery_id)
    assert is_mail_address(address)
    assert BOUNCES.delivery_id(address) == delivery_id
    assert BOUNCES.delivery_id(f"<{address.upper()}>") == delivery_id


@pytest.mark.parametrize(
    "change",
    [
        lambda address: address.replace("+7.", "+8."),
        lambda address: address.replace("+7.", "+07x."),
        lambda address: address.replace("bounce+", "b0unce+"),
        lambda address: address.replace("SKHCN.example", "other.example"),
        lambda address: address.replace("@", "a@"),
        lambda _: "bounce@skhcn.example",
        lambda _: "bounce+7.@skhcn.example",
        lambda _: "bounce+99999999999999999999.aaaaaaaaaa@skhcn.example",
        lambda _: "",
        lambda _: "@",
        lambda _: "bounce+٧.aaaaaaaaaa@skhcn.example",
    ],
)
def test_an_address_we_did_not_make_leads_nowhere(change: Callable[[str], str]) -> None:
    assert BOUNCES.delivery_id(change(BOUNCES.of(7))) is None


def test_another_secret_signs_otherwise() -> None:
    other = BounceAddress.from_base("bounce@skhcn.example", b"another secret")
    assert BOUNCES.delivery_id(other.of(7)) is None


@given(st.text())
def test_any_text_may_come_in_as_a_bounce_address(text: str) -> None:
    assert BOUNCES.delivery_id(text) is None


@pytest.mark.parametrize("base", ["", "bounce", "bố@skhcn.example", f"{'b' * 34}@skhcn.example", "a@b@c"])
def test_a_base_must_be_a_short_ascii_address(base: str) -> None:
    with pytest.raises(ValueError, match=r"address|longer"):
        BounceAddress.from_base(base, b"")


@pytest.mark.parametrize(
    "address",
    ["lan@donvi.example", "lan.tt+x@localhost", "o'hara=1@a-b.example", "lân@đơnvị.example", "a@1.example"],
)
def test_ordinary_addresses_pass(address: str) -> None:
    assert is_mail_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "lan",
        "@donvi.example",
        "lan@",
        "lan@donvi..example",
        "lan@-donvi.example",
        "lan@donvi.example\r\nRCPT TO:<x@y.example>",
        "lan@donvi.example>",
        "<lan@donvi.example",
        "lan@donvi.example SIZE=1",
        "la\u00a0n@donvi.example",
        "la\x00n@donvi.example",
        "la\ud800n@donvi.example",
        "a@b@donvi.example",
        '"a b"@donvi.example',
        "lan@[127.0.0.1]",
        f"{'l' * 65}@donvi.example",
        f"lan@{'d' * 250}.example",
        "lan@donvi.example\n",
    ],
)
def test_what_could_end_a_command_early_or_overflow_does_not_pass(address: str) -> None:
    assert not is_mail_address(address)


@given(st.text())
def test_nothing_that_passes_holds_a_blank_or_a_bracket(text: str) -> None:
    if is_mail_address(f"{text}@donvi.example"):
        assert not set(text) & set(" <>\r\n\t\0@")


def test_parameters_take_no_blank_plus_or_equals_sign() -> None:
    assert xtext("a+b=c d\r\n") == "a+2Bb+3Dc+20d+0D+0A"
    assert original_recipient("lan+x@donvi.example") == "rfc822;lan+2Bx@donvi.example"
    assert original_recipient("lân+@donvi.example") == r"utf-8;l\x{E2}n\x{2B}@donvi.example"
