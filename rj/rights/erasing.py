"""Erasing a person: what is left is a tombstone, and the keyed hashes of a "no".

    erase_person(session, party, ...)      in the caller's transaction
    erase_texts(session, order_id)         what staff typed of a case
    forget_in_runs(session, records)       what made-up names of stored runs stand for
    scrub(database)                        after it: no copy is left in the database's own files
    remember_erasure(path, party_id, ...)  a line outside the database, for after a restore

What goes from which table is listed in ``inventory``.
"""

import json
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import String, cast, text
from sqlmodel import Session, SQLModel, col, delete, or_, select, update

from rj.audit.models import AuditEntry
from rj.audit.services import Actor, note
from rj.calendars.models import Invitation
from rj.compartments.models import ContactRelease, EmergencyOpening
from rj.conferences import gates
from rj.conferences.models import (
    Booking,
    GateRecord,
    Meeting,
    MeetingVersion,
    ProvisionalHold,
    SlotClaim,
)
from rj.conferences.telling import Tell
from rj.db.database import Database
from rj.facilitators.models import ConflictOfInterest
from rj.kernel.errors import Conflict
from rj.kernel.london import london_day
from rj.orders.models import (
    ClockChange,
    ContactAttempt,
    ErasedOrder,
    Order,
    OrderChange,
    Plan,
    PlanStep,
)
from rj.orders.queries import erased_order_mark
from rj.outbox.models import Message, MessageState
from rj.outbox.services import stop_message
from rj.parties.models import (
    HarmedDetails,
    HarmerDetails,
    LikedVenue,
    Party,
    PartyAway,
    PartyBusy,
    PlaceToAvoid,
    SafeContactPlan,
)
from rj.parties.sealing import Seal
from rj.policy.terms import Language
from rj.rights.finding import is_principal
from rj.rights.holds import refuse_held
from rj.scheduling.models import LeftOut, PlanningRun, PlanningWish, ProposedMeeting, WhatIf
from rj.suppression.models import SaidNoQuestion
from rj.suppression.services import bring_up_to_date

ERASED = "Erased"
ERASED_CRN = "ERASED"
OF_ONE_PERSON: tuple[type[SQLModel], ...] = (
    HarmedDetails,
    HarmerDetails,
    SafeContactPlan,
    PartyAway,
    PartyBusy,
    PlaceToAvoid,
    LikedVenue,
    SaidNoQuestion,
    ContactRelease,
    EmergencyOpening,
)
"""Tables whose rows belong to one person and go whole."""

PATIENCE = timedelta(seconds=30)
"""How long the end of the log waits for those who read an older state."""

UNDER_WAY = (MessageState.QUEUED, MessageState.TO_DO, MessageState.SENDING)


def erase_person(
    session: Session, party: Party, *, seal: Seal, actor: Actor, now: datetime, tell: Tell
) -> None:
    """Remove all that tells who a person is or what they said. Safe to repeat.

    Raises Conflict while a hold stands on the case, and for the person on probation of an open
    order, which must be closed first.
    """
    refuse_held(session, party.order_id, today=london_day(now))
    order = session.get_one(Order, party.order_id)
    if is_principal(party) and order.closed_at is None:
        raise Conflict("Close the order first: it is carried out with this person")
    if party.stopped_at is None and order.closed_at is None:
        gates.stop_contact(session, party.id, actor=actor, now=now, tell=tell)
        session.flush()
    bring_up_to_date(session, seal, now=now)
    erase_messages(session, party.id)
    if is_principal(party):
        _erase_what_was_handed_over(session, party.order_id)
    for table in OF_ONE_PERSON:
        session.exec(delete(table).where(_column(table, "party_id") == party.id))
    session.exec(delete(ConflictOfInterest).where(col(ConflictOfInterest.person_id) == party.id))
    of_case = select(Meeting.id).where(Meeting.order_id == party.order_id)
    for taken in (Booking, SlotClaim):
        session.exec(
            delete(taken).where(
                _column(taken, "resource_id").in_([party.id, party.diary]),
                _column(taken, "meeting_id").in_(of_case),
            )
        )
    session.exec(update(GateRecord).where(col(GateRecord.party_id) == party.id).values(note=""))
    erase_reasons(session, party.order_id)
    forget_in_runs(session, {party.id, party.diary})
    party.hours = party.likes_hours = None
    party.curfew_from = party.curfew_until = None
    party.language = Language.ENGLISH
    party.diary_id = None
    party.stopped_at = party.stopped_at or now
    party.erased_at = party.erased_at or now
    if is_principal(party):
        erase_notes(session, order.id)
        _erase_order(session, order, party, seal, now)
    note(session, actor, "erase person", "party", party.id, now=now, order_id=order.id)
    session.flush()


def erase_notes(session: Session, order_id: UUID) -> int:
    """Empty what was written down of talks with anybody in a case; how many there were."""
    gone = 0
    for table in (GateRecord, ContactAttempt):
        done = session.exec(
            update(table)
            .where(col(table.order_id) == order_id, col(table.note) != "")
            .values(note="")
        )
        gone += done.rowcount
    return gone


def erase_reasons(session: Session, order_id: UUID) -> int:
    """Empty what staff typed as a reason anywhere in a case: it may name anybody."""
    meetings = select(Meeting.id).where(Meeting.order_id == order_id)
    plans = select(Plan.id).where(Plan.order_id == order_id)
    people = select(Party.id).where(Party.order_id == order_id)
    of_the_case: tuple[tuple[type[SQLModel], str, Any, str], ...] = (
        (Order, "closed_reason", col(Order.id) == order_id, ""),
        (OrderChange, "reason", col(OrderChange.order_id) == order_id, ""),
        (Meeting, "cancelled_reason", col(Meeting.order_id) == order_id, ""),
        (MeetingVersion, "reason", col(MeetingVersion.meeting_id).in_(meetings), ""),
        # a step that was added is known by its reason
        (PlanStep, "added_reason", col(PlanStep.plan_id).in_(plans), ERASED),
        (ClockChange, "reason", col(ClockChange.order_id) == order_id, ERASED),
        (ClockChange, "taken_back_reason", col(ClockChange.order_id) == order_id, ""),
        (ProposedMeeting, "reason", col(ProposedMeeting.order_id) == order_id, ""),
        (LeftOut, "reason", col(LeftOut.order_id) == order_id, ""),
        (PlanningWish, "reason", col(PlanningWish.order_id) == order_id, ""),
        (AuditEntry, "reason", _audit_of(session, order_id), ""),
        (EmergencyOpening, "reason", col(EmergencyOpening.party_id).in_(people), ERASED),
    )
    gone = 0
    for table, name, where, left in of_the_case:
        column = _column(table, name)
        done = session.exec(
            update(table)
            .where(where, column != "", column != left)
            .values({name: left})
            .execution_options(synchronize_session="fetch")
        )
        gone += done.rowcount
    return gone


def _audit_of(session: Session, order_id: UUID) -> Any:
    people = [
        str(each) for each in session.exec(select(Party.id).where(Party.order_id == order_id))
    ]
    return or_(col(AuditEntry.order_id) == order_id, col(AuditEntry.thing_id).in_(people))


def _erase_what_was_handed_over(session: Session, order_id: UUID) -> None:
    """What an officer was told of this person's attendance; that something was sent stays."""
    for message in session.exec(select(Message).where(Message.subject_id == order_id)):
        if message.state in UNDER_WAY:
            stop_message(message, ERASED)
        message.rendered = None


def erase_messages(session: Session, party_id: UUID) -> None:
    """That something was sent stays; what it said, where to and about which place goes."""
    for message in session.exec(select(Message).where(Message.recipient_id == party_id)):
        if message.state in UNDER_WAY:
            stop_message(message, ERASED)
        message.state_reason = ERASED if message.state is MessageState.STOPPED else ""
        message.rendered = None
        # the life of an appointment is told from its messages, so their form stays
        message.envelope = {
            name: "" if name in ("place", "mark") else value
            for name, value in message.envelope.items()
        }
    session.exec(update(Invitation).where(col(Invitation.reader_id) == party_id).values(place=""))


def _erase_order(session: Session, order: Order, party: Party, seal: Seal, now: datetime) -> None:
    """Take out of an order by what courts and probation know whose it is."""
    remember_order(session, order, seal, now)
    session.exec(delete(OrderChange).where(col(OrderChange.order_id) == order.id))
    if order.crn != ERASED_CRN:
        order.crn = ERASED_CRN
        order.reference = f"{ERASED_CRN}-{party.reference}"
        order.convicted_on = None
    session.exec(delete(ProvisionalHold).where(col(ProvisionalHold.order_id) == order.id))


def remember_order(session: Session, order: Order, seal: Seal, now: datetime) -> None:
    """Keep the keyed hash of an order's reference, so that no court file brings it back."""
    mark = erased_order_mark(seal.fingerprint, order.reference)
    if order.crn != ERASED_CRN and session.get(ErasedOrder, mark) is None:
        session.add(ErasedOrder(fingerprint=mark, erased_on=london_day(now)))
        session.flush()


def forget_in_runs(session: Session, records: Iterable[UUID]) -> None:
    """Forget for whom made-up names stand, and what the problem said of them: a run that lost
    somebody can no longer be replayed.

    Mappings name a record as ``KIND:record``, and a standing meeting as ``record@version``.
    """
    lost = {str(record) for record in records}
    for table in (PlanningRun, WhatIf):
        wanted = or_(*(cast(col(table.identifiers), String).contains(each) for each in lost))
        for run_id, known, problem in session.exec(
            select(table.id, table.identifiers, table.problem).where(wanted)
        ).all():
            gone = {name for name, text in known.items() if _record_of(text) in lost}
            session.exec(
                update(table)
                .where(col(table.id) == run_id)
                .values(
                    identifiers={name: known[name] for name in known if name not in gone},
                    problem=without_people(problem, gone),
                )
            )


def _record_of(text: str) -> str:
    return text.rpartition(":")[2].partition("@")[0]


def without_people(problem: str, names: Collection[str]) -> str:
    """A stored problem that still says that these people were to come, and nothing else of them:
    their case is known, so their hours would be too."""
    document = json.loads(problem)
    document["people"] = [
        {"id": person["id"], "role": person["role"], "busy": [], "away": []}
        if person["id"] in names
        else person
        for person in document["people"]
    ]
    return json.dumps(document, ensure_ascii=False)


def _column(table: type[SQLModel], name: str) -> Any:
    return getattr(table, name)


def scrub(database: Database, *, patience: timedelta = PATIENCE) -> bool:
    """Leave no copy of what was deleted in the database's own files.

    SQLite overwrites what it deletes; moved rows, free pages and the log are rewritten here. False
    when somebody kept reading the old state, so that the log could not be emptied: do it again.
    PostgreSQL's dead rows are cleared; its own log ages out with the backups.
    """
    if not database.is_sqlite:
        with database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM"))
        return True
    raw = database.engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("VACUUM")
        before = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout={int(patience.total_seconds() * 1000)}")
        is_busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout={before}")
        cursor.close()
        return not is_busy
    finally:
        raw.close()


def remember_erasure(path: Path, party_id: UUID, *, now: datetime) -> None:
    """Add a line outside the database: an older backup that is restored is erased again by it."""
    path.touch(mode=0o600, exist_ok=True)
    with path.open("a") as file:
        file.write(f"{now.astimezone(UTC).isoformat()} {party_id}\n")


def remembered_erasures(path: Path) -> list[UUID]:
    """Whom the file outside the database names, each once. A last line cut off does not count."""
    if not path.exists():
        return []
    lines = (line.split() for line in path.read_text().splitlines())
    return list(
        dict.fromkeys(UUID(line[1]) for line in lines if len(line) == 2 and len(line[1]) == 36)
    )
