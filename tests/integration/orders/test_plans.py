"""Plans on a real database."""

from datetime import date, timedelta

import pytest

from rj.audit.services import SERVICE
from rj.db.database import Database
from rj.kernel.errors import Conflict, Invalid
from rj.orders.models import Order, PlanState, PlanStep, StepState
from rj.orders.plans import (
    add_preparation,
    change_route,
    draw_up_plan,
    drop_preparation,
    promise,
)
from rj.orders.queries import (
    OrderFilter,
    OrderState,
    find_orders,
    get_order,
    get_plan,
    get_step,
    live_plan,
    may_be_planned,
    open_orders,
    orders_awaiting_first_contact,
    steps_of,
    venues_agreed,
)
from rj.orders.services import (
    agree_venues,
    close_order,
    complete_step,
    record_contact_attempt,
    sign_off,
)
from rj.policy.terms import ContactOutcome, Role, Route, Stage
from tests.builders import NOW, a_venue_with_rooms, an_actor, an_order

FIVE = [
    Stage.CONTACT,
    Stage.ASSESSMENT,
    Stage.PREPARATION,
    Stage.REPARATION,
    Stage.REVIEW,
]


def steps(database: Database, order: Order) -> list[PlanStep]:
    """The steps of the order's live plan as they lie in the database."""
    with database.reading() as session:
        plan = live_plan(session, order.id)
        assert plan is not None
        found = steps_of(session, plan.id)
        session.expunge_all()  # kept as they are once the session ends
        return found


def made(database: Database, **facts: object) -> Order:
    """An order that has been recorded."""
    with database.writing() as session:
        return an_order(session, **facts)  # type: ignore[arg-type]


def test_a_fresh_plan_has_the_call_and_four_meetings(database: Database) -> None:
    order = made(database)

    assert [step.stage for step in steps(database, order)] == FIVE


def test_an_order_has_one_live_plan(database: Database) -> None:
    order = made(database)

    with pytest.raises(Conflict), database.writing() as session:
        draw_up_plan(session, get_order(session, order.id), NOW)


def test_reaching_the_person_stops_the_clock_and_moves_the_targets(database: Database) -> None:
    order = made(database, sentenced_on=date(2026, 2, 27))
    before = steps(database, order)

    with database.writing() as session:
        record_contact_attempt(
            session,
            order.id,
            outcome=ContactOutcome.REACHED,
            attempted_at=NOW - timedelta(days=3),
            actor=an_actor(session, Role.FACILITATOR),
            now=NOW,
        )

    after = steps(database, order)
    assert after[0].state is StepState.DONE
    assert after[0].done_on == date(2026, 3, 6)
    assert after[1].window_opens_on == date(2026, 3, 8)
    assert after[1].target_on is not None
    assert before[1].target_on is not None
    assert after[1].target_on < before[1].target_on


def test_r17_an_attempt_without_success_leaves_the_clock_running(database: Database) -> None:
    order = made(database)

    with database.writing() as session:
        record_contact_attempt(
            session,
            order.id,
            outcome=ContactOutcome.NO_ANSWER,
            attempted_at=NOW - timedelta(days=1),
            actor=an_actor(session),
            now=NOW,
        )

    with database.reading() as session:
        kept = get_order(session, order.id)
        assert kept.is_awaiting_first_contact
        assert kept.first_attempted_at == NOW - timedelta(days=1)
        assert [waiting.id for waiting in orders_awaiting_first_contact(session, ["N1"])] == [
            order.id
        ]


def test_the_same_attempt_sent_twice_is_noted_once(database: Database) -> None:
    order = made(database)

    with database.writing() as session:
        actor = an_actor(session)
        attempts = {
            record_contact_attempt(
                session,
                order.id,
                outcome=ContactOutcome.REACHED,
                attempted_at=NOW,
                actor=actor,
                now=NOW,
            ).id
            for _ in range(2)
        }

    assert len(attempts) == 1


def test_an_attempt_before_the_sentence_is_refused(database: Database) -> None:
    order = made(database)

    with pytest.raises(Invalid), database.writing() as session:
        record_contact_attempt(
            session,
            order.id,
            outcome=ContactOutcome.REACHED,
            attempted_at=NOW - timedelta(days=30),
            actor=an_actor(session),
            now=NOW,
        )


def test_an_extra_preparation_stands_before_the_third_meeting(database: Database) -> None:
    order = made(database)

    for reason in ("Needs more time", "Supporter joins", "Interpreter joins", "One more", "Again"):
        with database.writing() as session:
            plan = live_plan(session, order.id)
            assert plan is not None
            add_preparation(session, plan.id, reason=reason, actor=SERVICE, now=NOW)

    found = steps(database, order)
    assert [step.stage for step in found] == [
        Stage.CONTACT,
        Stage.ASSESSMENT,
        *[Stage.PREPARATION] * 6,
        Stage.REPARATION,
        Stage.REVIEW,
    ]
    assert [step.added_reason for step in found[3:8]] == [
        "Needs more time",
        "Supporter joins",
        "Interpreter joins",
        "One more",
        "Again",
    ]


def test_an_extra_preparation_moves_what_comes_after_it(database: Database) -> None:
    order = made(database)
    before = steps(database, order)

    with database.writing() as session:
        plan = live_plan(session, order.id)
        assert plan is not None
        add_preparation(session, plan.id, reason="More time", actor=SERVICE, now=NOW)

    after = steps(database, order)
    assert after[-1].window_opens_on == before[-1].window_opens_on + timedelta(days=1)
    assert after[-1].target_on is not None
    assert before[-1].target_on is not None
    assert after[-1].target_on > before[-1].target_on


def test_an_added_preparation_can_be_dropped_and_a_planned_one_cannot(database: Database) -> None:
    order = made(database)
    before = steps(database, order)
    with database.writing() as session:
        extra = add_preparation(
            session, before[0].plan_id, reason="More time", actor=SERVICE, now=NOW
        )

    with database.writing() as session:
        based_on = get_step(session, extra.id).version
        drop_preparation(
            session, extra.id, based_on=based_on, reason="No need", actor=SERVICE, now=NOW
        )
    with pytest.raises(Conflict), database.writing() as session:
        drop_preparation(
            session, before[2].id, based_on=1, reason="No need", actor=SERVICE, now=NOW
        )

    after = steps(database, order)
    assert [(step.stage, step.window_opens_on, step.target_on) for step in after] == [
        (step.stage, step.window_opens_on, step.target_on) for step in before
    ]


def test_the_third_meeting_follows_the_route(database: Database) -> None:
    order = made(database)
    with database.writing() as session:
        plan = live_plan(session, order.id)
        assert plan is not None
        change_route(session, plan.id, Route.DIRECT, based_on=plan.version, actor=SERVICE, now=NOW)
    direct = steps(database, order)[3]

    with database.writing() as session:
        plan = live_plan(session, order.id)
        assert plan is not None
        change_route(session, plan.id, Route.LETTER, based_on=plan.version, actor=SERVICE, now=NOW)
    letter = steps(database, order)[3]

    assert "harmed" in direct.attends
    assert "separate_entrances" in direct.features
    assert "harmed" not in letter.attends
    assert letter.minutes < direct.minutes


def test_a_route_chosen_on_an_old_page_is_refused(database: Database) -> None:
    order = made(database)
    plan_id = steps(database, order)[0].plan_id
    with database.writing() as session:
        change_route(session, plan_id, Route.LETTER, based_on=1, actor=SERVICE, now=NOW)

    with pytest.raises(Conflict), database.writing() as session:
        change_route(session, plan_id, Route.SHUTTLE, based_on=1, actor=SERVICE, now=NOW)


def test_a_step_waits_for_the_one_before_it(database: Database) -> None:
    order = made(database)
    assessment = steps(database, order)[1]

    with pytest.raises(Conflict), database.writing() as session:
        complete_step(session, assessment.id, done_on=date(2026, 3, 9), actor=SERVICE, now=NOW)


def test_a_held_third_meeting_closes_the_door_to_more_preparation(database: Database) -> None:
    order = made(database, sentenced_on=date(2025, 12, 1))
    found = steps(database, order)
    for step, day in zip(found, (5, 10, 20, 30), strict=False):
        with database.writing() as session:
            complete_step(session, step.id, done_on=date(2025, 12, day), actor=SERVICE, now=NOW)

    with pytest.raises(Conflict), database.writing() as session:
        add_preparation(session, found[0].plan_id, reason="Late", actor=SERVICE, now=NOW)
    assert steps(database, order)[4].window_opens_on == date(2026, 1, 6)


def test_a_promised_day_stays_when_the_clocks_follow(database: Database) -> None:
    order = made(database)
    review = steps(database, order)[4]
    with database.writing() as session:
        promise(
            session,
            review.id,
            date(2026, 8, 3),
            reason="Promised to the court",
            actor=SERVICE,
            now=NOW,
        )

    with database.writing() as session:
        add_preparation(session, review.plan_id, reason="More time", actor=SERVICE, now=NOW)

    assert steps(database, order)[-1].due_on == date(2026, 8, 3)


def test_a_sensitive_case_stops_at_assessment_until_it_is_signed_off(database: Database) -> None:
    order = made(database, is_sensitive_complex=True)
    found = steps(database, order)
    assert [may_be_planned(order, step) for step in found] == [True, True, False, False, False]

    with database.writing() as session:
        signed = sign_off(
            session, order.id, based_on=order.version, actor=an_actor(session), now=NOW
        )

    assert all(may_be_planned(signed, step) for step in found)


def test_closing_an_order_closes_its_plan(database: Database) -> None:
    order = made(database)
    plan_id = steps(database, order)[0].plan_id

    with database.writing() as session:
        close_order(
            session,
            order.id,
            reason="Order revoked",
            based_on=order.version,
            actor=SERVICE,
            now=NOW,
        )

    with database.reading() as session:
        assert get_plan(session, plan_id).state is PlanState.CLOSED
        assert live_plan(session, order.id) is None
        assert open_orders(session, "N1") == []


def test_a_search_finds_references_crns_and_people_of_ones_own_areas(database: Database) -> None:
    first = made(database, reference="NM/1")
    second = made(database, reference="NM/2")
    made(database, reference="NM/3", area="S9")

    with database.reading() as session:
        own = OrderFilter(frozenset({"N1"}))
        assert find_orders(session, own).total == 2
        assert find_orders(session, OrderFilter(own.areas, text="nm/2")).orders == (
            get_order(session, second.id),
        )
        assert find_orders(session, OrderFilter(own.areas, text=first.crn.lower())).total == 1
        by_name = OrderFilter(own.areas, text="nobody", or_order_ids=frozenset({first.id}))
        assert [order.id for order in find_orders(session, by_name).orders] == [first.id]
        assert find_orders(session, OrderFilter(own.areas, state=OrderState.CLOSED)).total == 0
        page = find_orders(session, own, page=9, page_size=1)
        assert (page.page, page.pages, len(page.orders)) == (2, 2, 1)


def test_agreed_venues_replace_each_other(database: Database) -> None:
    order = made(database)
    with database.writing() as session:
        one, _ = a_venue_with_rooms(session)
        two, _ = a_venue_with_rooms(session)
        agree_venues(session, order.id, [one.id, two.id], actor=SERVICE, now=NOW)
        agree_venues(session, order.id, [two.id], actor=SERVICE, now=NOW)

    with database.reading() as session:
        assert venues_agreed(session, order.id) == {two.id}
