"""Nobody is given a case that keeps them out, whoever chooses; publishing looks again (S1)."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, select

from rj.accounts.models import Account
from rj.audit.services import Actor
from rj.compartments.services import limit_case
from rj.conferences.models import Meeting
from rj.conferences.services import hold_meeting, move_meeting, open_stages, pin_meeting
from rj.conferences.staffing import NOT_NAMED, TAKES_THEIR_PART
from rj.db.database import Database
from rj.facilitators.models import Facilitator
from rj.kernel.errors import Invalid
from rj.orders.models import Order
from rj.policy.terms import Role, Stage
from rj.scheduling.alternatives import alternatives, move
from rj.scheduling.models import ProposedMeeting
from rj.scheduling.publishing import Publication, publish
from rj.scheduling.wishes import pin_step
from tests.builders import AREA, NOW, a_facilitator, a_venue_with_rooms, an_order
from tests.scheduling_builders import (
    RecordingTell,
    a_county,
    a_held_meeting,
    a_solved_run,
    a_step,
)
from tests.web_client import TestPerson, a_person

MONDAY = date(2026, 3, 16)
WHYS = {"limit": NOT_NAMED, "both parts": TAKES_THEIR_PART}


def keep_out(session: Session, order: Order, who: Facilitator, why: str, actor: Actor) -> None:
    """Have a case keep somebody out: by a limit that names all others, or as liaison officer."""
    assert actor.account_id is not None
    assert who.account_id is not None
    if why == "limit":
        others = session.exec(select(Account.id).where(Account.id != who.account_id)).all()
        limit_case(session, order.id, others, actor=actor, now=NOW, tell=RecordingTell())
    else:
        session.get_one(Order, order.id).liaison_account_id = who.account_id
    session.flush()


def facilitators_accounts(database: Database, number: int) -> list[TestPerson]:
    return [
        a_person(database, Role.FACILITATOR, area_id=AREA, email=f"fay{each}@service.test")
        for each in range(number)
    ]


@pytest.mark.parametrize("why", WHYS)
def test_nobody_whom_a_case_keeps_out_is_chosen_for_it_by_hand(database: Database, why: str):
    kept_out, other = facilitators_accounts(database, 2)
    actor = Actor(a_person(database, Role.COORDINATOR, area_id=AREA).account_id, Role.COORDINATOR)
    with database.writing() as session:
        barred = a_facilitator(session, account_id=kept_out.account_id)
        free = a_facilitator(session, account_id=other.account_id)
        _, [room] = a_venue_with_rooms(session)
        order = an_order(session)
        held = a_held_meeting(
            session, order, Stage.ASSESSMENT, on=MONDAY, lead=free, room=room, actor=actor
        )
        theirs = a_held_meeting(
            session,
            order,
            Stage.PREPARATION,
            on=MONDAY + timedelta(days=8),
            lead=barred,
            room=room,
            actor=actor,
        )
        keep_out(session, order, barred, why, actor)
        step = a_step(session, order, Stage.CONTACT)
        when, where = held.starts_at, {"room_id": room.id, "now": NOW, "actor": actor}
        asked = {"based_on": held.version, "starts_at": when, "reason": "she is nearer"}

        def refused(act, *args, **kwargs) -> None:
            with pytest.raises(Invalid) as refusal, session.begin_nested():
                act(session, *args, **kwargs)
            assert any(WHYS[why] in each.message for each in refusal.value.problems)

        for door in (move, move_meeting):
            told = RecordingTell()
            alone = {"lead_id": barred.id, "second_id": None}
            beside = {"lead_id": free.id, "second_id": barred.id}
            for pair in (alone, beside):
                refused(door, held.id, **asked, **pair, **where, tell=told)
        call = {"second_id": None, "room_id": None, "now": NOW, "actor": actor}
        at = when - timedelta(days=4)
        refused(hold_meeting, step.id, starts_at=at, lead_id=barred.id, reason="asked", **call)
        refused(pin_step, step.id, starts_at=at, lead_id=barred.id, **call)
        refused(
            pin_meeting, theirs.id, is_pinned=True, based_on=theirs.version, actor=actor, now=NOW
        )
        offered = alternatives(session, held.id, now=NOW, limit=40)
        assert {each.lead_id for each in offered} == {free.id}
        hold_meeting(session, step.id, starts_at=at, lead_id=free.id, reason="asked", **call)
        told = RecordingTell()
        open_stages(session, order.id, actor=actor, now=NOW, tell=told)
        assert theirs.id not in told.meetings


@pytest.mark.parametrize("why", WHYS)
def test_planning_and_publishing_leave_out_whom_a_case_keeps_out(database: Database, why: str):
    people = facilitators_accounts(database, 3)
    with database.writing() as session:
        county = a_county(session, orders=1)
        order = county.orders[0]
        for person, facilitator in zip(people, county.facilitators, strict=True):
            session.get_one(Facilitator, facilitator.id).account_id = person.account_id
    run_id = a_solved_run(database, county.actor)

    def leads() -> set[UUID]:
        with database.reading() as session:
            return {
                who
                for each in session.exec(select(Meeting))
                for who in (each.lead_id, each.second_id)
                if who is not None
            }

    def published(run: UUID) -> Publication:
        with database.writing() as session:
            return publish(
                session, run, [order.id], actor=county.actor, now=NOW, tell=RecordingTell()
            )

    with database.writing() as session:
        chosen = session.exec(select(ProposedMeeting.lead_id)).first()
        keep_out(session, order, session.get_one(Facilitator, chosen), why, county.actor)
    found = published(run_id)
    assert not found.published
    assert WHYS[why] in dict(found.stale)[order.id]
    again = a_solved_run(database, county.actor)
    assert published(again).published == (order.id,)
    assert leads()
    assert chosen not in leads()
