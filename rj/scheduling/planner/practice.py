"""Practice years: the road to five conferences, and keeping in practice after it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rj.scheduling.planner.civil import anniversary, days_after
from rj.scheduling.planner.problem import Facilitator, Problem


@dataclass(frozen=True, slots=True)
class PracticeYear:
    """One year counted from accreditation; ``end`` is the anniversary and no longer in it."""

    number: int
    first: date
    end: date
    wanted: int

    def count(self, days: Iterable[date]) -> int:
        """How many of the days fall in this year."""
        return sum(1 for day in days if self.first <= day < self.end)


def practice_years(problem: Problem, facilitator: Facilitator) -> list[PracticeYear]:
    """The years begun by the horizon's end and not ended by the planning day, with the target.

    A year whose last day lies within the horizon wants the whole target, another its share by days.
    """
    years: list[PracticeYear] = []
    number = 0
    while True:
        first = anniversary(facilitator.accredited, number)
        end = anniversary(facilitator.accredited, number + 1)
        if first > problem.horizon_end:
            return years
        if end > problem.as_of:
            policy = problem.policy
            target = policy.first_year_target if number == 0 else policy.later_year_target
            if days_after(end, -1) <= problem.horizon_end:
                wanted = target
            else:
                begun = (problem.horizon_end - first).days + 1
                wanted = target * begun // (end - first).days
            years.append(PracticeYear(number, first, end, wanted))
        number += 1
