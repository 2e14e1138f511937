"""What liaison officers see. Nothing of the person on probation but the case's own facts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlmodel import Session

from rj.calendars.calling import calls_made
from rj.calendars.queries import ToTell, letters_and_calls
from rj.calendars.rendering import CallToMake, LetterToPrint
from rj.conferences.aftercare import calls_to_make
from rj.conferences.attendance import attendees
from rj.conferences.queries import latest_gates, live_meetings
from rj.conferences.readiness import person_in_words
from rj.intake.entry import read_day
from rj.kernel.errors import FieldProblem, Invalid
from rj.orders.models import Order
from rj.orders.queries import get_step, live_plan, offences_of
from rj.outbox.models import MessageState
from rj.parties.models import Party
from rj.parties.queries import (
    contact_plan,
    harmed_names,
    parties_of,
    time_of,
)
from rj.policy.terms import CalendarWish, Channel, Gate, Role, Side
from rj.suppression.marks import MarkKind
from rj.suppression.services import open_question
from rj.venues.queries import get_room, get_venue, venues_in
from web.compartments.pages import OpeningRow, opening_rows
from web.facilitators.pages import NOT_RECORDED, person_part
from web.liaison.access import closed_cases_to_finish, own_cases
from web.orders.pages import stage_words
from web.orders.told import part_words
from web.pages import Fact, Tag, day_text, moment_text, weekly_text
from web.people import IN_A_LIST, Person
from web.words import GATE_TAGS, MEETING_TAGS, words_for

DAYS_APART = re.compile(r"\s+to\s+|\s*–\s*")
CHANNELS = (
    (Channel.EMAIL.value, "E-mail"),
    (Channel.LETTER.value, "Letter", "You print and post it"),
    (Channel.PHONE.value, "Telephone", "You ring, with a script"),
    (Channel.IN_PERSON.value, "In person", "You tell them when you meet"),
)
CALENDAR_WISHES = (
    (CalendarWish.NONE.value, "No", "Nothing enters a calendar that others may see"),
    (
        CalendarWish.INVITATION.value,
        "Yes, an invitation that says only Appointment",
        "By e-mail only",
    ),
)


ALIKE_IN: dict[MarkKind, str] = {
    MarkKind.EMAIL: "e-mail address",
    MarkKind.TELEPHONE: "telephone number",
    MarkKind.NAME_AND_BIRTH: "name and date of birth",
    MarkKind.NAME_AND_POSTCODE: "name and postcode",
}


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A letter, a call, or a talk about how to reach somebody."""

    what: str
    who: str
    when: str
    href: str
    tag: Tag
    case: str = ""
    """Its order's reference, where tasks of several cases stand together."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody in a list."""

    href: str
    name: str
    part: str
    contact: str
    consent: Tag
    tag: Tag | None


@dataclass(frozen=True, slots=True)
class LiaisonCase:
    """One case in the list."""

    href: str
    reference: str
    next_meeting: str
    people: tuple[PersonRow, ...]


@dataclass(frozen=True, slots=True)
class LiaisonHome:
    """What waits for a liaison officer, and their cases."""

    tasks: tuple[TaskRow, ...]
    cases: tuple[LiaisonCase, ...]


@dataclass(frozen=True, slots=True)
class LiaisonMeeting:
    """A meeting that somebody of the harmed side comes to."""

    title: str
    when: str
    place: str
    tag: Tag


@dataclass(frozen=True, slots=True)
class StoppedRow:
    """Somebody of the other side who said no: part and reference, and nothing else of them."""

    who: str
    since: str
    href: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """One case as the harmed side's contact sees it."""

    reference: str
    facts: tuple[Fact, ...]
    people: tuple[PersonRow, ...]
    meetings: tuple[LiaisonMeeting, ...]
    tasks: tuple[TaskRow, ...]
    openings: tuple[OpeningRow, ...]
    stopped: tuple[StoppedRow, ...]


@dataclass(frozen=True, slots=True)
class PersonPage:
    """One person, without their contact details: those are opened with a reason."""

    party_id: UUID
    version: int
    order_id: UUID
    case: str
    name: str
    part: str
    has_plan: bool
    plan: tuple[Fact, ...]
    times: tuple[Fact, ...]
    consent: Tag
    stopped: str
    """Since when contact is stopped; empty while it is not."""
    is_asked: bool
    """It is stopped only until it is known whether they said no before."""
    tasks: tuple[TaskRow, ...]


@dataclass(frozen=True, slots=True)
class MessagePage:
    """A letter to print or a call to make."""

    message_id: UUID
    party_id: UUID
    is_letter: bool
    is_in_person: bool
    is_to_agree: bool
    is_done: bool
    letter: LetterToPrint | None
    call: CallToMake | None
    attempts: tuple[Fact, ...]


def home(session: Session, person: Person, today: date) -> LiaisonHome:
    """Tasks first, then the cases."""
    orders = own_cases(session, person)
    tasks = []
    cases = []
    for order in orders:
        person.opens(Role.LIAISON_OFFICER, IN_A_LIST, order.id, order.id)
        tasks += [replace(task, case=order.reference) for task in _tasks(session, order, today)]
        meetings = _harmed_meetings(session, order)
        cases.append(
            LiaisonCase(
                href=f"/liaison/cases/{order.id}",
                reference=order.reference,
                next_meeting=f"{meetings[0].title}: {meetings[0].when}" if meetings else "",
                people=_people(session, order),
            )
        )
    for order in closed_cases_to_finish(session, person):
        person.opens(Role.LIAISON_OFFICER, IN_A_LIST, order.id, order.id)
        tasks += [row for _, row in _waiting(session, order)]
    return LiaisonHome(tuple(tasks), tuple(cases))


def case_page(session: Session, order: Order, today: date) -> CasePage:
    """One case: its facts, the harmed side's people and meetings, and what waits."""
    return CasePage(
        reference=order.reference,
        facts=(
            Fact("Sentenced", day_text(order.sentenced_on)),
            Fact("Order ends", day_text(order.ends_on)),
            Fact(
                "Offences", "; ".join(each.description for each in offences_of(session, order.id))
            ),
        ),
        people=_people(session, order),
        meetings=_harmed_meetings(session, order),
        tasks=tuple(_tasks(session, order, today)),
        openings=opening_rows(session, order.id),
        stopped=tuple(
            StoppedRow(
                who=f"{part_words(party)}, {party.reference}",
                since=moment_text(party.stopped_at),
                href=f"/liaison/cases/{order.id}/people/{party.id}/lift",
            )
            for party in parties_of(session, order.id)
            if party.side is Side.HARMER and party.stopped_at is not None
        ),
    )


def person_page(session: Session, party: Party, order: Order) -> PersonPage:
    """One person of the harmed side."""
    plan = contact_plan(session, party.id)
    consent = latest_gates(session, order.id).get((Gate.CONSENT, party.id))
    facts: list[Fact] = []
    if plan is not None:
        facts = [
            Fact("Reached by", words_for(plan.channel)),
            Fact("Calendar", words_for(plan.calendar_wish)),
            Fact("Voicemail", "May be left" if plan.may_leave_voicemail else "Leave none"),
            Fact("Safe times", plan.safe_times or "None named"),
            Fact("Say you call about", plan.alias or "Nothing agreed"),
            Fact("Messages name the building", "Yes" if plan.shows_place else "No"),
            Fact("Agreed", day_text(plan.agreed_on)),
        ]
    times = time_of(session, party.id)
    away = "; ".join(f"{day_text(first)} to {day_text(last)}" for first, last in times.away)
    return PersonPage(
        party_id=party.id,
        version=party.version,
        order_id=order.id,
        case=order.reference,
        name=_name(session, party),
        part=person_in_words(person_part(party)),
        has_plan=plan is not None,
        plan=tuple(facts),
        times=(
            Fact("Hours", weekly_text(party.hours or ()) or "None named: any"),
            Fact("Would rather", weekly_text(party.likes_hours or ()) or "–"),
            Fact("Away", away or "–"),
            Fact("Avoids", _venue_names(session, times.avoids)),
            Fact("Would rather go to", _venue_names(session, times.likes)),
        ),
        consent=GATE_TAGS[consent.value] if consent else NOT_RECORDED,
        stopped=moment_text(party.stopped_at),
        is_asked=open_question(session, party.id) is not None,
        tasks=tuple(
            task
            for waiting, task in _waiting(session, order)
            if waiting.party_id == party.id and not waiting.is_to_agree
        ),
    )


def venue_choices(session: Session, area_id: str) -> tuple[tuple[str, str], ...]:
    """Buildings of an area, for boxes to tick."""
    return tuple((str(venue.id), venue.name) for venue in venues_in(session, [area_id]))


def away_text(away: tuple[tuple[date, date], ...]) -> str:
    """Days away as the form shows and reads them, a line each."""
    return "\n".join(f"{first:%d/%m/%Y} to {last:%d/%m/%Y}" for first, last in away)


def read_away(text: str) -> tuple[tuple[date, date], ...]:
    """Days away from lines such as ``01/04/2026 to 07/04/2026``, or one day alone.

    Raises Invalid, naming the line.
    """
    found = []
    for line in text.replace(";", "\n").splitlines():
        if not line.strip():
            continue
        parts = DAYS_APART.split(line.strip())
        try:
            days = [read_day(part) for part in parts]
            if len(days) > 2 or days[-1] < days[0]:
                raise ValueError
        except ValueError:
            raise Invalid(
                FieldProblem("away", f"Write days away like 01/04/2026 to 07/04/2026: {line}")
            ) from None
        found.append((days[0], days[-1]))
    return tuple(found)


def attempts_at(session: Session, message_id: UUID) -> tuple[Fact, ...]:
    """Earlier calls that did not reach the person."""
    return tuple(
        Fact(moment_text(call.at), words_for(call.outcome))
        for call in calls_made(session, message_id)
    )


def is_done(state: MessageState) -> bool:
    """Whether nothing is left to do."""
    return state is not MessageState.TO_DO


def _people(session: Session, order: Order) -> tuple[PersonRow, ...]:
    gates = latest_gates(session, order.id)
    rows = []
    for party in parties_of(session, order.id):
        if party.side is not Side.HARMED:
            continue
        plan = contact_plan(session, party.id)
        consent = gates.get((Gate.CONSENT, party.id))
        rows.append(
            PersonRow(
                href=f"/liaison/people/{party.id}",
                name=_name(session, party),
                part=person_in_words(person_part(party)),
                contact=words_for(plan.channel) if plan else "Not agreed yet",
                consent=GATE_TAGS[consent.value] if consent else NOT_RECORDED,
                tag=Tag("Contact stopped", "blocked") if party.stopped_at else None,
            )
        )
    return tuple(rows)


def _name(session: Session, party: Party) -> str:
    return harmed_names(session, [party.order_id]).get(party.id, "") or party.reference


def _venue_names(session: Session, venue_ids: frozenset[UUID]) -> str:
    return ", ".join(sorted(get_venue(session, each).name for each in venue_ids)) or "–"


def _harmed_meetings(session: Session, order: Order) -> tuple[LiaisonMeeting, ...]:
    """Meetings that somebody of the harmed side is expected at. The other side's stay unseen."""
    plan = live_plan(session, order.id)
    harmed = {party.id for party in parties_of(session, order.id) if party.side is Side.HARMED}
    names = {
        party.id: _name(session, party)
        for party in parties_of(session, order.id)
        if party.id in harmed
    }
    found = []
    for meeting in live_meetings(session, [order.id]):
        step = get_step(session, meeting.step_id)
        if plan is None or not harmed & {each.id for each in attendees(session, step)}:
            continue
        place = "By telephone"
        if meeting.room_id is not None:
            room = get_room(session, meeting.room_id)
            place = f"{room.name}, {get_venue(session, room.venue_id).name}"
        found.append(
            LiaisonMeeting(
                title=stage_words(step, plan.route)
                + (f", {names[step.harmed_id]}" if step.harmed_id in names else ""),
                when=moment_text(meeting.starts_at),
                place=place,
                tag=MEETING_TAGS[meeting.state],
            )
        )
    return tuple(found)


def _tasks(session: Session, order: Order, today: date) -> list[TaskRow]:
    """What waits for one case: first how to reach people, then letters and calls."""
    rows = [
        TaskRow(
            what="Agree how it is safe to reach them",
            who=_name(session, party),
            when="Before anything is sent",
            href=f"/liaison/people/{party.id}/plan",
            tag=Tag("To agree", "soon"),
        )
        for party in parties_of(session, order.id)
        if party.side is Side.HARMED
        and party.stopped_at is None
        and contact_plan(session, party.id) is None
    ]
    return [
        *(
            TaskRow(
                what="Contact was opened in an emergency",
                who=opening.who,
                when=opening.when,
                href=f"/liaison/cases/{order.id}",
                tag=Tag("Read", "late"),
            )
            for opening in opening_rows(session, order.id)
        ),
        *_questions(session, order),
        *rows,
        *_calls_after(session, order, today),
        *(task for waiting, task in _waiting(session, order) if not waiting.is_to_agree),
    ]


def _calls_after(session: Session, order: Order, today: date) -> list[TaskRow]:
    """Calls to those who met, or who agreed to something else (R30)."""
    return [
        TaskRow(
            what="Ring them after the meeting",
            who=_name(session, party),
            when=f"By {day_text(due_on)}",
            href=f"/liaison/people/{party.id}/after",
            tag=Tag("Call", "late" if due_on < today else "held"),
        )
        for party in parties_of(session, order.id)
        if party.side is Side.HARMED
        for _, due_on in calls_to_make(session, order, party, today)
    ]


def _questions(session: Session, order: Order) -> list[TaskRow]:
    """People of either side who look like somebody who said no; the other side by reference."""
    return [
        TaskRow(
            what="Find out whether they said no before",
            who=_name(session, party) if party.side is Side.HARMED else party.reference,
            when=f"Alike in {alike_in_words(question.kinds)}. Nothing is sent until you decide",
            href=f"/liaison/people/{party.id}/lift",
            tag=Tag("Stopped", "blocked"),
        )
        for party in parties_of(session, order.id)
        if (question := open_question(session, party.id)) is not None
    ]


def question_about(session: Session, party_id: UUID) -> str:
    """What a person and somebody who said no have in common; empty when nothing is asked."""
    question = open_question(session, party_id)
    return alike_in_words(question.kinds) if question else ""


def alike_in_words(kinds: Iterable[str]) -> str:
    """In what somebody is like one who said no; never the thing itself."""
    return ", ".join(ALIKE_IN[MarkKind(kind)] for kind in kinds)


def _waiting(session: Session, order: Order) -> list[tuple[ToTell, TaskRow]]:
    names = {party.id: _name(session, party) for party in parties_of(session, order.id)}
    return [
        (each, _task(each, names[each.party_id], f"/liaison/messages/{each.message_id}"))
        for each in letters_and_calls(session, side=Side.HARMED, order_id=order.id)
    ]


def _task(waiting: ToTell, who: str, href: str) -> TaskRow:
    if waiting.is_to_agree:
        what, tag = "Agree how it is safe to reach them", Tag("To agree", "soon")
    elif waiting.channel is Channel.LETTER:
        what, tag = "Print and post a letter", Tag("Letter", "held")
    elif waiting.channel is Channel.IN_PERSON:
        what, tag = "Tell them in person", Tag("In person", "held")
    else:
        what, tag = "Ring them", Tag("Call", "held")
    return TaskRow(what, who, f"About {moment_text(waiting.starts_at)}", href, tag)
