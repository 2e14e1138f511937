"""My time: a facilitator's own days away and busy hours, recorded from a phone."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.kernel.errors import Invalid
from rj.policy.terms import Role
from web.facilitators.access import get_own_record, own_record
from web.facilitators.controllers import OWN
from web.facilitators.time_away import BUSY_HOURS, DAYS_AWAY, Kind, time_away
from web.forms import Entered, Problems, once
from web.given import Given
from web.meetings.booked import MeetingsInTheWay, ask_about_booked, refuse_unseen
from web.pages import page, see
from web.people import Visitor
from web.visits import say

HERE = "/my/time"


class MyTime(Controller):
    """When one cannot work."""

    path = HERE
    guards = OWN

    @get(sync_to_thread=True)
    def show(self, request: Visitor, database: Given[Database], clock: Given[Clock]) -> Template:
        """What is recorded, and both forms."""
        return _show(request, database, clock)

    @post("/leave", sync_to_thread=True)
    def add_leave(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Record days away; own meetings booked on them are named first."""
        return _take(request, database, clock, entered, DAYS_AWAY)

    @post("/busy", sync_to_thread=True)
    def add_busy(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Record busy hours; own meetings booked in them are named first."""
        return _take(request, database, clock, entered, BUSY_HOURS)

    @post("/leave/{leave_id:uuid}/end", sync_to_thread=True)
    def end_leave(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        leave_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Redirect:
        """Take days away back."""
        return _give_back(request, database, clock, entered, DAYS_AWAY, leave_id)

    @post("/busy/{busy_id:uuid}/end", sync_to_thread=True)
    def end_busy(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        busy_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Redirect:
        """Take busy hours back."""
        return _give_back(request, database, clock, entered, BUSY_HOURS, busy_id)


def _take(
    request: Visitor, database: Database, clock: Clock, entered: Entered, kind: Kind
) -> Template | Redirect:
    try:

        def act(session: Session) -> str:
            me = get_own_record(session, request.user)
            actor = request.user.actor(Role.FACILITATOR)
            taken = kind.record(session, me.id, entered, actor, clock.now())
            refuse_unseen(
                session, request.user, entered, [me.id], taken, now=clock.now(), is_own=True
            )
            return HERE

        where = once(database, entered, request.user, act, now=clock.now())
    except Invalid as invalid:
        return _show(request, database, clock, entered, invalid)
    except MeetingsInTheWay as found:
        return ask_about_booked(
            request, entered, found.booked, title=kind.question, button=kind.button, back=HERE
        )
    say(request, f"{kind.name} recorded. No new meeting is planned then")
    return see(where)


def _give_back(
    request: Visitor,
    database: Database,
    clock: Clock,
    entered: Entered,
    kind: Kind,
    time_id: UUID,
) -> Redirect:
    def act(session: Session) -> str:
        me = get_own_record(session, request.user)
        actor = request.user.actor(Role.FACILITATOR)
        kind.give_back(session, me.id, time_id, actor, clock.now())
        return HERE

    where = once(database, entered, request.user, act, now=clock.now())
    say(request, f"{kind.name} taken back")
    return see(where)


def _show(
    request: Visitor,
    database: Database,
    clock: Clock,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
) -> Template:
    with database.reading() as session:
        me = own_record(session, request.user)
        shown = None if me is None else time_away(session, me.id, HERE, clock.now())
    return page(
        request,
        "facilitators/my_time.html",
        title="My time",
        status_code=422 if invalid else 200,
        entered=entered or Entered.of(),
        problems=Problems(invalid.problems) if invalid else Problems(),
        shown=shown,
        here=HERE,
    )
