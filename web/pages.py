"""Making a page: what every page shows, put together in the handler, never while it is written.

``page(request, "orders/list.html", title="Orders", found=found)`` gives a template the values named
and the frame of the site. Templates get page objects, dataclasses of plain values, never records.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from litestar import Request
from litestar.response import Redirect, Template

from rj.accounts.sessions import IDLE_LIMIT
from rj.kernel.london import day_in_words, london_day, london_time
from rj.kernel.references import new_token
from rj.kernel.weekly_hours import full_name, spans_of
from web.forms import NO_PROBLEMS, NOTHING, Entered
from web.navigation import Destination, destinations
from web.people import Person
from web.unsent import AT, address_of_page, brought_back
from web.visits import page_nonce, request_reference, take_said

PER_PAGE = 25
WARNED_BEFORE = timedelta(minutes=2)
"""How long before a session runs out its page says so."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A word or two about a state, in one of the palette's: proposed, held, told, done,
    cancelled, late, soon, blocked."""

    text: str
    state: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of a summary list: what, how it stands, and perhaps where to change it."""

    label: str
    value: str
    href: str = ""
    link_text: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every page."""

    title: str
    person_name: str
    navigation: tuple[Destination, ...]
    path: str
    said: tuple[str, ...]
    nonce: str
    reference: str
    at: str
    """The page that its forms stand on."""
    warns_after: int
    """Seconds after which the page says that the session will run out."""
    brought_back: tuple[tuple[str, str], ...]
    """Field and text of what somebody typed before their session ran out."""

    def is_current(self, href: str) -> bool:
        """Whether the page lies under this entry of the bar."""
        return self.path == href or self.path.startswith(f"{href}/")


def page(
    request: Request[Any, Any, Any],
    template: str,
    *,
    title: str,
    status_code: int = 200,
    **values: Any,
) -> Template:
    """A whole page. ``title`` names nobody: it stands in histories and on shared screens."""
    person: Person | None = request.scope.get("user")
    values.setdefault("problems", NO_PROBLEMS)
    values.setdefault("entered", NOTHING)
    back = brought_back(request)
    if back is not None:
        values["entered"] = Entered(back.values, {})
        if back.based_on is not None and "based_on" in values:
            values["based_on"] = back.based_on
    return Template(
        template_name=template,
        status_code=status_code,
        media_type="text/html",
        context={
            **values,
            "new_form_key": new_token,
            "frame": Frame(
                title=title,
                person_name=person.name if person else "",
                navigation=destinations(frozenset(person.roles)) if person else (),
                path=request.scope["path"],
                said=take_said(request),
                nonce=page_nonce(request),
                reference=request_reference(request),
                at=values["entered"].text(AT) or address_of_page(request),
                warns_after=int((IDLE_LIMIT - WARNED_BEFORE).total_seconds()),
                brought_back=back.texts if back else (),
            ),
        },
    )


def see(path: str) -> Redirect:
    """Lead the browser to a page after a form was acted upon."""
    return Redirect(path, status_code=303)


@dataclass(frozen=True, slots=True)
class PageLink:
    """One entry of the row of page numbers; no number for a gap."""

    number: int | None
    href: str = ""
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Pagination:
    """The row of page numbers below a long list."""

    first: int
    last: int
    total: int
    previous: str
    next: str
    links: tuple[PageLink, ...]


def paginate(
    path: str, asked: Sequence[tuple[str, str]], number: int, total: int, per_page: int = PER_PAGE
) -> Pagination:
    """Page ``number`` of a list of ``total``; ``asked`` are the filters that every link keeps.

    The links name the page in the query parameter ``number``.
    """
    pages = max(1, -(-total // per_page))
    number = min(max(1, number), pages)

    def href(wanted: int) -> str:
        return f"{path}?{urlencode([*asked, ('number', str(wanted))])}"

    shown = [n for n in range(1, pages + 1) if n in (1, pages) or abs(n - number) <= 1]
    links: list[PageLink] = []
    for before, here in zip([0, *shown], shown, strict=False):
        if here - before > 1:
            links.append(PageLink(None))
        links.append(PageLink(here, href(here), here == number))
    return Pagination(
        first=min((number - 1) * per_page + 1, total),
        last=min(number * per_page, total),
        total=total,
        previous=href(number - 1) if number > 1 else "",
        next=href(number + 1) if number < pages else "",
        links=tuple(links),
    )


def day_text(day: date | None) -> str:
    """``9 March 2026``: a day as pages write it; empty for none."""
    return day_in_words(day) if day else ""


def weekday_text(day: date) -> str:
    """``Monday 9 March 2026``."""
    return f"{day:%A} {day_text(day)}"


def days_text(first_day: date, last_day: date) -> str:
    """``9 March 2026 to 11 March 2026``; one day once."""
    if first_day == last_day:
        return day_text(first_day)
    return f"{day_text(first_day)} to {day_text(last_day)}"


MIDDAY_AND_MIDNIGHT = {time(12): "midday", time(0): "midnight"}
"""As invitations say it: many read 12pm as midnight."""


def clock_text(instant: datetime) -> str:
    """``2:30pm``, ``midday``: the wall clock in Europe/London, as pages write it."""
    return time_text(london_time(instant))


def time_text(shown: time) -> str:
    """The same of a time that is a wall clock's already."""
    if shown in MIDDAY_AND_MIDNIGHT:
        return MIDDAY_AND_MIDNIGHT[shown]
    hour = shown.hour % 12 or 12
    half = "am" if shown.hour < 12 else "pm"
    return f"{hour}:{shown.minute:02}{half}" if shown.minute else f"{hour}{half}"


def weekly_text(hours: Sequence[Sequence[str]]) -> str:
    """``Monday to Friday 9am to 5:30pm, Saturday 10am to midday``; empty for none."""
    said = []
    for first, last, opens, shuts in spans_of(hours):
        days = full_name(first) if first == last else f"{full_name(first)} to {full_name(last)}"
        open_at, shut_at = (time_text(time.fromisoformat(each)) for each in (opens, shuts))
        said.append(f"{days} {open_at} to {shut_at}")
    return ", ".join(said)


def moment_text(instant: datetime | None) -> str:
    """``Monday 9 March 2026, 2:30pm`` in Europe/London; empty for none."""
    if instant is None:
        return ""
    return f"{weekday_text(london_day(instant))}, {clock_text(instant)}"


def span_text(starts_at: datetime, ends_at: datetime) -> str:
    """``Monday 9 March 2026, 2pm to 4pm``; whole days as days, and both days where they differ."""
    midnight = time(0)
    if london_time(starts_at) == midnight == london_time(ends_at):
        return days_text(london_day(starts_at), london_day(ends_at) - timedelta(days=1))
    if london_day(starts_at) == london_day(ends_at):
        return f"{moment_text(starts_at)} to {clock_text(ends_at)}"
    return f"{moment_text(starts_at)} to {moment_text(ends_at)}"
