"""The fictional county goes through the service's own doors, on both databases, and can be planned.

Whatever a service would refuse makes the loading fail.
"""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func
from sqlmodel import Session, select

from rj.accounts.queries import find_account
from rj.audit.models import AuditEntry
from rj.audit.services import SERVICE
from rj.conferences.models import GateRecord, Meeting
from rj.conferences.readiness import what_is_missing
from rj.db.database import Database
from rj.demo.county import a_county
from rj.demo.court_file import write_fresh_orders
from rj.demo.facts import OrderFacts, Standing
from rj.demo.loading import load_county
from rj.facilitators.models import (
    ConflictOfInterest,
    Facilitator,
    FacilitatorBusy,
    Leave,
    Mentoring,
    PastConference,
)
from rj.intake.orders_file import import_orders
from rj.intake.report import RowResult
from rj.kernel.errors import Conflict
from rj.kernel.london import london_day
from rj.orders.clocks import first_contact
from rj.orders.models import Order, Plan, PlanState, PlanStep, ResponsibleOfficer, StepState
from rj.orders.queries import (
    find_order_by_reference,
    live_plan,
    may_be_planned,
    open_orders,
    steps_of,
)
from rj.outbox.models import Message
from rj.parties.contact import contact_details
from rj.parties.models import HarmedDetails, Party, PartyBusy, PlaceToAvoid
from rj.parties.queries import contact_plan, parties_of
from rj.policy.clocks import ClockState
from rj.policy.standards import standards_on
from rj.policy.terms import Gate, GateValue, PartyRole, Role, Route, Side, Stage
from rj.scheduling.freezing import freeze
from rj.scheduling.planner.documents import problem_text, read_problem
from rj.scheduling.planner.rules import breaches
from rj.scheduling.planner.solution import SMALL
from rj.scheduling.planner.solve import plan_meetings
from rj.venues.models import Room, Venue, VenueClosure
from tests.builders import NOW, SEAL
from tests.integration.demo.conftest import Wenshire

TODAY = london_day(NOW)


def recorded(session: Session, facts: OrderFacts) -> Order:
    order = find_order_by_reference(session, facts.reference)
    assert order is not None
    return order


def steps(session: Session, facts: OrderFacts) -> list[PlanStep]:
    plan = live_plan(session, recorded(session, facts).id)
    assert plan is not None
    return steps_of(session, plan.id)


def stages_done(session: Session, facts: OrderFacts) -> list[Stage]:
    return [step.stage for step in steps(session, facts) if step.state is StepState.DONE]


DONE = {
    Standing.AWAITING_CONTACT: 0,
    Standing.CLOCK_NEAR: 0,
    Standing.OVERDUE: 0,
    Standing.CONTACTED: 1,
    Standing.UNSIGNED: 1,
    Standing.NOT_YET: 2,
    Standing.SUITABLE: 2,
    Standing.PREPARED: 3,
    Standing.EXTRA_PREPARATION: 3,
    Standing.READY: 3,
    Standing.LETTER: 3,
    Standing.SHUTTLE: 3,
    Standing.AWAITING_REVIEW: 4,
}
"""How many steps of its plan an order has behind it."""


def test_a_whole_county_is_recorded_as_it_was_invented(wenshire: Wenshire) -> None:
    county = wenshire.county
    today = TODAY

    with wenshire.database.reading() as session:
        assert len(open_orders(session, county.area_id)) == 60
        for facts in county.orders:
            order = recorded(session, facts)
            clocks = first_contact(order, standards_on(order.sentenced_on), today)
            assert len(set(stages_done(session, facts))) == DONE[facts.standing], facts.reference
            assert (order.current_lead_id is not None) is bool(facts.lead_code)
            assert order.is_sensitive_complex is facts.is_sensitive_complex
            assert len(parties_of(session, order.id)) == len(facts.parties)
            if facts.standing is Standing.OVERDUE:
                assert clocks.state is ClockState.OVERDUE

        def count(table: type[object]) -> int:
            return session.exec(select(func.count()).select_from(table)).one()

        people = county.facilitators
        assert count(Facilitator) == 16
        assert count(Mentoring) == 8
        assert count(Leave) == sum(len(one.leave) + len(one.ill) for one in people)
        assert count(FacilitatorBusy) == sum(len(one.busy) for one in people)
        assert count(ConflictOfInterest) == sum(len(one.conflicts) for one in people)
        assert count(Venue) == 8
        assert count(Room) == sum(len(venue.rooms) for venue in county.venues)
        assert count(VenueClosure) == sum(len(venue.closures) for venue in county.venues)
        assert count(ResponsibleOfficer) == 8
        everyone = [party for facts in county.orders for party in facts.parties]
        assert count(PartyBusy) == sum(len(party.busy) for party in everyone)
        assert count(PlaceToAvoid) == sum(len(party.avoids) for party in everyone)
        met = sum(facts.standing is Standing.AWAITING_REVIEW for facts in county.orders)
        assert count(PastConference) == sum(len(one.past_conferences) for one in people) + met


def test_nothing_is_planned_and_nobody_is_written_to(wenshire: Wenshire) -> None:
    with wenshire.database.reading() as session:
        assert session.exec(select(Meeting)).first() is None
        assert session.exec(select(Message)).first() is None


def test_every_order_has_one_live_plan_of_at_least_five_steps(wenshire: Wenshire) -> None:
    county = wenshire.county

    with wenshire.database.reading() as session:
        plans = session.exec(select(Plan.order_id).where(Plan.state == PlanState.LIVE)).all()
        assert len(set(plans)) == len(plans) == len(county.orders)
        for facts in county.orders:
            extra = facts.standing is Standing.EXTRA_PREPARATION
            of_others = sum(step.route is not None for step in steps(session, facts))
            assert len(steps(session, facts)) - of_others == (6 if extra else 5)


def test_gates_stand_where_the_stages_say(wenshire: Wenshire) -> None:
    county = wenshire.county
    today = TODAY

    with wenshire.database.reading() as session:
        for facts in county.orders:
            plan = live_plan(session, recorded(session, facts).id)
            assert plan is not None
            by_stage = {step.stage: step for step in steps(session, facts)}
            third_is_open = not what_is_missing(session, by_stage[Stage.REPARATION], today=today)
            preparation_is_open = not what_is_missing(
                session, by_stage[Stage.PREPARATION], today=today
            )
            suitable = DONE[facts.standing] >= 2 and facts.standing is not Standing.NOT_YET
            assert preparation_is_open is suitable, facts.reference
            match facts.standing:
                case Standing.READY:
                    assert third_is_open, facts.reference
                    assert plan.route is Route.DIRECT
                case Standing.AWAITING_REVIEW:
                    assert not what_is_missing(session, by_stage[Stage.REVIEW], today=today)
                case Standing.LETTER:
                    assert plan.route is Route.LETTER
                    assert not third_is_open
                case Standing.SHUTTLE:
                    assert plan.route is Route.SHUTTLE
                case _:
                    assert plan.route is Route.UNDECIDED
                    assert not third_is_open, facts.reference


def test_a_sensitive_case_waits_for_its_sign_off(wenshire: Wenshire) -> None:
    county = wenshire.county

    with wenshire.database.reading() as session:
        for facts in county.orders:
            if facts.standing is Standing.UNSIGNED:
                order = recorded(session, facts)
                planned = [
                    step.stage for step in steps(session, facts) if may_be_planned(order, step)
                ]
                assert planned == [Stage.ASSESSMENT]


def test_names_of_the_harmed_side_are_sealed(wenshire: Wenshire) -> None:
    county = wenshire.county
    harmed = [
        (facts, party)
        for facts in county.orders
        for party in facts.parties
        if party.side is Side.HARMED and party.role is PartyRole.PRINCIPAL
    ]

    with wenshire.database.reading() as session:
        sealed = [row.sealed for row in session.exec(select(HarmedDetails))]
        for facts, party in harmed:
            order = recorded(session, facts)
            opened = {
                contact_details(session, SEAL, each.id).name
                for each in parties_of(session, order.id)
            }
            assert party.name in opened
            assert not any(party.name.encode() in row for row in sealed)


def test_whoever_said_no_is_stopped_and_nobody_else(wenshire: Wenshire) -> None:
    with wenshire.database.reading() as session:
        stopped = [party for party in session.exec(select(Party)) if party.stopped_at is not None]
        assert len(stopped) == 1
        assert stopped[0].side is Side.HARMED


def test_contact_plans_are_recorded_as_agreed(wenshire: Wenshire) -> None:
    county = wenshire.county

    with wenshire.database.reading() as session:
        for facts in county.orders:
            order = recorded(session, facts)
            found = Counter(
                (plan.channel, plan.calendar_wish, plan.agreed_on) if plan else None
                for party in parties_of(session, order.id)
                for plan in (contact_plan(session, party.id),)
            )
            told = Counter(
                (plan.channel, plan.calendar_wish, plan.agreed_on) if plan else None
                for party in facts.parties
                for plan in (party.contact_plan,)
            )
            assert found == told, facts.reference


def test_the_past_bears_its_own_days_and_people(wenshire: Wenshire) -> None:
    county = wenshire.county
    names = {party.key: party.side for facts in county.orders for party in facts.parties}

    with wenshire.database.reading() as session:
        records = session.exec(select(GateRecord)).all()
        assert len(records) > 20
        assert all(record.recorded_at < NOW for record in records)
        assert {record.gate for record in records} == set(Gate)
        assert {record.value for record in records} >= {GateValue.YES, GateValue.NOT_YET}
        assert Side.HARMED in names.values()
        acts = session.exec(select(AuditEntry).where(AuditEntry.action == "record gate")).all()
        assert {entry.role for entry in acts} >= {Role.FACILITATOR, Role.LIAISON_OFFICER}


def test_the_facilitator_who_can_sign_in_leads_live_cases(wenshire: Wenshire) -> None:
    shown = next(one for one in wenshire.loaded.accounts if Role.FACILITATOR in one.roles)

    with wenshire.database.reading() as session:
        account = find_account(session, shown.email)
        assert account is not None
        facilitator = session.exec(
            select(Facilitator).where(Facilitator.account_id == account.id)
        ).one()
        led = session.exec(select(Order).where(Order.current_lead_id == facilitator.id)).all()
        assert led


def test_a_county_is_loaded_once(wenshire: Wenshire) -> None:
    with pytest.raises(Conflict, match="is in this database already"):
        load_county(wenshire.database, wenshire.county, seal=SEAL, now=NOW)


def test_yesterdays_orders_can_be_uploaded_and_the_second_time_changes_nothing(
    database: Database, tmp_path: Path
) -> None:
    county = a_county(1, TODAY, size=13)
    load_county(database, county, seal=SEAL, now=NOW)
    orders, people = write_fresh_orders(tmp_path / "demo", county)

    reports = [
        import_orders(
            database,
            orders.read_bytes(),
            parties=people.read_bytes(),
            seal=SEAL,
            actor=SERVICE,
            now=NOW + timedelta(minutes=minute),
        )
        for minute in (0, 1)
    ]

    assert [report.is_accepted for report in reports] == [True, True]
    assert reports[0].count(RowResult.RECORDED) == len(county.fresh_orders)
    assert reports[1].count(RowResult.RECORDED) == 0
    assert reports[1].count(RowResult.UNCHANGED) == len(county.fresh_orders)
    with database.reading() as session:
        assert len(open_orders(session, county.area_id)) == 13 + len(county.fresh_orders)


def test_nearly_all_of_the_frozen_county_can_be_planned(
    wenshire: Wenshire,
) -> None:
    county = wenshire.county

    with wenshire.database.reading() as session:
        frozen = freeze(session, county.area_id, now=NOW)
    problem = read_problem(json.loads(problem_text(frozen.problem)))
    solution = plan_meetings(problem, effort=SMALL, seed=1, time_limit=30)

    assert problem == frozen.problem
    assert len(problem.cases) == 60 + len(frozen.held) // 2, "the orders, and what is held for more"
    assert not breaches(problem, solution.plan)
    open_tasks = [task for case in problem.cases for task in case.tasks if task.held is None]
    unplaced = len(open_tasks) - len(solution.plan.meetings)
    assert len(open_tasks) > 150
    assert unplaced <= 12, "more cannot be placed than the few that honestly cannot"
