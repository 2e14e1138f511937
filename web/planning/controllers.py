"""Planning: starting a run, watching it, reviewing what it proposes, and publishing."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.compartments.matrix import Action, Thing
from rj.compartments.permission import may
from rj.conferences.queries import find_live_meeting
from rj.conferences.telling import Tell
from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.kernel.errors import Conflict, FieldProblem, Invalid, NotFound, RJError
from rj.orders.queries import get_order, get_step
from rj.policy.terms import Role
from rj.scheduling import wishes
from rj.scheduling.alternatives import Alternative, alternatives
from rj.scheduling.mending import disturbed_by
from rj.scheduling.models import PlanningWish, ProposedMeeting, RunState
from rj.scheduling.proposals import Review, review
from rj.scheduling.publishing import Publication, check, publish
from rj.scheduling.runs import EffortLevel, get_run, progress_of, request_run, stop_run
from web.forms import NOTHING, Entered, Problems, date_parts, once, read
from web.given import Given
from web.guards import needs
from web.meetings.choosing import (
    OWN,
    Chosen,
    chosen_from,
    offered_days,
    room_choices,
    staff_choices,
)
from web.meetings.rehearsal import rehearse
from web.orders.access import (
    coordinators_order,
    coordinators_run,
    hidden_from,
    order_of_run,
    refuse_foreign_area,
    unnamed_for,
)
from web.pages import page, see
from web.people import Person, Visitor
from web.planning import pages
from web.planning.forms import (
    ExcludeForm,
    PinForm,
    ReasonForm,
    SelectionForm,
    StartForm,
    Thoroughness,
)
from web.planning.mending import ask_for_mending, disturbed_rows
from web.visits import say
from web.words import words_for

THOROUGHNESS_CHOICES = (
    (Thoroughness.QUICK.value, "A quick look", "A good plan within half a minute."),
    (Thoroughness.NORMAL.value, "A normal look", "Up to 2 minutes. Right for most days."),
    (Thoroughness.THOROUGH.value, "A thorough look", "Up to 10 minutes, for the best plan."),
)


class _Stale(Exception):
    """Something of a selection has gone stale: nothing is kept, not even that it was sent."""

    def __init__(self, publication: Publication) -> None:
        self.publication = publication


class PlanningPages(Controller):
    """Planning runs of a coordinator's own areas."""

    path = "/planning"
    guards = (needs(Role.COORDINATOR),)

    @get(sync_to_thread=True)
    def index(self, request: Visitor, database: Given[Database]) -> Template:
        """Start a run, and see what came of earlier ones."""
        return _home(request, database)

    @post(sync_to_thread=True)
    def start(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Ask for a run. Nothing is booked by it and nobody is told."""
        try:
            form = read(StartForm, entered)

            def act(session: Session) -> str:
                refuse_foreign_area(session, request.user, form.area)
                return _ask_for_run(
                    session,
                    request.user,
                    form.area,
                    form.thoroughness.level,
                    form.thoroughness.seconds,
                    clock.now(),
                )

            where = once(database, entered, request.user, act, now=clock.now())
        except Invalid as invalid:
            return _home(request, database, entered, invalid)
        return see(where)

    @get("/{run_id:uuid}", sync_to_thread=True)
    def show(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        run_id: FromPath[UUID],
        show: FromQuery[str] = pages.CHANGES,
        lead: FromQuery[str] = "",
        stage: FromQuery[str] = "",
        text: FromQuery[str] = "",
        tick: FromQuery[str] = "",
    ) -> Template:
        """A run: how far it is, or what it proposes."""
        asked = pages.Asked(show, lead, stage, text.strip()[:40], tick)
        return _show_run(request, database, clock, run_id, asked)

    @get("/{run_id:uuid}/progress", sync_to_thread=True)
    def progress(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        run_id: FromPath[UUID],
    ) -> Template | Response[str]:
        """Only the part of the page that changes. Once the run is over the page is loaded anew."""
        with database.reading() as session:
            run = coordinators_run(session, request.user, run_id)
            shown = pages.running(session, run, progress_of(session, run_id), clock.now())
        if shown.is_over:
            return Response("", headers={"HX-Refresh": "true"}, media_type="text/html")
        return page(request, "planning/progress.html", title="Planning run", shown=shown)

    @post("/{run_id:uuid}/stop", sync_to_thread=True)
    def stop(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        run_id: FromPath[UUID],
    ) -> Redirect:
        """End the run and keep its best plan so far."""
        with database.writing() as session:
            coordinators_run(session, request.user, run_id)
            stop_run(session, run_id, actor=request.user.actor(Role.COORDINATOR), now=clock.now())
        return see(f"/planning/{run_id}")

    @post("/{run_id:uuid}/again", sync_to_thread=True)
    def plan_again(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        run_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Redirect:
        """Plan the area anew, with what has been asked for since."""

        def act(session: Session) -> str:
            run = coordinators_run(session, request.user, run_id)
            if run.mends_only:
                return ask_for_mending(session, request.user, run.area_id, clock.now())
            return _ask_for_run(
                session,
                request.user,
                run.area_id,
                EffortLevel(run.effort),
                run.time_limit_seconds,
                clock.now(),
            )

        return see(once(database, entered, request.user, act, now=clock.now()))

    @post("/{run_id:uuid}/confirm", sync_to_thread=True)
    def confirm(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        run_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template:
        """Say what publishing the selection would do, before it is done. Changes nothing."""
        try:
            chosen = read(SelectionForm, entered).orders
        except Invalid as invalid:
            return _show_run(request, database, clock, run_id, pages.Asked(), invalid)
        with database.reading() as session:
            _refuse_unfinished(session, request.user, run_id)
            found = seen_by(session, request.user, run_id, clock.now())
            known = {case.order_id for case in found.cases}
            if not known.issuperset(chosen):
                raise NotFound("This run proposes nothing for one of these cases")
            checked = check(session, run_id, chosen, now=clock.now())
            if checked.stale:
                publication = Publication(
                    (),
                    tuple((order, "; ".join(why)) for order, why in checked.stale.items()),
                    others=checked.sound,
                )
                return _show_stale(request, session, run_id, publication)
            shown = pages.outlook(
                session, (case for case in found.cases if case.order_id in checked.sound)
            )
        return page(
            request,
            "planning/confirm.html",
            title="Publish these cases?",
            shown=shown,
            here=f"/planning/{run_id}",
        )

    @post("/{run_id:uuid}/publish", sync_to_thread=True)
    def publish(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Tell],
        run_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Book the selection and tell its people, as a whole or not at all."""
        try:
            chosen = read(SelectionForm, entered).orders
        except Invalid as invalid:
            return _show_run(request, database, clock, run_id, pages.Asked(), invalid)

        def act(session: Session) -> str:
            coordinators_run(session, request.user, run_id)
            for order_id in chosen:
                coordinators_order(session, request.user, order_id)
            publication = publish(
                session,
                run_id,
                chosen,
                actor=request.user.actor(Role.COORDINATOR),
                now=clock.now(),
                tell=teller,
            )
            if publication.stale:
                raise _Stale(publication)
            return f"/planning/{run_id}/published"

        try:
            where = once(database, entered, request.user, act, now=clock.now())
        except _Stale as stale:
            with database.reading() as session:
                return _show_stale(request, session, run_id, stale.publication)
        number = len(set(chosen))
        say(request, f"{number} case{'' if number == 1 else 's'} published")
        return see(where)

    @get("/{run_id:uuid}/published", sync_to_thread=True)
    def published(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        run_id: FromPath[UUID],
    ) -> Template:
        """What of a run has been published, and what has not."""
        with database.reading() as session:
            coordinators_run(session, request.user, run_id)
            found = seen_by(session, request.user, run_id, clock.now())
        here = f"/planning/{run_id}"
        return page(
            request,
            "planning/published.html",
            title="Published cases",
            here=here,
            reference=found.reference,
            cases=[pages.case_card(each, here) for each in found.cases if each.is_published],
            remaining=sum(
                1 for each in found.cases if each.changes_anything and not each.is_published
            ),
        )

    @post("/wishes/{wish_id:uuid}/take-back", sync_to_thread=True)
    def take_back(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        wish_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Redirect:
        """A wish holds no longer. Taking it back twice changes nothing."""
        run_id = ""
        with database.writing() as session:
            wish = session.get(PlanningWish, wish_id)
            order = get_order(session, wish.order_id) if wish is not None else None
            # somebody else's answers as one that was taken back already (S2)
            if order is not None and may(
                session, request.user, Action.WRITE, Thing.CASE, order, role=Role.COORDINATOR
            ):
                wishes.take_back(
                    session,
                    wish_id,
                    actor=request.user.actor(Role.COORDINATOR),
                    now=clock.now(),
                )
                run_id = entered.text("run")
                if run_id:
                    coordinators_run(session, request.user, _uuid(run_id))
                    run_id = f"{run_id}/cases/{order.id}"
        say(request, "Taken back. The next planning run is free again")
        return see(f"/planning/{run_id}" if run_id else "/planning")


class CasePages(Controller):
    """One case of a proposal, and what may be asked of the next run."""

    path = "/planning/{run_id:uuid}/cases/{order_id:uuid}"
    guards = (needs(Role.COORDINATOR),)

    @get(sync_to_thread=True)
    def show(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        run_id: FromPath[UUID],
        order_id: FromPath[UUID],
    ) -> Template:
        """The case as it is proposed."""
        return _show_case(request, database, clock, run_id, order_id)

    @post("/pin", sync_to_thread=True)
    def pin(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        run_id: FromPath[UUID],
        order_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Hold a stage in the next run as it is proposed here."""

        def act(session: Session, person: Person) -> None:
            step_id = read(PinForm, entered).step
            row = session.get(ProposedMeeting, (run_id, step_id))
            if row is None or row.order_id != order_id:
                raise NotFound("This run proposes nothing for that stage")
            wishes.pin_proposal(
                session,
                run_id,
                step_id,
                actor=person.actor(Role.COORDINATOR),
                now=clock.now(),
            )

        return _wish(request, database, clock, run_id, order_id, entered, act, "Pinned")

    @post("/exclude", sync_to_thread=True)
    def exclude(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        run_id: FromPath[UUID],
        order_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Do not give the case to somebody."""

        def act(session: Session, person: Person) -> None:
            form = read(ExcludeForm, entered)
            order = coordinators_order(session, person, order_id)
            if str(form.facilitator) not in dict(staff_choices(session, order.area_id)):
                raise Invalid(FieldProblem("facilitator", "Choose a facilitator from the list"))
            wishes.exclude_facilitator(
                session,
                order_id,
                form.facilitator,
                reason=form.reason,
                actor=person.actor(Role.COORDINATOR),
                now=clock.now(),
            )

        return _wish(request, database, clock, run_id, order_id, entered, act, "Noted")

    @post("/leave-out", sync_to_thread=True)
    def leave_out(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        run_id: FromPath[UUID],
        order_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Do not plan the case for now."""

        def act(session: Session, person: Person) -> None:
            wishes.leave_out(
                session,
                order_id,
                reason=read(ReasonForm, entered).reason,
                actor=person.actor(Role.COORDINATOR),
                now=clock.now(),
            )

        return _wish(request, database, clock, run_id, order_id, entered, act, "Noted")

    @get("/steps/{step_id:uuid}", sync_to_thread=True)
    def ask_other(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        run_id: FromPath[UUID],
        order_id: FromPath[UUID],
        step_id: FromPath[UUID],
    ) -> Template:
        """Offer other times, staff and rooms that are really free."""
        return _ask_other(request, database, clock, run_id, order_id, step_id)

    @post("/steps/{step_id:uuid}", sync_to_thread=True)
    def choose_other(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        run_id: FromPath[UUID],
        order_id: FromPath[UUID],
        step_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Hold the stage where it was chosen to be; the next run plans around it."""
        try:
            chosen = chosen_from(entered)

            def act(session: Session) -> str:
                row = _proposed(session, request.user, run_id, order_id, step_id)
                wishes.pin_step(
                    session,
                    row.step_id,
                    starts_at=chosen.starts_at,
                    lead_id=chosen.lead_id,
                    second_id=chosen.second_id,
                    room_id=chosen.room_id,
                    actor=request.user.actor(Role.COORDINATOR),
                    now=clock.now(),
                )
                return f"/planning/{run_id}/cases/{order_id}"

            where = once(database, entered, request.user, act, now=clock.now())
        except Invalid as invalid:
            return _ask_other(request, database, clock, run_id, order_id, step_id, entered, invalid)
        say(request, "Noted for the next planning run")
        return see(where)


def seen_by(session: Session, person: Person, run_id: UUID, now: datetime) -> Review:
    """A run laid out, without the cases of which the person may not know."""
    found = review(session, run_id, now=now)
    return found.without(hidden_from(session, person), unnamed_for(session, person))


def _home(
    request: Visitor,
    database: Database,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
) -> Template:
    with database.reading() as session:
        home = pages.planning_home(session, request.user)
    usual = Entered.of(
        area=home.areas[0][0] if len(home.areas) == 1 else "",
        thoroughness=Thoroughness.NORMAL.value,
    )
    return page(
        request,
        "planning/home.html",
        title="Planning",
        status_code=422 if invalid else 200,
        problems=Problems(invalid.problems) if invalid else Problems(),
        entered=entered or usual,
        home=home,
        thoroughness_choices=THOROUGHNESS_CHOICES,
    )


def _ask_for_run(
    session: Session,
    person: Person,
    area_id: str,
    effort: EffortLevel,
    seconds: int,
    now: datetime,
) -> str:
    run = request_run(
        session,
        area_id,
        effort=effort,
        time_limit_seconds=seconds,
        actor=person.actor(Role.COORDINATOR),
        now=now,
    )
    return f"/planning/{run.id}"


def _show_run(
    request: Visitor,
    database: Database,
    clock: Clock,
    run_id: UUID,
    asked: pages.Asked,
    invalid: Invalid | None = None,
) -> Template:
    with database.reading() as session:
        run = coordinators_run(session, request.user, run_id)
        if run.state is not RunState.FINISHED:
            shown = pages.running(session, run, progress_of(session, run_id), clock.now())
            return page(request, "planning/running.html", title="Planning run", shown=shown)
        reviewed = seen_by(session, request.user, run_id, clock.now())
        found = pages.proposal(session, reviewed, asked)
        disturbed = disturbed_rows(disturbed_by(session, reviewed.cases))
    return page(
        request,
        "planning/proposal.html",
        title=f"Proposal {found.reference}",
        status_code=422 if invalid else 200,
        problems=Problems(invalid.problems, first_inputs={"orders": "cases"})
        if invalid
        else Problems(),
        shown=found,
        disturbed=disturbed,
        asked=asked,
        show_choices=pages.SHOW_CHOICES,
    )


def _show_stale(
    request: Visitor, session: Session, run_id: UUID, publication: Publication
) -> Template:
    """Nothing was published: what went stale, and what can be done now."""
    return page(
        request,
        "planning/stale.html",
        title="Nothing was published yet",
        status_code=409,
        stale=pages.stale_rows(session, publication.stale, unnamed_for(session, request.user)),
        others=[str(each) for each in publication.others],
        here=f"/planning/{run_id}",
    )


def _refuse_unfinished(session: Session, person: Person, run_id: UUID) -> None:
    if coordinators_run(session, person, run_id).state is not RunState.FINISHED:
        raise Conflict("This planning run has no proposal to publish")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is no such planning run") from None


def _show_case(
    request: Visitor,
    database: Database,
    clock: Clock,
    run_id: UUID,
    order_id: UUID,
    entered: Entered = NOTHING,
    invalid: Invalid | None = None,
) -> Template:
    with database.reading() as session:
        order = order_of_run(session, request.user, run_id, order_id)
        found = seen_by(session, request.user, run_id, clock.now())
        shown = pages.case_page(session, found, order)
    return page(
        request,
        "planning/case.html",
        title=f"Case {shown.card.reference} in this proposal",
        status_code=422 if invalid else 200,
        problems=Problems(invalid.problems) if invalid else Problems(),
        entered=entered,
        shown=shown,
        run_id=str(run_id),
    )


def _wish(
    request: Visitor,
    database: Database,
    clock: Clock,
    run_id: UUID,
    order_id: UUID,
    entered: Entered,
    ask: Callable[[Session, Person], None],
    said: str,
) -> Template | Redirect:
    """Ask something of the next run, once, and lead back to the case."""

    def act(session: Session) -> str:
        order_of_run(session, request.user, run_id, order_id)
        ask(session, request.user)
        return f"/planning/{run_id}/cases/{order_id}"

    try:
        where = once(database, entered, request.user, act, now=clock.now())
    except Invalid as invalid:
        return _show_case(request, database, clock, run_id, order_id, entered, invalid)
    say(request, f"{said} for the next planning run")
    return see(where)


def _proposed(
    session: Session, person: Person, run_id: UUID, order_id: UUID, step_id: UUID
) -> ProposedMeeting:
    order_of_run(session, person, run_id, order_id)
    row = session.get(ProposedMeeting, (run_id, step_id))
    if row is None or row.order_id != order_id:
        raise NotFound("This run proposes nothing for that stage")
    return row


def _nobody(session: Session, meeting_id: UUID, *, now: datetime) -> None:
    """While alternatives are looked for nobody is told anything."""


def _alternatives(
    database: Database, person: Person, run_id: UUID, row: ProposedMeeting, now: datetime
) -> tuple[Alternative, ...]:
    """Free alternatives to a proposed meeting: the case is booked as proposed, and undone."""

    def act(session: Session) -> tuple[Alternative, ...]:
        _book(session, person, run_id, [row.order_id], now)
        meeting = find_live_meeting(session, row.step_id)
        return () if meeting is None else alternatives(session, meeting.id, now=now)

    try:
        return rehearse(database, act)[0]
    except RJError:
        # the case has gone stale: own words can still be entered, and the next run sees to them
        return ()


def _book(
    session: Session, person: Person, run_id: UUID, order_ids: Collection[UUID], now: datetime
) -> None:
    run = get_run(session, run_id)
    if run.state is RunState.FINISHED:
        publish(
            session,
            run_id,
            order_ids,
            actor=person.actor(Role.COORDINATOR),
            now=now,
            tell=_nobody,
        )


def _ask_other(
    request: Visitor,
    database: Database,
    clock: Clock,
    run_id: UUID,
    order_id: UUID,
    step_id: UUID,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
) -> Template:
    with database.reading() as session:
        row = _proposed(session, request.user, run_id, order_id, step_id)
        order = coordinators_order(session, request.user, order_id)
        step = get_step(session, step_id)
        values: dict[str, Any] = {
            "stage": words_for(step.stage),
            "has_room": step.has_room,
            "staff": staff_choices(session, order.area_id),
            "rooms": room_choices(session, order.area_id),
            "reference": order.reference,
            "now_proposed": Chosen(row.starts_at, row.lead_id, row.second_id, row.room_id),
        }
        usual = Entered.of(
            **date_parts("on", row.starts_at.date()),
            lead=str(row.lead_id),
            second=str(row.second_id or ""),
            room=str(row.room_id or ""),
        )
    found = _alternatives(database, request.user, run_id, row, clock.now())
    return page(
        request,
        "planning/other.html",
        title="Choose another time, staff or room",
        status_code=422 if invalid else 200,
        problems=Problems(invalid.problems) if invalid else Problems(),
        entered=entered or usual,
        days=offered_days(found),
        here=f"/planning/{run_id}/cases/{order_id}",
        own=OWN,
        **values,
    )
