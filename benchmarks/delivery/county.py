"""A full county in a database of its own, and one hypothetical order after another against it."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from uuid import UUID

from cryptography.fernet import Fernet
from sqlmodel import Session, select

from rj.accounts.models import AccountRole
from rj.audit.services import SERVICE, Actor
from rj.calendars.telling import Teller
from rj.conferences.models import HoldState, ProvisionalHold
from rj.db.database import Database
from rj.db.migrating import upgrade
from rj.demo.county import a_county
from rj.demo.loading import load_county
from rj.jobs.schema import prepare
from rj.kernel.clock import StoppedClock
from rj.kernel.london import london_day
from rj.orders.queries import open_orders
from rj.parties.sealing import Seal
from rj.policy.terms import Role
from rj.scheduling.arrangements import NoLongerFree, Shown, confirm, what_can_be_delivered
from rj.scheduling.freezing import freeze
from rj.scheduling.models import ProposedMeeting
from rj.scheduling.planner.rules import breaches
from rj.scheduling.publishing import check, publish
from rj.scheduling.runs import EffortLevel, request_run
from rj.scheduling.solving import solve_run
from rj.settings import MailSettings
from rj.suitability.facts import Facts
from rj.suitability.models import SuitabilityCheck
from rj.suitability.services import CheckEntry, start_check
from rj.tables import metadata
from tests.servers import a_postgresql

NOW = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
SEED = 1
SOLVE_SECONDS = 120
MOST_DAYS_TO_SENTENCE = 28
EACH_SO_MANY = 50
ANY_DAYS = Shown(date.max, date.max)
DAYS = re.compile(r"\d+ \w+ \d{4}")


@dataclass
class Asked:
    """What came of the orders that were asked for."""

    granted: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    """Promises that could not be kept; there must be none."""
    answer_seconds: list[float] = field(default_factory=list)
    hold_seconds: list[float] = field(default_factory=list)

    def refuse(self, why: str) -> None:
        """Count what was not held, in a few words."""
        kind = DAYS.sub("…", why)
        self.refused[kind] = self.refused.get(kind, 0) + 1


@contextmanager
def _an_address(on_postgresql: bool) -> Iterator[str]:
    """Where an empty database of the benchmark's own lies."""
    if on_postgresql:
        with a_postgresql() as address:
            yield address
    else:
        with TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'rj.sqlite'}"


@contextmanager
def full_county(live: int, *, on_postgresql: bool = False) -> Iterator[tuple[Database, str]]:
    """An invented county with so many live orders, planned, published and told."""
    with _an_address(on_postgresql) as address:
        database = Database(address)
        upgrade(database, metadata)
        prepare(database)
        seal = Seal(Fernet.generate_key().decode())
        county = a_county(SEED, london_day(NOW), live)
        load_county(database, county, seal=seal, now=NOW)
        run_id = plan_again(database, county.area_id)
        with database.writing() as session:
            orders = [order.id for order in open_orders(session, county.area_id)]
            sound = check(session, run_id, orders, now=NOW).sound
            teller = Teller(MailSettings(), seal)
            publish(session, run_id, sound, actor=SERVICE, now=NOW, tell=teller)
        yield database, county.area_id
        database.close()


def plan_again(database: Database, area_id: str) -> UUID:
    """One planning run of the area; its id."""
    with database.writing() as session:
        run = request_run(
            session,
            area_id,
            effort=EffortLevel.FIRST_ANSWER,
            time_limit_seconds=SOLVE_SECONDS,
            actor=SERVICE,
            now=NOW,
        )
    solve_run(database, StoppedClock(NOW), run.id)
    return run.id


def ask_for(database: Database, area_id: str, orders: int, *, ask_every: int = 1) -> Asked:
    """Ask for so many hypothetical orders, and hold each that can be held."""
    chance = Random(f"orders {SEED}")  # noqa: S311 - repeatable, not secret
    asked = Asked()
    with database.reading() as session:
        writer = session.exec(
            select(AccountRole.account_id).where(AccountRole.role == Role.REPORT_WRITER)
        ).first()
    actor = Actor(writer, Role.REPORT_WRITER)
    for number in range(orders):
        if number and number % EACH_SO_MANY == 0:
            print(f"  after {number}: {asked.granted} held", flush=True)
        day = london_day(NOW) + timedelta(days=chance.randint(0, MOST_DAYS_TO_SENTENCE))
        with database.writing() as session:
            entry = CheckEntry(area_id, Facts(), hearing_on=day)
            found = start_check(session, entry, writer_id=_known(writer), actor=actor, now=NOW)
        shown = ANY_DAYS
        if number % ask_every == 0:
            began = time.perf_counter()
            with database.reading() as session:
                prospect = what_can_be_delivered(session, found, now=NOW)
            asked.answer_seconds.append(time.perf_counter() - began)
            if prospect.why_not or prospect.contact_on is None or prospect.assessment_on is None:
                asked.refuse(prospect.why_not)
                continue
            shown = Shown(prospect.contact_on, prospect.assessment_on)
        _hold(database, found, shown, asked, actor)
    return asked


def _hold(
    database: Database, found: SuitabilityCheck, shown: Shown, asked: Asked, actor: Actor
) -> None:
    began = time.perf_counter()
    try:
        with database.writing() as session:
            confirm(session, session.merge(found), shown, actor=actor, now=NOW)
    except NoLongerFree as refusal:
        if shown is ANY_DAYS:
            asked.refuse(refusal.prospect.why_not)
        else:
            asked.wrong.append(f"shown and refused at once: {refusal}")
    else:
        asked.granted += 1
    asked.hold_seconds.append(time.perf_counter() - began)


def _known(account_id: UUID | None) -> UUID:
    if account_id is None:
        raise ValueError("The county has no report writer")
    return account_id


def look_again(database: Database, area_id: str, asked: Asked, before: int) -> None:
    """Every hold must be in the problem, break no rule, and be free of whatever a run proposes."""
    with database.reading() as session:
        frozen = freeze(session, area_id, now=NOW)
        holds = _standing(session)
        broken = breaches(frozen.problem, frozen.standing_plan())
        if len(holds) != asked.granted + before or len(frozen.held) != 2 * len(holds):
            asked.wrong.append(f"{len(frozen.held)} meetings of {len(holds)} holds can be planned")
        asked.wrong += [f"{each.about} {each.sentence}" for each in broken]
    run_id = plan_again(database, area_id)
    with database.reading() as session:
        proposed = session.exec(
            select(ProposedMeeting).where(ProposedMeeting.run_id == run_id)
        ).all()
        for hold in _standing(session):
            for begins, ends in (
                (hold.contact_starts_at, hold.contact_ends_at),
                (hold.assessment_starts_at, hold.assessment_ends_at),
            ):
                asked.wrong += [
                    f"a run took the time of {hold.reference}"
                    for each in proposed
                    if hold.lead_id in (each.lead_id, each.second_id)
                    and each.starts_at < ends
                    and begins < each.ends_at
                ]


def _standing(session: Session) -> list[ProvisionalHold]:
    return list(
        session.exec(select(ProvisionalHold).where(ProvisionalHold.state == HoldState.STANDING))
    )


def holds_now(database: Database) -> int:
    """How many stand already: the invented county may have some of its own."""
    with database.reading() as session:
        return len(_standing(session))
