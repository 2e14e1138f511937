"""Imports run downhill: a room uses the floors below it, never one above or beside it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

FLOORS: dict[str, float] = {
    "rj.kernel": 0,
    "rj.policy": 1,
    "rj.settings": 1,
    # the pure cores speak the policy's words
    "rj.scheduling.planner": 1.5,
    "rj.calendars.ics": 1.5,
    "rj.calendars.wording": 1.5,
    "rj.calendars.mail": 1.5,
    "rj.calendars.lifecycle": 1.5,
    "rj.calendars.feed_http": 1.5,
    "rj.db": 2,
    "rj.audit": 3,
    "rj.outbox": 3,
    "rj.jobs": 3,
    "rj.accounts": 4,
    "rj.area_rules": 4.5,  # orders keep a version of them
    "rj.orders": 5,
    "rj.facilitators": 5,
    "rj.venues": 5,
    "rj.suitability": 5.5,  # reads the offence list
    "rj.parties": 6,
    "rj.conferences": 7,
    "rj.suppression": 7.5,
    "rj.compartments": 7.5,
    "rj.clocks": 7.8,  # a digest counts what its reader may open
    "rj.scheduling": 8,
    "rj.intake": 8,
    "rj.calendars": 9,
    "rj.rights": 9.5,
    "rj.tables": 10,
    "rj.doors": 10.2,
    "rj.worker": 10.5,
    "rj.demo.catcher": 10.5,  # read by the demo's mailbox pages
    "web": 11,
    "rj.demo": 12,
    "rj.testing": 12,
    "rj.cli": 13,
}
"""Each room's floor. The longest matching name counts."""

OUTSIDE = ("rj.bootstrap", "rj.__main__")
"""What runs before anything is installed: standard library only, no floor."""

ONLY_HERE = {
    "ortools": "rj.scheduling.planner",
    "icalendar": "rj.calendars.ics",
    "litestar": "web",
}

SAME_ROOM = {
    # the pure parts of the calendar room lean on one another
    "rj.calendars.ics": "rj.calendars pure",
    "rj.calendars.wording": "rj.calendars pure",
    "rj.calendars.mail": "rj.calendars pure",
    "rj.calendars.lifecycle": "rj.calendars pure",
    "rj.calendars.feed_http": "rj.calendars pure",
}


def room_of(module: str) -> str | None:
    """The room a module lives in, or None when it belongs to none of ours."""
    rooms = [room for room in FLOORS if module == room or module.startswith(f"{room}.")]
    return max(rooms, key=len) if rooms else None


def our_modules() -> Iterator[tuple[str, Path]]:
    for top in ("rj", "web"):
        for path in sorted((ROOT / top).rglob("*.py")):
            if "node_modules" in path.parts or "versions" in path.parts:
                continue
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            if name != "rj" and not name.startswith(OUTSIDE):
                yield name, path


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


MODULES = dict(our_modules())


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_a_floor_and_imports_run_downhill(module: str) -> None:
    room = room_of(module)
    assert room is not None, f"{module} stands on no floor: give its room one in FLOORS"
    uphill = []
    for line, imported in imports_of(MODULES[module]):
        other = room_of(imported)
        if other is None or SAME_ROOM.get(other, other) == SAME_ROOM.get(room, room):
            continue
        if FLOORS[other] >= FLOORS[room]:
            uphill.append(f"line {line}: {imported}")
    assert not uphill, f"{module} imports upward or beside: {uphill}"


@pytest.mark.parametrize("module", MODULES)
def test_each_outside_library_has_one_room_that_may_know_it(module: str) -> None:
    strangers = [
        f"line {line}: {imported}"
        for line, imported in imports_of(MODULES[module])
        for library, room in ONLY_HERE.items()
        if (imported == library or imported.startswith(f"{library}."))
        and not (module == room or module.startswith(f"{room}."))
    ]
    assert not strangers, f"{module}: {strangers}"


def test_what_runs_before_installation_uses_the_standard_library_only() -> None:
    import sys

    allowed = set(sys.stdlib_module_names) | {"rj"}
    for path in [ROOT / "rj" / "__main__.py", *(ROOT / "rj" / "bootstrap").glob("*.py")]:
        for line, imported in imports_of(path):
            assert imported.split(".")[0] in allowed, f"{path.name} line {line}: {imported}"
            if imported.startswith("rj."):
                assert imported.startswith("rj.bootstrap"), f"{path.name} line {line}: {imported}"
