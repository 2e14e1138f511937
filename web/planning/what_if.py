"""What if: somebody trained, somebody gone, a venue closed, twice the orders; nothing is booked."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.accounts.queries import areas_by_name
from rj.compartments.matrix import Action, Thing
from rj.compartments.permission import may
from rj.db.database import Database
from rj.facilitators.queries import facilitators_in, get_facilitator
from rj.kernel.clock import Clock
from rj.kernel.errors import FieldProblem, Invalid, NotFound
from rj.policy.terms import Role
from rj.scheduling.models import RunState, WhatIf
from rj.scheduling.proposals import TIER_WORDS
from rj.scheduling.what_if import (
    MOST_TRAINED,
    Change,
    ChangeKind,
    ask,
    changes_of,
    get_what_if,
    what_ifs_of,
)
from rj.venues.queries import get_venue, venues_in
from web.forms import NOTHING, Entered, Problems, entry, once, read
from web.given import Given
from web.guards import needs
from web.orders.access import refuse_foreign_area
from web.pages import Tag, moment_text, page, see
from web.people import Person, Visitor
from web.planning.pages import area_choices

HERE = "/planning/what-if"
TAGS: dict[RunState, Tag] = {
    RunState.QUEUED: Tag("Waiting to begin", "held"),
    RunState.RUNNING: Tag("Planning now", "soon"),
    RunState.FINISHED: Tag("Answered", "done"),
    RunState.FAILED: Tag("Not answered", "late"),
}


@dataclass(frozen=True, slots=True)
class WhatIfForm:
    """What is wondered about; each part that is filled in is looked at by itself."""

    area: str = entry("area", missing="Choose the area")
    trained: int | None = entry(
        "number of newly trained", is_required=False, least=1, most=MOST_TRAINED
    )
    like: UUID | None = entry("facilitator they are like", is_required=False)
    lose: UUID | None = entry("facilitator who leaves", is_required=False)
    close: UUID | None = entry("venue that closes", is_required=False)
    double: bool = entry("twice the orders", is_required=False)

    def changes(self) -> list[Change]:
        """What was filled in. Raises Invalid where training lacks its number or its likeness."""
        if (self.trained is None) is not (self.like is None):
            field = "like" if self.like is None else "trained"
            message = (
                "Choose whose base and hours the newly trained would have"
                if self.like is None
                else "Enter how many would be trained"
            )
            raise Invalid(FieldProblem(field, message))
        found = []
        if self.trained is not None:
            found.append(Change(ChangeKind.TRAIN, self.like, self.trained))
        if self.lose is not None:
            found.append(Change(ChangeKind.LOSE, self.lose))
        if self.close is not None:
            found.append(Change(ChangeKind.CLOSE, self.close))
        if self.double:
            found.append(Change(ChangeKind.DOUBLE))
        return found


@dataclass(frozen=True, slots=True)
class Row:
    """One measure and its value as things are and in each scenario."""

    words: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A what-if with its answer as far as there is one."""

    href: str
    area: str
    asked: str
    tag: Tag
    failure: str
    is_over: bool
    scenarios: tuple[str, ...]
    verdicts: tuple[str, ...]
    rows: tuple[Row, ...]


class WhatIfPages(Controller):
    """Questions about a coordinator's own areas."""

    path = HERE
    guards = (needs(Role.COORDINATOR),)

    @get(sync_to_thread=True)
    def index(self, request: Visitor, database: Given[Database]) -> Template:
        """Ask, and read earlier answers."""
        return _form(request, database)

    @post(sync_to_thread=True)
    def ask(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Have it planned. Nothing is booked and nobody is told."""
        try:
            form = read(WhatIfForm, entered)
            changes = form.changes()

            def act(session: Session) -> str:
                refuse_foreign_area(session, request.user, form.area)
                actor = request.user.actor(Role.COORDINATOR)
                return f"{HERE}/{ask(session, form.area, changes, actor=actor, now=clock.now()).id}"

            return see(once(database, entered, request.user, act, now=clock.now()))
        except Invalid as invalid:
            return _form(request, database, entered, invalid)

    @get("/{what_if_id:uuid}", sync_to_thread=True)
    def show(
        self, request: Visitor, database: Given[Database], what_if_id: FromPath[UUID]
    ) -> Template:
        """The answer side by side with today, or how far it is."""
        with database.reading() as session:
            asked = get_what_if(session, what_if_id)
            if not may(
                session,
                request.user,
                Action.READ,
                Thing.PLANNING,
                {asked.area_id},
                role=Role.COORDINATOR,
            ):
                raise NotFound("There is no such what-if")
            shown = _shown(session, asked)
        return page(request, "planning/what_if_answer.html", title="What if", shown=shown)


def _form(
    request: Visitor,
    database: Database,
    entered: Entered = NOTHING,
    invalid: Invalid | None = None,
) -> Template:
    with database.reading() as session:
        areas = area_choices(session, request.user)
        earlier = [
            _shown(session, each) for each in what_ifs_of(session, [area for area, _ in areas])
        ]
        staff, venues = _choices(session, request.user)
    return page(
        request,
        "planning/what_if.html",
        title="What if",
        status_code=422 if invalid else 200,
        problems=Problems(invalid.problems) if invalid else Problems(),
        entered=entered,
        areas=areas,
        staff=staff,
        venues=venues,
        earlier=earlier,
        most=MOST_TRAINED,
    )


def _choices(
    session: Session, person: Person
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    areas = person.areas(Role.COORDINATOR)
    staff = [
        (str(each.id), f"{each.name} ({each.code})") for each in facilitators_in(session, areas)
    ]
    venues = [(str(each.id), each.name) for each in venues_in(session, areas)]
    return staff, venues


def _shown(session: Session, asked: WhatIf) -> Shown:
    area = next((each.name for each in areas_by_name(session) if each.id == asked.area_id), "")
    scenarios = tuple(_words(session, change) for change in changes_of(asked))
    answers = [tuple(int(each) for each in answer["tiers"].values()) for answer in asked.answers]
    return Shown(
        href=f"{HERE}/{asked.id}",
        area=area,
        asked=moment_text(asked.asked_at),
        tag=TAGS[asked.state],
        failure=asked.failure,
        is_over=asked.state in {RunState.FINISHED, RunState.FAILED},
        scenarios=scenarios,
        verdicts=tuple(_verdict(answers[0], other) for other in answers[1:]),
        rows=tuple(
            Row(words, values)
            for words, *values_of in zip(TIER_WORDS.values(), *answers, strict=True)
            for values in (tuple(values_of),)
        )
        if answers
        else (),
    )


def _words(session: Session, change: Change) -> str:
    match change.kind:
        case ChangeKind.DOUBLE:
            return "Twice the new orders"
        case ChangeKind.CLOSE:
            return f"{get_venue(session, _given(change)).name} closes"
        case ChangeKind.LOSE:
            return f"{get_facilitator(session, _given(change)).name} leaves"
        case ChangeKind.TRAIN:
            like = get_facilitator(session, _given(change)).name
            return f"{change.times} newly trained, with the base and hours of {like}"


def _given(change: Change) -> UUID:
    if change.about is None:
        raise NotFound("This what-if is about nobody")
    return change.about


def _verdict(today: Sequence[int], other: Sequence[int]) -> str:
    """The first measure that differs decides, as between any two plans (T0 before T1, and on)."""
    for words, before, after in zip(TIER_WORDS.values(), today, other, strict=True):
        if after != before:
            better = "Better than today" if after < before else "Worse than today"
            return f"{better}: {words[:1].lower()}{words[1:]}, {after} instead of {before}"
    return "No different from today"
