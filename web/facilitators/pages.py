"""What a facilitator sees: own meetings, own cases, and what must be recorded before the next.

Of the harmed side only the chosen name comes here, and only once they have agreed to take part;
never how to reach them (R56).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from rj.compartments.matrix import Action, Thing
from rj.compartments.permission import facilitators_meetings, may
from rj.compartments.services import released_items
from rj.conferences.attendance import Part, part_of, people_of
from rj.conferences.models import GateRecord, Meeting, MeetingState
from rj.conferences.queries import COMING, latest_gates, live_meetings, meetings_of
from rj.conferences.readiness import PERSONAL_GATES, person_in_words, what_is_missing
from rj.facilitators.models import Facilitator
from rj.facilitators.queries import get_facilitator
from rj.kernel.london import london_day
from rj.orders.models import Order, PlanStep, StepState
from rj.orders.queries import (
    contact_attempts,
    get_officer,
    get_order,
    get_plan,
    get_step,
    live_plan,
    steps_of,
)
from rj.outbox.models import RecipientKind
from rj.parties.contact import contact_details
from rj.parties.models import Party
from rj.parties.queries import contact_plan, harmed_names, harmer_names, parties_of
from rj.parties.sealing import Seal
from rj.policy.plan_templates import Attends
from rj.policy.terms import Gate, GateValue, Role, Side, Stage
from rj.venues.queries import get_room, get_venue
from web.facilitators.access import own_orders, own_record
from web.facilitators.practice import Practice, practice_of
from web.orders.clocks import ShownClock, clock_tag, shown_clocks
from web.orders.pages import contact_standings, stage_words
from web.pages import Fact, Tag, clock_text, day_text, moment_text, weekday_text
from web.people import NamesShown, Person
from web.words import GATE_TAGS, MEETING_TAGS, words_for

LOOKING_BACK = timedelta(days=30)

NOT_RECORDED = Tag("Not recorded", "proposed")

GATE_QUESTIONS: dict[Gate, str] = {
    Gate.SUITABLE: "Is the case suitable for restorative justice?",
    Gate.CONSENT: "Does this person consent to take part?",
    Gate.RISK_ASSESSMENT: "Does the risk assessment allow this person's meeting?",
    Gate.PREPARATION: "Is this person prepared?",
    Gate.READINESS: "Is this person ready to take part?",
}


@dataclass(frozen=True, slots=True)
class MeetingCard:
    """One meeting on a phone: what one needs on the way there."""

    id: UUID
    code: str
    title: str
    day: str
    hours: str
    place: str
    address: str
    case: str
    case_href: str
    part: str
    tag: Tag
    is_today: bool
    outcome_href: str
    """Where to say what became of it; empty while it lies ahead."""
    outcome: str


@dataclass(frozen=True, slots=True)
class MyMeetings:
    """A facilitator's first page."""

    is_linked: bool
    """Whether the account belongs to a facilitator at all."""
    coming: tuple[MeetingCard, ...] = ()
    awaiting: tuple[MeetingCard, ...] = ()
    past: tuple[MeetingCard, ...] = ()
    practice: Practice | None = None
    practice_ends: str = ""


@dataclass(frozen=True, slots=True)
class CaseCard:
    """One case in the list."""

    href: str
    reference: str
    name: str
    clock: Tag
    next_step: str


@dataclass(frozen=True, slots=True)
class GateLine:
    """How one gate stands, and where to record it; nowhere when it is somebody else's part."""

    label: str
    tag: Tag
    when: str
    href: str
    note: str


@dataclass(frozen=True, slots=True)
class CasePerson:
    """Somebody of the case as a facilitator sees them."""

    heading: str
    part: str
    facts: tuple[Fact, ...]
    gates: tuple[GateLine, ...]
    tag: Tag | None
    released_at: str
    """Where contact that the liaison officer released is opened; empty where none is."""


@dataclass(frozen=True, slots=True)
class StageLine:
    """One step of the plan and what still stands before it."""

    title: str
    tag: Tag
    when: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CasePage:
    """One of a facilitator's own cases."""

    order_id: UUID
    reference: str
    clocks: tuple[ShownClock, ...]
    awaits_contact: bool
    suitable: GateLine
    facts: tuple[Fact, ...]
    people: tuple[CasePerson, ...]
    stages: tuple[StageLine, ...]
    meetings: tuple[MeetingCard, ...]
    attempts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class GateAsked:
    """What the page of one gate says before the answer."""

    question: str
    whose: str
    now_is: Tag
    stages: tuple[StageLine, ...]


def my_meetings(session: Session, person: Person, now: datetime) -> MyMeetings:
    """Own meetings, the next one first."""
    me = own_record(session, person)
    if me is None:
        return MyMeetings(is_linked=False)
    found = facilitators_meetings(session, person.account_id, ended_after=now - LOOKING_BACK)
    cards = [(each, _card(session, me, each, now)) for each in found]
    practice = practice_of(session, me, now)
    return MyMeetings(
        is_linked=True,
        coming=tuple(card for each, card in cards if each.state in COMING and each.starts_at > now),
        awaiting=tuple(
            card for each, card in cards if each.state in COMING and each.starts_at <= now
        ),
        past=tuple(card for each, card in cards if each.state is MeetingState.OCCURRED)[::-1],
        practice=practice,
        practice_ends=day_text(practice.ends_on),
    )


def _card(session: Session, me: Facilitator, meeting: Meeting, now: datetime) -> MeetingCard:
    order = get_order(session, meeting.order_id)
    step = get_step(session, meeting.step_id)
    route = get_plan(session, step.plan_id).route
    place, address = "By telephone", ""
    if meeting.room_id is not None:
        room = get_room(session, meeting.room_id)
        venue = get_venue(session, room.venue_id)
        place, address = f"{room.name}, {venue.name}", venue.address
    here = f"/my/cases/{order.id}"
    is_open = order.closed_at is None
    outcome_href = ""
    if is_open and meeting.state in COMING and meeting.starts_at <= now:
        is_call = step.stage is Stage.CONTACT
        outcome_href = f"{here}/contact" if is_call else f"/my/meetings/{meeting.id}/outcome"
    return MeetingCard(
        id=meeting.id,
        code=meeting.code,
        title=stage_words(step, route),
        day=weekday_text(london_day(meeting.starts_at)),
        hours=f"{clock_text(meeting.starts_at)} to {clock_text(meeting.ends_at)}",
        place=place,
        address=address,
        case=order.reference,
        case_href=here if is_open else "",
        part=_part(session, me, meeting),
        tag=_meeting_tag(meeting, now),
        is_today=london_day(meeting.starts_at) == london_day(now),
        outcome_href=outcome_href,
        outcome=words_for(meeting.outcome) if meeting.outcome else "",
    )


def _meeting_tag(meeting: Meeting, now: datetime) -> Tag:
    if meeting.state in COMING and meeting.starts_at <= now:
        return Tag("Waiting for its outcome", "soon")
    return MEETING_TAGS[meeting.state]


def _part(session: Session, me: Facilitator, meeting: Meeting) -> str:
    if meeting.lead_id == me.id:
        if meeting.second_id is None:
            return "You lead"
        return f"You lead, with {get_facilitator(session, meeting.second_id).name}"
    return f"You are second, {get_facilitator(session, meeting.lead_id).name} leads"


def my_cases(session: Session, person: Person, today: date) -> tuple[CaseCard, ...]:
    """Own open cases, the oldest sentence first."""
    me = own_record(session, person)
    if me is None:
        return ()
    orders = own_orders(session, person)
    stands = contact_standings(session, orders, today)
    names = NamesShown(
        harmer_names(session, [order.id for order in orders]), person, Role.FACILITATOR
    )
    return tuple(
        CaseCard(
            href=f"/my/cases/{order.id}",
            reference=order.reference,
            name=names.get(order.id, ""),
            clock=clock_tag(stands[order.id]),
            next_step=_next_step(session, order),
        )
        for order in orders
    )


def _next_step(session: Session, order: Order) -> str:
    plan = live_plan(session, order.id)
    steps = steps_of(session, plan.id) if plan else []
    when = {each.step_id: each.starts_at for each in live_meetings(session, [order.id])}
    for step in steps:
        if plan is not None and step.state is StepState.OPEN:
            moment = moment_text(when[step.id]) if step.id in when else "no time yet"
            return f"{stage_words(step, plan.route)}: {moment}"
    return "All steps done"


def case_page(
    session: Session, seal: Seal, person: Person, order: Order, now: datetime
) -> CasePage:
    """Everything a facilitator needs of one own case."""
    me = own_record(session, person)
    gates = latest_gates(session, order.id)
    parties = parties_of(session, order.id)
    officer = get_officer(session, order.responsible_officer_id)
    here = f"/my/cases/{order.id}"
    today = london_day(now)
    return CasePage(
        order_id=order.id,
        reference=order.reference,
        clocks=shown_clocks(session, order, today),
        awaits_contact=order.is_awaiting_first_contact,
        suitable=_gate_line(Gate.SUITABLE, gates.get((Gate.SUITABLE, None)), f"{here}/gates"),
        facts=(
            Fact("Order ends", day_text(order.ends_on)),
            Fact("Responsible officer", officer.name),
            Fact("Officer's e-mail", officer.email),
            Fact("Officer's telephone", officer.telephone or "Not known"),
        ),
        people=tuple(_case_person(session, seal, me, party, gates, here) for party in parties),
        stages=stage_lines(session, order, today),
        meetings=tuple(
            _card(session, me, each, now)
            for each in meetings_of(session, order.id)
            if me is not None
            and each.state is not MeetingState.CANCELLED
            and may(session, person, Action.READ, Thing.ATTENDANCE, each, role=Role.FACILITATOR)
        ),
        attempts=tuple(
            Fact(
                moment_text(each.attempted_at),
                words_for(each.outcome) + (f". {each.note}" if each.note else ""),
            )
            for each in contact_attempts(session, order.id)
        ),
    )


def _case_person(
    session: Session,
    seal: Seal,
    me: Facilitator | None,
    party: Party,
    gates: dict[tuple[Gate, UUID | None], GateRecord],
    here: str,
) -> CasePerson:
    part = person_part(party)
    is_harmed = party.side is Side.HARMED
    lines = []
    if part.passes_gates:
        for gate in PERSONAL_GATES:
            record = gates.get((gate, party.id))
            href = f"{here}/people/{party.id}/gates"
            may_record = may_record_of(gate, party)
            line = _gate_line(gate, record, href if may_record else "")
            lines.append(line)
    return CasePerson(
        heading=party_heading(session, party, gates),
        part=person_in_words(part),
        facts=() if is_harmed else _harmer_facts(session, seal, party),
        released_at=(
            f"{here}/people/{party.id}/released"
            if is_harmed and me is not None and released_items(session, party.id, me.id)
            else ""
        ),
        gates=tuple(lines),
        tag=Tag("No contact wished", "blocked") if party.stopped_at else None,
    )


def person_part(party: Party) -> Part:
    """The part somebody has in a case, whatever the meeting."""
    part = part_of(party, frozenset(Attends))
    return part if part is not None else Part.INTERPRETER


def may_record_of(gate: Gate, party: Party) -> bool:
    """Whether a facilitator records this gate: a harmed person's consent is the liaison's part."""
    return not (gate is Gate.CONSENT and party.side is Side.HARMED)


def party_heading(
    session: Session, party: Party, gates: dict[tuple[Gate, UUID | None], GateRecord]
) -> str:
    """What a facilitator calls somebody: the harmed side by the chosen name, once agreed."""
    words = person_in_words(person_part(party))
    if party.side is Side.HARMED:
        consent = gates.get((Gate.CONSENT, party.id))
        has_agreed = consent is not None and consent.value is GateValue.YES
        name = harmed_names(session, [party.order_id]).get(party.id, "") if has_agreed else ""
    else:
        name = harmer_names(session, [party.order_id]).get(party.order_id, "")
        if person_part(party) is not Part.HARMER:
            name = ""
    if name:
        return name
    alike = [
        each
        for each in parties_of(session, party.order_id)
        if (each.side, each.role) == (party.side, party.role)
    ]
    told_apart = f", {party.reference}" if len(alike) > 1 else ""
    return words[:1].upper() + words[1:] + told_apart


def _harmer_facts(session: Session, seal: Seal, party: Party) -> tuple[Fact, ...]:
    details = contact_details(session, seal, party.id)
    plan = contact_plan(session, party.id)
    facts = [
        Fact("Name", details.name),
        Fact("Telephone", details.telephone or "Not known"),
        Fact("E-mail", details.email or "Not known"),
        Fact("Address", details.address or "Not known"),
        Fact("Agreed way", words_for(plan.channel) if plan else "Nothing agreed yet"),
    ]
    if plan is not None:
        facts.append(Fact("Voicemail", "May be left" if plan.may_leave_voicemail else "Leave none"))
        if plan.safe_times:
            facts.append(Fact("Safe times", plan.safe_times))
        if plan.alias:
            facts.append(Fact("Say you call about", plan.alias))
    if party.curfew_from and party.curfew_until:
        facts.append(Fact("Curfew", f"{party.curfew_from:%H:%M} to {party.curfew_until:%H:%M}"))
    return tuple(facts)


def _gate_line(gate: Gate, record: GateRecord | None, base: str) -> GateLine:
    return GateLine(
        label=words_for(gate),
        tag=GATE_TAGS[record.value] if record else NOT_RECORDED,
        when=day_text(london_day(record.recorded_at)) if record else "",
        href=f"{base}/{gate.value}" if base else "",
        note="" if base else "Recorded by the liaison officer",
    )


def stage_lines(session: Session, order: Order, today: date) -> tuple[StageLine, ...]:
    """The open steps of the plan, and what must be recorded before each one's people are told."""
    plan = live_plan(session, order.id)
    if plan is None:
        return ()
    meetings = {each.step_id: each for each in live_meetings(session, [order.id])}
    gates = latest_gates(session, order.id)
    people = {party.id: party for party in parties_of(session, order.id)}

    def whose(step: PlanStep) -> str:
        party = people.get(step.harmed_id) if step.harmed_id is not None else None
        return f", {party_heading(session, party, gates)}" if party is not None else ""

    return tuple(
        StageLine(
            title=stage_words(step, plan.route) + whose(step),
            tag=_stage_tag(step, meetings.get(step.id)),
            when=moment_text(meetings[step.id].starts_at) if step.id in meetings else "",
            missing=tuple(what_is_missing(session, step, today=today))
            if step.state is StepState.OPEN
            else (),
        )
        for step in steps_of(session, plan.id)
    )


def _stage_tag(step: PlanStep, meeting: Meeting | None) -> Tag:
    if step.state is StepState.DONE:
        return Tag("Done", "done")
    return MEETING_TAGS[meeting.state] if meeting else Tag("Not planned yet", "proposed")


def gate_asked(
    session: Session, order: Order, gate: Gate, party: Party | None, today: date
) -> GateAsked:
    """The page of one gate."""
    gates = latest_gates(session, order.id)
    record = gates.get((gate, party.id if party else None))
    return GateAsked(
        question=GATE_QUESTIONS[gate],
        whose=party_heading(session, party, gates) if party else "The case as a whole",
        now_is=GATE_TAGS[record.value] if record else NOT_RECORDED,
        stages=tuple(line for line in stage_lines(session, order, today) if line.missing),
    )


def told_states(session: Session, order_id: UUID) -> dict[UUID, MeetingState]:
    """The coming meetings of a case and how they stand: to see what an act has changed."""
    session.flush()
    return {each.id: each.state for each in live_meetings(session, [order_id])}


def what_followed(
    session: Session, order_id: UUID, before: dict[UUID, MeetingState]
) -> tuple[str, ...]:
    """Sentences on who is told now, or whose meeting was called off, since ``before``."""
    after = {each.id: each for each in live_meetings(session, [order_id])}
    sentences = []
    for meeting in after.values():
        if meeting.state is MeetingState.TOLD and before.get(meeting.id) is not MeetingState.TOLD:
            sentences.append(
                f"{_named(session, meeting)} is told now to {_people_words(session, meeting)}"
            )
    called_off = [
        each
        for each in meetings_of(session, order_id)
        if each.state is MeetingState.CANCELLED and each.id in before and each.id not in after
    ]
    for meeting in called_off:
        told = before[meeting.id] is MeetingState.TOLD
        who = "Those who were told of it are told" if told else "Nobody had been told of it"
        sentences.append(f"{_named(session, meeting)} is called off. {who}")
    return tuple(sentences)


def _named(session: Session, meeting: Meeting) -> str:
    step = get_step(session, meeting.step_id)
    title = stage_words(step, get_plan(session, step.plan_id).route)
    return f"{title} ({moment_text(meeting.starts_at)})"


def _people_words(session: Session, meeting: Meeting) -> str:
    """Who takes part, by part and never by name, except colleagues."""
    words = [
        get_facilitator(session, each.id).name
        if each.kind is RecipientKind.FACILITATOR
        else person_in_words(each.role)
        for each in people_of(session, meeting)
    ]
    return in_a_row(words)


def in_a_row(words: Iterable[str]) -> str:
    """``a, b and c``."""
    *first, last = tuple(words) or ("nobody",)
    return f"{', '.join(first)} and {last}" if first else last
