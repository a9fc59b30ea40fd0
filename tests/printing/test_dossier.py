"""A dossier verifies itself with a bare Python, and no change of it goes unseen."""

import csv
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text

from service.actions.acknowledge import acknowledge, open_document
from service.actions.correct_document import replace_document
from service.actions.list_recipients import list_recipients
from service.actions.make_dossier import make_dossier
from service.actions.post_document import post_document
from service.actions.seal_evidence import seal_evidence
from service.domain.corrections import Replacement
from service.domain.documents import Mode, NewFile
from service.domain.dossiers import Dossier
from service.domain.errors import NotFound, PrintingTooLong
from service.domain.receipts import Route
from service.domain.roles import OPERATOR, Actor, Role
from service.printing.dossier import MANIFEST, report_view, write_dossier
from service.printing.dossier_verifier import document_faults
from service.printing.typesetting import typeset
from service.rendering import template_directory
from service.runtime import Runtime
from service.store.database import make_engine, make_sessions
from service.store.schema import make_schema, upgrade_schema
from service.store.tables import evidence
from tests.conftest import Databases
from tests.fakes import OFFICE_ZONE
from tests.makers import make_account, make_actor, make_person, make_posting, make_unit

Change = Callable[[bytes], bytes]


def make(runtime: Runtime, place: Path, actor: Actor = OPERATOR, distribution_id: int = 1) -> Path:
    file = place / "dossier.zip"
    make_dossier(
        runtime, actor, distribution_id, lambda contents: write_dossier(file, contents, "Sở Thử nghiệm", OFFICE_ZONE)
    )
    return file


@pytest.fixture
def confirmed(runtime: Runtime) -> Runtime:
    """Two people with odd names have a document with files; one has confirmed, and then the document was replaced."""
    with runtime.sessions.begin() as session:
        unit = make_unit(session, name='Phòng "Một"')
        first = make_person(session, unit, family_name="=1+1", given_name="Lan\u2028")
        make_person(session, unit, email=None)
        reader = make_actor(account_id=make_account(session, first), person_id=first)
    files = (NewFile("../../a:b.txt", "text/plain", b"x"), NewFile("b.txt", "text/plain", b"y"))
    post_document(runtime, OPERATOR, make_posting(body="Nội dung\r\nvăn bản", files=files))
    list_recipients(runtime)
    open_document(runtime, reader, 1, Route.INBOX)
    acknowledge(runtime, reader, 1, 1, Route.INBOX)
    new = (NewFile("c.txt", "text/plain", b"z"),)
    replace_document(runtime, OPERATOR, 1, Replacement(replaces=1, note="Sai ngày.", body="Nội dung mới", files=new))
    acknowledge(runtime, reader, 1, 2, Route.INBOX)
    seal_evidence(runtime)
    return runtime


def test_its_table_names_who_has_confirmed_as_the_report_does(confirmed: Runtime, tmp_path: Path) -> None:
    table = (unpacked(make(confirmed, tmp_path)) / "report.csv").read_text(encoding="utf-8-sig")
    people = [line for line in csv.DictReader(io.StringIO(table)) if line["Mã"]]
    assert [(line["Dòng"], line["Hình thức"]) for line in people] == [
        ("Người", ""),
        ("Người đã xác nhận", "Từ hộp văn bản"),
    ]


def unpacked(file: Path) -> Path:
    place = file.with_suffix("")
    with zipfile.ZipFile(file) as archive:
        archive.extractall(place)
    return place


def verify(place: Path, *arguments: str) -> tuple[int, str]:
    ran = subprocess.run(
        [sys.executable, "-I", "-S", str(place / "verify.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={},
        encoding="utf-8",
    )
    return ran.returncode, ran.stdout + ran.stderr


def change(place: Path, name: str, by: Change, *, with_manifest: bool) -> None:
    file = place / name
    file.write_bytes(by(file.read_bytes()))
    if with_manifest:
        manifest = place / MANIFEST
        kept = [line for line in manifest.read_text().splitlines() if not line.endswith(f"  {name}")]
        kept.append(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {name}")
        manifest.write_text("\n".join(kept) + "\n")


def test_a_dossier_verifies_itself_unpacked_and_packed(confirmed: Runtime, tmp_path: Path) -> None:
    file = make(confirmed, tmp_path)
    place = unpacked(file)
    for arguments in ((), (str(file),)):
        code, said = verify(place, *arguments)
        assert code == 0, said
        assert said.startswith("The dossier holds")


def test_it_holds_everything_that_proves_the_distribution(confirmed: Runtime, tmp_path: Path) -> None:
    place = unpacked(make(confirmed, tmp_path))
    assert {file.relative_to(place).as_posix() for file in place.rglob("*") if file.is_file()} == {
        "MANIFEST.sha256",
        "README.txt",
        "anchors.txt",
        "document/revision-1/files/01-.._.._a_b.txt",
        "document/revision-1/files/02-b.txt",
        "document/revision-1/text.txt",
        "document/revision-2/files/01-c.txt",
        "document/revision-2/text.txt",
        "list.jsonl",
        "log.jsonl",
        "ranges.csv",
        "recipients.csv",
        "report.csv",
        "report.pdf",
        "verify.py",
        "waiting.jsonl",
    }
    assert (place / "document/revision-1/text.txt").read_bytes() == "Nội dung\r\nvăn bản".encode()
    assert (place / "report.pdf").read_bytes().startswith(b"%PDF")
    assert "không phải chữ ký số" in (place / "README.txt").read_text(encoding="utf-8")
    assert "'=1+1" in (place / "recipients.csv").read_text(encoding="utf-8-sig")
    assert (place / "log.jsonl").read_text(encoding="utf-8").count("\n") == 6


@pytest.mark.parametrize(
    ("mode", "done", "not_done", "heading"),
    [
        (Mode.ACKNOWLEDGE, "Đã xác nhận", "Chưa xác nhận", "BÁO CÁO TÌNH HÌNH XÁC NHẬN"),
        (Mode.INFORM, "Đã xem", "Chưa xem", "BÁO CÁO TÌNH HÌNH XEM VĂN BẢN"),
    ],
)
def test_the_printed_report_calls_the_figures_by_what_was_asked_for(
    runtime: Runtime, tmp_path: Path, mode: Mode, done: str, not_done: str, heading: str
) -> None:
    with runtime.sessions.begin() as session:
        make_person(session, make_unit(session))
    post_document(runtime, OPERATOR, make_posting(mode=mode))
    list_recipients(runtime)
    told: list[dict[str, object]] = []

    def write(contents: Dossier) -> Callable[[], str]:
        told.append(report_view(contents, "Sở Thử nghiệm", OFFICE_ZONE, 0))
        return write_dossier(tmp_path / "dossier.zip", contents, "Sở Thử nghiệm", OFFICE_ZONE)

    make_dossier(runtime, OPERATOR, 1, write)
    terms = [done, not_done, "Vắng có lý do", "Miễn", "Chuyển, nghỉ việc", "Không liên lạc được"]
    assert [(one["heading"], one["terms"]) for one in told] == [(heading, terms)]


def test_the_report_is_printed_when_the_database_is_let_go(confirmed: Runtime, tmp_path: Path) -> None:
    pool = confirmed.sessions.kw["bind"].pool
    in_use: list[int] = []

    def write(contents: Dossier) -> Callable[[], str]:
        finish = write_dossier(tmp_path / "dossier.zip", contents, "Sở Thử nghiệm", OFFICE_ZONE)

        def noted() -> str:
            in_use.append(pool.checkedout())
            return finish()

        in_use.append(pool.checkedout())
        return noted

    make_dossier(confirmed, OPERATOR, 1, write)
    assert in_use == [1, 0]


def test_making_a_dossier_seals_and_leaves_anchors_to_the_worker(runtime: Runtime, tmp_path: Path) -> None:
    with runtime.sessions.begin() as session:
        make_person(session, make_unit(session))
    post_document(runtime, OPERATOR, make_posting())
    list_recipients(runtime)
    place = unpacked(make(runtime, tmp_path))
    assert runtime.anchors.last() is None
    assert (place / "waiting.jsonl").read_text() == ""
    assert verify(place)[0] == 0


def test_what_is_not_printed_in_time_is_refused() -> None:
    with pytest.raises(PrintingTooLong):
        typeset(template_directory() / "print" / "dossier.typ", {}, patience=0)


def test_whoever_may_not_read_documents_gets_the_evidence_about_them_alone(confirmed: Runtime, tmp_path: Path) -> None:
    place = unpacked(make(confirmed, tmp_path, make_actor(Role.AUDITOR, account_id=1)))
    assert not (place / "document").exists()
    assert verify(place)[0] == 0


def test_the_export_is_written_down_with_the_digest_of_the_manifest(confirmed: Runtime, tmp_path: Path) -> None:
    place = unpacked(make(confirmed, tmp_path))
    digest = hashlib.sha256((place / MANIFEST).read_bytes()).hexdigest()
    with confirmed.sessions() as session:
        query = select(evidence.c.entry).where(evidence.c.deed == "exported")
        assert f'"manifest":"{digest}"' in session.execute(query).scalar_one()


def test_who_sees_no_reports_of_the_office_gets_none(confirmed: Runtime, tmp_path: Path) -> None:
    for role in (Role.MANAGER, Role.ADMINISTRATOR, Role.EMPLOYEE):
        with pytest.raises(NotFound):
            make(confirmed, tmp_path, make_actor(role, account_id=1))
    with pytest.raises(NotFound):
        make(confirmed, tmp_path, distribution_id=4711)


def replaced(old: str, new: str) -> Change:
    return lambda content: content.replace(old.encode(), new.encode(), 1)


# What is changed, how, and what the verifier says when the manifest was made anew as well.
TAMPERINGS = [
    ("document/revision-1/text.txt", replaced("Nội", "Lời"), "is not the text that was posted"),
    ("document/revision-1/files/02-b.txt", replaced("y", "z"), "are not those that were posted"),
    ("document/revision-2/text.txt", replaced("mới", "cũ"), "is not the text that was posted"),
    ("document/revision-2/files/01-c.txt", replaced("z", "x"), "are not those that were posted"),
    ("list.jsonl", replaced("Lan", "Lam"), "are not those that were listed"),
    ("list.jsonl", lambda content: content[: content.index(b"\n") + 1], "are not those that were listed"),
    ("ranges.csv", lambda content: content[: content.index(b"\n") + 1], "is not the one whose digest was sealed"),
    ("log.jsonl", replaced("acknowledged", "opened"), "does not give the hash beside it"),
    ("log.jsonl", lambda content: content[: content.rstrip().rindex(b"\n") + 1], "the log knows nothing of it"),
]


@pytest.mark.parametrize(("name", "by", "said"), TAMPERINGS)
@pytest.mark.parametrize("with_manifest", [False, True])
def test_a_change_is_found(
    confirmed: Runtime, tmp_path: Path, name: str, by: Change, said: str, *, with_manifest: bool
) -> None:
    place = unpacked(make(confirmed, tmp_path))
    change(place, name, by, with_manifest=with_manifest)
    code, told = verify(place)
    if not with_manifest:
        assert f"BAD: {name} is not the file that the manifest names" in told
    assert code == 1
    assert said in told


def test_a_confirmation_taken_out_of_the_table_is_missed(confirmed: Runtime, tmp_path: Path) -> None:
    place = unpacked(make(confirmed, tmp_path))

    def without_confirmation(content: bytes) -> bytes:
        lines = content.decode("utf-8-sig").splitlines()
        return "\n".join(
            ",".join([*line.split(",")[:-3], "", "", ""]) if "hộp" in line else line for line in lines
        ).encode()

    change(place, "recipients.csv", without_confirmation, with_manifest=True)
    code, said = verify(place)
    assert code == 1
    assert "has confirmed revision 2 by the log, and the table knows nothing of it" in said


def test_a_revision_that_nobody_published_is_found(confirmed: Runtime, tmp_path: Path) -> None:
    place = unpacked(make(confirmed, tmp_path))
    forged = "document/revision-3/text.txt"
    (place / forged).parent.mkdir()
    (place / forged).touch()
    change(place, forged, lambda _: b"Khac", with_manifest=True)
    code, said = verify(place)
    assert code == 1
    assert "document/revision-3/ is not a revision that the log knows" in said


def test_contents_are_found_in_entries_as_they_were_once_spelt() -> None:
    contents = {"document/revision-2/text.txt": b"a", "document/revision-2/files/01-c.txt": b"b"}
    body, file = (hashlib.sha256(content).hexdigest() for content in contents.values())
    known = {"about": {"revision": 2, "body_sha256": body, "files_sha256": file}}
    forged = {"about": {"revision": 2, "body_sha256": file, "files_sha256": body}}
    assert list(document_faults(contents, [known])) == []
    assert list(document_faults(contents, [forged])) == [
        "document/revision-2/text.txt is not the text that was posted",
        "document/revision-2/files are not those that were posted",
    ]


def test_files_that_are_missing_or_too_many_or_no_dossier_at_all_are_found(confirmed: Runtime, tmp_path: Path) -> None:
    place = unpacked(make(confirmed, tmp_path))
    (place / "more.txt").touch()
    (place / "report.csv").unlink()
    code, said = verify(place)
    assert code == 1
    assert "more.txt is not named by the manifest" in said
    assert "report.csv is missing" in said
    (place / "log.jsonl").write_text("{")
    assert verify(place)[0] == 1
    assert verify(place, str(place / "verify.py"))[0] == 1


def test_an_anchor_of_another_chain_is_found(confirmed: Runtime, tmp_path: Path) -> None:
    place = unpacked(make(confirmed, tmp_path))
    assert (place / "anchors.txt").read_text() != ""

    def another_hash(content: bytes) -> bytes:
        digit = b"1" if content[2:3] == b"0" else b"0"
        return content[:2] + digit + content[3:]

    change(place, "anchors.txt", another_hash, with_manifest=True)
    code, said = verify(place)
    assert code == 1
    assert "knows another hash" in said


# Two lists of four people: the first was drawn, opened and confirmed, the second half drawn when the upgrade came.
BEFORE_THE_LOG = """
INSERT INTO units (code, name) VALUES ('P', 'Phòng "Một"');
INSERT INTO people (code) VALUES ('A'), ('B'), ('C'), ('D');
INSERT INTO memberships
    (person_id, unit_id, family_name, given_name, name_key, search, position, staff_class, valid_from)
SELECT id, 1, 'Trần', code, code, code, '', 'cong-chuc', '2018-01-01Z' FROM people;
INSERT INTO documents (type_code, number, issuing_body, title) VALUES ('KH', '1', 'b', 't');
INSERT INTO revisions (document_id, revision, body, body_sha256) VALUES
    (1, 1, 'Nội dung', encode(sha256(convert_to('Nội dung', 'UTF8')), 'hex'));
INSERT INTO files (document_id, revision, position, name, media_type, size, sha256, content)
SELECT 1, 1, n, n || '.txt', 'text/plain', 1, encode(sha256(n::text::bytea), 'hex'), n::text::bytea
  FROM generate_series(1, 2) n;
INSERT INTO distributions
    (document_id, mode, audience, frozen_at, letter_token, listed_through, listed, listed_at)
VALUES
    (1, 'acknowledge', 'all', '2018-03-01Z', 'x', 4, 4, '2018-03-01Z'),
    (1, 'acknowledge', 'all', '2018-03-02Z', 'y', 2, 2, NULL);
INSERT INTO receipts
    (distribution_id, person_id, unit_id, unit_name, family_name, given_name, name_key, staff_class, listed_at)
SELECT d.id, p.id, 1, 'Phòng "Một"', 'Trần', p.code, p.code, 'cong-chuc', d.frozen_at
  FROM distributions d JOIN people p ON p.id <= d.listed_through;
INSERT INTO receipt_events (distribution_id, person_id, revision, state, route, effective_at) VALUES
    (1, 1, 1, 'opened', 'inbox', '2018-03-02Z'),
    (1, 1, 1, 'acknowledged', 'inbox', '2018-03-02 00\\:01Z');
"""


def test_what_was_there_before_the_log_verifies_and_is_said_to_be_older(
    runtime: Runtime, databases: Databases, tmp_path: Path
) -> None:
    engine = make_engine(databases.empty())
    with engine.begin() as owner:
        make_schema(owner, "0001")
        owner.execute(text(BEFORE_THE_LOG))
        upgrade_schema(owner)
    upgraded = replace(runtime, sessions=make_sessions(engine))
    list_recipients(upgraded)
    for number in (1, 2):
        place = tmp_path / str(number)
        place.mkdir()
        file = make(upgraded, place, distribution_id=number)
        code, said = verify(unpacked(file))
        assert code == 0, said
    change(tmp_path / "1" / "dossier", "list.jsonl", replaced('"A"', '"X"'), with_manifest=True)
    assert verify(tmp_path / "1" / "dossier")[0] == 1
    with upgraded.sessions() as session:
        texts = session.execute(select(evidence.c.entry).order_by(evidence.c.id)).scalars().all()
    told = [json.loads(entry) for entry in texts]
    assert [(one["deed"], one["about"].get("before_log", False)) for one in told[:6]] == [
        ("posted", True),
        ("list frozen", True),
        ("opened", True),
        ("acknowledged", True),
        ("posted", True),
        ("list frozen", False),
    ]
    in_canonical_form = [json.dumps(one, ensure_ascii=False, sort_keys=True, separators=(",", ":")) for one in told]
    assert in_canonical_form == texts
    engine.dispose()
