"""Planning runs: frozen, solved, kept once, and repeated."""

import json
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from rj.db.database import Database
from rj.facilitators.queries import get_facilitator
from rj.kernel.clock import StoppedClock
from rj.kernel.errors import Conflict
from rj.policy.terms import Stage
from rj.scheduling import solving
from rj.scheduling.models import LeftOut, PlanningRun, ProposalChange, ProposedMeeting, RunState
from rj.scheduling.planner.documents import read_plan, read_problem
from rj.scheduling.planner.problem import Problem
from rj.scheduling.planner.rules import Breach, breaches
from rj.scheduling.planner.solution import Solution
from rj.scheduling.publishing import publish
from rj.scheduling.runs import (
    get_run,
    names_of,
    progress_of,
    request_mending,
    request_run,
    stop_run,
)
from rj.scheduling.solving import MOST_BEGINNINGS, replay_run, solve_run
from tests.builders import AREA, NOW, an_area, an_order
from tests.scheduling_builders import RecordingTell, a_county, a_solved_run


def proposed(session: Session, run: PlanningRun) -> list[ProposedMeeting]:
    return list(session.exec(select(ProposedMeeting).where(ProposedMeeting.run_id == run.id)))


def test_a_run_proposes_every_stage_of_every_open_plan(database: Database) -> None:
    with database.writing() as session:
        county = a_county(session)
    run_id = a_solved_run(database, county.actor)

    with database.reading() as session:
        run = get_run(session, run_id)
        meetings = proposed(session, run)
        assert len(meetings) == len(county.orders) * len(Stage)
        assert {meeting.change for meeting in meetings} == {ProposalChange.NEW}
        assert all(meeting.reason for meeting in meetings)
        assert run.result is not None
        problem = read_problem(json.loads(run.problem))
        plan = read_plan(json.loads(run.result)["plan"])
        assert breaches(problem, plan) == []
        reached = progress_of(session, run.id)
        assert reached is not None
        assert reached.phase == "done"


def test_what_was_published_stays_where_new_orders_come(database: Database) -> None:
    with database.writing() as session:
        county = a_county(session, orders=6)
    first = a_solved_run(database, county.actor)
    with database.writing() as session:
        orders = [order.id for order in county.orders]
        publish(session, first, orders, actor=county.actor, now=NOW, tell=RecordingTell())
        for _ in range(3):
            an_order(session, sentenced_on=date(2026, 2, 27), with_harmed=True)
    again = a_solved_run(database, county.actor, now=NOW + timedelta(days=2))

    with database.reading() as session:
        run = get_run(session, again)
        changes = Counter(
            meeting.change for meeting in proposed(session, run) if meeting.order_id in orders
        )
        others = {each.change for each in proposed(session, run) if each.order_id not in orders}
        booked = read_problem(json.loads(run.problem))
    assert set(changes) == {ProposalChange.UNCHANGED}, changes
    assert others == {ProposalChange.NEW}
    assert any(task.booked for case in booked.cases for task in case.tasks)


def test_a_stored_problem_names_nobody(database: Database) -> None:
    with database.writing() as session:
        county = a_county(session)
    run_id = a_solved_run(database, county.actor)

    with database.reading() as session:
        run = get_run(session, run_id)
        known = {str(order.id) for order in county.orders}
        known |= {order.reference for order in county.orders}
        known |= {facilitator.name for facilitator in county.facilitators}
        assert not [word for word in known if word in run.problem]


def test_the_same_run_gives_the_same_plan_again(database: Database) -> None:
    with database.writing() as session:
        county = a_county(session)
    run_id = a_solved_run(database, county.actor)
    with database.reading() as session:
        reference = get_run(session, run_id).reference

    assert replay_run(database, reference) == []


def test_a_replay_says_what_is_different(database: Database) -> None:
    with database.writing() as session:
        county = a_county(session)
    run_id = a_solved_run(database, county.actor)
    with database.writing() as session:
        run = get_run(session, run_id)
        assert run.result is not None
        result = json.loads(run.result)
        result["plan"]["meetings"][0]["start"] = "2026-03-20T10:00Z"
        run.result = json.dumps(result)
        reference = run.reference

    assert any("planned otherwise" in line for line in replay_run(database, reference))


def test_a_run_that_lost_a_person_can_no_longer_be_replayed(database: Database) -> None:
    with database.writing() as session:
        county = a_county(session)
    run_id = a_solved_run(database, county.actor)
    with database.writing() as session:
        run = get_run(session, run_id)
        run.identifiers = {k: v for k, v in run.identifiers.items() if not v.startswith("P:")}
        reference = run.reference

    with pytest.raises(Conflict, match="lost a person"):
        replay_run(database, reference)


def test_one_run_of_an_area_waits_at_a_time(database: Database) -> None:
    with database.writing() as session:
        county = a_county(session, orders=1)
        first = request_run(session, AREA, actor=county.actor, now=NOW)
        again = request_run(session, AREA, seed=7, actor=county.actor, now=NOW)

    assert again.id == first.id
    with database.reading() as session:
        assert [run.seed for run in session.exec(select(PlanningRun))] == [7]


def test_the_result_is_written_once(database: Database) -> None:
    with database.writing() as session:
        county = a_county(session, orders=1)
    run_id = a_solved_run(database, county.actor)
    with database.reading() as session:
        before = get_run(session, run_id).version
    solve_run(database, StoppedClock(NOW), run_id)
    with database.reading() as session:
        assert get_run(session, run_id).version == before


def test_a_waiting_run_that_is_stopped_never_begins(database: Database) -> None:
    with database.writing() as session:
        county = a_county(session, orders=1)
        run = request_run(session, AREA, actor=county.actor, now=NOW)
        stop_run(session, run.id, actor=county.actor, now=NOW)
    solve_run(database, StoppedClock(NOW), run.id)
    with database.reading() as session:
        stopped = get_run(session, run.id)
        assert stopped.state is RunState.FAILED
        assert stopped.failure == "Stopped before it began"
        assert proposed(session, stopped) == []


def test_P3_a_plan_that_breaks_a_rule_ends_the_run_in_plain_words(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as session:
        county = a_county(session, orders=1)
        run = request_run(session, AREA, actor=county.actor, now=NOW)
        name = next(n for n, what in run.identifiers.items() if what.startswith("F:"))
        lead = names_of(run).record(name)
    broken = [Breach("H9", name, "is in two places")]
    monkeypatch.setattr("rj.scheduling.planner.solve.breaches", lambda *_: broken)
    solve_run(database, StoppedClock(NOW), run.id)
    with database.reading() as session:
        failed = get_run(session, run.id)
        assert failed.state is RunState.FAILED
        assert failed.failure == (
            "The plan that was found broke rule H9 and was thrown away: "
            f"{get_facilitator(session, lead).name} is in two places"
        )
        assert failed.result is None
        assert proposed(session, failed) == []


def test_P3_a_worker_that_dies_leaves_nothing_and_is_not_followed_for_ever(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object, **__: object) -> None:
        raise SystemExit

    with database.writing() as session:
        county = a_county(session, orders=1)
        run = request_run(session, AREA, actor=county.actor, now=NOW)
        other = request_mending(session, an_area(session, "E1").id, actor=county.actor, now=NOW)
    with monkeypatch.context() as patched:
        patched.setattr("rj.scheduling.solving.plan_meetings", dies)
        patched.setattr("rj.scheduling.solving.plan_again", dies)
        with pytest.raises(SystemExit):
            solve_run(database, StoppedClock(NOW), other.id)
        for _ in range(MOST_BEGINNINGS):
            with pytest.raises(SystemExit):
                solve_run(database, StoppedClock(NOW), run.id)
            with database.reading() as session:
                begun = get_run(session, run.id)
                assert (begun.state, begun.result) == (RunState.RUNNING, None)
                assert proposed(session, begun) == []
    # the next worker takes up the one, and gives up the other
    for each in (other, run):
        solve_run(database, StoppedClock(NOW), each.id)
    with database.reading() as session:
        assert get_run(session, other.id).state is RunState.FINISHED
        given_up = get_run(session, run.id)
        assert given_up.state is RunState.FAILED
        assert given_up.failure.startswith("Planning ended unexpectedly 3 times")
        assert proposed(session, given_up) == []


def test_P3_a_fault_while_planning_changes_nothing_and_its_log_says_only_where(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    told = "the victim lives in Mill Lane"

    def broken(*_: object, **__: object) -> None:
        raise MemoryError(told)

    with database.writing() as session:
        county = a_county(session, orders=1)
        run = request_run(session, AREA, actor=county.actor, now=NOW)
    monkeypatch.setattr("rj.scheduling.solving.plan_meetings", broken)
    solve_run(database, StoppedClock(NOW), run.id)
    with database.reading() as session:
        failed = get_run(session, run.id)
        assert failed.state is RunState.FAILED
        assert failed.failure.startswith("Planning met a fault")
        assert proposed(session, failed) == []
        assert session.exec(select(LeftOut)).all() == []
    assert "MemoryError" in caplog.text
    assert str(run.id) in caplog.text
    assert told not in caplog.text


def test_P3_a_run_that_is_stopped_hears_of_it_within_a_second_and_asks_seldom(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as session:
        county = a_county(session, orders=1)
        run = request_run(session, AREA, actor=county.actor, now=NOW)
    plan, reading = solving.plan_meetings, Database.reading
    looks: list[float] = []
    heard: list[float] = []

    def noting_looks(self: Database) -> AbstractContextManager[Session]:
        looks.append(time.monotonic())
        return reading(self)

    def searching_on(
        problem: Problem, *, should_stop: Callable[[], bool], **asked: Any
    ) -> Solution:
        assert not should_stop()
        with database.writing() as session:
            stop_run(session, run.id, actor=county.actor, now=NOW)
        begun = time.monotonic()
        with monkeypatch.context() as patched:
            patched.setattr(Database, "reading", noting_looks)
            while not should_stop() and time.monotonic() - begun < 5:
                pass
        heard.append(time.monotonic() - begun)
        return plan(problem, effort=asked["effort"], seed=asked["seed"])

    monkeypatch.setattr(solving, "plan_meetings", searching_on)
    solve_run(database, StoppedClock(NOW), run.id)

    assert heard[0] < 1
    assert len(looks) == 1  # of thousands of times that the search asked
    with database.reading() as session:
        assert get_run(session, run.id).state is RunState.FINISHED
