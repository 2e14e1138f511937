"""Every table of the service, gathered for migrations, tests and the demo.

Importing this module fills ``metadata``. It stands above all rooms and decides nothing.
"""

from sqlalchemy import CheckConstraint, Table
from sqlmodel import AutoString, SQLModel

import rj.accounts.models
import rj.area_rules.models
import rj.audit.models
import rj.calendars.models
import rj.clocks.models
import rj.compartments.models
import rj.conferences.models
import rj.facilitators.models
import rj.intake.models
import rj.jobs.models
import rj.orders.models
import rj.outbox.models
import rj.parties.models
import rj.rights.models
import rj.scheduling.models
import rj.suitability.models
import rj.suppression.models
import rj.venues.models  # noqa: F401

metadata = SQLModel.metadata


def _hold_lengths(table: Table) -> None:
    """Have the database itself refuse texts that are too long: SQLite would take any length."""
    for column in table.columns:
        longest = column.type.length if isinstance(column.type, AutoString) else None
        if longest is not None:
            table.append_constraint(
                CheckConstraint(f"length({column.name}) <= {longest}", f"{column.name}_length")
            )


for _table in metadata.sorted_tables:
    _hold_lengths(_table)
