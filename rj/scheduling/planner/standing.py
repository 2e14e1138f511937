"""What stands: a plan held fast, so that one case can be looked at among all the others.

Needs no solver, and may therefore be asked while somebody waits for a page.
"""

from dataclasses import dataclass, replace
from functools import cached_property

from rj.scheduling.planner.diary import CasePlan, Diary, nothing_for, plan_of
from rj.scheduling.planner.plan import Meeting, Plan
from rj.scheduling.planner.problem import Case, Problem, Published
from rj.scheduling.planner.routes import Routes
from rj.scheduling.planner.scores import Scorer
from rj.scheduling.planner.survey import CaseSurvey, Survey


def as_published(problem: Problem) -> Plan:
    """The plan that stands: every open meeting as it was published."""
    return Plan(
        problem.name,
        tuple(
            Meeting(task.id, told.start, told.lead, told.second, told.room)
            for case in problem.cases
            for task in case.open_tasks
            if (told := task.published) is not None
        ),
    )


def held_fast(case: Case, standing: Plan) -> Case:
    """A case with its standing meetings pinned, and without the stages that do not stand."""
    tasks = []
    for task in case.tasks:
        meeting = standing.meeting.get(task.id)
        if task.held is not None:
            tasks.append(task)
        elif meeting is not None:
            as_it_stands = Published(meeting.start, meeting.lead, meeting.second, meeting.room)
            tasks.append(replace(task, published=as_it_stands, pinned=True))
    return replace(case, tasks=tuple(tasks))


@dataclass(frozen=True)
class Standing:
    """A plan in which everything but one case is held fast. The plan must be lawful."""

    problem: Problem
    plan: Plan
    case: Case

    @cached_property
    def survey(self) -> Survey:
        """The problem with every other case pinned where it stands."""
        cases = tuple(
            each if each.id == self.case.id else held_fast(each, self.plan)
            for each in self.problem.cases
        )
        return Survey(replace(self.problem, cases=cases), pins_are_lawful=True)

    @cached_property
    def diary(self) -> Diary:
        """Everybody's meetings without those of the case."""
        return Diary(self.survey)

    @cached_property
    def surveyed(self) -> CaseSurvey:
        """The case in numbers."""
        return next(each for each in self.survey.cases if each.case.id == self.case.id)

    def routes(self, lead: int) -> Routes:
        """What the others leave free for the case under this lead."""
        wanted = Scorer(self.survey).days_wanted(self.diary, lead)
        return Routes(self.diary, self.surveyed, lead, wanted)

    def offer(self, lead: int) -> CasePlan | None:
        """The best plan of the case under this lead while all others stay, or None."""
        if not self.diary.can_lead(lead, self.surveyed.number):
            return None
        routes = self.routes(lead)
        for reach in range(routes.reach, 0, -1):
            plan = routes.first(reach)
            if plan is not None:
                return plan
        return None

    def best_offer(self) -> CasePlan | None:
        """The best any lead could offer: most stages, least late, least disturbing, nearest."""
        offers = [offer for lead in self.surveyed.leads if (offer := self.offer(lead)) is not None]
        return min(
            offers,
            key=lambda each: (
                each.unscheduled,
                each.days_late,
                each.disturbance,
                each.travel_minutes,
                each.preference_misses,
                each.lead or 0,
            ),
            default=None,
        )

    def with_offer(self, offer: CasePlan) -> Plan:
        """The whole plan with the case planned so."""
        self.diary.take(offer)
        try:
            return plan_of(self.diary)
        finally:
            self.diary.take(nothing_for(self.surveyed))
