"""What people record about facilitators.

add_facilitator(session, NewFacilitator(...), *, actor, now)                  -> Facilitator
change_facilitator(session, facilitator_id, NewFacilitator(...), *, based_on, actor, now)
add_leave(session, facilitator_id, *, first_day, last_day, is_illness, actor, now) -> Leave
end_leave(session, leave_id, *, actor, now)
choose_calendar(session, facilitator_id, wish, *, actor, now)
add_busy_time(session, facilitator_id, *, starts_at, ends_at, actor, now)     -> FacilitatorBusy
end_busy_time(session, busy_id, *, actor, now)
add_past_conference(session, facilitator_id, *, held_on, actor, now)          -> PastConference
remove_past_conference(session, past_id, *, actor, now)
add_conflict, remove_conflict(session, facilitator_id, person_id, *, actor, now)
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, delete, select

from rj.accounts.models import Area
from rj.audit.services import Actor, note
from rj.db.records import get_record
from rj.facilitators.models import (
    ConflictOfInterest,
    Facilitator,
    FacilitatorArea,
    FacilitatorBusy,
    Leave,
    Mentoring,
    PastConference,
)
from rj.facilitators.queries import get_facilitator
from rj.kernel.characters import is_clean_line
from rj.kernel.errors import FieldProblem, Invalid
from rj.kernel.london import london_day
from rj.kernel.weekly_hours import check_hours
from rj.policy.standards import MENTOR_LEVELS
from rj.policy.terms import CalendarWish, Language, PracticeLevel, Skill

LANGUAGE = re.compile(r"[a-z]{2}")
LONGEST_WEEK = 7 * 24 * 60
LONGEST_BUSY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class NewFacilitator:
    """Everything that is recorded about a facilitator. Texts are single lines."""

    code: str
    name: str
    email: str
    level: PracticeLevel
    trained_on: date
    accredited_on: date
    areas: Sequence[str]
    hours: Sequence[Sequence[str]]
    weekly_minutes: int
    caseload_cap: int
    caseload_norm: int
    telephone: str = ""
    mentored_until: date | None = None
    mentors: Sequence[UUID] = ()
    skills: Sequence[Skill] = ()
    languages: Sequence[str] = ("en",)
    is_volunteer: bool = False
    base_x: int = 0
    base_y: int = 0
    calendar_wish: CalendarWish = CalendarWish.INVITATION
    language: Language = Language.ENGLISH
    account_id: UUID | None = None
    is_active: bool = True
    four_week_minutes: int | None = None


def facilitator_problems(entered: NewFacilitator) -> tuple[FieldProblem, ...]:
    """What is wrong with the entered facts, judged by themselves."""
    problems: list[FieldProblem] = []

    def refuse(field: str, message: str) -> None:
        problems.append(FieldProblem(field, message))

    for field, text, longest in (
        ("code", entered.code, 12),
        ("name", entered.name, 100),
        ("email", entered.email, 254),
    ):
        if not text.strip():
            refuse(field, f"Enter the {field}")
        elif len(text) > longest or not is_clean_line(text):
            refuse(field, f"The {field} must be one line of {longest} characters or fewer")
    if entered.email and "@" not in entered.email:
        refuse("email", "Enter an e-mail address like name@example.org")
    if len(entered.telephone) > 40:
        refuse("telephone", "The telephone number must be 40 characters or fewer")
    if entered.accredited_on < entered.trained_on:
        refuse("accredited_on", "Accreditation must not come before the end of the training")
    if entered.mentored_until and entered.mentored_until < entered.accredited_on:
        refuse("mentored_until", "Mentoring must not end before the accreditation")
    if entered.mentored_until and not entered.mentors:
        refuse("mentors", "Name at least one mentor, or leave the end of mentoring empty")
    if not entered.areas:
        refuse("areas", "Choose at least one area")
    if not entered.languages or not all(LANGUAGE.fullmatch(code) for code in entered.languages):
        refuse("languages", "Name each language by its two letters, such as en or cy")
    try:
        check_hours(entered.hours)
    except ValueError as wrong:
        refuse("hours", f"Working hours: {wrong}")
    if not 0 <= entered.weekly_minutes <= LONGEST_WEEK:
        refuse("weekly_minutes", "Minutes a week must be between 0 and those of a week")
    if not 0 <= (entered.four_week_minutes or 0) <= 4 * LONGEST_WEEK:
        refuse("four_week_minutes", "Minutes must be between 0 and those of four weeks")
    if not 0 <= entered.caseload_norm <= entered.caseload_cap:
        refuse("caseload_norm", "The fair share of cases must not exceed the most cases")
    return tuple(problems)


def add_facilitator(
    session: Session, entered: NewFacilitator, *, actor: Actor, now: datetime
) -> Facilitator:
    """Record a facilitator. Raises Invalid; the code must be new."""
    _refuse(session, entered, None)
    facilitator = Facilitator(**_columns(entered))
    session.add(facilitator)
    session.flush()
    _join(session, facilitator.id, entered)
    note(session, actor, "add facilitator", "facilitator", facilitator.id, now=now)
    return facilitator


def change_facilitator(
    session: Session,
    facilitator_id: UUID,
    entered: NewFacilitator,
    *,
    based_on: int,
    actor: Actor,
    now: datetime,
) -> Facilitator:
    """Put the entered facts in place of those recorded. Raises Invalid or Conflict."""
    facilitator = get_facilitator(session, facilitator_id)
    facilitator.refuse_if_changed(based_on, "This facilitator's record")
    _refuse(session, entered, facilitator_id)
    changed = facilitator.take(_columns(entered))
    session.exec(
        delete(FacilitatorArea).where(col(FacilitatorArea.facilitator_id) == facilitator_id)
    )
    session.exec(delete(Mentoring).where(col(Mentoring.facilitator_id) == facilitator_id))
    _join(session, facilitator_id, entered)
    note(
        session,
        actor,
        "change facilitator",
        "facilitator",
        facilitator_id,
        now=now,
        fields=changed,
    )
    return facilitator


def choose_calendar(
    session: Session, facilitator_id: UUID, wish: CalendarWish, *, actor: Actor, now: datetime
) -> Facilitator:
    """Have meetings come by feed, by invitation, or by plain mail only. Safe to repeat."""
    facilitator = get_facilitator(session, facilitator_id)
    if facilitator.calendar_wish is not wish:
        facilitator.calendar_wish = wish
        note(
            session,
            actor,
            "choose calendar",
            "facilitator",
            facilitator_id,
            now=now,
            fields=["calendar_wish"],
        )
    return facilitator


def _columns(entered: NewFacilitator) -> dict[str, Any]:
    """The facts that lie in the facilitator's own row."""
    return {
        "account_id": entered.account_id,
        "code": entered.code.strip(),
        "name": entered.name.strip(),
        "email": entered.email.strip(),
        "telephone": entered.telephone.strip(),
        "level": entered.level,
        "trained_on": entered.trained_on,
        "accredited_on": entered.accredited_on,
        "mentored_until": entered.mentored_until,
        "skills": sorted(skill.value for skill in entered.skills),
        "languages": sorted(set(entered.languages)),
        "is_volunteer": entered.is_volunteer,
        "base_x": entered.base_x,
        "base_y": entered.base_y,
        "hours": [list(piece) for piece in entered.hours],
        "weekly_minutes": entered.weekly_minutes,
        "four_week_minutes": entered.four_week_minutes,
        "caseload_cap": entered.caseload_cap,
        "caseload_norm": entered.caseload_norm,
        "calendar_wish": entered.calendar_wish,
        "language": entered.language,
        "is_active": entered.is_active,
    }


def _join(session: Session, facilitator_id: UUID, entered: NewFacilitator) -> None:
    """The areas covered and the mentors."""
    session.add_all(
        FacilitatorArea(facilitator_id=facilitator_id, area_id=area)
        for area in sorted(set(entered.areas))
    )
    session.add_all(
        Mentoring(facilitator_id=facilitator_id, mentor_id=mentor)
        for mentor in sorted(set(entered.mentors))
    )
    session.flush()


def _refuse(session: Session, entered: NewFacilitator, own_id: UUID | None) -> None:
    problems = list(facilitator_problems(entered))
    same_code = session.exec(
        select(Facilitator.id).where(Facilitator.code == entered.code.strip())
    ).first()
    if same_code is not None and same_code != own_id:
        problems.append(FieldProblem("code", "Another facilitator has this code"))
    known = set(session.exec(select(Area.id).where(col(Area.id).in_(list(entered.areas)))))
    if set(entered.areas) - known:
        problems.append(FieldProblem("areas", "Choose areas from the list"))
    mentors = session.exec(
        select(Facilitator).where(col(Facilitator.id).in_(list(entered.mentors)))
    ).all()
    if len(mentors) != len(set(entered.mentors)) or own_id in entered.mentors:
        problems.append(FieldProblem("mentors", "Choose mentors from the other facilitators"))
    elif any(mentor.level not in MENTOR_LEVELS for mentor in mentors):
        problems.append(
            FieldProblem("mentors", "A mentor must be an intermediate or advanced practitioner")
        )
    if problems:
        raise Invalid(*problems)


def add_leave(
    session: Session,
    facilitator_id: UUID,
    *,
    first_day: date,
    last_day: date,
    is_illness: bool = False,
    actor: Actor,
    now: datetime,
) -> Leave:
    """Record days away, both included. Meetings on them show as broken until somebody acts.

    Safe to repeat: the same days are recorded once.
    """
    get_facilitator(session, facilitator_id)
    if last_day < first_day:
        raise Invalid(FieldProblem("last_day", "The last day must not come before the first"))
    if (last_day - first_day).days > 366:
        raise Invalid(FieldProblem("last_day", "Leave must not last longer than a year"))
    repeated = session.exec(
        select(Leave).where(
            Leave.facilitator_id == facilitator_id,
            Leave.first_day == first_day,
            Leave.last_day == last_day,
        )
    ).first()
    if repeated is not None:
        return repeated
    leave = Leave(
        facilitator_id=facilitator_id,
        first_day=first_day,
        last_day=last_day,
        is_illness=is_illness,
    )
    session.add(leave)
    note(session, actor, "add leave", "facilitator", facilitator_id, now=now)
    return leave


def end_leave(session: Session, leave_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Take back days away. Raises NotFound."""
    leave = get_record(session, Leave, leave_id, "leave")
    session.delete(leave)
    note(session, actor, "end leave", "facilitator", leave.facilitator_id, now=now)


def add_busy_time(
    session: Session,
    facilitator_id: UUID,
    *,
    starts_at: datetime,
    ends_at: datetime,
    actor: Actor,
    now: datetime,
) -> FacilitatorBusy:
    """Record time taken in a facilitator's own diary; what for is not kept."""
    get_facilitator(session, facilitator_id)
    if ends_at <= starts_at:
        raise Invalid(FieldProblem("ends_at", "The end must come after the beginning"))
    if ends_at - starts_at > LONGEST_BUSY:
        raise Invalid(FieldProblem("ends_at", "More than a week is days away: record it as such"))
    busy = FacilitatorBusy(facilitator_id=facilitator_id, starts_at=starts_at, ends_at=ends_at)
    session.add(busy)
    note(session, actor, "add busy time", "facilitator", facilitator_id, now=now)
    return busy


def end_busy_time(session: Session, busy_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Take back time taken in a facilitator's own diary. Raises NotFound."""
    busy = get_record(session, FacilitatorBusy, busy_id, "busy time")
    session.delete(busy)
    note(session, actor, "end busy time", "facilitator", busy.facilitator_id, now=now)


def add_past_conference(
    session: Session, facilitator_id: UUID, *, held_on: date, actor: Actor, now: datetime
) -> PastConference:
    """Record a direct conference led before the record here began; it counts towards five."""
    facilitator = get_facilitator(session, facilitator_id)
    if not facilitator.trained_on <= held_on <= london_day(now):
        raise Invalid(FieldProblem("held_on", "The day must lie between the training and today"))
    past = PastConference(facilitator_id=facilitator_id, held_on=held_on)
    session.add(past)
    note(session, actor, "add past conference", "facilitator", facilitator_id, now=now)
    return past


def remove_past_conference(session: Session, past_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Take back a conference that was recorded in error. Raises NotFound."""
    past = get_record(session, PastConference, past_id, "conference")
    session.delete(past)
    note(session, actor, "remove past conference", "facilitator", past.facilitator_id, now=now)


def add_conflict(
    session: Session, facilitator_id: UUID, person_id: UUID, *, actor: Actor, now: datetime
) -> None:
    """Record that a facilitator must not meet a party or officer at work (R38). Why is not kept.

    Safe to repeat.
    """
    get_facilitator(session, facilitator_id)
    if session.get(ConflictOfInterest, (facilitator_id, person_id)) is None:
        session.add(ConflictOfInterest(facilitator_id=facilitator_id, person_id=person_id))
        note(session, actor, "add conflict of interest", "facilitator", facilitator_id, now=now)


def remove_conflict(
    session: Session, facilitator_id: UUID, person_id: UUID, *, actor: Actor, now: datetime
) -> None:
    """Let a facilitator meet somebody at work again. Safe to repeat."""
    conflict = session.get(ConflictOfInterest, (facilitator_id, person_id))
    if conflict is not None:
        session.delete(conflict)
        note(session, actor, "remove conflict of interest", "facilitator", facilitator_id, now=now)
