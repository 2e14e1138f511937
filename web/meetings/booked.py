"""Meetings already booked in a time that is about to be taken away, named before it happens.

A form that closes a room or sends somebody away calls ``refuse_unseen`` inside its transaction.
Meetings its sender has not been shown yet undo it, and ``ask_about_booked`` names them and asks
whether the time is to be taken all the same. Nothing moves by itself: they stand on the first page
of their coordinators until somebody has moved or cancelled them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from litestar.response import Template
from sqlmodel import Session

from rj.compartments.matrix import Action, Thing
from rj.compartments.permission import may
from rj.conferences.models import Meeting
from rj.conferences.queries import meetings_taking
from rj.facilitators.queries import get_facilitator
from rj.kernel.london import at_london, london_day
from rj.orders.queries import get_order, get_plan, get_step
from rj.policy.terms import Role
from rj.venues.queries import get_room, get_venue
from web.forms import Entered
from web.orders.pages import stage_words
from web.pages import Tag, clock_text, page, weekday_text
from web.people import Person, Visitor
from web.words import MEETING_TAGS

SEEN = "_seen"
"""The codes of the meetings that a form's sender has been shown."""


@dataclass(frozen=True, slots=True)
class BookedMeeting:
    """A meeting in the way. Of another area's, nothing is said but that it is there."""

    code: str
    when: str
    what: str
    where: str
    href: str
    tag: Tag | None


class MeetingsInTheWay(Exception):
    """Meetings are booked in the time asked for that the person has not been shown."""

    def __init__(self, booked: tuple[BookedMeeting, ...]) -> None:
        super().__init__("meetings are booked then")
        self.booked = booked


def whole_days(first_day: date, last_day: date) -> tuple[datetime, datetime]:
    """From the first midnight of these days in London to the last."""
    beyond = last_day + timedelta(days=1)
    return at_london(first_day, time(0)), at_london(beyond, time(0))


def refuse_unseen(
    session: Session,
    person: Person,
    entered: Entered,
    resource_ids: Iterable[UUID],
    taken: tuple[datetime, datetime],
    *,
    now: datetime,
    is_own: bool = False,
) -> None:
    """Raise MeetingsInTheWay when coming meetings take up the rooms or people within that time,
    unless the form says that each of them has been shown. ``is_own``: the time is the person's."""
    found = [each for each in meetings_taking(session, resource_ids, *taken) if each.ends_at > now]
    if {each.code for each in found} - set(entered.text(SEEN).split()):
        raise MeetingsInTheWay(tuple(_booked(session, person, each, is_own) for each in found))


def ask_about_booked(
    request: Visitor,
    entered: Entered,
    booked: tuple[BookedMeeting, ...],
    *,
    title: str,
    button: str,
    back: str,
) -> Template:
    """Name the meetings and ask whether to go on; everything that was typed is sent again."""
    kept = [
        (name, value)
        for name, values in entered.values.items()
        if not name.startswith("_")
        for value in values
    ]
    return page(
        request,
        "meetings/booked.html",
        title=title,
        booked=booked,
        kept=(*kept, (SEEN, " ".join(each.code for each in booked))),
        button_text=button,
        back=back,
    )


def _booked(session: Session, person: Person, meeting: Meeting, is_own: bool) -> BookedMeeting:
    when = (
        f"{weekday_text(london_day(meeting.starts_at))}, "
        f"{clock_text(meeting.starts_at)} to {clock_text(meeting.ends_at)}"
    )
    order = get_order(session, meeting.order_id)
    role = Role.FACILITATOR if is_own else Role.COORDINATOR
    is_coordinated = may(
        session, person, Action.READ, Thing.ATTENDANCE, order, role=Role.COORDINATOR
    )
    if not (
        is_coordinated or may(session, person, Action.READ, Thing.ATTENDANCE, order, role=role)
    ):
        return BookedMeeting(meeting.code, when, "A meeting that you cannot open", "", "", None)
    step = get_step(session, meeting.step_id)
    staff = [get_facilitator(session, meeting.lead_id).name]
    if meeting.second_id is not None:
        staff.append(get_facilitator(session, meeting.second_id).name)
    where = "By telephone"
    if meeting.room_id is not None:
        room = get_room(session, meeting.room_id)
        where = f"{room.name}, {get_venue(session, room.venue_id).name}"
    return BookedMeeting(
        code=meeting.code,
        when=when,
        what=f"{stage_words(step, get_plan(session, step.plan_id).route)} of case "
        f"{order.reference}, {' with '.join(staff)}",
        where=where,
        href=f"/meetings/{meeting.id}" if is_coordinated else "",
        tag=MEETING_TAGS[meeting.state],
    )
