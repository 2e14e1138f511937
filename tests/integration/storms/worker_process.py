"""A worker in a process of its own that dies, as by ``kill -9``, at a chosen point of sending."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

import rj.worker
from rj.db.database import Database
from rj.kernel.clock import Clock, SystemClock
from rj.outbox.smtp import deliver
from rj.parties.sealing import Seal
from rj.settings import MailSettings, Settings, read_settings

LEASE = timedelta(seconds=2)
"""Shorter than in life, so that a storm need not wait minutes for what a dead worker left."""

AFTER_THE_CLAIM = "after the claim is kept, before anything leaves"
AFTER_THE_ANSWER = "after the server took it, before that is kept"
NOWHERE = "nowhere: somebody else kills it, or nobody"


@dataclass(frozen=True)
class Opened:
    """The service as a worker needs it."""

    settings: Settings
    database: Database
    clock: Clock
    seal: Seal


def settings_for(data_dir: Path, key: str, port: int) -> Settings:
    """Settings that send to a mail server of the test."""
    return read_settings(
        {
            "RJ_DATA_DIR": str(data_dir),
            "RJ_SEAL_KEY": key,
            "RJ_MAIL_HOST": "127.0.0.1",
            "RJ_MAIL_PORT": str(port),
            "RJ_MAIL_SECURITY": "none",
            "RJ_MAIL_SPREAD_SECONDS": "0",
        }
    )


def run_worker(
    url: str,
    data_dir: Path,
    key: str,
    port: int,
    point: str,
    nth: int,
    clock: Clock | None = None,
) -> None:
    """Send until stopped, or until the ``nth`` mail reaches the point."""
    settings = settings_for(data_dir, key, port)
    setattr(rj.worker, "deliver", _deadly(deliver, point, nth))  # noqa: B010 - a planted fault
    opened = Opened(settings, Database(url), clock or SystemClock(), Seal(key))
    rj.worker.work(opened, queues=(rj.worker.MAIL,), lease=LEASE)


def _deadly(
    really: Callable[[MailSettings, str, bytes], None], point: str, nth: int
) -> Callable[[MailSettings, str, bytes], None]:
    passed = count(1)

    def dies(mail: MailSettings, address: str, octets: bytes) -> None:
        is_last = next(passed) == nth
        if is_last and point == AFTER_THE_CLAIM:
            os.kill(os.getpid(), signal.SIGKILL)
        really(mail, address, octets)
        if is_last and point == AFTER_THE_ANSWER:
            os.kill(os.getpid(), signal.SIGKILL)

    return dies
