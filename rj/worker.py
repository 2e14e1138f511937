"""The worker: sends what waits and does what was left to be done, until it is stopped.

Whoever has the ``mail`` queue also seals the audit once a minute.

    work(service, queues=("mail", "solve"))            until SIGTERM or SIGINT
    work(service, queues=("mail",), until=event)       until the event is set

Any number may run at once on PostgreSQL; SQLite is one machine. ``mail`` has several threads that
send one message at a time, so that a slow server or a bad recipient holds up nobody else. A plan
is solved in a process of its own, which ends with the worker. Whatever a killed worker had begun
is taken up by the next one when its lease has run out.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from threading import Event, Thread, current_thread, main_thread
from typing import Protocol
from uuid import UUID

import structlog

import rj.tables  # noqa: F401 - records refer to one another across rooms
from rj.accounts.keys import AccountKeys
from rj.accounts.links import ACCOUNT_LINK
from rj.accounts.mails import AccountMessages
from rj.audit.chain import ChainKey, Sealing
from rj.audit.commands import HEADS
from rj.calendars.envelopes import APPOINTMENT
from rj.calendars.hand_over import HAND_OVER, HandOverMessages
from rj.calendars.rendering import AppointmentMessages
from rj.calendars.telling import Teller
from rj.clocks.digest import DIGEST, Daily, DigestMessages
from rj.compartments.mails import EmergencyMessages
from rj.compartments.services import EMERGENCY
from rj.conferences.provisional import end_holds
from rj.db.database import Database
from rj.jobs.faults import described
from rj.jobs.registry import JobContext, Payload, Registry
from rj.jobs.runner import runner_for
from rj.kernel.clock import Clock, SystemClock
from rj.outbox.keeping import Keeper
from rj.outbox.sending import LEASE, Sender
from rj.outbox.smtp import deliver
from rj.parties.sealing import Seal
from rj.rights.retention import Nightly
from rj.settings import Settings

MAIL = "mail"
SOLVE = "solve"
WHAT_IF = "what-if"
QUEUES = (MAIL, SOLVE)

SENDING_THREADS = 4
LOOK_FOR_NIGHT_EVERY_SECONDS = 600.0
LOOK_FOR_MORNING_EVERY_SECONDS = 600.0
SEAL_EVERY_SECONDS = 60.0
"""How long an audit entry waits to be bound into the chain."""
LOOK_EVERY_SECONDS = 1.0
"""A failed mail must be on the dashboard within a minute, and a new one need not wait long."""
REST_AFTER_A_FAULT_SECONDS = 5.0
SECONDS_TO_END_WELL = 15.0
"""What a solve that was told to stop is given to keep its best plan."""

log = structlog.get_logger()

Step = Callable[[], bool]
"""Does one small piece of work and says whether there was any."""


class Service(Protocol):
    """What a worker needs of the opened service."""

    @property
    def settings(self) -> Settings: ...
    @property
    def database(self) -> Database: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def seal(self) -> Seal: ...


class ChildFailed(Exception):
    """A process that a job was given to ended otherwise than well."""


def work(
    service: Service,
    *,
    queues: Collection[str] = QUEUES,
    until: Event | None = None,
    lease: timedelta = LEASE,
) -> None:
    """Send and solve until stopped; what has begun is ended first. Blocks the caller."""
    stop = until or Event()
    context = JobContext(service.database, service.clock, service.settings, stop)
    runner = runner_for(job_registry(), context)
    threads = [Thread(target=_guarded, args=(partial(runner.run, queues, stop), stop))]
    if MAIL in queues and service.settings.mail.host:
        sender = sender_for(service, lease=lease)
        threads.extend(
            Thread(target=keep_stepping, args=(sender.step, stop)) for _ in range(SENDING_THREADS)
        )
    if MAIL in queues:
        sealing = sealing_for(service)
        nightly = nightly_for(service)
        daily = daily_for(service)
        threads += [
            Thread(target=keep_doing, args=(sealing.step, SEAL_EVERY_SECONDS, stop)),
            Thread(target=keep_doing, args=(nightly, LOOK_FOR_NIGHT_EVERY_SECONDS, stop)),
            Thread(target=keep_doing, args=(daily, LOOK_FOR_MORNING_EVERY_SECONDS, stop)),
        ]
    with _stopped_by_signals(stop, is_wanted=until is None):
        sends = MAIL in queues and bool(service.settings.mail.host)
        log.info("worker started", queues=list(queues), sends=sends)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    log.info("worker stopped")


def sender_for(service: Service, *, lease: timedelta = LEASE) -> Sender:
    """The outbox's sender with every kind of message registered."""
    teller = Teller(mail=service.settings.mail, seal=service.seal)
    return Sender(
        database=service.database,
        clock=service.clock,
        handlers={
            APPOINTMENT: AppointmentMessages(teller),
            HAND_OVER: HandOverMessages(service.settings.mail),
            DIGEST: DigestMessages(service.settings.mail, service.settings.public_url),
            EMERGENCY: EmergencyMessages(service.settings.mail, service.settings.public_url),
            ACCOUNT_LINK: AccountMessages(
                service.settings.mail,
                service.settings.public_url,
                AccountKeys(service.settings.seal_key),
            ),
        },
        keeper=Keeper(service.settings.seal_key),
        deliver=partial(deliver, service.settings.mail),
        lease=lease,
    )


def job_registry() -> Registry:
    """Every kind of background work and who does it."""
    registry = Registry()
    registry.register(SOLVE, solve_in_a_child)
    registry.register(WHAT_IF, compare_in_a_child)
    return registry


def sealing_for(service: Service) -> Sealing:
    """What binds audit entries into their chain, and keeps its end outside the database."""
    return Sealing(
        database=service.database,
        key=ChainKey(service.settings.seal_key),
        heads=service.settings.data_dir / HEADS,
        now=service.clock.now,
    )


def nightly_for(service: Service) -> Callable[[], None]:
    """What ends the keeping of whatever is due, once a night."""
    teller = Teller(mail=service.settings.mail, seal=service.seal)
    nightly = Nightly(service.database, service.seal, teller)

    def act() -> None:
        end_holds(service.database, now=service.clock.now())
        nightly.step(service.clock.now())

    return act


def daily_for(service: Service) -> Callable[[], None]:
    """What leaves the digest of clocks that run out, once a morning."""
    daily = Daily(service.database, service.settings.mail)
    return lambda: daily.step(service.clock.now())


def keep_doing(act: Callable[[], None], every_seconds: float, stop: Event) -> None:
    """Act now and again after each pause; a fault is logged, and the next time comes anyway."""
    while not stop.is_set():
        try:
            act()
        except Exception as fault:
            log.error("recurring work failed", fault=described(fault))
        stop.wait(every_seconds)


def keep_stepping(step: Step, stop: Event) -> None:
    """Step as long as there is work, and look again now and then."""
    while not stop.is_set():
        try:
            found_work = step()
        except Exception as fault:
            log.error("step failed", fault=described(fault))
            stop.wait(REST_AFTER_A_FAULT_SECONDS)
        else:
            if not found_work:
                stop.wait(LOOK_EVERY_SECONDS)


def solve_in_a_child(payload: Payload, context: JobContext) -> None:
    """Solve one planning run in a process of its own. Safe to repeat: a result is written once."""
    run_in_a_child(_solve, (context.database.url, str(payload["run_id"])), context.stopping)


def compare_in_a_child(payload: Payload, context: JobContext) -> None:
    """Answer one what-if in a process of its own. Safe to repeat, like a solve."""
    arguments = (context.database.url, str(payload["what_if_id"]))
    run_in_a_child(_compare, arguments, context.stopping)


def run_in_a_child(target: Callable[..., None], arguments: tuple[str, ...], stop: Event) -> None:
    """Run ``target`` in a fresh process and wait for its end.

    When the worker is to stop, the child is asked to end well (SIGTERM), and ended soon after.
    Raises ChildFailed when it did not end well.
    """
    fresh = multiprocessing.get_context("spawn")
    child = fresh.Process(target=_with_the_parent, args=(target, arguments))
    child.start()
    try:
        while child.is_alive() and not stop.is_set():
            child.join(LOOK_EVERY_SECONDS)
        if child.is_alive():
            child.terminate()
            child.join(SECONDS_TO_END_WELL)
        if child.is_alive():
            child.kill()
            child.join()
        if child.exitcode != 0:
            raise ChildFailed(f"the process ended with {child.exitcode}")
    finally:
        child.close()


def _with_the_parent(target: Callable[..., None], arguments: tuple[str, ...]) -> None:
    """The child's first function: end when the worker does, even if that was killed."""
    # Control-C at a terminal reaches the whole group; the worker decides what becomes of us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_the_parent, daemon=True).start()
    target(*arguments)


def _end_with_the_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)


def _solve(database_url: str, run_id: str) -> None:
    """Only here is the solver loaded: it takes a second and much memory."""
    from rj.scheduling.solving import solve_run

    with _opened(database_url) as (database, is_stopping):
        solve_run(database, SystemClock(), UUID(run_id), is_stopping=is_stopping)


def _compare(database_url: str, what_if_id: str) -> None:
    """The same for a what-if."""
    from rj.scheduling.comparing import compare_what_if

    with _opened(database_url) as (database, is_stopping):
        compare_what_if(database, SystemClock(), UUID(what_if_id), is_stopping=is_stopping)


@contextmanager
def _opened(database_url: str) -> Iterator[tuple[Database, Callable[[], bool]]]:
    """The database, and whether the worker has asked this child to end well."""
    stopping = Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    database = Database(database_url)
    try:
        yield database, stopping.is_set
    finally:
        database.close()


def _guarded(run: Callable[[], None], stop: Event) -> None:
    """Run until stopped, and begin anew after a fault such as a lost database."""
    while not stop.is_set():
        try:
            run()
        except Exception as fault:
            log.error("runner failed", fault=described(fault))
            stop.wait(REST_AFTER_A_FAULT_SECONDS)


@contextmanager
def _stopped_by_signals(stop: Event, *, is_wanted: bool) -> Iterator[None]:
    """Have SIGTERM and SIGINT stop the worker cleanly, where it is the process's own business."""
    if not is_wanted or current_thread() is not main_thread():
        yield
        return
    before = {
        number: signal.signal(number, lambda *_: stop.set())
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
