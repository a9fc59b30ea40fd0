"""The forms of a page as a browser has them: what stands in each field, and which are marked as wrong."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class PageForm:
    """One form. `values` by the names of its fields; a list of choices holds the chosen one."""

    action: str
    values: dict[str, str] = field(default_factory=dict)
    wrong: set[str] = field(default_factory=set)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._form: PageForm | None = None
        self._text: str | None = None
        self._choice: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._form = PageForm(given.get("action") or "")
            self.forms.append(self._form)
        if self._form is None:
            return
        name = given.get("name") or ""
        if tag in {"input", "textarea", "select"} and "aria-invalid" in given:
            self._form.wrong.add(name)
        self._keep(tag, name, given)

    def _keep(self, tag: str, name: str, given: dict[str, str | None]) -> None:
        assert self._form is not None
        value = given.get("value") or ""
        if tag == "input" and (given.get("type") not in {"radio", "checkbox"} or "checked" in given):
            self._form.values[name] = value
        elif tag == "textarea":
            self._text, self._form.values[name] = name, ""
        elif tag == "select":
            self._choice = name
        elif tag == "option" and self._choice and ("selected" in given or self._choice not in self._form.values):
            self._form.values[self._choice] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._text = None
        elif tag == "select":
            self._choice = None

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._text is not None:
            # HTML drops one line end after the tag.
            before = self._form.values[self._text]
            self._form.values[self._text] = before + (data if before else data.removeprefix("\n"))


def forms_of(html: str) -> list[PageForm]:
    reader = _Reader()
    reader.feed(html)
    return reader.forms


def form_to(html: str, action: str) -> PageForm:
    """The one form of a page that is sent to an address, else the one of several in which a field is wrong."""
    found = [form for form in forms_of(html) if form.action == action]
    return next((form for form in found if form.wrong), found[0])
