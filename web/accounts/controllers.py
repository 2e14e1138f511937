"""Signing in: name and password, then the code of an authenticator app."""

from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Request, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from rj.accounts import second_factor
from rj.accounts.keys import AccountKeys
from rj.accounts.links import OpenLink, ask_for_link, choose_password, find_link
from rj.accounts.models import Account
from rj.accounts.queries import get_account
from rj.accounts.services import check_password
from rj.audit.services import Actor
from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.kernel.errors import FieldProblem, Invalid, NotFound
from rj.settings import Settings
from web.accounts import pages
from web.accounts.forms import ChosenPasswordForm, CodeForm, ForgottenForm, SignInForm
from web.accounts.steps import Step, begin_step, find_step, hand_over, let_in
from web.forms import NOTHING, Entered, Problems, read
from web.given import Given
from web.guards import public
from web.pages import page, see
from web.people import AnyVisitor
from web.unsent import KEPT, within
from web.visits import address_of, request_reference

NOT_LET_IN = (
    "Your organisation's account did not let you in. Try again, or ask your service's administrator"
)


class SignInPages(Controller):
    """The way in."""

    path = "/sign-in"
    guards = (public,)

    @get(sync_to_thread=False)
    def ask(
        self,
        request: AnyVisitor,
        settings: Given[Settings],
        then: FromQuery[str] = "/",
        refused: FromQuery[str] = "",
    ) -> Template | Redirect:
        """Ask for name and password; somebody already signed in goes on."""
        if request.user is not None:
            return see(within(then))
        problems = Problems([FieldProblem("", NOT_LET_IN)]) if refused else None
        return _sign_in_page(request, settings, Entered.of(then=then), problems)

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
            return _sign_in_page(request, settings, entered, Problems(invalid.problems))
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
                    is_first=True,
                    actor=Actor(account.id, request_id=request_reference(request)),
                    now=now,
                )
        except Invalid as invalid:
            problems = Problems(invalid.problems)
            return set_up_page(request, step, account, action="/sign-in/set-up", problems=problems)
        answer = recovery_page(request, codes, goes_on=step.then)
        let_in(request, database, settings, answer, account.id, now=now)
        return answer


class ForgottenPages(Controller):
    """For who cannot sign in any more."""

    path = "/sign-in/forgotten"
    guards = (public,)

    @get(sync_to_thread=False)
    def ask(self, request: AnyVisitor, settings: Given[Settings]) -> Template:
        """Ask where to send a link, or say whom to ask while mail is off."""
        return _forgotten_page(request, settings)

    @post(sync_to_thread=True)
    def send(
        self,
        request: AnyVisitor,
        database: Given[Database],
        clock: Given[Clock],
        settings: Given[Settings],
        entered: Given[Entered],
    ) -> Template:
        """Send a link to the account's holder; the answer is the same where there is no account."""
        if not settings.mail.host:
            return _forgotten_page(request, settings)
        try:
            form = read(ForgottenForm, entered)
            with database.writing() as session:
                ask_for_link(
                    session,
                    form.email,
                    address=address_of(request, settings.trusted_proxies),
                    mail=settings.mail,
                    now=clock.now(),
                )
        except Invalid as invalid:
            return _forgotten_page(request, settings, entered, Problems(invalid.problems))
        return page(request, "accounts/link_sent.html", title="Look at your mail")


class WelcomePages(Controller):
    """Where a link leads: its account's holder chooses a password."""

    path = "/welcome/{token:str}"
    guards = (public,)

    @get(sync_to_thread=True)
    def ask(
        self,
        request: AnyVisitor,
        database: Given[Database],
        clock: Given[Clock],
        keys: Given[AccountKeys],
        token: FromPath[str],
    ) -> Template:
        """Ask for a password. Looking uses nothing up: mail programs open links, too."""
        with database.reading() as session:
            found = find_link(session, keys, token, now=clock.now())
        return _welcome_page(request, found)

    @post(sync_to_thread=True)
    def choose(
        self,
        request: AnyVisitor,
        database: Given[Database],
        clock: Given[Clock],
        keys: Given[AccountKeys],
        token: FromPath[str],
        entered: Given[Entered],
    ) -> Template:
        """Keep the password and use the link up; signing in comes next, with all it asks."""
        now = clock.now()
        try:
            form = read(ChosenPasswordForm, entered)
            if form.wanted != form.again:
                raise Invalid(FieldProblem("again", "The two passwords are not the same"))
            with database.writing() as session:
                actor = Actor(request_id=request_reference(request))
                wanted = entered.text("wanted")
                choose_password(session, keys, token, wanted, actor=actor, now=now)
        except NotFound:
            return _welcome_page(request, None)
        except Invalid as invalid:
            with database.reading() as session:
                found = find_link(session, keys, token, now=now)
            return _welcome_page(request, found, Problems(invalid.problems))
        return page(request, "accounts/password_chosen.html", title="Your password is set")


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
    request: Request[Any, Any, Any],
    settings: Settings,
    entered: Entered,
    problems: Problems | None = None,
) -> Template:
    return page(
        request,
        "accounts/sign_in.html",
        title="Sign in",
        status_code=422 if problems else 200,
        has_single_sign_on=bool(settings.oidc.issuer),
        organisation=f"/sign-in/organisation?{urlencode({'then': entered.text('then')})}",
        is_kept=f"{KEPT}=" in entered.text("then"),
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


def _forgotten_page(
    request: Request[Any, Any, Any],
    settings: Settings,
    entered: Entered = NOTHING,
    problems: Problems | None = None,
) -> Template:
    return page(
        request,
        "accounts/forgotten.html",
        title="Choose a new password",
        status_code=422 if problems else 200,
        is_mail_on=bool(settings.mail.host),
        entered=entered,
        problems=problems or Problems(),
    )


def _welcome_page(
    request: Request[Any, Any, Any], found: OpenLink | None, problems: Problems | None = None
) -> Template:
    if found is None:
        return page(
            request, "accounts/link_over.html", title="This link works no longer", status_code=404
        )
    return page(
        request,
        "accounts/welcome.html",
        title="Choose your password",
        status_code=422 if problems else 200,
        email=found.email,
        problems=problems or Problems(),
    )
