"""Whoever waits for a page waits for no solver: the site's process does not even load it."""

import subprocess
import sys

LOADED = (
    "import sys, web.app; sys.exit(any(name.split('.')[0] == 'ortools' for name in sys.modules))"
)


def test_the_site_loads_no_solver():
    asked = [sys.executable, "-c", LOADED]
    assert subprocess.run(asked, check=False).returncode == 0  # noqa: S603 -- our own words
