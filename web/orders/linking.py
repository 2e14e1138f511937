"""Linking co-defendants' orders: who is harmed in both is at one place at a time."""

from dataclasses import dataclass
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.compartments.matrix import Action, Thing
from rj.compartments.permission import may
from rj.db.database import Database
from rj.intake.same_person import link_co_defendants, unlink
from rj.kernel.clock import Clock
from rj.kernel.errors import FieldProblem, Invalid
from rj.orders.models import Order
from rj.orders.queries import (
    find_order_by_reference,
    get_order,
    linked_order_ids,
    open_orders_with_crn,
)
from rj.parties.queries import harmed_names, parties_of
from rj.policy.terms import Role, Side
from web.forms import NO_PROBLEMS, Entered, Problems
from web.given import Given
from web.guards import needs
from web.orders.access import coordinators_order
from web.pages import page, see
from web.people import Person, Visitor
from web.visits import say

NOT_THE_SAME = "nobody"
PAIR = "same-"


@dataclass(frozen=True, slots=True)
class RelatedOrder:
    """Another order that the reader may open, by its reference alone: neither side's page ever
    names the other's person."""

    reference: str
    href: str
    why: str
    unlink_at: str
    """Where the link is taken back; empty where it rests on the CRN."""


@dataclass(frozen=True, slots=True)
class PairField:
    """Somebody harmed in this order, to be found again in the other."""

    field: str
    label: str


class Links(Controller):
    """The link of two orders."""

    path = "/orders/{order_id:uuid}/link"
    guards = (needs(Role.COORDINATOR),)

    @get(sync_to_thread=True)
    def ask(
        self,
        request: Visitor,
        database: Given[Database],
        order_id: FromPath[UUID],
        reference: FromQuery[str] = "",
    ) -> Template:
        """Ask for the other order, then who is harmed in both."""
        return _ask(request, database, order_id, Entered.of(reference=reference.strip().upper()))

    @post(sync_to_thread=True)
    def link(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        order_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Link them. Refused where somebody would be expected twice at once."""
        try:
            with database.writing() as session:
                coordinators_order(session, request.user, order_id)
                link_co_defendants(
                    session,
                    order_id,
                    _other(session, request.user, entered.text("reference")).id,
                    _pairs(entered),
                    actor=request.user.actor(Role.COORDINATOR),
                    now=clock.now(),
                )
        except Invalid as invalid:
            return _ask(request, database, order_id, entered, invalid)
        say(request, "The orders are linked. Who is harmed in both is planned once")
        return see(f"/orders/{order_id}")

    @post("/{other_id:uuid}/end", sync_to_thread=True)
    def take_back(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        order_id: FromPath[UUID],
        other_id: FromPath[UUID],
    ) -> Redirect:
        """Take the link back."""
        with database.writing() as session:
            coordinators_order(session, request.user, order_id)
            coordinators_order(session, request.user, other_id)
            actor = request.user.actor(Role.COORDINATOR)
            unlink(session, order_id, other_id, actor=actor, now=clock.now())
        say(request, "The link was taken back")
        return see(f"/orders/{order_id}")


def related_orders(session: Session, person: Person, order: Order) -> tuple[RelatedOrder, ...]:
    """Other orders of the same person, and those of co-defendants, as far as the reader may know
    of them."""
    found = []
    for other in open_orders_with_crn(session, [order.crn]):
        if other.id != order.id and _may_open(session, person, other):
            why = "Another order of the same person: they are planned as one"
            found.append(RelatedOrder(other.reference, f"/orders/{other.id}", why, ""))
    for other_id in linked_order_ids(session, order.id):
        other = get_order(session, other_id)
        if _may_open(session, person, other):
            why = "A co-defendant's order: somebody is harmed in both"
            end = f"/orders/{order.id}/link/{other_id}/end"
            found.append(RelatedOrder(other.reference, f"/orders/{other_id}", why, end))
    return tuple(found)


def _may_open(session: Session, person: Person, order: Order) -> bool:
    return may(session, person, Action.READ, Thing.CASE, order, role=Role.COORDINATOR)


def _other(session: Session, person: Person, reference: str) -> Order:
    """The order with this reference, when the person may open it. Raises Invalid."""
    other = find_order_by_reference(session, reference.strip().upper())
    if other is None or not _may_open(session, person, other):
        raise Invalid(FieldProblem("reference", "No order of your areas has this reference"))
    return other


def _pairs(entered: Entered) -> dict[UUID, UUID]:
    """Who of this order is who of the other. Raises Invalid for what is on no list."""
    try:
        return {
            UUID(name.removeprefix(PAIR)): UUID(texts[0])
            for name, texts in entered.values.items()
            if name.startswith(PAIR) and texts[0] not in {"", NOT_THE_SAME}
        }
    except ValueError:
        raise Invalid(FieldProblem("pairs", "Choose somebody from the list")) from None


def _ask(
    request: Visitor,
    database: Database,
    order_id: UUID,
    entered: Entered,
    invalid: Invalid | None = None,
) -> Template:
    problems = list(invalid.problems) if invalid else []
    pairs: tuple[PairField, ...] = ()
    others: list[tuple[str, str]] = []
    is_found = False
    with database.reading() as session:
        order = coordinators_order(session, request.user, order_id)
        reference = order.reference
        if entered.text("reference"):
            try:
                other = _other(session, request.user, entered.text("reference"))
            except Invalid as unknown:
                problems = problems or list(unknown.problems)
            else:
                is_found = True
                pairs = tuple(
                    PairField(f"{PAIR}{value}", f"Who is {label} in the other order?")
                    for value, label in _harmed(session, order)
                )
                others = [*_harmed(session, other), (NOT_THE_SAME, "Nobody in it")]
    first = {"pairs": pairs[0].field} if pairs else {}
    return page(
        request,
        "orders/link.html",
        title="Link a co-defendant's order",
        status_code=422 if invalid else 200,
        problems=Problems(problems, first_inputs=first) if problems else NO_PROBLEMS,
        entered=entered,
        here=f"/orders/{order_id}",
        act_at=f"/orders/{order_id}/link",
        reference=reference,
        is_found=is_found,
        pairs=pairs,
        others=others,
    )


def _harmed(session: Session, order: Order) -> list[tuple[str, str]]:
    """The harmed side of an order by reference and by what they want to be called."""
    names = harmed_names(session, [order.id])
    return [
        (str(party.id), " ".join(filter(None, (names.get(party.id, ""), f"({party.reference})"))))
        for party in parties_of(session, order.id)
        if party.side is Side.HARMED and party.erased_at is None
    ]
