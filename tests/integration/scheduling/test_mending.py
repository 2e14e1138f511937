"""Life changes under a published plan: what broke, planning only that, and who is disturbed."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import Session, select

from rj.conferences.models import Meeting, MeetingState
from rj.conferences.queries import live_meetings
from rj.conferences.services import cancel_meeting
from rj.db.database import Database
from rj.facilitators.queries import get_facilitator
from rj.facilitators.services import add_leave
from rj.kernel.clock import StoppedClock
from rj.kernel.london import london_day
from rj.parties.queries import parties_of
from rj.policy.terms import Side, Stage
from rj.scheduling.mending import disturbed_by, what_broke
from rj.scheduling.models import LeftOut, ProposalChange, ProposedMeeting, RunState
from rj.scheduling.proposals import review
from rj.scheduling.publishing import publish
from rj.scheduling.runs import get_run, request_mending, request_run
from rj.scheduling.solving import replay_run, solve_run
from tests.builders import AREA, NOW, an_order
from tests.scheduling_builders import County, RecordingTell, a_county, a_solved_run


def a_published_county(database: Database, *, orders: int = 3) -> County:
    with database.writing() as session:
        county = a_county(session, orders=orders)
    run_id = a_solved_run(database, county.actor)
    with database.writing() as session:
        publish(
            session,
            run_id,
            [order.id for order in county.orders],
            actor=county.actor,
            now=NOW,
            tell=RecordingTell(),
        )
    return county


def a_told_assessment(session: Session, county: County) -> Meeting:
    """The first case's assessment, of which its people know."""
    [found] = [
        each
        for each in live_meetings(session, [county.orders[0].id])
        if each.state is MeetingState.TOLD and each.room_id is not None
    ]
    return found


def fall_ill(database: Database, county: County) -> tuple[UUID, UUID]:
    """Whoever leads the first case's assessment is ill that day: the meeting and the lead."""
    with database.writing() as session:
        meeting = a_told_assessment(session, county)
        day = london_day(meeting.starts_at)
        add_leave(
            session,
            meeting.lead_id,
            first_day=day,
            last_day=day,
            is_illness=True,
            actor=county.actor,
            now=NOW,
        )
        return meeting.id, meeting.lead_id


def a_mending_run(database: Database, county: County) -> UUID:
    with database.writing() as session:
        run = request_mending(session, AREA, actor=county.actor, now=NOW)
    solve_run(database, StoppedClock(NOW), run.id)
    with database.reading() as session:
        solved = get_run(session, run.id)
        assert (solved.failure, solved.state) == ("", RunState.FINISHED)
    return run.id


def test_an_illness_breaks_only_the_cases_it_touches_and_no_other_meeting_moves(
    database: Database,
) -> None:
    county = a_published_county(database)
    with database.reading() as session:
        assert what_broke(session, AREA, now=NOW).broken == ()
    meeting_id, lead_id = fall_ill(database, county)

    with database.reading() as session:
        lead = get_facilitator(session, lead_id).name
        damage = what_broke(session, AREA, now=NOW)
    touched = {each.order_id for each in damage.broken}
    assert county.orders[0].id in touched
    [why] = [each.reason for each in damage.broken if each.order_id == county.orders[0].id]
    assert f"{lead} is away" in why
    assert damage.unbegun == ()

    run_id = a_mending_run(database, county)
    with database.reading() as session:
        rows = session.exec(select(ProposedMeeting).where(ProposedMeeting.run_id == run_id)).all()
        moved = {row.order_id for row in rows if row.change is not ProposalChange.UNCHANGED}
        assert moved
        assert moved <= touched
        found = review(session, run_id, now=NOW)
        assert found.mends_only
        disturbed = disturbed_by(session, found.cases)
        [mine] = [
            each
            for each in disturbed
            if (each.order_id, each.stage) == (county.orders[0].id, Stage.ASSESSMENT)
        ]
        [harmer] = [
            party for party in parties_of(session, county.orders[0].id) if party.side is Side.HARMER
        ]
        assert mine.people[0] == f"the person on probation ({harmer.reference})"
        assert lead in mine.people
        assert mine.now is not None
        assert (mine.now.starts_at, mine.now.lead) != (mine.before.starts_at, mine.before.lead)
        assert {each.order_id for each in disturbed} <= touched

    with database.writing() as session:
        publication = publish(
            session, run_id, sorted(moved), actor=county.actor, now=NOW, tell=RecordingTell()
        )
        assert publication.stale == ()
        assert meeting_id in publication.told
    with database.reading() as session:
        assert what_broke(session, AREA, now=NOW).broken == ()


def test_a_mending_run_can_be_replayed(database: Database) -> None:
    county = a_published_county(database)
    fall_ill(database, county)
    run_id = a_mending_run(database, county)
    with database.reading() as session:
        reference = get_run(session, run_id).reference

    assert replay_run(database, reference) == []


def test_a_new_order_is_planned_among_meetings_that_all_stay(database: Database) -> None:
    county = a_published_county(database, orders=2)
    with database.writing() as session:
        urgent = an_order(session)
    with database.reading() as session:
        assert what_broke(session, AREA, now=NOW).unbegun == (urgent.reference,)
    run_id = a_mending_run(database, county)

    with database.reading() as session:
        rows = session.exec(select(ProposedMeeting).where(ProposedMeeting.run_id == run_id)).all()
        changed = {row.order_id for row in rows if row.change is not ProposalChange.UNCHANGED}
        assert changed == {urgent.id}
        assert {row.change for row in rows if row.order_id == urgent.id} == {ProposalChange.NEW}
        kept = [row for row in rows if row.order_id != urgent.id]
        assert all(row.reason for row in kept)
        assert disturbed_by(session, review(session, run_id, now=NOW).cases) == ()


def test_a_cancelled_stage_before_booked_ones_is_planned_again(database: Database) -> None:
    county = a_published_county(database, orders=2)
    with database.writing() as session:
        meeting = a_told_assessment(session, county)
        cancel_meeting(
            session,
            meeting.id,
            based_on=meeting.version,
            reason="asked by the person",
            actor=county.actor,
            now=NOW,
            tell=RecordingTell(),
        )
    with database.reading() as session:
        [broken] = what_broke(session, AREA, now=NOW).broken
        assert broken.order_id == county.orders[0].id
    run_id = a_mending_run(database, county)

    with database.reading() as session:
        rows = session.exec(select(ProposedMeeting).where(ProposedMeeting.run_id == run_id)).all()
        changed = {row.order_id for row in rows if row.change is not ProposalChange.UNCHANGED}
        assert changed == {county.orders[0].id}
        assert len([row for row in rows if row.order_id == county.orders[0].id]) == len(Stage)


def test_a_stage_nobody_looked_at_is_later_and_keeps_its_case_booked(database: Database) -> None:
    county = a_published_county(database, orders=2)
    with database.writing() as session:
        # the review alone goes: the stages before it stand and break no rule
        [*_, review_meeting] = live_meetings(session, [county.orders[1].id])
        cancel_meeting(
            session,
            review_meeting.id,
            based_on=review_meeting.version,
            reason="to be planned later",
            actor=county.actor,
            now=NOW,
            tell=RecordingTell(),
        )
    run_id = a_mending_run(database, county)

    with database.reading() as session:
        [left] = session.exec(
            select(LeftOut).where(
                LeftOut.run_id == run_id, LeftOut.step_id == review_meeting.step_id
            )
        ).all()
        assert left.is_later
        assert "full planning run" in left.reason


def test_a_run_for_everything_keeps_nothing_that_stood(database: Database) -> None:
    county = a_published_county(database, orders=1)
    with database.writing() as session:
        mending = request_mending(session, AREA, actor=county.actor, now=NOW)
        assert mending.mends_only
        full = request_run(session, AREA, actor=county.actor, now=NOW)
        assert full.id == mending.id
        assert not full.mends_only


def test_a_meeting_too_near_to_be_planned_is_named_to_be_settled_by_hand(
    database: Database,
) -> None:
    county = a_published_county(database, orders=1)
    fall_ill(database, county)
    with database.reading() as session:
        meeting = a_told_assessment(session, county)
        damage = what_broke(session, AREA, now=meeting.starts_at - timedelta(hours=1))
        assert [each.meeting_id for each in damage.too_soon] == [meeting.id]
        assert damage.broken == ()
