"""A small county with a coordinator who is signed in, for the tests of the planning pages."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from rj.db.database import Database
from rj.kernel.clock import StoppedClock
from rj.policy.terms import Role
from rj.scheduling.publishing import publish
from tests.builders import AREA, NOW
from tests.scheduling_builders import County, a_county, a_solved_run
from tests.web_client import TELLER, Site, a_person, a_site

TICKED = re.compile(r'name="orders" value="([^"]+)" checked')


@dataclass(frozen=True)
class Desk:
    """A coordinator's desk: the site, the county behind it, and its solved run."""

    site: Site
    database: Database
    county: County
    run_id: UUID

    @property
    def run(self) -> str:
        """The address of the run."""
        return f"/planning/{self.run_id}"

    def case(self, number: int = 0) -> str:
        """The address of one case of the proposal."""
        return f"{self.run}/cases/{self.county.orders[number].id}"


@contextmanager
def a_desk(
    database: Database, clock: StoppedClock, *, orders: int = 2, is_published: bool = False
) -> Iterator[Desk]:
    """A solved run over fresh orders with both sides, and its coordinator signed in."""
    with database.writing() as session:
        county = a_county(session, orders=orders)
    run_id = a_solved_run(database, county.actor)
    if is_published:
        with database.writing() as session:
            publish(
                session,
                run_id,
                [order.id for order in county.orders],
                actor=county.actor,
                now=NOW,
                tell=TELLER,
            )
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(a_person(database, Role.COORDINATOR, area_id=AREA))
        yield Desk(site, database, county, run_id)


def strangers(site: Site, database: Database) -> Iterator[Role]:
    """Sign in, one after another, as somebody of each role that does not coordinate."""
    for role in set(Role) - {Role.COORDINATOR}:
        site.sign_in(a_person(database, role))
        yield role
