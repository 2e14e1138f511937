"""A county with reference lists, and a file to import into it."""

import csv
import io
from collections.abc import Callable

import pytest

from rj.audit.services import SERVICE
from rj.db.database import Database
from rj.intake.orders_file import import_orders
from rj.intake.reference_file import load_samples, sample
from rj.intake.report import ImportReport
from tests.builders import NOW, SEAL

Import = Callable[..., ImportReport]


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of a shipped sample."""
    return list(csv.DictReader(io.StringIO(sample(name).decode())))


def as_csv(rows: list[dict[str, str]]) -> bytes:
    """Rows as a file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@pytest.fixture
def county(database: Database) -> Database:
    """A database with the small shipped lists."""
    with database.writing() as session:
        load_samples(session, now=NOW)
    return database


@pytest.fixture
def imported(county: Database) -> Import:
    """Imports rows, or the samples when none are given, as the service itself."""

    def run(
        orders: list[dict[str, str]] | bytes | None = None,
        parties: list[dict[str, str]] | bytes | None = None,
        **options: object,
    ) -> ImportReport:
        content = orders if isinstance(orders, bytes) else as_csv(orders or rows_of("orders"))
        people = as_csv(parties) if isinstance(parties, list) else parties
        return import_orders(
            county,
            content,
            parties=people,
            seal=SEAL,
            actor=SERVICE,
            now=NOW,
            **options,  # type: ignore[arg-type]
        )

    return run
