"""Recording and changing a facilitator, by a coordinator of an area they cover."""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.calendars.telling import Teller
from rj.db.database import Database
from rj.facilitators.services import add_facilitator, change_facilitator
from rj.kernel.clock import Clock
from rj.kernel.errors import Invalid
from rj.outbox.models import RecipientKind
from rj.parties.sealing import Seal
from rj.policy.terms import Role
from rj.settings import Settings
from web.facilitators.record_form import A_NEW_RECORD, offered, read_record, recorded
from web.facilitators.register import covering
from web.forms import Entered, Problems, once
from web.given import Given
from web.guards import needs
from web.pages import page, see
from web.people import Visitor
from web.visits import say


class FacilitatorRecords(Controller):
    """What is recorded about a facilitator."""

    path = "/facilitators"
    guards = (needs(Role.COORDINATOR),)

    @get("/new", sync_to_thread=True)
    def ask_new(self, request: Visitor, database: Given[Database]) -> Template:
        """Ask about a facilitator."""
        return _ask(request, database, None, A_NEW_RECORD)

    @post("/new", sync_to_thread=True)
    def create(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Record one."""

        def act(session: Session) -> str:
            facts = read_record(session, entered, request.user.areas(Role.COORDINATOR), None)
            actor = request.user.actor(Role.COORDINATOR)
            made = add_facilitator(session, facts, actor=actor, now=clock.now())
            return f"/facilitators/{made.id}"

        try:
            where = once(database, entered, request.user, act, now=clock.now())
        except Invalid as invalid:
            return _ask(request, database, None, entered, invalid)
        say(request, "Facilitator recorded. Planning counts on them from its next run on")
        return see(where)

    @get("/{facilitator_id:uuid}/change", sync_to_thread=True)
    def ask_change(
        self,
        request: Visitor,
        database: Given[Database],
        facilitator_id: FromPath[UUID],
        hours: FromQuery[str] = "",
        caseload_cap: FromQuery[str] = "",
    ) -> Template:
        """Ask what should be different; an address may fill in what a remedy would change."""
        filled = {"hours": hours[:400], "caseload_cap": caseload_cap[:3]}
        return _ask(request, database, facilitator_id, filled=filled)

    @post("/{facilitator_id:uuid}/change", sync_to_thread=True)
    def change(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        settings: Given[Settings],
        seal: Given[Seal],
        facilitator_id: FromPath[UUID],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Put the entered facts in place of those recorded; coming messages go by them."""
        try:
            with database.writing() as session:
                standing = covering(session, request.user, facilitator_id)
                reached_by = (standing.email, standing.language)
                facts = read_record(
                    session, entered, request.user.areas(Role.COORDINATOR), standing
                )
                changed = change_facilitator(
                    session,
                    facilitator_id,
                    facts,
                    based_on=entered.based_on,
                    actor=request.user.actor(Role.COORDINATOR),
                    now=clock.now(),
                )
                if (changed.email, changed.language) != reached_by:
                    session.flush()
                    teller = Teller(mail=settings.mail, seal=seal)
                    teller.reader_changed(
                        session, RecipientKind.FACILITATOR, facilitator_id, now=clock.now()
                    )
        except Invalid as invalid:
            return _ask(request, database, facilitator_id, entered, invalid)
        say(request, "Record saved. Planning goes by it from its next run on")
        return see(f"/facilitators/{facilitator_id}")


def _ask(
    request: Visitor,
    database: Database,
    facilitator_id: UUID | None,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
    filled: Mapping[str, str] = MappingProxyType({}),
) -> Template:
    values: dict[str, object] = {"is_filled": any(filled.values())}
    with database.reading() as session:
        if facilitator_id is not None:
            standing = covering(session, request.user, facilitator_id)
            entered = entered or recorded(session, standing)
            values["based_on"] = entered.based_on or standing.version
            entered = entered.filled(filled)
        lists = offered(session, request.user.areas(Role.COORDINATOR), facilitator_id)
    return page(
        request,
        "facilitators/record_form.html",
        title="Change a facilitator" if facilitator_id else "New facilitator",
        status_code=422 if invalid else 200,
        entered=entered or Entered.of(),
        problems=Problems(invalid.problems) if invalid else Problems(),
        lists=lists,
        back=f"/facilitators/{facilitator_id}" if facilitator_id else "/facilitators",
        here=f"/facilitators/{facilitator_id}/change" if facilitator_id else "/facilitators/new",
        **values,
    )
