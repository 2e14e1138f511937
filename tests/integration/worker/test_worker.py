"""The worker as a process: it sends, solves in a child, and stops when asked."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlmodel import select

from rj.calendars.telling import Teller
from rj.db.database import Database
from rj.kernel.clock import SystemClock
from rj.outbox.models import Message, MessageState
from rj.scheduling.models import PlanningRun, RunState
from rj.scheduling.runs import request_run
from rj.settings import MailSettings
from rj.worker import ChildFailed, run_in_a_child, work
from tests.builders import AREA, NOW
from tests.integration.messages.post import Server
from tests.integration.storms.test_sending_storm import KEY, SEAL, a_review
from tests.integration.storms.worker_process import Opened, settings_for
from tests.scheduling_builders import a_county

PATIENCE_SECONDS = 90


def wait_until(is_so: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> bool:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if is_so():
            return True
        time.sleep(0.1)
    return False


def test_a_worker_sends_and_solves_until_it_is_told_to_stop(
    database: Database, tmp_path: Path
) -> None:
    clock = SystemClock()
    with Server() as post:
        opened = Opened(settings_for(tmp_path, KEY, post.port), database, clock, SEAL)
        teller = Teller(mail=opened.settings.mail, seal=SEAL)
        with database.writing() as session:
            meeting = a_review(session)
            teller(session, meeting.id, now=clock.now())
            county = a_county(session, orders=1)
            run_id = request_run(
                session, AREA, time_limit_seconds=10, actor=county.actor, now=NOW
            ).id

        def is_done() -> bool:
            with database.reading() as session:
                run = session.get(PlanningRun, run_id)
                assert run is not None
                states = {each.state for each in session.exec(select(Message))}
                return run.state is RunState.FINISHED and states == {MessageState.SENT}

        stop = Event()
        worker = Thread(target=work, args=(opened,), kwargs={"until": stop})
        worker.start()
        try:
            assert wait_until(is_done)
        finally:
            stop.set()
            worker.join(PATIENCE_SECONDS)
        assert not worker.is_alive()
        # in the day's hours the coordinator's digest of late first contacts is among them
        about_the_meeting = [each for _, each in post.taken if b"Calls to make" not in each]
        assert len(about_the_meeting) == 3


def test_with_no_mail_server_named_messages_wait(database: Database, tmp_path: Path) -> None:
    clock = SystemClock()
    off = MailSettings(host="", spread_seconds=0)
    settings = replace(settings_for(tmp_path, KEY, 25), mail=off)
    opened = Opened(settings, database, clock, SEAL)
    with database.writing() as session:
        meeting = a_review(session)
        Teller(mail=off, seal=SEAL)(session, meeting.id, now=clock.now())
    stop = Event()
    worker = Thread(target=work, args=(opened,), kwargs={"until": stop})
    worker.start()
    time.sleep(1.5)
    stop.set()
    worker.join(PATIENCE_SECONDS)

    with database.reading() as session:
        found = session.exec(select(Message)).all()
        assert {(each.state, each.attempts) for each in found} == {(MessageState.QUEUED, 0)}


def end_badly() -> None:
    os._exit(3)


def write(path: str, text: str) -> None:
    Path(path).write_text(text)


def sleep_for_ever() -> None:
    time.sleep(3600)


def sleep_and_say(path: str) -> None:
    Path(path).write_text(str(os.getpid()))
    time.sleep(3600)


def test_a_child_that_ends_badly_is_a_failed_job() -> None:
    with pytest.raises(ChildFailed, match="3"):
        run_in_a_child(end_badly, (), Event())


def test_a_child_does_its_work_in_another_process(tmp_path: Path) -> None:
    run_in_a_child(write, (str(tmp_path / "said"), "done"), Event())

    assert (tmp_path / "said").read_text() == "done"


def test_a_child_is_ended_when_the_worker_stops() -> None:
    stop = Event()
    stop.set()

    with pytest.raises(ChildFailed, match="-15"):
        run_in_a_child(sleep_for_ever, (), stop)


PARENT = """
import sys
from threading import Event
from rj.settings import MailSettings
from rj.worker import run_in_a_child
from tests.integration.worker.test_worker import sleep_and_say
if __name__ == "__main__":
    run_in_a_child(sleep_and_say, (sys.argv[1],), Event())
"""


def test_a_child_does_not_outlive_a_killed_worker(tmp_path: Path) -> None:
    script, said = tmp_path / "parent.py", tmp_path / "child"
    script.write_text(PARENT)
    parent = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, str(script), str(said)], env={**os.environ, "PYTHONPATH": os.getcwd()}
    )
    with parent:
        assert wait_until(lambda: said.exists() and said.read_text())
        os.kill(parent.pid, signal.SIGKILL)
    child = int(said.read_text())

    assert wait_until(lambda: not _is_alive(child))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().split()[2] == "Z")
