"""Attendance and completion for the responsible officer: facts, and nothing besides."""

from datetime import date, timedelta
from email import message_from_bytes, policy
from uuid import UUID

import pytest
from sqlmodel import Session

from rj.calendars.hand_over import HandOverMessages, send_hand_over
from rj.conferences.hand_over import Appointment, hand_over
from rj.conferences.models import Meeting, MeetingState
from rj.conferences.services import cancel, cancel_meeting, keep_version
from rj.db.database import Database
from rj.kernel.errors import Conflict
from rj.orders.models import Order, ResponsibleOfficer, StepState
from rj.orders.queries import live_plan, steps_of
from rj.outbox.handling import Ready, Stopped
from rj.parties.models import Party
from rj.parties.queries import parties_of
from rj.policy.terms import AskedBy, Language, Route, Side, Stage
from rj.policy.terms import AttendanceOutcome as Outcome
from rj.settings import MailSettings
from tests.builders import NOW, SEAL, a_facilitator, an_actor, an_officer, an_order
from tests.giveaways import GIVEAWAYS
from tests.privacy import Finder
from tests.web_client import nobody_tells
from tests.who_may_see import strings_of_cases, strings_of_people

DAY = timedelta(days=1)
MAIL = MailSettings(host="mail.service.test")
HANDLER = HandOverMessages(MAIL)


def a_told_meeting(session: Session, order: Order, stage: Stage, days_ago: int) -> Meeting:
    """A meeting whose people were told of it, as each version keeps it."""
    plan = live_plan(session, order.id)
    assert plan is not None
    step = next(each for each in steps_of(session, plan.id) if each.stage is stage)
    starts_at = NOW - days_ago * DAY
    meeting = Meeting(
        code=f"M-{stage.value[:6]}-{days_ago}",
        order_id=order.id,
        step_id=step.id,
        state=MeetingState.TOLD,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        lead_id=a_facilitator(session).id,
        told_at=starts_at - 9 * DAY,
    )
    session.add(meeting)
    keep_version(session, meeting, reason="told", actor=an_actor(session), now=NOW)
    return meeting


def became(session: Session, meeting: Meeting, outcome: Outcome) -> None:
    meeting.outcome = outcome
    meeting.state = MeetingState.OCCURRED if outcome.took_place else MeetingState.CANCELLED
    keep_version(session, meeting, reason=outcome.value, actor=an_actor(session), now=NOW)


@pytest.fixture
def order_id(database: Database) -> UUID:
    with database.writing() as session:
        return an_order(session, sentenced_on=date(2026, 1, 5), with_harmed=True).id


def facts(session: Session, order_id: UUID) -> tuple[Appointment, ...]:
    return hand_over(session, session.get_one(Order, order_id)).appointments


def test_r47_what_was_called_off_or_moved_is_the_services_whoever_asked_for_it(database, order_id):
    with database.writing() as session:
        order = session.get_one(Order, order_id)
        third = a_told_meeting(session, order, Stage.REPARATION, 2)
        first_time = third.starts_at
        third.starts_at -= DAY
        keep_version(session, third, reason="she is ill", actor=an_actor(session), now=NOW)
        moved_to = third.starts_at
        cancel(
            session,
            third,
            reason="the harmed person withdrew",
            actor=an_actor(session),
            now=NOW,
            tell=nobody_tells,
        )
        assert facts(session, order_id) == (
            Appointment(Stage.REPARATION, moved_to, Outcome.RESCHEDULED_SERVICE),
            Appointment(Stage.REPARATION, first_time, Outcome.RESCHEDULED_SERVICE),
        )


@pytest.mark.parametrize(
    ("asked_by", "outcome"),
    [
        (AskedBy.SERVICE, Outcome.RESCHEDULED_SERVICE),
        (AskedBy.HARMED_SIDE, Outcome.RESCHEDULED_SERVICE),
        (AskedBy.HARMER_SIDE, Outcome.RESCHEDULED_OFFENDER),
    ],
)
def test_r47_only_the_persons_own_request_is_handed_over(database, order_id, asked_by, outcome):
    with database.writing() as session:
        meeting = a_told_meeting(session, session.get_one(Order, order_id), Stage.REVIEW, -3)
        cancel_meeting(
            session,
            meeting.id,
            based_on=meeting.version,
            reason="ill",
            asked_by=asked_by,
            actor=an_actor(session),
            now=NOW,
            tell=nobody_tells,
        )
        [appointment] = facts(session, order_id)
        assert appointment.outcome is outcome


@pytest.mark.parametrize(
    ("asked_by", "outcome"),
    [
        (AskedBy.SERVICE, Outcome.RESCHEDULED_SERVICE),
        (AskedBy.HARMED_SIDE, Outcome.RESCHEDULED_SERVICE),
        (AskedBy.HARMER_SIDE, Outcome.RESCHEDULED_OFFENDER),
    ],
)
def test_r47_a_moved_appointment_says_whether_the_person_asked_for_it(
    database, order_id, asked_by, outcome
):
    with database.writing() as session:
        meeting = a_told_meeting(session, session.get_one(Order, order_id), Stage.ASSESSMENT, -3)
        before = meeting.starts_at
        meeting.starts_at, meeting.ends_at = before + DAY, meeting.ends_at + DAY
        keep_version(
            session, meeting, reason="moved", asked_by=asked_by, actor=an_actor(session), now=NOW
        )
        assert facts(session, order_id) == (
            Appointment(Stage.ASSESSMENT, before, outcome),
            Appointment(Stage.ASSESSMENT, before + DAY, None),
        )


def test_r45_an_outcome_is_handed_over_as_it_was_recorded_and_days_attended_are_counted(
    database, order_id
):
    recorded = (
        (Stage.ASSESSMENT, 20, Outcome.FAILED_TO_ATTEND),
        (Stage.ASSESSMENT, 15, Outcome.ATTENDED_COMPLIED),
        (Stage.PREPARATION, 10, Outcome.RESCHEDULED_OFFENDER),
        (Stage.PREPARATION, 9, Outcome.ATTENDED_NOT_DELIVERED),
    )
    with database.writing() as session:
        order = session.get_one(Order, order_id)
        for stage, days_ago, outcome in recorded:
            became(session, a_told_meeting(session, order, stage, days_ago), outcome)
        a_told_meeting(session, order, Stage.PREPARATION, -3)
        found = hand_over(session, order)
        outcomes = [each.outcome for each in found.appointments]
    assert outcomes == [*(outcome for _, _, outcome in recorded), None]
    assert found.days_attended == 2


def test_a_hold_that_nobody_was_told_of_is_nobodys_appointment(database, order_id):
    with database.writing() as session:
        meeting = a_told_meeting(session, session.get_one(Order, order_id), Stage.ASSESSMENT, 5)
        meeting.told_at = None
        session.flush()
        assert facts(session, order_id) == ()


def test_the_plan_is_complete_when_every_step_is_done_also_once_the_order_is_closed(
    database, order_id
):
    with database.writing() as session:
        order = session.get_one(Order, order_id)
        plan = live_plan(session, order_id)
        assert plan is not None
        steps = steps_of(session, plan.id)
        for number, step in enumerate(steps):
            assert not hand_over(session, order).is_complete
            step.state, step.done_on = StepState.DONE, NOW.date() - (9 - number) * DAY
            session.flush()
        plan.state = type(plan.state).CLOSED
        session.flush()
        assert hand_over(session, order).is_complete


@pytest.mark.parametrize("language", Language)
def test_the_mail_says_attendance_under_a_neutral_reference_and_names_nobody(
    database, order_id, language
):
    with database.writing() as session:
        order = session.get_one(Order, order_id)
        for stage, days_ago in zip(tuple(Stage)[1:], (9, 8, 7, 6), strict=True):
            became(
                session, a_told_meeting(session, order, stage, days_ago), Outcome.ATTENDED_COMPLIED
            )
        officer = session.get_one(ResponsibleOfficer, order.responsible_officer_id)
        officer.language = language
        live_plan(session, order_id).route = Route.DIRECT
        message = send_hand_over(session, order_id, mail=MAIL, actor=an_actor(session), now=NOW)
        ready = HANDLER.look_again(session, message, now=NOW)
        assert isinstance(ready, Ready)
        mail = ready.render()
        [harmer] = [each for each in parties_of(session, order_id) if each.side is Side.HARMER]
        people = strings_of_people(session, SEAL.open)
        forbidden = {text for texts in people.values() for text in texts}
        forbidden |= strings_of_cases(session)
        forbidden -= people[officer.id] | {harmer.reference}
        assert Finder(forbidden).leaks(mail, forbidden) == []
    body = message_from_bytes(mail, policy=policy.default).get_body(("plain",))
    assert body is not None
    text = str(body.get_content())
    assert ready.address == officer.email
    assert harmer.reference in text
    assert not GIVEAWAYS.search(text)
    if language is Language.ENGLISH:
        assert text.count("Attended - complied") == 4
        assert "Days attended, of the appointments above: 4." in text


def test_m4_nothing_is_sent_to_a_former_officer_or_about_somebody_restricted(database, order_id):
    with database.writing() as session:
        order = session.get_one(Order, order_id)
        message = send_hand_over(session, order_id, mail=MAIL, actor=an_actor(session), now=NOW)
        [harmer] = [each for each in parties_of(session, order_id) if each.side is Side.HARMER]
        session.get_one(Party, harmer.id).restricted_at = NOW
        session.flush()
        assert isinstance(HANDLER.look_again(session, message, now=NOW), Stopped)
        with pytest.raises(Conflict):
            send_hand_over(session, order_id, mail=MAIL, actor=an_actor(session), now=NOW)
        session.get_one(Party, harmer.id).restricted_at = None
        session.flush()
        assert isinstance(HANDLER.look_again(session, message, now=NOW), Ready)
        order.responsible_officer_id = an_officer(session, "RO2").id
        session.flush()
        assert isinstance(HANDLER.look_again(session, message, now=NOW), Stopped)
