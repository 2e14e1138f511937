"""What an order must be like to be recorded: one list for the form and the file.

Each rule is a fact about what was entered and what is known, with its source; it sees no database
and no clock. A rule names the columns it rests on, so that it is passed over when one of them
could not be read.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from rj.intake.csv_table import Fault
from rj.intake.entry import NO_OFFENCE, NewOrder
from rj.kernel.errors import Invalid
from rj.kernel.london import day_in_words
from rj.parties.contact import refuse_impossible_terms, refuse_unreachable
from rj.parties.recording import NewPerson
from rj.policy.legal import hard_end, rules_on
from rj.policy.terms import OrderType, PartyRole, RequirementType, Side, Skill

REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9/._ -]*")
CRN = re.compile(r"[A-Z][0-9]{6}")
LANGUAGE = re.compile(r"[a-z]{2}")
TELEPHONE = re.compile(r"\+?[0-9 ()-]{7,40}")
HOME_OFFICE_CODE = re.compile(r"(\d{1,3})/(\d{1,2})|(\d{3})(\d{2})")
COURT_OFFENCE_CODE = re.compile(r"[A-Z]{2}\d{5}[A-Z]?")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
EMAIL = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})+")
"""What the HTML standard takes for an e-mail address, with at least one dot in the domain."""
LONGEST_EMAIL = 254
ADULT_AGE = 18
LONGEST_LIFE = 120
MOST_OFFENCES = 20
MOST_PEOPLE = 30
MOST_DAYS_OTHERWISE = 365
"""Where the law sets no most, the court's word stands: this only catches slips of the pen."""
ASK_FOR_CONVICTION = timedelta(days=365)
"""The day of conviction is asked for when the eighteenth birthday lies this close before the
sentence: only then can it decide."""
COMPLEX_SKILLS = frozenset({Skill.SENSITIVE, Skill.DOMESTIC_ABUSE, Skill.SEXUAL})
"""A case that needs one of these is sensitive and complex."""


@dataclass(frozen=True, slots=True)
class Known:
    """The reference lists an order is judged by."""

    courts: Mapping[str, str]
    """Code by code or name, in lower case."""
    areas: Mapping[str, str]
    """Code by code or name, in lower case."""
    offences: frozenset[str]
    court_offences: Mapping[str, str] = field(default_factory=dict)
    """Home Office code by the courts' own code."""
    officers: Mapping[str, UUID] = field(default_factory=dict)
    venues: Mapping[str, UUID] = field(default_factory=dict)
    liaisons: Mapping[str, UUID] = field(default_factory=dict)
    """Accounts that may take the victim liaison officer's part, by e-mail."""
    own_areas: frozenset[str] | None = None
    """Areas the person who enters works for; None: all of them."""


def home_office_code(text: str) -> str | None:
    """``8/1``, ``008/01`` and ``00801`` as ``008/01``; None for anything else."""
    match = HOME_OFFICE_CODE.fullmatch(text)
    if match is None:
        return None
    category, subcategory = match[1] or match[3], match[2] or match[4]
    return f"{int(category):03}/{int(subcategory):02}"


def by_code_or_name(names: Mapping[str, str]) -> dict[str, str]:
    """The codes of a list, whose names are given by code, by either of them in lower case."""
    codes = {name.casefold(): code for code, name in names.items()}
    codes.update({code.casefold(): code for code in names})
    return codes


def resolve(order: NewOrder, known: Known) -> NewOrder:
    """The order with every code in the form in which it is stored."""
    offences = []
    for text in order.offences:
        code = known.court_offences.get(text) or home_office_code(text) or text
        if code not in offences:
            offences.append(code)
    skills = set(order.skills)
    is_complex = order.is_sensitive_complex or bool(skills & COMPLEX_SKILLS)
    if is_complex:
        skills.add(Skill.SENSITIVE)
    return replace(
        order,
        court=known.courts.get(order.court.casefold(), order.court),
        area=known.areas.get(order.area.casefold(), order.area),
        offences=tuple(offences),
        skills=tuple(sorted(skills)),
        is_sensitive_complex=is_complex,
    )


Judge = Callable[[NewOrder, Known, date], Fault | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule and the columns it rests on."""

    columns: frozenset[str]
    judge: Judge


def adult_on(born_on: date) -> date:
    """The eighteenth birthday; that of 29 February is 1 March."""
    try:
        return born_on.replace(year=born_on.year + ADULT_AGE)
    except ValueError:
        return date(born_on.year + ADULT_AGE, 3, 1)


def reference_is_well_formed(order: NewOrder, known: Known, today: date) -> Fault | None:
    """A court's reference: letters, figures and / . _ - between them."""
    if REFERENCE.fullmatch(order.reference):
        return None
    return Fault(
        "reference",
        "The reference holds signs other than letters, figures, / . _ - and spaces",
        "Give the court's reference as it stands on the order",
    )


def crn_is_well_formed(order: NewOrder, known: Known, today: date) -> Fault | None:
    """A case reference number is a letter and six figures (nDelius)."""
    if CRN.fullmatch(order.crn):
        return None
    return Fault("crn", "The CRN is not a letter and six figures", "Write it like X123456")


def court_is_known(order: NewOrder, known: Known, today: date) -> Fault | None:
    """The sentencing court is in the courts list."""
    if known.courts.get(order.court.casefold()) == order.court:
        return None
    return Fault(
        "court",
        f"The court “{order.court}” is not in the courts list",
        "Check the code or name, or import the courts list first",
    )


def area_is_known_and_own(order: NewOrder, known: Known, today: date) -> Fault | None:
    """The area exists, and whoever enters the order works for it."""
    if known.areas.get(order.area.casefold()) != order.area:
        return Fault(
            "area", f"The area “{order.area}” is not known", "Use the code or name of an area"
        )
    if known.own_areas is not None and order.area not in known.own_areas:
        return Fault(
            "area",
            f"You do not work for the area “{order.area}”",
            "Leave this order to a coordinator of that area",
        )
    return None


def offences_are_known(order: NewOrder, known: Known, today: date) -> Fault | None:
    """Each offence is in the list, by Home Office or courts' code."""
    if not order.offences:
        return NO_OFFENCE
    if len(order.offences) > MOST_OFFENCES:
        return Fault("offences", "Too many offences", f"Give {MOST_OFFENCES} or fewer")
    unknown = [code for code in order.offences if code not in known.offences]
    if not unknown:
        return None
    return Fault(
        "offences",
        f"The offence “{unknown[0]}” is not in the offence list",
        "Check the code, or import the offence list first",
    )


def sentence_is_past(order: NewOrder, known: Known, today: date) -> Fault | None:
    """A sentence has been passed when it is recorded."""
    if order.sentenced_on <= today:
        return None
    return Fault("sentenced_on", "The sentence lies in the future", "Check the day of sentence")


def order_ends_after_sentence(order: NewOrder, known: Known, today: date) -> Fault | None:
    """An order does not end before it is made."""
    if order.ends_on >= order.sentenced_on:
        return None
    return Fault(
        "ends_on", "The order ends before the sentence", "Check the end and the day of sentence"
    )


def requirement_lies_within(order: NewOrder, known: Known, today: date) -> Fault | None:
    """The requirement begins on or after the sentence, and ends within the order."""
    starts_on = order.starts_on or order.sentenced_on
    ends_on = order.requirement_ends_on or order.ends_on
    if starts_on < order.sentenced_on:
        return Fault("starts_on", "The requirement begins before the sentence", "Check both days")
    if ends_on < starts_on and order.ends_on >= order.sentenced_on:
        column = "requirement_ends_on" if order.requirement_ends_on else "starts_on"
        return Fault(column, "The requirement ends before it begins", "Check both days")
    if ends_on > order.ends_on:
        return Fault(
            "requirement_ends_on", "The requirement ends after the order", "Check both days"
        )
    return None


def received_between_sentence_and_today(order: NewOrder, known: Known, today: date) -> Fault | None:
    """The service learned of the order after the sentence (R17)."""
    if order.received_on is None or order.sentenced_on <= order.received_on <= today:
        return None
    if order.sentenced_on > today:
        return None
    return Fault(
        "received_on",
        "The order was received before the sentence or after today",
        "Give the day on which the service learned of it, or leave it empty for today",
    )


def birthday_is_believable(order: NewOrder, known: Known, today: date) -> Fault | None:
    """A date of birth lies in the past, within a long life."""
    born_on = order.harmer.born_on
    if born_on is None or (today.year - LONGEST_LIFE <= born_on.year and born_on < today):
        return None
    return Fault("date_of_birth", "The date of birth cannot be right", "Check the year")


def was_an_adult_when_convicted(order: NewOrder, known: Known, today: date) -> Fault | None:
    """Community orders are for people of 18 or over when convicted (R6)."""
    born_on = order.harmer.born_on
    if born_on is None or born_on >= order.sentenced_on:
        return None
    adult = adult_on(born_on)
    convicted_on = order.convicted_on
    refer = "Refer this case to the youth justice service"
    if order.sentenced_on < adult or (convicted_on and convicted_on < adult):
        return Fault("date_of_birth", "The person was under 18 at conviction", refer)
    if convicted_on is None and order.sentenced_on - adult < ASK_FOR_CONVICTION:
        return Fault(
            "convicted_on",
            "The person turned 18 less than a year before the sentence, so the day of conviction "
            "decides",
            "Give the day of conviction in convicted_on",
        )
    return None


def convicted_before_sentence(order: NewOrder, known: Known, today: date) -> Fault | None:
    """Conviction comes before sentence."""
    if order.convicted_on is None or order.convicted_on <= order.sentenced_on:
        return None
    return Fault("convicted_on", "The conviction comes after the sentence", "Check both days")


def requirement_fits_the_order(order: NewOrder, known: Known, today: date) -> Fault | None:
    """A requirement on deferment belongs to a deferred sentence, and no other does (R4)."""
    deferred = order.order_type is OrderType.DEFERRED_SENTENCE
    if deferred == (order.requirement is RequirementType.DEFERMENT_RJ):
        return None
    return Fault(
        "requirement",
        "The requirement does not belong to this type of order",
        "Use deferment_rj with a deferred sentence, and one of the others with an order",
    )


def deferment_has_a_hard_end(order: NewOrder, known: Known, today: date) -> Fault | None:
    """Sentence is deferred for six months at most, or twelve for later convictions (R4)."""
    regime = rules_on(order.sentenced_on).regime(order.requirement)
    end = hard_end(regime, order.sentenced_on, order.convicted_on)
    if order.order_type is not OrderType.DEFERRED_SENTENCE or end is None:
        return None
    if order.ends_on <= end.last_day:
        return None
    last = day_in_words(end.last_day)
    if end.needs_conviction:
        return Fault(
            "convicted_on",
            f"Sentence is deferred for more than {end.months} months, past {last}, which only a "
            "later conviction allows",
            "Give the day of conviction in convicted_on, or check the end",
        )
    return Fault(
        "ends_on",
        f"Sentence may be deferred for at most {end.months} months, until {last}",
        "Check the end; a deferment is not extended beyond it",
    )


def days_are_lawful(order: NewOrder, known: Known, today: date) -> Fault | None:
    """At least a day, at most what the regime allows (R1, R2)."""
    regime = rules_on(order.sentenced_on).regime(order.requirement)
    most = regime.most_days or MOST_DAYS_OTHERWISE
    if order.days is None or 1 <= order.days <= most:
        return None
    return Fault("days", f"The days are not between 1 and {most}", "Check the court's order")


def officer_is_known(order: NewOrder, known: Known, today: date) -> Fault | None:
    """The responsible officer is known, or comes with name and e-mail."""
    if order.officer in known.officers or (order.officer_name and order.officer_email):
        return None
    return Fault(
        "officer",
        f"The responsible officer “{order.officer}” is not known",
        "Check the code, or give officer_name and officer_email to add the officer",
    )


def officer_email_is_an_address(order: NewOrder, known: Known, today: date) -> Fault | None:
    """Invitations to a review go to it."""
    if not order.officer_email or is_email(order.officer_email):
        return None
    return Fault("officer_email", "This is not an e-mail address", "Check its spelling")


def liaison_is_known(order: NewOrder, known: Known, today: date) -> Fault | None:
    """Who takes the harmed side's part can sign in and holds that role."""
    if not order.liaison or order.liaison in known.liaisons:
        return None
    return Fault(
        "liaison",
        "Nobody with this e-mail may take the victim liaison officer's part",
        "Check the address, ask the administrator for the role, or leave it empty",
    )


def language_is_a_code(order: NewOrder, known: Known, today: date) -> Fault | None:
    """The language the lead must speak, by ISO 639-1."""
    if LANGUAGE.fullmatch(order.language):
        return None
    return Fault("language", "This language is not known", "Use two letters, such as en, cy or pl")


def venues_are_known(order: NewOrder, known: Known, today: date) -> Fault | None:
    """Venues agreed for the case are in the venues list."""
    if set(order.venues) <= known.venues.keys():
        return None
    return Fault("venues", "A venue code is not known", "Use codes of the venues list")


def people_are_few(order: NewOrder, known: Known, today: date) -> Fault | None:
    """A case has a room full of people, not a crowd."""
    if len(order.people) <= MOST_PEOPLE:
        return None
    return Fault("people", "Too many people for one order", f"Give {MOST_PEOPLE} or fewer")


def _rule(judge: Judge, *columns: str) -> Rule:
    return Rule(frozenset(columns), judge)


ORDER_RULES = (
    _rule(reference_is_well_formed, "reference"),
    _rule(crn_is_well_formed, "crn"),
    _rule(court_is_known, "court"),
    _rule(area_is_known_and_own, "area"),
    _rule(offences_are_known, "offences"),
    _rule(sentence_is_past, "sentenced_on"),
    _rule(order_ends_after_sentence, "sentenced_on", "ends_on"),
    _rule(requirement_lies_within, "sentenced_on", "ends_on", "starts_on", "requirement_ends_on"),
    _rule(received_between_sentence_and_today, "sentenced_on", "received_on"),
    _rule(birthday_is_believable, "date_of_birth"),
    _rule(was_an_adult_when_convicted, "date_of_birth", "sentenced_on", "convicted_on"),
    _rule(convicted_before_sentence, "convicted_on", "sentenced_on"),
    _rule(requirement_fits_the_order, "order_type", "requirement"),
    _rule(
        deferment_has_a_hard_end,
        *("order_type", "requirement", "sentenced_on", "ends_on", "convicted_on"),
    ),
    _rule(days_are_lawful, "days", "requirement"),
    _rule(officer_is_known, "officer", "officer_name", "officer_email"),
    _rule(officer_email_is_an_address, "officer_email"),
    _rule(liaison_is_known, "liaison"),
    _rule(language_is_a_code, "language"),
    _rule(venues_are_known, "venues"),
    _rule(people_are_few),
)


def order_faults(
    order: NewOrder, known: Known, today: date, *, unread: Iterable[str] = ()
) -> list[Fault]:
    """Everything wrong with a resolved order, its person on probation included.

    Rules that rest on a column in ``unread`` are passed over. The other people are judged by
    ``person_faults``, each by itself.
    """
    skip = frozenset(unread)
    found = [rule.judge(order, known, today) for rule in ORDER_RULES if not rule.columns & skip]
    faults = [fault for fault in found if fault is not None]
    return faults + [
        fault for fault in person_faults(order.harmer, known, today) if fault.column not in skip
    ]


def is_email(text: str) -> bool:
    """Whether a mail server could be asked to deliver to this address; nobody is asked."""
    return (
        len(text) <= LONGEST_EMAIL
        and EMAIL.fullmatch(text) is not None
        and ".." not in text
        and not text.startswith(".")
        and ".@" not in text
    )


def person_faults(person: NewPerson, known: Known, today: date) -> list[Fault]:
    """Everything wrong with one person. Never repeats what was entered."""
    return list(_person_faults(person, known, today))


def _person_faults(person: NewPerson, known: Known, today: date) -> Iterator[Fault]:
    details = person.details
    if person.side is Side.HARMER and not details.name:
        yield Fault("name", "The name is missing", "Give the person's name")
    if person.organisation and (person.side, person.role) != (Side.HARMED, PartyRole.PRINCIPAL):
        yield Fault(
            "organisation",
            "Only the harmed side is represented for an organisation",
            "Leave it empty, or make this the harmed person themselves",
        )
    elif person.organisation and not details.name:
        yield Fault(
            "name",
            "Nobody is named who represents the organisation",
            "Give the name of one person who speaks for it",
        )
    if details.email and not is_email(details.email):
        yield Fault("email", "This is not an e-mail address", "Check its spelling")
    if details.telephone and not TELEPHONE.fullmatch(details.telephone):
        yield Fault("telephone", "This is not a telephone number", "Write it like 01632 960123")
    if person.terms is not None:
        try:
            refuse_impossible_terms(person.terms)
            refuse_unreachable(person.terms.channel, details)
        except Invalid as invalid:
            for problem in invalid.problems:
                column = "calendar" if problem.field == "calendar_wish" else problem.field
                yield Fault(column, problem.message, "Or choose another channel")
        if person.terms.agreed_on is not None and person.terms.agreed_on > today:
            yield Fault("agreed_on", "The agreement lies in the future", "Check the day")
    if not set(person.avoids) <= known.venues.keys():
        yield Fault("avoid_venues", "A venue code is not known", "Use codes of the venues list")
    if not set(person.likes) <= known.venues.keys():
        yield Fault("like_venues", "A venue code is not known", "Use codes of the venues list")
    if set(person.likes) & set(person.avoids):
        yield Fault("like_venues", "A venue is both liked and to be avoided", "Keep one of the two")
