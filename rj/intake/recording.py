"""From a judged order to its rows, the same for one order and for thousands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from rj.area_rules.queries import policy_in_force
from rj.audit.services import Actor, note_each_order
from rj.conferences.several import one_third_for_each
from rj.intake.entry import NewOrder
from rj.intake.rules import Known
from rj.intake.same_person import share_diaries
from rj.kernel.errors import Conflict
from rj.kernel.london import london_day
from rj.kernel.weekly_hours import read_hours
from rj.orders.models import (
    Order,
    OrderOffence,
    Plan,
    PlanStep,
    Requirement,
    ResponsibleOfficer,
    VenueAgreed,
)
from rj.orders.plans import plan_rows
from rj.parties.models import (
    HarmedDetails,
    HarmerDetails,
    LikedVenue,
    Party,
    PartyAway,
    PlaceToAvoid,
    SafeContactPlan,
)
from rj.parties.recording import NewPerson, Row, Rows, fresh_references, insert_rows, person_rows
from rj.parties.sealing import ContactDetails, Seal
from rj.policy.figures import Policy
from rj.policy.terms import CalendarWish, Language, PartyRole, Side
from rj.suppression.services import stop_the_new_who_are_alike

OFFICER_HOURS = "mon-fri 09:00-17:00"
"""Hours of an officer who comes with an order, until somebody says otherwise."""

WRITTEN_IN_TURN = (
    ResponsibleOfficer,
    Order,
    OrderOffence,
    Requirement,
    VenueAgreed,
    Plan,
    PlanStep,
    Party,
    HarmerDetails,
    HarmedDetails,
    SafeContactPlan,
    PartyAway,
    PlaceToAvoid,
    LikedVenue,
)
"""Tables in an order in which each refers only to those before it."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An order that was written."""

    order_id: UUID
    order: NewOrder


def record_all(
    session: Session,
    orders: Sequence[NewOrder],
    known: Known,
    *,
    seal: Seal,
    actor: Actor,
    now: datetime,
) -> list[Recorded]:
    """Write resolved orders without faults: requirement, offences, plan, people, audit entries.

    Few statements, whatever the number of orders. Raises Conflict when somebody else records the
    same reference at the same moment.
    """
    tables: Rows = {table: [] for table in WRITTEN_IN_TURN}
    officers = dict(known.officers)
    people = sum(1 + len(order.people) for order in orders)
    policy_for = cache(partial(policy_in_force, session))
    references = iter(fresh_references(session, people))
    recorded = []
    several: list[UUID] = []
    written_people: list[tuple[UUID, ContactDetails, date | None]] = []
    for order in orders:
        if order.officer not in officers:
            officers[order.officer] = _add_officer(tables, order)
        policy = policy_for(order.area, order.sentenced_on)
        order_id = _add_order(tables, order, officers, known, policy, actor, now)
        recorded.append(Recorded(order_id, order))
        harmed_id: UUID | None = None
        if sum(_was_harmed(person) for person in order.people) > 1:
            several.append(order_id)
        for person in (order.harmer, *order.people):
            rows = person_rows(
                recorded[-1].order_id,
                person,
                reference=next(references),
                venues=known.venues,
                seal=seal,
                actor=actor,
                today=london_day(now),
            )
            _join(tables, rows)
            [written] = rows[Party]
            if _was_harmed(person):
                harmed_id = written["id"]
            elif person.side is Side.HARMED and order_id in several:
                written["supports_id"] = harmed_id  # of those harmed, the one named before
            written_people.append((rows[Party][0]["id"], person.details, person.born_on))
    try:
        insert_rows(session, tables)
    except IntegrityError as error:
        raise Conflict(
            "Another order, officer or person with the same reference was recorded at the same "
            "moment. Nothing was recorded here: try again."
        ) from error
    share_diaries(session, [order.crn for order in orders])
    for order_id in several:
        one_third_for_each(session, order_id, actor=actor, now=now)
    stop_the_new_who_are_alike(session, seal, written_people, actor=actor, now=now)
    order_ids = [written.order_id for written in recorded]
    note_each_order(session, actor, "record order", order_ids, now=now)
    return recorded


def _was_harmed(person: NewPerson) -> bool:
    """Whether somebody was harmed themselves, and helps nobody."""
    return person.side is Side.HARMED and person.role is PartyRole.PRINCIPAL


def _join(tables: Rows, rows: Rows) -> None:
    for table, more in rows.items():
        tables[table] += more


def _add_officer(tables: Rows, order: NewOrder) -> UUID:
    row = officer_row(order, order.area)
    tables[ResponsibleOfficer].append(row)
    officer_id: UUID = row["id"]
    return officer_id


def officer_row(order: NewOrder, area_id: str) -> dict[str, Any]:
    """What is stored of a responsible officer whom an order brings with it."""
    return {
        "id": uuid4(),
        "version": 1,
        "code": order.officer,
        "name": order.officer_name,
        "email": order.officer_email,
        "telephone": "",
        "area_id": area_id,
        "hours": read_hours(OFFICER_HOURS),
        "calendar_wish": CalendarWish.INVITATION,
        "language": Language.ENGLISH,
        "is_active": True,
    }


def _add_order(
    tables: Rows,
    order: NewOrder,
    officers: dict[str, UUID],
    known: Known,
    policy: Policy,
    actor: Actor,
    now: datetime,
) -> UUID:
    order_id = uuid4()
    tables[Order].append(_order_row(order_id, order, officers, known, policy, actor, now))
    tables[OrderOffence] += [
        {"order_id": order_id, "position": position, "offence_code": code}
        for position, code in enumerate(order.offences, start=1)
    ]
    tables[Requirement].append(
        {
            "order_id": order_id,
            "version": 1,
            "kind": order.requirement,
            "days": order.days,
            "starts_on": order.starts_on or order.sentenced_on,
            "ends_on": order.requirement_ends_on or order.ends_on,
        }
    )
    tables[VenueAgreed] += [
        {"order_id": order_id, "venue_id": known.venues[code]}
        for code in dict.fromkeys(order.venues)
    ]
    plan = plan_rows(order_id, order.sentenced_on, policy, now)
    tables[Plan].append(plan.plan)
    tables[PlanStep] += plan.steps
    return order_id


def _order_row(
    order_id: UUID,
    order: NewOrder,
    officers: Mapping[str, UUID],
    known: Known,
    policy: Policy,
    actor: Actor,
    now: datetime,
) -> Row:
    """The order itself, as it is when nothing has happened to it yet."""
    return {
        "id": order_id,
        "version": 1,
        "reference": order.reference,
        "crn": order.crn,
        "area_id": order.area,
        "court_code": order.court,
        "order_type": order.order_type,
        "sentenced_on": order.sentenced_on,
        "ends_on": order.ends_on,
        "convicted_on": order.convicted_on,
        "received_on": order.received_on or london_day(now),
        "plea": order.plea,
        "risk": order.risk,
        "responsible_officer_id": officers[order.officer],
        "liaison_account_id": known.liaisons[order.liaison] if order.liaison else None,
        "language": order.language,
        "skills": [skill.value for skill in order.skills],
        "is_sensitive_complex": order.is_sensitive_complex,
        "signed_off_at": None,
        "signed_off_by": None,
        "standards_version": policy.standards.version,
        "current_lead_id": None,
        "first_attempted_at": None,
        "first_contacted_on": None,
        "closed_at": None,
        "closed_reason": "",
        "ending": None,
        "ended_on": None,
        "voluntary_from": None,
        "in_sentence_plan": order.in_sentence_plan,
        "created_at": now,
        "created_by": actor.account_id,
    }
