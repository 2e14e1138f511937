"""Lifting a "no" of the side of the person on probation.

Only the liaison officer named on the order may (M5); of the person nothing is shown but part and
reference.
"""

from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.conferences import gates
from rj.conferences.telling import Tell
from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.kernel.errors import Conflict, Invalid, NotFound
from rj.parties.models import Party
from rj.parties.queries import find_party
from rj.policy.terms import Role, Side
from rj.suppression.services import open_question
from web.forms import NOTHING, Entered, Problems, read
from web.given import Given
from web.guards import needs
from web.liaison.access import own_case
from web.liaison.forms import LiftForm
from web.orders.told import part_words
from web.pages import page, see
from web.people import Person, Visitor
from web.visits import say


class LiftPages(Controller):
    """Somebody of the other side of an own case, who said no and has asked to be contacted."""

    path = "/liaison/cases/{order_id:uuid}/people/{party_id:uuid}/lift"
    guards = (needs(Role.LIAISON_OFFICER),)

    @get(sync_to_thread=True)
    def ask(
        self,
        request: Visitor,
        database: Given[Database],
        order_id: FromPath[UUID],
        party_id: FromPath[UUID],
    ) -> Template:
        """Ask why contact may begin again, and for a confirmation."""
        with database.reading() as session:
            party = _party(session, request.user, order_id, party_id)
            if party.stopped_at is None:
                raise Conflict("Contact with this person is not stopped")
            _refuse_asked(session, party)
            return _page(request, party)

    @post(sync_to_thread=True)
    def lift(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Tell],
        order_id: FromPath[UUID],
        party_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Allow it. Reason and name are kept in the audit."""
        actor, now = request.user.actor(Role.LIAISON_OFFICER), clock.now()
        try:
            form = read(LiftForm, entered)
            with database.writing() as session:
                _refuse_asked(session, _party(session, request.user, order_id, party_id))
                gates.lift_stop(
                    session, party_id, reason=form.reason, actor=actor, now=now, tell=teller
                )
        except Invalid as invalid:
            with database.reading() as session:
                party = _party(session, request.user, order_id, party_id)
                return _page(request, party, entered, Problems(invalid.problems))
        say(request, "Contact may begin again, as the safe contact plan says")
        return see(f"/liaison/cases/{order_id}")


def _party(session: Session, person: Person, order_id: UUID, party_id: UUID) -> Party:
    """Somebody of the other side of an own case. Raises NotFound."""
    own_case(session, person, order_id)
    party = find_party(session, party_id)
    if party is None or party.order_id != order_id or party.side is not Side.HARMER:
        raise NotFound("There is no such person")
    return party


def _refuse_asked(session: Session, party: Party) -> None:
    if open_question(session, party.id) is not None:
        raise Conflict(
            "This person is like somebody who said no. Answer that first, among what waits for you"
        )


def _page(
    request: Visitor, party: Party, entered: Entered = NOTHING, problems: Problems | None = None
) -> Template:
    return page(
        request,
        "liaison/lift_other.html",
        title="Allow contact again",
        status_code=422 if problems else 200,
        entered=entered,
        problems=problems or Problems(),
        part=part_words(party),
        party_reference=party.reference,
        here=f"/liaison/cases/{party.order_id}",
    )
