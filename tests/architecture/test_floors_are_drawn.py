"""The page on how it is built draws the floors that the imports are held to."""

import ast
import re
from pathlib import Path

from tests.architecture.test_floors import FLOORS

PAGE = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text()


def drawn() -> list[str]:
    """The rooms of the drawing from the top floor down."""
    drawing = re.search(r"^ +rj\.cli .*?^```", PAGE, re.MULTILINE | re.DOTALL)
    assert drawing is not None
    rooms = []
    for name in re.findall(r"\brj\.[\w.]+(?:\{[\w,]+\})?|\bweb\b", drawing.group()):
        stem, _, inside = name.partition("{")
        rooms += [stem + part for part in inside.rstrip("}").split(",")] if inside else [name]
    return rooms


def test_every_room_is_drawn_once_and_above_the_floors_it_stands_on() -> None:
    rooms = drawn()

    assert sorted(rooms) == sorted(FLOORS)
    floors = [FLOORS[room] for room in rooms]
    assert floors == sorted(floors, reverse=True)


def test_every_room_says_in_a_line_what_it_is_for() -> None:
    root = Path(__file__).parents[2]
    silent = [
        path.parent.relative_to(root).as_posix()
        for top in ("rj", "web")
        for path in (root / top).rglob("__init__.py")
        if "node_modules" not in path.parts and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []
