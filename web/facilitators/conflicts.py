"""Recording past conferences and conflicts of interest, by a coordinator."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.compartments.matrix import Action, Thing
from rj.compartments.permission import may
from rj.conferences.queries import live_meetings
from rj.db.database import Database
from rj.facilitators.queries import conflicts_of, past_conferences_of
from rj.facilitators.services import (
    add_conflict,
    add_past_conference,
    remove_conflict,
    remove_past_conference,
)
from rj.kernel.clock import Clock
from rj.kernel.errors import FieldProblem, Invalid, NotFound
from rj.orders.queries import find_order_by_reference
from rj.policy.terms import Role
from web.facilitators.background import people_of_case
from web.facilitators.forms import ConflictCaseForm, ConflictForm, PastConferenceForm
from web.facilitators.register import covering, show_facilitator
from web.forms import Entered, Problems, once, read
from web.given import Given
from web.guards import needs
from web.orders.access import coordinators_order
from web.pages import moment_text, page, see
from web.people import Visitor
from web.visits import say


class Background(Controller):
    """What a facilitator did before, and whom they must not meet at work."""

    path = "/facilitators/{facilitator_id:uuid}"
    guards = (needs(Role.COORDINATOR),)

    @post("/past-conferences", sync_to_thread=True)
    def add_past(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        facilitator_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Record a conference led before the record here began; it counts towards five."""
        try:
            form = read(PastConferenceForm, entered)

            def act(session: Session) -> str:
                covering(session, request.user, facilitator_id)
                actor = request.user.actor(Role.COORDINATOR)
                add_past_conference(
                    session, facilitator_id, held_on=form.held_on, actor=actor, now=clock.now()
                )
                return f"/facilitators/{facilitator_id}"

            where = once(database, entered, request.user, act, now=clock.now())
        except Invalid as invalid:
            return show_facilitator(request, database, clock, facilitator_id, entered, invalid)
        say(request, "Conference recorded. It counts in its year of practice")
        return see(where)

    @post("/past-conferences/{past_id:uuid}/remove", sync_to_thread=True)
    def remove_past(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        facilitator_id: FromPath[UUID],
        past_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Redirect:
        """Take back one that was recorded in error."""

        def act(session: Session) -> str:
            covering(session, request.user, facilitator_id)
            if past_id not in {each.id for each in past_conferences_of(session, facilitator_id)}:
                raise NotFound("There is no such conference")
            actor = request.user.actor(Role.COORDINATOR)
            remove_past_conference(session, past_id, actor=actor, now=clock.now())
            return f"/facilitators/{facilitator_id}"

        where = once(database, entered, request.user, act, now=clock.now())
        say(request, "Conference taken back. It counts no longer")
        return see(where)

    @post("/conflicts", sync_to_thread=True)
    def choose_case(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        facilitator_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Go to the people of a case."""
        try:
            form = read(ConflictCaseForm, entered)
            with database.reading() as session:
                covering(session, request.user, facilitator_id)
                order = find_order_by_reference(session, form.case)
                if order is None or not may(
                    session, request.user, Action.READ, Thing.CASE, order, role=Role.COORDINATOR
                ):
                    raise Invalid(
                        FieldProblem("case", "There is no order with this reference in your areas")
                    )
                where = f"/facilitators/{facilitator_id}/conflicts/{order.id}"
        except Invalid as invalid:
            return show_facilitator(request, database, clock, facilitator_id, entered, invalid)
        return see(where)

    @get("/conflicts/{order_id:uuid}", sync_to_thread=True)
    def ask_conflicts(
        self,
        request: Visitor,
        database: Given[Database],
        facilitator_id: FromPath[UUID],
        order_id: FromPath[UUID],
    ) -> Template:
        """Ask whom of the case they must not meet."""
        return _ask(request, database, facilitator_id, order_id)

    @post("/conflicts/{order_id:uuid}", sync_to_thread=True)
    def record_conflicts(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        facilitator_id: FromPath[UUID],
        order_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Record these people of the case and no others."""
        try:
            form = read(ConflictForm, entered)
            with database.writing() as session:
                covering(session, request.user, facilitator_id)
                order = coordinators_order(session, request.user, order_id)
                offered = {UUID(value) for value, _, _ in people_of_case(session, order)}
                if set(form.people) - offered:
                    raise Invalid(FieldProblem("people", "Select people of this case"))
                actor = request.user.actor(Role.COORDINATOR)
                for each in sorted(offered):
                    act = add_conflict if each in form.people else remove_conflict
                    act(session, facilitator_id, each, actor=actor, now=clock.now())
        except Invalid as invalid:
            return _ask(request, database, facilitator_id, order_id, entered, invalid)
        say(request, "Recorded. Planning keeps them apart from its next run on")
        return see(f"/facilitators/{facilitator_id}")


def _ask(
    request: Visitor,
    database: Database,
    facilitator_id: UUID,
    order_id: UUID,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
) -> Template:
    with database.reading() as session:
        name = covering(session, request.user, facilitator_id).name
        order = coordinators_order(session, request.user, order_id)
        reference = order.reference
        people = people_of_case(session, order)
        barred = conflicts_of(session, facilitator_id)
        booked = tuple(
            (each.code, f"/meetings/{each.id}", moment_text(each.starts_at))
            for each in live_meetings(session, [order_id])
            if facilitator_id in (each.lead_id, each.second_id)
        )
    return page(
        request,
        "facilitators/conflicts.html",
        title="Conflicts of interest",
        status_code=422 if invalid else 200,
        entered=entered
        or Entered.of(people=[value for value, _, _ in people if UUID(value) in barred]),
        problems=Problems(invalid.problems) if invalid else Problems(),
        name=name,
        reference=reference,
        people=people,
        booked=booked,
        back=f"/facilitators/{facilitator_id}",
        here=f"/facilitators/{facilitator_id}/conflicts/{order_id}",
    )
