"""What an order page says of each fact: its name, and a recorded value in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlmodel import Session, select

from rj.accounts.models import Account, Area
from rj.orders.history import changes_of
from rj.orders.models import Court, Offence, Order, ResponsibleOfficer
from rj.policy.languages import language_name
from rj.policy.terms import OrderType, Plea, RequirementType, RiskLevel, Skill
from rj.venues.models import Venue
from web.pages import day_text, moment_text
from web.words import words_for

FACT_NAMES: Mapping[str, str] = {
    "reference": "Court's reference",
    "crn": "CRN",
    "name": "Person on probation",
    "date_of_birth": "Date of birth",
    "convicted_on": "Date of conviction",
    "order_type": "Order",
    "requirement": "Requirement",
    "days": "Most days",
    "sentenced_on": "Date of sentence",
    "court": "Sentencing court",
    "ends_on": "End of the order",
    "starts_on": "Requirement begins",
    "requirement_ends_on": "Requirement ends",
    "received_on": "Received by the service",
    "offences": "Offences",
    "plea": "Plea",
    "risk": "Risk of serious harm",
    "officer": "Responsible officer",
    "language": "Language of meetings",
    "skills": "Skills needed",
    "sensitive_complex": "Sensitive and complex",
    "in_sentence_plan": "In the sentence plan",
    "venues": "Venues",
    "voluntary_from": "Goes on voluntarily from",
    "area": "Area",
}
DATES = frozenset(
    {
        *("date_of_birth", "convicted_on", "sentenced_on", "ends_on", "starts_on"),
        *("requirement_ends_on", "received_on", "voluntary_from"),
    }
)
TERMS: Mapping[str, type[StrEnum]] = {
    "order_type": OrderType,
    "requirement": RequirementType,
    "plea": Plea,
    "risk": RiskLevel,
}
WHERE_EMPTY: Mapping[str, str] = {
    "days": "None named",
    "starts_on": "With the sentence",
    "requirement_ends_on": "With the order",
    "venues": "Any open venue of the area",
    "in_sentence_plan": "Not known",
}


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change in the history of an order."""

    fact: str
    before: str
    after: str
    why: str
    when: str
    who: str


def change_rows(session: Session, order: Order) -> tuple[ChangeRow, ...]:
    """What was changed of an order, the newest first, in words."""
    rows = []
    for change in changes_of(session, order.id):
        account = session.get(Account, change.changed_by) if change.changed_by else None
        since = f", from {day_text(change.effective_on)}" if change.effective_on else ""
        why = f"{words_for(change.ground)}{since}"
        rows.append(
            ChangeRow(
                fact=FACT_NAMES.get(change.fact, change.fact),
                before=value_words(session, change.fact, change.value_before),
                after=value_words(session, change.fact, change.value_after),
                why=f"{why}: {change.reason}" if change.reason else why,
                when=moment_text(change.changed_at),
                who=account.name if account else "The service",
            )
        )
    return tuple(rows)


def value_words(session: Session, fact: str, text: str) -> str:
    """A value of a fact, recorded in the words of a file, as a page writes it."""
    if not text:
        return WHERE_EMPTY.get(fact, "None")
    if fact in DATES:
        return day_text(date.fromisoformat(text))
    if fact in TERMS:
        return words_for(TERMS[fact](text))
    if fact == "skills":
        return ", ".join(words_for(Skill(word)) for word in text.split())
    if fact in {"sensitive_complex", "in_sentence_plan"}:
        return text.capitalize()
    if fact == "language":
        return language_name(text)
    find = _FINDERS.get(fact)
    return text if find is None else "; ".join(find(session, code) or code for code in text.split())


def _officer(session: Session, code: str) -> str:
    found = session.exec(select(ResponsibleOfficer).where(ResponsibleOfficer.code == code)).first()
    return f"{found.name} ({code})" if found else ""


def _offence(session: Session, code: str) -> str:
    found = session.get(Offence, code)
    return f"{found.description} ({code})" if found else ""


def _court(session: Session, code: str) -> str:
    found = session.get(Court, code)
    return found.name if found else ""


def _venue(session: Session, code: str) -> str:
    found = session.exec(select(Venue).where(Venue.code == code)).first()
    return found.name if found else ""


def _area(session: Session, code: str) -> str:
    found = session.get(Area, code)
    return found.name if found else ""


_FINDERS: Mapping[str, Callable[[Session, str], str]] = {
    "officer": _officer,
    "offences": _offence,
    "court": _court,
    "venues": _venue,
    "area": _area,
}
