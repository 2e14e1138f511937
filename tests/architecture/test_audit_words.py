"""Every act that the code notes has its sort, so that a search and a period can rest on it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from rj.audit.kinds import KIND_OF

ROOT = Path(__file__).parents[2]
NOTES = {"note", "note_each_order", "_note", "_note_change"}


def noted() -> Iterator[tuple[str, str]]:
    """Each word that is handed to the audit, and where."""
    for top in ("rj", "web"):
        for path in (ROOT / top).rglob("*.py"):
            if "node_modules" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and _name(node.func) in NOTES:
                    for argument in node.args[2:3]:
                        for each in ast.walk(argument):
                            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                                yield each.value, f"{path.relative_to(ROOT)}:{node.lineno}"


def _name(called: ast.expr) -> str:
    return getattr(called, "attr", getattr(called, "id", ""))


def test_every_act_of_the_audit_has_its_sort() -> None:
    found = dict(noted())
    assert len(found) > 40
    missing = {word: where for word, where in found.items() if word not in KIND_OF}
    assert missing == {}, "say in rj/audit/kinds.py what sort of act each is"
