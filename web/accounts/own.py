"""One's own account: password, authenticator app, and where one is signed in."""

from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Request, get, post
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from rj.accounts import second_factor, services
from rj.accounts.keys import AccountKeys
from rj.accounts.queries import get_account
from rj.accounts.sessions import end_own_session, end_session, end_sessions
from rj.accounts.unsent import forget_unsent
from rj.audit.services import Actor, note
from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.kernel.errors import FieldProblem, Invalid
from rj.settings import Settings
from web.accounts import pages
from web.accounts.controllers import recovery_page, set_up_page
from web.accounts.forms import CodeForm, ConfirmForm, NewAppForm, PasswordForm
from web.accounts.steps import STEP, Step, begin_step, find_step, forget_cookie, hand_over
from web.forms import Entered, Problems, read
from web.given import Given
from web.guards import signed_in
from web.pages import page, see
from web.people import Person, Visitor
from web.unsent import within
from web.visits import confirm_session, renew_identifier, say

ACCOUNT = "/account"
SET_UP = "/account/app"


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
            forget_unsent(session, person.account_id)
            actor = actor_of(person)
            note(session, actor, "signed out", "account", person.account_id, now=clock.now())
        answer = see("/sign-in")
        answer.set_cookie(forget_cookie("rj_session", settings))
        return answer

    @get(ACCOUNT, sync_to_thread=True)
    def show(self, request: Visitor, database: Given[Database], clock: Given[Clock]) -> Template:
        """Who one is here, and where one is signed in."""
        return _own_page(request, database, clock)

    @get(f"{ACCOUNT}/stay", sync_to_thread=False, media_type="text/plain")
    def stay(self) -> str:
        """Answer a page that asks for no more than that its session stays open."""
        return "open"

    @post(f"{ACCOUNT}/sessions", sync_to_thread=True)
    def end_session(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        entered: Given[Entered],
    ) -> Redirect:
        """End one of one's own sessions, or all but this one when none is named."""
        person = request.user
        wanted = entered.text("session")
        with database.writing() as session:
            if wanted:
                end_own_session(session, person.account_id, wanted)
            else:
                end_sessions(session, person.account_id, but=person.session_id)
            actor = actor_of(person)
            note(session, actor, "sessions ended", "account", person.account_id, now=clock.now())
        say(request, "Signed out there" if wanted else "You are signed in here only")
        return see(ACCOUNT)

    @get(f"{ACCOUNT}/password", sync_to_thread=False)
    def ask_password(self, request: Visitor) -> Template:
        """Ask for the old password and a new one."""
        return _password_page(request)

    @post(f"{ACCOUNT}/password", sync_to_thread=True)
    def change_password(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        settings: Given[Settings],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Change it, end every other session of the account, and rename this one."""
        person = request.user
        try:
            form = read(PasswordForm, entered)
            if form.wanted != form.again:
                raise Invalid(FieldProblem("again", "The two new passwords are not the same"))
            services.confirm_password(
                database,
                person.account_id,
                entered.text("current"),
                field="current",
                now=clock.now(),
            )
            with database.writing() as session:
                services.change_password(
                    session,
                    person.account_id,
                    current=entered.text("current"),
                    wanted=entered.text("wanted"),
                    kept_session=person.session_id,
                    actor=actor_of(person),
                    now=clock.now(),
                )
                renewed = renew_identifier(request, session, settings)
        except Invalid as invalid:
            return _password_page(request, Problems(invalid.problems))
        say(request, "Your password was changed")
        answer = see("/")
        answer.set_cookie(renewed)
        return answer

    @get(f"{ACCOUNT}/confirm", sync_to_thread=True)
    def ask_again(
        self, request: Visitor, database: Given[Database], then: FromQuery[str] = "/"
    ) -> Template:
        """Ask for the password once more before something sealed is opened."""
        return _confirm_page(request, database, Entered.of(then=within(then)))

    @post(f"{ACCOUNT}/confirm", sync_to_thread=True)
    def confirm(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        settings: Given[Settings],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Go on to what was to be opened."""
        now = clock.now()
        try:
            read(ConfirmForm, entered)
            typed = entered.text("current")
            services.confirm_password(
                database, request.user.account_id, typed, field="current", now=now
            )
        except Invalid as invalid:
            return _confirm_page(request, database, entered, Problems(invalid.problems))
        with database.writing() as session:
            confirm_session(request, session, now=now)
            renewed = renew_identifier(request, session, settings)
        answer = see(within(entered.text("then")))
        answer.set_cookie(renewed)
        return answer

    @get(SET_UP, sync_to_thread=True)
    def ask_set_up(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        settings: Given[Settings],
        keys: Given[AccountKeys],
    ) -> Template:
        """Offer a fresh secret to an app, in place of the one there may be."""
        with database.reading() as session:
            account = get_account(session, request.user.account_id)
        step = begin_step(account, keys, secret=second_factor.new_secret(), then=ACCOUNT)
        answer = set_up_page(request, step, account, action=SET_UP)
        hand_over(answer, step, settings, keys, now=clock.now())
        return answer

    @post(SET_UP, sync_to_thread=True)
    def set_up(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        settings: Given[Settings],
        keys: Given[AccountKeys],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Ask this app from now on; every other session ends."""
        person, now = request.user, clock.now()
        with database.reading() as session:
            found = find_step(request, session, settings, keys, now=now)
        if found is None or found[0].account_id != person.account_id or not found[0].secret:
            return see(SET_UP)
        step, account = found
        try:
            if account.password_hash:
                read(NewAppForm, entered)
                services.confirm_password(
                    database, account.id, entered.text("current"), field="current", now=now
                )
            codes = _set_up(database, keys, person, step, read(CodeForm, entered).code, clock)
        except Invalid as invalid:
            problems = Problems(invalid.problems)
            return set_up_page(request, step, account, action=SET_UP, problems=problems)
        answer = recovery_page(request, codes, goes_on=ACCOUNT)
        with database.writing() as session:
            answer.set_cookie(renew_identifier(request, session, settings))
        answer.set_cookie(forget_cookie(STEP, settings))
        return answer

    @post(f"{ACCOUNT}/recovery-codes", sync_to_thread=True)
    def draw_codes(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        keys: Given[AccountKeys],
        entered: Given[Entered],
    ) -> Template:
        """Ten fresh recovery codes for who has the app; those before work no longer."""
        person, now = request.user, clock.now()
        try:
            code = read(CodeForm, entered).code
            second_factor.check_code(database, keys, person.account_id, code, now=now)
        except Invalid as invalid:
            return _own_page(request, database, clock, Problems(invalid.problems))
        with database.writing() as session:
            codes = second_factor.draw_recovery_codes(
                session, keys, person.account_id, actor=actor_of(person), now=now
            )
        return recovery_page(request, codes, goes_on=ACCOUNT)


def actor_of(person: Person) -> Actor:
    """Somebody acting for themselves, in no role."""
    return Actor(person.account_id, request_id=person.request_id)


def _set_up(
    database: Database, keys: AccountKeys, person: Person, step: Step, code: str, clock: Clock
) -> tuple[str, ...]:
    with database.writing() as session:
        codes = second_factor.set_up(
            session,
            keys,
            person.account_id,
            step.secret,
            code,
            is_first=False,
            actor=actor_of(person),
            now=clock.now(),
        )
        end_sessions(session, person.account_id, but=person.session_id)
        return codes


def _confirm_page(
    request: Visitor, database: Database, entered: Entered, problems: Problems | None = None
) -> Template:
    with database.reading() as session:
        has_password = bool(get_account(session, request.user.account_id).password_hash)
    return page(
        request,
        "accounts/confirm.html",
        title="Is it still you?",
        status_code=422 if problems else 200,
        has_password=has_password,
        again=f"/sign-in/organisation?{urlencode({'again': 'yes', 'then': entered.text('then')})}",
        entered=entered,
        problems=problems or Problems(),
    )


def _own_page(
    request: Visitor, database: Database, clock: Clock, problems: Problems | None = None
) -> Template:
    person = request.user
    with database.reading() as session:
        shown = pages.own_account(session, person.account_id, person.session_id, now=clock.now())
    return page(
        request,
        "accounts/own.html",
        title="Your account",
        status_code=422 if problems else 200,
        shown=shown,
        problems=problems or Problems(),
    )


def _password_page(request: Request[Any, Any, Any], problems: Problems | None = None) -> Template:
    return page(
        request,
        "accounts/password.html",
        title="Change your password",
        status_code=422 if problems else 200,
        problems=problems or Problems(),
    )
