"""What report writers and administrators do.

start_check(session, entry, *, writer_id, actor, now)
check_again(session, found, entry, *, based_on, actor, now)
discard_check(session, found, *, based_on, actor, now)
note_arrangements(session, found, reference, *, now)
approve_words(session, words, language, *, actor, now)
take_approval_back(session, words, *, actor, now)
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from rj.area_rules.queries import policy_by_version, policy_in_force
from rj.audit.services import Actor, note
from rj.db.records import get_record
from rj.kernel.errors import Conflict, FieldProblem, Invalid, NotAllowed
from rj.kernel.london import london_day
from rj.kernel.references import new_reference
from rj.orders.models import Offence
from rj.policy.court_words import CourtWords
from rj.policy.terms import HarmClass, Language
from rj.suitability.checking import check
from rj.suitability.facts import Answer, Facts, facts_document, facts_from
from rj.suitability.models import SuitabilityCheck, WordsApproval
from rj.suitability.paragraph import fingerprint
from rj.suitability.queries import sentence_day, with_offence, words_approval

HELD_FOR_OTHERS = "Release the arrangements first: they are held for what you entered before"


@dataclass(frozen=True, slots=True)
class CheckEntry:
    """What a report writer enters."""

    area_id: str
    facts: Facts
    label: str = ""
    hearing_on: date | None = None
    offence_code: str | None = None
    court_told_on: date | None = None
    court_told_where: str = ""


def start_check(
    session: Session, entry: CheckEntry, *, writer_id: UUID, actor: Actor, now: datetime
) -> SuitabilityCheck:
    """Answer from what is known and keep it as a draft of the writer's own.

    Raises Invalid for an offence that is not in the list, or half a record of consent.
    """
    found = SuitabilityCheck(
        reference=new_reference("SC"),
        writer_id=writer_id,
        created_at=now,
        **_columns(session, entry, now),
    )
    session.add(found)
    session.flush()
    _note(session, found, "check suitability", entry, actor, now)
    return found


def check_again(
    session: Session,
    found: SuitabilityCheck,
    entry: CheckEntry,
    *,
    based_on: int,
    actor: Actor,
    now: datetime,
) -> SuitabilityCheck:
    """Answer anew, by the rules now in force for the day of sentence. Raises as ``start_check``,
    and Conflict when the check has changed. What a hold was worked out from must stay as it is:
    Invalid otherwise."""
    found.refuse_if_changed(based_on, "This check")
    if found.hold_reference:
        _refuse_what_was_not_held(found, entry)
        entry = replace(entry, facts=replace(entry.facts, arrangements=Answer.YES))
    found.take(_columns(session, entry, now))
    session.flush()
    _note(session, found, "check suitability again", entry, actor, now)
    return found


def discard_check(
    session: Session, found: SuitabilityCheck, *, based_on: int, actor: Actor, now: datetime
) -> None:
    """Throw a draft away for good. Raises Conflict while arrangements are held for it."""
    found.refuse_if_changed(based_on, "This check")
    if found.hold_reference:
        raise Conflict("Release the arrangements that are held for this check first")
    note(session, actor, "discard suitability check", "suitability_check", found.id, now=now)
    session.delete(found)
    session.flush()


def note_arrangements(
    session: Session, found: SuitabilityCheck, reference: str, *, now: datetime
) -> None:
    """Have a check rest on the arrangements that are held under a reference, or on none any more.

    Its answer follows at once (R9).
    """
    arrangements = Answer.YES if reference else Answer.NOT_KNOWN
    facts = replace(facts_from(found.facts), arrangements=arrangements)
    day = sentence_day(found)
    rules = policy_by_version(session, found.rules_version, day).legal
    offence = session.get(Offence, found.offence_code) if found.offence_code else None
    found.hold_reference = reference
    found.facts = facts_document(facts)
    found.result = check(with_offence(facts, offence), day, rules).result
    session.flush()


def approve_words(
    session: Session, words: CourtWords, language: Language, *, actor: Actor, now: datetime
) -> None:
    """Let exactly these words be used in reports. Raises Conflict when they are already."""
    if actor.account_id is None:
        raise NotAllowed("An approval carries the name of who gave it")
    if words_approval(session, words) is not None:
        raise Conflict("These words have been approved already")
    mark = fingerprint(words)
    session.add(
        WordsApproval(
            fingerprint=mark, language=language, approved_at=now, approved_by=actor.account_id
        )
    )
    session.flush()
    note(session, actor, "approve court words", "words", mark, now=now, reason=language.value)


def take_approval_back(session: Session, words: CourtWords, *, actor: Actor, now: datetime) -> None:
    """Let these words be used no more. Raises Conflict when they are not approved."""
    approval = words_approval(session, words)
    if approval is None:
        raise Conflict("These words are not approved")
    session.delete(approval)
    session.flush()
    note(session, actor, "take approval back", "words", approval.fingerprint, now=now)


def _refuse_what_was_not_held(found: SuitabilityCheck, entry: CheckEntry) -> None:
    """Times are held for one area and day of sentence: for others they would promise nothing."""
    if entry.area_id != found.area_id:
        raise Invalid(FieldProblem("area_id", HELD_FOR_OTHERS))
    if entry.hearing_on != found.hearing_on:
        raise Invalid(FieldProblem("hearing_on", HELD_FOR_OTHERS))
    if entry.facts.sensitive is Answer.YES:
        raise Invalid(FieldProblem("sensitive", HELD_FOR_OTHERS))


def _columns(session: Session, entry: CheckEntry, now: datetime) -> dict[str, Any]:
    offence = _offence(session, entry.offence_code)
    if (entry.court_told_on is None) != (not entry.court_told_where):
        raise Invalid(
            FieldProblem("court_told_on", "Give both the day of the consent and where it is kept")
        )
    if entry.court_told_on is not None and entry.court_told_on > london_day(now):
        raise Invalid(FieldProblem("court_told_on", "The day of the consent must not lie ahead"))
    day = entry.hearing_on or london_day(now)
    rules = policy_in_force(session, entry.area_id, day).legal
    facts = with_offence(entry.facts, offence)
    return {
        "area_id": entry.area_id,
        "label": entry.label,
        "hearing_on": entry.hearing_on,
        "offence_code": entry.offence_code,
        "facts": facts_document(entry.facts),
        "court_told_on": entry.court_told_on,
        "court_told_where": entry.court_told_where,
        "rules_version": rules.version,
        "result": check(facts, day, rules).result,
        "checked_at": now,
    }


def _offence(session: Session, code: str | None) -> Offence | None:
    offence = session.get(Offence, code) if code else None
    if code and offence is None:
        raise Invalid(FieldProblem("offence_code", "This code is not in the offence list"))
    return offence


def _note(
    session: Session,
    found: SuitabilityCheck,
    action: str,
    entry: CheckEntry,
    actor: Actor,
    now: datetime,
) -> None:
    note(
        session,
        actor,
        action,
        "suitability_check",
        found.id,
        now=now,
        fields=facts_document(entry.facts),
    )


def classify_offence(
    session: Session,
    code: str,
    harm_class: HarmClass,
    *,
    based_on: HarmClass,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Offence:
    """Set how an offence stands to the eligibility rule (R8); a renewed list leaves it so.

    Raises Conflict when somebody has classed it otherwise than ``based_on`` since.
    """
    offence = get_record(session, Offence, code, "offence")
    if offence.harm_class is not based_on:
        raise Conflict("This offence has been classed otherwise since you looked at it")
    offence.harm_class = harm_class
    session.flush()
    note(
        session,
        actor,
        "change offence class",
        "offence",
        code,
        now=now,
        fields=["harm_class"],
        reason=reason,
    )
    return offence
