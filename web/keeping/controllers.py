"""Keeping: the periods, the nightly reports, and holds. An administrator reads no case here."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.compartments.matrix import Thing
from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.kernel.errors import FieldProblem, Invalid, NotFound
from rj.kernel.london import london_day
from rj.policy.terms import Role
from rj.rights.finding import get_order_of_reference
from rj.rights.holds import get_hold, lift_hold, place_hold
from web.forms import Entered, Problems, read
from web.given import Given
from web.guards import opens
from web.keeping import pages
from web.keeping.forms import HoldForm
from web.pages import page, see
from web.people import Visitor
from web.visits import say


class KeepingPages(Controller):
    """How long what is kept, and what is held back."""

    path = "/admin/keeping"
    guards = (opens(Thing.ACCOUNTS),)

    @get(sync_to_thread=True)
    def show(self, request: Visitor, database: Given[Database], clock: Given[Clock]) -> Template:
        """Periods, nights, holds, and a form for another hold."""
        return _show(request, database, clock, Entered.of(), Problems())

    @post(sync_to_thread=True)
    def hold(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Keep a case whole; again to prolong it. Safe to repeat."""
        try:
            form = read(HoldForm, entered)
            with database.writing() as session:
                place_hold(
                    session,
                    _order(session, form.reference),
                    reason=form.reason,
                    ends_on=form.ends_on,
                    note_text=form.note,
                    actor=request.user.actor(Role.ADMINISTRATOR),
                    now=clock.now(),
                )
        except Invalid as invalid:
            return _show(request, database, clock, entered, Problems(invalid.problems))
        say(request, "The case is kept whole until that day")
        return see("/admin/keeping")

    @post("/holds/{hold_id:uuid}/lift", sync_to_thread=True)
    def lift(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        hold_id: FromPath[UUID],
    ) -> Redirect:
        """Let a case's periods run again. Safe to repeat."""
        with database.writing() as session:
            held = get_hold(session, hold_id)
            if held.lifted_at is None:
                actor = request.user.actor(Role.ADMINISTRATOR)
                lift_hold(session, held.order_id, actor=actor, now=clock.now())
        say(request, "The hold is lifted")
        return see("/admin/keeping")


def _order(session: Session, reference: str) -> UUID:
    try:
        return get_order_of_reference(session, reference).id
    except NotFound as missing:
        raise Invalid(FieldProblem("reference", str(missing))) from None


def _show(
    request: Visitor,
    database: Database,
    clock: Clock,
    entered: Entered,
    problems: Problems,
) -> Template:
    with database.reading() as session:
        shown = pages.keeping_page(session, london_day(clock.now()))
    return page(
        request,
        "keeping/index.html",
        title="Keeping",
        status_code=422 if problems else 200,
        shown=shown,
        reasons=pages.REASON_CHOICES,
        entered=entered,
        problems=problems,
    )
