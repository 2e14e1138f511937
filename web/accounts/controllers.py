"""Signing in: name and password, then the code of an authenticator app."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from rj.accounts import second_factor
from rj.accounts.keys import AccountKeys
from rj.accounts.models import Account
from rj.accounts.queries import get_account
from rj.accounts.services import check_password
from rj.audit.services import Actor
from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.kernel.errors import Invalid
from rj.settings import Settings
from web.accounts import pages
from web.accounts.forms import CodeForm, SignInForm
from web.accounts.steps import Step, begin_step, find_step, hand_over, let_in
from web.forms import Entered, Problems, read
from web.given import Given
from web.guards import public
from web.pages import page, see
from web.people import AnyVisitor
from web.visits import address_of, request_reference


class SignInPages(Controller):
    """The way in."""

    path = "/sign-in"
    guards = (public,)

    @get(sync_to_thread=False)
    def ask(self, request: AnyVisitor, then: FromQuery[str] = "/") -> Template | Redirect:
        """Ask for name and password; somebody already signed in goes on."""
        if request.user is not None:
            return see(within(then))
        return _sign_in_page(request, Entered.of(then=then))

    @post(sync_to_thread=True)
    def sign_in(
        self,
        request: AnyVisitor,
        database: Given[Database],
        clock: Given[Clock],
        settings: Given[Settings],
        keys: Given[AccountKeys],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Let somebody in, or on to the code where one is asked for."""
        now = clock.now()
        then = within(entered.text("then"))
        try:
            form = read(SignInForm, entered)
            account_id = check_password(
                database,
                email=form.email,
                password=entered.text("password"),
                address=address_of(request, settings.trusted_proxies),
                now=now,
            )
        except Invalid as invalid:
            return _sign_in_page(request, entered, Problems(invalid.problems))
        with database.reading() as session:
            account = get_account(session, account_id)
        if account.second_factor is None and not settings.asks_second_factor:
            answer = see(then)
            let_in(request, database, settings, answer, account_id, now=now)
            return answer
        is_new = account.second_factor is None
        secret = second_factor.new_secret() if is_new else ""
        answer = see("/sign-in/set-up" if is_new else "/sign-in/code")
        hand_over(
            answer, begin_step(account, keys, secret=secret, then=then), settings, keys, now=now
        )
        return answer

    @get("/code", sync_to_thread=True)
    def ask_code(
        self,
        request: AnyVisitor,
        database: Given[Database],
        clock: Given[Clock],
        settings: Given[Settings],
        keys: Given[AccountKeys],
    ) -> Template | Redirect:
        """Ask for the code of the app."""
        with database.reading() as session:
            found = find_step(request, session, settings, keys, now=clock.now())
        return _code_page(request) if found and not found[0].secret else see("/sign-in")

    @post("/code", sync_to_thread=True)
    def take_code(
        self,
        request: AnyVisitor,
        database: Given[Database],
        clock: Given[Clock],
        settings: Given[Settings],
        keys: Given[AccountKeys],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Let in whoever has the app, or the paper."""
        now = clock.now()
        with database.reading() as session:
            found = find_step(request, session, settings, keys, now=now)
        if found is None or found[0].secret:
            return see("/sign-in")
        step, account = found
        try:
            second_factor.check_code(
                database, keys, account.id, read(CodeForm, entered).code, now=now
            )
        except Invalid as invalid:
            return _code_page(request, Problems(invalid.problems))
        answer = see(step.then)
        let_in(request, database, settings, answer, account.id, now=now)
        return answer

    @get("/set-up", sync_to_thread=True)
    def ask_set_up(
        self,
        request: AnyVisitor,
        database: Given[Database],
        clock: Given[Clock],
        settings: Given[Settings],
        keys: Given[AccountKeys],
    ) -> Template | Redirect:
        """Show what the app reads, and ask for its first code."""
        with database.reading() as session:
            found = _to_set_up(request, session, settings, keys, clock)
        return set_up_page(request, *found, action="/sign-in/set-up") if found else see("/sign-in")

    @post("/set-up", sync_to_thread=True)
    def set_up(
        self,
        request: AnyVisitor,
        database: Given[Database],
        clock: Given[Clock],
        settings: Given[Settings],
        keys: Given[AccountKeys],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Keep the app's secret, let its owner in, and show the recovery codes once."""
        now = clock.now()
        with database.reading() as session:
            found = _to_set_up(request, session, settings, keys, clock)
        if found is None:
            return see("/sign-in")
        step, account = found
        try:
            code = read(CodeForm, entered).code
            with database.writing() as session:
                codes = second_factor.set_up(
                    session,
                    keys,
                    account.id,
                    step.secret,
                    code,
                    actor=Actor(account.id, request_id=request_reference(request)),
                    now=now,
                )
        except Invalid as invalid:
            problems = Problems(invalid.problems)
            return set_up_page(request, step, account, action="/sign-in/set-up", problems=problems)
        answer = recovery_page(request, codes, goes_on=step.then)
        let_in(request, database, settings, answer, account.id, now=now)
        return answer


def within(path: str) -> str:
    """The address to go to after signing in: within this site, or the front door."""
    is_ours = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if is_ours and path.isprintable() else "/"


def set_up_page(
    request: Request[Any, Any, Any],
    step: Step,
    account: Account,
    *,
    action: str,
    problems: Problems | None = None,
) -> Template:
    """What an app reads, and the field for its first code."""
    return page(
        request,
        "accounts/set_up.html",
        title="Set up your authenticator app",
        status_code=422 if problems else 200,
        app=pages.app_to_set_up(step.secret, account.email),
        action=action,
        asks_password=request.user is not None and bool(account.password_hash),
        problems=problems or Problems(),
    )


def recovery_page(
    request: Request[Any, Any, Any], codes: tuple[str, ...], *, goes_on: str
) -> Template:
    """The recovery codes, shown this once."""
    return page(
        request, "accounts/recovery.html", title="Recovery codes", codes=codes, goes_on=goes_on
    )


def _to_set_up(
    request: Request[Any, Any, Any],
    session: Any,
    settings: Settings,
    keys: AccountKeys,
    clock: Clock,
) -> tuple[Step, Account] | None:
    """The step of somebody who has no app yet: whoever has one cannot replace it here."""
    found = find_step(request, session, settings, keys, now=clock.now())
    if found is None or not found[0].secret or found[1].second_factor is not None:
        return None
    return found


def _sign_in_page(
    request: Request[Any, Any, Any], entered: Entered, problems: Problems | None = None
) -> Template:
    return page(
        request,
        "accounts/sign_in.html",
        title="Sign in",
        status_code=422 if problems else 200,
        entered=entered,
        problems=problems or Problems(),
    )


def _code_page(request: Request[Any, Any, Any], problems: Problems | None = None) -> Template:
    return page(
        request,
        "accounts/code.html",
        title="Enter your code",
        status_code=422 if problems else 200,
        problems=problems or Problems(),
    )
