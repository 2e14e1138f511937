"""The form of an area's rules, made from the list of figures: a new figure needs no form."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, make_dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from rj.kernel.errors import FieldProblem, Invalid
from rj.policy.figures import FIGURES, Figure, Policy, Shape, Value
from rj.policy.terms import HarmClass
from web.forms import Entered, date_parts, entry, read


@dataclass(frozen=True, slots=True)
class RulesEntry:
    """What an administrator proposes for an area."""

    in_force_from: date
    source: str
    figures: Mapping[str, Value]

    @property
    def mark(self) -> str:
        """Of everything entered: what is published must be what was previewed."""
        told = (self.in_force_from, self.source, sorted(self.figures.items()))
        return sha256(repr(told).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class OffenceForm:
    """How one offence is classed."""

    harm_class: HarmClass = entry("kind of harm", missing="Select the kind of harm")
    reason: str = entry("reason", missing="Say why it is classed so", longest=200)


def key_of(name: str) -> str:
    """The name of a figure's field."""
    return name.replace(".", "__")


_TYPES: dict[Shape, Any] = {
    Shape.NUMBER: int | None,
    Shape.DAY: date | None,
    Shape.TRUTH: bool,
    Shape.ONE: str,
    Shape.SEVERAL: tuple[str, ...],
}


def _field(figure: Figure) -> tuple[str, Any, Any]:
    missing = f"Choose an answer for “{figure.label}”"
    return (
        key_of(figure.name),
        _TYPES[figure.shape],
        entry(figure.label, missing="" if figure.shape is Shape.NUMBER else missing),
    )


_Figures = make_dataclass(
    "_Figures", [_field(figure) for figure in FIGURES.values()], frozen=True, slots=True
)
_ByKey = {key_of(name): name for name in FIGURES}


@dataclass(frozen=True, slots=True)
class _Frame:
    in_force_from: date = entry("first day of sentence")
    source: str = entry("source", missing="Say where the change comes from", longest=300)


def read_rules(entered: Entered) -> RulesEntry:
    """What was entered. Raises Invalid with every problem."""
    problems: list[FieldProblem] = []
    found: list[Any] = []
    for form in (_Frame, _Figures):
        try:
            found.append(read(form, entered))
        except Invalid as invalid:
            problems += invalid.problems
    if problems:
        raise Invalid(*problems)
    frame, typed = found
    figures: dict[str, Value] = {}
    for field in fields(typed):
        value = getattr(typed, field.name)
        if isinstance(value, tuple):
            value = sorted(value)
        figures[_ByKey[field.name]] = str(value) if isinstance(value, date) else value
    return RulesEntry(frame.in_force_from, frame.source, figures)


def by_field(invalid: Invalid) -> Invalid:
    """The same problems under the names of the form's fields."""
    return Invalid(
        *(FieldProblem(key_of(problem.field), problem.message) for problem in invalid.problems)
    )


def rules_entered(policy: Policy) -> Entered:
    """What holds, as the form shows it at first."""
    texts: dict[str, Any] = {}
    for figure in FIGURES.values():
        value, key = figure.place.get(policy), key_of(figure.name)
        if figure.shape is Shape.DAY:
            texts |= date_parts(key, date.fromisoformat(str(value)) if value else None)
        elif isinstance(value, bool):
            texts[key] = "yes" if value else "no"
        elif isinstance(value, list):
            texts[key] = value
        else:
            texts[key] = "" if value is None else str(value)
    return Entered.of(**texts)
