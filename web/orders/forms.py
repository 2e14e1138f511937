"""What coordinators enter about an order that is recorded already."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from rj.intake.entry import ORDER_OPTIONAL, ORDER_REQUIRED, PARTY_OPTIONAL
from rj.intake.services import person_field
from rj.kernel.errors import FieldProblem
from rj.policy.terms import ContactOutcome, Route
from web.forms import Entered, entry


@dataclass(frozen=True, slots=True)
class ContactForm:
    """An attempt to reach the person on probation."""

    outcome: ContactOutcome = entry(
        "what came of the attempt", missing="Select what came of the attempt"
    )
    attempted_at: date = entry("date of the attempt")
    at_time: time = entry("time of the attempt")
    note: str = entry("note", longest=1000, is_long=True, is_required=False)


@dataclass(frozen=True, slots=True)
class DropPreparationForm:
    """One preparation meeting less."""

    reason: str = entry("reason", missing="Say why it is no longer needed", longest=200)


@dataclass(frozen=True, slots=True)
class PreparationForm:
    """One more preparation meeting."""

    reason: str = entry(
        "reason", missing="Say why another preparation meeting is needed", longest=200
    )


@dataclass(frozen=True, slots=True)
class RouteForm:
    """What the third meeting is."""

    route: Route = entry("what the third meeting is", missing="Select what the third meeting is")
    step: UUID | None = entry("meeting", is_required=False)


@dataclass(frozen=True, slots=True)
class SignOffForm:
    """A manager's sign-off of a sensitive and complex case."""

    confirmed: bool = entry(
        "confirmation", missing="Confirm that a manager has decided that this case may go on"
    )


@dataclass(frozen=True, slots=True)
class LiaisonForm:
    """Who takes the harmed side's part."""

    liaison: UUID = entry(
        "person", missing="Select who takes the harmed side's part", is_required=True
    )


ORDER_DATES = (
    "date_of_birth",
    "sentenced_on",
    "ends_on",
    "starts_on",
    "requirement_ends_on",
    "convicted_on",
    "received_on",
    "agreed_on",
)
"""Columns that the form asks for in three boxes."""
TICKED_LISTS = ("skills", "venues", "avoid_venues", "like_venues")
"""Columns that hold several values."""
PEOPLE_AT_FIRST = 1
MOST_PEOPLE = 9
PERSON_COLUMNS = ("side", "role", *PARTY_OPTIONAL)
PERSON_FIELDS = (
    *("email", "telephone", "address", "channel", "calendar", "letters_in", "show_place"),
    *("safe_times", "call_about", "hours", "away", "curfew", "avoid_venues"),
)
"""How and when to reach a person, as the form asks it of everybody."""
NOT_BY_ITSELF = frozenset({"side", "role", "letters_in", "channel", "calendar", "show_place"})
"""Columns that are chosen from a list: alone they do not make a person."""


MISSING = "missing"
WHAT_IS_MISSING = {
    "reference": "Enter the court's reference",
    "area": "Select the area",
    "court": "Select the sentencing court",
    "sentenced_on": "Enter the date of sentence",
    "order_type": "Select the type of order",
    "ends_on": "Enter the end of the order",
    "requirement": "Select the requirement",
    "offences": "Enter at least one offence code",
    "officer": "Select the responsible officer, or add one who is not in the list",
    "name": "Enter the name of the person on probation",
    "crn": "Enter the CRN of the person on probation",
    "date_of_birth": "Enter the date of birth of the person on probation",
    "side": "Select the side this person belongs to",
    "role": "Select the part this person takes",
}
"""What a form says of an empty field, where a file is told which words a column takes."""
FORM_ORDER = (
    *("reference", "hold", "area", "court", "sentenced_on", "order_type", "ends_on", "requirement"),
    *("offences", "in_sentence_plan", "plea", "risk", "days", "starts_on"),
    *("requirement_ends_on", "received_on"),
    *("name", "crn", "date_of_birth", "convicted_on", *PERSON_FIELDS, "officer", "officer_code"),
    *("officer_name", "officer_email", "language", "sensitive_complex", "skills", "venues"),
    "liaison",
)
"""Its columns as they follow one another on the page; the other people stand after them."""


@dataclass(frozen=True, slots=True)
class OrderTexts:
    """The order form's texts by column name, and those of each person beyond the first."""

    texts: Mapping[str, str]
    people: Sequence[Mapping[str, str]]


def order_texts(entered: Entered) -> OrderTexts:
    """What was typed, in the columns that an import reads too: one set of rules for both."""
    columns = (*ORDER_REQUIRED, *ORDER_OPTIONAL)
    texts = {column: column_text(entered, column, column) for column in columns}
    people = [
        {
            column: column_text(entered, person_field(number, column), column)
            for column in PERSON_COLUMNS
        }
        for number in filled_people(entered)
    ]
    return OrderTexts(texts, people)


def in_form_words(problems: Iterable[FieldProblem]) -> tuple[FieldProblem, ...]:
    """The problems of an order as a form says them: in the order of its fields, and an empty one
    is asked for by its label."""
    return tuple(_in_form_words(problem) for problem in sorted(problems, key=_place))


def _place(problem: FieldProblem) -> tuple[bool, int]:
    """Where a field stands on the page; what lies in no field of its own comes last."""
    is_listed = problem.field in FORM_ORDER
    return not is_listed, FORM_ORDER.index(problem.field) if is_listed else 0


def _in_form_words(problem: FieldProblem) -> FieldProblem:
    column = problem.field.rpartition("-")[2]
    is_missing = MISSING in problem.message.split(".")[0]
    if not is_missing or column not in WHAT_IS_MISSING:
        return problem
    number = problem.field.removeprefix("people-").partition("-")[0]
    if not number.isdecimal():
        return FieldProblem(problem.field, WHAT_IS_MISSING[column])
    asked = "Enter the name" if column == "name" else WHAT_IS_MISSING[column]
    return FieldProblem(problem.field, f"Person {int(number) + 1}: {asked}")


def filled_people(entered: Entered) -> tuple[int, ...]:
    """The numbers of the people of whom anything was typed."""
    return tuple(number for number in range(MOST_PEOPLE) if _is_filled(entered, number))


def people_shown(entered: Entered, wanted: int | None = None) -> int:
    """How many people the form has room for: all that were filled in, and one at first."""
    last = max(filled_people(entered), default=-1) + 1
    return min(max(last, PEOPLE_AT_FIRST, wanted or 0), MOST_PEOPLE)


def closed_up(entered: Entered) -> Entered:
    """The form without its untouched people, so that people and problems are numbered alike."""
    values = {name: value for name, value in entered.values.items() if "people-" not in name}
    for new, old in enumerate(filled_people(entered)):
        start = person_field(old, "")
        for name, value in entered.values.items():
            if name.startswith(start):
                values[person_field(new, name.removeprefix(start))] = value
    return Entered(values, entered.uploads)


def _is_filled(entered: Entered, number: int) -> bool:
    return any(
        entered.text(person_field(number, column)).strip()
        for column in PERSON_COLUMNS
        if column not in NOT_BY_ITSELF
    )


def column_text(entered: Entered, name: str, column: str) -> str:
    """What was typed in a field, in the words in which a file fills its column."""
    if column in ORDER_DATES:
        parts = [entered.text(f"{name}-{part}").strip() for part in ("day", "month", "year")]
        return "/".join(parts) if any(parts) else entered.text(name)
    if column in TICKED_LISTS:
        return " ".join(entered.every(name))
    if column == "officer":
        return entered.text(name) or entered.text("officer_code")
    return entered.text(name)
