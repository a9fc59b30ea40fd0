"""Whom a posting is for, as asked: the audience expression of the contract, parsed.

    audience := "all" | term ("," term)*        the union of its terms
    term     := ["-"] factor ("&" factor)*      "&" intersects, "-" takes out
    factor   := "all" | unit:CODE | class:CLASS | group:NAME | person:CODE

With only "-" terms the audience starts from everybody. Words and codes are read in either case, names of groups as they
are. Which codes exist is the store's to know.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from service.domain.errors import MissingAudience, TooManyTerms, UnknownClass, UnknownTerm
from service.domain.texts import AUDIENCE, one_line

MOST_TERMS = 500


class StaffClass(StrEnum):
    """The three classes of staff in a Vietnamese office (Luật Cán bộ, công chức; Luật Viên chức; Bộ luật Lao động)."""

    OFFICIAL = "cong-chuc"
    PUBLIC_EMPLOYEE = "vien-chuc"
    CONTRACT_WORKER = "nguoi-lao-dong"

    @property
    def label(self) -> str:
        return {"cong-chuc": "Công chức", "vien-chuc": "Viên chức", "nguoi-lao-dong": "Người lao động"}[self.value]


class Kind(StrEnum):
    ALL = "all"
    UNIT = "unit"
    CLASS = "class"
    GROUP = "group"
    PERSON = "person"

    @property
    def vi(self) -> str:
        return {"all": "toàn cơ quan", "unit": "đơn vị", "class": "loại", "group": "nhóm", "person": "người"}[
            self.value
        ]


@dataclass(frozen=True, slots=True)
class Factor:
    kind: Kind
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.name else str(self.kind)


Term = tuple[Factor, ...]


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody in one of `includes` and in none of `excludes`; each term is the intersection of its factors."""

    includes: tuple[Term, ...]
    excludes: tuple[Term, ...] = ()

    def factors(self) -> frozenset[Factor]:
        return frozenset(factor for term in self.includes + self.excludes for factor in term)


def parse_audience(expression: str) -> Audience:
    """Read an audience expression; what is asked for twice counts once.

    Raises:
        MissingAudience: nothing is asked for.
        UnknownTerm, UnknownClass: a term is none of the contract's; names the term.
        TooManyTerms: more than `MOST_TERMS`, each of which costs the database a condition on every person.
        TooLong: see `texts.AUDIENCE`.
        UnstorableText: it holds what no database keeps.
    """
    terms = [term.strip() for term in one_line(AUDIENCE, expression).split(",") if term.strip()]
    if not terms:
        raise MissingAudience
    includes = _distinct(_term(term) for term in terms if not term.startswith("-"))
    excludes = _distinct(_term(term[1:]) for term in terms if term.startswith("-"))
    if len(includes) + len(excludes) > MOST_TERMS:
        raise TooManyTerms(given=len(includes) + len(excludes), limit=MOST_TERMS)
    return Audience(includes or ((Factor(Kind.ALL),),), excludes)


def _distinct(terms: Iterable[Term]) -> tuple[Term, ...]:
    """Each once, where it stands first; factors in another order make no other term."""
    found: dict[frozenset[Factor], Term] = {}
    for term in terms:
        found.setdefault(frozenset(term), term)
    return tuple(found.values())


def _term(term: str) -> Term:
    return tuple(dict.fromkeys(_factor(factor.strip()) for factor in term.split("&")))


def _factor(written: str) -> Factor:
    kind, colon, name = written.partition(":")
    kind, name = kind.strip().lower(), name.strip()
    if kind == Kind.ALL and not colon:
        return Factor(Kind.ALL)
    if kind not in set(Kind) - {Kind.ALL} or not colon or not name:
        raise UnknownTerm(term=written)
    if kind != Kind.CLASS:
        return Factor(Kind(kind), name)
    if name.lower() not in set(StaffClass):
        raise UnknownClass(term=written)
    return Factor(Kind.CLASS, name.lower())
