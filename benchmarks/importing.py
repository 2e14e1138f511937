"""How long a file of 5,000 orders with 7,000 people takes, on SQLite and on PostgreSQL.

    python benchmarks/importing.py

Run from the project's folder in its own environment. Beside each import stands its floor, taken in
the same run: the same two files read with ``csv.DictReader`` and written to bare tables of text
with ``executemany``, in one transaction. Machines and days differ; the ratio to the floor should
not. Fails when an import takes longer than the ten seconds that are promised.
"""

import csv
import io
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from cryptography.fernet import Fernet  # noqa: E402
from sqlalchemy import text  # noqa: E402

from rj.audit.services import SERVICE  # noqa: E402
from rj.db.database import Database  # noqa: E402
from rj.db.migrating import upgrade  # noqa: E402
from rj.intake.orders_file import import_orders  # noqa: E402
from rj.intake.reference_file import load_samples, sample  # noqa: E402
from rj.intake.report import RowResult  # noqa: E402
from rj.parties.sealing import Seal  # noqa: E402
from rj.tables import metadata  # noqa: E402
from tests.servers import a_postgresql  # noqa: E402

ORDERS = 5_000
PEOPLE = 7_000
LIMIT_SECONDS = 10.0
NOW = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)

Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Taken:
    """What something took: on the wall and of this process's own processor time."""

    wall_seconds: float
    cpu_seconds: float


def taken_by(act: Callable[[], object]) -> Taken:
    """Act once and measure it."""
    began, cpu_began = time.perf_counter(), time.process_time()
    act()
    return Taken(time.perf_counter() - began, time.process_time() - cpu_began)


def the_files() -> tuple[bytes, bytes]:
    """The shipped samples over and over, under references of their own.

    The orders' own file brings 5,000 people on probation; the second brings 2,000 others.
    """
    samples = _rows("orders")
    orders = [
        row | {"reference": f"BM/{number:05}", "crn": f"{chr(65 + number // 10_000)}{number:06}"}
        for number, row in enumerate(islice(cycle(samples), ORDERS), start=1)
    ]
    others = [row for row in _rows("parties") if row["role"] != "interpreter"]
    people = [
        row | {"order_reference": orders[number]["reference"]}
        for number, row in enumerate(islice(cycle(others), PEOPLE - ORDERS))
    ]
    return _as_csv(orders), _as_csv(people)


def floor(database: Database, files: tuple[bytes, ...]) -> None:
    """The least that any import does: read the rows and write each of them once."""
    with database.engine.begin() as connection:
        for number, content in enumerate(files):
            rows = list(csv.DictReader(io.StringIO(content.decode())))
            columns = list(rows[0])
            named = ", ".join(f"{column} TEXT" for column in columns)
            connection.execute(text(f"CREATE TABLE floor_{number} ({named})"))
            places = ", ".join(f":{column}" for column in columns)
            connection.execute(text(f"INSERT INTO floor_{number} VALUES ({places})"), rows)  # noqa: S608


def measure(name: str, database: Database) -> bool:
    """Import once into an empty database, print what it took; whether it kept the promise."""
    upgrade(database, metadata)
    with database.writing() as session:
        load_samples(session, now=NOW)
    orders, people = the_files()
    seal = Seal(Fernet.generate_key().decode())
    least = taken_by(lambda: floor(database, (orders, people)))

    def act() -> None:
        report = import_orders(database, orders, parties=people, seal=seal, actor=SERVICE, now=NOW)
        if report.count(RowResult.RECORDED) != ORDERS:
            raise SystemExit("The files were refused: there is nothing to measure")

    took = taken_by(act)
    print(
        f"{name:<11} import {took.wall_seconds:5.1f} s ({took.cpu_seconds:.1f} s CPU)   "
        f"floor {least.wall_seconds:4.2f} s ({least.cpu_seconds:.2f} s CPU)   "
        f"ratio {took.cpu_seconds / least.cpu_seconds:.0f}"
    )
    return took.wall_seconds <= LIMIT_SECONDS


def _rows(name: str) -> Rows:
    return list(csv.DictReader(io.StringIO(sample(name).decode())))


def _as_csv(rows: Rows) -> bytes:
    written = io.StringIO()
    writer = csv.DictWriter(written, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()


def main() -> int:
    """Measure both databases; 1 when one of them took too long."""
    print(f"{ORDERS:,} orders with {PEOPLE:,} people; at most {LIMIT_SECONDS:.0f} s are promised")
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'rj.sqlite'}")
        kept = measure("SQLite", database)
        database.close()
    with a_postgresql() as address:
        database = Database(address)
        kept &= measure("PostgreSQL", database)
        database.close()
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
