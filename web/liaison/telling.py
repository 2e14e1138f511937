"""Letters to print and calls to make for the harmed side: its liaison officer's, nobody else's.

The other side's are on the coordinator's first page.
"""

from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.audit.services import note
from rj.calendars.calling import note_call
from rj.calendars.envelopes import envelope_of
from rj.calendars.rendering import call_to_make, letter_to_print
from rj.calendars.services import mark_told
from rj.calendars.telling import Teller
from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.kernel.errors import Invalid
from rj.parties.sealing import Seal
from rj.policy.terms import Channel, ContactOutcome, Role
from rj.settings import Settings
from web.forms import Entered, Problems, read
from web.given import Given
from web.guards import freshly_confirmed, needs
from web.liaison import pages
from web.liaison.access import own_message
from web.liaison.forms import CallForm
from web.pages import page, see
from web.people import Visitor
from web.visits import say
from web.words import choices


class LiaisonMessages(Controller):
    """Letters and calls to the harmed side of own cases."""

    path = "/liaison/messages/{message_id:uuid}"
    guards = (needs(Role.LIAISON_OFFICER),)

    @get(sync_to_thread=True, guards=[freshly_confirmed])
    def show(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        seal: Given[Seal],
        settings: Given[Settings],
        message_id: FromPath[UUID],
    ) -> Template:
        """The letter or the call. The view of the address or number is noted in the audit."""
        with database.writing() as session:
            shown = _shown(session, request, message_id, clock, seal, settings)
        return _page(request, shown)

    @post(sync_to_thread=True, guards=[freshly_confirmed])
    def done(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        seal: Given[Seal],
        settings: Given[Settings],
        message_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """The letter was posted, or the call was tried."""
        try:
            with database.writing() as session:
                said = _done(session, request, message_id, clock, entered)
        except Invalid as invalid:
            with database.writing() as session:
                shown = _shown(session, request, message_id, clock, seal, settings)
            return _page(request, shown, entered, invalid)
        say(request, said)
        return see("/liaison")


def _shown(
    session: Session,
    request: Visitor,
    message_id: UUID,
    clock: Clock,
    seal: Seal,
    settings: Settings,
) -> pages.MessagePage:
    message, party = own_message(session, request.user, message_id)
    is_letter = message.channel is Channel.LETTER
    is_done = pages.is_done(message.state)
    is_to_agree = envelope_of(message).is_to_agree
    teller = Teller(mail=settings.mail, seal=seal)
    letter = call = None
    if not is_done and not is_to_agree:
        if is_letter:
            letter = letter_to_print(session, teller, message, now=clock.now())
        else:
            call = call_to_make(session, teller, message)
        note(
            session,
            request.user.actor(Role.LIAISON_OFFICER),
            "view contact details",
            "party",
            party.id,
            now=clock.now(),
            order_id=party.order_id,
            reason="a letter to print" if is_letter else "a call to make",
        )
    return pages.MessagePage(
        message_id=message.id,
        party_id=party.id,
        is_letter=is_letter,
        is_in_person=message.channel is Channel.IN_PERSON,
        is_to_agree=is_to_agree,
        is_done=is_done,
        letter=letter,
        call=call,
        attempts=pages.attempts_at(session, message.id),
    )


def _done(
    session: Session,
    request: Visitor,
    message_id: UUID,
    clock: Clock,
    entered: Entered,
) -> str:
    """Keep what was done and say so."""
    message, _ = own_message(session, request.user, message_id)
    actor = request.user.actor(Role.LIAISON_OFFICER)
    if message.channel is Channel.LETTER:
        mark_told(session, message_id, actor=actor, now=clock.now())
        return "The letter is marked as posted"
    outcome = read(CallForm, entered).outcome
    if note_call(session, message_id, outcome, actor=actor, now=clock.now()):
        return "The call is marked as made"
    return "The attempt was kept. The call is still to be made"


def _page(
    request: Visitor,
    shown: pages.MessagePage,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
) -> Template:
    return page(
        request,
        "liaison/letter.html" if shown.is_letter else "liaison/call.html",
        title="Letter to print" if shown.is_letter else "Call to make",
        status_code=422 if invalid else 200,
        entered=entered or Entered.of(),
        problems=Problems(invalid.problems) if invalid else Problems(),
        shown=shown,
        outcomes=choices(ContactOutcome),
    )
