"""The answer of a planning run with its evidence, and the progress told on the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rj.scheduling.planner.plan import Plan
from rj.scheduling.planner.tiers import Tiers


class Outcome(StrEnum):
    """How a run ended; each is an answer."""

    COMPLETE = "complete"
    SOME_LEFT_OUT = "some_left_out"
    CUT_SHORT = "cut_short"


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to look. The same effort and seed give the same plan on the same platform.

    ``rounds`` of improvement, plus ``rounds_per_ten_cases``; each frees ``neighbourhood`` cases and
    weighs up to ``columns`` plans for each of them. One that ``settles`` ends as soon as T0 to T4
    are proven, whatever minutes of travel might still be saved.
    """

    name: str
    rounds: int
    rounds_per_ten_cases: int
    neighbourhood: int
    columns: int
    settles: bool = False

    def rounds_for(self, cases: int) -> int:
        """How many rounds a problem of this many cases is given."""
        return self.rounds + self.rounds_per_ten_cases * cases // 10


FIRST_ANSWER = Effort("first", 0, 0, 12, 12)
SMALL = Effort("small", 3, 1, 8, 16)
NORMAL = Effort("normal", 10, 3, 16, 40)
THOROUGH = Effort("thorough", 40, 15, 18, 60)
EFFORTS: Mapping[str, Effort] = {
    effort.name: effort for effort in (FIRST_ANSWER, SMALL, NORMAL, THOROUGH)
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What no plan can beat: the tiers' least values in turn, each given those before it."""

    least: Tiers

    def proven(self, tiers: Tiers) -> tuple[bool, ...]:
        """For each tier, whether it is proven best possible, given the tiers before it."""
        flags: list[bool] = []
        for reached, least in zip(tiers, self.least, strict=True):
            flags.append(reached == least and all(flags))
        return tuple(flags)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands. ``elapsed`` in seconds; ``tiers`` None before the first plan.

    ``gap`` is how far the first tier not proven lies above its bound, as a share of its value.
    """

    elapsed: float
    phase: str
    tiers: Tiers | None
    bounds: Bounds | None
    gap: float | None


@dataclass(frozen=True, slots=True)
class Provenance:
    """What is needed to repeat the run to the byte."""

    seed: int
    effort: str
    rounds: int
    solver: str
    platform: str


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan that breaks no rule, how good it is, and why it is as it is.

    ``reasons`` has a sentence for each meeting and ``left_out`` one for each task without one, by
    task id. Sentences name people and rooms by their ids, each as a word of its own.
    """

    plan: Plan
    tiers: Tiers
    bounds: Bounds
    outcome: Outcome
    reasons: Mapping[str, str]
    left_out: Mapping[str, str]
    provenance: Provenance

    @property
    def proven(self) -> tuple[bool, ...]:
        """For each tier, whether it is proven best possible."""
        return self.bounds.proven(self.tiers)
