import string
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.vietnamese import (
    comparable,
    date_in_words,
    date_short,
    fold,
    full_name,
    lasting,
    moment,
    name_key,
    nfc,
    number,
    strip_controls,
)

LETTERS = "AĂÂBCDĐEÊFGHIJKLMNOÔƠPQRSTUƯVWXYZ"
TONE_MARKS = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]
VOWELS = set("AĂÂEÊIOÔƠUƯY")


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def shuffled(in_order: list[str]) -> list[str]:
    return in_order[1::2] + in_order[::2]


# A syllable as (places of its letters in the alphabet, place of its tone): what a person's eye would compare.
Syllable = tuple[tuple[int, ...], int]


def spelled(syllable: Syllable) -> str:
    places, tone = syllable
    letters = [LETTERS[place] for place in places]
    bearer = next((at for at, letter in enumerate(letters) if letter in VOWELS), None)
    if bearer is not None:
        letters[bearer] += TONE_MARKS[tone]
    return nfc("".join(letters)).capitalize()


def with_a_vowel(places: list[int]) -> bool:
    return any(LETTERS[place] in VOWELS for place in places)


syllables = st.tuples(
    st.lists(st.integers(0, len(LETTERS) - 1), min_size=1, max_size=4).filter(with_a_vowel).map(tuple),
    st.integers(0, len(TONE_MARKS) - 1),
)
names = st.tuples(st.lists(syllables, min_size=1, max_size=2), st.lists(syllables, max_size=2))


def expected_order(name: tuple[list[Syllable], list[Syllable]]) -> list[list[tuple[int, ...]] | list[int]]:
    return [level for part in name for level in ([places for places, _ in part], [tone for _, tone in part])]


def key_of(name: tuple[list[Syllable], list[Syllable]]) -> str:
    given_name, family_name = (" ".join(map(spelled, part)) for part in name)
    return name_key(family_name, given_name)


def test_text_is_kept_composed() -> None:
    assert nfc(decomposed("Kế hoạch số 399/KH-UBND")) == "Kế hoạch số 399/KH-UBND"


def test_a_look_alike_of_barred_d_stays_as_it_is_in_stored_text() -> None:
    assert nfc("Ðường") == "Ðường"


def test_one_line_text_keeps_words_apart_and_drops_other_controls() -> None:
    assert strip_controls("Tuyên truyền\r\n\tcải cách\x00 hành\u2028chính\x7f ") == "Tuyên truyền cải cách hành chính"


def test_marks_that_turn_the_direction_of_a_line_are_dropped() -> None:
    assert strip_controls("ke-hoach\u202efdp.exe") == "ke-hoachfdp.exe"


@given(st.text())
def test_one_line_text_is_safe_in_a_header(text: str) -> None:
    line = strip_controls(text)
    assert len(line.splitlines()) <= 1
    assert not any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in line)
    assert strip_controls(line) == line


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đường đi", "duong di"),
        ("ĐẶNG", "dang"),
        ("Kế hoạch", "ke hoach"),
        ("Nguyễn", "nguyen"),
        ("Ðặng Văn ð", "dang van d"),
        ("hoà", "hoa"),
        ("  Sở\t Khoa học\u00a0và\nCông nghệ ", "so khoa hoc va cong nghe"),
        ("2306/QĐ-BKHCN", "2306/qd-bkhcn"),
        ("01/NHNo.ĐT-QLRR", "01/nhno.dt-qlrr"),
        ("", ""),
    ],
)
def test_search_text_is_lower_case_without_accents_and_without_the_bar_of_d(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(decomposed(text)) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_folding_does_not_care_for_composition(text: str) -> None:
    assert fold(decomposed(text)) == fold(nfc(text))


@given(st.text(alphabet=string.ascii_letters + "ĂÂĐÊÔƠƯăâđêôơưẾếỮữỘộỲỳ "))
def test_folded_vietnamese_is_plain_ascii(text: str) -> None:
    assert fold(text).isascii()


@pytest.mark.parametrize("written", ["QĐ", "qđ", "QÐ", "qð", "Q\u0189"])
def test_look_alikes_of_barred_d_compare_equal(written: str) -> None:
    assert comparable(written) == "qđ"


def test_people_sort_by_given_name_then_family_and_middle_name() -> None:
    people = [
        ("Phạm Thị", "Suối Mơ"),
        ("Trần Văn", "Ánh Trăng"),
        ("Đặng Thị", "Nắng Thu"),
        ("Dương Thị", "Nắng Thu"),
        ("Đặng Bá", "Nắng Thu"),
        ("Lê Văn", "Đá Ong"),
        ("Vũ Văn", "Dốc Cao"),
        ("An Thị", "Ổi Đào"),
        ("Bùi Thị", "Ong Vàng"),
        ("Cao Thị", "Ớt Hiểm"),
    ]
    assert [full_name(*person) for person in sorted(people, key=lambda person: name_key(*person))] == [
        "Trần Văn Ánh Trăng",
        "Vũ Văn Dốc Cao",
        "Lê Văn Đá Ong",
        "Dương Thị Nắng Thu",
        "Đặng Bá Nắng Thu",
        "Đặng Thị Nắng Thu",
        "Bùi Thị Ong Vàng",
        "An Thị Ổi Đào",
        "Cao Thị Ớt Hiểm",
        "Phạm Thị Suối Mơ",
    ]


def test_tones_follow_the_order_of_the_dictionaries() -> None:
    assert sorted(["mạ", "má", "mã", "mả", "mà", "ma"], key=lambda name: name_key("", name)) == [
        "ma",
        "mà",
        "mả",
        "mã",
        "má",
        "mạ",
    ]


def test_letters_count_before_tones() -> None:
    in_order = ["Mai", "Mãi", "Man", "Mạn", "Măn", "Mân", "Mận Hậu"]
    assert sorted(shuffled(in_order), key=lambda name: name_key("Lê Thị", name)) == in_order


def test_a_shorter_given_name_comes_first_whatever_the_family_name() -> None:
    assert name_key("Vũ Thị", "Lan") < name_key("An Thị", "Lan Rừng")


def test_where_the_tone_is_written_decides_only_between_namesakes() -> None:
    assert name_key("An", "Hoà") < name_key("Bùi", "Hòa")
    assert name_key("An", "Hòa") < name_key("Bùi", "Hoà")


def test_a_decomposed_name_has_the_same_key() -> None:
    assert name_key(decomposed("Đặng Thị"), decomposed("Mận  Hậu ")) == name_key("Đặng Thị", "Mận Hậu")


def test_foreign_letters_sort_as_the_letter_below_their_marks_and_punctuation_does_not_count() -> None:
    in_order = ["Françoise", "Frank", "Hen", "Hẹn", "Hen 2", "H'Hen", "Zoé", "Лена"]
    assert sorted(shuffled(in_order), key=lambda name: name_key("", name)) == in_order


@given(names, names)
def test_keys_compare_as_the_alphabet_and_the_tones_do(
    one: tuple[list[Syllable], list[Syllable]], other: tuple[list[Syllable], list[Syllable]]
) -> None:
    if expected_order(one) < expected_order(other):
        assert key_of(one) < key_of(other)
    elif expected_order(one) > expected_order(other):
        assert key_of(one) > key_of(other)
    else:
        assert key_of(one) == key_of(other)


@given(st.lists(st.tuples(st.text(), st.text()), max_size=6))
def test_a_key_fits_a_text_column_and_bytes_compare_as_characters_do(people: list[tuple[str, str]]) -> None:
    keys = [name_key(*person) for person in people]
    assert not any("\x00" in key for key in keys)
    assert sorted(keys) == sorted(keys, key=str.encode)


@given(st.tuples(st.text(), st.text()), st.tuples(st.text(), st.text()))
def test_only_names_that_read_alike_share_a_key(one: tuple[str, str], other: tuple[str, str]) -> None:
    def reading(person: tuple[str, str]) -> list[str]:
        return [" ".join(nfc(strip_controls(part)).split()) for part in person]

    assert (name_key(*one) == name_key(*other)) == (reading(one) == reading(other))


def test_a_name_is_never_recased() -> None:
    assert full_name(" NGUYỄN thị ", "mây Trắng") == "NGUYỄN thị mây Trắng"


def test_a_single_name_has_no_stray_space() -> None:
    assert full_name("", "Suối") == "Suối"


def test_short_dates_are_day_month_year() -> None:
    assert date_short(date(2018, 2, 5)) == "05/02/2018"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2018, 2, 5), "ngày 05 tháng 02 năm 2018"),
        (date(2018, 3, 9), "ngày 09 tháng 3 năm 2018"),
        (date(2018, 1, 10), "ngày 10 tháng 01 năm 2018"),
        (date(2018, 12, 31), "ngày 31 tháng 12 năm 2018"),
    ],
)
def test_only_days_below_ten_and_the_first_two_months_take_a_zero(day: date, words: str) -> None:
    assert date_in_words(day) == words


def test_a_moment_names_the_weekday() -> None:
    assert moment(datetime(2018, 3, 12, 17, 0, tzinfo=UTC)) == "17:00 thứ Hai, 12/03/2018"
    assert moment(datetime(2018, 3, 11, 7, 5, tzinfo=UTC)) == "07:05 Chủ nhật, 11/03/2018"


def test_a_moment_is_not_moved_to_another_zone() -> None:
    office = timezone(timedelta(hours=7))
    assert moment(datetime(2018, 3, 10, 0, 30, tzinfo=office)) == "00:30 thứ Bảy, 10/03/2018"


@pytest.mark.parametrize(("value", "written"), [(0, "0"), (999, "999"), (1_234_567, "1.234.567"), (-1000, "-1.000")])
def test_thousands_are_parted_by_dots(value: int, written: str) -> None:
    assert number(value) == written


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (timedelta(seconds=59), "chưa đến 1 phút"),
        (timedelta(minutes=12, seconds=30), "12 phút"),
        (timedelta(hours=5, minutes=59), "5 giờ"),
        (timedelta(days=2, minutes=59), "2 ngày"),
        (timedelta(days=2, hours=3), "2 ngày 3 giờ"),
    ],
)
def test_how_long_something_took_is_told_in_days_and_hours_and_below_an_hour_in_minutes(
    time: timedelta, words: str
) -> None:
    assert lasting(time) == words
