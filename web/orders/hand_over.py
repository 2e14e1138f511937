"""The sheet for the responsible officer: attendance and completion, to print or to send."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.calendars.hand_over import HAND_OVER, person_of, send_hand_over
from rj.conferences.hand_over import hand_over
from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.orders.models import Order
from rj.orders.queries import get_officer
from rj.outbox.models import Message
from rj.outbox.queries import history_of
from rj.parties.queries import harmer_names
from rj.policy.terms import AttendanceOutcome, Role, Stage
from rj.settings import Settings
from web.facilitators.access import own_order
from web.forms import Entered, once
from web.given import Given
from web.guards import needs
from web.orders.access import coordinators_order
from web.pages import Fact, day_text, moment_text, page, see
from web.people import NamesShown, Person, Visitor
from web.visits import say
from web.words import words_for

WAITS = "A mail to the responsible officer waits to be sent"
CASE_SYSTEM_WORDS: dict[AttendanceOutcome, str] = {
    AttendanceOutcome.ATTENDED_COMPLIED: "Attended - complied",
    AttendanceOutcome.ATTENDED_FAILED_TO_COMPLY: "Attended - failed to comply",
    AttendanceOutcome.ATTENDED_NOT_DELIVERED: "Attended; activity not delivered (service)",
    AttendanceOutcome.FAILED_TO_ATTEND: "Failed to attend",
    AttendanceOutcome.ACCEPTABLE_ABSENCE: "Acceptable absence",
    AttendanceOutcome.RESCHEDULED_OFFENDER: "Rescheduled - offender request",
    AttendanceOutcome.RESCHEDULED_SERVICE: "Rescheduled - service request",
}
"""As nDelius says them (R45, R49)."""


@dataclass(frozen=True, slots=True)
class AppointmentRow:
    """One appointment on the sheet."""

    when: str
    what: str
    outcome: str


@dataclass(frozen=True, slots=True)
class HandOverPage:
    """The sheet."""

    facts: tuple[Fact, ...]
    appointments: tuple[AppointmentRow, ...]
    completion: tuple[Fact, ...]
    days_attended: int
    is_complete: bool
    officer: str
    sent: tuple[Fact, ...]
    """Mails that handed it over, the newest first."""


def hand_over_page(session: Session, order: Order, person_name: str, now: datetime) -> HandOverPage:
    """Everything on the sheet. What the third meeting is, and who else came, is not."""
    found = hand_over(session, order)
    officer = get_officer(session, order.responsible_officer_id)
    person = person_of(session, order.id)
    return HandOverPage(
        facts=(
            Fact("Person on probation", person_name),
            Fact("CRN", order.crn),
            Fact("Order", f"{order.reference}, sentenced {day_text(order.sentenced_on)}"),
            Fact("Reference in messages", person.reference if person else "Erased"),
            Fact("First spoken with", day_text(order.first_contacted_on) or "Not yet"),
        ),
        appointments=tuple(
            AppointmentRow(
                moment_text(each.starts_at),
                stage_text(each.stage),
                CASE_SYSTEM_WORDS[each.outcome]
                if each.outcome
                else ("Still to come" if each.starts_at > now else "No outcome recorded yet"),
            )
            for each in found.appointments
        ),
        completion=tuple(
            Fact(
                stage_text(each.stage),
                f"Done {day_text(each.done_on)}" if each.done_on else "Not done yet",
            )
            for each in found.completion
        ),
        days_attended=found.days_attended,
        is_complete=found.is_complete,
        officer=officer.name,
        sent=tuple(
            Fact(moment_text(each.created_at), _sent_text(each))
            for each in reversed(history_of(session, order.id))
            if each.kind == HAND_OVER
        ),
    )


def stage_text(stage: Stage) -> str:
    """A step as the officer hears of it: the third says nothing of what it is."""
    return "Reparation activity" if stage is Stage.REPARATION else words_for(stage)


def _sent_text(message: Message) -> str:
    reason = f". {message.state_reason}" if message.state_reason else ""
    return f"{words_for(message.state)}{reason}"


class HandOverPages(Controller):
    """A coordinator's sheet."""

    path = "/orders/{order_id:uuid}/hand-over"
    guards = (needs(Role.COORDINATOR),)

    @get(sync_to_thread=True)
    def show(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        order_id: FromPath[UUID],
    ) -> Template:
        """To read and print. The view is noted in the audit."""
        with database.reading() as session:
            order = coordinators_order(session, request.user, order_id)
            names = NamesShown(harmer_names(session, [order.id]), request.user, Role.COORDINATOR)
            shown = hand_over_page(session, order, names.get(order.id, ""), clock.now())
        return _sheet(request, shown, clock, f"/orders/{order_id}")

    @post(sync_to_thread=True)
    def send(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        settings: Given[Settings],
        order_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Redirect:
        """Send it to the officer, under the neutral reference."""

        def act(session: Session) -> str:
            coordinators_order(session, request.user, order_id)
            _send(session, request.user, Role.COORDINATOR, order_id, settings, clock)
            return f"/orders/{order_id}/hand-over"

        where = once(database, entered, request.user, act, now=clock.now())
        say(request, WAITS)
        return see(where)


class MyHandOver(Controller):
    """The same sheet for the facilitator of the case, to print or to send."""

    path = "/my/cases/{order_id:uuid}/hand-over"
    guards = (needs(Role.FACILITATOR),)

    @get(sync_to_thread=True)
    def show(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        order_id: FromPath[UUID],
    ) -> Template:
        """To read and print. The view is noted in the audit."""
        with database.reading() as session:
            order = own_order(session, request.user, order_id)
            names = NamesShown(harmer_names(session, [order.id]), request.user, Role.FACILITATOR)
            shown = hand_over_page(session, order, names.get(order.id, ""), clock.now())
        return _sheet(request, shown, clock, f"/my/cases/{order_id}")

    @post(sync_to_thread=True)
    def send(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        settings: Given[Settings],
        order_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Redirect:
        """Send it to the officer, under the neutral reference."""

        def act(session: Session) -> str:
            own_order(session, request.user, order_id)
            _send(session, request.user, Role.FACILITATOR, order_id, settings, clock)
            return f"/my/cases/{order_id}/hand-over"

        where = once(database, entered, request.user, act, now=clock.now())
        say(request, WAITS)
        return see(where)


def _send(
    session: Session, person: Person, role: Role, order_id: UUID, settings: Settings, clock: Clock
) -> None:
    actor = person.actor(role)
    send_hand_over(session, order_id, mail=settings.mail, actor=actor, now=clock.now())


def _sheet(request: Visitor, shown: HandOverPage, clock: Clock, here: str) -> Template:
    return page(
        request,
        "orders/hand_over.html",
        title="Attendance and completion",
        shown=shown,
        here=here,
        today=day_text(clock.today()),
    )
