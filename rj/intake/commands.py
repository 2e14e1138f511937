"""What ``rj orders import`` and ``rj reference import`` do: plain functions, 0 when accepted.

They print a report that somebody can act on, never a traceback, and nothing of the harmed side.
"""

from pathlib import Path
from typing import TextIO

from rj.audit.services import SERVICE
from rj.conferences.provisional import TakeOver, keep_hold
from rj.db.database import Database
from rj.intake.csv_table import LARGEST_FILE, Fault
from rj.intake.orders_file import import_orders
from rj.intake.reference_file import ReferenceKind, import_reference
from rj.intake.report import ImportReport, RowReport
from rj.kernel.clock import Clock
from rj.kernel.errors import RJError
from rj.parties.sealing import Seal

ACCEPTED = 0
REFUSED = 1


def import_orders_command(
    database: Database,
    seal: Seal,
    path: Path,
    parties_path: Path | None,
    clock: Clock,
    stream: TextIO,
    take_over: TakeOver = keep_hold,
) -> int:
    """Import orders, and their people when a second file is given."""
    try:
        content = _bytes_of(path)
        parties = None if parties_path is None else _bytes_of(parties_path)
        report = import_orders(
            database,
            content,
            parties=parties,
            seal=seal,
            actor=SERVICE,
            now=clock.now(),
            take_over=take_over,
        )
    except OSError as error:
        print(_unreadable(error), file=stream)
        return REFUSED
    except RJError as refusal:
        print(refusal, file=stream)
        return REFUSED
    print_import_report(report, stream)
    return ACCEPTED if report.is_accepted else REFUSED


def print_import_report(report: ImportReport, stream: TextIO) -> None:
    """Each row that needs a hand, then the sum of it all."""
    for row in report.refused:
        _print_row(row, stream)
    print(report.summary, file=stream)


def _print_row(row: RowReport, stream: TextIO) -> None:
    about = f" ({row.reference})" if row.reference else ""
    print(f"{row.file.value} file, line {row.line}{about}:", file=stream)
    for fault in row.faults:
        print(f"  {_told(fault)}", file=stream)
    for difference in row.differences:
        print(
            f"    {difference.column}: recorded {difference.recorded} | "
            f"in the file {difference.in_file}",
            file=stream,
        )


def import_reference_command(
    database: Database, kind: str, path: Path, clock: Clock, stream: TextIO
) -> int:
    """Import one of the lists that ``ReferenceKind`` names."""
    if kind not in set(ReferenceKind):
        print(f"There is no list “{kind}”. Use {', '.join(ReferenceKind)}.", file=stream)
        return REFUSED
    try:
        report = import_reference(
            database, ReferenceKind(kind), _bytes_of(path), actor=SERVICE, now=clock.now()
        )
    except OSError as error:
        print(_unreadable(error), file=stream)
        return REFUSED
    except RJError as refusal:
        print(refusal, file=stream)
        return REFUSED
    for problem in report.problems:
        print(f"line {problem.line}: {_told(problem.fault)}", file=stream)
    if not report.is_accepted:
        print("Nothing was changed. Correct the file and import it again.", file=stream)
        return REFUSED
    print(
        f"{report.kind.value}: {report.added} added, {report.changed} changed, "
        f"{report.unchanged} unchanged.",
        file=stream,
    )
    return ACCEPTED


def _told(fault: Fault) -> str:
    column = f"{fault.column}: " if fault.column else ""
    return f"{column}{fault.wrong}. {fault.remedy}."


def _bytes_of(path: Path) -> bytes:
    """The file, read no further than is needed to find it too large."""
    with path.open("rb") as file:
        return file.read(LARGEST_FILE + 1)


def _unreadable(error: OSError) -> str:
    return f"The file {error.filename} cannot be read: {error.strerror}."
