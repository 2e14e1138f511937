"""Who was told of a meeting, how and when: nobody falls through."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from rj.calendars.queries import Told, Word, told_of
from rj.conferences.models import Meeting, MeetingState
from rj.facilitators.queries import get_facilitator
from rj.orders.queries import get_officer
from rj.outbox.models import RecipientKind
from rj.parties.models import Party
from rj.policy.terms import PartyRole, Side
from web.pages import Tag, moment_text
from web.words import MESSAGE_TAGS, words_for

PARTS = {
    (Side.HARMER, PartyRole.PRINCIPAL): "Person on probation",
    (Side.HARMER, PartyRole.SUPPORTER): "Supporter of the person on probation",
    (Side.HARMER, PartyRole.INTERPRETER): "Interpreter",
    (Side.HARMED, PartyRole.PRINCIPAL): "Harmed person",
    (Side.HARMED, PartyRole.SUPPORTER): "Supporter of the harmed person",
    (Side.HARMED, PartyRole.INTERPRETER): "Interpreter for the harmed side",
}


def part_words(party: Party) -> str:
    """The part somebody takes in a case, without saying who it is."""
    return PARTS[party.side, party.role]


@dataclass(frozen=True, slots=True)
class ToldRow:
    """What one person was told of one meeting, by the latest message to them."""

    name: str
    part: str
    channel: str
    tag: Tag
    when: str
    reason: str


def told_rows(
    session: Session, meeting: Meeting, parties: Mapping[UUID, Party], names: Mapping[UUID, str]
) -> tuple[ToldRow, ...]:
    """Each person of a meeting. ``names`` are those of the parties that the reader may see."""
    return tuple(
        _row(_who(session, told, parties, names), told, meeting)
        for told in told_of(session, meeting.id)
    )


def _row(who: tuple[str, str], told: Told, meeting: Meeting) -> ToldRow:
    name, part = who
    if not told.is_awaited:
        part += ", no longer expected"
    word = told.latest
    if word is None:
        waits = meeting.state is MeetingState.HELD
        tag = Tag("Not to be told yet", "held") if waits else Tag("Not told", "late")
        return ToldRow(name, part, "", tag, "", "")
    return ToldRow(
        name,
        part,
        _channel(word),
        MESSAGE_TAGS[word.state],
        moment_text(word.told_at or word.written_at),
        word.reason,
    )


def _channel(word: Word) -> str:
    if word.is_to_agree:
        return "Agree first how they may be reached"
    calendar = " with a calendar entry" if word.has_calendar else ""
    return words_for(word.channel) + calendar


def _who(
    session: Session, told: Told, parties: Mapping[UUID, Party], names: Mapping[UUID, str]
) -> tuple[str, str]:
    if told.kind is RecipientKind.FACILITATOR:
        return get_facilitator(session, told.reader_id).name, "Facilitator"
    if told.kind is RecipientKind.OFFICER:
        return get_officer(session, told.reader_id).name, "Responsible officer"
    party = parties.get(told.reader_id)
    part = part_words(party) if party else "Somebody"
    return names.get(told.reader_id) or part, part
