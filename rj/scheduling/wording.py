"""Made-up names of a run turned back into words that a coordinator knows.

Staff and rooms are named; people of a case are named by their part only, so that no sentence about
a plan says who they are.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, or_, select

from rj.accounts.models import Area
from rj.conferences.attendance import part_of
from rj.conferences.models import ProvisionalHold
from rj.conferences.readiness import person_in_words
from rj.facilitators.models import Facilitator
from rj.kernel.london import day_in_words
from rj.orders.models import Order, Plan, PlanStep, ResponsibleOfficer
from rj.parties.models import Party
from rj.policy.languages import language_name
from rj.policy.plan_templates import Attends
from rj.policy.terms import STAGE_WORDS
from rj.scheduling.names import (
    CASE,
    FACILITATOR,
    HOLD,
    HOLD_ASSESSMENT,
    HOLD_CONTACT,
    IDENTIFIER_LENGTH,
    PERSON,
    ROOM,
    TASK,
    VENUE,
    Names,
)
from rj.venues.models import Room, Venue

ANOTHER_CASE = "another case"
FORGOTTEN = "somebody who has been forgotten"

_KINDS = "".join(
    (CASE, TASK, PERSON, FACILITATOR, VENUE, ROOM, HOLD, HOLD_CONTACT, HOLD_ASSESSMENT)
)
_SPOKEN = re.compile(r"\b(speaks?|spoke) ([a-z]{2})\b")
_COVERED = re.compile(r"\b(covers|cover the area|cover) ([^\s,.]+)")
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_NAME = re.compile(rf"\b[{_KINDS}]-[A-Z0-9]{{{IDENTIFIER_LENGTH}}}\b")


def in_words(session: Session, names: Names) -> Callable[[str], str]:
    """A function that replaces every made-up name in a text by what it stands for, and the codes
    of languages and areas by their names; days are spelt out.

    A name whose record has been erased becomes "somebody who has been forgotten".
    """
    labels = _labels(session, names)
    areas = {area.id: area.name for area in session.exec(select(Area))}

    def told(text: str) -> str:
        named = _NAME.sub(lambda found: labels.get(found.group(), FORGOTTEN), text)
        spoken = _SPOKEN.sub(lambda found: f"{found[1]} {language_name(found[2])}", named)
        spelt = _DAY.sub(lambda found: day_in_words(date.fromisoformat(found[0])), spoken)
        return _COVERED.sub(lambda found: f"{found[1]} {areas.get(found[2], found[2])}", spelt)

    return told


def without_naming(session: Session, order_ids: Iterable[UUID]) -> Callable[[str], str]:
    """A function that puts "another case" for the reference of each of these orders in a text.

    For whoever may not know of them, as a case may stand in another's way.
    """
    references = session.exec(select(Order.reference).where(col(Order.id).in_(list(order_ids))))
    longest_first = sorted(references, key=lambda each: (-len(each), each))
    if not longest_first:
        return str
    hidden = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
    return lambda text: hidden.sub(ANOTHER_CASE, text)


def _labels(session: Session, names: Names) -> dict[str, str]:
    of_kind: dict[str, list[UUID]] = {}
    for kind, record in names.by_record:
        of_kind.setdefault(kind, []).append(record)

    labels: dict[tuple[str, UUID], str] = {}
    for order in session.exec(select(Order).where(col(Order.id).in_(of_kind.get(CASE, [])))):
        labels[CASE, order.id] = order.reference
    for step, reference in session.exec(
        select(PlanStep, Order.reference)
        .join(Plan, col(Plan.id) == PlanStep.plan_id)
        .join(Order, col(Order.id) == Plan.order_id)
        .where(col(PlanStep.id).in_(of_kind.get(TASK, [])))
    ):
        labels[TASK, step.id] = f"the {STAGE_WORDS[step.stage]} of {reference}"
    for hold in session.exec(
        select(ProvisionalHold).where(col(ProvisionalHold.id).in_(of_kind.get(HOLD, [])))
    ):
        labels[HOLD, hold.id] = f"provisional hold {hold.reference}"
        labels[HOLD_CONTACT, hold.id] = f"the first contact of provisional hold {hold.reference}"
        labels[HOLD_ASSESSMENT, hold.id] = f"the assessment of provisional hold {hold.reference}"
    for facilitator in session.exec(
        select(Facilitator).where(col(Facilitator.id).in_(of_kind.get(FACILITATOR, [])))
    ):
        labels[FACILITATOR, facilitator.id] = facilitator.name
    for venue in session.exec(select(Venue).where(col(Venue.id).in_(of_kind.get(VENUE, [])))):
        labels[VENUE, venue.id] = venue.name
    for room, venue_name in session.exec(
        select(Room, Venue.name)
        .join(Venue, col(Venue.id) == Room.venue_id)
        .where(col(Room.id).in_(of_kind.get(ROOM, [])))
    ):
        labels[ROOM, room.id] = f"{room.name} at {venue_name}"
    everybody = frozenset(Attends)
    people = of_kind.get(PERSON, [])
    for party in session.exec(
        select(Party).where(or_(col(Party.id).in_(people), col(Party.diary_id).in_(people)))
    ):
        part = part_of(party, everybody)
        labels[PERSON, party.diary] = FORGOTTEN if part is None else person_in_words(part)
    for officer in session.exec(
        select(ResponsibleOfficer).where(col(ResponsibleOfficer.id).in_(of_kind.get(PERSON, [])))
    ):
        labels[PERSON, officer.id] = f"responsible officer {officer.code}"
    return {names.by_record[key]: label for key, label in labels.items() if key in names.by_record}
