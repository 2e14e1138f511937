"""Calls after the third meeting: each side is rung by whoever keeps its part (R30)."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.conferences.aftercare import (
    AFTERCARE,
    aftercare_of,
    record_aftercare,
    takes_no_part,
    third_held_on,
)
from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.kernel.errors import Conflict, Invalid
from rj.kernel.london import at_london, london_time
from rj.parties.models import Party
from rj.parties.queries import parties_of
from rj.policy.terms import ContactOutcome, PartyRole, Role, Side
from web.facilitators.access import own_order
from web.facilitators.forms import AftercareForm
from web.forms import Entered, Problems, date_parts, once, read
from web.given import Given
from web.guards import needs
from web.liaison.access import own_person
from web.pages import Fact, day_text, moment_text, page, see
from web.people import Visitor
from web.visits import say
from web.words import choices, words_for

CALLS = tuple((kind.value, words_for(kind)) for kind in AFTERCARE)


@dataclass(frozen=True, slots=True)
class Place:
    """Whose call it is, for whom it is recorded, and where one goes from there."""

    role: Role
    find: Callable[[Session], Party]
    back: str
    back_text: str


class MyAftercare(Controller):
    """The person on probation is rung by the facilitator of the case."""

    path = "/my/cases/{order_id:uuid}/after"
    guards = (needs(Role.FACILITATOR),)

    @get(sync_to_thread=True)
    def ask(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        order_id: FromPath[UUID],
    ) -> Template:
        """Ask what came of a call."""
        return _ask(request, database, clock, _of_harmer(request, order_id))

    @post(sync_to_thread=True)
    def record(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        order_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Record it; the clock of the call stops once both sides were reached."""
        return _record(request, database, clock, _of_harmer(request, order_id), entered)


class Aftercare(Controller):
    """A harmed person is rung by the liaison officer, and by nobody else."""

    path = "/liaison/people/{party_id:uuid}/after"
    guards = (needs(Role.LIAISON_OFFICER),)

    @get(sync_to_thread=True)
    def ask(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        party_id: FromPath[UUID],
    ) -> Template:
        """Ask what came of a call."""
        return _ask(request, database, clock, _of_harmed(request, party_id))

    @post(sync_to_thread=True)
    def record(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        party_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Record it; the clock of the call stops once both sides were reached."""
        return _record(request, database, clock, _of_harmed(request, party_id), entered)


def _of_harmer(request: Visitor, order_id: UUID) -> Place:
    def find(session: Session) -> Party:
        order = own_order(session, request.user, order_id)
        for party in parties_of(session, order.id):
            if party.side is Side.HARMER and party.role is PartyRole.PRINCIPAL:
                return party
        raise Conflict("Nobody is on probation in this case any more")

    return Place(Role.FACILITATOR, find, f"/my/cases/{order_id}", "The case")


def _of_harmed(request: Visitor, party_id: UUID) -> Place:
    def find(session: Session) -> Party:
        return own_person(session, request.user, party_id)

    return Place(Role.LIAISON_OFFICER, find, f"/liaison/people/{party_id}", "Person")


def _record(
    request: Visitor, database: Database, clock: Clock, place: Place, entered: Entered
) -> Template | Redirect:
    try:
        form = read(AftercareForm, entered)
        called_at = at_london(form.called_on, form.at_time, field="at_time")

        def act(session: Session) -> str:
            record_aftercare(
                session,
                place.find(session).id,
                clock=form.clock,
                outcome=form.outcome,
                called_at=called_at,
                actor=request.user.actor(place.role),
                now=clock.now(),
            )
            return place.back

        where = once(database, entered, request.user, act, now=clock.now())
    except Invalid as invalid:
        return _ask(request, database, clock, place, entered, invalid)
    say(request, "The call was recorded")
    return see(where)


def _ask(
    request: Visitor,
    database: Database,
    clock: Clock,
    place: Place,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
) -> Template:
    with database.reading() as session:
        party = place.find(session)
        held_on = third_held_on(session, party)
        calls = tuple(
            Fact(moment_text(each.called_at), f"{words_for(each.clock)}: {words_for(each.outcome)}")
            for each in aftercare_of(session, party.order_id)
            if each.party_id == party.id
        )
        is_stopped = party.stopped_at is not None
        has_said_no = takes_no_part(session, party)
    now = clock.now()
    usual = Entered.of(
        **date_parts("called_on", clock.today()), at_time=f"{london_time(now):%H:%M}"
    )
    return page(
        request,
        "facilitators/after.html",
        title="Calls after the third meeting",
        status_code=422 if invalid else 200,
        problems=Problems(invalid.problems) if invalid else Problems(),
        entered=entered or usual,
        back=place.back,
        back_text=place.back_text,
        held_on=day_text(held_on),
        is_stopped=is_stopped,
        has_said_no=has_said_no,
        calls=calls,
        kinds=CALLS,
        outcomes=choices(ContactOutcome),
    )
