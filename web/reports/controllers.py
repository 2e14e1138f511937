"""The report writer's site: checks of their own, each answered from whatever is known."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.audit.services import note
from rj.compartments.matrix import Action, Thing
from rj.compartments.permission import may
from rj.conferences.provisional import hold_of_check, release_hold
from rj.db.database import Database
from rj.intake.rules import home_office_code
from rj.kernel.clock import Clock
from rj.kernel.errors import FieldProblem, Invalid, NotFound
from rj.orders.models import OffenceCourtCode
from rj.policy.terms import Role
from rj.scheduling.arrangements import NoLongerFree, Shown, confirm, what_can_be_delivered
from rj.suitability import services
from rj.suitability.checking import Result
from rj.suitability.models import SuitabilityCheck
from rj.suitability.queries import answer_to, get_check
from rj.suitability.services import CheckEntry
from web.forms import NO_PROBLEMS, Entered, Problems, once, read
from web.given import Given
from web.guards import needs
from web.pages import page, see
from web.people import Person, Visitor
from web.reports import pages
from web.reports.forms import CheckForm, ConfirmForm, check_entered
from web.visits import say


class ReportPages(Controller):
    """Checks of whether restorative justice suits a case."""

    path = "/reports"
    guards = (needs(Role.REPORT_WRITER),)

    @get(sync_to_thread=True)
    def index(self, request: Visitor, database: Given[Database]) -> Template:
        """The writer's own checks."""
        with database.reading() as session:
            rows = pages.check_list(session, request.user)
        return page(request, "reports/list.html", title="Reports", rows=rows)

    @get("/checks/new", sync_to_thread=True)
    def ask(self, request: Visitor, database: Given[Database]) -> Template:
        """An empty check."""
        return _form(request, database)

    @post("/checks/new", sync_to_thread=True)
    def start(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Answer from what is known, and keep it."""
        person = request.user

        def act(session: Session) -> str:
            found = services.start_check(
                session,
                _entry(session, person, entered),
                writer_id=person.account_id,
                actor=person.actor(Role.REPORT_WRITER),
                now=clock.now(),
            )
            return f"/reports/checks/{found.id}#answer"

        try:
            where = once(database, entered, person, act, now=clock.now())
        except Invalid as invalid:
            return _form(request, database, entered, invalid)
        return see(where)

    @get("/checks/{check_id:uuid}", sync_to_thread=True)
    def show(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        check_id: FromPath[UUID],
    ) -> Template:
        """One check, its answer beside its facts. The view is noted in the audit."""
        with database.writing() as session:
            _viewed(session, request.user, check_id, clock)
        return _show(request, database, clock, check_id)

    @post("/checks/{check_id:uuid}", sync_to_thread=True)
    def check_again(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        check_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Answer anew from what is known by now."""
        person = request.user
        try:
            with database.writing() as session:
                services.check_again(
                    session,
                    _own(session, person, check_id),
                    _entry(session, person, entered),
                    based_on=entered.based_on,
                    actor=person.actor(Role.REPORT_WRITER),
                    now=clock.now(),
                )
        except Invalid as invalid:
            return _show(request, database, clock, check_id, entered, invalid)
        return see(f"/reports/checks/{check_id}#answer")

    @post("/checks/{check_id:uuid}/hold", sync_to_thread=True)
    def hold(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        check_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Confirm arrangements: hold what the page showed, or show what there is instead."""
        person = request.user
        days = read(ConfirmForm, entered)
        try:

            def act(session: Session) -> str:
                found = _own(session, person, check_id)
                found.refuse_if_changed(entered.based_on, "This check")
                confirm(
                    session,
                    found,
                    Shown(days.contact_on, days.assessment_on),
                    actor=person.actor(Role.REPORT_WRITER),
                    now=clock.now(),
                )
                return f"/reports/checks/{check_id}#delivery"

            where = once(database, entered, person, act, now=clock.now())
        except NoLongerFree as refusal:
            return _show(request, database, clock, check_id, refusal=refusal)
        return see(where)

    @post("/checks/{check_id:uuid}/hold/release", sync_to_thread=True)
    def release(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        check_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Redirect:
        """Give back what is held."""
        person = request.user
        with database.writing() as session:
            found = _own(session, person, check_id)
            hold = hold_of_check(session, found.id)
            if hold is not None:
                release_hold(
                    session,
                    hold.id,
                    based_on=None,
                    actor=person.actor(Role.REPORT_WRITER),
                    now=clock.now(),
                )
        say(request, "Arrangements released")
        return see(f"/reports/checks/{check_id}#delivery")

    @get("/checks/{check_id:uuid}/paragraph", sync_to_thread=True)
    def show_paragraph(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        check_id: FromPath[UUID],
    ) -> Template:
        """The paragraph by itself, to print."""
        with database.writing() as session:
            found = _viewed(session, request.user, check_id, clock)
            shown = pages.paragraphs_shown(session, found, answer_to(session, found))
            heading = pages.print_heading(found)
        return page(
            request,
            "reports/paragraph.html",
            title="Paragraph for the report",
            heading=heading,
            paragraphs=shown,
            back=f"/reports/checks/{check_id}",
        )

    @get("/checks/{check_id:uuid}/discard", sync_to_thread=True)
    def ask_discard(
        self, request: Visitor, database: Given[Database], check_id: FromPath[UUID]
    ) -> Template:
        """Ask once more before a draft is thrown away."""
        with database.reading() as session:
            found = _own(session, request.user, check_id)
            reference, version = found.reference, found.version
        return page(
            request,
            "reports/discard.html",
            title="Discard a check",
            here=f"/reports/checks/{check_id}",
            reference=reference,
            based_on=version,
        )

    @post("/checks/{check_id:uuid}/discard", sync_to_thread=True)
    def discard(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        check_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Redirect:
        """Throw it away for good."""
        person = request.user
        with database.writing() as session:
            services.discard_check(
                session,
                _own(session, person, check_id),
                based_on=entered.based_on,
                actor=person.actor(Role.REPORT_WRITER),
                now=clock.now(),
            )
        say(request, "Check discarded")
        return see("/reports")


def _own(session: Session, person: Person, check_id: UUID) -> SuitabilityCheck:
    """The check, when it is the person's own and they still write reports there. Raises
    NotFound."""
    found = get_check(session, check_id)
    if not may(session, person, Action.READ, Thing.CHECK, found, role=Role.REPORT_WRITER):
        raise NotFound("There is no such check")
    return found


def _viewed(session: Session, person: Person, check_id: UUID, clock: Clock) -> SuitabilityCheck:
    found = _own(session, person, check_id)
    actor = person.actor(Role.REPORT_WRITER)
    note(session, actor, "viewed", "suitability_check", found.id, now=clock.now())
    return found


def _entry(session: Session, person: Person, entered: Entered) -> CheckEntry:
    form = read(CheckForm, entered)
    own = sorted(person.areas(Role.REPORT_WRITER))
    area_id = form.area_id or (own[0] if len(own) == 1 else "")
    if not may(session, person, Action.WRITE, Thing.CHECK, {area_id}, role=Role.REPORT_WRITER):
        raise Invalid(FieldProblem("area_id", "Select one of your areas"))
    return CheckEntry(
        area_id=area_id,
        facts=form.facts(),
        label=form.label,
        hearing_on=form.hearing_on,
        offence_code=_offence_code(session, form.offence_code),
        court_told_on=form.court_told_on,
        court_told_where=form.court_told_where,
    )


def _offence_code(session: Session, entered: str) -> str | None:
    """The Home Office code that was meant; what is no code is left for the list to refuse."""
    if not entered:
        return None
    of_the_courts = session.get(OffenceCourtCode, entered.upper()[:8])
    if of_the_courts is not None:
        return of_the_courts.offence_code
    return home_office_code(entered) or entered


def _form(
    request: Visitor,
    database: Database,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
) -> Template:
    with database.reading() as session:
        areas = pages.areas_to_write_for(session, request.user)
    return _page(
        request,
        areas,
        entered or Entered.of(),
        Problems(invalid.problems) if invalid else NO_PROBLEMS,
        status_code=422 if invalid else 200,
        here="/reports/checks/new",
    )


def _show(
    request: Visitor,
    database: Database,
    clock: Clock,
    check_id: UUID,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
    refusal: NoLongerFree | None = None,
) -> Template:
    prospect = None if refusal is None else refusal.prospect
    with database.reading() as session:
        found = _own(session, request.user, check_id)
        areas = pages.areas_to_write_for(session, request.user)
        shown = pages.check_shown(session, found)
        entered = entered or check_entered(found)
        if prospect is None and shown.held is None and found.result is not Result.NOT_ELIGIBLE:
            prospect = what_can_be_delivered(session, found, now=clock.now())
    problems = Problems(invalid.problems if invalid else ())
    if refusal is not None:
        problems = Problems([FieldProblem("delivery", str(refusal))])
    return _page(
        request,
        areas,
        entered,
        problems,
        status_code=409 if refusal else 422 if invalid else 200,
        here=shown.here,
        shown=shown,
        delivery=None if prospect is None else pages.delivery_shown(prospect),
        based_on=entered.based_on or shown.version,
    )


def _page(
    request: Visitor,
    areas: tuple[tuple[str, str], ...],
    entered: Entered,
    problems: Problems,
    *,
    status_code: int,
    **values: object,
) -> Template:
    return page(
        request,
        "reports/check.html",
        title="Is restorative justice suitable?",
        status_code=status_code,
        entered=entered,
        problems=problems,
        areas=areas,
        answers=pages.ANSWERS,
        choices=pages.CHOICES,
        **values,
    )
