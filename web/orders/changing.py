"""Changing a recorded fact of an order: ask, say what follows from it, then do it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.conferences.queries import get_meeting
from rj.conferences.telling import Tell
from rj.db.database import Database
from rj.intake.amending import AMENDABLE, Amended, Grounds, amend, texts_of_order
from rj.kernel.clock import Clock
from rj.kernel.errors import Invalid, NotFound
from rj.orders.models import Order
from rj.orders.queries import active_courts, get_plan, get_step, officers_of
from rj.parties.sealing import Seal
from rj.policy.languages import LANGUAGES
from rj.policy.terms import (
    ChangeGround,
    OrderType,
    Plea,
    RequirementType,
    RiskLevel,
    Role,
    Skill,
)
from rj.venues.queries import venues_in
from web.forms import NO_PROBLEMS, Entered, Problems, date_parts, entry, read
from web.given import Given
from web.guards import needs
from web.meetings.rehearsal import Word, rehearse
from web.orders.access import coordinators_order
from web.orders.forms import ORDER_DATES, TICKED_LISTS, column_text
from web.orders.history import DATES, FACT_NAMES, value_words
from web.orders.pages import stage_words
from web.pages import moment_text, page, see
from web.people import Person, Visitor
from web.visits import say
from web.words import choices

TITLES = {
    "reference": "Change the court's reference",
    "crn": "Change the CRN",
    "person": "Change who the person on probation is",
    "kind": "Change the order and its requirement",
    "sentence": "Change the sentence",
    "end": "Change the end of the order",
    "requirement-dates": "Change when the requirement runs",
    "received": "Change when the service learned of the order",
    "offences": "Change the offences",
    "plea": "Change the plea",
    "risk": "Change the risk of serious harm",
    "officer": "Change the responsible officer",
    "language": "Change the language of meetings",
    "needs": "Change what the case needs",
    "sentence-plan": "Change whether the sentence plan names this work",
    "venues": "Change the venues agreed",
}


@dataclass(frozen=True, slots=True)
class GroundsForm:
    """Why a fact is changed."""

    ground: ChangeGround = entry("ground", missing="Select why it changes")
    reason: str = entry("reason", missing="Say why it is changed", longest=200)
    effective_on: date | None = entry("day from which it is so", is_required=False)


@dataclass(frozen=True, slots=True)
class Follows:
    """What a change would do, in words."""

    changes: tuple[tuple[str, str, str], ...]
    """Name of the fact, what it is, what it becomes."""
    called_off: tuple[str, ...]
    warnings: tuple[str, ...]


class Changes(Controller):
    """One fact of an order at a time."""

    path = "/orders/{order_id:uuid}/change/{fact:str}"
    guards = (needs(Role.COORDINATOR),)

    @get(sync_to_thread=True)
    def ask(
        self,
        request: Visitor,
        database: Given[Database],
        order_id: FromPath[UUID],
        fact: FromPath[str],
    ) -> Template:
        """Show what is recorded, to be changed."""
        return _ask(request, database, order_id, fact)

    @post(sync_to_thread=True)
    def check(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        seal: Given[Seal],
        teller: Given[Tell],
        order_id: FromPath[UUID],
        fact: FromPath[str],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Say what follows from it, where anything does; a change without consequences is made."""
        _refuse_unknown(fact)

        def act(session: Session) -> Follows:
            amended = _amend(
                session, request.user, order_id, fact, entered, clock, seal=seal, tell=teller
            )
            return in_words(session, amended)

        try:
            follows, words = rehearse(database, act)
            if not (follows.called_off or follows.warnings or words):
                with database.writing() as session:
                    act(session)
                say(request, "The order was changed")
                return see(f"/orders/{order_id}")
        except Invalid as invalid:
            return _ask(request, database, order_id, fact, entered, invalid)
        return _confirm(request, order_id, fact, entered, follows, words)

    @post("/confirm", sync_to_thread=True)
    def change(
        self,
        request: Visitor,
        database: Given[Database],
        clock: Given[Clock],
        seal: Given[Seal],
        teller: Given[Tell],
        order_id: FromPath[UUID],
        fact: FromPath[str],
        entered: Given[Entered],
    ) -> Template | Redirect:
        """Change it; what can no longer stand is called off and its people are told."""
        _refuse_unknown(fact)
        try:
            with database.writing() as session:
                _amend(
                    session, request.user, order_id, fact, entered, clock, seal=seal, tell=teller
                )
        except Invalid as invalid:
            return _ask(request, database, order_id, fact, entered, invalid)
        say(request, "The order was changed")
        return see(f"/orders/{order_id}")


def _refuse_unknown(fact: str) -> None:
    if fact not in AMENDABLE:
        raise NotFound("There is no such fact")


def _amend(
    session: Session,
    person: Person,
    order_id: UUID,
    fact: str,
    entered: Entered,
    clock: Clock,
    *,
    seal: Seal,
    tell: Tell,
) -> Amended:
    coordinators_order(session, person, order_id)
    form = read(GroundsForm, entered)
    return amend(
        session,
        order_id,
        fact,
        {column: column_text(entered, column, column) for column in AMENDABLE[fact]},
        Grounds(form.ground, form.reason, form.effective_on),
        based_on=entered.based_on,
        seal=seal,
        actor=person.actor(Role.COORDINATOR),
        now=clock.now(),
        tell=tell,
    )


def in_words(session: Session, amended: Amended) -> Follows:
    """What a change does, as a page says it."""
    return Follows(
        tuple(
            (
                FACT_NAMES[column],
                value_words(session, column, before),
                value_words(session, column, after),
            )
            for column, (before, after) in amended.changes.items()
        ),
        meeting_words(session, amended.called_off),
        amended.warnings,
    )


def meeting_words(session: Session, meeting_ids: Iterable[UUID]) -> tuple[str, ...]:
    """Meetings as a page names those that would be called off."""
    found = []
    for meeting_id in meeting_ids:
        meeting = get_meeting(session, meeting_id)
        step = get_step(session, meeting.step_id)
        stage = stage_words(step, get_plan(session, step.plan_id).route)
        known = "its people know of it" if meeting.told_at else "nobody was told of it"
        found.append(f"{stage}, {moment_text(meeting.starts_at)}: {known}")
    return tuple(found)


def _confirm(
    request: Visitor,
    order_id: UUID,
    fact: str,
    entered: Entered,
    follows: Follows,
    words: tuple[Word, ...],
) -> Template:
    return page(
        request,
        "orders/confirm_change.html",
        title=f"{TITLES[fact]}?",
        here=f"/orders/{order_id}",
        confirm_at=f"/orders/{order_id}/change/{fact}/confirm",
        follows=follows,
        words=words,
        typed=typed(entered),
        based_on=entered.based_on,
    )


def typed(entered: Entered) -> tuple[tuple[str, str], ...]:
    """What was typed, to be sent along once more by the page that asks for a confirmation."""
    return tuple(
        (name, text)
        for name, texts in entered.values.items()
        if not name.startswith("_")
        for text in texts
    )


def _ask(
    request: Visitor,
    database: Database,
    order_id: UUID,
    fact: str,
    entered: Entered | None = None,
    invalid: Invalid | None = None,
) -> Template:
    _refuse_unknown(fact)
    with database.reading() as session:
        order = coordinators_order(session, request.user, order_id)
        shown = _recorded(session, order, fact)
        lists = _lists(session, order)
        based_on = order.version
    if entered is not None and entered.based_on:
        based_on = entered.based_on
    return page(
        request,
        "orders/change.html",
        title=TITLES[fact],
        status_code=422 if invalid else 200,
        problems=Problems(invalid.problems) if invalid else NO_PROBLEMS,
        entered=entered or shown,
        based_on=based_on,
        here=f"/orders/{order_id}",
        change_at=f"/orders/{order_id}/change/{fact}",
        columns=AMENDABLE[fact],
        grounds=choices(ChangeGround),
        **lists,
    )


def _recorded(session: Session, order: Order, fact: str) -> Entered:
    """What the form shows at first."""
    values: dict[str, str | tuple[str, ...]] = {}
    texts = texts_of_order(session, order)
    for column in AMENDABLE[fact]:
        text = texts.get(column, "")
        if column in ORDER_DATES or column in DATES:
            values |= date_parts(column, date.fromisoformat(text) if text else None)
        elif column in TICKED_LISTS:
            values[column] = tuple(text.split())
        else:
            values[column] = text
    return Entered.of(**values)


def _lists(session: Session, order: Order) -> dict[str, Any]:
    """What there is to choose from."""
    return {
        "courts": [(court.code, court.name) for court in active_courts(session)],
        "officers": [
            (each.code, f"{each.name} ({each.code})")
            for each in officers_of(session, [order.area_id])
        ],
        "venues": [(venue.code, venue.name) for venue in venues_in(session, [order.area_id])],
        "order_types": choices(OrderType),
        "requirements": choices(RequirementType),
        "pleas": choices(Plea),
        "risks": choices(RiskLevel),
        "languages": LANGUAGES,
        "skills": choices(Skill),
    }
