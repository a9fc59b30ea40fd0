"""The dossier of a distribution: one zip that proves itself with nothing but Python's standard library."""

import csv
import json
import re
import zipfile
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple
from datetime import datetime
from functools import partial
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

from service.domain.anchors import Anchor, written
from service.domain.coverage import Identity, Term
from service.domain.documents import Mode
from service.domain.dossiers import Dossier, Excerpt, Range, Recipient, RevisionContent
from service.domain.list_digests import ListedPerson, line
from service.domain.receipts import Route
from service.domain.vietnamese import date_short, full_name, number
from service.printing.cells import Echo, harmless
from service.printing.report_csv import report_csv
from service.printing.typesetting import typeset
from service.printing.words import term_label
from service.rendering import template_directory

MANIFEST = "MANIFEST.sha256"
_BYTE_ORDER_MARK = "\ufeff"
_FORBIDDEN_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\\\:*?"<>|]')
_UNITS_PRINTED = 200
_RECIPIENT_HEAD = (
    "Số",
    "Mã",
    "Họ và tên",
    "Chức vụ",
    "Đơn vị",
    "Địa chỉ thư",
    "Vào danh sách",
    "Vào danh sách lúc",
    "Bản",
    "Mở lúc",
    "Ghi nhận mở lúc",
    "Mở bằng",
    "Xác nhận lúc",
    "Ghi nhận xác nhận lúc",
    "Xác nhận bằng",
)
# In the order of the identity, whose figures stand below them.
_TERMS = (Term.CONFIRMED, Term.NOT_YET, Term.ABSENT, Term.EXEMPTED, Term.MOVED_OR_LEFT, Term.NOT_REACHABLE)
_HEADINGS = {Mode.ACKNOWLEDGE: "BÁO CÁO TÌNH HÌNH XÁC NHẬN", Mode.INFORM: "BÁO CÁO TÌNH HÌNH XEM VĂN BẢN"}
_ORIGINS = {"frozen": "khi chốt danh sách", "rule": "sau đó, theo quy tắc", "hand": "sau đó, bằng tay"}


def write_dossier(place: Path, dossier: Dossier, office_name: str, zone: ZoneInfo) -> Callable[[], str]:
    """Write the zip; what it returns adds the printed report and returns the SHA-256 of the manifest, in hexadecimal.

    Raises:
        OSError: the place does not take it.
    """
    digests: dict[str, str] = {}
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        binder = _Binder(archive, digests)
        binder.add("README.txt", [_readme(dossier)])
        binder.add("verify.py", [_verifier()])
        binder.add("report.csv", report_csv(dossier.report, dossier.outstanding(), dossier.confirmations()))
        binder.add("recipients.csv", _recipients(dossier.recipients(), zone))
        binder.add("list.jsonl", (line(_listed(one)) for one in dossier.recipients() if one.origin == "frozen"))
        binder.add("ranges.csv", _ranges(dossier.ranges))
        positions: list[int] = []
        binder.add("log.jsonl", _log(dossier.excerpts(), positions))
        binder.add("waiting.jsonl", (f"{entry}\n" for entry in dossier.waiting))
        binder.add("anchors.txt", (f"{written(anchor)}\n" for anchor in _chosen(dossier.anchors, positions)))
        for revision in dossier.revisions:
            _add_document(binder, revision)
    return partial(_finish, place, digests, report_view(dossier, office_name, zone, len(positions)))


def _finish(place: Path, digests: dict[str, str], shown: dict[str, object]) -> str:
    printed = _pdf(shown)
    with zipfile.ZipFile(place, "a", zipfile.ZIP_DEFLATED) as archive:
        binder = _Binder(archive, digests)
        binder.add("report.pdf", [printed])
        return binder.close()


class _Binder:
    """Writes members and remembers the digest of each."""

    def __init__(self, archive: zipfile.ZipFile, digests: dict[str, str]) -> None:
        self._archive = archive
        self._digests = digests

    def add(self, name: str, parts: Iterable[str | bytes]) -> None:
        digest = sha256()
        with self._archive.open(name, "w", force_zip64=True) as member:
            for part in parts:
                content = part.encode() if isinstance(part, str) else part
                digest.update(content)
                member.write(content)
        self._digests[name] = digest.hexdigest()

    def close(self) -> str:
        """Write the manifest, in the form of `sha256sum`; returns its own digest."""
        manifest = "".join(f"{digest}  {name}\n" for name, digest in self._digests.items())
        self._archive.writestr(MANIFEST, manifest)
        return sha256(manifest.encode()).hexdigest()


def _add_document(binder: _Binder, revision: RevisionContent) -> None:
    folder = f"document/revision-{revision.revision}"
    binder.add(f"{folder}/text.txt", [revision.body])
    for place, file in enumerate(revision.files, 1):
        binder.add(f"{folder}/files/{place:02}-{_FORBIDDEN_IN_NAMES.sub('_', file.name)}", [file.content])


def _recipients(people: Iterable[Recipient], zone: ZoneInfo) -> Iterator[str]:
    write = csv.writer(Echo()).writerow
    yield _BYTE_ORDER_MARK + write(_RECIPIENT_HEAD)
    for one in people:
        row = (
            str(one.person_id),
            one.code,
            full_name(one.family_name, one.given_name),
            one.position,
            one.unit_name,
            one.address or "",
            _ORIGINS[one.origin],
            _moment(one.listed_at, zone),
            str(one.revision),
            *_state(one.opened_at, one.opened_recorded_at, one.opened_route, zone),
            *_state(one.acknowledged_at, one.acknowledged_recorded_at, one.acknowledged_route, zone),
        )
        yield write([harmless(cell) for cell in row])


def _state(
    at: datetime | None, recorded_at: datetime | None, route: str | None, zone: ZoneInfo
) -> tuple[str, str, str]:
    if at is None or recorded_at is None or route is None:
        return "", "", ""
    return _moment(at, zone), _moment(recorded_at, zone), Route(route).label


def _listed(one: Recipient) -> ListedPerson:
    return ListedPerson._make(getattr(one, name) for name in ListedPerson._fields)


def _ranges(ranges: Sequence[Range]) -> Iterator[str]:
    yield "upto,listed,digest\n"
    yield from (f"{one.upto},{one.listed},{one.digest.hex()}\n" for one in ranges)


def _log(excerpts: Iterable[Excerpt], positions: list[int]) -> Iterator[str]:
    for one in excerpts:
        positions.append(one.position)
        hashes = {"previous": one.previous.hex(), "hash": one.hash.hex()}
        yield json.dumps({"position": one.position, **hashes, "entry": one.entry}, ensure_ascii=False) + "\n"


def _chosen(anchors: Sequence[Anchor], positions: Sequence[int]) -> Sequence[Anchor]:
    """For each entry the first anchor that covers it, and the last of all."""
    known = sorted(anchors, key=lambda anchor: anchor.head.position)
    places = [anchor.head.position for anchor in known]
    wanted = {bisect_left(places, position) for position in positions} | {len(known) - 1}
    return [known[place] for place in sorted(wanted) if 0 <= place < len(known)]


def _verifier() -> bytes:
    return files("service.printing").joinpath("dossier_verifier.py").read_bytes()


def _moment(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{date_short(local)} {local:%H:%M:%S}"


def _readme(dossier: Dossier) -> str:
    head = f"{dossier.head.position} {dossier.head.hash.hex()}" if dossier.head else "-"
    document = "" if dossier.revisions else _WITHOUT_DOCUMENT
    text = (template_directory() / "print" / "dossier_readme.txt").read_text(encoding="utf-8")
    return f"{text}{document}\nchain head: {head}\n"


def report_view(dossier: Dossier, office_name: str, zone: ZoneInfo, entries: int) -> dict[str, object]:
    """What report.pdf shows, as `dossier.typ` names it; `entries` of the log are in the dossier."""
    report = dossier.report
    head = dossier.head
    return {
        "office": office_name.upper(),
        "document": " ".join(filter(None, (f"Văn bản số {report.number}" if report.number else "", report.mode.label))),
        "title": report.title,
        "revision": str(report.revision),
        "frozen": _moment(report.frozen_at, zone),
        "as_of": _moment(report.as_of, zone),
        "heading": _HEADINGS[report.mode],
        "terms": [term_label(term, report.mode) for term in _TERMS],
        "units": [_figures(unit.unit_name, unit.identity) for unit in report.units[:_UNITS_PRINTED]],
        "more_units": number(max(len(report.units) - _UNITS_PRINTED, 0)),
        "total": _figures("Cộng", report.identity),
        "complete": report.listing_done,
        "entries": number(entries),
        "list_digest": dossier.ranges[-1].digest.hex() if dossier.ranges else "",
        "head": f"{number(head.position)}: {head.hash.hex()}" if head else "",
    }


def _pdf(shown: dict[str, object]) -> bytes:
    return typeset(template_directory() / "print" / "dossier.typ", shown)


def _figures(name: str, identity: Identity) -> list[str]:
    return [name, *(number(figure) for figure in astuple(identity))]


_WITHOUT_DOCUMENT = """
Hồ sơ này không kèm nội dung và tệp của văn bản: người xuất chỉ được xem chứng cứ. / Without the document's contents:
whoever made this dossier may see the evidence and not the document.
"""
