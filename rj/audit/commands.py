"""Verifying the audit from the command line."""

from pathlib import Path
from typing import TextIO

from rj.audit.chain import ChainKey, Verdict, kept_heads, verify
from rj.db.database import Database
from rj.settings import Settings

HEADS = "audit.heads"
"""In the data folder: ends of the chain, one a line. Ship a copy elsewhere."""

NAMED_AT_MOST = 20


def verify_command(
    database: Database, settings: Settings, heads: Path | None, stream: TextIO
) -> int:
    """Say on ``stream`` what was found; 0 when the chain holds, else 1.

    Raises FileNotFoundError when a file of ends was named and is not there.
    """
    path = heads or settings.data_dir / HEADS
    if heads is not None and not heads.exists():
        raise FileNotFoundError(2, "no such file", str(heads))
    kept = kept_heads(path)
    with database.reading() as session:
        verdict = verify(session, ChainKey(settings.seal_key), kept)
    for line in lines_of(verdict, kept=len(kept)):
        stream.write(f"{line}\n")
    return 0 if verdict.holds else 1


def lines_of(verdict: Verdict, *, kept: int) -> list[str]:
    """What verifying found, in sentences."""
    lines = [
        f"{verdict.sealed} entries are sealed, {verdict.removed} of them removed when their "
        f"period was over; {verdict.reasons_erased} reasons were erased."
    ]
    if not kept:
        lines.append("No end of the chain was kept elsewhere: a cut-off end would not show.")
    lines += [
        f"TAMPERED: link {finding.number}: {finding.words}."
        if finding.number is not None
        else f"TAMPERED: {finding.words}."
        for finding in verdict.findings
    ]
    if verdict.unsealed:
        lines.append(f"{len(verdict.unsealed)} entries are not sealed yet:")
        lines += [f"  {entry_id}" for entry_id in verdict.unsealed[:NAMED_AT_MOST]]
        if len(verdict.unsealed) > NAMED_AT_MOST:
            lines.append(f"  and {len(verdict.unsealed) - NAMED_AT_MOST} more")
    lines.append("The chain holds." if verdict.holds else "The chain does not hold.")
    return lines
