"""Every command an operator can give is on the operator's page, and every one there exists."""

import re
from collections.abc import Iterator
from pathlib import Path

from typer.core import TyperGroup
from typer.main import get_command

from rj.cli import app

PAGE = (Path(__file__).parents[2] / "docs" / "operating.md").read_text()


def commands(group: object, words: str = "rj") -> Iterator[str]:
    assert isinstance(group, TyperGroup)
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{words} {name}")
        else:
            yield f"{words} {name}"


def test_the_operators_page_names_every_command_and_no_other() -> None:
    there = set(commands(get_command(app)))
    named = re.findall(r"^\| `(?:python3 -m )?(rj [a-z -]+?)(?: [A-Z-].*?)?`", PAGE, re.MULTILINE)

    assert "rj planner solve" in there
    assert set(named) == there
