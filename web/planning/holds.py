"""Provisional holds as a coordinator sees them: whose time is kept free, until when, and for what.

A hold knows no case: only its reference, the expected day of sentence, and the times.
"""

from dataclasses import dataclass
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.compartments.matrix import Action, Thing
from rj.compartments.permission import may
from rj.conferences.models import HoldState, ProvisionalHold
from rj.conferences.provisional import get_hold, release_hold, standing_holds
from rj.db.database import Database
from rj.facilitators.queries import get_facilitator
from rj.kernel.clock import Clock
from rj.kernel.errors import Conflict, FieldProblem, Invalid, NotFound
from rj.kernel.london import london_day
from rj.orders.models import Order
from rj.orders.queries import find_order_by_reference
from rj.policy.terms import Role
from rj.scheduling.taking_over import take_over
from rj.venues.models import Room, Venue
from web.forms import Entered, Problems, entry, read
from web.given import Given
from web.guards import needs
from web.pages import Fact, day_text, moment_text, page, see
from web.people import Person, Visitor
from web.visits import say

HERE = "/planning/holds"


@dataclass(frozen=True, slots=True)
class KeepForm:
    """The order that came for a hold."""

    order: str = entry("court's reference of the order", longest=40)


@dataclass(frozen=True, slots=True)
class HoldShown:
    """One hold."""

    href: str
    reference: str
    facts: tuple[Fact, ...]
    version: int
    stands: bool


class HoldPages(Controller):
    """What is held for orders to come in a coordinator's own areas."""

    path = HERE
    guards = (needs(Role.COORDINATOR),)

    @get(sync_to_thread=True)
    def index(self, request: Visitor, database: Given[Database]) -> Template:
        """All of them, the first to expire first."""
        with database.reading() as session:
            found = standing_holds(session, sorted(request.user.areas(Role.COORDINATOR)))
            holds = tuple(_shown(session, hold) for hold in found)
        return page(request, "planning/holds.html", title="Provisional holds", holds=holds)

    @get("/{hold_id:uuid}", sync_to_thread=True)
    def show(
        self, request: Visitor, database: Given[Database], hold_id: FromPath[UUID]
    ) -> Template:
        """One hold, and what may be done with it."""
        return _page(request, database, hold_id)

    @post("/{hold_id:uuid}/keep", sync_to_thread=True)
    def keep(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        hold_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """The order came by another way: its plan takes the hold over."""
        person = request.user
        try:
            form = read(KeepForm, entered)
            with database.writing() as session:
                hold = _own(session, person, hold_id)
                hold.refuse_if_changed(entered.based_on, "This hold")
                order = _own_order(session, person, form.order, hold)
                order_id = order.id
                take_over(
                    session,
                    order_id,
                    hold.reference,
                    actor=person.actor(Role.COORDINATOR),
                    now=clock.now(),
                )
        except Invalid as invalid:
            return _page(request, database, hold_id, entered, invalid)
        say(request, "The order's plan has taken the hold over")
        return see(f"/orders/{order_id}")

    @post("/{hold_id:uuid}/release", sync_to_thread=True)
    def release(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        hold_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Redirect:
        """Give the times back: the report no longer promises them."""
        person = request.user
        with database.writing() as session:
            hold = _own(session, person, hold_id)
            release_hold(
                session,
                hold.id,
                based_on=entered.based_on,
                actor=person.actor(Role.COORDINATOR),
                now=clock.now(),
            )
        say(request, "Hold released")
        return see(HERE)


def _own(session: Session, person: Person, hold_id: UUID) -> ProvisionalHold:
    """The hold, when it is of an own area. Raises NotFound."""
    hold = get_hold(session, hold_id)
    where = {hold.area_id}
    if not may(session, person, Action.WRITE, Thing.PLANNING, where, role=Role.COORDINATOR):
        raise NotFound("There is no such hold")
    return hold


def _own_order(session: Session, person: Person, reference: str, hold: ProvisionalHold) -> Order:
    order = find_order_by_reference(session, reference.strip().upper())
    if (
        order is None
        or order.area_id != hold.area_id
        or not may(session, person, Action.READ, Thing.CASE, order, role=Role.COORDINATOR)
    ):
        raise Invalid(FieldProblem("order", "No order of this area has this reference"))
    if order.closed_at is not None:
        raise Conflict("This order is closed")
    person.opens(Role.COORDINATOR, "order", order.id, order.id)
    return order


def _page(
    request: Visitor,
    database: Database,
    hold_id: UUID,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
) -> Template:
    with database.reading() as session:
        shown = _shown(session, _own(session, request.user, hold_id))
    return page(
        request,
        "planning/hold.html",
        title="Provisional hold",
        status_code=422 if invalid else 200,
        shown=shown,
        entered=entered or Entered.of(),
        problems=Problems(invalid.problems if invalid else ()),
        based_on=shown.version,
    )


STATE_WORDS = {
    HoldState.KEPT: "An order's plan has taken it over",
    HoldState.RELEASED: "Released",
    HoldState.EXPIRED: "Its days are over",
}


def _shown(session: Session, hold: ProvisionalHold) -> HoldShown:
    room = session.get_one(Room, hold.room_id)
    lead = get_facilitator(session, hold.lead_id).name
    second = None if hold.second_id is None else get_facilitator(session, hold.second_id).name
    stands = hold.state is HoldState.STANDING
    return HoldShown(
        href=f"{HERE}/{hold.id}",
        reference=hold.reference,
        facts=(
            Fact("Expected sentence", day_text(hold.sentence_on)),
            Fact("Lead", lead),
            Fact("Second", second or "Not chosen yet"),
            Fact("First contact", moment_text(hold.contact_starts_at)),
            Fact("Assessment", moment_text(hold.assessment_starts_at)),
            Fact("Room", f"{room.name}, {session.get_one(Venue, room.venue_id).name}"),
            Fact("Placed", day_text(london_day(hold.placed_at))),
            Fact("Held until", day_text(hold.expires_on)) if stands else _ended(hold),
        ),
        version=hold.version,
        stands=stands,
    )


def _ended(hold: ProvisionalHold) -> Fact:
    return Fact("Ended", STATE_WORDS[hold.state])
