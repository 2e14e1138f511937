"""A coordinator's first page, and the letters, calls and failed messages it leads to."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.audit.services import note
from rj.calendars.queries import ToTell, failed_mails, letters_and_calls
from rj.calendars.rendering import call_to_make, letter_to_print
from rj.calendars.services import mark_told, try_again
from rj.calendars.telling import Teller
from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.kernel.errors import NotFound
from rj.outbox.services import get_message
from rj.policy.terms import Channel, Role, Side
from web.given import Given
from web.guards import needs
from web.home import pages
from web.orders.access import hidden_from
from web.pages import day_text, moment_text, page, see
from web.people import Person, Visitor
from web.visits import say


class TodayPages(Controller):
    """What needs me today?"""

    path = "/today"
    guards = (needs(Role.COORDINATOR),)

    @get(sync_to_thread=True)
    def show(self, request: Visitor, database: Given[Database], clock: Given[Clock]) -> Template:
        """Everything that waits, the most pressing first."""
        with database.reading() as session:
            shown = pages.today_page(session, request.user, clock.now())
        return page(request, "home/today.html", title="What needs you today", shown=shown)

    @get("/waiting", sync_to_thread=True)
    def show_waiting(
        self, request: Visitor, database: Given[Database], clock: Given[Clock]
    ) -> Template:
        """Every held meeting that waits for something to be recorded, the soonest first."""
        with database.reading() as session:
            section = pages.waiting_section(session, request.user, clock.now())
        return page(request, "home/waiting.html", title=section.title, section=section)

    @get("/messages/{message_id:uuid}", sync_to_thread=True)
    def show_message(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Teller],
        message_id: FromPath[UUID],
    ) -> Template:
        """A letter to print, or a call to make, for the side of the person on probation.

        The view of the address or number is noted in the audit.
        """
        with database.writing() as session:
            waiting = _waiting(session, request.user, message_id)
            message = get_message(session, message_id)
            note(
                session,
                request.user.actor(Role.COORDINATOR),
                "viewed contact",
                "party",
                waiting.party_id,
                now=clock.now(),
                order_id=waiting.order_id,
            )
            is_letter = waiting.channel is Channel.LETTER and not waiting.is_to_agree
            letter = (
                letter_to_print(session, teller, message, now=clock.now()) if is_letter else None
            )
            call = None if is_letter else call_to_make(session, teller, message)
        return page(
            request,
            "home/letter.html" if is_letter else "home/call.html",
            title="Letter to print" if is_letter else "Call to make",
            letter=letter,
            call=call,
            written=day_text(clock.today()),
            when=moment_text(waiting.starts_at),
            here=f"/today/messages/{message_id}",
            agree_at=f"/orders/{waiting.order_id}/people/{waiting.party_id}",
        )

    @post("/messages/{message_id:uuid}/done", sync_to_thread=True)
    def done(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        message_id: FromPath[UUID],
    ) -> Redirect:
        """Note that the letter was posted or the call made."""
        with database.writing() as session:
            _waiting(session, request.user, message_id)
            mark_told(
                session,
                message_id,
                actor=request.user.actor(Role.COORDINATOR),
                now=clock.now(),
            )
        say(request, "Noted as done")
        return see("/today")

    @post("/messages/{message_id:uuid}/try-again", sync_to_thread=True)
    def try_again(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        message_id: FromPath[UUID],
    ) -> Redirect:
        """Send a failed message once more."""
        with database.writing() as session:
            failed = failed_mails(session, request.user.areas(Role.COORDINATOR))
            hidden = hidden_from(session, request.user)
            if message_id not in {e.message_id for e in failed if e.order_id not in hidden}:
                raise NotFound("There is no such message")
            try_again(
                session,
                message_id,
                actor=request.user.actor(Role.COORDINATOR),
                now=clock.now(),
            )
        say(request, "The message waits to be sent again")
        return see("/today")


def _waiting(session: Session, person: Person, message_id: UUID) -> ToTell:
    """What waits to be told to the side of the person on probation, in the person's own areas.

    Raises NotFound for everything else, the harmed side's letters and calls among it.
    """
    own = person.areas(Role.COORDINATOR)
    hidden = hidden_from(session, person)
    for waiting in letters_and_calls(session, side=Side.HARMER, area_ids=own):
        if waiting.message_id == message_id and waiting.order_id not in hidden:
            return waiting
    raise NotFound("There is no such message")
