"""The only place that picks concrete things."""

import os
import socket
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr

from sqlalchemy import Engine

from service.anchors import AnchorFiles, NoAnchors
from service.domain.deliveries import RetryPolicy
from service.domain.errors import BadSetting, MissingSetting
from service.domain.letters import Haste, Letter, Sent
from service.domain.reminders import parse_escalation_steps, parse_reminder_steps
from service.doorbell import BrokerDoorbell
from service.mail.addresses import is_mail_address
from service.mail.compose import Composer
from service.mail.connection import Timeouts
from service.mail.servers import MailServer, parse_smtp_url
from service.mail.smtp import SmtpMailer
from service.passwords import Argon2Passwords
from service.rendering import make_environment
from service.runtime import Policy, Runtime
from service.settings import PREFIX, Settings, read_settings
from service.store.database import make_engine, make_sessions


def usable_settings(**overrides: object) -> Settings:
    """Read the environment, and try what only its own parser can judge, before anything is started with it.

    Raises:
        BadSetting: a value cannot be used; names the variable, what is wrong with it, and what to do.
    """
    settings = read_settings(**overrides)
    for name in ("database_url", "migrate_database_url"):
        if getattr(settings, name) is not None:
            _engine(settings, name)
    _composer(settings, secret=b"")
    _anchor_mail(settings)
    _server(settings)
    return settings


def owner_engine(settings: Settings) -> Engine:
    """The way into the database as the owner of its tables, where one is named, else as the application.

    Raises:
        MissingSetting, BadSetting: no database is named, or by no address.
    """
    return _engine(settings, "migrate_database_url" if settings.migrate_database_url else "database_url")


def build(settings: Settings) -> Runtime:
    """Make the Runtime of one process; connections open at first use.

    Raises:
        MissingSetting: the database, the broker or the secret key is not named.
        BadSetting: an address is none.
    """
    server = _server(settings)
    return Runtime(
        sessions=make_sessions(_engine(settings, "database_url")),
        mailer=_mailer(settings, server) if server else NoMailer(),
        clock=lambda: datetime.now(settings.zone),
        doorbell=BrokerDoorbell(settings.require("broker_url")),
        passwords=Argon2Passwords(),
        anchors=AnchorFiles(settings.data_dir, socket.gethostname()) if settings.data_dir else NoAnchors(),
        secret=settings.require("secret_key").encode(),
        worker=f"{socket.gethostname()}:{os.getpid()}",
        server=server.place if server else "",
        policy=_policy(settings),
    )


class NoMailer:
    """For commands that look at an office and send nothing; the processes that send check their settings first."""

    def send(
        self,
        letters: Sequence[Letter],  # noqa: ARG002 - the Mailer's signature
        haste: Callable[[], Haste],  # noqa: ARG002 - the same
    ) -> Iterator[Sequence[Sent]]:
        raise MissingSetting(name="EOFFICE_SMTP_URL")


def _engine(settings: Settings, name: str) -> Engine:
    try:
        return make_engine(settings.require(name), pool_size=settings.database_pool)
    except ValueError as error:
        raise BadSetting(name=f"{PREFIX}{name.upper()}", reason=str(error)) from None


def _server(settings: Settings) -> MailServer | None:
    return parse_smtp_url(settings.require("smtp_url")) if settings.smtp_url else None


def _composer(settings: Settings, secret: bytes) -> Composer:
    return Composer(
        make_environment(settings.zone),
        base_url=settings.base_url,
        mail_from=settings.mail_from,
        bounce_base=settings.mail_bounce,
        secret=secret,
        office_name=settings.office_name,
    )


def _mailer(settings: Settings, server: MailServer) -> SmtpMailer:
    composer = _composer(settings, settings.require("secret_key").encode())
    timeouts = Timeouts(
        connect=settings.smtp_connect_timeout,
        greeting=settings.smtp_greeting_timeout,
        mail=settings.smtp_mail_timeout,
        rcpt=settings.smtp_rcpt_timeout,
        data=settings.smtp_data_timeout,
        block=settings.smtp_block_timeout,
        final=settings.smtp_final_timeout,
    )
    return SmtpMailer(
        composer, server, timeouts, now=lambda: datetime.now(settings.zone), connections=settings.smtp_connections
    )


def _anchor_mail(settings: Settings) -> str:
    if settings.anchor_mail and not is_mail_address(settings.anchor_mail):
        raise BadSetting(name="EOFFICE_ANCHOR_MAIL", reason="it is no mail address; write it as giu-moc@example.org")
    return settings.anchor_mail


def _policy(settings: Settings) -> Policy:
    return Policy(
        retry=RetryPolicy(
            base=timedelta(seconds=settings.retry_base),
            cap=timedelta(seconds=settings.retry_cap),
            lifetime=timedelta(seconds=settings.retry_lifetime),
            set_aside_after=settings.set_aside_after,
        ),
        lease=timedelta(seconds=settings.lease),
        circuit_pause=timedelta(seconds=settings.circuit_pause),
        circuit_pause_cap=timedelta(seconds=settings.circuit_pause_cap),
        session_idle=timedelta(seconds=settings.session_idle),
        session_absolute=timedelta(seconds=settings.session_absolute),
        kiosk_idle=timedelta(seconds=settings.kiosk_idle),
        kiosk_absolute=timedelta(seconds=settings.kiosk_absolute),
        link_lifetime=timedelta(seconds=settings.link_lifetime),
        letter_link_lifetime=timedelta(seconds=settings.letter_link_lifetime),
        password_least=settings.password_least,
        max_file_bytes=settings.max_file_bytes,
        anchor_interval=timedelta(seconds=settings.anchor_interval),
        anchor_mail=_anchor_mail(settings),
        mail_domain=parseaddr(settings.mail_from)[1].rpartition("@")[2],
        hours=settings.hours,
        reminder_steps=parse_reminder_steps(settings.reminder_steps),
        escalation_steps=parse_escalation_steps(settings.escalation_steps),
        nudge_pause=timedelta(seconds=settings.nudge_pause),
        office_unit=settings.office_unit,
    )
