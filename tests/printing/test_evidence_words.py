from service.domain.evidence import Deed, Detail
from service.printing.evidence_words import DEEDS, about_words, by_label, deed_label


def test_every_deed_has_a_name_of_its_own() -> None:
    assert set(DEEDS) == set(Deed)
    assert len(set(DEEDS.values())) == len(Deed)


def test_what_a_newer_version_wrote_stands_as_it_is_written() -> None:
    assert deed_label("moon landed") == "moon landed"
    assert list(about_words({"moon": 1}, "")) == [("moon", "1")]


def test_identifiers_become_what_people_know() -> None:
    about: dict[str, Detail] = {
        "distribution": 5,
        "person": 7,
        "route": "mail_link",
        "role": "auditor",
        "granted": False,
        "unit": None,
    }
    assert list(about_words(about, "NV07")) == [
        ("đợt gửi", "5"),
        ("được giao", "không"),
        ("người", "NV07"),
        ("vai trò", "Kiểm soát"),
        ("cách", "Theo liên kết trong thư"),
    ]


def test_who_did_it_is_a_user_name_or_the_operator() -> None:
    assert by_label("operator", "") == "Hệ thống, người vận hành"
    assert by_label("account:5", "lan") == "lan"
    assert by_label("account:5", "") == "account:5"
