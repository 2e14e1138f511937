"""Who comes to a step of a plan, as opaque references: the people, their officer and the staff."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session

from rj.conferences.models import Meeting
from rj.orders.models import PlanStep
from rj.orders.queries import get_order, get_plan, get_step
from rj.outbox.models import RecipientKind
from rj.parties.models import Party
from rj.parties.queries import parties_of
from rj.policy.plan_templates import Attends
from rj.policy.terms import PartyRole, Side


class Part(StrEnum):
    """The part somebody takes in a meeting."""

    HARMER = "harmer"
    HARMER_SUPPORTER = "harmer_supporter"
    HARMED = "harmed"
    HARMED_SUPPORTER = "harmed_supporter"
    INTERPRETER = "interpreter"
    OFFICER = "officer"
    LEAD = "lead"
    SECOND = "second"

    @property
    def is_of_harmed_side(self) -> bool:
        """Whether this person's time is only ever shown as taken or free."""
        return self in {Part.HARMED, Part.HARMED_SUPPORTER}

    @property
    def passes_gates(self) -> bool:
        """Whether consent, risk, preparation and readiness are asked of this person.

        Interpreters, officers and facilitators are there for their work.
        """
        return self in {
            Part.HARMER,
            Part.HARMER_SUPPORTER,
            Part.HARMED,
            Part.HARMED_SUPPORTER,
        }


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who is expected at a meeting."""

    kind: RecipientKind
    id: UUID
    role: Part
    diary_id: UUID | None = None
    """What their time is booked under, where they stand in several orders."""

    @property
    def diary(self) -> UUID:
        """Under what their time is claimed and planned."""
        return self.diary_id or self.id


def attendees(session: Session, step: PlanStep) -> tuple[Attendee, ...]:
    """Parties and officer whom a step expects; people who stopped contact are not expected.

    Raises NotFound when the step's plan or order is gone.
    """
    order = get_order(session, get_plan(session, step.plan_id).order_id)
    return expected(step, parties_of(session, order.id), order.responsible_officer_id)


def expected(step: PlanStep, parties: Iterable[Party], officer_id: UUID) -> tuple[Attendee, ...]:
    """The same from what is known already, in the order of the parties given."""
    wanted = frozenset(Attends(each) for each in step.attends)
    return taking_part(wanted, parties, officer_id, harmed_id=step.harmed_id)


def taking_part(
    wanted: frozenset[Attends],
    parties: Iterable[Party],
    officer_id: UUID,
    *,
    harmed_id: UUID | None = None,
) -> tuple[Attendee, ...]:
    """Whom a meeting that expects ``wanted`` brings together, facilitators aside. ``harmed_id``
    is the one harmed person whose meeting it is; None: whoever is harmed."""
    found = [
        Attendee(RecipientKind.PARTY, party.id, part, party.diary_id)
        for party in parties
        if party.stopped_at is None
        and is_of(party, harmed_id)
        and (part := part_of(party, wanted)) is not None
    ]
    if Attends.RESPONSIBLE_OFFICER in wanted:
        found.append(Attendee(RecipientKind.OFFICER, officer_id, Part.OFFICER))
    return tuple(found)


def is_of(party: Party, harmed_id: UUID | None) -> bool:
    """Whether a meeting of this harmed person may be this party's business: the harmed side of
    another harmed person never hears of it."""
    return (
        harmed_id is None or party.side is Side.HARMER or harmed_id in (party.id, party.supports_id)
    )


def part_of(party: Party, wanted: frozenset[Attends]) -> Part | None:
    """The part a party takes in a step that expects ``wanted``, or None."""
    is_harmed = party.side is Side.HARMED
    side = Attends.HARMED if is_harmed else Attends.HARMER
    if party.role is PartyRole.INTERPRETER:
        return Part.INTERPRETER if {Attends.INTERPRETER, side} <= wanted else None
    if party.role is PartyRole.SUPPORTER:
        if is_harmed:
            return Part.HARMED_SUPPORTER if Attends.HARMED_SUPPORTERS in wanted else None
        return Part.HARMER_SUPPORTER if Attends.HARMER_SUPPORTERS in wanted else None
    if side not in wanted:
        return None
    return Part.HARMED if is_harmed else Part.HARMER


def people_of(session: Session, meeting: Meeting) -> tuple[Attendee, ...]:
    """Everybody a meeting takes up: its parties and officer, then lead and second."""
    staff = [Attendee(RecipientKind.FACILITATOR, meeting.lead_id, Part.LEAD)]
    if meeting.second_id is not None:
        staff.append(Attendee(RecipientKind.FACILITATOR, meeting.second_id, Part.SECOND))
    return (*attendees(session, get_step(session, meeting.step_id)), *staff)
