"""Several people harmed by one offence: each has a third meeting of their own.

    one_third_for_each(session, order_id, *, actor, now)

Nobody who was harmed is brought together with another unasked, waits for another's answer, or
learns from a meeting that there is another. With one of them a plan is as it always was.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from rj.audit.services import Actor
from rj.conferences.bookings import release
from rj.conferences.models import MeetingState
from rj.conferences.queries import find_live_meeting, latest_gates
from rj.conferences.readiness import NO_LONGER
from rj.conferences.services import keep_version
from rj.orders.models import Plan, PlanStep, StepState
from rj.orders.plans import drop_third_meeting, third_meeting_of, thirds_of
from rj.orders.queries import live_plan
from rj.parties.models import Party
from rj.parties.queries import parties_of
from rj.policy.terms import Gate, PartyRole, Side


def one_third_for_each(session: Session, order_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Have each of several harmed people stand in the plan with a third meeting of their own.

    The one there is becomes the first person's, together with the supporters nobody said more of.
    That of somebody who said no is left out while the plan has another, and comes back with their
    yes. Safe to repeat; nothing for one harmed person, and for a closed order.
    """
    plan = live_plan(session, order_id)
    if plan is None:
        return
    parties = parties_of(session, order_id)
    people = _who_may_take_part(session, order_id, parties)
    thirds = thirds_of(session, plan.id)
    if len(people) < 2 and all(each.harmed_id is None for each in thirds):
        return
    placed = {each.harmed_id for each in thirds}
    shared = [each for each in thirds if each.harmed_id is None and each.state is StepState.OPEN]
    for person in people:
        if person.id in placed:
            continue
        if shared:
            _becomes(session, shared.pop(), person, parties)
        else:
            third_meeting_of(session, plan.id, person.id, actor=actor, now=now)
    _leave_out_the_rest(session, plan, {person.id for person in people}, actor, now)


def _who_may_take_part(session: Session, order_id: UUID, parties: Sequence[Party]) -> list[Party]:
    """Those of a case who were harmed themselves and have not said no."""
    gates = latest_gates(session, order_id)
    refused = {
        party_id
        for (gate, party_id), record in gates.items()
        if gate is Gate.CONSENT and record.value in NO_LONGER
    }
    return [
        party
        for party in parties
        if party.side is Side.HARMED
        and party.role is PartyRole.PRINCIPAL
        and party.stopped_at is None
        and party.erased_at is None
        and party.id not in refused
    ]


def _becomes(session: Session, third: PlanStep, person: Party, parties: Sequence[Party]) -> None:
    """Make the one third meeting this person's, with helpers of whom nothing else is said."""
    third.harmed_id = person.id
    for helper in parties:
        is_helper = helper.side is Side.HARMED and helper.role is not PartyRole.PRINCIPAL
        if is_helper and helper.supports_id is None:
            helper.supports_id = person.id
    session.flush()


def _leave_out_the_rest(
    session: Session, plan: Plan, taking_part: set[UUID], actor: Actor, now: datetime
) -> None:
    """Leave out third meetings of people who take no part, but for the last one in the plan. What
    was only held is given up; one that people were told of has been called off before."""
    for third in thirds_of(session, plan.id):
        is_theirs = third.harmed_id is None or third.harmed_id in taking_part
        if is_theirs or third.state is not StepState.OPEN or len(thirds_of(session, plan.id)) < 2:
            continue
        meeting = find_live_meeting(session, third.id)
        if meeting is not None and meeting.state is MeetingState.TOLD:
            continue
        if meeting is not None:
            meeting.state = MeetingState.CANCELLED
            keep_version(session, meeting, reason="called off", actor=actor, now=now)
            release(session, meeting.id)
        drop_third_meeting(session, third.id, actor=actor, now=now)
