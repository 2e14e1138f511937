"""When life changes under a plan that is booked: what can no longer stand, and who is disturbed.

    what_broke(session, area_id, *, now)               -> Damage, changing nothing
    disturbed_by(session, cases)                       -> tuple[Disturbed, ...]

Planning it again is a run of its own: ``rj.scheduling.runs.request_mending``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from rj.conferences.attendance import Part, attendees
from rj.conferences.readiness import person_in_words
from rj.conferences.upset import upset_meetings
from rj.orders.queries import get_officer, get_order, get_step
from rj.parties.queries import get_party
from rj.policy.terms import Stage
from rj.scheduling.freezing import CLOSE_AT_HAND, freeze
from rj.scheduling.planner.broken import broken_cases, unbegun_cases
from rj.scheduling.proposals import Placed, ProposedCase, ProposedStage, UnplacedStage
from rj.scheduling.wording import in_words


@dataclass(frozen=True, slots=True)
class BrokenCase:
    """A case with a booked meeting that can no longer stand as it is, and why."""

    order_id: UUID
    reference: str
    reason: str


@dataclass(frozen=True, slots=True)
class TooSoon:
    """A meeting that cannot take place as booked and begins before anything could be planned."""

    meeting_id: UUID
    reference: str
    stage: Stage
    starts_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Damage:
    """What a run for an area would plan again, and what has to be settled by hand."""

    area_id: str
    broken: tuple[BrokenCase, ...]
    unbegun: tuple[str, ...]
    """References of cases of which nothing is booked yet: they are planned with it."""
    too_soon: tuple[TooSoon, ...]

    def without(self, unnamed: Callable[[str], str]) -> "Damage":
        """The same for somebody who may not know of some orders; ``unnamed`` takes their
        references out of a sentence."""
        return replace(
            self,
            broken=tuple(
                replace(each, reason=unnamed(each.reason))
                for each in self.broken
                if unnamed(each.reference) == each.reference
            ),
            unbegun=tuple(each for each in self.unbegun if unnamed(each) == each),
            too_soon=tuple(e for e in self.too_soon if unnamed(e.reference) == e.reference),
        )


def what_broke(session: Session, area_id: str, *, now: datetime) -> Damage:
    """Every case of an area whose booked meetings break a rule as things are now."""
    frozen = freeze(session, area_id, now=now, holds_stand=True)
    standing = frozen.standing_plan()
    told = in_words(session, frozen.names)
    order_of = {
        case.id: frozen.orders[case.tasks[0].id]
        for case in frozen.problem.cases
        if case.tasks and case.tasks[0].id in frozen.orders
    }
    broken = [
        BrokenCase(order_of[case].id, order_of[case].reference, _sentence(told(why)))
        for case, why in broken_cases(frozen.problem, standing).items()
        if case in order_of
    ]
    unbegun = [
        order_of[case].reference
        for case in unbegun_cases(frozen.problem, standing)
        if case in order_of
    ]
    return Damage(
        area_id=area_id,
        broken=tuple(sorted(broken, key=lambda each: each.reference)),
        unbegun=tuple(sorted(unbegun)),
        too_soon=_too_soon(session, area_id, now),
    )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _too_soon(session: Session, area_id: str, now: datetime) -> tuple[TooSoon, ...]:
    """Upset meetings of the next hours: no run touches them any more."""
    return tuple(
        TooSoon(
            upset.meeting.id,
            get_order(session, upset.meeting.order_id).reference,
            get_step(session, upset.meeting.step_id).stage,
            upset.meeting.starts_at,
            ". ".join(upset.reasons),
        )
        for upset in upset_meetings(session, [area_id], now=now)
        if upset.meeting.starts_at < now + CLOSE_AT_HAND
    )


# -- who is disturbed


@dataclass(frozen=True, slots=True)
class Disturbed:
    """A meeting that people were told of and that a proposal moves, changes or calls off."""

    order_id: UUID
    reference: str
    stage: Stage
    before: Placed
    now: Placed | None
    """None where it is called off."""
    people: tuple[str, ...]
    """Everybody who hears of it, by part or code, never by name; staff by name."""


def disturbed_by(session: Session, cases: Iterable[ProposedCase]) -> tuple[Disturbed, ...]:
    """Exactly who would be told otherwise if these cases were published, meeting by meeting."""
    found = []
    for case in cases:
        if case.is_published:
            continue
        for stage in case.stages:
            if stage.disturbs and stage.before is not None:
                found.append(_moved(session, case, stage, stage.before))
        for gone in case.unplaced:
            if gone.was_told and gone.before is not None:
                found.append(_called_off(session, case, gone, gone.before))
    return tuple(found)


def _moved(session: Session, case: ProposedCase, stage: ProposedStage, before: Placed) -> Disturbed:
    staff = (before.lead, before.second, stage.placed.lead, stage.placed.second)
    people = _people(session, stage.step_id, staff)
    return Disturbed(case.order_id, case.reference, stage.stage, before, stage.placed, people)


def _called_off(
    session: Session, case: ProposedCase, gone: UnplacedStage, before: Placed
) -> Disturbed:
    people = _people(session, gone.step_id, (before.lead, before.second))
    return Disturbed(case.order_id, case.reference, gone.stage, before, None, people)


def _people(session: Session, step_id: UUID, staff: Iterable[str]) -> tuple[str, ...]:
    named = []
    for each in attendees(session, get_step(session, step_id)):
        if each.role is Part.OFFICER:
            named.append(f"responsible officer {get_officer(session, each.id).code}")
        else:
            named.append(f"{person_in_words(each.role)} ({get_party(session, each.id).reference})")
    return (*named, *dict.fromkeys(who for who in staff if who))
