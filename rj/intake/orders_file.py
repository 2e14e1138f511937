"""Importing court orders from a file, all or nothing.

    import_orders(database, content, *, parties=None, seal, actor, now, areas=None) -> ImportReport

``content`` is the orders' file, ``parties`` that of the other people; both are accepted together
or neither is. ``areas`` are those the importer works for; None means all of them. The columns are
in ``docs/importing-orders.md``. The same file twice changes nothing: what a file said of an order
is remembered as a keyed hash, so an order that was changed here afterwards stays as it is, and
nobody who said no is written to again because of an old file.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from operator import attrgetter
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import Session, col, select

from rj.audit.services import Actor
from rj.conferences.provisional import TakeOver, hold_of_order, keep_hold
from rj.db.database import Database
from rj.intake.csv_table import Columns, Fault, Row, Table, read_table
from rj.intake.entry import (
    ORDER_OPTIONAL,
    ORDER_REQUIRED,
    PARTY_OPTIONAL,
    PARTY_REQUIRED,
    NewOrder,
    read_order,
    read_party,
)
from rj.intake.holds import hold_faults, take_over_all
from rj.intake.known import known_now
from rj.intake.models import OrderSource
from rj.intake.recording import record_all
from rj.intake.report import Difference, FileName, ImportReport, RowReport, RowResult
from rj.intake.rules import Known, order_faults, person_faults, resolve
from rj.kernel.garbage import collecting_later
from rj.kernel.london import london_day
from rj.orders.models import Order, ResponsibleOfficer
from rj.orders.queries import erased_references, get_requirement, offences_of
from rj.parties.contact import ContactTerms
from rj.parties.models import HarmerDetails, Party
from rj.parties.queries import parties_of
from rj.parties.recording import NewPerson, differs_in
from rj.parties.sealing import ContactDetails, Seal
from rj.policy.terms import PartyRole, Side

ORDER_COLUMNS = Columns(
    ORDER_REQUIRED,
    ORDER_OPTIONAL,
    {
        "case_reference": "reference",
        "dob": "date_of_birth",
        "born_on": "date_of_birth",
        "court_code": "court",
        "sentence_date": "sentenced_on",
        "date_of_sentence": "sentenced_on",
        "type": "order_type",
        "requirement_type": "requirement",
        "start": "starts_on",
        "start_date": "starts_on",
        "end": "ends_on",
        "end_date": "ends_on",
        "order_end": "ends_on",
        "conviction_date": "convicted_on",
        "received": "received_on",
        "received_date": "received_on",
        "offence_codes": "offences",
        "offence": "offences",
        "responsible_officer": "officer",
        "risk_level": "risk",
        "needs": "skills",
        "hold_reference": "hold",
        "provisional_hold": "hold",
        "e_mail": "email",
        "phone": "telephone",
    },
)
PARTY_COLUMNS = Columns(
    PARTY_REQUIRED,
    PARTY_OPTIONAL,
    {"reference": "order_reference", "e_mail": "email", "phone": "telephone"},
)
NOT_SHOWN = "not shown"
PIECE = 500
"""References looked up in one statement; either database takes as many."""


@dataclass(slots=True)
class _Entry:
    """One row of the orders' file on its way, with the rows of its people."""

    line: int
    reference: str
    order: NewOrder
    faults: list[Fault]
    people: list["_PersonEntry"]
    has_people_row: bool = False
    result: RowResult = RowResult.HELD_BACK
    differences: tuple[Difference, ...] = ()


@dataclass(slots=True)
class _PersonEntry:
    """One row of the parties' file on its way."""

    line: int
    reference: str
    person: NewPerson
    faults: list[Fault]


def import_orders(
    database: Database,
    content: bytes,
    *,
    parties: bytes | None = None,
    seal: Seal,
    actor: Actor,
    now: datetime,
    areas: Iterable[str] | None = None,
    take_over: TakeOver = keep_hold,
) -> ImportReport:
    """Record every order of a file with its people, in one transaction, or none.

    ``take_over`` has an order's plan take over the provisional hold that its row names.

    Never raises for what stands in a file: the report says it. Raises Conflict when somebody
    else recorded one of the orders at the same moment.
    """
    with collecting_later():
        return _import(database, content, parties, seal, actor, now, areas, take_over)


def _import(
    database: Database,
    content: bytes,
    parties: bytes | None,
    seal: Seal,
    actor: Actor,
    now: datetime,
    areas: Iterable[str] | None,
    take_over: TakeOver,
) -> ImportReport:
    orders_table = read_table(content, ORDER_COLUMNS)
    parties_table = Table(()) if parties is None else read_table(parties, PARTY_COLUMNS)
    unreadable = [
        RowReport(file, found.line, "", RowResult.REFUSED, (found.fault,))
        for file, table in ((FileName.ORDERS, orders_table), (FileName.PARTIES, parties_table))
        for found in table.faults
    ]
    if unreadable:
        return ImportReport(tuple(unreadable))
    people = _read_people(parties_table.rows)
    entries = _read_orders(orders_table.rows, people, parties is not None)
    with database.writing() as session:
        known = known_now(session, own_areas=areas)
        _judge(entries, people, known, now)
        standing = _orders_recorded_already(session, entries)
        erased = erased_references(
            session, seal.fingerprint, (entry.reference for entry in entries)
        )
        for entry in entries:
            if entry.reference in erased:
                entry.result = RowResult.UNCHANGED
        new = [
            entry
            for entry in entries
            if entry.reference not in standing and entry.reference not in erased
        ]
        _judge_holds(session, new, london_day(now))
        _compare(session, entries, standing, seal, known)
        if not any(entry.faults or entry.differences for entry in entries) and not any(
            row.faults for row in people
        ):
            recorded = record_all(
                session, [entry.order for entry in new], known, seal=seal, actor=actor, now=now
            )
            _remember_sources(session, new, [one.order_id for one in recorded], seal, now)
            take_over_all(session, recorded, take_over, actor=actor, now=now)
            for entry in new:
                entry.result = RowResult.RECORDED
    return _report(entries, people)


def _read_orders(
    rows: Sequence[Row], people: Sequence[_PersonEntry], has_people: bool
) -> list[_Entry]:
    """The orders of a file, each with its people; faults name what cannot be read."""
    lines: dict[str, int] = {}
    by_order: dict[str, list[_PersonEntry]] = {}
    for row in people:
        by_order.setdefault(row.reference, []).append(row)
    entries = []
    for row_read in rows:
        own = by_order.pop(row_read.cells["reference"].upper(), [])
        order, faults = read_order(row_read.cells, tuple(row.person for row in own))
        in_cells = {fault.column for fault in row_read.faults}
        faults = [*row_read.faults, *(fault for fault in faults if fault.column not in in_cells)]
        reference = order.reference
        if reference in lines:
            faults.append(
                Fault(
                    "reference",
                    f"The same reference stands on line {lines[reference]}",
                    "Keep one row for each order",
                )
            )
        elif reference:
            lines[reference] = row_read.line
        entries.append(_Entry(row_read.line, reference, order, faults, own, has_people))
    for strays in by_order.values():
        for row in strays:
            if not row.faults:
                row.faults.append(
                    Fault(
                        "order_reference",
                        "No order with this reference stands in the orders file",
                        "Correct the reference, or add the order to the orders file",
                    )
                )
    return entries


def _read_people(rows: Sequence[Row]) -> list[_PersonEntry]:
    people = []
    for row in rows:
        person, faults = read_party(row.cells)
        in_cells = {fault.column for fault in row.faults}
        faults = [*row.faults, *(fault for fault in faults if fault.column not in in_cells)]
        reference = row.cells.get("order_reference", "").upper()
        if not reference and "order_reference" not in in_cells:
            faults.append(
                Fault("order_reference", "This is missing", "Give the reference of the order")
            )
        people.append(_PersonEntry(row.line, reference, person, faults))
    return people


def _judge(
    entries: Sequence[_Entry], people: Sequence[_PersonEntry], known: Known, now: datetime
) -> None:
    """Add to each row what the rules find in it, beyond what could not be read."""
    today = london_day(now)
    added_officers: dict[str, tuple[str, str]] = {}
    for entry in entries:
        entry.order = resolve(entry.order, known)
        unread = {fault.column for fault in entry.faults}
        entry.faults += order_faults(entry.order, known, today, unread=unread)
        officer = entry.order.officer
        if officer not in known.officers:
            facts = (entry.order.officer_name, entry.order.officer_email)
            if added_officers.setdefault(officer, facts) != facts and all(facts):
                entry.faults.append(
                    Fault(
                        "officer",
                        f"Another row gives the new officer “{officer}” another name or e-mail",
                        "Give one name and one e-mail for each officer code",
                    )
                )
    for row in people:
        unread = {fault.column for fault in row.faults}
        row.faults += [
            fault for fault in person_faults(row.person, known, today) if fault.column not in unread
        ]


def _judge_holds(session: Session, entries: Sequence[_Entry], today: date) -> None:
    """Only of orders that are new: one that is recorded has taken its hold over."""
    readable = [
        entry
        for entry in entries
        if not any(each.column in {"hold", "area"} for each in entry.faults)
    ]
    faults = hold_faults(session, [entry.order for entry in readable], today=today)
    for entry, fault in zip(readable, faults, strict=True):
        if fault is not None:
            entry.faults.append(fault)


def _orders_recorded_already(session: Session, entries: Sequence[_Entry]) -> dict[str, Order]:
    """Orders with these references, by reference."""
    references = [entry.reference for entry in entries]
    standing: dict[str, Order] = {}
    for start in range(0, len(references), PIECE):
        piece = references[start : start + PIECE]
        for order in session.exec(select(Order).where(col(Order.reference).in_(piece))):
            standing[order.reference] = order
    return standing


def _sources(session: Session, orders: Iterable[Order]) -> dict[UUID, OrderSource]:
    wanted = [order.id for order in orders]
    sources: dict[UUID, OrderSource] = {}
    for start in range(0, len(wanted), PIECE):
        piece = wanted[start : start + PIECE]
        for source in session.exec(select(OrderSource).where(col(OrderSource.order_id).in_(piece))):
            sources[source.order_id] = source
    return sources


def _compare(
    session: Session,
    entries: Sequence[_Entry],
    standing: Mapping[str, Order],
    seal: Seal,
    known: Known,
) -> None:
    """Mark the orders that are recorded already: unchanged, or different and in what."""
    sources = _sources(session, standing.values())
    for entry in entries:
        order = standing.get(entry.reference)
        if order is None or entry.faults or any(row.faults for row in entry.people):
            continue
        source = sources.get(order.id)
        if source is not None and _says_the_same(entry, source, seal):
            entry.result = RowResult.UNCHANGED
            continue
        entry.differences = _differences(session, entry, order, seal, known)
        if not entry.differences:
            entry.result = RowResult.UNCHANGED


def _says_the_same(entry: _Entry, source: OrderSource, seal: Seal) -> bool:
    """Whether a row, and its people when their file came along, says what was said before."""
    if _facts_fingerprint(entry.order, seal) != source.facts_fingerprint:
        return False
    if not entry.has_people_row:
        return True
    return _people_fingerprint(entry.order.people, seal) == source.people_fingerprint


def _facts_fingerprint(order: NewOrder, seal: Seal) -> str:
    facts: tuple[object, ...] = (_ORDER_FACTS(order), _person_facts(order.harmer))
    # named only where there is one, so that what was imported without the column stays the same
    return seal.fingerprint(repr((*facts, order.hold) if order.hold else facts))


def _people_fingerprint(people: Iterable[NewPerson], seal: Seal) -> str:
    return seal.fingerprint("\n".join(sorted(repr(_person_facts(person)) for person in people)))


_ORDER_FACTS = attrgetter(
    *(fact.name for fact in fields(NewOrder) if fact.name not in {"harmer", "people", "hold"})
)
_PERSON_FACTS = attrgetter(
    *(fact.name for fact in fields(NewPerson) if fact.name not in {"details", "terms"})
)
_DETAILS = attrgetter(*(fact.name for fact in fields(ContactDetails)))
_TERMS = attrgetter(*(fact.name for fact in fields(ContactTerms)))


def _person_facts(person: NewPerson) -> tuple[object, ...]:
    """Everything told of a person; only ever hashed."""
    terms = None if person.terms is None else _TERMS(person.terms)
    return (_PERSON_FACTS(person), _DETAILS(person.details), terms)


def _remember_sources(
    session: Session,
    entries: Sequence[_Entry],
    order_ids: Sequence[UUID],
    seal: Seal,
    now: datetime,
) -> None:
    rows = [
        {
            "order_id": order_id,
            "facts_fingerprint": _facts_fingerprint(entry.order, seal),
            "people_fingerprint": _people_fingerprint(entry.order.people, seal),
            "imported_at": now,
        }
        for entry, order_id in zip(entries, order_ids, strict=True)
    ]
    if rows:
        session.execute(insert(OrderSource), rows)


def _differences(
    session: Session, entry: _Entry, order: Order, seal: Seal, known: Known
) -> tuple[Difference, ...]:
    """In what a row differs from the order as it is recorded. Contacts are never shown."""
    told = entry.order
    requirement = get_requirement(session, order.id)
    officer = session.get(ResponsibleOfficer, order.responsible_officer_id)
    liaisons = {account: email for email, account in known.liaisons.items()}
    pairs: list[tuple[str, object, object]] = [
        ("crn", order.crn, told.crn),
        ("court", order.court_code, told.court),
        ("area", order.area_id, told.area),
        ("order_type", order.order_type, told.order_type),
        ("sentenced_on", order.sentenced_on, told.sentenced_on),
        ("ends_on", order.ends_on, told.ends_on),
        ("requirement", requirement.kind, told.requirement),
        ("days", requirement.days, told.days),
        ("starts_on", requirement.starts_on, told.starts_on or told.sentenced_on),
        (
            "requirement_ends_on",
            requirement.ends_on,
            told.requirement_ends_on or told.ends_on,
        ),
        ("convicted_on", order.convicted_on, told.convicted_on),
        (
            "offences",
            ", ".join(offence.code for offence in offences_of(session, order.id)),
            ", ".join(told.offences),
        ),
        ("plea", order.plea, told.plea),
        ("risk", order.risk, told.risk),
        ("officer", officer.code if officer else None, told.officer),
        ("language", order.language, told.language),
        ("skills", ", ".join(order.skills), ", ".join(told.skills)),
        ("sensitive_complex", order.is_sensitive_complex, told.is_sensitive_complex),
    ]
    if told.in_sentence_plan is not None:
        pairs.append(("in_sentence_plan", order.in_sentence_plan, told.in_sentence_plan))
    if told.hold:
        hold = hold_of_order(session, order.id)
        pairs.append(("hold", None if hold is None else hold.reference, told.hold))
    if told.received_on is not None:
        pairs.append(("received_on", order.received_on, told.received_on))
    if told.liaison:
        kept = liaisons.get(order.liaison_account_id) if order.liaison_account_id else None
        pairs.append(("liaison", kept, told.liaison))
    found = [
        Difference(column, _shown(recorded), _shown(in_file))
        for column, recorded, in_file in pairs
        if recorded != in_file
    ]
    return tuple(found) + _differences_in_people(session, entry, order, seal, known)


def _differences_in_people(
    session: Session, entry: _Entry, order: Order, seal: Seal, known: Known
) -> tuple[Difference, ...]:
    codes = {venue_id: code for code, venue_id in known.venues.items()}
    parties = parties_of(session, order.id)
    harmer = next(
        (
            party
            for party in parties
            if party.side is Side.HARMER and party.role is PartyRole.PRINCIPAL
        ),
        None,
    )
    found: list[Difference] = []
    if harmer is not None:
        found += _harmer_differences(session, harmer, entry.order.harmer, seal, codes)
    if entry.has_people_row:
        others = [party for party in parties if party is not harmer]
        if not _are_the_same_people(session, others, entry.order.people, seal, codes):
            found.append(
                Difference(
                    "people",
                    f"{len(others)} recorded, {NOT_SHOWN}",
                    f"{len(entry.order.people)} in the parties file, {NOT_SHOWN}",
                )
            )
    return tuple(found)


def _harmer_differences(
    session: Session,
    harmer: Party,
    told: NewPerson,
    seal: Seal,
    codes: Mapping[UUID, str],
) -> list[Difference]:
    details = session.get(HarmerDetails, harmer.id)
    found = []
    if details is not None and details.born_on != told.born_on:
        found.append(Difference("date_of_birth", _shown(details.born_on), _shown(told.born_on)))
    for column in sorted(differs_in(session, seal, harmer, told, codes)):
        if column == "name" and details is not None:
            found.append(Difference("name", details.name, told.details.name))
        else:
            found.append(Difference(column, NOT_SHOWN, NOT_SHOWN))
    return found


def _are_the_same_people(
    session: Session,
    parties: Sequence[Party],
    told: Sequence[NewPerson],
    seal: Seal,
    codes: Mapping[UUID, str],
) -> bool:
    """Whether each recorded person stands in the file with the same facts, and nobody else."""
    left = list(told)
    for party in parties:
        same = next(
            (
                person
                for person in left
                if person.side is party.side
                and person.role is party.role
                and not differs_in(session, seal, party, person, codes)
            ),
            None,
        )
        if same is None:
            return False
        left.remove(same)
    return not left


def _shown(value: object) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _report(entries: Sequence[_Entry], people: Sequence[_PersonEntry]) -> ImportReport:
    """A report for each row, in the order of the files."""
    rows: list[RowReport] = []
    results: dict[int, RowResult] = {}
    for entry in entries:
        faults = list(entry.faults)
        if entry.differences:
            faults.append(
                Fault(
                    "reference",
                    "An order with this reference is recorded with other facts",
                    "Correct the row, give it its own reference, or change the recorded order",
                )
            )
        result = RowResult.REFUSED if faults else entry.result
        for row in entry.people:
            results[row.line] = result
        rows.append(
            RowReport(
                FileName.ORDERS,
                entry.line,
                entry.reference,
                result,
                tuple(faults),
                entry.differences,
            )
        )
    for row in people:
        result = results.get(row.line, RowResult.HELD_BACK)
        if row.faults:
            result = RowResult.REFUSED
        elif result is RowResult.REFUSED:
            result = RowResult.HELD_BACK
        rows.append(RowReport(FileName.PARTIES, row.line, row.reference, result, tuple(row.faults)))
    return ImportReport(tuple(rows))
