"""An order ends, or goes to another area: said first, told in the same breath, nobody forgotten."""

from datetime import UTC, datetime

from sqlmodel import select

from rj.audit.services import Actor
from rj.calendars.feeds import feed_octets
from rj.clocks.reading import case_clocks
from rj.compartments.models import ContactRelease
from rj.compartments.services import release
from rj.conferences.hand_over import hand_over
from rj.conferences.models import Meeting, MeetingState, SlotClaim
from rj.conferences.services import lock_order
from rj.db.database import Database
from rj.facilitators.models import Facilitator
from rj.orders.history import changes_of
from rj.orders.models import CaseLimit, Order
from rj.orders.queries import get_order, live_plan, steps_of
from rj.outbox.models import Message, MessageState
from rj.policy.terms import AttendanceOutcome, Channel, ClockKind, OrderEnding, Role, Stage
from rj.scheduling.models import PlanningWishKind
from rj.scheduling.wishes import exclude_facilitator, pin_step, wishes_of
from rj.settings import MailSettings
from rj.venues.models import Room
from tests.builders import every_gate_is_recorded
from tests.integration.web.facilitators.cases import Case, a_case
from tests.integration.web.test_changing_orders import everything_was_sent
from tests.web_client import TELLER, a_person, a_site

SOUTH = "S1"
ENDED = {
    "ending": "ended_early",
    "reason": "supervision ended",
    "ended_on-day": "9",
    "ended_on-month": "3",
    "ended_on-year": "2026",
}


def of_harmed(database: Database, case: Case) -> list[Message]:
    with database.reading() as session:
        found = session.exec(select(Message).where(Message.recipient_id == case.harmed_id)).all()
        return sorted(found, key=lambda message: message.subject_version)


def a_case_told_to_everybody(database: Database) -> Case:
    """The harmed person was written a letter about the third meeting, and it was posted."""
    case = a_case(database, harmed_channel=Channel.LETTER, is_told=False)
    with database.writing() as session:
        order = lock_order(session, case.order_id)
        every_gate_is_recorded(session, order.id)
        plan = live_plan(session, order.id)
        assert plan is not None
        third = next(each for each in steps_of(session, plan.id) if each.stage is Stage.REPARATION)
        third.attends = sorted({*third.attends, "harmer", "harmed"})
        meeting = session.get_one(Meeting, case.meetings[Stage.REPARATION])
        meeting.state = MeetingState.TOLD
        session.flush()
        TELLER(session, meeting.id, now=order.created_at)
    everything_was_sent(database)
    return case


def test_an_early_end_warns_of_what_dies_with_it_and_names_who_is_told(database, clock):
    case = a_case(database)
    everything_was_sent(database)
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.coordinator)
        at = f"/orders/{case.order_id}/close"
        hidden = site.hidden_fields(at)
        asked = site.post(at, ENDED, hidden=hidden).text
        assert "5 of the plan&#39;s 5 steps have not been done" in asked
        assert "goes on voluntarily instead of closing" in asked
        assert "that it is called off" in asked
        with database.reading() as session:
            assert get_order(session, case.order_id).closed_at is None
        assert site.post(f"{at}/confirm", ENDED, hidden=hidden).status_code == 303
        page = site.get(f"/orders/{case.order_id}").text
        assert "Supervision ended early, 9 March 2026" in page
        assert "/change/" not in page
    with database.reading() as session:
        order = get_order(session, case.order_id)
        assert (order.ending, str(order.ended_on)) == (OrderEnding.ENDED_EARLY, "2026-03-09")
        assert live_plan(session, order.id) is None
        states = {each.state for each in session.exec(select(Meeting))}
        assert states == {MeetingState.CANCELLED}
        assert session.exec(select(SlotClaim)).all() == []


def test_who_was_told_by_letter_hears_from_the_liaison_officer_that_a_closed_case_is_off(
    database, clock
):
    case = a_case_told_to_everybody(database)
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.coordinator)
        at = f"/orders/{case.order_id}/close"
        site.post(f"{at}/confirm", ENDED, form_at=at)
        off = of_harmed(database, case)[-1]
        assert off.state is MessageState.TO_DO
        letter = f"/liaison/messages/{off.id}"
        site.sign_in(a_person(database, Role.LIAISON_OFFICER, email="other@liaison.test"))
        assert site.get(letter).status_code == 404
        site.sign_in(case.liaison)
        assert letter in site.get("/liaison").text
        assert site.get(letter).status_code == 200
        assert site.get(f"/liaison/people/{case.harmed_id}").status_code == 404
        assert site.post(letter, {}).status_code == 303
        assert letter not in site.get("/liaison").text
        assert site.get(letter).status_code == 404


def test_an_order_is_not_closed_over_meetings_whose_outcome_nobody_recorded(database, clock):
    case = a_case(database)
    at = f"/orders/{case.order_id}/close"
    outcome = f"/meetings/{case.meetings[Stage.ASSESSMENT]}/outcome"
    clock.instant = datetime(2026, 3, 17, 9, 0, tzinfo=UTC)
    ended = {**ENDED, "ended_on-day": "17"}
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.coordinator)
        asked = site.get(at).text
        assert f'href="{outcome}">What became of the assessment of 16 March 2026' in asked
        assert f'href="/orders/{case.order_id}/contact">What came of the first call' in asked
        refused = site.post(f"{at}/confirm", ended, form_at=at)
        assert refused.status_code == 422
        assert "Record first what became of the assessment of 16 March 2026" in refused.text
        with database.reading() as session:
            assert get_order(session, case.order_id).closed_at is None
            states = {each.state for each in session.exec(select(Meeting))}
            assert states == {MeetingState.TOLD, MeetingState.HELD}

        called = {
            "outcome": "no_answer",
            "attempted_at-day": "17",
            "attempted_at-month": "3",
            "attempted_at-year": "2026",
            "at_time": "08:30",
        }
        tried = site.post(f"/orders/{case.order_id}/contact", called)
        assert tried.status_code == 303, tried.text
        assert site.post(outcome, {"outcome": "failed_to_attend"}).status_code == 303
        everything_was_sent(database)
        assert site.post(f"{at}/confirm", ended, form_at=at).status_code == 303
    with database.reading() as session:
        call = session.get_one(Meeting, case.meetings[Stage.CONTACT])
        kept = session.get_one(Meeting, case.meetings[Stage.ASSESSMENT])
        assert kept.outcome is AttendanceOutcome.FAILED_TO_ATTEND
        told_of_the_call = session.exec(
            select(Message).where(
                Message.subject_id == call.id, Message.state == MessageState.QUEUED
            )
        ).all()
        assert (call.state, told_of_the_call) == (MeetingState.CANCELLED, [])
        assert session.exec(select(SlotClaim)).all() == []


def test_a_day_of_ending_lies_between_sentence_and_today(database, clock):
    case = a_case(database, stages=())
    with a_site(database, clock) as site:
        site.sign_in(case.coordinator)
        at = f"/orders/{case.order_id}/close"
        for day, month in (("10", "3"), ("1", "3")):
            answer = site.post(at, {**ENDED, "ended_on-day": day, "ended_on-month": month})
            assert answer.status_code == 422
            assert 'href="#ended_on"' in answer.text


def test_a_transfer_takes_the_plan_along_and_calls_off_what_the_new_area_could_not_hold(
    database, clock
):
    case = a_case_told_to_everybody(database)
    theirs = a_person(database, Role.COORDINATOR, area_id=SOUTH)
    liaison = a_person(database, Role.LIAISON_OFFICER, area_id=SOUTH)
    with database.reading() as session:
        plan_before = live_plan(session, case.order_id)
        assert plan_before is not None
        review = steps_of(session, plan_before.id)[-1]
    with database.writing() as session:
        exclude_facilitator(
            session, case.order_id, case.facilitator_id, actor=case.actor, now=clock.now()
        )
        pin_step(
            session,
            review.id,
            starts_at=datetime(2026, 5, 20, 9, 0, tzinfo=UTC),
            lead_id=session.exec(select(Facilitator.id)).all()[-1],
            second_id=None,
            room_id=session.exec(select(Room.id)).first(),
            actor=case.actor,
            now=clock.now(),
        )
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.coordinator)
        at = f"/orders/{case.order_id}/transfer"
        form = f"{at}?area={SOUTH}"
        said = {"area": SOUTH, "reason": "moved to the south"}
        nobody = site.post(at, said, form_at=form)
        assert nobody.status_code == 422
        assert "Select who takes the harmed side" in nobody.text
        said["liaison"] = str(liaison.account_id)
        hidden = site.hidden_fields(form)
        asked = site.post(at, said, hidden=hidden).text
        assert "Meetings that will be called off" in asked
        assert "Pins for planning end" in asked
        assert "Whom planning keeps off this case goes along" in asked
        assert site.post(f"{at}/confirm", said, hidden=hidden).status_code == 303
        assert site.get(f"/orders/{case.order_id}").status_code == 404
        site.sign_in(theirs)
        assert "moved to the south" in site.get(f"/orders/{case.order_id}").text
        site.sign_in(liaison)
        assert f"/liaison/messages/{of_harmed(database, case)[-1].id}" in site.get("/liaison").text
    with database.reading() as session:
        order = get_order(session, case.order_id)
        plan = live_plan(session, order.id)
        assert plan is not None
        assert plan.id == plan_before.id
        kinds = [each.kind for each in wishes_of(session, [order.id])]
        assert kinds == [PlanningWishKind.EXCLUDE_FACILITATOR]
        assert (order.area_id, order.current_lead_id) == (SOUTH, None)
        assert [each.value_after for each in changes_of(session, order.id)] == [SOUTH]
        states = {each.state for each in session.exec(select(Meeting))}
        assert states == {MeetingState.CANCELLED}


def test_s3_a_transfer_leaves_nobody_of_the_old_area_with_the_case(database, clock):
    case = a_case(database, stages=(Stage.ASSESSMENT,))
    liaison = a_person(database, Role.LIAISON_OFFICER, area_id=SOUTH)
    with database.writing() as session:
        release(
            session,
            case.harmed_id,
            case.facilitator_id,
            ["telephone"],
            actor=Actor(case.liaison.account_id, Role.LIAISON_OFFICER),
            now=clock.now(),
        )
        # it took place: the facilitator had a part in the case, and has none from now on
        held = session.get_one(Meeting, case.meetings[Stage.ASSESSMENT])
        held.state = MeetingState.OCCURRED
    mine = f"/my/cases/{case.order_id}"
    pages = {
        case.coordinator: (f"/orders/{case.order_id}", f"/meetings/{held.id}"),
        case.liaison: (f"/liaison/cases/{case.order_id}", f"/liaison/people/{case.harmed_id}"),
        case.facilitator: (mine, f"{mine}/people/{case.harmed_id}/released", f"{mine}/hand-over"),
    }
    with a_site(database, clock, teller=TELLER) as site:
        for person, paths in pages.items():
            site.sign_in(person)
            assert {site.get(path).status_code for path in paths} == {200}
        site.sign_in(case.coordinator)
        at = f"/orders/{case.order_id}/transfer"
        said = {"area": SOUTH, "reason": "moved", "liaison": str(liaison.account_id)}
        assert site.post(f"{at}/confirm", said, form_at=f"{at}?area={SOUTH}").status_code == 303
        for person, paths in pages.items():
            site.sign_in(person)
            assert {site.get(path).status_code for path in paths} == {404}
            for listed in (
                "/my/meetings",
                "/my/cases",
                "/today",
                "/liaison",
                "/week?day=2026-03-16",
            ):
                assert held.code not in site.get(listed).text
                assert str(case.order_id) not in site.get(listed).text
        site.sign_in(liaison)
        assert site.get(f"/liaison/people/{case.harmed_id}").status_code == 200
    with database.reading() as session:
        owner = session.get_one(Facilitator, case.facilitator_id)
        assert (
            held.code
            not in feed_octets(session, owner, mail=MailSettings(), now=clock.now()).decode()
        )
        assert session.exec(select(ContactRelease.ended_at)).all() == [clock.now()]


def test_a_limited_case_is_not_handed_to_an_area_that_could_not_open_it(database, clock):
    case = a_case(database, stages=())
    liaison = a_person(database, Role.LIAISON_OFFICER, area_id=SOUTH)
    theirs = a_person(database, Role.COORDINATOR, area_id=SOUTH)
    with database.writing() as session:
        session.add(CaseLimit(order_id=case.order_id, account_id=case.coordinator.account_id))
    said = {"area": SOUTH, "reason": "moved", "liaison": str(liaison.account_id)}
    with a_site(database, clock) as site:
        site.sign_in(case.coordinator)
        at = f"/orders/{case.order_id}/transfer"
        form = f"{at}?area={SOUTH}"
        assert site.post(f"{at}/confirm", said, form_at=form).status_code == 409
        with database.writing() as session:
            session.add(CaseLimit(order_id=case.order_id, account_id=theirs.account_id))
        refused = site.post(f"{at}/confirm", said, form_at=form)
        assert refused.status_code == 422
        assert "This person is not named for this limited case" in refused.text
        with database.writing() as session:
            session.add(CaseLimit(order_id=case.order_id, account_id=liaison.account_id))
        assert site.post(f"{at}/confirm", said, form_at=form).status_code == 303
    with database.reading() as session:
        assert session.get_one(Order, case.order_id).area_id == SOUTH


def test_what_the_sentence_plan_leaves_out_is_warned_of_while_the_plan_is_open(database, clock):
    case = a_case(database, stages=())
    with a_site(database, clock) as site:
        site.sign_in(case.coordinator)
        at = f"/orders/{case.order_id}"
        assert "The sentence plan does not name this work" not in site.get(at).text
        site.post(
            f"{at}/change/sentence-plan",
            {"in_sentence_plan": "no", "ground": "circumstances", "reason": "asked the officer"},
        )
        assert "The sentence plan does not name this work" in site.get(at).text


def test_after_an_early_end_the_work_goes_on_freely_without_the_officer(database, clock):
    case = a_case_told_to_everybody(database)
    said = {name: text for name, text in ENDED.items() if name != "ending"}
    at = f"/orders/{case.order_id}/voluntary"
    with database.writing() as session:
        review = session.get_one(Meeting, case.meetings[Stage.REVIEW])
        review.state, review.told_at = MeetingState.TOLD, clock.now()
        session.flush()
        TELLER(session, review.id, now=clock.now())
        officer_id = get_order(session, case.order_id).responsible_officer_id
    everything_was_sent(database)
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.coordinator)
        hidden = site.hidden_fields(at)
        asked = site.post(at, said, hidden=hidden).text
        assert "coming meetings stand" in asked
        assert "(responsible officer): that it is called off" in asked
        answers = [site.post(f"{at}/confirm", said, hidden=hidden) for _ in range(2)]
        assert [each.status_code for each in answers] == [303, 303]
        page = site.get(f"/orders/{case.order_id}").text
        assert "What goes on is voluntary for everybody" in page
        assert "Goes on voluntarily from" in page
    with database.reading() as session:
        order = get_order(session, case.order_id)
        assert order.closed_at is None
        states = {each.state for each in session.exec(select(Meeting))}
        assert MeetingState.CANCELLED not in states
        assert not {ClockKind.FIRST_CONTACT, ClockKind.ASSESSMENT} & {
            each.kind for each in case_clocks(session, order, clock.today())
        }
        told = session.exec(select(Message).where(Message.recipient_id == officer_id)).all()
        assert [each.state for each in told if each.state is MessageState.QUEUED] == [
            MessageState.QUEUED
        ]
        assert hand_over(session, order).appointments == ()


def test_nothing_goes_on_voluntarily_without_a_recorded_consent(database, clock):
    case = a_case(database)
    said = {name: text for name, text in ENDED.items() if name != "ending"}
    at = f"/orders/{case.order_id}/voluntary"
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.coordinator)
        refused = site.post(f"{at}/confirm", said, form_at=at)
        assert refused.status_code == 422
        assert "consent to go on is not on record" in refused.text
    with database.reading() as session:
        assert get_order(session, case.order_id).voluntary_from is None
