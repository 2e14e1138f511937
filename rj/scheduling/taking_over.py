"""An order comes with the reference of a hold: its plan has what was held for the court.

    take_over(session, order_id, reference, *, actor, now)    -> Kept

Orders come late. Where the hour of the call has passed by then, the same facilitator is given
another one within the days of first contact, in the same transaction, as long as there is one
beside everything that is booked; the assessment and its lead stay as the court was told.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from rj.audit.services import Actor
from rj.conferences.provisional import Kept, keep_hold, note_another_call, steps_without
from rj.kernel.london import london_day
from rj.orders.models import PlanStep
from rj.policy.terms import Stage
from rj.scheduling.freezing import freeze
from rj.scheduling.names import FACILITATOR, TASK
from rj.scheduling.planner.standing import Standing


def take_over(
    session: Session, order_id: UUID, reference: str, *, actor: Actor, now: datetime
) -> Kept:
    """Turn a hold into the plan of its order, and find another call where that one has passed.

    What could not be kept is named in the answer and with the hold. Raises Conflict as
    ``keep_hold``.
    """
    kept = keep_hold(session, order_id, reference, actor=actor, now=now)
    hold = kept.hold
    contact = next(
        (step for step in steps_without(session, hold) if step.stage is Stage.CONTACT), None
    )
    if contact is None or hold.contact_starts_at > now:
        return kept
    starts_at = _another_call(session, hold.area_id, hold.lead_id, contact, now)
    if starts_at is None:
        return kept
    return note_another_call(session, kept, starts_at, actor=actor, now=now) or kept


def _another_call(
    session: Session, area_id: str, lead_id: UUID, contact: PlanStep, now: datetime
) -> datetime | None:
    """The first hour that suits the whole case with this lead, if it is in time."""
    frozen = freeze(session, area_id, now=now)
    task = frozen.names.find(TASK, contact.id)
    lead = frozen.names.find(FACILITATOR, lead_id)
    if task is None or lead is None or task not in frozen.problem.task:
        return None
    standing = Standing(frozen.problem, frozen.standing_plan(), frozen.problem.case_of[task])
    number = standing.survey.number[lead]
    offer = standing.offer(number) if number in standing.surveyed.leads else None
    if offer is None:
        return None
    call = next((each for each in standing.with_offer(offer).meetings if each.task == task), None)
    if call is None or (contact.due_on is not None and london_day(call.start) > contact.due_on):
        return None
    return call.start
