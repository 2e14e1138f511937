"""Signing in with the organisation's account."""

from datetime import UTC, datetime, timedelta

import structlog
from litestar import Controller, get
from litestar.params import FromQuery
from litestar.response import Redirect

from rj.accounts.keys import AccountKeys
from rj.accounts.queries import roles_of
from rj.accounts.single_sign_on import NOT_HERE, RolesOfGroups, account_of, vouched
from rj.audit.services import Actor, note
from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.kernel.errors import NotAllowed, NotFound
from rj.settings import Settings
from web.accounts.provider import Errand, Provider, ProviderFault
from web.accounts.steps import forget_cookie, let_in
from web.given import Given
from web.guards import public
from web.pages import see
from web.people import AnyVisitor
from web.unsent import within
from web.visits import cookie_name, request_reference, secret_cookie

log = structlog.get_logger("web")

ERRAND = "rj_errand"
ERRAND_LASTS = timedelta(minutes=10)
NEVER = datetime(2000, 1, 1, tzinfo=UTC)
"""When somebody proved who they are whom a provider let in without saying when it asked them."""
WHERE_BACK = "/sign-in/organisation/back"


class OrganisationPages(Controller):
    """To the identity provider, and back."""

    path = "/sign-in/organisation"
    guards = (public,)

    @get(sync_to_thread=True)
    def go(
        self,
        request: AnyVisitor,
        clock: Given[Clock],
        settings: Given[Settings],
        keys: Given[AccountKeys],
        provider: Given[Provider],
        then: FromQuery[str] = "/",
        again: FromQuery[str] = "",
    ) -> Redirect:
        """Send the browser to the provider, with what ties the answer to it."""
        if not settings.oidc.issuer:
            raise NotFound("There is no single sign-on")
        errand = Errand.fresh()
        try:
            answer = see(provider.way_there(errand, now=clock.now(), asks_again=bool(again)))
        except ProviderFault as fault:
            return _not_let_in(request, str(fault))
        facts = {
            "state": errand.state,
            "nonce": errand.nonce,
            "verifier": errand.verifier,
            "then": within(then),
            "again": bool(again),
        }
        ticket = keys.ticket(facts, now=clock.now())
        answer.set_cookie(secret_cookie(ERRAND, ticket, is_https=settings.is_https))
        return answer

    @get("/back", sync_to_thread=True)
    def come_back(
        self,
        request: AnyVisitor,
        database: Given[Database],
        clock: Given[Clock],
        settings: Given[Settings],
        keys: Given[AccountKeys],
        provider: Given[Provider],
        groups: Given[RolesOfGroups],
        code: FromQuery[str] = "",
    ) -> Redirect:
        """Let in whom the provider vouches for, where an account is open to them."""
        now = clock.now()
        ticket = request.cookies.get(cookie_name(ERRAND, is_https=settings.is_https), "")
        facts = keys.read_ticket(ticket, lasts=ERRAND_LASTS, now=now)
        if not settings.oidc.issuer or not code or facts is None:
            return _not_let_in(request, "There was no errand of this browser")
        if not facts.get("state") or facts["state"] != request.query_params.get("state"):
            return _not_let_in(request, "The answer does not belong to this browser")
        errand = Errand(facts["state"], facts["nonce"], facts["verifier"])
        try:
            claims = provider.claims(code, errand, now=now)
            who = vouched(claims, role_claim=settings.oidc.role_claim)
            with database.writing() as session:
                account = account_of(session, who, groups, now=now)
                is_open = account.is_active and bool(roles_of(session, account.id))
                if not is_open:
                    actor = Actor(account.id, request_id=request_reference(request))
                    note(session, actor, "sign-in refused", "account", account.id, now=now)
        except (ProviderFault, NotAllowed) as refusal:
            return _not_let_in(request, str(refusal))
        if not is_open:
            return _not_let_in(request, NOT_HERE)
        answer = see(facts["then"])
        proved_at = who.proved_at or (now if facts.get("again") else NEVER)
        let_in(request, database, settings, answer, account.id, now=now, proved_at=proved_at)
        answer.set_cookie(forget_cookie(ERRAND, settings))
        return answer


def _not_let_in(request: AnyVisitor, why: str) -> Redirect:
    """Back to the sign-in page, which says so; the log says why, and names nobody."""
    log.warning("single sign-on refused", why=why, reference=request_reference(request))
    return see("/sign-in?refused=organisation")
