"""Inventing orders at every stage: their dates, what has happened since, and who began them."""

import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rj.demo.days import moment, weekday_before
from rj.demo.facts import (
    AccountFacts,
    ContactStopped,
    ContactTried,
    FacilitatorFacts,
    GateFound,
    Happening,
    Hours,
    OfficerFacts,
    OrderFacts,
    PartyFacts,
    PreparationAdded,
    RouteChosen,
    SignedOff,
    Standing,
    StepDone,
)
from rj.demo.households import CaseOutline, the_household
from rj.demo.names import Heritage
from rj.demo.people import Census, generator
from rj.demo.places import COURTS, OFFENCE_CODES, OFFENCE_WEIGHTS, WEEKDAYS
from rj.policy.terms import (
    ContactOutcome,
    Gate,
    GateValue,
    OrderType,
    PartyRole,
    Plea,
    RequirementType,
    RiskLevel,
    Role,
    Route,
    Side,
    Skill,
    Stage,
)

SHARES: dict[Standing, int] = {
    Standing.AWAITING_CONTACT: 15,
    Standing.CLOCK_NEAR: 3,
    Standing.OVERDUE: 1,
    Standing.CONTACTED: 9,
    Standing.NOT_YET: 3,
    Standing.SUITABLE: 8,
    Standing.PREPARED: 4,
    Standing.EXTRA_PREPARATION: 3,
    Standing.READY: 6,
    Standing.LETTER: 2,
    Standing.SHUTTLE: 1,
    Standing.AWAITING_REVIEW: 3,
    Standing.UNSIGNED: 2,
}
"""How many of sixty orders stand where."""

WITHOUT_LEAD = frozenset({Standing.AWAITING_CONTACT, Standing.CLOCK_NEAR, Standing.OVERDUE})
NOT_ASSESSED = WITHOUT_LEAD | {Standing.CONTACTED, Standing.UNSIGNED}
NOT_PREPARED = NOT_ASSESSED | {Standing.NOT_YET, Standing.SUITABLE}

SPOKEN: dict[tuple[Standing, int], tuple[str, Heritage]] = {
    (Standing.AWAITING_CONTACT, 0): ("cy", Heritage.WELSH),
    (Standing.AWAITING_CONTACT, 1): ("bn", Heritage.SOUTH_ASIAN),
    (Standing.AWAITING_CONTACT, 2): ("pl", Heritage.POLISH),
    (Standing.CONTACTED, 0): ("ur", Heritage.SOUTH_ASIAN),
    (Standing.CONTACTED, 1): ("cy", Heritage.WELSH),
    (Standing.SUITABLE, 0): ("pl", Heritage.POLISH),
    (Standing.SUITABLE, 1): ("ur", Heritage.SOUTH_ASIAN),
    (Standing.READY, 0): ("cy", Heritage.WELSH),
}
"""Cases held in another language. Nobody on the roster speaks Bengali: honestly unplaceable."""

INTERPRETED = frozenset(
    {
        (Standing.AWAITING_CONTACT, 3),
        (Standing.CONTACTED, 2),
        (Standing.PREPARED, 0),
        (Standing.READY, 1),
    }
)
"""Cases held in English through an interpreter."""

ENDS_SOON: dict[tuple[Standing, int], int] = {
    (Standing.CONTACTED, 3): 19,
    (Standing.SUITABLE, 2): 13,
}
"""Orders taken over from elsewhere that end in so many days: too soon for every meeting."""

AT_LARGE: Hours = tuple((day, "07:30", "18:30") for day in (*WEEKDAYS, "sat"))
"""When somebody with a curfew can be out, with time for the way home."""
TIME_TOGETHER = 120
"""Minutes in some part of the week in which a lead and the people of a case can all come."""

ORGANISATION = (Standing.SUITABLE, 3)
STOPPED = (Standing.SUITABLE, 4)
SIGNED_OFF = (Standing.READY, 2)
JUST_OF_AGE = (Standing.AWAITING_CONTACT, 4)
PLANS_SHOWN: dict[Standing, tuple[int, ...]] = {
    Standing.AWAITING_CONTACT: (0, 2, 1, 3, 4),
    Standing.CONTACTED: (0, 1, 2, 3, 4, 0),
    Standing.READY: (0, 1, 2, 3),
    Standing.AWAITING_REVIEW: (0, 1, 0),
}
"""Contact plans that some people on probation have for certain, by place within the standing."""
PLANS_OF_HARMED: dict[Standing, tuple[int, ...]] = {Standing.READY: (0, 2, 1, 3)}

CURFEWS = 30
EXCLUSION_ZONES = 18
SENSITIVE = 12
"""Of a hundred people on probation; sensitive and complex cases among those still to be begun."""

EXTRA_REASONS = (
    "Wants his sister to come and she has not been prepared",
    "Asked for more time before meeting",
    "Took less responsibility than at the assessment",
)


@dataclass(frozen=True, slots=True)
class Timeline:
    """When what happened in one case; none where it has not."""

    sentenced_on: date
    contacted_on: date | None = None
    assessed_on: date | None = None
    prepared_on: date | None = None
    met_on: date | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """One order before its people are invented: where it stands and which of those it is."""

    standing: Standing
    number: int
    timeline: Timeline

    @property
    def spot(self) -> tuple[Standing, int]:
        """Standing and number, by which special cases are found."""
        return self.standing, self.number


def shares_of(size: int) -> dict[Standing, int]:
    """How many of ``size`` orders stand where, largest remainders first, each at least once when
    there are enough."""
    total = sum(SHARES.values())
    exact = {standing: size * share / total for standing, share in SHARES.items()}
    least = 1 if size >= len(SHARES) else 0
    counts = {standing: max(least, int(share)) for standing, share in exact.items()}
    by_remainder = sorted(exact, key=lambda standing: int(exact[standing]) - exact[standing])
    while sum(counts.values()) < size:
        standing = by_remainder.pop(0)
        counts[standing] += 1
        by_remainder.append(standing)
    while sum(counts.values()) > size:
        counts[max(counts, key=lambda standing: counts[standing])] -= 1
    return counts


def timeline_of(standing: Standing, chance: random.Random, today: date) -> Timeline:
    """Dates that put an order where it stands today, counted back from the latest one.

    Every gap lies within what the standards allow, so that the next stage can still follow.
    """

    def before(day: date, least: int, most: int) -> date:
        return weekday_before(day - timedelta(days=chance.randint(least, most)))

    if standing is Standing.AWAITING_CONTACT:
        return Timeline(before(today, 0, 10))
    if standing is Standing.CLOCK_NEAR:
        near = [today - timedelta(days=days) for days in (13, 14, 15)]
        return Timeline(chance.choice([day for day in near if weekday_before(day) == day]))
    if standing is Standing.OVERDUE:
        return Timeline(before(today, 17, 18))
    met_on = prepared_on = assessed_on = None
    if standing is Standing.AWAITING_REVIEW:
        met_on = before(today, 3, 22)
        prepared_on = before(met_on, 10, 45)
    elif standing in {Standing.READY, Standing.LETTER, Standing.SHUTTLE}:
        prepared_on = before(today, 9, 18)
    elif standing not in NOT_PREPARED:
        prepared_on = before(today, 2, 18)
    if prepared_on is not None:
        assessed_on = before(prepared_on, 5, 32)
    elif standing not in NOT_ASSESSED:
        assessed_on = before(today, 2, 18)
    contacted_on = before(assessed_on, 4, 22) if assessed_on else before(today, 1, 12)
    late = chance.random() < 0.1
    sentenced_on = before(contacted_on, 17, 21) if late else before(contacted_on, 4, 13)
    return Timeline(sentenced_on, contacted_on, assessed_on, prepared_on, met_on)


class Caseloads:
    """Who leads what, shared out by each one's fair share."""

    def __init__(self, facilitators: tuple[FacilitatorFacts, ...], today: date) -> None:
        """Nobody leads anything yet."""
        self._facilitators = facilitators
        self._today = today
        self._led: Counter[str] = Counter()

    def give(
        self,
        skills: tuple[Skill, ...],
        language: str,
        begun_on: date,
        diaries: tuple[Hours | None, ...],
        *,
        is_practice: bool,
    ) -> str:
        """The code of whoever has most to spare and could lead the case since it was begun.

        Somebody who can meet the people whose ``diaries`` these are comes first: a coordinator
        would not give a case to somebody who works when its people cannot come. One that
        ``is_practice`` goes to somebody in the first year, who needs five conferences (R32).
        """
        able = [
            one
            for one in self._facilitators
            if one.could_lead(skills, language)
            and one.accredited_on <= begun_on
            and not any(first <= self._today for first, _ in one.ill)
            and self._led[one.code] < one.caseload_cap
        ]
        chosen = min(
            able,
            key=lambda one: (
                longest_together(one.hours, *diaries) < TIME_TOGETHER,
                is_practice and not one.is_in_first_year(self._today),
                self._led[one.code] / one.caseload_norm,
                one.code,
            ),
        )
        self._led[chosen.code] += 1
        return chosen.code


def the_orders(
    seed: int,
    today: date,
    size: int,
    fresh: int,
    facilitators: tuple[FacilitatorFacts, ...],
    officers: tuple[OfficerFacts, ...],
    accounts: tuple[AccountFacts, ...],
    census: Census,
) -> tuple[tuple[OrderFacts, ...], tuple[OrderFacts, ...]]:
    """The live orders, the oldest sentence first, and as many fresh ones as asked for."""
    places = sorted(
        (
            Place(standing, number, timeline_of(standing, generator(seed, standing, number), today))
            for standing, count in shares_of(size).items()
            for number in range(count)
        ),
        key=lambda place: (place.timeline.sentenced_on, place.standing, place.number),
    )
    liaisons = [one.email for one in accounts if Role.LIAISON_OFFICER in one.roles]
    caseloads = Caseloads(facilitators, today)
    yesterday = weekday_before(today - timedelta(days=1))
    fresh_places = [
        Place(Standing.AWAITING_CONTACT, size + number, Timeline(yesterday))
        for number in range(fresh)
    ]
    orders = [
        _order(seed, today, serial, place, officers, liaisons, caseloads, census)
        for serial, place in enumerate([*places, *fresh_places], start=1)
    ]
    return tuple(orders[: len(places)]), tuple(orders[len(places) :])


def _order(
    seed: int,
    today: date,
    serial: int,
    place: Place,
    officers: tuple[OfficerFacts, ...],
    liaisons: list[str],
    caseloads: Caseloads,
    census: Census,
) -> OrderFacts:
    chance = generator(seed, "order", place.standing, place.number)
    timeline = place.timeline
    language, heritage = SPOKEN.get(place.spot, ("en", _heritage(chance)))
    if place.spot in INTERPRETED:
        heritage = Heritage.POLISH if place.standing is Standing.CONTACTED else Heritage.SOUTH_ASIAN
    is_sensitive = place.spot == SIGNED_OFF or place.standing is Standing.UNSIGNED
    if place.standing in WITHOUT_LEAD and language == "en":
        is_sensitive = chance.randrange(100) < SENSITIVE
    offences = chance.choices(OFFENCE_CODES, OFFENCE_WEIGHTS, k=2 if chance.random() < 0.2 else 1)
    skills = _skills(chance, is_sensitive, language)
    # references count the county's orders of about fifteen months, so that they look used
    reference = f"WEN-{timeline.sentenced_on:%y}-{4200 + 3 * serial:05d}"
    order_type, requirement, days, ends_on = _sentence(chance, timeline.sentenced_on)
    if place.spot in ENDS_SOON:
        order_type, requirement, days = (
            OrderType.DEFERRED_SENTENCE,
            RequirementType.DEFERMENT_RJ,
            None,
        )
        ends_on = today + timedelta(days=ENDS_SOON[place.spot])
    officer = chance.choice(officers)
    household = the_household(
        CaseOutline(
            reference=reference,
            heritage=heritage,
            language=language,
            needs_interpreter=place.spot in INTERPRETED,
            is_begun=place.standing not in WITHOUT_LEAD,
            is_prepared=place.standing not in NOT_PREPARED,
            is_organisation=place.spot == ORGANISATION,
            has_curfew=chance.randrange(100) < CURFEWS,
            is_barred_from_a_venue=chance.randrange(100) < EXCLUSION_ZONES,
            plan_of_harmer=_shown(PLANS_SHOWN, place),
            plan_of_harmed=_shown(PLANS_OF_HARMED, place),
        ),
        chance,
        today,
        _adult_by(timeline.sentenced_on),
        officer,
        census,
    )
    convicted_on = None
    if place.spot == JUST_OF_AGE:
        household, convicted_on = _just_of_age(household, timeline.sentenced_on)
    lead_code = ""
    if timeline.contacted_on is not None:
        lead_code = caseloads.give(
            skills,
            language,
            timeline.contacted_on,
            (officer.hours, *_diaries(household)),
            is_practice=place.standing is Standing.READY,
        )
    court = chance.choices(COURTS, (40, 22, 18, 20))[0]
    return OrderFacts(
        reference=reference,
        crn=census.crn(),
        court_code=court.code,
        order_type=order_type,
        sentenced_on=timeline.sentenced_on,
        received_on=min(today, timeline.sentenced_on + timedelta(days=_lag(chance))),
        ends_on=ends_on,
        convicted_on=convicted_on,
        requirement=requirement,
        days=days,
        requirement_ends_on=ends_on,
        plea=Plea.GUILTY,
        risk=chance.choices((RiskLevel.HIGH, RiskLevel.MEDIUM, RiskLevel.LOW), (20, 60, 20))[0],
        offence_codes=tuple(dict.fromkeys(offences)),
        officer_code=officer.code,
        language=language,
        skills=skills,
        is_sensitive_complex=is_sensitive,
        standing=place.standing,
        lead_code=lead_code,
        liaison_email=_liaison(chance, place, liaisons),
        parties=household,
        history=_history(chance, place, household, today),
    )


def _diaries(household: tuple[PartyFacts, ...]) -> list[Hours | None]:
    """When everybody of the harmer side can come, curfews taken off with the journey home."""
    people = [one for one in household if one.side is Side.HARMER]
    at_large = [AT_LARGE if one.curfew else None for one in people]
    return [*(one.hours for one in people), *at_large]


def longest_together(*diaries: Hours | None) -> int:
    """The longest time in minutes that several weeks have in common; no diary means any time."""

    def minutes(clock: str) -> int:
        return int(clock[:2]) * 60 + int(clock[3:])

    known = [diary for diary in diaries if diary is not None]
    if not known:
        return 24 * 60
    windows = [(day, minutes(opens), minutes(shuts)) for day, opens, shuts in known[0]]
    for diary in known[1:]:
        windows = [
            (day, max(first, minutes(opens)), min(last, minutes(shuts)))
            for day, first, last in windows
            for other, opens, shuts in diary
            if other == day
        ]
    return max((last - first for _, first, last in windows), default=0)


def _shown(plans: dict[Standing, tuple[int, ...]], place: Place) -> int | None:
    shown = plans.get(place.standing, ())
    return shown[place.number] if place.number < len(shown) else None


def _heritage(chance: random.Random) -> Heritage:
    return chance.choices(list(Heritage), (66, 13, 9, 12))[0]


def _skills(chance: random.Random, is_sensitive: bool, language: str) -> tuple[Skill, ...]:
    """What the facilitators need; cases in another language ask for no more than that."""
    if is_sensitive:
        return (Skill.DOMESTIC_ABUSE, Skill.SENSITIVE)
    if language == "en" and chance.random() < 0.06:
        return (Skill.YOUTH,)
    return ()


def _sentence(
    chance: random.Random, sentenced_on: date
) -> tuple[OrderType, RequirementType, int | None, date]:
    """Order, requirement, most days and end (R1-R4)."""
    order_type = chance.choices(
        (
            OrderType.COMMUNITY_ORDER,
            OrderType.SUSPENDED_SENTENCE_ORDER,
            OrderType.DEFERRED_SENTENCE,
        ),
        (66, 28, 6),
    )[0]
    if order_type is OrderType.DEFERRED_SENTENCE:
        deferred_until = sentenced_on + timedelta(days=180)
        return order_type, RequirementType.DEFERMENT_RJ, None, deferred_until
    months = chance.choice((9, 12, 12, 18, 24))
    ends_on = sentenced_on + timedelta(days=round(30.4 * months))
    kind = chance.choices(
        (RequirementType.RAR, RequirementType.SPECIFIED_ACTIVITY, RequirementType.PROBATION),
        (60, 25, 15),
    )[0]
    if kind is RequirementType.PROBATION:
        return order_type, kind, None, ends_on
    most = (10, 15, 20, 25, 30) if kind is RequirementType.RAR else (20, 40, 60)
    return order_type, kind, chance.choice(most), ends_on


def _adult_by(sentenced_on: date) -> date:
    """Born before this day, somebody was well over eighteen when convicted."""
    return sentenced_on - timedelta(days=20 * 366)


def _just_of_age(
    household: tuple[PartyFacts, ...], sentenced_on: date
) -> tuple[tuple[PartyFacts, ...], date]:
    """The same people, the one on probation having turned eighteen four months before, and the
    day of conviction, which such an order must name (R6)."""
    born_on = sentenced_on.replace(day=1, year=sentenced_on.year - 18) - timedelta(days=120)
    convicted_on = weekday_before(sentenced_on - timedelta(days=20))
    return (replace(household[0], born_on=born_on), *household[1:]), convicted_on


def _lag(chance: random.Random) -> int:
    """Days until the service learned of the order: three as a rule, over eight for one in ten."""
    return min(14, int(chance.lognormvariate(1.1, 0.75)))


def _liaison(chance: random.Random, place: Place, liaisons: list[str]) -> str:
    """The victim liaison officer for most; a named person for some; nobody yet for a few."""
    if place.standing in WITHOUT_LEAD and chance.random() < 0.15:
        return ""
    return liaisons[0] if chance.random() < 0.8 else liaisons[1]


def _history(
    chance: random.Random, place: Place, household: tuple[PartyFacts, ...], today: date
) -> tuple[Happening, ...]:
    """What has happened in a case, oldest first."""
    timeline = place.timeline
    happened: list[Happening] = list(_contact(chance, place, today))
    if timeline.assessed_on is not None:
        happened += _assessment(place, timeline.assessed_on)
    if place.spot == STOPPED and timeline.assessed_on is not None:
        victim = next(party for party in household if party.side is Side.HARMED)
        happened.append(ContactStopped(moment(timeline.assessed_on, 16), victim.key))
    if timeline.prepared_on is not None:
        happened += _preparation(chance, place, household, timeline.prepared_on)
    if timeline.met_on is not None:
        happened.append(StepDone(moment(timeline.met_on, 14), Stage.REPARATION))
    return tuple(sorted(happened, key=lambda event: event.at))


def _contact(chance: random.Random, place: Place, today: date) -> list[Happening]:
    """Calls to the person on probation, in vain and at last with success (R17)."""
    sentenced_on, reached_on = place.timeline.sentenced_on, place.timeline.contacted_on
    until = reached_on or today
    in_vain = (ContactOutcome.NO_ANSWER, ContactOutcome.MESSAGE_LEFT, ContactOutcome.WRONG_NUMBER)
    has_tried = reached_on is not None or place.standing is not Standing.AWAITING_CONTACT
    calls: list[Happening] = []
    if has_tried and (until - sentenced_on).days > 3 and chance.random() < 0.6:
        tried_on = weekday_before(sentenced_on + timedelta(days=chance.randint(3, 8)))
        if sentenced_on < tried_on < until:
            at = moment(tried_on, chance.randint(10, 16), 15)
            came_of_it = chance.choice(in_vain)
            left = came_of_it is ContactOutcome.MESSAGE_LEFT
            note = "Left the caller's name and number only" if left else ""
            calls.append(ContactTried(at, came_of_it, note))
    if reached_on is not None:
        at = moment(reached_on, chance.randint(9, 11), chance.choice((0, 15, 30, 45)))
        calls.append(ContactTried(at, ContactOutcome.REACHED, "Assessment meeting explained"))
    return calls


def _assessment(place: Place, assessed_on: date) -> list[Happening]:
    value, said = GateValue.YES, "Takes responsibility and is willing"
    if place.standing is Standing.NOT_YET:
        value, said = GateValue.NOT_YET, "Contests part of the facts; will be seen again"
    found: list[Happening] = [
        StepDone(moment(assessed_on, 12), Stage.ASSESSMENT),
        GateFound(moment(assessed_on, 13), Gate.SUITABLE, value, note=said),
    ]
    if place.spot == SIGNED_OFF:
        found.append(SignedOff(moment(assessed_on, 15)))
    return found


def _preparation(
    chance: random.Random, place: Place, household: tuple[PartyFacts, ...], prepared_on: date
) -> list[Happening]:
    """The preparation meeting and what was found around it; gates by person (R27)."""
    after = moment(prepared_on, 15)
    happened: list[Happening] = [StepDone(moment(prepared_on, 12), Stage.PREPARATION)]

    def all_found(gate: Gate, value: GateValue, people: list[PartyFacts]) -> None:
        happened.extend(GateFound(after, gate, value, person.key) for person in people)

    taking_part = [one for one in household if one.role is not PartyRole.INTERPRETER]
    harmer_side = [one for one in taking_part if one.side is Side.HARMER]
    harmed = [one for one in taking_part if one.side is Side.HARMED]
    all_found(Gate.PREPARATION, GateValue.YES, harmer_side)
    match place.standing:
        case Standing.READY | Standing.AWAITING_REVIEW:
            all_found(Gate.PREPARATION, GateValue.YES, harmed)
            for gate in (Gate.CONSENT, Gate.RISK_ASSESSMENT, Gate.READINESS):
                all_found(gate, GateValue.YES, taking_part)
            happened.append(RouteChosen(moment(prepared_on, 16), Route.DIRECT))
        case Standing.LETTER | Standing.SHUTTLE:
            is_letter = place.standing is Standing.LETTER
            all_found(Gate.CONSENT, GateValue.YES, harmer_side)
            all_found(Gate.RISK_ASSESSMENT, GateValue.YES, harmer_side)
            if not is_letter:
                all_found(Gate.CONSENT, GateValue.YES, harmed)
            happened.append(
                RouteChosen(moment(prepared_on, 16), Route.LETTER if is_letter else Route.SHUTTLE)
            )
        case Standing.EXTRA_PREPARATION:
            reason = EXTRA_REASONS[place.number % len(EXTRA_REASONS)]
            happened.append(PreparationAdded(moment(prepared_on, 16), reason))
        case _:
            all_found(Gate.CONSENT, GateValue.YES, harmer_side)
            if chance.random() < 0.5:
                all_found(Gate.CONSENT, GateValue.NOT_YET, harmed[:1])
    return happened
