from collections.abc import Mapping

import pytest

from tests.web.api.conftest import Caller, Office

MARCH = {"kind": "study", "first_day": "2018-03-05", "last_day": "2018-03-09", "reason": "Bồi dưỡng"}


def told(caller: Caller) -> list[tuple[object, ...]]:
    lines = caller.get("/people/C/absences").json()
    return [(line["kind"], line["first_day"], line["last_day"], line["withdrawn_at"] is None) for line in lines]


def test_absences_are_listed_cut_short_and_withdrawn(secretariat: Caller) -> None:
    assert secretariat.post("/people/C/absences", json=MARCH).status_code == 204
    assert told(secretariat) == [("study", "2018-03-05", "2018-03-09", True)]
    assert secretariat.delete("/people/C/absences/1?last_day=2018-03-06").status_code == 204
    assert secretariat.delete("/people/C/absences/2").status_code == 204
    assert told(secretariat) == [
        ("study", "2018-03-05", "2018-03-09", False),
        ("study", "2018-03-05", "2018-03-06", False),
    ]
    assert secretariat.delete("/people/C/absences/2").status_code == 404
    assert secretariat.delete("/people/B/absences/1").status_code == 404, "of another person"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"last_day": "2018-03-04"}, "bad-period"),
        ({"last_day": "2218-03-09"}, "absence-too-long"),
        ({"kind": "leave"}, "overlapping-absence"),
    ],
)
def test_what_cannot_be_an_absence_is_refused_and_nothing_changes(
    secretariat: Caller, change: Mapping[str, str], code: str
) -> None:
    secretariat.post("/people/C/absences", json=MARCH)
    assert secretariat.post("/people/C/absences", json={**MARCH, **change}).json()["code"] == code
    assert secretariat.post("/people/C/absences", json={**MARCH, "kind": "holiday"}).status_code == 422
    assert secretariat.delete("/people/C/absences/1?last_day=2018-03-09").json()["code"] == "not-shorter"
    assert told(secretariat) == [("study", "2018-03-05", "2018-03-09", True)]


def test_an_absence_without_kind_or_reason_is_leave(secretariat: Caller) -> None:
    days = {"first_day": "2018-03-05", "last_day": "2018-03-05"}
    assert secretariat.post("/people/C/absences", json=days).status_code == 204
    assert told(secretariat) == [("leave", "2018-03-05", "2018-03-05", True)]


def test_an_exemption_is_lifted_once(callers: dict[str, Caller], office: Office) -> None:
    path = f"/distributions/{office.to_room.distribution_id}/recipients/C/exemption"
    manager = callers["manager"]
    manager.post(path, json={"reason": "Người ký văn bản"})
    assert [manager.delete(path).status_code for _ in range(2)] == [204, 404]
    report = callers["secretariat"].get(f"/distributions/{office.to_room.distribution_id}/report").json()
    assert report["identity"]["exempted"] == 0
