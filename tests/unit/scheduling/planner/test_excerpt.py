"""What freed cases can feel of the others: all that could clash with them, and nothing else."""

from rj.scheduling.planner.excerpt import excerpt
from rj.scheduling.planner.standing import as_published
from tests.planning_builders import (
    a_case,
    a_facilitator,
    a_person,
    a_problem,
    a_task,
    a_venue,
    at,
    told,
)

SOUTH = frozenset({"South"})


def test_only_meetings_that_share_somebody_or_a_room_are_kept_and_they_are_pinned() -> None:
    far = told(at(10), "Bryn", room="Library-1")
    same_room = told(at(11), "Bryn")
    problem = a_problem(
        a_facilitator("Amina"),
        a_facilitator("Bryn", areas=SOUTH),
        a_facilitator("Cai", areas=SOUTH),
        a_venue("Hall"),
        a_venue("Library"),
        a_person("Officer"),
        a_case("Freed", a_task("Freed-conference", people=("Officer",))),
        a_case("Far", a_task("Far-conference", published=far), area="South"),
        a_case("Room", a_task("Room-conference", published=same_room), area="South"),
        a_case("Nothing", area="South"),
    )

    part = excerpt(problem, as_published(problem), ["Freed"])

    assert [case.id for case in part.cases] == ["Freed", "Room"]
    assert part.cases[1].open_tasks[0].pinned
    assert [each.id for each in part.facilitators] == ["Amina", "Bryn"]
    assert [each.id for each in part.venues] == ["Hall"]
    assert [each.id for each in part.people] == ["Officer"]
