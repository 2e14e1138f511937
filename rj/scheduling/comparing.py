"""Answering a what-if: the worker's part. Each scenario is planned with the same effort and seed.

compare_what_if(database, clock, what_if_id)       safe to repeat
"""

import json
import logging
from collections.abc import Callable
from uuid import UUID

from sqlmodel import Session, select

from rj.db.database import Database
from rj.jobs.faults import described
from rj.kernel.clock import Clock
from rj.kernel.errors import Invalid
from rj.scheduling.models import RunState, WhatIf
from rj.scheduling.names import FACILITATOR, VENUE, Names
from rj.scheduling.planner.documents import read_problem
from rj.scheduling.planner.problem import Problem
from rj.scheduling.planner.scenarios import (
    Compared,
    compare,
    with_trained,
    with_twice_the_orders,
    without_facilitator,
    without_venue,
)
from rj.scheduling.what_if import Change, ChangeKind, changes_of

_log = logging.getLogger(__name__)


def compare_what_if(
    database: Database,
    clock: Clock,
    what_if_id: UUID,
    *,
    is_stopping: Callable[[], bool] = lambda: False,
) -> None:
    """Plan what stands and each change of it, and keep the figures. One that is over is left alone.

    Whatever goes wrong ends it as failed, with a sentence. A worker that is stopping keeps nothing:
    the next one begins afresh.
    """
    with database.writing() as session:
        asked = _locked(session, what_if_id)
        if asked is None or asked.state in {RunState.FINISHED, RunState.FAILED}:
            return
        asked.state = RunState.RUNNING
        problem_document, names = json.loads(asked.problem), Names.from_document(asked.identifiers)
        changes = changes_of(asked)
    compared: list[Compared] = []
    failure = ""
    try:
        today = read_problem(problem_document)
        for problem in (today, *(changed(today, names, change) for change in changes)):
            if is_stopping():
                return
            compared.extend(compare([("", problem)]))
    except Invalid as invalid:
        failure = f"Nothing could be planned: {invalid.problems[0].message}"
    except Exception as fault:
        _log.error("what-if %s failed: %s", what_if_id, described(fault))
        failure = "Planning met a fault and stopped. Ask again, and tell whoever runs the service"
    with database.writing() as session:
        asked = _locked(session, what_if_id)
        if asked is None or asked.state is not RunState.RUNNING:
            return
        asked.state = RunState.FAILED if failure else RunState.FINISHED
        asked.failure = failure
        asked.finished_at = clock.now()
        asked.answers = [] if failure else [_as_document(each) for each in compared]


def changed(problem: Problem, names: Names, change: Change) -> Problem:
    """The problem with one change. New people are accredited from the day of planning on."""
    about = change.about
    match change.kind:
        case ChangeKind.DOUBLE:
            return with_twice_the_orders(problem)
        case ChangeKind.CLOSE:
            return without_venue(problem, names.of(VENUE, _given(about)))
        case ChangeKind.LOSE:
            return without_facilitator(problem, names.of(FACILITATOR, _given(about)))
        case ChangeKind.TRAIN:
            like = names.of(FACILITATOR, _given(about))
            return with_trained(problem, like, change.times, accredited=problem.as_of)


def _given(about: UUID | None) -> UUID:
    assert about is not None  # noqa: S101 - refused when it was asked
    return about


def _as_document(compared: Compared) -> dict[str, object]:
    return {"tiers": compared.tiers._asdict(), "bounds": compared.bounds.least._asdict()}


def _locked(session: Session, what_if_id: UUID) -> WhatIf | None:
    return session.exec(
        select(WhatIf)
        .where(WhatIf.id == what_if_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
