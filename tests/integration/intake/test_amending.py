"""Facts of an order are changed with a reason, a history, and all that follows from them."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, select

from rj.audit.models import AuditEntry
from rj.audit.services import Actor
from rj.conferences.models import Meeting, MeetingState, SlotClaim
from rj.conferences.queries import get_meeting
from rj.conferences.services import open_stages
from rj.db.database import Database
from rj.intake.amending import AMENDABLE, Amended, Grounds, amend, texts_of_order
from rj.kernel.errors import Conflict, Invalid
from rj.orders.history import changes_of
from rj.orders.models import Order, PlanStep
from rj.orders.queries import get_order, get_requirement, live_plan, steps_of
from rj.orders.services import record_contact_attempt
from rj.policy.terms import ChangeGround, ContactOutcome, RiskLevel, Skill, Stage
from rj.venues.models import Venue
from tests.builders import (
    AREA,
    NOW,
    SEAL,
    a_facilitator,
    a_venue_with_rooms,
    an_actor,
    an_offence,
    an_officer,
    an_order,
)
from tests.scheduling_builders import RecordingTell, a_held_meeting

ASSESSED_ON = date(2026, 3, 16)


def change(
    session: Session,
    order: Order,
    fact: str,
    said: dict[str, str],
    *,
    ground: ChangeGround = ChangeGround.CORRECTION,
    reason: str = "the court's copy says so",
    since: date | None = None,
    tell: RecordingTell | None = None,
    **others: Any,
) -> Amended:
    return amend(
        session,
        order.id,
        fact,
        said,
        Grounds(ground, reason, since),
        based_on=others.pop("based_on", order.version),
        seal=SEAL,
        actor=others.pop("actor", None) or an_actor(session),
        now=NOW,
        tell=tell or RecordingTell(),
    )


def problems_of(session: Session, order: Order, fact: str, said: dict[str, str]) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        change(session, order, fact, said)
    return {problem.field: problem.message for problem in refused.value.problems}


def a_told_assessment(session: Session, order: Order, tell: RecordingTell) -> UUID:
    actor = an_actor(session)
    _, [room] = a_venue_with_rooms(session)
    meeting = a_held_meeting(
        session,
        order,
        Stage.ASSESSMENT,
        on=ASSESSED_ON,
        lead=a_facilitator(session),
        room=room,
        actor=actor,
    )
    open_stages(session, order.id, actor=actor, now=NOW, tell=tell)
    return meeting.id


def step_of(session: Session, order: Order, stage: Stage) -> PlanStep:
    plan = live_plan(session, order.id)
    assert plan is not None
    return next(step for step in steps_of(session, plan.id) if step.stage is stage)


def test_a_change_keeps_what_was_what_became_who_when_and_why(database: Database) -> None:
    with database.writing() as session:
        order, actor = an_order(session), an_actor(session)
        version = order.version
        change(
            session,
            order,
            "risk",
            {"risk": "high"},
            ground=ChangeGround.CIRCUMSTANCES,
            since=date(2026, 3, 5),
            actor=actor,
        )
        assert order.risk is RiskLevel.HIGH
        assert order.version > version
        [kept] = changes_of(session, order.id)
        assert (kept.fact, kept.value_before, kept.value_after) == ("risk", "medium", "high")
        assert (kept.reason, kept.changed_by) == ("the court's copy says so", actor.account_id)
        assert (kept.changed_at, kept.effective_on) == (NOW, date(2026, 3, 5))
        noted = session.exec(select(AuditEntry).where(AuditEntry.action == "vary order")).one()
        assert (noted.fields, noted.order_id) == (["risk"], order.id)


CHANGED: tuple[tuple[str, dict[str, str]], ...] = (
    ("reference", {"reference": "nm/2026/new"}),
    ("crn", {"crn": "Y654321"}),
    ("person", {"name": "Robin Hill", "date_of_birth": "1988-05-02"}),
    ("kind", {"order_type": "suspended_sentence_order", "requirement": "rar", "days": "30"}),
    ("sentence", {"sentenced_on": "2026-03-01", "court": "MOORMC"}),
    ("end", {"ends_on": "2027-06-01"}),
    ("requirement-dates", {"starts_on": "2026-03-04", "requirement_ends_on": "2026-12-01"}),
    ("received", {"received_on": "2026-03-05"}),
    ("offences", {"offences": "8/6 9/1"}),
    ("plea", {"plea": "not_known"}),
    ("risk", {"risk": "low"}),
    ("officer", {"officer": "RO9", "officer_name": "Ann", "officer_email": "a@officers.test"}),
    ("language", {"language": "cy"}),
    ("needs", {"sensitive_complex": "yes", "skills": "sexual"}),
    ("sentence-plan", {"in_sentence_plan": "no"}),
    ("venues", {"venues": "HALL"}),
)


def test_every_fact_can_be_changed_and_reads_back_as_it_was_said(database: Database) -> None:
    assert [fact for fact, _ in CHANGED] == list(AMENDABLE)
    with database.writing() as session:
        order = an_order(session)
        an_offence(session, "009/01")
        venue, _ = a_venue_with_rooms(session)
        session.get_one(Venue, venue.id).code = "HALL"
        session.flush()
        changed = set()
        for fact, said in CHANGED:
            changed |= set(change(session, order, fact, said).changes)
        texts = texts_of_order(session, order)
        assert texts["reference"] == "NM/2026/NEW"
        assert (texts["name"], texts["date_of_birth"]) == ("Robin Hill", "1988-05-02")
        assert texts["offences"] == "008/06 009/01"
        assert (texts["officer"], texts["venues"]) == ("RO9", "HALL")
        assert texts["skills"] == "sensitive sexual"
        assert {change.fact for change in changes_of(session, order.id)} == changed
        assert {"name", "days", "sentenced_on", "ends_on", "in_sentence_plan"} <= changed


def test_a_change_is_judged_by_the_rules_of_recording(database: Database) -> None:
    with database.writing() as session:
        order, other = an_order(session), an_order(session)
        assert "reference" in problems_of(
            session, order, "reference", {"reference": other.reference}
        )
        assert "ends_on" in problems_of(session, order, "end", {"ends_on": "2026-03-01"})
        assert "requirement" in problems_of(
            session, order, "kind", {"order_type": "community_order", "requirement": "deferment_rj"}
        )
        assert "officer" in problems_of(session, order, "officer", {"officer": "NOBODY"})
        assert problems_of(session, order, "risk", {"risk": "medium"}) == {
            "risk": "This is what is recorded already"
        }
        with pytest.raises(Invalid, match="Say why"):
            change(session, order, "risk", {"risk": "low"}, reason=" ")
        assert changes_of(session, order.id) == []


def test_whoever_looked_at_an_older_state_is_told_so(database: Database) -> None:
    with database.writing() as session:
        order = an_order(session)
        seen = order.version
        change(session, order, "kind", _kind(days="9"))  # nothing of the order's own row
        with pytest.raises(Conflict, match="changed since"):
            change(session, order, "risk", {"risk": "low"}, based_on=seen)


def _kind(**changes: str) -> dict[str, str]:
    return {"order_type": "community_order", "requirement": "rar", "days": "20"} | changes


def test_another_day_of_sentence_moves_the_clocks_and_keeps_promises(database: Database) -> None:
    with database.writing() as session:
        order = an_order(session)
        step_of(session, order, Stage.REPARATION).due_on = date(2026, 6, 1)
        contact = step_of(session, order, Stage.CONTACT)
        due, opens = contact.due_on, step_of(session, order, Stage.ASSESSMENT).window_opens_on
        assert due is not None
        earlier = order.sentenced_on - timedelta(days=3)
        change(session, order, "sentence", {"sentenced_on": str(earlier), "court": "MOORMC"})
        assert contact.due_on == due - timedelta(days=3)
        assert step_of(session, order, Stage.ASSESSMENT).window_opens_on == opens - timedelta(
            days=3
        )
        assert step_of(session, order, Stage.REPARATION).due_on == date(2026, 6, 1)
        assert get_requirement(session, order.id).starts_on == earlier


def test_a_sentence_never_comes_after_what_carried_it_out(database: Database) -> None:
    with database.writing() as session:
        order, actor = an_order(session), an_actor(session)
        record_contact_attempt(
            session,
            order.id,
            outcome=ContactOutcome.REACHED,
            attempted_at=NOW - timedelta(days=6),
            actor=actor,
            now=NOW,
        )
        found = problems_of(
            session, order, "sentence", {"sentenced_on": "2026-03-04", "court": "MOORMC"}
        )
        assert "3 March 2026" in found["sentenced_on"]


def test_an_extension_moves_the_requirement_with_the_order(database: Database) -> None:
    with database.writing() as session:
        order = an_order(session)
        change(session, order, "end", {"ends_on": "2027-09-01"}, ground=ChangeGround.VARIED)
        assert get_requirement(session, order.id).ends_on == date(2027, 9, 1)
        change(
            session,
            order,
            "requirement-dates",
            {"starts_on": "", "requirement_ends_on": "2027-01-04"},
        )
        change(session, order, "end", {"ends_on": "2027-10-01"}, ground=ChangeGround.VARIED)
        assert get_requirement(session, order.id).ends_on == date(2027, 1, 4)


def test_meetings_after_a_nearer_end_are_called_off_and_told(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        order = an_order(session)
        meeting_id = a_told_assessment(session, order, tell)
        tell.told.clear()
        done = change(session, order, "end", {"ends_on": "2026-03-14"}, tell=tell)
        assert done.called_off == (meeting_id,)
        assert tell.meetings == [meeting_id]
        assert get_meeting(session, meeting_id).state is MeetingState.CANCELLED
        assert session.exec(select(SlotClaim).where(SlotClaim.meeting_id == meeting_id)).all() == []


def test_what_a_change_has_nothing_to_do_with_stands(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        order = an_order(session)
        meeting_id = a_told_assessment(session, order, tell)
        tell.told.clear()
        assert change(session, order, "risk", {"risk": "high"}, tell=tell).called_off == ()
        assert change(session, order, "end", {"ends_on": "2026-12-14"}, tell=tell).called_off == ()
        assert tell.told == []
        assert get_meeting(session, meeting_id).state is MeetingState.TOLD


def test_a_meeting_whose_lead_lacks_what_the_case_now_needs_is_called_off(
    database: Database,
) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        order = an_order(session)
        meeting_id = a_told_assessment(session, order, tell)
        needs = {"sensitive_complex": "yes", "skills": Skill.SEXUAL.value}
        done = change(session, order, "needs", needs, tell=tell)
        assert done.called_off == (meeting_id,)
        assert done.warnings == ("The case stops at its assessment until a manager signs it off",)


def test_a_new_officer_takes_the_old_ones_place_in_coming_meetings(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        order, new = an_order(session), an_officer(session, "RO7")
        old = order.responsible_officer_id
        meeting_id = a_told_assessment(session, order, tell)
        step = step_of(session, order, Stage.ASSESSMENT)
        step.attends = sorted({*step.attends, "responsible_officer"})
        session.flush()
        tell.told.clear()
        change(session, order, "officer", {"officer": "RO7"}, tell=tell)
        taken = {
            claim.resource_id
            for claim in session.exec(select(SlotClaim).where(SlotClaim.meeting_id == meeting_id))
        }
        assert new.id in taken
        assert old not in taken
        assert tell.meetings == [meeting_id]
        assert session.get_one(Meeting, meeting_id).state is MeetingState.TOLD


def test_a_closed_order_is_changed_no_more(database: Database) -> None:
    with database.writing() as session:
        order, actor = an_order(session), Actor()
        get_order(session, order.id).closed_at = NOW
        session.flush()
        with pytest.raises(Conflict, match="closed"):
            change(session, order, "risk", {"risk": "low"}, actor=actor)
        assert order.area_id == AREA


def test_r4_a_deferment_is_not_extended_past_its_hard_end(database: Database) -> None:
    with database.writing() as session:
        order = an_order(session, ends_on=date(2026, 8, 1))
        change(
            session,
            order,
            "kind",
            {"order_type": "deferred_sentence", "requirement": "deferment_rj", "days": ""},
        )
        change(session, order, "end", {"ends_on": "2026-09-02"}, ground=ChangeGround.VARIED)
        refused = problems_of(session, order, "end", {"ends_on": "2026-09-03"})
        assert "at most 6 months, until 2 September 2026" in refused["ends_on"]
        assert get_requirement(session, order.id).ends_on == date(2026, 9, 2)
