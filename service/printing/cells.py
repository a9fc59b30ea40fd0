"""Cells of tables that a spreadsheet opens."""

from service.domain.vietnamese import strip_controls

# A spreadsheet takes a cell that starts so for a formula, whoever typed it (OWASP, "CSV Injection").
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Echo:
    """csv.writer hands each line to `write` and returns what that returns."""

    def write(self, line: str) -> str:
        return line


def harmless(cell: str) -> str:
    line = strip_controls(cell) if cell else cell
    return f"'{line}" if cell.startswith(_FORMULA_STARTS) or line.startswith(_FORMULA_STARTS) else line
