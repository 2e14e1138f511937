"""Solving a planning run: the worker's part, and its repetition.

    solve_run(database, clock, run_id)                 safe to repeat
    replay_run(database, reference)                    -> differences, none for the same plan

The solve itself holds no transaction. Its result is written once, by whoever comes first.
"""

import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from rj.conferences.models import Meeting
from rj.db.database import Database
from rj.jobs.faults import described
from rj.kernel.clock import Clock
from rj.kernel.errors import Conflict, Invalid, NotFound
from rj.orders.models import Order, Plan, PlanStep
from rj.scheduling.models import (
    LeftOut,
    PlanningRun,
    ProposalChange,
    ProposedMeeting,
    RunProgress,
    RunState,
)
from rj.scheduling.names import TASK
from rj.scheduling.neighbours import (
    Taken,
    proposed_elsewhere,
    read_taken,
    taken_document,
    with_taken,
)
from rj.scheduling.planner.again import AGAIN, plan_again
from rj.scheduling.planner.broken import broken_cases
from rj.scheduling.planner.documents import plan_text, read_plan, read_problem
from rj.scheduling.planner.pipeline import pipeline
from rj.scheduling.planner.plan import Meeting as PlannedMeeting
from rj.scheduling.planner.plan import Plan as PlannedPlan
from rj.scheduling.planner.problem import Problem
from rj.scheduling.planner.rules import Breach, RuleBroken, breaches
from rj.scheduling.planner.solution import Effort, Outcome, Solution
from rj.scheduling.planner.solution import Progress as PlannerProgress
from rj.scheduling.planner.solve import outcome_of, plan_meetings, provenance_of
from rj.scheduling.planner.tiers import Tiers, tiers
from rj.scheduling.runs import STANDING, EffortLevel, locked_run, names_of
from rj.scheduling.wording import in_words

PROGRESS_EVERY_SECONDS = 1.0
LISTENS_EVERY_SECONDS = 0.25
"""The search asks for every case whether to stop; it ends within a second of being told."""
LONGEST_REASON = 1000
LONGEST_FAILURE = 300
MOST_BEGINNINGS = 3
"""A run over which so many workers died is given up: it would take the next one with it."""

KEPT = "It stays as it is: only what could no longer stand was planned again."
NOT_LOOKED_AT = "Only what broke was planned again. A full planning run looks at this stage too"

BESIDE_OTHERS = "planning around what other areas propose"

_log = logging.getLogger(__name__)


def solve_run(
    database: Database,
    clock: Clock,
    run_id: UUID,
    *,
    is_stopping: Callable[[], bool] = lambda: False,
) -> None:
    """Plan a waiting run and keep what came of it. A run that is over is left alone.

    Every plan is read against the plain rules before it is kept. Whatever goes wrong ends the run
    as failed, with a sentence, and changes nothing else (P3).
    """
    task = _begin(database, clock, run_id)
    if task is None:
        return
    pulse = _Pulse(database, clock, run_id)

    def should_stop() -> bool:
        return is_stopping() or pulse.is_stop_requested()

    try:
        found = _solve(task, pulse, should_stop)
        _keep_beside_others(database, clock, run_id, task, found, pulse)
    except RuleBroken as fault:
        _log.error("planning run %s broke rules: %s", run_id, fault)
        worst = fault.broken[0]
        told = f"The plan that was found broke rule {worst.rule} and was thrown away: "
        _fail(database, clock, run_id, f"{told}{_about(worst)}")
    except Invalid as invalid:
        _fail(database, clock, run_id, f"Nothing could be planned: {invalid.problems[0].message}")
    except Exception as fault:
        _log.error("planning run %s failed: %s", run_id, described(fault))
        sentence = "Planning met a fault and stopped. Nothing was changed; plan again, and if it "
        _fail(database, clock, run_id, sentence + "happens again tell whoever runs the service")


def _keep_beside_others(
    database: Database,
    clock: Clock,
    run_id: UUID,
    task: "_Task",
    found: Solution,
    pulse: "_Pulse",
) -> None:
    """Keep the answer once it is clear of what other areas propose. Raises RuleBroken."""
    answer = Answer(found, found.plan, {})
    while True:
        # the planner reads its own plans; what is kept does not rest on its word
        if broken := breaches(task.problem, answer.solution.plan):
            raise RuleBroken(broken)
        proposed = _keep(database, clock, run_id, task, answer)
        if proposed is None:
            return
        elapsed = pulse.told_at or 0.0
        pulse.tell(PlannerProgress(elapsed, BESIDE_OTHERS, found.tiers, found.bounds, None))
        answer = _beside_others(task.problem, task.seed, found, proposed)


def _about(breach: Breach) -> str:
    """A breach as a sentence that begins with whom or what it is about."""
    subject = breach.about if breach.sentence.split()[0] != breach.about else ""
    return f"{subject} {breach.sentence}".strip()


@dataclass(frozen=True, slots=True)
class _Task:
    """A run taken up: what is to be planned, and what stays as it is where only some is."""

    begun_at: datetime
    problem: Problem
    standing: PlannedPlan | None
    effort: Effort
    seed: int
    limit: float


def _begin(database: Database, clock: Clock, run_id: UUID) -> _Task | None:
    """Take a run up; None when it is over already. A run whose worker died is begun afresh, but not
    for ever."""
    with database.writing() as session:
        run = locked_run(session, run_id)
        if run.state not in {RunState.QUEUED, RunState.RUNNING}:
            return None
        if run.beginnings >= MOST_BEGINNINGS:
            run.state = RunState.FAILED
            run.finished_at = clock.now()
            run.failure = (
                f"Planning ended unexpectedly {MOST_BEGINNINGS} times. Plan again with a quick "
                "look, and tell whoever runs the service"
            )
            return None
        run.state = RunState.RUNNING
        run.started_at = clock.now()
        run.beginnings += 1
        return _Task(
            clock.now(),
            read_problem(json.loads(run.problem)),
            None if run.standing is None else read_plan(json.loads(run.standing)),
            EffortLevel(run.effort).effort,
            run.seed,
            float(run.time_limit_seconds),
        )


def _solve(task: _Task, pulse: "_Pulse", should_stop: Callable[[], bool]) -> Solution:
    """Plan everything, or mend what stands."""
    if task.standing is None:
        return plan_meetings(
            task.problem,
            effort=task.effort,
            seed=task.seed,
            time_limit=task.limit,
            on_progress=pulse.tell,
            should_stop=should_stop,
        )
    begun = time.monotonic()
    pulse.tell(PlannerProgress(0.0, "planning again what broke", None, None, None))
    limit = task.limit
    solution = _mended(
        task.problem,
        task.standing,
        task.seed,
        lambda: should_stop() or time.monotonic() - begun >= limit,
    )
    took = time.monotonic() - begun
    pulse.tell(PlannerProgress(took, "done", solution.tiers, solution.bounds, None))
    return solution


@dataclass(frozen=True, slots=True)
class Answer:
    """A plan, the one first found, and what other areas propose that it keeps clear of."""

    solution: Solution
    first: PlannedPlan
    taken: Taken


def _beside_others(problem: Problem, seed: int, first: Solution, taken: Taken) -> Answer:
    """The same plan with what clashes with other areas' proposals planned again, and no more.

    It takes a second at most and is not broken off, so that a run that is stopped loses nothing by
    it. Where a pinned meeting clashes the plan stays: whoever publishes last will be told.
    """
    apart = with_taken(problem, taken)
    broken = broken_cases(apart, first.plan)
    if not broken:
        return Answer(first, first.plan, taken)
    try:
        replan = plan_again(apart, standing=first.plan, broken=broken, seed=seed)
    except Invalid:
        return Answer(first, first.plan, taken)
    planned = replan.plan.meeting
    reached = tiers(problem, replan.plan)
    left_out = {**first.left_out, **replan.left_out}
    reasons = {**first.reasons, **replan.reasons}
    solution = replace(
        first,
        plan=replan.plan,
        tiers=reached,
        outcome=outcome_of(reached, is_cut_short=first.outcome is Outcome.CUT_SHORT),
        reasons={name: why for name, why in reasons.items() if name in planned},
        left_out={name: why for name, why in left_out.items() if name not in planned},
    )
    return Answer(solution, first.plan, taken)


def _mended(
    problem: Problem, standing: PlannedPlan, seed: int, should_stop: Callable[[], bool]
) -> Solution:
    """The standing plan with what broke planned again, as any other answer of the planner."""
    stopped: list[bool] = []

    def is_over() -> bool:
        if should_stop():
            stopped.append(True)
        return bool(stopped)

    replan = plan_again(problem, standing=standing, seed=seed, should_stop=is_over)
    return Solution(
        plan=replan.plan,
        tiers=replan.tiers,
        bounds=replan.bounds,
        outcome=outcome_of(replan.tiers, is_cut_short=bool(stopped)),
        reasons=replan.reasons,
        left_out=replan.left_out,
        provenance=provenance_of(seed, AGAIN, 0),
    )


class _Pulse:
    """Tells how far a solve has come, at most every second, each time in a transaction of its own;
    and listens whether somebody wants it to stop."""

    def __init__(self, database: Database, clock: Clock, run_id: UUID) -> None:
        self.database = database
        self.clock = clock
        self.run_id = run_id
        self.told_at: float | None = None
        self.phase = ""
        self.listened_at: float | None = None
        self.is_stopped = False

    def tell(self, progress: PlannerProgress) -> None:
        """Write where the solve stands, unless that was done a moment ago."""
        is_due = self.told_at is None or progress.elapsed - self.told_at >= PROGRESS_EVERY_SECONDS
        if not is_due and progress.phase == self.phase:
            return
        self.told_at, self.phase = progress.elapsed, progress.phase
        with self.database.writing() as session:
            row = session.get(RunProgress, self.run_id)
            if row is None:
                row = RunProgress(
                    run_id=self.run_id,
                    elapsed_seconds=progress.elapsed,
                    phase=progress.phase,
                    reported_at=self.clock.now(),
                )
                session.add(row)
            row.elapsed_seconds = progress.elapsed
            row.phase = progress.phase
            row.best = list(progress.tiers or ())
            row.bound = list(progress.bounds.least) if progress.bounds is not None else []
            row.reported_at = self.clock.now()

    def is_stop_requested(self) -> bool:
        """Whether a coordinator has asked the run to stop, as known a quarter of a second ago."""
        now = time.monotonic()
        if self.listened_at is None or now - self.listened_at >= LISTENS_EVERY_SECONDS:
            self.listened_at = now
            with self.database.reading() as session:
                run = session.get(PlanningRun, self.run_id)
                self.is_stopped = run is None or run.stop_requested
        return self.is_stopped


def _keep(
    database: Database, clock: Clock, run_id: UUID, task: _Task, answer: Answer
) -> Taken | None:
    """Store the answer and its proposals in one transaction, unless another worker was first.

    Stores nothing where other areas propose by now what the answer does not know of, and gives what
    they take. Runs that end at once wait for one another here: each sees what the other proposed.
    """
    with database.writing() as session:
        session.exec(
            select(PlanningRun.id)
            .where(PlanningRun.state == RunState.RUNNING)
            .order_by(col(PlanningRun.id))
            .with_for_update()
        ).all()
        run = locked_run(session, run_id)
        if run.result is not None or run.state is not RunState.RUNNING:
            return None
        proposed = proposed_elsewhere(session, run, names_of(run), now=task.begun_at)
        if proposed != answer.taken:
            return proposed
        told: dict[str, Any] = {"pipeline": pipeline(task.problem, answer.solution.plan).sentence}
        run.result = json.dumps(
            result_document(answer.solution) | told | _beside_document(task.problem, answer),
            ensure_ascii=False,
        )
        run.state = RunState.FINISHED
        run.finished_at = clock.now()
        _propose(session, run, task.problem, answer.solution)
    return None


def _beside_document(problem: Problem, answer: Answer) -> dict[str, Any]:
    """What an answer that gave way to other areas needs to be repeated."""
    if answer.solution.plan == answer.first:
        return {}
    now = answer.solution.plan.meeting
    gave_way = {
        problem.case_of[each.task].id
        for each in answer.first.meetings
        if now.get(each.task) != each
    }
    return {"beside": taken_document(answer.taken), "gave_way": len(gave_way)}


def result_document(solution: Solution) -> dict[str, Any]:
    """The solver's answer with its evidence, as it is stored."""
    return {
        "plan": json.loads(plan_text(solution.plan)),
        "tiers": solution.tiers._asdict(),
        "bounds": solution.bounds.least._asdict(),
        "proven": list(solution.proven),
        "outcome": solution.outcome.value,
        "reasons": dict(solution.reasons),
        "left_out": dict(solution.left_out),
        "provenance": asdict(solution.provenance),
    }


def _propose(session: Session, run: PlanningRun, problem: Problem, solution: Solution) -> None:
    names = names_of(run)
    told = in_words(session, names)
    order_of = _orders_of_steps(session, run.area_id)
    for meeting in solution.plan.meetings:
        if not names.stands_for(TASK, meeting.task):
            continue  # a provisional hold stays as it is and is nobody's proposal
        step_id = names.record(meeting.task)
        standing = _standing(session, run, meeting.task)
        lead = names.record(meeting.lead)
        second = None if meeting.second is None else names.record(meeting.second)
        room = None if meeting.room is None else names.record(meeting.room)
        minutes = problem.task[meeting.task].minutes
        session.add(
            ProposedMeeting(
                run_id=run.id,
                step_id=step_id,
                order_id=order_of[step_id],
                meeting_id=None if standing is None else standing[0].id,
                based_on_version=None if standing is None else standing[1],
                change=_change(standing[0] if standing else None, meeting, lead, second, room),
                starts_at=meeting.start,
                ends_at=meeting.start + timedelta(minutes=minutes),
                lead_id=lead,
                second_id=second,
                room_id=room,
                reason=told(solution.reasons.get(meeting.task, KEPT))[:LONGEST_REASON],
            )
        )
    for task, reason, is_later in _without_a_meeting(problem, solution):
        if not names.stands_for(TASK, task):
            continue
        step_id = names.record(task)
        session.add(
            LeftOut(
                run_id=run.id,
                step_id=step_id,
                order_id=order_of[step_id],
                is_later=is_later,
                reason=told(reason)[:LONGEST_REASON],
            )
        )


def _without_a_meeting(problem: Problem, solution: Solution) -> Iterator[tuple[str, str, bool]]:
    """Open tasks without a meeting, why, and whether that is only because nobody looked.

    A run that mends what broke leaves all other cases as they are, stages not booked included.
    """
    for case in problem.cases:
        for task in case.open_tasks:
            if task.id in solution.left_out:
                yield task.id, solution.left_out[task.id], False
            elif task.id not in solution.plan.meeting:
                yield task.id, NOT_LOOKED_AT, True


def _standing(session: Session, run: PlanningRun, task: str) -> tuple[Meeting, int] | None:
    """The meeting a task had when it was frozen, and its version then."""
    text = run.identifiers.get(f"{task}{STANDING}")
    if text is None:
        return None
    meeting_id, _, version = text.partition("@")
    return session.get_one(Meeting, UUID(meeting_id)), int(version)


def _change(
    standing: Meeting | None,
    planned: PlannedMeeting,
    lead: UUID,
    second: UUID | None,
    room: UUID | None,
) -> ProposalChange:
    if standing is None:
        return ProposalChange.NEW
    if (standing.starts_at, standing.room_id) != (planned.start, room):
        return ProposalChange.MOVED
    if (standing.lead_id, standing.second_id) != (lead, second):
        return ProposalChange.STAFF_CHANGED
    return ProposalChange.UNCHANGED


def _orders_of_steps(session: Session, area_id: str) -> dict[UUID, UUID]:
    rows = session.exec(
        select(col(PlanStep.id), col(Plan.order_id))
        .join(Plan, col(Plan.id) == PlanStep.plan_id)
        .join(Order, col(Order.id) == Plan.order_id)
        .where(Order.area_id == area_id)
    ).all()
    return dict(rows)


def _fail(database: Database, clock: Clock, run_id: UUID, sentence: str) -> None:
    with database.writing() as session:
        run = locked_run(session, run_id)
        if run.state is RunState.RUNNING:
            run.state = RunState.FAILED
            told = in_words(session, names_of(run))
            run.failure = told(sentence).rstrip(".")[:LONGEST_FAILURE]
            run.finished_at = clock.now()


def replay_run(database: Database, reference: str) -> list[str]:
    """Plan a finished run again, as many rounds as it had, and say in what the plans differ.

    Nothing for the same plan. Raises NotFound, and Conflict for a run that has no plan or that has
    lost a person to erasure.
    """
    with database.reading() as session:
        run = session.exec(
            select(PlanningRun).where(PlanningRun.reference == reference.strip())
        ).first()
        if run is None:
            raise NotFound("There is no planning run with this reference")
        if run.result is None:
            raise Conflict("This run has no plan to compare with")
        problem = read_problem(json.loads(run.problem))
        lost = _names_in(problem) - set(run.identifiers)
        if lost:
            raise Conflict("This run has lost a person to erasure and can no longer be replayed")
        result = json.loads(run.result)
        level, seed = EffortLevel(run.effort), run.seed
        standing = None if run.standing is None else read_plan(json.loads(run.standing))
        told = in_words(session, names_of(run))
    before = result["provenance"]
    if standing is None:
        effort = replace(level.effort, rounds=before["rounds"], rounds_per_ten_cases=0)
        solution = plan_meetings(problem, effort=effort, seed=seed)
    else:
        solution = _mended(problem, standing, seed, lambda: False)
    if "beside" in result:
        taken = read_taken(result["beside"])
        solution = _beside_others(problem, seed, solution, taken).solution
    first, again = read_plan(result["plan"]), solution.plan
    if plan_text(first) == plan_text(again):
        return []
    differences = [
        f"{name} was {before[name]} and is {getattr(solution.provenance, name)} now"
        for name in ("solver", "platform")
        if before[name] != getattr(solution.provenance, name)
    ]
    if Tiers(**result["tiers"]) != solution.tiers:
        differences.append(f"tiers {list(result['tiers'].values())} became {list(solution.tiers)}")
    for task in sorted({*first.meeting, *again.meeting}):
        if first.meeting.get(task) != again.meeting.get(task):
            differences.append(told(f"{task} is planned otherwise"))
    return differences


def _names_in(problem: Problem) -> set[str]:
    return {*problem.person, *problem.facilitator, *(case.id for case in problem.cases)}
