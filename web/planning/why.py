"""Why a stage is as it is, why not somebody else, and what would let it be held."""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.db.database import Database
from rj.facilitators.queries import get_facilitator
from rj.kernel.clock import Clock
from rj.kernel.errors import NotFound
from rj.kernel.weekly_hours import WEEKDAYS, add_hours, write_hours
from rj.orders.models import Order, PlanStep
from rj.orders.queries import get_plan, get_step, venues_agreed
from rj.orders.services import agree_venues
from rj.policy.terms import Role
from rj.scheduling.asking import Candidate, Help, Helps, WhyNot, answer, question, what_would_help
from rj.scheduling.planner.problem import Window
from rj.scheduling.planner.remedies import Kind
from rj.venues.queries import get_venue, venues_in
from web.forms import Entered, once, read
from web.given import Given
from web.guards import needs
from web.orders.access import order_of_run, unnamed_for
from web.pages import Tag, moment_text, page, see
from web.people import Visitor
from web.planning.forms import VenueForm
from web.visits import say
from web.words import words_for

CHOSEN = Tag("Chosen", "told")
POSSIBLE = Tag("Possible", "held")
RULED_OUT = Tag("Ruled out", "blocked")

BY_HAND = {
    Kind.HOURS_OF_PERSON: "Ask them. The harmed side is asked by the victim liaison officer alone.",
    Kind.LONGER_ORDER: "Only the court can extend an order.",
    Kind.TRAINING: "Record it once it is true.",
}


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """Somebody or a room that might have been chosen."""

    value: str
    name: str
    tag: Tag
    sentence: str
    rule: str


@dataclass(frozen=True, slots=True)
class HelpRow:
    """A verified remedy, and how to go about it."""

    sentence: str
    gives: str
    disturbs: str
    href: str
    """Where it can be recorded, filled in as far as may be; empty where it cannot."""
    link: str
    venue: str
    """The building to agree by the button; empty for every other remedy."""
    by_hand: str


@dataclass(frozen=True, slots=True)
class WhyPage:
    """One stage asked about."""

    here: str
    case_href: str
    run_href: str
    reference: str
    stage: str
    reason: str
    is_placed: bool
    leads: tuple[CandidateRow, ...]
    seconds: tuple[CandidateRow, ...]
    rooms: tuple[CandidateRow, ...]
    asked: CandidateRow | None
    helps: tuple[HelpRow, ...]
    was_cut_short: bool


class WhyPages(Controller):
    """Asking about one stage of a proposal."""

    path = "/planning/{run_id:uuid}/cases/{order_id:uuid}/steps/{step_id:uuid}/why"
    guards = (needs(Role.COORDINATOR),)

    @get(sync_to_thread=True)
    def show(
        self,
        request: Visitor,
        database: Given[Database],
        run_id: FromPath[UUID],
        order_id: FromPath[UUID],
        step_id: FromPath[UUID],
        facilitator: FromQuery[str] = "",
    ) -> Template:
        """The reason, each candidate's deciding rule or cost, and what would help."""
        with database.reading() as session:
            order = order_of_run(session, request.user, run_id, order_id)
            step = get_step(session, step_id)
            if get_plan(session, step.plan_id).order_id != order.id:
                raise NotFound("This case has no such stage")
            asked = question(session, run_id, step_id, unnamed=unnamed_for(session, request.user))
        # reckoned outside the transaction: a county takes a second
        found, helps = answer(asked), what_would_help(asked)
        with database.reading() as session:
            shown = _page(session, order, run_id, step, found, helps, facilitator)
        return page(request, "planning/why.html", title=f"Why: {shown.stage}", shown=shown)

    @post(sync_to_thread=True)
    def agree(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        run_id: FromPath[UUID],
        order_id: FromPath[UUID],
        step_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Redirect:
        """Record that a further building has been agreed for the case."""
        chosen = read(VenueForm, entered).venue

        def act(session: Session) -> str:
            order = order_of_run(session, request.user, run_id, order_id)
            own = venues_in(session, request.user.areas(Role.COORDINATOR))
            if chosen not in {venue.id for venue in own}:
                raise NotFound("There is no such venue")
            # where nobody has chosen, every building of the area suits already
            home = {venue.id for venue in own if venue.area_id == order.area_id}
            agree_venues(
                session,
                order_id,
                {*(venues_agreed(session, order_id) or home), chosen},
                actor=request.user.actor(Role.COORDINATOR),
                now=clock.now(),
            )
            return f"/planning/{run_id}/cases/{order_id}"

        where = once(database, entered, request.user, act, now=clock.now())
        say(request, "Agreed for this case. Plan again to use it")
        return see(where)


def _page(
    session: Session,
    order: Order,
    run_id: UUID,
    step: PlanStep,
    found: WhyNot,
    helps: Helps,
    facilitator: str,
) -> WhyPage:
    leads = tuple(_row(each) for each in found.leads)
    run_href = f"/planning/{run_id}"
    case_href = f"{run_href}/cases/{order.id}"
    return WhyPage(
        here=f"{case_href}/steps/{step.id}/why",
        case_href=case_href,
        run_href=run_href,
        reference=order.reference,
        stage=words_for(step.stage),
        reason=found.reason,
        is_placed=any(each.is_chosen for each in found.leads),
        leads=leads,
        seconds=tuple(_row(each) for each in found.seconds),
        rooms=tuple(_row(each) for each in found.rooms),
        asked=next((each for each in leads if each.value == facilitator), None),
        helps=tuple(_help_row(session, each) for each in helps.found),
        was_cut_short=helps.was_cut_short,
    )


def _row(each: Candidate) -> CandidateRow:
    tag = CHOSEN if each.is_chosen else POSSIBLE if each.is_possible else RULED_OUT
    return CandidateRow(str(each.record_id), each.name, tag, each.sentence, each.rule)


def _help_row(session: Session, each: Help) -> HelpRow:
    where = f", {each.room}" if each.room else ""
    more = f" {each.placed} more meetings take place." if each.placed > 1 else ""
    href, link = _where_recorded(session, each)
    return HelpRow(
        sentence=each.sentence,
        gives=f"Then {moment_text(each.starts_at)} with {each.lead}{where}.{more}",
        disturbs=", ".join(each.disturbed),
        href=href,
        link=link,
        venue=str(each.about) if each.kind is Kind.VENUE_AGREED else "",
        by_hand=BY_HAND.get(each.kind, ""),
    )


def _where_recorded(session: Session, each: Help) -> tuple[str, str]:
    """The page on which a change is recorded, filled in, and what its link says."""
    if each.about is None:
        return "", ""
    if each.kind is Kind.CASELOAD:
        most = str(get_facilitator(session, each.about).caseload_cap + 1)
        filled = urlencode({"caseload_cap": most})
        return f"/facilitators/{each.about}/change?{filled}", "Raise their most cases by one"
    if each.kind is Kind.HOURS_OF_FACILITATOR and each.window is not None:
        hours = _with_window(get_facilitator(session, each.about).hours, each.window)
        filled = urlencode({"hours": hours})
        return f"/facilitators/{each.about}/change?{filled}", "Add these working hours"
    if each.kind is Kind.HOURS_OF_VENUE and each.window is not None:
        hours = _with_window(get_venue(session, each.about).hours, each.window)
        return f"/venues/{each.about}/change?{urlencode({'hours': hours})}", "Add these hours"
    if each.kind is Kind.TRAINING:
        return f"/facilitators/{each.about}/change", "Change the record"
    return "", ""


def _with_window(hours: list[list[str]], window: Window) -> str:
    opens, shuts = (f"{at // 60:02d}:{at % 60:02d}" for at in (window.opens, window.closes))
    return write_hours(add_hours(hours, WEEKDAYS[window.weekday], opens, shuts))
