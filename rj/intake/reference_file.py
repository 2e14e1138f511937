"""Importing the lists that orders are judged by.

    import_reference(database, kind, content, *, actor, now) -> ReferenceReport
    load_samples(session, *, now) -> bool

Each kind is a file in the shape in which the Ministry of Justice publishes it; ``court-codes`` and
``officers`` have a shape of our own. A row adds or renews one entry; nothing is ever removed, and
what people have set here (rooms, hours, places on the map, a reviewed harm class) stays.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from importlib.resources import files
from typing import Any

from sqlmodel import Session, SQLModel, select

from rj.accounts.models import Area
from rj.audit.services import SERVICE, Actor, note
from rj.db.database import Database
from rj.intake.csv_table import Columns, Fault, Row, read_table
from rj.intake.rules import COURT_OFFENCE_CODE, home_office_code, is_email
from rj.kernel.weekly_hours import read_hours
from rj.orders.models import Court, Offence, OffenceCourtCode, ResponsibleOfficer
from rj.policy.offences import harm_class
from rj.policy.terms import CourtKind
from rj.venues.models import Venue

OFFICE_HOURS = "mon-fri 09:00-17:00"
"""Hours of a new office or officer until somebody says otherwise."""
SAMPLES = "rj.intake.samples"


class ReferenceKind(StrEnum):
    """Which list a file holds. Later ones refer to those before them."""

    AREAS = "areas"
    COURTS = "courts"
    OFFENCES = "offences"
    COURT_CODES = "court-codes"
    OFFICES = "offices"
    OFFICERS = "officers"


@dataclass(frozen=True, slots=True)
class ReferenceProblem:
    """What keeps one row from being taken."""

    line: int
    fault: Fault


@dataclass(frozen=True, slots=True)
class ReferenceReport:
    """What became of a list. With problems nothing was changed."""

    kind: ReferenceKind
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: tuple[ReferenceProblem, ...] = ()

    @property
    def is_accepted(self) -> bool:
        """Whether the list was taken."""
        return not self.problems


Facts = dict[str, Any]
"""Values by attribute of a record."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """How one kind of list is read and kept."""

    columns: Columns
    table: type[SQLModel]
    key: str
    """The attribute by which an entry is known."""
    read: Callable[[Mapping[str, str], "_Standing"], Facts]
    """The facts of a row; raises ReferenceFault."""
    on_adding: Facts
    """What a new entry has besides, and an old one keeps."""


@dataclass(frozen=True, slots=True)
class _Standing:
    """What other lists hold."""

    areas: frozenset[str]
    offences: frozenset[str]


class ReferenceFault(Exception):
    """A row cannot be taken; carries the fault."""

    def __init__(self, column: str, wrong: str, remedy: str) -> None:
        super().__init__(wrong)
        self.fault = Fault(column, wrong, remedy)


def import_reference(
    database: Database, kind: ReferenceKind, content: bytes, *, actor: Actor, now: datetime
) -> ReferenceReport:
    """Take a list whole, or none of it. What is wrong in the file is in the report."""
    with database.writing() as session:
        return take_reference(session, kind, content, actor=actor, now=now)


def take_reference(
    session: Session, kind: ReferenceKind, content: bytes, *, actor: Actor, now: datetime
) -> ReferenceReport:
    """The same inside the caller's transaction."""
    shape = SHAPES[kind]
    table = read_table(content, shape.columns)
    problems = [ReferenceProblem(found.line, found.fault) for found in table.faults]
    facts = _read_rows(shape, table.rows, _standing(session), problems)
    if problems:
        return ReferenceReport(kind, problems=tuple(problems))
    known = {getattr(entry, shape.key): entry for entry in session.exec(select(shape.table))}
    added = changed = 0
    for entry_facts in facts.values():
        entry = known.get(entry_facts[shape.key])
        if entry is None:
            session.add(shape.table(**shape.on_adding, **entry_facts))
            added += 1
        elif _renew(entry, entry_facts):
            changed += 1
    if added or changed:
        note(session, actor, "import reference list", "reference", kind.value, now=now)
    session.flush()
    return ReferenceReport(kind, added, changed, len(facts) - added - changed)


def _standing(session: Session) -> _Standing:
    return _Standing(
        frozenset(session.exec(select(Area.id))), frozenset(session.exec(select(Offence.code)))
    )


def _read_rows(
    shape: _Shape, rows: Sequence[Row], standing: _Standing, problems: list[ReferenceProblem]
) -> dict[str, Facts]:
    """The facts of each row by key; problems are added to the list given."""
    facts: dict[str, Facts] = {}
    for row in rows:
        problems += [ReferenceProblem(row.line, fault) for fault in row.faults]
        if row.faults:
            continue
        try:
            entry = shape.read(row.cells, standing)
        except ReferenceFault as refused:
            problems.append(ReferenceProblem(row.line, refused.fault))
            continue
        key = entry[shape.key]
        if key in facts:
            fault = Fault(
                shape.columns.required[0], f"“{key}” comes twice", "Keep one row for each entry"
            )
            problems.append(ReferenceProblem(row.line, fault))
        facts[key] = entry
    return facts


def _renew(entry: SQLModel, facts: Facts) -> bool:
    """Put new facts in place of old ones; whether any differed."""
    if isinstance(entry, Offence) and entry.risk_class == facts["risk_class"]:
        facts = {name: value for name, value in facts.items() if name != "harm_class"}
    differing = {name: value for name, value in facts.items() if getattr(entry, name) != value}
    for name, value in differing.items():
        setattr(entry, name, value)
    return bool(differing)


def _text(cells: Mapping[str, str], column: str, longest: int) -> str:
    value = cells.get(column, "")
    if not value:
        raise ReferenceFault(column, "This is missing", "Fill the cell")
    if len(value) > longest:
        raise ReferenceFault(column, "The text is too long", f"Use {longest} characters or fewer")
    return value


def _cut(text: str, longest: int) -> str:
    """A long description, cut where the list's own ends would not fit."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _area(cells: Mapping[str, str], column: str, standing: _Standing) -> str:
    value = _text(cells, column, 20)
    if value not in standing.areas:
        raise ReferenceFault(
            column, f"The area “{value}” is not known", "Import the areas first, or correct it"
        )
    return value


def _read_area(cells: Mapping[str, str], standing: _Standing) -> Facts:
    return {"id": _text(cells, "region_id", 20), "name": _text(cells, "name", 100)}


def _read_court(cells: Mapping[str, str], standing: _Standing) -> Facts:
    kind = _text(cells, "type", 20).lower()
    if kind not in set(CourtKind):
        raise ReferenceFault("type", "This kind of court is not known", "Use magistrates or crown")
    active = _text(cells, "active", 10).lower()
    if active not in {"true", "false"}:
        raise ReferenceFault("active", "This is neither true nor false", "Use true or false")
    return {
        "code": _text(cells, "court_id", 12).upper(),
        "name": _text(cells, "name", 120),
        "kind": CourtKind(kind),
        "is_active": active == "true",
    }


def _home_office_code(cells: Mapping[str, str]) -> str:
    category = _text(cells, "ho_category", 3)
    subcategory = _text(cells, "ho_subcategory", 2)
    code = home_office_code(f"{category}/{subcategory}")
    if code is None:
        raise ReferenceFault(
            "ho_category", "This is not a Home Office code", "Use figures, like 8 and 6"
        )
    return code


def _read_offence(cells: Mapping[str, str], standing: _Standing) -> Facts:
    category = _text(cells, "category", 2000)
    description = _text(cells, "description", 2000)
    risk_class = _text(cells, "risk_class", 80)
    return {
        "code": _home_office_code(cells),
        "offence_group": _cut(_text(cells, "group", 2000), 200),
        "category": _cut(category, 300),
        "description": _cut(description, 600),
        "risk_class": risk_class,
        "harm_class": harm_class(risk_class, category, description),
    }


def _read_court_code(cells: Mapping[str, str], standing: _Standing) -> Facts:
    court_code = _text(cells, "court_offence_code", 8).upper()
    if not COURT_OFFENCE_CODE.fullmatch(court_code):
        raise ReferenceFault(
            "court_offence_code", "This is not a courts' code", "Write it like ZZ99001"
        )
    offence = _home_office_code(cells)
    if offence not in standing.offences:
        raise ReferenceFault(
            "ho_category", f"The offence “{offence}” is not known", "Import the offences first"
        )
    return {"court_code": court_code, "offence_code": offence}


SERVICE_WORDS = re.compile(
    r"probation|\bNPS\b|\bCRC\b|HMPPS|offender|justice|approved premises|community payback"
    r"|rehabilitation",
    re.IGNORECASE,
)
"""What must never stand in a participant's message: part of an address that names the service."""


def street_parts(address: str) -> tuple[str, ...]:
    """The parts of an address that the street knows: those that do not name the service."""
    parts = (part.strip() for part in address.split(","))
    return tuple(part for part in parts if part and not SERVICE_WORDS.search(part))


def _read_office(cells: Mapping[str, str], standing: _Standing) -> Facts:
    parts = street_parts(_text(cells, "address", 2000))
    if len(parts) == 1:  # some lists put the street into the name: "South Town: 8 High Row"
        parts = street_parts(cells.get("name", "").rpartition(":")[2]) + parts
    if len(parts) < 2:
        raise ReferenceFault(
            "address",
            "No street is left once the name of the service is taken out",
            "Give street, town and postcode, with commas between them",
        )
    named_by_number = parts[0].replace("-", "").isdigit()
    address = ", ".join(parts)
    if len(address) > 300:
        raise ReferenceFault("address", "The address is too long", "Use 300 characters or fewer")
    return {
        "code": _text(cells, "probation_office_id", 40),
        "name": _text(cells, "name", 120),
        "street_name": _cut(f"{parts[0]} {parts[1]}" if named_by_number else parts[0], 120),
        "address": address,
        "area_id": _area(cells, "probation_region_id", standing),
    }


def _read_officer(cells: Mapping[str, str], standing: _Standing) -> Facts:
    email = _text(cells, "email", 254)
    if not is_email(email):
        raise ReferenceFault("email", "This is not an e-mail address", "Check its spelling")
    return {
        "code": _text(cells, "code", 12).upper(),
        "name": _text(cells, "name", 100),
        "email": email,
        "telephone": cells.get("telephone", "")[:40],
        "area_id": _area(cells, "area", standing),
    }


def _columns(*required: str, optional: tuple[str, ...] = (), free_text: str = "") -> Columns:
    return Columns(required, optional, free_text=frozenset(free_text.split()))


SHAPES: Mapping[ReferenceKind, _Shape] = {
    ReferenceKind.AREAS: _Shape(_columns("region_id", "name"), Area, "id", _read_area, {}),
    ReferenceKind.COURTS: _Shape(
        _columns("court_id", "name", "type", "active"), Court, "code", _read_court, {}
    ),
    ReferenceKind.OFFENCES: _Shape(
        _columns(
            "ho_category",
            "ho_subcategory",
            "group",
            "category",
            "description",
            "risk_class",
            free_text="group category description",
        ),
        Offence,
        "code",
        _read_offence,
        {},
    ),
    ReferenceKind.COURT_CODES: _Shape(
        _columns("court_offence_code", "ho_category", "ho_subcategory"),
        OffenceCourtCode,
        "court_code",
        _read_court_code,
        {},
    ),
    ReferenceKind.OFFICES: _Shape(
        _columns(
            "probation_office_id",
            "name",
            "address",
            "probation_region_id",
            optional=("gov_uk_url", "delius_crs_location_id"),
        ),
        Venue,
        "code",
        _read_office,
        {"hours": read_hours(OFFICE_HOURS)},
    ),
    ReferenceKind.OFFICERS: _Shape(
        _columns("code", "name", "email", "area", optional=("telephone",)),
        ResponsibleOfficer,
        "code",
        _read_officer,
        {"hours": read_hours(OFFICE_HOURS)},
    ),
}


def sample(name: str) -> bytes:
    """A shipped sample file: a kind of list, ``orders`` or ``parties``. All of it is invented."""
    return files(SAMPLES).joinpath(f"{name}.csv").read_bytes()


def load_samples(session: Session, *, now: datetime, actor: Actor = SERVICE) -> bool:
    """Give a fresh installation small invented lists to work with. False when it has areas."""
    if session.exec(select(Area.id)).first() is not None:
        return False
    for kind in ReferenceKind:
        take_reference(session, kind, sample(kind.value), actor=actor, now=now)
    return True
