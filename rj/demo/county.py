"""Wenshire, a county that does not exist: the same seed and day always make the same one.

Nobody in it is real. Addresses lie in invented streets under invented postcodes, e-mail ends in
``.test`` and telephone numbers are those kept for drama.
"""

from dataclasses import replace
from datetime import date

from rj.demo.cases import the_orders
from rj.demo.facts import County, FacilitatorFacts, OrderFacts
from rj.demo.people import Census, generator
from rj.demo.places import AREA_ID, AREA_NAME, COURTS
from rj.demo.staff import (
    facilitators_accounts,
    office_accounts,
    the_facilitators,
    the_officers,
    the_venues,
)

SIZE = 60
FRESH_ORDERS = 6
CONFLICTS = 6
"""Acquaintances between facilitators and people of cases that they do not lead (R38)."""


def a_county(seed: int, today: date, size: int = SIZE) -> County:
    """The county on a day, with ``size`` live orders at every stage and a few that came yesterday.

    Staff grow with the orders: sixteen facilitators and eight officers for sixty.
    """
    census = Census(seed)
    office = office_accounts(seed, census)
    facilitators = the_facilitators(seed, today, size, census)
    officers = the_officers(seed, today, size, census)
    accounts = (*office, *facilitators_accounts(seed, facilitators))
    orders, fresh_orders = the_orders(
        seed, today, size, FRESH_ORDERS, facilitators, officers, accounts, census
    )
    return County(
        seed=seed,
        today=today,
        area_id=AREA_ID,
        area_name=AREA_NAME,
        courts=COURTS,
        venues=the_venues(seed, today),
        officers=officers,
        facilitators=_acquainted(seed, facilitators, orders),
        accounts=accounts,
        orders=orders,
        fresh_orders=fresh_orders,
    )


def _acquainted(
    seed: int, facilitators: tuple[FacilitatorFacts, ...], orders: tuple[OrderFacts, ...]
) -> tuple[FacilitatorFacts, ...]:
    """The facilitators, some of whom know somebody. Cases in other languages are spared: there
    the choice is narrow already."""
    chance = generator(seed, "conflicts")
    known: dict[str, set[str]] = {}
    free = [order for order in orders if order.language == "en" and not order.is_sensitive_complex]
    for order in chance.sample(free, min(CONFLICTS, len(free))):
        somebody = chance.choice([one for one in facilitators if one.code != order.lead_code])
        known.setdefault(somebody.code, set()).add(chance.choice(order.parties).key)
    return tuple(
        replace(one, conflicts=tuple(sorted(known.get(one.code, ())))) for one in facilitators
    )
