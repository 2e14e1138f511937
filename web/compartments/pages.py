"""What these pages show."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from rj.accounts.queries import active_accounts_holding, get_account
from rj.compartments.permission import facilitators_of
from rj.compartments.services import releases_of, unseen_emergencies
from rj.facilitators.queries import get_facilitator
from rj.orders.models import Order
from rj.policy.terms import Role
from web.pages import Fact, moment_text
from web.words import words_for

ITEM_WORDS = {"telephone": "Telephone number", "email": "E-mail address", "address": "Address"}
ITEM_CHOICES = tuple(ITEM_WORDS.items())
ROLES_OF_A_CASE = (Role.COORDINATOR, Role.FACILITATOR, Role.LIAISON_OFFICER)


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """What is open to one facilitator."""

    release_id: UUID
    who: str
    items: str
    since: str


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """An emergency opening that waits to be read of."""

    opening_id: UUID
    who: str
    when: str
    reason: str


def facilitator_choices(session: Session, order: Order) -> tuple[tuple[str, str], ...]:
    """The case's facilitators, for a choice."""
    return tuple((str(each.id), each.name) for each in facilitators_of(session, order))


def release_rows(session: Session, party_id: UUID) -> tuple[ReleaseRow, ...]:
    """What is open of a person's contact, to whom."""
    return tuple(
        ReleaseRow(
            each.id,
            get_facilitator(session, each.facilitator_id).name,
            ", ".join(ITEM_WORDS[item].lower() for item in each.items),
            moment_text(each.released_at),
        )
        for each in releases_of(session, party_id)
    )


def opening_rows(session: Session, order_id: UUID) -> tuple[OpeningRow, ...]:
    """Emergency openings of a case that its liaison officer has not read of yet."""
    return tuple(
        OpeningRow(
            each.id,
            get_account(session, each.account_id).name,
            moment_text(each.opened_at),
            each.reason,
        )
        for each in unseen_emergencies(session, order_id)
    )


def opened_facts(found: dict[str, str]) -> tuple[Fact, ...]:
    """Items of contact as a page shows them."""
    return tuple(Fact(ITEM_WORDS[item], text or "Not known") for item, text in found.items())


def people_choices(session: Session, order: Order) -> tuple[tuple[str, str, str], ...]:
    """Everybody who works in the order's area, with their roles and whether the case is theirs."""
    roles: dict[UUID, list[Role]] = {}
    names: dict[UUID, str] = {}
    for role in ROLES_OF_A_CASE:
        for account in active_accounts_holding(session, role, order.area_id):
            roles.setdefault(account.id, []).append(role)
            names[account.id] = account.name
    of_case = {each.account_id for each in facilitators_of(session, order)}
    of_case.add(order.liaison_account_id)
    part = ", has a part in this case now"
    return tuple(
        (
            str(each),
            names[each],
            ", ".join(words_for(role) for role in held) + part * (each in of_case),
        )
        for each, held in sorted(roles.items(), key=lambda one: names[one[0]])
    )
