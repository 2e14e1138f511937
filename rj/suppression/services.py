"""Keeping the list of those who said no, and stopping whoever looks like one of them.

bring_up_to_date(session, seal, now)                the list follows stops and withdrawals
stop_who_is_alike(session, seal, party_id, ...)     on entry: stops and asks
stop_at_their_word(session, seal, party_id, ...)    they say no themselves
decide_alike(session, party_id, ...)                the liaison officer has looked
"""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session, col, delete, exists, or_, select

from rj.audit.services import Actor, note
from rj.conferences import gates
from rj.conferences.models import GateRecord
from rj.conferences.readiness import NO_LONGER, has_refused
from rj.conferences.telling import Tell
from rj.parties.contact import contact_details, stop_contact
from rj.parties.models import HarmerDetails, Party
from rj.parties.queries import find_party, get_party
from rj.parties.sealing import ContactDetails, Seal
from rj.policy.terms import Channel, Gate, Side
from rj.suppression.marks import BY_CHANNEL, Mark, MarkKind, marks_of
from rj.suppression.models import SaidNo, SaidNoQuestion

NOBODY = "nobody has said no"
"""What a session remembers of an empty list: a publication asks for each of its people."""

BY_NAME = frozenset({MarkKind.NAME_AND_BIRTH, MarkKind.NAME_AND_POSTCODE})


def bring_up_to_date(session: Session, seal: Seal, *, now: datetime) -> None:
    """Have the list hold everybody who has said no, and nobody who speaks with us again.

    Whoever was erased stays on it. Cheap when nothing changed; done before the list is asked.
    """
    listed = set(session.exec(select(SaidNo.party_id).distinct()))
    for party in _who_may_have_said_no(session):
        if party.id not in listed and _says_no(session, party):
            put_on_list(session, seal, party, now=now)
    for party_id in listed:
        party_now = find_party(session, party_id)
        if party_now is None or party_now.erased_at is not None:
            continue
        if not _says_no(session, party_now):
            session.exec(delete(SaidNo).where(col(SaidNo.party_id) == party_id))
    session.flush()


def put_on_list(session: Session, seal: Seal, party: Party, *, now: datetime) -> None:
    """Add every mark of one person who said no that is not there yet."""
    known = set(
        session.exec(select(SaidNo.kind, SaidNo.fingerprint).where(SaidNo.party_id == party.id))
    )
    session.add_all(
        SaidNo(
            party_id=party.id,
            kind=mark.kind.value,
            fingerprint=mark.fingerprint,
            since=party.stopped_at or now,
        )
        for mark in _marks_of_party(session, seal, party.id)
        if (mark.kind.value, mark.fingerprint) not in known
    )
    session.info.pop(NOBODY, None)
    session.flush()


def stop_who_is_alike(
    session: Session, seal: Seal, party_id: UUID, *, actor: Actor, now: datetime, tell: Tell
) -> bool:
    """Stop contact with a person who is like one who said no, and ask the liaison officer.

    Called once a person's details are changed. False when there is nobody like them, and for who
    said no themselves: nothing is to be asked, and they are known by the new details too.
    """
    bring_up_to_date(session, seal, now=now)
    party = get_party(session, party_id)
    if _says_no(session, party):
        put_on_list(session, seal, party, now=now)
    if _stopped_at_their_word(session, party):
        return False
    alike = _alike(session, party_id, _marks_of_party(session, seal, party_id))
    if not alike:
        return False
    _ask(session, party_id, alike, actor=actor, now=now)
    gates.stop_contact(session, party_id, actor=actor, now=now, tell=tell)
    return True


def stop_at_their_word(
    session: Session, seal: Seal, party_id: UUID, *, actor: Actor, now: datetime, tell: Tell
) -> Party:
    """No means no (M5): nothing more is sent, and they are on the list from now on.

    Their own word overtakes a question whether they said no before: its answer lifts nothing.
    """
    party = gates.stop_contact(session, party_id, actor=actor, now=now, tell=tell)
    decide_alike(session, party_id, actor=actor, now=now)
    session.flush()
    bring_up_to_date(session, seal, now=now)
    return party


def stop_the_new_who_are_alike(
    session: Session,
    seal: Seal,
    people: Iterable[tuple[UUID, ContactDetails, date | None]],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """The same for people just recorded, by form or from a file of thousands; none is told of
    anything yet."""
    bring_up_to_date(session, seal, now=now)
    known = frozenset(session.exec(select(SaidNo.fingerprint)))
    if not known:
        return
    for party_id, details, born_on in people:
        alike = [each for each in marks_of(seal, details, born_on) if each.fingerprint in known]
        if alike:
            _ask(session, party_id, alike, actor=actor, now=now)
            stop_contact(session, party_id, actor=actor, now=now)


def _ask(
    session: Session, party_id: UUID, alike: Iterable[Mark], *, actor: Actor, now: datetime
) -> None:
    """Leave the question whether somebody is one who said no."""
    found = sorted(alike, key=lambda mark: mark.kind)
    question = session.get(SaidNoQuestion, party_id)
    if question is None:
        question = SaidNoQuestion(party_id=party_id, asked_at=now)
        session.add(question)
    question.kinds = [mark.kind.value for mark in found]
    question.fingerprints = sorted({*question.fingerprints, *(mark.fingerprint for mark in found)})
    question.asked_at = now
    question.answered_at = None
    party = get_party(session, party_id)
    note(
        session,
        actor,
        "ask whether this person said no",
        "party",
        party_id,
        now=now,
        order_id=party.order_id,
        fields=question.kinds,
    )
    session.flush()


def open_question(session: Session, party_id: UUID) -> SaidNoQuestion | None:
    """The question about a person that nobody has answered yet."""
    question = session.get(SaidNoQuestion, party_id)
    return question if question is not None and question.answered_at is None else None


def decide_alike(session: Session, party_id: UUID, *, actor: Actor, now: datetime) -> None:
    """The question is answered: what was alike stops nothing any more, for this person.

    Safe where nothing was asked.
    """
    question = open_question(session, party_id)
    if question is not None:
        question.answered_at = now
        question.answered_by = actor.account_id


def said_no_before(
    session: Session, seal: Seal, party_id: UUID, details: ContactDetails, channel: Channel
) -> bool:
    """At sending: whether this person, or the very address or number, is one that said no."""
    if NOBODY not in session.info:
        session.info[NOBODY] = session.exec(select(SaidNo.id).limit(1)).first() is None
    if session.info[NOBODY]:
        return False
    wanted = BY_CHANNEL[channel] | BY_NAME
    marks = marks_of(seal, details, _born_on(session, party_id))
    return bool(_alike(session, party_id, (mark for mark in marks if mark.kind in wanted)))


def _alike(session: Session, party_id: UUID, marks: Iterable[Mark]) -> list[Mark]:
    """Those of the marks that somebody else left who said no, and that nobody has decided on."""
    by_fingerprint = {mark.fingerprint: mark for mark in marks}
    question = session.get(SaidNoQuestion, party_id)
    if question is not None and question.answered_at is not None:
        for decided in question.fingerprints:
            by_fingerprint.pop(decided, None)
    if not by_fingerprint:
        return []
    found = session.exec(
        select(SaidNo.fingerprint)
        .where(col(SaidNo.fingerprint).in_(by_fingerprint), SaidNo.party_id != party_id)
        .distinct()
    )
    return [by_fingerprint[each] for each in found]


def _who_may_have_said_no(session: Session) -> list[Party]:
    refused = exists().where(
        col(GateRecord.party_id) == col(Party.id),
        col(GateRecord.gate) == Gate.CONSENT,
        col(GateRecord.value).in_(NO_LONGER),
    )
    return list(
        session.exec(
            select(Party).where(
                or_(col(Party.stopped_at).is_not(None), refused), col(Party.erased_at).is_(None)
            )
        )
    )


def _says_no(session: Session, party: Party) -> bool:
    """Stopped at their own word, or of the harmed side and unwilling; not merely asked about."""
    if _stopped_at_their_word(session, party):
        return True
    return party.side is Side.HARMED and has_refused(session, party.order_id, party.id)


def _stopped_at_their_word(session: Session, party: Party) -> bool:
    return party.stopped_at is not None and open_question(session, party.id) is None


def _marks_of_party(session: Session, seal: Seal, party_id: UUID) -> frozenset[Mark]:
    details = contact_details(session, seal, party_id)
    return marks_of(seal, details, _born_on(session, party_id))


def _born_on(session: Session, party_id: UUID) -> date | None:
    known = session.get(HarmerDetails, party_id)
    return known.born_on if known is not None else None
