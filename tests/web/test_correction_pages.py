import pytest
from fastapi import FastAPI

from service.actions.correct_document import issue_erratum, recall_document, replace_document
from service.domain.corrections import Replacement
from service.domain.documents import Mode, NewFile
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from tests.web.conftest import form_token, send
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
    assert (late.status_code, "xác nhận bản 2" in late.text) == (409, True)


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


def test_what_was_not_recalled_has_no_recall_to_confirm(office: Office, sent: int) -> None:
    with office.visit("binh") as client:
        answer = client.post(f"/inbox/{sent}/confirm-recall", data={"form_token": form_token(client)})
    assert answer.status_code == 422
    assert "không bị thu hồi" in answer.text
