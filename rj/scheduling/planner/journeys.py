"""How long a journey takes, in whole minutes and integer arithmetic throughout."""

from typing import Protocol

from rj.scheduling.planner.problem import Travel


class Place(Protocol):
    """Anything with coordinates in kilometres: a facilitator's base, a venue."""

    @property
    def x(self) -> int: ...

    @property
    def y(self) -> int: ...


def journey_minutes(travel: Travel, here: Place, there: Place) -> int:
    """0 where the places coincide, else fixed time and kilometres, rounded up."""
    if (here.x, here.y) == (there.x, there.y):
        return 0
    kilometres = abs(here.x - there.x) + abs(here.y - there.y)
    seconds = travel.fixed_minutes * 60 + kilometres * travel.seconds_per_km
    step = travel.round_to_minutes * 60
    return -(-seconds // step) * travel.round_to_minutes
