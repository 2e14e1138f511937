"""My calendar: private addresses for one's devices, or invitations by mail, never both."""

from dataclasses import dataclass
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.calendars.feeds import feeds_of, open_feed, renew_feed, revoke_feed
from rj.calendars.models import Feed
from rj.calendars.telling import Teller
from rj.db.database import Database
from rj.facilitators.models import Facilitator
from rj.facilitators.services import choose_calendar
from rj.kernel.clock import Clock
from rj.kernel.errors import Invalid, NotFound
from rj.outbox.models import RecipientKind
from rj.parties.sealing import Seal
from rj.policy.terms import CalendarWish, Role
from rj.settings import Settings
from web.facilitators.access import get_own_record, own_record
from web.facilitators.controllers import OWN
from web.facilitators.forms import DeviceForm, WishForm
from web.forms import Entered, Problems, once, read
from web.given import Given
from web.pages import moment_text, page, see
from web.people import Visitor
from web.visits import say

HERE = "/my/calendar"
WISHES = (
    (CalendarWish.FEED.value, "Subscription", "Your calendar asks for changes every few hours"),
    (CalendarWish.INVITATION.value, "Invitations", "Each meeting and change comes by e-mail"),
    (CalendarWish.NONE.value, "Plain e-mails", "Nothing enters your calendar by itself"),
)


@dataclass(frozen=True, slots=True)
class Device:
    """One address in the list. The address itself is never shown again."""

    name: str
    made: str
    used: str
    href: str


class MyCalendar(Controller):
    """How one's own meetings come into one's calendar."""

    path = HERE
    guards = OWN

    @get(sync_to_thread=True)
    def show(self, request: Visitor, database: Given[Database]) -> Template:
        """The devices, and the choice between subscription and invitations."""
        return _show(request, database)

    @post("/devices", sync_to_thread=True)
    def add_device(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        settings: Given[Settings],
        seal: Given[Seal],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Make an address for a device and show it, this once."""
        token = ""
        try:
            form = read(DeviceForm, entered)

            def act(session: Session) -> str:
                nonlocal token
                me = get_own_record(session, request.user)
                actor = request.user.actor(Role.FACILITATOR)
                token = open_feed(session, me.id, form.device, actor=actor, now=clock.now())
                _choose(session, me, CalendarWish.FEED, request, clock, settings, seal)
                return HERE

            once(database, entered, request.user, act, now=clock.now())
        except Invalid as invalid:
            return _show(request, database, entered, invalid)
        return _shown_once(request, settings, token)

    @post("/devices/{feed_id:uuid}/renew", sync_to_thread=True)
    def renew(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        settings: Given[Settings],
        feed_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Make a new address in place of one that was lost; the old one is dead at once."""
        token = ""

        def act(session: Session) -> str:
            nonlocal token
            _own_feed(session, request, feed_id)
            actor = request.user.actor(Role.FACILITATOR)
            token = renew_feed(session, feed_id, actor=actor, now=clock.now())
            return HERE

        once(database, entered, request.user, act, now=clock.now())
        return _shown_once(request, settings, token)

    @post("/devices/{feed_id:uuid}/revoke", sync_to_thread=True)
    def revoke(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        feed_id: FromPath[UUID],
    ) -> Redirect:
        """Have an address answer no more, from this moment."""
        with database.writing() as session:
            _own_feed(session, request, feed_id)
            actor = request.user.actor(Role.FACILITATOR)
            revoke_feed(session, feed_id, actor=actor, now=clock.now())
        say(request, "That address answers no more")
        return see(HERE)

    @post("/wish", sync_to_thread=True)
    def choose(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        settings: Given[Settings],
        seal: Given[Seal],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Switch between subscription, invitations and plain e-mails."""
        try:
            form = read(WishForm, entered)
            with database.writing() as session:
                me = get_own_record(session, request.user)
                _choose(session, me, form.wish, request, clock, settings, seal)
        except Invalid as invalid:
            return _show(request, database, entered, invalid)
        say(request, "Your choice was saved")
        return see(HERE)


def _choose(
    session: Session,
    me: Facilitator,
    wish: CalendarWish,
    request: Visitor,
    clock: Clock,
    settings: Settings,
    seal: Seal,
) -> None:
    """Set the wish and bring coming meetings in line with it."""
    if me.calendar_wish is wish:
        return
    actor = request.user.actor(Role.FACILITATOR)
    choose_calendar(session, me.id, wish, actor=actor, now=clock.now())
    session.flush()
    teller = Teller(mail=settings.mail, seal=seal)
    teller.reader_changed(session, RecipientKind.FACILITATOR, me.id, now=clock.now())


def _own_feed(session: Session, request: Visitor, feed_id: UUID) -> Feed:
    me = get_own_record(session, request.user)
    feed = session.get(Feed, feed_id)
    if feed is None or feed.facilitator_id != me.id:
        raise NotFound("There is no such address")
    return feed


def _shown_once(request: Visitor, settings: Settings, token: str) -> Template | Redirect:
    if not token:
        say(request, "That address was made already. If you did not keep it, make a new one")
        return see(HERE)
    address = f"{settings.public_url}/feeds/{token}.ics"
    return page(
        request,
        "facilitators/address.html",
        title="Your calendar address",
        address=address,
        webcal="webcal:" + address.partition(":")[2],
    )


def _show(
    request: Visitor,
    database: Database,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
) -> Template:
    with database.reading() as session:
        me = own_record(session, request.user)
        wish = me.calendar_wish if me else CalendarWish.NONE
        devices = tuple(_device(feed) for feed in feeds_of(session, me.id)) if me else ()
    form = entered or Entered.of()
    return page(
        request,
        "facilitators/calendar.html",
        title="My calendar",
        status_code=422 if invalid else 200,
        problems=Problems(invalid.problems) if invalid else Problems(),
        entered=form,
        chosen=form if form.every("wish") else Entered.of(wish=wish.value),
        is_linked=me is not None,
        devices=devices,
        wishes=WISHES,
        reads_by_feed=wish is CalendarWish.FEED,
    )


def _device(feed: Feed) -> Device:
    return Device(
        name=feed.device or "Unnamed device",
        made=moment_text(feed.created_at),
        used=moment_text(feed.last_used_at) or "Not used yet",
        href=f"{HERE}/devices/{feed.id}",
    )
