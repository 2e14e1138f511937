"""Reading forms: what was typed goes in, a frozen dataclass comes out, or every problem at once.

A form is a frozen dataclass whose fields are ``entry(...)``::

    @dataclass(frozen=True, slots=True)
    class ContactForm:
        outcome: ContactOutcome = entry("what came of the attempt", missing="Select what happened")
        attempted_on: date = entry("date of the attempt")
        note: str = entry("note", longest=1000, is_long=True, is_required=False)

    form = read(ContactForm, entered)      # raises Invalid with a FieldProblem for each fault

The type says how a field is read: ``str``, ``int``, ``bool`` (a ticked box), ``date`` (three boxes
named ``x-day``, ``x-month``, ``x-year``, or one ISO day), ``time``, a ``StrEnum``, ``UUID``, and
``tuple[...]`` of these for boxes of which several may be ticked. ``| None`` makes it optional.

To show a form again with what was typed, hand ``entered`` and ``Problems(invalid.problems)`` to the
template with status 422; the macros of ``templates/macros/forms.html`` take both.
"""

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from litestar import Request
from litestar.datastructures import UploadFile
from litestar.exceptions import ClientException
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from rj.accounts.forms_handled import claim_form, find_answer
from rj.db.database import Database
from rj.kernel.characters import (
    clean_line,
    clean_text,
    is_clean_line,
    plain_white_space,
    without_unwanted,
)
from rj.kernel.errors import FieldProblem, Invalid
from web.people import Person

Form = TypeVar("Form")

LONGEST = 200
FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Days before and after are slips of the hand, and reckoning with them would overflow."""
FORM_KEY = "_form_key"
BASED_ON = "_based_on"
TICKED = frozenset({"yes", "on", "true", "1"})
NOT_TICKED = frozenset({"no", "off", "false", "0"})
DATE_PARTS = ("day", "month", "year")
CLOCK = re.compile(r"(\d{1,2})(?:[:.]?(\d{2}))?\s*(am|pm)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Entered:
    """What was typed, ticked and sent, as it came: also what a form shows when shown again."""

    values: Mapping[str, tuple[str, ...]]
    uploads: Mapping[str, Upload]
    refused: frozenset[str] = frozenset()
    """Fields whose text came with characters that nobody types; they are taken out in ``values``,
    and the form is refused once, so that its sender sees what is left."""

    @classmethod
    def of(cls, **values: str | Iterable[str]) -> "Entered":
        """What a form shows at first: one text, or several for ticked boxes, by field."""
        return cls(
            {
                name: (value,) if isinstance(value, str) else tuple(value)
                for name, value in values.items()
            },
            {},
        )

    def filled(self, texts: Mapping[str, str]) -> "Entered":
        """The same with these texts in place of what stands; an empty text changes nothing."""
        given = {name: (text,) for name, text in texts.items() if text}
        return Entered({**self.values, **given}, self.uploads, self.refused)

    def text(self, name: str, default: str = "") -> str:
        """The first value of a field."""
        found = self.values.get(name)
        return found[0] if found else default

    def every(self, name: str) -> tuple[str, ...]:
        """All values of a field."""
        return self.values.get(name, ())

    def has(self, name: str, value: str) -> bool:
        """Whether this value is among those of the field."""
        return value in self.every(name)

    @property
    def form_key(self) -> str:
        """The key made when the form was shown: the same form sent twice has the same (P6)."""
        return self.text(FORM_KEY)[:64]

    @property
    def based_on(self) -> int:
        """The version of the record that the form showed (P1); 0 when it carries none."""
        text = self.text(BASED_ON)
        return int(text) if text.isdecimal() and len(text) < 10 else 0


NOTHING = Entered({}, {})
"""A form as yet untouched."""


async def provide_entered(request: Request[Any, Any, Any]) -> Entered:
    """The form of this request, for handlers that take ``entered``."""
    sent = await request.form()
    values: dict[str, list[str]] = {}
    uploads: dict[str, Upload] = {}
    refused: set[str] = set()
    for name, value in sent.multi_items():
        if not is_clean_line(name):
            raise ClientException("No form has a field of that name")
        if isinstance(value, UploadFile):
            uploads[name] = Upload(clean_line(value.filename), await value.read())
        else:
            text = plain_white_space(str(value))
            clean = without_unwanted(text)
            values.setdefault(name, []).append(clean)
            if clean != text:
                refused.add(name)
    return Entered(
        {name: tuple(found) for name, found in values.items()}, uploads, frozenset(refused)
    )


class Problems:
    """What is wrong with a form, for its summary and beside its fields."""

    def __init__(
        self,
        problems: Iterable[FieldProblem] = (),
        *,
        first_inputs: Mapping[str, str] | None = None,
    ) -> None:
        """``first_inputs`` names the input to jump to where it is not called like the field."""
        self.problems = tuple(problems)
        self._first_inputs = first_inputs or {}

    def __bool__(self) -> bool:
        return bool(self.problems)

    def of(self, field: str) -> dict[str, str] | None:
        """The message beside a field, in the shape the macros take; None where nothing is wrong."""
        for problem in self.problems:
            if problem.field == field:
                return {"text": problem.message}
        return None

    @property
    def summary(self) -> list[dict[str, str]]:
        """One line for each problem, leading to its field where it has one."""
        lines = []
        for problem in self.problems:
            line = {"text": problem.message}
            if problem.field:
                line["href"] = "#" + self._first_inputs.get(problem.field, problem.field)
            lines.append(line)
        return lines


NO_PROBLEMS = Problems()


def entry(
    label: str,
    *,
    missing: str = "",
    is_required: bool = True,
    longest: int = LONGEST,
    is_long: bool = False,
    least: int | None = None,
    most: int | None = None,
) -> Any:
    """A field of a form. ``label`` stands inside messages: "Enter the {label}"."""
    return dataclasses.field(
        metadata={
            "entry": _Entry(label, missing, is_required, longest, is_long, least, most),
        }
    )


def read(form: type[Form], entered: Entered) -> Form:
    """The form as one value. Raises Invalid with every problem, in the order of the fields."""
    hints = get_type_hints(form)
    values: dict[str, Any] = {}
    problems: list[FieldProblem] = []
    for spec in dataclasses.fields(form):  # type: ignore[arg-type]
        try:
            _refuse_unseen_characters(spec.name, spec.metadata["entry"], entered)
            values[spec.name] = _read_field(
                spec.name, hints[spec.name], spec.metadata["entry"], entered
            )
        except _Unreadable as fault:
            problems.append(FieldProblem(spec.name, str(fault)))
    if problems:
        raise Invalid(*problems)
    return form(**values)


def once(
    database: Database,
    entered: Entered,
    person: Person,
    act: Callable[[Session], str],
    *,
    now: Any,
) -> str:
    """Act on a form in one transaction, once; returns the address that answers it (P6).

    ``act`` changes the records and returns where to lead the person. The same form sent again is
    led to the same place and changes nothing, even when both arrive together.
    """
    key = entered.form_key
    if not key:
        raise Invalid(FieldProblem("", "This form has expired. Open the page again and send it."))
    try:
        with database.writing() as session:
            earlier = find_answer(session, key, person.account_id)
            if earlier is not None:
                return earlier
            handled = claim_form(session, key, person.account_id, now=now)
            handled.answer = act(session)
            return handled.answer
    except IntegrityError:
        with database.reading() as session:
            earlier = find_answer(session, key, person.account_id)
        if earlier is None:
            raise
        return earlier


@dataclass(frozen=True, slots=True)
class _Entry:
    label: str
    missing: str
    is_required: bool
    longest: int
    is_long: bool
    least: int | None
    most: int | None

    @property
    def start(self) -> str:
        """The label as a sentence begins with it."""
        return self.label[:1].upper() + self.label[1:]


class _Unreadable(Exception):
    """What was entered in one field cannot be read; the text says what to do."""


def _refuse_unseen_characters(name: str, spec: _Entry, entered: Entered) -> None:
    if {name, *(f"{name}-{part}" for part in DATE_PARTS)} & entered.refused:
        raise _Unreadable(
            f"{spec.start} held characters that cannot be seen. They were taken out: "
            "check it, then send it again"
        )


def _read_field(name: str, hint: Any, spec: _Entry, entered: Entered) -> Any:
    is_required = spec.is_required
    if get_origin(hint) in (Union, UnionType):
        is_required = False
        hint = next(part for part in get_args(hint) if part is not NoneType)
    if hint is date:
        return _date(name, spec, entered, is_required)
    if get_origin(hint) is tuple:
        return _several(name, get_args(hint)[0], spec, entered, is_required)
    text = clean_text(entered.text(name))
    if hint is bool and is_required is False and not text:
        return False
    if not text:
        if hint is bool and name not in entered.values and not spec.missing:
            return False
        if is_required:
            chosen = isinstance(hint, type) and issubclass(hint, (StrEnum, UUID, bool))
            raise _Unreadable(spec.missing or f"{'Select' if chosen else 'Enter'} the {spec.label}")
        return "" if hint is str else None
    return _one(text, hint, spec)


def _one(text: str, hint: Any, spec: _Entry) -> Any:
    if hint is str:
        text = text if spec.is_long else clean_line(text)
        if len(text) > spec.longest:
            raise _Unreadable(f"{spec.start} must be {spec.longest} characters or fewer")
        return text
    if hint is int:
        return _whole_number(text, spec)
    if hint is time:
        return _time(text, spec)
    if hint is bool:
        if text.lower() in TICKED:
            return True
        if text.lower() in NOT_TICKED:
            return False
        raise _Unreadable(spec.missing or f"Select the {spec.label}")
    if isinstance(hint, type) and issubclass(hint, (StrEnum, UUID)):
        try:
            return hint(text)
        except ValueError:
            raise _Unreadable(spec.missing or f"Choose the {spec.label} from the list") from None
    raise TypeError(f"A form cannot hold {hint}")


def _several(
    name: str, hint: Any, spec: _Entry, entered: Entered, is_required: bool
) -> tuple[Any, ...]:
    texts = [clean_text(text) for text in entered.every(name)]
    found = tuple(_one(text, hint, spec) for text in texts if text)
    if is_required and not found:
        raise _Unreadable(spec.missing or f"Select the {spec.label}")
    return found


def _whole_number(text: str, spec: _Entry) -> int:
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise _Unreadable(f"{spec.start} must be a whole number, like 10")
    number = int(text)
    if spec.least is not None and number < spec.least:
        raise _Unreadable(f"{spec.start} must be {spec.least} or more")
    if spec.most is not None and number > spec.most:
        raise _Unreadable(f"{spec.start} must be {spec.most} or less")
    return number


def _date(name: str, spec: _Entry, entered: Entered, is_required: bool) -> date | None:
    one = clean_line(entered.text(name))
    parts = {part: clean_line(entered.text(f"{name}-{part}")) for part in DATE_PARTS}
    if one:
        try:
            return _within_reason(date.fromisoformat(one))
        except ValueError:
            raise _Unreadable(f"{spec.start} must be a real date, like 27 3 2026") from None
    missing = [part for part, text in parts.items() if not text]
    if len(missing) == len(parts):
        if is_required:
            raise _Unreadable(spec.missing or f"Enter the {spec.label}")
        return None
    if missing:
        raise _Unreadable(f"{spec.start} must include a {' and a '.join(missing)}")
    try:
        if len(parts["year"]) != 4:
            raise ValueError
        return _within_reason(date(int(parts["year"]), int(parts["month"]), int(parts["day"])))
    except (ValueError, OverflowError):  # a month of ten figures is beyond any calendar
        raise _Unreadable(f"{spec.start} must be a real date, like 27 3 2026") from None


def _within_reason(day: date) -> date:
    """The day, unless no calendar of ours reaches it. Raises ValueError."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError
    return day


def _time(text: str, spec: _Entry) -> time:
    found = CLOCK.fullmatch(text)
    fault = _Unreadable(f"{spec.start} must be a time, like 9:30am or 14:30")
    if found is None:
        raise fault
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise fault
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif found[2] is None:
        raise fault
    if hour > 23 or minute > 59:
        raise fault
    return time(hour, minute)


def date_parts(name: str, day: date | None) -> dict[str, str]:
    """What the three boxes of a date show at first: for ``Entered.of(**...)``."""
    if day is None:
        return {}
    return {
        f"{name}-day": str(day.day),
        f"{name}-month": str(day.month),
        f"{name}-year": str(day.year),
    }
