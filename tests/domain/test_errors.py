import string

import pytest

from service.domain import errors
from service.domain.errors import Refused

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Refused)]
REFUSALS = [kind for kind in KINDS if "code" in vars(kind)]


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.code)
def test_every_refusal_says_itself_in_both_languages_from_the_facts_it_is_given(kind: type[Refused]) -> None:
    refusal = kind(**dict.fromkeys(places(kind.en), "FACT"))
    assert str(refusal).endswith(".")
    assert "\n" not in str(refusal)
    assert refusal.vi.endswith(".")
    assert places(kind.vietnamese) <= places(kind.en)


def test_no_two_refusals_share_a_code() -> None:
    codes = [kind.code for kind in REFUSALS]
    assert len(codes) == len(set(codes))
