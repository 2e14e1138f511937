"""What the orders pages show: plain values, put together inside a session."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from rj.accounts.queries import active_accounts_holding, areas_by_name, get_account
from rj.compartments.permission import limited_away
from rj.conferences.models import Meeting, MeetingState
from rj.conferences.provisional import hold_of_order, steps_without
from rj.conferences.queries import live_meetings, meetings_of
from rj.conferences.readiness import standing_though_unsuitable, what_is_missing
from rj.facilitators.queries import get_facilitator
from rj.kernel.london import london_day
from rj.orders.clocks import clock_changes_of, first_contact
from rj.orders.models import Order, Plan, PlanStep, StepState
from rj.orders.plan_dates import NO_CHANGES
from rj.orders.queries import (
    OrderFilter,
    OrderSort,
    OrderState,
    contact_attempts,
    find_orders,
    get_court,
    get_officer,
    get_requirement,
    live_plan,
    offences_of,
    orders_awaiting_first_contact,
    policy_of_order,
    steps_of,
    venues_agreed,
)
from rj.parties.models import Party
from rj.parties.queries import (
    contact_plan,
    harmed_names,
    harmer_names,
    orders_of_harmers_named,
    parties_of,
)
from rj.policy.clocks import CLOCK_OF_STAGE, ClockState, Standing
from rj.policy.languages import language_name
from rj.policy.terms import PartyRole, Role, Route, Side, Skill, Stage
from rj.venues.queries import get_room, get_venue
from web.orders.clocks import ShownClock, clock_tag, shown_clocks
from web.orders.history import ChangeRow, change_rows
from web.orders.told import ToldRow, part_words, told_rows
from web.pages import Fact, Tag, clock_text, day_text, moment_text, weekday_text
from web.people import NamesShown, Person
from web.words import MEETING_TAGS, words_for

STATE_CHOICES = (
    (OrderState.OPEN.value, "Open"),
    (OrderState.AWAITING_CONTACT.value, "Waiting for first contact"),
    (OrderState.AWAITING_SIGN_OFF.value, "Waiting for a sign-off"),
    (OrderState.CLOSED.value, "Closed"),
    (OrderState.ANY.value, "All"),
)
CLOCK_CHOICES = (
    ("", "Any"),
    ("overdue", "Overdue"),
    ("soon", "Running out: due today or near"),
    ("running", "Running"),
)
CLOCKS: dict[str, frozenset[ClockState]] = {
    "overdue": frozenset({ClockState.OVERDUE}),
    "soon": frozenset({ClockState.NEAR, ClockState.DUE_TODAY}),
    "running": frozenset({ClockState.RUNNING, ClockState.NEAR, ClockState.DUE_TODAY}),
}
SORT_CHOICES = (
    (OrderSort.NEWEST.value, "Newest sentence first"),
    (OrderSort.OLDEST.value, "Oldest sentence first"),
    (OrderSort.REFERENCE.value, "Reference"),
)


SENTENCE_PLAN: dict[bool | None, str] = {True: "Yes", False: "No", None: "Not known"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a coordinator asked the list for, as its address says it."""

    text: str = ""
    state: str = OrderState.OPEN.value
    area: str = ""
    clock: str = ""
    sort: str = OrderSort.NEWEST.value

    def as_pairs(self) -> tuple[tuple[str, str], ...]:
        """The pairs that links to other pages of the list keep."""
        pairs = (
            ("text", self.text),
            ("order_state", self.state),
            ("area", self.area),
            ("due", self.clock),
            ("sort", self.sort),
        )
        return tuple((name, value) for name, value in pairs if value)


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order in a list."""

    href: str
    reference: str
    crn: str
    name: str
    sentenced: str
    area: str
    clock: Tag
    next_step: str


@dataclass(frozen=True, slots=True)
class OrderList:
    """A page of the list, with what may be asked of it."""

    rows: tuple[OrderRow, ...]
    total: int
    number: int
    area_choices: tuple[tuple[str, str], ...]
    is_asked: bool
    """Whether anything narrows the list, so that an empty one says so."""


def order_list(
    session: Session, person: Person, asked: Asked, number: int, today: date
) -> OrderList:
    """The orders of the person's own areas that match."""
    own = person.areas(Role.COORDINATOR)
    areas = own & {asked.area} if asked.area else own
    state = OrderState(asked.state) if asked.state in set(OrderState) else OrderState.OPEN
    wanted = OrderFilter(
        areas=areas,
        text=asked.text,
        or_order_ids=orders_of_harmers_named(session, asked.text),
        state=state,
        order_ids=_with_clock(session, areas, asked.clock, today),
        but_order_ids=limited_away(session, person.account_id),
        sort=OrderSort(asked.sort) if asked.sort in set(OrderSort) else OrderSort.NEWEST,
    )
    found = find_orders(session, wanted, page=number)
    names = {area.id: area.name for area in areas_by_name(session) if area.id in own}
    return OrderList(
        rows=order_rows(session, person, found.orders, names, today),
        total=found.total,
        number=found.page,
        area_choices=(("", "All my areas"), *names.items()),
        is_asked=asked != Asked(),
    )


def _with_clock(
    session: Session, areas: frozenset[str], clock: str, today: date
) -> frozenset[UUID] | None:
    states = CLOCKS.get(clock)
    if states is None:
        return None
    waiting = orders_awaiting_first_contact(session, areas)
    stands = contact_standings(session, waiting, today)
    return frozenset(order.id for order in waiting if stands[order.id].state in states)


def order_rows(
    session: Session,
    person: Person,
    orders: Iterable[Order],
    area_names: dict[str, str],
    today: date,
) -> tuple[OrderRow, ...]:
    """Orders as rows, the names of their people on probation included."""
    orders = list(orders)
    ids = [order.id for order in orders]
    names = NamesShown(harmer_names(session, ids), person, Role.COORDINATOR)
    meetings: dict[UUID, Meeting] = {}
    for meeting in live_meetings(session, ids):
        meetings.setdefault(meeting.step_id, meeting)
    stands = contact_standings(session, orders, today)
    return tuple(
        OrderRow(
            href=f"/orders/{order.id}",
            reference=order.reference,
            crn=order.crn,
            name=names.get(order.id, ""),
            sentenced=day_text(order.sentenced_on),
            area=area_names.get(order.area_id, order.area_id),
            clock=(
                Tag("Closed", "cancelled")
                if order.closed_at is not None
                else clock_tag(stands[order.id])
            ),
            next_step=_next_step(session, order, meetings),
        )
        for order in orders
    )


def contact_standings(
    session: Session, orders: Iterable[Order], today: date
) -> dict[UUID, Standing]:
    """How the promise of first contact stands for each of these orders."""
    orders = list(orders)
    changes = clock_changes_of(session, [order.id for order in orders])
    return {
        order.id: first_contact(
            order,
            policy_of_order(session, order).standards,
            today,
            changes.get(order.id, NO_CHANGES),
        )
        for order in orders
    }


def _next_step(session: Session, order: Order, meetings: dict[UUID, Meeting]) -> str:
    plan = live_plan(session, order.id)
    if plan is None:
        return ""
    for step in steps_of(session, plan.id):
        if step.state is StepState.OPEN:
            meeting = meetings.get(step.id)
            when = moment_text(meeting.starts_at) if meeting else "not planned yet"
            return f"{stage_words(step, plan.route)}: {when}"
    return "All steps done"


def stage_words(step: PlanStep, route: Route) -> str:
    """What a step is called: the third meeting by what it is in a plan of this route, an extra one
    as such."""
    if step.stage is Stage.REPARATION and step.takes(route) is not Route.UNDECIDED:
        return words_for(step.takes(route))
    if step.stage is Stage.PREPARATION and step.added_reason:
        return "Further preparation"
    return words_for(step.stage)


@dataclass(frozen=True, slots=True)
class TimelineStep:
    """One step of the plan on the order page."""

    title: str
    state: str
    tag: Tag
    when: str
    due: str
    lines: tuple[str, ...]
    needs: tuple[str, ...]
    """What must be recorded before its people are told."""
    href: str


@dataclass(frozen=True, slots=True)
class PartyRow:
    """Somebody of the case. The harmed side's contact details never come here."""

    reference: str
    part: str
    name: str
    contact: str
    tag: Tag | None
    href: str
    """Where it is changed; empty for the harmed side."""
    emergency_at: str
    """Where a harmed person's contact is opened in an emergency."""


@dataclass(frozen=True, slots=True)
class ToldMeeting:
    """Who was told of one meeting."""

    title: str
    when: str
    href: str
    rows: tuple[ToldRow, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """Something a coordinator may do with the order now."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One order."""

    reference: str
    about: str
    """Who is on probation, by name and CRN."""
    clocks: tuple[ShownClock, ...]
    is_closed: bool
    facts: tuple[Fact, ...]
    history: tuple[ChangeRow, ...]
    timeline: tuple[TimelineStep, ...]
    people: tuple[PartyRow, ...]
    told: tuple[ToldMeeting, ...]
    attempts: tuple[Fact, ...]
    acts: tuple[Act, ...]
    voluntary: str
    """That supervision ended early and the work goes on freely; empty otherwise."""
    sentence_plan: str
    """That the order may end before the plan does; empty otherwise."""
    held: str
    """The provisional hold that its plan took over, and what could not be kept."""
    sign_off: str
    """What is said of a sensitive and complex case; empty for others."""
    unsuitable: tuple[str, ...]
    """Told meetings, and holds after them, that rest on a finding that is now no."""


def order_page(session: Session, order: Order, now: datetime) -> OrderPage:
    """Everything a coordinator sees of an order."""
    today = london_day(now)
    plan = live_plan(session, order.id)
    steps = steps_of(session, plan.id) if plan else []
    meetings = meetings_of(session, order.id)
    parties = parties_of(session, order.id)
    names = party_names(session, order.id)
    harmed = harmed_by_name(parties, names)
    clocks = shown_clocks(session, order, today, steps)
    return OrderPage(
        reference=order.reference,
        about=", ".join(filter(None, (harmer_names(session, [order.id]).get(order.id), order.crn))),
        clocks=clocks,
        is_closed=order.closed_at is not None,
        facts=_facts(session, order, names),
        history=change_rows(session, order),
        timeline=tuple(
            _timeline_step(session, step, plan, meetings, harmed, today, _aim(step, clocks))
            for step in steps
            if plan
        ),
        people=tuple(_party_row(session, party, names) for party in parties),
        told=_told(session, steps, plan, meetings, parties, names),
        attempts=tuple(
            Fact(moment_text(attempt.attempted_at), words_for(attempt.outcome))
            for attempt in contact_attempts(session, order.id)
        ),
        acts=_acts(order, plan, steps, harmed),
        voluntary=_voluntary(order),
        sentence_plan=_sentence_plan(order, steps),
        sign_off=_sign_off(session, order),
        held=_held(session, order),
        unsuitable=_unsuitable(session, order, steps, plan, now),
    )


def _unsuitable(
    session: Session, order: Order, steps: list[PlanStep], plan: Plan | None, now: datetime
) -> tuple[str, ...]:
    by_id = {step.id: step for step in steps}
    route = plan.route if plan else Route.UNDECIDED
    standing = standing_though_unsuitable(session, [order.id], now=now).get(order.id, [])
    return tuple(
        f"{stage_words(by_id[meeting.step_id], route)}, {moment_text(meeting.starts_at)}: "
        f"{MEETING_TAGS[meeting.state].text.lower()}"
        for meeting in standing
        if meeting.step_id in by_id
    )


def party_names(session: Session, order_id: UUID) -> dict[UUID, str]:
    """What each party is called here: the harmed side by the chosen name, or not at all."""
    names = dict(harmed_names(session, [order_id]))
    harmer = harmer_names(session, [order_id]).get(order_id, "")
    for party in parties_of(session, order_id):
        if party.side is Side.HARMER and party.role is PartyRole.PRINCIPAL:
            names[party.id] = harmer
    return names


def harmed_by_name(parties: Iterable[Party], names: Mapping[UUID, str]) -> dict[UUID, str]:
    """How each harmed person is told from the others: by the chosen name, or the reference."""
    return {
        party.id: names.get(party.id) or f"the person with reference {party.reference}"
        for party in parties
        if party.side is Side.HARMED
    }


def _facts(session: Session, order: Order, names: dict[UUID, str]) -> tuple[Fact, ...]:
    requirement = get_requirement(session, order.id)
    officer = get_officer(session, order.responsible_officer_id)
    court = get_court(session, order.court_code)
    liaison = (
        get_account(session, order.liaison_account_id).name
        if order.liaison_account_id
        else "Nobody named yet"
    )
    days = f", up to {requirement.days} days" if requirement.days else ""
    lead = (
        get_facilitator(session, order.current_lead_id).name
        if order.current_lead_id
        else "Not assigned yet"
    )
    harmer = harmer_names(session, [order.id]).get(order.id, "")
    venues = sorted(get_venue(session, each).name for each in venues_agreed(session, order.id))
    skills = ", ".join(words_for(Skill(each)) for each in order.skills)
    here = f"/orders/{order.id}"
    is_open = order.closed_at is None
    change = _changer(here if is_open else "")
    facts = [
        change("Person on probation", harmer, "person"),
        change("CRN", order.crn, "crn"),
        change("Court's reference", order.reference, "reference"),
        change("Order", words_for(order.order_type), "kind"),
        change("Requirement", words_for(requirement.kind) + days, "kind"),
        change(
            "Requirement runs",
            f"{day_text(requirement.starts_on)} to {day_text(requirement.ends_on)}",
            "requirement-dates",
        ),
        change("Sentenced", f"{weekday_text(order.sentenced_on)}, {court.name}", "sentence"),
        change("Order ends", day_text(order.ends_on), "end"),
        change("In the sentence plan", SENTENCE_PLAN[order.in_sentence_plan], "sentence-plan"),
        change("Received by the service", day_text(order.received_on), "received"),
        change(
            "Offences",
            "; ".join(each.description for each in offences_of(session, order.id)),
            "offences",
        ),
        change("Plea", words_for(order.plea), "plea"),
        change("Risk of serious harm", words_for(order.risk), "risk"),
        change("Responsible officer", officer.name, "officer"),
        Fact("Lead facilitator", lead),
        Fact(
            "Harmed side's contact",
            liaison,
            f"{here}/liaison" if is_open else "",
            "Change",
        ),
        change("Language of meetings", language_name(order.language), "language"),
        change("Skills needed", skills or "None beyond the basic course", "needs"),
        change("Venues", ", ".join(venues) or "Any open venue of the area", "venues"),
    ]
    if order.closed_at is not None:
        facts.append(Fact("Closed", f"{moment_text(order.closed_at)}: {order.closed_reason}"))
    if order.ending is not None:
        since = f", {day_text(order.ended_on)}" if order.ended_on else ""
        facts.append(Fact("How it ended", words_for(order.ending) + since))
    return tuple(facts)


def _changer(here: str) -> Callable[[str, str, str], Fact]:
    """Facts with the page on which each is changed; of a closed order none is."""

    def fact(label: str, value: str, name: str) -> Fact:
        return Fact(label, value, f"{here}/change/{name}" if here else "", "Change")

    return fact


def _timeline_step(
    session: Session,
    step: PlanStep,
    plan: Plan | None,
    meetings: list[Meeting],
    names: dict[UUID, str],
    today: date,
    aim: date | None,
) -> TimelineStep:
    route = plan.route if plan else Route.UNDECIDED
    meeting = next(
        (
            each
            for each in meetings
            if each.step_id == step.id and each.state is not MeetingState.CANCELLED
        ),
        None,
    )
    lines = []
    if step.added_reason:
        lines.append(f"Added: {step.added_reason}")
    if step.stage is Stage.REPARATION:
        lines.append(f"Route: {words_for(step.takes(route))}")
        if step.harmed_id is not None:
            lines.append(f"Of {names[step.harmed_id]}, and of nobody else who was harmed")
    if meeting is not None:
        lines += _meeting_lines(session, meeting)
    tag, state = _step_tag(step, meeting, today)
    is_open = step.state is StepState.OPEN
    needs = what_is_missing(session, step, today=today) if is_open else []
    if step.state is StepState.DONE:
        due = f"Done {day_text(step.done_on)}"
    elif step.due_on:
        due = f"Promised by {day_text(step.due_on)}"
    else:
        due = f"Not before {day_text(step.window_opens_on)}" + (
            f", our aim {day_text(aim)}" if aim else ""
        )
    return TimelineStep(
        title=stage_words(step, route),
        state=state,
        tag=tag,
        when=moment_text(meeting.starts_at) if meeting else "",
        due=due,
        lines=tuple(lines),
        needs=tuple(needs),
        href=f"/meetings/{meeting.id}" if meeting else "",
    )


def _aim(step: PlanStep, clocks: tuple[ShownClock, ...]) -> date | None:
    """Our own aim for a step. Once the clock of its stage runs, the clock alone says the day: it
    starts from what was recorded, the plan from what was expected."""
    running = next((each for each in clocks if each.kind is CLOCK_OF_STAGE[step.stage]), None)
    return step.target_on if running is None else running.due_on


def _step_tag(step: PlanStep, meeting: Meeting | None, today: date) -> tuple[Tag, str]:
    if step.state is StepState.DONE:
        return Tag("Done", "done"), "done"
    if step.due_on is not None and step.due_on < today:
        return Tag("Overdue", "late"), "late"
    if meeting is not None:
        tag = MEETING_TAGS[meeting.state]
        return tag, tag.state
    return Tag("Not planned yet", "proposed"), "proposed"


def _meeting_lines(session: Session, meeting: Meeting) -> list[str]:
    staff = get_facilitator(session, meeting.lead_id).name
    if meeting.second_id is not None:
        staff += f" with {get_facilitator(session, meeting.second_id).name}"
    lines = [f"Until {clock_text(meeting.ends_at)}, led by {staff}"]
    if meeting.room_id is not None:
        room = get_room(session, meeting.room_id)
        lines.append(f"{room.name}, {get_venue(session, room.venue_id).name}")
    if meeting.outcome is not None:
        lines.append(f"Outcome: {words_for(meeting.outcome)}")
    return lines


def _party_row(session: Session, party: Party, names: dict[UUID, str]) -> PartyRow:
    plan = contact_plan(session, party.id)
    if plan is None:
        contact = "No safe contact plan yet: nobody is written to"
    else:
        contact = f"{words_for(plan.channel)}, {words_for(plan.calendar_wish).lower()}"
    if party.side is Side.HARMED:
        contact += " (contact details sealed)"
    return PartyRow(
        reference=party.reference,
        part=part_words(party),
        name=names.get(party.id) or "Name not shown",
        contact=contact,
        tag=Tag("No contact wished", "blocked") if party.stopped_at else None,
        href=f"/orders/{party.order_id}/people/{party.id}" if party.side is Side.HARMER else "",
        emergency_at=(
            f"/orders/{party.order_id}/people/{party.id}/emergency"
            if party.side is Side.HARMED
            else ""
        ),
    )


def _told(
    session: Session,
    steps: list[PlanStep],
    plan: Plan | None,
    meetings: list[Meeting],
    parties: list[Party],
    names: dict[UUID, str],
) -> tuple[ToldMeeting, ...]:
    route = plan.route if plan else Route.UNDECIDED
    people = {party.id: party for party in parties}
    by_id = {step.id: step for step in steps}
    return tuple(
        ToldMeeting(
            title=stage_words(by_id[meeting.step_id], route),
            when=moment_text(meeting.starts_at),
            href=f"/meetings/{meeting.id}",
            rows=told_rows(session, meeting, people, names),
        )
        for meeting in meetings
        if meeting.step_id in by_id and meeting.told_at is not None
    )


def added_preparation(steps: Iterable[PlanStep]) -> PlanStep | None:
    """The last preparation meeting that was added to the plan and is open still, if any."""
    added = [step for step in steps if step.added_reason and step.state is StepState.OPEN]
    return added[-1] if added else None


def _acts(
    order: Order, plan: Plan | None, steps: list[PlanStep], names: dict[UUID, str]
) -> tuple[Act, ...]:
    if order.closed_at is not None or plan is None:
        return ()
    here = f"/orders/{order.id}"
    acts = [Act("Record an attempt to make contact", f"{here}/contact")]
    thirds = [
        step for step in steps if step.stage is Stage.REPARATION and step.state is StepState.OPEN
    ]
    if thirds:
        acts.append(Act("Add a preparation meeting", f"{here}/preparation"))
        if added_preparation(steps) is not None:
            acts.append(
                Act("Take back the added preparation meeting", f"{here}/preparation/take-back")
            )
        acts += [_route_act(here, third, names) for third in thirds]
    if order.is_sensitive_complex and order.signed_off_at is None:
        acts.append(Act("Record a manager's sign-off", f"{here}/sign-off"))
    acts.append(Act("Link a co-defendant's order", f"{here}/link"))
    acts.append(Act("Hand it over to another area", f"{here}/transfer"))
    if order.voluntary_from is None:
        acts.append(Act("It ended early, and goes on voluntarily", f"{here}/voluntary"))
    acts.append(Act("Close the order", f"{here}/close"))
    return tuple(acts)


def _route_act(here: str, third: PlanStep, names: dict[UUID, str]) -> Act:
    words, at = "Change what the third meeting is", f"{here}/route"
    if third.harmed_id is None:
        return Act(words, at)
    return Act(f"{words}: {names[third.harmed_id]}", f"{at}?step={third.id}")


def _voluntary(order: Order) -> str:
    if order.voluntary_from is None or order.closed_at is not None:
        return ""
    return (
        f"Supervision ended early, {day_text(order.voluntary_from)}. What goes on is voluntary for "
        "everybody: nobody is instructed to come, and the responsible officer hears of nothing "
        "after that day."
    )


def _sentence_plan(order: Order, steps: list[PlanStep]) -> str:
    """Supervision may end once requirements and sentence plan are complete (R3)."""
    is_open = order.closed_at is None and any(step.state is StepState.OPEN for step in steps)
    if not is_open or order.in_sentence_plan is not False or order.voluntary_from is not None:
        return ""
    return (
        "The sentence plan does not name this work: the order may end before it is done. Ask the "
        "responsible officer to add it."
    )


def _held(session: Session, order: Order) -> str:
    hold = hold_of_order(session, order.id)
    if hold is None:
        return ""
    words = f"The times held for the court under {hold.reference} are this order's."
    if not hold.lost:
        return words
    what_to_do = " Plan what is missing anew." if steps_without(session, hold) else ""
    return f"Provisional hold {hold.reference}: {hold.lost}.{what_to_do}"


def _sign_off(session: Session, order: Order) -> str:
    if not order.is_sensitive_complex:
        return ""
    if order.signed_off_at is None or order.signed_off_by is None:
        return (
            "Sensitive and complex: contact and assessment are planned; later meetings wait for "
            "a manager's recorded sign-off."
        )
    name = get_account(session, order.signed_off_by).name
    return f"Sensitive and complex: signed off by {name}, {moment_text(order.signed_off_at)}."


def liaison_choices(session: Session, order: Order) -> tuple[tuple[str, str], ...]:
    """Who may take the harmed side's part in the order's area."""
    found = active_accounts_holding(session, Role.LIAISON_OFFICER, order.area_id)
    return tuple((str(account.id), account.name) for account in found)
