"""Everything that is kept about one person, section by section: what the person sees and takes along.

A section holds no digest, token or hash that opens something, and of other people only the user name of whoever acted.
Evidence of what the person did to others stands apart from evidence of what was done to the person.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from service.store.receipts import standing
from service.store.tables import (
    absences,
    accounts,
    api_tokens,
    attempts,
    control_answers,
    control_questions,
    deliveries,
    digests,
    distributions,
    documents,
    evidence,
    exemptions,
    inquiries,
    kiosks,
    memberships,
    own_deadlines,
    people,
    recall_confirmations,
    receipt_events,
    receipts,
    reminders,
    role_grants,
    sessions,
    sheet_lines,
    sheets,
    sign_ins,
    units,
)

_READ_AT_ONCE = 1_000
# No row bears it: the database counts from 1.
_NOBODY = 0


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose records; an account of the office is no person, and a person may have no account."""

    person_id: int | None
    account_id: int | None

    @property
    def person(self) -> int:
        return self.person_id or _NOBODY

    @property
    def account(self) -> int:
        return self.account_id or _NOBODY


Query = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Section:
    """`query` gives its rows, the newest first."""

    name: str
    query: Callable[[Owner], Query]


def rows(session: Session, section: Section, owner: Owner, most: int | None = None) -> Iterator[RowMapping]:
    """The rows of a section, all or the first `most`, read in parts."""
    query = section.query(owner).limit(most).execution_options(yield_per=_READ_AT_ONCE)
    yield from session.execute(query).mappings()


def count(session: Session, section: Section, owner: Owner) -> int:
    whole = section.query(owner).order_by(None).subquery()
    found: int = session.execute(select(func.count()).select_from(whole)).scalar_one()
    return found


def _identity(owner: Owner) -> Query:
    m = memberships.c
    return (
        select(
            people.c.code,
            m.family_name,
            m.given_name,
            units.c.name.label("unit"),
            m.position,
            m.staff_class,
            m.email,
            m.email_problem,
            m.groups,
            m.active_from,
            m.active_to,
            m.valid_from,
            m.valid_to,
        )
        .join(people, people.c.id == m.person_id)
        .join(units, units.c.id == m.unit_id)
        .where(m.person_id == owner.person)
        .order_by(m.valid_from.desc())
    )


def _account(owner: Owner) -> Query:
    a = accounts.c
    return select(
        a.username,
        a.display_name,
        a.password_hash.is_not(None).label("has_password"),
        a.pin_hash.is_not(None).label("has_pin"),
        a.must_change,
        a.link_expires_at,
        a.created_at,
        a.deactivated_at,
    ).where(or_(a.person_id == owner.person, a.id == owner.account))


def _roles(owner: Owner) -> Query:
    g, by, lender = role_grants.c, accounts.alias(), accounts.alias()
    return (
        select(
            g.role,
            units.c.name.label("unit"),
            g.valid_from,
            g.valid_to,
            by.c.username.label("granted_by"),
            lender.c.username.label("delegated_by"),
        )
        .outerjoin(units, units.c.id == g.unit_id)
        .outerjoin(by, by.c.id == g.granted_by)
        .outerjoin(lender, lender.c.id == g.delegated_by)
        .where(g.account_id == owner.account)
        .order_by(g.valid_from.desc())
    )


def _sign_ins(owner: Owner) -> Query:
    s = sign_ins.c
    return select(s.signed_in_at).where(s.person_id == owner.person).order_by(s.signed_in_at.desc())


def _sessions(owner: Owner) -> Query:
    s = sessions.c
    return (
        select(s.created_at, s.seen_at, s.ended_at, kiosks.c.name.label("kiosk"))
        .outerjoin(kiosks, kiosks.c.id == s.kiosk_id)
        .where(s.account_id == owner.account)
        .order_by(s.created_at.desc())
    )


def _tokens(owner: Owner) -> Query:
    t = api_tokens.c
    return (
        select(t.label, t.created_at, t.revoked_at).where(t.account_id == owner.account).order_by(t.created_at.desc())
    )


def _receipts(owner: Owner) -> Query:
    r, d = receipts.c, distributions.c
    query = select(
        r.distribution_id,
        documents.c.number,
        documents.c.title,
        d.mode,
        r.listed_at,
        r.origin,
        r.origin_reason,
        r.family_name,
        r.given_name,
        r.unit_name,
        r.position,
        r.staff_class,
        r.address,
        r.address_problem,
        standing().label("status"),
        d.revision,
        d.due_at,
        r.own_due_at,
    )
    joined = query.join(distributions, d.id == r.distribution_id).join(documents, documents.c.id == d.document_id)
    return joined.where(r.person_id == owner.person).order_by(r.distribution_id.desc())


def _events(owner: Owner) -> Query:
    e = receipt_events.c
    return (
        select(
            e.distribution_id,
            e.revision,
            e.state,
            e.route,
            accounts.c.username.label("account"),
            e.scan_id.is_not(None).label("has_scan"),
            e.note,
            e.effective_at,
            e.recorded_at,
        )
        .outerjoin(accounts, accounts.c.id == e.account_id)
        .where(e.person_id == owner.person)
        .order_by(e.recorded_at.desc(), e.distribution_id.desc())
    )


def _answers(owner: Owner) -> Query:
    a, q = control_answers.c, control_questions.c
    asked = and_(q.distribution_id == a.distribution_id, q.position == a.position)
    return (
        select(a.distribution_id, a.revision, q.prompt, q.choices[a.choice].label("choice"), a.is_right)
        .join(control_questions, asked)
        .where(a.person_id == owner.person)
        .order_by(a.distribution_id.desc(), a.revision.desc(), a.position)
    )


def _recalls(owner: Owner) -> Query:
    r = recall_confirmations.c
    return (
        select(r.distribution_id, r.route, accounts.c.username.label("account"), r.effective_at, r.recorded_at)
        .outerjoin(accounts, accounts.c.id == r.account_id)
        .where(r.person_id == owner.person)
        .order_by(r.recorded_at.desc())
    )


def _inquiries(owner: Owner) -> Query:
    i = inquiries.c
    return (
        select(
            i.distribution_id,
            i.kind,
            i.words,
            i.asked_at,
            i.answer,
            i.is_accepted,
            accounts.c.username.label("answered_by"),
            i.answered_at,
        )
        .outerjoin(accounts, accounts.c.id == i.answered_by)
        .where(i.person_id == owner.person)
        .order_by(i.id.desc())
    )


def _exemptions(owner: Owner) -> Query:
    x, lifter = exemptions.c, accounts.alias()
    return (
        select(
            x.distribution_id,
            x.reason,
            x.effective_at,
            x.recorded_at,
            accounts.c.username.label("recorded_by"),
            x.lifted_at,
            lifter.c.username.label("lifted_by"),
        )
        .outerjoin(accounts, accounts.c.id == x.recorded_by)
        .outerjoin(lifter, lifter.c.id == x.lifted_by)
        .where(x.person_id == owner.person)
        .order_by(x.recorded_at.desc())
    )


def _absences(owner: Owner) -> Query:
    a, withdrawer = absences.c, accounts.alias()
    return (
        select(
            a.kind,
            a.reason,
            a.first_day,
            a.last_day,
            a.recorded_at,
            accounts.c.username.label("recorded_by"),
            a.withdrawn_at,
            withdrawer.c.username.label("withdrawn_by"),
        )
        .outerjoin(accounts, accounts.c.id == a.recorded_by)
        .outerjoin(withdrawer, withdrawer.c.id == a.withdrawn_by)
        .where(a.person_id == owner.person)
        .order_by(a.recorded_at.desc())
    )


def _own_deadlines(owner: Owner) -> Query:
    o = own_deadlines.c
    return (
        select(o.distribution_id, o.due_at.label("own_due_at"), o.recorded_at)
        .where(o.person_id == owner.person)
        .order_by(o.id.desc())
    )


def _reminders(owner: Owner) -> Query:
    r = reminders.c
    return (
        select(r.distribution_id, r.step, accounts.c.username.label("sent_by"), r.created_at)
        .outerjoin(accounts, accounts.c.id == r.sent_by)
        .where(r.person_id == owner.person)
        .order_by(r.created_at.desc())
    )


def _digests(owner: Owner) -> Query:
    d = digests.c
    return select(d.told, d.created_at).where(d.account_id == owner.account).order_by(d.id.desc())


def _own_letter(owner: Owner) -> ColumnElement[bool]:
    return or_(deliveries.c.person_id == owner.person, deliveries.c.account_id == owner.account)


def _letters(owner: Owner) -> Query:
    d = deliveries.c
    return (
        select(
            d.distribution_id,
            d.occasion,
            d.channel,
            d.recipient_name,
            d.unit_name,
            d.address,
            d.status,
            d.attempts,
            d.in_doubt,
            d.last_reply,
            d.message_id,
            d.created_at,
            d.sent_at,
            d.accepted_at,
            d.failed_at,
            d.final_at,
        )
        .where(_own_letter(owner))
        .order_by(d.id.desc())
    )


def _attempts(owner: Owner) -> Query:
    a = attempts.c
    return (
        select(
            deliveries.c.message_id,
            a.outcome,
            a.phase,
            a.code,
            a.reply,
            a.counted,
            a.in_doubt,
            a.started_at,
            a.ended_at,
        )
        .join(deliveries, deliveries.c.id == a.delivery_id)
        .where(_own_letter(owner))
        .order_by(a.id.desc())
    )


def _sheets(owner: Owner) -> Query:
    s = sheets.c
    return (
        select(s.distribution_id, s.code, s.revision, sheet_lines.c.position.label("line"), s.printed_at)
        .join(sheet_lines, sheet_lines.c.sheet_id == s.id)
        .where(sheet_lines.c.person_id == owner.person)
        .order_by(s.printed_at.desc())
    )


def _evidence(owner: Owner) -> Query:
    e = evidence.c
    return select(e.position, e.entry).where(e.person_id == owner.person).order_by(e.id.desc())


def _deeds(owner: Owner) -> Query:
    """What this account did, to whatever."""
    e = evidence.c
    return select(e.position, e.entry).where(e.done_by == f"account:{owner.account}").order_by(e.id.desc())


SECTIONS: tuple[Section, ...] = (
    Section("identity", _identity),
    Section("account", _account),
    Section("roles", _roles),
    Section("sign_ins", _sign_ins),
    Section("sessions", _sessions),
    Section("api_tokens", _tokens),
    Section("receipts", _receipts),
    Section("receipt_events", _events),
    Section("control_answers", _answers),
    Section("recall_confirmations", _recalls),
    Section("inquiries", _inquiries),
    Section("exemptions", _exemptions),
    Section("absences", _absences),
    Section("own_deadlines", _own_deadlines),
    Section("reminders", _reminders),
    Section("digests", _digests),
    Section("letters", _letters),
    Section("attempts", _attempts),
    Section("sheets", _sheets),
    Section("evidence", _evidence),
    Section("deeds", _deeds),
)
