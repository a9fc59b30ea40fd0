"""Vietnamese text: forms, folding for search, the order of names, dates and numbers as an office writes them.

Stored text is NFC and otherwise left alone; folding and keys are shadows beside it, never a replacement.
"""

import re
import unicodedata
from datetime import date, datetime, timedelta

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
# Some keyboards and fonts give the Icelandic or the African letter, which look the same as Vietnamese đ.
_LOOK_ALIKES_OF_D = {ord("ð"): "đ", ord("ɖ"): "đ"}
# ngang bears no mark; then huyền, hỏi, ngã, sắc, nặng.
_LEVEL_TONE = "0"
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_WITHOUT_TONES = {ord(mark): None for mark in _TONES}

# One ASCII letter for each letter of the alphabet, in its order: "A" (a) to "a" (z). Digits and the space stay below.
_LETTER_RANKS = {letter: chr(ord("A") + place) for place, letter in enumerate(_ALPHABET)}
# Lower than the space, so that "Lan" ends before "Lan Anh" goes on.
_LEVEL_SEPARATOR = "\x1f"

_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
# Other controls, lone surrogates (which no encoding takes), and the marks that turn the direction of a line: those make
# a subject or a file name read as something else, and Vietnamese needs none of them.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069]")

_WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_LAST_PADDED_DAY = 9
_LAST_PADDED_MONTH = 2


def nfc(text: str) -> str:
    """The composed form in which all text is kept: macOS and some input methods give the decomposed one."""
    return unicodedata.normalize("NFC", text)


def strip_controls(text: str) -> str:
    """One line that is safe in a header: line breaks and tabs become one space, every other control goes."""
    return _UNPRINTABLE.sub("", _BREAKS.sub(" ", text)).strip()


def strip_lines(text: str) -> str:
    """As `strip_controls` with the line breaks kept, each as a line feed; nothing trails behind a line or the last."""
    bare = (_UNPRINTABLE.sub("", line.replace("\t", " ")).rstrip() for line in text.splitlines())
    return "\n".join(bare).strip("\n")


def comparable(text: str) -> str:
    """Lower-case NFC text with look-alikes of đ (U+00F0, U+0256) replaced by đ: for comparing, not for storing."""
    return nfc(text.lower().translate(_LOOK_ALIKES_OF_D))


def fold(text: str) -> str:
    """Lower case without accents, đ as d, white space collapsed: the shadow that search without accents looks in.

    Idempotent. NFD leaves đ alone, hence the explicit step.
    """
    decomposed = unicodedata.normalize("NFD", comparable(text))
    bare = "".join(char for char in decomposed if unicodedata.category(char) != "Mn").replace("đ", "d")
    return " ".join(nfc(bare).split())


def full_name(family_name: str, given_name: str) -> str:
    """Family and middle names, then the given name, in the letters in which the person writes them."""
    return " ".join(part for part in (family_name.strip(), given_name.strip()) if part)


def name_key(family_name: str, given_name: str) -> str:
    """Sort key of a person's name: the given name first, then family and middle names.

    Each is compared by its letters in the order of the Vietnamese alphabet (a ă â b c d đ e ê ...) and only then by its
    tones (ngang, huyền, hỏi, ngã, sắc, nặng); names alike in both are told apart by their exact spelling. Where in a
    syllable the tone is written (hòa, hoà) makes no difference before that.

    The key is made so that plain comparison by code point gives this order, with no collation library at hand: `sorted`
    in Python, and a text column with `ORDER BY ... COLLATE "C"` in PostgreSQL. It is not meant for reading.
    """
    given, family = _one_spaced(given_name), _one_spaced(family_name)
    return _LEVEL_SEPARATOR.join((*_letters_and_tones(given), *_letters_and_tones(family), given, family))


def date_short(day: date) -> str:
    """dd/MM/yyyy."""
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def date_in_words(day: date) -> str:
    """As documents write it: days below 10 and only the months 1 and 2 take a leading 0 (NĐ 30/2020, Phụ lục I)."""
    day_number = f"{day.day:02}" if day.day <= _LAST_PADDED_DAY else str(day.day)
    month_number = f"{day.month:02}" if day.month <= _LAST_PADDED_MONTH else str(day.month)
    return f"ngày {day_number} tháng {month_number} năm {day.year}"


def weekday_name(day: date) -> str:
    """Such as `thứ Hai`."""
    return _WEEKDAYS[day.weekday()]


def moment(at: datetime) -> str:
    """Time, weekday and date, such as `17:00 thứ Hai, 12/03/2018`; `at` is in the office's time zone already."""
    return f"{at.hour:02}:{at.minute:02} {weekday_name(at)}, {date_short(at)}"


def lasting(time: timedelta) -> str:
    """How long something took, such as `2 ngày 3 giờ`, `5 giờ`, `12 phút`; begun hours and minutes are left out."""
    hours, rest = divmod(time - timedelta(days=time.days), timedelta(hours=1))
    told = (f"{time.days} ngày" if time.days else "", f"{hours} giờ" if hours else "")
    if any(told):
        return " ".join(filter(None, told))
    minutes = rest // timedelta(minutes=1)
    return f"{minutes} phút" if minutes else "chưa đến 1 phút"


def number(value: int) -> str:
    """Thousands parted by dots: 1.234.567."""
    return f"{value:,}".replace(",", ".")


def _one_spaced(name: str) -> str:
    return " ".join(nfc(strip_controls(name)).split())


def _letters_and_tones(name: str) -> tuple[str, str]:
    """The letters as ranks, and one tone figure a syllable."""
    syllables = unicodedata.normalize("NFD", comparable(name)).split()
    letters = " ".join(_ranks(nfc(syllable.translate(_WITHOUT_TONES))) for syllable in syllables)
    tones = "".join("".join(_TONES.get(char, "") for char in syllable) or _LEVEL_TONE for syllable in syllables)
    return letters, tones


def _ranks(letters: str) -> str:
    """Letters of the alphabet as ranks, foreign ones by the letter below their marks, punctuation (H'Hen) left out."""
    return "".join(_LETTER_RANKS.get(letter) or _foreign_rank(letter) for letter in letters if letter.isalnum())


def _foreign_rank(letter: str) -> str:
    bare = fold(letter)
    return _LETTER_RANKS.get(bare, bare)
