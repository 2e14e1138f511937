"""What report writers look up: their own checks, and the answer to each."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from rj.area_rules.queries import policy_by_version, policy_in_force
from rj.db.records import get_record
from rj.kernel.london import london_day
from rj.orders.models import Offence
from rj.policy.court_words import CourtWords, words_on
from rj.policy.legal import LegalRules
from rj.policy.offences import is_sensitive
from rj.policy.terms import Language
from rj.suitability.checking import Suitability, check
from rj.suitability.facts import Facts, facts_from
from rj.suitability.models import SuitabilityCheck, WordsApproval
from rj.suitability.paragraph import About, Held, fingerprint, paragraph


def get_check(session: Session, check_id: UUID) -> SuitabilityCheck:
    """The check; whose it is, the door asks. Raises NotFound."""
    return get_record(session, SuitabilityCheck, check_id, "check")


def own_checks(
    session: Session, *, writer_id: UUID, areas: Iterable[str]
) -> list[SuitabilityCheck]:
    """The writer's own checks, the newest first."""
    return list(
        session.exec(
            select(SuitabilityCheck)
            .where(
                SuitabilityCheck.writer_id == writer_id,
                col(SuitabilityCheck.area_id).in_(list(areas)),
            )
            .order_by(col(SuitabilityCheck.checked_at).desc(), col(SuitabilityCheck.reference))
        )
    )


def sentence_day(found: SuitabilityCheck) -> date:
    """The day of sentence that the check goes by: of the check itself while none is known."""
    return found.hearing_on or london_day(found.checked_at)


def with_offence(facts: Facts, offence: Offence | None) -> Facts:
    """The facts with what the offence list says: what the writer says of the kind of offence
    counts before it, but nobody makes a sensitive offence another."""
    if offence is None:
        return facts
    return replace(
        facts,
        harm=facts.harm or offence.harm_class,
        offence_is_sensitive=is_sensitive(
            offence.risk_class, offence.category, offence.description
        ),
    )


@dataclass(frozen=True, slots=True)
class Answered:
    """A check with its answer, as it was last checked."""

    facts: Facts
    rules: LegalRules
    answer: Suitability
    rules_have_changed: bool
    """Whether another version holds for its day of sentence by now (R7)."""


def answer_to(session: Session, found: SuitabilityCheck) -> Answered:
    """The answer by the rules it was last checked by."""
    day = sentence_day(found)
    rules = policy_by_version(session, found.rules_version, day).legal
    current = policy_in_force(session, found.area_id, day).legal
    offence = session.get(Offence, found.offence_code) if found.offence_code else None
    facts = with_offence(facts_from(found.facts), offence)
    return Answered(facts, rules, check(facts, day, rules), current.version != rules.version)


def paragraphs_for(
    session: Session, found: SuitabilityCheck, answered: Answered, held: Held | None = None
) -> dict[Language, str]:
    """The paragraph in each language whose words may be used: English, and Welsh once approved.

    ``held`` is what stands for the order under a provisional hold.
    """
    checked_on = london_day(found.checked_at)
    about = About(
        checked_on=checked_on,
        reference=found.reference,
        court_may_be_told=found.court_told_on is not None,
        held=held,
    )
    return {
        language: paragraph(answered.answer, answered.facts, about, words)
        for language, words in words_on(checked_on).words.items()
        if language is Language.ENGLISH or words_approval(session, words) is not None
    }


def words_approval(session: Session, words: CourtWords) -> WordsApproval | None:
    """The approval of exactly these words, if an administrator has given one."""
    return session.get(WordsApproval, fingerprint(words))
