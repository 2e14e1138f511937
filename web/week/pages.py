"""What the week planner shows: codes, stages and states; nobody of a case is named."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from sqlmodel import Session, col, select

from rj.conferences.models import MeetingState
from rj.conferences.provisional import standing_holds
from rj.orders.models import Order
from rj.scheduling.week import EntryKind, Week, WeekEntry, WeekRow, WeekRows, week_of
from web.pages import clock_text, day_text
from web.words import MEETING_TAGS, words_for


@dataclass(frozen=True, slots=True)
class Slot:
    """One stretch of a day in a row."""

    time: str
    text: str
    detail: str
    href: str
    """Empty where it is not a meeting of one's own area."""
    state: str
    """The state for its colour, or ``away`` or ``busy``."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of a row."""

    slots: tuple[Slot, ...]
    is_today: bool
    is_away: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A facilitator or a room through the week."""

    label: str
    detail: str
    hours: str
    is_over: bool
    """More than the weekly cap."""
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """A column of the table, and a heading of the list."""

    name: str
    date: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class ListedDay:
    """A day of the list for narrow screens: who or where, and the stretch."""

    day: Day
    entries: tuple[tuple[str, Slot], ...]


@dataclass(frozen=True, slots=True)
class WeekPage:
    """A week of an area."""

    heading: str
    area_id: str
    area_name: str
    by: str
    day: str
    days: tuple[Day, ...]
    rows: tuple[Row, ...]
    listed: tuple[ListedDay, ...]
    previous: str
    following: str
    this_week: str
    by_facilitators: str
    by_rooms: str
    is_empty: bool
    """No meeting at all."""


def week_page(
    session: Session,
    area: tuple[str, str],
    own_areas: Collection[str],
    hidden: Collection[UUID],
    *,
    rows: WeekRows,
    day: date,
    today: date,
) -> WeekPage:
    """The week that holds a day. Meetings of areas that are not one's own, and of ``hidden``
    orders, show only as taken."""
    found = week_of(session, area[0], day=day, rows=rows)
    own = _own_to_open(session, found, own_areas) - frozenset(hidden)
    days = tuple(Day(f"{each:%A}", f"{each.day} {each:%B}", each == today) for each in found.days)
    shown = tuple(_row(row, days, own) for row in found.rows)

    def href(wanted: date, by: WeekRows = rows) -> str:
        asked = {"area": area[0], "by": by.value, "day": wanted.isoformat()}
        return f"/week?{urlencode(asked)}"

    return WeekPage(
        heading=f"{day_text(found.days[0])} to {day_text(found.days[-1])}",
        area_id=area[0],
        area_name=area[1],
        by=rows.value,
        day=found.monday.isoformat(),
        days=days,
        rows=shown,
        listed=tuple(_listed(number, each, shown) for number, each in enumerate(days)),
        previous=href(found.previous),
        following=href(found.following),
        this_week=href(today),
        by_facilitators=href(found.monday, WeekRows.FACILITATORS),
        by_rooms=href(found.monday, WeekRows.ROOMS),
        is_empty=not any(
            entry.kind is EntryKind.MEETING
            for row in found.rows
            for entries in row.days
            for entry in entries
        ),
    )


def _own_to_open(session: Session, found: Week, own_areas: Collection[str]) -> frozenset[UUID]:
    ids = {
        entry.order_id
        for row in found.rows
        for entries in row.days
        for entry in entries
        if entry.order_id is not None
    }
    orders = session.exec(
        select(Order.id).where(
            col(Order.id).in_(list(ids)), col(Order.area_id).in_(list(own_areas))
        )
    )
    return frozenset(orders) | {hold.id for hold in standing_holds(session, sorted(own_areas))}


def _row(row: WeekRow, days: tuple[Day, ...], own: frozenset[UUID]) -> Row:
    return Row(
        label=row.label,
        detail=row.detail,
        hours=hours_text(row.minutes, row.cap_minutes),
        is_over=row.cap_minutes is not None and row.minutes > row.cap_minutes,
        cells=tuple(
            Cell(
                slots=tuple(slot(entry, own) for entry in entries),
                is_today=day.is_today,
                is_away=any(entry.kind is EntryKind.AWAY for entry in entries),
            )
            for day, entries in zip(days, row.days, strict=True)
        ),
    )


def hours_text(minutes: int, cap: int | None) -> str:
    """``3 hours of 12``: time in meetings this week, and the most it may be."""
    shown = f"{minutes / 60:g} hour{'' if minutes == 60 else 's'}"
    return shown if cap is None else f"{shown} of {cap / 60:g}"


def slot(entry: WeekEntry, own: Collection[UUID]) -> Slot:
    """One stretch in words. What one may not open is taken, and no more is said."""
    if entry.kind is EntryKind.AWAY:
        return Slot("", entry.label, "", "", "away")
    time = f"{clock_text(entry.starts_at)} to {clock_text(entry.ends_at)}"
    if entry.kind is EntryKind.BUSY:
        return Slot(time, entry.label, "", "", "busy")
    if entry.kind is EntryKind.HOLD and entry.hold_id in own:
        stage = f"{words_for(entry.stage)}, " if entry.stage else ""
        detail = f"{stage}provisional hold"
        return Slot(time, entry.label, detail, f"/planning/holds/{entry.hold_id}", "held")
    if entry.order_id not in own:
        return Slot(time, "Taken", "Not yours to open", "", "busy")
    state = entry.state or MeetingState.HELD
    parts = [words_for(entry.stage) if entry.stage else "", MEETING_TAGS[state].text]
    parts += [text for text, is_so in (("second", entry.is_second),) if is_so]
    parts += [text for text, is_so in (("pinned", entry.is_pinned),) if is_so]
    parts.append(entry.beside)
    return Slot(
        time,
        entry.label,
        ", ".join(part for part in parts if part),
        f"/meetings/{entry.meeting_id}",
        MEETING_TAGS[state].state,
    )


def _listed(number: int, day: Day, rows: tuple[Row, ...]) -> ListedDay:
    """A day's stretches of every row that has any."""
    return ListedDay(
        day, tuple((row.label, slot) for row in rows for slot in row.cells[number].slots)
    )
