"""Walking a site as somebody does: from the first page, by the links that pages offer."""

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx
from litestar import Litestar
from litestar.routes import HTTPRoute

from rj.policy.terms import Role
from web.guards import permission_of

TRIED_OF_EACH = 4
"""Addresses of one route that are followed: most meetings have the same links."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What somebody found who followed every link."""

    pages: Mapping[str, str]
    """For each route the address of its fullest page."""
    dead_ends: tuple[str, ...]
    """Links that did not open, with the page that offers them."""


def walk(client: httpx.Client, site: Litestar, first: Iterable[str], wanted: Set[str]) -> Walk:
    """Follow links from the first pages on: some of each route, and more of them as long as a
    wanted route has not been met. The first and the last link known take turns, as the first of a
    list are of the past and the last are to come, and the one offers what the other does not."""
    offered_by = dict.fromkeys(first, "the menu")
    waiting = list(offered_by)
    tried: Counter[str] = Counter()
    fullest: dict[str, tuple[int, str]] = {}
    dead_ends = []
    while waiting:
        in_turn = waiting if tried.total() % 2 else reversed(waiting)
        path = min(in_turn, key=lambda each: tried[route_of(site, each)])
        waiting.remove(path)
        route = route_of(site, path)
        if tried[route] >= TRIED_OF_EACH and wanted <= set(fullest):
            break
        tried[route] += 1
        answer = client.get(path)
        links: list[str] = []
        if answer.is_redirect:
            links = [answer.headers["location"]]
        elif answer.status_code != 200:
            dead_ends.append(f"{path}, a link on {offered_by[path]}, answers {answer.status_code}")
        elif answer.headers["content-type"].startswith("text/html"):
            links = links_of(answer.text, path)
            if len(answer.text) > fullest.get(route, (0, ""))[0]:
                fullest[route] = (len(answer.text), path)
        for link in links:
            if link not in offered_by:
                offered_by[link] = path
                waiting.append(link)
    return Walk({route: path for route, (_, path) in fullest.items()}, tuple(dead_ends))


@cache
def route_of(site: Litestar, path: str) -> str:
    """The route that answers a path; the path itself where none does."""
    pieces = urlsplit(path).path.strip("/").split("/")
    for route in _http_routes(site):
        wanted = route.path.strip("/").split("/")
        if len(wanted) == len(pieces) and all(
            asked.startswith("{") or asked == piece
            for asked, piece in zip(wanted, pieces, strict=True)
        ):
            return route.path
    return path


def pages_open_to(site: Litestar, role: Role) -> set[str]:
    """The routes that show something and that a role may open, but those open to everybody."""
    return {
        route.path
        for route in _http_routes(site)
        for handler in route.route_handlers
        if "GET" in handler.http_methods
        and (permission := permission_of(handler)) is not None
        and role in permission.roles
    }


def links_of(html: str, path: str) -> list[str]:
    """The addresses on this site that a page links to, without those of its own parts."""
    reader = _Links()
    reader.feed(html)
    found = []
    for link in reader.links:
        where = urlsplit(urljoin(path, link))
        if not where.scheme and not where.netloc:
            found.append(f"{where.path}?{where.query}" if where.query else where.path)
    return list(dict.fromkeys(found))


@cache
def _http_routes(site: Litestar) -> tuple[HTTPRoute, ...]:
    """Every route, those that name a path in full before those that fill a part of it in."""
    routes = [route for route in site.routes if isinstance(route, HTTPRoute)]
    return tuple(sorted(routes, key=lambda route: (route.path.count("{"), route.path)))


@dataclass
class _Links(HTMLParser):
    links: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href")
        if tag == "a" and address and not address.startswith("#"):
            self.links.append(address)
