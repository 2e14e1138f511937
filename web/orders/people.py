"""How the person on probation and their side are reached. The harmed side's pages are not here."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.audit.services import note
from rj.calendars.telling import Teller
from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.kernel.errors import Conflict, Invalid, NotFound
from rj.orders.history import note_changes
from rj.outbox.models import RecipientKind
from rj.parties.contact import (
    ContactTerms,
    agree_contact_plan,
    contact_details,
    set_contact_details,
)
from rj.parties.models import Party, SafeContactPlan
from rj.parties.queries import contact_plan, find_party, get_party
from rj.parties.sealing import ContactDetails, Seal
from rj.policy.terms import CalendarWish, ChangeGround, Channel, PartyRole, Role, Side
from rj.suppression.services import open_question, stop_at_their_word, stop_who_is_alike
from web.forms import NO_PROBLEMS, NOTHING, Entered, Problems, entry, read
from web.given import Given
from web.guards import needs
from web.liaison.forms import StopForm
from web.orders.access import coordinators_order
from web.orders.told import part_words
from web.pages import page, see
from web.people import Person, Visitor
from web.visits import say
from web.words import choices

CALENDARS = (CalendarWish.NONE, CalendarWish.INVITATION)


@dataclass(frozen=True, slots=True)
class ReachForm:
    """Who somebody is, and what they have said about how to reach them."""

    name: str = entry("name", longest=100)
    email: str = entry("e-mail address", longest=254, is_required=False)
    telephone: str = entry("telephone number", longest=40, is_required=False)
    address: str = entry("postal address", longest=300, is_long=True, is_required=False)
    channel: Channel = entry(
        "safe way", missing="Select how they have said it is safe to reach them"
    )
    calendar_wish: CalendarWish = entry(
        "calendar entry", missing="Select whether they asked for a calendar entry"
    )
    safe_times: str = entry("safe times", is_required=False)
    alias: str = entry("what callers say", longest=60, is_required=False)
    may_leave_voicemail: bool = entry("voicemail", is_required=False)
    hides_place: bool = entry("place", is_required=False)


class ReachPages(Controller):
    """Somebody of the side of the person on probation."""

    path = "/orders/{order_id:uuid}/people/{party_id:uuid}"
    guards = (needs(Role.COORDINATOR),)

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
        """Show what is known, to be changed. The view is noted in the audit."""
        with database.writing() as session:
            party = _party(session, request.user, order_id, party_id)
            note(
                session,
                request.user.actor(Role.COORDINATOR),
                "viewed contact",
                "party",
                party_id,
                now=clock.now(),
                order_id=order_id,
            )
            details = contact_details(session, seal, party_id)
            plan = contact_plan(session, party_id)
            shown = _shown(session, party, plan)
            entered = _entered(details, plan)
        return _page(request, order_id, shown, entered)

    @post(sync_to_thread=True)
    def record(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        seal: Given[Seal],
        teller: Given[Teller],
        order_id: FromPath[UUID],
        party_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Keep it; what waited for the old address is stopped, and coming meetings follow."""
        actor, now = request.user.actor(Role.COORDINATOR), clock.now()
        with database.reading() as session:
            party = _party(session, request.user, order_id, party_id)
            shown = _shown(session, party, contact_plan(session, party_id))
        try:
            form = read(ReachForm, entered)
            with database.writing() as session:
                _party(session, request.user, order_id, party_id)
                if _version(contact_plan(session, party_id)) != entered.based_on:
                    raise Conflict("Somebody else changed how this person is reached")
                _keep(session, party_id, form, seal=seal, actor=actor, now=now)
                session.flush()
                stop_who_is_alike(session, seal, party_id, actor=actor, now=now, tell=teller)
                teller.reader_changed(session, RecipientKind.PARTY, party_id, now=now)
        except Invalid as invalid:
            shown["based_on"] = entered.based_on
            return _page(request, order_id, shown, entered, Problems(invalid.problems))
        say(request, "Recorded how they may be reached")
        return see(f"/orders/{order_id}")

    @get("/stop", sync_to_thread=True)
    def ask_to_stop(
        self,
        request: Visitor,
        database: Given[Database],
        order_id: FromPath[UUID],
        party_id: FromPath[UUID],
    ) -> Template:
        """Ask before contact ends."""
        with database.reading() as session:
            party = _party(session, request.user, order_id, party_id)
            return _stop_page(request, order_id, party)

    @post("/stop", sync_to_thread=True)
    def stop(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        seal: Given[Seal],
        teller: Given[Teller],
        order_id: FromPath[UUID],
        party_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """No means no, from this moment (M5), whichever side says it. Safe to repeat."""
        actor, now = request.user.actor(Role.COORDINATOR), clock.now()
        with database.reading() as session:
            party = _party(session, request.user, order_id, party_id)
            asked_again = partial(_stop_page, request, order_id, party, entered=entered)
        try:
            read(StopForm, entered)
            with database.writing() as session:
                _party(session, request.user, order_id, party_id)
                stop_at_their_word(session, seal, party_id, actor=actor, now=now, tell=teller)
                teller.reader_changed(session, RecipientKind.PARTY, party_id, now=now)
        except Invalid as invalid:
            return asked_again(problems=Problems(invalid.problems))
        say(request, "Contact is stopped. Nothing more is sent to this person")
        return see(f"/orders/{order_id}")


def _keep(
    session: Session, party_id: UUID, form: ReachForm, *, seal: Seal, actor: Any, now: Any
) -> None:
    details = ContactDetails(form.name, form.email, form.telephone, form.address)
    terms = ContactTerms(
        channel=form.channel,
        calendar_wish=form.calendar_wish,
        may_leave_voicemail=form.may_leave_voicemail,
        safe_times=form.safe_times,
        alias=form.alias,
        shows_place=not form.hides_place,
    )
    plan = contact_plan(session, party_id)
    if plan is not None and plan.channel is not form.channel:
        # the way that was agreed before need not be possible with the new details
        plan.channel = Channel.IN_PERSON
        plan.calendar_wish = CalendarWish.NONE
    party = get_party(session, party_id)
    if party.role is PartyRole.PRINCIPAL:
        names = (contact_details(session, seal, party_id).name, form.name)
        note_changes(
            session,
            party.order_id,
            {"name": names},
            ground=ChangeGround.CIRCUMSTANCES,
            actor=actor,
            now=now,
        )
    set_contact_details(session, seal, party_id, details, actor=actor, now=now)
    session.flush()
    agree_contact_plan(session, party_id, terms, seal=seal, actor=actor, now=now)


def _party(session: Session, person: Person, order_id: UUID, party_id: UUID) -> Party:
    """Somebody of the harmer side of an own order. Raises NotFound, for the harmed side too."""
    coordinators_order(session, person, order_id)
    party = find_party(session, party_id)
    if party is None or party.order_id != order_id or party.side is not Side.HARMER:
        raise NotFound("There is no such person")
    return party


def _stop_page(
    request: Visitor,
    order_id: UUID,
    party: Party,
    *,
    entered: Entered = NOTHING,
    problems: Problems = NO_PROBLEMS,
) -> Template:
    return page(
        request,
        "orders/stop.html",
        title="Stop all contact",
        status_code=422 if problems else 200,
        entered=entered,
        problems=problems,
        part=part_words(party),
        party_reference=party.reference,
        here=f"/orders/{order_id}",
    )


def _version(plan: SafeContactPlan | None) -> int:
    return plan.version if plan else 0


def _shown(session: Session, party: Party, plan: SafeContactPlan | None) -> dict[str, Any]:
    is_asked = open_question(session, party.id) is not None
    return {
        "part": part_words(party),
        "party_reference": party.reference,
        "is_stopped": party.stopped_at is not None and not is_asked,
        "is_asked": is_asked,
        "based_on": _version(plan),
    }


def _entered(details: ContactDetails, plan: SafeContactPlan | None) -> Entered:
    values = {
        "name": details.name,
        "email": details.email,
        "telephone": details.telephone,
        "address": details.address,
    }
    if plan is not None:
        values |= {
            "channel": plan.channel.value,
            "calendar_wish": plan.calendar_wish.value,
            "safe_times": plan.safe_times,
            "alias": plan.alias,
            "may_leave_voicemail": "yes" if plan.may_leave_voicemail else "",
            "hides_place": "" if plan.shows_place else "yes",
        }
    return Entered.of(**values)


def _page(
    request: Visitor,
    order_id: UUID,
    shown: dict[str, Any],
    entered: Entered,
    problems: Problems | None = None,
) -> Template:
    return page(
        request,
        "orders/reach.html",
        title="How they may be reached",
        status_code=422 if problems else 200,
        entered=entered,
        problems=problems or Problems(),
        channels=choices(Channel),
        calendars=choices(CALENDARS),
        here=f"/orders/{order_id}",
        stop_at=f"{request.scope['path']}/stop",
        **shown,
    )
