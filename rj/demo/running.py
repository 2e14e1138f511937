"""``rj demo``: an invented county, planned, published and served from one process.

Everything it makes lies in one folder; deleting that folder undoes it. Mail goes to a catcher on
loopback and no further.
"""

import fcntl
import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread

import typer

from rj.accounts.models import Area
from rj.audit.services import SERVICE
from rj.bootstrap.environment import one_at_a_time
from rj.db.database import Database
from rj.db.migrating import is_as_expected
from rj.demo.catcher import Catcher
from rj.demo.county import a_county
from rj.demo.court_file import write_fresh_orders
from rj.demo.facts import AccountFacts, County
from rj.demo.loading import load_county
from rj.doors import Service, open_service
from rj.kernel.errors import Conflict
from rj.orders.queries import open_orders
from rj.scheduling.models import RunState
from rj.scheduling.publishing import check, publish
from rj.scheduling.runs import EffortLevel, get_run, progress_of, request_run
from rj.tables import metadata
from rj.worker import work

HOST = "127.0.0.1"
PORTS_TO_TRY = 50
READY = "ready"
"""The file that says that a demo was planned and published."""
FIRST_PLAN_SECONDS = 20
"""Wall-clock limit of the first plan: the newcomer is waiting."""
PLAN_PATIENCE_SECONDS = 90
SPREAD_SECONDS = 3
"""Mails leave at once, that a newcomer may see them; a real service spreads them further."""

_begun = time.monotonic()


def run_demo(*, reset: bool, port: int, seed: int, size: int) -> int:
    """Make the county if it is not there yet, and serve it until Control-C. Returns 0."""
    folder = Path(os.environ.get("RJ_DATA_DIR", ".rj")).absolute() / "demo"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as preparing, ExitStack() as running:
        preparing.enter_context(one_at_a_time(folder.parent))
        if told := clear_away(folder, reset=reset):
            _say(told)
        running.enter_context(in_use(folder))
        _prepare_and_serve(preparing, folder, port, seed, size)
    return 0


@contextmanager
def in_use(folder: Path) -> Iterator[None]:
    """Say that a demo runs on a folder. The lock goes with the process, however that one ended;
    several demos of one folder share it."""
    folder.mkdir(parents=True, exist_ok=True)
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_SH)
        yield
    finally:
        os.close(held)


def _is_in_use(folder: Path) -> bool:
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(held)
    return False


def clear_away(folder: Path, *, reset: bool) -> str:
    """Delete a demo that is unwanted or was never finished; the sentence that says so, or none.

    Raises Conflict while another demo runs on the folder.
    """
    if not folder.exists() or ((folder / READY).exists() and not reset):
        return ""
    if _is_in_use(folder):
        raise Conflict("A demo is running here: end it with Control-C, then start this one again")
    shutil.rmtree(folder)
    return (
        "Started over: the old demo is gone"
        if reset
        else "The last start was stopped halfway, so this one begins anew"
    )


def _prepare_and_serve(preparing: ExitStack, folder: Path, port: int, seed: int, size: int) -> None:
    found = _free_port(port)
    if found != port:
        _say(f"Port {port} is taken, so this is port {found}")
    catcher = Catcher(folder / "mail")
    mail_port = catcher.start(is_demo=True)
    service = open_service(_environment(folder, found, mail_port))
    service.prepare_database()
    refuse_another_version(service.database)
    county = a_county(seed, service.clock.today(), size)
    is_new = _is_empty(service, county)
    if is_new:
        _say(f"Inventing {county.area_name}: {len(county.orders)} orders")
        load_county(service.database, county, seal=service.seal, now=service.clock.now())
        write_fresh_orders(folder, county)
    with _worker(service):
        if is_new:
            _plan_and_publish(service, county.area_id)
        (folder / READY).touch()
        preparing.close()  # a second demo of this folder may go on now
        _serve(service, tuple(one for one in county.accounts if one.is_shown), folder, found)
    catcher.stop()


def refuse_another_version(database: Database) -> None:
    """Raise Conflict, saying what to do, when the tables are of no release that leads to this one.

    Migrations are only written down for good with a release; between two, they may be drawn anew.
    """
    if not is_as_expected(database, metadata):
        raise Conflict(
            "The demo that lies here was made by another version of rj. "
            "Start over: python3 -m rj demo --reset"
        )


def _environment(folder: Path, port: int, mail_port: int) -> dict[str, str]:
    return {
        "RJ_DATA_DIR": str(folder),
        "RJ_HOST": HOST,
        "RJ_PORT": str(port),
        "RJ_DEMO": "1",
        "RJ_MAIL_HOST": HOST,
        "RJ_MAIL_PORT": str(mail_port),
        "RJ_MAIL_SECURITY": "none",
        "RJ_MAIL_SPREAD_SECONDS": str(SPREAD_SECONDS),
        "RJ_LOG_LEVEL": "WARNING",
    }


def _is_empty(service: Service, county: County) -> bool:
    with service.database.reading() as session:
        return session.get(Area, county.area_id) is None


def _plan_and_publish(service: Service, area_id: str) -> None:
    """The main job, once, as a coordinator would do it."""
    with service.database.writing() as session:
        run = request_run(
            session,
            area_id,
            effort=EffortLevel.SMALL,
            time_limit_seconds=FIRST_PLAN_SECONDS,
            actor=SERVICE,
            now=service.clock.now(),
        )
    _say("Planning every open case together")
    told = ""
    for _ in range(PLAN_PATIENCE_SECONDS):
        with service.database.reading() as session:
            state = get_run(session, run.id).state
            progress = progress_of(session, run.id)
        if progress is not None and progress.phase != told:
            told = progress.phase
            _say(f"  {progress.phase}")
        if state in (RunState.FINISHED, RunState.FAILED):
            break
        time.sleep(1)
    if state is not RunState.FINISHED:  # the worker said why in its log
        raise Conflict("The first plan was not finished. Try: python3 -m rj demo --reset")
    with service.database.writing() as session:
        orders = [order.id for order in open_orders(session, area_id)]
        sound = check(session, run.id, orders, now=service.clock.now()).sound
        publication = publish(
            session,
            run.id,
            sound,
            actor=SERVICE,
            now=service.clock.now(),
            tell=service.teller,
        )
    _say(f"Published {len(publication.published)} cases; the people concerned are being told")


def _serve(service: Service, accounts: tuple[AccountFacts, ...], folder: Path, port: int) -> None:
    from web.app import create_app
    from web.demo.controllers import CONTROLLERS
    from web.serve import site_server

    app = create_app(
        service.settings,
        service.database,
        service.clock,
        service.seal,
        service.teller,
        controllers=CONTROLLERS,
        extras={"catcher_folder": folder / "mail"},
    )
    server = site_server(app, HOST, port)
    Thread(target=_announce, args=(server, accounts, folder, port), daemon=True).start()
    server.run()


def _announce(server: object, accounts: tuple[AccountFacts, ...], folder: Path, port: int) -> None:
    """Say where it is, once it really answers."""
    for _ in range(200):
        if getattr(server, "started", False):
            break
        time.sleep(0.05)
    _say("Serving")
    typer.echo("")
    typer.echo(f"  http://{HOST}:{port}/           the service")
    typer.echo(f"  http://{HOST}:{port}/demo/mail  every mail it sent")
    typer.echo("")
    for account in accounts:
        roles = ", ".join(role.value.replace("_", " ") for role in account.roles)
        typer.echo(f"  {account.email:<38} {account.password:<26} {roles}")
    typer.echo("")
    typer.echo(f"  Yesterday's orders, to be imported: {folder}")
    typer.echo("  Control-C ends it; python3 -m rj demo --reset starts over")


@contextmanager
def _worker(service: Service) -> Iterator[None]:
    stop = Event()
    worker = Thread(target=work, args=(service,), kwargs={"until": stop})
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join()


def _free_port(wanted: int) -> int:
    """The wanted port, or the next that nobody listens on. Raises Conflict after fifty."""
    for port in range(wanted, wanted + PORTS_TO_TRY):
        try:
            with socket.create_server((HOST, port)):
                return port
        except OSError:
            continue
    raise Conflict(f"Ports {wanted} to {wanted + PORTS_TO_TRY - 1} are all taken")


def _say(words: str) -> None:
    typer.echo(f"[{time.monotonic() - _begun:5.1f} s] {words}")
