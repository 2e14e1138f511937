"""Recurring local hours as people write them: ``mon-fri 09:00-17:00, sat 10:00-12:00``."""

import re
from collections.abc import Sequence
from datetime import time

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PIECE = re.compile(
    r"(?P<first>[a-z]{3,9})(?:\s*-\s*(?P<last>[a-z]{3,9}))?"
    r"\s+(?P<opens>\d{1,2}:\d{2})\s*-\s*(?P<shuts>\d{1,2}:\d{2})"
)
_BETWEEN = re.compile(r"[,;|\n]")


def read_hours(text: str) -> list[list[str]]:
    """The hours a text names, as ``[weekday, from, to]`` in the order of the week.

    Raises ValueError, saying what is wrong, when a piece cannot be read, ends before it begins,
    or overlaps another. An empty text names no hours.
    """
    found: list[list[str]] = []
    for piece in _BETWEEN.split(text.lower().replace("–", "-")):
        if piece.strip():
            found += _read_piece(piece.strip())
    found.sort(key=lambda hours: (WEEKDAYS.index(hours[0]), hours[1]))
    check_hours(found)
    return found


def _read_piece(piece: str) -> list[list[str]]:
    match = _PIECE.fullmatch(piece)
    if match is None:
        raise ValueError("hours are written like mon-fri 09:00-17:00")
    first = _weekday(match["first"])
    last = _weekday(match["last"] or match["first"])
    if last < first:
        raise ValueError("the first day of the week must come before the last")
    opens, shuts = _clock(match["opens"]), _clock(match["shuts"])
    return [[WEEKDAYS[day], opens, shuts] for day in range(first, last + 1)]


def check_hours(hours: Sequence[Sequence[str]]) -> None:
    """Raises ValueError when hours are misshapen, end before they begin, or overlap."""
    ends: dict[str, str] = {}
    for day, opens, shuts in sorted(hours, key=lambda piece: (piece[0], piece[1])):
        if day not in WEEKDAYS or _clock(opens) != opens or _clock(shuts) != shuts:
            raise ValueError("hours are written like mon-fri 09:00-17:00")
        if opens >= shuts:
            raise ValueError("hours must end after they begin, on the same day")
        if opens < ends.get(day, ""):
            raise ValueError("hours of one day must not overlap")
        ends[day] = shuts


def add_hours(hours: Sequence[Sequence[str]], day: str, opens: str, shuts: str) -> list[list[str]]:
    """The hours with one piece more, joined to what it touches, in the order of the week."""
    apart = []
    for other, begins, ends in hours:
        if other == day and begins <= shuts and opens <= ends:
            opens, shuts = min(opens, begins), max(shuts, ends)
        else:
            apart.append([other, begins, ends])
    return sorted(
        [*apart, [day, opens, shuts]], key=lambda each: (WEEKDAYS.index(each[0]), each[1])
    )


def spans_of(hours: Sequence[Sequence[str]]) -> list[tuple[str, str, str, str]]:
    """The hours as ``(first day, last day, from, to)``: equal days in a row are said at once."""
    by_day = [
        sorted((opens, shuts) for each, opens, shuts in hours if each == day) for day in WEEKDAYS
    ]
    found = []
    first = 0
    while first < len(WEEKDAYS):
        last = first
        while last + 1 < len(WEEKDAYS) and by_day[last + 1] == by_day[first]:
            last += 1
        found += [(WEEKDAYS[first], WEEKDAYS[last], *piece) for piece in by_day[first]]
        first = last + 1
    return found


def write_hours(hours: Sequence[Sequence[str]]) -> str:
    """The hours as ``read_hours`` reads them, for a field that takes them."""
    return ", ".join(
        f"{first if first == last else f'{first}-{last}'} {opens}-{shuts}"
        for first, last, opens, shuts in spans_of(hours)
    )


def full_name(weekday: str) -> str:
    """``Monday`` for ``mon``."""
    return _FULL[WEEKDAYS.index(weekday)].capitalize()


def _weekday(name: str) -> int:
    for number, day in enumerate(WEEKDAYS):
        if name.startswith(day) and _FULL[number].startswith(name):
            return number
    raise ValueError("days are written mon, tue, wed, thu, fri, sat or sun")


_FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _clock(text: str) -> str:
    hour, minute = text.split(":")
    try:
        return f"{time(int(hour), int(minute)):%H:%M}"
    except ValueError:
        raise ValueError("times are written like 09:00") from None
