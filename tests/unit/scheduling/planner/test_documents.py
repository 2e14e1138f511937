"""Problems and plans as JSON documents."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rj.kernel.errors import Invalid
from rj.scheduling.planner.documents import (
    plan_text,
    problem_text,
    read_plan,
    read_problem,
    write_problem,
)
from rj.scheduling.planner.problem import Stage
from tests.planning_builders import (
    a_case,
    a_meeting,
    a_person,
    a_plan,
    a_problem,
    a_random_problem,
    a_room,
    a_task,
    a_venue,
    at,
    busy,
    hours,
    told,
    with_format_two,
)


@settings(deadline=None)
@given(chance=st.randoms(use_true_random=False))
def test_a_problem_survives_being_written_and_read(chance: Random) -> None:
    problem = a_random_problem(chance)
    if chance.random() < 0.5:
        problem = with_format_two(problem, chance)

    assert read_problem(json.loads(problem_text(problem))) == problem


def test_a_plan_survives_being_written_and_read() -> None:
    plan = a_plan(a_meeting("Red-conference", at(10)), a_meeting("Red-review", at(17), room=None))

    assert read_plan(json.loads(plan_text(plan))) == plan


def test_an_instant_is_the_same_in_any_offset() -> None:
    meeting = {"task": "Red", "lead": "Amina", "second": None, "room": None}
    starts = [
        read_plan(
            {
                "format": "rj-schedule-solution/1",
                "instance": "test",
                "meetings": [meeting | {"start": start}],
            }
        )
        .meetings[0]
        .start
        for start in ("2026-03-30T10:00+01:00", "2026-03-30T09:00Z")
    ]

    assert starts[0] == starts[1]
    assert starts[0].tzinfo is UTC


def test_room_busy_and_a_note_are_written_only_where_there_are_any() -> None:
    plain = write_problem(a_problem(a_case("Red")))
    taken = a_venue(rooms=(a_room(busy=busy(at(10), 60)),))
    full = write_problem(a_problem(a_case("Red"), taken, note="as told"))

    assert "note" not in plain
    assert "busy" not in plain["venues"][0]["rooms"][0]
    assert full["note"] == "as told"
    assert full["venues"][0]["rooms"][0]["busy"] == [["2026-03-10T10:00Z", "2026-03-10T11:00Z"]]


def a_document() -> dict[str, Any]:
    task = a_task(
        "Red-conference", people=("Victim",), due=date(2026, 3, 20), published=told(at(10))
    )
    victim = a_person("Victim", hours=hours("09:00-17:00"), busy=busy(at(11), 60))
    return write_problem(a_problem(a_case("Red", task), victim))


def remove(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda holder: holder.pop(name)


def put(name: str, value: object) -> Callable[[dict[str, Any]], None]:
    return lambda holder: holder.update({name: value})


@pytest.mark.parametrize(
    ("where", "change", "path"),
    [
        ((), put("format", "rj-schedule/9"), "format"),
        ((), remove("as_of"), "as_of"),
        ((), put("as_of", "9 March"), "as_of"),
        ((), put("as_of", "2026-02-30"), "as_of"),
        ((), put("horizon_end", "2026-03-01"), "horizon_end"),
        ((), put("timezone", "Europe/Nowhere"), "timezone"),
        ((), put("grid_minutes", 1), "grid_minutes"),
        ((), put("cases", {}), "cases"),
        (("policy", "travel"), remove("seconds_per_km"), "policy.travel.seconds_per_km"),
        (("policy", "gaps"), put("conference-review", [7]), "policy.gaps.conference-review"),
        (("policy", "gaps"), put("conference-review", [7, 3]), "policy.gaps.conference-review"),
        (("venues", 0), put("hours", [["mon", "09:00"]]), "venues[0].hours[0]"),
        (("venues", 0), put("hours", [["mo", "09:00", "10:00"]]), "venues[0].hours[0][0]"),
        (("venues", 0), put("hours", [["mon", "09:70", "10:00"]]), "venues[0].hours[0][1]"),
        (("venues", 0), put("hours", [["mon", "11:00", "10:00"]]), "venues[0].hours[0]"),
        (("people", 0), put("role", "judge"), "people[0].role"),
        (
            ("people", 0),
            put("busy", [["2026-03-10T10:00", "2026-03-10T11:00Z"]]),
            "people[0].busy[0][0]",
        ),
        (("people", 0), put("away", [["2026-03-10", "2026-03-09"]]), "people[0].away[0]"),
        (("facilitators", 0), put("weekly_minutes", "900"), "facilitators[0].weekly_minutes"),
        (("facilitators", 0), put("weekly_minutes", True), "facilitators[0].weekly_minutes"),
        (("cases", 0), put("kind", "maybe"), "cases[0].kind"),
        (("cases", 0), put("venues", ["Attic"]), "cases[0].venues[0]"),
        (("cases", 0), put("second_required", 1), "cases[0].second_required"),
        (("cases", 0, "tasks", 0), put("people", ["Nobody"]), "cases[0].tasks[0].people[0]"),
        (("cases", 0, "tasks", 0), put("due", 20), "cases[0].tasks[0].due"),
        (("cases", 0, "tasks", 0, "published"), remove("lead"), "cases[0].tasks[0].published.lead"),
    ],
)
def test_a_fault_is_told_with_its_path(
    where: tuple[str | int, ...], change: Callable[[Any], None], path: str
) -> None:
    document = a_document()
    holder: Any = document
    for step in where:
        holder = holder[step]
    change(holder)

    with pytest.raises(Invalid) as refused:
        read_problem(document)

    (problem,) = refused.value.problems
    assert problem.field == path
    assert problem.message.startswith(path)
    assert problem.message.endswith(".")


def test_ids_are_unique_and_stages_in_order_and_pins_published() -> None:
    twice = a_document()
    twice["cases"].append(twice["cases"][0])
    disordered = write_problem(
        a_problem(a_case("Red", a_task("Red-review", Stage.REVIEW), a_task("Red-conference")))
    )
    unpublished = a_document()
    unpublished["cases"][0]["tasks"][0] |= {"published": None, "pinned": True}

    for document, path in (
        (twice, "cases[1].id"),
        (disordered, "cases[0].tasks"),
        (unpublished, "cases[0].tasks[0].pinned"),
    ):
        with pytest.raises(Invalid) as refused:
            read_problem(document)
        assert refused.value.problems[0].field == path


def test_something_that_is_no_object_is_refused() -> None:
    with pytest.raises(Invalid, match="the document must be an object"):
        read_problem([])


def test_rechecking_a_plan_needs_no_solver() -> None:
    checked = (
        "import sys; from rj.scheduling.planner import documents, plan, reasons, rules, solution, "
        "tiers; sys.exit(any(name.split('.')[0] in ('ortools', 'numpy') for name in sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", checked], check=False).returncode == 0  # noqa: S603
