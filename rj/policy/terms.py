"""The field's words as closed lists: one word for each thing, the same in code and database.

``docs/glossary.md`` says what each means. Values are what is stored and must never change.
"""

from enum import StrEnum


class OrderType(StrEnum):
    """The sentence that carries the requirement."""

    COMMUNITY_ORDER = "community_order"
    SUSPENDED_SENTENCE_ORDER = "suspended_sentence_order"
    DEFERRED_SENTENCE = "deferred_sentence"


class RequirementType(StrEnum):
    """The legal regime of the requirement (R1, R2, R3, R4)."""

    SPECIFIED_ACTIVITY = "specified_activity"
    RAR = "rar"
    PROBATION = "probation_requirement"
    DEFERMENT_RJ = "deferment_rj"


class OrderEnding(StrEnum):
    """How the work on an order came to its end (R3)."""

    COMPLETED = "completed"
    """The plan was carried out."""
    ENDED_EARLY = "ended_early"
    """Supervision ended once requirements and sentence plan were complete (2026 Act, s38)."""
    REVOKED = "revoked"
    """A court took the order back."""
    TRANSFERRED = "transferred"
    """It is carried out elsewhere, outside this service."""
    EXPIRED = "expired"
    """Its time is over."""
    OTHER = "other"


class ChangeGround(StrEnum):
    """Why a fact of an order is no longer what was recorded."""

    CORRECTION = "correction"
    """It was recorded wrongly."""
    VARIED = "varied"
    """A court varied the order."""
    CIRCUMSTANCES = "circumstances"
    """Things are different now: another officer, another risk."""


class Plea(StrEnum):
    """What was pleaded."""

    GUILTY = "guilty"
    NOT_GUILTY = "not_guilty"
    NOT_KNOWN = "not_known"


class RiskLevel(StrEnum):
    """Risk of serious harm as the court report states it (R8)."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    VERY_HIGH = "very_high"
    NOT_KNOWN = "not_known"


class HarmClass(StrEnum):
    """How an offence stands to the eligibility rule (R8)."""

    VIOLENCE = "violence"
    DOMESTIC_BURGLARY = "domestic_burglary"
    OTHER_PERSONAL_HARM = "other_personal_harm"
    NONE = "none"


class CourtKind(StrEnum):
    """The tier of the sentencing court."""

    MAGISTRATES = "magistrates"
    CROWN = "crown"


class Stage(StrEnum):
    """A step of the plan (S1, R16, R23); the values are those of the planning format."""

    CONTACT = "contact"
    ASSESSMENT = "assessment"
    PREPARATION = "preparation"
    REPARATION = "conference"
    REVIEW = "review"


STAGE_WORDS: dict[Stage, str] = {
    Stage.CONTACT: "first contact",
    Stage.ASSESSMENT: "assessment",
    Stage.PREPARATION: "preparation",
    Stage.REPARATION: "reparation event",
    Stage.REVIEW: "review",
}
"""What each stage is called within a sentence, in their order."""


class Route(StrEnum):
    """What the third meeting is. Direct only after both sides' recorded consent to meet."""

    UNDECIDED = "undecided"
    DIRECT = "direct"
    SHUTTLE = "shuttle"
    LETTER = "letter"
    OTHER_REPARATION = "other_reparation"

    @property
    def is_conference(self) -> bool:
        """Whether harmed and harmer meet face to face."""
        return self is Route.DIRECT


class PracticeLevel(StrEnum):
    """Practitioner level (R34)."""

    FOUNDATION = "foundation"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"


class Skill(StrEnum):
    """What a facilitator is trained for beyond the basic course; as in the planning format."""

    SENSITIVE = "sensitive"
    DOMESTIC_ABUSE = "domestic_abuse"
    SEXUAL = "sexual"
    YOUTH = "youth"


class RoomFeature(StrEnum):
    """What a room can offer; as in the planning format (R44)."""

    SEPARATE_ENTRANCES = "separate_entrances"
    STEP_FREE = "step_free"
    WAITING_ROOMS = "waiting_rooms"
    VIDEO = "video"


class DayUnit(StrEnum):
    """What a clock counts (R16, R21)."""

    CALENDAR = "calendar_days"
    WORKING = "working_days"

    @property
    def other(self) -> "DayUnit":
        """The unit of the other reading."""
        return DayUnit.WORKING if self is DayUnit.CALENDAR else DayUnit.CALENDAR


class ClockKind(StrEnum):
    """What a case is timed by; ``rj.policy.clocks`` says how each is reckoned."""

    FIRST_CONTACT = "first_contact"
    ASSESSMENT = "assessment"
    PREPARATION = "preparation"
    REPARATION = "reparation"
    REVIEW = "review"
    RISK_ASSESSMENT = "risk_assessment"
    CALLS_AFTER = "calls_after"
    """The call to each side soon after the third meeting (R30)."""
    LATER_CALL = "later_call"
    """The call to each side some weeks after it (R30)."""
    VICTIM_SCHEME = "victim_scheme"
    """First contact under the Victim Contact Scheme, which is not this service's (R19)."""


class Side(StrEnum):
    """The compartment a party belongs to (R56)."""

    HARMED = "harmed"
    HARMER = "harmer"


class PartyRole(StrEnum):
    """What a party is within their side."""

    PRINCIPAL = "principal"
    SUPPORTER = "supporter"
    INTERPRETER = "interpreter"


class Channel(StrEnum):
    """How a person has said it is safe to reach them (R61)."""

    EMAIL = "email"
    LETTER = "letter"
    PHONE = "phone"
    IN_PERSON = "in_person"


class CalendarWish(StrEnum):
    """Whether a person asked for their appointments in a calendar."""

    NONE = "none"
    INVITATION = "invitation"
    FEED = "feed"


class Language(StrEnum):
    """Languages in which the service writes."""

    ENGLISH = "en"
    WELSH = "cy"


class Gate(StrEnum):
    """What must be recorded before the next stage's people are told (R27)."""

    SUITABLE = "suitable"
    CONSENT = "consent"
    RISK_ASSESSMENT = "risk_assessment"
    PREPARATION = "preparation"
    READINESS = "readiness"


class GateValue(StrEnum):
    """What was found. 'Not yet' is a normal state (R28)."""

    YES = "yes"
    NOT_YET = "not_yet"
    NO = "no"
    WITHDRAWN = "withdrawn"


class Role(StrEnum):
    """The functions an account may hold; an assignment to the case opens its objects."""

    COORDINATOR = "coordinator"
    REPORT_WRITER = "report_writer"
    FACILITATOR = "facilitator"
    LIAISON_OFFICER = "liaison_officer"
    ADMINISTRATOR = "administrator"


class EventKind(StrEnum):
    """What sort of act the audit tells of (DPA 2018 s.62)."""

    SIGN_IN = "sign_in"
    REFUSED = "refused"
    VIEW = "view"
    CREATE = "create"
    CHANGE = "change"
    DISCLOSURE = "disclosure"
    COMBINATION = "combination"
    """Data of several cases brought together: a planning run."""
    EXPORT = "export"
    ERASURE = "erasure"
    GRANT = "grant"
    """Roles, assignments, released contact and emergency access, given or taken back."""


class ContactOutcome(StrEnum):
    """What came of an attempt to reach the person on probation (R17)."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    MESSAGE_LEFT = "message_left"
    WRONG_NUMBER = "wrong_number"
    OTHER = "other"


class AskedBy(StrEnum):
    """Who asked that a meeting be called off: counted inside, and told to nobody (R47)."""

    SERVICE = "service"
    HARMER_SIDE = "harmer_side"
    HARMED_SIDE = "harmed_side"


class AttendanceOutcome(StrEnum):
    """What became of a meeting, in nDelius' words (R45, R47, R49)."""

    ATTENDED_COMPLIED = "attended_complied"
    ATTENDED_FAILED_TO_COMPLY = "attended_failed_to_comply"
    ATTENDED_NOT_DELIVERED = "attended_activity_not_delivered"
    FAILED_TO_ATTEND = "failed_to_attend"
    ACCEPTABLE_ABSENCE = "acceptable_absence"
    RESCHEDULED_OFFENDER = "rescheduled_offender_request"
    RESCHEDULED_SERVICE = "rescheduled_service_request"

    @property
    def took_place(self) -> bool:
        """Whether the step of the plan was done."""
        return self is AttendanceOutcome.ATTENDED_COMPLIED
