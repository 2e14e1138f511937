"""An administrator's pages: rules of an area from a day on, the offence map, Welsh words."""

from litestar import Controller, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.accounts.models import Area
from rj.area_rules.queries import policy_of, versions_of
from rj.area_rules.services import draft_policy, publish_rules
from rj.compartments.matrix import Thing
from rj.db.database import Database
from rj.db.records import get_record
from rj.kernel.clock import Clock
from rj.kernel.errors import Conflict, Invalid
from rj.orders.models import Offence
from rj.policy.court_words import words_on
from rj.policy.terms import HarmClass, Language, Role
from rj.suitability import services
from web.forms import Entered, Problems, once, read
from web.given import Given
from web.guards import opens
from web.pages import page, paginate, see
from web.people import Visitor
from web.rules import pages
from web.rules.forms import OffenceForm, RulesEntry, by_field, read_rules, rules_entered
from web.visits import say

OFFENCES_PER_PAGE = 50


class AreaRulesPages(Controller):
    """Law, eligibility, periods and plan templates of each area."""

    path = "/admin/rules"
    guards = (opens(Thing.RULES),)

    @get(sync_to_thread=True)
    def index(self, request: Visitor, database: Given[Database], clock: Given[Clock]) -> Template:
        """Every area and the rules it goes by."""
        with database.reading() as session:
            rows = pages.area_list(session, clock.today())
        return page(request, "rules/list.html", title="Rules", rows=rows)

    @get("/{area_id:str}", sync_to_thread=True)
    def show(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        area_id: FromPath[str],
    ) -> Template:
        """One area's rules today, and its versions."""
        with database.reading() as session:
            area = get_record(session, Area, area_id, "area")
            shown = pages.area_shown(session, area, clock.today())
        return page(request, "rules/area.html", title=f"Rules of {shown.name}", shown=shown)

    @get("/{area_id:str}/change", sync_to_thread=True)
    def ask(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        area_id: FromPath[str],
    ) -> Template:
        """Ask what should hold from a day on; it begins with the area's last version."""
        with database.reading() as session:
            versions = versions_of(session, area_id)
            last = versions[-1] if versions else None
            day = max(clock.today(), last.in_force_from) if last else clock.today()
            entered = rules_entered(policy_of(last, day))
        return _ask(request, database, area_id, entered)

    @post("/{area_id:str}/change", sync_to_thread=True)
    def change(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        area_id: FromPath[str],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Show what would change; once that has been seen, publish exactly that."""
        try:
            wanted = read_rules(entered)
            if entered.text("act") == "publish" and entered.text("previewed") == wanted.mark:
                return _publish(request, database, clock, area_id, entered, wanted)
            with database.reading() as session:
                before, after = draft_policy(
                    session,
                    area_id,
                    in_force_from=wanted.in_force_from,
                    source=wanted.source,
                    figures=wanted.figures,
                    now=clock.now(),
                )
                preview = pages.preview_of(
                    session,
                    area_id,
                    before,
                    after,
                    in_force_from=wanted.in_force_from,
                    mark=wanted.mark,
                )
        except Invalid as invalid:
            return _ask(request, database, area_id, entered, invalid=by_field(invalid))
        return _ask(request, database, area_id, entered, preview=preview)


class OffencePages(Controller):
    """The offence map: how each offence stands to the eligibility rule."""

    path = "/admin/offences"
    guards = (opens(Thing.RULES),)

    @get(sync_to_thread=True)
    def index(
        self,
        request: Visitor,
        database: Given[Database],
        text: FromQuery[str] = "",
        harm: FromQuery[str] = "",
        number: FromQuery[str] = "1",
    ) -> Template:
        """The list, narrowed by what its address asks for."""
        wanted = int(number) if number.isdecimal() and len(number) < 5 else 1
        text = text.strip()[:60]
        with database.reading() as session:
            rows, total = pages.offence_list(session, text, harm, max(wanted, 1), OFFENCES_PER_PAGE)
        return page(
            request,
            "rules/offences.html",
            title="Offences",
            entered=Entered.of(text=text, harm=harm),
            rows=rows,
            harms=pages.harm_choices(),
            pages=paginate(
                "/admin/offences",
                [("text", text), ("harm", harm)],
                wanted,
                total,
                OFFENCES_PER_PAGE,
            ),
        )

    @get("/{code:str}", sync_to_thread=True)
    def ask(self, request: Visitor, database: Given[Database], code: FromPath[str]) -> Template:
        """Ask how an offence is classed."""
        return _ask_offence(request, database, code)

    @post("/{code:str}", sync_to_thread=True)
    def classify(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        code: FromPath[str],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Class it; checks go by it from the next one on."""
        try:
            form = read(OffenceForm, entered)
            seen = entered.text("seen")
            if seen not in set(HarmClass):
                raise Conflict("Open the offence again before you class it")
            with database.writing() as session:
                services.classify_offence(
                    session,
                    code.replace("-", "/"),
                    form.harm_class,
                    based_on=HarmClass(seen),
                    reason=form.reason,
                    actor=request.user.actor(Role.ADMINISTRATOR),
                    now=clock.now(),
                )
        except Invalid as invalid:
            return _ask_offence(request, database, code, entered, invalid)
        say(request, "Offence classed. Checks go by it from now on")
        return see("/admin/offences")


class CourtWordsPages(Controller):
    """The Welsh words for the court, which nobody sees before they are approved."""

    path = "/admin/court-words"
    guards = (opens(Thing.RULES),)

    @get(sync_to_thread=True)
    def show(self, request: Visitor, database: Given[Database], clock: Given[Clock]) -> Template:
        """Both languages side by side."""
        with database.reading() as session:
            shown = pages.welsh_shown(session, clock.now())
        return page(request, "rules/words.html", title="Words for the court", shown=shown)

    @post("/approve", sync_to_thread=True)
    def approve(self, request: Visitor, database: Given[Database], clock: Given[Clock]) -> Redirect:
        """Let report writers use the Welsh."""
        with database.writing() as session:
            services.approve_words(
                session,
                words_on(clock.today()).words[Language.WELSH],
                Language.WELSH,
                actor=request.user.actor(Role.ADMINISTRATOR),
                now=clock.now(),
            )
        say(request, "The Welsh words are approved. Report writers see them from now on")
        return see("/admin/court-words")

    @post("/take-back", sync_to_thread=True)
    def take_back(
        self, request: Visitor, database: Given[Database], clock: Given[Clock]
    ) -> Redirect:
        """Offer the Welsh no more."""
        with database.writing() as session:
            services.take_approval_back(
                session,
                words_on(clock.today()).words[Language.WELSH],
                actor=request.user.actor(Role.ADMINISTRATOR),
                now=clock.now(),
            )
        say(request, "Approval taken back. Report writers see the English alone")
        return see("/admin/court-words")


def _publish(
    request: Visitor,
    database: Database,
    clock: Clock,
    area_id: str,
    entered: Entered,
    wanted: RulesEntry,
) -> Redirect:
    def act(session: Session) -> str:
        publish_rules(
            session,
            area_id,
            in_force_from=wanted.in_force_from,
            source=wanted.source,
            figures=wanted.figures,
            based_on=entered.based_on,
            actor=request.user.actor(Role.ADMINISTRATOR),
            now=clock.now(),
        )
        return f"/admin/rules/{area_id}"

    where = once(database, entered, request.user, act, now=clock.now())
    say(request, "Rules published")
    return see(where)


def _ask(
    request: Visitor,
    database: Database,
    area_id: str,
    entered: Entered,
    *,
    invalid: Invalid | None = None,
    preview: pages.Preview | None = None,
) -> Template:
    with database.reading() as session:
        name = get_record(session, Area, area_id, "area").name
        published = len(versions_of(session, area_id))
    is_shown_again = invalid is not None or preview is not None
    return page(
        request,
        "rules/change.html",
        title="Change the rules",
        status_code=422 if invalid else 200,
        entered=entered,
        problems=Problems(invalid.problems) if invalid else Problems(),
        preview=preview,
        groups=pages.field_groups(),
        area_name=name,
        here=f"/admin/rules/{area_id}",
        based_on=entered.based_on if is_shown_again else published,
    )


def _ask_offence(
    request: Visitor,
    database: Database,
    code: str,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
) -> Template:
    with database.reading() as session:
        offence = get_record(session, Offence, code.replace("-", "/"), "offence")
        seen, group = offence.harm_class.value, offence.offence_group
        description, category = offence.description, offence.category
        shown_code = offence.code
    return page(
        request,
        "rules/offence.html",
        title="Class an offence",
        status_code=422 if invalid else 200,
        entered=entered or Entered.of(harm_class=seen),
        problems=Problems(invalid.problems) if invalid else Problems(),
        seen=seen,
        code=shown_code,
        group=group,
        category=category,
        description=description,
        harms=pages.harm_choices(),
        here=f"/admin/offences/{code}",
    )
