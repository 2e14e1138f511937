"""Every setting an operator can make is on the operator's page."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_operators_page_names_every_variable_that_is_read() -> None:
    read = set(re.findall(r"\bRJ_[A-Z_]+\b", (ROOT / "rj" / "settings.py").read_text()))
    page = (ROOT / "docs" / "operating.md").read_text()

    assert read
    assert {name for name in read if f"`{name}`" not in page} == set()
