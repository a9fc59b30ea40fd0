"""Who may do what: the role table of the office, on one page.

Every signed-in person is an employee and sees what was sent to them. Further roles are granted with dates; a manager's
reach is the own unit and everything below it. What one may not see does not exist for them (404).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from service.domain.errors import NotFound, UnknownRole


class Role(StrEnum):
    EMPLOYEE = "employee"
    MANAGER = "manager"
    SECRETARIAT = "secretariat"
    LEADERSHIP = "leadership"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        return _LABELS[self]


# Roles that reach no further than the own unit.
ORDINARY = frozenset({Role.EMPLOYEE, Role.MANAGER})

_LABELS = {
    Role.EMPLOYEE: "Nhân viên",
    Role.MANAGER: "Lãnh đạo đơn vị",
    Role.SECRETARIAT: "Văn thư",
    Role.LEADERSHIP: "Lãnh đạo cơ quan",
    Role.AUDITOR: "Kiểm soát",
    Role.ADMINISTRATOR: "Quản trị",
}


class Act(StrEnum):
    """What a person may do beyond reading and confirming what was sent to them."""

    POST = "post"
    CORRECT = "correct, replace and recall documents"
    READ_DOCUMENTS = "read documents sent to others"
    SEE_REPORTS = "see reports"
    ISSUE_REPORTS = "issue reports"
    SEE_UNIT_REPORTS = "see reports of own units"
    RECORD_ABSENCE = "record absences and exemptions"
    KEEP_ROSTERS = "print danh sách ký nhận and enter what was signed"
    ENROL_KIOSKS = "enrol shared PCs"
    SEE_INQUIRIES = "see questions and returns"
    ANSWER = "answer questions and returns"
    REMIND = "remind people of a deadline"
    SEE_DIRECTORY = "see the directory"
    CHANGE_DIRECTORY = "change the directory"
    CHANGE_CALENDAR = "change the office's calendar"
    DELEGATE = "hand an own role to another for a time"
    MANAGE_ACCOUNTS = "manage accounts, tokens and roles"
    PRINT_SLIPS = "print activation slips"
    SEE_STATUS = "see whether the machine is alive"
    SEE_CAUGHT_LETTERS = "read the letters that are kept on this machine"
    SEE_AUDIT = "see evidence and audit log"


PERMITS: Mapping[Act, frozenset[Role]] = MappingProxyType(
    {
        Act.POST: frozenset({Role.SECRETARIAT}),
        Act.CORRECT: frozenset({Role.SECRETARIAT}),
        # An auditor looks at the evidence about documents, not into them.
        Act.READ_DOCUMENTS: frozenset({Role.SECRETARIAT, Role.LEADERSHIP}),
        Act.SEE_REPORTS: frozenset({Role.SECRETARIAT, Role.LEADERSHIP, Role.AUDITOR}),
        Act.ISSUE_REPORTS: frozenset({Role.SECRETARIAT, Role.LEADERSHIP}),
        Act.SEE_UNIT_REPORTS: frozenset({Role.MANAGER}),
        Act.RECORD_ABSENCE: frozenset({Role.MANAGER, Role.SECRETARIAT}),
        Act.KEEP_ROSTERS: frozenset({Role.MANAGER, Role.SECRETARIAT}),
        Act.ENROL_KIOSKS: frozenset({Role.SECRETARIAT, Role.ADMINISTRATOR}),
        # A manager sees those of the own people, and answers none.
        Act.SEE_INQUIRIES: frozenset({Role.SECRETARIAT, Role.LEADERSHIP}),
        Act.ANSWER: frozenset({Role.SECRETARIAT}),
        Act.REMIND: frozenset({Role.MANAGER, Role.SECRETARIAT}),
        Act.SEE_DIRECTORY: frozenset({Role.SECRETARIAT, Role.ADMINISTRATOR}),
        Act.CHANGE_DIRECTORY: frozenset({Role.SECRETARIAT}),
        Act.CHANGE_CALENDAR: frozenset({Role.SECRETARIAT}),
        Act.DELEGATE: frozenset({Role.MANAGER, Role.SECRETARIAT, Role.LEADERSHIP}),
        Act.MANAGE_ACCOUNTS: frozenset({Role.ADMINISTRATOR}),
        Act.PRINT_SLIPS: frozenset({Role.SECRETARIAT, Role.ADMINISTRATOR}),
        Act.SEE_STATUS: frozenset({Role.SECRETARIAT, Role.LEADERSHIP, Role.AUDITOR, Role.ADMINISTRATOR}),
        # Links that sign their readers in stand in them.
        Act.SEE_CAUGHT_LETTERS: frozenset({Role.SECRETARIAT, Role.ADMINISTRATOR}),
        Act.SEE_AUDIT: frozenset({Role.AUDITOR}),
    }
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks. `unit_ids` are all units a manager reaches, sub-units included.

    The operator at the command line has neither account nor person and may do everything: whoever holds the database's
    address holds the office.
    """

    account_id: int | None
    person_id: int | None
    name: str
    roles: frozenset[Role] = frozenset()
    unit_ids: frozenset[int] = frozenset()
    is_operator: bool = False

    @property
    def caller(self) -> str:
        """Whose idempotency keys these are."""
        return "operator" if self.is_operator else f"account:{self.account_id}"

    def may(self, act: Act) -> bool:
        return self.is_operator or not self.roles.isdisjoint(PERMITS[act])

    def must(self, *acts: Act) -> None:
        """Pass when one of the acts is permitted.

        Raises:
            NotFound: none is, and what one may not do does not exist.
        """
        if not any(self.may(act) for act in acts):
            raise NotFound

    def reach(self, whole: Act, own: Act) -> frozenset[int] | None:
        """How far somebody sees: the whole office, None, where `whole` is permitted, else the units managed.

        Raises:
            NotFound: not even `own` is permitted.
        """
        self.must(whole, own)
        return None if self.may(whole) else self.unit_ids


OPERATOR = Actor(account_id=None, person_id=None, name="operator", is_operator=True)


def parse_role(word: str) -> Role:
    """Read the word of a grantable role.

    Raises:
        UnknownRole: the word is none; names it.
    """
    if word not in set(Role) - {Role.EMPLOYEE}:
        raise UnknownRole(given=word)
    return Role(word)
