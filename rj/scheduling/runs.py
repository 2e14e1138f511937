"""Planning runs: asked for by a coordinator, solved by a worker, kept with all that repeats them.

Solving itself is in ``solving``, so that a web process never loads the solver.

    request_run(session, area_id, *, seed, effort, time_limit_seconds, actor, now) -> PlanningRun
    request_mending(session, area_id, *, actor, now)   -> PlanningRun, for what broke alone
    stop_run(session, run_id, *, actor, now)           ends it, keeping the best plan so far
    progress_of(session, run_id)                       -> RunProgress | None
"""

from datetime import datetime
from enum import IntEnum
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from rj.accounts.models import Area
from rj.audit.services import Actor, note
from rj.db.records import get_record
from rj.jobs.services import enqueue
from rj.kernel.errors import FieldProblem, Invalid, NotFound
from rj.kernel.references import new_reference
from rj.scheduling.freezing import freeze
from rj.scheduling.models import (
    LeftOut,
    PlanningRun,
    RunProgress,
    RunState,
)
from rj.scheduling.names import Names
from rj.scheduling.planner.documents import plan_text, problem_text
from rj.scheduling.planner.solution import FIRST_ANSWER, NORMAL, SMALL, THOROUGH, Effort
from rj.scheduling.refreshers import add_refreshers

SOLVE = "solve"
"""Kind and queue of the job; solves never run in a web process."""

LONGEST_TIME_SECONDS = 3600
MENDING_SECONDS = 60
"""Most time for planning again what broke; it takes a second or two."""

STANDING = "/standing"
"""After a task's name in the mapping: the meeting it had when it was frozen, and its version."""


class EffortLevel(IntEnum):
    """How hard a run looks, as it is stored."""

    FIRST_ANSWER = 0
    SMALL = 1
    NORMAL = 2
    THOROUGH = 3

    @property
    def effort(self) -> Effort:
        """The planner's figures for this level."""
        return (FIRST_ANSWER, SMALL, NORMAL, THOROUGH)[self]


def request_run(
    session: Session,
    area_id: str,
    *,
    seed: int = 1,
    effort: int = EffortLevel.NORMAL,
    time_limit_seconds: int = 120,
    actor: Actor,
    now: datetime,
) -> PlanningRun:
    """Freeze an area's open plans and have a worker plan them.

    One run of an area waits at a time: asking again freezes the waiting one anew. ``effort`` is an
    ``EffortLevel``. Raises NotFound for an unknown area, Invalid for a limit that makes no sense.
    """
    return _request(
        session,
        area_id,
        seed=seed,
        effort=effort,
        time_limit_seconds=time_limit_seconds,
        mends_only=False,
        actor=actor,
        now=now,
    )


def request_mending(
    session: Session, area_id: str, *, seed: int = 1, actor: Actor, now: datetime
) -> PlanningRun:
    """Have a worker plan again only what broke: what is booked and can stand stays as it is.

    Cases of which nothing is booked yet are planned with it. Takes the place of a run of the area
    that waits. Raises NotFound for an unknown area.
    """
    return _request(
        session,
        area_id,
        seed=seed,
        effort=EffortLevel.SMALL,
        time_limit_seconds=MENDING_SECONDS,
        mends_only=True,
        actor=actor,
        now=now,
    )


def _request(
    session: Session,
    area_id: str,
    *,
    seed: int,
    effort: int,
    time_limit_seconds: int,
    mends_only: bool,
    actor: Actor,
    now: datetime,
) -> PlanningRun:
    area = session.exec(select(Area).where(Area.id == area_id).with_for_update()).first()
    if area is None:
        raise NotFound("There is no such area")
    if not 1 <= time_limit_seconds <= LONGEST_TIME_SECONDS:
        raise Invalid(
            FieldProblem(
                "time_limit_seconds", f"Give a limit from 1 to {LONGEST_TIME_SECONDS} seconds"
            )
        )
    if effort not in list(EffortLevel):
        raise Invalid(FieldProblem("effort", "Choose how hard to look"))
    add_refreshers(session, area_id, actor=actor, now=now)
    session.flush()
    run = _waiting_run(session, area_id) or PlanningRun(
        reference=new_reference("PR"),
        area_id=area_id,
        requested_at=now,
        problem="",
        identifiers={},
        seed=seed,
        effort=int(effort),
        time_limit_seconds=time_limit_seconds,
    )
    session.add(run)
    run.requested_at, run.requested_by = now, actor.account_id
    run.beginnings = 0
    run.seed, run.effort, run.time_limit_seconds = seed, int(effort), time_limit_seconds
    _freeze_into(session, run, now, mends_only=mends_only)
    asked = "request mending run" if mends_only else "request planning run"
    note(session, actor, asked, "planning_run", run.id, now=now)
    enqueue(session, SOLVE, {"run_id": str(run.id)}, key=f"solve:{run.id}", queue=SOLVE, now=now)
    return run


def _waiting_run(session: Session, area_id: str) -> PlanningRun | None:
    return session.exec(
        select(PlanningRun)
        .where(PlanningRun.area_id == area_id, PlanningRun.state == RunState.QUEUED)
        .with_for_update()
    ).first()


def _freeze_into(session: Session, run: PlanningRun, now: datetime, *, mends_only: bool) -> None:
    """Keep in the run what its area's plans are now, and which stages wait or lie beyond."""
    frozen = freeze(session, run.area_id, now=now, name=run.reference, holds_stand=mends_only)
    run.problem = problem_text(frozen.problem)
    run.standing = plan_text(frozen.standing_plan()) if mends_only else None
    run.identifiers = frozen.identifiers | {
        f"{task}{STANDING}": f"{meeting.id}@{meeting.version}"
        for task, meeting in frozen.meetings.items()
    }
    session.flush()
    session.execute(delete(LeftOut).where(col(LeftOut.run_id) == run.id))
    session.add_all(
        LeftOut(
            run_id=run.id,
            step_id=each.step_id,
            order_id=each.order_id,
            is_later=each.is_later,
            reason=each.reason,
        )
        for each in frozen.later
    )


def get_run(session: Session, run_id: UUID) -> PlanningRun:
    """The run. Raises NotFound."""
    return get_record(session, PlanningRun, run_id, "planning run")


def runs_of(session: Session, area_id: str, *, limit: int = 20) -> list[PlanningRun]:
    """An area's planning runs, the newest first."""
    return list(
        session.exec(
            select(PlanningRun)
            .where(PlanningRun.area_id == area_id)
            .order_by(col(PlanningRun.requested_at).desc(), col(PlanningRun.reference))
            .limit(limit)
        )
    )


def progress_of(session: Session, run_id: UUID) -> RunProgress | None:
    """Where a solve stands, or None before it has begun."""
    return session.get(RunProgress, run_id)


def stop_run(session: Session, run_id: UUID, *, actor: Actor, now: datetime) -> PlanningRun:
    """End a run: one that is waiting never begins, one that is running keeps its best plan so far.

    A run that is over stays as it is. Raises NotFound.
    """
    run = locked_run(session, run_id)
    if run.state is RunState.QUEUED:
        run.state = RunState.FAILED
        run.failure = "Stopped before it began"
        run.finished_at = now
    elif run.state is RunState.RUNNING:
        run.stop_requested = True
    else:
        return run
    note(session, actor, "stop planning run", "planning_run", run.id, now=now)
    return run


def locked_run(session: Session, run_id: UUID) -> PlanningRun:
    """The run as it is now, held until the transaction ends. Raises NotFound."""
    run = session.exec(
        select(PlanningRun)
        .where(PlanningRun.id == run_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if run is None:
        raise NotFound("There is no such planning run")
    return run


def names_of(run: PlanningRun) -> Names:
    """What the run's made-up names stand for, as far as that has not been erased."""
    return Names.from_document(
        {name: text for name, text in run.identifiers.items() if not name.endswith(STANDING)}
    )
