"""Pausing and extending a clock: with a reason, kept for good, and the plan follows."""

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from rj.audit.models import AuditEntry
from rj.clocks.reading import case_clocks
from rj.db.database import Database
from rj.kernel.errors import Conflict, Invalid
from rj.orders.clock_changes import extend_clock, pause_clock, resume_clock, take_back
from rj.orders.clocks import clock_changes, history_version
from rj.orders.models import ClockChange, Order, PlanStep
from rj.orders.queries import live_plan, steps_of
from rj.orders.services import record_contact_attempt
from rj.policy.clocks import ClockState
from rj.policy.terms import ClockKind, ContactOutcome
from tests.builders import NOW, an_actor, an_order

SENTENCED = date(2026, 3, 2)
CONTACT, ASSESSMENT = ClockKind.FIRST_CONTACT, ClockKind.ASSESSMENT


@pytest.fixture
def order_id(database: Database) -> UUID:
    with database.writing() as session:
        return an_order(session, sentenced_on=SENTENCED).id


def steps(session: Session, order_id: UUID) -> list[PlanStep]:
    plan = live_plan(session, order_id)
    assert plan is not None
    return steps_of(session, plan.id)


def version(session: Session, order_id: UUID) -> int:
    return history_version(clock_changes(session, order_id))


def pause(session, order_id, first_day, last_day=None, clock=CONTACT, **changed) -> ClockChange:
    facts = {
        "first_day": first_day,
        "last_day": last_day,
        "reason": "in custody on another matter",
        "based_on": version(session, order_id),
        "actor": an_actor(session),
        "now": NOW,
    }
    return pause_clock(session, order_id, clock, **{**facts, **changed})


def test_the_promise_and_every_aim_after_it_follow_a_pause_and_its_taking_back(database, order_id):
    with database.writing() as session:
        before = [(step.due_on, step.target_on) for step in steps(session, order_id)]
        change = pause(session, order_id, date(2026, 3, 4), date(2026, 3, 8))
        contact, assessment, *_ = steps(session, order_id)
        assert contact.due_on == contact.target_on == date(2026, 3, 22)
        assert assessment.target_on == date(2026, 4, 21)
        take_back(
            session,
            change.id,
            reason="it was another person",
            based_on=version(session, order_id),
            actor=an_actor(session),
            now=NOW,
        )
        assert [(step.due_on, step.target_on) for step in steps(session, order_id)] == before
        [kept] = clock_changes(session, order_id)
        assert kept.taken_back_reason == "it was another person"
        said = session.exec(select(AuditEntry.action).order_by(AuditEntry.at)).all()
        assert {"pause clock", "take back clock change"} <= set(said)


def test_while_a_pause_goes_on_nothing_is_promised_and_its_end_promises_anew(database, order_id):
    with database.writing() as session:
        change = pause(session, order_id, date(2026, 3, 4))
        assert steps(session, order_id)[0].due_on is None
        [clock, *_] = case_clocks(session, session.get_one(Order, order_id), NOW.date())
        assert clock.standing.state is ClockState.PAUSED
        resume_clock(
            session,
            change.id,
            last_day=date(2026, 3, 8),
            based_on=version(session, order_id),
            actor=an_actor(session),
            now=NOW,
        )
        assert steps(session, order_id)[0].due_on == date(2026, 3, 22)


def test_an_extension_of_one_stage_lengthens_only_that_stage(database, order_id):
    with database.writing() as session:
        extend_clock(
            session,
            order_id,
            ASSESSMENT,
            days=5,
            reason="the interpreter is away, agreed with the officer",
            based_on=1,
            actor=an_actor(session),
            now=NOW,
        )
        contact, assessment, *_ = steps(session, order_id)
    assert contact.due_on == date(2026, 3, 17)
    assert assessment.target_on == date(2026, 4, 23)  # 25 working days, over Easter


@pytest.mark.parametrize(
    ("first_day", "last_day", "clock", "reason"),
    [
        (date(2026, 3, 1), None, CONTACT, "before the sentence"),
        (date(2026, 3, 9), date(2026, 3, 8), CONTACT, "ends before it begins"),
        (date(2026, 3, 9), None, CONTACT, "  "),
        (date(2026, 3, 9), None, ClockKind.RISK_ASSESSMENT, "guards safety"),
    ],
)
def test_what_makes_no_sense_or_guards_safety_is_refused(
    database, order_id, first_day, last_day, clock, reason
):
    with database.writing() as session, pytest.raises(Invalid):
        pause(session, order_id, first_day, last_day, clock, reason=reason)


def test_the_same_day_is_paused_once(database, order_id):
    with database.writing() as session:
        pause(session, order_id, date(2026, 3, 4), date(2026, 3, 8))
        for first_day, last_day in (
            (date(2026, 3, 8), None),
            (date(2026, 3, 2), date(2026, 3, 4)),
            (date(2026, 3, 5), date(2026, 3, 6)),
        ):
            with pytest.raises(Invalid):
                pause(session, order_id, first_day, last_day)
        pause(session, order_id, date(2026, 3, 9))  # the day after is free


def test_p1_who_did_not_see_another_change_of_the_clocks_looks_again(database, order_id):
    with database.writing() as session:
        seen = version(session, order_id)
        pause(session, order_id, date(2026, 3, 4), date(2026, 3, 5))
        with pytest.raises(Conflict):
            pause(session, order_id, date(2026, 3, 9), based_on=seen)


def test_a_clock_that_has_stopped_is_changed_no_more(database, order_id):
    with database.writing() as session:
        record_contact_attempt(
            session,
            order_id,
            outcome=ContactOutcome.REACHED,
            attempted_at=NOW,
            actor=an_actor(session),
            now=NOW,
        )
        with pytest.raises(Conflict):
            pause(session, order_id, date(2026, 3, 4))


def test_the_database_holds_one_running_pause_for_each_clock(database, order_id):
    with pytest.raises(IntegrityError), database.writing() as session:
        account_id = an_actor(session).account_id
        session.add_all(
            ClockChange(
                order_id=order_id,
                clock=CONTACT,
                first_day=date(2026, 3, day),
                reason="twice",
                recorded_by=account_id,
                recorded_at=NOW,
            )
            for day in (4, 5)
        )
