"""People's rights from the command line: the file, restriction, erasure, holds, and the report."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import TextIO

from sqlmodel import Session, col, select

from rj.audit.services import SERVICE, note
from rj.conferences import gates
from rj.conferences.telling import Tell
from rj.db.database import Database
from rj.kernel.errors import Conflict, FieldProblem, Invalid, NotFound
from rj.orders.queries import find_order_by_reference
from rj.outbox.keeping import Keeper
from rj.parties.models import Party
from rj.parties.sealing import Seal
from rj.rights.erasing import erase_person, remember_erasure, scrub, standing_hold
from rj.rights.export import export_person
from rj.rights.finding import get_party_of_code
from rj.rights.models import Hold, HoldReason, RetentionReport
from rj.rights.retention import lines_of

JOURNAL = "erasures.journal"
"""In the data folder: whom was erased and when. Keep a copy beside the backups."""


def export_command(
    database: Database, seal: Seal, keeper: Keeper, code: str, path: Path, *, now: datetime
) -> None:
    """Write a person's file to a path that only its owner may read; never over another file."""
    with database.writing() as session:
        found = export_person(session, code, seal=seal, keeper=keeper, actor=SERVICE, now=now)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Conflict(f"There is a file {path} already") from None
    with os.fdopen(handle, "w") as file:
        json.dump(found, file, ensure_ascii=False, indent=2)
        file.write("\n")


def erase_command(
    database: Database, seal: Seal, tell: Tell, code: str, journal: Path, *, now: datetime
) -> None:
    """Erase a person for good. The journal is written first: it does no harm if all else fails."""
    with database.writing() as session:
        party = get_party_of_code(session, code)
        remember_erasure(journal, party.id, now=now)
        erase_person(session, party, seal=seal, actor=SERVICE, now=now, tell=tell)
    scrub(database)


def restrict_command(
    database: Database, code: str, tell: Tell, *, is_lifted: bool, now: datetime
) -> None:
    """From now on only keep what is kept of a person, or end that. Their stop stays either way."""
    with database.writing() as session:
        party = get_party_of_code(session, code)
        _restrict(session, party, tell, is_lifted=is_lifted, now=now)


def _restrict(
    session: Session, party: Party, tell: Tell, *, is_lifted: bool, now: datetime
) -> None:
    if is_lifted:
        party.restricted_at = None
        note_words = "lift restriction"
    else:
        gates.stop_contact(session, party.id, actor=SERVICE, now=now, tell=tell)
        party.restricted_at = party.restricted_at or now
        note_words = "restrict person"
    note(session, SERVICE, note_words, "party", party.id, now=now, order_id=party.order_id)


def hold_command(
    database: Database, reference: str, reason: str, *, is_lifted: bool, now: datetime
) -> None:
    """Keep a case whole, or let its periods run again. Raises NotFound, Invalid, Conflict."""
    if reason not in set(HoldReason):
        raise Invalid(FieldProblem("reason", f"The reason is one of {', '.join(HoldReason)}"))
    with database.writing() as session:
        order = find_order_by_reference(session, reference)
        if order is None:
            raise NotFound(f"There is no order {reference}")
        standing = standing_hold(session, order.id)
        if is_lifted:
            if standing is None:
                raise Conflict("No hold stands on this case")
            standing.lifted_at = now
        elif standing is None:
            session.add(Hold(order_id=order.id, reason=HoldReason(reason), since=now))
        words = "lift hold" if is_lifted else "hold case"
        note(session, SERVICE, words, "order", order.id, now=now, order_id=order.id)


def report_command(database: Database, stream: TextIO, *, nights: int = 14) -> None:
    """Say what the last nights removed."""
    with database.reading() as session:
        reports = session.exec(
            select(RetentionReport).order_by(col(RetentionReport.night).desc()).limit(nights)
        ).all()
    for line in lines_of(reports) or ["No night's work was done yet."]:
        stream.write(f"{line}\n")
