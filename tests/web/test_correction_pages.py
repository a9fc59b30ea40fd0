from dataclasses import replace

import pytest
from fastapi import FastAPI

from service.actions.announce_corrections import announce_corrections
from service.actions.correct_document import issue_erratum, recall_document, replace_document
from service.domain.corrections import Replacement
from service.domain.documents import Mode, NewFile
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.web.app import make_app
from service.web.site import Site
from tests.web.conftest import form_token, send
from tests.web.forms import form_to
from tests.web.office import Office, make_office, text_of

SCAN = NewFile("ke hoach.pdf", "application/pdf", b"%PDF-1.7 thu")
BODY = "Điều 1. Phạm vi.\n\nHạn nộp ngày 05/3 tại Văn phòng.\n\nĐiều 3. Thi hành."
BETTER = Replacement(replaces=1, note="Sai ngày ở Điều 2.", body=BODY.replace("05/3", "06/3"), number="13/KH-SKHCN")


@pytest.fixture
def office(app: FastAPI, runtime: Runtime) -> Office:
    return make_office(app, runtime)


@pytest.fixture
def sent(office: Office, runtime: Runtime) -> int:
    """A document with a file, to Bình and Cúc."""
    return send(runtime, "unit:P1", body=BODY, files=(SCAN,))


def test_an_erratum_stands_with_its_date_above_the_text(office: Office, runtime: Runtime, sent: int) -> None:
    issue_erratum(runtime, OPERATOR, sent, "Điều 1 <b>ghi thừa</b> một chữ.")
    with office.visit("binh") as client:
        shown = client.get(f"/inbox/{sent}").text
    assert "&lt;b&gt;ghi thừa&lt;/b&gt;" in shown
    told = text_of(shown)
    assert told.index("Đính chính lần 1") < told.index("Điều 1. Phạm vi.")


def test_the_reader_of_a_replacement_is_told_why_what_was_confirmed_before_and_what_changed(
    office: Office, runtime: Runtime, sent: int
) -> None:
    with office.visit("binh") as client:
        client.post(f"/inbox/{sent}/acknowledge", data={"revision": "1", "form_token": form_token(client)})
        replace_document(runtime, OPERATOR, sent, BETTER)
        told = text_of(client.get(f"/inbox/{sent}").text)
        changed = client.get(f"/inbox/{sent}/revisions/2").text
        first = text_of(client.get(f"/inbox/{sent}/revisions/1").text)
        late = client.post(f"/inbox/{sent}/acknowledge", data={"revision": "1", "form_token": form_token(client)})
    assert "bản 2 thay thế bản 1" in told
    assert "Sai ngày ở Điều 2." in told
    assert "Đồng chí đã xác nhận bản 1 lúc" in told
    assert "cần xác nhận bản 2" in told
    assert "13/KH-SKHCN" in told
    assert '<del><span class="vh">[bỏ] </span> 05' in changed
    assert '<ins><span class="vh">[thêm] </span> 06' in changed
    assert "Hạn nộp ngày 05/3 tại Văn phòng." in first
    assert late.status_code == 409
    assert "Bản 1 đã được thay thế; đề nghị đọc và xác nhận bản 2." in text_of(late.text)
    assert "Hạn nộp ngày 06/3" in late.text


def test_the_files_of_an_earlier_revision_stay_within_reach_of_those_who_read(
    office: Office, runtime: Runtime, sent: int
) -> None:
    replace_document(runtime, OPERATOR, sent, Replacement(replaces=1, note="Đổi tệp.", body=BODY, files=()))
    with office.visit("binh") as client:
        first, second = (client.get(f"/inbox/{sent}/revisions/{number}").text for number in (1, 2))
        assert client.get(f"/inbox/{sent}/files/1").content == SCAN.content
    assert "ke hoach.pdf" in first
    assert "ke hoach.pdf" not in second
    assert "Toàn văn không đổi" in second


def test_a_revision_is_there_for_addressees_and_those_who_read_every_document(
    office: Office, runtime: Runtime, sent: int
) -> None:
    replace_document(runtime, OPERATOR, sent, BETTER)
    assert office.seen_by(f"/inbox/{sent}/revisions/1") == {"secretariat", "leadership"}
    for who, path, status in (("cuc", "revisions/1", 200), ("dung", "revisions/1", 404), ("cuc", "revisions/3", 404)):
        with office.visit(who) as client:
            assert client.get(f"/inbox/{sent}/{path}").status_code == status


@pytest.mark.parametrize("mode", list(Mode))
def test_a_recalled_document_shows_its_recall_and_nothing_of_its_text(
    office: Office, runtime: Runtime, mode: Mode
) -> None:
    sent = send(runtime, "unit:P1", body=BODY, files=(SCAN,), mode=mode)
    recall_document(runtime, OPERATOR, sent, "Ban hành nhầm.")
    with office.visit("binh") as client:
        shown = client.get(f"/inbox/{sent}")
        gone = [client.get(f"/inbox/{sent}/{path}").status_code for path in ("files/1", "revisions/1")]
        listed = text_of(client.get("/inbox").text)
    assert shown.status_code == 200
    assert "Ban hành nhầm." in shown.text
    assert "Tôi đã hủy, gỡ văn bản này" in shown.text
    assert "Hạn nộp" not in shown.text
    assert gone == [404, 404]
    assert "1 văn bản cần xác nhận" in listed
    assert "Cần xác nhận đã gỡ" in listed
    with office.visit("dung") as client:
        assert client.get(f"/inbox/{sent}").status_code == 404
    with office.visit("secretariat") as client:
        assert "Hạn nộp" in client.get(f"/inbox/{sent}/revisions/1").text
        assert client.get(f"/inbox/{sent}/files/1").content == SCAN.content


def test_a_recall_is_confirmed_by_a_form_of_ours_and_then_leaves_what_waits(
    office: Office, runtime: Runtime, sent: int
) -> None:
    recall_document(runtime, OPERATOR, sent, "Ban hành nhầm.")
    with office.visit("binh") as client:
        assert client.post(f"/inbox/{sent}/confirm-recall").status_code == 403
        assert client.get(f"/inbox/{sent}/confirm-recall").status_code == 405
        done = client.post(f"/inbox/{sent}/confirm-recall", data={"form_token": form_token(client)})
        told = text_of(client.get(f"/inbox/{sent}").text)
        listed = text_of(client.get("/inbox").text)
    assert (done.status_code, done.headers["location"]) == (303, f"/inbox/{sent}#xac-nhan")
    assert "Đồng chí đã xác nhận hủy, gỡ văn bản này lúc" in told
    assert "Xác nhận đã gỡ văn bản" in told
    assert "0 văn bản cần xác nhận" in listed
    assert "Đã thu hồi" in listed


def test_who_confirms_a_document_that_was_recalled_meanwhile_is_shown_the_recall(
    office: Office, runtime: Runtime, sent: int
) -> None:
    recall_document(runtime, OPERATOR, sent, "Ban hành nhầm.")
    with office.visit("binh") as client:
        fields = {"revision": "1", "form_token": form_token(client)}
        answer = client.post(f"/inbox/{sent}/acknowledge", data=fields)
    assert answer.status_code == 409
    assert "Tôi đã hủy, gỡ văn bản này" in answer.text


def test_what_was_not_recalled_has_no_recall_to_confirm(office: Office, sent: int) -> None:
    with office.visit("binh") as client:
        answer = client.post(f"/inbox/{sent}/confirm-recall", data={"form_token": form_token(client)})
    assert answer.status_code == 422
    assert "không bị thu hồi" in answer.text


REPLACING = {"replaces": "1", "note": "Sai ngày ở Điều 2.", "body": BODY.replace("05/3", "06/3"), "old_files": "kept"}


def test_only_the_secretariat_gets_to_the_forms_and_their_addresses(office: Office, sent: int) -> None:
    assert office.seen_by(f"/distributions/{sent}/correct") == {"secretariat"}
    for path in ("errata", "replacement", "recall"):
        assert office.done_by(f"/distributions/{sent}/{path}", {}) == {"secretariat"}
    with office.visit("secretariat") as client:
        assert client.get("/distributions/999/correct").status_code == 404


def test_the_secretariat_corrects_replaces_and_recalls_and_sees_it_on_the_page_of_the_distribution(
    office: Office, sent: int
) -> None:
    with office.visit("secretariat") as client:
        token = {"form_token": form_token(client)}
        form = client.get(f"/distributions/{sent}/correct").text
        assert BODY in form
        for path, fields in (
            ("errata", {"erratum": "Điều 1 ghi thừa một chữ."}),
            ("replacement", REPLACING),
            ("recall", {"reason": "Ban hành nhầm.", "sure": "yes"}),
        ):
            done = client.post(f"/distributions/{sent}/{path}", data={**fields, **token})
            assert (done.status_code, done.headers["location"]) == (303, f"/distributions/{sent}#sua-doi")
        told = text_of(client.get(f"/distributions/{sent}").text)
        report = text_of(client.get(f"/distributions/{sent}/report").text)
        closed = client.get(f"/distributions/{sent}/correct").text
    for words in ("Đính chính lần 1", "Thay thế: bản 2", "0/2 người đã xác nhận hủy, gỡ."):
        assert words in told
    assert "0/2 người đã xác nhận hủy, gỡ." in report
    assert "Ban hành nhầm." in report
    assert "Trần Văn Bình" in report
    assert "không sửa được nữa" in closed


def test_the_secretariat_sees_when_everybody_was_told(office: Office, runtime: Runtime, sent: int) -> None:
    issue_erratum(runtime, OPERATOR, sent, "Hai thành Hái.")
    with office.visit("secretariat") as client:
        assert "đang viết thư báo" in client.get(f"/distributions/{sent}").text
        announce_corrections(runtime)
        assert "đang viết thư báo" not in client.get(f"/distributions/{sent}").text


def test_a_manager_sees_who_of_the_own_units_has_not_removed_a_recalled_document(
    office: Office, runtime: Runtime
) -> None:
    sent = send(runtime, "unit:P1,unit:P2")
    recall_document(runtime, OPERATOR, sent, "Ban hành nhầm.")
    with office.visit("manager") as client:
        told = text_of(client.get(f"/distributions/{sent}").text)
        assert client.get(f"/distributions/{sent}/correct").status_code == 404
    assert "0/2 người đã xác nhận hủy, gỡ." in told
    assert "Đặng Dũng" not in told


@pytest.mark.parametrize(
    ("path", "fields", "sentence", "status"),
    [
        ("errata", {"erratum": " "}, "mọi người nhận văn bản đều đọc được", 422),
        ("errata", {"erratum": "MẬT"}, "dấu MẬT", 422),
        ("replacement", {**REPLACING, "note": ""}, "mọi người nhận văn bản đều đọc được", 422),
        ("replacement", {**REPLACING, "body": BODY}, "chưa có gì thay đổi", 422),
        ("replacement", {**REPLACING, "body": f"{BODY}\n[TỐI MẬT]"}, "dấu TỐI MẬT", 422),
        ("replacement", {**REPLACING, "replaces": "7"}, "đã được thay thế rồi", 409),
        ("replacement", {**REPLACING, "replaces": "x"}, "đã được thay thế rồi", 409),
        ("replacement", {**REPLACING, "issued_on": "32/13/2018"}, "32/13/2018", 422),
        ("replacement", {**REPLACING, "due_date": "05/03/2018"}, "đã qua", 422),
        ("replacement", {**REPLACING, "due_date": "mai"}, "mai", 422),
        ("replacement", {**REPLACING, "number": "12\x07/KH"}, "không ghi được vào sổ", 422),
        ("recall", {"reason": "Ban hành nhầm."}, "không hoàn tác được", 422),
        ("recall", {"reason": "", "sure": "yes"}, "mọi người nhận văn bản đều đọc được", 422),
    ],
)
def test_a_form_with_a_mistake_comes_back_with_what_was_typed_and_nothing_is_done(
    office: Office, sent: int, path: str, fields: dict[str, str], sentence: str, status: int
) -> None:
    with office.visit("secretariat") as client:
        answer = client.post(f"/distributions/{sent}/{path}", data={**fields, "form_token": form_token(client)})
        told = text_of(client.get(f"/distributions/{sent}").text)
    assert answer.status_code == status
    assert sentence in text_of(answer.text)
    if fields.get("note"):
        assert fields["note"] in answer.text
    assert "lần 1" not in told
    assert "bản 2" not in told


def test_a_file_over_the_limit_costs_nothing_that_was_written(office: Office, sent: int, site: Site) -> None:
    policy = replace(site.runtime.policy, max_file_bytes=1000)
    strict = replace(office, app=make_app(replace(site, runtime=replace(site.runtime, policy=policy))))
    path = f"/distributions/{sent}/replacement"
    with strict.visit("secretariat") as client:
        typed = {**REPLACING, "old_files": "replaced", "due_date": "5d"}
        fields = {**typed, "form_token": form_token(client)}
        answer = client.post(path, data=fields, files={"files": ("lon.pdf", b"x" * 2000, "application/pdf")})
    assert answer.status_code == 413
    form = form_to(answer.text, path)
    assert form.wrong == {"files"}
    assert {name: form.values[name] for name in typed} == typed


def test_files_that_would_not_count_are_refused(office: Office, sent: int) -> None:
    with office.visit("secretariat") as client:
        answer = client.post(
            f"/distributions/{sent}/replacement",
            data={**REPLACING, "form_token": form_token(client)},
            files={"files": ("moi.pdf", b"%PDF-1.7 moi", "application/pdf")},
        )
        done = client.post(
            f"/distributions/{sent}/replacement",
            data={**REPLACING, "old_files": "replaced", "form_token": form_token(client)},
            files={"files": ("moi.pdf", b"%PDF-1.7 moi", "application/pdf")},
        )
        shown = client.get(f"/inbox/{sent}/revisions/2").text
    assert answer.status_code == 422
    assert "vẫn giữ các tệp của bản trước" in answer.text
    assert done.status_code == 303
    assert "moi.pdf" in shown
    assert "ke hoach.pdf" not in shown
