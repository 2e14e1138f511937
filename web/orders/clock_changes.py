"""Pausing and extending the clocks of an order, each on a page of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.audit.services import Actor
from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.kernel.errors import Invalid, NotFound
from rj.orders import clock_changes as services
from rj.orders.clocks import clock_changes, history_version
from rj.orders.models import ClockChange, Order
from rj.orders.queries import policy_of_order
from rj.policy.clocks import rules_of
from rj.policy.terms import ClockKind, Role
from web.forms import Entered, Problems, date_parts, entry, once, read
from web.given import Given
from web.guards import needs
from web.orders.access import coordinators_order
from web.pages import day_text, page, see
from web.people import Visitor
from web.visits import say
from web.words import words_for

LONGEST_REASON = services.LONGEST_REASON


@dataclass(frozen=True, slots=True)
class PauseForm:
    """Days that a clock does not count."""

    first_day: date = entry("first day of the pause")
    last_day: date | None = entry("last day of the pause", is_required=False)
    reason: str = entry("reason", missing="Say why the clock is paused", longest=LONGEST_REASON)


@dataclass(frozen=True, slots=True)
class EndForm:
    """The end of a pause that goes on."""

    last_day: date = entry("last day of the pause")


@dataclass(frozen=True, slots=True)
class ExtendForm:
    """Days added to a clock."""

    days: int = entry("number of days", least=1, most=services.MOST_DAYS)
    reason: str = entry("reason", missing="Say why the clock is extended", longest=LONGEST_REASON)


@dataclass(frozen=True, slots=True)
class TakeBackForm:
    """Why a pause or an extension was a mistake."""

    reason: str = entry("reason", missing="Say why it is taken back", longest=LONGEST_REASON)


class ClockPages(Controller):
    """What a coordinator decides about the clocks of one order."""

    path = "/orders/{order_id:uuid}"
    guards = (needs(Role.COORDINATOR),)

    @get("/clocks/{clock_kind:str}/pause", sync_to_thread=True)
    def ask_pause(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        order_id: FromPath[UUID],
        clock_kind: FromPath[str],
    ) -> Template:
        """Ask from when, until when and why."""
        entered = Entered.of(**date_parts("first_day", clock.today()))
        return _ask(request, database, order_id, "pause", entered, kind=_kind(clock_kind))

    @post("/clocks/{clock_kind:str}/pause", sync_to_thread=True)
    def pause(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        order_id: FromPath[UUID],
        clock_kind: FromPath[str],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Pause it; the plan's dates follow."""
        kind = _kind(clock_kind)

        def act(session: Session, actor: Actor) -> None:
            form = read(PauseForm, entered)
            services.pause_clock(
                session,
                order_id,
                kind,
                first_day=form.first_day,
                last_day=form.last_day,
                reason=form.reason,
                based_on=entered.based_on,
                actor=actor,
                now=clock.now(),
            )

        said = "The clock is paused. The plan's dates follow"
        return _act(request, database, clock, order_id, "pause", entered, act, said, kind=kind)

    @get("/clocks/{clock_kind:str}/extend", sync_to_thread=True)
    def ask_extend(
        self,
        request: Visitor,
        database: Given[Database],
        order_id: FromPath[UUID],
        clock_kind: FromPath[str],
    ) -> Template:
        """Ask by how much and why."""
        return _ask(request, database, order_id, "extend", Entered.of(), kind=_kind(clock_kind))

    @post("/clocks/{clock_kind:str}/extend", sync_to_thread=True)
    def extend(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        order_id: FromPath[UUID],
        clock_kind: FromPath[str],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Extend it; the plan's dates follow."""
        kind = _kind(clock_kind)

        def act(session: Session, actor: Actor) -> None:
            form = read(ExtendForm, entered)
            services.extend_clock(
                session,
                order_id,
                kind,
                days=form.days,
                reason=form.reason,
                based_on=entered.based_on,
                actor=actor,
                now=clock.now(),
            )

        said = "The clock is extended. The plan's dates follow"
        return _act(request, database, clock, order_id, "extend", entered, act, said, kind=kind)

    @get("/clock-changes/{change_id:uuid}/end", sync_to_thread=True)
    def ask_end(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        order_id: FromPath[UUID],
        change_id: FromPath[UUID],
    ) -> Template:
        """Ask which day was the last of a pause."""
        entered = Entered.of(**date_parts("last_day", clock.today()))
        return _ask(request, database, order_id, "end", entered, change_id=change_id)

    @post("/clock-changes/{change_id:uuid}/end", sync_to_thread=True)
    def end(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        order_id: FromPath[UUID],
        change_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """End the pause."""

        def act(session: Session, actor: Actor) -> None:
            services.resume_clock(
                session,
                change_id,
                last_day=read(EndForm, entered).last_day,
                based_on=entered.based_on,
                actor=actor,
                now=clock.now(),
            )

        said = "The clock runs again. The plan's dates follow"
        return _act(
            request, database, clock, order_id, "end", entered, act, said, change_id=change_id
        )

    @get("/clock-changes/{change_id:uuid}/take-back", sync_to_thread=True)
    def ask_take_back(
        self,
        request: Visitor,
        database: Given[Database],
        order_id: FromPath[UUID],
        change_id: FromPath[UUID],
    ) -> Template:
        """Ask why it was a mistake."""
        return _ask(request, database, order_id, "take-back", Entered.of(), change_id=change_id)

    @post("/clock-changes/{change_id:uuid}/take-back", sync_to_thread=True)
    def take_back(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        order_id: FromPath[UUID],
        change_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Take it back; it stays in the history."""

        def act(session: Session, actor: Actor) -> None:
            services.take_back(
                session,
                change_id,
                reason=read(TakeBackForm, entered).reason,
                based_on=entered.based_on,
                actor=actor,
                now=clock.now(),
            )

        said = "Taken back. The plan's dates follow"
        return _act(
            request, database, clock, order_id, "take-back", entered, act, said, change_id=change_id
        )


TITLES = {
    "pause": "Pause a clock",
    "extend": "Extend a clock",
    "end": "End a pause",
    "take-back": "Take back a change of a clock",
}


def _kind(name: str) -> ClockKind:
    """The clock that an address names. Raises NotFound."""
    if name not in set(ClockKind):
        raise NotFound("There is no such clock")
    return ClockKind(name)


def _change(session: Session, order: Order, change_id: UUID) -> ClockChange:
    """A change of this order's own clocks. Raises NotFound for any other."""
    for change in clock_changes(session, order.id):
        if change.id == change_id:
            return change
    raise NotFound("There is no such change of a clock")


def _ask(
    request: Visitor,
    database: Database,
    order_id: UUID,
    what: str,
    entered: Entered,
    *,
    kind: ClockKind | None = None,
    change_id: UUID | None = None,
    invalid: Invalid | None = None,
) -> Template:
    values: dict[str, Any] = {}
    with database.reading() as session:
        order = coordinators_order(session, request.user, order_id)
        if change_id is not None:
            change = _change(session, order, change_id)
            kind = change.clock
            values |= {"reason": change.reason, "since": day_text(change.first_day)}
        assert kind is not None  # noqa: S101 -- an address names a clock or a change of one
        rule = rules_of(policy_of_order(session, order).standards)[kind]
        if not rule.may_change:
            raise NotFound("There is no such clock")
        based_on = entered.based_on or history_version(clock_changes(session, order_id))
    return page(
        request,
        f"orders/clock_{what.replace('-', '_')}.html",
        title=TITLES[what],
        status_code=422 if invalid else 200,
        problems=Problems(invalid.problems) if invalid else Problems(),
        entered=entered,
        based_on=based_on,
        here=f"/orders/{order_id}",
        clock=words_for(kind),
        unit=words_for(rule.unit).lower(),
        most=services.MOST_DAYS,
        is_promise=rule.is_promise,
        **values,
    )


def _act(
    request: Visitor,
    database: Database,
    clock: Clock,
    order_id: UUID,
    what: str,
    entered: Entered,
    change: Callable[[Session, Actor], None],
    said: str,
    *,
    kind: ClockKind | None = None,
    change_id: UUID | None = None,
) -> Template | Redirect:
    """Do it once, in one transaction, and lead back to the order."""

    def act(session: Session) -> str:
        order = coordinators_order(session, request.user, order_id)
        if change_id is not None:
            _change(session, order, change_id)
        change(session, request.user.actor(Role.COORDINATOR))
        return f"/orders/{order_id}#clocks"

    try:
        where = once(database, entered, request.user, act, now=clock.now())
    except Invalid as invalid:
        return _ask(
            request,
            database,
            order_id,
            what,
            entered,
            kind=kind,
            change_id=change_id,
            invalid=invalid,
        )
    say(request, said)
    return see(where)
