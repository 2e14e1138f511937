"""The end of an order, or of its time in this area: said first, done after."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.accounts.queries import active_accounts_holding, areas_by_name
from rj.conferences import gates
from rj.conferences.queries import live_meetings
from rj.conferences.telling import Tell
from rj.conferences.voluntary import go_on_voluntarily
from rj.db.database import Database
from rj.intake.transferring import has_harmed_side, transfer
from rj.kernel.clock import Clock
from rj.kernel.errors import Conflict, Invalid
from rj.orders.models import Order, StepState
from rj.orders.queries import live_plan, steps_of
from rj.policy.terms import OrderEnding, Role, Stage
from rj.scheduling.models import PlanningWish, PlanningWishKind
from rj.scheduling.wishes import end_pins, wishes_of
from web.forms import NO_PROBLEMS, Entered, Problems, date_parts, entry, read
from web.given import Given
from web.guards import needs
from web.meetings.rehearsal import Word, rehearse
from web.orders.access import coordinators_order
from web.orders.changing import Follows, in_words, meeting_words, typed
from web.pages import page, see
from web.people import Person, Visitor
from web.visits import say
from web.words import choices

VOLUNTARY = "It ended early, and goes on voluntarily"
WHAT_VOLUNTARY_MEANS = (
    "Clocks of the order end, and coming meetings stand",
    "Nobody can be instructed to come any more: tell the person on probation so",
    "The responsible officer takes part in nothing after that day and hears of nothing",
)


@dataclass(frozen=True, slots=True)
class CloseForm:
    """The end of the work on an order."""

    ending: OrderEnding = entry("ending", missing="Select how it ends")
    ended_on: date = entry("day it ended")
    reason: str = entry("reason", missing="Say why the order closes", longest=200)


@dataclass(frozen=True, slots=True)
class VoluntaryForm:
    """An early end after which the work goes on."""

    ended_on: date = entry("day it ended")
    reason: str = entry("reason", missing="Say why it ended", longest=200)


@dataclass(frozen=True, slots=True)
class TransferForm:
    """Which area carries the order on."""

    area: str = entry("area", missing="Select the area that carries the order on")
    liaison: UUID | None = entry("person", is_required=False)
    reason: str = entry("reason", missing="Say why it is handed over", longest=200)


class Endings(Controller):
    """Closing an order, and handing it over."""

    path = "/orders/{order_id:uuid}"
    guards = (needs(Role.COORDINATOR),)

    @get("/close", sync_to_thread=True)
    def ask_close(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        order_id: FromPath[UUID],
    ) -> Template:
        """Ask how and why the order ends."""
        entered = Entered.of(**date_parts("ended_on", clock.today()))
        return _ask_close(request, database, clock, order_id, entered)

    @post("/close", sync_to_thread=True)
    def check_close(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Tell],
        order_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template:
        """Say what ends with it and who would be told. Nothing of it is kept."""

        def act(session: Session) -> Follows:
            order = coordinators_order(session, request.user, order_id)
            coming = [
                meeting.id
                for meeting in live_meetings(session, [order_id])
                if meeting.starts_at > clock.now()
            ]
            follows = Follows((), meeting_words(session, coming), _lost(session, order, entered))
            _close(session, request.user, order_id, entered, clock, teller)
            return follows

        try:
            follows, words = rehearse(database, act)
        except Invalid as invalid:
            return _ask_close(request, database, clock, order_id, entered, invalid)
        return _confirm(
            request, order_id, "close", "Close the order", entered, follows, words, "Close it"
        )

    @post("/close/confirm", sync_to_thread=True)
    def close(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Tell],
        order_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Close it: coming meetings are cancelled and their people told."""
        try:
            with database.writing() as session:
                _close(session, request.user, order_id, entered, clock, teller)
        except Invalid as invalid:
            return _ask_close(request, database, clock, order_id, entered, invalid)
        say(request, "The order was closed")
        return see(f"/orders/{order_id}")

    @get("/voluntary", sync_to_thread=True)
    def ask_voluntary(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        order_id: FromPath[UUID],
    ) -> Template:
        """Ask since when supervision is over."""
        entered = Entered.of(**date_parts("ended_on", clock.today()))
        return _ask_close(request, database, clock, order_id, entered, act="voluntary")

    @post("/voluntary", sync_to_thread=True)
    def check_voluntary(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Tell],
        order_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template:
        """Say who would be told. Nothing of it is kept."""

        def act(session: Session) -> Follows:
            _voluntary(session, request.user, order_id, entered, clock, teller)
            return Follows((), (), WHAT_VOLUNTARY_MEANS)

        try:
            follows, words = rehearse(database, act)
        except Invalid as invalid:
            return _ask_close(request, database, clock, order_id, entered, invalid, act="voluntary")
        return _confirm(
            request, order_id, "voluntary", VOLUNTARY, entered, follows, words, "Record it"
        )

    @post("/voluntary/confirm", sync_to_thread=True)
    def go_on(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Tell],
        order_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Record it: coming meetings stand, and the responsible officer's part is over."""
        try:
            with database.writing() as session:
                _voluntary(session, request.user, order_id, entered, clock, teller)
        except Invalid as invalid:
            return _ask_close(request, database, clock, order_id, entered, invalid, act="voluntary")
        say(request, "Recorded: the work goes on voluntarily")
        return see(f"/orders/{order_id}")

    @get("/transfer", sync_to_thread=True)
    def ask_transfer(
        self,
        request: Visitor,
        database: Given[Database],
        order_id: FromPath[UUID],
        area: FromQuery[str] = "",
    ) -> Template:
        """Ask for the area, then who takes the harmed side's part there."""
        return _ask_transfer(request, database, order_id, Entered.of(area=area))

    @post("/transfer", sync_to_thread=True)
    def check_transfer(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Tell],
        order_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template:
        """Say which meetings could not be held there and who would be told. Nothing is kept."""

        def act(session: Session) -> Follows:
            wishes = wishes_of(session, [order_id])
            done = _transfer(session, request.user, order_id, entered, clock, teller)
            follows = in_words(session, done)
            return replace(follows, warnings=(*follows.warnings, *_wish_words(wishes)))

        try:
            follows, words = rehearse(database, act)
        except Invalid as invalid:
            return _ask_transfer(request, database, order_id, entered, invalid)
        return _confirm(
            request,
            order_id,
            "transfer",
            "Hand the order over",
            entered,
            follows,
            words,
            "Hand it over",
        )

    @post("/transfer/confirm", sync_to_thread=True)
    def hand_over(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Tell],
        order_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Hand it over; whoever does not coordinate the new area sees it no longer."""
        try:
            with database.writing() as session:
                _transfer(session, request.user, order_id, entered, clock, teller)
        except Invalid as invalid:
            return _ask_transfer(request, database, order_id, entered, invalid)
        say(request, "The order was handed over. Its new area carries it on")
        return see("/orders")


def _close(
    session: Session,
    person: Person,
    order_id: UUID,
    entered: Entered,
    clock: Clock,
    tell: Tell,
) -> None:
    coordinators_order(session, person, order_id)
    form = read(CloseForm, entered)
    gates.close_order(
        session,
        order_id,
        reason=form.reason,
        ending=form.ending,
        ended_on=form.ended_on,
        based_on=entered.based_on,
        actor=person.actor(Role.COORDINATOR),
        now=clock.now(),
        tell=tell,
    )


def _voluntary(
    session: Session,
    person: Person,
    order_id: UUID,
    entered: Entered,
    clock: Clock,
    tell: Tell,
) -> None:
    coordinators_order(session, person, order_id)
    form = read(VoluntaryForm, entered)
    go_on_voluntarily(
        session,
        order_id,
        ended_on=form.ended_on,
        reason=form.reason,
        based_on=entered.based_on,
        actor=person.actor(Role.COORDINATOR),
        now=clock.now(),
        tell=tell,
    )


def _lost(session: Session, order: Order, entered: Entered) -> tuple[str, ...]:
    """What an end leaves undone (R3)."""
    plan = live_plan(session, order.id)
    steps = steps_of(session, plan.id) if plan is not None else []
    left = sum(step.state is StepState.OPEN for step in steps)
    if not left:
        return ()
    lost = [f"{left} of the plan's {len(steps)} steps have not been done, and die with the order"]
    if entered.text("ending") == OrderEnding.ENDED_EARLY.value:
        lost.append(
            "Nobody can be instructed to come any more. Where both sides still wish to meet, "
            "record that it goes on voluntarily instead of closing the order"
        )
    return tuple(lost)


def _ask_close(
    request: Visitor,
    database: Database,
    clock: Clock,
    order_id: UUID,
    entered: Entered,
    invalid: Invalid | None = None,
    *,
    act: str = "close",
) -> Template:
    with database.reading() as session:
        order = coordinators_order(session, request.user, order_id)
        version = order.version
        open_ends = [
            _open_end(each, order_id)
            for each in gates.begun_without_outcome(session, order_id, now=clock.now())
        ]
    return page(
        request,
        f"orders/{act}.html",
        title="Close the order" if act == "close" else VOLUNTARY,
        status_code=422 if invalid else 200,
        problems=Problems(invalid.problems) if invalid else NO_PROBLEMS,
        entered=entered,
        based_on=entered.based_on or version,
        here=f"/orders/{order_id}",
        act_at=f"/orders/{order_id}/{act}",
        endings=choices(OrderEnding),
        open_ends=open_ends,
    )


@dataclass(frozen=True, slots=True)
class ToRecord:
    """Something that must be recorded before the order can close, and where."""

    text: str
    href: str


def _open_end(found: gates.OpenEnd, order_id: UUID) -> ToRecord:
    at = (
        f"/orders/{order_id}/contact"
        if found.stage is Stage.CONTACT
        else f"/meetings/{found.meeting.id}/outcome"
    )
    return ToRecord(found.in_words[0].upper() + found.in_words[1:], at)


def _transfer(
    session: Session,
    person: Person,
    order_id: UUID,
    entered: Entered,
    clock: Clock,
    tell: Tell,
) -> Any:
    coordinators_order(session, person, order_id)
    form = read(TransferForm, entered)
    done = transfer(
        session,
        order_id,
        form.area,
        liaison_account_id=form.liaison,
        reason=form.reason,
        based_on=entered.based_on,
        actor=person.actor(Role.COORDINATOR),
        now=clock.now(),
        tell=tell,
    )
    end_pins(session, order_id, actor=person.actor(Role.COORDINATOR), now=clock.now())
    return done


def _wish_words(wishes: Iterable[PlanningWish]) -> tuple[str, ...]:
    """What becomes of what planning was asked for this case."""
    found = Counter(wish.kind for wish in wishes)
    said = []
    if found[PlanningWishKind.PIN]:
        said.append("Pins for planning end: they name people and rooms of this area")
    if found[PlanningWishKind.EXCLUDE_FACILITATOR]:
        said.append("Whom planning keeps off this case goes along")
    if found[PlanningWishKind.LEAVE_OUT]:
        said.append(
            "Planning was asked to leave this case out. That goes along: the new area takes it back"
        )
    return tuple(said)


def _ask_transfer(
    request: Visitor,
    database: Database,
    order_id: UUID,
    entered: Entered,
    invalid: Invalid | None = None,
) -> Template:
    with database.reading() as session:
        order = coordinators_order(session, request.user, order_id)
        if order.closed_at is not None:
            raise Conflict("This order is closed")
        areas = {each.id: each.name for each in areas_by_name(session) if each.id != order.area_id}
        area_id = entered.text("area")
        liaisons = [
            (str(account.id), account.name)
            for account in active_accounts_holding(session, Role.LIAISON_OFFICER, area_id)
        ]
        values = {
            "based_on": entered.based_on or order.version,
            "needs_liaison": has_harmed_side(session, order_id),
        }
    return page(
        request,
        "orders/transfer.html",
        title="Hand the order over",
        status_code=422 if invalid else 200,
        problems=Problems(invalid.problems) if invalid else NO_PROBLEMS,
        entered=entered,
        areas=list(areas.items()),
        area_name=areas.get(area_id, ""),
        liaisons=liaisons,
        here=f"/orders/{order_id}",
        act_at=f"/orders/{order_id}/transfer",
        **values,
    )


def _confirm(
    request: Visitor,
    order_id: UUID,
    act: str,
    title: str,
    entered: Entered,
    follows: Follows,
    words: tuple[Word, ...],
    button: str,
) -> Template:
    return page(
        request,
        "orders/confirm_change.html",
        title=f"{title}?",
        here=f"/orders/{order_id}",
        confirm_at=f"/orders/{order_id}/{act}/confirm",
        follows=follows,
        words=words,
        typed=typed(entered),
        button_text=button,
        based_on=entered.based_on,
    )
