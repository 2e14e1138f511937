"""Every column that could point to a person or hold words about one stands in the inventory."""

from collections.abc import Iterator

import pytest
from sqlalchemy import JSON, Column, Enum, LargeBinary, String, Table, Uuid
from sqlmodel import AutoString

from rj.conferences.models import Meeting
from rj.orders.models import Plan, PlanStep
from rj.parties.models import Party
from rj.rights.erasing import OF_ONE_PERSON
from rj.rights.inventory import BY_TABLE, INVENTORY, ROW
from rj.rights.retention import OF_A_MEETING, OF_AN_ORDER
from rj.tables import metadata

OF_PEOPLE = frozenset(
    {
        "account",
        "facilitator",
        "meeting",
        "party",
        "plan",
        "plan_step",
        "responsible_officer",
        "sentence_order",
    }
)
"""What leads to a person, at once or by way of a case."""


def telling(table: Table) -> Iterator[str]:
    """Columns that point to a person, or in which somebody could have written of one."""
    for column in table.columns:
        if column.foreign_keys:
            if {key.column.table.name for key in column.foreign_keys} & OF_PEOPLE:
                yield column.name
        elif _could_tell(column):
            yield column.name


def _could_tell(column: "Column[object]") -> bool:
    kind = column.type
    if isinstance(kind, Uuid):
        return column.name != "id"
    if isinstance(kind, Enum):
        return False
    return isinstance(kind, AutoString | String | LargeBinary | JSON)


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: str(table.name))
def test_each_column_that_could_tell_of_a_person_is_listed(table: Table) -> None:
    assert table.name in BY_TABLE, "say in rj/rights/inventory.py what this table keeps of people"
    kept = BY_TABLE[table.name]
    listed = kept.points | kept.told | kept.staff | kept.erased | kept.plain
    missing = sorted(set(telling(table)) - listed)
    assert missing == [], "list them in rj/rights/inventory.py: what becomes of them?"
    assert sorted(listed - set(table.columns.keys()) - ROW) == [], "no such columns"


def test_the_inventory_lists_each_table_once_and_no_other() -> None:
    listed = [kept.table for kept in INVENTORY]
    assert sorted(listed) == sorted(metadata.tables)


def test_whatever_hangs_on_a_case_goes_with_it() -> None:
    """A table that retention forgets would keep the whole case for ever."""
    lists = (OF_AN_ORDER, OF_A_MEETING, OF_ONE_PERSON, (Plan, PlanStep, Meeting, Party))
    gone = {str(table.__tablename__) for tables in lists for table in tables}
    hanging = {
        table.name
        for table in metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name in {"sentence_order", "party", "plan", "plan_step", "meeting"}
    }
    assert sorted(hanging - gone) == [], "remove their rows in rj/rights/retention.py"


def test_what_a_file_leaves_out_and_an_erasure_keeps_has_its_reason() -> None:
    silent = [
        kept.table
        for kept in INVENTORY
        if kept.points & {"party_id", "person_id", "recipient_id", "reader_id", "resource_id"}
        and not (kept.told and kept.erased)
        and not kept.why
    ]
    assert silent == []
