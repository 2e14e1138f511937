"""Erasing a person: what is left is a tombstone, and the keyed hashes of a "no".

erase_person(session, party, ...)      in the caller's transaction
scrub(database)                        after it: no copy is left in the database's own files
remember_erasure(path, party_id, ...)  a line outside the database, for after a restore
"""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, delete, or_, select, update

from rj.audit.models import AuditEntry
from rj.audit.services import Actor, note
from rj.calendars.models import Invitation
from rj.conferences import gates
from rj.conferences.models import Booking, GateRecord, Meeting, MeetingVersion, SlotClaim
from rj.conferences.telling import Tell
from rj.db.database import Database
from rj.facilitators.models import ConflictOfInterest
from rj.kernel.errors import Conflict
from rj.orders.models import ContactAttempt, Order
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
from rj.policy.terms import Language, PartyRole, Side
from rj.rights.models import Hold
from rj.scheduling.models import PlanningRun
from rj.suppression.services import bring_up_to_date

ERASED = "Erased"
ERASED_CRN = "ERASED"
OF_ONE_PERSON = (
    HarmedDetails,
    HarmerDetails,
    SafeContactPlan,
    PartyAway,
    PartyBusy,
    PlaceToAvoid,
    LikedVenue,
)
"""Tables whose rows belong to one person and go whole."""


def standing_hold(session: Session, order_id: UUID) -> Hold | None:
    """The hold on a case, if there is one."""
    return session.exec(
        select(Hold).where(Hold.order_id == order_id, col(Hold.lifted_at).is_(None))
    ).first()


def refuse_held(session: Session, order_id: UUID) -> None:
    """Raise Conflict while a hold stands on the case."""
    hold = standing_hold(session, order_id)
    if hold is not None:
        raise Conflict(
            f"A hold stands on this case since {hold.since:%d %B %Y} ({hold.reason.value}): "
            "nothing of it is erased until the hold is lifted"
        )


def erase_person(
    session: Session, party: Party, *, seal: Seal, actor: Actor, now: datetime, tell: Tell
) -> None:
    """Remove all that tells who a person is or what they said. Safe to repeat.

    Raises Conflict while a hold stands on the case, and for the person on probation of an open
    order, which must be closed first.
    """
    refuse_held(session, party.order_id)
    order = session.get_one(Order, party.order_id)
    is_principal = party.side is Side.HARMER and party.role is PartyRole.PRINCIPAL
    if is_principal and order.closed_at is None:
        raise Conflict("Close the order first: it is carried out with this person")
    if party.stopped_at is None and order.closed_at is None:
        gates.stop_contact(session, party.id, actor=actor, now=now, tell=tell)
        session.flush()
    bring_up_to_date(session, seal, now=now)
    _erase_messages(session, party.id)
    for table in OF_ONE_PERSON:
        session.exec(delete(table).where(col(table.party_id) == party.id))
    session.exec(delete(ConflictOfInterest).where(col(ConflictOfInterest.person_id) == party.id))
    for taken in (Booking, SlotClaim):
        session.exec(delete(taken).where(col(taken.resource_id) == party.id))
    _erase_texts(session, party, is_principal=is_principal)
    _forget_in_runs(session, party.id)
    party.hours = party.likes_hours = None
    party.curfew_from = party.curfew_until = None
    party.language = Language.ENGLISH
    party.stopped_at = party.stopped_at or now
    party.erased_at = party.erased_at or now
    if is_principal:
        order.crn = ERASED_CRN
    note(session, actor, "erase person", "party", party.id, now=now, order_id=order.id)
    session.flush()


def _erase_messages(session: Session, party_id: UUID) -> None:
    """That something was sent stays; what it said, where to and about which place goes."""
    for message in session.exec(select(Message).where(Message.recipient_id == party_id)):
        if message.state in (MessageState.QUEUED, MessageState.TO_DO, MessageState.SENDING):
            stop_message(message, ERASED)
        message.rendered = None
        message.envelope = {}
    session.exec(update(Invitation).where(col(Invitation.reader_id) == party_id).values(place=""))


def _erase_texts(session: Session, party: Party, *, is_principal: bool) -> None:
    """What staff typed: about the person, and of the case wherever it may name them."""
    order_id = party.order_id
    session.exec(update(GateRecord).where(col(GateRecord.party_id) == party.id).values(note=""))
    if is_principal:
        session.exec(
            update(ContactAttempt).where(col(ContactAttempt.order_id) == order_id).values(note="")
        )
        session.exec(update(GateRecord).where(col(GateRecord.order_id) == order_id).values(note=""))
    meetings = select(Meeting.id).where(Meeting.order_id == order_id)
    session.exec(
        update(Meeting).where(col(Meeting.order_id) == order_id).values(cancelled_reason="")
    )
    session.exec(
        update(MeetingVersion).where(col(MeetingVersion.meeting_id).in_(meetings)).values(reason="")
    )
    session.exec(
        update(AuditEntry)
        .where(
            or_(col(AuditEntry.order_id) == order_id, col(AuditEntry.thing_id) == str(party.id)),
            col(AuditEntry.reason) != "",
        )
        .values(reason="")
    )


def _forget_in_runs(session: Session, party_id: UUID) -> None:
    """A stored run that lost a person can no longer be replayed, and says so."""
    wanted = str(party_id)
    for run in session.exec(select(PlanningRun)):
        if wanted in run.identifiers.values():
            run.identifiers = {
                made_up: stands_for
                for made_up, stands_for in run.identifiers.items()
                if stands_for != wanted
            }


def scrub(database: Database) -> None:
    """Leave no copy of what was deleted in the database's own files.

    SQLite overwrites what it deletes; its log and free pages are rewritten here. PostgreSQL's dead
    rows are cleared; its log ages out with the backups.
    """
    with database.engine.connect() as connection:
        outside = connection.execution_options(isolation_level="AUTOCOMMIT")
        raw = outside.connection.dbapi_connection
        if database.is_sqlite:
            raw.rollback()  # type: ignore[union-attr]
            raw.execute("VACUUM")  # type: ignore[union-attr]
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
        else:
            outside.execute(text("VACUUM"))


def remember_erasure(path: Path, party_id: UUID, *, now: datetime) -> None:
    """Add a line outside the database: an older backup that is restored is erased again by it."""
    path.touch(mode=0o600, exist_ok=True)
    with path.open("a") as file:
        file.write(f"{now.astimezone(UTC).isoformat()} {party_id}\n")
