"""Which of the hours people were told can be kept at all, when several cases want the same leads.

The assignment asks each case alone. Where a fallen-out lead's cases look for others, two of them
may want one lead at one hour, or more of one week than there is. A way to keep a case says which of
its meetings stay at their hours and which move. What all cases can keep together is looked for
among these ways, knowing of clashes between kept meetings alone; its cost is therefore a bound on
T2, and its ways are worth writing plans for.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

from rj.scheduling.planner.diary import Diary
from rj.scheduling.planner.pairs import Pair
from rj.scheduling.planner.routes import Routes
from rj.scheduling.planner.survey import CONTACT_HAS_NO_ROOM, CaseSurvey

# More steps than this are not worth a bound.
MOST_STEPS = 20_000


@dataclass(frozen=True, slots=True)
class Kept:
    """A meeting at the hour people were told, under some lead, at one of these venues."""

    lead: int
    day: int
    begins: int
    ends: int
    venues: frozenset[int]
    is_conference: bool


@dataclass(frozen=True, slots=True)
class Way:
    """A lead for a case, the stages that move, and the T2 this costs beyond the case's least."""

    case: int
    lead: int
    moved: frozenset[int]
    reach: int
    excess: int
    kept: tuple[Kept, ...]


def ways_to_keep(
    case: CaseSurvey, pairs: Sequence[Pair], routes_of: Callable[[int], Routes], slack: int
) -> list[Way]:
    """Every way to plan a case as fully and punctually as it could be alone, T2 at most ``slack``
    above its least, the best first. The case must have nothing in the diary."""
    ideal = min(((p.unscheduled, p.days_late, p.disturbance) for p in pairs), default=None)
    if ideal is None:
        return []
    ways = []
    for pair in pairs:
        if (pair.unscheduled, pair.days_late) != ideal[:2] or pair.disturbance > ideal[2] + slack:
            continue
        routes = routes_of(pair.lead)
        told = routes.told_stages(pair.reach)
        for moved in chain.from_iterable(combinations(told, n) for n in range(len(told) + 1)):
            cost = routes.least(pair.reach, frozenset(moved))
            if cost is not None and cost[0] <= ideal[1] and cost[1] <= ideal[2] + slack:
                kept = tuple(_kept(routes, at) for at in told if at not in moved)
                excess = max(0, cost[1] - ideal[2])
                ways.append(Way(case.number, pair.lead, frozenset(moved), pair.reach, excess, kept))
    return sorted(ways, key=lambda way: (way.excess, way.lead, sorted(way.moved)))


def _kept(routes: Routes, at: int) -> Kept:
    begins, day, venues = routes.told_hour(at)
    opening = routes.stages[at].opening
    return Kept(
        routes.lead, day, begins, begins + opening.task.minutes, venues, opening.is_conference
    )


def least_excess(diary: Diary, ways: Mapping[int, Sequence[Way]], below: int) -> int:
    """The least T2 beyond their own that all cases together must have, or ``below`` if no less.

    The cases must have nothing in the diary. Gives up with the last bound it has proven.
    """
    order = sorted(ways, key=lambda number: (len(ways[number]), number))
    looking = _Looking(diary, [ways[number] for number in order])
    for excess in range(below):
        found = looking.fits(0, excess, [])
        if found or looking.steps > MOST_STEPS:
            return excess
    return below


class _Looking:
    """Goes through the cases one after another, trying every way the excess still allows."""

    def __init__(self, diary: Diary, ways: list[Sequence[Way]]) -> None:
        self.diary = diary
        self.ways = ways
        self.steps = 0

    def fits(self, at: int, excess: int, chosen: list[Way]) -> bool:
        """Whether the cases from this one on can be added for so much excess."""
        if at == len(self.ways):
            return True
        for way in self.ways[at]:
            self.steps += 1
            if way.excess > excess or self.steps > MOST_STEPS:
                break
            if self._goes_with(way, chosen) and self.fits(
                at + 1, excess - way.excess, [*chosen, way]
            ):
                return True
        return False

    def _goes_with(self, new: Way, chosen: list[Way]) -> bool:
        """H9 to H12 of one lead, between this way and those chosen so far."""
        others = [way for way in chosen if way.lead == new.lead]
        if not others:
            return True
        survey, diary = self.diary.survey, self.diary
        facilitator = survey.facilitators[new.lead]
        led = {*diary.led[new.lead], new.case, *(way.case for way in others)}
        if len(led) > facilitator.caseload_cap:
            return False
        kept = [each for way in others for each in way.kept]
        if any(self._clash(one, other) for one in new.kept for other in kept):
            return False
        minutes: Counter[int] = Counter()
        conferences: Counter[int] = Counter()
        for each in (*new.kept, *kept):
            minutes[survey.grid.week_of(each.day)] += each.ends - each.begins
            conferences[each.day] += each.is_conference
        used, held = diary.week_minutes[new.lead], diary.conferences[new.lead]
        most = survey.problem.policy.conferences_per_day
        return all(
            used[week] + more <= facilitator.weekly_minutes for week, more in minutes.items()
        ) and all(held[day] + more <= most for day, more in conferences.items() if more)

    def _clash(self, one: Kept, other: Kept) -> bool:
        """H9: whether they overlap, or no two of their venues are near enough."""
        if one.day != other.day:
            return False
        journey = min(self._journey(here, there) for here in one.venues for there in other.venues)
        return one.begins < other.ends + journey and other.begins < one.ends + journey

    def _journey(self, here: int, there: int) -> int:
        if CONTACT_HAS_NO_ROOM in (here, there):
            return 0
        return self.diary.survey.journeys[here][there]
