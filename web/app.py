"""The site: how its parts are put together, and the pattern each page follows.

**A room per subject.** ``web/<room>/controllers.py`` reads, calls one service and answers;
``forms.py`` holds its forms, ``pages.py`` its page objects and the words on them, tested without
HTML. Templates lie in ``web/templates/<room>/``. A new room adds its controllers to CONTROLLERS
below and, where it deserves one, an entry to ``web/navigation.py``.

**Every route says who may use it**: ``guards=[needs(Role.COORDINATOR)]``, ``signed_in`` or
``public``, on the handler or its controller. The site does not start otherwise. A role opens a
function; which records it opens is asked in the handler or service, by area or by case, and a
record that is not yours is ``NotFound``, just like one that is not there.

**A page**::

    class MeetingPages(Controller):
        path = "/meetings"
        guards = (needs(Role.COORDINATOR),)

        @get("/{meeting_id:uuid}", sync_to_thread=True)
        def show(
            self,
            request: Visitor,
            database: Given[Database],
            clock: Given[Clock],
            meeting_id: FromPath[UUID],
        ) -> Template:
            with database.reading() as session:
                shown = pages.meeting_page(session, meeting_id, request.user, clock.today())
            return page(request, "meetings/show.html", title="Meeting", shown=shown)

Handlers are ``def`` with ``sync_to_thread=True`` and open their own session in a ``with`` block.
Templates are written after it closed: hand them dataclasses of plain values, never records.
``request.user`` is the Person: ``.areas(Role.COORDINATOR)``, ``.actor(Role.COORDINATOR)``.

**A form** (see ``web/forms.py``)::

        @post("/{meeting_id:uuid}/cancel", sync_to_thread=True)
        def cancel(self, request: Visitor, database: ..., clock: ..., teller: Given[Tell],
                   meeting_id: FromPath[UUID], entered: Given[Entered],
        ) -> Template | Redirect:
            try:
                form = read(CancelForm, entered)
                with database.writing() as session:
                    services.cancel_meeting(session, meeting_id, based_on=entered.based_on, ...)
            except Invalid as invalid:
                return self._ask(request, ..., problems=Problems(invalid.problems), entered=entered)
            say(request, "The meeting was cancelled")
            return see(f"/meetings/{meeting_id}")

The form's template begins with ``{% include "includes/form_controls.html" %}``, which carries the
CSRF token, the form key and, when the page has a ``based_on``, the version that is being edited.
``_ask`` renders the same template with ``status_code=422 if problems else 200``. A POST that
creates something runs inside ``once(database, entered, person, act, now=...)``: a double click
acts once. A ``Conflict`` needs no handling: it becomes a 409 page; to show both versions side by
side, catch it and call ``page(request, "changed.html", status_code=409, differences=...)``.

**What handlers may ask for**: ``database``, ``clock``, ``settings``, ``seal``, ``keys`` (of
accounts), ``teller``, ``entered`` (the form), and whatever else is handed to
``create_app(extras=...)``.
"""

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader
from litestar import Litestar, Router
from litestar.concurrency import set_asyncio_executor
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import CacheControlHeader
from litestar.di import Provide
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.static_files import create_static_files_router
from litestar.template.config import TemplateConfig
from litestar.types import ControllerRouterHandler

from rj.accounts.keys import AccountKeys
from rj.accounts.single_sign_on import roles_of_groups
from rj.conferences.telling import Tell
from rj.db.database import POOL_SIZE, Database
from rj.kernel.clock import Clock
from rj.parties.sealing import Seal
from rj.settings import Settings
from web.accounts.controllers import ForgottenPages, SignInPages, WelcomePages
from web.accounts.organisation import WHERE_BACK, OrganisationPages
from web.accounts.own import AccountPages
from web.accounts.provider import Provider
from web.admin.controllers import AccountsPages, MailPages, ProblemPages
from web.audit.controllers import AuditSearch, CaseLooks
from web.bodies import SiteRequest
from web.compartments.controllers import (
    EmergencyPages,
    LimitPages,
    ReleasedPages,
    ReleasePages,
)
from web.errors import EXCEPTION_HANDLERS
from web.facilitators.aftercare import Aftercare, MyAftercare
from web.facilitators.calendar import MyCalendar
from web.facilitators.conflicts import Background
from web.facilitators.controllers import MyCases, MyMeetings
from web.facilitators.own_time import MyTime
from web.facilitators.recording import FacilitatorRecords
from web.facilitators.register import Register
from web.feeds.controllers import FeedPages
from web.forms import provide_entered
from web.guards import public, refuse_undeclared
from web.home.controllers import TodayPages
from web.keeping.controllers import KeepingPages
from web.liaison.controllers import LiaisonPages, PersonPages
from web.liaison.lifting import LiftPages
from web.liaison.telling import LiaisonMessages
from web.meetings.controllers import MeetingPages
from web.orders.changing import Changes
from web.orders.clock_changes import ClockPages
from web.orders.controllers import OrderActs, OrderPages
from web.orders.deciding import Decisions
from web.orders.ending import Endings
from web.orders.hand_over import HandOverPages, MyHandOver
from web.orders.linking import Links
from web.orders.people import ReachPages
from web.orders.recording import Recording
from web.planning.controllers import CasePages, PlanningPages
from web.planning.holds import HoldPages
from web.planning.mending import MendingPages
from web.planning.what_if import WhatIfPages
from web.planning.why import WhyPages
from web.reports.controllers import ReportPages
from web.rules.controllers import AreaRulesPages, CourtWordsPages, OffencePages
from web.site.controllers import FrontDoor, Health, no_such_page, robots
from web.venues.closings import RoomClosings
from web.venues.controllers import VenuePages
from web.visits import Visits, cookie_name, security_headers
from web.week.controllers import WeekPages

FOLDER = Path(__file__).parent
TEMPLATES = FOLDER / "templates"
STATIC = FOLDER / "static"

LARGEST_BODY = 1_000_000
"""Octets of a request, except where a handler that takes files says otherwise."""
MOST_PARTS = 500
"""Fields of one form."""
AN_HOUR = 3600
"""Seconds a browser keeps a style sheet or script without asking again."""

THREADS = ThreadPoolExecutor(POOL_SIZE, thread_name_prefix="page")
"""As many as a database keeps connections, so that no page waits for one."""

CONTROLLERS: tuple[ControllerRouterHandler, ...] = (
    FrontDoor,
    Health,
    SignInPages,
    ForgottenPages,
    OrganisationPages,
    WelcomePages,
    AccountPages,
    TodayPages,
    OrderPages,
    Changes,
    Endings,
    Links,
    OrderActs,
    ClockPages,
    HandOverPages,
    MyHandOver,
    MyAftercare,
    Aftercare,
    Recording,
    PlanningPages,
    MendingPages,
    WhatIfPages,
    HoldPages,
    WhyPages,
    CasePages,
    MeetingPages,
    WeekPages,
    ReachPages,
    Decisions,
    MyMeetings,
    MyCases,
    MyCalendar,
    MyTime,
    Register,
    FacilitatorRecords,
    Background,
    VenuePages,
    RoomClosings,
    LiaisonPages,
    LiftPages,
    PersonPages,
    LiaisonMessages,
    AccountsPages,
    KeepingPages,
    ProblemPages,
    MailPages,
    AuditSearch,
    CaseLooks,
    ReleasePages,
    ReleasedPages,
    EmergencyPages,
    LimitPages,
    ReportPages,
    AreaRulesPages,
    OffencePages,
    CourtWordsPages,
    FeedPages,
    robots,
)
"""Every room's pages."""


def create_app(
    settings: Settings,
    database: Database,
    clock: Clock,
    seal: Seal,
    teller: Tell,
    *,
    controllers: Sequence[ControllerRouterHandler] = (),
    extras: Mapping[str, Any] | None = None,
) -> Litestar:
    """The site over one database.

    ``controllers`` are further pages, such as the demo's, and ``extras`` further things that
    handlers may ask for by name. Raises ImproperlyConfiguredException when a route does not say
    who may use it.
    """
    set_asyncio_executor(THREADS)
    given = {
        "settings": settings,
        "database": database,
        "clock": clock,
        "seal": seal,
        "teller": teller,
        "keys": AccountKeys(settings.seal_key),
        "provider": Provider(settings.oidc, settings.public_url + WHERE_BACK),
        "groups": roles_of_groups(settings.oidc.roles),
        **(extras or {}),
    }
    app = Litestar(
        route_handlers=[
            *CONTROLLERS,
            *controllers,
            static_files(),
            no_such_page,
        ],
        dependencies={
            **{
                name: Provide(_giving(thing), sync_to_thread=False) for name, thing in given.items()
            },
            "entered": Provide(provide_entered),
        },
        middleware=[visits(settings, database, clock, given["keys"])],
        csrf_config=forms_are_ours(settings),
        template_config=TemplateConfig(instance=template_engine(is_demo=settings.is_demo)),
        exception_handlers=EXCEPTION_HANDLERS,
        before_send=[security_headers(is_https=settings.is_https)],
        request_class=SiteRequest,
        request_max_body_size=LARGEST_BODY,
        multipart_form_part_limit=MOST_PARTS,
        openapi_config=None,
        logging_config=None,  # the framework's would log addresses it met; ours names identifiers
    )
    refuse_undeclared(app)
    return app


def static_files() -> Router:
    """The built styles and scripts, for anybody."""
    STATIC.mkdir(exist_ok=True)
    return create_static_files_router(
        path="/static",
        directories=[STATIC],
        guards=[public],
        opt={Visits.exclude_opt_key: True},
        cache_control=CacheControlHeader(max_age=AN_HOUR, public=True),
    )


def visits(settings: Settings, database: Database, clock: Clock, keys: AccountKeys) -> Visits:
    """What knows the person behind each request, and keeps their session."""
    return Visits(database, clock, keys, public_url=settings.public_url, is_https=settings.is_https)


def forms_are_ours(settings: Settings) -> CSRFConfig:
    """What holds a form to the page that it was opened on."""
    return CSRFConfig(
        secret=settings.session_secret,
        cookie_name=cookie_name("rj_form", is_https=settings.is_https),
        cookie_secure=settings.is_https,
        cookie_httponly=True,
    )


@lru_cache(maxsize=2)
def template_engine(*, is_demo: bool) -> JinjaTemplateEngine:
    """Jinja over our templates and those of GOV.UK Frontend, escaping everything."""
    environment = Environment(
        loader=ChoiceLoader(
            [
                FileSystemLoader(TEMPLATES),
                PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
            ]
        ),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # a site that runs shows the release it was started with
    )
    environment.globals["built"] = _built_names(STATIC)
    environment.globals["is_demo"] = is_demo
    return JinjaTemplateEngine(engine_instance=environment)


def _giving(thing: Any) -> Any:
    def give() -> Any:
        return thing

    return give


def _built_names(folder: Path) -> dict[str, str]:
    """The addresses of the style sheet and script, new whenever their contents are."""
    return {
        name: f"/static/{name}?v={hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
        for name in ("rj.css", "start.js")
        if (path := folder / name).is_file()
    }
