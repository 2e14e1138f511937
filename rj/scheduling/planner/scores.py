"""The tiers of a diary, reckoned from its numbers as it changes."""

from rj.scheduling.planner.calendars import Days
from rj.scheduling.planner.diary import Diary
from rj.scheduling.planner.plan import Plan
from rj.scheduling.planner.survey import Survey
from rj.scheduling.planner.tiers import Tiers, days_late, preference_misses, travel_minutes


class Scorer:
    """Reckons tiers; what pinned meetings cost is the same in every plan."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        pinned = Plan(survey.problem.name, survey.pinned)
        self._late = days_late(survey.problem, pinned)
        self._travel = travel_minutes(survey.problem, pinned)
        self._misses = preference_misses(survey.problem, pinned)
        self.wanted = [
            [
                max(0, year.wanted - year.count(survey.facilitators[lead].conferences_held))
                for year in years
            ]
            for lead, years in enumerate(survey.years)
        ]

    def tiers(self, diary: Diary) -> Tiers:
        """T0 to T6 of the plan in the diary."""
        plans = diary.plans.values()
        return Tiers(
            unscheduled=sum(plan.unscheduled for plan in plans),
            days_late=sum(plan.days_late for plan in plans) + self._late,
            disturbance=sum(plan.disturbance for plan in plans),
            practice_shortfall=sum(
                max(0, short)
                for lead in range(len(self.wanted))
                for short in self.shortages(diary, lead)
            ),
            fairness=sum(self.unfairness(diary, lead) for lead in range(len(self.wanted))),
            travel_minutes=sum(plan.travel_minutes for plan in plans) + self._travel,
            preference_misses=sum(plan.preference_misses for plan in plans) + self._misses,
        )

    def shortages(self, diary: Diary, lead: int) -> list[int]:
        """For each practice year, how many conferences are lacking; below 0 for too many."""
        days = [
            booking.day
            for booking in diary.of_facilitator[lead].values()
            if lead in booking.practising
        ]
        return [
            wanted - sum(bool(within[day]) for day in days)
            for wanted, within in zip(self.wanted[lead], self.survey.year_days[lead], strict=True)
        ]

    def days_wanted(self, diary: Diary, lead: int) -> Days | None:
        """The days on which one more direct conference would help this lead, or None."""
        found: Days | None = None
        for number, short in enumerate(self.shortages(diary, lead)):
            if short > 0:
                days = self.survey.year_days[lead][number]
                found = days if found is None else found | days
        return found

    def unfairness(self, diary: Diary, lead: int) -> int:
        """T4 of one facilitator."""
        above = len(diary.led[lead]) - self.survey.facilitators[lead].caseload_norm
        return above * (above + 1) // 2 if above > 0 else 0
