"""Every clock of a case, in one place: when it starts, what it counts, and when it is due.

    rules_of(standards)                                  -> ClockRule of each kind
    reckon(rule, starts_on, holidays, changes)           -> Reckoning: the due day, and why that day
    standing(reckoning, stopped_on, today)               -> Standing: met, running, paused, overdue

Pure arithmetic on days. The day on which a clock starts is day 0, and the whole of the due day is
in time. A day of a pause does not count, whatever the clock counts; an extension adds days of the
clock's own unit at its end.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from rj.kernel.working_days import ONE_DAY, is_working_day
from rj.policy.standards import DeliveryStandards
from rj.policy.terms import ClockKind, DayUnit, Stage

Holidays = Mapping[date, str]
"""Bank holidays by day, with their names."""


class Owner(StrEnum):
    """Who sees to it that a clock is kept."""

    FACILITATOR = "facilitator"
    COORDINATOR = "coordinator"
    BOTH_SIDES = "both_sides"
    """The facilitator for the person on probation, the liaison officer for the harmed side."""
    OTHERS = "others"
    """Another service: shown for orientation, never chased from here."""


@dataclass(frozen=True, slots=True)
class ClockRule:
    """How one clock is reckoned."""

    kind: ClockKind
    rule: str
    """The id under which it is cited."""
    source: str
    unit: DayUnit
    days: int
    owner: Owner
    opens_after: int = 0
    """Days before which it is too early; 0 where there is no such day."""
    alert_days: tuple[int, ...] = ()
    """Counted days after which somebody is told that the clock still runs."""
    is_promise: bool = False
    """A promise to the court, and not our own aim."""
    may_change: bool = True
    """Whether a coordinator may pause or extend it. What guards safety runs on."""

    def in_unit(self, unit: DayUnit) -> "ClockRule":
        """The same number of days, read in another unit."""
        return replace(self, unit=unit)


def rules_of(standards: DeliveryStandards) -> Mapping[ClockKind, ClockRule]:
    """Every clock as these standards set it."""

    def aim(kind: ClockKind, days: int, opens_after: int = 0) -> ClockRule:
        return ClockRule(
            kind, "R22", standards.source, DayUnit.WORKING, days, Owner.FACILITATOR, opens_after
        )

    def call(kind: ClockKind, days: int) -> ClockRule:
        return ClockRule(
            kind,
            "R30",
            standards.source,
            DayUnit.CALENDAR,
            days,
            Owner.BOTH_SIDES,
            may_change=False,
        )

    rules = (
        ClockRule(
            ClockKind.FIRST_CONTACT,
            "R16",
            standards.source,
            standards.first_contact_unit,
            standards.first_contact_days,
            Owner.FACILITATOR,
            alert_days=standards.first_contact_alert_days,
            is_promise=True,
        ),
        aim(ClockKind.ASSESSMENT, standards.assessment_target_working_days),
        aim(ClockKind.PREPARATION, standards.preparation_target_working_days),
        aim(
            ClockKind.REPARATION,
            standards.reparation_target_working_days,
            standards.reparation_opens_working_days,
        ),
        aim(
            ClockKind.REVIEW,
            standards.review_target_working_days,
            standards.review_opens_working_days,
        ),
        ClockRule(
            ClockKind.RISK_ASSESSMENT,
            "R22",
            standards.source,
            DayUnit.CALENDAR,
            standards.risk_assessment_lapses_after_days,
            Owner.FACILITATOR,
            may_change=False,
        ),
        call(ClockKind.CALLS_AFTER, standards.calls_after_days),
        call(ClockKind.LATER_CALL, standards.later_call_days),
        ClockRule(
            ClockKind.VICTIM_SCHEME,
            "R19",
            standards.source,
            DayUnit.WORKING,
            standards.victim_scheme_working_days,
            Owner.OTHERS,
            may_change=False,
        ),
    )
    return MappingProxyType({rule.kind: rule for rule in rules})


CLOCK_OF_STAGE: Mapping[Stage, ClockKind] = MappingProxyType(
    {
        Stage.CONTACT: ClockKind.FIRST_CONTACT,
        Stage.ASSESSMENT: ClockKind.ASSESSMENT,
        Stage.PREPARATION: ClockKind.PREPARATION,
        Stage.REPARATION: ClockKind.REPARATION,
        Stage.REVIEW: ClockKind.REVIEW,
    }
)
"""The clock that times each step of a plan."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Days that do not count, both included; without a last day while the pause goes on."""

    first_day: date
    last_day: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True, slots=True)
class Changes:
    """What was decided about one clock of one case."""

    pauses: tuple[Pause, ...] = ()
    more_days: int = 0
    """Days of all extensions together, in the clock's unit."""

    @property
    def without_running_pause(self) -> "Changes":
        """The same as if no pause went on: for what must be reckoned meanwhile."""
        return replace(self, pauses=tuple(each for each in self.pauses if each.last_day))


UNCHANGED = Changes()


class Why(StrEnum):
    """Why a day did not count."""

    WEEKEND = "weekend"
    BANK_HOLIDAY = "bank_holiday"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A day between start and due day that did not count."""

    day: date
    why: Why
    name: str = ""
    """Of a bank holiday."""


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A due day, and everything it was worked out from."""

    rule: ClockRule
    starts_on: date
    changes: Changes
    opens_on: date | None
    """The first day of its window; none where it has no such day, or a pause keeps it open."""
    due_on: date | None
    """The last day in time; none while a pause goes on."""
    skipped: tuple[Skipped, ...]


def reckon(
    rule: ClockRule, starts_on: date, holidays: Holidays, changes: Changes = UNCHANGED
) -> Reckoning:
    """When a clock that started on a day is due. ``holidays`` reach beyond the due day."""
    wanted = rule.days + changes.more_days
    if rule.unit is DayUnit.CALENDAR and not changes.pauses:
        due_on = starts_on + timedelta(days=wanted)
        opens_on = starts_on + timedelta(days=rule.opens_after) if rule.opens_after else None
        return Reckoning(rule, starts_on, changes, opens_on, due_on, ())
    skipped: list[Skipped] = []
    day, counted = starts_on, 0
    opens_on = None
    while counted < wanted:
        day += ONE_DAY
        found = _skipped(day, rule.unit, holidays, changes.pauses)
        if found is None:
            counted += 1
            if counted == rule.opens_after:
                opens_on = day
        elif any(pause.last_day is None and pause.covers(day) for pause in changes.pauses):
            return Reckoning(rule, starts_on, changes, opens_on, None, tuple(skipped))
        else:
            skipped.append(found)
    return Reckoning(rule, starts_on, changes, opens_on, day, tuple(skipped))


def _skipped(
    day: date, unit: DayUnit, holidays: Holidays, pauses: tuple[Pause, ...]
) -> Skipped | None:
    if any(pause.covers(day) for pause in pauses):
        return Skipped(day, Why.PAUSED)
    if unit is DayUnit.CALENDAR or is_working_day(day, holidays):
        return None
    if day in holidays:
        return Skipped(day, Why.BANK_HOLIDAY, holidays[day])
    return Skipped(day, Why.WEEKEND)


class ClockState(StrEnum):
    """How a clock stands on a given day."""

    MET = "met"
    MET_LATE = "met_late"
    RUNNING = "running"
    NEAR = "near"
    """The last of its alerts has passed."""
    DUE_TODAY = "due_today"
    OVERDUE = "overdue"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Standing:
    """One clock as it stands on one day."""

    due_on: date | None
    """None while a pause goes on."""
    state: ClockState
    days_left: int = 0
    """Calendar days until the due day; negative when it has passed. 0 once stopped or paused."""
    day: int = 0
    """Which day of the clock it is, in its own unit: days that count since it started."""
    alert: int | None = None
    """The latest of its alert days that has passed while it still runs."""


def standing(
    reckoning: Reckoning, stopped_on: date | None, today: date, holidays: Holidays
) -> Standing:
    """How a clock stands: near from its last alert day on, overdue after its due day (R16).

    A clock that was stopped before a pause began is judged by the days until then.
    """
    due_on = reckoning.due_on
    if stopped_on is not None:
        is_in_time = due_on is None or stopped_on <= due_on
        return Standing(due_on, ClockState.MET if is_in_time else ClockState.MET_LATE)
    day = counted_days(reckoning, today, holidays)
    alert = max((each for each in reckoning.rule.alert_days if each <= day), default=None)
    if any(pause.covers(today) for pause in reckoning.changes.pauses) and (
        due_on is None or today <= due_on
    ):
        return Standing(due_on, ClockState.PAUSED, 0, day, alert)
    if due_on is None:  # the pause that goes on has not begun yet
        return Standing(None, ClockState.RUNNING, 0, day, alert)
    days_left = (due_on - today).days
    if days_left < 0:
        state = ClockState.OVERDUE
    elif days_left == 0:
        state = ClockState.DUE_TODAY
    elif alert is not None and alert == max(reckoning.rule.alert_days):
        state = ClockState.NEAR
    else:
        state = ClockState.RUNNING
    return Standing(due_on, state, days_left, day, alert)


def counted_days(reckoning: Reckoning, until: date, holidays: Holidays) -> int:
    """Days that count after the start and up to a day, that day included."""
    unit, pauses = reckoning.rule.unit, reckoning.changes.pauses
    if unit is DayUnit.CALENDAR and not pauses:
        return max((until - reckoning.starts_on).days, 0)
    days = (until - reckoning.starts_on).days
    return sum(
        _skipped(reckoning.starts_on + timedelta(days=number), unit, holidays, pauses) is None
        for number in range(1, days + 1)
    )
