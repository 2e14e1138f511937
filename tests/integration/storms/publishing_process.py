"""A door that publishes and dies, as by ``kill -9``, at a chosen statement or around its commit."""

import os
import signal
from collections.abc import Collection
from itertools import count
from uuid import UUID

from sqlalchemy import event

import rj.tables  # noqa: F401 - records refer to one another across rooms
from rj.audit.services import Actor
from rj.calendars.telling import Teller
from rj.db.database import Database
from rj.parties.sealing import Seal
from rj.policy.terms import Role
from rj.scheduling.publishing import publish
from rj.settings import MailSettings
from tests.builders import NOW

BEFORE_THE_COMMIT = "before the commit"
AFTER_THE_COMMIT = "after the commit, before the answer"
AT_A_STATEMENT = "at a statement"
NOWHERE = "nowhere"


def publish_once(
    url: str,
    run_id: UUID,
    order_ids: Collection[UUID],
    account_id: UUID,
    key: str,
    point: str,
    nth: int,
) -> None:
    """Publish in one transaction. Prints nothing, answers nobody: only what is kept counts."""
    database = Database(url)
    statements = count(1)

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def die_at_the_nth(*_: object) -> None:
        if next(statements) == nth:
            die()

    if point == AT_A_STATEMENT:
        event.listen(database.engine, "before_cursor_execute", die_at_the_nth)
    if point == BEFORE_THE_COMMIT:
        event.listen(database.engine, "commit", die)
    publish_in(database, run_id, order_ids, account_id, key)
    if point == AFTER_THE_COMMIT:
        die()
    database.close()


def publish_in(
    database: Database, run_id: UUID, order_ids: Collection[UUID], account_id: UUID, key: str
) -> None:
    """What the page does when a coordinator publishes."""
    teller = Teller(mail=MailSettings(spread_seconds=0), seal=Seal(key))
    with database.writing() as session:
        publish(
            session,
            run_id,
            order_ids,
            actor=Actor(account_id, Role.COORDINATOR),
            now=NOW,
            tell=teller,
        )
