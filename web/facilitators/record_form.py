"""The form of a facilitator's record, as coordinators fill it in."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session

from rj.accounts.queries import active_accounts_holding, areas_by_name
from rj.facilitators.models import Facilitator
from rj.facilitators.queries import (
    areas_of,
    facilitators_in,
    find_facilitator_of_account,
    mentors_of,
)
from rj.facilitators.services import NewFacilitator
from rj.kernel.errors import FieldProblem, Invalid
from rj.kernel.weekly_hours import read_hours, write_hours
from rj.policy.languages import LANGUAGES
from rj.policy.standards import MENTOR_LEVELS
from rj.policy.terms import CalendarWish, Language, PracticeLevel, Role, Skill
from web.forms import Entered, date_parts, entry, read
from web.words import choices

Option = tuple[str, str]

HOURS_A_WEEK = re.compile(r"[0-9]{1,3}([.,](0|25|5|50|75))?")


@dataclass(frozen=True, slots=True)
class FacilitatorForm:
    """Everything that is recorded about a facilitator."""

    name: str = entry("name", longest=100)
    code: str = entry("code", longest=12)
    email: str = entry("e-mail address", longest=254)
    telephone: str = entry("telephone number", longest=40, is_required=False)
    level: PracticeLevel = entry("practice level")
    is_volunteer: bool = entry("volunteer", is_required=False)
    trained_on: date = entry("last day of the training")
    accredited_on: date = entry("first day on which they may lead")
    mentored_until: date | None = entry("end of mentoring")
    mentors: tuple[UUID, ...] = entry("mentors", is_required=False)
    skills: tuple[Skill, ...] = entry("skills", is_required=False)
    languages: tuple[str, ...] = entry("languages", missing="Select at least one language")
    areas: tuple[str, ...] = entry("areas", missing="Select at least one area")
    hours: str = entry("working hours", longest=400)
    weekly_minutes: str = entry("most hours a week")
    four_week_minutes: str = entry("most hours in four weeks", is_required=False)
    caseload_norm: int = entry("cases wanted", least=0, most=999)
    caseload_cap: int = entry("most cases", least=0, most=999)
    base_x: int = entry("kilometres east", least=-999, most=999)
    base_y: int = entry("kilometres north", least=-999, most=999)
    language: Language = entry("language of messages")
    account_id: UUID | None = entry("account")
    is_active: bool = entry("whether they take part", is_required=False)


@dataclass(frozen=True, slots=True)
class Offered:
    """What the form's lists offer."""

    areas: tuple[Option, ...]
    mentors: tuple[Option, ...]
    accounts: tuple[Option, ...]
    levels: tuple[Option, ...] = choices(PracticeLevel)
    skills: tuple[Option, ...] = choices(Skill)
    languages: tuple[Option, ...] = LANGUAGES
    message_languages: tuple[Option, ...] = choices(Language)


A_NEW_RECORD = Entered.of(
    hours="mon-fri 09:00-17:00",
    weekly_minutes="15",
    caseload_norm="4",
    caseload_cap="6",
    base_x="0",
    base_y="0",
    languages="en",
    language=Language.ENGLISH.value,
    is_active="yes",
)


def offered(session: Session, own_areas: Iterable[str], facilitator_id: UUID | None) -> Offered:
    """Own areas, the mentors in them, and accounts that no other facilitator signs in with."""
    own = sorted(own_areas)
    names = {area.id: area.name for area in areas_by_name(session)}
    accounts = {}
    for area_id in own:
        for account in active_accounts_holding(session, Role.FACILITATOR, area_id):
            taken_by = find_facilitator_of_account(session, account.id)
            if taken_by is None or taken_by.id == facilitator_id:
                accounts[str(account.id)] = f"{account.name}, {account.email}"
    return Offered(
        areas=tuple((area_id, names[area_id]) for area_id in own),
        mentors=tuple(
            (str(each.id), each.name)
            for each in facilitators_in(session, own)
            if each.level in MENTOR_LEVELS and each.id != facilitator_id
        ),
        accounts=tuple(accounts.items()),
    )


def recorded(session: Session, facilitator: Facilitator) -> Entered:
    """A facilitator's record as the form shows it at first."""
    return Entered.of(
        name=facilitator.name,
        code=facilitator.code,
        email=facilitator.email,
        telephone=facilitator.telephone,
        level=facilitator.level.value,
        is_volunteer=("yes",) if facilitator.is_volunteer else (),
        **date_parts("trained_on", facilitator.trained_on),
        **date_parts("accredited_on", facilitator.accredited_on),
        **date_parts("mentored_until", facilitator.mentored_until),
        mentors=[str(each) for each in mentors_of(session, facilitator.id)],
        skills=facilitator.skills,
        languages=facilitator.languages,
        areas=areas_of(session, facilitator.id),
        hours=write_hours(facilitator.hours),
        weekly_minutes=f"{facilitator.weekly_minutes / 60:g}",
        four_week_minutes=hours_text(facilitator.four_week_minutes),
        caseload_norm=str(facilitator.caseload_norm),
        caseload_cap=str(facilitator.caseload_cap),
        base_x=str(facilitator.base_x),
        base_y=str(facilitator.base_y),
        language=facilitator.language.value,
        account_id=str(facilitator.account_id or ""),
        is_active=("yes",) if facilitator.is_active else (),
    )


def hours_text(minutes: int | None) -> str:
    """Minutes as hours, such as ``7.5``; empty for none."""
    return "" if minutes is None else f"{minutes / 60:g}"


def _minutes(hours: str) -> int:
    return round(float(hours.replace(",", ".")) * 60)


def read_record(
    session: Session, entered: Entered, own_areas: Iterable[str], standing: Facilitator | None
) -> NewFacilitator:
    """What the form says of a new or a standing facilitator. Raises Invalid, by field.

    What the form does not ask stays: areas and mentors of other coordinators, and how meetings
    come, which is the facilitator's own choice.
    """
    lists = offered(session, own_areas, standing.id if standing else None)
    kept_mentors = (
        {str(each) for each in mentors_of(session, standing.id)} - set(dict(lists.mentors))
        if standing
        else set()
    )
    kept_areas = set(areas_of(session, standing.id)) - set(own_areas) if standing else set()
    form = read(FacilitatorForm, entered)
    problems = []
    if set(form.areas) - {area_id for area_id, _ in lists.areas}:
        problems.append(FieldProblem("areas", "Select from your own areas"))
    if form.account_id and str(form.account_id) not in dict(lists.accounts):
        problems.append(FieldProblem("account_id", "Choose an account from the list"))
    hours: list[list[str]] = []
    try:
        hours = read_hours(form.hours)
    except ValueError as wrong:
        problems.append(FieldProblem("hours", f"Working hours: {wrong}"))
    if not HOURS_A_WEEK.fullmatch(form.weekly_minutes):
        problems.append(
            FieldProblem("weekly_minutes", "Most hours a week must be a number, like 15 or 7.5")
        )
    if form.four_week_minutes and not HOURS_A_WEEK.fullmatch(form.four_week_minutes):
        problems.append(
            FieldProblem(
                "four_week_minutes", "Most hours in four weeks must be a number, like 16, or empty"
            )
        )
    if problems:
        raise Invalid(*problems)
    return NewFacilitator(
        code=form.code,
        name=form.name,
        email=form.email,
        telephone=form.telephone,
        level=form.level,
        trained_on=form.trained_on,
        accredited_on=form.accredited_on,
        mentored_until=form.mentored_until,
        mentors=(*form.mentors, *map(UUID, kept_mentors)),
        skills=form.skills,
        languages=form.languages,
        areas=(*form.areas, *kept_areas),
        hours=hours,
        weekly_minutes=_minutes(form.weekly_minutes),
        four_week_minutes=_minutes(form.four_week_minutes) if form.four_week_minutes else None,
        caseload_norm=form.caseload_norm,
        caseload_cap=form.caseload_cap,
        is_volunteer=form.is_volunteer,
        base_x=form.base_x,
        base_y=form.base_y,
        language=form.language,
        calendar_wish=standing.calendar_wish if standing else CalendarWish.INVITATION,
        account_id=form.account_id,
        is_active=form.is_active,
    )
