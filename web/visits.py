"""Each request's envelope: its reference, the person behind it, and what to tell them next.

The session's identifier comes from a cookie and is looked up in the database together with the
account and its roles, in one go. Nobody who is not signed in has a row. A request writes only when
there is something to say on the next page or a minute has passed since the idle time was counted.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.exceptions import PermissionDeniedException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from sqlmodel import Session

from rj.accounts.keys import AccountKeys
from rj.accounts.sessions import (
    SignedIn,
    confirm,
    find_account_of_ended,
    find_signed_in,
    keep,
    rotate,
)
from rj.accounts.unsent import Unsent, find_unsent, keep_unsent
from rj.audit.services import Actor, Seen, note, note_views
from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.kernel.references import new_reference, token_fingerprint
from rj.settings import LOOPBACK, Network, Settings
from web.bodies import TOKEN_HEADER, refuse_strange_tokens, refuse_unreadable_address
from web.guards import UNCONFIRMED_FOR
from web.people import Person
from web.unsent import KEEPER, asked_back, bring_back

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OUR_OWN_SITE = frozenset({"same-origin", "none"})

SHOWS = frozenset({200, 409, 422})
"""Answers that show a record: as asked, changed meanwhile, or a form with problems."""
UUID_LENGTH = 36

SIGNED_IN = "rj_signed_in"
SAID = "rj_said"
SHOWN = "rj_shown"


def cookie_name(name: str, *, is_https: bool) -> str:
    """A cookie's name: bound to host and https by its prefix, except on loopback's plain http."""
    return f"__Host-{name}" if is_https else name


def secret_cookie(name: str, value: str, *, is_https: bool) -> Cookie:
    """A cookie that no script reads and no other site's form carries; it goes when the browser
    closes."""
    return Cookie(
        key=cookie_name(name, is_https=is_https),
        value=value,
        path="/",
        secure=is_https,
        httponly=True,
        samesite="lax",
    )


def session_cookie(token: str, *, is_https: bool) -> Cookie:
    """The cookie that carries a session's identifier."""
    return secret_cookie("rj_session", token, is_https=is_https)


def request_reference(request_or_scope: Request[Any, Any, Any] | Scope) -> str:
    """The reference of this request: shown on error pages, written in logs and audit."""
    scope = request_or_scope.scope if isinstance(request_or_scope, Request) else request_or_scope
    reference: str = scope["state"].setdefault("rj_reference", new_reference("E", 8))
    return reference


def say(request: Request[Any, Any, Any], sentence: str) -> None:
    """Have the next page the person sees begin with this sentence, such as "Meeting moved"."""
    request.scope["state"].setdefault(SAID, []).append(sentence)


def confirm_session(request: Request[Any, Any, Any], session: Session, *, now: datetime) -> None:
    """Keep that the person behind this request proved just now who they are."""
    request.scope["state"][SIGNED_IN] = confirm(session, request.scope["state"][SIGNED_IN], now=now)


def renew_identifier(
    request: Request[Any, Any, Any], session: Session, settings: Settings
) -> Cookie:
    """Give the session of this request a fresh identifier; returns the cookie that carries it."""
    found: SignedIn = request.scope["state"][SIGNED_IN]
    token = rotate(session, found.session_id)
    request.scope["state"][SIGNED_IN] = replace(found, session_id=token_fingerprint(token))
    return session_cookie(token, is_https=settings.is_https)


def take_said(request: Request[Any, Any, Any]) -> tuple[str, ...]:
    """What is to be said on the page being made; it is said once."""
    state = request.scope["state"]
    found: SignedIn | None = state.get(SIGNED_IN)
    now_said = tuple(state.pop(SAID, ()))
    state[SHOWN] = True
    return (found.said if found else ()) + now_said


class Visits(ASGIMiddleware):
    """Puts the person on the request, and keeps the session's idle time and sentences."""

    scopes = (ScopeType.HTTP,)
    exclude_opt_key = "rj_without_session"

    def __init__(
        self,
        database: Database,
        clock: Clock,
        keys: AccountKeys,
        *,
        public_url: str,
        is_https: bool,
    ) -> None:
        """Read sessions from ``database`` at the time of ``clock``."""
        self.database = database
        self.clock = clock
        self.keys = keys
        self.public_url = public_url
        self.key = cookie_name("rj_session", is_https=is_https)
        self.form_key = cookie_name("rj_form", is_https=is_https)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Look the session up before the request, and keep what changed before the answer."""
        request: Request[Any, Any, Any] = Request(scope)
        reference = request_reference(request)
        refuse_unreadable_address(request)
        if comes_from_another_site(request, self.public_url):
            raise PermissionDeniedException("This form was sent from another site")
        refuse_strange_tokens(
            request.headers.get(TOKEN_HEADER, ""), request.cookies.get(self.form_key, "")
        )
        token = request.cookies.get(self.key, "")
        found = await sync_to_thread(self._find, token) if token else None
        scope["user"] = found and Person(
            found.account_id, found.name, found.roles, found.session_id, reference
        )
        scope["auth"] = None
        scope["state"][SIGNED_IN] = found
        scope["state"][UNCONFIRMED_FOR] = found and self.clock.now() - found.confirmed_at
        if found is not None and (unsent_id := asked_back(request)) is not None:
            unsent = await sync_to_thread(self._find_unsent, unsent_id, found.account_id)
            if unsent is not None:
                bring_back(request, unsent)
        elif found is None and token:
            scope["state"][KEEPER] = partial(self._put_aside, token)

        async def send_kept(message: Message) -> None:
            if message["type"] == "http.response.start" and found is not None:
                await self._note(scope, message["status"])
                await self._keep(scope)
            await send(message)

        await next_app(scope, receive, send_kept)

    def _find(self, token: str) -> SignedIn | None:
        with self.database.reading() as session:
            return find_signed_in(session, token, now=self.clock.now())

    def _find_unsent(self, unsent_id: UUID, account_id: UUID) -> Unsent | None:
        with self.database.reading() as session:
            return find_unsent(session, self.keys, unsent_id, account_id, now=self.clock.now())

    async def _put_aside(self, token: str, unsent: Unsent) -> UUID | None:
        return await sync_to_thread(self._keep_unsent, token, unsent)

    def _keep_unsent(self, token: str, unsent: Unsent) -> UUID | None:
        now = self.clock.now()
        with self.database.writing() as session:
            account_id = find_account_of_ended(session, token, now=now)
            if account_id is None:
                return None
            return keep_unsent(session, self.keys, account_id, unsent, now=now)

    async def _note(self, scope: Scope, status: int) -> None:
        """Note what a page shows of whose case, or that it was refused, before it goes out.

        A record that is not there is noted like one that is somebody else's: both take as long.
        """
        person: Person = scope["user"]
        seen = tuple(person.seen)
        person.seen.clear()
        named = str(next(iter(scope.get("path_params", {}).values()), ""))
        if seen and status in SHOWS:
            await sync_to_thread(self._write_views, person, seen)
        elif status == 403 or (status == 404 and len(named) == UUID_LENGTH):
            template = scope.get("path_template", "")
            await sync_to_thread(self._write_refusal, person, template, named)

    def _write_views(self, person: Person, seen: tuple[Seen, ...]) -> None:
        actor = Actor(person.account_id, None, person.request_id)
        with self.database.writing() as session:
            note_views(session, actor, seen, now=self.clock.now())

    def _write_refusal(self, person: Person, template: str, named: str) -> None:
        actor = Actor(person.account_id, None, person.request_id)
        with self.database.writing() as session:
            note(
                session,
                actor,
                "refused",
                "page",
                named if len(named) == UUID_LENGTH else "",
                now=self.clock.now(),
                reason=template[:300],
            )

    async def _keep(self, scope: Scope) -> None:
        state = scope["state"]
        found: SignedIn = state[SIGNED_IN]
        waiting = () if state.get(SHOWN) else found.said
        said = waiting + tuple(state.pop(SAID, ()))
        if said != found.said or found.is_due_for_renewal(self.clock.now()):
            await sync_to_thread(self._write, found, said)

    def _write(self, found: SignedIn, said: tuple[str, ...]) -> None:
        with self.database.writing() as session:
            keep(session, found, said=said, now=self.clock.now())


OPAQUE_ORIGIN = "null"
"""What a browser names as the origin of a page that lets nobody know where it is."""


def comes_from_another_site(request: Request[Any, Any, Any], public_url: str) -> bool:
    """Whether a request that would change something was sent from somebody else's page.

    Fetch metadata and Origin must both be ours where the browser sends them; the form's own token
    is checked besides. The Host header is believed on this machine only, where a tunnel or another
    name of it may lead: elsewhere a name that somebody else chose must not pass for ours. Our own
    pages send no referrer, and browsers then call their origin "null": the fetch metadata decides.
    """
    if request.method in SAFE_METHODS:
        return False
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in OUR_OWN_SITE:
        return True
    origin = request.headers.get("origin")
    if origin is None or origin == public_url:
        return False
    if origin == OPAQUE_ORIGIN:
        return site != "same-origin"
    host = request.headers.get("host", "")
    return urlsplit(origin).hostname not in LOOPBACK or origin != f"http://{host}"


def address_of(request: Request[Any, Any, Any], trusted: Sequence[Network]) -> str:
    """The network address a request was made from, for counting refusals.

    Behind proxies that the operator named, it is the last address of X-Forwarded-For that is not
    one of theirs: whatever stands further left was written by the visitor. Empty when unknown.
    """
    address = request.client.host if request.client else ""
    named = ",".join(request.headers.getall("x-forwarded-for", [])).split(",")
    while named and _is_within(address, trusted):
        before = named.pop().strip()
        if _read_address(before) is None:
            break
        address = before
    return address


def _is_within(address: str, networks: Sequence[Network]) -> bool:
    found = _read_address(address)
    return found is not None and any(found in network for network in networks)


def _read_address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def page_nonce(request: Request[Any, Any, Any]) -> str:
    """The nonce of the layout's one inline script, made when a page is made."""
    nonce: str = request.scope["state"].setdefault("rj_nonce", new_reference("n", 24))
    return nonce


def security_headers(*, is_https: bool) -> Callable[[Message, Scope], Any]:
    """Adds to every answer, errors included: what the browser may load, and what it may keep."""

    async def add(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        headers = MutableScopeHeaders.from_message(message)
        for name, value in SECURITY_HEADERS.items():
            headers.setdefault(name, value)
        nonce = scope["state"].get("rj_nonce") if "state" in scope else None
        scripts = f"'self' 'nonce-{nonce}'" if nonce else "'self'"
        headers.setdefault(
            "Content-Security-Policy",
            f"default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' data:; "
            "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
            "base-uri 'none'",
        )
        if is_https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if "cache-control" not in headers:
            headers["Cache-Control"] = "no-store"

    return add
