"""Calendars as bit sets: for each local day, at which slots a meeting of a length may start.

A set is an array of 64-bit words, one row for each day of the horizon, one bit for each slot. Slots
count real time from local midnight, so that a day of 23 or 25 hours needs no exception later; only
weekly windows are laid over such days slot by slot. A row holds *starts* of meetings of one length,
which keeps two abutting windows apart and loses nothing to rounding.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from math import gcd

import numpy as np
from numpy.typing import NDArray

from rj.scheduling.planner.civil import DAY_MINUTES, days_after, midnight
from rj.scheduling.planner.problem import (
    Away,
    Busy,
    Curfew,
    Facilitator,
    Part,
    Person,
    Problem,
    Room,
    Venue,
    Window,
)

Bits = NDArray[np.uint64]
Days = NDArray[np.bool_]
Minutes = NDArray[np.int64]
Who = tuple[str, str]  # a kind ("facilitator", "person", "room") and an id

WORD = 64
LONGEST_DAY = DAY_MINUTES + 60


def minute_of(instant: datetime) -> int:
    """Whole minutes since 1970, rounded down: how instants are counted inside the search."""
    return int(instant.timestamp() // 60)


class Grid:
    """The days of a problem and the slots at which a meeting may start."""

    def __init__(self, problem: Problem) -> None:
        told = [
            task.published.start.astimezone(problem.zone).date()
            for case in problem.cases
            for task in case.open_tasks
            if task.published is not None
        ]
        self.first = min([problem.as_of, *told])
        self.length = max(1, (problem.horizon_end - self.first).days + 1)
        self.step = gcd(problem.grid_minutes, 60)
        self.slots = LONGEST_DAY // self.step
        self.words = -(-self.slots // WORD)
        self.dates = [days_after(self.first, day) for day in range(self.length)]
        self.weekday = np.array([day.weekday() for day in self.dates])
        self.midnights = [
            minute_of(midnight(problem.zone, days_after(self.first, day)))
            for day in range(self.length + 1)
        ]
        self._first_weekday = self.first.weekday()
        # Weeks from Monday to Sunday, counted from the one of the first day.
        self.week = (self.weekday[0] + np.arange(self.length)) // 7
        self._changes = self._clock_changes(problem)
        self._midnights = np.array(self.midnights, dtype=np.int64)
        self._below = np.array([_row(0, slot, self.words) for slot in range(self.slots + 1)])
        self._windows: dict[tuple[tuple[Window, ...], int, int], Bits] = {}
        self.on_grid = self._starts_on_the_grid(problem)

    def day_of(self, day: date) -> int:
        """A date's row, which may lie outside the horizon."""
        return (day - self.first).days

    def week_of(self, day: int) -> int:
        """The week of a day, both as counted here; either may lie outside the horizon."""
        return (self._first_weekday + day) // 7

    def start(self, day: int, slot: int) -> int:
        """The minute at which a slot begins."""
        return self.midnights[day] + slot * self.step

    def locate(self, minute: int) -> tuple[int, int] | None:
        """The day and slot of a minute, or None off the horizon or between slots."""
        day = bisect_right(self.midnights, minute) - 1
        if not 0 <= day < self.length or (minute - self.midnights[day]) % self.step:
            return None
        return day, (minute - self.midnights[day]) // self.step

    def nothing(self) -> Bits:
        """No start at all."""
        return np.zeros((self.length, self.words), dtype=np.uint64)

    def anything(self) -> Bits:
        """Every start."""
        return ~self.nothing()

    def span(self, begin: int, end: int) -> Bits:
        """One row with the slots from ``begin`` up to but not including ``end``."""
        return _row(max(0, begin), min(self.slots, end), self.words)

    def days_between(self, first: date | None, last: date | None) -> Days:
        """The days of a range that includes both ends; None leaves an end open."""
        days = np.zeros(self.length, dtype=bool)
        begin = 0 if first is None else max(0, self.day_of(first))
        end = self.length if last is None else max(0, self.day_of(last) + 1)
        days[begin:end] = True
        return days

    def keep(self, bits: Bits, days: Days) -> None:
        """Leave only these days, in place."""
        bits[~days] = 0

    def block(self, bits: Bits, begins: Minutes, ends: Minutes, minutes: int) -> None:
        """Take away every start of a meeting that would overlap some [begins, ends), in place."""
        if not len(begins):
            return
        after = begins - minutes  # the last start that still ends in time
        first = np.maximum(0, np.searchsorted(self._midnights, after, side="right") - 1)
        last = np.searchsorted(self._midnights, ends) - 1
        last = np.where(ends > begins, np.minimum(last, self.length - 1), -1)
        for later in range(int((last - first).max()) + 1):
            day = first + later
            within = day <= last
            day = day[within]
            lowest = (after[within] - self._midnights[day]) // self.step + 1
            beyond = -((self._midnights[day] - ends[within]) // self.step)
            lowest = np.minimum(np.maximum(lowest, 0), self.slots)
            beyond = np.minimum(np.maximum(beyond, 0), self.slots)
            left = ~self._below[beyond] | self._below[lowest]
            for each, row in zip(day.tolist(), left, strict=True):
                bits[each] &= row

    def block_one(self, bits: Bits, begins: int, ends: int, minutes: int) -> None:
        """Take away every start of a meeting that would overlap [begins, ends), in place."""
        after = begins - minutes
        day = max(0, bisect_right(self.midnights, after) - 1)
        while day < self.length and self.midnights[day] < ends:
            self.block_day(bits, day, begins, ends, minutes)
            day += 1

    def block_day(self, bits: Bits, day: int, begins: int, ends: int, minutes: int) -> None:
        """Take away a day's starts of a meeting that would overlap [begins, ends), in place."""
        if 0 <= day < self.length:
            lowest = (begins - minutes - self.midnights[day]) // self.step + 1
            beyond = -((self.midnights[day] - ends) // self.step)
            bits[day] &= _all_but(max(0, lowest), min(self.slots, beyond), self.words)

    def starts_in(self, windows: tuple[Window, ...], minutes: int, after: int = 0) -> Bits:
        """Starts from which so many minutes, ``after`` some, lie inside one of the windows."""
        key = (windows, minutes, after)
        if key not in self._windows:
            week = np.zeros((7, self.words), dtype=np.uint64)
            for window in windows:
                lowest = -((after - window.opens) // self.step)
                highest = (window.closes - after - minutes) // self.step
                week[window.weekday] |= self.span(lowest, highest + 1)
            bits = week[self.weekday]
            for day in self._changes:
                todays = [each for each in windows if each.weekday == self.weekday[day]]
                if todays:
                    bits[day] = self._starts_on_a_changed_day(day, todays, minutes, after)
            self._windows[key] = bits
        return self._windows[key]

    def _clock_changes(self, problem: Problem) -> dict[int, tuple[int, int]]:
        """Days of 23 or 25 hours: after how many minutes the clock jumps, and how far."""
        changes = {}
        for day in range(self.length):
            jump = DAY_MINUTES - (self.midnights[day + 1] - self.midnights[day])
            if jump:
                begin = midnight(problem.zone, self.dates[day])
                elapsed = 0
                while self._wall(begin, problem, elapsed) == elapsed:
                    elapsed += 15
                changes[day] = (elapsed, jump)
        return changes

    def _wall(self, begin: datetime, problem: Problem, elapsed: int) -> int:
        there = datetime.fromtimestamp(begin.timestamp() + elapsed * 60, problem.zone)
        return there.hour * 60 + there.minute

    def _clock(self, day: int, elapsed: int) -> int:
        """What the wall clock shows so long after a day's midnight, in minutes."""
        if day not in self._changes:
            return elapsed
        after, jump = self._changes[day]
        return elapsed if elapsed < after else elapsed + jump

    def _starts_on_a_changed_day(
        self, day: int, windows: Iterable[Window], minutes: int, after: int
    ) -> Bits:
        row = np.zeros(self.words, dtype=np.uint64)
        length = self.midnights[day + 1] - self.midnights[day]
        windows = tuple(windows)
        for slot in range(self.slots):
            elapsed = slot * self.step + after
            if elapsed + minutes > length:
                break
            opens, closes = self._clock(day, elapsed), self._clock(day, elapsed + minutes)
            if any(each.opens <= opens and closes <= each.closes for each in windows):
                row |= self.span(slot, slot + 1)
        return row

    def _starts_on_the_grid(self, problem: Problem) -> Bits:
        bits = self.nothing()
        for day in range(self.length):
            if self.dates[day] in problem.bank_holidays:
                continue
            if day > 7 and not (day in self._changes or day - 7 in self._changes):
                usual = bits[day - 7]
                if usual.any():
                    bits[day] = usual
                    continue
            length = self.midnights[day + 1] - self.midnights[day]
            for slot in range(length // self.step):
                if self._clock(day, slot * self.step) % problem.grid_minutes == 0:
                    bits[day] |= self.span(slot, slot + 1)
        return bits


@cache
def _row(begin: int, end: int, words: int) -> Bits:
    whole = ((1 << max(0, end - begin)) - 1) << begin
    row = np.array(
        [(whole >> (WORD * word)) & (2**WORD - 1) for word in range(words)], dtype=np.uint64
    )
    row.setflags(write=False)
    return row


@cache
def _all_but(begin: int, end: int, words: int) -> Bits:
    return ~_row(begin, end, words)


def are_any(bits: Bits) -> Days:
    """Whether a set holds any start, for each day; many times quicker than ``any`` over words."""
    held: Days = bits[..., 0] != 0
    for word in range(1, bits.shape[-1]):
        held |= bits[..., word] != 0
    return held


def holds_any(bits: Bits | Days) -> bool:
    """Whether a set holds anything at all; ``any`` takes three times as long over so few words."""
    return bool(np.count_nonzero(bits))


def spans_of(busy: tuple[Busy, ...]) -> tuple[Minutes, Minutes]:
    """Beginnings and ends of diary entries in minutes, rounded outwards."""
    begins = [minute_of(each.starts_at) for each in busy]
    ends = [-int(-each.ends_at.timestamp() // 60) for each in busy]
    return np.array(begins, dtype=np.int64), np.array(ends, dtype=np.int64)


def slots_of(row: Bits) -> list[int]:
    """The slots of one day's row, earliest first."""
    whole = int.from_bytes(row.tobytes(), "little")
    found = []
    while whole:
        lowest = whole & -whole
        found.append(lowest.bit_length() - 1)
        whole ^= lowest
    return found


class Calendars:
    """Who is free to begin a meeting when, as far as their own diaries go.

    ``taken`` are stretches in minutes, by kind and id, that are gone besides what diaries say.
    """

    def __init__(
        self, problem: Problem, grid: Grid, taken: Mapping[Who, list[tuple[int, int]]] | None = None
    ) -> None:
        self.problem = problem
        self.grid = grid
        self._taken = taken or {}
        self._known: dict[tuple[str, str, int, int], Bits] = {}
        self._spans: dict[Who, tuple[Minutes, Minutes]] = {}

    def facilitator(self, facilitator: Facilitator, minutes: int) -> Bits:
        """H6, H7: accredited, inside a window, not away, not busy. Not to be changed."""
        key = ("facilitator", facilitator.id, minutes, 0)
        if key not in self._known:
            bits = self.grid.starts_in(facilitator.hours, minutes).copy()
            self._take_out(key, bits, facilitator.away, facilitator.busy)
            self.grid.keep(bits, self.grid.days_between(facilitator.accredited, None))
            self._known[key] = bits
        return self._known[key]

    def person(self, person: Person, part: Part) -> Bits:
        """H15: inside hours, not away, not busy, outside curfew. Not to be changed.

        Starts of the meeting, of which ``part`` is what the person attends.
        """
        minutes, after = part.ends - part.begins, part.begins
        key = ("person", person.id, minutes, after)
        if key not in self._known:
            if person.hours is None:
                bits = self.grid.anything()
            else:
                bits = self.grid.starts_in(person.hours, minutes, after).copy()
            if person.curfew is not None:
                bits &= self.grid.starts_in(outside(person.curfew), minutes, after)
            self._take_out(key, bits, person.away, person.busy)
            self._known[key] = bits
        return self._known[key]

    def liked(self, person: Person, part: Part) -> Bits:
        """T6: the starts that suit a person best. Not to be changed."""
        return self.grid.starts_in(person.likes_hours, part.ends - part.begins, part.begins)

    def room(self, venue: Venue, room: Room, minutes: int) -> Bits:
        """H13: the venue is open and neither the room nor its suite taken. Not to be changed."""
        key = ("room", room.id, minutes, 0)
        if key not in self._known:
            bits = self.grid.starts_in(venue.hours, minutes).copy()
            closed = tuple(Away(day, day) for day in sorted(venue.closed))
            self._take_out(key, bits, closed, room.busy)
            for each in self.problem.suite[room.id][1:]:
                self._take_out(("room", each.id, minutes, 0), bits, (), each.busy)
            self._known[key] = bits
        return self._known[key]

    def _take_out(
        self,
        key: tuple[str, str, int, int],
        bits: Bits,
        away: tuple[Away, ...],
        busy: tuple[Busy, ...],
    ) -> None:
        for each in away:
            self.grid.keep(bits, ~self.grid.days_between(each.first, each.last))
        kind, name, minutes, after = key
        if busy or (kind, name) in self._taken:
            if (kind, name) not in self._spans:
                self._spans[kind, name] = _together(spans_of(busy), self._taken.get((kind, name)))
            begins, ends = self._spans[kind, name]
            self.grid.block(bits, begins - after, ends - after, minutes)


def _together(
    spans: tuple[Minutes, Minutes], more: list[tuple[int, int]] | None
) -> tuple[Minutes, Minutes]:
    if not more:
        return spans
    begins, ends = np.array(more, dtype=np.int64).T
    return np.concatenate((spans[0], begins)), np.concatenate((spans[1], ends))


@cache
def outside(curfew: Curfew) -> tuple[Window, ...]:
    """The weekly windows that a curfew with its journeys leaves open."""
    may_leave = curfew.ends + curfew.margin_minutes
    must_leave = curfew.begins - curfew.margin_minutes
    if curfew.begins > curfew.ends:
        spans = [(may_leave, must_leave)]
    else:
        spans = [(0, must_leave), (may_leave, DAY_MINUTES)]
    return tuple(
        Window(weekday, opens, closes)
        for weekday in range(7)
        for opens, closes in spans
        if opens < closes
    )
