"""When life changes: what no longer fits, and planning again no more than that."""

from dataclasses import dataclass
from datetime import datetime

from litestar import Controller, get, post
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.kernel.errors import Invalid
from rj.policy.terms import Role
from rj.scheduling.mending import Damage, Disturbed, what_broke
from rj.scheduling.runs import request_mending
from web.forms import NOTHING, Entered, Problems, once, read
from web.given import Given
from web.guards import needs
from web.orders.access import refuse_foreign_area, unnamed_for
from web.pages import moment_text, page, see
from web.people import Person, Visitor
from web.planning.forms import AreaForm
from web.planning.pages import area_choices, placed_words
from web.words import words_for

HERE = "/planning/broken"


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A case whose booked meetings can no longer stand."""

    reference: str
    order_href: str
    reason: str


@dataclass(frozen=True, slots=True)
class TooSoonRow:
    """A meeting that has to be settled by hand, and at once."""

    reference: str
    href: str
    words: str


@dataclass(frozen=True, slots=True)
class AreaDamage:
    """What no longer fits in one area."""

    area: str
    name: str
    broken: tuple[BrokenRow, ...]
    unbegun: tuple[str, ...]
    too_soon: tuple[TooSoonRow, ...]


class MendingPages(Controller):
    """What of the booked plan can no longer stand, and a run that plans again only that."""

    path = HERE
    guards = (needs(Role.COORDINATOR),)

    @get(sync_to_thread=True)
    def show(self, request: Visitor, database: Given[Database], clock: Given[Clock]) -> Template:
        """What no longer fits, area by area. Changes nothing."""
        return _show(request, database, clock)

    @post(sync_to_thread=True)
    def start(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Ask for a run that plans again what broke. Nothing is booked by it, nobody is told."""
        try:
            form = read(AreaForm, entered)

            def act(session: Session) -> str:
                refuse_foreign_area(session, request.user, form.area)
                return ask_for_mending(session, request.user, form.area, clock.now())

            where = once(database, entered, request.user, act, now=clock.now())
        except Invalid as invalid:
            return _show(request, database, clock, entered, invalid)
        return see(where)


def ask_for_mending(session: Session, person: Person, area_id: str, now: datetime) -> str:
    """Request the run; where it can be watched."""
    actor = person.actor(Role.COORDINATOR)
    return f"/planning/{request_mending(session, area_id, actor=actor, now=now).id}"


def _show(
    request: Visitor,
    database: Database,
    clock: Clock,
    entered: Entered = NOTHING,
    invalid: Invalid | None = None,
) -> Template:
    with database.reading() as session:
        unnamed = unnamed_for(session, request.user)
        areas = tuple(
            _area(name, what_broke(session, area, now=clock.now()).without(unnamed))
            for area, name in area_choices(session, request.user)
        )
    return page(
        request,
        "planning/broken.html",
        title="What no longer fits",
        status_code=422 if invalid else 200,
        problems=Problems(invalid.problems) if invalid else Problems(),
        entered=entered,
        areas=areas,
        here=HERE,
    )


def _area(name: str, damage: Damage) -> AreaDamage:
    return AreaDamage(
        area=damage.area_id,
        name=name,
        broken=tuple(
            BrokenRow(each.reference, f"/orders/{each.order_id}", each.reason)
            for each in damage.broken
        ),
        unbegun=damage.unbegun,
        too_soon=tuple(
            TooSoonRow(
                each.reference,
                f"/meetings/{each.meeting_id}",
                f"{words_for(each.stage)}, {moment_text(each.starts_at)}: {each.reason}",
            )
            for each in damage.too_soon
        ),
    )


# -- in a proposal


@dataclass(frozen=True, slots=True)
class DisturbedRow:
    """A meeting that people know of and that would change."""

    reference: str
    order_href: str
    stage: str
    before: str
    now: str
    """Empty where the meeting is called off."""
    people: str


def _in_a_line(people: tuple[str, ...]) -> str:
    line = ", ".join(people)
    return f"{line[:1].upper()}{line[1:]}"


def disturbed_rows(disturbed: tuple[Disturbed, ...]) -> tuple[DisturbedRow, ...]:
    """Who is told otherwise, for the page."""
    return tuple(
        DisturbedRow(
            reference=each.reference,
            order_href=f"/orders/{each.order_id}",
            stage=words_for(each.stage),
            before=placed_words(each.before),
            now="" if each.now is None else placed_words(each.now),
            people=_in_a_line(each.people),
        )
        for each in disturbed
    )
