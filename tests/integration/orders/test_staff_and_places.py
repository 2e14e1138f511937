"""Facilitators, venues and rooms are recorded with care."""

from datetime import date

import pytest
from sqlmodel import select

from rj.audit.services import SERVICE
from rj.db.database import Database
from rj.facilitators.models import ConflictOfInterest, Facilitator
from rj.facilitators.queries import (
    areas_of,
    facilitators_in,
    get_facilitator,
    leave_of,
    mentors_of,
)
from rj.facilitators.services import (
    NewFacilitator,
    add_conflict,
    add_facilitator,
    add_leave,
    change_facilitator,
    end_leave,
)
from rj.kernel.errors import Conflict, Invalid
from rj.kernel.weekly_hours import read_hours, write_hours
from rj.policy.terms import PracticeLevel
from rj.venues.models import VenueClosure
from rj.venues.queries import rooms_of, venues_in
from rj.venues.services import NewRoom, NewVenue, add_room, change_venue, close_venue
from tests.builders import NOW, a_facilitator, a_venue_with_rooms, an_area


def facts(**changes: object) -> NewFacilitator:
    """A facilitator's facts, right but for these changes."""
    usual: dict[str, object] = {
        "code": "F-X",
        "name": "Amina Khan",
        "email": "amina@service.test",
        "level": PracticeLevel.INTERMEDIATE,
        "trained_on": date(2024, 1, 10),
        "accredited_on": date(2024, 2, 1),
        "areas": ["N1"],
        "hours": read_hours("mon-fri 09:00-17:00"),
        "weekly_minutes": 600,
        "caseload_cap": 10,
        "caseload_norm": 6,
    }
    return NewFacilitator(**(usual | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": ""}, "code"),
        ({"email": "nobody"}, "email"),
        ({"accredited_on": date(2023, 12, 1)}, "accredited_on"),
        ({"mentored_until": date(2025, 2, 1)}, "mentors"),
        ({"areas": ["Z9"]}, "areas"),
        ({"areas": []}, "areas"),
        ({"languages": ["english"]}, "languages"),
        ({"hours": [["mon", "17:00", "09:00"]]}, "hours"),
        ({"weekly_minutes": -1}, "weekly_minutes"),
        ({"caseload_norm": 11}, "caseload_norm"),
    ],
)
def test_a_facilitator_with_a_fault_is_refused(
    database: Database, changes: dict[str, object], field: str
) -> None:
    with database.writing() as session:
        an_area(session)

    with pytest.raises(Invalid) as refused, database.writing() as session:
        add_facilitator(session, facts(**changes), actor=SERVICE, now=NOW)

    assert field in {problem.field for problem in refused.value.problems}


def test_a_foundation_practitioner_cannot_mentor(database: Database) -> None:
    with database.writing() as session:
        beginner = a_facilitator(session, level=PracticeLevel.FOUNDATION)
        experienced = a_facilitator(session)

    with pytest.raises(Invalid), database.writing() as session:
        add_facilitator(session, facts(mentors=[beginner.id]), actor=SERVICE, now=NOW)
    with database.writing() as session:
        trainee = add_facilitator(
            session,
            facts(mentors=[experienced.id], mentored_until=date(2025, 2, 1)),
            actor=SERVICE,
            now=NOW,
        )
        assert mentors_of(session, trainee.id) == [experienced.id]


def changed(database: Database, facilitator: Facilitator, based_on: int, **changes: object) -> None:
    """The facilitator's facts, put in place of the old ones."""
    with database.writing() as session:
        change_facilitator(
            session,
            facilitator.id,
            facts(code=facilitator.code, **changes),
            based_on=based_on,
            actor=SERVICE,
            now=NOW,
        )


def test_a_change_made_on_an_old_page_is_refused(database: Database) -> None:
    with database.writing() as session:
        an_area(session, "S9", "Southvale")
        facilitator = a_facilitator(session)

    changed(database, facilitator, 1, areas=["N1", "S9"])
    with pytest.raises(Conflict):
        changed(database, facilitator, 1)

    with database.reading() as session:
        assert get_facilitator(session, facilitator.id).name == "Amina Khan"
        assert areas_of(session, facilitator.id) == ["N1", "S9"]
        assert [one.id for one in facilitators_in(session, ["S9"])] == [facilitator.id]


def test_leave_is_recorded_once_and_taken_back(database: Database) -> None:
    first, last = date(2026, 4, 1), date(2026, 4, 10)
    with database.writing() as session:
        amina = a_facilitator(session)
        leave = add_leave(session, amina.id, first_day=first, last_day=last, actor=SERVICE, now=NOW)
        again = add_leave(session, amina.id, first_day=first, last_day=last, actor=SERVICE, now=NOW)
        assert again.id == leave.id
        assert len(leave_of(session, amina.id)) == 1

    with database.writing() as session:
        end_leave(session, leave.id, actor=SERVICE, now=NOW)
        assert leave_of(session, amina.id) == []
    with pytest.raises(Invalid), database.writing() as session:
        add_leave(
            session,
            amina.id,
            first_day=last,
            last_day=first,
            actor=SERVICE,
            now=NOW,
        )


def test_a_conflict_of_interest_is_recorded_once(database: Database) -> None:
    with database.writing() as session:
        amina, bryn = a_facilitator(session), a_facilitator(session)
        for _ in range(2):
            add_conflict(session, amina.id, bryn.id, actor=SERVICE, now=NOW)

        found = session.exec(select(ConflictOfInterest)).all()
        assert [(one.facilitator_id, one.person_id) for one in found] == [(amina.id, bryn.id)]


@pytest.mark.parametrize(
    ("room", "field"),
    [
        (NewRoom("", 4), "name"),
        (NewRoom("Room", 0), "capacity"),
        (NewRoom("Room", 4, turnaround_minutes=10), "turnaround_minutes"),
    ],
)
def test_a_room_with_a_fault_is_refused(database: Database, room: NewRoom, field: str) -> None:
    with database.writing() as session:
        venue, _ = a_venue_with_rooms(session)

    with pytest.raises(Invalid) as refused, database.writing() as session:
        add_room(session, venue.id, room, actor=SERVICE, now=NOW)

    assert [problem.field for problem in refused.value.problems] == [field]


def test_a_venue_is_changed_closed_and_found(database: Database) -> None:
    with database.writing() as session:
        venue, rooms = a_venue_with_rooms(session, rooms=3)
        facts = NewVenue(
            venue.code, "New name", "1 Row", "1 Row, Town", "N1", read_hours("mon 09:00-12:00")
        )
    with database.writing() as session:
        change_venue(session, venue.id, facts, based_on=1, actor=SERVICE, now=NOW)
        close_venue(
            session,
            venue.id,
            first_day=date(2026, 4, 1),
            last_day=date(2026, 4, 2),
            actor=SERVICE,
            now=NOW,
        )

    with database.reading() as session:
        assert [one.name for one in venues_in(session, ["N1"])] == ["New name"]
        assert len(rooms_of(session, [venue.id])) == len(rooms) == 3
        assert session.exec(select(VenueClosure.venue_id)).all() == [venue.id]
    with pytest.raises(Conflict), database.writing() as session:
        change_venue(session, venue.id, facts, based_on=1, actor=SERVICE, now=NOW)


def test_hours_are_read_as_people_write_them() -> None:
    hours = read_hours("Mon-Wed 9:00-17:00; saturday 10:00–12:00")

    assert hours == [
        ["mon", "09:00", "17:00"],
        ["tue", "09:00", "17:00"],
        ["wed", "09:00", "17:00"],
        ["sat", "10:00", "12:00"],
    ]
    assert read_hours(write_hours(hours)) == hours


@pytest.mark.parametrize(
    "text",
    [
        "mon",
        "mon 9-17",
        "fri-mon 09:00-17:00",
        "mon 25:00-26:00",
        "xyz 09:00-10:00",
        "mon 09:00-12:00, mon 11:00-13:00",
    ],
)
def test_hours_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"hours|times|days?"):
        read_hours(text)
