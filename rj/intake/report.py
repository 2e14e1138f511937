"""What became of a file: a report for each row, with column, what is wrong and the remedy.

Nothing of the harmed side is ever in it, and nothing that was typed into a person's cells.
"""

from dataclasses import dataclass
from enum import StrEnum

from rj.intake.csv_table import Fault


class FileName(StrEnum):
    """Which of the two files a row stands in."""

    ORDERS = "orders"
    PARTIES = "parties"


class RowResult(StrEnum):
    """What became of one row."""

    RECORDED = "recorded"
    UNCHANGED = "unchanged"
    """The order is recorded already, with these facts."""
    REFUSED = "refused"
    HELD_BACK = "held back"
    """Nothing is wrong with it; it was not recorded because another row was refused."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact of an order that is recorded already, beside what the file says."""

    column: str
    recorded: str
    in_file: str


@dataclass(frozen=True, slots=True)
class RowReport:
    """What became of one row of one file."""

    file: FileName
    line: int
    reference: str
    """Of the order; empty when it could not be read."""
    result: RowResult
    faults: tuple[Fault, ...] = ()
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of every row. A file is accepted whole or not at all."""

    rows: tuple[RowReport, ...]

    @property
    def is_accepted(self) -> bool:
        """Whether no row was refused."""
        return not self.refused

    @property
    def refused(self) -> tuple[RowReport, ...]:
        """The rows that somebody must put right."""
        return tuple(row for row in self.rows if row.result is RowResult.REFUSED)

    def count(self, result: RowResult, file: FileName = FileName.ORDERS) -> int:
        """How many rows of a file came to this result."""
        return sum(row.result is result and row.file is file for row in self.rows)

    @property
    def summary(self) -> str:
        """One sentence for the page and the terminal."""
        orders = self.count(RowResult.RECORDED)
        unchanged = self.count(RowResult.UNCHANGED)
        if not self.is_accepted:
            return (
                f"Nothing was recorded: {_rows(len(self.refused))} must be put right. "
                "Correct the file and import it again."
            )
        if not orders:
            return f"Nothing was new: {_orders(unchanged)} recorded already."
        people = self.count(RowResult.RECORDED, FileName.PARTIES)
        also = f", with {people} further people" if people else ""
        old = f"; {unchanged} recorded already" if unchanged else ""
        return f"{_orders(orders)} recorded{also}{old}."


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number} rows"


def _orders(number: int) -> str:
    return "1 order" if number == 1 else f"{number} orders"
