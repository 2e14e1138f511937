"""Several people harmed by one offence: each has a third meeting of their own.

    one_third_for_each(session, order_id, *, actor, now)
    leave_out_third_of(session, party, *, actor, now)

Nobody who was harmed is brought together with another unasked, waits for another's answer, or
learns from a meeting that there is another. With one of them a plan is as it always was.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from rj.audit.services import Actor
from rj.conferences.queries import find_live_meeting
from rj.orders.models import StepState
from rj.orders.plans import drop_third_meeting, third_meeting_of, thirds_of
from rj.orders.queries import live_plan
from rj.parties.models import Party
from rj.parties.queries import parties_of
from rj.policy.terms import PartyRole, Side


def harmed_people(parties: Sequence[Party]) -> list[Party]:
    """Those of a case who were harmed themselves and may hear from us."""
    return [
        party
        for party in parties
        if party.side is Side.HARMED
        and party.role is PartyRole.PRINCIPAL
        and party.stopped_at is None
        and party.erased_at is None
    ]


def one_third_for_each(session: Session, order_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Have each of several harmed people stand in the plan with a third meeting of their own.

    The one there is becomes the first person's, together with the supporters nobody said more of.
    Safe to repeat; nothing for one harmed person, and for a closed order.
    """
    plan = live_plan(session, order_id)
    if plan is None:
        return
    parties = parties_of(session, order_id)
    people = harmed_people(parties)
    thirds = thirds_of(session, plan.id)
    if len(people) < 2 and all(each.harmed_id is None for each in thirds):
        return
    placed = {each.harmed_id for each in thirds}
    shared = [each for each in thirds if each.harmed_id is None and each.state is StepState.OPEN]
    for person in people:
        if person.id in placed:
            continue
        if shared:
            shared.pop().harmed_id = person.id
            for helper in parties:
                is_helper = helper.side is Side.HARMED and helper.role is not PartyRole.PRINCIPAL
                if is_helper and helper.supports_id is None:
                    helper.supports_id = person.id
            session.flush()
        else:
            third_meeting_of(session, plan.id, person.id, actor=actor, now=now)


def leave_out_third_of(session: Session, party: Party, *, actor: Actor, now: datetime) -> None:
    """Leave out the third meeting of somebody who said no, where the plan has another one."""
    plan = live_plan(session, party.order_id)
    thirds = thirds_of(session, plan.id) if plan is not None else []
    for third in thirds:
        if (
            third.harmed_id == party.id
            and third.state is StepState.OPEN
            and len(thirds) > 1
            and find_live_meeting(session, third.id) is None
        ):
            drop_third_meeting(session, third.id, actor=actor, now=now)
