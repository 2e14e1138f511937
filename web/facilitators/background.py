"""What a facilitator brings along: conferences led elsewhere, and people they must not meet."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from rj.facilitators.queries import conflicts_of, past_conferences_of
from rj.orders.models import Order
from rj.orders.queries import get_officer, get_order
from rj.parties.queries import find_party, parties_of
from web.facilitators.time_away import Recorded
from web.orders.pages import party_names
from web.orders.told import part_words
from web.pages import day_text


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """A case with somebody a facilitator must not meet at work."""

    case: str
    who: str
    href: str


@dataclass(frozen=True, slots=True)
class Conflicts:
    """The cases of the reader's own areas, and how many people there are in others."""

    rows: tuple[ConflictRow, ...]
    elsewhere: int


def past_conferences(session: Session, facilitator_id: UUID, here: str) -> tuple[Recorded, ...]:
    """Direct conferences led before the record here began, the latest first."""
    return tuple(
        Recorded(day_text(each.held_on), f"{here}/past-conferences/{each.id}/remove")
        for each in reversed(past_conferences_of(session, facilitator_id))
    )


def conflicts_shown(
    session: Session,
    facilitator_id: UUID,
    here: str,
    own_areas: Collection[str],
    hidden: Collection[UUID],
) -> Conflicts:
    """The people a facilitator must not meet, by case. Who is named as on the order's page.

    Of ``hidden`` orders nothing is said, not even that there are people.
    """
    cases: dict[UUID, list[str]] = {}
    rows = []
    elsewhere = 0
    for person_id in conflicts_of(session, facilitator_id):
        party = find_party(session, person_id)
        if party is None:
            officer = get_officer(session, person_id)
            if officer.area_id in own_areas:
                rows.append(ConflictRow("", f"{officer.name}, responsible officer", ""))
            else:
                elsewhere += 1
        elif party.order_id in hidden:
            continue
        elif get_order(session, party.order_id).area_id in own_areas:
            cases.setdefault(party.order_id, []).append(part_words(party))
        else:
            elsewhere += 1
    rows += [
        ConflictRow(
            get_order(session, order_id).reference,
            ", ".join(sorted(who)),
            f"{here}/conflicts/{order_id}",
        )
        for order_id, who in cases.items()
    ]
    return Conflicts(tuple(sorted(rows, key=lambda row: (row.case, row.who))), elsewhere)


def people_of_case(session: Session, order: Order) -> tuple[tuple[str, str, str], ...]:
    """Everybody of a case whom a facilitator might know: value, who, and the part they take."""
    names = party_names(session, order.id)
    people = [
        (str(each.id), names.get(each.id) or each.reference, part_words(each))
        for each in parties_of(session, order.id)
    ]
    officer = get_officer(session, order.responsible_officer_id)
    return (*people, (str(officer.id), officer.name, "Responsible officer, in all their cases"))
