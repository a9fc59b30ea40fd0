"""The plan of the house, held against the code: who may import whom, and who may write what."""

import ast
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from service import doorbell
from service.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted([*ROOT.glob("service/**/*.py"), *ROOT.glob("workers/**/*.py")])

DOMAIN = "service.domain"
ROOMS_BELOW: dict[str, set[str]] = {
    DOMAIN: set(),
    "service.settings": {DOMAIN},
    "service.rendering": {DOMAIN},
    "service.doorbell": set(),
    "service.passwords": set(),
    "service.anchors": {DOMAIN},
    "service.store": {DOMAIN},
    "service.mail": {DOMAIN, "service.rendering"},
    "service.reading": {DOMAIN},
    "service.printing": {DOMAIN, "service.rendering"},
    "service.embedded": {DOMAIN},
    "service.sample": set(),
    "service.runtime": {DOMAIN},
    # Names of tasks stand in the doorbell; what a file holds is read by a room without side effects.
    "service.actions": {DOMAIN, "service.store", "service.runtime", "service.doorbell", "service.reading"},
    "service.web": {
        DOMAIN,
        "service.store",
        "service.runtime",
        "service.rendering",
        "service.actions",
        "service.printing",
        "service.reading",
    },
    "service.wiring": {
        DOMAIN,
        "service.settings",
        "service.runtime",
        "service.doorbell",
        "service.mail",
        "service.passwords",
        "service.anchors",
        "service.rendering",
        "service.store",
    },
    "service.asgi": {"service.settings", "service.wiring", "service.rendering", "service.runtime", "service.web"},
    "workers": {DOMAIN, "service.settings", "service.wiring", "service.actions", "service.runtime", "service.doorbell"},
    "service.cli": {
        DOMAIN,
        "service.anchors",
        "service.doorbell",
        "service.settings",
        "service.wiring",
        "service.actions",
        "service.runtime",
        "service.store",
        "service.embedded",
        "service.printing",
        "service.reading",
        "service.sample",
    },
}
TEXTS = {".py", ".html", ".txt", ".typ", ".csv"}
NOBODY_IMPORTS = {"workers", "service.asgi", "service.cli"}
# Libraries that weigh megabytes, each loaded by one program that ends with its work.
PROGRAMS_OF_THEIR_OWN = {"openpyxl": "service.reading.workbook_reader", "typst": "service.printing.press"}
STANDARD_LIBRARY_ONLY = {DOMAIN, "service.sample"}


@dataclass(frozen=True)
class Module:
    path: Path
    name: str
    tree: ast.Module

    @property
    def room(self) -> str:
        return room_of(self.name)


def room_of(name: str) -> str:
    return "workers" if name.startswith("workers") else ".".join(name.split(".")[:2])


@cache
def modules() -> tuple[Module, ...]:
    found = []
    for path in SOURCES:
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found.append(Module(path, name, ast.parse(path.read_text(encoding="utf-8"))))
    return tuple(found)


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide their room"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names:
            yield node


def names(modules_found: Iterator[Module]) -> list[str]:
    return sorted({module.name for module in modules_found})


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_imports_go_downward_only(module: Module) -> None:
    if module.room in {"service", "service.store"} and "migrations" in module.name:
        return
    allowed = ROOMS_BELOW.get(module.room, set()) | {module.room, "service"}
    reached = {room_of(name) for name in imports(module.tree) if name.split(".")[0] in {"service", "workers"}}
    assert reached <= allowed
    assert not reached & NOBODY_IMPORTS - {module.room}


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_rules_and_samples_need_the_standard_library_only(module: Module) -> None:
    if module.room in STANDARD_LIBRARY_ONLY:
        foreign = {name.split(".")[0] for name in imports(module.tree)} - {"service"}
        assert foreign <= set(__import__("sys").stdlib_module_names)


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_nothing_is_imported_inside_a_function(module: Module) -> None:
    inside = [
        node.lineno
        for function in ast.walk(module.tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {module.name: set(known_targets(module)) for module in modules()}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, f"a circle: {' -> '.join((*path, name))}"
        if name not in done:
            for target in graph.get(name, ()):
                visit(target, (*path, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def known_targets(module: Module) -> Iterator[str]:
    known = {other.name for other in modules()}
    for name in imports(module.tree):
        target = name if name in known else name.rpartition(".")[0]
        if target in known and target != module.name:
            yield target


@pytest.mark.parametrize(("library", "program"), PROGRAMS_OF_THEIR_OWN.items())
def test_a_heavy_library_is_loaded_by_a_program_that_nobody_imports(library: str, program: str) -> None:
    def loads(module: Module) -> bool:
        return library in {name.split(".")[0] for name in imports(module.tree)}

    assert names(module for module in modules() if loads(module)) == [program]
    assert names(module for module in modules() if program in known_targets(module)) == []


def writers_of_status(table: str) -> list[str]:
    """Modules that hand a `status` to an UPDATE or INSERT of the table."""

    def writes(module: Module) -> bool:
        statements = [call for call in calls(module.tree, "values") if table in ast.unparse(call.func)]
        return any(keyword.arg == "status" for call in statements for keyword in call.keywords)

    return names(module for module in modules() if writes(module))


def test_one_module_writes_the_status_of_a_delivery_and_one_that_of_a_receipt() -> None:
    assert writers_of_status("update(deliveries") == ["service.store.deliveries"]
    assert writers_of_status("update(receipts") == ["service.store.receipts"]


def test_one_module_puts_letters_on_the_queue() -> None:
    def queues(module: Module) -> bool:
        written = ast.unparse(module.tree)
        return "insert(deliveries)" in written or "upsert(deliveries)" in written

    assert names(module for module in modules() if queues(module)) == ["service.store.letters"]


def test_transactions_are_opened_and_committed_in_actions_alone() -> None:
    rooms = {module.room for module in modules() if any(calls(module.tree, "commit", "begin", "begin_nested"))}
    # A migration is one transaction of its owner; the command line and the embedded stack run it.
    assert rooms <= {"service.actions", "service.cli", "service.store"}
    stores = names(m for m in modules() if m.room == "service.store" and any(calls(m.tree, "commit", "begin")))
    assert stores in ([], ["service.store.migrations.env"])


def test_the_environment_is_read_in_settings_alone() -> None:
    def reads(module: Module) -> bool:
        return any(
            isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"} for node in ast.walk(module.tree)
        )

    assert names(module for module in modules() if reads(module)) == ["service.settings"]


def test_task_names_are_the_doorbells() -> None:
    tasks = next(module for module in modules() if module.name == "workers.tasks")
    decorated = [
        ast.unparse(keyword.value)
        for call in calls(tasks.tree, "task")
        for keyword in call.keywords
        if keyword.arg == "name"
    ]
    values = sorted(getattr(doorbell, written.rpartition(".")[2]) for written in decorated)
    assert values == sorted(doorbell.TASKS)


def test_every_mail_has_its_three_files() -> None:
    folders = [folder for folder in (ROOT / "templates/emails").iterdir() if not folder.name.startswith("_")]
    assert folders
    for folder in folders:
        assert {file.name for file in folder.iterdir()} == {"subject.txt", "body.txt", "body.html"}


def test_every_component_file_holds_the_macro_of_its_name() -> None:
    for file in (ROOT / "templates/components").glob("*.html"):
        macros = re.findall(r"{%-? macro (\w+)", file.read_text(encoding="utf-8"))
        assert file.stem in macros, file


# A thing has one word on screens, in sheets, tables and letters; see the glossary in the README.
OTHER_WORDS = {"thôi miễn": "bỏ miễn", "mã người": "mã nhân viên"}


def test_a_thing_has_one_word() -> None:
    texts = [file for room in ("service", "templates") for file in (ROOT / room).rglob("*") if file.suffix in TEXTS]
    found = [
        f"{file.relative_to(ROOT)}: write {word!r} instead of {other!r}"
        for file in texts
        for other, word in OTHER_WORDS.items()
        if re.search(rf"\b{other}\b", unicodedata.normalize("NFC", file.read_text(encoding="utf-8")), re.IGNORECASE)
    ]
    assert found == []


def test_every_setting_is_named_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [name for name in Settings.model_fields if f"{PREFIX}{name.upper()}" not in readme]
    assert missing == []


def test_no_template_styles_or_scripts_inline_except_mail() -> None:
    for file in (ROOT / "templates").rglob("*.html"):
        if "emails" not in file.parts:
            text = file.read_text(encoding="utf-8")
            assert not re.search(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son\w+=", text), file
