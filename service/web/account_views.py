"""What each template of the accounts and of the status page shows: one frozen dataclass a template, pure data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from service.actions.invite_accounts import Slip
from service.actions.manage_tokens import NewToken
from service.domain.roles import Role
from service.store.account_overviews import Admission
from service.store.delegations import DelegationLine
from service.store.listings import AccountLine, RoleLine
from service.store.sessions import TokenLine


@dataclass(frozen=True, slots=True)
class AdmissionLine:
    code: str
    name: str
    depth: int
    admission: Admission


@dataclass(frozen=True, slots=True)
class AccountEntry:
    line: AccountLine

    @property
    def roles(self) -> str:
        """The roles held now or granted for later, in words."""
        return ", ".join(_role_words(role) for role in self.line.roles)


@dataclass(frozen=True, slots=True)
class AccountsView:
    """accounts.html. `queued` and `unreached` tell what inviting by mail has just done; None when nothing was asked.

    `accounts` are those found or, where nothing was sought, those with a role. Without `can_manage` they are people's
    alone, their roles are not shown, and those without a password stand for those with a role.
    """

    units: tuple[AdmissionLine, ...]
    total: Admission
    queued: int | None
    unreached: int
    error: str
    can_manage: bool
    sought: str
    accounts: tuple[AccountEntry, ...]
    has_more: bool


@dataclass(frozen=True, slots=True)
class SlipsView:
    """slips.html: to be printed and cut."""

    slips: tuple[Slip, ...]
    address: str


@dataclass(frozen=True, slots=True)
class RoleEntry:
    role: RoleLine

    @property
    def words(self) -> str:
        return _role_words(self.role)


@dataclass(frozen=True, slots=True)
class UnitOption:
    code: str
    name: str
    depth: int


@dataclass(frozen=True, slots=True)
class AccountForm:
    """The forms of an account's page as they were typed; `errors` by field."""

    role: str = ""
    unit: str = ""
    ends_on: str = ""
    label: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccountView:
    """account.html. `delegations` are what it lent and borrowed; `new_token` is shown this once."""

    line: AccountLine
    roles: tuple[RoleEntry, ...]
    grantable: tuple[Role, ...]
    units: tuple[UnitOption, ...]
    delegations: tuple[DelegationLine, ...]
    tokens: tuple[TokenLine, ...]
    new_token: NewToken | None
    form: AccountForm
    is_own: bool


@dataclass(frozen=True, slots=True)
class Process:
    """A worker or the scheduler; `seen` is how long ago, in words."""

    label: str
    name: str
    seen: str
    is_alive: bool


@dataclass(frozen=True, slots=True)
class Held:
    reason: str
    since: datetime
    failures: int


@dataclass(frozen=True, slots=True)
class StatusView:
    """status.html. `health` colours the first sentence; the second says what is being done about it."""

    health: Literal["ok", "warn", "bad"]
    sentence: str
    advice: str
    at: datetime
    waiting: int
    sending: int
    oldest: str
    last_accepted_at: datetime | None
    failed: int
    failed_words: str
    in_doubt: int
    mended: int
    held: tuple[Held, ...]
    processes: tuple[Process, ...]


def _role_words(role: RoleLine) -> str:
    label = Role(role.role).label
    whose = f"{label} ({role.unit_code})" if role.unit_code else label
    return f"{whose}, {role.delegated_by} ủy quyền" if role.delegated_by else whose
