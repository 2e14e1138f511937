"""Versions are held whichever module a program happens to import first (P1)."""

import subprocess
import sys


def test_P1_records_defined_before_the_database_is_opened_are_held_to_their_version() -> None:
    program = (
        "from rj.conferences.models import Meeting\n"
        "from sqlalchemy import inspect\n"
        "raise SystemExit(inspect(Meeting).version_id_col is None)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], check=False)  # noqa: S603
    assert run.returncode == 0
