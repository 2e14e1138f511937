"""The clocks of a case as tags and sentences, each with how its day was worked out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from uuid import UUID

from sqlmodel import Session

from rj.accounts.queries import get_account
from rj.clocks.reading import CaseClock, case_clocks
from rj.facilitators.queries import get_facilitator
from rj.orders.clock_changes import may_be_changed
from rj.orders.models import ClockChange, Order, PlanStep
from rj.policy.bank_holidays import is_provisional
from rj.policy.clocks import ClockRule, ClockState, Owner, Reckoning, Standing, Why
from rj.policy.terms import ClockKind, DayUnit
from web.pages import Tag, day_text, days_text, moment_text, weekday_text
from web.words import words_for

STARTED_BY: Mapping[ClockKind, str] = MappingProxyType(
    {
        ClockKind.FIRST_CONTACT: "the sentence",
        ClockKind.ASSESSMENT: "the first contact",
        ClockKind.PREPARATION: "the case was assessed and found suitable",
        ClockKind.REPARATION: "the last of those who take part was prepared and ready",
        ClockKind.REVIEW: "the reparation event",
        ClockKind.RISK_ASSESSMENT: "the oldest risk assessment that the coming event rests on",
        ClockKind.CALLS_AFTER: "the reparation event",
        ClockKind.LATER_CALL: "the reparation event",
        ClockKind.VICTIM_SCHEME: "the sentence",
    }
)
ENDED_BY: Mapping[ClockKind, str] = MappingProxyType(
    {
        ClockKind.FIRST_CONTACT: (
            "Stops when somebody has spoken with the person on probation. An attempt that does "
            "not reach them does not stop it."
        ),
        ClockKind.RISK_ASSESSMENT: "Starts again with each new risk assessment.",
        ClockKind.VICTIM_SCHEME: (
            "Kept by the victim liaison unit where the scheme applies, and not by this service."
        ),
    }
)


@dataclass(frozen=True, slots=True)
class ClockEntry:
    """A pause or an extension in the history of a clock."""

    what: str
    reason: str
    by: str
    end_href: str = ""
    """Where a pause that goes on is ended."""
    take_back_href: str = ""


@dataclass(frozen=True, slots=True)
class ShownClock:
    """What a page shows of one clock."""

    kind: ClockKind
    id: str
    title: str
    tag: Tag
    due_on: date | None
    due: str
    """A sentence on the day it ends."""
    other_reading: str
    """The same promise in the other unit; empty for our own aims."""
    owner: str
    derivation: tuple[str, ...]
    """How the day was worked out, line by line."""
    history: tuple[ClockEntry, ...]
    pause_href: str = ""
    extend_href: str = ""


def days_in_words(count: int) -> str:
    """``1 day``, ``3 days``."""
    return f"{count} day" if count == 1 else f"{count} days"


def clock_tag(clock: Standing, name: str = "Contact") -> Tag:
    """How a promise stands, in a word or two."""
    match clock.state:
        case ClockState.MET:
            return Tag(f"{name} made in time", "done")
        case ClockState.MET_LATE:
            return Tag(f"{name} made late", "late")
        case ClockState.OVERDUE:
            return Tag(f"{name} {days_in_words(-clock.days_left)} overdue", "late")
        case ClockState.DUE_TODAY:
            return Tag(f"{name} due today", "soon")
        case ClockState.PAUSED:
            return Tag(f"{name}: paused", "held")
        case ClockState.NEAR:
            return Tag(f"{name}: {days_in_words(clock.days_left)} left", "soon")
        case ClockState.RUNNING:
            if clock.due_on is None:
                return Tag(f"{name}: to be paused", "held")
            return Tag(f"{name}: {days_in_words(clock.days_left)} left", "told")


def _aim_tag(clock: CaseClock) -> Tag:
    """The same for our own aims, which are never late as a promise is."""
    stands = clock.standing
    match stands.state:
        case ClockState.MET | ClockState.MET_LATE:
            return Tag("Done", "done")
        case ClockState.PAUSED:
            return Tag("Paused", "held")
        case ClockState.OVERDUE:
            return Tag(f"{days_in_words(-stands.days_left)} past", "soon")
        case ClockState.DUE_TODAY:
            return Tag("Today", "soon")
        case ClockState.RUNNING | ClockState.NEAR:
            return Tag(f"{days_in_words(stands.days_left)} left", "told")


def shown_clocks(
    session: Session, order: Order, today: date, steps: list[PlanStep] | None = None
) -> tuple[ShownClock, ...]:
    """Every clock of a case that has started. With the steps of its plan, each that may change
    leads to where it is paused and extended."""
    lead = get_facilitator(session, order.current_lead_id).name if order.current_lead_id else None
    names: dict[UUID, str] = {}

    def name_of(account_id: UUID) -> str:
        if account_id not in names:
            names[account_id] = get_account(session, account_id).name
        return names[account_id]

    shown = []
    for clock in case_clocks(session, order, today):
        rule = clock.reckoning.rule
        here = f"/orders/{order.id}/clocks/{clock.kind.value}"
        is_open = steps is not None and rule.may_change
        may_change = is_open and may_be_changed(order, steps or [], clock.kind)
        shown.append(
            ShownClock(
                kind=clock.kind,
                id=f"clock-{clock.kind.value}",
                title=words_for(clock.kind),
                tag=clock_tag(clock.standing) if rule.is_promise else _aim_tag(clock),
                due_on=clock.reckoning.due_on,
                due=due_text(clock.reckoning),
                other_reading=other_reading_text(clock.other_reading),
                owner=_owner(rule, lead),
                derivation=tuple(_derivation(order, clock)),
                history=tuple(_entry(each, rule, name_of, may_change) for each in clock.history),
                pause_href=f"{here}/pause" if may_change else "",
                extend_href=f"{here}/extend" if may_change else "",
            )
        )
    return tuple(shown)


def due_text(found: Reckoning) -> str:
    """On which day a clock ends, or between which days: half a sentence."""
    if found.due_on is None:
        return "No day is due while the pause goes on"
    days = found.rule.days + found.changes.more_days
    start = {ClockKind.FIRST_CONTACT: "sentence", ClockKind.VICTIM_SCHEME: "sentence"}.get(
        found.rule.kind, "it started"
    )
    window = f"From {day_text(found.opens_on)} to " if found.opens_on else ""
    is_paused = any(each.why is Why.PAUSED for each in found.skipped)
    paused = ", days of a pause left out" if is_paused else ""
    return (
        f"{window}{weekday_text(found.due_on)}, {days} {words_for(found.rule.unit).lower()} "
        f"after {start}{paused}"
    )


def other_reading_text(found: Reckoning | None) -> str:
    """When the same number of days would end in the other unit; empty for none."""
    if found is None or found.due_on is None:
        return ""
    days = found.rule.days + found.changes.more_days
    provisional = _provisional(found)
    unit = words_for(found.rule.unit).lower()
    return f"{days} {unit} would end on {day_text(found.due_on)}{provisional}"


def _provisional(found: Reckoning) -> str:
    is_guessed = (
        found.rule.unit is DayUnit.WORKING
        and found.due_on is not None
        and is_provisional(found.due_on)
    )
    return " (bank holidays not yet announced)" if is_guessed else ""


def _owner(rule: ClockRule, lead: str | None) -> str:
    match rule.owner:
        case Owner.FACILITATOR:
            return lead or "Nobody leads the case yet: its coordinator"
        case Owner.COORDINATOR:
            return "The coordinator"
        case Owner.BOTH_SIDES:
            return f"{lead or 'The coordinator'}, and the liaison officer for the harmed side"
        case Owner.OTHERS:
            return "The victim liaison unit"


def _derivation(order: Order, clock: CaseClock) -> list[str]:
    """Everything the day rests on, so that somebody can count it again by hand."""
    found = clock.reckoning
    rule = found.rule
    lines = [
        f"Rule {rule.rule}: {rule.days} {words_for(rule.unit).lower()}. Source: {rule.source}.",
        f"Day 0 is {weekday_text(found.starts_on)}: {STARTED_BY[rule.kind]}.",
    ]
    if found.opens_on is not None:
        lines.append(f"Not before {weekday_text(found.opens_on)}, day {rule.opens_after}.")
    lines += _left_out(found)
    if found.changes.more_days:
        lines.append(f"Extended by {days_in_words(found.changes.more_days)} of the same kind.")
    if found.due_on is not None:
        which = f"day {rule.days + found.changes.more_days}"
        lines.append(
            f"So {which} is {weekday_text(found.due_on)}{_provisional(found)}, to its end."
        )
    if clock.other_reading is not None and clock.other_reading.due_on is not None:
        lines.append(f"The other reading: {other_reading_text(clock.other_reading)}.")
    if rule.kind is ClockKind.FIRST_CONTACT:
        lines += _what_came_late(order, found)
    if clock.stopped_on is not None:
        lines.append(f"Stopped on {weekday_text(clock.stopped_on)}.")
    elif rule.kind in ENDED_BY:
        lines.append(ENDED_BY[rule.kind])
    return lines


def _left_out(found: Reckoning) -> list[str]:
    lines = []
    weekends = sum(each.why is Why.WEEKEND for each in found.skipped)
    if weekends:
        lines.append(f"Not counted: {weekends} Saturdays and Sundays.")
    named = [
        f"{each.name}, {weekday_text(each.day)}"
        for each in found.skipped
        if each.why is Why.BANK_HOLIDAY
    ]
    if named:
        lines.append(f"Not counted: {'; '.join(named)}.")
    for pause in found.changes.pauses:
        if pause.last_day is None:
            lines.append(f"Paused since {weekday_text(pause.first_day)}; the pause goes on.")
        else:
            lines.append(
                f"Not counted: paused, {days_text(pause.first_day, pause.last_day)} "
                f"({days_in_words((pause.last_day - pause.first_day).days + 1)})."
            )
    if not lines:
        lines.append("Every day counts.")
    return lines


def _what_came_late(order: Order, found: Reckoning) -> list[str]:
    """The order's own delay, kept apart from ours (R17)."""
    after = (order.received_on - order.sentenced_on).days
    line = f"The service received the order on {weekday_text(order.received_on)}, day {after}"
    if found.due_on is not None:
        left = (found.due_on - order.received_on).days
        line += f": {days_in_words(left)} were left" if left >= 0 else ": the day had passed"
    lines = [f"{line}."]
    if order.first_attempted_at is not None:
        lines.append(f"First tried: {moment_text(order.first_attempted_at)}.")
    return lines


def _entry(
    change: ClockChange, rule: ClockRule, name_of: Callable[[UUID], str], may_change: bool
) -> ClockEntry:
    if change.first_day is None:
        what = f"Extended by {change.days} {words_for(rule.unit).lower()}"
    elif change.last_day is None:
        what = f"Paused since {day_text(change.first_day)}"
    else:
        what = f"Paused {days_text(change.first_day, change.last_day)}"
    by = f"{name_of(change.recorded_by)}, {moment_text(change.recorded_at)}"
    here = f"/orders/{change.order_id}/clock-changes/{change.id}"
    if change.taken_back_at is not None and change.taken_back_by is not None:
        by += (
            f". Taken back by {name_of(change.taken_back_by)}, "
            f"{moment_text(change.taken_back_at)}: {change.taken_back_reason}"
        )
        return ClockEntry(f"{what} (taken back)", change.reason, by)
    if change.ended_by is not None:
        by += f". Ended by {name_of(change.ended_by)}, {moment_text(change.ended_at)}"
    is_running = change.first_day is not None and change.last_day is None
    return ClockEntry(
        what,
        change.reason,
        by,
        end_href=f"{here}/end" if may_change and is_running else "",
        take_back_href=f"{here}/take-back" if may_change else "",
    )
