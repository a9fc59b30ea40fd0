"""The form of a signed sheet, on the page and in the API: who signed, on which day, and the scan.

Fields: `person`, once for each code that is ticked; `day` for the whole sheet; `day-CODE` where a line bears another
day; `files`, the scan.
"""

from service.actions.enter_signatures import Signature, SignedSheet
from service.domain.deadlines import parse_date
from service.web.fields import Sent

PERSON = "person"
DAY = "day"


def day_field(person_code: str) -> str:
    return f"{DAY}-{person_code}"


def signed_sheet(code: str, sent: Sent, distribution_id: int | None) -> SignedSheet:
    """Raises: BadDate, when a day is none; FileTooLarge, when the scan is."""
    # First: of a form that was not read whole, the days may be missing.
    scans = sent.files
    return SignedSheet(
        code=code,
        signatures=tuple(_signature(person, sent) for person in sent.texts(PERSON)),
        signed_on=parse_date(sent.text(DAY)),
        scans=scans,
        distribution_id=distribution_id,
    )


def _signature(person_code: str, sent: Sent) -> Signature:
    own_day = sent.text(day_field(person_code)).strip()
    return Signature(person_code, parse_date(own_day) if own_day else None)
