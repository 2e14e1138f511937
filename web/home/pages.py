"""What needs a coordinator today: plain values, put together inside a session."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from rj.accounts.queries import areas_by_name
from rj.calendars.queries import ToTell, failed_mails, letters_and_calls
from rj.compartments.permission import limited_away
from rj.conferences.models import Meeting
from rj.conferences.provisional import holds_to_mend, standing_holds
from rj.conferences.queries import live_meetings, meetings_without_outcome
from rj.conferences.readiness import standing_though_unsuitable
from rj.conferences.upset import upset_meetings
from rj.facilitators.queries import get_facilitator
from rj.kernel.london import london_day
from rj.orders.models import Order, StepState
from rj.orders.queries import (
    get_officer,
    get_order,
    get_plan,
    get_step,
    live_plan,
    may_be_planned,
    open_orders,
    steps_of,
)
from rj.outbox.models import Message, RecipientKind
from rj.parties.queries import get_party, harmed_names, harmer_names, parties_of_orders
from rj.policy.clocks import ClockState, Standing
from rj.policy.terms import PartyRole, Role, Side
from rj.scheduling.waiting import awaiting_review, gates_waiting, risks_lapsing
from web.orders.clocks import clock_tag
from web.orders.pages import contact_standings, stage_words
from web.orders.told import part_words
from web.pages import Tag, day_text, moment_text
from web.people import IN_A_LIST, NamesShown, Person
from web.words import MEETING_TAGS, words_for

SOONEST = 3
"""How many are shown of what is in no hurry."""
PRESSING = frozenset({ClockState.OVERDUE, ClockState.DUE_TODAY, ClockState.NEAR})


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: where it is, what it is about, and a word about its state."""

    text: str
    href: str
    detail: str
    tag: Tag | None = None
    act: str = ""
    """Address of a form that does it at once; empty when there is none."""
    act_text: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Things of one kind. ``none`` is said when there are none."""

    id: str
    title: str
    tasks: tuple[Task, ...]
    none: str
    is_pressing: bool = False
    at_first: int = 8
    """How many are shown at once."""
    lead: str = ""
    """A sentence before them."""
    all_at: str = ""
    """Where all of them are; without it the others unfold here."""


@dataclass(frozen=True, slots=True)
class Today:
    """The first page."""

    day: str
    areas: str
    sections: tuple[Section, ...]
    harmed_side_waiting: int
    """Letters and calls that wait for whoever takes the harmed side's part; never which."""
    has_orders: bool


def today_page(session: Session, person: Person, now: datetime) -> Today:
    """Everything that waits for a coordinator of these areas."""
    areas = person.areas(Role.COORDINATOR)
    away = limited_away(session, person.account_id)
    orders = [
        order
        for area in sorted(areas)
        for order in open_orders(session, area)
        if order.id not in away
    ]
    names = NamesShown(
        harmer_names(session, [order.id for order in orders]), person, Role.COORDINATOR
    )
    today = london_day(now)
    stands = contact_standings(session, orders, today)
    return Today(
        day=f"{today:%A} {day_text(today)}",
        areas=", ".join(area.name for area in areas_by_name(session) if area.id in areas),
        sections=_without(
            _hidden(session, away),
            _clocks(orders, names, stands),
            _alerts(orders, names, stands),
            _upset(session, areas, now),
            _unsuitable(session, orders, names, now),
            _held_in_vain(session, areas, now),
            _reviews(session, areas, away),
            _holds(session, areas, today),
            _unplanned(session, orders, names),
            _failed(session, person, areas, away),
            _letters(session, areas, names),
            _outcomes(session, areas, now),
            _risks(session, areas, now),
            _gates(session, areas, now),
            _sign_offs(orders, names),
            _unnamed(session, orders, names),
        ),
        harmed_side_waiting=sum(
            waiting.order_id not in away
            for waiting in letters_and_calls(session, side=Side.HARMED, area_ids=areas)
        ),
        has_orders=bool(orders),
    )


def _hidden(session: Session, away: frozenset[UUID]) -> frozenset[str]:
    """What the addresses of tasks about cases that are limited to others would name."""
    if not away:
        return frozenset()
    meetings = session.exec(select(Meeting.id).where(col(Meeting.order_id).in_(away))).all()
    messages = session.exec(select(Message.id).where(col(Message.subject_id).in_(meetings))).all()
    return frozenset(map(str, (*away, *meetings, *messages)))


def _without(hidden: frozenset[str], *sections: Section) -> tuple[Section, ...]:
    """The sections without tasks that lead to anything hidden."""
    return tuple(
        replace(
            section,
            tasks=tuple(task for task in section.tasks if not hidden & set(task.href.split("/"))),
        )
        for section in sections
    )


def _about(order: Order, names: dict[UUID, str]) -> str:
    name = names.get(order.id, "")
    return f"{order.reference}, {name}" if name else order.reference


def _clocks(
    orders: list[Order], names: dict[UUID, str], stands: Mapping[UUID, Standing]
) -> Section:
    found = [each for each in orders if stands[each.id].state in PRESSING]
    return Section(
        "clocks",
        "First contact running out or overdue",
        _contacts_to_make(found, names, stands),
        "Every first contact is made or has time.",
        is_pressing=True,
    )


def _alerts(
    orders: list[Order], names: dict[UUID, str], stands: Mapping[UUID, Standing]
) -> Section:
    """The earlier alerts: a promise is not lost yet, and somebody can still call (R16)."""
    found = [
        each
        for each in orders
        if stands[each.id].state is ClockState.RUNNING and stands[each.id].alert is not None
    ]
    return Section(
        "alerts",
        "First contacts to make, with time left",
        _contacts_to_make(found, names, stands),
        "No other first contact has waited past its first reminder.",
    )


def _contacts_to_make(
    orders: list[Order], names: dict[UUID, str], stands: Mapping[UUID, Standing]
) -> tuple[Task, ...]:
    tasks = []
    for order in sorted(orders, key=lambda each: (stands[each.id].days_left, each.reference)):
        clock = stands[order.id]
        tried = "tried already" if order.first_attempted_at else "nobody has tried yet"
        tasks.append(
            Task(
                _about(order, names),
                f"/orders/{order.id}",
                f"Due {day_text(clock.due_on)}, now day {clock.day}, {tried}",
                clock_tag(clock),
            )
        )
    return tuple(tasks)


def _upset(session: Session, areas: frozenset[str], now: datetime) -> Section:
    """Told or held, somebody must move them: nothing does by itself before the next plan."""
    return Section(
        "upset",
        "Meetings that can no longer be held as booked",
        tuple(
            Task(
                f"{_stage(session, upset.meeting)}, {moment_text(upset.meeting.starts_at)}",
                f"/meetings/{upset.meeting.id}",
                f"{get_order(session, upset.meeting.order_id).reference}: "
                f"{'. '.join(upset.reasons)}",
                MEETING_TAGS[upset.meeting.state],
            )
            for upset in upset_meetings(session, areas, now=now)
        ),
        "Every meeting can be held as booked.",
        is_pressing=True,
    )


def _reviews(session: Session, areas: frozenset[str], away: frozenset[UUID]) -> Section:
    names = {area.id: area.name for area in areas_by_name(session)}
    return Section(
        "reviews",
        "Proposals waiting for review",
        tuple(
            Task(
                f"Planning run {waiting.reference}",
                f"/planning/{waiting.run_id}",
                f"{names.get(waiting.area_id, waiting.area_id)}: "
                f"{waiting.cases} {'case' if waiting.cases == 1 else 'cases'} would change",
                Tag("Proposed", "proposed"),
            )
            for waiting in awaiting_review(session, areas, but_order_ids=away)
        ),
        "No proposal waits for review.",
    )


def _unsuitable(
    session: Session, orders: list[Order], names: dict[UUID, str], now: datetime
) -> Section:
    """A finding calls nothing off by itself: a coordinator decides, on the order's page."""
    standing = standing_though_unsuitable(session, [order.id for order in orders], now=now)
    return Section(
        "unsuitable",
        "Told meetings of cases found unsuitable",
        tuple(
            Task(
                _about(order, names),
                f"/orders/{order.id}#unsuitable",
                "Decide whether these stand: "
                + ", ".join(
                    f"{_stage(session, meeting).lower()} on {moment_text(meeting.starts_at)}"
                    for meeting in standing[order.id]
                ),
                Tag("To decide", "late"),
            )
            for order in orders
            if order.id in standing
        ),
        "No told meeting rests on a finding that is now no.",
        is_pressing=True,
    )


def _unplanned(session: Session, orders: list[Order], names: dict[UUID, str]) -> Section:
    """Orders whose next step may be planned and has no meeting held or told."""
    booked = {meeting.step_id for meeting in live_meetings(session, [each.id for each in orders])}
    tasks = []
    for order in orders:
        plan = live_plan(session, order.id)
        if plan is None:
            continue
        step = next(
            (each for each in steps_of(session, plan.id) if each.state is StepState.OPEN), None
        )
        if step is not None and step.id not in booked and may_be_planned(order, step):
            tasks.append(
                Task(
                    _about(order, names),
                    f"/orders/{order.id}",
                    f"{stage_words(step, plan.route)} has no published meeting",
                )
            )
    return Section(
        "unplanned",
        "Orders without a published meeting",
        tuple(tasks),
        "Every open order has its next meeting.",
    )


def _failed(
    session: Session, person: Person, areas: frozenset[str], away: frozenset[UUID]
) -> Section:
    """Each names a person: that it was shown is noted like any name in a list."""
    found = [each for each in failed_mails(session, areas) if each.order_id not in away]
    for failed in found:
        if failed.kind is RecipientKind.PARTY:
            person.opens(Role.COORDINATOR, IN_A_LIST, failed.order_id, failed.order_id)
    return Section(
        "failed",
        "Messages that did not arrive",
        tuple(
            Task(
                f"To {_reader(session, failed.kind, failed.reader_id)}, "
                f"about {moment_text(failed.starts_at)}",
                f"/meetings/{failed.meeting_id}",
                failed.reason,
                Tag("Failed", "late"),
                act=f"/today/messages/{failed.message_id}/try-again",
                act_text="Try again",
            )
            for failed in found
        ),
        "No message failed.",
        is_pressing=True,
    )


def _letters(session: Session, areas: frozenset[str], names: dict[UUID, str]) -> Section:
    return Section(
        "letters",
        "Letters to print and calls to make",
        tuple(
            Task(
                f"{_letter_words(waiting)}: {names.get(waiting.order_id, waiting.party_reference)}",
                _letter_at(waiting),
                f"About {moment_text(waiting.starts_at)}",
                Tag("Still to do", "soon"),
            )
            for waiting in letters_and_calls(session, side=Side.HARMER, area_ids=areas)
        ),
        "Nothing to print, nobody to ring.",
    )


def _letter_words(waiting: ToTell) -> str:
    if waiting.is_to_agree:
        return "Agree how to reach"
    return words_for(waiting.channel)


def _letter_at(waiting: ToTell) -> str:
    if waiting.is_to_agree:
        return f"/orders/{waiting.order_id}/people/{waiting.party_id}"
    return f"/today/messages/{waiting.message_id}"


def _outcomes(session: Session, areas: frozenset[str], now: datetime) -> Section:
    return Section(
        "outcomes",
        "Meetings that are over and have no outcome",
        tuple(
            Task(
                f"{_stage(session, meeting)}, {moment_text(meeting.starts_at)}",
                f"/meetings/{meeting.id}",
                f"{get_order(session, meeting.order_id).reference}, led by "
                f"{get_facilitator(session, meeting.lead_id).name}",
            )
            for meeting in meetings_without_outcome(session, areas, now)
        ),
        "Every meeting that is over has its outcome.",
    )


def _risks(session: Session, areas: frozenset[str], now: datetime) -> Section:
    """An old risk assessment cancels nothing, but no meeting is confirmed or begun on it."""
    return Section(
        "risks",
        "Risk assessments about to lapse",
        tuple(
            Task(
                lapsing.reference,
                f"/orders/{lapsing.order_id}",
                f"Lapses on {day_text(lapsing.lapses_on)}: look at it again",
            )
            for lapsing in risks_lapsing(session, areas, today=london_day(now))
        ),
        "No risk assessment lapses within a week.",
    )


def _gates(session: Session, areas: frozenset[str], now: datetime) -> Section:
    """Held meetings whose people cannot be told yet; a normal state, so only the next are shown."""
    found = gates_waiting(session, areas, now=now)
    return Section(
        "gates",
        "Held meetings that wait for something to be recorded",
        tuple(
            Task(
                f"{waiting.reference}, {moment_text(waiting.starts_at)}",
                f"/orders/{waiting.order_id}",
                ". ".join(waiting.missing),
            )
            for waiting in found
        ),
        "No held meeting waits for something to be recorded.",
        at_first=SOONEST,
        lead="Their people are told as soon as it is recorded. Waiting is a normal state.",
        all_at="/today/waiting",
    )


def waiting_section(session: Session, person: Person, now: datetime) -> Section:
    """Every held meeting whose people cannot be told yet, the soonest first."""
    away = limited_away(session, person.account_id)
    [section] = _without(
        _hidden(session, away), _gates(session, person.areas(Role.COORDINATOR), now)
    )
    return section


def _held_in_vain(session: Session, areas: frozenset[str], now: datetime) -> Section:
    """What the court was told and is no longer held. Gone once the order is recorded, the hold is
    given back, or the order's plan has a meeting in its place."""
    return Section(
        "held-in-vain",
        "Times held for the court that came to nothing",
        tuple(
            Task(
                hold.reference,
                f"/planning/holds/{hold.id}",
                f"Its call of {moment_text(hold.contact_starts_at)} has passed and no order came: "
                "find out whether the sentence was passed",
            )
            if hold.order_id is None
            else Task(
                get_order(session, hold.order_id).reference,
                f"/orders/{hold.order_id}",
                f"{hold.lost}. The court was told of it under {hold.reference}",
            )
            for hold in holds_to_mend(session, areas, now=now)
        ),
        "Everything the court was told is held.",
        is_pressing=True,
    )


HOLD_ENDS_SOON = timedelta(days=7)


def _holds(session: Session, areas: Iterable[str], today: date) -> Section:
    """What is held for orders to come and soon ends: has the order come by another way?"""
    return Section(
        "holds",
        "Provisional holds that end within a week",
        tuple(
            Task(
                hold.reference,
                f"/planning/holds/{hold.id}",
                f"Expected sentence {day_text(hold.sentence_on)}, held until "
                f"{day_text(hold.expires_on)}",
            )
            for hold in standing_holds(session, sorted(areas))
            if hold.expires_on <= today + HOLD_ENDS_SOON
        ),
        "No provisional hold ends within a week.",
    )


def _sign_offs(orders: Iterable[Order], names: dict[UUID, str]) -> Section:
    return Section(
        "sign-offs",
        "Sensitive and complex cases waiting for a sign-off",
        tuple(
            Task(_about(order, names), f"/orders/{order.id}/sign-off", "A manager decides")
            for order in orders
            if order.is_sensitive_complex and order.signed_off_at is None
        ),
        "No sensitive and complex case waits for a sign-off.",
    )


def _unnamed(session: Session, orders: list[Order], names: dict[UUID, str]) -> Section:
    waiting = [order for order in orders if order.liaison_account_id is None]
    people = parties_of_orders(session, [order.id for order in waiting])
    return Section(
        "unnamed",
        "Nobody named for the harmed side",
        tuple(
            Task(
                _about(order, names),
                f"/orders/{order.id}/liaison",
                "Name who takes the harmed side's part",
            )
            for order in waiting
            if any(party.side is Side.HARMED for party in people.get(order.id, ()))
        ),
        "Somebody is named in every case that needs it.",
    )


def _stage(session: Session, meeting: Meeting) -> str:
    step = get_step(session, meeting.step_id)
    return stage_words(step, get_plan(session, step.plan_id).route)


def _reader(session: Session, kind: RecipientKind, reader_id: UUID) -> str:
    """Whom a message was for; the harmed side by chosen name or by part only."""
    match kind:
        case RecipientKind.FACILITATOR:
            return get_facilitator(session, reader_id).name
        case RecipientKind.OFFICER:
            return get_officer(session, reader_id).name
        case RecipientKind.PARTY:
            party = get_party(session, reader_id)
            if party.side is Side.HARMER and party.role is PartyRole.PRINCIPAL:
                name = harmer_names(session, [party.order_id]).get(party.order_id, "")
            else:
                name = harmed_names(session, [party.order_id]).get(party.id, "")
            return name or part_words(party).lower()
        case _:
            return "a member of staff"
