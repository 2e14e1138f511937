"""The county as courts and the case system would send it: files in the shapes that are imported.

The live orders come in by them, and yesterday's are left in a folder for whoever tries the upload.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path

from rj.demo.facts import County, Days, Hours, OrderFacts, PartyFacts
from rj.intake.entry import (
    ORDER_OPTIONAL,
    ORDER_REQUIRED,
    PARTY_OPTIONAL,
    PARTY_REQUIRED,
    PERSON_COLUMNS,
)
from rj.kernel.weekly_hours import write_hours

ORDERS_FILE = "yesterdays-orders.csv"
PEOPLE_FILE = "yesterdays-people.csv"
ORDER_COLUMNS = (*ORDER_REQUIRED, *ORDER_OPTIONAL)
PEOPLE_COLUMNS = (*PARTY_REQUIRED, *PARTY_OPTIONAL)


def areas_list(county: County) -> bytes:
    """The areas, as ``rj reference import areas`` takes them."""
    return _table(("region_id", "name"), [{"region_id": county.area_id, "name": county.area_name}])


def courts_list(county: County) -> bytes:
    """The courts, as ``rj reference import courts`` takes them."""
    return _table(
        ("court_id", "name", "type", "active"),
        [
            {
                "court_id": court.code,
                "name": court.name,
                "type": court.kind.value,
                "active": "true",
            }
            for court in county.courts
        ],
    )


def officers_list(county: County) -> bytes:
    """The responsible officers, as ``rj reference import officers`` takes them."""
    return _table(
        ("code", "name", "email", "telephone", "area"),
        [
            {
                "code": officer.code,
                "name": officer.name,
                "email": officer.email,
                "telephone": officer.telephone,
                "area": county.area_id,
            }
            for officer in county.officers
        ],
    )


def orders_file(orders: Iterable[OrderFacts], area_id: str) -> bytes:
    """The orders' file of ``docs/importing-orders.md``: a row for each order."""
    return _table(ORDER_COLUMNS, [order_texts(order, area_id) for order in orders])


def people_file(orders: Iterable[OrderFacts]) -> bytes:
    """The file of the other people, a row for each."""
    return _table(PEOPLE_COLUMNS, [row for order in orders for row in people_texts(order)])


def order_texts(order: OrderFacts, area_id: str) -> dict[str, str]:
    """The row of an order, its person on probation included, by column."""
    harmer = order.harmer
    return {
        "reference": order.reference,
        "crn": order.crn,
        "name": harmer.name,
        "date_of_birth": _day(harmer.born_on),
        "court": order.court_code,
        "sentenced_on": _day(order.sentenced_on),
        "order_type": order.order_type.value,
        "requirement": order.requirement.value,
        "ends_on": _day(order.ends_on),
        "offences": " ".join(order.offence_codes),
        "officer": order.officer_code,
        "area": area_id,
        "days": "" if order.days is None else str(order.days),
        "starts_on": _day(order.sentenced_on),
        "requirement_ends_on": _day(order.requirement_ends_on),
        "convicted_on": _day(order.convicted_on),
        "received_on": _day(order.received_on),
        "plea": order.plea.value,
        "risk": order.risk.value,
        "language": order.language,
        "skills": " ".join(order.skills),
        "sensitive_complex": _yes(order.is_sensitive_complex),
        "liaison": order.liaison_email,
        **_person_texts(harmer),
    }


def people_texts(order: OrderFacts) -> list[dict[str, str]]:
    """A row for everybody else who takes part, by column."""
    return [
        {
            "order_reference": order.reference,
            "side": party.side.value,
            "role": party.role.value,
            "name": party.name,
            "chosen_name": party.chosen_name,
            "organisation": party.organisation,
            **_person_texts(party),
        }
        for party in order.parties
        if party is not order.harmer
    ]


def write_fresh_orders(folder: Path, county: County) -> tuple[Path, Path]:
    """Put yesterday's orders and their people into two files of a folder, made if missing.

    Nothing of them has been recorded: they are there to be uploaded.
    """
    folder.mkdir(parents=True, exist_ok=True)
    orders, people = folder / ORDERS_FILE, folder / PEOPLE_FILE
    orders.write_bytes(orders_file(county.fresh_orders, county.area_id))
    people.write_bytes(people_file(county.fresh_orders))
    return orders, people


def _table(columns: Sequence[str], rows: Iterable[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    # with a byte order mark, so that a double click shows accented names as they are
    return text.getvalue().encode("utf-8-sig")


def _person_texts(party: PartyFacts) -> dict[str, str]:
    plan = party.contact_plan
    texts = {
        "email": party.email,
        "telephone": party.telephone,
        "address": party.address,
        "letters_in": party.language.value,
        "hours": _hours(party.hours),
        "likes_hours": _hours(party.likes_hours),
        "curfew": "-".join(_clock(each) for each in party.curfew) if party.curfew else "",
        "away": "; ".join(_stay(days) for days in party.away),
        "avoid_venues": " ".join(party.avoids),
        "like_venues": " ".join(party.likes_venues),
    }
    if plan is not None:
        texts |= {
            "channel": plan.channel.value,
            "calendar": plan.calendar_wish.value,
            "voicemail": _yes(plan.may_leave_voicemail),
            "safe_times": plan.safe_times,
            "call_about": plan.alias,
            "show_place": _yes(plan.shows_place),
            "agreed_on": _day(plan.agreed_on),
        }
    return {name: texts.get(name, "") for name in PERSON_COLUMNS}


def _day(day: date | datetime | None) -> str:
    return "" if day is None else f"{day:%d/%m/%Y}"


def _clock(clock: time) -> str:
    return f"{clock:%H:%M}"


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def _hours(hours: Hours | None) -> str:
    return "" if hours is None else write_hours(hours)


def _stay(days: Days) -> str:
    return " to ".join(_day(day) for day in days)
