"""Why a task has no meeting: the step at which the possible times run out."""

from collections.abc import Collection

import numpy as np

from rj.scheduling.planner.calendars import Bits, Days
from rj.scheduling.planner.chains import NEVER, may_lead_to
from rj.scheduling.planner.pairs import stage_costs
from rj.scheduling.planner.plan import Plan
from rj.scheduling.planner.problem import Facilitator, Gap
from rj.scheduling.planner.reasons import day_text, listed, room_needs
from rj.scheduling.planner.survey import CONTACT_HAS_NO_ROOM, CaseSurvey, Opening, Survey


def why_left_out(survey: Survey, plan: Plan, not_reached: Collection[int] = ()) -> dict[str, str]:
    """For each task that is to be planned and is not, by task id, a sentence that says why.

    Parties are added one by one to the days that remain; the sentence names the one at which no
    time was left. Where the case could be held on its own, other cases stand in its way. Cases
    ``not_reached``, by number, were never tried, because the search was stopped.
    """
    reasons = {}
    for case in survey.cases:
        missing = [each for each in case.openings if each.task.id not in plan.meeting]
        if missing and case.number in not_reached:
            for opening in missing:
                reasons[opening.task.id] = "Planning was stopped before it came to this case."
        elif missing:
            first = missing[0]
            has_rivals = any(survey.case_number.get(m.task) != case.number for m in plan.meetings)
            at = case.openings.index(first)
            reasons[first.task.id] = _why_first(survey, case, at, has_rivals=has_rivals)
            for opening in missing[1:]:
                reasons[opening.task.id] = f"It waits for {first.task.id}, which has no time yet."
    return reasons


def _why_first(survey: Survey, case: CaseSurvey, at: int, *, has_rivals: bool) -> str:
    opening = case.openings[at]
    if not case.leads:
        return _nobody_fits(case)
    stages = [
        total < NEVER for total in stage_costs(survey, case, np.array(case.leads, dtype=np.int64))
    ]
    if stages[at].any():
        able = [lead for lead, days in zip(case.leads, stages[at], strict=True) if days.any()]
        return _over_a_cap(survey, opening, able) or _crowded_out(has_rivals)
    for earlier in range(at):
        if not stages[earlier].any():
            return _why_first(survey, case, earlier, has_rivals=has_rivals)
    days = opening.days
    if not days.any():
        return f"No day is left for it: {_limits(survey, case, opening)}."
    if at and opening.gap is not None:
        reached: Days = stages[at - 1].max(axis=0)
        days = days & _after(reached, opening.gap)
        if not days.any():
            return (
                f"No day {_gap_text(opening.gap)} after the {case.openings[at - 1].task.stage} "
                f"is left: {_limits(survey, case, opening)}."
            )
    return _where_it_ends(survey, case, at, days, stages)


def _over_a_cap(survey: Survey, opening: Opening, able: list[int]) -> str:
    """Where a cap alone keeps everybody who could lead it from doing so: whose, and which."""
    leads = [survey.facilitators[lead] for lead in able]
    names = listed([lead.id for lead in leads[:3]])
    if not any(lead.caseload_cap for lead in leads):
        return f"{names} could lead it, but may take no case more."
    minutes = opening.task.minutes
    if not any(_may_work(lead, minutes) for lead in leads if lead.caseload_cap):
        return f"{names} could lead it, but may not work {minutes} minutes in any week."
    return ""


def _may_work(lead: Facilitator, minutes: int) -> bool:
    """H10: whether somebody's cap alone allows so long a meeting."""
    return minutes <= min(lead.weekly_minutes, lead.four_week_minutes or lead.weekly_minutes)


def _crowded_out(has_rivals: bool) -> str:
    if has_rivals:
        return (
            "It could be held on its own, but no plan was found that also keeps the other cases: "
            "their meetings take the facilitators, rooms or weekly minutes it needs."
        )
    return (
        "It could be held on its own, but not beside the other meetings of this case, for which "
        "nobody has weekly minutes or a free day enough."
    )


def _where_it_ends(
    survey: Survey, case: CaseSurvey, at: int, days: Days, stages: list[Days]
) -> str:
    """Adds people, rooms and then staff in turn to days on which the task could be."""
    opening = case.openings[at]
    task = opening.task
    when = _span_text(survey, case, at, days)
    free: Bits = survey.grid.on_grid.copy()
    survey.grid.keep(free, days)
    present: list[str] = []
    for name in opening.people:
        free = free & survey.calendars.person(survey.problem.person[name], task.part_of(name))
        present.append(name)
        if not free.any():
            together = f"both {listed(present)}" if len(present) == 2 else listed(present)
            return f"There is no time {together} can attend {when}."
    everybody = listed(present) if present else "everybody"
    rooms = [site.room for site in opening.sites]
    if not rooms:
        needs = room_needs(task)
        return f"No agreed venue that everybody may visit has a room with {listed(needs)}."
    if rooms != [CONTACT_HAS_NO_ROOM]:
        somewhere = survey.grid.nothing()
        for room in rooms:
            somewhere |= survey.calendars.room(
                survey.venues[room], survey.rooms[room], task.minutes
            )
        free = free & somewhere
        if not free.any():
            return f"No agreed room is open when {everybody} can attend {when}."
    return _no_lead(survey, case, at, free, f"when {everybody} can attend {when}")


def _no_lead(survey: Survey, case: CaseSurvey, at: int, free: Bits, when: str) -> str:
    """Adds leads and seconds in turn to the starts that people and rooms leave."""
    opening = case.openings[at]
    starts = survey.lead_starts(opening.task.minutes)
    leads = [lead for lead in case.leads if (free & starts[lead]).any()]
    if not leads:
        return f"No facilitator who fits the case is free {when}."
    names = listed([survey.facilitators[lead].id for lead in leads[:3]])
    if opening.may_have_second:
        needed = "a second facilitator" if case.case.second_required else "a mentor"
        alone = [
            lead
            for lead in leads
            if any(second is None for second, _ in survey.seconds_for(case, opening, lead))
        ]
        if not alone:
            return f"No lead and {needed} are free together {when}."
    return (
        f"{names} could be there, but not within the gap after leading the stages before it."
        if at
        else f"{names} could be there, but in no agreed room."
    )


def _after(earlier: Days, gap: Gap) -> Days:
    """The days that lie within the gap after one of the earlier stage's days."""
    return may_lead_to(earlier[::-1], gap)[::-1]


def _nobody_fits(case: CaseSurvey) -> str:
    needed = sorted(case.case.skills | case.case.lead_skills)
    skills = f" with the skills {', '.join(needed)}" if needed else ""
    return (
        f"No facilitator{skills} covers {case.case.area}, speaks {case.case.language} and has no "
        "conflict of interest."
    )


def _gap_text(gap: Gap) -> str:
    return f"at least {gap.least} days" if gap.most is None else f"{gap.least} to {gap.most} days"


def _limits(survey: Survey, case: CaseSurvey, opening: Opening) -> str:
    """Which end of the time allowed comes first."""
    end, horizon = case.case.order_end, survey.problem.horizon_end
    for earlier, later in zip(case.case.tasks, case.case.tasks[1:], strict=False):
        if later is opening.task and earlier.held is not None:
            gap = survey.problem.policy.gap_between(earlier, later)
            notice = survey.problem.policy.notice_of(later.stage)
            return (
                f"the {earlier.stage} was on {day_text(earlier.held)} and {_gap_text(gap)} "
                f"are allowed between, with {notice} days' notice"
            )
    if end <= horizon:
        return f"the order ends on {day_text(end)}"
    return f"planning reaches only to {day_text(horizon)}"


def _span_text(survey: Survey, case: CaseSurvey, at: int, days: Days) -> str:
    gap = case.openings[at].gap
    if at and gap is not None and gap.most is not None:
        return f"within {gap.most} days of the {case.openings[at - 1].task.stage}"
    possible = np.flatnonzero(days)
    first, last = survey.grid.dates[possible[0]], survey.grid.dates[possible[-1]]
    return f"from {day_text(first)} to {day_text(last)}"
