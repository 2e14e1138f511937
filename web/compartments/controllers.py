"""Release of contact, what was released, emergency opening, and limiting a case."""

from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.compartments import services
from rj.compartments.models import ContactRelease, EmergencyOpening
from rj.conferences.telling import Tell
from rj.db.database import Database
from rj.db.records import get_record
from rj.kernel.clock import Clock
from rj.kernel.errors import Invalid, NotFound
from rj.orders.queries import get_order
from rj.parties.models import Party
from rj.parties.queries import find_party, get_party
from rj.parties.sealing import Seal
from rj.policy.terms import Role, Side
from rj.settings import Settings
from web.compartments import pages
from web.compartments.forms import LimitForm, ReleaseForm, WhyForm
from web.facilitators.access import get_own_record, own_order
from web.forms import Entered, Problems, read
from web.given import Given
from web.guards import freshly_confirmed, needs
from web.liaison.access import own_case, own_person
from web.orders.access import coordinators_order
from web.pages import page, see
from web.people import Visitor
from web.visits import say


class ReleasePages(Controller):
    """The liaison officer opens chosen items to one facilitator for one case."""

    path = "/liaison"
    guards = (needs(Role.LIAISON_OFFICER),)

    @get("/people/{party_id:uuid}/release", sync_to_thread=True)
    def ask(
        self, request: Visitor, database: Given[Database], party_id: FromPath[UUID]
    ) -> Template:
        """Ask what and to whom; say what is open now."""
        return _ask_release(request, database, party_id)

    @post("/people/{party_id:uuid}/release", sync_to_thread=True)
    def release(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        party_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Open them; it ends with the case or when it is taken back."""
        try:
            form = read(ReleaseForm, entered)
            with database.writing() as session:
                own_person(session, request.user, party_id)
                services.release(
                    session,
                    party_id,
                    form.facilitator,
                    form.items,
                    actor=request.user.actor(Role.LIAISON_OFFICER),
                    now=clock.now(),
                )
        except Invalid as invalid:
            return _ask_release(request, database, party_id, entered, invalid)
        say(request, "Released. The facilitator says why each time they open it")
        return see(f"/liaison/people/{party_id}/release")

    @post("/releases/{release_id:uuid}/end", sync_to_thread=True)
    def end(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        release_id: FromPath[UUID],
    ) -> Redirect:
        """Take it back."""
        with database.writing() as session:
            found = get_record(session, ContactRelease, release_id, "release")
            own_person(session, request.user, found.party_id)
            actor = request.user.actor(Role.LIAISON_OFFICER)
            services.end_release(session, release_id, actor=actor, now=clock.now())
            party_id = found.party_id
        say(request, "Taken back")
        return see(f"/liaison/people/{party_id}/release")

    @post("/openings/{opening_id:uuid}/seen", sync_to_thread=True)
    def take_note(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        opening_id: FromPath[UUID],
    ) -> Redirect:
        """The liaison officer has read of an emergency opening."""
        with database.writing() as session:
            opening = get_record(session, EmergencyOpening, opening_id, "opening")
            order_id = get_party(session, opening.party_id).order_id
            own_case(session, request.user, order_id)
            actor = request.user.actor(Role.LIAISON_OFFICER)
            services.take_note(session, opening_id, actor=actor, now=clock.now())
        say(request, "Noted")
        return see(f"/liaison/cases/{order_id}")


class ReleasedPages(Controller):
    """A facilitator opens what was released to them, saying why."""

    path = "/my/cases/{order_id:uuid}/people/{party_id:uuid}/released"
    guards = (needs(Role.FACILITATOR), freshly_confirmed)

    @get(sync_to_thread=True)
    def ask(
        self,
        request: Visitor,
        database: Given[Database],
        order_id: FromPath[UUID],
        party_id: FromPath[UUID],
    ) -> Template:
        """Ask why."""
        with database.reading() as session:
            _released_to_me(session, request, order_id, party_id)
        return _why(request, "released", f"/my/cases/{order_id}")

    @post(sync_to_thread=True)
    def show(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        seal: Given[Seal],
        order_id: FromPath[UUID],
        party_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template:
        """Show the released items; the look is noted with its reason."""
        try:
            form = read(WhyForm, entered)
        except Invalid as invalid:
            return _why(request, "released", f"/my/cases/{order_id}", entered, invalid)
        with database.writing() as session:
            me_id = _released_to_me(session, request, order_id, party_id)
            found = services.released_contact(
                session,
                seal,
                party_id,
                me_id,
                reason=form.reason,
                actor=request.user.actor(Role.FACILITATOR),
                now=clock.now(),
            )
        return _opened(request, found, f"/my/cases/{order_id}")


class EmergencyPages(Controller):
    """A coordinator opens a harmed person's contact in an emergency."""

    path = "/orders/{order_id:uuid}/people/{party_id:uuid}/emergency"
    guards = (needs(Role.COORDINATOR), freshly_confirmed)

    @get(sync_to_thread=True)
    def ask(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        seal: Given[Seal],
        order_id: FromPath[UUID],
        party_id: FromPath[UUID],
    ) -> Template:
        """Ask why; while an opening runs, show what it opened."""
        actor = request.user.actor(Role.COORDINATOR)
        with database.writing() as session:
            _harmed_of(session, request, order_id, party_id)
            running = services.running_emergency(
                session, party_id, request.user.account_id, now=clock.now()
            )
            found = (
                services.emergency_contact(session, seal, running, actor=actor, now=clock.now())
                if running is not None
                else None
            )
        if found is not None:
            return _opened(request, found, f"/orders/{order_id}")
        return _why(request, "emergency", f"/orders/{order_id}")

    @post(sync_to_thread=True)
    def open(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        settings: Given[Settings],
        order_id: FromPath[UUID],
        party_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Open it for a quarter of an hour; the liaison officer is told in the same moment."""
        try:
            form = read(WhyForm, entered)
            with database.writing() as session:
                _harmed_of(session, request, order_id, party_id)
                services.open_in_emergency(
                    session,
                    party_id,
                    reason=form.reason,
                    mail=settings.mail,
                    actor=request.user.actor(Role.COORDINATOR),
                    now=clock.now(),
                )
        except Invalid as invalid:
            with database.reading() as session:
                _harmed_of(session, request, order_id, party_id)
            return _why(request, "emergency", f"/orders/{order_id}", entered, invalid)
        say(request, "Open to you for 15 minutes. The liaison officer has been told")
        return see(f"/orders/{order_id}/people/{party_id}/emergency")


class LimitPages(Controller):
    """Limiting a case to named people, such as that of a colleague's relative."""

    path = "/orders/{order_id:uuid}/limit"
    guards = (needs(Role.COORDINATOR),)

    @get(sync_to_thread=True)
    def ask(
        self, request: Visitor, database: Given[Database], order_id: FromPath[UUID]
    ) -> Template:
        """Ask who may open the case."""
        return _ask_limit(request, database, order_id)

    @post(sync_to_thread=True)
    def limit(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Tell],
        order_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """From the next request on only they do; with nobody named, everybody as before."""
        try:
            form = read(LimitForm, entered)
            with database.writing() as session:
                order = coordinators_order(session, request.user, order_id)
                offered = {value for value, *_ in pages.people_choices(session, order)}
                services.limit_case(
                    session,
                    order_id,
                    [each for each in form.people if str(each) in offered],
                    actor=request.user.actor(Role.COORDINATOR),
                    now=clock.now(),
                    tell=teller,
                )
        except Invalid as invalid:
            return _ask_limit(request, database, order_id, entered, invalid)
        say(request, "Only these people open the case now" if form.people else "No longer limited")
        return see(f"/orders/{order_id}")


def _released_to_me(session: Session, request: Visitor, order_id: UUID, party_id: UUID) -> UUID:
    """The facilitator who asks, when something of this person was released to them."""
    own_order(session, request.user, order_id)
    me = get_own_record(session, request.user)
    party = find_party(session, party_id)
    is_theirs = party is not None and party.order_id == order_id
    if not is_theirs or not services.released_items(session, party_id, me.id):
        raise NotFound("Nothing was released")
    return me.id


def _harmed_of(session: Session, request: Visitor, order_id: UUID, party_id: UUID) -> Party:
    coordinators_order(session, request.user, order_id)
    party = find_party(session, party_id)
    if party is None or party.order_id != order_id or party.side is not Side.HARMED:
        raise NotFound("There is no such person")
    return party


def _ask_release(
    request: Visitor,
    database: Database,
    party_id: UUID,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
) -> Template:
    with database.reading() as session:
        party = own_person(session, request.user, party_id)
        order = get_order(session, party.order_id)
        choices = pages.facilitator_choices(session, order)
        rows = pages.release_rows(session, party_id)
    return _page(
        request,
        "release",
        "Release contact details",
        f"/liaison/people/{party_id}",
        entered,
        invalid,
        facilitators=choices,
        items=pages.ITEM_CHOICES,
        rows=rows,
    )


def _ask_limit(
    request: Visitor,
    database: Database,
    order_id: UUID,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
) -> Template:
    with database.reading() as session:
        order = coordinators_order(session, request.user, order_id)
        people = pages.people_choices(session, order)
        named = services.named_for(session, order_id)
    return _page(
        request,
        "limit",
        "Limit the case to named people",
        f"/orders/{order_id}",
        entered or Entered.of(people=[str(each) for each in named]),
        invalid,
        people=people,
        is_limited=bool(named),
    )


def _why(
    request: Visitor,
    template: str,
    back: str,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
) -> Template:
    title = "Open contact in an emergency" if template == "emergency" else "Open released contact"
    return _page(request, template, title, back, entered, invalid)


def _opened(request: Visitor, found: dict[str, str], back: str) -> Template:
    return _page(
        request,
        "opened",
        "Contact details",
        back,
        facts_shown=pages.opened_facts(found),
    )


def _page(
    request: Visitor,
    template: str,
    title: str,
    back: str,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
    **values: Any,
) -> Template:
    return page(
        request,
        f"compartments/{template}.html",
        title=title,
        status_code=422 if invalid else 200,
        entered=entered or Entered.of(),
        problems=Problems(invalid.problems) if invalid else Problems(),
        here=back,
        **values,
    )
