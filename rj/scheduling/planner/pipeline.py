"""How many newly trained people a service's conferences carry through their first year.

A conference has one lead, so that nobody's first year can be made up from somebody else's.
"""

from dataclasses import dataclass

from rj.scheduling.planner.plan import Plan
from rj.scheduling.planner.practice import practice_years
from rj.scheduling.planner.problem import CaseKind, Problem, Stage

DAYS_A_YEAR = 365


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What is planned and what that would be in a year, beside those who need it.

    ``trainees`` are in their first year of practice at some time of the days planned.
    """

    conferences: int
    days: int
    each_needs: int
    trainees: int

    @property
    def a_year(self) -> int:
        """Direct conferences in a year at the pace of the days planned."""
        return self.conferences * DAYS_A_YEAR // self.days

    @property
    def supports(self) -> int:
        """How many reach their first year's target at that pace, if nobody else leads any."""
        return self.a_year // self.each_needs if self.each_needs else self.trainees

    @property
    def sentence(self) -> str:
        """The same in words; empty where nobody is in a first year or nothing is asked of it."""
        if not self.trainees or not self.each_needs:
            return ""
        found = "conference" if self.conferences == 1 else "conferences"
        who = "1 is" if self.trainees == 1 else f"{self.trainees} are"
        trainees = "trainee" if self.supports == 1 else "trainees"
        return (
            f"Your pipeline supports {self.supports} {trainees}: {self.conferences} direct {found} "
            f"in {self.days} days are some {self.a_year} a year, and each needs {self.each_needs} "
            f"in the first year. {who} in it."
        )


def pipeline(problem: Problem, plan: Plan) -> Pipeline:
    """The direct conferences of a plan, and everybody whose first year reaches into its days."""
    return Pipeline(
        conferences=sum(
            problem.task[meeting.task].stage is Stage.CONFERENCE
            and problem.case_of[meeting.task].kind is CaseKind.DIRECT
            for meeting in plan.meetings
        ),
        days=(problem.horizon_end - problem.as_of).days + 1,
        each_needs=problem.policy.first_year_target,
        trainees=sum(
            any(year.number == 0 for year in practice_years(problem, each))
            for each in problem.facilitators
        ),
    )
