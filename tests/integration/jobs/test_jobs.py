"""One contract for background work, whichever runner does it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from rj.db.database import Database
from rj.jobs.embedded import EmbeddedRunner
from rj.jobs.registry import JobContext, Payload, Registry
from rj.jobs.runner import Runner, runner_for
from rj.jobs.services import enqueue
from rj.jobs.spread import SpreadRunner
from rj.kernel.clock import SystemClock
from rj.settings import Settings, read_settings

PATIENCE_SECONDS = 20


class Diary:
    """A handler that notes what it was asked to do."""

    def __init__(self) -> None:
        self.done: list[Payload] = []

    def __call__(self, payload: Payload, context: JobContext) -> None:
        self.done.append(dict(payload))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({"RJ_DATA_DIR": str(tmp_path / "data")})


@pytest.fixture
def context(database: Database, settings: Settings) -> JobContext:
    """Real time: procrastinate asks the database's own clock."""
    return JobContext(database, SystemClock(), settings)


def a_runner(context: JobContext, **handlers: Callable[[Payload, JobContext], None]) -> Runner:
    registry = Registry()
    for kind, handler in handlers.items():
        registry.register(kind, handler)
    return runner_for(registry, context)


def ask(context: JobContext, number: int, **options: object) -> None:
    """Leave work in a transaction of its own."""
    with context.database.writing() as session:
        enqueue(
            session,
            "diary",
            {"number": number},
            now=context.clock.now(),
            **{"key": f"diary {number}", **options},  # type: ignore[arg-type]
        )


def test_work_left_in_a_transaction_is_done_with_its_payload(context: JobContext) -> None:
    diary = Diary()
    ask(context, 1)

    a_runner(context, diary=diary).drain(["mail"])

    assert diary.done == [{"number": 1}]


def test_a_rollback_takes_the_work_away(context: JobContext) -> None:
    diary = Diary()
    with pytest.raises(KeyError), context.database.writing() as session:
        enqueue(session, "diary", {}, key="k", now=context.clock.now())
        raise KeyError

    a_runner(context, diary=diary).drain(["mail"])

    assert diary.done == []


def test_the_same_key_waits_once_and_the_transaction_lives_on(context: JobContext) -> None:
    diary = Diary()
    with context.database.writing() as session:
        for number in (1, 2):
            enqueue(session, "diary", {"number": number}, key="same", now=context.clock.now())
        enqueue(session, "diary", {"number": 3}, key="other", now=context.clock.now())
    ask(context, 4, key="same")

    a_runner(context, diary=diary).drain(["mail"])

    assert sorted(str(each["number"]) for each in diary.done) == ["1", "3"]


def test_the_same_key_may_be_asked_again_once_it_was_done(context: JobContext) -> None:
    diary = Diary()
    runner = a_runner(context, diary=diary)
    for number in (1, 2):
        ask(context, number, key="same")
        runner.drain(["mail"])

    assert diary.done == [{"number": 1}, {"number": 2}]


def test_only_the_queues_asked_for_are_served(context: JobContext) -> None:
    diary = Diary()
    ask(context, 1, queue="solve")
    ask(context, 2, queue="mail")

    a_runner(context, diary=diary).drain(["solve"])

    assert diary.done == [{"number": 1}]


def test_work_is_not_begun_before_its_time(context: JobContext) -> None:
    diary = Diary()
    ask(context, 1, run_at=datetime(2999, 1, 1, tzinfo=UTC))

    a_runner(context, diary=diary).drain(["mail"])

    assert diary.done == []


def test_work_that_fails_is_tried_again(context: JobContext) -> None:
    diary = Diary()

    def at_the_second_go(payload: Payload, context: JobContext) -> None:
        diary(payload, context)
        if len(diary.done) == 1:
            raise OSError("the first time")

    ask(context, 1)
    runner = a_runner(context, diary=at_the_second_go)
    give_up = time.monotonic() + PATIENCE_SECONDS
    while len(diary.done) < 2 and time.monotonic() < give_up:
        runner.drain(["mail"])
        time.sleep(0.2)

    assert diary.done == [{"number": 1}, {"number": 1}]


def test_what_is_asked_while_the_same_is_under_way_is_done_after_it(context: JobContext) -> None:
    """Also when the first fails: the second takes the place of another try."""
    diary = Diary()

    def asks_again(payload: Payload, context: JobContext) -> None:
        diary(payload, context)
        if payload["number"] == 1:
            ask(context, 2, key="same")
            raise OSError("the first fails")

    ask(context, 1, key="same")
    a_runner(context, diary=asks_again).drain(["mail"])

    assert diary.done == [{"number": 1}, {"number": 2}]


def test_a_running_worker_hears_of_new_work_and_stops_when_asked(context: JobContext) -> None:
    diary = Diary()
    stop = Event()
    runner = a_runner(context, diary=diary)
    worker = Thread(target=runner.run, args=(["mail"], stop))
    worker.start()
    try:
        ask(context, 1)
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not diary.done and time.monotonic() < give_up:
            time.sleep(0.05)
    finally:
        stop.set()
        worker.join(PATIENCE_SECONDS)

    assert diary.done == [{"number": 1}]
    assert not worker.is_alive()


DIES_AT_WORK = """
import sys
from tests.integration.jobs.test_jobs import quick_runner, hang
from rj.db.database import Database
from rj.jobs.registry import JobContext
from rj.kernel.clock import SystemClock
from rj.settings import read_settings
from threading import Event
settings = read_settings({"RJ_DATA_DIR": sys.argv[2]})
context = JobContext(Database(sys.argv[1]), SystemClock(), settings)
quick_runner(context, hang).run(["mail"], Event())
"""


def hang(payload: Payload, context: JobContext) -> None:
    """Says that it began, and never ends."""
    print("begun", flush=True)
    time.sleep(3600)


def quick_runner(context: JobContext, handler: Callable[[Payload, JobContext], None]) -> Runner:
    """A runner that takes others for dead after two seconds instead of thirty."""
    registry = Registry()
    registry.register("diary", handler)
    if context.database.is_sqlite:
        return EmbeddedRunner(registry, context, lease=timedelta(seconds=2))
    return SpreadRunner(registry, context, heartbeat_seconds=0.5, dead_after_seconds=2)


def test_the_work_of_a_killed_worker_is_done_by_the_next(
    context: JobContext, settings: Settings
) -> None:
    ask(context, 1)
    doomed = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", DIES_AT_WORK, context.database.url, str(settings.data_dir)],
        stdout=subprocess.PIPE,
    )
    with doomed:
        assert doomed.stdout is not None
        assert doomed.stdout.readline() == b"begun\n"
        os.kill(doomed.pid, signal.SIGKILL)

    diary = Diary()
    runner = quick_runner(context, diary)
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not diary.done and time.monotonic() < give_up:
        runner.drain(["mail"])
        time.sleep(0.2)

    assert diary.done == [{"number": 1}]


def test_a_kind_has_one_handler() -> None:
    registry = Registry()
    registry.register("diary", Diary())

    with pytest.raises(ValueError, match="already"):
        registry.register("diary", Diary())
