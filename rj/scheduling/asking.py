"""Why a proposal is as it is, why not otherwise, and what would help, for whoever decides.

    question(session, run_id, step_id)                 -> Question, everything read once
    answer(question)                                   -> WhyNot, reckoned without the database
    what_would_help(question, *, seconds)              -> Helps, each verified by planning with it

No solver is needed, so a page may ask. Reckoning takes a second or so for a county: ask outside a
transaction. Sentences name staff and rooms; people of a case are named by their part only.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from rj.kernel.errors import Conflict, NotFound
from rj.scheduling.names import TASK, Names
from rj.scheduling.planner.documents import read_plan, read_problem
from rj.scheduling.planner.plan import Plan
from rj.scheduling.planner.problem import Problem, Window
from rj.scheduling.planner.remedies import Kind, Remedy, remedies
from rj.scheduling.planner.why_not import Answer, explain
from rj.scheduling.runs import get_run, names_of
from rj.scheduling.wording import in_words

SECONDS_TO_HELP = 6.0
"""How long a page looks for remedies before it shows those found so far."""


@dataclass(frozen=True, slots=True)
class Question:
    """One stage of a finished run, with the whole plan around it."""

    problem: Problem
    plan: Plan
    task: str
    names: Names
    told: Callable[[str], str]

    @property
    def is_placed(self) -> bool:
        """Whether the run found a meeting for it."""
        return self.task in self.plan.meeting


def question(
    session: Session, run_id: UUID, step_id: UUID, *, unnamed: Callable[[str], str] = str
) -> Question:
    """Read a run's own problem and answer. Raises NotFound for a stage it did not plan, Conflict
    for a run without a plan. ``unnamed`` takes out of a sentence what the asker may not read."""
    run = get_run(session, run_id)
    if run.result is None:
        raise Conflict("This planning run has no plan to ask about")
    names = names_of(run)
    task = names.find(TASK, step_id)
    problem = read_problem(json.loads(run.problem))
    if task is None or task not in problem.task or problem.task[task].held is not None:
        raise NotFound("This run did not plan that stage")
    plan = read_plan(json.loads(run.result)["plan"])
    told = in_words(session, names)
    return Question(problem, plan, task, names, lambda text: unnamed(told(text)))


@dataclass(frozen=True, slots=True)
class Candidate:
    """One who, or a room that, might have been chosen, and what decided."""

    record_id: UUID
    name: str
    rule: str
    """The hard rule or tier that decided, as H6 or T2; empty for the chosen."""
    sentence: str

    @property
    def is_chosen(self) -> bool:
        """Whether the plan has it so."""
        return not self.rule

    @property
    def is_possible(self) -> bool:
        """Whether no hard rule stands in the way."""
        return not self.rule.startswith("H")


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why a stage is as it is, and why not each other lead, second or room."""

    reason: str
    leads: tuple[Candidate, ...]
    seconds: tuple[Candidate, ...]
    rooms: tuple[Candidate, ...]


def answer(asked: Question) -> WhyNot:
    """All other cases stay as they are in these answers."""
    found = explain(asked.problem, asked.plan, asked.task)
    return WhyNot(
        reason=_capital(asked.told(found.reason)),
        leads=_candidates(asked, found.leads),
        seconds=_candidates(asked, found.seconds),
        rooms=_candidates(asked, found.rooms),
    )


def _candidates(asked: Question, answers: tuple[Answer, ...]) -> tuple[Candidate, ...]:
    known = [each for each in answers if each.candidate in asked.names.by_name]
    found = (
        Candidate(
            asked.names.record(each.candidate),
            asked.told(each.candidate),
            each.decided_by,
            _capital(asked.told(each.sentence)),
        )
        for each in known
    )
    return tuple(sorted(found, key=lambda each: (not each.is_possible, bool(each.rule), each.name)))


@dataclass(frozen=True, slots=True)
class Help:
    """A change that would let the stage be held, and what planning with it then gives."""

    kind: Kind
    about: UUID | None
    """The facilitator, person or building that would change; none for the order."""
    sentence: str
    window: Window | None
    """The weekly hours to be added, where hours are what changes."""
    starts_at: datetime
    lead: str
    room: str
    """Empty for a call."""
    placed: int
    """How many more meetings take place."""
    disturbed: tuple[str, ...]
    """People of the case who would be told otherwise, by part."""


@dataclass(frozen=True, slots=True)
class Helps:
    """What would help, the smallest change first."""

    found: tuple[Help, ...]
    was_cut_short: bool
    """Time ran out before every idea was tried."""


def what_would_help(asked: Question, *, seconds: float = SECONDS_TO_HELP) -> Helps:
    """Verified remedies for a stage without a meeting; none for one that has one."""
    if asked.is_placed:
        return Helps((), was_cut_short=False)
    begun = time.monotonic()
    is_late: list[bool] = []

    def should_stop() -> bool:
        if time.monotonic() - begun >= seconds:
            is_late.append(True)
        return bool(is_late)

    found = remedies(asked.problem, asked.plan, asked.task, should_stop=should_stop)
    return Helps(tuple(_help(asked, each) for each in found), was_cut_short=bool(is_late))


def _help(asked: Question, remedy: Remedy) -> Help:
    meeting = remedy.plan.meeting[asked.task]
    idea = remedy.idea
    is_record = idea.about in asked.names.by_name and idea.kind is not Kind.LONGER_ORDER
    return Help(
        kind=idea.kind,
        about=asked.names.record(idea.about) if is_record else None,
        sentence=_capital(asked.told(idea.sentence)),
        window=idea.window,
        starts_at=meeting.start,
        lead=asked.told(meeting.lead),
        room="" if meeting.room is None else asked.told(meeting.room),
        placed=remedy.placed,
        disturbed=tuple(asked.told(each) for each in remedy.disturbed),
    )


def _capital(sentence: str) -> str:
    return f"{sentence[:1].upper()}{sentence[1:]}"
