"""Recording an order by form and importing a file: the same rules, the same words."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.accounts.keys import AccountKeys
from rj.accounts.queries import active_accounts_holding, areas_by_name
from rj.db.database import Database
from rj.intake.drafts import Draft, discard_draft, drafts_of, get_draft, save_draft
from rj.intake.orders_file import import_orders
from rj.intake.report import ImportReport, RowReport
from rj.intake.services import read_new_order, record_order
from rj.kernel.clock import Clock
from rj.kernel.errors import FieldProblem, Invalid, NotFound
from rj.orders.queries import active_courts, officers_of
from rj.parties.sealing import Seal
from rj.policy.languages import LANGUAGES
from rj.policy.terms import (
    CalendarWish,
    Channel,
    Language,
    OrderType,
    PartyRole,
    Plea,
    RequirementType,
    RiskLevel,
    Role,
    Side,
    Skill,
)
from rj.scheduling.taking_over import take_over
from rj.venues.queries import venues_in
from web.forms import Entered, Problems, once
from web.given import Given
from web.guards import needs
from web.orders.forms import (
    MOST_PEOPLE,
    closed_up,
    filled_people,
    in_form_words,
    order_texts,
    people_shown,
)
from web.pages import moment_text, page, see
from web.people import Person, Visitor
from web.visits import say
from web.words import choices

SAMPLES = ("orders.csv", "parties.csv")
MOST_ROWS_SHOWN = 200
LARGEST_UPLOAD = 11_000_000
"""Octets: two files of 5 MB each and the form around them."""
FEED_EXCLUDED = tuple(wish for wish in CalendarWish if wish is not CalendarWish.FEED)


class Recording(Controller):
    """New orders, one by one or many at once."""

    path = "/orders"
    guards = (needs(Role.COORDINATOR),)

    @get("/new", sync_to_thread=True)
    def ask(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        keys: Given[AccountKeys],
        draft: FromQuery[UUID | None] = None,
    ) -> Template:
        """The empty form, with the drafts there are; or one of them, to go on with."""
        own = request.user.areas(Role.COORDINATOR)
        account_id, now = request.user.account_id, clock.now()
        if draft is not None:
            with database.reading() as session:
                kept = get_draft(session, keys, draft, account_id, now=now)
            entered = Entered({**kept.values, "draft": (str(kept.id),)}, {})
            return _form(request, database, entered, based_on=kept.version)
        with database.reading() as session:
            drafts = drafts_of(session, keys, account_id, now=now)
        entered = Entered.of(area=next(iter(own)) if len(own) == 1 else "", language="en")
        return _form(request, database, entered, drafts=[_draft_row(each) for each in drafts])

    @post("/drafts", sync_to_thread=True)
    def save(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        keys: Given[AccountKeys],
        entered: Given[Entered],
    ) -> Redirect:
        """Keep the form as it is, unfinished and unjudged."""
        values = {
            name: texts
            for name, texts in entered.values.items()
            if not name.startswith("_") and name != "draft" and any(texts)
        }

        def act(session: Session) -> str:
            saved = save_draft(
                session,
                keys,
                request.user.account_id,
                values,
                draft_id=_draft_id(entered),
                based_on=entered.based_on,
                now=clock.now(),
            )
            return f"/orders/new?draft={saved.id}"

        where = once(database, entered, request.user, act, now=clock.now())
        say(request, "Draft saved. How the harmed side is reached is not kept in it")
        return see(where)

    @post("/drafts/{draft_id:uuid}/discard", sync_to_thread=True)
    def discard(
        self, request: Visitor, database: Given[Database], draft_id: FromPath[UUID]
    ) -> Redirect:
        """Throw a draft away. Raises NotFound."""
        with database.writing() as session:
            if not discard_draft(session, draft_id, request.user.account_id):
                raise NotFound("There is no such draft")
        say(request, "The draft was discarded")
        return see("/orders/new")

    @post("/new", sync_to_thread=True)
    def record(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        seal: Given[Seal],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Record the order, its people and its plan; or show the form with another person's row."""
        if entered.text("_add_person"):
            return _form(request, database, entered, people=len(filled_people(entered)) + 1)
        entered = closed_up(entered)
        person = request.user
        try:
            said = order_texts(entered)
            new_order = read_new_order(said.texts, said.people)

            def act(session: Session) -> str:
                order = record_order(
                    session,
                    new_order,
                    seal=seal,
                    actor=person.actor(Role.COORDINATOR),
                    now=clock.now(),
                    areas=person.areas(Role.COORDINATOR),
                    take_over=take_over,
                )
                if (draft_id := _draft_id(entered)) is not None:
                    discard_draft(session, draft_id, person.account_id)
                return f"/orders/{order.id}"

            where = once(database, entered, person, act, now=clock.now())
        except Invalid as invalid:
            return _form(request, database, entered, invalid=invalid)
        say(request, "Order recorded. Its plan is drawn up")
        return see(where)

    @get("/import", sync_to_thread=False)
    def ask_file(self, request: Visitor) -> Template:
        """Ask for the files."""
        return _import_page(request)

    @post("/import", sync_to_thread=True, request_max_body_size=LARGEST_UPLOAD)
    def import_file(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        seal: Given[Seal],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Record every order of the file, or none and say of each row what to put right."""
        orders = entered.uploads.get("orders")
        parties = entered.uploads.get("parties")
        if orders is None or not orders.content:
            problem = FieldProblem("orders", "Choose the file with the orders")
            return _import_page(request, problems=Problems([problem]))
        report = import_orders(
            database,
            orders.content,
            parties=parties.content if parties and parties.content else None,
            seal=seal,
            actor=request.user.actor(Role.COORDINATOR),
            now=clock.now(),
            areas=request.user.areas(Role.COORDINATOR),
            take_over=take_over,
        )
        if not report.is_accepted:
            return _import_page(request, report=report)
        say(request, report.summary)
        return see("/orders")

    @get("/import/samples/{name:str}", sync_to_thread=True)
    def sample(self, name: FromPath[str]) -> Response[bytes]:
        """A sample file to start from: every row is invented. Raises NotFound."""
        if name not in SAMPLES:
            raise NotFound("There is no such sample")
        return Response(
            files("rj.intake.samples").joinpath(name).read_bytes(),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="sample-{name}"'},
        )


def _import_page(
    request: Visitor, *, report: ImportReport | None = None, problems: Problems | None = None
) -> Template:
    refused = report.refused if report else ()
    if report is not None:
        problems = Problems([FieldProblem("report", report.summary)])
    return page(
        request,
        "orders/import.html",
        title="Import orders",
        status_code=422 if problems else 200,
        problems=problems or Problems(),
        rows=[_shown_row(row) for row in refused[:MOST_ROWS_SHOWN]],
        more=max(0, len(refused) - MOST_ROWS_SHOWN),
        is_refused=bool(refused),
        samples=SAMPLES,
    )


def _shown_row(row: RowReport) -> dict[str, Any]:
    return {
        "file": row.file.value,
        "line": row.line,
        "reference": row.reference,
        "faults": [
            {"column": fault.column, "wrong": fault.wrong, "remedy": fault.remedy}
            for fault in row.faults
        ],
        "differences": [
            {"column": each.column, "recorded": each.recorded, "in_file": each.in_file}
            for each in row.differences
        ],
    }


def _draft_id(entered: Entered) -> UUID | None:
    """The draft that a form was opened from. Raises NotFound for what is none."""
    text = entered.text("draft")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound("There is no such draft") from None


def _draft_row(draft: Draft) -> dict[str, str]:
    return {
        "name": draft.reference or "Without a reference yet",
        "saved": moment_text(draft.saved_at),
        "href": f"/orders/new?draft={draft.id}",
        "discard_at": f"/orders/drafts/{draft.id}/discard",
    }


def _form(
    request: Visitor,
    database: Database,
    entered: Entered,
    *,
    people: int | None = None,
    invalid: Invalid | None = None,
    based_on: int | None = None,
    drafts: Sequence[dict[str, str]] = (),
) -> Template:
    with database.reading() as session:
        lists = _lists(session, request.user)
    return page(
        request,
        "orders/new.html",
        title="Record an order",
        status_code=422 if invalid else 200,
        entered=entered,
        problems=Problems(in_form_words(invalid.problems)) if invalid else Problems(),
        people=range(people_shown(entered, people)),
        may_add=people_shown(entered, people) < MOST_PEOPLE,
        based_on=entered.based_on if based_on is None else based_on,
        drafts=drafts,
        **lists,
    )


def _lists(session: Session, person: Person) -> dict[str, Any]:
    """What the form offers to choose from: of the person's own areas only."""
    own = person.areas(Role.COORDINATOR)
    liaisons = {
        account.email: account.name
        for area in sorted(own)
        for account in active_accounts_holding(session, Role.LIAISON_OFFICER, area)
    }
    return {
        "areas": [(area.id, area.name) for area in areas_by_name(session) if area.id in own],
        "courts": [(court.code, court.name) for court in active_courts(session)],
        "officers": [
            (each.code, f"{each.name} ({each.code})") for each in officers_of(session, own)
        ],
        "venues": [(venue.code, venue.name) for venue in venues_in(session, own)],
        "liaisons": list(liaisons.items()),
        "order_types": choices(OrderType),
        "requirements": choices(RequirementType),
        "pleas": choices(Plea),
        "risks": choices(RiskLevel),
        "languages": LANGUAGES,
        "skills": choices(Skill),
        "channels": choices(Channel),
        "calendars": choices(FEED_EXCLUDED),
        "letters": choices(Language),
        "sides": choices(Side),
        "roles": choices(PartyRole),
    }
