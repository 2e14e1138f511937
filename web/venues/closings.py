"""Closing one room for a time, and giving it back."""

from datetime import datetime, time, timedelta
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.kernel.errors import FieldProblem, Invalid, NotFound
from rj.kernel.london import at_london
from rj.policy.terms import Role
from rj.venues.queries import blocks_of
from rj.venues.services import block_room, end_block
from web.forms import Entered, Problems, once, read
from web.given import Given
from web.guards import needs
from web.meetings.booked import MeetingsInTheWay, ask_about_booked, refuse_unseen
from web.pages import page, see
from web.people import Visitor
from web.venues.controllers import own_room, own_venue
from web.venues.forms import RoomClosingForm
from web.venues.pages import room_closings
from web.visits import say

BESIDE = {"starts_at": "from_time", "ends_at": "until_day"}
"""The field beside which what the service finds wrong is said."""


class RoomClosings(Controller):
    """Times in which a room is taken by somebody else or cannot be used."""

    path = "/venues/{venue_id:uuid}/rooms/{room_id:uuid}"
    guards = (needs(Role.COORDINATOR),)

    @get("/close", sync_to_thread=True)
    def ask(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        venue_id: FromPath[UUID],
        room_id: FromPath[UUID],
    ) -> Template:
        """Ask from when to when, and show what is closed already."""
        return _ask(request, database, clock, venue_id, room_id)

    @post("/close", sync_to_thread=True)
    def close(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        venue_id: FromPath[UUID],
        room_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Close it; meetings booked there in that time are named first."""
        here = f"/venues/{venue_id}/rooms/{room_id}/close"
        try:
            form = read(RoomClosingForm, entered)
            taken = _taken(form)

            def act(session: Session) -> str:
                own_room(session, request.user, venue_id, room_id)
                block_room(
                    session,
                    room_id,
                    starts_at=taken[0],
                    ends_at=taken[1],
                    reason=form.reason,
                    actor=request.user.actor(Role.COORDINATOR),
                    now=clock.now(),
                )
                refuse_unseen(session, request.user, entered, [room_id], taken, now=clock.now())
                return here

            where = once(database, entered, request.user, act, now=clock.now())
        except Invalid as invalid:
            return _ask(request, database, clock, venue_id, room_id, entered, invalid)
        except MeetingsInTheWay as found:
            return ask_about_booked(
                request,
                entered,
                found.booked,
                title="Close the room in this time?",
                button="Close the room",
                back=here,
            )
        say(request, "The room is closed then. Planning leaves it free from its next run on")
        return see(where)

    @post("/closings/{block_id:uuid}/end", sync_to_thread=True)
    def end(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        venue_id: FromPath[UUID],
        room_id: FromPath[UUID],
        block_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Redirect:
        """Give the room back."""

        def act(session: Session) -> str:
            own_room(session, request.user, venue_id, room_id)
            if block_id not in {each.id for each in blocks_of(session, [room_id])}:
                raise NotFound("There is no such closing")
            actor = request.user.actor(Role.COORDINATOR)
            end_block(session, block_id, actor=actor, now=clock.now())
            return f"/venues/{venue_id}/rooms/{room_id}/close"

        where = once(database, entered, request.user, act, now=clock.now())
        say(request, "The room may be used again in that time")
        return see(where)


def _taken(form: RoomClosingForm) -> tuple[datetime, datetime]:
    """From when to when, whole days where no hours were named. Raises Invalid."""
    starts_at = at_london(form.from_day, form.from_time or time(0), field="from_time")
    if form.until_time is None:
        ends_at = at_london(form.until_day + timedelta(days=1), time(0))
    else:
        ends_at = at_london(form.until_day, form.until_time, field="until_time")
    return starts_at, ends_at


def _ask(
    request: Visitor,
    database: Database,
    clock: Clock,
    venue_id: UUID,
    room_id: UUID,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
) -> Template:
    with database.reading() as session:
        venue_name = own_venue(session, request.user, venue_id).name
        room = own_room(session, request.user, venue_id, room_id)
        room_name = room.name
        closings = room_closings(session, room, clock.now())
    found = () if invalid is None else invalid.problems
    return page(
        request,
        "venues/close_room.html",
        title="Close a room for a time",
        status_code=422 if invalid else 200,
        entered=entered or Entered.of(),
        problems=Problems(
            FieldProblem(BESIDE.get(each.field, each.field), each.message) for each in found
        ),
        venue_name=venue_name,
        room_name=room_name,
        closings=closings,
        back=f"/venues/{venue_id}",
        here=f"/venues/{venue_id}/rooms/{room_id}/close",
    )
