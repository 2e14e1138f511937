"""One meeting: looked at, moved, cancelled, pinned, and what became of it."""

import re
from datetime import timedelta
from html import unescape
from uuid import UUID, uuid4

from sqlmodel import col, func, select

from rj.conferences.gates import record_contact_attempt
from rj.conferences.models import Meeting, MeetingState, MeetingVersion
from rj.conferences.queries import get_meeting
from rj.orders.models import PlanStep, StepState
from rj.outbox.models import Message, MessageState
from rj.parties.models import HarmedDetails, Party
from rj.policy.terms import AskedBy, AttendanceOutcome, Channel, ContactOutcome, Role, Side, Stage
from tests.builders import NOW, SEAL
from tests.integration.web.facilitators.cases import a_case
from tests.integration.web.planning.county import Desk, a_desk
from tests.web_client import TELLER, a_person, a_site

OTHER_AREA = "elsewhere"


def the_meeting(desk: Desk, stage: Stage = Stage.ASSESSMENT) -> Meeting:
    """The meeting of a stage of the desk's first order."""
    with desk.database.reading() as session:
        return session.exec(
            select(Meeting)
            .join(PlanStep, col(PlanStep.id) == Meeting.step_id)
            .where(PlanStep.stage == stage, Meeting.order_id == desk.county.orders[0].id)
        ).one()


def everything_has_been_sent(desk: Desk) -> None:
    """Every mail that waited has left."""
    with desk.database.writing() as session:
        for message in session.exec(select(Message)):
            message.state = MessageState.SENT
            message.sent_at = NOW
            message.attempts = 1


def as_it_is(desk: Desk, meeting_id: UUID) -> Meeting:
    with desk.database.reading() as session:
        return get_meeting(session, meeting_id)


def count(desk: Desk, table: type[Message] | type[MeetingVersion]) -> int:
    with desk.database.reading() as session:
        return session.exec(select(func.count()).select_from(table)).one()


def offered(page: str) -> list[str]:
    """The alternatives that a page offers, as a form sends them."""
    values = [unescape(part.split('value="')[1].split('"')[0]) for part in page.split("<input")[1:]]
    return [value for value in values if value.count("|") == 3]


def test_a_meeting_shows_who_was_told_and_its_history(database, clock):
    with a_desk(database, clock, orders=1, is_published=True) as desk:
        meeting = the_meeting(desk)
        page = desk.site.get(f"/meetings/{meeting.id}").text
        held = desk.site.get(f"/meetings/{the_meeting(desk, Stage.PREPARATION).id}").text
    assert meeting.code in page
    assert "Waiting to be sent" in page
    assert "Its people are told" in page
    assert "Person on probation" in page
    assert "its people have not been told" in held
    assert "The assessment&#39;s finding has not been recorded" in held


def test_what_somebody_lost_is_sent_once_more_and_the_harmed_side_is_left_alone(database, clock):
    with a_desk(database, clock, orders=1, is_published=True) as desk:
        at = f"/meetings/{the_meeting(desk).id}"
        waiting = desk.site.get(at).text
        everything_has_been_sent(desk)
        page = desk.site.get(at).text
        readers = re.findall(r'name="reader" value="([^"]+)"', page)
        with database.reading() as session:
            harmed = session.exec(select(Party).where(Party.side == Side.HARMED)).all()
            written = session.exec(select(Message.recipient_id)).all()
        hidden = desk.site.hidden_fields(at)
        before = count(desk, Message)
        for _ in range(2):  # pressed twice
            desk.site.post(f"{at}/again", {"reader": readers[0]}, hidden=hidden)
        after = count(desk, Message)
        refused = desk.site.post(f"{at}/again", {"reader": str(harmed[0].id)}, form_at=at)
    assert "Send again" not in waiting
    assert set(readers) == {str(each) for each in written} - {str(each.id) for each in harmed}
    assert after == before + 1
    assert refused.status_code == 409


def test_a_meeting_of_another_area_is_as_if_it_were_not_there(database, clock):
    with a_desk(database, clock, orders=1, is_published=True) as desk:
        meeting = the_meeting(desk)
        desk.site.sign_in(a_person(database, Role.COORDINATOR, area_id=OTHER_AREA))
        hidden = desk.site.hidden_fields("/planning")
        for path in ("", "/move", "/cancel", "/outcome"):
            not_yours = desk.site.get(f"/meetings/{meeting.id}{path}")
            not_there = desk.site.get(f"/meetings/{uuid4()}{path}")
            assert not_yours.status_code == not_there.status_code == 404
            assert meeting.code not in not_yours.text
        fields = {
            "choice": f"{meeting.starts_at.isoformat()}|{meeting.lead_id}||",
            "reason": "x",
            "pinned": "yes",
            "outcome": "attended_complied",
        }
        acts = ("/move", "/move/confirm", "/cancel", "/cancel/confirm", "/pin", "/outcome")
        for path in acts:
            answer = desk.site.post(f"/meetings/{meeting.id}{path}", fields, hidden=hidden)
            assert answer.status_code == 404, path
        assert as_it_is(desk, meeting.id).version == meeting.version


def test_a_move_is_looked_at_before_it_is_made(database, clock):
    with a_desk(database, clock, orders=1, is_published=True) as desk:
        everything_has_been_sent(desk)
        meeting = the_meeting(desk)
        here = f"/meetings/{meeting.id}"
        before = count(desk, Message)
        hidden = desk.site.hidden_fields(f"{here}/move")
        now_at = meeting.starts_at.isoformat()
        choice = next(
            value
            for value in offered(desk.site.get(f"{here}/move").text)
            if not value.startswith(now_at)
        )
        fields = {"choice": choice, "reason": "They are ill", "asked_by": "harmer_side"}
        asked = desk.site.post(f"{here}/move", fields, hidden=hidden)
        assert asked.status_code == 200
        assert "Who will be told" in asked.text
        assert "Person on probation: the new time. E-mail" in asked.text
        assert as_it_is(desk, meeting.id).version == meeting.version
        assert count(desk, Message) == before

        done = desk.site.post(f"{here}/move/confirm", fields, hidden=hidden)
        assert done.headers["location"] == here
        moved = as_it_is(desk, meeting.id)
        assert moved.version > meeting.version
        assert choice == "|".join(
            "" if part is None else str(part)
            for part in (
                moved.starts_at.isoformat(),
                moved.lead_id,
                moved.second_id,
                moved.room_id,
            )
        )
        assert count(desk, Message) > before
        page = desk.site.get(here).text
        assert "The meeting was moved" in page
        assert "They are ill" in page
        with desk.database.reading() as session:
            asked_by = session.exec(
                select(MeetingVersion.asked_by).where(
                    MeetingVersion.meeting_id == meeting.id,
                    MeetingVersion.version == moved.version,
                )
            ).one()
        assert asked_by is AskedBy.HARMER_SIDE
        # the same form once more changes nothing
        versions = count(desk, MeetingVersion)
        desk.site.post(f"{here}/move/confirm", fields, hidden=hidden)
        assert count(desk, MeetingVersion) == versions


def test_a_move_that_breaks_a_rule_is_refused_with_what_was_typed(database, clock):
    with a_desk(database, clock, orders=1, is_published=True) as desk:
        meeting = the_meeting(desk)
        here = f"/meetings/{meeting.id}"
        fields = {
            "choice": "own",
            "on-day": "15",
            "on-month": "3",
            "on-year": "2026",
            "at": "10am",
            "lead": str(meeting.lead_id),
            "room": str(meeting.room_id),
            "reason": "A Sunday suits",
        }
        answer = desk.site.post(f"{here}/move", fields)
        assert answer.status_code == 422
        assert "There is a problem" in answer.text
        assert "A Sunday suits" in answer.text
        untold = desk.site.post(f"{here}/move", {})
        assert "Choose one of the free times, or enter your own" in untold.text
        assert "Enter the reason" in untold.text
        assert as_it_is(desk, meeting.id).version == meeting.version


def test_a_move_based_on_an_old_look_is_refused(database, clock):
    with a_desk(database, clock, orders=1, is_published=True) as desk:
        meeting = the_meeting(desk)
        here = f"/meetings/{meeting.id}"
        hidden = desk.site.hidden_fields(f"{here}/move")
        first, second = offered(desk.site.get(f"{here}/move").text)[:2]
        desk.site.post(f"{here}/move/confirm", {"choice": first, "reason": "a"}, hidden=hidden)
        moved = as_it_is(desk, meeting.id)
        for path in ("/move", "/move/confirm"):
            late = desk.site.post(f"{here}{path}", {"choice": second, "reason": "b"}, hidden=hidden)
            assert late.status_code == 409
        assert as_it_is(desk, meeting.id).version == moved.version


def test_a_letter_that_waits_is_said_to_be_withdrawn_before_its_meeting_is_called_off(
    database, clock
):
    case = a_case(database, harmer_channel=Channel.LETTER, stages=(Stage.ASSESSMENT,))
    at = f"/meetings/{case.meetings[Stage.ASSESSMENT]}/cancel"
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.coordinator)
        asked = site.post(at, {"reason": "a strike", "asked_by": "service"}).text
    assert "Person on probation: what was still to be told is withdrawn" in asked
    assert "Letter to print and post: nobody does it any more" in asked


def test_a_cancellation_is_looked_at_before_it_is_made(database, clock):
    with a_desk(database, clock, orders=1, is_published=True) as desk:
        everything_has_been_sent(desk)
        meeting = the_meeting(desk)
        here = f"/meetings/{meeting.id}"
        hidden = desk.site.hidden_fields(f"{here}/cancel")
        unsaid = desk.site.post(f"{here}/cancel", hidden=hidden)
        assert unsaid.status_code == 422
        typed = {"reason": "Illness", "asked_by": "harmer_side"}
        asked = desk.site.post(f"{here}/cancel", typed, hidden=hidden)
        assert 'name="asked_by" value="harmer_side"' in asked.text
        assert "Person on probation: that it is called off. E-mail" in asked.text
        assert as_it_is(desk, meeting.id).state is MeetingState.TOLD
        before = count(desk, Message)
        desk.site.post(f"{here}/cancel/confirm", {"reason": "Illness"}, hidden=hidden)
        assert as_it_is(desk, meeting.id).state is MeetingState.CANCELLED
        assert count(desk, Message) > before
        again = desk.site.post(f"{here}/cancel/confirm", {"reason": "Illness"}, hidden=hidden)
        assert again.status_code == 303
        page = desk.site.get(here).text
    assert "It was called off: Illness." in page
    assert "Move this meeting" not in page


def test_a_hold_that_nobody_heard_of_is_cancelled_in_silence(database, clock):
    with a_desk(database, clock, orders=1, is_published=True) as desk:
        meeting = the_meeting(desk, Stage.PREPARATION)
        here = f"/meetings/{meeting.id}"
        asked = desk.site.post(f"{here}/cancel", {"reason": "Not needed"})
    assert "Nobody: nobody has been told of it yet" in asked.text


def test_a_meeting_is_pinned_and_freed(database, clock):
    with a_desk(database, clock, orders=1, is_published=True) as desk:
        meeting = the_meeting(desk)
        here = f"/meetings/{meeting.id}"
        desk.site.post(f"{here}/pin", form_at=here)
        assert as_it_is(desk, meeting.id).is_pinned
        assert "Let planning move it" in desk.site.get(here).text
        desk.site.post(f"{here}/pin", form_at=here)
        assert not as_it_is(desk, meeting.id).is_pinned


def test_an_outcome_is_recorded_after_the_meeting_has_begun(database, clock):
    with a_desk(database, clock, orders=1, is_published=True) as desk:
        meeting = the_meeting(desk)
        here = f"/meetings/{meeting.id}"
        with database.writing() as session:
            record_contact_attempt(
                session,
                meeting.order_id,
                outcome=ContactOutcome.REACHED,
                attempted_at=NOW,
                note="",
                actor=desk.county.actor,
                now=NOW,
                tell=TELLER,
            )
        early = desk.site.post(f"{here}/outcome", {"outcome": "attended_complied"})
        assert early.status_code == 409
        clock.instant = meeting.ends_at + timedelta(hours=1)
        desk.site.sign_in(a_person(database, Role.COORDINATOR, area_id="N1", email="late@n1.test"))
        assert "Record what became of it" in desk.site.get(here).text
        unsaid = desk.site.post(f"{here}/outcome")
        assert "Select what became of the meeting" in unsaid.text
        done = desk.site.post(f"{here}/outcome", {"outcome": "attended_complied"})
        assert done.status_code == 303
        assert "Attended and complied" in desk.site.get(here).text
    with database.reading() as session:
        step = session.get_one(PlanStep, meeting.step_id)
        assert step.state is StepState.DONE
        assert get_meeting(session, meeting.id).outcome is AttendanceOutcome.ATTENDED_COMPLIED


def test_no_meeting_page_shows_the_harmed_sides_details(database, clock):
    with a_desk(database, clock, orders=1, is_published=True) as desk:
        with database.reading() as session:
            sealed = session.exec(select(HarmedDetails)).one().sealed
        secrets = SEAL.open(sealed)
        meeting = the_meeting(desk, Stage.PREPARATION)
        here = f"/meetings/{meeting.id}"
        pages = [
            desk.site.get(here).text,
            desk.site.get(f"{here}/move").text,
            desk.site.post(f"{here}/cancel", {"reason": "x"}).text,
        ]
    for secret in (secrets.name, secrets.email, secrets.telephone, secrets.address):
        assert secret
        assert not any(secret in page for page in pages)
