"""Parts of a large problem planned in worker processes, which end with the one who asked.

A part that is stopped gives the best it has; a worker that dies fails the whole run, and nothing is
left behind, since nothing but the finished plan is ever kept.
"""

import os
import signal
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from multiprocessing import get_context
from multiprocessing.synchronize import Event

from rj.scheduling.planner.problem import Problem
from rj.scheduling.planner.solution import Effort, Solution
from rj.scheduling.planner.solve import plan_part

LOOKS_UP_EVERY = 0.2

_stopped: list[Event] = []


def in_processes(
    *,
    effort: Effort,
    seed: int,
    workers: int | None = None,
    time_limit: float | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Callable[[Sequence[Problem]], Iterable[Solution]]:
    """A way to run parts for ``plan_by_areas``: so many at a time, as many as cores unless told.

    ``time_limit`` is for all parts together, in seconds. Which worker took which part does not
    enter into the answer.
    """
    at_once = workers or os.cpu_count() or 1

    def run(parts: Sequence[Problem]) -> list[Solution]:
        context = get_context("spawn")
        stopped = context.Event()
        each = None if time_limit is None else time_limit * at_once / max(at_once, len(parts))
        with ProcessPoolExecutor(
            min(at_once, len(parts)), context, initializer=_begin, initargs=(stopped,)
        ) as pool:
            waiting = [pool.submit(_plan, part, effort, seed, each) for part in parts]
            while wait(waiting, LOOKS_UP_EVERY).not_done:
                if should_stop():
                    stopped.set()
            return [future.result() for future in waiting]

    return run


def _begin(stopped: Event) -> None:
    # The one who asked decides what an interrupt means, and says so through the event.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _stopped.append(stopped)


def _plan(part: Problem, effort: Effort, seed: int, time_limit: float | None) -> Solution:
    return plan_part(
        part, effort=effort, seed=seed, time_limit=time_limit, should_stop=_stopped[-1].is_set
    )
