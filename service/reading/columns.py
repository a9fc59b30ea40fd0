"""The columns that a table of units or of people may have, in English and in Vietnamese."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from service.domain.directory import SheetKind
from service.domain.vietnamese import fold

# The English name, and the Vietnamese one as people write it in the first row of a sheet.
COLUMNS: Mapping[SheetKind, Mapping[str, str]] = MappingProxyType(
    {
        SheetKind.UNITS: {
            "code": "Mã",
            "name": "Tên đơn vị",
            "parent_code": "Mã đơn vị cấp trên",
            "position": "Thứ tự",
        },
        SheetKind.PEOPLE: {
            "code": "Mã",
            "family_name": "Họ đệm",
            "given_name": "Tên",
            "position": "Chức vụ",
            "staff_class": "Loại",
            "unit_code": "Mã đơn vị",
            "email": "Email",
            "groups": "Nhóm",
            "active_from": "Từ ngày",
            "active_to": "Đến ngày",
            "role": "Vai trò",
        },
    }
)
REQUIRED: Mapping[SheetKind, tuple[str, ...]] = MappingProxyType(
    {
        SheetKind.UNITS: ("code", "name", "parent_code"),
        SheetKind.PEOPLE: ("code", "family_name", "given_name", "staff_class", "unit_code"),
    }
)

_BY_WRITTEN = {
    kind: {fold(word): name for name, vietnamese in columns.items() for word in (name, vietnamese)}
    for kind, columns in COLUMNS.items()
}


class HeaderError(ValueError):
    """The first row cannot head a table of its kind; the message says why."""


@dataclass(frozen=True, slots=True)
class Header:
    """`names` has one English name a column, empty for an unknown column; `written` what the file calls each."""

    kind: SheetKind
    names: tuple[str, ...]
    written: Mapping[str, str]
    unknown: tuple[str, ...]


def kind_of(header: Sequence[str]) -> SheetKind | None:
    """What a table with these columns holds: the kind that knows more of them; None when none is known."""
    found = {fold(written) for written in header}
    known = {kind: len(found & names.keys()) for kind, names in _BY_WRITTEN.items()}
    best = max(known, key=known.__getitem__)
    return best if known[best] else None


def read_header(kind: SheetKind, header: Sequence[str]) -> Header:
    """Raises HeaderError when a required column is missing or a known one comes twice; names them."""
    names = tuple(_BY_WRITTEN[kind].get(fold(written), "") for written in header)
    missing = [f"{name} ({COLUMNS[kind][name]})" for name in REQUIRED[kind] if name not in names]
    if missing:
        raise HeaderError(f"these columns of {kind} are missing: {', '.join(missing)}")
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise HeaderError(f"the column {twice[0]} comes twice")
    written = {name: text.strip() for name, text in zip(names, header, strict=True) if name}
    unknown = tuple(text.strip() for name, text in zip(names, header, strict=True) if not name and text.strip())
    return Header(kind, names, written, unknown)
