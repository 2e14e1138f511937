"""What the planning pages show: plain values, put together inside a session."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby, takewhile
from urllib.parse import urlencode
from uuid import UUID

from sqlmodel import Session, col, select

from rj.accounts.models import Account
from rj.accounts.queries import areas_by_name
from rj.conferences.attendance import Part, attendees
from rj.facilitators.queries import facilitators_in, get_facilitator
from rj.kernel.errors import NotFound
from rj.orders.models import Order
from rj.orders.queries import get_order, get_step, open_orders
from rj.outbox.models import RecipientKind
from rj.parties.queries import contact_plan
from rj.policy.terms import Channel, Role, Stage
from rj.scheduling.models import (
    PlanningRun,
    PlanningWish,
    PlanningWishKind,
    ProposalChange,
    RunProgress,
    RunState,
)
from rj.scheduling.proposals import (
    TIER_WORDS,
    Placed,
    ProposedCase,
    ProposedStage,
    Review,
    TierValue,
    UnplacedStage,
)
from rj.scheduling.runs import runs_of
from rj.scheduling.waiting import Decided, decided
from rj.scheduling.wishes import wishes_of
from web.meetings.choosing import place_words, staff_words
from web.meetings.rehearsal import AGREE_FIRST, HOW
from web.orders.access import hidden_from
from web.pages import Tag, clock_text, moment_text
from web.people import Person
from web.words import words_for

CHANGE_TAGS: dict[ProposalChange, Tag] = {
    ProposalChange.NEW: Tag("New", "proposed"),
    ProposalChange.MOVED: Tag("Moved", "soon"),
    ProposalChange.STAFF_CHANGED: Tag("Staff changed", "soon"),
    ProposalChange.UNCHANGED: Tag("Unchanged", "done"),
}
READY = Tag("Ready to review", "told")
RUN_TAGS: dict[RunState, Tag] = {
    RunState.QUEUED: Tag("Waiting to begin", "held"),
    RunState.RUNNING: Tag("Planning now", "soon"),
    RunState.FINISHED: READY,
    RunState.FAILED: Tag("Not finished", "late"),
}

MOVES = (ProposalChange.MOVED, ProposalChange.STAFF_CHANGED)
CHANGES = "changes"
EVERYTHING = "all"
SHOW_CHOICES = (
    (CHANGES, "Cases that would change"),
    (ProposalChange.NEW.value, "New meetings"),
    (ProposalChange.MOVED.value, "Moved meetings"),
    (ProposalChange.STAFF_CHANGED.value, "Changed staff"),
    (ProposalChange.UNCHANGED.value, "Unchanged meetings"),
    (EVERYTHING, "All cases"),
)
SHOWN_AT_MOST = 200
"""Cases on one page; the rest is reached by narrowing or after publishing these."""

PARTS: dict[Part, str] = {
    Part.HARMER: "Person on probation",
    Part.HARMER_SUPPORTER: "Supporter of the person on probation",
    Part.HARMED: "Harmed person",
    Part.HARMED_SUPPORTER: "Supporter of the harmed person",
    Part.INTERPRETER: "Interpreter",
    Part.OFFICER: "Responsible officer",
    Part.LEAD: "Facilitator",
    Part.SECOND: "Facilitator",
}

BETTER: dict[str, str] = {
    "unscheduled": "place more stages",
    "days_late": "keep more promised days",
    "disturbance": "disturb people less",
    "practice_shortfall": "bring facilitators nearer to their conferences",
    "fairness": "share the cases more evenly",
    "travel_minutes": "travel less",
    "preference_misses": "meet more wishes",
}
"""What doing better would be, measure by measure, the most important first."""

WAITS = "waits for"
"""Said of a stage that only lacks the one before it."""

REMEDIES: tuple[tuple[str, str], ...] = (
    ("no facilitator", "Ask a neighbouring area for a facilitator, or change what the case needs."),
    ("order ends", "The order ends too soon: change what the third meeting is, or close the case."),
    ("other cases", "Free a pinned meeting, add hours or a room, or move a case, and plan again."),
    (WAITS, "Place the meeting before it first."),
    ("stopped before", "Plan again, and let planning run to its end."),
    ("no day", "Add hours, rooms or venues, or free a wish of this case, and plan again."),
    ("no time", "Add hours, rooms or venues, or free a wish of this case, and plan again."),
)
"""What to do, by words that the reason holds."""
OTHER_REMEDY = "Look at the case's wishes, availability and venues, change one, and plan again."


def area_choices(session: Session, person: Person) -> tuple[tuple[str, str], ...]:
    """The areas a person coordinates, by name."""
    own = person.areas(Role.COORDINATOR)
    return tuple((area.id, area.name) for area in areas_by_name(session) if area.id in own)


# -- the list of runs


@dataclass(frozen=True, slots=True)
class RunRow:
    """One planning run in the list."""

    href: str
    reference: str
    area: str
    asked: str
    asked_by: str
    tag: Tag
    outcome: str


@dataclass(frozen=True, slots=True)
class WishRow:
    """Something that was asked of planning."""

    wish_id: UUID
    reference: str
    words: str
    reason: str
    asked: str


@dataclass(frozen=True, slots=True)
class PlanningHome:
    """Where planning is begun, and what came of it before."""

    areas: tuple[tuple[str, str], ...]
    open_cases: int
    runs: tuple[RunRow, ...]
    wishes: tuple[WishRow, ...]


def planning_home(session: Session, person: Person) -> PlanningHome:
    """Runs and wishes of the person's own areas."""
    areas = area_choices(session, person)
    hidden = hidden_from(session, person)
    orders = {
        order.id: order
        for area, _ in areas
        for order in open_orders(session, area)
        if order.id not in hidden
    }
    runs = [(run, name) for area, name in areas for run in runs_of(session, area)]
    runs.sort(key=lambda each: each[0].requested_at, reverse=True)
    decisions = decided(session, (run for run, _ in runs))
    newest = {run.area_id: run.id for run, _ in reversed(runs)}
    names = _account_names(session, (run.requested_by for run, _ in runs))
    return PlanningHome(
        areas=areas,
        open_cases=len(orders),
        runs=tuple(
            RunRow(
                href=f"/planning/{run.id}",
                reference=run.reference,
                area=area,
                asked=moment_text(run.requested_at),
                asked_by=names.get(run.requested_by, "the service"),
                tag=run_tag(run.state, decisions.get(run.id), newest[run.area_id] == run.id),
                outcome=run.failure,
            )
            for run, area in runs
        ),
        wishes=wish_rows(session, wishes_of(session, orders), orders),
    )


def run_tag(state: RunState, made_of_it: Decided | None, is_newest: bool) -> Tag:
    """How a run stands in the list. A newer run of its area overtakes what is not published."""
    if state is not RunState.FINISHED:
        return RUN_TAGS[state]
    if made_of_it is None:
        return Tag("Nothing to change", "done")
    if not made_of_it.unpublished:
        return Tag("Published", "done")
    if not is_newest:
        return Tag("Partly published" if made_of_it.published else "Overtaken", "done")
    return Tag("Partly published", "soon") if made_of_it.published else READY


def _account_names(session: Session, ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    wanted = [each for each in ids if each is not None]
    found = session.exec(select(Account).where(col(Account.id).in_(wanted)))
    return {account.id: account.name for account in found}


def wish_rows(
    session: Session, wishes: Iterable[PlanningWish], orders: dict[UUID, Order]
) -> tuple[WishRow, ...]:
    """Wishes in words."""
    return tuple(
        WishRow(
            wish.id,
            orders[wish.order_id].reference,
            _wish_words(session, wish),
            wish.reason,
            moment_text(wish.asked_at),
        )
        for wish in wishes
    )


def _wish_words(session: Session, wish: PlanningWish) -> str:
    if wish.kind is PlanningWishKind.LEAVE_OUT:
        return "Do not plan this case for now"
    if wish.kind is PlanningWishKind.EXCLUDE_FACILITATOR and wish.facilitator_id is not None:
        return f"Not with {get_facilitator(session, wish.facilitator_id).name}"
    if wish.step_id is None or wish.starts_at is None or wish.lead_id is None:
        return "Something that is no longer known"
    stage = words_for(get_step(session, wish.step_id).stage)
    staff = staff_words(session, wish.lead_id, wish.second_id)
    place = place_words(session, wish.room_id)
    return f"{stage} on {moment_text(wish.starts_at)}, {staff}, {place}"


# -- a run that is under way


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of a plan: how it stands, and what no plan can beat."""

    words: str
    value: str
    least: str
    note: str


@dataclass(frozen=True, slots=True)
class Running:
    """A run that waits, runs or failed."""

    href: str
    reference: str
    area: str
    tag: Tag
    sentence: str
    phase: str
    elapsed: str
    measures: tuple[Measure, ...]
    gap: str
    is_over: bool
    can_stop: bool


def running(
    session: Session, run: PlanningRun, progress: RunProgress | None, now: datetime
) -> Running:
    """How far a run has come. Times are since it began; an earlier start's progress is old."""
    area = next((each.name for each in areas_by_name(session) if each.id == run.area_id), "")
    begun = run.started_at
    seconds = 0 if begun is None else int(((run.finished_at or now) - begun).total_seconds())
    return Running(
        href=f"/planning/{run.id}",
        reference=run.reference,
        area=area,
        tag=RUN_TAGS[run.state],
        sentence=_run_sentence(run),
        phase=progress.phase.capitalize() if progress else "",
        elapsed=duration_text(seconds) if begun else "",
        measures=measures_so_far(progress.best, progress.bound) if progress else (),
        gap=gap_words(progress.best, progress.bound) if progress else "",
        is_over=run.state in {RunState.FINISHED, RunState.FAILED},
        can_stop=run.state in {RunState.QUEUED, RunState.RUNNING} and not run.stop_requested,
    )


def _run_sentence(run: PlanningRun) -> str:
    if run.state is RunState.QUEUED:
        return "Waiting for its turn. It begins by itself; you may leave this page."
    if run.state is RunState.FAILED:
        return f"{run.failure}. Nothing was changed."
    if run.state is RunState.FINISHED:
        return "Planning has ended. The proposal is ready to review."
    if run.stop_requested:
        return "Stopping: the best plan so far is being kept."
    if run.mends_only:
        return "Planning again what broke. All other booked meetings stay where they are."
    limit = duration_text(run.time_limit_seconds)
    return f"Looking for a better plan, for {limit} at most. You may leave this page."


def measures_so_far(best: Sequence[int], bound: Sequence[int | None]) -> tuple[Measure, ...]:
    """Each measure of the best plan so far. A bound holds only while all before it are proven."""
    found = []
    is_proven = True
    for number, (words, value) in enumerate(zip(TIER_WORDS.values(), best, strict=False)):
        least = bound[number] if number < len(bound) and is_proven else None
        found.append(measure(TierValue(words, value, least)))
        is_proven = least is not None and value <= least
    return tuple(found)


def measure(tier: TierValue) -> Measure:
    """One measure in words."""
    least = "" if tier.least is None else str(min(tier.least, tier.value))
    note = tier.bound_words if tier.is_best_possible else ""
    return Measure(tier.words, str(tier.value), least or "Not known", note.capitalize())


def gap_words(best: Sequence[int], bound: Sequence[int | None]) -> str:
    """How far the first measure that is not proven lies above what is proven possible."""
    for words, value, least in zip(TIER_WORDS.values(), best, bound, strict=False):
        if least is None:
            return ""
        if value > least:
            return f"{words}: at most {-(-(value - least) * 100 // value)}% above the best possible"
    return "No plan could do better" if best and len(bound) >= len(best) else ""


def proven_sentence(tiers: Sequence[TierValue], *, mends_only: bool) -> str:
    """What is proven of a plan: in which respects no plan could do better, each given those before.

    Empty where nothing is proven.
    """
    proven = list(takewhile(lambda tier: tier.is_best_possible, tiers))
    if not proven:
        return ""
    while_kept = " while all other meetings stay as they are" if mends_only else ""
    if len(proven) == len(TIER_WORDS):
        return f"No plan could do better{while_kept}: that is proven."
    words = list(BETTER.values())[: len(proven)]
    listed = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
    return f"No plan could {listed}{while_kept}: that is proven."


def duration_text(seconds: int) -> str:
    """``45 seconds``, ``2 minutes``, ``1 minute 5 seconds``."""
    minutes, rest = divmod(max(0, seconds), 60)
    parts = [_counted(minutes, "minute")] if minutes else []
    if rest or not minutes:
        parts.append(_counted(rest, "second"))
    return " ".join(parts)


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


# -- the proposal


@dataclass(frozen=True, slots=True)
class Asked:
    """What a coordinator narrows a proposal to, as its address says it."""

    show: str = CHANGES
    lead: str = ""
    stage: str = ""
    text: str = ""
    tick: str = ""
    """``none`` to begin with no case ticked."""

    @property
    def is_first_look(self) -> bool:
        """Whether nothing was narrowed: the cases that would change, as the page opens."""
        return self == Asked(tick=self.tick)

    def address(self, here: str, *, tick: str) -> str:
        """The same cases, all ticked or none."""
        values = {"show": self.show, "lead": self.lead, "stage": self.stage, "text": self.text}
        asked = {name: value for name, value in {**values, "tick": tick}.items() if value}
        return f"{here}?{urlencode(asked)}#cases"


@dataclass(frozen=True, slots=True)
class StageRow:
    """One proposed meeting."""

    step_id: UUID
    stage: str
    tag: Tag
    when: str
    until: str
    staff: str
    place: str
    before: str
    """How it stands now, where that differs."""
    reason: str
    told: Tag
    waits_for: tuple[str, ...]
    is_pinned: bool


@dataclass(frozen=True, slots=True)
class UnplacedRow:
    """A stage without a meeting."""

    reference: str
    order_href: str
    case_href: str
    stage: str
    reason: str
    remedy: str
    """What may help in general; empty where the page at ``why_href`` says what would."""
    why_href: str
    """Where remedies are tried; empty for a stage that no plan was looked for."""
    cancels: str


@dataclass(frozen=True, slots=True)
class CaseCard:
    """One case of the proposal."""

    order_id: UUID
    reference: str
    order_href: str
    href: str
    stages: tuple[StageRow, ...]
    unplaced: tuple[UnplacedRow, ...]
    together_with: str
    is_published: bool
    can_be_published: bool


@dataclass(frozen=True, slots=True)
class Count:
    """How many, and where they are shown."""

    number: int
    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A finished run laid out for a decision."""

    href: str
    reference: str
    finished: str
    outcome: str
    proven: str
    """In which respects no plan could do better; empty where nothing is proven."""
    counts: tuple[Count, ...]
    measures: tuple[Measure, ...]
    cases: tuple[CaseCard, ...]
    hidden: int
    """Cases of the proposal that the filter leaves out."""
    left_out: tuple[UnplacedRow, ...]
    later: tuple[UnplacedRow, ...]
    notes: tuple[str, ...]
    leads: tuple[tuple[str, str], ...]
    stages: tuple[tuple[str, str], ...]
    is_empty: bool
    moves_held: bool
    """Whether booked meetings would move or change staff."""
    is_all_published: bool
    mends_only: bool
    pipeline: str


def proposal(session: Session, found: Review, asked: Asked) -> Proposal:
    """The proposal, narrowed to what was asked for."""
    here = f"/planning/{found.run_id}"
    matching = [case for case in found.cases if _matches(case, asked)]
    shown = matching[:SHOWN_AT_MOST]
    leads = {stage.placed.lead_id: stage.placed.lead for c in found.cases for stage in c.stages}
    to_publish = [case for case in found.cases if case.changes_anything and not case.is_published]
    return Proposal(
        href=here,
        reference=found.reference,
        finished=moment_text(found.finished_at),
        outcome=found.outcome,
        proven=proven_sentence(found.tiers, mends_only=found.mends_only),
        counts=_counts(found, here),
        measures=tuple(measure(tier) for tier in found.tiers),
        cases=tuple(case_card(case, here) for case in shown),
        hidden=len(found.cases) - len(shown),
        left_out=joined(unplaced_row(each, here) for each in found.left_out),
        later=joined(unplaced_row(each, here) for each in found.later),
        notes=found.notes,
        leads=(
            ("", "Anybody"),
            *sorted(((str(k), v) for k, v in leads.items()), key=lambda p: p[1]),
        ),
        stages=(("", "Any stage"), *((stage.value, words_for(stage)) for stage in Stage)),
        is_empty=not found.cases,
        moves_held=any(found.count(each) for each in MOVES),
        is_all_published=bool(found.cases) and not to_publish,
        mends_only=found.mends_only,
        pipeline=found.pipeline,
    )


def _counts(found: Review, here: str) -> tuple[Count, ...]:
    counted = [
        Count(found.count(change), words, f"{here}?show={change.value}#cases")
        for change, words in (
            (ProposalChange.NEW, "new"),
            (ProposalChange.MOVED, "moved"),
            (ProposalChange.STAFF_CHANGED, "with changed staff"),
            (ProposalChange.UNCHANGED, "unchanged"),
        )
    ]
    counted.append(Count(len(found.left_out), "could not be placed", "#left-out"))
    counted.append(Count(len(found.later), "come later", "#later"))
    return tuple(counted)


def _matches(case: ProposedCase, asked: Asked) -> bool:
    if asked.text and asked.text.casefold() not in case.reference.casefold():
        return False
    if asked.lead and asked.lead not in {
        str(who) for stage in case.stages for who in (stage.placed.lead_id, stage.placed.second_id)
    }:
        return False
    if asked.stage and asked.stage not in {stage.stage.value for stage in case.stages}:
        return False
    if asked.show == CHANGES:
        return case.changes_anything and not case.is_published
    if asked.show in set(ProposalChange):
        return any(stage.change.value == asked.show for stage in case.stages)
    return True


def case_card(case: ProposedCase, here: str) -> CaseCard:
    """One case for the page."""
    return CaseCard(
        order_id=case.order_id,
        reference=case.reference,
        order_href=f"/orders/{case.order_id}",
        href=f"{here}/cases/{case.order_id}",
        stages=tuple(_stage_row(stage) for stage in case.stages),
        unplaced=tuple(unplaced_row(each, here) for each in case.unplaced),
        together_with=", ".join(case.together_with),
        is_published=case.is_published,
        can_be_published=case.changes_anything and not case.is_published,
    )


def _stage_row(stage: ProposedStage) -> StageRow:
    placed, before = stage.placed, stage.before
    is_changed = stage.change not in {ProposalChange.NEW, ProposalChange.UNCHANGED}
    return StageRow(
        step_id=stage.step_id,
        stage=words_for(stage.stage),
        tag=CHANGE_TAGS[stage.change],
        when=moment_text(placed.starts_at),
        until=clock_text(placed.ends_at),
        staff=_placed_staff(placed),
        place=placed.room or "By telephone",
        before=placed_words(before) if before is not None and is_changed else "",
        reason=stage.reason,
        told=_told_tag(stage),
        waits_for=stage.waits_for,
        is_pinned=stage.is_pinned,
    )


def _told_tag(stage: ProposedStage) -> Tag:
    if stage.change is ProposalChange.UNCHANGED and not stage.will_be_told:
        return Tag("Nothing to tell", "done")
    if stage.will_be_told:
        return Tag("People are told", "told")
    return Tag("Held: nobody is told yet", "held")


def _placed_staff(placed: Placed) -> str:
    return placed.lead + (f" with {placed.second}" if placed.second else "")


def placed_words(placed: Placed) -> str:
    """When, with whom and where, in a line."""
    place = placed.room or "by telephone"
    return f"{moment_text(placed.starts_at)}, {_placed_staff(placed)}, {place}"


def unplaced_row(each: UnplacedStage, here: str) -> UnplacedRow:
    """A stage without a meeting, with something to do about it."""
    # what helps the stage that it waits for helps it too
    is_asked_about = each.was_planned and WAITS not in each.reason
    return UnplacedRow(
        reference=each.reference,
        order_href=f"/orders/{each.order_id}",
        case_href=f"{here}/cases/{each.order_id}",
        stage=words_for(each.stage),
        reason=each.reason,
        remedy="" if is_asked_about else remedy_for(each.reason),
        why_href=f"{here}/cases/{each.order_id}/steps/{each.step_id}/why" if is_asked_about else "",
        cancels=moment_text(each.cancels) if each.cancels else "",
    )


def joined(rows: Iterable[UnplacedRow]) -> tuple[UnplacedRow, ...]:
    """Stages of a case that follow one another and have no meeting for one reason: one row."""
    found = []
    for _, alike in groupby(rows, key=lambda row: replace(row, stage="")):
        first, *others = alike
        stages = ", ".join((first.stage, *(row.stage.lower() for row in others)))
        found.append(replace(first, stage=stages))
    return tuple(found)


def remedy_for(reason: str) -> str:
    """What a coordinator may try, by the reason a stage has no meeting."""
    said = reason.casefold()
    return next((remedy for words, remedy in REMEDIES if words in said), OTHER_REMEDY)


# -- before and after publishing


@dataclass(frozen=True, slots=True)
class Tally:
    """How many people of one part would be told the same in the same way."""

    part: str
    how: str
    what: str
    number: int


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """What publishing does to one case, in a line or two."""

    order_id: UUID
    reference: str
    order_href: str
    told: tuple[str, ...]
    held: tuple[str, ...]
    called_off: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What publishing a selection would do."""

    cases: tuple[CaseSummary, ...]
    tallies: tuple[Tally, ...]
    told: int
    held: int
    called_off: int


def outlook(session: Session, cases: Iterable[ProposedCase]) -> Outlook:
    """Whom publishing these cases would tell, by part and channel, and what is only held."""
    chosen = tuple(cases)
    summaries = tuple(_summary(case) for case in chosen)
    counts: Counter[tuple[str, str, str]] = Counter()
    for case in chosen:
        for stage in case.stages:
            if stage.will_be_told:
                what = (
                    "the appointment" if stage.change is ProposalChange.NEW else "what has changed"
                )
                counts.update((part, how, what) for part, how in _readers(session, stage))
    return Outlook(
        cases=summaries,
        tallies=tuple(Tally(*key, number) for key, number in sorted(counts.items())),
        told=sum(len(each.told) for each in summaries),
        held=sum(len(each.held) for each in summaries),
        called_off=sum(len(each.called_off) for each in summaries),
    )


def _summary(case: ProposedCase) -> CaseSummary:
    changing = [each for each in case.stages if each.change is not ProposalChange.UNCHANGED]
    changing += [
        each
        for each in case.stages
        if each.change is ProposalChange.UNCHANGED and each.will_be_told
    ]

    def line(stage: ProposedStage) -> str:
        return f"{words_for(stage.stage)}, {moment_text(stage.placed.starts_at)}"

    return CaseSummary(
        order_id=case.order_id,
        reference=case.reference,
        order_href=f"/orders/{case.order_id}",
        told=tuple(line(each) for each in changing if each.will_be_told),
        held=tuple(line(each) for each in changing if not each.will_be_told),
        called_off=tuple(
            f"{words_for(each.stage)}, {moment_text(each.cancels)}"
            for each in case.unplaced
            if each.cancels is not None
        ),
    )


def _readers(session: Session, stage: ProposedStage) -> Iterable[tuple[str, str]]:
    """The part of each person of a meeting, and how they are reached."""
    for each in attendees(session, get_step(session, stage.step_id)):
        if each.kind is not RecipientKind.PARTY:
            yield PARTS[each.role], HOW[Channel.EMAIL]
            continue
        plan = contact_plan(session, each.id)
        how = AGREE_FIRST if plan is None else HOW[plan.channel]
        yield PARTS[each.role], how
    staff = 1 if stage.placed.second_id is None else 2
    yield from [(PARTS[Part.LEAD], HOW[Channel.EMAIL])] * staff


@dataclass(frozen=True, slots=True)
class StaleRow:
    """A case that cannot be published as proposed."""

    reference: str
    order_href: str
    reasons: tuple[str, ...]


def stale_rows(
    session: Session, stale: Iterable[tuple[UUID, str]], unnamed: Callable[[str], str]
) -> tuple[StaleRow, ...]:
    """Stale cases with their reasons, in which ``unnamed`` names no case that is limited to
    others."""
    return tuple(
        StaleRow(
            get_order(session, order_id).reference,
            f"/orders/{order_id}",
            tuple(map(unnamed, why.split("; "))),
        )
        for order_id, why in stale
    )


# -- one case of a proposal


@dataclass(frozen=True, slots=True)
class CasePage:
    """One case of a proposal, and what may be asked of the next run."""

    href: str
    run_href: str
    run_reference: str
    card: CaseCard
    wishes: tuple[WishRow, ...]
    staff: tuple[tuple[str, str], ...]
    is_left_out: bool


def case_page(session: Session, found: Review, order: Order) -> CasePage:
    """The case for its page. Raises NotFound when the run knows nothing of it."""
    here = f"/planning/{found.run_id}"
    case = next((each for each in found.cases if each.order_id == order.id), None)
    unplaced = tuple(e for e in (*found.left_out, *found.later) if e.order_id == order.id)
    if case is None and not unplaced:
        raise NotFound("This run knows nothing of the case")
    wishes = wishes_of(session, [order.id])
    return CasePage(
        href=f"{here}/cases/{order.id}",
        run_href=here,
        run_reference=found.reference,
        card=case_card(
            case or ProposedCase(order.id, order.reference, order.crn, (), unplaced, (), False),
            here,
        ),
        wishes=wish_rows(session, wishes, {order.id: order}),
        staff=tuple(
            (str(each.id), each.name) for each in facilitators_in(session, [order.area_id])
        ),
        is_left_out=any(wish.kind is PlanningWishKind.LEAVE_OUT for wish in wishes),
    )
