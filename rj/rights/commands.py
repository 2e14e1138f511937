"""People's rights from the command line: the file, restriction, erasure, holds, and the report."""

import json
import os
from datetime import date, datetime
from pathlib import Path
from typing import TextIO
from uuid import UUID

from sqlmodel import Session, col, select

from rj.accounts.models import Account
from rj.accounts.queries import find_account
from rj.audit.services import SERVICE
from rj.calendars.telling import Teller
from rj.compartments.services import name_another
from rj.conferences.telling import Tell
from rj.db.database import Database
from rj.facilitators.models import Facilitator
from rj.kernel.errors import Conflict, FieldProblem, Invalid, NotFound, RJError
from rj.kernel.london import day_in_words
from rj.orders.models import Order, ResponsibleOfficer
from rj.outbox.keeping import Keeper
from rj.parties.models import Party
from rj.parties.sealing import Seal
from rj.rights.erasing import erase_person, remember_erasure, remembered_erasures, scrub
from rj.rights.export import export_person
from rj.rights.finding import (
    Staff,
    find_staff_of_code,
    get_order_of_reference,
    get_party_of_code,
)
from rj.rights.handing_over import read_certificate, sealed_to
from rj.rights.holds import lift_hold, place_hold
from rj.rights.leaving import erase_leaver, is_erased
from rj.rights.models import HoldReason, RetentionReport
from rj.rights.rectifying import Reader, read_corrections, rectify_person, rectify_staff
from rj.rights.restricting import lift_restriction, restrict_person
from rj.rights.retention import lines_of

JOURNAL = "erasures.journal"
"""In the data folder: whom was erased and when. Keep a copy beside the backups."""


def export_command(
    database: Database,
    seal: Seal,
    keeper: Keeper,
    code: str,
    path: Path,
    *,
    certificate: bytes,
    now: datetime,
) -> None:
    """Write a person's file, sealed to whoever hands it over; never over another file.

    ``certificate`` is that person's, in PEM form. Raises NotFound, Conflict, and Invalid for a
    certificate that cannot be used.
    """
    holder = read_certificate(certificate, now=now)
    with database.writing() as session:
        found = export_person(session, code, seal=seal, keeper=keeper, actor=SERVICE, now=now)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Conflict(f"There is a file {path} already") from None
    text = json.dumps(found, ensure_ascii=False, indent=2)
    with os.fdopen(handle, "wb") as file:
        file.write(sealed_to(holder, f"{text}\n".encode()))


def erase_command(
    database: Database, seal: Seal, tell: Tell, code: str, journal: Path, *, now: datetime
) -> bool:
    """Erase a person, or somebody of the staff who has left, for good.

    The line of the journal is written before the erasure is kept. False when a copy is still in
    SQLite's log because somebody went on reading. Raises NotFound, and Conflict when the person may
    not be erased now.
    """
    with database.writing() as session:
        leaver = find_staff_of_code(session, code)
        if leaver is not None:
            erase_leaver(session, leaver, actor=SERVICE, now=now)
            remember_erasure(journal, leaver.id, now=now)
        else:
            party = get_party_of_code(session, code)
            erase_person(session, party, seal=seal, actor=SERVICE, now=now, tell=tell)
            remember_erasure(journal, party.id, now=now)
    return scrub(database)


def erase_again_command(
    database: Database, seal: Seal, tell: Tell, journal: Path, stream: TextIO, *, now: datetime
) -> None:
    """After a restore: erase whom the journal names and whom the older state brought back."""
    again = 0
    for erased_id in remembered_erasures(journal):
        with database.writing() as session:
            party = session.get(Party, erased_id, with_for_update=True)
            leaver = _staff_of_id(session, erased_id)
            try:
                if party is not None and party.erased_at is None:
                    erase_person(session, party, seal=seal, actor=SERVICE, now=now, tell=tell)
                elif leaver is not None and not is_erased(leaver):
                    erase_leaver(session, leaver, actor=SERVICE, now=now)
                else:
                    continue
            except RJError as refusal:
                code = party.reference if party is not None else _code_of(leaver)
                session.rollback()
                stream.write(f"{code} was not erased: {refusal}\n")
            else:
                again += 1
    scrub(database)
    stream.write(f"{again} people were erased again.\n")


def _staff_of_id(session: Session, staff_id: UUID) -> Staff | None:
    return (
        session.get(Facilitator, staff_id, with_for_update=True)
        or session.get(ResponsibleOfficer, staff_id, with_for_update=True)
        or session.get(Account, staff_id, with_for_update=True)
    )


def _code_of(staff: Staff | None) -> str:
    """What the command is told to name them: never their address."""
    return staff.code if isinstance(staff, Facilitator | ResponsibleOfficer) else "An account"


def rectify_command(
    database: Database, code: str, text: str, teller: Teller, stream: TextIO, *, now: datetime
) -> None:
    """Put right what is kept of a person, and say who of the staff has read it as it was.

    Raises NotFound, Invalid and Conflict; nothing is kept then.
    """
    corrections = read_corrections(text)
    readers: tuple[Reader, ...] = ()
    with database.writing() as session:
        staff = find_staff_of_code(session, code)
        if staff is not None:
            rectify_staff(session, staff, corrections, actor=SERVICE, now=now, teller=teller)
        else:
            party = get_party_of_code(session, code)
            readers = rectify_person(
                session, party, corrections, actor=SERVICE, now=now, teller=teller
            )
    stream.write(
        f"Put right: {', '.join(corrections.named)}. What waits and what was told follow.\n"
    )
    for reader in readers:
        who = f"{reader.name} ({reader.role.replace('_', ' ')})"
        stream.write(f"Tell {who}: they last read it on {day_in_words(reader.last_on)}.\n")


def restrict_command(
    database: Database, code: str, tell: Tell, *, is_lifted: bool, now: datetime
) -> None:
    """From now on only keep what is kept of a person, or end that. Their stop stays either way."""
    with database.writing() as session:
        party = get_party_of_code(session, code)
        if is_lifted:
            lift_restriction(session, party, actor=SERVICE, now=now)
        else:
            restrict_person(session, party, actor=SERVICE, now=now, tell=tell)


def name_command(database: Database, reference: str, email: str, *, now: datetime) -> None:
    """Add a coordinator to a limited case that nobody opens any more.

    Raises NotFound, Invalid and Conflict.
    """
    with database.writing() as session:
        account = find_account(session, email)
        if account is None:
            raise NotFound("There is no account with this address")
        order = get_order_of_reference(session, reference)
        name_another(session, order, account, actor=SERVICE, now=now)


def hold_command(
    database: Database,
    reference: str,
    reason: str,
    until: str,
    note_text: str = "",
    *,
    is_lifted: bool,
    now: datetime,
) -> None:
    """Keep a case whole, or let its periods run again. Raises NotFound, Invalid, Conflict."""
    if reason not in set(HoldReason):
        raise Invalid(FieldProblem("reason", f"The reason is one of {', '.join(HoldReason)}"))
    with database.writing() as session:
        order = get_order_of_reference(session, reference)
        if is_lifted:
            lift_hold(session, order.id, actor=SERVICE, now=now)
            return
        place_hold(
            session,
            order.id,
            reason=HoldReason(reason),
            ends_on=_day(until),
            note_text=note_text,
            actor=SERVICE,
            now=now,
        )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(
            FieldProblem("until", "Say until when it stands, as 2027-03-31: --until")
        ) from None


def report_command(database: Database, stream: TextIO, *, nights: int = 14) -> None:
    """Say what the last nights removed."""
    with database.reading() as session:
        reports = session.exec(
            select(RetentionReport).order_by(col(RetentionReport.night).desc()).limit(nights)
        ).all()
        references = {
            str(order_id): reference
            for order_id, reference in session.exec(select(Order.id, Order.reference))
        }
    for line in lines_of(reports, references) or ["No night's work was done yet."]:
        stream.write(f"{line}\n")
