import json
from dataclasses import replace

from service.cli.tables import report_json
from service.domain.inquiries import Inquiries, Kind, OpenInquiry
from service.domain.receipts import Route
from tests.fakes import OFFICE_ZONE
from tests.printing.test_report_csv import PERSON, REPORT


def test_the_report_as_json_tells_ways_answers_and_who_waits_for_one() -> None:
    waiting = OpenInquiry(3, Kind.QUESTION, "Trần Thị Mây Trắng", "Phòng Một", REPORT.as_of, "Nộp ở đâu?")
    asked = replace(REPORT, questions=2, inquiries=Inquiries(questions=1, waiting=(waiting,)))
    told = json.loads("".join(report_json(asked, [PERSON], OFFICE_ZONE)))
    assert [person["code"] for person in told["outstanding"]] == [PERSON.code]
    assert set(told["routes"]) == {route.value for route in Route}
    assert told["routes"]["inbox"] == sum(unit["routes"]["inbox"] for unit in told["units"]) == 2
    assert (told["questions"], told["levels"]["answered_rightly"]) == (2, 3)
    assert told["inquiries"]["waiting"][0]["words"] == "Nộp ở đâu?"
