"""Buildings and rooms of a coordinator's areas: without them nothing can be planned."""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.accounts.queries import areas_by_name
from rj.compartments.matrix import Action, Thing
from rj.compartments.permission import may
from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.kernel.errors import FieldProblem, Invalid, NotFound
from rj.kernel.weekly_hours import read_hours
from rj.policy.terms import Role, RoomFeature
from rj.venues import services
from rj.venues.models import Room, Venue
from rj.venues.queries import closures_of, get_room, get_venue, rooms_of
from web.forms import Entered, Problems, once, read
from web.given import Given
from web.guards import needs
from web.meetings.booked import MeetingsInTheWay, ask_about_booked, refuse_unseen, whole_days
from web.pages import page, see
from web.people import Person, Visitor
from web.venues import pages
from web.venues.forms import ClosureForm, RoomForm, VenueForm
from web.visits import say
from web.words import choices

A_NEW_VENUE = Entered.of(hours="mon-fri 09:00-17:00", x="0", y="0", is_active="yes")
A_NEW_ROOM = Entered.of(turnaround_minutes="15", is_active="yes")


class VenuePages(Controller):
    """Buildings and their rooms."""

    path = "/venues"
    guards = (needs(Role.COORDINATOR),)

    @get(sync_to_thread=True)
    def index(self, request: Visitor, database: Given[Database]) -> Template:
        """By name."""
        with database.reading() as session:
            rows = pages.venue_rows(session, request.user.areas(Role.COORDINATOR))
        return page(request, "venues/list.html", title="Venues", rows=rows)

    @get("/new", sync_to_thread=True)
    def ask_new(self, request: Visitor, database: Given[Database]) -> Template:
        """Ask for a building."""
        return _ask_venue(request, database, None, A_NEW_VENUE)

    @post("/new", sync_to_thread=True)
    def create(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Record it."""
        try:
            facts = _venue_facts(entered)

            def act(session: Session) -> str:
                _refuse_foreign_area(session, request.user, facts.area_id)
                actor = request.user.actor(Role.COORDINATOR)
                venue = services.add_venue(session, facts, actor=actor, now=clock.now())
                return f"/venues/{venue.id}"

            where = once(database, entered, request.user, act, now=clock.now())
        except Invalid as invalid:
            return _ask_venue(request, database, None, entered, invalid)
        say(request, "Venue recorded. Add its rooms")
        return see(where)

    @get("/{venue_id:uuid}", sync_to_thread=True)
    def show(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        venue_id: FromPath[UUID],
    ) -> Template:
        """One building."""
        return _show(request, database, clock, venue_id)

    @get("/{venue_id:uuid}/change", sync_to_thread=True)
    def ask_change(
        self,
        request: Visitor,
        database: Given[Database],
        venue_id: FromPath[UUID],
        hours: FromQuery[str] = "",
    ) -> Template:
        """Ask what should be different; an address may fill in what a remedy would change."""
        return _ask_venue(request, database, venue_id, filled={"hours": hours[:400]})

    @post("/{venue_id:uuid}/change", sync_to_thread=True)
    def change(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        venue_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Put the entered facts in place of those recorded."""
        try:
            facts = _venue_facts(entered)
            with database.writing() as session:
                own_venue(session, request.user, venue_id)
                _refuse_foreign_area(session, request.user, facts.area_id)
                services.change_venue(
                    session,
                    venue_id,
                    facts,
                    based_on=entered.based_on,
                    actor=request.user.actor(Role.COORDINATOR),
                    now=clock.now(),
                )
        except Invalid as invalid:
            return _ask_venue(request, database, venue_id, entered, invalid)
        say(request, "Venue saved. Planning goes by it from its next run on")
        return see(f"/venues/{venue_id}")

    @post("/{venue_id:uuid}/closures", sync_to_thread=True)
    def close(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        venue_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Record days on which the building is shut; meetings booked then are named first."""
        try:
            form = read(ClosureForm, entered)

            def act(session: Session) -> str:
                own_venue(session, request.user, venue_id)
                services.close_venue(
                    session,
                    venue_id,
                    first_day=form.first_day,
                    last_day=form.last_day,
                    reason=form.reason,
                    actor=request.user.actor(Role.COORDINATOR),
                    now=clock.now(),
                )
                rooms = [each.id for each in rooms_of(session, [venue_id], also_unused=True)]
                shut = whole_days(form.first_day, form.last_day)
                refuse_unseen(session, request.user, entered, rooms, shut, now=clock.now())
                return f"/venues/{venue_id}"

            where = once(database, entered, request.user, act, now=clock.now())
        except Invalid as invalid:
            return _show(request, database, clock, venue_id, entered, invalid)
        except MeetingsInTheWay as found:
            return ask_about_booked(
                request,
                entered,
                found.booked,
                title="Close the building on these days?",
                button="Close the building",
                back=f"/venues/{venue_id}",
            )
        say(request, "Closed days recorded. Planning leaves them free from its next run on")
        return see(where)

    @post("/{venue_id:uuid}/closures/{closure_id:uuid}/end", sync_to_thread=True)
    def end_closure(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        venue_id: FromPath[UUID],
        closure_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Redirect:
        """Take closed days back."""

        def act(session: Session) -> str:
            own_venue(session, request.user, venue_id)
            if closure_id not in {each.id for each in closures_of(session, venue_id)}:
                raise NotFound("There is no such closing")
            actor = request.user.actor(Role.COORDINATOR)
            services.end_closure(session, closure_id, actor=actor, now=clock.now())
            return f"/venues/{venue_id}"

        where = once(database, entered, request.user, act, now=clock.now())
        say(request, "Closed days taken back")
        return see(where)

    @get("/{venue_id:uuid}/rooms/new", sync_to_thread=True)
    def ask_new_room(
        self, request: Visitor, database: Given[Database], venue_id: FromPath[UUID]
    ) -> Template:
        """Ask for a room."""
        return _ask_room(request, database, venue_id, None, A_NEW_ROOM)

    @post("/{venue_id:uuid}/rooms/new", sync_to_thread=True)
    def create_room(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        venue_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Record it."""
        try:
            facts = _room_facts(entered)

            def act(session: Session) -> str:
                own_venue(session, request.user, venue_id)
                actor = request.user.actor(Role.COORDINATOR)
                services.add_room(session, venue_id, facts, actor=actor, now=clock.now())
                return f"/venues/{venue_id}"

            where = once(database, entered, request.user, act, now=clock.now())
        except Invalid as invalid:
            return _ask_room(request, database, venue_id, None, entered, invalid)
        say(request, "Room recorded")
        return see(where)

    @get("/{venue_id:uuid}/rooms/{room_id:uuid}", sync_to_thread=True)
    def ask_change_room(
        self,
        request: Visitor,
        database: Given[Database],
        venue_id: FromPath[UUID],
        room_id: FromPath[UUID],
    ) -> Template:
        """Ask what should be different."""
        return _ask_room(request, database, venue_id, room_id)

    @post("/{venue_id:uuid}/rooms/{room_id:uuid}", sync_to_thread=True)
    def change_room(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        venue_id: FromPath[UUID],
        room_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Put the entered facts in place of those recorded."""
        try:
            facts = _room_facts(entered)
            with database.writing() as session:
                own_room(session, request.user, venue_id, room_id)
                services.change_room(
                    session,
                    room_id,
                    facts,
                    based_on=entered.based_on,
                    actor=request.user.actor(Role.COORDINATOR),
                    now=clock.now(),
                )
        except Invalid as invalid:
            return _ask_room(request, database, venue_id, room_id, entered, invalid)
        say(request, "Room saved. Planning goes by it from its next run on")
        return see(f"/venues/{venue_id}")


def own_venue(session: Session, person: Person, venue_id: UUID) -> Venue:
    """A building of an area the person coordinates. Raises NotFound."""
    venue = get_venue(session, venue_id)
    home = {venue.area_id}
    if not may(session, person, Action.READ, Thing.REGISTERS, home, role=Role.COORDINATOR):
        raise NotFound("There is no such venue")
    return venue


def own_room(session: Session, person: Person, venue_id: UUID, room_id: UUID) -> Room:
    """A room of such a building. Raises NotFound."""
    own_venue(session, person, venue_id)
    room = get_room(session, room_id)
    if room.venue_id != venue_id:
        raise NotFound("There is no such room")
    return room


def _refuse_foreign_area(session: Session, person: Person, area_id: str) -> None:
    if not may(session, person, Action.WRITE, Thing.REGISTERS, {area_id}, role=Role.COORDINATOR):
        raise Invalid(FieldProblem("area_id", "Select one of your areas"))


def _venue_facts(entered: Entered) -> services.NewVenue:
    form = read(VenueForm, entered)
    return services.NewVenue(
        code=form.code,
        name=form.name,
        street_name=form.street_name,
        address=form.address,
        area_id=form.area_id,
        hours=_hours(form.hours),
        x=form.x,
        y=form.y,
        is_active=form.is_active,
    )


def _hours(text: str) -> list[list[str]]:
    try:
        return read_hours(text)
    except ValueError as wrong:
        raise Invalid(FieldProblem("hours", f"Opening hours: {wrong}")) from None


def _room_facts(entered: Entered) -> services.NewRoom:
    form = read(RoomForm, entered)
    return services.NewRoom(
        name=form.name,
        capacity=form.capacity,
        features=form.features,
        turnaround_minutes=form.turnaround_minutes,
        is_active=form.is_active,
        taken_with=form.taken_with,
    )


def _show(
    request: Visitor,
    database: Database,
    clock: Clock,
    venue_id: UUID,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
) -> Template:
    with database.reading() as session:
        venue = own_venue(session, request.user, venue_id)
        shown = pages.venue_page(session, venue, clock.now())
    return page(
        request,
        "venues/venue.html",
        title="Venue",
        status_code=422 if invalid else 200,
        entered=entered or Entered.of(),
        problems=Problems(invalid.problems) if invalid else Problems(),
        shown=shown,
    )


def _ask_venue(
    request: Visitor,
    database: Database,
    venue_id: UUID | None,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
    filled: Mapping[str, str] = MappingProxyType({}),
) -> Template:
    values: dict[str, object] = {"is_filled": any(filled.values())}
    with database.reading() as session:
        own = request.user.areas(Role.COORDINATOR)
        areas = tuple((area.id, area.name) for area in areas_by_name(session) if area.id in own)
        if venue_id is not None:
            venue = own_venue(session, request.user, venue_id)
            entered = entered or pages.venue_entered(venue)
            values["based_on"] = entered.based_on or venue.version
            entered = entered.filled(filled)
    return page(
        request,
        "venues/venue_form.html",
        title="Change a venue" if venue_id else "New venue",
        status_code=422 if invalid else 200,
        entered=entered or Entered.of(),
        problems=Problems(invalid.problems) if invalid else Problems(),
        areas=areas,
        in_use=[pages.IN_USE],
        back=f"/venues/{venue_id}" if venue_id else "/venues",
        here=f"/venues/{venue_id}/change" if venue_id else "/venues/new",
        **values,
    )


def _ask_room(
    request: Visitor,
    database: Database,
    venue_id: UUID,
    room_id: UUID | None,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
) -> Template:
    values: dict[str, object] = {}
    with database.reading() as session:
        venue_name = own_venue(session, request.user, venue_id).name
        if room_id is not None:
            room = own_room(session, request.user, venue_id, room_id)
            entered = entered or pages.room_entered(room)
            values["based_on"] = entered.based_on or room.version
        others = tuple(
            (str(each.id), each.name)
            for each in rooms_of(session, [venue_id])
            if each.id != room_id
        )
    return page(
        request,
        "venues/room_form.html",
        title="Change a room" if room_id else "New room",
        status_code=422 if invalid else 200,
        entered=entered or Entered.of(),
        problems=Problems(invalid.problems) if invalid else Problems(),
        venue_name=venue_name,
        features=choices(RoomFeature),
        others=others,
        in_use=[pages.IN_USE],
        back=f"/venues/{venue_id}",
        here=f"/venues/{venue_id}/rooms/{room_id or 'new'}",
        **values,
    )
