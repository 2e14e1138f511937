"""Changing what is recorded of an order, fact by fact, under the rules it was recorded by.

    texts_of_order(session, order)                      -> what is recorded, by column name
    amend(session, order_id, fact, said, grounds, ...)  -> Amended, or Invalid, or Conflict

A fact is one or a few columns that a page asks for together. Whatever follows from the change is
done in the same transaction: clocks are worked out anew, coming meetings that may no longer stand
are called off and their people told, and the history keeps what was and what became.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from uuid import UUID

from sqlmodel import Session, col, delete

from rj.audit import services as audit
from rj.audit.services import Actor
from rj.conferences.services import lock_order, open_stages
from rj.conferences.standing import settle, standing_now
from rj.conferences.telling import Tell
from rj.intake.csv_table import Fault, read_cell
from rj.intake.entry import NewOrder, read_order
from rj.intake.known import known_now
from rj.intake.recording import officer_row
from rj.intake.rules import Known, order_faults, resolve
from rj.intake.same_person import crn_changed
from rj.intake.services import already_recorded
from rj.kernel.errors import Conflict, FieldProblem, Invalid
from rj.kernel.london import day_in_words, london_day
from rj.orders.history import note_changes
from rj.orders.models import (
    Order,
    OrderOffence,
    ResponsibleOfficer,
    StepState,
    VenueAgreed,
)
from rj.orders.plans import let_clocks_follow
from rj.orders.queries import (
    erased_references,
    find_order_by_reference,
    get_officer,
    get_order,
    get_requirement,
    live_plan,
    offences_of,
    steps_of,
    venues_agreed,
)
from rj.parties.models import HarmerDetails, Party
from rj.parties.queries import parties_of
from rj.parties.sealing import Seal
from rj.policy.terms import ChangeGround, PartyRole, Side
from rj.venues.models import Venue

LONGEST_REASON = 200

AMENDABLE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "reference": ("reference",),
        "crn": ("crn",),
        "person": ("name", "date_of_birth", "convicted_on"),
        "kind": ("order_type", "requirement", "days"),
        "sentence": ("sentenced_on", "court"),
        "end": ("ends_on",),
        "requirement-dates": ("starts_on", "requirement_ends_on"),
        "received": ("received_on",),
        "offences": ("offences",),
        "plea": ("plea",),
        "risk": ("risk",),
        "officer": ("officer", "officer_name", "officer_email"),
        "language": ("language",),
        "needs": ("sensitive_complex", "skills"),
        "sentence-plan": ("in_sentence_plan",),
        "venues": ("venues",),
    }
)
"""Facts and the columns each is made of. The area is changed by a transfer, the harmed side's
contact by naming somebody, and how people are reached on their own pages."""


@dataclass(frozen=True, slots=True)
class Amended:
    """What a change did."""

    changes: Mapping[str, tuple[str, str]]
    """What each column was and became."""
    called_off: tuple[UUID, ...]
    """Coming meetings that may no longer stand."""
    warnings: tuple[str, ...]
    """What somebody must look at, in sentences that name nobody."""


def texts_of_order(session: Session, order: Order) -> dict[str, str]:
    """What is recorded of an order, by column and in the words of a file.

    Dates of the requirement are empty where they are those of the order: they follow it.
    """
    requirement = get_requirement(session, order.id)
    details = _harmer_details(session, order.id)
    agreed = venues_agreed(session, order.id)
    venues = sorted(session.get_one(Venue, venue_id).code for venue_id in agreed)
    starts_on = None if requirement.starts_on == order.sentenced_on else requirement.starts_on
    ends_on = None if requirement.ends_on == order.ends_on else requirement.ends_on
    return {
        "reference": order.reference,
        "crn": order.crn,
        "name": details.name if details else "",
        "date_of_birth": _day(details.born_on if details else None),
        "court": order.court_code,
        "area": order.area_id,
        "sentenced_on": _day(order.sentenced_on),
        "order_type": order.order_type.value,
        "requirement": requirement.kind.value,
        "days": "" if requirement.days is None else str(requirement.days),
        "ends_on": _day(order.ends_on),
        "starts_on": _day(starts_on),
        "requirement_ends_on": _day(ends_on),
        "convicted_on": _day(order.convicted_on),
        "received_on": _day(order.received_on),
        "offences": " ".join(each.code for each in offences_of(session, order.id)),
        "plea": order.plea.value,
        "risk": order.risk.value,
        "officer": get_officer(session, order.responsible_officer_id).code,
        "language": order.language,
        "skills": " ".join(sorted(order.skills)),
        "sensitive_complex": "yes" if order.is_sensitive_complex else "no",
        "in_sentence_plan": _yes_or_no(order.in_sentence_plan),
        "venues": " ".join(venues),
    }


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why a fact is changed, and from which day it is so."""

    ground: ChangeGround
    reason: str
    effective_on: date | None = None


def amend(
    session: Session,
    order_id: UUID,
    fact: str,
    said: Mapping[str, str],
    grounds: Grounds,
    *,
    based_on: int,
    seal: Seal,
    actor: Actor,
    now: datetime,
    tell: Tell,
) -> Amended:
    """Change one fact of an open order; ``said`` gives its columns as a form or a file would.

    The order is judged by the rules it was recorded under, and only what this change brings about
    is found fault with. Raises Invalid for each field that cannot be accepted, for no reason and
    for no change; Conflict when the order is closed or has changed since ``based_on``.
    """
    order = open_order(session, order_id, based_on)
    columns = AMENDABLE[fact]
    texts = texts_of_order(session, order)
    known = known_now(session)
    told, changes = _judged(session, texts, said, columns, known, seal, london_day(now))
    problems = _not_said(grounds, order, changes, columns)
    if problems:
        raise Invalid(*problems)
    before = standing_now(session, order, now=now)
    _write(session, order, told, changes, known)
    if "sentenced_on" in changes:
        _let_clocks_follow(session, order)
    keep_history(session, order, changes, grounds, actor=actor, now=now)
    if "crn" in changes:
        crn_changed(session, order)
    called_off = settle(
        session,
        before,
        has_other_people="officer" in changes,
        actor=actor,
        now=now,
        tell=tell,
    )
    open_stages(session, order_id, actor=actor, now=now, tell=tell)
    meetings = tuple(meeting.id for meeting in called_off)
    return Amended(changes, meetings, _warnings(session, order, changes))


def open_order(session: Session, order_id: UUID, based_on: int) -> Order:
    """The order, held still until the transaction ends. Raises NotFound, and Conflict when it is
    closed or has changed since ``based_on``."""
    get_order(session, order_id)
    order = lock_order(session, order_id)
    order.refuse_if_changed(based_on, "This order")
    if order.closed_at is not None:
        raise Conflict("This order is closed")
    return order


def keep_history(
    session: Session,
    order: Order,
    changes: Mapping[str, tuple[str, str]],
    grounds: Grounds,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep what was and what became, note it in the audit, and raise the order's version."""
    reason = grounds.reason.strip()
    note_changes(
        session,
        order.id,
        changes,
        ground=grounds.ground,
        reason=reason,
        effective_on=grounds.effective_on,
        actor=actor,
        now=now,
    )
    is_slip = grounds.ground is ChangeGround.CORRECTION
    audit.note(
        session,
        actor,
        "correct order" if is_slip else "vary order",
        "order",
        order.id,
        now=now,
        order_id=order.id,
        fields=changes,
        reason=reason,
    )
    order.touch()
    session.flush()


def _judged(
    session: Session,
    texts: Mapping[str, str],
    said: Mapping[str, str],
    columns: tuple[str, ...],
    known: Known,
    seal: Seal,
    today: date,
) -> tuple[NewOrder, dict[str, tuple[str, str]]]:
    """The order as it would be, and what of it would change. Raises Invalid."""
    cells: dict[str, str] = {}
    faults: list[Fault] = []
    for column in columns:
        cells[column], fault = read_cell(column, said.get(column, ""))
        if fault:
            faults.append(fault)
    recorded, before = _faults(texts, known, today)
    told, after = _faults({**texts, **cells}, known, today)
    faults += [fault for fault in after if fault not in before or fault.column in columns]
    if told.reference != recorded.reference and (
        find_order_by_reference(session, told.reference) is not None
        or erased_references(session, seal.fingerprint, [told.reference])
    ):
        faults.append(already_recorded())
    if faults:
        raise Invalid(*_beside(faults, columns))
    was, becomes = _texts(recorded), _texts(told)
    return told, {name: (was[name], becomes[name]) for name in was if was[name] != becomes[name]}


def _faults(texts: Mapping[str, str], known: Known, today: date) -> tuple[NewOrder, list[Fault]]:
    order, faults = read_order(texts)
    order = resolve(order, known)
    unread = {fault.column for fault in faults}
    return order, [*faults, *order_faults(order, known, today, unread=unread)]


def _beside(faults: Iterable[Fault], columns: tuple[str, ...]) -> list[FieldProblem]:
    """The first fault of each column; what lies in another column stands beside the first here."""
    first: dict[str, Fault] = {}
    for fault in faults:
        first.setdefault(fault.column, fault)
    return [
        FieldProblem(column if column in columns else columns[0], fault.as_field_problem().message)
        for column, fault in first.items()
    ]


def _texts(order: NewOrder) -> dict[str, str]:
    """An order as it would be recorded, in the same words as ``texts_of_order``."""
    starts_on = None if order.starts_on == order.sentenced_on else order.starts_on
    ends_on = None if order.requirement_ends_on == order.ends_on else order.requirement_ends_on
    return {
        "reference": order.reference,
        "crn": order.crn,
        "name": order.harmer.details.name,
        "date_of_birth": _day(order.harmer.born_on),
        "court": order.court,
        "sentenced_on": _day(order.sentenced_on),
        "order_type": order.order_type.value,
        "requirement": order.requirement.value,
        "days": "" if order.days is None else str(order.days),
        "ends_on": _day(order.ends_on),
        "starts_on": _day(starts_on),
        "requirement_ends_on": _day(ends_on),
        "convicted_on": _day(order.convicted_on),
        "received_on": _day(order.received_on),
        "offences": " ".join(order.offences),
        "plea": order.plea.value,
        "risk": order.risk.value,
        "officer": order.officer,
        "language": order.language,
        "skills": " ".join(sorted(order.skills)),
        "sensitive_complex": "yes" if order.is_sensitive_complex else "no",
        "in_sentence_plan": _yes_or_no(order.in_sentence_plan),
        "venues": " ".join(sorted(set(order.venues))),
    }


def _not_said(
    grounds: Grounds,
    order: Order,
    changes: Mapping[str, tuple[str, str]],
    columns: tuple[str, ...],
) -> list[FieldProblem]:
    problems = []
    if not changes:
        problems.append(FieldProblem(columns[0], "This is what is recorded already"))
    if not grounds.reason.strip():
        problems.append(FieldProblem("reason", "Say why it is changed"))
    if len(grounds.reason.strip()) > LONGEST_REASON:
        problems.append(
            FieldProblem("reason", f"The reason must be {LONGEST_REASON} characters or fewer")
        )
    if grounds.effective_on is not None and grounds.effective_on < order.sentenced_on:
        problems.append(FieldProblem("effective_on", "The day lies before the sentence"))
    return problems


def _write(
    session: Session,
    order: Order,
    told: NewOrder,
    changes: Mapping[str, tuple[str, str]],
    known: Known,
) -> None:
    """Put what was told in place of what stood."""
    order.take(
        {
            "reference": told.reference,
            "crn": told.crn,
            "court_code": told.court,
            "order_type": told.order_type,
            "sentenced_on": told.sentenced_on,
            "ends_on": told.ends_on,
            "convicted_on": told.convicted_on,
            "received_on": told.received_on or order.received_on,
            "plea": told.plea,
            "risk": told.risk,
            "language": told.language,
            "skills": [skill.value for skill in told.skills],
            "is_sensitive_complex": told.is_sensitive_complex,
            "in_sentence_plan": told.in_sentence_plan,
        }
    )
    get_requirement(session, order.id).take(
        {
            "kind": told.requirement,
            "days": told.days,
            "starts_on": told.starts_on or told.sentenced_on,
            "ends_on": told.requirement_ends_on or told.ends_on,
        }
    )
    if "officer" in changes:
        order.responsible_officer_id = _officer(session, told, order, known)
    details = _harmer_details(session, order.id)
    if details is not None:
        details.take({"name": told.harmer.details.name, "born_on": told.harmer.born_on})
    if "offences" in changes:
        session.exec(delete(OrderOffence).where(col(OrderOffence.order_id) == order.id))
        session.add_all(
            OrderOffence(order_id=order.id, position=position, offence_code=code)
            for position, code in enumerate(told.offences, start=1)
        )
    if "venues" in changes:
        session.exec(delete(VenueAgreed).where(col(VenueAgreed.order_id) == order.id))
        session.add_all(
            VenueAgreed(order_id=order.id, venue_id=known.venues[code])
            for code in sorted(set(told.venues))
        )


def _officer(session: Session, told: NewOrder, order: Order, known: Known) -> UUID:
    """The officer with the code that was given, added where nobody has it yet."""
    if told.officer in known.officers:
        return known.officers[told.officer]
    officer = ResponsibleOfficer(**officer_row(told, order.area_id))
    session.add(officer)
    session.flush()
    return officer.id


def _let_clocks_follow(session: Session, order: Order) -> None:
    """Work the plan out anew from another day of sentence. Raises Invalid when that day comes
    after what was done to carry the sentence out."""
    plan = live_plan(session, order.id)
    done = [step.done_on for step in steps_of(session, plan.id)] if plan is not None else []
    if order.first_attempted_at is not None:
        done.append(london_day(order.first_attempted_at))
    done.append(order.first_contacted_on)
    first = min((day for day in done if day is not None), default=order.sentenced_on)
    if first < order.sentenced_on:
        raise Invalid(
            FieldProblem(
                "sentenced_on",
                f"Contact or a meeting is recorded on {day_in_words(first)}, before that day",
            )
        )
    if plan is not None:
        session.flush()
        let_clocks_follow(session, plan, order)


def _warnings(
    session: Session, order: Order, changes: Mapping[str, tuple[str, str]]
) -> tuple[str, ...]:
    """What nobody but a person can put right."""
    plan = live_plan(session, order.id)
    warnings = []
    last_day = min(order.ends_on, get_requirement(session, order.id).ends_on)
    for step in steps_of(session, plan.id) if plan is not None else ():
        if step.state is StepState.OPEN and step.due_on is not None and step.due_on > last_day:
            warnings.append(
                f"A day is promised after the order's last day: {day_in_words(step.due_on)}"
            )
    if changes.get("sensitive_complex") == ("no", "yes") and order.signed_off_at is None:
        warnings.append("The case stops at its assessment until a manager signs it off")
    return tuple(warnings)


def _harmer_details(session: Session, order_id: UUID) -> HarmerDetails | None:
    """Who the person on probation of an order is; None once they were erased."""
    harmer: Party | None = next(
        (
            party
            for party in parties_of(session, order_id)
            if party.side is Side.HARMER and party.role is PartyRole.PRINCIPAL
        ),
        None,
    )
    return None if harmer is None else session.get(HarmerDetails, harmer.id)


def _yes_or_no(truth: bool | None) -> str:
    return "" if truth is None else "yes" if truth else "no"


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
