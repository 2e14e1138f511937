"""Provisional holds: real times for an order that may come, kept from everybody else until then."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from threading import Barrier, Event, Thread
from uuid import UUID

import pytest
from sqlmodel import Session, func, select

from rj.audit.services import Actor
from rj.conferences.gates import record_contact_attempt
from rj.conferences.models import HoldState, Meeting, MeetingState, ProvisionalHold, SlotClaim
from rj.conferences.provisional import (
    end_holds,
    get_hold,
    hold_of_check,
    holds_to_mend,
    keep_hold,
    release_hold,
)
from rj.conferences.queries import live_meetings
from rj.db.database import Database
from rj.facilitators.models import Facilitator
from rj.facilitators.services import add_leave
from rj.kernel.errors import Conflict
from rj.kernel.london import london_day
from rj.orders.models import Order
from rj.policy.terms import ContactOutcome, Role, Side, Stage
from rj.scheduling.arrangements import (
    NoLongerFree,
    Prospect,
    Shown,
    confirm,
    what_can_be_delivered,
)
from rj.scheduling.freezing import freeze
from rj.scheduling.models import ProposedMeeting
from rj.scheduling.planner.rules import breaches
from rj.scheduling.publishing import publish
from rj.scheduling.taking_over import take_over
from rj.suitability.facts import Answer, Facts, facts_from
from rj.suitability.models import SuitabilityCheck
from rj.suitability.services import CheckEntry, start_check
from tests.builders import AREA, NOW, a_facilitator, a_party, a_venue_with_rooms, an_actor, an_order
from tests.scheduling_builders import RecordingTell, a_solved_run, a_step

TODAY = london_day(NOW)
LONG_ENOUGH_TO_PASS = 1.0
"""Seconds in which somebody who need not wait has confirmed or published."""


def a_check(session: Session, *, sentence_on: date = TODAY, **facts: object) -> SuitabilityCheck:
    """A report writer's check of a case sentenced on a day."""
    actor = an_actor(session, Role.REPORT_WRITER)
    assert actor.account_id is not None
    entry = CheckEntry(AREA, Facts(**facts), hearing_on=sentence_on)  # type: ignore[arg-type]
    return start_check(session, entry, writer_id=actor.account_id, actor=actor, now=NOW)


def some_capacity(session: Session, *, staff: int = 2) -> list[Facilitator]:
    a_venue_with_rooms(session)
    return [a_facilitator(session) for _ in range(staff)]


def one_lead(session: Session, **facts: int) -> Facilitator:
    """Somebody who may lead, and one who can only sit beside them."""
    a_venue_with_rooms(session)
    a_facilitator(session, caseload_cap=0, caseload_norm=0)
    return a_facilitator(session, **facts)  # type: ignore[arg-type]


def as_shown(prospect: Prospect) -> Shown:
    assert prospect.contact_on is not None
    assert prospect.assessment_on is not None
    return Shown(prospect.contact_on, prospect.assessment_on)


def a_hold(session: Session, check: SuitabilityCheck, *, now: datetime = NOW) -> ProvisionalHold:
    """Confirmed as the page would do it."""
    shown = as_shown(what_can_be_delivered(session, check, now=now))
    return confirm(session, check, shown, actor=Actor(check.writer_id), now=now)


def test_dates_are_told_from_live_capacity_and_booked_nowhere(database: Database) -> None:
    with database.writing() as session:
        some_capacity(session)
        prospect = what_can_be_delivered(session, a_check(session), now=NOW)

        assert prospect.can_be_held
        assert prospect.contact_due == TODAY + timedelta(days=15)
        assert prospect.contact_on is not None
        assert TODAY < prospect.contact_on <= prospect.contact_due
        assert prospect.assessment_on is not None
        assert prospect.assessment_on >= prospect.contact_on + timedelta(days=2)
        assert prospect.conference_from is not None
        assert prospect.pairs == 1
        assert session.exec(select(func.count()).select_from(SlotClaim)).one() == 0


def test_one_facilitator_is_no_pair_and_nothing_is_held(database: Database) -> None:
    with database.writing() as session:
        some_capacity(session, staff=1)
        prospect = what_can_be_delivered(session, a_check(session), now=NOW)

        assert prospect.why_not == "There is no pair for the third meeting."
        assert (prospect.pairs, prospect.conference_from) == (0, None)


def test_where_no_contact_is_free_in_time_the_nearest_days_are_told(database: Database) -> None:
    with database.writing() as session:
        lead = one_lead(session)
        actor, check = an_actor(session), a_check(session)
        away_until = TODAY + timedelta(days=20)
        add_leave(session, lead.id, first_day=TODAY, last_day=away_until, actor=actor, now=NOW)
        prospect = what_can_be_delivered(session, check, now=NOW)

        assert prospect.contact_on == away_until + timedelta(days=1)
        assert "No first contact is free in time" in prospect.why_not
        assert prospect.instead[0] == (
            "The nearest first contact is on 30 March 2026. For a sentence passed on 15 March 2026 "
            "or later it would be in time."
        )


def test_a_hold_is_kept_from_the_next_forecast_and_from_planning(database: Database) -> None:
    with database.writing() as session:
        one_lead(session)
        hold = a_hold(session, a_check(session))
        second = a_hold(session, a_check(session))
        orders = [an_order(session, with_harmed=False) for _ in range(2)]
        actor = an_actor(session)
        times = [(each.contact_starts_at, each.contact_ends_at) for each in (hold, second)] + [
            (each.assessment_starts_at, each.assessment_ends_at) for each in (hold, second)
        ]
        assert len({begins for begins, _ in times}) == 4

    run_id = a_solved_run(database, actor)

    with database.reading() as session:
        proposed = session.exec(
            select(ProposedMeeting).where(ProposedMeeting.run_id == run_id)
        ).all()
        assert {each.order_id for each in proposed} == {order.id for order in orders}
        for each in proposed:
            assert not any(
                each.starts_at < ends and begins < each.ends_at for begins, ends in times
            )
        frozen = freeze(session, AREA, now=NOW)
        assert breaches(frozen.problem, frozen.standing_plan()) == []


def test_the_hold_becomes_the_orders_plan_at_sentencing(database: Database) -> None:
    with database.writing() as session:
        some_capacity(session)
        check = a_check(session)
        hold = a_hold(session, check)
        assert facts_from(check.facts).arrangements is Answer.YES
        order = an_order(session, sentenced_on=TODAY, with_harmed=False)
        actor = an_actor(session)

        kept = keep_hold(session, order.id, hold.reference.lower(), actor=actor, now=NOW)

        assert kept.lost == ()
        contact, assessment = live_meetings(session, [order.id])
        assert contact.starts_at == hold.contact_starts_at
        assert (assessment.starts_at, assessment.room_id) == (
            hold.assessment_starts_at,
            hold.room_id,
        )
        assert {contact.lead_id, assessment.lead_id, order.current_lead_id} == {hold.lead_id}
        assert contact.state is assessment.state is MeetingState.HELD
        assert contact.is_pinned
        assert assessment.is_pinned
        step = a_step(session, order, Stage.ASSESSMENT)
        assert step.due_on == london_day(hold.assessment_starts_at)
        assert (hold.state, hold.order_id, hold.check_id) == (HoldState.KEPT, order.id, None)
        frozen = freeze(session, AREA, now=NOW)
        assert frozen.freed == ()
        assert breaches(frozen.problem, frozen.standing_plan()) == []
        with pytest.raises(Conflict):
            keep_hold(session, order.id, hold.reference, actor=actor, now=NOW)


def test_what_the_order_does_not_allow_is_given_back_and_named(database: Database) -> None:
    with database.writing() as session:
        some_capacity(session)
        hold = a_hold(session, a_check(session))
        order = an_order(session, sentenced_on=TODAY, with_harmer=False)
        a_party(session, order.id, side=Side.HARMER, hours="sat 09:00-12:00")
        kept = keep_hold(session, order.id, hold.reference, actor=an_actor(session), now=NOW)

        assert kept.meetings == ()
        assert len(kept.lost) == 2
        assert hold.lost.startswith("The first contact could not be kept")
        assert session.exec(select(func.count()).select_from(SlotClaim)).one() == 0


def test_r14_a_hold_ends_when_its_days_are_over_and_the_check_knows(database: Database) -> None:
    with database.writing() as session:
        some_capacity(session)
        check = a_check(session)
        hold_id, expires_on = a_hold(session, check).id, TODAY + timedelta(days=28)
        assert get_hold(session, hold_id).expires_on == expires_on

    assert end_holds(database, now=NOW + timedelta(days=28)) == 0
    assert end_holds(database, now=NOW + timedelta(days=29)) == 1
    assert end_holds(database, now=NOW + timedelta(days=29)) == 0

    with database.reading() as session:
        assert get_hold(session, hold_id).state is HoldState.EXPIRED
        assert session.exec(select(func.count()).select_from(SlotClaim)).one() == 0
        check = session.get_one(SuitabilityCheck, check.id)
        assert check.hold_reference == ""
        assert facts_from(check.facts).arrangements is Answer.NOT_KNOWN


def test_released_times_are_free_again(database: Database) -> None:
    with database.writing() as session:
        one_lead(session)
        check = a_check(session)
        before = what_can_be_delivered(session, check, now=NOW)
        hold = a_hold(session, check)
        actor = an_actor(session)
        release_hold(session, hold.id, based_on=None, actor=actor, now=NOW)
        release_hold(session, hold.id, based_on=None, actor=actor, now=NOW)

        assert hold_of_check(session, check.id) is None
        assert what_can_be_delivered(session, check, now=NOW) == before


def test_a_sentence_beyond_the_days_of_a_hold_is_not_promised_yet(database: Database) -> None:
    with database.writing() as session:
        some_capacity(session)
        check = a_check(session, sentence_on=TODAY + timedelta(days=29))
        prospect = what_can_be_delivered(session, check, now=NOW)

        assert not prospect.can_be_held
        assert "before the day of sentence" in prospect.why_not
        with pytest.raises(NoLongerFree):
            confirm(session, check, as_shown(prospect), actor=Actor(check.writer_id), now=NOW)


def test_a_hold_that_can_no_longer_be_kept_takes_up_nothing_and_is_named(
    database: Database,
) -> None:
    with database.writing() as session:
        only = one_lead(session)
        hold = a_hold(session, a_check(session))
        an_order(session, with_harmed=False)
        day = london_day(hold.assessment_starts_at)
        actor = an_actor(session)
        add_leave(session, only.id, first_day=day, last_day=day, actor=actor, now=NOW)
        frozen = freeze(session, AREA, now=NOW)

        assert frozen.held == ()
        assert "can no longer be kept" in frozen.problem.note


def test_two_writers_confirm_the_last_capacity_at_once(database: Database) -> None:
    """Must be shown 4: one succeeds, the other is told why and what else there is."""
    with database.writing() as session:
        one_lead(session, caseload_cap=1, caseload_norm=1)
        checks = [a_check(session), a_check(session)]
        shown = as_shown(what_can_be_delivered(session, checks[0], now=NOW))
        ids = [check.id for check in checks]
    barrier = Barrier(2)
    held: list[UUID] = []
    refused: list[NoLongerFree] = []

    def ask(check_id: UUID) -> None:
        barrier.wait()
        try:
            with database.writing() as session:
                check = session.get_one(SuitabilityCheck, check_id)
                hold = confirm(session, check, shown, actor=Actor(check.writer_id), now=NOW)
                held.append(hold.id)
        except NoLongerFree as refusal:
            refused.append(refusal)

    threads = [Thread(target=ask, args=(each,)) for each in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(held) == len(refused) == 1
    assert "Nobody who could lead it is free" in str(refused[0])
    assert refused[0].prospect.contact_on is None
    with database.reading() as session:
        assert len(session.exec(select(ProvisionalHold)).all()) == 1
        assert session.exec(select(Meeting)).all() == []


def test_days_taken_meanwhile_are_refused_with_those_that_are_left(database: Database) -> None:
    with database.writing() as session:
        one_lead(session, weekly_minutes=90)
        first, other = a_check(session), a_check(session)
        shown = as_shown(what_can_be_delivered(session, other, now=NOW))
        a_hold(session, first)

        with pytest.raises(NoLongerFree) as refusal:
            confirm(session, other, shown, actor=Actor(other.writer_id), now=NOW)

        instead = refusal.value.prospect
        assert "have been taken while you looked" in str(refusal.value)
        assert instead.assessment_on is not None
        assert instead.assessment_on > shown.assessment_on
        assert hold_of_check(session, other.id) is None


@pytest.mark.parametrize("first", ["publishing", "holding"])
def test_publishing_and_holding_at_once_keep_a_weekly_cap(database: Database, first: str) -> None:
    """Each would fit alone, at other hours; the second reads what the first has booked."""
    with database.writing() as session:
        lead = one_lead(session, weekly_minutes=90)
        order = an_order(session, with_harmer=False, with_harmed=False)
        a_party(session, order.id, side=Side.HARMER, hours="mon-fri 14:00-17:00")
        actor, check = an_actor(session), a_check(session)
        lead_id, order_id, check_id = lead.id, order.id, check.id
        shown = as_shown(what_can_be_delivered(session, check, now=NOW))
    run_id = a_solved_run(database, actor)

    def publishing(session: Session) -> bool:
        publication = publish(
            session, run_id, [order_id], actor=actor, now=NOW, tell=RecordingTell()
        )
        return bool(publication.published)

    def holding(session: Session) -> bool:
        found = session.get_one(SuitabilityCheck, check_id)
        try:
            confirm(session, found, shown, actor=Actor(found.writer_id), now=NOW)
        except NoLongerFree:
            return False
        return True

    acts = [publishing, holding] if first == "publishing" else [holding, publishing]
    done = one_inside_the_other(database, *acts)

    assert done == [True, False]
    with database.reading() as session:
        frozen = freeze(session, AREA, now=NOW)
        assert breaches(frozen.problem, frozen.standing_plan()) == []
        assert {lead_id} == {each.lead_id for each in session.exec(select(Meeting)).all()} | {
            each.lead_id for each in session.exec(select(ProvisionalHold)).all()
        }


def one_inside_the_other(
    database: Database, first: Callable[[Session], bool], second: Callable[[Session], bool]
) -> list[bool]:
    """Both answers, the second asked for while the first is done but not yet committed."""
    ended = Event()
    answers: list[bool] = []

    def ask() -> None:
        with database.writing() as session:
            answers.append(second(session))
        ended.set()

    other = Thread(target=ask)
    with database.writing() as session:
        answers.append(first(session))
        session.flush()
        other.start()
        ended.wait(LONG_ENOUGH_TO_PASS)
    other.join()
    return answers


def test_an_order_that_comes_after_the_held_call_keeps_lead_and_assessment(
    database: Database,
) -> None:
    """R17: another call with the same lead is held at once, within the days of first contact."""
    with database.writing() as session:
        lead = one_lead(session)
        hold = a_hold(session, a_check(session))
        held_on = london_day(hold.contact_starts_at)
        assert TODAY + timedelta(days=5) <= held_on <= TODAY + timedelta(days=15)
        late = hold.contact_ends_at + timedelta(hours=1)
        assert holds_to_mend(session, [AREA], now=NOW) == []
        assert holds_to_mend(session, [AREA], now=late) == [hold]
        order = an_order(session, sentenced_on=TODAY, with_harmed=False)
        actor = an_actor(session)

        kept = take_over(session, order.id, hold.reference, actor=actor, now=late)

        contact, assessment = sorted(
            live_meetings(session, [order.id]), key=lambda each: each.starts_at
        )
        assert contact.step_id == a_step(session, order, Stage.CONTACT).id
        assert late < contact.starts_at
        assert london_day(contact.starts_at) <= TODAY + timedelta(days=15)
        assert assessment.starts_at == hold.assessment_starts_at
        assert {contact.lead_id, assessment.lead_id, order.current_lead_id} == {lead.id}
        assert contact.is_pinned
        assert "the same facilitator now calls on" in kept.lost[0]
        assert holds_to_mend(session, [AREA], now=late) == []
        frozen = freeze(session, AREA, now=late)
        assert frozen.freed == ()
        assert breaches(frozen.problem, frozen.standing_plan()) == []


def test_where_no_other_call_is_free_it_is_named_until_somebody_has_booked_one(
    database: Database,
) -> None:
    with database.writing() as session:
        lead = one_lead(session)
        hold = a_hold(session, a_check(session))
        late = hold.contact_ends_at + timedelta(hours=1)
        order = an_order(session, sentenced_on=TODAY, with_harmed=False)
        actor = an_actor(session)
        first, last = london_day(hold.contact_starts_at), london_day(hold.assessment_starts_at)
        add_leave(
            session,
            lead.id,
            first_day=first,
            last_day=last - timedelta(days=1),
            actor=actor,
            now=NOW,
        )

        kept = take_over(session, order.id, hold.reference, actor=actor, now=late)

        [assessment] = live_meetings(session, [order.id])
        assert assessment.starts_at == hold.assessment_starts_at
        assert kept.lost == (
            "The first contact could not be kept: its hour had passed when the order came",
        )
        assert holds_to_mend(session, [AREA], now=late) == [hold]
        record_contact(session, order, actor=actor, now=late)
        assert holds_to_mend(session, [AREA], now=late) == []


def record_contact(session: Session, order: Order, *, actor: Actor, now: datetime) -> None:
    record_contact_attempt(
        session,
        order.id,
        outcome=ContactOutcome.REACHED,
        attempted_at=now,
        actor=actor,
        now=now,
        tell=RecordingTell(),
    )
