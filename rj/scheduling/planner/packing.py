"""One plan for each of a few cases, chosen together by CP-SAT from many candidates."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, permutations

from ortools.sat.python.cp_model import FEASIBLE, OPTIMAL, CpModel, CpSolver, IntVar, LinearExpr

from rj.scheduling.planner.diary import Booking, CasePlan, Diary
from rj.scheduling.planner.scores import Scorer
from rj.scheduling.planner.survey import CONTACT_HAS_NO_ROOM

# What one unit of T0 to T6 weighs in the choice. The exact tiers decide whether it is accepted.
WEIGHTS = (10**9, 10**7, 10**6, 10**5, 10**4, 4, 1)


class Choice:
    """Candidate plans and the variable that stands for each being chosen."""

    def __init__(
        self, model: CpModel, diary: Diary, candidates: Mapping[int, Sequence[CasePlan]]
    ) -> None:
        self.diary = diary
        self.survey = diary.survey
        self.plans = [plan for case in sorted(candidates) for plan in candidates[case]]
        self.chosen: list[IntVar] = [model.new_bool_var("") for _ in self.plans]
        self.by_case: dict[int, list[int]] = defaultdict(list)
        self.by_staff: dict[tuple[int, int], list[tuple[int, Booking]]] = defaultdict(list)
        self.by_room: dict[tuple[int, int], list[tuple[int, Booking]]] = defaultdict(list)
        self.by_person: dict[tuple[str, int], list[tuple[int, Booking]]] = defaultdict(list)
        for at, plan in enumerate(self.plans):
            self.by_case[plan.case].append(at)
            for booking in plan.bookings:
                for who in booking.staff:
                    self.by_staff[who, booking.day].append((at, booking))
                for room in self.survey.rooms_of(booking.room):
                    self.by_room[room, booking.day].append((at, booking))
                for person in booking.people:
                    own = booking.attended_by(person)
                    self.by_person[person, booking.day].append((at, own))

    def at_most_one(self, model: CpModel, plans: Iterable[int]) -> None:
        """Of these candidates at most one; needless where they are all of one case."""
        rivals = sorted(set(plans))
        if len({self.plans[at].case for at in rivals}) > 1:
            model.add_at_most_one(self.chosen[at] for at in rivals)

    def never_together(
        self, model: CpModel, bookings: list[tuple[int, Booking]], rest: int = 0
    ) -> None:
        """No two of these meetings overlap, with ``rest`` minutes after each."""
        for begins in sorted({booking.begins for _, booking in bookings}):
            self.at_most_one(
                model,
                (at for at, each in bookings if each.begins <= begins < each.ends + rest),
            )


def one_plan_for_each_case(model: CpModel, choice: Choice) -> None:
    """H1, H3 to H5: each case has exactly one of its plans, which may be to do nothing."""
    for plans in choice.by_case.values():
        model.add_exactly_one(choice.chosen[at] for at in plans)


def nobody_is_in_two_places(model: CpModel, choice: Choice) -> None:
    """H9: meetings of a facilitator do not overlap and leave time for the journey between."""
    for bookings in choice.by_staff.values():
        choice.never_together(model, bookings)
        uses: dict[tuple[int, int, int], set[int]] = defaultdict(set)
        for at, booking in bookings:
            if booking.venue != CONTACT_HAS_NO_ROOM:
                uses[booking.begins, booking.ends, booking.venue].add(at)
        for (earlier, first), (later, then) in combinations(sorted(uses.items()), 2):
            journey = choice.survey.journeys[earlier[2]][later[2]]
            if earlier[2] != later[2] and earlier[1] <= later[0] < earlier[1] + journey:
                choice.at_most_one(model, first | then)


def nobody_calls_on_a_journey(model: CpModel, choice: Choice) -> None:
    """H9, format 2: no call between two meetings at different venues ends too late to set out."""
    if not choice.survey.problem.policy.no_calls_on_journeys:
        return
    for (who, day), bookings in choice.by_staff.items():
        standing = choice.diary.of_facilitator[who].values()
        entries: list[tuple[int | None, Booking]] = list(bookings)
        entries += [(None, booking) for booking in standing if booking.day == day]
        calls = [each for each in entries if each[1].venue == CONTACT_HAS_NO_ROOM]
        placed = [each for each in entries if each[1].venue != CONTACT_HAS_NO_ROOM]
        for (first, here), (then, there) in permutations(placed, 2):
            journey = choice.survey.journeys[here.venue][there.venue]
            for at, call in calls:
                is_late = here.ends <= call.begins < there.begins < call.ends + journey
                plans = sorted({each for each in (first, then, at) if each is not None})
                # what one plan does beside those that stand was looked at when it was written
                is_of_several = len({choice.plans[each].case for each in plans}) == len(plans) > 1
                if journey and is_late and is_of_several:
                    chosen = [choice.chosen[each] for each in plans]
                    model.add(LinearExpr.sum(chosen) <= len(plans) - 1)


def weeks_are_within_the_cap(model: CpModel, choice: Choice) -> None:
    """H10: the minutes a facilitator has left in a week."""
    weeks: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for (who, day), bookings in choice.by_staff.items():
        week = int(choice.survey.grid.week[day])
        weeks[who, week] += [(at, booking.minutes) for at, booking in bookings]
    for (who, week), parts in weeks.items():
        cap = choice.survey.facilitators[who].weekly_minutes
        left = cap - choice.diary.week_minutes[who][week]
        most: dict[int, int] = defaultdict(int)
        minutes: dict[int, int] = defaultdict(int)
        for at, part in parts:
            minutes[at] += part
        for at, total in minutes.items():
            most[choice.plans[at].case] = max(most[choice.plans[at].case], total)
        if sum(most.values()) > left:
            model.add(sum(minutes[at] * choice.chosen[at] for at in sorted(minutes)) <= left)
    _four_weeks_are_within_the_cap(model, choice, weeks)


def _four_weeks_are_within_the_cap(
    model: CpModel, choice: Choice, weeks: Mapping[tuple[int, int], list[tuple[int, int]]]
) -> None:
    """H10, format 2: the minutes a facilitator has left in any four weeks."""
    for who in sorted({who for who, _ in weeks}):
        most = choice.survey.facilitators[who].four_week_minutes
        if most is None:
            continue
        own = [week for each, week in weeks if each == who]
        for first in range(min(own) - 3, max(own) + 1):
            stretch = range(first, first + 4)
            parts = [part for week in stretch for part in weeks.get((who, week), ())]
            left = most - sum(choice.diary.week_minutes[who][week] for week in stretch)
            if sum(minutes for _, minutes in parts) > left:
                model.add(sum(minutes * choice.chosen[at] for at, minutes in parts) <= left)


def conferences_are_spread_out(model: CpModel, choice: Choice) -> None:
    """H11: the conferences a facilitator has left on a day."""
    allowed = choice.survey.problem.policy.conferences_per_day
    for (who, day), bookings in choice.by_staff.items():
        parts = [choice.chosen[at] for at, booking in bookings if booking.is_conference]
        left = allowed - choice.diary.conferences[who][day]
        if len(parts) > left:
            model.add(LinearExpr.sum(parts) <= left)
    _conferences_rest(model, choice)


def _conferences_rest(model: CpModel, choice: Choice) -> None:
    """H11, format 2: conferences of a week, and days without one after each."""
    policy, week_of = choice.survey.problem.policy, choice.survey.grid.week
    held: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for (who, day), bookings in choice.by_staff.items():
        held[who] += [(day, at) for at, booking in bookings if booking.is_conference]
    for who, parts in sorted(held.items()):
        for (earlier, first), (later, then) in combinations(sorted(parts), 2):
            if 0 < later - earlier <= policy.recovery_days:
                choice.at_most_one(model, (first, then))
        if policy.conferences_per_week is not None:
            standing = choice.diary.conferences_of_weeks(who)
            for week in sorted({int(week_of[day]) for day, _ in parts}):
                chosen = [choice.chosen[at] for day, at in parts if int(week_of[day]) == week]
                model.add(LinearExpr.sum(chosen) <= policy.conferences_per_week - standing[week])


def rooms_rest_between_uses(model: CpModel, choice: Choice) -> None:
    """H14: uses of a room are separated by its turnaround."""
    for (room, _), bookings in choice.by_room.items():
        choice.never_together(model, bookings, choice.survey.rooms[room].turnaround_minutes)


def people_are_in_one_meeting(model: CpModel, choice: Choice) -> None:
    """H15: nobody of the cases attends two meetings at once."""
    for bookings in choice.by_person.values():
        choice.never_together(model, bookings)


RULES = (
    one_plan_for_each_case,
    nobody_is_in_two_places,
    nobody_calls_on_a_journey,
    weeks_are_within_the_cap,
    conferences_are_spread_out,
    rooms_rest_between_uses,
    people_are_in_one_meeting,
)


def _cost(model: CpModel, choice: Choice, scorer: Scorer, unit: Sequence[int]) -> LinearExpr:
    """The weighted tiers; H12 goes with fairness, as both count the cases of a lead."""
    survey, diary = choice.survey, choice.diary
    terms: list[IntVar] = list(choice.chosen)
    weights = [
        unit[0] * plan.unscheduled
        + unit[1] * plan.days_late
        + unit[2] * plan.disturbance
        + unit[5] * plan.travel_minutes
        + unit[6] * plan.preference_misses
        for plan in choice.plans
    ]
    leading: dict[int, list[int]] = defaultdict(list)
    practising: dict[int, list[tuple[int, Booking]]] = defaultdict(list)
    for at, plan in enumerate(choice.plans):
        if plan.lead is not None:
            leading[plan.lead].append(at)
        for booking in plan.bookings:
            for who in booking.practising:
                practising[who].append((at, booking))
    for lead in sorted({*leading, *practising}):
        steps = _cases_above_the_share(model, choice, lead, leading[lead])
        terms += steps
        weights += [unit[4] * above for above in range(1, len(steps) + 1)]
        for within, lacking in zip(
            survey.year_days[lead], scorer.shortages(diary, lead), strict=True
        ):
            if lacking > 0:
                short = model.new_int_var(0, lacking, "")
                counted = [choice.chosen[at] for at, each in practising[lead] if within[each.day]]
                model.add(short + LinearExpr.sum(counted) >= lacking)
                terms.append(short)
                weights.append(unit[3])
    return LinearExpr.weighted_sum(terms, weights)


def _cases_above_the_share(
    model: CpModel, choice: Choice, lead: int, leading: Sequence[int]
) -> list[IntVar]:
    """H12 and T4: a variable for the first, the second, ... case above somebody's fair share."""
    led, facilitator = choice.diary.led[lead], choice.survey.facilitators[lead]
    new = [choice.chosen[at] for at in leading if choice.plans[at].case not in led]
    cases = len({choice.plans[at].case for at in leading} - set(led))
    if len(led) + cases > facilitator.caseload_cap:
        model.add(LinearExpr.sum(new) <= facilitator.caseload_cap - len(led))
    above = range(len(led) + cases - facilitator.caseload_norm)
    steps: list[IntVar] = [model.new_bool_var("") for _ in above]
    if steps:
        model.add(
            LinearExpr.sum(new) - LinearExpr.sum(steps) <= facilitator.caseload_norm - len(led)
        )
    return steps


def choose(
    diary: Diary,
    scorer: Scorer,
    candidates: Mapping[int, Sequence[CasePlan]],
    hint: Mapping[int, CasePlan],
    seed: int,
    work: float,
    unit: Sequence[int] = WEIGHTS,
) -> list[CasePlan] | None:
    """The best combination of one candidate for each case, or None where none was found.

    The cases must have nothing in the diary. ``work`` is deterministic time, not seconds, and
    ``unit`` what one of each tier weighs.
    """
    model = CpModel()
    choice = Choice(model, diary, candidates)
    for rule in RULES:
        rule(model, choice)
    model.minimize(_cost(model, choice, scorer, unit))
    for at, plan in enumerate(choice.plans):
        model.add_hint(choice.chosen[at], plan is hint[plan.case])
    solver = CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = work
    # The model is a plain set packing; presolving it costs some thirty times what solving does.
    solver.parameters.cp_model_presolve = False
    # Ctrl-C is the caller's: the solver would leave the signal to end the process.
    solver.parameters.catch_sigint_signal = False
    if solver.solve(model) not in (OPTIMAL, FEASIBLE):
        return None
    return [
        plan
        for plan, chosen in zip(choice.plans, choice.chosen, strict=True)
        if solver.boolean_value(chosen)
    ]
