"""Inventing those who work there: facilitators, responsible officers, venues and accounts.

The mix is that of a usual service: half the facilitators are volunteers, a tenth are advanced
practitioners, and four are in the first year after their training.
"""

import math
import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rj.demo.days import moment, weekday_before
from rj.demo.facts import (
    AccountFacts,
    ClosureFacts,
    Days,
    FacilitatorFacts,
    Hours,
    Moments,
    OfficerFacts,
    VenueFacts,
)
from rj.demo.names import PASSWORD_WORDS, Heritage
from rj.demo.people import Census, generator
from rj.demo.places import PREMISES
from rj.policy.standards import MENTOR_LEVELS
from rj.policy.terms import CalendarWish, Language, PracticeLevel, Role, Skill

STAFF_DOMAIN = "together.wenshire.test"
OFFICE_DOMAIN = "office.wenshire.test"
MENTORED_DAYS = 365
"""Length of the mentoring year that follows accreditation."""
AHEAD = 182
"""Days over which diaries are filled: as far as planning looks."""

FULL_TIME: Hours = (
    ("mon", "09:00", "17:30"),
    ("tue", "09:00", "20:30"),
    ("wed", "09:00", "17:30"),
    ("thu", "09:00", "20:00"),
    ("fri", "09:00", "16:30"),
)
PART_TIME: Hours = (
    ("mon", "09:00", "17:00"),
    ("tue", "09:00", "17:00"),
    ("wed", "12:00", "20:30"),
)
PART_TIME_LATE: Hours = (
    ("wed", "09:00", "17:00"),
    ("thu", "11:00", "20:00"),
    ("fri", "09:00", "17:00"),
)
EVENINGS: Hours = (
    ("tue", "16:00", "20:30"),
    ("wed", "16:00", "20:30"),
    ("thu", "16:00", "20:30"),
    ("sat", "09:30", "16:00"),
)
RETIRED: Hours = (("mon", "10:00", "16:00"), ("wed", "10:00", "16:00"), ("thu", "10:00", "16:00"))
SHIFT_WORKER: Hours = (
    ("mon", "13:00", "18:00"),
    ("tue", "10:00", "15:00"),
    ("fri", "09:30", "14:00"),
    ("sat", "10:00", "15:00"),
)


@dataclass(frozen=True, slots=True)
class Profile:
    """One place on the roster, before somebody is invented to fill it."""

    level: PracticeLevel
    trained_months_ago: int
    heritage: Heritage
    hours: Hours
    weekly_minutes: int
    skills: tuple[Skill, ...] = ()
    languages: tuple[str, ...] = ("en",)
    is_volunteer: bool = False
    reads: Language = Language.ENGLISH
    has_feed: bool = False

    @property
    def is_in_first_year(self) -> bool:
        """Whether the mentoring year still runs."""
        return self.trained_months_ago < 11

    @property
    def caseload(self) -> tuple[int, int]:
        """Most cases at a time, and a fair share (R39)."""
        if self.is_volunteer:
            return 4, 2
        return (15, 7) if self.weekly_minutes > 600 else (8, 4)


_F, _I, _A = PracticeLevel.FOUNDATION, PracticeLevel.INTERMEDIATE, PracticeLevel.ADVANCED
_SENSITIVE, _ABUSE, _SEXUAL, _YOUTH = (
    Skill.SENSITIVE,
    Skill.DOMESTIC_ABUSE,
    Skill.SEXUAL,
    Skill.YOUTH,
)
_EN, _CY, _PL, _SA = Heritage.ENGLISH, Heritage.WELSH, Heritage.POLISH, Heritage.SOUTH_ASIAN

ROSTER = (
    Profile(_I, 38, _EN, FULL_TIME, 720, (_SENSITIVE, _ABUSE, _YOUTH), has_feed=True),
    Profile(_A, 96, _EN, FULL_TIME, 660, (_SENSITIVE, _ABUSE, _SEXUAL, _YOUTH)),
    Profile(
        _A,
        81,
        _CY,
        FULL_TIME,
        660,
        (_SENSITIVE, _ABUSE, _SEXUAL),
        ("en", "cy"),
        reads=Language.WELSH,
    ),
    Profile(_I, 52, _PL, FULL_TIME, 720, (_SENSITIVE, _ABUSE), ("en", "pl"), has_feed=True),
    Profile(_I, 45, _SA, PART_TIME, 480, (_SENSITIVE, _YOUTH), ("en", "ur", "pa")),
    Profile(_I, 33, _CY, PART_TIME_LATE, 480, (_SENSITIVE,), ("en", "cy")),
    Profile(_I, 29, _EN, EVENINGS, 180, (_SENSITIVE, _ABUSE), is_volunteer=True, has_feed=True),
    Profile(_F, 26, _EN, FULL_TIME, 720, (_YOUTH,)),
    Profile(_F, 23, _EN, RETIRED, 150, is_volunteer=True),
    Profile(_F, 19, _SA, EVENINGS, 180, (), ("en", "ur"), is_volunteer=True),
    Profile(_F, 17, _EN, SHIFT_WORKER, 120, is_volunteer=True),
    Profile(_F, 14, _PL, EVENINGS, 180, (), ("en", "pl"), is_volunteer=True),
    Profile(_F, 10, _EN, FULL_TIME, 600, (_ABUSE,), has_feed=True),
    Profile(_F, 7, _SA, PART_TIME, 420, (), ("en", "ur")),
    Profile(_F, 4, _CY, EVENINGS, 180, (), ("en", "cy"), is_volunteer=True, reads=Language.WELSH),
    Profile(_F, 2, _EN, RETIRED, 150, is_volunteer=True),
)
"""Sixteen places, the first of them the facilitator whose account the demonstration shows."""

LIVE_ORDERS_FOR_ROSTER = 60
LIVE_ORDERS_FOR_OFFICER = 8
LEAST_OFFICERS = 8


def the_venues(seed: int, today: date) -> tuple[VenueFacts, ...]:
    """The buildings, each shut now and then."""
    venues = []
    for premises in PREMISES:
        chance = generator(seed, "venue", premises.code)
        first = today + timedelta(days=chance.randint(12, 120))
        reason = chance.choice(("Heating works", "Polling station", "Staff training day"))
        closures = [ClosureFacts((first, first + timedelta(days=chance.randint(0, 2))), reason)]
        if chance.random() < 0.4:
            later = first + timedelta(days=chance.randint(10, 60))
            closures.append(ClosureFacts((later, later), "Fire safety inspection"))
        venues.append(
            VenueFacts(
                code=premises.code,
                name=premises.name,
                street_name=premises.street_name,
                address=f"{premises.street}, {premises.town.name}, {premises.postcode}",
                x=premises.town.x + premises.shift[0],
                y=premises.town.y + premises.shift[1],
                hours=premises.hours,
                rooms=premises.rooms,
                closures=tuple(closures),
            )
        )
    return tuple(venues)


def the_officers(seed: int, today: date, size: int, census: Census) -> tuple[OfficerFacts, ...]:
    """Responsible officers; each works late on one day and has one free afternoon or day."""
    heritages = (_EN, _EN, _SA, _EN, _CY, _EN, _PL, _EN)
    officers = []
    for number in range(max(LEAST_OFFICERS, math.ceil(size / LIVE_ORDERS_FOR_OFFICER))):
        chance = generator(seed, "officer", number)
        heritage = heritages[number % len(heritages)]
        name = census.name(heritage)
        late = chance.choice(("tue", "wed", "thu"))
        off = chance.choice(("mon", "fri", "none"))
        hours = tuple(
            (day, "09:00", "19:00" if day == late else "17:00")
            for day in ("mon", "tue", "wed", "thu", "fri")
            if day != off
        )
        officers.append(
            OfficerFacts(
                code=f"RO{number + 1:02d}",
                name=name,
                email=census.email(name, OFFICE_DOMAIN),
                telephone=census.landline(),
                hours=hours,
                away=_holidays(chance, today, 2),
                calendar_wish=CalendarWish.NONE if number == 3 else CalendarWish.INVITATION,
                language=Language.WELSH if heritage is _CY else Language.ENGLISH,
            )
        )
    return tuple(officers)


def the_facilitators(
    seed: int, today: date, size: int, census: Census
) -> tuple[FacilitatorFacts, ...]:
    """Facilitators: the roster of sixteen, or as many as the orders ask for."""
    count = max(len(ROSTER), math.ceil(size * len(ROSTER) / LIVE_ORDERS_FOR_ROSTER))
    found = [
        _facilitator(seed, today, number, ROSTER[number % len(ROSTER)], census)
        for number in range(count)
    ]
    mentors = [one for one in found if one.level in MENTOR_LEVELS and one.weekly_minutes > 400]
    return tuple(
        replace(one, mentors=_mentors_for(one, mentors, generator(seed, "mentors", one.code)))
        if one.is_in_first_year(today)
        else one
        for one in found
    )


def _facilitator(
    seed: int, today: date, number: int, profile: Profile, census: Census
) -> FacilitatorFacts:
    chance = generator(seed, "facilitator", number)
    name = census.name(profile.heritage)
    town = census.town()
    trained_on = weekday_before(today - timedelta(days=30 * profile.trained_months_ago + 5))
    accredited_on = trained_on + timedelta(days=14)
    # mentoring ends with its year; the others' has ended and the record says so with none
    mentored_until = (
        accredited_on + timedelta(days=MENTORED_DAYS - 1) if profile.is_in_first_year else None
    )
    cap, norm = profile.caseload
    is_ill = number == 10
    return FacilitatorFacts(
        code=f"F{number + 1:02d}",
        name=name,
        email=census.email(name, STAFF_DOMAIN),
        telephone=census.landline(),
        level=profile.level,
        trained_on=trained_on,
        accredited_on=accredited_on,
        mentored_until=mentored_until,
        mentors=(),
        skills=profile.skills,
        languages=profile.languages,
        is_volunteer=profile.is_volunteer,
        base_x=town.x + chance.randint(-3, 3),
        base_y=town.y + chance.randint(-3, 3),
        hours=profile.hours,
        weekly_minutes=profile.weekly_minutes,
        caseload_cap=cap,
        caseload_norm=norm,
        calendar_wish=CalendarWish.FEED if profile.has_feed else CalendarWish.INVITATION,
        language=profile.reads,
        leave=_holidays(chance, today, 2),
        ill=((today, today + timedelta(days=9)),) if is_ill else (),
        busy=_diary(chance, today, profile.hours),
        past_conferences=_past_conferences(chance, today, accredited_on, profile),
    )


def _mentors_for(
    newcomer: FacilitatorFacts, mentors: list[FacilitatorFacts], chance: random.Random
) -> tuple[str, ...]:
    """Two practised colleagues, one of them with a language in common beyond English if any."""
    other_languages = set(newcomer.languages) - {"en"}
    near = [one for one in mentors if other_languages & set(one.languages)]
    first = chance.choice(near or mentors)
    second = chance.choice([one for one in mentors if one is not first])
    return tuple(sorted((first.code, second.code)))


def _past_conferences(
    chance: random.Random, today: date, accredited_on: date, profile: Profile
) -> tuple[date, ...]:
    """Direct conferences led before this record began: a few a year, fewer for volunteers."""
    days_in_practice = (today - accredited_on).days
    a_year = 1.5 if profile.is_in_first_year else (2 if profile.is_volunteer else 4)
    years = min(days_in_practice / 365, 2.0)
    held = {
        weekday_before(
            today - timedelta(days=chance.randint(1, max(1, min(days_in_practice, 730))))
        )
        for _ in range(round(a_year * years))
    }
    return tuple(sorted(day for day in held if accredited_on <= day < today))


def _holidays(chance: random.Random, today: date, most: int) -> tuple[Days, ...]:
    """Weeks away in the half year ahead, one in each part of it."""
    part = AHEAD // most
    stays = []
    for number in range(most):
        if chance.random() < 0.75:
            first = today + timedelta(days=number * part + chance.randint(5, part - 16))
            stays.append((first, first + timedelta(days=chance.choice((2, 4, 6, 9)))))
    return tuple(stays)


def _diary(chance: random.Random, today: date, hours: Hours) -> tuple[Moments, ...]:
    """Other appointments inside working hours, about two a month."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    busy: dict[date, Moments] = {}
    for _ in range(12):
        weekday, opens, shuts = chance.choice(hours)
        day = today + timedelta(days=chance.randint(1, AHEAD - 10))
        day += timedelta(days=(days.index(weekday) - day.weekday()) % 7)
        first, last = int(opens[:2]) + 1, int(shuts[:2]) - 2
        start = chance.randint(first, max(first, last))
        length = chance.choice((60, 90, 120))
        starts_at = moment(day, start)
        busy[day] = (starts_at, starts_at + timedelta(minutes=length))
    return tuple(busy[day] for day in sorted(busy))


def office_accounts(seed: int, census: Census) -> tuple[AccountFacts, ...]:
    """Who works in the office and may sign in: one or two of each role but the facilitator's.

    Invented before anybody else, so that they stay the same whatever the day and size.
    """

    def account(role: Role, heritage: Heritage, *, is_shown: bool = True) -> AccountFacts:
        name = census.name(heritage)
        email = census.email(name, STAFF_DOMAIN)
        return AccountFacts(email, name, _password(seed, email), (role,), is_shown=is_shown)

    return (
        account(Role.COORDINATOR, _EN),
        account(Role.LIAISON_OFFICER, _CY),
        account(Role.LIAISON_OFFICER, _EN, is_shown=False),
        account(Role.REPORT_WRITER, _EN),
        account(Role.ADMINISTRATOR, _PL),
    )


def facilitators_accounts(
    seed: int, facilitators: tuple[FacilitatorFacts, ...]
) -> tuple[AccountFacts, ...]:
    """Accounts of the facilitators who subscribe to a calendar, the first of them shown.

    The others ring the coordinator, who records for them.
    """
    subscribed = [one for one in facilitators if one.calendar_wish is CalendarWish.FEED]
    return tuple(
        AccountFacts(
            one.email,
            one.name,
            _password(seed, one.email),
            (Role.FACILITATOR,),
            is_shown=one is subscribed[0],
        )
        for one in subscribed
    )


def _password(seed: int, email: str) -> str:
    """For the demonstration only: it is printed for whoever starts it."""
    chance = generator(seed, "password", email)
    return f"{'-'.join(chance.sample(PASSWORD_WORDS, 3))}-{chance.randint(10, 99)}"
