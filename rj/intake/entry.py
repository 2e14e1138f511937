"""A court order as a form or a file tells it, read from texts.

``NewOrder`` holds what was said, in codes; ``rj.intake.rules`` judges it against what is known,
and ``rj.intake.services`` records it. Reading goes on past a fault, so that one look finds all.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from functools import cache, lru_cache
from typing import TypeVar

from rj.intake.csv_table import Fault
from rj.kernel.weekly_hours import read_hours
from rj.parties.contact import ContactTerms
from rj.parties.recording import NewPerson
from rj.parties.sealing import ContactDetails
from rj.policy.languages import LANGUAGES as NAMED_LANGUAGES
from rj.policy.terms import (
    CalendarWish,
    Channel,
    Language,
    OrderType,
    PartyRole,
    Plea,
    RequirementType,
    RiskLevel,
    Side,
    Skill,
)

PERSON_COLUMNS = (
    "email",
    "telephone",
    "address",
    "channel",
    "calendar",
    "voicemail",
    "safe_times",
    "call_about",
    "show_place",
    "agreed_on",
    "letters_in",
    "hours",
    "likes_hours",
    "curfew",
    "away",
    "avoid_venues",
    "like_venues",
)
"""Columns that tell how and when to reach a person; the same in both files."""

ORDER_REQUIRED = (
    "reference",
    "crn",
    "name",
    "date_of_birth",
    "court",
    "sentenced_on",
    "order_type",
    "requirement",
    "ends_on",
    "offences",
    "officer",
    "area",
)
ORDER_OPTIONAL = (
    "days",
    "starts_on",
    "requirement_ends_on",
    "convicted_on",
    "received_on",
    "plea",
    "risk",
    "officer_name",
    "officer_email",
    "language",
    "skills",
    "sensitive_complex",
    "in_sentence_plan",
    "venues",
    "liaison",
    "hold",
    *PERSON_COLUMNS,
)
PARTY_REQUIRED = ("order_reference", "side", "role")
PARTY_OPTIONAL = ("name", "chosen_name", "organisation", *PERSON_COLUMNS)

NO_OFFENCE = Fault("offences", "The offence is missing", "Give at least one code, like 8/6")
"""Found on reading, so that it is told together with everything else that is missing."""

UNREAD = date(1, 1, 1)
"""Stands for a date that could not be read, in an order that has faults and is never recorded."""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """A sentence with a restorative-justice requirement, in the codes of the reference lists."""

    reference: str
    crn: str
    court: str
    area: str
    order_type: OrderType
    requirement: RequirementType
    sentenced_on: date
    ends_on: date
    offences: tuple[str, ...]
    officer: str
    harmer: NewPerson
    days: int | None = None
    starts_on: date | None = None
    """Of the requirement; none means the day of sentence."""
    requirement_ends_on: date | None = None
    """None means the end of the order."""
    convicted_on: date | None = None
    received_on: date | None = None
    """None means the day it is recorded."""
    plea: Plea = Plea.NOT_KNOWN
    risk: RiskLevel = RiskLevel.NOT_KNOWN
    officer_name: str = ""
    """With ``officer_email``: adds an officer whose code is not known yet."""
    officer_email: str = ""
    language: str = "en"
    skills: tuple[Skill, ...] = ()
    is_sensitive_complex: bool = False
    in_sentence_plan: bool | None = None
    """Whether the sentence plan names this work; None while nobody knows (R3)."""
    venues: tuple[str, ...] = ()
    liaison: str = ""
    """E-mail by which the victim liaison officer, or who takes that part, signs in."""
    hold: str = ""
    """Reference of the provisional hold whose times become the order's (R14)."""
    people: tuple[NewPerson, ...] = field(default=(), repr=False)
    """Everybody but the person on probation."""


T = TypeVar("T")
TTerm = TypeVar("TTerm", bound=StrEnum)

OTHER_WORDS: Mapping[str, str] = {
    "co": "community_order",
    "sso": "suspended_sentence_order",
    "suspended_sentence": "suspended_sentence_order",
    "suspended": "suspended_sentence_order",
    "deferred": "deferred_sentence",
    "deferment": "deferred_sentence",
    "rehabilitation_activity_requirement": "rar",
    "rehabilitation_activity": "rar",
    "sar": "specified_activity",
    "specified_activity_requirement": "specified_activity",
    "probation": "probation_requirement",
    "rj_requirement_on_deferment": "deferment_rj",
    "unknown": "not_known",
    "e_mail": "email",
    "mail": "email",
    "post": "letter",
    "telephone": "phone",
    "call": "phone",
    "face_to_face": "in_person",
    "victim": "harmed",
    "offender": "harmer",
    "yes": "invitation",
    "no": "none",
    "english": "en",
    "welsh": "cy",
    "cymraeg": "cy",
}
"""Other words that people write for a value of a closed list."""

LANGUAGES: Mapping[str, str] = {
    **{name.casefold(): code for code, name in NAMED_LANGUAGES},
    "cymraeg": "cy",
    "panjabi": "pa",
}
"""What people write for a language, and its code."""
YES = frozenset({"yes", "y", "true", "1"})
NO = frozenset({"no", "n", "false", "0"})

_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
_UK_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?: 00:00(?::00)?)?")
_CURFEW = re.compile(r"(\d{1,2}:\d{2})\s*(?:-|–|to)\s*(\d{1,2}:\d{2})")
_LIST_SIGNS = re.compile(r"[,;|\s]+")
_STAY_SIGNS = re.compile(r"[,;|]")
_STAY = re.compile(r"\s*(?:\.\.|\bto\b|–)\s*")


@lru_cache(maxsize=1024)
def read_day(text: str) -> date:
    """A day written 2026-03-09 or 09/03/2026. Raises ValueError saying what is wrong."""
    iso, uk = _ISO_DAY.fullmatch(text), _UK_DAY.fullmatch(text)
    if iso:
        year, month, day = (int(part) for part in iso.groups())
    elif uk:
        day, month, year = (int(part) for part in uk.groups())
        if month > 12 and day <= 12:
            raise ValueError("The date seems to have the month first")
    else:
        raise ValueError("This is not a date")
    if not 1900 <= year <= 2100:
        raise ValueError("The year is not between 1900 and 2100")
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError("There is no such day") from None


@cache
def _words_of(terms: type[StrEnum]) -> frozenset[str]:
    """The words of a closed list."""
    return frozenset(member.value for member in terms)


class _Reader:
    """Takes values from texts and gathers the faults."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts
        self.faults: list[Fault] = []

    def text(self, name: str, longest: int, *, required: str = "") -> str:
        """A text; ``required`` is the remedy when it is missing."""
        value = self.texts.get(name, "").strip()
        if not value and required:
            self.fault(name, "This is missing", required)
        if len(value) > longest:
            self.fault(name, "The text is too long", f"Use {longest} characters or fewer")
            return ""
        return value

    def fault(self, name: str, wrong: str, remedy: str) -> None:
        self.faults.append(Fault(name, wrong, remedy))

    def day(self, name: str, *, required: bool = False) -> date | None:
        value = self.texts.get(name, "").strip()
        if not value:
            if required:
                self.fault(name, "The date is missing", "Write it like 09/03/2026 or 2026-03-09")
            return None
        try:
            return read_day(value)
        except ValueError as error:
            self.fault(name, str(error), "Write it like 09/03/2026 or 2026-03-09")
            return None

    def term(self, name: str, terms: type[TTerm], otherwise: TTerm | None) -> TTerm:
        """A word of a closed list; ``otherwise`` stands for an empty cell, None if it must be."""
        value = self.texts.get(name, "").strip()
        if not value and otherwise is not None:
            return otherwise
        words = _words_of(terms)
        if value in words:
            return terms(value)
        word = re.sub(r"[^a-z0-9]+", "_", value.lower()).strip("_")
        for found in (word, OTHER_WORDS.get(word, word)):
            if found in words:
                return terms(found)
        choices = ", ".join(choice.value for choice in terms)
        self.fault(
            name, "This is missing" if not word else "This word is not known", f"Use {choices}"
        )
        return otherwise or next(iter(terms))

    def truth(self, name: str, otherwise: bool) -> bool:
        value = self.texts.get(name, "").strip().lower()
        if value and value not in YES | NO:
            self.fault(name, "This is neither yes nor no", "Use yes or no")
        return value in YES if value else otherwise

    def truth_if_known(self, name: str) -> bool | None:
        return self.truth(name, otherwise=False) if self.texts.get(name, "").strip() else None

    def words(self, name: str) -> tuple[str, ...]:
        return tuple(word for word in _LIST_SIGNS.split(self.texts.get(name, "")) if word)

    def parsed(self, name: str, parse: Callable[[str], T], remedy: str) -> T | None:
        """What ``parse`` makes of a text; None when it is empty or at fault."""
        value = self.texts.get(name, "").strip()
        if not value:
            return None
        try:
            return parse(value)
        except ValueError as error:
            wrong = str(error)
            self.fault(name, wrong[0].upper() + wrong[1:], remedy)
            return None


def read_order(
    texts: Mapping[str, str], people: tuple[NewPerson, ...] = ()
) -> tuple[NewOrder, list[Fault]]:
    """The order that texts by column name tell of, and what could not be read in them.

    With faults the order is not fit to be recorded: unread values are stood in for.
    """
    reader = _Reader(texts)
    skills = []
    for word in reader.words("skills"):
        try:
            skills.append(Skill(word.lower()))
        except ValueError:
            choices = ", ".join(skill.value for skill in Skill)
            reader.fault("skills", "A skill is not known", f"Use {choices}")
    offences = tuple(word.upper() for word in reader.words("offences"))
    if not offences:
        reader.faults.append(NO_OFFENCE)
    days = reader.parsed("days", _whole_number, "Write a whole number of days")
    language = reader.text("language", 40).lower() or "en"
    order = NewOrder(
        reference=reader.text("reference", 40, required="Give the court's reference").upper(),
        crn=reader.text("crn", 40, required="Give the case reference number").upper(),
        court=reader.text("court", 120, required="Give the court's code or name"),
        area=reader.text("area", 100, required="Give the area's code or name"),
        order_type=reader.term("order_type", OrderType, None),
        requirement=reader.term("requirement", RequirementType, None),
        sentenced_on=reader.day("sentenced_on", required=True) or UNREAD,
        ends_on=reader.day("ends_on", required=True) or UNREAD,
        offences=offences,
        officer=reader.text("officer", 12, required="Give the responsible officer's code").upper(),
        harmer=_read_person(reader, Side.HARMER, PartyRole.PRINCIPAL, is_order_row=True),
        days=days,
        starts_on=reader.day("starts_on"),
        requirement_ends_on=reader.day("requirement_ends_on"),
        convicted_on=reader.day("convicted_on"),
        received_on=reader.day("received_on"),
        plea=reader.term("plea", Plea, Plea.NOT_KNOWN),
        risk=reader.term("risk", RiskLevel, RiskLevel.NOT_KNOWN),
        officer_name=reader.text("officer_name", 100),
        officer_email=reader.text("officer_email", 254),
        language=LANGUAGES.get(language, language),
        skills=tuple(dict.fromkeys(skills)),
        is_sensitive_complex=reader.truth("sensitive_complex", otherwise=False),
        in_sentence_plan=reader.truth_if_known("in_sentence_plan"),
        venues=reader.words("venues"),
        liaison=reader.text("liaison", 254).lower(),
        hold=reader.text("hold", 12).upper(),
        people=people,
    )
    return order, reader.faults


def read_party(texts: Mapping[str, str]) -> tuple[NewPerson, list[Fault]]:
    """The person that the texts of one row of the parties' file tell of, and its faults."""
    reader = _Reader(texts)
    side = reader.term("side", Side, None)
    role = reader.term("role", PartyRole, None)
    person = _read_person(reader, side, role, is_order_row=False)
    if side is Side.HARMER and role is PartyRole.PRINCIPAL and not reader.faults:
        reader.fault(
            "role",
            "The person on probation stands in the orders file",
            "Remove this row, or make the role supporter or interpreter",
        )
    return person, reader.faults


def _read_person(reader: _Reader, side: Side, role: PartyRole, *, is_order_row: bool) -> NewPerson:
    name_needed = is_order_row or side is Side.HARMER
    details = ContactDetails(
        name=reader.text("name", 100, required="Give the person's name" if name_needed else ""),
        email=reader.text("email", 254),
        telephone=reader.text("telephone", 40),
        address=reader.text("address", 300),
    )
    terms = None
    if reader.texts.get("channel", "").strip():
        terms = ContactTerms(
            channel=reader.term("channel", Channel, None),
            calendar_wish=reader.term("calendar", CalendarWish, CalendarWish.NONE),
            may_leave_voicemail=reader.truth("voicemail", otherwise=False),
            safe_times=reader.text("safe_times", 200),
            alias=reader.text("call_about", 60),
            shows_place=reader.truth("show_place", otherwise=True),
            agreed_on=reader.day("agreed_on"),
        )
        if any(fault.column == "channel" for fault in reader.faults):
            terms = None  # the channel stood in for must not be judged
    else:
        for name in (
            "calendar",
            "voicemail",
            "safe_times",
            "call_about",
            "show_place",
            "agreed_on",
        ):
            if reader.texts.get(name, "").strip():
                reader.fault(
                    "channel", f"{name} is given without a channel", "Say which channel is safe"
                )
                break
    hours_remedy = "Write it like mon-fri 09:00-17:00, sat 10:00-12:00"
    return NewPerson(
        side=side,
        role=role,
        details=details,
        chosen_name="" if is_order_row else reader.text("chosen_name", 100),
        organisation="" if is_order_row else reader.text("organisation", 100),
        born_on=reader.day("date_of_birth", required=True) if is_order_row else None,
        terms=terms,
        language=reader.term("letters_in", Language, Language.ENGLISH),
        hours=reader.parsed("hours", read_hours, hours_remedy),
        likes_hours=reader.parsed("likes_hours", read_hours, hours_remedy),
        curfew=reader.parsed("curfew", _read_curfew, "Write it like 19:00-07:00"),
        away=reader.parsed(
            "away", _read_stays, "Write it like 03/08/2026 to 14/08/2026, more after a ;"
        )
        or (),
        avoids=reader.words("avoid_venues"),
        likes=reader.words("like_venues"),
    )


def _whole_number(text: str) -> int:
    if not re.fullmatch(r"\d{1,4}", text):
        raise ValueError("This is not a whole number")
    return int(text)


def _read_curfew(text: str) -> tuple[time, time]:
    match = _CURFEW.fullmatch(text)
    if match is None:
        raise ValueError("The curfew cannot be read")
    begins, ends = (
        datetime.strptime(part, "%H:%M").time()  # noqa: DTZ007 -- a wall-clock time, no instant
        for part in match.groups()
    )
    if begins == ends:
        raise ValueError("The curfew begins and ends at the same time")
    return begins, ends


def _read_stays(text: str) -> tuple[tuple[date, date], ...]:
    stays = []
    for piece in _STAY_SIGNS.split(text):
        if piece.strip():
            days = [read_day(part) for part in _STAY.split(piece.strip())]
            if len(days) > 2 or days[-1] < days[0]:
                raise ValueError("The days away cannot be read")
            stays.append((days[0], days[-1]))
    return tuple(sorted(stays))
