"""One meeting: looked at, moved, cancelled, pinned, and what became of it."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.calendars.readers import Reader
from rj.calendars.telling import Teller
from rj.conferences.services import cancel_meeting, pin_meeting, record_outcome
from rj.conferences.telling import Tell
from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.kernel.errors import Conflict, FieldProblem, Invalid
from rj.kernel.london import at_london, london_day, london_time
from rj.policy.terms import AskedBy, Role
from rj.scheduling.alternatives import alternatives, move
from web.forms import Entered, Problems, date_parts, once, read
from web.given import Given
from web.guards import needs
from web.meetings import pages
from web.meetings.choosing import (
    OWN,
    Chosen,
    chosen_from,
    offered_days,
    read_chosen,
    room_choices,
    staff_choices,
)
from web.meetings.forms import AgainForm, CancelForm, MoveForm, OutcomeForm, PinForm
from web.meetings.rehearsal import rehearse
from web.orders.access import coordinators_meeting
from web.pages import page, see
from web.people import Person, Visitor
from web.visits import say
from web.words import choices, outcome_choices


class MeetingPages(Controller):
    """Meetings of a coordinator's own areas."""

    path = "/meetings/{meeting_id:uuid}"
    guards = (needs(Role.COORDINATOR),)

    @get(sync_to_thread=True)
    def show(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        meeting_id: FromPath[UUID],
    ) -> Template:
        """One meeting. The view is noted in the audit."""
        with database.reading() as session:
            meeting = coordinators_meeting(session, request.user, meeting_id)
            shown = pages.meeting_page(session, meeting, clock.now())
        return page(
            request,
            "meetings/show.html",
            title=f"Meeting {shown.code}",
            shown=shown,
            based_on=shown.version,
        )

    @get("/move", sync_to_thread=True)
    def ask_move(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        meeting_id: FromPath[UUID],
        near: FromQuery[str] = "",
    ) -> Template:
        """Offer other times, staff and rooms that are really free."""
        return _ask_move(request, database, clock, meeting_id, near=near)

    @post("/move", sync_to_thread=True)
    def check_move(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Tell],
        meeting_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template:
        """Say who would be told what, before it is done. Nothing of it is kept."""
        try:
            form = read(MoveForm, entered)
            chosen = chosen_from(entered)

            def act(session: Session) -> tuple[pages.Brief, tuple[pages.Difference, ...]]:
                meeting = coordinators_meeting(session, request.user, meeting_id)
                found = (
                    pages.brief(session, meeting),
                    pages.differences(session, meeting, chosen),
                )
                _move(session, request.user, meeting_id, chosen, form, entered, clock, teller)
                return found

            (shown, changes), words = rehearse(database, act)
            if not changes:
                raise Invalid(FieldProblem("choice", "Choose something other than it is now"))
        except Invalid as invalid:
            return _ask_move(request, database, clock, meeting_id, entered, invalid)
        return page(
            request,
            "meetings/confirm_move.html",
            title="Move this meeting?",
            shown=shown,
            changes=changes,
            words=words,
            choice=chosen.value,
            reason=form.reason,
            asked_by=(form.asked_by or AskedBy.SERVICE).value,
            based_on=entered.based_on,
        )

    @post("/move/confirm", sync_to_thread=True)
    def move(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Tell],
        meeting_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Move it: a new version, and messages to those whom it concerns."""
        try:
            form = read(MoveForm, entered)
            chosen = read_chosen(form.choice)
            with database.writing() as session:
                coordinators_meeting(session, request.user, meeting_id)
                _move(session, request.user, meeting_id, chosen, form, entered, clock, teller)
        except Invalid as invalid:
            return _ask_move(request, database, clock, meeting_id, entered, invalid)
        say(request, "The meeting was moved")
        return see(f"/meetings/{meeting_id}")

    @get("/cancel", sync_to_thread=True)
    def ask_cancel(
        self, request: Visitor, database: Given[Database], meeting_id: FromPath[UUID]
    ) -> Template:
        """Ask why it is called off."""
        return _ask_cancel(request, database, meeting_id)

    @post("/cancel", sync_to_thread=True)
    def check_cancel(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Tell],
        meeting_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template:
        """Say who would be told that it is off, before it is done. Nothing of it is kept."""
        try:
            form = read(CancelForm, entered)

            def act(session: Session) -> pages.Brief:
                meeting = coordinators_meeting(session, request.user, meeting_id)
                shown = pages.brief(session, meeting)
                _cancel(session, request.user, meeting_id, form, entered, clock, teller)
                return shown

            shown, words = rehearse(database, act)
        except Invalid as invalid:
            return _ask_cancel(request, database, meeting_id, entered, invalid)
        return page(
            request,
            "meetings/confirm_cancel.html",
            title="Cancel this meeting?",
            shown=shown,
            words=words,
            reason=form.reason,
            asked_by=(form.asked_by or AskedBy.SERVICE).value,
            based_on=entered.based_on,
        )

    @post("/cancel/confirm", sync_to_thread=True)
    def cancel(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Tell],
        meeting_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Call it off, give up its room and staff, and tell those who had been told."""
        try:
            form = read(CancelForm, entered)
            with database.writing() as session:
                coordinators_meeting(session, request.user, meeting_id)
                _cancel(session, request.user, meeting_id, form, entered, clock, teller)
        except Invalid as invalid:
            return _ask_cancel(request, database, meeting_id, entered, invalid)
        say(request, "The meeting was cancelled")
        return see(f"/meetings/{meeting_id}")

    @post("/pin", sync_to_thread=True)
    def pin(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        meeting_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Redirect:
        """Have planning leave it as it is, or free it."""
        form = read(PinForm, entered)
        with database.writing() as session:
            coordinators_meeting(session, request.user, meeting_id)
            pin_meeting(
                session,
                meeting_id,
                is_pinned=form.pinned,
                based_on=entered.based_on,
                actor=request.user.actor(Role.COORDINATOR),
                now=clock.now(),
            )
        say(
            request,
            "Pinned: planning leaves this meeting as it is"
            if form.pinned
            else "Freed: planning may move this meeting",
        )
        return see(f"/meetings/{meeting_id}")

    @post("/again", sync_to_thread=True)
    def send_again(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Teller],
        meeting_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Redirect:
        """Send one person the same once more."""
        wanted, now = read(AgainForm, entered).reader, clock.now()

        def act(session: Session) -> str:
            meeting = coordinators_meeting(session, request.user, meeting_id)
            for told in pages.may_hear_again(session, meeting, now):
                if told.reader_id == wanted:
                    reader = Reader(told.kind, told.reader_id)
                    actor = request.user.actor(Role.COORDINATOR)
                    teller.send_again(session, meeting_id, reader, actor=actor, now=now)
                    return f"/meetings/{meeting_id}"
            raise Conflict("What was sent to this person cannot be sent again now")

        where = once(database, entered, request.user, act, now=now)
        say(request, "It is sent once more")
        return see(where)

    @get("/outcome", sync_to_thread=True)
    def ask_outcome(
        self, request: Visitor, database: Given[Database], meeting_id: FromPath[UUID]
    ) -> Template:
        """Ask what became of it."""
        return _ask_outcome(request, database, meeting_id)

    @post("/outcome", sync_to_thread=True)
    def record_outcome(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        teller: Given[Tell],
        meeting_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Record it; the next stage may open."""
        try:
            form = read(OutcomeForm, entered)
            with database.writing() as session:
                coordinators_meeting(session, request.user, meeting_id)
                record_outcome(
                    session,
                    meeting_id,
                    based_on=entered.based_on,
                    outcome=form.outcome,
                    actor=request.user.actor(Role.COORDINATOR),
                    now=clock.now(),
                    tell=teller,
                )
        except Invalid as invalid:
            return _ask_outcome(request, database, meeting_id, entered, invalid)
        say(
            request,
            "Recorded: the step is done"
            if form.outcome.took_place
            else "Recorded: this step needs a new meeting",
        )
        return see(f"/meetings/{meeting_id}")


def _move(
    session: Session,
    person: Person,
    meeting_id: UUID,
    chosen: Chosen,
    form: MoveForm,
    entered: Entered,
    clock: Clock,
    teller: Tell,
) -> None:
    move(
        session,
        meeting_id,
        based_on=entered.based_on,
        starts_at=chosen.starts_at,
        lead_id=chosen.lead_id,
        second_id=chosen.second_id,
        room_id=chosen.room_id,
        reason=form.reason,
        asked_by=form.asked_by or AskedBy.SERVICE,
        actor=person.actor(Role.COORDINATOR),
        now=clock.now(),
        tell=teller,
    )


def _cancel(
    session: Session,
    person: Person,
    meeting_id: UUID,
    form: CancelForm,
    entered: Entered,
    clock: Clock,
    teller: Tell,
) -> None:
    cancel_meeting(
        session,
        meeting_id,
        based_on=entered.based_on,
        reason=form.reason,
        asked_by=form.asked_by or AskedBy.SERVICE,
        actor=person.actor(Role.COORDINATOR),
        now=clock.now(),
        tell=teller,
    )


def _ask(
    request: Visitor,
    database: Database,
    meeting_id: UUID,
    template: str,
    title: str,
    *,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
    **values: Any,
) -> Template:
    with database.reading() as session:
        meeting = coordinators_meeting(session, request.user, meeting_id)
        shown = pages.brief(session, meeting)
    if entered is not None:
        values["entered"] = entered
    return page(
        request,
        f"meetings/{template}.html",
        title=title,
        status_code=422 if invalid else 200,
        problems=Problems(invalid.problems) if invalid else Problems(),
        shown=shown,
        based_on=entered.based_on if entered and entered.based_on else shown.version,
        **values,
    )


def _ask_cancel(
    request: Visitor,
    database: Database,
    meeting_id: UUID,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
) -> Template:
    return _ask(
        request,
        database,
        meeting_id,
        "cancel",
        "Cancel this meeting",
        entered=entered or Entered.of(asked_by=AskedBy.SERVICE.value),
        invalid=invalid,
        askers=choices(AskedBy),
    )


def _ask_outcome(
    request: Visitor,
    database: Database,
    meeting_id: UUID,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
) -> Template:
    return _ask(
        request,
        database,
        meeting_id,
        "outcome",
        "Record what became of this meeting",
        entered=entered,
        invalid=invalid,
        outcomes=outcome_choices(),
    )


def _ask_move(
    request: Visitor,
    database: Database,
    clock: Clock,
    meeting_id: UUID,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
    near: str = "",
) -> Template:
    with database.reading() as session:
        meeting = coordinators_meeting(session, request.user, meeting_id)
        now = clock.now()
        near_day = _day(near)
        wished = (
            at_london(near_day, london_time(meeting.starts_at), field="near") if near_day else None
        )
        refusal = ""
        try:
            found = alternatives(session, meeting_id, wished_for=wished, now=now)
        except Conflict as conflict:
            if invalid is None and meeting.starts_at <= now:
                raise
            found, refusal = (), str(conflict)
        usual = Entered.of(
            **date_parts("on", london_day(meeting.starts_at)),
            at=f"{london_time(meeting.starts_at):%H:%M}",
            lead=str(meeting.lead_id),
            second=str(meeting.second_id or ""),
            room=str(meeting.room_id or ""),
            asked_by=AskedBy.SERVICE.value,
        )
        shown = pages.brief(session, meeting)
        staff = staff_choices(session, shown.area_id)
        rooms = room_choices(session, shown.area_id)
    return page(
        request,
        "meetings/move.html",
        title="Move this meeting",
        status_code=422 if invalid else 200,
        problems=Problems(invalid.problems) if invalid else Problems(),
        entered=entered or usual,
        shown=shown,
        based_on=entered.based_on if entered and entered.based_on else shown.version,
        days=offered_days(found),
        refusal=refusal,
        near=near_day.isoformat() if near_day else "",
        own=OWN,
        staff=staff,
        rooms=rooms,
        has_room=shown.has_room,
        askers=choices(AskedBy),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
