"""The words on screen for the field's closed lists: one place, so that every page says the same.

``words_for(OrderType.COMMUNITY_ORDER)`` is "Community order"; ``choices(OrderType)`` gives the
pairs that radios and selects take.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from rj.accounts.queries import RolesByArea
from rj.conferences.models import MeetingState
from rj.outbox.models import MessageState
from rj.policy.terms import (
    STAGE_WORDS,
    AskedBy,
    AttendanceOutcome,
    CalendarWish,
    ChangeGround,
    Channel,
    ClockKind,
    ContactOutcome,
    DayUnit,
    EventKind,
    Gate,
    GateValue,
    HarmClass,
    Language,
    OrderEnding,
    OrderType,
    PartyRole,
    Plea,
    PracticeLevel,
    RequirementType,
    RiskLevel,
    Role,
    RoomFeature,
    Route,
    Side,
    Skill,
)
from rj.suitability.facts import Answer
from web.pages import Tag

WORDS: tuple[tuple[StrEnum, str], ...] = (
    (OrderType.COMMUNITY_ORDER, "Community order"),
    (OrderType.SUSPENDED_SENTENCE_ORDER, "Suspended sentence order"),
    (OrderType.DEFERRED_SENTENCE, "Deferred sentence"),
    (RequirementType.SPECIFIED_ACTIVITY, "Specified activity requirement"),
    (RequirementType.RAR, "Rehabilitation activity requirement (RAR)"),
    (RequirementType.PROBATION, "Probation requirement"),
    (RequirementType.DEFERMENT_RJ, "Restorative justice requirement on deferment"),
    (OrderEnding.COMPLETED, "The plan was carried out"),
    (OrderEnding.ENDED_EARLY, "Supervision ended early"),
    (OrderEnding.REVOKED, "A court revoked the order"),
    (OrderEnding.TRANSFERRED, "Carried out elsewhere, outside this service"),
    (OrderEnding.EXPIRED, "The order's time is over"),
    (OrderEnding.OTHER, "Another reason"),
    (ChangeGround.CORRECTION, "It was recorded wrongly"),
    (ChangeGround.VARIED, "A court varied the order"),
    (ChangeGround.CIRCUMSTANCES, "Things are different now"),
    (Plea.GUILTY, "Guilty"),
    (Plea.NOT_GUILTY, "Not guilty"),
    (Plea.NOT_KNOWN, "Not known"),
    (RiskLevel.LOW, "Low"),
    (RiskLevel.MEDIUM, "Medium"),
    (RiskLevel.HIGH, "High"),
    (RiskLevel.VERY_HIGH, "Very high"),
    (RiskLevel.NOT_KNOWN, "Not known"),
    (HarmClass.VIOLENCE, "Violence"),
    (HarmClass.DOMESTIC_BURGLARY, "Domestic burglary"),
    (HarmClass.OTHER_PERSONAL_HARM, "Other harm directed at a person"),
    (HarmClass.NONE, "None of these"),
    (Answer.YES, "Yes"),
    (Answer.NO, "No"),
    (Answer.NOT_KNOWN, "Not known yet"),
    *((stage, words.capitalize()) for stage, words in STAGE_WORDS.items()),
    (DayUnit.CALENDAR, "Calendar days"),
    (DayUnit.WORKING, "Working days"),
    (ClockKind.FIRST_CONTACT, "First contact"),
    (ClockKind.ASSESSMENT, "Assessment"),
    (ClockKind.PREPARATION, "Preparation"),
    (ClockKind.REPARATION, "Reparation event"),
    (ClockKind.REVIEW, "Review"),
    (ClockKind.RISK_ASSESSMENT, "Risk assessment to be looked at again"),
    (ClockKind.CALLS_AFTER, "Call to each side soon after"),
    (ClockKind.LATER_CALL, "Later call to each side"),
    (ClockKind.VICTIM_SCHEME, "Victim Contact Scheme: first contact"),
    (Route.UNDECIDED, "Not decided yet"),
    (Route.DIRECT, "Direct conference"),
    (Route.SHUTTLE, "Shuttle mediation"),
    (Route.LETTER, "Letter"),
    (Route.OTHER_REPARATION, "Other reparation"),
    (PracticeLevel.FOUNDATION, "Foundation"),
    (PracticeLevel.INTERMEDIATE, "Intermediate"),
    (PracticeLevel.ADVANCED, "Advanced"),
    (Skill.SENSITIVE, "Sensitive and complex cases"),
    (Skill.DOMESTIC_ABUSE, "Domestic abuse"),
    (Skill.SEXUAL, "Sexual harm"),
    (Skill.YOUTH, "Young adults"),
    (RoomFeature.SEPARATE_ENTRANCES, "Separate entrances"),
    (RoomFeature.STEP_FREE, "Step-free"),
    (RoomFeature.WAITING_ROOMS, "Waiting rooms"),
    (RoomFeature.VIDEO, "Video"),
    (Side.HARMED, "Harmed side"),
    (Side.HARMER, "Side of the person on probation"),
    (PartyRole.PRINCIPAL, "The person themselves"),
    (PartyRole.SUPPORTER, "Supporter"),
    (PartyRole.INTERPRETER, "Interpreter"),
    (Channel.EMAIL, "E-mail"),
    (Channel.LETTER, "Letter"),
    (Channel.PHONE, "Telephone"),
    (Channel.IN_PERSON, "In person"),
    (CalendarWish.NONE, "No calendar entry"),
    (CalendarWish.INVITATION, "Calendar invitation"),
    (CalendarWish.FEED, "Calendar subscription"),
    (Language.ENGLISH, "English"),
    (Language.WELSH, "Welsh"),
    (Gate.SUITABLE, "Suitable"),
    (Gate.CONSENT, "Consent"),
    (Gate.RISK_ASSESSMENT, "Risk assessment"),
    (Gate.PREPARATION, "Prepared"),
    (Gate.READINESS, "Ready"),
    (GateValue.YES, "Yes"),
    (GateValue.NOT_YET, "Not yet"),
    (GateValue.NO, "No"),
    (GateValue.WITHDRAWN, "Withdrawn"),
    (Role.COORDINATOR, "Coordinator"),
    (Role.REPORT_WRITER, "Court report writer"),
    (Role.FACILITATOR, "Facilitator"),
    (Role.LIAISON_OFFICER, "Victim liaison officer"),
    (Role.ADMINISTRATOR, "Administrator"),
    (EventKind.SIGN_IN, "Signing in and out"),
    (EventKind.REFUSED, "Refused access"),
    (EventKind.VIEW, "Looked at"),
    (EventKind.CREATE, "Recorded"),
    (EventKind.CHANGE, "Changed"),
    (EventKind.DISCLOSURE, "Told somebody"),
    (EventKind.COMBINATION, "Brought cases together"),
    (EventKind.EXPORT, "Exported"),
    (EventKind.ERASURE, "Erased"),
    (EventKind.GRANT, "Access given or taken"),
    (ContactOutcome.REACHED, "Reached: spoke with the person"),
    (ContactOutcome.NO_ANSWER, "No answer"),
    (ContactOutcome.MESSAGE_LEFT, "Message left"),
    (ContactOutcome.WRONG_NUMBER, "Wrong number"),
    (ContactOutcome.OTHER, "Something else"),
    (AskedBy.SERVICE, "Nobody but the service"),
    (AskedBy.HARMER_SIDE, "The person on probation, or somebody of their side"),
    (AskedBy.HARMED_SIDE, "Somebody of the harmed side"),
    (AttendanceOutcome.ATTENDED_COMPLIED, "Attended and complied"),
    (AttendanceOutcome.ATTENDED_FAILED_TO_COMPLY, "Attended but failed to comply"),
    (AttendanceOutcome.ATTENDED_NOT_DELIVERED, "Attended, but the session could not be held"),
    (AttendanceOutcome.FAILED_TO_ATTEND, "Did not attend"),
    (AttendanceOutcome.ACCEPTABLE_ABSENCE, "Acceptable absence"),
    (AttendanceOutcome.RESCHEDULED_OFFENDER, "Rescheduled at the person's request"),
    (AttendanceOutcome.RESCHEDULED_SERVICE, "Rescheduled by the service"),
    (MeetingState.HELD, "Held: nobody told yet"),
    (MeetingState.TOLD, "Told"),
    (MeetingState.OCCURRED, "Took place"),
    (MeetingState.CANCELLED, "Cancelled"),
    (MessageState.QUEUED, "Waiting to be sent"),
    (MessageState.SENDING, "Being sent"),
    (MessageState.SENT, "Sent"),
    (MessageState.FAILED, "Failed"),
    (MessageState.STOPPED, "Not sent, on purpose"),
    (MessageState.TO_DO, "Still to do"),
    (MessageState.DONE, "Done"),
)
"""Pairs, because terms of different lists may share a value and so be equal."""

MEETING_TAGS: dict[MeetingState, Tag] = {
    MeetingState.HELD: Tag("Held", "held"),
    MeetingState.TOLD: Tag("Told", "told"),
    MeetingState.OCCURRED: Tag("Took place", "done"),
    MeetingState.CANCELLED: Tag("Cancelled", "cancelled"),
}

MESSAGE_COLOURS: dict[MessageState, str] = {
    MessageState.QUEUED: "held",
    MessageState.SENDING: "held",
    MessageState.SENT: "told",
    MessageState.FAILED: "late",
    MessageState.STOPPED: "cancelled",
    MessageState.TO_DO: "soon",
    MessageState.DONE: "told",
}
GATE_COLOURS: dict[GateValue, str] = {
    GateValue.YES: "told",
    GateValue.NOT_YET: "held",
    GateValue.NO: "blocked",
    GateValue.WITHDRAWN: "blocked",
}

_BY_TYPE_AND_VALUE = {(type(term), term.value): text for term, text in WORDS}


def words_for(term: StrEnum) -> str:
    """The words for one term of a closed list."""
    return _BY_TYPE_AND_VALUE[type(term), term.value]


MESSAGE_TAGS = {state: Tag(words_for(state), look) for state, look in MESSAGE_COLOURS.items()}
GATE_TAGS = {value: Tag(words_for(value), look) for value, look in GATE_COLOURS.items()}


def roles_in_words(held: RolesByArea, areas: Mapping[str, str]) -> str:
    """``Coordinator (Wenshire); Administrator``: what somebody may do, and where."""
    texts = []
    for role in Role:
        if role in held:
            where = ", ".join(sorted(areas.get(area, area) for area in held[role]))
            texts.append(f"{words_for(role)} ({where})" if where else words_for(role))
    return "; ".join(texts) or "None"


OUTCOME_HINTS: dict[AttendanceOutcome, str] = {
    AttendanceOutcome.ATTENDED_COMPLIED: "The meeting took place. This completes the step.",
    AttendanceOutcome.ATTENDED_FAILED_TO_COMPLY: "The responsible officer decides what follows.",
    AttendanceOutcome.ATTENDED_NOT_DELIVERED: (
        "For example, somebody else did not come, the person declined to go on, or it was stopped "
        "for safety. Never the person's failure."
    ),
    AttendanceOutcome.FAILED_TO_ATTEND: "The responsible officer decides what follows.",
    AttendanceOutcome.ACCEPTABLE_ABSENCE: "For example, illness with evidence.",
    AttendanceOutcome.RESCHEDULED_OFFENDER: "A new meeting is needed.",
    AttendanceOutcome.RESCHEDULED_SERVICE: (
        "A new meeting is needed. Also when somebody harmed asked for it: the reason is told to "
        "nobody. Never the person's failure."
    ),
}
"""What stands below an outcome where somebody chooses it (R47, R48, R49)."""


def outcome_choices() -> tuple[tuple[str, str, str], ...]:
    """The outcomes in nDelius' words, the commonest first, each with what it usually means."""
    return tuple((each.value, words_for(each), OUTCOME_HINTS[each]) for each in AttendanceOutcome)


def choices(terms: Iterable[StrEnum]) -> tuple[tuple[str, str], ...]:
    """Pairs of value and words, in the order of the list."""
    return tuple((term.value, words_for(term)) for term in terms)
