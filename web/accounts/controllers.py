"""Signing in and out, and one's own password."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from rj.accounts import services
from rj.accounts.forms_handled import forget_old_forms
from rj.accounts.sessions import delete_ended_sessions, end_session, open_session
from rj.audit.services import Actor, note
from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.kernel.errors import FieldProblem, Invalid
from rj.settings import Settings
from web.accounts.forms import PasswordForm, SignInForm
from web.forms import Entered, Problems, read
from web.given import Given
from web.guards import public, signed_in
from web.pages import page, see
from web.people import AnyVisitor, Visitor
from web.visits import address_of, say, session_cookie


class SignInPages(Controller):
    """The way in."""

    path = "/sign-in"
    guards = (public,)

    @get(sync_to_thread=False)
    def ask(self, request: AnyVisitor, then: FromQuery[str] = "/") -> Template | Redirect:
        """Ask for name and password; somebody already signed in goes on."""
        if request.user is not None:
            return see(_within(then))
        return _sign_in_page(request, Entered.of(then=then))

    @post(sync_to_thread=True)
    def sign_in(
        self,
        request: AnyVisitor,
        database: Given[Database],
        clock: Given[Clock],
        settings: Given[Settings],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Begin a session under a new identifier, and end the one the browser may have had."""
        now = clock.now()
        try:
            form = read(SignInForm, entered)
            account_id = services.sign_in(
                database,
                email=form.email,
                password=entered.text("password"),
                address=address_of(request, settings.trusted_proxies),
                now=now,
            )
        except Invalid as invalid:
            return _sign_in_page(request, entered, Problems(invalid.problems))
        with database.writing() as session:
            if request.user is not None:
                end_session(session, request.user.session_id)
            delete_ended_sessions(session, now=now)
            forget_old_forms(session, now=now)
            token = open_session(session, account_id, now=now)
        answer = see(_within(entered.text("then")))
        answer.set_cookie(session_cookie(token, is_https=settings.is_https))
        return answer


class AccountPages(Controller):
    """One's own account."""

    guards = (signed_in,)

    @post("/sign-out", sync_to_thread=True)
    def sign_out(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        settings: Given[Settings],
    ) -> Redirect:
        """End the session on the server and in the browser."""
        person = request.user
        with database.writing() as session:
            end_session(session, person.session_id)
            actor = Actor(person.account_id, request_id=person.request_id)
            note(session, actor, "signed out", "account", person.account_id, now=clock.now())
        answer = see("/sign-in")
        gone = session_cookie("", is_https=settings.is_https)
        gone.max_age = 0
        answer.set_cookie(gone)
        return answer

    @get("/account/password", sync_to_thread=False)
    def ask_password(self, request: Visitor) -> Template:
        """Ask for the old password and a new one."""
        return _password_page(request)

    @post("/account/password", sync_to_thread=True)
    def change_password(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Change it, and end every other session of the account."""
        person = request.user
        try:
            form = read(PasswordForm, entered)
            if form.wanted != form.again:
                raise Invalid(FieldProblem("again", "The two new passwords are not the same"))
            with database.writing() as session:
                services.change_password(
                    session,
                    person.account_id,
                    current=entered.text("current"),
                    wanted=entered.text("wanted"),
                    kept_session=person.session_id,
                    actor=Actor(person.account_id, request_id=person.request_id),
                    now=clock.now(),
                )
        except Invalid as invalid:
            return _password_page(request, Problems(invalid.problems))
        say(request, "Your password was changed")
        return see("/")


def _within(path: str) -> str:
    """The address to go to after signing in: within this site, or the front door."""
    is_ours = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if is_ours and path.isprintable() else "/"


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


def _password_page(request: Visitor, problems: Problems | None = None) -> Template:
    return page(
        request,
        "accounts/password.html",
        title="Change your password",
        status_code=422 if problems else 200,
        problems=problems or Problems(),
    )
