"""What the meeting pages show: plain values, put together inside a session."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from rj.accounts.models import Account
from rj.calendars.queries import Told, Word, told_of
from rj.calendars.wording import Occasion
from rj.conferences.models import Meeting, MeetingState, MeetingVersion
from rj.conferences.queries import COMING, history_of
from rj.conferences.readiness import what_is_missing
from rj.facilitators.queries import get_facilitator
from rj.kernel.london import london_day
from rj.orders.models import Order, PlanStep
from rj.orders.queries import get_order, get_plan, get_step
from rj.outbox.models import MessageState
from rj.parties.queries import harmed_names, harmer_names, parties_of
from rj.policy.terms import AttendanceOutcome, PartyRole, Side, Stage
from web.meetings.choosing import Chosen, place_words, staff_words
from web.meetings.rehearsal import WHAT, how_words
from web.orders.pages import stage_words
from web.orders.told import told_rows
from web.pages import Fact, Tag, clock_text, moment_text
from web.words import MEETING_TAGS, MESSAGE_TAGS, words_for


@dataclass(frozen=True, slots=True)
class WordRow:
    """One message to one person: what it tells, how, and how far it has come."""

    what: str
    how: str
    tag: Tag
    when: str
    reason: str


@dataclass(frozen=True, slots=True)
class ToldPerson:
    """What one person was told of a meeting, the latest first."""

    name: str
    part: str
    state: Tag
    words: tuple[WordRow, ...]
    again: str
    """Their identifier, where what they were sent may be sent again from this page; or nothing."""


@dataclass(frozen=True, slots=True)
class VersionRow:
    """What a meeting was at one version, and who made it so."""

    number: int
    when: str
    staff: str
    place: str
    tag: Tag
    reason: str
    changed: str
    changed_by: str


@dataclass(frozen=True, slots=True)
class Act:
    """Something that may be done with the meeting now."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class MeetingPage:
    """One meeting."""

    href: str
    order_href: str
    order_reference: str
    code: str
    stage: str
    tag: Tag
    sentence: str
    facts: tuple[Fact, ...]
    missing: tuple[str, ...]
    told: tuple[ToldPerson, ...]
    versions: tuple[VersionRow, ...]
    acts: tuple[Act, ...]
    is_pinned: bool
    can_be_pinned: bool
    version: int


def meeting_page(session: Session, meeting: Meeting, now: datetime) -> MeetingPage:
    """Everything a coordinator sees of a meeting. The harmed side appears by chosen name only."""
    order = get_order(session, meeting.order_id)
    step = get_step(session, meeting.step_id)
    here = f"/meetings/{meeting.id}"
    is_coming = meeting.state in COMING
    missing = what_is_missing(session, step, today=london_day(now)) if is_coming else []
    return MeetingPage(
        href=here,
        order_href=f"/orders/{order.id}",
        order_reference=order.reference,
        code=meeting.code,
        stage=_stage(session, step),
        tag=MEETING_TAGS[meeting.state],
        sentence=_sentence(meeting),
        facts=_facts(session, meeting, order),
        missing=tuple(missing) if meeting.state is MeetingState.HELD else (),
        told=_told(session, meeting, now),
        versions=_versions(session, history_of(session, meeting.id)),
        acts=_acts(meeting, step, now, here),
        is_pinned=meeting.is_pinned and is_coming,
        can_be_pinned=is_coming and meeting.starts_at > now,
        version=meeting.version,
    )


def _told(session: Session, meeting: Meeting, now: datetime) -> tuple[ToldPerson, ...]:
    parties = {party.id: party for party in parties_of(session, meeting.order_id)}
    rows = told_rows(session, meeting, parties, _names(session, meeting.order_id))
    again = {each.reader_id for each in may_hear_again(session, meeting, now)}
    return tuple(
        ToldPerson(
            row.name,
            row.part,
            row.tag,
            tuple(_word_row(word) for word in told.words),
            str(told.reader_id) if told.reader_id in again else "",
        )
        for row, told in zip(rows, told_of(session, meeting.id), strict=True)
    )


def may_hear_again(session: Session, meeting: Meeting, now: datetime) -> list[Told]:
    """Whose mail or letter of a coming meeting a coordinator may have sent once more.

    Not the harmed side's: how often they are written to is for whoever takes their part.
    """
    if meeting.state is not MeetingState.TOLD or meeting.starts_at <= now:
        return []
    harmed = {p.id for p in parties_of(session, meeting.order_id) if p.side is Side.HARMED}
    return [
        told
        for told in told_of(session, meeting.id)
        if told.is_awaited
        and told.latest is not None
        and told.latest.state is MessageState.SENT
        and told.reader_id not in harmed
    ]


def _word_row(word: Word) -> WordRow:
    what = WHAT[word.occasion]
    if word.occasion is not Occasion.CANCELLED:
        what += f", {moment_text(word.starts_at)}"
    return WordRow(
        what=what[:1].upper() + what[1:],
        how=how_words(word.channel, is_to_agree=word.is_to_agree, has_calendar=word.has_calendar),
        tag=MESSAGE_TAGS[word.state],
        when=moment_text(word.told_at or word.written_at),
        reason=word.reason,
    )


def _names(session: Session, order_id: UUID) -> dict[UUID, str]:
    names = dict(harmed_names(session, [order_id]))
    harmer = harmer_names(session, [order_id]).get(order_id, "")
    for party in parties_of(session, order_id):
        if party.side is Side.HARMER and party.role is PartyRole.PRINCIPAL:
            names[party.id] = harmer
    return names


def _stage(session: Session, step: PlanStep) -> str:
    return stage_words(step, get_plan(session, step.plan_id).route)


def _sentence(meeting: Meeting) -> str:
    if meeting.state is MeetingState.HELD:
        return "Staff and room are booked. Only staff see it: its people have not been told."
    if meeting.state is MeetingState.TOLD:
        return f"Its people have been told, since {moment_text(meeting.told_at)}."
    if meeting.outcome is not None:
        return f"Outcome: {words_for(meeting.outcome)}."
    if meeting.state is MeetingState.CANCELLED:
        return f"It was called off: {meeting.cancelled_reason}."
    return "It took place."


def _facts(session: Session, meeting: Meeting, order: Order) -> tuple[Fact, ...]:
    facts = [
        Fact("When", f"{moment_text(meeting.starts_at)} to {clock_text(meeting.ends_at)}"),
        Fact("Where", place_words(session, meeting.room_id)),
        Fact("Lead", get_facilitator(session, meeting.lead_id).name),
        Fact(
            "Second facilitator",
            "Nobody"
            if meeting.second_id is None
            else get_facilitator(session, meeting.second_id).name,
        ),
        Fact("Order", order.reference, f"/orders/{order.id}", "Open"),
        Fact("Version", str(meeting.version)),
    ]
    if meeting.is_pinned and meeting.state in COMING:
        facts.append(Fact("Planning", "Pinned: planning leaves it as it is"))
    return tuple(facts)


def _versions(session: Session, history: list[MeetingVersion]) -> tuple[VersionRow, ...]:
    wanted = [each.changed_by for each in history if each.changed_by is not None]
    names = {
        account.id: account.name
        for account in session.exec(select(Account).where(col(Account.id).in_(wanted)))
    }
    return tuple(
        VersionRow(
            number=each.version,
            when=moment_text(each.starts_at),
            staff=staff_words(session, each.lead_id, each.second_id),
            place=place_words(session, each.room_id),
            tag=MEETING_TAGS[each.state],
            reason=_sentence_case(_outcome_words(each.reason)),
            changed=moment_text(each.changed_at),
            changed_by="The service"
            if each.changed_by is None
            else names.get(each.changed_by, "Somebody"),
        )
        for each in reversed(history)
    )


def _outcome_words(reason: str) -> str:
    """The reason of a version; an outcome is kept by its stored word."""
    return words_for(AttendanceOutcome(reason)) if reason in set(AttendanceOutcome) else reason


def _sentence_case(words: str) -> str:
    return words[:1].upper() + words[1:]


def _acts(meeting: Meeting, step: PlanStep, now: datetime, here: str) -> tuple[Act, ...]:
    if meeting.state not in COMING:
        return ()
    acts = []
    if meeting.starts_at > now:
        acts.append(Act("Move this meeting", f"{here}/move"))
    elif step.stage is Stage.CONTACT:
        acts.append(Act("Record what came of the call", f"/orders/{meeting.order_id}/contact"))
    else:
        acts.append(Act("Record what became of it", f"{here}/outcome"))
    acts.append(Act("Cancel this meeting", f"{here}/cancel"))
    return tuple(acts)


@dataclass(frozen=True, slots=True)
class Brief:
    """A meeting in a few words, for the pages that do something with it."""

    href: str
    order_href: str
    order_reference: str
    code: str
    stage: str
    when: str
    staff: str
    place: str
    is_told: bool
    version: int
    area_id: str
    has_room: bool


def brief(session: Session, meeting: Meeting) -> Brief:
    """The meeting in a few words."""
    order = get_order(session, meeting.order_id)
    step = get_step(session, meeting.step_id)
    return Brief(
        href=f"/meetings/{meeting.id}",
        order_href=f"/orders/{order.id}",
        order_reference=order.reference,
        code=meeting.code,
        stage=_stage(session, step),
        when=f"{moment_text(meeting.starts_at)} to {clock_text(meeting.ends_at)}",
        staff=staff_words(session, meeting.lead_id, meeting.second_id),
        place=place_words(session, meeting.room_id),
        is_told=meeting.state is MeetingState.TOLD,
        version=meeting.version,
        area_id=order.area_id,
        has_room=step.has_room,
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a move would change."""

    label: str
    now: str
    then: str


def differences(session: Session, meeting: Meeting, chosen: Chosen) -> tuple[Difference, ...]:
    """What a move would change, in words; nothing where it is the same."""
    ends_at = chosen.starts_at + (meeting.ends_at - meeting.starts_at)
    found = (
        Difference(
            "When",
            f"{moment_text(meeting.starts_at)} to {clock_text(meeting.ends_at)}",
            f"{moment_text(chosen.starts_at)} to {clock_text(ends_at)}",
        ),
        Difference(
            "Staff",
            staff_words(session, meeting.lead_id, meeting.second_id),
            staff_words(session, chosen.lead_id, chosen.second_id),
        ),
        Difference(
            "Where", place_words(session, meeting.room_id), place_words(session, chosen.room_id)
        ),
    )
    return tuple(each for each in found if each.now != each.then)
