import pytest
from starlette.testclient import TestClient

from service.runtime import Runtime
from tests.makers import make_person
from tests.web.api.conftest import Caller, Office
from tests.web.conftest import form_token, sign_in

UNITS = "code,name,parent_code\nSO,Sở Thử nghiệm,\nP3,Phòng Ba,SO\n"


def upload(caller: Caller, content: str | bytes, query: str = "") -> tuple[int, dict[str, object]]:
    written = content.encode() if isinstance(content, str) else content
    answer = caller.post(f"/directory/import{query}", files={"file": ("danh ba.csv", written, "text/csv")})
    body: dict[str, object] = answer.json()
    return answer.status_code, body


def walked(caller: Caller, path: str, name: str = "code", **query: object) -> list[str]:
    """What a list holds, page by page."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = caller.get(path, params={**query, **cursor}).json()
        found += [line[name] for line in page["items"]]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


def unit_codes(caller: Caller) -> list[str]:
    return [unit["code"] for unit in caller.get("/units").json()]


def test_units_come_in_office_order_with_their_parents(secretariat: Caller) -> None:
    units = secretariat.get("/units").json()
    assert [(unit["code"], unit["parent_code"], unit["depth"], unit["people"]) for unit in units] == [
        ("SO", None, 0, 1),
        ("P1", "SO", 1, 2),
        ("P1A", "P1", 2, 1),
        ("P2", "SO", 1, 1),
    ]


SOUGHT: tuple[tuple[dict[str, str], list[str]], ...] = (
    ({}, ["A", "B", "D", "C", "E"]),
    ({"search": "binh"}, ["B"]),
    ({"search": "Nguyễn dung"}, ["D"]),
    ({"unit": "P1"}, ["B", "D", "C"]),
    ({"unit": "P1A"}, ["C"]),
    ({"search": "không có ai"}, []),
)


def test_people_are_found_by_words_and_unit(secretariat: Caller) -> None:
    assert [(query, walked(secretariat, "/people", limit=2, **query)) for query, _ in SOUGHT] == list(SOUGHT)


@pytest.fixture
def manager(callers: dict[str, Caller]) -> Caller:
    return callers["manager"]


def test_a_manager_sees_the_own_units_as_if_there_were_no_others(manager: Caller) -> None:
    units = manager.get("/units").json()
    assert [(unit["code"], unit["parent_code"], unit["depth"], unit["people"]) for unit in units] == [
        ("P1", None, 0, 2),
        ("P1A", "P1", 1, 1),
    ]


def test_a_manager_finds_the_people_of_the_own_units_alone(manager: Caller) -> None:
    found = [walked(manager, "/people", limit=2, **query) for query in ({}, {"search": "nguyen"}, {"unit": "P1A"})]
    assert found == [["B", "D", "C"], ["B", "D", "C"], ["C"]]
    for code in ("P2", "KHONG-CO"):
        assert manager.get("/people", params={"unit": code}).json()["code"] == "unknown-unit"
    assert walked(manager, "/people", unit="SO") == ["B", "D", "C"]
    assert manager.get("/people/C").json()["full_name"] == "Nguyễn Văn Chi"
    assert manager.get("/people/E").json() == manager.get("/people/KHONG-CO").json()


def test_the_longest_names_do_not_break_the_walk(secretariat: Caller, office: Office, runtime: Runtime) -> None:
    longest = "Nguyễn Phước " * 40
    with runtime.sessions.begin() as session:
        for code in ("X1", "X2", "X3"):
            make_person(session, office.units["P2"], code=code, family_name=longest, given_name="Ẩn")
    assert walked(secretariat, "/people", limit=1, unit="P2") == ["X1", "X2", "X3", "E"]


def test_an_import_says_what_it_does_and_does_it(secretariat: Caller) -> None:
    status, dry = upload(secretariat, UNITS, "?dry_run=true")
    assert (status, dry["written"]) == (200, False)
    assert "P3" not in unit_codes(secretariat)
    status, done = upload(secretariat, UNITS)
    assert (status, done["written"], done["people"]) == (200, True, None)
    assert done["units"]["new"] == dry["units"]["new"] == [{"code": "P3", "name": "Phòng Ba", "note": ""}]  # type: ignore[index]  # JSON
    assert "P3" in unit_codes(secretariat)


def test_a_refused_import_names_line_column_and_reason_and_writes_nothing(secretariat: Caller) -> None:
    wrong = UNITS + "P4,,KHONG-CO\n"
    status, problem = upload(secretariat, wrong)
    assert (status, problem["code"]) == (422, "import-refused")
    refused = problem["result"]["units"]["refused"]  # type: ignore[index]  # JSON
    assert ("name", 4) in [(finding["column"], finding["line"]) for finding in refused]
    assert all(finding["reason"] for finding in refused)
    assert "P3" not in unit_codes(secretariat)
    status, taken = upload(secretariat, wrong, "?take_good=true")
    assert (status, taken["written"]) == (200, True)
    assert "P3" in unit_codes(secretariat)


def test_so_many_leave_only_when_it_is_allowed(secretariat: Caller) -> None:
    one = "code,family_name,given_name,staff_class,unit_code\nF,Lê,Phúc,cong-chuc,P1\n"
    status, dry = upload(secretariat, one, "?dry_run=true")
    assert (status, dry["people"]["many_leave"], dry["people"]["staff"]) == (200, True, 5)  # type: ignore[index]  # JSON
    status, problem = upload(secretariat, one)
    assert (status, problem["code"]) == (422, "many-leave")
    assert str(problem["detail"]).startswith("5 of the 5 people in the directory are not in the file")
    assert len(problem["result"]["people"]["left"]) == 5  # type: ignore[index]  # JSON
    assert "A" in walked(secretariat, "/people")
    status, done = upload(secretariat, one, "?allow_leavers=true")
    assert (status, done["written"]) == (200, True)
    assert walked(secretariat, "/people") == ["F"]


def test_what_is_no_table_is_refused_in_one_sentence(secretariat: Caller) -> None:
    for content in (b"", b"\xff\xfe\x00", b"PK\x03\x04broken", "mã;tên\n".encode("utf-16")):
        status, problem = upload(secretariat, content)
        assert (status, problem["code"]) == (422, "unreadable-import")
        assert "danh ba.csv" in str(problem["detail"])


def test_an_absence_that_ends_before_it_starts_is_refused(secretariat: Caller) -> None:
    backwards = {"first_day": "2018-03-02", "last_day": "2018-03-01", "reason": "nghỉ phép"}
    assert secretariat.post("/people/C/absences", json=backwards).json()["code"] == "bad-period"
    assert secretariat.post("/people/X/absences", json=backwards | {"last_day": "2018-03-03"}).status_code == 404


@pytest.fixture
def administrator(callers: dict[str, Caller]) -> Caller:
    return callers["administrator"]


def test_an_account_is_made_and_closed_through_the_api(administrator: Caller) -> None:
    made = administrator.post("/accounts", json={"person_code": "D"})
    assert made.status_code == 201
    assert made.json() == administrator.get("/accounts/d").json()
    assert (made.json()["person_code"], made.json()["is_activated"]) == ("D", False)
    assert administrator.post("/accounts", json={"person_code": "D"}).json()["code"] == "account-exists"
    assert administrator.post("/accounts", json={"person_code": "KHONG-CO"}).json()["code"] == "unknown-person"
    assert administrator.delete("/accounts/d").status_code == 204
    assert administrator.get("/accounts/d").json()["deactivated_at"] is not None


def test_every_account_is_listed_once(administrator: Caller, office: Office) -> None:
    assert walked(administrator, "/accounts", "username", limit=3) == list(office.accounts)


def test_who_lets_people_in_sees_whose_account_is_in_use_and_no_roles(secretariat: Caller, office: Office) -> None:
    accounts = secretariat.get("/accounts").json()["items"]
    assert [account["username"] for account in accounts] == ["leadership", "manager", "employee", "stranger"]
    assert {account["roles"] for account in accounts} == {None}
    assert all(account["is_activated"] and account["person_code"] for account in accounts)
    assert walked(secretariat, "/accounts", "username", limit=3) == [account["username"] for account in accounts]


def test_a_role_opens_what_it_permits_and_closes_it_again(administrator: Caller, callers: dict[str, Caller]) -> None:
    employee = callers["employee"]
    assert employee.get("/distributions").status_code == 404
    assert administrator.post("/accounts/employee/roles", json={"role": "auditor"}).status_code == 204
    assert employee.get("/distributions").status_code == 200
    (role,) = administrator.get("/accounts/employee").json()["roles"]
    assert (role["role"], role["unit_code"], role["valid_to"]) == ("auditor", None, None)
    assert administrator.delete("/accounts/employee/roles/auditor").status_code == 204
    assert employee.get("/distributions").status_code == 404
    assert administrator.post("/accounts/employee/roles", json={"role": "king"}).json()["code"] == "unknown-role"


def test_a_managers_reach_is_the_unit_named(administrator: Caller, callers: dict[str, Caller], office: Office) -> None:
    path = f"/distributions/{office.to_other.distribution_id}/recipients"
    assert callers["employee"].get(path).status_code == 404
    administrator.post("/accounts/employee/roles", json={"role": "manager", "unit": "P2"})
    assert [line["person_code"] for line in callers["employee"].get(path).json()["items"]] == ["E"]


def test_a_token_works_until_it_is_revoked(administrator: Caller) -> None:
    made = administrator.post("/tokens", json={"username": "auditor", "label": "sổ văn bản"}).json()
    program = Caller(administrator.client, made["token"])
    assert program.get("/distributions").status_code == 200
    listed = {token["id"]: token for token in administrator.get("/tokens").json()}
    assert listed[made["id"]]["label"] == "sổ văn bản"
    assert made["token"] not in str(listed)
    assert administrator.delete(f"/tokens/{made['id']}").status_code == 204
    assert program.get("/distributions").status_code == 401
    assert administrator.delete(f"/tokens/{made['id']}").status_code == 404


def test_a_closed_accounts_token_opens_nothing(administrator: Caller, callers: dict[str, Caller]) -> None:
    assert callers["leadership"].get("/distributions").status_code == 200
    administrator.delete("/accounts/leadership")
    assert callers["leadership"].get("/distributions").status_code == 401


def test_who_must_change_the_password_gets_nothing_by_session(administrator: Caller, client: TestClient) -> None:
    administrator.put("/accounts/employee/password", json={"password": "mot mat khau tam"})
    sign_in(client, "employee", "mot mat khau tam")
    answer = client.get("/api/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (403, "password-change-needed")
    assert form_token(client)


def test_letters_and_slips_let_people_in(secretariat: Caller) -> None:
    invited = secretariat.post("/accounts/letters", json={"unit": "P1"})
    assert invited.status_code == 200
    assert secretariat.post("/accounts/letters", json={"unit": "KHONG-CO"}).json()["code"] == "unknown-unit"
    assert secretariat.post("/accounts/slips", json={"codes": ["KHONG-CO"]}).json()["code"] == "unknown-person"


def test_a_slip_carries_name_user_name_and_code(administrator: Caller) -> None:
    administrator.post("/accounts", json={"person_code": "D"})
    (slip,) = administrator.post("/accounts/slips", json={"codes": ["D"]}).json()
    assert (slip["person_name"], slip["unit_name"], slip["username"]) == ("Nguyễn Văn Dũng", "Phòng Một", "d")
    assert slip["code"]
