"""The administrator's pages."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.accounts import second_factor, services
from rj.accounts.keys import AccountKeys
from rj.accounts.links import make_link, send_link
from rj.accounts.mails import link_address
from rj.calendars.services import try_again
from rj.compartments.matrix import Thing
from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.kernel.errors import Conflict, Invalid
from rj.policy.terms import Language, Role
from rj.settings import Settings
from web.admin import pages
from web.admin.forms import AccountForm, RolesForm
from web.forms import Entered, Problems, once, read
from web.given import Given
from web.guards import opens
from web.pages import moment_text, page, see
from web.people import Visitor
from web.visits import say
from web.words import choices

ONLY = (opens(Thing.ACCOUNTS),)


class AccountsPages(Controller):
    """People who sign in."""

    path = "/admin/accounts"
    guards = ONLY

    @get(sync_to_thread=True)
    def index(self, request: Visitor, database: Given[Database]) -> Template:
        """Every account by name."""
        with database.reading() as session:
            rows = pages.account_rows(session)
        return page(request, "admin/accounts.html", title="Accounts", rows=rows)

    @get("/new", sync_to_thread=True)
    def ask_new(self, request: Visitor, database: Given[Database]) -> Template:
        """Ask for a new account."""
        return _ask_new(request, database, Entered.of(language=Language.ENGLISH.value))

    @post("/new", sync_to_thread=True)
    def create(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        settings: Given[Settings],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Open it, and mail its holder a link to choose a password."""
        actor, now = request.user.actor(Role.ADMINISTRATOR), clock.now()
        try:
            form = read(AccountForm, entered)
            roles = pages.read_roles(form.roles)

            def act(session: Session) -> str:
                account = services.invite(
                    session,
                    email=form.email,
                    name=form.name,
                    roles=roles,
                    language=form.language,
                    actor=actor,
                    now=now,
                )
                if settings.mail.host:
                    link = make_link(session, account.id, actor=actor, now=now)
                    send_link(session, link, settings.mail, now=now)
                return f"/admin/accounts/{account.id}"

            where = once(database, entered, request.user, act, now=now)
        except Invalid as invalid:
            return _ask_new(request, database, entered, invalid)
        say(
            request,
            "Account opened, and an invitation is on its way to them"
            if settings.mail.host
            else "Account opened. Mail is off: make a link below, and hand it over yourself",
        )
        return see(where)

    @get("/{account_id:uuid}", sync_to_thread=True)
    def show(
        self, request: Visitor, database: Given[Database], account_id: FromPath[UUID]
    ) -> Template:
        """One account."""
        return _show(request, database, account_id)

    @post("/{account_id:uuid}/roles", sync_to_thread=True)
    def set_roles(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        account_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Give it exactly these roles, from its next request on."""
        try:
            roles = pages.read_roles(read(RolesForm, entered).roles)
            with database.writing() as session:
                services.set_roles(
                    session,
                    account_id,
                    roles,
                    based_on=entered.based_on,
                    actor=request.user.actor(Role.ADMINISTRATOR),
                    now=clock.now(),
                )
        except Invalid as invalid:
            return _show(request, database, account_id, entered, invalid)
        say(request, "Roles saved")
        return see(f"/admin/accounts/{account_id}")

    @post("/{account_id:uuid}/link", sync_to_thread=True)
    def make_link(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        settings: Given[Settings],
        keys: Given[AccountKeys],
        account_id: FromPath[UUID],
    ) -> Template | Redirect:
        """Let the person choose a password, by a link: by mail, or shown while mail is off."""
        now = clock.now()
        with database.writing() as session:
            link = make_link(
                session, account_id, actor=request.user.actor(Role.ADMINISTRATOR), now=now
            )
            if settings.mail.host:
                send_link(session, link, settings.mail, now=now)
        if settings.mail.host:
            say(request, "A link to choose a password is on its way to them")
            return see(f"/admin/accounts/{account_id}")
        return page(
            request,
            "admin/link.html",
            title="Link to hand over",
            account_id=account_id,
            address=link_address(settings.public_url, keys, link.id),
            until=moment_text(link.expires_at),
        )

    @post("/{account_id:uuid}/second-factor", sync_to_thread=True)
    def remove_second_factor(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        account_id: FromPath[UUID],
    ) -> Redirect:
        """Have somebody who lost app and paper set up anew; their sessions end."""
        if account_id == request.user.account_id:
            raise Conflict("Set up another app on your own account's page")
        with database.writing() as session:
            actor = request.user.actor(Role.ADMINISTRATOR)
            second_factor.remove(session, account_id, actor=actor, now=clock.now())
        say(request, "They set up an authenticator app when they next sign in")
        return see(f"/admin/accounts/{account_id}")

    @post("/{account_id:uuid}/deactivate", sync_to_thread=True)
    def deactivate(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        account_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Redirect:
        """Close it: its sessions end at once."""
        with database.writing() as session:
            services.deactivate(
                session,
                account_id,
                based_on=entered.based_on,
                actor=request.user.actor(Role.ADMINISTRATOR),
                now=clock.now(),
            )
        say(request, "Account deactivated")
        return see(f"/admin/accounts/{account_id}")

    @post("/{account_id:uuid}/reactivate", sync_to_thread=True)
    def reactivate(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        account_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Redirect:
        """Open it again, with the roles and password it had."""
        with database.writing() as session:
            services.reactivate(
                session,
                account_id,
                based_on=entered.based_on,
                actor=request.user.actor(Role.ADMINISTRATOR),
                now=clock.now(),
            )
        say(request, "Account opened again")
        return see(f"/admin/accounts/{account_id}")


class ProblemPages(Controller):
    """Messages that failed, without what they say or to whom they go."""

    path = "/admin/problems"
    guards = ONLY

    @get(sync_to_thread=True)
    def index(self, request: Visitor, database: Given[Database]) -> Template:
        """The oldest first."""
        with database.reading() as session:
            rows = pages.failed_rows(session)
        return page(request, "admin/problems.html", title="Failed messages", rows=rows)

    @post("/{message_id:uuid}", sync_to_thread=True)
    def try_again(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        message_id: FromPath[UUID],
    ) -> Redirect:
        """Send one again, the same octets as before."""
        with database.writing() as session:
            actor = request.user.actor(Role.ADMINISTRATOR)
            try_again(session, message_id, actor=actor, now=clock.now())
        say(request, "The message waits to be sent again")
        return see(self.path)


class MailPages(Controller):
    """How messages leave."""

    path = "/admin/mail"
    guards = ONLY

    @get(sync_to_thread=True)
    def show(
        self, request: Visitor, database: Given[Database], settings: Given[Settings]
    ) -> Template:
        """Settings without secrets, and counts."""
        with database.reading() as session:
            shown = pages.mail_page(session, settings)
        return page(request, "admin/mail.html", title="Outgoing mail", shown=shown)


def _ask_new(
    request: Visitor, database: Database, entered: Entered, invalid: Invalid | None = None
) -> Template:
    with database.reading() as session:
        role_choices = pages.role_choices(session)
    return page(
        request,
        "admin/new.html",
        title="New account",
        status_code=422 if invalid else 200,
        entered=entered,
        problems=Problems(invalid.problems) if invalid else Problems(),
        role_choices=role_choices,
        languages=choices(Language),
    )


def _show(
    request: Visitor,
    database: Database,
    account_id: UUID,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
) -> Template:
    with database.reading() as session:
        shown = pages.account_page(session, account_id)
        role_choices = pages.role_choices(session)
    ticked = entered if entered and entered.every("roles") else Entered.of(roles=shown.chosen)
    return page(
        request,
        "admin/account.html",
        title="Account",
        status_code=422 if invalid else 200,
        entered=ticked,
        problems=Problems(invalid.problems) if invalid else Problems(),
        shown=shown,
        role_choices=role_choices,
        is_own=account_id == request.user.account_id,
        based_on=shown.version,
    )
