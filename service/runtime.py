"""What the application needs from outside, and nothing about how it is made: see wiring."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from sqlalchemy.orm import Session, sessionmaker

from service.domain.anchors import Anchors
from service.domain.calendar import DEFAULT_HOURS, Hours
from service.domain.clocks import Clock
from service.domain.deliveries import RetryPolicy
from service.domain.letters import Mailer
from service.domain.reminders import (
    ESCALATION_STEPS,
    REMINDER_STEPS,
    EscalationSteps,
    ReminderSteps,
    parse_escalation_steps,
    parse_reminder_steps,
)


class Doorbell(Protocol):
    """Wakes a worker. A ring carries no data and may be lost: beat looks again within seconds."""

    def ring(self, task: str) -> None: ...


class PasswordHasher(Protocol):
    """argon2id behind two verbs; both take a noticeable fraction of a second on purpose."""

    def hash(self, password: str) -> str: ...

    def verify(self, password_hash: str, password: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Policy:
    """The office's figures, from the settings."""

    retry: RetryPolicy = field(default_factory=RetryPolicy)
    lease: timedelta = timedelta(seconds=60)
    circuit_pause: timedelta = timedelta(seconds=5)
    circuit_pause_cap: timedelta = timedelta(seconds=60)
    session_idle: timedelta = timedelta(hours=8)
    session_absolute: timedelta = timedelta(days=7)
    kiosk_idle: timedelta = timedelta(minutes=2)
    kiosk_absolute: timedelta = timedelta(minutes=15)
    link_lifetime: timedelta = timedelta(days=7)
    letter_link_lifetime: timedelta = timedelta(days=90)
    password_least: int = 10
    max_file_bytes: int = 26_214_400
    anchor_interval: timedelta = timedelta(minutes=1)
    anchor_mail: str = ""
    mail_domain: str = "localhost.localdomain"
    hours: Hours = DEFAULT_HOURS
    reminder_steps: ReminderSteps = field(default_factory=lambda: parse_reminder_steps(REMINDER_STEPS))
    escalation_steps: EscalationSteps = field(default_factory=lambda: parse_escalation_steps(ESCALATION_STEPS))
    nudge_pause: timedelta = timedelta(hours=4)
    # The unit whose head is the chief of office (Chánh Văn phòng).
    office_unit: str = "VP"


@dataclass(frozen=True, slots=True)
class Runtime:
    """One per process. `worker` names this process in attempts and heartbeats; `server` the mail server's circuit."""

    sessions: sessionmaker[Session]
    mailer: Mailer
    clock: Clock
    doorbell: Doorbell
    passwords: PasswordHasher
    anchors: Anchors
    secret: bytes
    worker: str
    server: str = "default"
    policy: Policy = field(default_factory=Policy)
