"""Each route x each role x own, another's, absent (S1, S2), over the live routes of the site."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from sqlmodel import select

from rj.accounts.models import AccountRole
from rj.audit.services import Actor
from rj.calendars.feeds import feeds_of, open_feed
from rj.compartments import services as compartments
from rj.compartments.models import EmergencyOpening
from rj.compartments.services import limit_case
from rj.conferences.models import Meeting
from rj.conferences.provisional import Wanted, place_hold
from rj.db.database import Database
from rj.facilitators.models import Leave
from rj.kernel.clock import StoppedClock
from rj.orders.clock_changes import pause_clock
from rj.orders.models import Order
from rj.orders.queries import live_plan, steps_of
from rj.outbox.models import Message, MessageState, RecipientKind
from rj.outbox.services import NewMessage, queue_message
from rj.policy.terms import Channel, ClockKind, Role, Stage
from rj.scheduling import what_if, wishes
from rj.scheduling.models import PlanningWish
from rj.scheduling.runs import EffortLevel, request_run
from rj.scheduling.what_if import Change, ChangeKind
from rj.suitability.facts import Facts
from rj.suitability.services import CheckEntry, start_check
from tests.builders import AREA, NOW
from tests.integration.web.facilitators.cases import CANARIES, HARMED_CHOSEN, HARMER_NAME, a_case
from tests.integration.web.route_table import ANYBODY, ASKS_WHO_SITS_THERE, WHO
from tests.web_client import TELLER, Site, TestPerson, a_person, a_site
from web.guards import freshly_confirmed, permission_of

ELSEWHERE = "elsewhere"
SIGNED_IN_SOMEWHERE = "/account/password"
"""A page of everybody's with a form: its token opens no door but lets a form be judged."""

DIFFERS = re.compile(
    r'(E-[A-Z0-9]{8}|n-[A-Z0-9]{24}|value="[^"]*"|nonce="[^"]*"|[0-9a-f]{8}-[0-9a-f-]{27})'
)
OUTCOMES_OF_OWN = {200, 303, 409, 422}

TAKE_BACK = "/planning/wishes/{wish_id:uuid}/take-back"
"""Repeating it is no error, so what is not there is answered like what is there no longer."""

HOLDERS = [Role.COORDINATOR, Role.FACILITATOR, Role.LIAISON_OFFICER, Role.REPORT_WRITER]
"""The roles that have something of their own."""

OF_A_CASE = re.compile(r"\{(order|party|meeting|message|release|opening|wish)_id:")
"""Routes that lead to one case; the rest of a role's stays open when a case is limited."""

WITHOUT_OWNER = re.compile(r"^(GET|POST) /(admin/|feeds/|static/|orders/import/samples/|\{path)")
"""An administrator's are nobody's own; the others are public or the same for everybody."""


@dataclass(frozen=True)
class Things:
    """One of everything that an address can name."""

    order_id: UUID
    harmer_id: UUID
    harmed_id: UUID
    meeting_id: UUID
    letter_id: UUID
    harmed_message_id: UUID
    run_id: UUID
    step_id: UUID
    change_id: UUID
    facilitator_id: UUID
    leave_id: UUID
    feed_id: UUID
    wish_id: UUID
    what_if_id: UUID
    venue_id: UUID
    room_id: UUID
    check_id: UUID
    hold_id: UUID
    release_id: UUID
    opening_id: UUID
    facilitator: TestPerson
    liaison: TestPerson
    coordinator: TestPerson
    writer: TestPerson

    def owner(self, role: Role) -> TestPerson:
        return {
            Role.COORDINATOR: self.coordinator,
            Role.FACILITATOR: self.facilitator,
            Role.LIAISON_OFFICER: self.liaison,
            Role.REPORT_WRITER: self.writer,
        }[role]

    def in_path(self, path: str) -> str:
        """The address of these things under a route."""
        is_liaison = path.startswith("/liaison") and "/cases/" not in path
        is_of_harmed = path.startswith("/liaison/people") or path.endswith(
            ("/emergency", "/released")
        )
        values = {
            "order_id": self.order_id,
            "party_id": self.harmed_id if is_of_harmed else self.harmer_id,
            "meeting_id": self.meeting_id,
            "message_id": self.harmed_message_id if is_liaison else self.letter_id,
            "run_id": self.run_id,
            "step_id": self.step_id,
            "change_id": self.change_id,
            "facilitator_id": self.facilitator_id,
            "leave_id": self.leave_id,
            "feed_id": self.feed_id,
            "wish_id": self.wish_id,
            "what_if_id": self.what_if_id,
            "venue_id": self.venue_id,
            "room_id": self.room_id,
            "release_id": self.release_id,
            "opening_id": self.opening_id,
            "check_id": self.check_id,
            "hold_id": self.hold_id,
        }
        return filled(path, values)


def filled(path: str, values: dict[str, UUID] | None = None) -> str:
    """A route's path with its places filled in; by what does not exist unless values are given."""
    gate = "readiness" if "/people/" in path else "suitable"

    def value(found: re.Match[str]) -> str:
        name, kind = found[1], found[2]
        if kind == "uuid":
            return str(uuid4() if values is None else values.get(name, uuid4()))
        return {
            "gate": gate,
            "fact": "risk",
            "name": "orders.csv",
            "path": "/nowhere",
            "file_path": "/rj.css",
            "code": "008-01",
            "clock_kind": "assessment",
            "area_id": AREA,
        }[name].lstrip("/")

    return re.sub(r"\{(\w+):(\w+)\}", value, path)


def one_of_everything(database: Database) -> Things:
    """A case in one area, with all that staff and planning have to do with it."""
    case = a_case(database, harmer_channel=Channel.LETTER)
    writer = a_person(database, Role.REPORT_WRITER, email="writer@service.test")
    with database.writing() as session:
        letter = session.exec(
            select(Message).where(
                Message.recipient_id == case.harmer_id, Message.state == MessageState.TO_DO
            )
        ).first()
        assert letter is not None
        harmed_message = queue_message(
            session,
            NewMessage(
                kind=letter.kind,
                channel=Channel.LETTER,
                recipient_kind=RecipientKind.PARTY,
                recipient_id=case.harmed_id,
                domain="service.test",
                subject_id=letter.subject_id,
                envelope=letter.envelope,
            ),
            now=NOW,
        )
        run = request_run(
            session,
            AREA,
            effort=EffortLevel.FIRST_ANSWER,
            time_limit_seconds=20,
            actor=case.actor,
            now=NOW,
        )
        plan = live_plan(session, case.order_id)
        assert plan is not None
        leave = Leave(facilitator_id=case.facilitator_id, first_day=NOW.date(), last_day=NOW.date())
        session.add(leave)
        actor = Actor(case.facilitator.account_id, Role.FACILITATOR)
        open_feed(session, case.facilitator_id, "telephone", actor=actor, now=NOW)
        wishes.leave_out(session, case.order_id, reason="for now", actor=case.actor, now=NOW)
        liaison = Actor(case.liaison.account_id, Role.LIAISON_OFFICER)
        release = compartments.release(
            session, case.harmed_id, case.facilitator_id, ["email"], actor=liaison, now=NOW
        )
        opening = EmergencyOpening(
            party_id=case.harmed_id,
            account_id=case.coordinator.account_id,
            reason="it is over already",
            opened_at=NOW - timedelta(hours=1),
            ends_at=NOW - timedelta(minutes=45),
        )
        session.add(opening)
        session.flush()
        room_id = session.get_one(Meeting, case.meetings[Stage.ASSESSMENT]).room_id
        assert room_id is not None
        check = start_check(
            session,
            CheckEntry(AREA, Facts(), label="court list 4"),
            writer_id=writer.account_id,
            actor=Actor(writer.account_id, Role.REPORT_WRITER),
            now=NOW,
        )
        hold = place_hold(
            session,
            Wanted(
                check=check,
                sentence_on=NOW.date(),
                lead_id=case.facilitator_id,
                second_id=None,
                contact_starts_at=NOW + timedelta(days=8),
                contact_minutes=30,
                assessment_starts_at=NOW + timedelta(days=12),
                assessment_minutes=60,
                room_id=room_id,
            ),
            actor=Actor(writer.account_id, Role.REPORT_WRITER),
            now=NOW,
        )
        return Things(
            order_id=case.order_id,
            harmer_id=case.harmer_id,
            harmed_id=case.harmed_id,
            meeting_id=case.meetings[Stage.ASSESSMENT],
            letter_id=letter.id,
            harmed_message_id=harmed_message.id,
            run_id=run.id,
            step_id=steps_of(session, plan.id)[0].id,
            change_id=pause_clock(
                session,
                case.order_id,
                ClockKind.ASSESSMENT,
                first_day=NOW.date(),
                last_day=None,
                reason="nobody can say yet",
                based_on=1,
                actor=case.actor,
                now=NOW,
            ).id,
            facilitator_id=case.facilitator_id,
            leave_id=leave.id,
            feed_id=feeds_of(session, case.facilitator_id)[0].id,
            wish_id=session.exec(select(PlanningWish.id)).one(),
            what_if_id=what_if.ask(
                session, AREA, [Change(ChangeKind.DOUBLE)], actor=case.actor, now=NOW
            ).id,
            venue_id=case.venue_id,
            room_id=room_id,
            release_id=release.id,
            opening_id=opening.id,
            check_id=check.id,
            hold_id=hold.id,
            facilitator=case.facilitator,
            liaison=case.liaison,
            coordinator=case.coordinator,
            writer=writer,
        )


@contextmanager
def a_whole_site(database: Database, clock: StoppedClock) -> Iterator[tuple[Site, Things]]:
    things = one_of_everything(database)
    with a_site(database, clock, teller=TELLER) as site:
        yield site, things


def ask(site: Site, method: str, path: str, hidden: dict[str, str]) -> Any:
    """One request; a form carries its token and nothing else."""
    data = hidden if method == "POST" else None
    return site.client.request(method, path, data=data, follow_redirects=False)


def live_routes(app: Litestar) -> dict[str, frozenset[Role]]:
    """Every route of the site and the roles it declares."""
    found = {}
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            for method in handler.http_methods:
                if method != "OPTIONS":
                    permission = permission_of(handler)
                    assert permission is not None, route.path
                    found[f"{method} {route.path}"] = permission.roles
    return found


def routes(*methods: str) -> Iterator[tuple[str, str, frozenset[Role]]]:
    for route, roles in WHO.items():
        method, path = route.split()
        if method in methods:
            yield method, path, roles


def strangers(database: Database, role: Role) -> Iterator[TestPerson]:
    """People of a role who have nothing to do with the case: far away, and next door."""
    yield a_person(database, role, area_id=ELSEWHERE)
    if role is not Role.COORDINATOR:
        yield a_person(database, role, area_id=AREA, email=f"other-{role}@{AREA}.test".lower())


def test_s1_every_route_stands_in_the_table_and_lets_in_whom_the_table_names(
    database: Database, clock: StoppedClock
) -> None:
    with a_site(database, clock) as site:
        assert live_routes(site.client.app) == WHO


def test_what_shows_or_changes_a_harmed_persons_contact_asks_who_sits_at_the_screen(
    database: Database, clock: StoppedClock
) -> None:
    with a_site(database, clock) as site:
        asking = {
            f"{method} {route.path}"
            for route in site.client.app.routes
            for handler in getattr(route, "route_handlers", ())
            for method in handler.http_methods - {"OPTIONS"}
            if freshly_confirmed in handler.resolve_guards()
        }
    assert asking == ASKS_WHO_SITS_THERE


def test_s1_nobody_opens_what_is_another_roles(database: Database, clock: StoppedClock) -> None:
    with a_whole_site(database, clock) as (site, things):
        for role in Role:
            site.sign_in(a_person(database, role, email=f"any-{role}@{AREA}.test".lower()))
            hidden = site.hidden_fields(SIGNED_IN_SOMEWHERE)
            for method, path, roles in routes("GET", "POST"):
                if roles is not ANYBODY and role not in roles:
                    answer = ask(site, method, things.in_path(path), hidden)
                    assert answer.status_code == 403, (role, method, path)
                    assert HARMER_NAME not in answer.text


def test_s1_who_is_not_signed_in_opens_nothing(database: Database, clock: StoppedClock) -> None:
    with a_whole_site(database, clock) as (site, things):
        hidden = site.hidden_fields("/sign-in")
        for method, path, roles in routes("GET", "POST"):
            if roles is not ANYBODY:
                answer = ask(site, method, things.in_path(path), hidden)
                assert answer.status_code == (303 if method == "GET" else 403), (method, path)
                if method == "GET":
                    assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("role", HOLDERS)
def test_s2_anothers_and_absent_are_the_same_answer(
    database: Database, clock: StoppedClock, role: Role
) -> None:
    asked = 0
    with a_whole_site(database, clock) as (site, things):
        for stranger in strangers(database, role):
            site.sign_in(stranger)
            hidden = site.hidden_fields(SIGNED_IN_SOMEWHERE)
            for method, path, roles in routes("GET", "POST"):
                has_owner = "{" in path and not WITHOUT_OWNER.match(f"{method} {path}")
                is_register = role is Role.COORDINATOR or not path.startswith("/facilitators")
                if role not in roles or not has_owner or not is_register:
                    continue
                not_yours = ask(site, method, things.in_path(path), hidden)
                not_there = ask(site, method, filled(path), hidden)
                asked += 1
                assert not_yours.status_code == not_there.status_code, (method, path)
                # an empty form may be refused before anybody asks whose thing it was about
                refused = {404} if method == "GET" else {404, 422}
                assert not_yours.status_code in (refused if path != TAKE_BACK else {303})
                assert DIFFERS.sub("", not_yours.text) == DIFFERS.sub("", not_there.text)
                if path == TAKE_BACK:
                    site.get(SIGNED_IN_SOMEWHERE)  # which says what was done, once
        with database.reading() as session:
            assert session.get(PlanningWish, things.wish_id) is not None
    assert asked > 6


@pytest.mark.parametrize("role", [each for each in HOLDERS if each is not Role.REPORT_WRITER])
def test_s2_a_case_limited_to_others_is_absent_though_it_was_ones_own(
    database: Database, clock: StoppedClock, role: Role
) -> None:
    asked = 0
    with a_whole_site(database, clock) as (site, things):
        traces = limit_to_somebody_else(database, things)
        site.sign_in(things.owner(role))
        hidden = site.hidden_fields(SIGNED_IN_SOMEWHERE)
        for method, path, roles in routes("GET", "POST"):
            if role not in roles:
                continue
            if OF_A_CASE.search(path):
                not_yours = ask(site, method, things.in_path(path), hidden)
                not_there = ask(site, method, filled(path), hidden)
                asked += 1
                assert not_yours.status_code == not_there.status_code, (method, path)
                assert not_yours.status_code in ({303} if path == TAKE_BACK else {404, 422}), path
                assert DIFFERS.sub("", not_yours.text) == DIFFERS.sub("", not_there.text)
                if path == TAKE_BACK:
                    site.get(SIGNED_IN_SOMEWHERE)
            elif method == "GET" and not WITHOUT_OWNER.match(f"{method} {path}"):
                shown = site.get(things.in_path(path)).text
                assert not [each for each in traces if each in shown], path
    assert asked > 6


def limit_to_somebody_else(database: Database, things: Things) -> tuple[str, ...]:
    """Only another coordinator opens the case now; what would give it away."""
    chief = a_person(database, Role.COORDINATOR, email="chief@service.test")
    with database.writing() as session:
        limit_case(
            session,
            things.order_id,
            [chief.account_id],
            actor=Actor(chief.account_id, Role.COORDINATOR),
            now=NOW,
            tell=TELLER,
        )
        order = session.get_one(Order, things.order_id)
        meetings = session.exec(select(Meeting).where(Meeting.order_id == order.id)).all()
        ids = (order.id, things.harmer_id, things.harmed_id, *(each.id for each in meetings))
        codes = (each.code for each in meetings)
        names = (HARMER_NAME, HARMED_CHOSEN, order.reference, order.crn, *CANARIES)
        return (*names, *codes, *map(str, ids))


@pytest.mark.parametrize("role", HOLDERS)
def test_s1_ones_own_opens_and_shows_no_details_of_the_harmed_person(
    database: Database, clock: StoppedClock, role: Role
) -> None:
    with a_whole_site(database, clock) as (site, things):
        site.sign_in(things.owner(role))
        for method, path, roles in routes("GET"):
            if role not in roles or WITHOUT_OWNER.match(f"{method} {path}"):
                continue
            if path.startswith("/planning/{run_id:uuid}/"):
                continue  # a run that has proposed nothing yet has no case to show
            answer = site.get(things.in_path(path))
            assert answer.status_code in OUTCOMES_OF_OWN, (path, answer.status_code)
            is_their_letter = path == "/liaison/messages/{message_id:uuid}"
            if not is_their_letter:
                assert not [each for each in CANARIES if each in answer.text], path


def test_s3_a_liaison_officer_who_works_elsewhere_now_opens_the_case_no_more(
    database: Database, clock: StoppedClock
) -> None:
    with a_whole_site(database, clock) as (site, things):
        site.sign_in(things.liaison)
        mine = [f"/liaison/cases/{things.order_id}", f"/liaison/people/{things.harmed_id}"]
        assert [site.get(path).status_code for path in mine] == [200, 200]
        other = a_person(database, Role.LIAISON_OFFICER, area_id=ELSEWHERE)
        with database.writing() as session:
            [held] = session.exec(
                select(AccountRole).where(AccountRole.account_id == things.liaison.account_id)
            )
            session.delete(held)
            session.flush()
            session.add(
                AccountRole(
                    account_id=things.liaison.account_id,
                    role=Role.LIAISON_OFFICER,
                    area_id=ELSEWHERE,
                )
            )
        assert other.account_id != things.liaison.account_id
        assert [site.get(path).status_code for path in mine] == [404, 404]
        assert str(things.order_id) not in site.get("/liaison").text
