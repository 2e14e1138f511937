"""Every rule that the code cites can be looked up."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
RULE = re.compile(r"\b[SRHTMPD]\d{1,2}\b")
RANGE = re.compile(r"\b([SRHTMPD])(\d{1,2})(?:-|–| to )\1(\d{1,2})\b")


def rules_in(text: str) -> set[str]:
    ranges = {
        f"{letter}{number}"
        for letter, first, last in RANGE.findall(text)
        for number in range(int(first), int(last) + 1)
    }
    return ranges | set(RULE.findall(text))


def cited() -> Iterator[tuple[str, str]]:
    """Each rule in a comment or text of the product, and where."""
    for top in ("rj", "web"):
        for path in sorted((ROOT / top).rglob("*.py")):
            if {"node_modules", "versions"} & set(path.parts):
                continue
            for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline):
                if token.type in (tokenize.COMMENT, tokenize.STRING):
                    for rule in rules_in(token.string.partition("noqa:")[0]):
                        yield rule, f"{path.relative_to(ROOT)}:{token.start[0]}"


def test_every_rule_cited_stands_once_on_the_page_of_rules() -> None:
    page = (ROOT / "docs" / "rules.md").read_text()
    listed = re.findall(r"^\| ([SRHTMPD]\d{1,2}) \|", page, re.MULTILINE)
    citations = dict(cited())

    assert len(citations) > 40
    assert len(listed) == len(set(listed))
    assert {rule: where for rule, where in citations.items() if rule not in listed} == {}


def test_each_rule_of_law_eligibility_and_clocks_is_named_by_a_test() -> None:
    """R1 to R22, but for two that others carry out: R18, the officer's own periods, and R20, what
    the police and support services tell people."""
    executed = {f"R{number}" for number in range(1, 23)} - {"R18", "R20"}
    page = (ROOT / "docs" / "rules.md").read_text()
    assert executed == {
        rule for rule in re.findall(r"^\| (R\d+) \|", page, re.MULTILINE) if int(rule[1:]) <= 22
    }
    named = {
        found.upper()
        for path in (ROOT / "tests").rglob("*.py")
        if path.name != Path(__file__).name
        for found in re.findall(
            r'(?:def test\w*_|case\(\s*")(r\d+)(?=_|\(| )', path.read_text(), re.IGNORECASE
        )
    }
    assert sorted(executed - named) == []


def test_a_range_of_rules_cites_each_of_them() -> None:
    assert rules_in("days and end (R1-R4), H7") == {"R1", "R2", "R3", "R4", "H7"}


def test_every_document_that_the_code_names_is_in_the_tree() -> None:
    documents = {path.name for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))}
    strangers = [
        f"{path.relative_to(ROOT)}: {name}"
        for top in ("rj", "web", "tests", "benchmarks")
        for path in (ROOT / top).rglob("*.py")
        if "node_modules" not in path.parts
        for name in re.findall(r"[\w-]+\.md\b", path.read_text())
        if name not in documents
    ]
    assert strangers == []
