import json
from dataclasses import replace

from service.cli.tables import report_json
from service.domain.inquiries import Inquiries, Kind, OpenInquiry
from service.domain.receipts import Route
from tests.fakes import OFFICE_ZONE
from tests.printing.test_report_csv import CONFIRMED, PERSON, REPORT


def test_the_report_as_json_tells_ways_answers_and_who_waits_for_one() -> None:
    waiting = OpenInquiry(3, Kind.QUESTION, "Trần Thị Mây Trắng", "Phòng Một", REPORT.as_of, "Nộp ở đâu?")
    asked = replace(REPORT, questions=2, inquiries=Inquiries(questions=1, waiting=(waiting,)))
    told = json.loads("".join(report_json(asked, [PERSON], [CONFIRMED], OFFICE_ZONE)))
    assert [person["code"] for person in told["outstanding"]] == [PERSON.code]
    (confirmed,) = told["confirmations"]
    assert (confirmed["confirmed_at"], confirmed["route"]) == ("2018-03-09T08:30:00+07:00", "mail_link")
    assert (confirmed["late_seconds"], told["late"], told["units"][1]["late"]) == (55_800, 1, 1)
    assert set(told["routes"]) == {route.value for route in Route}
    assert told["routes"]["inbox"] == sum(unit["routes"]["inbox"] for unit in told["units"]) == 2
    assert (told["questions"], told["levels"]["answered_rightly"]) == (2, 3)
    assert told["inquiries"]["waiting"][0]["words"] == "Nộp ở đâu?"
