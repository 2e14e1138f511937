"""The week planner of an area's facilitators and rooms."""

from datetime import date

from litestar import Controller, get
from litestar.params import FromQuery
from litestar.response import Template

from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.kernel.errors import NotFound
from rj.policy.terms import Role
from rj.scheduling.week import WeekRows
from web.given import Given
from web.guards import needs
from web.orders.access import hidden_from
from web.pages import page
from web.people import Visitor
from web.planning.pages import area_choices
from web.week import pages

FIRST_DAY, LAST_DAY = date(2000, 1, 3), date(2199, 12, 1)
"""Between these a week can be asked for; anything else shows this week."""


class WeekPages(Controller):
    """Weeks of a coordinator's own areas."""

    path = "/week"
    guards = (needs(Role.COORDINATOR),)

    @get(sync_to_thread=True)
    def show(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        area: FromQuery[str] = "",
        day: FromQuery[str] = "",
        by: FromQuery[str] = WeekRows.FACILITATORS.value,
    ) -> Template:
        """The week that holds a day: this week unless its address says otherwise."""
        today = clock.today()
        rows = WeekRows(by) if by in set(WeekRows) else WeekRows.FACILITATORS
        with database.reading() as session:
            areas = dict(area_choices(session, request.user))
            if area and area not in areas:
                raise NotFound("There is no such area")
            chosen = area or next(iter(areas), "")
            shown = (
                pages.week_page(
                    session,
                    (chosen, areas[chosen]),
                    areas.keys(),
                    hidden_from(session, request.user),
                    rows=rows,
                    day=_day(day) or today,
                    today=today,
                )
                if chosen
                else None
            )
        return page(
            request, "week/show.html", title="Week", shown=shown, areas=tuple(areas.items())
        )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_DAY <= found <= LAST_DAY else None
