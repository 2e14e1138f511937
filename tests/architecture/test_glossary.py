"""The glossary names what there is."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_name_of_the_glossary_is_a_name_in_the_code() -> None:
    rows = re.findall(
        r"^\| [^|]+ \| ([^|]+) \|", (ROOT / "docs" / "glossary.md").read_text(), re.MULTILINE
    )
    names = {
        part for cell in rows for name in re.findall(r"`([^`]+)`", cell) for part in name.split(".")
    }
    code = " ".join(path.read_text() for path in (ROOT / "rj").rglob("*.py"))

    assert len(names) > 60
    assert names - set(re.findall(r"\w+", code)) == set()
