"""Moving by hand: only what is really free, nearest first, and every hard rule kept."""

from collections import Counter
from datetime import date, time, timedelta

import pytest

from rj.conferences.models import MeetingState
from rj.conferences.queries import get_meeting
from rj.conferences.services import open_stages
from rj.db.database import Database
from rj.kernel.errors import Conflict, Invalid
from rj.kernel.london import at_london, london_day
from rj.policy.terms import Stage
from rj.scheduling.alternatives import EACH_DAY, OFFERED, alternatives, move
from tests.builders import NOW, a_facilitator, a_venue_with_rooms, an_actor, an_order
from tests.scheduling_builders import RecordingTell, a_county, a_held_meeting

MONDAY = date(2026, 3, 16)


def test_each_alternative_can_really_be_taken_and_the_nearest_comes_first(
    database: Database,
) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        actor = an_actor(session)
        _, [room, _] = a_venue_with_rooms(session, rooms=2)
        lead, _ = a_facilitator(session), a_facilitator(session)
        order = an_order(session)
        meeting = a_held_meeting(
            session, order, Stage.ASSESSMENT, on=MONDAY, lead=lead, room=room, actor=actor
        )
        open_stages(session, order.id, actor=actor, now=NOW, tell=tell)
        busy = an_order(session)
        a_held_meeting(
            session,
            busy,
            Stage.ASSESSMENT,
            on=MONDAY,
            at=time(14),
            lead=lead,
            room=room,
            actor=actor,
        )
        wished = at_london(MONDAY, time(14))
        offered = alternatives(session, meeting.id, wished_for=wished, now=NOW)
        standing = (meeting.starts_at, meeting.lead_id, meeting.room_id)

    assert offered
    assert standing not in [(each.starts_at, each.lead_id, each.room_id) for each in offered]
    away = [abs((london_day(each.starts_at) - MONDAY).days) for each in offered]
    assert away == sorted(away)
    for each in offered:
        clash = each.starts_at < wished + timedelta(hours=1) and wished < each.ends_at
        assert not (clash and (each.lead_id == lead.id or each.room_id == room.id))
    for each in offered:
        with pytest.raises(ZeroDivisionError), database.writing() as session:
            current = get_meeting(session, meeting.id)
            moved = move(
                session,
                meeting.id,
                based_on=current.version,
                starts_at=each.starts_at,
                lead_id=each.lead_id,
                second_id=each.second_id,
                room_id=each.room_id,
                reason="asked to",
                actor=actor,
                now=NOW,
                tell=tell,
            )
            assert (moved.starts_at, moved.lead_id) == (each.starts_at, each.lead_id)
            raise ZeroDivisionError  # give the next alternative the same start


def test_a_move_that_breaks_a_rule_between_meetings_is_refused(database: Database) -> None:
    with database.writing() as session:
        actor = an_actor(session)
        _, [near] = a_venue_with_rooms(session)
        _, [far] = a_venue_with_rooms(session, at=(60, 0))
        lead = a_facilitator(session)
        first, second = an_order(session), an_order(session)
        a_held_meeting(
            session, first, Stage.ASSESSMENT, on=MONDAY, lead=lead, room=far, actor=actor
        )
        meeting = a_held_meeting(
            session,
            second,
            Stage.ASSESSMENT,
            on=MONDAY,
            at=time(15),
            lead=lead,
            room=near,
            actor=actor,
        )
        with pytest.raises(Invalid, match="cannot get there from the assessment of"):
            move(
                session,
                meeting.id,
                based_on=meeting.version,
                starts_at=at_london(MONDAY, time(11, 30)),
                lead_id=lead.id,
                second_id=None,
                room_id=near.id,
                reason="asked to",
                actor=actor,
                now=NOW,
                tell=RecordingTell(),
            )


def test_a_move_past_the_next_stage_is_refused(database: Database) -> None:
    with database.writing() as session:
        actor = an_actor(session)
        _, [room] = a_venue_with_rooms(session)
        lead, order = a_facilitator(session), an_order(session)
        common = {"lead": lead, "room": room, "actor": actor}
        meeting = a_held_meeting(session, order, Stage.ASSESSMENT, on=MONDAY, **common)
        a_held_meeting(session, order, Stage.PREPARATION, on=date(2026, 3, 24), **common)
        with pytest.raises(Invalid, match="days after"):
            move(
                session,
                meeting.id,
                based_on=meeting.version,
                starts_at=at_london(date(2026, 3, 26), time(10)),
                lead_id=lead.id,
                second_id=None,
                room_id=room.id,
                reason="asked to",
                actor=actor,
                now=NOW,
                tell=RecordingTell(),
            )


def test_another_lead_for_one_meeting_pins_it_and_leaves_the_case_where_it_is(
    database: Database,
) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        actor = an_actor(session)
        _, [room] = a_venue_with_rooms(session)
        lead, stand_in = a_facilitator(session), a_facilitator(session)
        order = an_order(session)
        meeting = a_held_meeting(
            session, order, Stage.ASSESSMENT, on=MONDAY, lead=lead, room=room, actor=actor
        )
        open_stages(session, order.id, actor=actor, now=NOW, tell=tell)
        moved = move(
            session,
            meeting.id,
            based_on=meeting.version,
            starts_at=meeting.starts_at,
            lead_id=stand_in.id,
            second_id=None,
            room_id=room.id,
            reason="the lead is ill",
            actor=actor,
            now=NOW,
            tell=tell,
        )
        assert moved.is_pinned
        assert moved.lead_id == stand_in.id
        assert order.current_lead_id == lead.id
    assert tell.told[-1] == (moved.id, MeetingState.TOLD, at_london(MONDAY, time(10)))


def test_what_people_were_told_may_keep_its_hour_at_any_notice(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        actor = an_actor(session)
        _, [room, other] = a_venue_with_rooms(session, rooms=2)
        lead, order = a_facilitator(session), an_order(session)
        meeting = a_held_meeting(
            session, order, Stage.ASSESSMENT, on=MONDAY, lead=lead, room=room, actor=actor
        )
        open_stages(session, order.id, actor=actor, now=NOW, tell=tell)
        eve = at_london(MONDAY - timedelta(days=1), time(16))
        offered = alternatives(session, meeting.id, now=eve)
        assert (offered[0].starts_at, offered[0].room_id) == (meeting.starts_at, other.id)
        assert all(
            each.starts_at == meeting.starts_at
            or (london_day(each.starts_at) - london_day(eve)).days >= 3
            for each in offered
        )
        moved = move(
            session,
            meeting.id,
            based_on=meeting.version,
            starts_at=meeting.starts_at,
            lead_id=lead.id,
            second_id=None,
            room_id=other.id,
            reason="the room is flooded",
            actor=actor,
            now=eve,
            tell=tell,
        )
        assert moved.room_id == other.id


def test_a_meeting_that_has_begun_has_no_alternatives(database: Database) -> None:
    with database.writing() as session:
        actor = an_actor(session)
        _, [room] = a_venue_with_rooms(session)
        meeting = a_held_meeting(
            session,
            an_order(session),
            Stage.ASSESSMENT,
            on=MONDAY,
            lead=a_facilitator(session),
            room=room,
            actor=actor,
        )
        with pytest.raises(Conflict, match="has begun"):
            alternatives(session, meeting.id, now=at_london(MONDAY, time(10, 30)))


def test_days_and_hours_are_offered_before_other_staff_and_rooms(database: Database) -> None:
    with database.writing() as session:
        county = a_county(session, orders=1)
        meeting = a_held_meeting(
            session,
            county.orders[0],
            Stage.ASSESSMENT,
            on=MONDAY,
            lead=county.facilitators[0],
            room=county.rooms[0],
            actor=county.actor,
        )
    with database.reading() as session:
        offered = alternatives(session, meeting.id, now=NOW)

    assert len(offered) == OFFERED
    assert len({each.starts_at for each in offered}) == OFFERED
    by_day = Counter(london_day(each.starts_at) for each in offered)
    assert max(by_day.values()) == EACH_DAY
    elsewhen = [each for each in offered if each.starts_at != meeting.starts_at]
    assert all(each.keeps_staff and each.keeps_room for each in elsewhen)
