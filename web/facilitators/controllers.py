"""A facilitator's own pages: meetings, cases, what is found at each gate, outcomes."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.conferences import gates
from rj.conferences.models import Meeting
from rj.conferences.services import record_outcome
from rj.conferences.telling import Tell
from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.kernel.errors import Conflict, Invalid, NotFound
from rj.kernel.london import at_london, london_time
from rj.orders.queries import get_order, get_step
from rj.parties.models import Party
from rj.parties.queries import parties_of
from rj.parties.sealing import Seal
from rj.policy.terms import ContactOutcome, Gate, GateValue, Role, Stage
from rj.suppression.services import bring_up_to_date
from web.facilitators import pages
from web.facilitators.access import own_meeting, own_order
from web.facilitators.forms import AttemptForm, GateForm, OutcomeForm
from web.forms import Entered, Problems, date_parts, once, read
from web.given import Given
from web.guards import needs
from web.orders.reaching import reach_of
from web.pages import page, see
from web.people import Visitor
from web.visits import say
from web.words import choices, outcome_choices

OWN = (needs(Role.FACILITATOR),)


class MyMeetings(Controller):
    """Own meetings, and what became of them."""

    path = "/my/meetings"
    guards = OWN

    @get(sync_to_thread=True)
    def index(self, request: Visitor, database: Given[Database], clock: Given[Clock]) -> Template:
        """The next one first."""
        with database.reading() as session:
            shown = pages.my_meetings(session, request.user, clock.now())
        return page(request, "facilitators/meetings.html", title="My meetings", shown=shown)

    @get("/{meeting_id:uuid}/outcome", sync_to_thread=True)
    def ask_outcome(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        meeting_id: FromPath[UUID],
    ) -> Template | Redirect:
        """Ask what became of a meeting; a first contact is recorded as an attempt."""
        with database.reading() as session:
            meeting = own_meeting(session, request.user, meeting_id)
            is_call = get_step(session, meeting.step_id).stage is Stage.CONTACT
            order_id = meeting.order_id
        if is_call:
            return see(f"/my/cases/{order_id}/contact")
        return _ask_outcome(request, database, clock, meeting_id)

    @post("/{meeting_id:uuid}/outcome", sync_to_thread=True)
    def record_outcome(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Tell],
        meeting_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Record it; the next stage may open."""
        followed: tuple[str, ...] = ()
        try:
            form = read(OutcomeForm, entered)
            with database.writing() as session:
                meeting = own_meeting(session, request.user, meeting_id)
                order_id = meeting.order_id
                before = pages.told_states(session, order_id)
                before.pop(meeting_id, None)
                record_outcome(
                    session,
                    meeting_id,
                    based_on=entered.based_on,
                    outcome=form.outcome,
                    actor=request.user.actor(Role.FACILITATOR),
                    now=clock.now(),
                    tell=teller,
                )
                followed = pages.what_followed(session, order_id, before)
        except Invalid as invalid:
            return _ask_outcome(request, database, clock, meeting_id, entered, invalid)
        say(request, "Outcome recorded")
        for sentence in followed:
            say(request, sentence)
        return see("/my/meetings")


class MyCases(Controller):
    """Own cases: whom to ring, what is found, what is still missing."""

    path = "/my/cases"
    guards = OWN

    @get(sync_to_thread=True)
    def index(self, request: Visitor, database: Given[Database], clock: Given[Clock]) -> Template:
        """The oldest sentence first."""
        with database.reading() as session:
            cases = pages.my_cases(session, request.user, clock.today())
        return page(request, "facilitators/cases.html", title="My cases", cases=cases)

    @get("/{order_id:uuid}", sync_to_thread=True)
    def show(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        seal: Given[Seal],
        order_id: FromPath[UUID],
    ) -> Template:
        """One case. The view is noted in the audit."""
        person = request.user
        with database.reading() as session:
            order = own_order(session, person, order_id)
            shown = pages.case_page(session, seal, person, order, clock.now())
        return page(request, "facilitators/case.html", title=f"Case {shown.reference}", shown=shown)

    @get("/{order_id:uuid}/contact", sync_to_thread=True)
    def ask_attempt(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        seal: Given[Seal],
        order_id: FromPath[UUID],
    ) -> Template:
        """Ask what came of an attempt to reach the person on probation."""
        entered = Entered.of(
            **date_parts("attempted_at", clock.today()),
            at_time=f"{london_time(clock.now()):%H:%M}",
        )
        return _ask_attempt(request, database, seal, order_id, entered)

    @post("/{order_id:uuid}/contact", sync_to_thread=True)
    def record_attempt(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Tell],
        seal: Given[Seal],
        order_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Record it; a success stops the fifteen-day clock."""
        followed: list[str] = []
        try:
            form = read(AttemptForm, entered)
            attempted_at = at_london(form.attempted_at, form.at_time, field="at_time")

            def act(session: Session) -> str:
                own_order(session, request.user, order_id)
                before = pages.told_states(session, order_id)
                gates.record_contact_attempt(
                    session,
                    order_id,
                    outcome=form.outcome,
                    attempted_at=attempted_at,
                    note=form.note,
                    actor=request.user.actor(Role.FACILITATOR),
                    now=clock.now(),
                    tell=teller,
                )
                followed.extend(pages.what_followed(session, order_id, before))
                return f"/my/cases/{order_id}"

            where = once(database, entered, request.user, act, now=clock.now())
        except Invalid as invalid:
            return _ask_attempt(request, database, seal, order_id, entered, invalid)
        reached = form.outcome is ContactOutcome.REACHED
        say(request, "First contact recorded" if reached else "Attempt recorded")
        for sentence in followed:
            say(request, sentence)
        return see(where)

    @get("/{order_id:uuid}/gates/{gate:str}", sync_to_thread=True)
    def ask_case_gate(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        order_id: FromPath[UUID],
        gate: FromPath[str],
    ) -> Template:
        """Ask for a finding about the case as a whole."""
        return _ask_gate(request, database, clock, order_id, gate, None)

    @post("/{order_id:uuid}/gates/{gate:str}", sync_to_thread=True)
    def record_case_gate(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Tell],
        order_id: FromPath[UUID],
        gate: FromPath[str],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Record it."""
        return _record_gate(request, database, clock, teller, order_id, gate, None, entered)

    @get("/{order_id:uuid}/people/{party_id:uuid}/gates/{gate:str}", sync_to_thread=True)
    def ask_gate(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        order_id: FromPath[UUID],
        party_id: FromPath[UUID],
        gate: FromPath[str],
    ) -> Template:
        """Ask for a finding about one person."""
        return _ask_gate(request, database, clock, order_id, gate, party_id)

    @post("/{order_id:uuid}/people/{party_id:uuid}/gates/{gate:str}", sync_to_thread=True)
    def record_gate(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        seal: Given[Seal],
        teller: Given[Tell],
        order_id: FromPath[UUID],
        party_id: FromPath[UUID],
        gate: FromPath[str],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Record it; the stages that it opens are told in the same moment, and a no is known
        wherever else this person is recorded."""

        def known_elsewhere(session: Session) -> None:
            bring_up_to_date(session, seal, now=clock.now())

        return _record_gate(
            request, database, clock, teller, order_id, gate, party_id, entered, known_elsewhere
        )


def _ask_outcome(
    request: Visitor,
    database: Database,
    clock: Clock,
    meeting_id: UUID,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
) -> Template:
    with database.reading() as session:
        meeting = own_meeting(session, request.user, meeting_id)
        _refuse_early(meeting, clock)
        case = get_order(session, meeting.order_id).reference
        code, version = meeting.code, meeting.version
    return page(
        request,
        "facilitators/outcome.html",
        title="Record an outcome",
        status_code=422 if invalid else 200,
        entered=entered or Entered.of(),
        problems=Problems(invalid.problems) if invalid else Problems(),
        based_on=entered.based_on if entered else version,
        outcomes=outcome_choices(),
        code=code,
        case=case,
    )


def _refuse_early(meeting: Meeting, clock: Clock) -> None:
    if meeting.starts_at > clock.now():
        raise Conflict("This meeting has not begun: its outcome cannot be known yet")


def _ask_attempt(
    request: Visitor,
    database: Database,
    seal: Seal,
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
        more=lambda session: {
            "outcomes": choices(ContactOutcome),
            "reach": reach_of(session, get_order(session, order_id), seal),
        },
    )


def _ask_gate(
    request: Visitor,
    database: Database,
    clock: Clock,
    order_id: UUID,
    gate_name: str,
    party_id: UUID | None,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
) -> Template:
    def more(session: Session) -> dict[str, Any]:
        gate, party = _gate_of(session, order_id, gate_name, party_id)
        may_withdraw = gate is Gate.CONSENT
        values = [each for each in GateValue if may_withdraw or each is not GateValue.WITHDRAWN]
        order = get_order(session, order_id)
        return {
            "asked": pages.gate_asked(session, order, gate, party, clock.today()),
            "values": choices(values),
        }

    return _ask(
        request,
        database,
        order_id,
        "gate",
        "Record what you found",
        entered=entered,
        invalid=invalid,
        more=more,
    )


def _record_gate(
    request: Visitor,
    database: Database,
    clock: Clock,
    teller: Tell,
    order_id: UUID,
    gate_name: str,
    party_id: UUID | None,
    entered: Entered,
    and_then: Callable[[Session], None] = lambda _: None,
) -> Template | Redirect:
    followed: list[str] = []
    try:
        form = read(GateForm, entered)

        def act(session: Session) -> str:
            own_order(session, request.user, order_id)
            gate, party = _gate_of(session, order_id, gate_name, party_id)
            before = pages.told_states(session, order_id)
            gates.record_gate(
                session,
                order_id,
                gate=gate,
                value=form.value,
                party_id=party.id if party else None,
                note=form.note,
                actor=request.user.actor(Role.FACILITATOR),
                now=clock.now(),
                tell=teller,
            )
            and_then(session)
            followed.extend(pages.what_followed(session, order_id, before))
            return f"/my/cases/{order_id}"

        where = once(database, entered, request.user, act, now=clock.now())
    except Invalid as invalid:
        return _ask_gate(request, database, clock, order_id, gate_name, party_id, entered, invalid)
    say(request, "Recorded" if followed else "Recorded. Nobody is told anything new by this")
    for sentence in followed:
        say(request, sentence)
    return see(where)


def _gate_of(
    session: Session, order_id: UUID, gate_name: str, party_id: UUID | None
) -> tuple[Gate, Party | None]:
    """The gate and person that an address names, where a facilitator records them.

    Raises NotFound for any other.
    """
    if gate_name not in set(Gate):
        raise NotFound("There is no such gate")
    gate = Gate(gate_name)
    if (gate is Gate.SUITABLE) is not (party_id is None):
        raise NotFound("There is no such gate")
    if party_id is None:
        return gate, None
    for party in parties_of(session, order_id):
        is_asked = pages.person_part(party).passes_gates and pages.may_record_of(gate, party)
        if party.id == party_id and is_asked:
            return gate, party
    raise NotFound("There is no such person")


def _ask(
    request: Visitor,
    database: Database,
    order_id: UUID,
    template: str,
    title: str,
    *,
    entered: Entered | None,
    invalid: Invalid | None,
    more: Callable[[Session], dict[str, Any]],
) -> Template:
    """The page of one act on an own case."""
    with database.reading() as session:
        order = own_order(session, request.user, order_id)
        values = {"reference": order.reference, **more(session)}
    return page(
        request,
        f"facilitators/{template}.html",
        title=title,
        status_code=422 if invalid else 200,
        entered=entered or Entered.of(),
        problems=Problems(invalid.problems) if invalid else Problems(),
        here=f"/my/cases/{order_id}",
        **values,
    )
