"""Rectifying: what is wrong about a person is put right wherever it is kept (DPA 2018 s.46).

    read_corrections(text)                               -> Corrections, from a JSON object
    rectify_person(session, party, corrections, ...)     -> who has read what was wrong
    rectify_staff(session, staff, corrections, ...)

What waits is stopped and written anew, whoever was told hears what is true now, and subscribed
calendars follow, all in the caller's transaction. A stop on contact holds all the same.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, func, select

from rj.accounts.models import Account
from rj.audit.models import AuditEntry
from rj.audit.services import Actor, note
from rj.calendars.telling import Teller
from rj.db.records import get_record
from rj.intake.rules import is_email
from rj.kernel.characters import clean_line, clean_text
from rj.kernel.errors import Conflict, FieldProblem, Invalid
from rj.kernel.london import london_day
from rj.orders.models import ResponsibleOfficer
from rj.outbox.models import RecipientKind
from rj.parties.contact import contact_details, refuse_erased, set_contact_details
from rj.parties.models import HarmerDetails, Party
from rj.parties.wishes import set_chosen_name
from rj.policy.terms import EventKind, Language, Side
from rj.rights.finding import Staff
from rj.rights.leaving import is_erased
from rj.suppression.services import stop_who_is_alike

OF_CONTACT = ("name", "email", "telephone", "address")
OF_STAFF = ("name", "email", "telephone", "language")
LONGEST = {"name": 100, "email": 254, "telephone": 40, "address": 300, "chosen_name": 100}
"""Characters, as the tables hold them."""


@dataclass(frozen=True, slots=True)
class Corrections:
    """What is true of a person; None leaves a thing as it is, an empty text takes it away."""

    name: str | None = None
    email: str | None = None
    telephone: str | None = None
    address: str | None = None
    chosen_name: str | None = None
    """Of the harmed side: what they want to be called."""
    born_on: date | None = None
    """Of the side of the person on probation."""
    language: Language | None = None

    @property
    def named(self) -> list[str]:
        """The names of what is corrected."""
        return [each.name for each in fields(self) if getattr(self, each.name) is not None]


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who read what was wrong, and may act on it unless they are told."""

    name: str
    role: str
    last_on: date


def read_corrections(text: str) -> Corrections:
    """What a JSON object says, as ``{"telephone": "01632 960123"}``.

    Raises Invalid naming every field that cannot be taken; it never repeats what was entered.
    """
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict) or not given:
        raise Invalid(FieldProblem("corrections", 'Write them as JSON: {"telephone": "..."}'))
    known = {each.name for each in fields(Corrections)}
    problems = [
        FieldProblem(str(name)[:40], f"Only {', '.join(sorted(known))} can be corrected")
        for name in given
        if name not in known
    ]
    problems += [
        FieldProblem(name, "Write the value in quotation marks")
        for name in known & set(given)
        if not isinstance(given[name], str)
    ]
    if problems:
        raise Invalid(*problems)
    return _read(given)


def _read(given: Mapping[str, str]) -> Corrections:
    problems: list[FieldProblem] = []
    values: dict[str, Any] = {}
    for name, text in given.items():
        if name == "born_on":
            values[name] = _or_problem(date.fromisoformat, text, name, problems)
        elif name == "language":
            values[name] = _or_problem(Language, text, name, problems)
        else:
            values[name] = clean_text(text) if name == "address" else clean_line(text)
            if len(values[name]) > LONGEST[name]:
                problems.append(
                    FieldProblem(name, f"This must be {LONGEST[name]} characters or fewer")
                )
    if values.get("email") and not is_email(values["email"]):
        problems.append(FieldProblem("email", "This is not an e-mail address"))
    if values.get("name") == "":
        problems.append(FieldProblem("name", "A name can be corrected, but not taken away"))
    if problems:
        raise Invalid(*problems)
    return Corrections(**values)


def _or_problem(read: Any, text: str, name: str, problems: list[FieldProblem]) -> Any:
    try:
        return read(text)
    except ValueError:
        wanted = "a day, as 1990-12-31" if name == "born_on" else "en or cy"
        problems.append(FieldProblem(name, f"Write {wanted}"))
        return None


def rectify_person(
    session: Session,
    party: Party,
    corrections: Corrections,
    *,
    actor: Actor,
    now: datetime,
    teller: Teller,
) -> tuple[Reader, ...]:
    """Put right what is kept of somebody, and say who of the staff has read it as it was.

    The corrected details are compared with those of people who said no, as on any change. Raises
    Invalid for what this side has not, or what the agreed way of contact needs; Conflict for who
    was erased.
    """
    refuse_erased(party)
    seal = teller.seal
    wanted = {name: getattr(corrections, name) for name in corrections.named}
    details = {name: wanted[name] for name in OF_CONTACT if name in wanted}
    if details:
        known = contact_details(session, seal, party.id)
        set_contact_details(
            session, seal, party.id, replace(known, **details), actor=actor, now=now
        )
        session.flush()
    if corrections.chosen_name is not None:
        _refuse_side(party, Side.HARMED, "chosen_name")
        set_chosen_name(session, party.id, corrections.chosen_name, actor=actor, now=now)
    if corrections.born_on is not None:
        _refuse_side(party, Side.HARMER, "born_on")
        if corrections.born_on >= london_day(now):
            raise Invalid(FieldProblem("born_on", "A birth date lies in the past"))
        harmer = get_record(session, HarmerDetails, party.id, "person")
        harmer.born_on = corrections.born_on
    if corrections.language is not None:
        party.language = corrections.language
    note(
        session,
        actor,
        "rectify person",
        "party",
        party.id,
        now=now,
        order_id=party.order_id,
        fields=corrections.named,
    )
    session.flush()
    stop_who_is_alike(session, seal, party.id, actor=actor, now=now, tell=teller)
    teller.reader_changed(session, RecipientKind.PARTY, party.id, now=now)
    return _who_read(session, party)


def rectify_staff(
    session: Session,
    staff: Staff,
    corrections: Corrections,
    *,
    actor: Actor,
    now: datetime,
    teller: Teller,
) -> None:
    """Put right what is kept of somebody at work. Mails that wait go to the new address.

    Raises Invalid for what is not kept of them, or an address that somebody else signs in with;
    Conflict for who was erased.
    """
    if is_erased(staff):
        raise Conflict("Nothing is kept of this person any more")
    for name in corrections.named:
        value = getattr(corrections, name)
        if name not in OF_STAFF or not hasattr(staff, name):
            raise Invalid(FieldProblem(name, "This is not kept of somebody at work"))
        if name == "email" and not value:
            raise Invalid(FieldProblem(name, "An address can be corrected, but not taken away"))
        setattr(staff, name, value)
    if isinstance(staff, Account):
        staff.email = staff.email.lower()
        same = select(Account.id).where(Account.email == staff.email, Account.id != staff.id)
        with session.no_autoflush:
            if session.exec(same).first() is not None:
                raise Invalid(FieldProblem("email", "Somebody else signs in with this address"))
    what = str(staff.__tablename__)
    note(session, actor, "rectify staff", what, staff.id, now=now, fields=corrections.named)
    session.flush()
    if not isinstance(staff, Account):
        is_officer = isinstance(staff, ResponsibleOfficer)
        kind = RecipientKind.OFFICER if is_officer else RecipientKind.FACILITATOR
        teller.reader_changed(session, kind, staff.id, now=now)


def _refuse_side(party: Party, side: Side, field: str) -> None:
    if party.side is not side:
        raise Invalid(FieldProblem(field, "This is not kept of somebody of this side"))


def _who_read(session: Session, party: Party) -> tuple[Reader, ...]:
    """Staff who opened this person's record or contact, the latest first."""
    last = func.max(col(AuditEntry.at))
    found = session.exec(
        select(Account.name, AuditEntry.role, last)
        .join(AuditEntry, col(AuditEntry.account_id) == Account.id)
        .where(
            AuditEntry.kind == EventKind.VIEW,
            AuditEntry.thing == "party",
            AuditEntry.thing_id == str(party.id),
        )
        .group_by(col(Account.name), col(AuditEntry.role))
        .order_by(last.desc())
    )
    return tuple(Reader(name, role, london_day(at)) for name, role, at in found)
