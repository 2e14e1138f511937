"""What if: a problem changed as a coordinator might wonder about it, beside the one there is.

Each change is a function of the problem alone, so that it can be kept, named and repeated.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from rj.kernel.errors import NotFound
from rj.scheduling.planner.problem import Case, Facilitator, Problem, Published
from rj.scheduling.planner.solution import FIRST_ANSWER, Bounds, Effort
from rj.scheduling.planner.solve import plan_meetings
from rj.scheduling.planner.tiers import Tiers


@dataclass(frozen=True, slots=True)
class Compared:
    """One scenario's figures; bounds say what no plan of it could beat."""

    name: str
    tiers: Tiers
    bounds: Bounds


def compare(
    scenarios: Iterable[tuple[str, Problem]], *, effort: Effort = FIRST_ANSWER, seed: int = 1
) -> list[Compared]:
    """Plan each scenario with the same effort and seed, so that only the change differs."""
    compared = []
    for name, problem in scenarios:
        solution = plan_meetings(problem, effort=effort, seed=seed)
        compared.append(Compared(name, solution.tiers, solution.bounds))
    return compared


def without_facilitator(problem: Problem, facilitator: str) -> Problem:
    """Somebody leaves: nothing more is led by them. Raises NotFound for an unknown id.

    What they lead so far counts as theirs, so that each case that passes to somebody else is told
    as a handover. A pinned meeting of theirs is pinned no longer.
    """
    _known(facilitator, problem.facilitator)
    left = tuple(each for each in problem.facilitators if each.id != facilitator)
    freed = _with_pins_freed(problem, lambda told: facilitator in {told.lead, told.second})
    return replace(freed, facilitators=left)


def _with_pins_freed(problem: Problem, is_lost: Callable[[Published], bool]) -> Problem:
    """The problem in which a pinned meeting that cannot stand may be planned otherwise."""
    return replace(
        problem,
        cases=tuple(
            replace(
                case,
                tasks=tuple(
                    replace(task, pinned=False)
                    if task.pinned and task.published is not None and is_lost(task.published)
                    else task
                    for task in case.tasks
                ),
            )
            for case in problem.cases
        ),
    )


def with_trained(problem: Problem, like: str, times: int, *, accredited: date) -> Problem:
    """Newly trained people with the base, areas and hours of somebody there is.

    They are accredited on that day, have led nothing, and are mentored by whoever mentors the one
    they are like, or by that one. Raises NotFound for an unknown id.
    """
    _known(like, problem.facilitator)
    model = problem.facilitator[like]
    new = tuple(_newly_trained(model, number, accredited) for number in range(1, times + 1))
    return replace(problem, facilitators=(*problem.facilitators, *new))


def _newly_trained(model: Facilitator, number: int, accredited: date) -> Facilitator:
    return replace(
        model,
        id=f"{model.id} trained {number}",
        accredited=accredited,
        mentored_until=date(accredited.year + 1, 1, 1),
        mentors=model.mentors or frozenset({model.id}),
        busy=(),
        away=(),
        conferences_held=(),
        conflicts=frozenset(),
    )


def without_venue(problem: Problem, venue: str) -> Problem:
    """An office closes: nothing more happens there, pinned or not. Raises NotFound for an unknown
    id."""
    _known(venue, problem.venue)
    rooms = {room.id for room in problem.venue[venue].rooms}
    freed = _with_pins_freed(problem, lambda told: told.room in rooms)
    return replace(
        freed,
        venues=tuple(each for each in problem.venues if each.id != venue),
        cases=tuple(
            replace(case, venues=tuple(each for each in case.venues if each != venue))
            for case in freed.cases
        ),
    )


def with_twice_the_orders(problem: Problem) -> Problem:
    """Every case nobody has begun comes twice, with people of its own as free as the first ones."""
    again = [
        case
        for case in problem.cases
        if case.current_lead is None and all(task.held is None for task in case.tasks)
    ]
    shared = {each.id for each in problem.people if each.role == "manager"}
    copied = {name for case in again for name in case.people} - shared
    return replace(
        problem,
        people=(
            *problem.people,
            *(replace(each, id=_twin(each.id)) for each in problem.people if each.id in copied),
        ),
        cases=(*problem.cases, *(_another(case, copied) for case in again)),
    )


def _another(case: Case, copied: set[str]) -> Case:
    return replace(
        case,
        id=_twin(case.id),
        tasks=tuple(
            replace(
                task,
                id=_twin(task.id),
                people=tuple(_twin(each) if each in copied else each for each in task.people),
                published=None,
                pinned=False,
            )
            for task in case.tasks
        ),
    )


def _twin(name: str) -> str:
    return f"{name} again"


def _known(name: str, among: object) -> None:
    if name not in among:  # type: ignore[operator]
        raise NotFound(f"There is nobody and nothing called {name} here")
