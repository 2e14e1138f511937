"""Who may see what, role by role: the whole of it, and nothing else decides.

A role opens functions; an assignment to the case opens its objects; the fields a role gets of a
thing are listed here, never taken from a row. What is not listed is denied.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from rj.policy.terms import Role


class Action(StrEnum):
    """What somebody wants with a thing."""

    READ = "read"
    WRITE = "write"


class Thing(StrEnum):
    """What there is to see, in compartments."""

    CASE = "case"
    """Reference, stage, dates."""
    HARMER = "harmer"
    """Name and contact of the person on probation and their supporters."""
    OFFENCE = "offence"
    """Offence, plea, sentence, court dates."""
    HARMED_NAME = "harmed_name"
    """What a harmed person wants to be called."""
    HARMED_CONTACT = "harmed_contact"
    """Address, telephone, e-mail."""
    HARMED_WISHES = "harmed_wishes"
    """Wishes, statement, safety needs."""
    HARMED_CONSENT = "harmed_consent"
    HARMED_TIME = "harmed_time"
    """Free and busy."""
    ATTENDANCE = "attendance"
    """Room, time, who comes how."""
    LAST_WORD = "last_word"
    """What somebody of the harmed side is still to be told, be the case open or closed."""
    CHECK = "check"
    """A check of suitability, and what is held for it. It is of no case yet."""
    OWN_RECORD = "own_record"
    """Hours, time away and subscribed calendar of whoever leads meetings."""
    PLANNING = "planning"
    """Runs, what-ifs and provisional holds of an area. What they say of a case is that case's."""
    REGISTERS = "registers"
    """Facilitators, venues and rooms of an area."""
    RULES = "rules"
    """Area rules, offences, words for the court."""
    ACCOUNTS = "accounts"
    """Accounts, roles, mail settings, retention."""
    AUDIT = "audit"


class Reach(StrEnum):
    """How far a permission goes."""

    NONE = "none"
    OWN = "own"
    """Cases the person is assigned to, and what is theirs without a case."""
    AREA = "area"
    """Every case of the areas in which the role is held."""
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Cell:
    """What one role may with one thing."""

    read: Reach = Reach.NONE
    write: Reach = Reach.NONE
    fields: frozenset[str] = frozenset()

    def reach(self, action: Action) -> Reach:
        """How far the role reaches for this."""
        return self.read if action is Action.READ else self.write


DENIED = Cell()

_ALL_OF: dict[Thing, tuple[str, ...]] = {
    Thing.CASE: ("reference", "stage", "dates"),
    Thing.HARMER: ("name", "telephone", "email", "address", "curfew", "channel"),
    Thing.OFFENCE: ("offence", "plea", "sentence", "court_dates"),
    Thing.HARMED_NAME: ("chosen_name",),
    Thing.HARMED_CONTACT: ("telephone", "email", "address"),
    Thing.HARMED_WISHES: ("wishes", "statement", "safety_needs"),
    Thing.HARMED_CONSENT: ("consent", "recorded_on"),
    Thing.HARMED_TIME: ("hours", "away", "places"),
    Thing.ATTENDANCE: ("room", "time", "people"),
    Thing.LAST_WORD: ("letters", "calls"),
    Thing.CHECK: ("facts", "answer", "paragraph", "hold"),
    Thing.OWN_RECORD: ("hours", "away", "calendar"),
    Thing.PLANNING: ("runs", "what_ifs", "holds"),
    Thing.REGISTERS: ("facilitators", "venues", "rooms"),
    Thing.RULES: ("area_rules", "offences", "court_words"),
    Thing.ACCOUNTS: ("accounts", "roles", "mail", "retention"),
    Thing.AUDIT: ("when", "who", "kind", "thing"),
}


def _all(thing: Thing, read: Reach, write: Reach = Reach.NONE) -> Cell:
    return Cell(read, write, frozenset(_ALL_OF[thing]))


def _only(read: Reach, *fields: str) -> Cell:
    return Cell(read, fields=frozenset(fields))


NONE, OWN, AREA, ALL = Reach.NONE, Reach.OWN, Reach.AREA, Reach.ALL
CONSTRAINTS = ("constraints",)
SLOTS = ("slots",)

MATRIX: MappingProxyType[tuple[Thing, Role], Cell] = MappingProxyType(
    {
        (Thing.CASE, Role.COORDINATOR): _all(Thing.CASE, AREA, AREA),
        (Thing.CASE, Role.REPORT_WRITER): _all(Thing.CASE, OWN),
        (Thing.CASE, Role.FACILITATOR): _all(Thing.CASE, OWN, OWN),
        (Thing.CASE, Role.LIAISON_OFFICER): _all(Thing.CASE, OWN),
        (Thing.HARMER, Role.COORDINATOR): _all(Thing.HARMER, AREA, AREA),
        (Thing.HARMER, Role.REPORT_WRITER): _all(Thing.HARMER, OWN),
        (Thing.HARMER, Role.FACILITATOR): _all(Thing.HARMER, OWN),
        (Thing.OFFENCE, Role.COORDINATOR): _all(Thing.OFFENCE, AREA, AREA),
        (Thing.OFFENCE, Role.REPORT_WRITER): _all(Thing.OFFENCE, OWN, OWN),
        (Thing.OFFENCE, Role.FACILITATOR): _all(Thing.OFFENCE, OWN),
        (Thing.OFFENCE, Role.LIAISON_OFFICER): _all(Thing.OFFENCE, OWN),
        (Thing.HARMED_NAME, Role.COORDINATOR): _all(Thing.HARMED_NAME, AREA),
        # a facilitator: once the person has agreed to take part
        (Thing.HARMED_NAME, Role.FACILITATOR): _all(Thing.HARMED_NAME, OWN),
        (Thing.HARMED_NAME, Role.LIAISON_OFFICER): _all(Thing.HARMED_NAME, OWN, OWN),
        # a facilitator: only items that were released to them
        (Thing.HARMED_CONTACT, Role.FACILITATOR): _all(Thing.HARMED_CONTACT, OWN),
        (Thing.HARMED_CONTACT, Role.LIAISON_OFFICER): _all(Thing.HARMED_CONTACT, OWN, OWN),
        (Thing.HARMED_WISHES, Role.COORDINATOR): _only(AREA, *CONSTRAINTS),
        (Thing.HARMED_WISHES, Role.FACILITATOR): _only(OWN, *CONSTRAINTS),
        (Thing.HARMED_WISHES, Role.LIAISON_OFFICER): _all(Thing.HARMED_WISHES, OWN, OWN),
        (Thing.HARMED_CONSENT, Role.COORDINATOR): _all(Thing.HARMED_CONSENT, AREA),
        (Thing.HARMED_CONSENT, Role.REPORT_WRITER): _only(OWN, "consent"),
        (Thing.HARMED_CONSENT, Role.FACILITATOR): _all(Thing.HARMED_CONSENT, OWN),
        (Thing.HARMED_CONSENT, Role.LIAISON_OFFICER): _all(Thing.HARMED_CONSENT, OWN, OWN),
        (Thing.HARMED_TIME, Role.COORDINATOR): _only(AREA, *SLOTS),
        (Thing.HARMED_TIME, Role.FACILITATOR): _only(OWN, *SLOTS),
        (Thing.HARMED_TIME, Role.LIAISON_OFFICER): _all(Thing.HARMED_TIME, OWN, OWN),
        (Thing.ATTENDANCE, Role.COORDINATOR): _all(Thing.ATTENDANCE, AREA, AREA),
        (Thing.ATTENDANCE, Role.REPORT_WRITER): _only(OWN, "date"),
        (Thing.ATTENDANCE, Role.FACILITATOR): _all(Thing.ATTENDANCE, OWN, OWN),
        (Thing.ATTENDANCE, Role.LIAISON_OFFICER): _all(Thing.ATTENDANCE, OWN),
        # closing a case calls its meetings off: whoever was told by letter or call still hears it
        (Thing.LAST_WORD, Role.LIAISON_OFFICER): _all(Thing.LAST_WORD, OWN, OWN),
        (Thing.CHECK, Role.REPORT_WRITER): _all(Thing.CHECK, OWN, OWN),
        (Thing.OWN_RECORD, Role.FACILITATOR): _all(Thing.OWN_RECORD, OWN, OWN),
        (Thing.PLANNING, Role.COORDINATOR): _all(Thing.PLANNING, AREA, AREA),
        (Thing.REGISTERS, Role.COORDINATOR): _all(Thing.REGISTERS, AREA, AREA),
        (Thing.RULES, Role.ADMINISTRATOR): _all(Thing.RULES, ALL, ALL),
        (Thing.ACCOUNTS, Role.ADMINISTRATOR): _all(Thing.ACCOUNTS, ALL, ALL),
        (Thing.AUDIT, Role.ADMINISTRATOR): _all(Thing.AUDIT, ALL),
    }
)


def readers_of(thing: Thing) -> frozenset[Role]:
    """The roles to which a thing is open at all."""
    return frozenset(role for role in Role if cell(thing, role).read is not Reach.NONE)


def cell(thing: Thing, role: Role) -> Cell:
    """What a role may with a thing; nothing where the matrix is silent."""
    return MATRIX.get((thing, role), DENIED)
