"""Verifies a dossier of eOffice Notify with nothing but Python's standard library.

Usage: python verify.py [DOSSIER.zip or its unpacked directory; by default the directory of this file]

It checks that every file is the one that the manifest names, that every entry of the log excerpt gives the hash that
stands beside it, that the frozen list is the one whose digest was sealed, that confirmations in the table and in the
log are the same, and that text and files of every revision are those that were posted or put in their place.
Exit code 0 when all of this holds, 1 when it does not.
"""

import csv
import hashlib
import io
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MANIFEST = "MANIFEST.sha256"
_DIGEST_LENGTH = 64

Contents = dict[str, bytes]
Entry = dict[str, Any]


def main() -> int:
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    try:
        faults = list(verify(read(place)))
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        faults = [f"it cannot be read: {error!r}"]
    for fault in faults:
        sys.stdout.write(f"BAD: {fault}\n")
    if not faults:
        sys.stdout.write("The dossier holds: files, log excerpt, frozen list and document fit each other.\n")
    return 1 if faults else 0


def read(place: Path) -> Contents:
    if place.is_dir():
        return {
            str(file.relative_to(place).as_posix()): file.read_bytes() for file in place.rglob("*") if file.is_file()
        }
    with zipfile.ZipFile(place) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def verify(contents: Contents) -> Iterator[str]:
    """What does not hold, in words."""
    yield from manifest_faults(contents)
    log = [json.loads(line) for line in lines(contents, "log.jsonl")]
    yield from log_faults(log)
    entries = [json.loads(entry) for entry in (*(link["entry"] for link in log), *lines(contents, "waiting.jsonl"))]
    yield from confirmation_faults(contents, entries)
    yield from list_faults(contents, entries)
    yield from document_faults(contents, entries)
    yield from anchor_faults(contents, log)


def manifest_faults(contents: Contents) -> Iterator[str]:
    named = {line[_DIGEST_LENGTH + 2 :]: line[:_DIGEST_LENGTH] for line in lines(contents, MANIFEST)}
    for name in sorted(set(named) - set(contents)):
        yield f"{name} is missing"
    for name in sorted(set(contents) - set(named) - {MANIFEST}):
        yield f"{name} is not named by the manifest"
    for name in sorted(set(named) & set(contents)):
        if hashlib.sha256(contents[name]).hexdigest() != named[name]:
            yield f"{name} is not the file that the manifest names"


def log_faults(log: list[Entry]) -> Iterator[str]:
    before: Entry | None = None
    for link in log:
        place, previous = int(link["position"]), bytes.fromhex(link["previous"])
        if hashlib.sha256(previous + place.to_bytes(8, "big") + link["entry"].encode()).hexdigest() != link["hash"]:
            yield f"the log entry at position {place} does not give the hash beside it"
        if before and place <= before["position"]:
            yield f"the log entry at position {place} is out of order"
        if before and place == before["position"] + 1 and link["previous"] != before["hash"]:
            yield f"the log entry at position {place} does not follow the one before it"
        before = link


def list_faults(contents: Contents, entries: list[Entry]) -> Iterator[str]:
    sealed = [entry["about"] for entry in entries if entry["deed"] == "list frozen"]
    if not sealed:
        return
    people = {int(json.loads(line)[0]): f"{line}\n" for line in lines(contents, "list.jsonl")}
    digest, after = bytes(32), 0
    for part in table(contents, "ranges.csv"):
        upto = int(part["upto"])
        listed = [people[person] for person in sorted(people) if after < person <= upto]
        digest = hashlib.sha256(digest + "".join(listed).encode()).digest()
        if digest.hex() != part["digest"] or len(listed) != int(part["listed"]):
            yield f"the people of the list up to number {upto} are not those that were listed"
            return
        after = upto
    if any(about["digest"] != digest.hex() or about["listed"] != len(people) for about in sealed):
        yield "the list is not the one whose digest was sealed"


def confirmation_faults(contents: Contents, entries: list[Entry]) -> Iterator[str]:
    """Every confirmation in the table has its entry, and every entry stands in the table."""
    logged = {
        (str(entry["about"]["person"]), str(entry["about"]["revision"]))
        for entry in entries
        if entry["deed"] == "acknowledged" or entry["about"].get("state") == "acknowledged"
    }
    told, revisions = set(), {}
    for row in table(contents, "recipients.csv"):
        revisions[row["Số"]] = row["Bản"]
        if row["Xác nhận lúc"]:
            told.add((row["Số"], row["Bản"]))
    for person, revision in sorted(told - logged):
        yield f"person {person} has confirmed revision {revision} by the table, and the log knows nothing of it"
    for person, revision in sorted(logged - told):
        if revisions.get(person, revision) == revision:
            yield f"person {person} has confirmed revision {revision} by the log, and the table knows nothing of it"


def document_faults(contents: Contents, entries: list[Entry]) -> Iterator[str]:
    """Silent about revisions that are not in the dossier: some readers see the evidence and not the documents."""
    witnessed = set()
    for about in (entry["about"] for entry in entries):
        folder = f"document/revision-{about.get('revision')}/"
        # Entries about replacements were once spelt the second way, and stay as they were sealed.
        body, files = (about.get(name, about.get(f"{name}_sha256")) for name in ("body", "files"))
        kept = {name: content for name, content in contents.items() if name.startswith(folder)}
        if body is None or not kept:
            continue
        witnessed.add(folder)
        if digests(kept, f"{folder}text.txt") != [body]:
            yield f"{folder}text.txt is not the text that was posted"
        if digests(kept, f"{folder}files/") != sorted((files or "").split()):
            yield f"{folder}files are not those that were posted"
    held = {"/".join([*name.split("/")[:2], ""]) for name in contents if name.startswith("document/")}
    for folder in sorted(held - witnessed):
        yield f"{folder} is not a revision that the log knows"


def digests(contents: Contents, prefix: str) -> list[str]:
    return sorted(hashlib.sha256(content).hexdigest() for name, content in contents.items() if name.startswith(prefix))


def anchor_faults(contents: Contents, log: list[Entry]) -> Iterator[str]:
    hashes = {link["position"]: link["hash"] for link in log}
    for line in lines(contents, "anchors.txt"):
        position, digest, moment = line.split()
        if hashes.get(int(position), digest) != digest:
            yield f"the anchor of {moment} knows another hash for position {position}"


def lines(contents: Contents, name: str) -> list[str]:
    """Parted by line feeds alone: names may hold what Python's splitlines takes for the end of a line."""
    return [line for line in contents[name].decode().split("\n") if line]


def table(contents: Contents, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(contents[name].decode("utf-8-sig"), newline="")))


if __name__ == "__main__":
    sys.exit(main())
