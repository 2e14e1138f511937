"""Restricting: what is kept of a person is only kept (DPA 2018 s.47).

Contact stops, as at a "no"; their case is planned no further, and nothing of it goes at a period's
end. Once it is lifted contact stays stopped: that is the liaison officer's to end.
"""

from datetime import datetime

from sqlmodel import Session

from rj.audit.services import Actor, note
from rj.conferences import gates
from rj.conferences.telling import Tell
from rj.kernel.errors import Conflict
from rj.parties.models import Party


def restrict_person(
    session: Session, party: Party, *, actor: Actor, now: datetime, tell: Tell
) -> None:
    """From now on only keep what is kept of somebody. Safe to repeat."""
    if party.restricted_at is not None:
        return
    gates.stop_contact(session, party.id, actor=actor, now=now, tell=tell)
    party.restricted_at = now
    note(session, actor, "restrict person", "party", party.id, now=now, order_id=party.order_id)


def lift_restriction(session: Session, party: Party, *, actor: Actor, now: datetime) -> None:
    """Let their case go on. Raises Conflict when nothing is restricted."""
    if party.restricted_at is None:
        raise Conflict("What is kept of this person is not restricted")
    party.restricted_at = None
    note(session, actor, "lift restriction", "party", party.id, now=now, order_id=party.order_id)
