"""The coordinator's method: case by case, the current lead first, else in turn, first free slot.

It looks one stage ahead only. It is told everything about calendars that the planner knows, so that
what it loses is lost by its method and not by mistakes.
"""

from rj.scheduling.planner.calendars import Days, are_any, slots_of
from rj.scheduling.planner.diary import Booking, CasePlan, Diary, nothing_for, plan_of
from rj.scheduling.planner.plan import Plan
from rj.scheduling.planner.problem import Problem
from rj.scheduling.planner.survey import CONTACT_HAS_NO_ROOM, CaseSurvey, Survey


def coordinators_plan(problem: Problem) -> Plan:
    """Cases by date of sentence; whoever can hold every stage takes it, else who gets furthest."""
    survey = Survey(problem)
    diary = Diary(survey)
    turn = 0
    for case in sorted(survey.cases, key=lambda each: (each.case.sentenced, each.number)):
        if case.is_settled or not case.leads:
            continue
        at = turn % len(case.leads)
        leads = [*case.leads[at:], *case.leads[:at]]
        if case.current_lead in leads:
            leads.remove(case.current_lead)
            leads.insert(0, case.current_lead)
        best: list[Booking] = []
        for lead in leads:
            if diary.can_lead(lead, case.number):
                bookings = _first_free(diary, case, lead)
                if len(bookings) > len(best):
                    best = bookings
                if len(best) == len(case.openings):
                    break
        if best:
            diary.take(_planned(case, best))
            turn += 1
    return plan_of(diary)


def _planned(case: CaseSurvey, bookings: list[Booking]) -> CasePlan:
    reach = len(bookings)
    left = len(case.openings) - reach
    return CasePlan(case.number, bookings[0].lead, reach, tuple(bookings), left, 0, 0, 0, 0)


def _first_free(diary: Diary, case: CaseSurvey, lead: int) -> list[Booking]:
    """Each stage at its first free hour after the one before, in the first room that is free."""
    bookings: list[Booking] = []
    for at in range(len(case.openings)):
        booking = _first_slot(diary, case, at, lead, bookings)
        if booking is None:
            break
        bookings.append(booking)
        diary.take(_planned(case, bookings))
    diary.take(nothing_for(case))
    return bookings


def _first_slot(
    diary: Diary, case: CaseSurvey, at: int, lead: int, before: list[Booking]
) -> Booking | None:
    survey, opening = diary.survey, case.openings[at]
    minutes = opening.task.minutes
    days: Days = opening.days.copy()
    if before and opening.gap is not None:
        last = before[-1].day
        days[: last + opening.gap.least] = False
        if opening.gap.most is not None:
            days[last + opening.gap.most + 1 :] = False
    found: tuple[int, int, int, int | None] | None = None
    for number, site in enumerate(opening.sites):
        venue = CONTACT_HAS_NO_ROOM
        free = opening.free[number] & diary.lead_free(lead, minutes, CONTACT_HAS_NO_ROOM)
        if site.room != CONTACT_HAS_NO_ROOM:
            venue = survey.venue_of[site.room]
            free = opening.free[number] & diary.lead_free(lead, minutes, venue)
            free &= diary.room_free(site.room, minutes)
        for person in opening.task.people:
            free &= diary.person_free(person, opening.task.part_of(person))
        if opening.is_conference:
            survey.grid.keep(free, diary.conference_days(lead))
        survey.grid.keep(free, days)
        for second, allowed in survey.seconds_for(case, opening, lead):
            both = free
            if second is not None:
                both = free & diary.lead_free(second, minutes, venue)
                if opening.is_conference:
                    allowed = allowed & diary.conference_days(second)
            possible = (are_any(both) & allowed).nonzero()[0]
            if len(possible):
                day = int(possible[0])
                slot = slots_of(both[day])[0]
                if found is None or (day, slot) < found[:2]:
                    found = (day, slot, number, second)
                if second is not None:
                    break
    if found is None:
        return None
    day, slot, number, second = found
    begins = survey.grid.start(day, slot)
    room = opening.sites[number].room
    return diary.booking(case, at, day, begins, lead, second, room, opening)
