"""The front door, the machine's health, robots, and every address that leads nowhere."""

from typing import Any

from litestar import Controller, HttpMethod, Request, Response, get, route
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from rj.db.database import Database
from rj.kernel.errors import NotFound
from web.given import Given
from web.guards import public, signed_in
from web.navigation import destinations
from web.pages import see
from web.people import Visitor

ROBOTS = """User-agent: *
Allow: /feeds/
Disallow: /
"""
"""Calendar services that obey robots fetch subscriptions; everything else stays unread."""


class FrontDoor(Controller):
    """The address people type."""

    path = "/"
    guards = (signed_in,)

    @get(sync_to_thread=False)
    def enter(self, request: Visitor) -> Redirect:
        """Lead a signed-in person to the first page of their work."""
        return see(destinations(frozenset(request.user.roles))[0].href)


class Health(Controller):
    """What a supervisor asks."""

    path = "/health"
    guards = (public,)
    opt = {"rj_without_session": True}  # noqa: RUF012

    @get("/live", sync_to_thread=False)
    def live(self) -> str:
        """The process answers."""
        return "live"

    @get("/ready", sync_to_thread=True)
    def ready(self, database: Given[Database]) -> Response[str]:
        """The process can do its work: the database answers."""
        try:
            with database.reading() as session:
                session.connection().execute(text("SELECT 1"))
        except SQLAlchemyError:
            return Response("The database does not answer", status_code=503)
        return Response("ready")


@get(
    "/robots.txt",
    sync_to_thread=False,
    guards=[public],
    media_type="text/plain",
    rj_without_session=True,
)
def robots() -> str:
    """What crawlers may read: only the calendars people subscribed to."""
    return ROBOTS


@route(
    "/{path:path}",
    http_method=[HttpMethod.GET, HttpMethod.POST],
    sync_to_thread=False,
    guards=[public],
    status_code=404,
)
def no_such_page(request: Request[Any, Any, Any], path: FromPath[str]) -> None:
    """Every other address, answered like a record that is not there."""
    raise NotFound(f"Nothing at {path}")
