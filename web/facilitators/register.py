"""The coordinator's register of facilitators: training, practice, time and leave."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.accounts.queries import areas_by_name
from rj.compartments.matrix import Action, Thing
from rj.compartments.permission import may
from rj.db.database import Database
from rj.facilitators.models import Facilitator
from rj.facilitators.queries import (
    areas_of,
    facilitators_in,
    get_facilitator,
    leave_of,
    mentors_of,
)
from rj.kernel.clock import Clock
from rj.kernel.errors import Invalid, NotFound
from rj.kernel.london import london_day
from rj.policy.languages import language_name
from rj.policy.terms import Role, Skill
from web.facilitators.background import (
    Conflicts,
    conflicts_shown,
    past_conferences,
)
from web.facilitators.practice import practice_of
from web.facilitators.time_away import (
    BUSY_HOURS,
    DAYS_AWAY,
    Kind,
    Recorded,
    TimeAway,
    time_away,
)
from web.forms import Entered, Problems, once
from web.given import Given
from web.guards import needs
from web.meetings.booked import MeetingsInTheWay, ask_about_booked, refuse_unseen
from web.orders.access import hidden_from
from web.pages import Fact, Tag, day_text, page, see, weekly_text
from web.people import Person, Visitor
from web.visits import say
from web.words import words_for


@dataclass(frozen=True, slots=True)
class FacilitatorRow:
    """One facilitator in the list."""

    href: str
    code: str
    name: str
    level: str
    practice: str
    tag: Tag | None


@dataclass(frozen=True, slots=True)
class FacilitatorPage:
    """One facilitator."""

    name: str
    facts: tuple[Fact, ...]
    time: TimeAway
    past: tuple[Recorded, ...]
    """Direct conferences led before the record here began, the latest first."""
    conflicts: Conflicts


class Register(Controller):
    """Facilitators who cover a coordinator's areas."""

    path = "/facilitators"
    guards = (needs(Role.COORDINATOR),)

    @get(sync_to_thread=True)
    def index(self, request: Visitor, database: Given[Database], clock: Given[Clock]) -> Template:
        """By name."""
        with database.reading() as session:
            rows = facilitator_rows(session, request.user, clock.now())
        return page(request, "facilitators/register.html", title="Facilitators", rows=rows)

    @get("/{facilitator_id:uuid}", sync_to_thread=True)
    def show(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        facilitator_id: FromPath[UUID],
    ) -> Template:
        """One facilitator."""
        return show_facilitator(request, database, clock, facilitator_id)

    @post("/{facilitator_id:uuid}/leave", sync_to_thread=True)
    def add_leave(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        facilitator_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Record days away; meetings booked on them are named first."""
        return _take(request, database, clock, facilitator_id, entered, DAYS_AWAY)

    @post("/{facilitator_id:uuid}/busy", sync_to_thread=True)
    def add_busy(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        facilitator_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Record hours taken in their own diary; meetings booked in them are named first."""
        return _take(request, database, clock, facilitator_id, entered, BUSY_HOURS)

    @post("/{facilitator_id:uuid}/leave/{leave_id:uuid}/end", sync_to_thread=True)
    def end_leave(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        facilitator_id: FromPath[UUID],
        leave_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Redirect:
        """Take days away back."""
        return _give_back(request, database, clock, facilitator_id, entered, DAYS_AWAY, leave_id)

    @post("/{facilitator_id:uuid}/busy/{busy_id:uuid}/end", sync_to_thread=True)
    def end_busy(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        facilitator_id: FromPath[UUID],
        busy_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Redirect:
        """Take busy hours back."""
        return _give_back(request, database, clock, facilitator_id, entered, BUSY_HOURS, busy_id)


def _take(
    request: Visitor,
    database: Database,
    clock: Clock,
    facilitator_id: UUID,
    entered: Entered,
    kind: Kind,
) -> Template | Redirect:
    here = f"/facilitators/{facilitator_id}"
    try:

        def act(session: Session) -> str:
            covering(session, request.user, facilitator_id)
            actor = request.user.actor(Role.COORDINATOR)
            found = kind.record(session, facilitator_id, entered, actor, clock.now())
            refuse_unseen(session, request.user, entered, [facilitator_id], found, now=clock.now())
            return here

        where = once(database, entered, request.user, act, now=clock.now())
    except Invalid as invalid:
        return show_facilitator(request, database, clock, facilitator_id, entered, invalid)
    except MeetingsInTheWay as found:
        return ask_about_booked(
            request, entered, found.booked, title=kind.question, button=kind.button, back=here
        )
    say(request, f"{kind.name} recorded. Planning leaves them free from its next run on")
    return see(where)


def _give_back(
    request: Visitor,
    database: Database,
    clock: Clock,
    facilitator_id: UUID,
    entered: Entered,
    kind: Kind,
    time_id: UUID,
) -> Redirect:
    def act(session: Session) -> str:
        covering(session, request.user, facilitator_id)
        actor = request.user.actor(Role.COORDINATOR)
        kind.give_back(session, facilitator_id, time_id, actor, clock.now())
        return f"/facilitators/{facilitator_id}"

    where = once(database, entered, request.user, act, now=clock.now())
    say(request, f"{kind.name} taken back")
    return see(where)


def covering(session: Session, person: Person, facilitator_id: UUID) -> Facilitator:
    """A facilitator who covers one of the person's areas. Raises NotFound."""
    found = get_facilitator(session, facilitator_id)
    covered = areas_of(session, facilitator_id)
    if not may(session, person, Action.READ, Thing.REGISTERS, covered, role=Role.COORDINATOR):
        raise NotFound("There is no such facilitator")
    return found


def facilitator_rows(session: Session, person: Person, now: datetime) -> tuple[FacilitatorRow, ...]:
    """Facilitators who cover the person's areas, by name."""
    today = london_day(now)
    rows = []
    for each in facilitators_in(session, person.areas(Role.COORDINATOR), also_inactive=True):
        practice = practice_of(session, each, now)
        rows.append(
            FacilitatorRow(
                href=f"/facilitators/{each.id}",
                code=each.code,
                name=each.name,
                level=words_for(each.level) + (", volunteer" if each.is_volunteer else ""),
                practice=(
                    f"{practice.held} held, {practice.booked} booked of {practice.wanted} "
                    f"by {day_text(practice.ends_on)}"
                ),
                tag=_tag(session, each, today),
            )
        )
    return tuple(rows)


def _tag(session: Session, facilitator: Facilitator, today: date) -> Tag | None:
    if not facilitator.is_active:
        return Tag("No longer active", "cancelled")
    if any(each.first_day <= today <= each.last_day for each in leave_of(session, facilitator.id)):
        return Tag("Away today", "blocked")
    if facilitator.mentored_until is not None and facilitator.mentored_until >= today:
        return Tag("With a mentor", "soon")
    return None


def facilitator_page(
    session: Session, person: Person, facilitator: Facilitator, now: datetime
) -> FacilitatorPage:
    """One facilitator's record, and what of it concerns the person's own areas."""
    here = f"/facilitators/{facilitator.id}"
    practice = practice_of(session, facilitator, now)
    areas = {area.id: area.name for area in areas_by_name(session)}
    mentors = [get_facilitator(session, each).name for each in mentors_of(session, facilitator.id)]
    mentored = (
        f"Until {day_text(facilitator.mentored_until)}, by {', '.join(sorted(mentors))}"
        if facilitator.mentored_until
        else "No longer"
    )
    return FacilitatorPage(
        name=facilitator.name,
        facts=(
            Fact("Code", facilitator.code),
            Fact("E-mail", facilitator.email),
            Fact("Telephone", facilitator.telephone or "Not known"),
            Fact("Level", words_for(facilitator.level)),
            Fact("Trained", day_text(facilitator.trained_on)),
            Fact("Accredited", day_text(facilitator.accredited_on)),
            Fact("Mentored", mentored),
            Fact(
                "Direct conferences",
                f"Year {practice.number}: {practice.held} held and {practice.booked} booked "
                f"of {practice.wanted} by {day_text(practice.ends_on)}",
            ),
            Fact(
                "Skills",
                ", ".join(words_for(Skill(each)) for each in facilitator.skills) or "None beyond",
            ),
            Fact("Languages", ", ".join(language_name(each) for each in facilitator.languages)),
            Fact(
                "Areas",
                ", ".join(areas.get(each, each) for each in areas_of(session, facilitator.id)),
            ),
            Fact("Hours", weekly_text(facilitator.hours)),
            Fact("Most hours a week", f"{facilitator.weekly_minutes / 60:g}"),
            *(
                ()
                if facilitator.four_week_minutes is None
                else (Fact("Most hours in four weeks", f"{facilitator.four_week_minutes / 60:g}"),)
            ),
            Fact("Cases", f"{facilitator.caseload_norm} wanted, {facilitator.caseload_cap} most"),
            Fact("Meetings come by", words_for(facilitator.calendar_wish)),
        ),
        time=time_away(session, facilitator.id, here, now),
        past=past_conferences(session, facilitator.id, here),
        conflicts=conflicts_shown(
            session,
            facilitator.id,
            here,
            person.areas(Role.COORDINATOR),
            hidden_from(session, person),
        ),
    )


def show_facilitator(
    request: Visitor,
    database: Database,
    clock: Clock,
    facilitator_id: UUID,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
) -> Template:
    """The page of one facilitator, with a form of it that could not be accepted."""
    with database.reading() as session:
        facilitator = covering(session, request.user, facilitator_id)
        shown = facilitator_page(session, request.user, facilitator, clock.now())
    return page(
        request,
        "facilitators/facilitator.html",
        title="Facilitator",
        status_code=422 if invalid else 200,
        entered=entered or Entered.of(),
        problems=Problems(invalid.problems) if invalid else Problems(),
        shown=shown,
        here=f"/facilitators/{facilitator_id}",
    )
