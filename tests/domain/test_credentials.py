import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from service.domain.credentials import (
    Link,
    address_source,
    check_password,
    digest,
    login_name,
    name_source,
    new_token,
    pause_after,
    read_link,
    same_code,
    setup_code,
    sign_link,
    slip_code,
)
from service.domain.errors import WeakPassword

SECRET = b"a secret for tests only"


def test_tokens_hold_256_bits_and_never_repeat() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) for token in tokens)


def test_a_digest_is_the_same_for_the_same_token_alone() -> None:
    assert digest("a") == digest("a") != digest("b")
    assert len(digest("\ud800")) == 32


def test_a_link_says_what_was_signed() -> None:
    token = sign_link(SECRET, "reset", 42, 3)
    assert read_link(SECRET, token) == Link("reset", 42, 3)


def test_a_link_ends_in_a_letter_or_digit_so_that_mail_programs_keep_it_whole() -> None:
    assert all(re.fullmatch(r"[a-z0-9.]+[a-z0-9]", sign_link(SECRET, "activate", n, 1)) for n in range(1, 200))


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: token.replace("activate", "reset"),
        lambda token: token.replace(".42.", ".43."),
        lambda token: token.replace(".3.", ".4."),
        lambda token: token.replace(".42.", ".042."),
        lambda token: token.replace(".42.", ".٤٢."),
        lambda token: token[:-1] + ("a" if token[-1] != "a" else "b"),
        lambda token: token[:-1],
        lambda token: token + "\n",
        lambda token: token.upper(),
        lambda token: token.replace(".42.", f".{'9' * 5000}."),
        lambda _: "",
        lambda _: "ă.1.1." + "a" * 32,
    ],
)
def test_a_forged_link_says_nothing(forge: Callable[[str], str]) -> None:
    assert read_link(SECRET, forge(sign_link(SECRET, "activate", 42, 3))) is None


def test_a_link_of_another_office_says_nothing() -> None:
    assert read_link(b"another secret", sign_link(SECRET, "activate", 42, 3)) is None


def test_a_slip_code_is_three_groups_without_letters_that_are_misread() -> None:
    codes = {slip_code(SECRET, account_id, 1) for account_id in range(500)}
    assert len(codes) == 500
    assert all(re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}", code) for code in codes)
    assert {letter for code in codes for letter in code} == set("0123456789ABCDEFGHJKMNPQRSTVWXYZ-")


def test_raising_the_credential_version_makes_another_code_and_another_link() -> None:
    assert slip_code(SECRET, 7, 1) != slip_code(SECRET, 7, 2)
    assert sign_link(SECRET, "activate", 7, 1) != sign_link(SECRET, "activate", 7, 2)


def test_the_setup_code_opens_no_account() -> None:
    assert setup_code(SECRET) not in {slip_code(SECRET, account_id, 1) for account_id in range(100)}


@pytest.mark.parametrize("typed", ["k7qd-2m9f-xh4t", "K7QD2M9FXH4T", " k7qd 2m9f xh4t ", "K7QD–2M9F–XH4T"])
def test_a_code_may_be_typed_as_people_type(typed: str) -> None:
    assert same_code(typed, "K7QD-2M9F-XH4T")


def test_letters_that_look_like_digits_are_taken_for_them() -> None:
    assert same_code("ILOU-0000-0000", "110V-0000-0000")


@pytest.mark.parametrize("typed", ["", "K7QD-2M9F-XH4", "K7QD-2M9F-XH4TT", "K7QD-2M9F-XH4S", "ế"])
def test_another_code_is_another_code(typed: str) -> None:
    assert not same_code(typed, "K7QD-2M9F-XH4T")


@pytest.mark.parametrize("password", ["nv00042-ab", "mật khẩu dài", "mậ" + "t" * 8])
def test_a_long_enough_password_passes(password: str) -> None:
    check_password(password, "nv00042", 10)


@pytest.mark.parametrize("password", ["", "123456789", " " * 20, "Nv00000042", " nv00000042 ", "e\u0323\u0302" * 9])
def test_a_short_password_or_the_user_name_is_refused_with_the_length_wanted(password: str) -> None:
    with pytest.raises(WeakPassword, match="10"):
        check_password(password, "nv00000042", 10)


def test_a_name_is_compared_in_lower_case_on_one_line_and_cut_where_no_address_is_that_long() -> None:
    assert login_name(" NV00042\n") == "nv00042"
    assert login_name("Ð\0ũng\ud800") == "ðũng"
    assert len(login_name("x" * 10_000)) == 320


def test_guesses_at_one_name_count_together_however_it_is_written() -> None:
    assert name_source(" Alice ") == name_source("alice") != name_source("bob")


def test_guesses_from_one_ipv6_network_count_together() -> None:
    assert address_source("2001:db8::1") == address_source("2001:db8::ffff:2") != address_source("2001:db8:0:1::1")
    assert address_source("192.0.2.1") != address_source("192.0.2.2")
    assert address_source("no address") == "address:no address"


def test_pauses_begin_at_the_limit_and_double_up_to_a_quarter_of_an_hour() -> None:
    assert pause_after(4, 5) is None
    pauses = [pause_after(failures, 5) for failures in range(5, 12)]
    assert pauses == [timedelta(seconds=seconds) for seconds in (30, 60, 120, 240, 480, 900, 900)]
    assert pause_after(10**9, 5) == timedelta(minutes=15)
