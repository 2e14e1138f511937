"""What somebody has to decide about an order because the service decides nothing of the kind."""

from uuid import UUID

from litestar import Controller, post
from litestar.params import FromPath
from litestar.response import Redirect

from rj.conferences import gates
from rj.conferences.telling import Tell
from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.policy.terms import Role
from web.given import Given
from web.guards import needs
from web.orders.access import coordinators_order
from web.pages import see
from web.people import Visitor
from web.visits import say


class Decisions(Controller):
    """Decisions that the order page offers in one press."""

    path = "/orders/{order_id:uuid}"
    guards = (needs(Role.COORDINATOR),)

    @post("/call-off", sync_to_thread=True)
    def call_off(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Tell],
        order_id: FromPath[UUID],
    ) -> Redirect:
        """Call off what rests on a finding that became no. Safe to repeat."""
        actor, now = request.user.actor(Role.COORDINATOR), clock.now()
        with database.writing() as session:
            coordinators_order(session, request.user, order_id)
            called_off = gates.call_off_unsuitable(
                session, order_id, actor=actor, now=now, tell=teller
            )
        if called_off:
            say(request, "Called off. Who had been told is told, and nobody why")
        return see(f"/orders/{order_id}")
