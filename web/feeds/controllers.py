"""What a calendar program gets at a facilitator's private address (M10).

The address itself is the key: there is no sign-in and no cookie, and nothing writes it into a log.
An address that never was and one that was revoked give the same answer after the same work.
"""

from typing import Any

from litestar import Controller, HttpMethod, Request, Response, get, head, route
from litestar.params import FromPath

from rj.calendars.feed_http import entity_tag, has_current_copy
from rj.calendars.feeds import feed_of_token, note_use
from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.kernel.errors import NotFound
from rj.settings import Settings
from web.given import Given
from web.guards import public

ENDING = ".ics"
CALENDAR = "text/calendar"
OTHERS = (HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE)


class FeedPages(Controller):
    """One facilitator's calendar, for programs."""

    path = "/feeds/{name:str}"
    guards = (public,)
    opt = {"rj_without_session": True, "exclude_from_csrf": True}  # noqa: RUF012

    @get(sync_to_thread=True)
    def read(
        self,
        request: Request[Any, Any, Any],
        database: Given[Database],
        clock: Given[Clock],
        settings: Given[Settings],
        name: FromPath[str],
    ) -> Response[bytes]:
        """The whole calendar, or 304 for a program that has exactly this one already."""
        octets, headers = _look_up(database, clock, settings, name)
        if has_current_copy(request.headers.get("if-none-match"), headers["ETag"]):
            return Response(b"", status_code=304, headers=headers, media_type=CALENDAR)
        return Response(octets, headers=headers, media_type=CALENDAR)

    @head(sync_to_thread=True)
    def look(
        self,
        database: Given[Database],
        clock: Given[Clock],
        settings: Given[Settings],
        name: FromPath[str],
    ) -> Response[None]:
        """The same headers without the calendar."""
        octets, headers = _look_up(database, clock, settings, name)
        headers["Content-Length"] = str(len(octets))
        return Response(None, headers=headers, media_type=CALENDAR)

    @route(http_method=OTHERS, sync_to_thread=False, status_code=405, media_type="text/plain")
    def refuse(self, name: FromPath[str]) -> Response[str]:
        """A calendar is only ever read here."""
        return Response(
            "This calendar can only be read", status_code=405, headers={"Allow": "GET, HEAD"}
        )


def _look_up(
    database: Database, clock: Clock, settings: Settings, name: str
) -> tuple[bytes, dict[str, str]]:
    """The calendar of an address and the headers that go with it. Raises NotFound."""
    token = name.removesuffix(ENDING) if name.endswith(ENDING) else ""
    now = clock.now()
    with database.reading() as session:
        answer = feed_of_token(session, token, mail=settings.mail, now=now)
    if answer is None:
        raise NotFound("There is no such calendar")
    if answer.is_use_due:
        with database.writing() as session:
            note_use(session, token, now=now)
    return answer.octets, {
        "ETag": entity_tag(answer.octets),
        "Cache-Control": "private, no-cache",
        "X-Robots-Tag": "noindex",
        "Referrer-Policy": "no-referrer",
    }
