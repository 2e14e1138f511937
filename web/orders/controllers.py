"""A coordinator's orders: the list, one order, and what is done with it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.compartments.services import refuse_as_liaison
from rj.conferences import gates
from rj.conferences.readiness import missing_consents_to_meet
from rj.conferences.telling import Tell
from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.kernel.errors import Conflict, FieldProblem, Invalid
from rj.kernel.london import at_london, london_time
from rj.orders import services
from rj.orders.models import Order, Plan, PlanStep
from rj.orders.plans import open_third
from rj.orders.queries import PAGE_SIZE, live_plan, steps_of
from rj.parties.queries import harmed_names, parties_of
from rj.policy.terms import ContactOutcome, Role, Route
from web.forms import Entered, Problems, date_parts, once, read
from web.given import Given
from web.guards import needs
from web.orders import pages
from web.orders.access import coordinators_order
from web.orders.forms import (
    ContactForm,
    DropPreparationForm,
    LiaisonForm,
    PreparationForm,
    RouteForm,
    SignOffForm,
)
from web.orders.linking import related_orders
from web.orders.reaching import reach_of
from web.pages import page, paginate, see
from web.people import Visitor
from web.visits import say
from web.words import choices


class OrderPages(Controller):
    """Orders of a coordinator's own areas."""

    path = "/orders"
    guards = (needs(Role.COORDINATOR),)

    @get(sync_to_thread=True)
    def index(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        text: FromQuery[str] = "",
        order_state: FromQuery[str] = "",
        area: FromQuery[str] = "",
        due: FromQuery[str] = "",
        sort: FromQuery[str] = "",
        number: FromQuery[str] = "1",
    ) -> Template:
        """The list, narrowed by what its address asks for."""
        asked = pages.Asked(
            text.strip()[:100],
            order_state or pages.Asked().state,
            area,
            due,
            sort or pages.Asked().sort,
        )
        wanted = int(number) if number.isdecimal() and len(number) < 7 else 1
        with database.reading() as session:
            found = pages.order_list(session, request.user, asked, wanted, clock.today())
        return page(
            request,
            "orders/list.html",
            title="Orders",
            asked=asked,
            found=found,
            state_choices=pages.STATE_CHOICES,
            clock_choices=pages.CLOCK_CHOICES,
            sort_choices=pages.SORT_CHOICES,
            pages=paginate("/orders", asked.as_pairs(), found.number, found.total, PAGE_SIZE),
        )

    @get("/{order_id:uuid}", sync_to_thread=True)
    def show(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        order_id: FromPath[UUID],
    ) -> Template:
        """One order. The view is noted in the audit."""
        with database.reading() as session:
            order = coordinators_order(session, request.user, order_id)
            shown = pages.order_page(session, order, clock.now())
            related = related_orders(session, request.user, order)
        return page(
            request,
            "orders/show.html",
            title=f"Order {shown.reference}",
            shown=shown,
            related=related,
        )


class OrderActs(Controller):
    """What a coordinator does with an order, each on a page of its own."""

    path = "/orders/{order_id:uuid}"
    guards = (needs(Role.COORDINATOR),)

    @get("/contact", sync_to_thread=True)
    def ask_contact(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        order_id: FromPath[UUID],
    ) -> Template:
        """Ask what came of an attempt to reach the person on probation."""
        entered = Entered.of(
            **date_parts("attempted_at", clock.today()),
            at_time=f"{london_time(clock.now()):%H:%M}",
        )
        return _ask_contact(request, database, order_id, entered)

    @post("/contact", sync_to_thread=True)
    def record_contact(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Tell],
        order_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Record it; a success stops the clock."""
        try:
            form = read(ContactForm, entered)
            attempted_at = at_london(form.attempted_at, form.at_time, field="at_time")

            def act(session: Session) -> str:
                coordinators_order(session, request.user, order_id)
                gates.record_contact_attempt(
                    session,
                    order_id,
                    outcome=form.outcome,
                    attempted_at=attempted_at,
                    note=form.note,
                    actor=request.user.actor(Role.COORDINATOR),
                    now=clock.now(),
                    tell=teller,
                )
                return f"/orders/{order_id}"

            where = once(database, entered, request.user, act, now=clock.now())
        except Invalid as invalid:
            return _ask_contact(request, database, order_id, entered, invalid)
        reached = form.outcome is ContactOutcome.REACHED
        say(request, "First contact recorded" if reached else "Attempt recorded")
        return see(where)

    @get("/preparation", sync_to_thread=True)
    def ask_preparation(
        self, request: Visitor, database: Given[Database], order_id: FromPath[UUID]
    ) -> Template:
        """Ask why another preparation meeting is needed."""
        return _ask(request, database, order_id, "preparation", "Add a preparation meeting")

    @post("/preparation", sync_to_thread=True)
    def add_preparation(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        order_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Add it before the third meeting; the clocks follow."""
        try:
            form = read(PreparationForm, entered)

            def act(session: Session) -> str:
                plan = _plan_of(session, coordinators_order(session, request.user, order_id))
                gates.add_preparation(
                    session,
                    plan.id,
                    reason=form.reason,
                    actor=request.user.actor(Role.COORDINATOR),
                    now=clock.now(),
                )
                return f"/orders/{order_id}"

            where = once(database, entered, request.user, act, now=clock.now())
        except Invalid as invalid:
            return _ask(
                request,
                database,
                order_id,
                "preparation",
                "Add a preparation meeting",
                entered=entered,
                invalid=invalid,
            )
        say(request, "Preparation meeting added. It is planned with the next run")
        return see(where)

    @get("/preparation/take-back", sync_to_thread=True)
    def ask_drop_preparation(
        self, request: Visitor, database: Given[Database], order_id: FromPath[UUID]
    ) -> Template:
        """Ask why the added preparation meeting is no longer needed."""
        return _ask_drop_preparation(request, database, order_id)

    @post("/preparation/take-back", sync_to_thread=True)
    def drop_preparation(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Tell],
        order_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Take it back, with what is only held for it."""
        try:
            form = read(DropPreparationForm, entered)
            with database.writing() as session:
                order = coordinators_order(session, request.user, order_id)
                gates.drop_preparation(
                    session,
                    _added_preparation(session, order).id,
                    based_on=entered.based_on,
                    reason=form.reason,
                    actor=request.user.actor(Role.COORDINATOR),
                    now=clock.now(),
                    tell=teller,
                )
        except Invalid as invalid:
            return _ask_drop_preparation(request, database, order_id, entered, invalid)
        say(request, "The added preparation meeting was taken back")
        return see(f"/orders/{order_id}")

    @get("/route", sync_to_thread=True)
    def ask_route(
        self,
        request: Visitor,
        database: Given[Database],
        order_id: FromPath[UUID],
        step: FromQuery[UUID | None] = None,
    ) -> Template:
        """Ask what the third meeting is to be; ``step`` says whose, of several people harmed."""
        return _ask_route(request, database, order_id, step_id=step)

    @post("/route", sync_to_thread=True)
    def change_route(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Tell],
        order_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Change it. A conference needs both sides' recorded consent."""
        try:
            form = read(RouteForm, entered)
            with database.writing() as session:
                plan = _plan_of(session, coordinators_order(session, request.user, order_id))
                if form.route is Route.DIRECT and plan.version == entered.based_on:
                    _refuse_without_consent(session, order_id, open_third(session, plan, form.step))
                gates.choose_route(
                    session,
                    plan.id,
                    form.route,
                    step_id=form.step,
                    based_on=entered.based_on,
                    actor=request.user.actor(Role.COORDINATOR),
                    now=clock.now(),
                    tell=teller,
                )
        except Invalid as invalid:
            return _ask_route(
                request, database, order_id, entered, invalid, _step_of(entered.text("step"))
            )
        say(request, "The third meeting was changed")
        return see(f"/orders/{order_id}")

    @get("/sign-off", sync_to_thread=True)
    def ask_sign_off(
        self, request: Visitor, database: Given[Database], order_id: FromPath[UUID]
    ) -> Template:
        """Ask for a manager's sign-off."""
        return _ask(request, database, order_id, "sign_off", "Record a manager's sign-off")

    @post("/sign-off", sync_to_thread=True)
    def sign_off(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Tell],
        order_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Record it; later stages may then be planned and told."""
        try:
            read(SignOffForm, entered)
            with database.writing() as session:
                coordinators_order(session, request.user, order_id)
                gates.sign_off(
                    session,
                    order_id,
                    based_on=entered.based_on,
                    actor=request.user.actor(Role.COORDINATOR),
                    now=clock.now(),
                    tell=teller,
                )
        except Invalid as invalid:
            return _ask(
                request,
                database,
                order_id,
                "sign_off",
                "Record a manager's sign-off",
                entered=entered,
                invalid=invalid,
            )
        say(request, "Sign-off recorded")
        return see(f"/orders/{order_id}")

    @get("/liaison", sync_to_thread=True)
    def ask_liaison(
        self, request: Visitor, database: Given[Database], order_id: FromPath[UUID]
    ) -> Template:
        """Ask who takes the harmed side's part."""
        return _ask_liaison(request, database, order_id)

    @post("/liaison", sync_to_thread=True)
    def name_liaison(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        order_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Name them."""
        try:
            form = read(LiaisonForm, entered)
            with database.writing() as session:
                order = coordinators_order(session, request.user, order_id)
                known = {value for value, _ in pages.liaison_choices(session, order)}
                if str(form.liaison) not in known:
                    raise Invalid(FieldProblem("liaison", "Choose somebody from the list"))
                refuse_as_liaison(session, order, form.liaison)
                services.name_liaison(
                    session,
                    order_id,
                    form.liaison,
                    based_on=entered.based_on,
                    actor=request.user.actor(Role.COORDINATOR),
                    now=clock.now(),
                )
        except Invalid as invalid:
            return _ask_liaison(request, database, order_id, entered, invalid)
        say(request, "Harmed side's contact named")
        return see(f"/orders/{order_id}")


More = Callable[[Session, Order], dict[str, Any]]


def _ask(
    request: Visitor,
    database: Database,
    order_id: UUID,
    template: str,
    title: str,
    *,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
    more: More | None = None,
) -> Template:
    """The page of one act. ``more`` gives what its template needs besides, and the default form."""
    with database.reading() as session:
        order = coordinators_order(session, request.user, order_id)
        values: dict[str, Any] = {"based_on": order.version, "reference": order.reference}
        if more is not None:
            values |= more(session, order)
    if entered is not None:
        values["entered"] = entered
        if entered.based_on:
            values["based_on"] = entered.based_on
    return page(
        request,
        f"orders/{template}.html",
        title=title,
        status_code=422 if invalid else 200,
        problems=Problems(invalid.problems) if invalid else Problems(),
        here=f"/orders/{order_id}",
        **values,
    )


def _ask_contact(
    request: Visitor,
    database: Database,
    order_id: UUID,
    entered: Entered,
    invalid: Invalid | None = None,
) -> Template:
    return _ask(
        request,
        database,
        order_id,
        "contact",
        "Record an attempt to make contact",
        entered=entered,
        invalid=invalid,
        more=lambda session, order: {
            "outcomes": choices(ContactOutcome),
            "reach": reach_of(session, order),
        },
    )


def _ask_drop_preparation(
    request: Visitor,
    database: Database,
    order_id: UUID,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
) -> Template:
    def more(session: Session, order: Order) -> dict[str, Any]:
        step = _added_preparation(session, order)
        return {"based_on": step.version, "added_reason": step.added_reason}

    return _ask(
        request,
        database,
        order_id,
        "drop_preparation",
        "Take back the added preparation meeting",
        entered=entered,
        invalid=invalid,
        more=more,
    )


def _ask_route(
    request: Visitor,
    database: Database,
    order_id: UUID,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
    step_id: UUID | None = None,
) -> Template:
    def more(session: Session, order: Order) -> dict[str, Any]:
        plan = _plan_of(session, order)
        third = open_third(session, plan, step_id)
        people = parties_of(session, order.id)
        names = pages.harmed_by_name(people, harmed_names(session, [order.id]))
        return {
            "based_on": plan.version,
            "entered": Entered.of(
                route=third.takes(plan.route).value, step=str(third.id if step_id else "")
            ),
            "routes": choices(Route),
            "lacking": missing_consents_to_meet(session, order.id, harmed_id=third.harmed_id),
            "whose": names.get(third.harmed_id, "") if third.harmed_id else "",
        }

    return _ask(
        request,
        database,
        order_id,
        "route",
        "Change what the third meeting is",
        entered=entered,
        invalid=invalid,
        more=more,
    )


def _ask_liaison(
    request: Visitor,
    database: Database,
    order_id: UUID,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
) -> Template:
    def more(session: Session, order: Order) -> dict[str, Any]:
        return {
            "entered": Entered.of(liaison=str(order.liaison_account_id or "")),
            "liaisons": pages.liaison_choices(session, order),
        }

    return _ask(
        request,
        database,
        order_id,
        "liaison",
        "Name the harmed side's contact",
        entered=entered,
        invalid=invalid,
        more=more,
    )


def _plan_of(session: Session, order: Order) -> Plan:
    plan = live_plan(session, order.id)
    if plan is None:
        raise Conflict("This order is closed")
    return plan


def _added_preparation(session: Session, order: Order) -> PlanStep:
    step = pages.added_preparation(steps_of(session, _plan_of(session, order).id))
    if step is None:
        raise Conflict("No preparation meeting that was added is open in this plan")
    return step


def _step_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _refuse_without_consent(session: Session, order_id: UUID, third: PlanStep) -> None:
    """Raises Invalid beside the choice, where the service would refuse the whole page."""
    lacking = missing_consents_to_meet(session, order_id, harmed_id=third.harmed_id)
    if lacking:
        raise Invalid(
            FieldProblem(
                "route", f"A direct conference needs both sides' consent. {'. '.join(lacking)}"
            )
        )
