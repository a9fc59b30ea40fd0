"""The stylesheet and the templates name the same classes. Letters and the mail catcher carry styles of their own."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STYLES = re.sub(r"/\*.*?\*/", "", (ROOT / "service/static/style.css").read_text(encoding="utf-8"), flags=re.DOTALL)
PAGES = [file for file in (ROOT / "templates").rglob("*.html") if "emails" not in file.parts]

# What templates put together: the beginning, and the endings that views and callers of macros give to it.
COLOURS = {"ok", "no", "away", "free", "left", "lost"}
COMPOSED = {
    "p-": COLOURS | {"rest"},
    "sw-": COLOURS,
    "notice-": {"ok", "warn", "bad"},
    "f-": {"2", "3", "4", "6"},
}


def written_classes() -> set[str]:
    """As templates write them; `{}` stands where a view's word is put in."""
    return {name for page in PAGES for written in _attributes(page) for name in written.split()}


def _attributes(page: Path) -> list[str]:
    """The class attributes of a page as if every condition held, with the words among which an expression chooses."""
    text = re.sub(r"{%.*?%}", " ", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.findall(r'\sclass="([^"]*)"', re.sub(r"{{.*?}}", _words_of, text, flags=re.DOTALL))


def _words_of(expression: re.Match[str]) -> str:
    return " ".join(re.findall(r"""["']([^"']*)["']""", expression[0])) or "{}"


def named_classes() -> set[str]:
    written = written_classes()
    composed = {name.removesuffix("{}") for name in written if "{}" in name}
    plain = {name for name in written if "{}" not in name}
    return plain | {beginning + ending for beginning in composed for ending in COMPOSED[beginning]}


def styled_classes() -> set[str]:
    selectors = re.sub(r"{[^{}]*}", " ", STYLES)
    return set(re.findall(r"\.([a-zA-Z][\w-]*)", selectors))


def test_every_class_of_the_stylesheet_is_named_by_a_template() -> None:
    assert sorted(styled_classes() - named_classes()) == []


def test_every_class_that_a_template_names_is_in_the_stylesheet() -> None:
    assert sorted(named_classes() - styled_classes()) == []


def test_what_templates_put_together_is_listed_and_every_ending_is_given_by_somebody() -> None:
    assert {name.removesuffix("{}") for name in written_classes() if "{}" in name} == COMPOSED.keys()
    views = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "service/web").rglob("*.py"))
    calls = "".join(file.read_text(encoding="utf-8") for file in PAGES)
    given = {ending for ending in set().union(*COMPOSED.values()) if f'"{ending}"' in views}
    given |= {width for width in COMPOSED["f-"] if re.search(rf"(width=|, ){width}[,)]", calls)}
    assert given == set().union(*COMPOSED.values())


def test_every_token_of_the_stylesheet_is_defined_and_used() -> None:
    defined = set(re.findall(r"(--[\w-]+):", STYLES))
    assert defined == set(re.findall(r"var\((--[\w-]+)", STYLES))
