"""Forms are read into values, or refused with every problem at once."""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rj.kernel.errors import FieldProblem, Invalid
from web.forms import BASED_ON, Entered, Problems, date_parts, entry, read


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Everything:
    name: str = entry("name", longest=10)
    count: int = entry("count", least=1, most=5)
    day: date = entry("day")
    at: time = entry("time")
    colour: Colour = entry("colour")
    thing: UUID = entry("thing")
    colours: tuple[Colour, ...] = entry("colours", is_required=False)
    agreed: bool = entry("agreement", is_required=False)
    later: date | None = entry("later day")
    note: str = entry("note", is_required=False, is_long=True)


ID = "6d4b1f3e-2c5a-4b8e-9f10-3a7c5d2e1b44"
FILLED = {
    "name": " Ann\u202e  Lee ",
    "count": "3",
    "day-day": "7",
    "day-month": "3",
    "day-year": "2026",
    "at": "2:30pm",
    "colour": "blue",
    "thing": ID,
    "note": "one\r\ntwo",
}


def problems_of(**changes: str) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        read(
            Everything,
            Entered.of(**(FILLED | {k.replace("__", "-"): v for k, v in changes.items()})),
        )
    return {problem.field: problem.message for problem in refusal.value.problems}


def test_each_field_is_read_by_its_type():
    form = read(Everything, Entered.of(**FILLED, colours=("red", "blue"), agreed="yes"))

    assert form == Everything(
        name="Ann Lee",
        count=3,
        day=date(2026, 3, 7),
        at=time(14, 30),
        colour=Colour.BLUE,
        thing=UUID(ID),
        colours=(Colour.RED, Colour.BLUE),
        agreed=True,
        later=None,
        note="one\ntwo",
    )


def test_an_empty_form_names_every_field_that_must_be_filled():
    with pytest.raises(Invalid) as refusal:
        read(Everything, Entered.of())

    assert [problem.field for problem in refusal.value.problems] == [
        "name",
        "count",
        "day",
        "at",
        "colour",
        "thing",
    ]
    assert refusal.value.problems[0].message == "Enter the name"
    assert refusal.value.problems[4].message == "Select the colour"


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "x" * 11, "Name must be 10 characters or fewer"),
        ("count", "three", "Count must be a whole number, like 10"),
        ("count", "6", "Count must be 5 or less"),
        ("count", "0", "Count must be 1 or more"),
        ("count", "٣", "Count must be a whole number, like 10"),
        ("at", "25:00", "Time must be a time, like 9:30am or 14:30"),
        ("at", "14", "Time must be a time, like 9:30am or 14:30"),
        ("at", "13pm", "Time must be a time, like 9:30am or 14:30"),
        ("colour", "green", "Choose the colour from the list"),
        ("thing", "not-one", "Choose the thing from the list"),
    ],
)
def test_what_cannot_be_read_is_said_with_what_to_do(field, typed, sentence):
    assert problems_of(**{field: typed}) == {field: sentence}


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"day__day": "31", "day__month": "2"}, "Day must be a real date, like 27 3 2026"),
        ({"day__year": "26"}, "Day must be a real date, like 27 3 2026"),
        ({"day__month": str(2**31)}, "Day must be a real date, like 27 3 2026"),
        ({"day__month": ""}, "Day must include a month"),
        ({"day__day": "", "day__year": ""}, "Day must include a day and a year"),
    ],
)
def test_a_date_says_which_part_is_wrong(parts, sentence):
    assert problems_of(**parts) == {"day": sentence}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("9:30", time(9, 30)),
        ("09.30", time(9, 30)),
        ("0930", time(9, 30)),
        ("9am", time(9, 0)),
        ("12am", time(0, 0)),
        ("12:15 PM", time(12, 15)),
        ("23:59", time(23, 59)),
    ],
)
def test_times_are_read_as_people_write_them(typed, meant):
    assert read(Everything, Entered.of(**(FILLED | {"at": typed}))).at == meant


@given(day=st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)))
def test_a_date_shown_in_its_boxes_is_read_back(day):
    form = read(Everything, Entered.of(**(FILLED | date_parts("day", day))))

    assert form.day == day


@given(typed=st.dictionaries(st.sampled_from(sorted(FILLED)), st.text(max_size=20)))
def test_whatever_is_typed_is_read_or_refused_by_field(typed):
    refused: tuple[FieldProblem, ...] = ()
    form = None
    try:
        form = read(Everything, Entered.of(**(FILLED | typed)))
    except Invalid as refusal:
        refused = refusal.problems

    assert (form is None) == bool(refused)
    assert all(problem.field and problem.message for problem in refused)
    assert form is None or "\n" not in form.name


def test_problems_lead_to_the_first_input_of_their_field():
    problems = Problems([FieldProblem("day", "Wrong"), FieldProblem("", "All of it")])

    assert problems.summary == [{"text": "Wrong", "href": "#day"}, {"text": "All of it"}]
    assert problems.of("day") == {"text": "Wrong"}
    assert problems.of("name") is None


@pytest.mark.parametrize(
    ("typed", "version"), [("7", 7), ("", 0), ("-1", 0), ("x", 0), ("9" * 30, 0)]
)
def test_the_version_a_form_was_based_on_is_a_number_or_nought(typed, version):
    assert Entered.of(**{BASED_ON: typed}).based_on == version
