"""What a route needs. Every route says it; the site does not start when one says nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from litestar import Litestar, Request
from litestar.connection import ASGIConnection
from litestar.exceptions import ImproperlyConfiguredException, NotAuthorizedException
from litestar.handlers import BaseRouteHandler

from rj.accounts.sessions import CONFIRMED_FOR
from rj.compartments.matrix import Thing, readers_of
from rj.kernel.errors import NotAllowed
from rj.policy.terms import Role
from web.unsent import put_aside


@dataclass(frozen=True, slots=True)
class Permission:
    """A declared permission: a guard that lets pass whom it names."""

    roles: frozenset[Role]
    is_public: bool = False

    async def __call__(
        self, connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler
    ) -> None:
        """Raise NotAuthorizedException for somebody not signed in, NotAllowed for another role."""
        if self.is_public:
            return
        person = connection.scope.get("user")
        if person is None:
            if isinstance(connection, Request):
                await put_aside(connection)
            raise NotAuthorizedException()
        if not person.has(*self.roles):
            raise NotAllowed("Your account does not open this page.")


UNCONFIRMED_FOR = "rj_unconfirmed_for"
"""How long ago the person behind a request proved who they are."""


class ConfirmFirst(Exception):
    """Somebody is to prove once more who they are before this page opens."""


async def freshly_confirmed(
    connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler
) -> None:
    """Besides a permission: raise ConfirmFirst unless who asks proved lately who they are.

    A form may be sent for as long again as its page may be opened, so that what is typed on it is
    not in vain.
    """
    is_form = connection.scope.get("method") == "POST"
    unconfirmed_for: timedelta | None = connection.scope["state"].get(UNCONFIRMED_FOR)
    if unconfirmed_for is None or unconfirmed_for > CONFIRMED_FOR * (2 if is_form else 1):
        raise ConfirmFirst()


def needs(*roles: Role) -> Permission:
    """Only people who hold one of these roles. The handler still asks in which area."""
    return Permission(frozenset(roles))


def opens(thing: Thing) -> Permission:
    """Only people to whose role the matrix opens a thing that belongs to no case or area."""
    return Permission(readers_of(thing))


public = Permission(frozenset(), is_public=True)
"""Anybody, signed in or not."""

signed_in = needs(*Role)
"""Anybody who is signed in."""


def permission_of(handler: BaseRouteHandler) -> Permission | None:
    """The permission that a route declares; None when it declares none."""
    declared = [guard for guard in handler.resolve_guards() if isinstance(guard, Permission)]
    return declared[-1] if declared else None


def routes_without_permission(app: Litestar) -> list[str]:
    """The paths that do not say who may use them."""
    return sorted(
        {
            f"{route.path} ({handler})"
            for route in app.routes
            for handler in _handlers(route)
            if permission_of(handler) is None
        }
    )


def refuse_undeclared(app: Litestar) -> None:
    """Raise ImproperlyConfiguredException when any route declares no permission (deny by default).

    Every route with a role also needs a session: what cannot be undone is never behind a GET.
    """
    undeclared = routes_without_permission(app)
    if undeclared:
        raise ImproperlyConfiguredException(
            "Say who may use these routes (needs(...), signed_in or public): "
            + ", ".join(undeclared)
        )


def _handlers(route: Any) -> Iterable[BaseRouteHandler]:
    if hasattr(route, "route_handlers"):
        handlers: Iterable[BaseRouteHandler] = route.route_handlers
        return [handler for handler in handlers if "OPTIONS" not in _methods(handler)]
    return [route.route_handler]


def _methods(handler: BaseRouteHandler) -> frozenset[str]:
    """A handler's methods. The automatic answer to OPTIONS tells nothing and needs no guard."""
    return frozenset(getattr(handler, "http_methods", ()))
