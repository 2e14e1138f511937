"""The liaison officer's pages. Contact details open with a typed reason, which the audit keeps."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.audit.services import note
from rj.calendars.telling import Teller
from rj.conferences import gates
from rj.conferences.telling import Tell
from rj.db.database import Database
from rj.intake.rules import is_email
from rj.kernel.clock import Clock
from rj.kernel.errors import Conflict, FieldProblem, Invalid
from rj.kernel.weekly_hours import read_hours, write_hours
from rj.orders.queries import get_order
from rj.outbox.models import RecipientKind
from rj.parties.contact import (
    ContactTerms,
    agree_contact_plan,
    contact_details,
    set_contact_details,
)
from rj.parties.models import HarmedDetails, Party
from rj.parties.queries import chosen_names, contact_plan, organisation_of, time_of
from rj.parties.sealing import ContactDetails, Seal
from rj.parties.wishes import Availability, set_availability, set_chosen_name, set_organisation
from rj.policy.terms import CalendarWish, Gate, GateValue, Role, Side
from rj.settings import Settings
from rj.suppression.services import (
    bring_up_to_date,
    decide_alike,
    stop_at_their_word,
    stop_who_is_alike,
)
from web.facilitators.pages import told_states, what_followed
from web.forms import Entered, Problems, date_parts, read
from web.given import Given
from web.guards import freshly_confirmed, needs
from web.liaison import pages
from web.liaison.access import own_case, own_person, own_person_or_alike
from web.liaison.forms import (
    AvailabilityForm,
    ConsentForm,
    DetailsForm,
    PlanForm,
    ReasonForm,
    StopForm,
)
from web.pages import page, see
from web.people import Visitor
from web.visits import say
from web.words import choices

OWN = (needs(Role.LIAISON_OFFICER),)


class LiaisonPages(Controller):
    """Own cases and what waits in them."""

    path = "/liaison"
    guards = OWN

    @get(sync_to_thread=True)
    def index(self, request: Visitor, database: Given[Database], clock: Given[Clock]) -> Template:
        """Tasks first."""
        with database.reading() as session:
            shown = pages.home(session, request.user, clock.today())
        return page(request, "liaison/home.html", title="Contact", shown=shown)

    @get("/cases/{order_id:uuid}", sync_to_thread=True)
    def case(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        order_id: FromPath[UUID],
    ) -> Template:
        """One case. The view is noted in the audit."""
        with database.reading() as session:
            order = own_case(session, request.user, order_id)
            shown = pages.case_page(session, order, clock.today())
        return page(request, "liaison/case.html", title=f"Case {shown.reference}", shown=shown)


class PersonPages(Controller):
    """One person of the harmed side."""

    path = "/liaison/people/{party_id:uuid}"
    guards = OWN

    @get(sync_to_thread=True)
    def show(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        party_id: FromPath[UUID],
    ) -> Template:
        """The person without contact details. The view is noted in the audit."""
        with database.reading() as session:
            party = own_person(session, request.user, party_id)
            order = get_order(session, party.order_id)
            shown = pages.person_page(session, party, order)
        return page(request, "liaison/person.html", title="Person", shown=shown)

    @get("/details", sync_to_thread=True, guards=[freshly_confirmed])
    def ask_reason(
        self, request: Visitor, database: Given[Database], party_id: FromPath[UUID]
    ) -> Template:
        """Ask why the contact details are to be opened."""
        return _ask(request, database, party_id, "reason", "Open contact details")

    @post("/details", sync_to_thread=True, guards=[freshly_confirmed])
    def open_details(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        seal: Given[Seal],
        party_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template:
        """Show them, to read or to change. Reason and view are noted in the audit."""
        try:
            reason = read(ReasonForm, entered).reason
        except Invalid as invalid:
            return _ask(
                request,
                database,
                party_id,
                "reason",
                "Open contact details",
                entered=entered,
                invalid=invalid,
            )
        with database.writing() as session:
            party = own_person(session, request.user, party_id)
            _note_view(session, request, party, clock, reason)
            details = contact_details(session, seal, party_id)
            chosen = chosen_names(session, [party.order_id]).get(party_id, "")
            organisation = organisation_of(session, party_id)
            version = _details_version(session, party_id)
        return _details_page(
            request,
            database,
            party_id,
            version,
            Entered.of(
                chosen_name=chosen,
                organisation=organisation,
                name=details.name,
                email=details.email,
                telephone=details.telephone,
                address=details.address,
            ),
        )

    @post("/details/change", sync_to_thread=True, guards=[freshly_confirmed])
    def change_details(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        seal: Given[Seal],
        settings: Given[Settings],
        teller: Given[Tell],
        party_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Seal the new details. Nothing goes to an old address from now on (M6)."""
        now = clock.now()
        actor = request.user.actor(Role.LIAISON_OFFICER)
        try:
            form = read(DetailsForm, entered)
            if form.email and not is_email(form.email):
                raise Invalid(FieldProblem("email", "Enter an e-mail address like name@home.test"))
            with database.writing() as session:
                own_person(session, request.user, party_id)
                if _details_version(session, party_id) != entered.based_on:
                    raise Conflict("Somebody else changed these details while you looked at them")
                set_contact_details(
                    session,
                    seal,
                    party_id,
                    ContactDetails(form.name, form.email, form.telephone, form.address.strip()),
                    actor=actor,
                    now=now,
                )
                session.flush()
                set_chosen_name(session, party_id, form.chosen_name, actor=actor, now=now)
                set_organisation(session, party_id, form.organisation, actor=actor, now=now)
                session.flush()
                stop_who_is_alike(session, seal, party_id, actor=actor, now=now, tell=teller)
                _bring_in_line(session, settings, seal, party_id, clock)
        except Invalid as invalid:
            return _details_page(request, database, party_id, entered.based_on, entered, invalid)
        say(request, "Contact details saved and sealed")
        return see(f"/liaison/people/{party_id}")

    @get("/plan", sync_to_thread=True)
    def ask_plan(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        party_id: FromPath[UUID],
    ) -> Template:
        """Ask how it is safe to reach this person."""
        with database.reading() as session:
            own_person(session, request.user, party_id)
            plan = contact_plan(session, party_id)
        entered = Entered.of(
            calendar_wish=CalendarWish.NONE.value,
            shows_place="yes",
            **date_parts("agreed_on", clock.today()),
        )
        if plan is not None:
            entered = Entered.of(
                channel=plan.channel.value,
                calendar_wish=plan.calendar_wish.value,
                may_leave_voicemail="yes" if plan.may_leave_voicemail else "",
                safe_times=plan.safe_times,
                alias=plan.alias,
                shows_place="yes" if plan.shows_place else "",
                **date_parts("agreed_on", plan.agreed_on),
            )
        version = plan.version if plan is not None else 0
        return _ask_plan(request, database, party_id, version, entered)

    @post("/plan", sync_to_thread=True)
    def agree_plan(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        seal: Given[Seal],
        settings: Given[Settings],
        party_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Record it; what waits for this person now goes that way."""
        try:
            form = read(PlanForm, entered)
            with database.writing() as session:
                own_person(session, request.user, party_id)
                plan = contact_plan(session, party_id)
                if (plan.version if plan else 0) != entered.based_on:
                    raise Conflict("Somebody else changed this contact plan while you looked at it")
                agree_contact_plan(
                    session,
                    party_id,
                    ContactTerms(**{each.name: getattr(form, each.name) for each in fields(form)}),
                    seal=seal,
                    actor=request.user.actor(Role.LIAISON_OFFICER),
                    now=clock.now(),
                )
                session.flush()
                _bring_in_line(session, settings, seal, party_id, clock)
        except Invalid as invalid:
            return _ask_plan(request, database, party_id, entered.based_on, entered, invalid)
        say(request, "Safe contact plan saved")
        return see(f"/liaison/people/{party_id}")

    @get("/availability", sync_to_thread=True)
    def ask_availability(
        self, request: Visitor, database: Given[Database], party_id: FromPath[UUID]
    ) -> Template:
        """Ask when and where this person can come."""
        with database.reading() as session:
            party = own_person(session, request.user, party_id)
            times = time_of(session, party_id)
        entered = Entered.of(
            hours=write_hours(party.hours or []),
            likes_hours=write_hours(party.likes_hours or []),
            away=pages.away_text(times.away),
            avoids=[str(each) for each in times.avoids],
            likes=[str(each) for each in times.likes],
        )
        return _ask_availability(request, database, party_id, party.version, entered)

    @post("/availability", sync_to_thread=True)
    def set_availability(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        seal: Given[Seal],
        settings: Given[Settings],
        party_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Record it. Others see only what follows from it."""
        try:
            form = read(AvailabilityForm, entered)
            availability = Availability(
                hours=_hours("hours", form.hours),
                likes_hours=_hours("likes_hours", form.likes_hours),
                away=pages.read_away(form.away),
                avoids=frozenset(form.avoids),
                likes=frozenset(form.likes),
            )
            with database.writing() as session:
                party = own_person(session, request.user, party_id)
                area_id = get_order(session, party.order_id).area_id
                known = {UUID(value) for value, _ in pages.venue_choices(session, area_id)}
                kept = time_of(session, party_id)
                if (availability.avoids | availability.likes) - known - kept.avoids - kept.likes:
                    raise Invalid(FieldProblem("avoids", "Choose places from the list"))
                set_availability(
                    session,
                    party_id,
                    availability,
                    based_on=entered.based_on,
                    actor=request.user.actor(Role.LIAISON_OFFICER),
                    now=clock.now(),
                )
                session.flush()
                _bring_in_line(session, settings, seal, party_id, clock)
        except Invalid as invalid:
            return _ask_availability(
                request, database, party_id, entered.based_on, entered, invalid
            )
        say(request, "Times and places saved")
        return see(f"/liaison/people/{party_id}")

    @get("/consent", sync_to_thread=True)
    def ask_consent(
        self, request: Visitor, database: Given[Database], party_id: FromPath[UUID]
    ) -> Template:
        """Ask whether this person consents to take part."""
        return _ask(
            request, database, party_id, "consent", "Record consent", values=choices(GateValue)
        )

    @post("/consent", sync_to_thread=True)
    def record_consent(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        seal: Given[Seal],
        teller: Given[Tell],
        party_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Record it; a consent withdrawn calls off the third meeting at once, and a no is known
        wherever else this person is recorded."""
        try:
            form = read(ConsentForm, entered)
            with database.writing() as session:
                party = own_person(session, request.user, party_id)
                before = told_states(session, party.order_id)
                gates.record_gate(
                    session,
                    party.order_id,
                    gate=Gate.CONSENT,
                    value=form.value,
                    party_id=party_id,
                    actor=request.user.actor(Role.LIAISON_OFFICER),
                    now=clock.now(),
                    tell=teller,
                )
                bring_up_to_date(session, seal, now=clock.now())
                followed = what_followed(session, party.order_id, before)
        except Invalid as invalid:
            return _ask(
                request,
                database,
                party_id,
                "consent",
                "Record consent",
                entered=entered,
                invalid=invalid,
                values=choices(GateValue),
            )
        say(request, "Consent recorded")
        for sentence in followed:
            say(request, sentence)
        return see(f"/liaison/people/{party_id}")

    @get("/stop", sync_to_thread=True)
    def ask_stop(
        self, request: Visitor, database: Given[Database], party_id: FromPath[UUID]
    ) -> Template:
        """Ask whether all contact is to stop."""
        return _ask(request, database, party_id, "stop", "Stop all contact")

    @post("/stop", sync_to_thread=True)
    def stop(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Tell],
        seal: Given[Seal],
        settings: Given[Settings],
        party_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """No means no, from this moment (M5)."""
        try:
            read(StopForm, entered)
            with database.writing() as session:
                own_person(session, request.user, party_id)
                actor = request.user.actor(Role.LIAISON_OFFICER)
                stop_at_their_word(
                    session, seal, party_id, actor=actor, now=clock.now(), tell=teller
                )
                _bring_in_line(session, settings, seal, party_id, clock)
        except Invalid as invalid:
            return _ask(
                request,
                database,
                party_id,
                "stop",
                "Stop all contact",
                entered=entered,
                invalid=invalid,
            )
        say(request, "Contact is stopped. Nothing more is sent to this person")
        return see(f"/liaison/people/{party_id}")

    @get("/lift", sync_to_thread=True)
    def ask_lift(
        self, request: Visitor, database: Given[Database], party_id: FromPath[UUID]
    ) -> Template:
        """Ask why contact may begin again."""
        return _ask(request, database, party_id, "lift", "Allow contact again")

    @post("/lift", sync_to_thread=True)
    def lift(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Tell],
        party_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Allow it, at the person's own wish."""
        try:
            form = read(ReasonForm, entered)
            with database.writing() as session:
                party = own_person_or_alike(session, request.user, party_id)
                decide_alike(
                    session,
                    party_id,
                    actor=request.user.actor(Role.LIAISON_OFFICER),
                    now=clock.now(),
                )
                gates.lift_stop(
                    session,
                    party_id,
                    reason=form.reason,
                    actor=request.user.actor(Role.LIAISON_OFFICER),
                    now=clock.now(),
                    tell=teller,
                )
        except Invalid as invalid:
            return _ask(
                request,
                database,
                party_id,
                "lift",
                "Allow contact again",
                entered=entered,
                invalid=invalid,
            )
        say(request, "Contact may begin again, as the safe contact plan says")
        is_harmed = party.side is Side.HARMED
        return see(f"/liaison/people/{party_id}" if is_harmed else "/liaison")


def _bring_in_line(
    session: Session, settings: Settings, seal: Seal, party_id: UUID, clock: Clock
) -> None:
    """What waits for this person follows a new address, channel, place or stop."""
    teller = Teller(mail=settings.mail, seal=seal)
    teller.reader_changed(session, RecipientKind.PARTY, party_id, now=clock.now())


def _note_view(session: Session, request: Visitor, party: Party, clock: Clock, reason: str) -> None:
    note(
        session,
        request.user.actor(Role.LIAISON_OFFICER),
        "view contact details",
        "party",
        party.id,
        now=clock.now(),
        order_id=party.order_id,
        reason=reason,
    )


def _details_version(session: Session, party_id: UUID) -> int:
    details = session.get(HarmedDetails, party_id)
    return details.version if details is not None else 0


def _hours(field: str, text: str) -> list[list[str]] | None:
    try:
        return read_hours(text) or None
    except ValueError as wrong:
        raise Invalid(FieldProblem(field, f"Not understood: {wrong}")) from None


def _ask(
    request: Visitor,
    database: Database,
    party_id: UUID,
    template: str,
    title: str,
    *,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
    **values: Any,
) -> Template:
    """The page of one act on one person."""
    with database.reading() as session:
        if template == "lift":
            own_person_or_alike(session, request.user, party_id)
            values["question"] = pages.question_about(session, party_id)
        else:
            own_person(session, request.user, party_id)
    return page(
        request,
        f"liaison/{template}.html",
        title=title,
        status_code=422 if invalid else 200,
        entered=entered or Entered.of(),
        problems=Problems(invalid.problems) if invalid else Problems(),
        here=f"/liaison/people/{party_id}",
        **values,
    )


def _details_page(
    request: Visitor,
    database: Database,
    party_id: UUID,
    version: int,
    entered: Entered,
    invalid: Invalid | None = None,
) -> Template:
    return _ask(
        request,
        database,
        party_id,
        "details",
        "Contact details",
        entered=entered,
        invalid=invalid,
        based_on=version,
    )


def _ask_plan(
    request: Visitor,
    database: Database,
    party_id: UUID,
    version: int,
    entered: Entered,
    invalid: Invalid | None = None,
) -> Template:
    return _ask(
        request,
        database,
        party_id,
        "plan",
        "Safe contact plan",
        entered=entered,
        invalid=invalid,
        based_on=version,
        channels=pages.CHANNELS,
        wishes=pages.CALENDAR_WISHES,
    )


def _ask_availability(
    request: Visitor,
    database: Database,
    party_id: UUID,
    version: int,
    entered: Entered,
    invalid: Invalid | None = None,
) -> Template:
    with database.reading() as session:
        party = own_person(session, request.user, party_id)
        venues = pages.venue_choices(session, get_order(session, party.order_id).area_id)
    return _ask(
        request,
        database,
        party_id,
        "availability",
        "Times and places",
        entered=entered,
        invalid=invalid,
        based_on=version,
        venues=venues,
    )
