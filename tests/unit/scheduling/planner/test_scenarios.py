"""What if: somebody more, somebody less, an office closed, twice the orders."""

from datetime import date

import pytest

from rj.kernel.errors import NotFound
from rj.scheduling.planner.scenarios import (
    compare,
    with_trained,
    with_twice_the_orders,
    without_facilitator,
    without_venue,
)
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

SERVICE = a_problem(
    a_facilitator("Amina", caseload_cap=1),
    a_facilitator("Bryn", caseload_cap=1),
    a_venue("Hall"),
    a_venue("Library"),
    a_case("Red", a_task("Red-conference", people=("Pat", "Mo")), current_lead="Bryn"),
    a_case("Blue", a_task("Blue-conference", people=("Mo",)), venues=("Library",)),
    a_person("Pat"),
    a_person("Mo", role="manager"),
)


def test_scenarios_stand_side_by_side() -> None:
    today, fewer, closed, doubled, trained = compare(
        [
            ("as it is", SERVICE),
            ("Bryn leaves", without_facilitator(SERVICE, "Bryn")),
            ("the library closes", without_venue(SERVICE, "Library")),
            ("twice the orders", with_twice_the_orders(SERVICE)),
            (
                "two are trained",
                with_trained(
                    with_twice_the_orders(SERVICE), "Amina", 2, accredited=date(2026, 1, 5)
                ),
            ),
        ]
    )

    assert today.tiers[:3] == (0, 0, 0)
    assert (fewer.name, fewer.tiers.unscheduled) == ("Bryn leaves", 1)
    assert closed.tiers.unscheduled == 1
    assert doubled.tiers.unscheduled == 1
    assert trained.tiers.unscheduled == 0
    assert all(each.bounds.least <= each.tiers for each in (today, fewer, closed, doubled, trained))


def test_twice_the_orders_brings_people_of_their_own_but_the_same_managers() -> None:
    doubled = with_twice_the_orders(SERVICE)

    assert [case.id for case in doubled.cases] == ["Red", "Blue", "Blue again"]
    assert doubled.cases[2].tasks[0].people == ("Mo",)
    assert len(doubled.people) == 2


def test_somebody_who_is_not_there_cannot_leave() -> None:
    with pytest.raises(NotFound):
        without_facilitator(SERVICE, "Cai")


def test_what_was_pinned_with_whoever_leaves_or_in_what_closes_is_planned_otherwise() -> None:
    pinned = a_task("Red-conference", published=told(at(10), "Bryn"), pinned=True)
    service = a_problem(
        a_facilitator("Amina"),
        a_facilitator("Bryn"),
        a_venue("Hall"),
        a_venue("Library"),
        a_case("Red", pinned, current_lead="Bryn", venues=("Hall", "Library")),
    )

    fewer, closed = compare(
        [
            ("Bryn leaves", without_facilitator(service, "Bryn")),
            ("the hall closes", without_venue(service, "Hall")),
        ]
    )

    assert (fewer.tiers.unscheduled, fewer.tiers.disturbance) == (0, 5)  # the lead and a handover
    assert (closed.tiers.unscheduled, closed.tiers.disturbance) == (0, 1)  # the room
