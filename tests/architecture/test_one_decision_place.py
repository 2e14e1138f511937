"""Who may do what is asked of ``may`` and nowhere else: no page compares whose something is."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.test_floors import MODULES

WHOSE = frozenset({"account_id", "writer_id", "liaison_account_id", "lead_id", "second_id"})
"""What says to whom a record belongs. A page reads it to show it, never to decide."""

ABOUT_ONESELF = {
    ("web.admin.controllers", "remove_second_factor"): "one's own app is changed on one's own page",
    ("web.admin.controllers", "_show"): "whoever sees an account is told if it is theirs",
    ("web.accounts.own", "set_up"): "a step of setting up an app is of whoever is signed in",
    ("web.facilitators.pages", "_part"): "says whether you lead or are second",
}
"""Functions that compare something with the asker and show nothing of a case by it."""

PAGES = {name: path for name, path in MODULES.items() if name.startswith("web.")}


def decides(code: str) -> Iterator[str]:
    """The functions in which a page compares an asker with what something belongs to."""
    for function in ast.walk(ast.parse(code)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        own = {
            target.id
            for each in ast.walk(function)
            if isinstance(each, ast.Assign) and _asks_for_areas(each.value)
            for target in each.targets
            if isinstance(target, ast.Name)
        }
        for each in ast.walk(function):
            if isinstance(each, ast.Compare) and _refuses_or_filters(each, own):
                yield function.name


def _refuses_or_filters(compare: ast.Compare, own: set[str]) -> bool:
    """An asker's account beside a record's owner, or an area that is not among the asker's."""
    sides = [compare.left, *compare.comparators]
    accounts = [side for side in sides if _ends_in(side, WHOSE)]
    asker = any(_is_asker(side) for side in sides)
    is_refusal = any(isinstance(each, ast.NotIn) for each in compare.ops)
    foreign = is_refusal and any(
        _asks_for_areas(side) or (isinstance(side, ast.Name) and side.id in own) for side in sides
    )
    return foreign or (asker and bool(accounts))


def _ends_in(node: ast.AST, names: frozenset[str]) -> bool:
    return any(isinstance(each, ast.Attribute) and each.attr in names for each in ast.walk(node))


def _is_asker(node: ast.AST) -> bool:
    """``person.account_id``, ``request.user.account_id`` or ``me.id``."""
    text = ast.unparse(node)
    return text in {"person.account_id", "request.user.account_id", "me.id"}


def _asks_for_areas(node: ast.AST) -> bool:
    return any(
        isinstance(each, ast.Call)
        and isinstance(each.func, ast.Attribute)
        and each.func.attr == "areas"
        for each in ast.walk(node)
    )


@pytest.mark.parametrize("module", sorted(PAGES))
def test_no_page_decides_whose_something_is(module: str) -> None:
    found = set(decides(PAGES[module].read_text()))
    found -= {name for exempt, name in ABOUT_ONESELF if exempt == module}
    assert not found, f"{module} decides by itself in {sorted(found)}: ask rj.compartments' may()"


@pytest.mark.parametrize(
    "line",
    [
        "if found.writer_id != person.account_id: raise NotFound('no')",
        "if me.id not in (meeting.lead_id, meeting.second_id): raise NotFound('no')",
        "if form.area not in request.user.areas(Role.COORDINATOR): raise Invalid()",
        "own = person.areas(role)\n    if hold.area_id not in own: raise NotFound('no')",
        "query = query.where(Order.liaison_account_id == person.account_id)",
    ],
)
def test_a_page_that_decides_by_itself_is_found(line: str) -> None:
    assert list(decides(f"def page(person, request, me):\n    {line}\n"))


def test_exceptions_are_still_needed() -> None:
    for module, name in ABOUT_ONESELF:
        assert name in set(decides(PAGES[module].read_text())), f"{module}.{name} is no exception"
