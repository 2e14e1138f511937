"""One human being in several orders is at one place at a time, and nothing else is shared."""

from datetime import date, time
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from rj.audit.services import Actor
from rj.conferences.models import SlotClaim
from rj.db.database import Database
from rj.intake.amending import Grounds, amend
from rj.intake.same_person import link_co_defendants, share_diaries, unlink
from rj.kernel.errors import Conflict, Invalid
from rj.kernel.london import at_london
from rj.orders.models import Order
from rj.orders.queries import linked_order_ids
from rj.parties.models import Party, PartyAway
from rj.parties.queries import parties_of
from rj.policy.terms import ChangeGround, Side, Stage
from rj.rights.erasing import erase_person
from rj.scheduling.freezing import freeze
from rj.scheduling.planner.plan import Meeting as PlannedMeeting
from rj.scheduling.planner.plan import Plan as PlannedPlan
from rj.scheduling.planner.rules import breaches
from rj.venues.models import Room
from tests.builders import (
    AREA,
    NOW,
    SEAL,
    a_facilitator,
    a_venue_with_rooms,
    an_actor,
    an_order,
)
from tests.scheduling_builders import RecordingTell, a_held_meeting, a_step
from tests.web_client import nobody_tells

ON = date(2026, 3, 16)


def person_of(session: Session, order: Order, side: Side = Side.HARMER) -> Party:
    return next(each for each in parties_of(session, order.id) if each.side is side)


def rooms_of(session: Session) -> tuple[Room, Room]:
    _, [one, other] = a_venue_with_rooms(session, rooms=2)
    return one, other


def two_orders_of_one(session: Session) -> tuple[Order, Order, Actor]:
    first, second = an_order(session), an_order(session)
    second.crn = first.crn
    session.flush()
    share_diaries(session, [first.crn])
    return first, second, an_actor(session)


def hold(session: Session, order: Order, room: Room, actor: Actor, stage: Stage) -> UUID:
    return a_held_meeting(
        session, order, stage, on=ON, lead=a_facilitator(session), room=room, actor=actor
    ).id


def test_a_second_order_of_a_person_shares_their_diary(database: Database) -> None:
    with database.writing() as session:
        first, second, actor = two_orders_of_one(session)
        one, other = rooms_of(session)
        hold(session, first, one, actor, Stage.ASSESSMENT)
        with pytest.raises(Conflict, match="Somebody who must attend is already taken"):
            hold(session, second, other, actor, Stage.ASSESSMENT)


def test_the_planner_knows_both_as_one_person_wherever_the_other_is_booked(
    database: Database,
) -> None:
    with database.writing() as session:
        first, second, actor = two_orders_of_one(session)
        rooms_of(session)
        leads = [a_facilitator(session), a_facilitator(session)]
        session.add(PartyAway(party_id=person_of(session, first).id, first_day=ON, last_day=ON))
        session.flush()
        frozen = freeze(session, AREA, now=NOW)
        people = [person for person in frozen.problem.people if person.role == "offender"]
        assert len(people) == 1
        assert [stay.first for stay in people[0].away] == [ON]
        tasks = [
            task.id
            for case in frozen.problem.cases
            for task in case.tasks
            if task.stage.value == Stage.CONTACT.value
        ]
        assert len(tasks) == 2
        at = at_london(date(2026, 3, 12), time(10))
        names = [frozen.names.of("F", lead.id) for lead in leads]
        both = PlannedPlan(
            "both",
            tuple(
                PlannedMeeting(task=task, start=at, lead=name, second=None, room=None)
                for task, name in zip(tasks, names, strict=True)
            ),
        )
        assert "H15" in {breach.rule for breach in breaches(frozen.problem, both)}
        assert second.area_id == first.area_id
        assert actor.account_id is not None


def test_what_one_order_knows_of_a_persons_hours_counts_in_the_other(database: Database) -> None:
    with database.writing() as session:
        first, second, actor = two_orders_of_one(session)
        person_of(session, first).hours = [["mon", "13:00", "17:00"]]
        one, _ = rooms_of(session)
        with pytest.raises(Invalid, match="person on probation"):
            hold(session, second, one, actor, Stage.ASSESSMENT)


def test_a_corrected_crn_parts_who_was_taken_for_one(database: Database) -> None:
    with database.writing() as session:
        first, second, actor = two_orders_of_one(session)
        one, other = rooms_of(session)
        hold(session, first, one, actor, Stage.ASSESSMENT)
        amend(
            session,
            first.id,
            "crn",
            {"crn": "Z999999"},
            Grounds(ChangeGround.CORRECTION, "a slip"),
            based_on=first.version,
            seal=SEAL,
            actor=actor,
            now=NOW,
            tell=RecordingTell(),
        )
        hold(session, second, other, actor, Stage.ASSESSMENT)
        assert person_of(session, first).diary != person_of(session, second).diary


def test_co_defendants_orders_share_the_harmed_persons_diary_and_no_consent(
    database: Database,
) -> None:
    with database.writing() as session:
        actor = an_actor(session)
        first, second = an_order(session, with_harmed=True), an_order(session, with_harmed=True)
        mine, theirs = (person_of(session, each, Side.HARMED) for each in (first, second))
        for order in (first, second):
            step = a_step(session, order, Stage.ASSESSMENT)
            step.attends = ["harmed"]
        session.flush()
        one, other = rooms_of(session)
        hold(session, first, one, actor, Stage.ASSESSMENT)
        link_co_defendants(session, second.id, first.id, {theirs.id: mine.id}, actor=actor, now=NOW)
        assert linked_order_ids(session, first.id) == [second.id]
        assert linked_order_ids(session, second.id) == [first.id]
        claimed = set(session.exec(select(SlotClaim.resource_id)))
        assert mine.diary in claimed
        assert mine.id not in claimed
        with pytest.raises(Conflict, match="already taken"):
            hold(session, second, other, actor, Stage.ASSESSMENT)
        assert (mine.id, mine.order_id) != (theirs.id, theirs.order_id)
        unlink(session, first.id, second.id, actor=actor, now=NOW)
        hold(session, second, other, actor, Stage.ASSESSMENT)
        assert linked_order_ids(session, first.id) == []


def test_a_link_that_would_expect_somebody_twice_at_once_is_refused(database: Database) -> None:
    with database.writing() as session:
        actor = an_actor(session)
        first, second = an_order(session, with_harmed=True), an_order(session, with_harmed=True)
        mine, theirs = (person_of(session, each, Side.HARMED) for each in (first, second))
        for order, room in zip((first, second), rooms_of(session), strict=True):
            a_step(session, order, Stage.ASSESSMENT).attends = ["harmed"]
            session.flush()
            hold(session, order, room, actor, Stage.ASSESSMENT)
        ids, pair = (first.id, second.id), {mine.id: theirs.id}
    with pytest.raises(Conflict, match="already taken"), database.writing() as session:
        link_co_defendants(session, *ids, pair, actor=actor, now=NOW)
    with database.reading() as session:
        assert linked_order_ids(session, ids[0]) == []
        assert session.exec(select(Party).where(col(Party.diary_id).is_not(None))).all() == []


def test_a_link_names_who_is_harmed_in_both_and_joins_two_people_on_probation(
    database: Database,
) -> None:
    with database.writing() as session:
        actor = an_actor(session)
        first, second = an_order(session, with_harmed=True), an_order(session, with_harmed=True)
        mine, harmer = person_of(session, first, Side.HARMED), person_of(session, second)
        for pairs in ({}, {mine.id: harmer.id}):
            with pytest.raises(Invalid, match="same person"):
                link_co_defendants(session, first.id, second.id, pairs, actor=actor, now=NOW)
        second.crn = first.crn
        with pytest.raises(Invalid, match="one person"):
            link_co_defendants(session, first.id, second.id, {}, actor=actor, now=NOW)


def test_an_erased_person_is_known_again_in_no_other_order(database: Database) -> None:
    with database.writing() as session:
        first, second, actor = two_orders_of_one(session)
        gone = person_of(session, first)
        first.closed_at = NOW
        session.flush()
        erase_person(session, gone, seal=SEAL, actor=actor, now=NOW, tell=nobody_tells)
        assert gone.diary_id is None
        assert person_of(session, second).diary_id not in {None, gone.id}
