"""Inventing the people of one case: who they are, when they can come and how to reach them.

Curfews, fixed hours, shifts, exclusion zones and contact plans come about as often as in a real
county. Both sides are invented apart and know nothing of one another but the venue to keep away
from.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from rj.demo.days import moment
from rj.demo.facts import (
    ContactPlanFacts,
    Days,
    Hours,
    Moments,
    OfficerFacts,
    PartyFacts,
)
from rj.demo.names import ORGANISATION, Heritage
from rj.demo.people import Census
from rj.demo.places import PREMISES, WEEKDAYS, Town
from rj.policy.terms import CalendarWish, Channel, Language, PartyRole, Side

POST = "post.test"
CURFEW = (time(19, 0), time(7, 0))
LONG_CURFEW = (time(17, 0), time(9, 0))
EVENING_SHIFT: Hours = tuple((day, "09:00", "13:30") for day in (*WEEKDAYS, "sat"))
NIGHT_SHIFT: Hours = tuple((day, "13:30", "19:30") for day in (*WEEKDAYS, "sat"))
AFTER_WORK = ("16:30", "20:30")
DAYTIME = ("09:00", "20:30")
SAFE_TIMES = ("weekday mornings", "after 17:00", "Tuesdays and Thursdays", "not at weekends")
ALIASES = ("the dentist's reception", "the library", "Sam from the office")

PlanKind = tuple[Channel | None, CalendarWish, int]
KeyOf = Callable[[Side], str]

PLANS: tuple[PlanKind, ...] = (
    (Channel.EMAIL, CalendarWish.INVITATION, 30),
    (Channel.EMAIL, CalendarWish.NONE, 25),
    (Channel.LETTER, CalendarWish.NONE, 20),
    (Channel.PHONE, CalendarWish.NONE, 15),
    (None, CalendarWish.NONE, 10),
)
"""Each kind of contact plan and how often of a hundred; the last is none yet."""


@dataclass(frozen=True, slots=True)
class CaseOutline:
    """What decides who takes part in a case and what is known of them by now."""

    reference: str
    heritage: Heritage
    language: str
    """Of the lead; ``cy`` makes the person on probation a reader of Welsh."""
    needs_interpreter: bool
    is_begun: bool
    """First contact was made, so the people have said how to reach them."""
    is_prepared: bool
    """Both sides have been prepared, so everybody has a contact plan."""
    is_organisation: bool = False
    has_curfew: bool = False
    is_barred_from_a_venue: bool = False
    plan_of_harmer: int | None = None
    """Which of PLANS the person on probation has; none leaves it to chance."""
    plan_of_harmed: int | None = None


def the_household(
    outline: CaseOutline,
    chance: random.Random,
    today: date,
    born_before: date,
    officer: OfficerFacts,
    census: Census,
) -> tuple[PartyFacts, ...]:
    """Everybody who takes part, the person on probation first."""
    home_of_harmed = census.town()
    numbers: dict[Side, int] = {Side.HARMER: 0, Side.HARMED: 0}

    def key(side: Side) -> str:
        numbers[side] += 1
        return f"{outline.reference}/{side.value}-{numbers[side]}"

    people = [
        *_harmer_side(outline, chance, today, born_before, officer, census, key, home_of_harmed),
        *_harmed_side(outline, chance, today, census, key, home_of_harmed),
    ]
    return tuple(people)


def _harmer_side(
    outline: CaseOutline,
    chance: random.Random,
    today: date,
    born_before: date,
    officer: OfficerFacts,
    census: Census,
    key: KeyOf,
    home_of_harmed: Town,
) -> Iterator[PartyFacts]:
    welsh = outline.language == "cy"
    reads = Language.WELSH if welsh else Language.ENGLISH
    name = census.name(outline.heritage, is_woman=chance.random() < 0.18)
    hours = _working_life(chance, officer)
    curfew = None
    if outline.has_curfew:
        curfew = LONG_CURFEW if hours is None and chance.random() < 0.1 else CURFEW
    near_victim = tuple(premises.code for premises in PREMISES if premises.town is home_of_harmed)
    barred = near_victim[-1:] or (PREMISES[2].code,)
    yield _person(
        key(Side.HARMER),
        Side.HARMER,
        PartyRole.PRINCIPAL,
        name,
        chance,
        today,
        census,
        language=reads,
        hours=hours,
        curfew=curfew,
        born_on=born_before - timedelta(days=int(chance.triangular(30, 15000, 2500))),
        avoids=barred if outline.is_barred_from_a_venue else (),
        plan=_which_plan(chance, outline.plan_of_harmer),
        agreed_lately=outline.is_begun,
        busy=_unpaid_work(chance, today),
    )
    if chance.random() < 0.35:
        supporter = census.name(outline.heritage)
        yield _person(
            key(Side.HARMER),
            Side.HARMER,
            PartyRole.SUPPORTER,
            supporter,
            chance,
            today,
            census,
            language=reads,
            plan=_which_plan(chance) if outline.is_begun else None,
            agreed_lately=outline.is_begun,
        )
    if outline.needs_interpreter:
        yield _person(
            key(Side.HARMER),
            Side.HARMER,
            PartyRole.INTERPRETER,
            census.name(outline.heritage),
            chance,
            today,
            census,
            hours=tuple((day, "09:00", "19:00") for day in WEEKDAYS),
            plan=PLANS[0],
            agreed_lately=True,
        )


def _harmed_side(
    outline: CaseOutline,
    chance: random.Random,
    today: date,
    census: Census,
    key: KeyOf,
    town: Town,
) -> Iterator[PartyFacts]:
    heritage = chance.choices(list(Heritage), (66, 14, 8, 12))[0]
    principals = 2 if chance.random() < 0.08 and not outline.is_organisation else 1
    for number in range(principals):
        contact = census.name(heritage)
        chosen = contact.split()[0] if outline.is_prepared else ""
        plan = None
        if outline.is_prepared:
            plan = _which_plan(chance, outline.plan_of_harmed) or PLANS[1]
        elif outline.is_begun and number == 0:
            plan = _which_plan(chance, outline.plan_of_harmed)
        yield _person(
            key(Side.HARMED),
            Side.HARMED,
            PartyRole.PRINCIPAL,
            contact,
            chance,
            today,
            census,
            home=town,
            chosen_name=chosen,
            organisation=ORGANISATION if outline.is_organisation else "",
            language=Language.WELSH if heritage is Heritage.WELSH else Language.ENGLISH,
            hours=_harmed_hours(chance),
            plan=plan,
            agreed_lately=True,
            likes=chance.random() < 0.5,
        )
    if chance.random() < 0.35 and not outline.is_organisation:
        yield _person(
            key(Side.HARMED),
            Side.HARMED,
            PartyRole.SUPPORTER,
            census.name(heritage),
            chance,
            today,
            census,
            home=town,
            plan=(_which_plan(chance) or PLANS[3]) if outline.is_prepared else None,
            agreed_lately=True,
        )


def _person(
    key: str,
    side: Side,
    role: PartyRole,
    name: str,
    chance: random.Random,
    today: date,
    census: Census,
    *,
    home: Town | None = None,
    chosen_name: str = "",
    born_on: date | None = None,
    language: Language = Language.ENGLISH,
    hours: Hours | None = None,
    curfew: tuple[time, time] | None = None,
    busy: tuple[Moments, ...] = (),
    avoids: tuple[str, ...] = (),
    plan: PlanKind | None = None,
    agreed_lately: bool = False,
    organisation: str = "",
    likes: bool = False,
) -> PartyFacts:
    own_name = name.split(",")[0]
    channel = plan[0] if plan else None
    has_email = channel is Channel.EMAIL or chance.random() < 0.6
    has_phone = channel is Channel.PHONE or role is PartyRole.INTERPRETER or chance.random() < 0.85
    contact_plan = None
    if plan and plan[0]:
        contact_plan = ContactPlanFacts(
            channel=plan[0],
            calendar_wish=plan[1],
            may_leave_voicemail=chance.random() < 0.3,
            safe_times=chance.choice(SAFE_TIMES) if chance.random() < 0.4 else "",
            alias=chance.choice(ALIASES) if side is Side.HARMED and chance.random() < 0.2 else "",
            shows_place=not (side is Side.HARMED and chance.random() < 0.15),
            agreed_on=today - timedelta(days=chance.randint(0, 3) if agreed_lately else 0),
        )
    return PartyFacts(
        key=key,
        side=side,
        role=role,
        name=name,
        chosen_name=chosen_name,
        born_on=born_on,
        email=census.email(own_name, POST) if has_email else "",
        telephone=census.mobile() if has_phone else "",
        address=census.home(home or census.town()),
        language=language,
        hours=hours,
        likes_hours=_part_of_the_day(chance) if likes and hours is None else None,
        curfew=curfew,
        away=_holiday(chance, today),
        busy=busy,
        avoids=avoids,
        likes_venues=(_likely_venue(chance),) if likes and chance.random() < 0.5 else (),
        contact_plan=contact_plan,
        organisation=organisation,
    )


def _which_plan(chance: random.Random, chosen: int | None = None) -> PlanKind | None:
    if chosen is not None:
        kind = PLANS[chosen]
    else:
        kind = chance.choices(PLANS, [weight for *_, weight in PLANS])[0]
    return kind if kind[0] else None


def _working_life(chance: random.Random, officer: OfficerFacts) -> Hours | None:
    """Hours beside fixed work (45 in a hundred), beside shifts (15), or no limit known.

    Whoever works fixed hours has one free weekday, on which their officer works too.
    """
    kind = chance.random()
    if kind < 0.45:
        free = chance.choice([day for day, *_ in officer.hours])
        evenings = tuple((day, *(DAYTIME if day == free else AFTER_WORK)) for day in WEEKDAYS)
        return (*evenings, ("sat", "09:00", "16:00"))
    if kind < 0.6:
        return chance.choice((EVENING_SHIFT, NIGHT_SHIFT))
    return None


def _harmed_hours(chance: random.Random) -> Hours | None:
    """Harmed people's own choice of hours: first claim on the slot (R43)."""
    kind = chance.random()
    if kind < 0.25:
        return (*((day, "15:00", "20:30") for day in WEEKDAYS), ("sat", "09:30", "16:00"))
    if kind < 0.45:
        return tuple((day, "09:30", "15:00") for day in WEEKDAYS)
    return None


def _part_of_the_day(chance: random.Random) -> Hours:
    opens, shuts = chance.choice((("09:00", "13:00"), ("13:00", "17:00"), ("16:00", "20:30")))
    return tuple((day, opens, shuts) for day in WEEKDAYS)


def _likely_venue(chance: random.Random) -> str:
    return chance.choice(PREMISES).code


def _holiday(chance: random.Random, today: date) -> tuple[Days, ...]:
    if chance.random() >= 0.15:
        return ()
    first = today + timedelta(days=chance.randint(5, 90))
    return ((first, first + timedelta(days=chance.randint(2, 10))),)


def _unpaid_work(chance: random.Random, today: date) -> tuple[Moments, ...]:
    """The next few days of unpaid work or of another programme, for one in four (R43)."""
    if chance.random() >= 0.25:
        return ()
    first = today + timedelta(days=chance.randint(1, 7))
    days = [first + timedelta(weeks=week) for week in range(4)]
    return tuple((moment(day, 9), moment(day, 15)) for day in days)
